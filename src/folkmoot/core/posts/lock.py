"""Close a post to new comments, or open it again: for moderators."""

from folkmoot.core import after, permissions
from folkmoot.core.moderation import checked_reason
from folkmoot.model.enums import ModlogKind
from folkmoot.model.errors import NotFound
from folkmoot.model.events import PostLocked
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.store import modlog, posts
from folkmoot.store.db import Tx


async def lock_post(tx: Tx, viewer: Viewer, post_id: int, *, locked: bool, reason: str | None = None) -> Post:
    """Set whether a post is locked (P-12). Doing it again changes nothing.

    Raises `NotFound` couldnt_find_post; `NotAllowed` not_a_mod_or_admin, banned_from_community, deleted; `Invalid`
    invalid_body_field.
    """
    reason = checked_reason(reason)
    post = await posts.by_id(tx, post_id)
    if post is None:
        raise NotFound("couldnt_find_post")
    await permissions.officer_in(tx, viewer, post.community_id, "post.lock")
    if post.locked == locked:
        return post
    await posts.update(tx, post_id, {"locked": locked})
    await modlog.record(
        tx,
        ModlogKind.LOCK_POST,
        viewer.id,
        state=locked,
        reason=reason,
        person_id=post.creator_id,
        community_id=post.community_id,
        post_id=post_id,
    )
    await after.record(tx, PostLocked(viewer.id, post_id, locked, reason))
    stored = await posts.by_id(tx, post_id)
    assert stored is not None
    return stored
