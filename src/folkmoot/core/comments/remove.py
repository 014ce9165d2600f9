"""Remove a comment, or restore it: for moderators."""

from folkmoot.core import after, permissions, ranks
from folkmoot.core.moderation import checked_reason
from folkmoot.model.comments import Comment
from folkmoot.model.enums import ModlogKind
from folkmoot.model.errors import NotAllowed, NotFound
from folkmoot.model.events import CommentRemoved
from folkmoot.model.people import Viewer
from folkmoot.store import comments, counts, mass, modlog, posts
from folkmoot.store.db import Tx


async def remove_comment(
    tx: Tx, viewer: Viewer, comment_id: int, *, removed: bool, reason: str | None = None
) -> Comment:
    """Set whether a comment is removed; removing closes the reports on it (P-16). Doing it again changes nothing.

    Raises `NotFound` couldnt_find_comment; `NotAllowed` not_a_mod_or_admin, not_higher_mod, banned_from_community, deleted,
    couldnt_update_comment for one that its author deleted (C-7); `Invalid` invalid_body_field.
    """
    reason = checked_reason(reason)
    post = await posts.of_comment_for_change(tx, comment_id)
    comment = await comments.by_id(tx, comment_id)
    if post is None or comment is None:
        raise NotFound("couldnt_find_comment")
    _, standing = await permissions.officer_in(tx, viewer, comment.community_id, "comment.remove")
    await ranks.must_outrank_in(tx, standing, comment.creator_id)
    if comment.deleted:
        raise NotAllowed("couldnt_update_comment")
    if comment.removed == removed:
        return comment
    await comments.update(tx, comment_id, {"removed": removed})
    await counts.comment_appeared(tx, comment, post, -1 if removed else 1)
    if removed:
        await mass.resolve_reports(tx, viewer.id, comment_ids=[comment_id])
    await modlog.record(
        tx,
        ModlogKind.REMOVE_COMMENT,
        viewer.id,
        state=removed,
        reason=reason,
        person_id=comment.creator_id,
        community_id=comment.community_id,
        post_id=comment.post_id,
        comment_id=comment_id,
    )
    await after.record(tx, CommentRemoved(viewer.id, comment_id, removed, reason))
    stored = await comments.by_id(tx, comment_id)
    assert stored is not None
    return stored
