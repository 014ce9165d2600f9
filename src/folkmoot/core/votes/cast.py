"""Vote up, down, or take a vote back."""

from folkmoot.core import after, permissions
from folkmoot.model.comments import Comment
from folkmoot.model.errors import NotAllowed, NotFound
from folkmoot.model.events import CommentVoted, PostVoted
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.store import comments, communities, counts, posts, votes
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx


async def vote_on_post(tx: Tx, voter: Viewer, post_id: int, value: int) -> None:
    """Set the voter's vote to 1, -1 or (any other number) none; a repeated vote changes nothing (P-18).

    Raises `NotFound` couldnt_find_post; `NotAllowed` downvotes_are_disabled, invalid_bot_action, deleted, banned_from_community, site_ban.
    """
    value = _checked(value)
    await _refuse_disabled(tx, value)
    post = await posts.by_id(tx, post_id)
    if post is None:
        raise NotFound("couldnt_find_post")
    await _may_vote(tx, voter, post.community_id)
    before = await votes.set_post_vote(tx, voter.id, post_id, value)
    await counts.post_voted(tx, post_id, *_difference(before, value))
    if voter.account:
        await posts.mark_read(tx, voter.id, post_id)
    if before != value:
        await after.record(tx, PostVoted(voter.id, post_id, value))


async def vote_on_comment(tx: Tx, voter: Viewer, comment_id: int, value: int) -> None:
    """The same for a comment. Raises as `vote_on_post`, `NotFound` couldnt_find_comment."""
    value = _checked(value)
    await _refuse_disabled(tx, value)
    comment = await comments.by_id(tx, comment_id)
    if comment is None:
        raise NotFound("couldnt_find_comment")
    await _may_vote(tx, voter, comment.community_id)
    before = await votes.set_comment_vote(tx, voter.id, comment_id, comment.post_id, value)
    await counts.comment_voted(tx, comment_id, *_difference(before, value))
    if before != value:
        await after.record(tx, CommentVoted(voter.id, comment_id, value))


def _checked(value: int) -> int:
    return value if value in (1, -1) else 0


def _difference(before: int, value: int) -> tuple[int, int]:
    """How many up and down votes come with a change of one vote."""
    return (value == 1) - (before == 1), (value == -1) - (before == -1)


async def _refuse_disabled(tx: Tx, value: int) -> None:
    if value == -1 and not (await store_site.local_site(tx)).enable_downvotes:
        raise NotAllowed("downvotes_are_disabled")


async def _may_vote(tx: Tx, voter: Viewer, community_id: int) -> None:
    community = await communities.by_id(tx, community_id)
    if community is None:
        raise NotFound("couldnt_find_community")
    permissions.check("vote.cast", await permissions.standing_in(tx, voter, community))


async def own_vote_on_post(tx: Tx, author: Viewer, post: Post) -> None:
    """The vote that comes with writing a post; it is marked read for its author (P-7)."""
    await votes.set_post_vote(tx, author.id, post.id, 1)
    await counts.post_voted(tx, post.id, 1, 0)
    if author.account:
        await posts.mark_read(tx, author.id, post.id, read_comments=0)


async def own_vote_on_comment(tx: Tx, author: Viewer, comment: Comment) -> None:
    """The vote that comes with writing a comment (C-3)."""
    await votes.set_comment_vote(tx, author.id, comment.id, comment.post_id, 1)
    await counts.comment_voted(tx, comment.id, 1, 0)
