"""The things that keys name, with their author and community, and what is one reader's own about them.

Views are the same for everybody and cost one query for any number of ids; overlays cost one more.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.images import ImageDetails
from folkmoot.model.people import BANS, Person
from folkmoot.model.posts import Post
from folkmoot.model.records import altered
from folkmoot.model.views import (
    NO_POST_OVERLAY,
    CommentOverlay,
    CommentView,
    PostLine,
    PostOverlay,
    PostView,
    standing,
)
from folkmoot.store.db import Tx
from folkmoot.store.marks import VISIT_GAP
from folkmoot.store.rows import column, columns, maker, width

_POSTS, _COMMENTS, _PEOPLE, _COMMUNITIES = (width(kind) for kind in (Post, Comment, Person, Community))
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
_POST_VIEW = (
    f"{columns(Post, 'i')}, {columns(Person, 'w')}, {columns(Community, 'm')}, {MODERATES}, {BANNED}, {_CROSSPOSTS},"
    f" {columns(ImageDetails, 'd')}"
)
_POST_FROM = (
    "post i JOIN person w ON w.id = +i.creator_id JOIN community m ON m.id = +i.community_id"
    " LEFT JOIN image_details d ON d.link = i.thumbnail_url"
)
COMMENT_VIEW = f"{columns(Comment, 'i')}, {columns(Person, 'w')}, {MODERATES}, {BANNED}"
_PLACED_COMMENT = f"{COMMENT_VIEW}, {columns(Post, 't')}, {columns(Community, 'm')}"
_PLACED_FROM = "comment i JOIN person w ON w.id = +i.creator_id JOIN post t ON t.id = +i.post_id JOIN community m ON m.id = +i.community_id"
_SUBSCRIBED = "(SELECT b.pending FROM community_follow b WHERE b.person_id = :viewer AND b.community_id = i.community_id)"
_BLOCKED = "EXISTS (SELECT 1 FROM person_block b WHERE b.person_id = :viewer AND b.target_id = i.creator_id)"
_BANNED_ME = (
    "EXISTS (SELECT 1 FROM community_ban b WHERE b.community_id = i.community_id AND b.person_id = :viewer)"
)
_HIDDEN = "EXISTS (SELECT 1 FROM post_hidden b WHERE b.person_id = :viewer AND b.post_id = i.id)"
HIDDEN = "hidden"
"""Stands among what a reader is free of where a list leaves out what they hid."""


@cache
def _my_post(free_of: frozenset[str] = frozenset()) -> str:
    """The reader's own part of a post. `free_of`: what they have none of.

    The ranges of one lead engines to the index that begins with the reader: their votes stand on few pages, those of a post wherever it is.
    """
    vote = "SELECT b.value FROM post_vote b WHERE b.person_id = :viewer AND b.post_id BETWEEN i.id AND i.id"
    return (
        f"({vote}), EXISTS (SELECT 1 FROM post_saved b WHERE b.person_id = :viewer AND b.post_id = i.id), r.read,"
        f" {_unless(HIDDEN, free_of, _HIDDEN)}, r.read_comments, CASE WHEN r.seen < :visit_before THEN r.seen ELSE r.visited END,"
        f" {_SUBSCRIBED}, {_unless('person', free_of, _BLOCKED)}, {_unless(BANS, free_of, _BANNED_ME)}"
    )


def _unless(kind: str, free_of: frozenset[str], asked: str) -> str:
    return "FALSE" if kind in free_of else asked


_MY_READING = "LEFT JOIN post_read r ON r.post_id = i.id AND r.person_id = :viewer"


@cache
def _my_comment(free_of: frozenset[str] = frozenset()) -> str:
    """The same of a comment."""
    vote = (
        "SELECT b.value FROM comment_vote b WHERE b.person_id = :viewer AND b.post_id = i.post_id"
        " AND b.comment_id BETWEEN i.id AND i.id"
    )
    return (
        f"({vote}), EXISTS (SELECT 1 FROM comment_saved b WHERE b.person_id = :viewer AND b.comment_id = i.id),"
        f" {_unless('person', free_of, _BLOCKED)}, {_SUBSCRIBED}, {_unless(BANS, free_of, _BANNED_ME)}"
    )


async def post_views(tx: Tx, ids: Collection[int]) -> dict[int, PostView]:
    """Those that exist, by id, whatever their state. One query."""
    rows = await tx.all(f"SELECT {_POST_VIEW} FROM {_POST_FROM} WHERE i.id IN :ids[]", ids=list(ids))
    return {row[0]: post_view_of(row) for row in rows}


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom statements that name rows are dressed. `signed_in`: with the reader's own part. `free_of`: what they have none of.
    `numbered`: the rows are to come in the order in which they are named, and the engine does not see to that by itself."""

    signed_in: bool = False
    free_of: frozenset[str] = frozenset()
    numbered: bool = False

    def dress(self, names: str, asked: str) -> Callable[[str], str]:
        """Puts a statement that names rows, with these columns, before one that asks more about them: they are its table `k`."""
        if not self.numbered:
            return lru_cache(maxsize=2000)(lambda keys: f"WITH k ({names}) AS MATERIALIZED ({keys}) {asked}")
        placed = f"k AS MATERIALIZED (SELECT row_number() OVER () AS place, n.* FROM named AS n) {asked} ORDER BY place"
        return lru_cache(maxsize=2000)(
            lambda keys: f"WITH named ({names}) AS MATERIALIZED ({keys}), {placed}"
        )


