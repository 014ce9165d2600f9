"""Remove a post from its community, or restore it: for moderators."""

from folkmoot.core import after, permissions, ranks
from folkmoot.core.moderation import checked_reason
from folkmoot.model.enums import ModlogKind
from folkmoot.model.errors import NotFound
from folkmoot.model.events import PostRemoved
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.store import counts, mass, modlog, posts
from folkmoot.store.db import Tx


async def remove_post(
    tx: Tx, viewer: Viewer, post_id: int, *, removed: bool, reason: str | None = None
) -> Post:
    """Set whether a post is removed; removing closes the reports on it (P-16). Doing it again changes nothing.

    Raises `NotFound` couldnt_find_post; `NotAllowed` not_a_mod_or_admin, not_higher_mod, banned_from_community, deleted; `Invalid`
    invalid_body_field.
    """
    reason = checked_reason(reason)
    post = await posts.for_change(tx, post_id)
    if post is None:
        raise NotFound("couldnt_find_post")
    _, standing = await permissions.officer_in(tx, viewer, post.community_id, "post.remove")
    await ranks.must_outrank_in(tx, standing, post.creator_id)
    if post.removed == removed:
        return post
    await posts.update(tx, post_id, {"removed": removed})
    if not post.deleted:
        await counts.post_appeared(tx, post, -1 if removed else 1)
    if removed:
        await mass.resolve_reports(tx, viewer.id, post_ids=[post_id])
    await modlog.record(
        tx,
        ModlogKind.REMOVE_POST,
        viewer.id,
        state=removed,
        reason=reason,
        person_id=post.creator_id,
        community_id=post.community_id,
        post_id=post_id,
    )
    await after.record(tx, PostRemoved(viewer.id, post_id, removed, reason))
    stored = await posts.by_id(tx, post_id)
    assert stored is not None
    return stored
