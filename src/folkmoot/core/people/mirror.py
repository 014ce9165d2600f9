"""Keep a person of another server as their server describes them."""

from dataclasses import dataclass
from typing import Any

from folkmoot.core import writing
from folkmoot.core.mirroring import columns_of, gone, news_of, text_or_none
from folkmoot.core.writing import House
from folkmoot.model.communities import Community
from folkmoot.model.errors import Conflict
from folkmoot.model.people import Person
from folkmoot.model.time import Micros
from folkmoot.store import actors, outbox, people
from folkmoot.store.db import Tx

NAME_MAX = 100


@dataclass(frozen=True, slots=True)
class RemotePerson:
    """What their server says. `host`: as people type it behind `@`; `domain`: the server's, without a port. `bio` is Markdown."""

    ap_id: str
    name: str
    host: str
    domain: str
    inbox_url: str
    public_key: str
    shared_inbox_url: str | None = None
    display_name: str | None = None
    bio: str | None = None
    avatar: str | None = None
    banner: str | None = None
    matrix_user_id: str | None = None
    bot: bool = False
    published: Micros | None = None
    updated: Micros | None = None


async def mirror_person(tx: Tx, said: RemotePerson) -> Person:
    """Write down a person of another server, or what is new about them (ACT-3, ACT-4, ACT-6).

    Raises as `columns_of`.
    """
    known = (await actors.people_at(tx, [said.ap_id])).get(said.ap_id)
    values = await columns_of(tx, said, known, actors.communities_at, people.holder_of_name)
    values |= _values(await writing.house(tx), said)
    if known is None:
        await people.insert(tx, values)
    else:
        await people.update(tx, known.id, news_of(known, values))
    stored = (await actors.people_at(tx, [said.ap_id])).get(said.ap_id)
    if stored is None:  # another transaction was first to take the name
        raise Conflict("name_taken", detail=said.ap_id)
    return stored


def _values(house: House, said: RemotePerson) -> dict[str, Any]:
    bio = text_or_none(house, said.bio)
    return {
        "display_name": (said.display_name or "")[:NAME_MAX].strip() or None,
        "bio": bio.source if bio else None,
        "bio_html": bio.html if bio else None,
        "avatar": house.picture(said.avatar),
        "banner": house.picture(said.banner),
        "matrix_user_id": said.matrix_user_id,
        "bot": said.bot,
    }


def stand_in_of(group_id: str) -> str:
    """The address under which a community that follows one of ours is kept among its followers, who are otherwise people."""
    return f"{group_id}#follower"


async def mirror_follower(tx: Tx, group: Community) -> Person:
    """A community of another server as it follows one of ours (FLW-2): kept like a program that acts, with the inbox of the community and
    a name that nobody can have.

    Raises as `columns_of`.
    """
    addresses = await outbox.addresses_of_community(tx, group.id)
    assert addresses is not None
    said = RemotePerson(
        ap_id=stand_in_of(group.ap_id),
        name=f"!{group.name}",
        host=group.host,
        domain=group.host.partition(":")[0],
        inbox_url=group.inbox_url,
        shared_inbox_url=addresses.shared.url,
        public_key="",
        display_name=group.title,
        bot=True,
    )
    return await mirror_person(tx, said)


async def mirror_nobody(tx: Tx, *, origin: str, host: str, domain: str) -> Person:
    """The author of things that a server says are gone, without saying whose they were (PAR-3): one deleted account for each server,
    with a name that nobody can have. Raises as `columns_of`."""
    ap_id = f"{origin}/#deleted"
    known = (await actors.people_at(tx, [ap_id])).get(ap_id)
    if known is not None:
        return known
    said = RemotePerson(
        ap_id=ap_id,
        name="[deleted]",
        host=host,
        domain=domain,
        inbox_url=f"{origin}/inbox",
        public_key="",
    )
    person = await mirror_person(tx, said)
    await people.update(tx, person.id, {"deleted": True})
    return person


async def give_up_name(tx: Tx, ap_id: str) -> None:
    """An account elsewhere that is gone: what it wrote stays with it, its name is free for a new one (ACT-4)."""
    person = (await actors.people_at(tx, [ap_id])).get(ap_id)
    if person is not None and not person.local:
        await people.update(tx, person.id, gone(person))