_POST_KEYS = "featured, id, version, creator_id, community_id, creator_version, community_version"
_COMMENT_KEYS = f"{_POST_KEYS}, post_id, post_version"


@cache
def dressed_posts(reader: Reader) -> Callable[[str], str]:
    """Makes of a statement that names posts (`featured`, then the columns of a `PostKey`) one that answers `featured` and a row for
    `post_view_of`, in the same order."""
    mine, reading = (f", {_my_post(reader.free_of)}", f" {_MY_READING}") if reader.signed_in else ("", "")
    asked = f"SELECT k.featured, {_POST_VIEW}{mine} FROM k CROSS JOIN {_POST_FROM}{reading} WHERE i.id = k.id"
    return reader.dress(_POST_KEYS, asked)


@cache
def marked_posts(reader: Reader) -> Callable[[str], str]:
    """The same for the columns of a `PostLine`: nothing of the posts but what keys have, and the reader's part."""
    mine, reading = (f", {_my_post(reader.free_of)}", f" {_MY_READING}") if reader.signed_in else ("", "")
    names = ", ".join(f"i.{name}" for name in _POST_KEYS.split(", "))
    return reader.dress(_POST_KEYS, f"SELECT {names}, {MODERATES}, {BANNED}{mine} FROM k AS i{reading}")


@cache
def dressed_comments(reader: Reader) -> Callable[[str], str]:
    """The same for comments, with post and community: a row for `placed_comment_of`."""
    mine = f", {_my_comment(reader.free_of)}" if reader.signed_in else ""
    asked = f"SELECT k.featured, {_PLACED_COMMENT}{mine} FROM k CROSS JOIN {_PLACED_FROM} WHERE i.id = k.id"
    return reader.dress(_COMMENT_KEYS, asked)


@cache
def marked_comments(reader: Reader) -> Callable[[str], str]:
    """The same for the columns of a `CommentLine`."""
    mine = f", {_my_comment(reader.free_of)}" if reader.signed_in else ""
    asked = (
        f"SELECT k.featured, k.id, k.version, k.creator_version, {MODERATES}, {BANNED}, i.deleted, i.removed, k.post_id, k.post_version,"
        f" k.community_version, k.community_id, k.creator_id{mine} FROM k CROSS JOIN comment i WHERE i.id = k.id"
    )
    return reader.dress(_COMMENT_KEYS, asked)


_NAMED = "i.id IN :ids[] AND m.id = i.community_id AND w.id = i.creator_id"


@cache
def lines_of_posts(reader: Reader) -> str:
    """A statement that answers `featured`, which is false, and the columns of a `PostLine` for certain posts (`:ids`), in no order. More
    conditions may follow, on the posts as `i` and their communities as `m`. CROSS JOIN has SQLite begin with the ids."""
    mine, reading = (f", {_my_post(reader.free_of)}", f" {_MY_READING}") if reader.signed_in else ("", "")
    return (
        f"SELECT FALSE, i.id, i.version, i.creator_id, i.community_id, w.version, m.version, {MODERATES}, {BANNED}{mine}"
        f" FROM post i CROSS JOIN community m CROSS JOIN person w{reading} WHERE {_NAMED}"
    )


