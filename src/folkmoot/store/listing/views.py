"""The things that keys name, with their author and community, and what is one reader's own about them.

Views are the same for everybody and cost one query for any number of ids; overlays cost one more.
"""

from collections.abc import Collection
from dataclasses import fields
from typing import Any

from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.people import Person
from folkmoot.model.posts import Post
from folkmoot.model.views import CommentOverlay, CommentView, PostOverlay, PostView
from folkmoot.store.db import Tx
from folkmoot.store.marks import VISIT_GAP
from folkmoot.store.rows import columns, maker

_POSTS, _COMMENTS, _PEOPLE, _COMMUNITIES = (len(fields(kind)) for kind in (Post, Comment, Person, Community))
_make_post, _make_comment, _make_person, _make_community = (
    maker(Post),
    maker(Comment),
    maker(Person),
    maker(Community),
)

MODERATES = "EXISTS (SELECT 1 FROM community_moderator b WHERE b.community_id = i.community_id AND b.person_id = i.creator_id)"
BANNED = "EXISTS (SELECT 1 FROM community_ban b WHERE b.community_id = i.community_id AND b.person_id = i.creator_id)"
_CROSSPOSTS = (
    "(SELECT count(*) FROM post t WHERE t.url = i.url AND t.id <> i.id AND NOT t.deleted AND NOT t.removed"
    " AND (SELECT NOT o.deleted AND NOT o.removed AND NOT o.hidden AND o.visibility = 'Public' FROM community o WHERE o.id = t.community_id))"
)
_POST_VIEW = f"{columns(Post, 'i')}, {columns(Person, 'w')}, {columns(Community, 'm')}, {MODERATES}, {BANNED}, {_CROSSPOSTS}"
_POST_FROM = "post i JOIN person w ON w.id = +i.creator_id JOIN community m ON m.id = +i.community_id"
COMMENT_VIEW = f"{columns(Comment, 'i')}, {columns(Person, 'w')}, {MODERATES}, {BANNED}"

_SUBSCRIBED = "(SELECT b.pending FROM community_follow b WHERE b.person_id = :viewer AND b.community_id = i.community_id)"
_BLOCKED = "EXISTS (SELECT 1 FROM person_block b WHERE b.person_id = :viewer AND b.target_id = i.creator_id)"
_BANNED_ME = (
    "EXISTS (SELECT 1 FROM community_ban b WHERE b.community_id = i.community_id AND b.person_id = :viewer)"
)
_MY_POST = (
    "(SELECT b.value FROM post_vote b WHERE b.post_id = i.id AND b.person_id = :viewer),"
    " EXISTS (SELECT 1 FROM post_saved b WHERE b.person_id = :viewer AND b.post_id = i.id), r.read,"
    " EXISTS (SELECT 1 FROM post_hidden b WHERE b.person_id = :viewer AND b.post_id = i.id), r.read_comments,"
    " CASE WHEN r.seen < :visit_before THEN r.seen ELSE r.visited END,"
    f" {_SUBSCRIBED}, {_BLOCKED}, {_BANNED_ME}"
)
_MY_READING = "LEFT JOIN post_read r ON r.post_id = i.id AND r.person_id = :viewer"
_MY_COMMENT = (
    "(SELECT b.value FROM comment_vote b WHERE b.comment_id = i.id AND b.person_id = :viewer),"
    f" EXISTS (SELECT 1 FROM comment_saved b WHERE b.person_id = :viewer AND b.comment_id = i.id), {_BLOCKED}, {_SUBSCRIBED}, {_BANNED_ME}"
)


async def post_views(tx: Tx, ids: Collection[int]) -> dict[int, PostView]:
    """Those that exist, by id, whatever their state. One query."""
    rows = await tx.all(f"SELECT {_POST_VIEW} FROM {_POST_FROM} WHERE i.id IN :ids[]", ids=list(ids))
    return {row[0]: post_view_of(row) for row in rows}


