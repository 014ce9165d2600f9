"""Search: posts, comments, communities and people by words, posts by link."""

import msgspec

from folkmoot.core.communities.directory import ListCommunities, list_communities
from folkmoot.core.listings import front
from folkmoot.core.listings.comments import comment_sort
from folkmoot.core.search import remembered
from folkmoot.core.threads.read import must_be_open
from folkmoot.model.enums import Listing, PostSort, SearchType
from folkmoot.model.people import Person, Viewer
from folkmoot.model.records import Record, altered
from folkmoot.model.views import CommentLine, CommentView, CommunityView, PostLine, PostView
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx
from folkmoot.store.dialect.words import folded
from folkmoot.store.listing.filters import Shape
from folkmoot.store.search import Hits
from folkmoot.store.search_down import Wanted
from folkmoot.text import links
from folkmoot.text.tidy import tidy

TERM_LIMIT = 300
"""Characters of a term that are looked at."""


class SearchFor(Record, frozen=True, gc=False):
    """What was asked. `scope` None: no listing type at all (L-8). `host`: posts that link there. `pins`: featured posts first, as in
    lists. `anywhere`: comments of posts and communities that are gone, too. `page` counts from 1, for each kind separately (Q-2)."""

    term: str
    kind: SearchType = SearchType.ALL
    scope: Listing | None = None
    sort: PostSort = PostSort.HOT
    community_id: int | None = None
    creator_id: int | None = None
    host: str | None = None
    title_only: bool = False
    show_nsfw: bool | None = None
    pins: bool = True
    anywhere: bool = False
    page: int = 1
    limit: int = 10


class Found(Record, frozen=True, gc=False):
    """What was found; kinds that were not asked for are empty. `more`: kinds with another page. `bounded`: kinds where only the newest
    candidates were looked at, because the words are too short or too common for all of them."""

    posts: list[PostView] = msgspec.field(default_factory=list)
    comments: list[CommentView] = msgspec.field(default_factory=list)
    communities: list[CommunityView] = msgspec.field(default_factory=list)
    people: list[Person] = msgspec.field(default_factory=list)
    more: frozenset[SearchType] = frozenset()
    bounded: frozenset[SearchType] = frozenset()


class FoundLines(Record, frozen=True, gc=False):
    """The same for a caller that knows what posts and comments look like."""

    posts: list[PostLine]
    comments: list[CommentLine]
    communities: list[CommunityView]
    people: list[Person]
    more: frozenset[SearchType] = frozenset()
    bounded: frozenset[SearchType] = frozenset()


async def find(tx: Tx, viewer: Viewer, asked: SearchFor) -> Found:
    """Look for a term in what this viewer's lists would show (Q-1, Q-2, L-7 to L-18).

    Raises `NotAllowed` instance_is_private (R-11).
    """
    await must_be_open(tx, viewer)
    kinds = _kinds(asked)
    found = Found()
    if SearchType.POSTS in kinds:
        found = await _with_posts(tx, viewer, asked, found)
    if SearchType.COMMENTS in kinds:
        found = await _with_comments(tx, viewer, asked, found)
    return await _with_names(tx, viewer, asked, kinds, found)


async def find_lines(tx: Tx, viewer: Viewer, asked: SearchFor) -> FoundLines:
    """The same, with lines of posts and comments. Raises as `find`."""
    await must_be_open(tx, viewer)
    kinds, noted = _kinds(asked), Found()
    posts: list[PostLine] = []
    comments: list[CommentLine] = []
    if SearchType.POSTS in kinds:
        hits = await _post_hits(tx, viewer, asked, whole=False)
        posts, noted = hits.page, _noted(noted, SearchType.POSTS, hits)
    if SearchType.COMMENTS in kinds:
        hits = await _comment_hits(tx, viewer, asked, whole=False)
        comments, noted = hits.page, _noted(noted, SearchType.COMMENTS, hits)
    named = await _with_names(tx, viewer, asked, kinds, noted)
    return FoundLines(posts, comments, named.communities, named.people, named.more, named.bounded)


async def _with_names(
    tx: Tx, viewer: Viewer, asked: SearchFor, kinds: frozenset[SearchType], found: Found
) -> Found:
    if SearchType.COMMUNITIES in kinds:
        found = await _with_communities(tx, viewer, asked, found)
    if SearchType.USERS in kinds:
        found = await _with_people(tx, asked, found)
    return found


def _term(asked: SearchFor) -> str:
    return tidy(asked.term)[:TERM_LIMIT]


def _words(asked: SearchFor) -> tuple[str, ...]:
    """The words of the term as they are compared; each space matches any text in between (Q-1)."""
    return tuple(folded(_term(asked)).split())


def _link(asked: SearchFor) -> str:
    """The term as links are stored: in its normal form, without tracking parameters (P-3); as it is where it is no address."""
    term = tidy(asked.term).strip()
    try:
        return links.strip_tracking(links.check_post_url(term))
    except links.UrlRefused:
        return term


