"""Delete a community, or take that back: for its first moderator."""

from folkmoot.core import after, permissions
from folkmoot.model.communities import Community
from folkmoot.model.events import CommunityDeleted
from folkmoot.model.people import Viewer
from folkmoot.model.records import altered
from folkmoot.store import communities, counts
from folkmoot.store.db import Tx


async def delete_community(tx: Tx, viewer: Viewer, community_id: int, *, deleted: bool) -> Community:
    """Set whether a community is deleted. Only the first moderator may, an admin may not (R-5).

    Raises `NotFound` couldnt_find_community; `NotAllowed` not_a_mod_or_admin, not_top_mod, banned_from_community, site_ban.
    """
    await permissions.officer_in(tx, viewer, community_id, "community.delete")
    community = await communities.for_change(tx, community_id)
    if community is not None and community.deleted != deleted:
        await communities.update(tx, community_id, {"deleted": deleted})
        await counts.community_changed(tx, community, altered(community, deleted=deleted))
        await after.record(tx, CommunityDeleted(viewer.id, community_id, deleted))
    stored = await communities.by_id(tx, community_id)
    assert stored is not None
    return stored
