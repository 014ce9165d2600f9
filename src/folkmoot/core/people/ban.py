"""Ban somebody from the site, or lift that."""

from dataclasses import dataclass

from folkmoot.core import after, permissions, ranks
from folkmoot.core.communities import ban as community_ban
from folkmoot.core.communities import remove as community_removal
from folkmoot.core.communities.follow import follow_anew
from folkmoot.core.moderation import checked_expiry, checked_reason
from folkmoot.core.people import content
from folkmoot.core.permissions import Standing
from folkmoot.model.enums import ModlogKind
from folkmoot.model.errors import NotFound
from folkmoot.model.events import PersonBanned
from folkmoot.model.people import Person, Viewer
from folkmoot.model.time import HOUR, Micros
from folkmoot.store import bans, communities, modlog, people
from folkmoot.store.db import Tx

_ALL_HAVE_ENDED_IT: Micros = 2 * HOUR
"""After a ban is over: servers look for such once an hour, and until then it holds there."""


@dataclass(frozen=True, slots=True)
class BanFromSite:
    """What was asked. `expires` in Unix seconds, None for good."""

    person_id: int
    ban: bool = True
    expires: int | None = None
    reason: str | None = None
    remove_data: bool = False


async def ban_from_site(tx: Tx, viewer: Viewer, asked: BanFromSite) -> Person:
    """Ban somebody: their sessions end, and who lives elsewhere is banned from the local communities they took part in. With
    `remove_data` their writing, pictures and the communities they lead go too. Lifting the ban restores nothing (R-9).

    A person of another server may be banned by that server's word, about its own people only. Raises `Invalid` ban_expiration_in_past,
    invalid_unix_time, invalid_body_field; `NotFound` couldnt_find_person; `NotAllowed` not_an_admin, not_higher_admin, cannot_leave_admin.
    """
    reason = checked_reason(asked.reason)
    expires = checked_expiry(asked.expires, tx.now)
    person = await people.by_id(tx, asked.person_id)
    if person is None:
        permissions.check("person.ban", Standing(viewer))
        raise NotFound("couldnt_find_person")
    if not _by_own_server(viewer, person):
        permissions.check("person.ban", Standing(viewer))
        await ranks.must_outrank_on_site(tx, viewer, [person.id])
    if asked.ban and person.admin:
        await ranks.must_leave_an_admin(tx, person.id)
    if asked.ban:
        await _impose(tx, viewer, person, expires=expires, reason=reason, remove_data=asked.remove_data)
    elif person.banned:
        await _lift(tx, viewer, person, reason=reason)
    stored = await people.by_id(tx, person.id)
    assert stored is not None
    return stored


def _by_own_server(viewer: Viewer, person: Person) -> bool:
    """Whether the actor speaks for the server where the other one lives; their home has checked who they are."""
    actor = viewer.person
    return (
        actor is not None
        and viewer.account is None
        and not actor.local
        and actor.instance_id == person.instance_id
    )


async def _impose(
    tx: Tx, viewer: Viewer, person: Person, *, expires: Micros | None, reason: str | None, remove_data: bool
) -> None:
    await bans.set_site_ban(tx, person.id, banned=True, expires=expires)
    await bans.end_sessions(tx, person.id)
    line = await modlog.record(
        tx, ModlogKind.BAN, viewer.id, reason=reason, expires=expires, person_id=person.id
    )
    if remove_data:
        await _remove_everything(tx, viewer, person, reason, line)
    await after.record(tx, PersonBanned(viewer.id, person.id, None, True, reason, remove_data, expires))
    if person.local:
        return
    ids = await bans.local_communities_of(tx, person.id)
    places = await communities.by_ids(tx, ids)
    for number in ids:  # the order of the lines in the modlog
        await community_ban.impose(
            tx, viewer, places[number], person, expires=expires, reason=reason, remove_data=False
        )


async def _remove_everything(tx: Tx, viewer: Viewer, person: Person, reason: str | None, line: int) -> None:
    await content.set_removed(
        tx, viewer, person.id, community_id=None, removed=True, reason=reason, part_of=line
    )
    await people.update(tx, person.id, {"avatar": None, "banner": None, "bio": None, "bio_html": None})
    for community in await communities.topped_by(tx, person.id):
        if not community.removed:
            await community_removal.mark_removed(tx, viewer, community.id, removed=True, reason=reason)


async def _lift(tx: Tx, viewer: Viewer, person: Person, *, reason: str | None) -> None:
    for community_id in await bans.bans_that_came_with_site_ban(tx, person.id):
        await community_ban.lift(tx, viewer, community_id, person.id, reason=reason)
    await bans.set_site_ban(tx, person.id, banned=False, expires=None)
    await modlog.record(tx, ModlogKind.BAN, viewer.id, state=False, reason=reason, person_id=person.id)
    await after.record(tx, PersonBanned(viewer.id, person.id, None, False, reason, False, None))
    await follow_anew(tx, person.id)


async def banned_people(tx: Tx, viewer: Viewer) -> list[Person]:
    """Local people banned from the site, unpaged, for admins (R-9). Raises `NotAllowed` not_an_admin."""
    permissions.check("person.ban", Standing(viewer))
    return await bans.banned_accounts(tx)


async def lift_expired_bans(tx: Tx) -> int:
    """End the bans, of site and communities, whose time is over; how many. Runs hourly: until then they still hold (R-9)."""
    people_ids, places = await bans.lift_expired(tx)
    for person_id in people_ids:
        await follow_anew(tx, person_id, wait=_ALL_HAVE_ENDED_IT)
    for community_id, person_id in places:
        await follow_anew(tx, person_id, community_id, wait=_ALL_HAVE_ENDED_IT)
    return len(people_ids) + len(places)