@cache
def lines_of_comments(reader: Reader) -> str:
    """The same for the columns of a `CommentLine` of certain comments."""
    mine = f", {_my_comment(reader.free_of)}" if reader.signed_in else ""
    return (
        f"SELECT FALSE, i.id, i.version, w.version, {MODERATES}, {BANNED}, i.deleted, i.removed, i.post_id, t.version, m.version,"
        f" i.community_id, i.creator_id{mine} FROM comment i CROSS JOIN community m CROSS JOIN person w CROSS JOIN post t"
        f" WHERE {_NAMED} AND t.id = i.post_id"
    )


@dataclass(frozen=True, slots=True)
class Beside:
    """What is told of a post with its line: whether there are other posts of its link, whatever their state, how many comments its
    community has by now, and whether the reader moderates that or has blocked it."""

    linked: bool
    comments: int
    moderates: bool = False
    blocked: bool = False


_MODERATED = "EXISTS (SELECT 1 FROM community_moderator b WHERE b.community_id = i.community_id AND b.person_id = :viewer)"
_PLACE_BLOCKED = (
    "EXISTS (SELECT 1 FROM community_block b WHERE b.community_id = i.community_id AND b.person_id = :viewer)"
)
_LINKED = "EXISTS (SELECT 1 FROM post t WHERE t.url = i.url AND t.id <> i.id)"
_COMMENTS_THERE = column(Community, "comments", "m")


def _which_post(post_id: int, comment_id: int) -> tuple[str, dict[str, Any]]:
    """One post's id, or (0) that of a comment's post: how a statement says it, and its parameter."""
    if post_id:
        return ":post_id", {"post_id": post_id}
    return "(SELECT c.post_id FROM comment c WHERE c.id = :comment_id)", {"comment_id": comment_id}


async def one_post(
    tx: Tx, viewer_id: int, post_id: int, *, comment_id: int = 0
) -> tuple[PostView, bool] | None:
    """One post, or (0) that of a comment, with the reader's overlay, and whether they moderate its community. One query."""
    which, asked = _which_post(post_id, comment_id)
    if not viewer_id:
        row = await tx.first(f"SELECT {_POST_VIEW} FROM {_POST_FROM} WHERE i.id = {which}", **asked)
        return (post_view_of(row), False) if row else None
    row = await tx.first(
        f"SELECT {_POST_VIEW}, {_my_post()}, {_MODERATED} FROM {_POST_FROM} {_MY_READING} WHERE i.id = {which}",
        viewer=viewer_id, **asked, visit_before=tx.now - VISIT_GAP,
    )  # fmt: skip
    return (post_view_of(row, signed_in=True), bool(row[-1])) if row else None


@cache
def _mine_beside(free_of: frozenset[str]) -> str:
    return f", {_my_post(free_of)}, {_MODERATED}, {_unless('community', free_of, _PLACE_BLOCKED)}"


async def line_of_post(
    tx: Tx, viewer_id: int, post_id: int, *, comment_id: int = 0, free_of: frozenset[str] = frozenset()
) -> tuple[PostLine, PostOverlay, Beside] | None:
    """One post, or (0) that of a comment, for who knows how posts look: its line, the reader's overlay, and what stands beside it.
    One query."""
    which, asked = _which_post(post_id, comment_id)
    mine, reading = "", ""
    if viewer_id:
        mine, reading = _mine_beside(free_of), f" {_MY_READING}"
        asked |= {"viewer": viewer_id, "visit_before": tx.now - VISIT_GAP}
    row: Any = await tx.first(
        f"SELECT i.id, i.version, i.creator_id, i.community_id, w.version, m.version, {MODERATES}, {BANNED}, {_LINKED}, {_COMMENTS_THERE}{mine}"
        f" FROM post i JOIN person w ON w.id = +i.creator_id JOIN community m ON m.id = +i.community_id{reading} WHERE i.id = {which}",
        **asked,
    )
    if row is None:
        return None
    line, linked, comments = PostLine(*row[:8]), bool(row[8]), row[9]
    if not viewer_id:
        return line, NO_POST_OVERLAY, Beside(linked, comments)
    return line, _post_overlay(row[10:19]), Beside(linked, comments, bool(row[19]), bool(row[20]))


