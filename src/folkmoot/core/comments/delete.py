"""Delete a comment that one wrote, or bring it back."""

from folkmoot.core import after, permissions
from folkmoot.core.comments import rules
from folkmoot.model.comments import Comment
from folkmoot.model.errors import Conflict, NotFound
from folkmoot.model.events import CommentDeleted
from folkmoot.model.people import Viewer
from folkmoot.store import comments, counts, places
from folkmoot.store.db import Tx


async def delete_comment(tx: Tx, viewer: Viewer, comment_id: int, *, deleted: bool) -> Comment:
    """Set whether a comment is deleted; the answers to it stay. After a month its text is overwritten for good (P-15).

    Raises `NotFound` couldnt_find_comment; `NotAllowed` no_comment_edit_allowed, deleted (the community), banned_from_community,
    site_ban; `Conflict` couldnt_update_comment where it is so already (C-7).
    """
    place = await places.post_of_comment(tx, comment_id, viewer.id)
    comment = await comments.by_id(tx, comment_id) if place else None
    if place is None or comment is None:
        raise NotFound("couldnt_find_comment")
    permissions.check("comment.delete", permissions.standing_on(viewer, place.ground))
    rules.must_own(viewer, comment)
    if comment.deleted == deleted:
        raise Conflict("couldnt_update_comment")
    stored = await comments.update(
        tx, comment_id, {"deleted": deleted, "deleted_at": tx.now if deleted else None}
    )
    if not comment.removed:
        await counts.comment_appeared(tx, comment, place.post, -1 if deleted else 1)
    await after.record(tx, CommentDeleted(viewer.id, comment_id, deleted))
    return stored
