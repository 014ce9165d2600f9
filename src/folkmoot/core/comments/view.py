"""One comment, with its place and the viewer's part of it."""

from folkmoot.core.comments.create import Created
from folkmoot.core.communities.sight import reads
from folkmoot.core.threads.read import must_be_open
from folkmoot.model.comments import Comment
from folkmoot.model.errors import NotFound
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.model.views import CommentView
from folkmoot.store import comments, notifications, posts
from folkmoot.store.db import Tx
from folkmoot.store.listing import views


async def comment_view(tx: Tx, viewer: Viewer, comment_id: int) -> CommentView:
    """A comment outside its thread, whatever its state: its text is for the renderer to hide (C-6). One query.

    Raises `NotFound` couldnt_find_comment, also for those who may not read its community (R-10); `NotAllowed` instance_is_private.
    """
    await must_be_open(tx, viewer)
    found = await views.one_comment(tx, viewer.id, comment_id)
    if found is None:
        raise NotFound("couldnt_find_comment")
    assert found.community is not None
    if not await reads(tx, viewer, found.community):
        raise NotFound("couldnt_find_comment")
    return found


async def view_of_written(tx: Tx, viewer: Viewer, made: Created) -> CommentView:
    """The same for the author of a comment that this transaction wrote, made from what was at hand to write it. At most one query. The
    counts of its post and community are those from before. Raises as `comment_view`.
    """
    if made.place is None or viewer.person is None:
        return await comment_view(tx, viewer, made.comment.id)
    ground = made.place.ground
    return CommentView(
        made.comment,
        viewer.person,
        ground.moderates,
        ground.banned,
        made.place.post,
        ground.community,
        await views.overlay_of_written(tx, viewer.id, ground),
    )


async def what_it_answers(tx: Tx, comment: Comment) -> Comment | Post:
    """The comment above it, or the post."""
    if comment.parent_id is not None:
        above: Comment | Post | None = await comments.by_id(tx, comment.parent_id)
    else:
        above = await posts.by_id(tx, comment.post_id)
    assert above is not None
    return above


async def told_of(tx: Tx, comment_id: int) -> list[int]:
    """The account that was told of this answer when it was written, if any (C-9)."""
    return await notifications.told_of_reply(tx, comment_id)