async def post_overlays(tx: Tx, viewer_id: int, ids: Collection[int]) -> dict[int, PostOverlay]:
    """The reader's own part of these posts, by id. One query."""
    rows = await tx.all(
        f"SELECT i.id, {_my_post()} FROM post i {_MY_READING} WHERE i.id IN :ids[]",
        viewer=viewer_id,
        ids=list(ids),
        visit_before=tx.now - VISIT_GAP,
    )
    return {row[0]: _post_overlay(row[1:]) for row in rows}


def overlay_of(line: PostLine) -> PostOverlay:
    """The reader's own part of a post, from its line."""
    return _post_overlay(line[8:])


async def comment_views(tx: Tx, ids: Collection[int], *, placed: bool = False) -> dict[int, CommentView]:
    """Those that exist, by id, whatever their state; `placed`: with post and community. One query."""
    if not placed:
        rows = await tx.all(
            f"SELECT {COMMENT_VIEW} FROM comment i JOIN person w ON w.id = +i.creator_id WHERE i.id IN :ids[]",
            ids=list(ids),
        )
        return {row[0]: comment_view_of(row) for row in rows}
    rows = await tx.all(f"SELECT {_PLACED_COMMENT} FROM {_PLACED_FROM} WHERE i.id IN :ids[]", ids=list(ids))
    return {row[0]: placed_comment_of(row) for row in rows}


async def one_comment(tx: Tx, viewer_id: int, comment_id: int) -> CommentView | None:
    """One comment with post and community and the reader's overlay. One query."""
    if not viewer_id:
        return (await comment_views(tx, [comment_id], placed=True)).get(comment_id)
    row = await tx.first(
        f"SELECT {_PLACED_COMMENT}, {_my_comment()} FROM {_PLACED_FROM} WHERE i.id = :comment_id",
        viewer=viewer_id, comment_id=comment_id,
    )  # fmt: skip
    return placed_comment_of(row, signed_in=True) if row else None


async def comment_overlays(tx: Tx, viewer_id: int, ids: Collection[int]) -> dict[int, CommentOverlay]:
    """The reader's own part of these comments, by id. One query."""
    rows = await tx.all(
        f"SELECT i.id, {_my_comment()} FROM comment i WHERE i.id IN :ids[]", viewer=viewer_id, ids=list(ids)
    )
    return {row[0]: _comment_overlay(row[1:]) for row in rows}


def post_view_of(row: Any, *, signed_in: bool = False) -> PostView:
    """From a row that begins with `_POST_VIEW`, and for who is `signed_in` goes on with `_my_post`."""
    middle = _POSTS + _PEOPLE
    end = middle + _COMMUNITIES
    view = (
        _make_post(row[:_POSTS]), _make_person(row[_POSTS:middle]), _make_community(row[middle:end]), bool(row[end]), bool(row[end + 1]),
    )  # fmt: skip
    image = ImageDetails(*row[end + 3 : end + 7]) if row[end + 3] is not None else None
    mine = _post_overlay(row[end + 7 : end + 16]) if signed_in else NO_POST_OVERLAY
    return PostView(*view, mine, row[end + 2], image)


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


def placed_comment_of(row: Any, *, signed_in: bool = False) -> CommentView:
    """From a row that begins with `_PLACED_COMMENT`, and for who is `signed_in` goes on with `_my_comment`."""
    start = _COMMENTS + _PEOPLE + 2
    middle = start + _POSTS
    end = middle + _COMMUNITIES
    view = comment_view_of(
        row, post=_make_post(row[start:middle]), community=_make_community(row[middle:end])
    )
    return altered(view, mine=_comment_overlay(row[end:])) if signed_in else view


def _comment_overlay(row: Any) -> CommentOverlay:
    return CommentOverlay(row[0], bool(row[1]), bool(row[2]), standing(row[3]), bool(row[4]))


def _post_overlay(row: Any) -> PostOverlay:
    vote, saved, read, hidden, read_comments, visited, pending, blocked, banned = row
    return PostOverlay(
        vote,
        bool(saved),
        bool(read),
        bool(hidden),
        read_comments,
        visited,
        standing(pending),
        bool(blocked),
        bool(banned),
    )
