"""Let people into a private community, turn them away, and see who asks (section 13 of the protocol)."""

from dataclasses import dataclass

from folkmoot.core import after, permissions
from folkmoot.core.communities.follow import count_follow, end_follow
from folkmoot.core.people.rules import must_have_account
from folkmoot.model.communities import Community
from folkmoot.model.enums import Visibility
from folkmoot.model.errors import NotFound
from folkmoot.model.events import FollowAnswered
from folkmoot.model.members import Member
from folkmoot.model.people import Person, Viewer
from folkmoot.store import communities, members, people
from folkmoot.store.db import Tx

MOST = 200
"""Requests, and members, that a page shows."""


@dataclass(frozen=True, slots=True)
class Membership:
    """Who waits, the longest waiting first, and who was let in, the newest first; how many wait in all."""

    waiting: list[Member]
    inside: list[Member]
    waiting_count: int


async def read_members(tx: Tx, viewer: Viewer, community_id: int) -> Membership:
    """Who asks to be let into a community of ours, and who is in: for its moderators and admins.

    Raises `NotFound` couldnt_find_community; `NotAllowed` not_a_mod_or_admin, banned_from_community, deleted, site_ban; `NotLoggedIn`.
    """
    await _of_ours(tx, viewer, community_id)
    return Membership(
        await members.page(tx, community_id, waiting=True, limit=MOST),
        await members.page(tx, community_id, waiting=False, limit=MOST),
        await members.count_waiting(tx, community_id),
    )


async def read_requests(tx: Tx, viewer: Viewer) -> list[tuple[Community, int]]:
    """The communities that the viewer moderates and somebody asks to be let into, and how many do. Raises `NotLoggedIn`."""
    person, _ = must_have_account(viewer)
    return await members.waiting_in_moderated(tx, person.id)


async def let_in(tx: Tx, viewer: Viewer, community_id: int, person_id: int) -> None:
    """Let somebody in who asked, and tell their server; no error for somebody who is in already.

    Raises as `read_members`; `NotFound` couldnt_find_person for somebody who never asked.
    """
    community = await _of_ours(tx, viewer, community_id)
    person = await _somebody(tx, person_id)
    if not await settle(tx, viewer, community, person) and not await _follows(tx, community, person):
        raise NotFound("couldnt_find_person", field="person")


async def turn_away(tx: Tx, viewer: Viewer, community_id: int, person_id: int) -> None:
    """Do not let somebody in, or no longer (VIS-3): they may ask again. Their server is told so.

    Raises as `let_in`.
    """
    community = await _of_ours(tx, viewer, community_id)
    person = await _somebody(tx, person_id)
    if not await _follows(tx, community, person):
        raise NotFound("couldnt_find_person", field="person")
    request = await members.request_of(tx, community.id, person.id)
    await end_follow(tx, community, person.id, follower_local=person.local)
    await after.record(tx, FollowAnswered(viewer.id, community.id, person.id, False, request))


async def settle(tx: Tx, viewer: Viewer, community: Community, person: Person) -> bool:
    """Let somebody in who waits; False for somebody who does not."""
    if not await members.let_in(tx, community.id, person.id):
        return False
    await count_follow(tx, community, 1, follower_local=person.local)
    request = await members.request_of(tx, community.id, person.id)
    await after.record(tx, FollowAnswered(viewer.id, community.id, person.id, True, request))
    tx.changed("person", person.id)
    return True


async def visibility_changed(tx: Tx, viewer: Viewer, before: Community, after_it: Community) -> None:
    """A private community became another: whoever waits is in. What became private stays with who had it (VIS-5)."""
    if before.visibility != Visibility.PRIVATE or after_it.visibility == Visibility.PRIVATE:
        return
    while waiting := await members.page(tx, before.id, waiting=True, limit=MOST):
        for member in waiting:
            await settle(tx, viewer, after_it, member.person)


async def _of_ours(tx: Tx, viewer: Viewer, community_id: int) -> Community:
    community, _ = await permissions.officer_in(tx, viewer, community_id, "community.members")
    if not community.local:
        raise NotFound("couldnt_find_community")
    return community


async def _somebody(tx: Tx, person_id: int) -> Person:
    person = await people.by_id(tx, person_id)
    if person is None:
        raise NotFound("couldnt_find_person", field="person")
    return person


async def _follows(tx: Tx, community: Community, person: Person) -> bool:
    return (await communities.relation(tx, community.id, person.id)).follows
