"""Posts and comments as JSON, made once for all readers and kept; an answer joins them with what is the reader's own.

Pieces are cut from what the plain renderers make, so that there is one truth about each member. A quotation mark inside a text travels
with a backslash before it, so the names that are looked for stand where a member begins and nowhere else.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from folkmoot.api.v3.render.accounts import moderates, my_user
from folkmoot.api.v3.render.comments import comment_view
from folkmoot.api.v3.render.communities import community, community_view, moderators
from folkmoot.api.v3.render.people import person_view
from folkmoot.api.v3.render.posts import post, post_view
from folkmoot.api.v3.render.site import get_site_response, site
from folkmoot.api.v3.wire.people import GetPersonDetailsResponse
from folkmoot.core.kept import Kept
from folkmoot.core.posts.view import Opened
from folkmoot.core.threads.tree import Tree
from folkmoot.model.accounts import Own
from folkmoot.model.administration import SiteView
from folkmoot.model.communities import Community
from folkmoot.model.people import Person, Viewer
from folkmoot.model.posts import Post
from folkmoot.model.records import altered
from folkmoot.model.site import Site
from folkmoot.model.views import Branch, CommentLine, CommentView, CommunityView, PostLine, PostView, standing

_encode = msgspec.json.Encoder().encode
_OWN, _PLACE = b',"banned_from_community":', b',"post":{'


PostPiece = tuple[bytes, int]
"""A post up to where the reader's own begins, and how many comments it has."""


class Pieces:
    """The pieces of one process and database."""

    def __init__(self) -> None:
        self.posts: Kept[PostPiece] = Kept(16 << 20)
        self.comments: Kept[bytes] = Kept(32 << 20)
        self.places: Kept[bytes] = Kept(4 << 20)
        self.teams: Kept[bytes] = Kept(2 << 20)
        self.views_of_places: Kept[tuple[Community, bytes]] = Kept(4 << 20)
        self.people: Kept[tuple[Person, Site | None, bytes, bytes]] = Kept(4 << 20)
        self.homes: Kept[tuple[Site, bytes]] = Kept(2 << 20)
        self.site: tuple[SiteView, bytes] | None = None
        self.own: Kept[tuple[Own, Viewer, bytes]] = Kept(8 << 20)


def pieces_of(memory: dict[str, Any]) -> Pieces:
    """The pieces that go with a database."""
    kept: Pieces = memory.get("json_pieces") or memory.setdefault("json_pieces", Pieces())
    return kept


# --- posts ---------------------------------------------------------------------------------------------------------


def kept_posts(pieces: Pieces, lines: Sequence[PostLine]) -> list[PostPiece | None]:
    """The pieces of these posts, as far as they are there: read the others and give them to `join_posts`."""
    get = pieces.posts.get
    return [get(line[0], line[:8]) for line in lines]


def join_posts(
    pieces: Pieces,
    lines: Sequence[PostLine],
    kept: Sequence[PostPiece | None],
    views: Mapping[int, PostView],
) -> bytes:
    """The posts of an answer, as an array. `views` has at least what `kept` lacks."""
    parts: list[bytes] = []
    for line, piece in zip(lines, kept, strict=True):
        start, comments = piece or _keep_post(pieces, views[line[0]], line[:8])
        parts += (b",", start, _own_of_post(line, comments))
    return _array(parts)


def join_opened(pieces: Pieces, opened: Opened) -> bytes:
    """The answer of one post: its own view, its community, the moderators, and other posts of its link."""
    place = opened.community.community
    others = b",".join(_whole_post(pieces, each) for each in opened.crossposts)
    return b'{"post_view":%s,"community_view":%s,"moderators":%s,"cross_posts":[%s]}' % (
        _whole_post(pieces, opened.post),
        _whole_place(pieces, opened.community),
        _kept_team(pieces, place, opened.moderators),
        others,
    )


def _whole_post(pieces: Pieces, view: PostView) -> bytes:
    """A post view from what is kept of it and what it says itself."""
    mine = view.mine
    stamp = (
        view.post.id, view.post.version, view.creator.id, view.community.id, view.creator.version, view.community.version,
        view.creator_is_moderator, view.creator_banned_from_community,
    )  # fmt: skip
    kept = pieces.posts.get(view.post.id, stamp) or _keep_post(pieces, view, stamp)
    own = _post_marks(
        mine.my_vote, mine.saved, mine.read, mine.hidden, mine.subscribed, mine.creator_blocked, mine.banned_from_community
    )  # fmt: skip
    return kept[0] + own % view.unread_comments


def _whole_place(pieces: Pieces, view: CommunityView) -> bytes:
    """A community view: the same bytes for all who stand alike to it, for as long as nothing about it is another."""
    place, name = view.community, (view.community.id, view.subscribed, view.blocked, view.banned)
    kept = pieces.views_of_places.get(name, ())
    if kept is None or (kept[0] is not place and kept[0] != place):
        kept = (place, _encode(community_view(view)))
        pieces.views_of_places.put(name, (), kept, 2 * len(kept[1]) + 300)
    return kept[1]


