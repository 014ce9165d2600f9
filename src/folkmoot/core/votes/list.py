"""Who voted: for moderators."""

from folkmoot.core import permissions
from folkmoot.model.errors import NotFound
from folkmoot.model.people import Viewer
from folkmoot.model.votes import Cast
from folkmoot.store import comments, posts, votes
from folkmoot.store.db import Tx


async def votes_on_post(
    tx: Tx, viewer: Viewer, post_id: int, *, page: int = 1, limit: int = 10
) -> list[Cast]:
    """The votes on a post, downvotes first, then by time; for moderators of the community and admins (P-20).

    Raises `NotFound` couldnt_find_post; `NotAllowed` not_a_mod_or_admin.
    """
    post = await posts.by_id(tx, post_id)
    if post is None:
        raise NotFound("couldnt_find_post")
    await permissions.officer_in(tx, viewer, post.community_id, "votes.see")
    return await votes.on_item(tx, "post", post_id, post.community_id, limit=limit, offset=(page - 1) * limit)


async def votes_on_comment(
    tx: Tx, viewer: Viewer, comment_id: int, *, page: int = 1, limit: int = 10
) -> list[Cast]:
    """The same for a comment. Raises as `votes_on_post`, `NotFound` couldnt_find_comment."""
    comment = await comments.by_id(tx, comment_id)
    if comment is None:
        raise NotFound("couldnt_find_comment")
    await permissions.officer_in(tx, viewer, comment.community_id, "votes.see")
    return await votes.on_item(
        tx, "comment", comment_id, comment.community_id, limit=limit, offset=(page - 1) * limit
    )
