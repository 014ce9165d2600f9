"""Close a comment to answers, or open it again: for moderators."""

from folkmoot.core import after, permissions
from folkmoot.core.moderation import checked_reason
from folkmoot.model.comments import Comment
from folkmoot.model.enums import ModlogKind
from folkmoot.model.errors import NotFound
from folkmoot.model.events import CommentLocked
from folkmoot.model.people import Viewer
from folkmoot.store import comments, modlog
from folkmoot.store.db import Tx


async def lock_comment(
    tx: Tx, viewer: Viewer, comment_id: int, *, locked: bool, reason: str | None = None
) -> Comment:
    """Set whether a comment and everything below it takes answers of others than moderators (OBJ-10). Doing it again changes nothing.

    Raises `NotFound` couldnt_find_comment; `NotAllowed` not_a_mod_or_admin, banned_from_community, deleted; `Invalid`
    invalid_body_field.
    """
    reason = checked_reason(reason)
    comment = await comments.by_id(tx, comment_id)
    if comment is None:
        raise NotFound("couldnt_find_comment")
    await permissions.officer_in(tx, viewer, comment.community_id, "comment.lock")
    if comment.locked == locked:
        return comment
    await comments.lock_with_answers(tx, comment, locked=locked)
    await modlog.record(
        tx,
        ModlogKind.LOCK_COMMENT,
        viewer.id,
        state=locked,
        reason=reason,
        person_id=comment.creator_id,
        community_id=comment.community_id,
        post_id=comment.post_id,
        comment_id=comment_id,
    )
    await after.record(tx, CommentLocked(viewer.id, comment_id, locked, reason))
    stored = await comments.by_id(tx, comment_id)
    assert stored is not None
    return stored
