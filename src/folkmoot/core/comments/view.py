"""One comment, with its place and the viewer's part of it."""

from folkmoot.core.communities.sight import reads
from folkmoot.core.threads.read import must_be_open
from folkmoot.model.comments import Comment
from folkmoot.model.errors import NotFound
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.model.views import CommentOverlay, CommentView, standing
from folkmoot.store import comments, notifications, posts
from folkmoot.store.db import Tx
from folkmoot.store.listing import views
from folkmoot.store.places import PlacedPost


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


def view_of_written(viewer: Viewer, comment: Comment, place: PlacedPost) -> CommentView:
    """The same for the author of a comment that was just written, made of what was at hand to write it. The counts of its post and
    community are those of before."""
    assert viewer.person is not None
    ground = place.ground
    mine = CommentOverlay(my_vote=1, subscribed=standing(ground.pending), banned_from_community=ground.banned)
    return CommentView(
        comment, viewer.person, ground.moderates, ground.banned, place.post, ground.community, mine
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
