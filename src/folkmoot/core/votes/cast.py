"""Vote up, down, or take a vote back."""

from folkmoot.core import after, permissions
from folkmoot.model.errors import NotAllowed, NotFound
from folkmoot.model.events import CommentVoted, PostVoted
from folkmoot.model.people import Viewer
from folkmoot.model.votes import Tally
from folkmoot.store import counts, marks, places, votes
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx


async def vote_on_post(tx: Tx, voter: Viewer, post_id: int, value: int) -> Tally:
    """Set the voter's vote to 1, -1 or (any other number) none; a repeated vote changes nothing (P-18). The post's votes now.

    Raises `NotFound` couldnt_find_post; `NotAllowed` downvotes_are_disabled, invalid_bot_action, deleted, banned_from_community, site_ban.
    """
    value = await _checked(tx, value)
    place = await places.post(tx, post_id, voter.id)
    if place is None:
        raise NotFound("couldnt_find_post")
    permissions.check("vote.cast", permissions.standing_on(voter, place.ground))
    before = await votes.set_post_vote(tx, voter.id, post_id, value)
    if voter.account:
        await marks.mark_read(tx, voter.id, post_id)
    if before != value and _is_told(voter):
        await after.record(tx, PostVoted(voter.id, post_id, value, before), voter)
    return await counts.post_voted(tx, place, *_difference(before, value))


async def vote_on_comment(tx: Tx, voter: Viewer, comment_id: int, value: int) -> Tally:
    """The same for a comment. Raises as `vote_on_post`, `NotFound` couldnt_find_comment."""
    value = await _checked(tx, value)
    place = await places.comment(tx, comment_id, voter.id)
    if place is None:
        raise NotFound("couldnt_find_comment")
    permissions.check("vote.cast", permissions.standing_on(voter, place.ground))
    before = await votes.set_comment_vote(tx, voter.id, comment_id, place.comment.post_id, value)
    if before != value and _is_told(voter):
        await after.record(tx, CommentVoted(voter.id, comment_id, value, before), voter)
    return await counts.comment_voted(tx, place.comment, *_difference(before, value))


async def _checked(tx: Tx, value: int) -> int:
    if value == -1 and not (await store_site.local_site(tx)).enable_downvotes:
        raise NotAllowed("downvotes_are_disabled")
    return value if value in (1, -1) else 0


def _is_told(voter: Viewer) -> bool:
    """Whether other servers may hear of their votes. What is not written down now is not sent later either (VOT-3)."""
    return voter.account is None or voter.account.federate_votes


def _difference(before: int, value: int) -> tuple[int, int]:
    """How many up and down votes come with a change of one vote."""
    return (value == 1) - (before == 1), (value == -1) - (before == -1)
