"""What somebody is about to write beneath or vote on, with the community around it and how they stand there: one query each.

The row that is named is locked until the transaction ends, so that stored counts follow one change after the other. Who changes
whether something counts takes the post first: all that happens in a thread waits for its post, and nobody waits in a circle.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields

from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.enums import Visibility
from folkmoot.model.posts import Post
from folkmoot.model.time import Micros
from folkmoot.store.comments import make_comment
from folkmoot.store.communities import COMMUNITY, make_community
from folkmoot.store.db import Tx
from folkmoot.store.posts import POST, make_post
from folkmoot.store.rows import Row, columns

_COMMENT = columns(Comment, "i")
_POSTS, _COMMENTS, _COMMUNITIES = (len(fields(kind)) for kind in (Post, Comment, Community))

_GROUND = (
    f"{COMMUNITY}, EXISTS (SELECT 1 FROM community_moderator m WHERE m.community_id = c.id AND m.person_id = :person_id),"
    " EXISTS (SELECT 1 FROM community_ban b WHERE b.community_id = c.id AND b.person_id = :person_id),"
    " EXISTS (SELECT 1 FROM community_language l WHERE l.community_id = c.id),"
    " CASE WHEN c.visibility = 'Private' THEN EXISTS"
    " (SELECT 1 FROM community_follow f WHERE f.community_id = c.id AND f.person_id = :person_id AND NOT f.pending) ELSE TRUE END"
)
_POST_AND_GROUND = f"SELECT {POST}, p.newest_comment_necro, {_GROUND}"
_GROUND_OF_POST = "AS p JOIN community c ON c.id = p.community_id"


Pair = tuple[int, int]
"""The ids of a post or comment, and of a person before it."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A community, and how one person stands in it as far as writing and voting go. `chooses_languages`: it takes only some. `let_in`: into a
    private one, as a follower; into others everybody is."""

    community: Community
    moderates: bool
    banned: bool
    chooses_languages: bool
    let_in: bool


@dataclass(frozen=True, slots=True)
class PlacedPost:
    """A post on its ground. `necro`: the newest comment that lifts it in Active (S-2)."""

    post: Post
    necro: Micros
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
    return _ground(row) if row else None


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
    return PlacedComment(make_comment(row[:_COMMENTS]), _ground(row[_COMMENTS:])) if row else None


async def posts(tx: Tx, wanted: Collection[Pair]) -> dict[Pair, PlacedPost]:
    """Posts as several people stand before them, each named with its post: locked, in the order of their ids. Four statements."""
    rows = await tx.all(
        f"SELECT {POST}, p.newest_comment_necro FROM post p WHERE p.id IN :ids[] ORDER BY p.id FOR_UPDATE",
        ids={post_id for post_id, _ in wanted},
    )
    found = {row[0]: (make_post(row[:_POSTS]), row[_POSTS]) for row in rows}
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
    private = {number for number, one in found.items() if one.visibility == Visibility.PRIVATE}
    standing = await tx.all(
        "SELECT community_id, person_id, 'moderates' FROM community_moderator WHERE community_id IN :ids[] AND person_id IN :people[]"
        " UNION ALL SELECT community_id, person_id, 'banned' FROM community_ban WHERE community_id IN :ids[] AND person_id IN :people[]"
        " UNION ALL SELECT DISTINCT community_id, 0, 'chooses' FROM community_language WHERE community_id IN :ids[]"
        " UNION ALL SELECT community_id, person_id, 'follows' FROM community_follow"
        " WHERE community_id IN :private[] AND person_id IN :people[] AND NOT pending",
        ids=set(found), private=private, people={person_id for _, person_id in wanted},
    )  # fmt: skip
    holds = {tuple(row) for row in standing}
    return {
        pair: Ground(
            found[number],
            moderates=(number, pair[1], "moderates") in holds,
            banned=(number, pair[1], "banned") in holds,
            chooses_languages=(number, 0, "chooses") in holds,
            let_in=number not in private or (number, pair[1], "follows") in holds,
        )
        for pair, number in wanted.items()
    }


def _placed_post(row: Row) -> PlacedPost:
    return PlacedPost(make_post(row[:_POSTS]), row[_POSTS], _ground(row[_POSTS + 1 :]))


def _ground(row: Row) -> Ground:
    end = _COMMUNITIES
    return Ground(make_community(row[:end]), *(bool(flag) for flag in row[end : end + 4]))
