"""What somebody is about to write beneath or vote on, with the community around it and how they stand there: one query each.

The row that is named is locked until the transaction ends, so that stored counts follow one change after the other. Who changes
whether something counts takes the post first: all that happens in a thread waits for its post, and nobody waits in a circle.
"""

from dataclasses import dataclass, fields

from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
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


def _placed_post(row: Row) -> PlacedPost:
    return PlacedPost(make_post(row[:_POSTS]), row[_POSTS], _ground(row[_POSTS + 1 :]))


def _ground(row: Row) -> Ground:
    end = _COMMUNITIES
    return Ground(make_community(row[:end]), *(bool(flag) for flag in row[end : end + 4]))
