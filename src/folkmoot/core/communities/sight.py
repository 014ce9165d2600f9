"""Who may read what is in a community: the one place that decides it outside of SQL (`store/sight.py` asks the same of rows)."""

from folkmoot.core.communities import rules
from folkmoot.model.communities import Community
from folkmoot.model.enums import Visibility
from folkmoot.model.errors import NotFound
from folkmoot.model.people import Viewer
from folkmoot.store import communities, sight
from folkmoot.store.db import Tx


async def reads(tx: Tx, viewer: Viewer, community: Community) -> bool:
    """Whether the viewer may read what is in it. One query where it is private, else none."""
    let_in = False
    if community.visibility == Visibility.PRIVATE and viewer.person is not None and not viewer.admin:
        let_in = await sight.is_inside(tx, community.id, viewer.id)
    return rules.may_read(viewer, community, let_in=let_in)


async def must_read(tx: Tx, viewer: Viewer, community_id: int, unknown: str) -> None:
    """The check before somebody acts on an item that they named by its id. Raises `NotFound` of that code."""
    community = await communities.by_id(tx, community_id)
    if community is None or not await reads(tx, viewer, community):
        raise NotFound(unknown)
