"""Vote up, down, or take a vote back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from folkmoot.core import after, permissions
from folkmoot.model.errors import NotAllowed, NotFound, Refusal
from folkmoot.model.events import CommentVoted, PostVoted
from folkmoot.model.people import Viewer
from folkmoot.model.votes import Tally
from folkmoot.store import counts, marks, places, votes
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx
from folkmoot.store.places import Pair, PlacedComment, PlacedPost
from folkmoot.store.votes import Changed

_KINDS: dict[str, type[PostVoted | CommentVoted]] = {"post": PostVoted, "comment": CommentVoted}
"""What is voted on, and the event of it."""
FEW = 4
"""So few votes take fewer statements one by one."""
Place = TypeVar("Place", PlacedPost, PlacedComment)


@dataclass(frozen=True, slots=True)
class Ballot:
    """What somebody says of a post or comment (`kind`): 1, -1, or any other number for none."""

    voter: Viewer
    kind: str
    item_id: int
    value: int

    @property
    def pair(self) -> Pair:
        """What is voted on, and by whom."""
        return self.item_id, self.voter.id


async def vote(tx: Tx, ballot: Ballot) -> Tally:
    """Vote on whichever it is. Raises as `vote_on_post`, `vote_on_comment`."""
    cast = vote_on_post if ballot.kind == "post" else vote_on_comment
    return await cast(tx, ballot.voter, ballot.item_id, ballot.value)


async def vote_on_post(tx: Tx, voter: Viewer, post_id: int, value: int) -> Tally:
    """Set the voter's vote to 1, -1 or (any other number) none; a repeated vote changes nothing (P-18). The post's votes now.

    Raises `NotFound` couldnt_find_post; `NotAllowed` downvotes_are_disabled, invalid_bot_action, deleted, banned_from_community, site_ban.
    """
    ballot = Ballot(voter, "post", post_id, await _checked(tx, value))
    place = _standing(ballot, await places.post(tx, post_id, voter.id))
    before = await votes.set_post_vote(tx, voter.id, post_id, ballot.value)
    await _follows(tx, ballot, before)
    return await counts.post_voted(tx, place, *_difference(before, ballot.value))


async def vote_on_comment(tx: Tx, voter: Viewer, comment_id: int, value: int) -> Tally:
    """The same for a comment. Raises as `vote_on_post`, `NotFound` couldnt_find_comment."""
    ballot = Ballot(voter, "comment", comment_id, await _checked(tx, value))
    comment = _standing(ballot, await places.comment(tx, comment_id, voter.id)).comment
    before = await votes.set_comment_vote(tx, voter.id, comment_id, comment.post_id, ballot.value)
    await _follows(tx, ballot, before)
    return await counts.comment_voted(tx, comment, *_difference(before, ballot.value))


async def vote_together(tx: Tx, ballots: Sequence[Ballot]) -> list[Refusal | None]:
    """The same for many, in a few statements for all of them. For each, in their order, why it was refused; None where it counts."""
    if len(ballots) < FEW:
        return [await _refusal(tx, ballot) for ballot in ballots]
    refusals: dict[int, Refusal] = {}
    posts = _of_kind(ballots, "post")
    on_posts = await places.posts(tx, _pairs(posts)) if posts else {}
    posts_moved = await _count(tx, "post", posts, on_posts, refusals)
    comments = _of_kind(ballots, "comment")
    on_comments = await places.comments(tx, _pairs(comments)) if comments else {}
    comments_moved = await _count(tx, "comment", comments, on_comments, refusals)
    await counts.voted_together(
        tx,
        posts_moved,
        [(place.comment, up, down) for place, up, down in comments_moved],
    )
    return [refusals.get(number) for number in range(len(ballots))]


async def _refusal(tx: Tx, ballot: Ballot) -> Refusal | None:
    try:
        await vote(tx, ballot)
    except Refusal as refusal:
        return refusal
    return None


def _of_kind(ballots: Sequence[Ballot], kind: str) -> dict[int, Ballot]:
    return {number: ballot for number, ballot in enumerate(ballots) if ballot.kind == kind}


def _pairs(ballots: Mapping[int, Ballot]) -> set[Pair]:
    return {ballot.pair for ballot in ballots.values()}


async def _count(
    tx: Tx,
    kind: str,
    ballots: Mapping[int, Ballot],
    found: Mapping[Pair, Place],
    refusals: dict[int, Refusal],
) -> list[tuple[Place, int, int]]:
    """Write votes on posts or comments; the things, each with how many up and down it has more. Adds to `refusals` what is refused."""
    stood = await votes.among(tx, kind, found) if found else {}
    stands = dict(stood)
    for number, asked in ballots.items():
        try:
            ballot = replace(asked, value=await _checked(tx, asked.value))
            _standing(ballot, found.get(ballot.pair))
        except Refusal as refusal:
            refusals[number] = refusal
            continue
        await _follows(tx, ballot, stands.get(ballot.pair, 0))
        stands[ballot.pair] = ballot.value
    moved: dict[int, tuple[Place, int, int]] = {}
    changed: list[Changed] = []
    for pair, value in stands.items():
        up, down = _difference(stood.get(pair, 0), value)
        if up or down:
            place, ups, downs = moved.get(pair[0], (found[pair], 0, 0))
            moved[pair[0]] = (place, ups + up, downs + down)
            changed.append(Changed(*pair, _post_of(place), value))
    await votes.change_all(tx, kind, changed)
    return list(moved.values())


def _post_of(place: PlacedPost | PlacedComment) -> int:
    return place.post.id if isinstance(place, PlacedPost) else place.comment.post_id


def _standing(ballot: Ballot, place: Place | None) -> Place:
    """The thing, where the voter may vote on it. Raises as `vote_on_post`."""
    if place is None:
        raise NotFound(f"couldnt_find_{ballot.kind}")
    permissions.check("vote.cast", permissions.standing_on(ballot.voter, place.ground))
    return place


async def _follows(tx: Tx, ballot: Ballot, before: int) -> None:
    """What follows for the voter and for other servers."""
    if ballot.voter.account and ballot.kind == "post":
        await marks.mark_read(tx, ballot.voter.id, ballot.item_id)
    if before != ballot.value and _is_told(ballot.voter):
        event = _KINDS[ballot.kind](ballot.voter.id, ballot.item_id, ballot.value, before)
        await after.record(tx, event, ballot.voter)


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
