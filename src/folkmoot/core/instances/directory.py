"""The servers we know."""

from dataclasses import dataclass

from folkmoot.core import permissions
from folkmoot.core.instances.federation import read_states
from folkmoot.core.permissions import Standing
from folkmoot.model.instances import Federation, KnownInstance
from folkmoot.model.people import Viewer
from folkmoot.model.views import Page
from folkmoot.store import instances
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx

STATES = ("all", "blocked", "allowed")


@dataclass(frozen=True, slots=True)
class Directory:
    """One page of other servers, and our own beside them. `total`: how many others we know."""

    own: KnownInstance | None
    others: Page[KnownInstance]
    total: int


async def read_directory(
    tx: Tx, *, state: str = "all", part: str = "", after: str = "", limit: int = 50
) -> Directory:
    """Servers by domain; an unknown state is all of them. `part`: of a domain. `after`: the cursor of the page before, a domain."""
    state = state if state in STATES else "all"
    found = await instances.page(tx, state=state, part=part.strip().lower(), after=after, limit=limit + 1)
    following = found[limit - 1].instance.domain if len(found) > limit else None
    return Directory(await instances.own(tx), Page(found[:limit], following), await instances.count(tx))


async def read_decided(tx: Tx, viewer: Viewer, *, after: str = "", limit: int = 100) -> Page[KnownInstance]:
    """The blocked and the allowed servers, for admins. Raises `NotAllowed` not_an_admin."""
    permissions.check("instances.block", Standing(viewer))
    found = await instances.page(tx, state="decided", part="", after=after, limit=limit + 1)
    return Page(found[:limit], found[limit - 1].instance.domain if len(found) > limit else None)


async def read_federation(tx: Tx) -> Federation | None:
    """All servers in three lists; None where federation is off (W-9)."""
    site = await store_site.local_site(tx)
    if not site.federation_enabled:
        return None
    linked = await instances.linked(tx)
    allowed, blocked = await instances.with_policy(tx, "allow"), await instances.with_policy(tx, "block")
    states = await read_states(tx, {each.id for each in (*linked, *allowed, *blocked)})
    return Federation(linked, allowed, blocked, states)
