"""People and communities as the macros of the templates want them (interface.md, section 1)."""

from dataclasses import dataclass

from folkmoot.model.communities import Community
from folkmoot.model.people import Person


@dataclass(frozen=True, slots=True)
class PersonLink:
    """Who, and where their page is."""

    name: str
    host: str
    href: str
    display: str | None
    avatar: str | None


@dataclass(frozen=True, slots=True)
class CommunityLink:
    """Which one, and where its page is."""

    name: str
    host: str
    href: str
    title: str
    icon: str | None


def name_of(thing: Person | Community) -> str:
    """The name within our addresses: short for what lives here, with the host for the rest."""
    return thing.name if thing.local else thing.handle


def person_link(person: Person) -> PersonLink:
    """For the macro `person`."""
    href = f"/u/{name_of(person)}"
    return PersonLink(person.name, person.host, href, person.display_name, person.avatar)


def community_link(community: Community) -> CommunityLink:
    """For the macro `community`."""
    href = f"/c/{name_of(community)}"
    return CommunityLink(community.name, community.host, href, community.title, community.icon)
