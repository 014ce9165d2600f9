"""A person's page: who they are, what they wrote."""

from dataclasses import dataclass

from folkmoot.core.communities.rules import is_visible
from folkmoot.core.kept import Kept
from folkmoot.core.listings import comments, front
from folkmoot.core.listings.comments import ListComments, comment_sort
from folkmoot.core.listings.front import ListPosts, read_cursor
from folkmoot.core.people.find import key_of, must_be_known
from folkmoot.core.threads.read import must_be_open
from folkmoot.model.communities import Community
from folkmoot.model.enums import CommentSort, PostSort
from folkmoot.model.errors import UnknownName
from folkmoot.model.people import Moved, Person, Viewer
from folkmoot.model.records import Record
from folkmoot.model.views import CommentLine, CommentView, Page, PostLine, PostView
from folkmoot.store import communities
from folkmoot.store.changes import Key
from folkmoot.store.db import Tx, writing
from folkmoot.store.listing import profiles
from folkmoot.store.listing.profiles import Found


@dataclass(frozen=True, slots=True)
class Profile:
    """Somebody, what they moderate, whether the reader blocks them, and where they went on, if they did."""

    person: Person
    moderates: list[Community]
    blocked: bool
    moved: Moved | None = None


async def read_profile(tx: Tx, viewer: Viewer, name: str) -> Profile:
    """The person called so; deleted ones for admins only (Q-4). Raises `NotFound` couldnt_find_person; `NotAllowed` instance_is_private."""
    await must_be_open(tx, viewer)
    called = await key_of(tx, name)
    found = await profiles.by_name(tx, viewer.id, *called) if called else None
    person = must_be_known(viewer, found.person if found else None)
    assert found is not None
    moderates = [community for community in found.moderated if _may_know(viewer, person, community)]
    return Profile(person, moderates, found.blocked, found.moved)


_KNOWN, _LIMIT = "people_and_their_offices", 4 << 20
"""Bytes of them that are remembered at most, about."""
_Called = int | tuple[str, str | None]
"""An id, or a folded name and its host."""


@dataclass(frozen=True, slots=True)
class _KnownPerson:
    """Somebody as they were when so much was heard of, and what that was made from."""

    found: Found
    keys: tuple[Key, ...]
    began: int


class ReadPerson(Record, frozen=True, gc=False):
    """What was asked: the person of an id, or of a name as `find_person` takes it. Sort, page and community are for posts and for comments,
    each on its own. `saved`: what the reader saved instead, whoever wrote it (Q-5)."""

    who: int | str
    sort: PostSort = PostSort.HOT
    community_id: int | None = None
    saved: bool = False
    page: int = 1
    limit: int = 10


class PersonPage(Record, frozen=True, gc=False):
    """Somebody with a page of their posts and one of their comments; deleted and removed comments keep their place in it (C-6)."""

    person: Person
    moderates: list[Community]
    posts: list[PostLine]
    comments: list[CommentLine]


async def read_person(tx: Tx, viewer: Viewer, asked: ReadPerson) -> PersonPage:
    """Somebody, and what they wrote, as programs ask for it (Q-4, Q-5, L-8).

    Raises `NotFound` couldnt_find_person, `UnknownName` for a name that nobody has; `NotAllowed` instance_is_private.
    """
    await must_be_open(tx, viewer)
    person, moderates = await _person(tx, viewer, asked.who)
    creator_id = None if asked.saved else person.id
    posts = await front.post_lines(
        tx,
        viewer,
        ListPosts(
            sort=asked.sort,
            no_scope=True,
            creator_id=creator_id,
            community_id=asked.community_id,
            saved=asked.saved,
            page=asked.page,
            limit=asked.limit,
        ),
    )
    replies = await comments.comment_lines(
        tx,
        viewer,
        ListComments(
            sort=comment_sort(asked.sort),
            no_scope=True,
            gone_too=True,
            anywhere=True,
            creator_id=creator_id,
            community_id=asked.community_id,
            saved=asked.saved,
            page=asked.page,
            limit=asked.limit,
        ),
    )
    return PersonPage(person, moderates, posts, replies)


