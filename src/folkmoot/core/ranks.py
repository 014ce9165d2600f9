"""Who ranks above whom (R-1, R-4).

Admins come first, in the order of their accounts, then the moderators of a community, in the order of their appointment. Whoever removes
content of somebody, bans or demotes them has to come before them; acting on oneself is always possible.
"""

from collections.abc import Iterable

from folkmoot.core.permissions import Standing
from folkmoot.model.errors import NotAllowed
from folkmoot.model.people import Viewer
from folkmoot.store import bans
from folkmoot.store.bans import Office
from folkmoot.store.db import Tx


def place(office: Office) -> tuple[int, int]:
    """Where an office stands in the ranking: the smaller, the higher."""
    if office.admin is not None:
        return 0, office.admin
    return (1, office.moderator_since) if office.moderator_since is not None else (2, 0)


def comes_first(actor: Office, target: Office) -> bool:
    """Whether the actor ranks above the target. Nobody does without an office."""
    return place(actor)[0] < 2 and place(actor) <= place(target)


async def must_outrank_in(tx: Tx, standing: Standing, target_id: int) -> None:
    """Raises `NotAllowed` not_higher_mod (R-4). A community's own server answers for its ranking."""
    actor_id = standing.viewer.id
    if actor_id == target_id or standing.from_home:
        return
    community_id = standing.community.id if standing.community else None
    target = await bans.office(tx, target_id, community_id)
    if place(target)[0] < 2 and not comes_first(await bans.office(tx, actor_id, community_id), target):
        raise NotAllowed("not_higher_mod")


async def must_leave_an_admin(tx: Tx, person_id: int) -> None:
    """Somebody is about to stop running the site, for whatever reason: another who can has to be left (R-7). Raises `NotAllowed`
    cannot_leave_admin."""
    if await is_only_admin(tx, person_id):
        raise NotAllowed("cannot_leave_admin")


async def is_only_admin(tx: Tx, person_id: int) -> bool:
    """Whether nobody else can run the site; the banned and the deleted cannot."""
    team = await bans.admins(tx)
    return [person.id for person in team if not (person.banned or person.deleted)] == [person_id]


async def must_outrank_on_site(tx: Tx, viewer: Viewer, target_ids: Iterable[int]) -> None:
    """Only admins are compared. Raises `NotAllowed` not_higher_admin (R-4)."""
    actor = await bans.office(tx, viewer.id, None)
    for target_id in target_ids:
        if target_id != viewer.id and not comes_first(actor, await bans.office(tx, target_id, None)):
            raise NotAllowed("not_higher_admin")
