"""The accounts of this site, for those who run it."""

from folkmoot.core import permissions
from folkmoot.core.permissions import Standing
from folkmoot.model.administration import Member
from folkmoot.model.people import Viewer
from folkmoot.store import applications
from folkmoot.store.applications import MEMBER_STATES, WantedMembers
from folkmoot.store.db import Tx
from folkmoot.text.names import name_key

STATES = MEMBER_STATES
"""What accounts can be asked for by: all, accepted, pending, denied, unverified, banned, deleted."""


async def list_members(
    tx: Tx, viewer: Viewer, *, state: str = "all", part: str = "", before: int | None = None, limit: int = 50
) -> list[Member]:
    """Accounts, the newest first. `part` of a name or mail address; `before`: only account ids below. An unknown state is all of them.

    Raises `NotAllowed` not_an_admin.
    """
    permissions.check("applications", Standing(viewer))
    state = state if state in STATES else "all"
    return await applications.members(tx, WantedMembers(state, name_key(part.strip()), before), limit=limit)