async def _person(tx: Tx, viewer: Viewer, who: int | str) -> tuple[Person, list[Community]]:
    """Somebody and what they moderate, the newest community first. One query, none where they are known."""
    called = who if isinstance(who, int) else await key_of(tx, who)
    found = await _known(tx, called) if called else None
    if found is None and not isinstance(who, int):
        raise UnknownName("couldnt_find_person", field="person")
    person = must_be_known(viewer, found.person if found else None)
    places = sorted(found.moderated if found else [], key=lambda community: community.id, reverse=True)
    return person, [community for community in places if _may_know(viewer, person, community)]


async def _known(tx: Tx, called: _Called) -> Found | None:
    """Somebody and what they moderate, as everybody sees it: remembered per process while neither they nor these communities are said to
    have changed. What their votes brought them may be older."""
    if writing.get():
        return await _look(tx, called)
    kept: Kept[_KnownPerson] = tx.memory.setdefault(_KNOWN, Kept(_LIMIT))
    known = kept.get(called, 0)
    if known is not None and tx.changes.newest(known.keys) <= known.began:
        return known.found
    found = await _look(tx, called)
    if found is not None and found.moved is None:
        keys = (("person", found.person.id), *(("community", each.id) for each in found.moderated))
        kept.put(called, 0, _KnownPerson(found, keys, tx.heard), 2000 * (1 + len(found.moderated)))
    return found


async def _look(tx: Tx, called: _Called) -> Found | None:
    if isinstance(called, int):
        return await profiles.by_id(tx, 0, called)
    return await profiles.by_name(tx, 0, *called)


async def moderated(tx: Tx, viewer: Viewer, person: Person) -> list[Community]:
    """What somebody moderates, as far as the reader may know of it, the newest community first."""
    return [
        community
        for community in await communities.moderated_by(tx, person.id)
        if _may_know(viewer, person, community)
    ]


def _may_know(viewer: Viewer, person: Person, community: Community) -> bool:
    """Deleted communities are for their moderator, removed ones for admins (Q-5), local-only ones for members (R-10)."""
    if not is_visible(viewer, community):
        return False
    return not (community.deleted and viewer.id != person.id) and not (community.removed and not viewer.admin)


async def overview(
    tx: Tx, viewer: Viewer, person: Person, *, after: str | None = None, limit: int = 20
) -> Page[PostView | CommentView]:
    """What somebody wrote, posts and comments together, newest first. The cursor holds one cursor for each. Where comments fill the page,
    posts older than all of them are not read.

    Raises `Invalid` unknown for a cursor that leads nowhere.
    """
    post_after, comment_after = _both(after)
    replies = await comments.list_comments(
        tx,
        viewer,
        ListComments(
            sort=CommentSort.NEW, no_scope=True, creator_id=person.id, limit=limit, after=comment_after
        ),
    )
    posts = await front.list_posts(
        tx,
        viewer,
        ListPosts(
            sort=PostSort.NEW, no_scope=True, creator_id=person.id, pins=False, limit=limit, after=post_after,
            not_before=replies.items[-1].comment.published if replies.next else None,
        ),
    )  # fmt: skip
    together: list[PostView | CommentView] = sorted([*posts.items, *replies.items], key=_moment, reverse=True)
    shown = together[:limit]
    more = len(together) > limit or posts.next is not None or replies.next is not None
    if not more:
        return Page(shown)
    last_post = next((view.post.id for view in reversed(shown) if isinstance(view, PostView)), None)
    last_comment = next((view.comment.id for view in reversed(shown) if isinstance(view, CommentView)), None)
    cursors = [
        f"P{last_post:x}" if last_post else post_after or "",
        f"C{last_comment:x}" if last_comment else comment_after or "",
    ]
    return Page(shown, "-".join(cursors))


def _both(after: str | None) -> tuple[str | None, str | None]:
    if after is None:
        return None, None
    post, _, comment = after.partition("-")
    if post:
        read_cursor(post)
    if comment:
        read_cursor(comment, "C")
    return post or None, comment or None


def _moment(view: PostView | CommentView) -> int:
    return view.post.published if isinstance(view, PostView) else view.comment.published