def _kept_team(pieces: Pieces, place: Community, team: list[Person]) -> bytes:
    """The moderators of a community, as an array."""
    stamp = (place.version, tuple((each.id, each.version) for each in team))
    kept = pieces.teams.get(place.id, stamp)
    if kept is None:
        kept = _encode(moderators(place, team))
        pieces.teams.put(place.id, stamp, kept, len(kept) + 300)
    return kept


def _array(parts: list[bytes]) -> bytes:
    """What was gathered with a comma before each."""
    parts[:1] = (b"[",)
    parts.append(b"]")
    return b"".join(parts)


def _keep_post(pieces: Pieces, view: PostView, stamp: tuple[Any, ...]) -> PostPiece:
    """`stamp`: what a `PostLine` begins with."""
    whole = _encode(post_view(view))
    kept = (whole[: whole.index(_OWN)], view.post.comments)
    pieces.posts.put(view.post.id, stamp, kept, len(kept[0]) + 300)
    return kept


def _own_of_post(line: PostLine, comments: int) -> bytes:
    return _marks_of_line(line[8:12] + line[14:]) % (comments - (line[12] or 0))


@lru_cache(maxsize=2000)
def _marks_of_line(own: tuple[Any, ...]) -> bytes:
    """The end of a post view, given what a `PostLine` ends with, what was read and when left out."""
    vote, saved, read, hidden, pending, blocked, banned = own
    return _post_marks(vote, saved, read, hidden, standing(pending), blocked, banned)


@lru_cache(maxsize=2000)
def _post_marks(
    vote: int | None,
    saved: bool,
    read: bool | None,
    hidden: bool,
    subscribed: str,
    blocked: bool,
    banned: bool,
) -> bytes:
    """The end of a post view, with a place for the number of unread comments. SQLite's booleans are numbers."""
    own: dict[str, Any] = {
        "banned_from_community": bool(banned),
        "subscribed": subscribed,
        "saved": bool(saved),
        "read": bool(read),
        "hidden": bool(hidden),
        "creator_blocked": bool(blocked),
    }
    if vote is not None:
        own["my_vote"] = vote
    return b"," + _encode(own)[1:-1] + b',"unread_comments":%d}'


# --- comments ------------------------------------------------------------------------------------------------------


def kept_in_tree(pieces: Pieces, rows: Sequence[Branch], *, in_full: bool) -> list[bytes | None]:
    """The pieces of these comments, as far as they are there: read the others and give them to `join_tree`. `in_full`: with the texts of
    what is gone (C-6)."""
    get = pieces.comments.get
    return [get(_name(row, in_full), row[:5]) for row in rows]


def join_tree(
    pieces: Pieces,
    tree: Tree,
    kept: Sequence[bytes | None],
    views: Mapping[int, CommentView],
    *,
    in_full: bool,
) -> bytes:
    """The answer of a tree. `views` has at least what `kept` lacks. The post and its community are the same for all."""
    if tree.post is None:
        return b'{"comments":[]}'
    where, around, mine = tree.post.post, tree.post.community, tree.post.mine
    place = _kept_place(pieces, where, around)
    votes, saved, blocked = tree.marks.votes, tree.marks.saved, tree.marks.blocked
    subscribed, banned = mine.subscribed, mine.banned_from_community
    parts: list[bytes] = []
    for row, start in zip(tree.rows, kept, strict=True):
        number = row[0]
        if start is None:
            view = views.get(number)
            if view is None:  # purged since the thread was read
                continue
            placed = altered(view, post=where, community=around)
            start = _keep_comment(pieces, placed, row, in_full=in_full)
        own = _comment_marks(
            votes.get(number), number in saved, row.creator_id in blocked, subscribed, banned
        )
        parts += (b",", start, place, own)
    parts[:1] = (b'{"comments":[',)
    parts.append(b"]}")
    return b"".join(parts)


Placed = tuple[bytes | None, bytes | None]
"""The pieces of a comment outside its thread, and of its place."""


def kept_in_list(pieces: Pieces, lines: Sequence[CommentLine], *, in_full: bool) -> list[Placed]:
    """The same for comments outside their threads: give to `join_comments` those that lack something, with post and community."""
    get, places = pieces.comments.get, pieces.places.get
    return [(get(_name(line, in_full), line[:5]), places(line.post_id, line[8:10])) for line in lines]


