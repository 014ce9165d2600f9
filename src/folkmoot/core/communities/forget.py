"""A community of another server is gone there."""

from folkmoot.model.communities import Community
from folkmoot.model.errors import NotAllowed
from folkmoot.store import communities
from folkmoot.store.db import Tx


async def forget_community(tx: Tx, community: Community) -> None:
    """Mark it as deleted; what was written there stays (DEL-4). Raises `NotAllowed` local_actor for one of ours."""
    if community.local:
        raise NotAllowed("local_actor")
    if not community.deleted:
        await communities.update(tx, community.id, {"deleted": True})