async def one_post(tx: Tx, viewer_id: int, post_id: int) -> tuple[PostView, bool] | None:
    """One post with the reader's overlay, and whether they moderate its community. One query."""
    if not viewer_id:
        row = await tx.first(f"SELECT {_POST_VIEW} FROM {_POST_FROM} WHERE i.id = :post_id", post_id=post_id)
        return (post_view_of(row), False) if row else None
    moderates = "EXISTS (SELECT 1 FROM community_moderator b WHERE b.community_id = i.community_id AND b.person_id = :viewer)"
    row = await tx.first(
        f"SELECT {_POST_VIEW}, {_MY_POST}, {moderates} FROM {_POST_FROM} {_MY_READING} WHERE i.id = :post_id",
        viewer=viewer_id, post_id=post_id, visit_before=tx.now - VISIT_GAP,
    )  # fmt: skip
    return (post_view_of(row, _post_overlay(row[-10:-1])), bool(row[-1])) if row else None


async def post_overlays(tx: Tx, viewer_id: int, ids: Collection[int]) -> dict[int, PostOverlay]:
    """The reader's own part of these posts, by id. One query."""
    rows = await tx.all(
        f"SELECT i.id, {_MY_POST} FROM post i {_MY_READING} WHERE i.id IN :ids[]",
        viewer=viewer_id,
        ids=list(ids),
        visit_before=tx.now - VISIT_GAP,
    )
    return {row[0]: _post_overlay(row[1:]) for row in rows}


async def comment_views(tx: Tx, ids: Collection[int], *, placed: bool = False) -> dict[int, CommentView]:
    """Those that exist, by id, whatever their state; `placed`: with post and community. One query."""
    if not placed:
        rows = await tx.all(
            f"SELECT {COMMENT_VIEW} FROM comment i JOIN person w ON w.id = +i.creator_id WHERE i.id IN :ids[]",
            ids=list(ids),
        )
        return {row[0]: comment_view_of(row) for row in rows}
    rows = await tx.all(
        f"SELECT {COMMENT_VIEW}, {columns(Post, 't')}, {columns(Community, 'm')} FROM comment i JOIN person w ON w.id = +i.creator_id"
        " JOIN post t ON t.id = +i.post_id JOIN community m ON m.id = +i.community_id WHERE i.id IN :ids[]",
        ids=list(ids),
    )
    start = _COMMENTS + _PEOPLE + 2
    return {
        row[0]: comment_view_of(
            row,
            post=_make_post(row[start : start + _POSTS]),
            community=_make_community(row[start + _POSTS :]),
        )
        for row in rows
    }


async def comment_overlays(tx: Tx, viewer_id: int, ids: Collection[int]) -> dict[int, CommentOverlay]:
    """The reader's own part of these comments, by id. One query."""
    rows = await tx.all(
        f"SELECT i.id, {_MY_COMMENT} FROM comment i WHERE i.id IN :ids[]", viewer=viewer_id, ids=list(ids)
    )
    return {
        row[0]: CommentOverlay(row[1], bool(row[2]), bool(row[3]), _standing(row[4]), bool(row[5]))
        for row in rows
    }


def post_view_of(row: Any, mine: PostOverlay | None = None) -> PostView:
    """From a row that begins with post, person, community."""
    middle = _POSTS + _PEOPLE
    end = middle + _COMMUNITIES
    view = (
        _make_post(row[:_POSTS]), _make_person(row[_POSTS:middle]), _make_community(row[middle:end]), bool(row[end]), bool(row[end + 1]),
    )  # fmt: skip
    return PostView(*view, mine or PostOverlay(), row[end + 2])


def comment_view_of(row: Any, *, post: Post | None = None, community: Community | None = None) -> CommentView:
    """From a row that begins with `COMMENT_VIEW`."""
    end = _COMMENTS + _PEOPLE
    return CommentView(
        _make_comment(row[:_COMMENTS]),
        _make_person(row[_COMMENTS:end]),
        bool(row[end]),
        bool(row[end + 1]),
        post,
        community,
    )


def _post_overlay(row: Any) -> PostOverlay:
    vote, saved, read, hidden, read_comments, visited, pending, blocked, banned = row
    return PostOverlay(
        vote,
        bool(saved),
        bool(read),
        bool(hidden),
        read_comments,
        visited,
        _standing(pending),
        bool(blocked),
        bool(banned),
    )


def _standing(pending: Any) -> str:
    if pending is None:
        return "NotSubscribed"
    return "Pending" if pending else "Subscribed"
