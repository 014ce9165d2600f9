"""What a comment may be: rules without a database."""

from folkmoot.model.comments import Comment
from folkmoot.model.errors import Invalid, NotAllowed
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post

DEPTH_MAX = 50
"""A parent with 52 or more path parts, so deeper than 50 levels below a top-level comment, takes no replies (C-1)."""


def must_take_comments(post: Post, *, moderates: bool) -> None:
    """Raises `NotAllowed` deleted, locked (C-2, P-12)."""
    if post.deleted or post.removed:
        raise NotAllowed("deleted")
    if post.locked and not moderates:
        raise NotAllowed("locked")


def must_take_replies(parent: Comment, post: Post, *, moderates: bool) -> None:
    """Raises `Invalid` couldnt_create_comment for a parent in another thread, max_comment_depth_reached (C-1, C-2); `NotAllowed` locked
    (OBJ-10)."""
    if parent.post_id != post.id:
        raise Invalid("couldnt_create_comment", field="parent_id")
    if parent.path.count(".") + 1 >= DEPTH_MAX + 2:
        raise Invalid("max_comment_depth_reached", field="parent_id")
    if parent.locked and not moderates:
        raise NotAllowed("locked")


def must_own(viewer: Viewer, comment: Comment) -> None:
    """Only the author edits or deletes (C-7). Raises `NotAllowed` no_comment_edit_allowed."""
    if viewer.id != comment.creator_id:
        raise NotAllowed("no_comment_edit_allowed")
