"""What somebody is about to write beneath or vote on, with the community around it and how they stand there: one query each.

The row that is named is locked until the transaction ends, so that stored counts follow one change after the other. Who changes
whether something counts takes the post first: all that happens in a thread waits for its post, and nobody waits in a circle.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.enums import Visibility
from folkmoot.model.posts import Post
from folkmoot.model.time import Micros
from folkmoot.store.comments import make_comment
from folkmoot.store.communities import COMMUNITY, make_community
from folkmoot.store.db import Tx
from folkmoot.store.posts import POST, make_post
from folkmoot.store.rows import Row, columns, width

_COMMENT = columns(Comment, "i")
_POSTS, _COMMENTS, _COMMUNITIES = (width(kind) for kind in (Post, Comment, Community))


def _standing(community: str, person: str) -> str:
    """How somebody stands in a community, both given by their ids in SQL: the fields of `Ground` behind the community."""
    return (
        f"EXISTS (SELECT 1 FROM community_moderator m WHERE m.community_id = {community} AND m.person_id = {person}),"
        f" EXISTS (SELECT 1 FROM community_ban b WHERE b.community_id = {community} AND b.person_id = {person}),"
        f" EXISTS (SELECT 1 FROM community_language l WHERE l.community_id = {community}),"
        f" (SELECT f.pending FROM community_follow f WHERE f.community_id = {community} AND f.person_id = {person})"
    )


_GROUND = f"{COMMUNITY}, {_standing('c.id', ':person_id')}"
_PLACED_POST = f"{POST}, p.newest_comment_necro, p.comments_step"
_POST_AND_GROUND = f"SELECT {_PLACED_POST}, {_GROUND}"
_GROUND_OF_POST = "AS p JOIN community c ON c.id = p.community_id"


Pair = tuple[int, int]
"""The ids of a post or comment, and of a person before it."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A community, and how one person stands in it as far as writing and voting go. `chooses_languages`: it takes only some. `pending`:
    whether their follow still waits; None for who does not follow it."""

    community: Community
    moderates: bool
    banned: bool
    chooses_languages: bool
    pending: bool | None

    @property
    def let_in(self) -> bool:
        """Into a private community its followers are, into others everybody."""
        return self.community.visibility != Visibility.PRIVATE or self.pending is False


@dataclass(frozen=True, slots=True)
class PlacedPost:
    """A post on its ground. `necro`: the newest comment that lifts it in Active (S-2). `step`: where it stands by its number of comments, as
    the order of lists has it (`comments_step`)."""

    post: Post
    necro: Micros
    step: int
    ground: Ground


@dataclass(frozen=True, slots=True)
class PlacedComment:
    """A comment on its ground."""

    comment: Comment
    ground: Ground


async def community(tx: Tx, community_id: int, person_id: int) -> Ground | None:
    """A community alone, locked: of two equal posts that come at once, the second finds the first."""
    row = await tx.first(
        f"SELECT {_GROUND} FROM (SELECT * FROM community WHERE id = :community_id FOR_UPDATE) AS c",
        community_id=community_id, person_id=person_id,
    )  # fmt: skip
    return _grounded(row) if row else None


async def post(tx: Tx, post_id: int, person_id: int, *, lock: bool = True) -> PlacedPost | None:
    """A post, locked unless told otherwise."""
    locked = " FOR_UPDATE" if lock else ""
    row = await tx.first(
        f"{_POST_AND_GROUND} FROM (SELECT * FROM post WHERE id = :post_id{locked}) {_GROUND_OF_POST}",
        post_id=post_id, person_id=person_id,
    )  # fmt: skip
    return _placed_post(row) if row else None


async def post_of_comment(tx: Tx, comment_id: int, person_id: int) -> PlacedPost | None:
    """The post that a comment belongs to, locked: for whoever changes whether the comment counts."""
    row = await tx.first(
        f"{_POST_AND_GROUND} FROM (SELECT * FROM post WHERE id = (SELECT post_id FROM comment WHERE id = :comment_id) FOR_UPDATE)"
        f" {_GROUND_OF_POST}",
        comment_id=comment_id, person_id=person_id,
    )  # fmt: skip
    return _placed_post(row) if row else None


async def comment(tx: Tx, comment_id: int, person_id: int, *, lock: bool = True) -> PlacedComment | None:
    """A comment, locked unless told otherwise: for votes on it, which do not touch its post."""
    locked = " FOR_UPDATE" if lock else ""
    row = await tx.first(
        f"SELECT {_COMMENT}, {_GROUND} FROM (SELECT * FROM comment WHERE id = :comment_id{locked}) AS i"
        " JOIN community c ON c.id = i.community_id",
        comment_id=comment_id, person_id=person_id,
    )  # fmt: skip
    return PlacedComment(make_comment(row[:_COMMENTS]), _grounded(row[_COMMENTS:])) if row else None


async def posts(tx: Tx, wanted: Collection[Pair]) -> dict[Pair, PlacedPost]:
    """Posts as several people stand before them, each named with its post: locked, in the order of their ids. Four statements."""
    rows = await tx.all(
        f"SELECT {_PLACED_POST} FROM post p WHERE p.id IN :ids[] ORDER BY p.id FOR_UPDATE",
        ids={post_id for post_id, _ in wanted},
    )
    found = {row[0]: (make_post(row[:_POSTS]), row[_POSTS], row[_POSTS + 1]) for row in rows}
    grounds = await _grounds(
        tx, {pair: found[pair[0]][0].community_id for pair in wanted if pair[0] in found}
    )
    return {pair: PlacedPost(*found[pair[0]], ground) for pair, ground in grounds.items()}


async def comments(tx: Tx, wanted: Collection[Pair]) -> dict[Pair, PlacedComment]:
    """The same for comments."""
    rows = await tx.all(
        f"SELECT {_COMMENT} FROM comment i WHERE i.id IN :ids[] ORDER BY i.id FOR_UPDATE",
        ids={comment_id for comment_id, _ in wanted},
    )
    found = {row[0]: make_comment(row) for row in rows}
    grounds = await _grounds(tx, {pair: found[pair[0]].community_id for pair in wanted if pair[0] in found})
    return {pair: PlacedComment(found[pair[0]], ground) for pair, ground in grounds.items()}


async def _grounds(tx: Tx, wanted: Mapping[Pair, int]) -> dict[Pair, Ground]:
    """How each of the people stands in the community that is given for them."""
    if not wanted:
        return {}
    rows = await tx.all(f"SELECT {COMMUNITY} FROM community c WHERE c.id IN :ids[]", ids=set(wanted.values()))
    found = {row[0]: make_community(row) for row in rows}
    standing = sorted({(community_id, pair[1]) for pair, community_id in wanted.items()})
    rows = await tx.all(
        f"SELECT s.community_id, s.person_id, {_standing('s.community_id', 's.person_id')} FROM EACH(:communities[], :people[]) AS s (community_id, person_id)",
        communities=[community_id for community_id, _ in standing],
        people=[person_id for _, person_id in standing],
    )
    stands = {(row[0], row[1]): row for row in rows}
    return {
        pair: _ground(found[community_id], stands[community_id, pair[1]][2:])
        for pair, community_id in wanted.items()
    }


def _placed_post(row: Row) -> PlacedPost:
    return PlacedPost(make_post(row[:_POSTS]), row[_POSTS], row[_POSTS + 1], _grounded(row[_POSTS + 2 :]))


def _grounded(row: Row) -> Ground:
    return _ground(make_community(row), row[_COMMUNITIES:])


def _ground(community: Community, standing: Row) -> Ground:
    """`standing`: the columns of `_standing`."""
    moderates, banned, chooses, pending = standing
    return Ground(
        community, bool(moderates), bool(banned), bool(chooses), None if pending is None else bool(pending)
    )