def _shape(table: str, viewer: Viewer, asked: SearchFor, *, shows_nsfw: bool = True) -> Shape:
    """The list that is searched. Posts that were read are found like others: people search for what they have seen."""
    account = viewer.account
    scope = asked.scope
    if account is None and scope in (Listing.SUBSCRIBED, Listing.MODERATOR_VIEW):
        scope = Listing.ALL  # L-7
    return Shape(
        table,
        scope=scope,
        signed_in=account is not None,
        community=asked.community_id is not None,
        creator=asked.creator_id is not None,
        choosy=account is not None and scope is not Listing.MODERATOR_VIEW,
        languages=bool(viewer.languages),
        shows_nsfw=shows_nsfw,
        shows_bots=account is None or account.show_bot_accounts,
        pins=asked.pins,
        anywhere=asked.anywhere and table == "comment",
        free_of=viewer.free_of,
    )


def _kinds(asked: SearchFor) -> frozenset[SearchType]:
    """What is searched: of All, communities and people only where neither community nor creator is given (Q-2)."""
    if asked.kind is SearchType.URL:
        return frozenset({SearchType.POSTS})
    if asked.kind is not SearchType.ALL:
        return frozenset({asked.kind})
    kinds = {SearchType.POSTS, SearchType.COMMENTS}
    if asked.community_id is None and asked.creator_id is None:
        kinds |= {SearchType.COMMUNITIES, SearchType.USERS}
    return frozenset(kinds)


def _span(asked: SearchFor) -> tuple[int, int]:
    """Limit and offset."""
    return asked.limit, (asked.page - 1) * asked.limit


def _noted(found: Found, kind: SearchType, hits: Hits) -> Found:
    return altered(
        found,
        more=found.more | ({kind} if hits.more else set()),
        bounded=found.bounded | ({kind} if hits.bounded else set()),
    )


async def _post_hits(tx: Tx, viewer: Viewer, asked: SearchFor, *, whole: bool) -> Hits:
    of_url = asked.kind is SearchType.URL
    site = await store_site.local_site(tx)
    wanted = Wanted(
        shape=_shape("post", viewer, asked, shows_nsfw=front.shows_nsfw(viewer, site, asked.show_nsfw)),
        sort=asked.sort,
        words=() if of_url else _words(asked),
        title_only=asked.title_only,
        url=_link(asked) if of_url else None,
        host=asked.host,
        viewer_id=viewer.id,
        community_id=asked.community_id or 0,
        creator_id=asked.creator_id or 0,
        languages=viewer.languages,
    )
    limit, offset = _span(asked)
    return await remembered.find(tx, wanted, limit=limit, offset=offset, whole=whole)


async def _with_posts(tx: Tx, viewer: Viewer, asked: SearchFor, found: Found) -> Found:
    hits = await _post_hits(tx, viewer, asked, whole=True)
    return _noted(altered(found, posts=hits.page), SearchType.POSTS, hits)


async def _comment_hits(tx: Tx, viewer: Viewer, asked: SearchFor, *, whole: bool) -> Hits:
    personal = asked.scope in (Listing.SUBSCRIBED, Listing.MODERATOR_VIEW)
    if viewer.account is None and personal and asked.community_id is None:
        return Hits([], more=False, bounded=False, shown={})  # L-7
    wanted = Wanted(
        shape=_shape("comment", viewer, asked),
        sort=comment_sort(asked.sort),
        words=_words(asked),
        viewer_id=viewer.id,
        community_id=asked.community_id or 0,
        creator_id=asked.creator_id or 0,
        languages=viewer.languages,
    )
    limit, offset = _span(asked)
    return await remembered.find(tx, wanted, limit=limit, offset=offset, whole=whole)


async def _with_comments(tx: Tx, viewer: Viewer, asked: SearchFor, found: Found) -> Found:
    hits = await _comment_hits(tx, viewer, asked, whole=True)
    return _noted(altered(found, comments=hits.page), SearchType.COMMENTS, hits)


async def _with_communities(tx: Tx, viewer: Viewer, asked: SearchFor, found: Found) -> Found:
    listed = await list_communities(
        tx,
        viewer,
        ListCommunities(
            sort=asked.sort,
            scope=asked.scope or Listing.ALL,
            term=_term(asked),
            show_nsfw=asked.show_nsfw,
            page=asked.page,
            limit=asked.limit,
        ),
    )
    more = frozenset({SearchType.COMMUNITIES}) if listed.next else frozenset()
    return altered(found, communities=listed.items, more=found.more | more)


async def _with_people(tx: Tx, asked: SearchFor, found: Found) -> Found:
    if asked.scope in (Listing.SUBSCRIBED, Listing.MODERATOR_VIEW):
        return found  # L-18
    limit, offset = _span(asked)
    listed = await remembered.people(
        tx,
        _term(asked),
        asked.sort,
        local=asked.scope is Listing.LOCAL,
        limit=limit + 1,
        offset=offset,
    )
    more = frozenset({SearchType.USERS}) if len(listed) > asked.limit else frozenset()
    return altered(found, people=listed[: asked.limit], more=found.more | more)
