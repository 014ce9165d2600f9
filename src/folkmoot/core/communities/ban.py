"""Ban somebody from a community, or lift that."""

from dataclasses import dataclass

from folkmoot.core import after, permissions, ranks
from folkmoot.core.communities import follow
from folkmoot.core.moderation import checked_expiry, checked_reason
from folkmoot.core.people import content
from folkmoot.model.communities import Barred, Community
from folkmoot.model.enums import ModlogKind
from folkmoot.model.errors import Conflict
from folkmoot.model.events import PersonBanned
from folkmoot.model.people import Person, Viewer
from folkmoot.model.time import Micros
from folkmoot.store import bans, modlog, people
from folkmoot.store.bans import Banned
from folkmoot.store.db import Tx


@dataclass(frozen=True, slots=True)
class BanFromCommunity:
    """What was asked. `expires` in Unix seconds, None for good."""

    community_id: int
    person_id: int
    ban: bool = True
    expires: int | None = None
    reason: str | None = None
    remove_data: bool = False


async def ban_from_community(tx: Tx, viewer: Viewer, asked: BanFromCommunity) -> Person:
    """Ban somebody, who ceases to follow, and remove what they wrote there if asked; or lift the ban, which restores nothing (R-9).

    Raises `Invalid` ban_expiration_in_past, invalid_unix_time, invalid_body_field; `NotAllowed` not_a_mod_or_admin, not_higher_mod,
    banned_from_community, deleted; `NotFound` couldnt_find_community; `Conflict` community_user_already_banned for an unknown person.
    """
    reason = checked_reason(asked.reason)
    expires = checked_expiry(asked.expires, tx.now)
    community, standing = await permissions.officer_in(tx, viewer, asked.community_id, "community.ban")
    person = await people.by_id(tx, asked.person_id)
    if person is None:
        raise Conflict("community_user_already_banned", field="person")
    await ranks.must_outrank_in(tx, standing, person.id)
    if asked.ban:
        await impose(
            tx, viewer, community, person, expires=expires, reason=reason, remove_data=asked.remove_data
        )
    else:
        await lift(tx, viewer, community.id, person.id, reason=reason)
    stored = await people.by_id(tx, person.id)
    assert stored is not None
    return stored


async def impose(
    tx: Tx,
    viewer: Viewer,
    community: Community,
    person: Person,
    *,
    expires: Micros | None,
    reason: str | None,
    remove_data: bool,
) -> None:
    """The ban itself, for use cases that have asked already who may.

    Who is banned elsewhere goes on following from here: without a follower we would not hear of the end of the ban.
    """
    await bans.set_community_ban(tx, community.id, person.id, expires=expires)
    if community.local or not person.local:
        await follow.end_follow(tx, community, person.id, follower_local=person.local)
    line = await modlog.record(
        tx,
        ModlogKind.BAN_FROM_COMMUNITY,
        viewer.id,
        reason=reason,
        expires=expires,
        person_id=person.id,
        community_id=community.id,
    )
    if remove_data:
        await content.set_removed(
            tx, viewer, person.id, community_id=community.id, removed=True, reason=reason, part_of=line
        )
    await after.record(
        tx, PersonBanned(viewer.id, person.id, community.id, True, reason, remove_data, expires)
    )


async def lift(tx: Tx, viewer: Viewer, community_id: int, person_id: int, *, reason: str | None) -> None:
    """End a ban; nothing happens where there is none. Who lives here and goes on following elsewhere asks there once more."""
    if await bans.drop_community_ban(tx, community_id, person_id):
        await modlog.record(
            tx,
            ModlogKind.BAN_FROM_COMMUNITY,
            viewer.id,
            state=False,
            reason=reason,
            person_id=person_id,
            community_id=community_id,
        )
        await after.record(tx, PersonBanned(viewer.id, person_id, community_id, False, reason, False, None))
        await follow.follow_anew(tx, person_id, community_id)


async def own_ban(tx: Tx, viewer: Viewer, community_id: int) -> Barred | None:
    """Why the viewer may not write in a community and until when, whether it lives here or elsewhere; None where they may (PERM-7)."""
    return await bans.of_person_in(tx, community_id, viewer.id) if viewer.person else None


async def banned_people(
    tx: Tx, viewer: Viewer, community_id: int, *, page: int = 1, limit: int = 50
) -> list[Banned]:
    """Who is banned there, the latest first; for moderators and admins.

    Raises `NotAllowed` not_a_mod_or_admin, banned_from_community; `NotFound` couldnt_find_community.
    """
    await permissions.officer_in(tx, viewer, community_id, "community.bans")
    return await bans.in_community(tx, community_id, limit=limit, offset=(page - 1) * limit)
