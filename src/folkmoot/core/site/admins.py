"""Who runs the site."""

from folkmoot.core import permissions, ranks
from folkmoot.core.permissions import Standing
from folkmoot.model.enums import ModlogKind
from folkmoot.model.errors import NotAllowed
from folkmoot.model.people import Person, Viewer
from folkmoot.store import bans, modlog, people
from folkmoot.store.db import Tx


async def appoint_admin(tx: Tx, viewer: Viewer, person_id: int) -> list[Person]:
    """Make a local person an admin; all of them, the highest first (R-7).

    Raises `NotAllowed` not_an_admin, object_not_local (also for nobody).
    """
    person = await _local_person(tx, viewer, person_id)
    if not person.admin:
        await _set(tx, viewer, person_id, admin=True)
    return await bans.admins(tx)


async def dismiss_admin(tx: Tx, viewer: Viewer, person_id: int) -> list[Person]:
    """Dismiss an admin; the ones who are left. Raises as `appoint_admin`, `NotAllowed` not_higher_admin, cannot_leave_admin."""
    person = await _local_person(tx, viewer, person_id)
    await ranks.must_outrank_on_site(tx, viewer, [person_id])
    if person.admin:
        await ranks.must_leave_an_admin(tx, person_id)
        await _set(tx, viewer, person_id, admin=False)
    return await bans.admins(tx)


async def leave_admin(tx: Tx, viewer: Viewer) -> list[Person]:
    """Step down; those who are left. Raises `NotAllowed` not_an_admin, cannot_leave_admin for the last one (R-7)."""
    permissions.check("site.admins", Standing(viewer))
    await ranks.must_leave_an_admin(tx, viewer.id)
    await _set(tx, viewer, viewer.id, admin=False)
    return await bans.admins(tx)


async def admins(tx: Tx) -> list[Person]:
    """All of them, the highest first (R-1)."""
    return await bans.admins(tx)


async def _local_person(tx: Tx, viewer: Viewer, person_id: int) -> Person:
    permissions.check("site.admins", Standing(viewer))
    person = await people.by_id(tx, person_id)
    if person is None or not person.local:
        raise NotAllowed("object_not_local")
    return person


async def _set(tx: Tx, viewer: Viewer, person_id: int, *, admin: bool) -> None:
    await bans.set_admin(tx, person_id, admin)
    await modlog.record(tx, ModlogKind.ADD_ADMIN, viewer.id, state=admin, person_id=person_id)