def join_comments(
    pieces: Pieces,
    lines: Sequence[CommentLine],
    kept: Sequence[Placed],
    views: Mapping[int, CommentView],
    *,
    in_full: bool,
) -> bytes:
    """The comments of an answer, as an array. `views` has at least what `kept` lacks."""
    parts: list[bytes] = []
    for line, (start, place) in zip(lines, kept, strict=True):
        if start is None or place is None:
            view = views[line[0]]
            assert view.post is not None
            assert view.community is not None
            start = start or _keep_comment(pieces, view, line, in_full=in_full)
            place = place or _kept_place(pieces, view.post, view.community)
        parts += (b",", start, place, _marks_of_comment(line[12:]))
    return _array(parts)


def _name(row: Branch | CommentLine, in_full: bool) -> int:
    """Under which name a comment is kept: for admins, what is gone has its text, and stands apart."""
    return -row.id if in_full and (row.deleted or row.removed) else row.id


def _keep_comment(pieces: Pieces, placed: CommentView, row: Branch | CommentLine, *, in_full: bool) -> bytes:
    whole = _encode(comment_view(placed, in_full=in_full))
    kept = whole[: whole.index(_PLACE)]
    pieces.comments.put(_name(row, in_full), row[:5], kept, len(kept) + 300)
    return kept


def _kept_place(pieces: Pieces, where: Post, around: Community) -> bytes:
    """The middle of a comment view: its post and community."""
    stamp = (where.version, around.version)
    place = pieces.places.get(where.id, stamp)
    if place is None:
        place = b"," + _encode({"post": post(where), "community": community(around)})[1:-1]
        pieces.places.put(where.id, stamp, place, len(place) + 300)
    return place


@lru_cache(maxsize=2000)
def _marks_of_comment(own: tuple[Any, ...]) -> bytes:
    """The end of a comment view, given what a `CommentLine` ends with."""
    vote, saved, blocked, pending, banned = own
    return _comment_marks(vote, saved, blocked, standing(pending), banned)


@lru_cache(maxsize=2000)
def _comment_marks(vote: int | None, saved: bool, blocked: bool, subscribed: str, banned: bool) -> bytes:
    """The end of a comment view."""
    own: dict[str, Any] = {
        "banned_from_community": bool(banned),
        "subscribed": subscribed,
        "saved": bool(saved),
        "creator_blocked": bool(blocked),
    }
    if vote is not None:
        own["my_vote"] = vote
    return b"," + _encode(own)[1:]


# --- people --------------------------------------------------------------------------------------------------------


def join_person(
    pieces: Pieces, who: Person, places: list[Community], home: Site | None, *, posts: bytes, comments: bytes
) -> bytes:
    """The answer about somebody, given what they wrote: what stands around that is the same bytes for as long as `who` and `home` are the
    same things. `places`: what they moderate, as far as the reader may know."""
    name = (who.id, tuple(each.id for each in places))
    kept = pieces.people.get(name, ())
    if kept is None or kept[0] is not who or kept[1] is not home:
        around = GetPersonDetailsResponse(
            person_view=person_view(who), comments=[], posts=[], moderates=moderates(who, places), site=site(home) if home else None
        )  # fmt: skip
        whole = _encode(around)
        start, end = whole.split(b'"comments":[],"posts":[]', 1)
        kept = (who, home, start, end)
        pieces.people.put(name, (), kept, 2 * len(whole) + 300)
    return b'%s"comments":%s,"posts":%s%s' % (kept[2], comments, posts, kept[3])


# --- communities ---------------------------------------------------------------------------------------------------


def join_place(
    pieces: Pieces, view: CommunityView, team: list[Person], language_ids: list[int], home: Site | None
) -> bytes:
    """The answer about a community, `team` its moderators and `home` what its server says of itself."""
    return b'{"community_view":%s,"moderators":%s,"discussion_languages":%s%s}' % (
        _whole_place(pieces, view),
        _kept_team(pieces, view.community, team),
        _encode(language_ids),
        b',"site":%s' % _kept_home(pieces, home) if home else b"",
    )


def _kept_home(pieces: Pieces, home: Site) -> bytes:
    """A server's site: the same bytes for as long as it is the same thing."""
    kept = pieces.homes.get(home.id, ())
    if kept is None or kept[0] is not home:
        kept = (home, _encode(site(home)))
        pieces.homes.put(home.id, (), kept, len(kept[1]) + 300)
    return kept[1]


# --- the site ------------------------------------------------------------------------------------------------------


def join_site(pieces: Pieces, view: SiteView, viewer: Viewer, own: Own | None) -> bytes:
    """The answer about the site: the same bytes for as long as `view` and `own` are the same things."""
    kept = pieces.site
    if kept is None or kept[0] is not view:
        kept = pieces.site = (view, _encode(get_site_response(view)))
    if own is None:
        return kept[1]
    mine = pieces.own.get(viewer.id, ())
    if mine is None or mine[0] is not own or mine[1] is not viewer:
        mine = (own, viewer, _encode(my_user(viewer, own)))
        pieces.own.put(viewer.id, (), mine, 3 * len(mine[2]))
    return b'%s,"my_user":%s}' % (kept[1][:-1], mine[2])
