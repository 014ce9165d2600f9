"""Who moderates a community."""

from folkmoot.core import after, permissions, ranks
from folkmoot.model.enums import ModlogKind
from folkmoot.model.errors import Conflict, Invalid, NotAllowed, NotFound
from folkmoot.model.events import CommunityEdited, ModeratorChanged
from folkmoot.model.people import Person, Viewer
from folkmoot.store import communities, modlog, people
from folkmoot.store.db import Tx


async def appoint_moderator(tx: Tx, viewer: Viewer, community_id: int, person_id: int) -> list[Person]:
    """Make somebody a moderator; all of them, the first one first (R-6).

    Raises `Conflict` community_moderator_already_exists, also for an unknown person (T-9); `NotAllowed` not_a_mod_or_admin,
    not_a_moderator (an admin in a community elsewhere), banned_from_community, deleted; `NotFound` couldnt_find_community.
    """
    community, standing = await permissions.officer_in(tx, viewer, community_id, "community.moderators")
    if not (community.local or standing.moderator or standing.from_home):
        raise NotAllowed("not_a_moderator")
    person = await people.by_id(tx, person_id)
    if person is None or not await communities.add_moderator(tx, community_id, person_id):
        raise Conflict("community_moderator_already_exists", field="person")
    await _record(tx, viewer, community_id, person_id, appointed=True)
    return await communities.moderators(tx, community_id)


async def dismiss_moderator(tx: Tx, viewer: Viewer, community_id: int, person_id: int) -> list[Person]:
    """Dismiss a moderator; the ones who are left. No error for somebody who was none, and that too is in the log (R-6).

    Raises `NotAllowed` not_a_mod_or_admin, not_higher_mod, banned_from_community, deleted; `NotFound` couldnt_find_community.
    """
    _, standing = await permissions.officer_in(tx, viewer, community_id, "community.moderators")
    await ranks.must_outrank_in(tx, standing, person_id)
    if await people.by_id(tx, person_id) is not None:
        await communities.remove_moderator(tx, community_id, person_id)
        await _record(tx, viewer, community_id, person_id, appointed=False)
    return await communities.moderators(tx, community_id)


async def transfer_community(tx: Tx, viewer: Viewer, community_id: int, person_id: int) -> list[Person]:
    """Make one of the moderators the first; all of them in the new order (R-5).

    Raises `NotFound` couldnt_find_community; `NotAllowed` not_an_admin, deleted; `Invalid` unknown for somebody who does not moderate
    there.
    """
    community = await communities.by_id(tx, community_id)
    if community is None:
        raise NotFound("couldnt_find_community")
    permissions.check("community.transfer", await permissions.standing_in(tx, viewer, community))
    team = await communities.moderators(tx, community_id)
    if person_id not in {person.id for person in team}:
        raise Invalid("unknown", field="person")
    if team[0].id != person_id:
        await communities.move_to_front(tx, community_id, person_id)
        await modlog.record(
            tx, ModlogKind.TRANSFER_COMMUNITY, viewer.id, person_id=person_id, community_id=community_id
        )
        await after.record(tx, ModeratorChanged(viewer.id, community_id, person_id, True))
        if (
            community.local
        ):  # that says nothing of the order, which others read anew when the community has changed
            await after.record(tx, CommunityEdited(viewer.id, community_id))
    return await communities.moderators(tx, community_id)


async def _record(tx: Tx, viewer: Viewer, community_id: int, person_id: int, *, appointed: bool) -> None:
    await modlog.record(
        tx,
        ModlogKind.ADD_MODERATOR,
        viewer.id,
        state=appointed,
        person_id=person_id,
        community_id=community_id,
    )
    await after.record(tx, ModeratorChanged(viewer.id, community_id, person_id, appointed))
