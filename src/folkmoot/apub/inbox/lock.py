"""Lock, and Undo of it: a post takes no more comments, a comment no more answers."""

from folkmoot.apub.activities import Lock
from folkmoot.apub.inbox import checks
from folkmoot.apub.inbox.arrived import Arrived
from folkmoot.core.comments.lock import lock_comment
from folkmoot.core.posts.lock import lock_post
from folkmoot.model.communities import Community
from folkmoot.model.errors import NotAllowed
from folkmoot.store.db import Tx


async def lock(tx: Tx, arrived: Arrived[Lock]) -> Community:
    """Close it."""
    return await _set(tx, arrived, locked=True)


async def unlock(tx: Tx, arrived: Arrived[Lock]) -> Community:
    """Open it again."""
    return await _set(tx, arrived, locked=False)


async def _set(tx: Tx, arrived: Arrived[Lock], *, locked: bool) -> Community:
    """Moderators do, not authors (PERM-13)."""
    said = arrived.activity
    placed = arrived.object(said.object)
    community = await arrived.known.community(tx, placed.community_id) if placed.community_id else None
    if community is None:
        raise NotAllowed("messages_are_not_locked", detail=said.object)
    checks.must_be_from(arrived, community)
    lock = lock_post if placed.kind == "post" else lock_comment
    await lock(tx, arrived.viewer(), placed.id, locked=locked, reason=said.reason)
    return community
