"""Lists of comments outside their threads: the newest of the site, one community's, one person's, what the reader saved."""

from folkmoot.core.listings.front import LIMIT_MAX, PAGE_MAX, read_cursor, scope_of
from folkmoot.core.threads.read import must_be_open
from folkmoot.core.threads.tree import MOST
from folkmoot.model.enums import CommentSort, Listing, PostSort
from folkmoot.model.errors import Invalid, NotFound
from folkmoot.model.people import Viewer
from folkmoot.model.records import Record, altered
from folkmoot.model.site import LocalSite
from folkmoot.model.views import CommentKey, CommentLine, CommentOverlay, CommentView, Page
from folkmoot.store import comments
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx
from folkmoot.store.listing import pages, views
from folkmoot.store.listing.filters import Shape


class ListComments(Record, frozen=True, gc=False):
    """What was asked. `gone_too`: deleted and removed comments stay in the list (C-6). `anywhere`: those of posts and
    communities that are gone do. `post_id` and `parent_id` ignore the default scope
    (L-5). `max_depth`: as many levels of all threads together, whatever `limit` and `page` say (C-4). The rest as in `ListPosts`."""

    scope: Listing | None = None
    sort: CommentSort = CommentSort.HOT
    no_scope: bool = False
    community_id: int | None = None
    creator_id: int | None = None
    post_id: int | None = None
    parent_id: int | None = None
    saved: bool = False
    vote: int = 0
    gone_too: bool = False
    anywhere: bool = False
    max_depth: int | None = None
    limit: int = 20
    after: str | None = None
    page: int = 1


async def comment_keys(tx: Tx, viewer: Viewer, asked: ListComments) -> Page[CommentKey]:
    """Which comments this reader's list holds, in order.

    Raises `Invalid` couldnt_get_comments for a page or limit out of range (L-1), unknown for a cursor that leads nowhere;
    `NotFound` couldnt_find_comment for an unknown `parent_id`; `NotAllowed` instance_is_private (R-11).
    """
    wanted = await _must_be_wanted(tx, viewer, asked)
    if wanted is None:
        return Page([])
    keys, more = await pages.comment_keys(tx, wanted)
    return Page(keys, comment_cursor(keys[-1].id) if keys and more else None)


async def list_comments(tx: Tx, viewer: Viewer, asked: ListComments) -> Page[CommentView]:
    """The same with the comments themselves, their post and community, and the reader's part, in as many queries. Raises as
    `comment_keys`."""
    wanted = await _must_be_wanted(tx, viewer, asked)
    if wanted is None:
        return Page([])
    items, more = await pages.comments(tx, wanted)
    return Page(items, comment_cursor(items[-1].comment.id) if items and more else None)


async def comment_lines(tx: Tx, viewer: Viewer, asked: ListComments) -> list[CommentLine]:
    """Which comments the list holds and the reader's part of them, in as many queries as `comment_keys`, one more with a `max_depth`: for
    who knows what comments look like. Raises as `comment_keys`."""
    wanted = await _must_be_wanted(tx, viewer, asked)
    lines = await pages.comment_lines(tx, wanted) if wanted else []
    return lines if asked.max_depth is None or not lines else await _levels(tx, lines)


async def _levels(tx: Tx, lines: list[CommentLine]) -> list[CommentLine]:
    """Comments of many threads as a tree fetch orders those of one: by the parents' paths, the distinguished first (C-4)."""
    places = await comments.places(tx, [line.id for line in lines])
    return sorted(lines, key=lambda line: places[line.id])


async def comment_views(tx: Tx, ids: list[int]) -> dict[int, CommentView]:
    """The comments themselves with post and community, by id. One query."""
    return await views.comment_views(tx, ids, placed=True)


async def overlays(tx: Tx, viewer: Viewer, ids: list[int]) -> dict[int, CommentOverlay]:
    """The reader's own part of these comments; empty for who has no account. One query."""
    return await views.comment_overlays(tx, viewer.id, ids) if viewer.account and ids else {}


def comment_sort(sort: PostSort) -> CommentSort:
    """The order of comments that goes with an order of posts (S-8)."""
    if sort in (PostSort.ACTIVE, PostSort.HOT, PostSort.SCALED):
        return CommentSort.HOT
    if sort in (PostSort.NEW, PostSort.NEW_COMMENTS, PostSort.MOST_COMMENTS):
        return CommentSort.NEW
    return CommentSort(sort) if sort in (PostSort.OLD, PostSort.CONTROVERSIAL) else CommentSort.TOP


def comment_cursor(comment_id: int) -> str:
    """`C` and the id in hexadecimal (L-2)."""
    return f"C{comment_id:x}"


async def _must_be_wanted(tx: Tx, viewer: Viewer, asked: ListComments) -> pages.Wanted | None:
    """The list in the words of the store, None where it is empty whatever there is. Raises as `comment_keys`."""
    await must_be_open(tx, viewer)
    if asked.max_depth is not None:
        if asked.max_depth < 1:
            return None
        asked = altered(asked, limit=MOST, page=1)
    elif not (1 <= asked.limit <= LIMIT_MAX and 1 <= asked.page <= PAGE_MAX):
        raise Invalid("couldnt_get_comments")
    personal = asked.scope in (Listing.SUBSCRIBED, Listing.MODERATOR_VIEW) and asked.community_id is None
    if viewer.account is None and (asked.saved or personal):
        return None  # L-7, L-14
    wanted = _wanted(viewer, await store_site.local_site(tx), asked)
    if asked.parent_id is None:
        return wanted
    parent = await comments.by_id(tx, asked.parent_id)
    if parent is None:
        raise NotFound("couldnt_find_comment")
    return altered(wanted, post_id=parent.post_id, path=parent.path)


def _wanted(viewer: Viewer, site: LocalSite, asked: ListComments) -> pages.Wanted:
    account = viewer.account
    narrow = asked.post_id is not None or asked.parent_id is not None
    if asked.no_scope:
        scope = None
    elif asked.community_id is not None:
        scope = Listing.ALL  # L-3
    elif narrow:
        scope = asked.scope or Listing.ALL  # L-5
    else:
        scope = scope_of(viewer, site, asked.scope)
    shape = Shape(
        "comment",
        scope=scope,
        signed_in=account is not None,
        community=asked.community_id is not None,
        creator=asked.creator_id is not None,
        choosy=account is not None and scope is not Listing.MODERATOR_VIEW,
        languages=bool(viewer.languages),
        shows_bots=account is None or account.show_bot_accounts,
        removed_too=viewer.admin and asked.creator_id is not None,
        gone_too=asked.gone_too,
        anywhere=asked.anywhere,
        saved=asked.saved,
        vote=asked.vote if account else 0,
        thread=narrow,
        branch=asked.parent_id is not None,
        shallow=asked.max_depth is not None,
        free_of=viewer.free_of,
    )
    return pages.Wanted(
        shape=shape,
        sort=asked.sort,
        viewer_id=viewer.id,
        community_id=asked.community_id or 0,
        creator_id=asked.creator_id or 0,
        home_instance_id=site.instance_id,
        languages=viewer.languages,
        post_id=asked.post_id or 0,
        depth=asked.max_depth or 0,
        limit=asked.limit,
        after=read_cursor(asked.after, "C") if asked.after else None,
        page=asked.page,
    )
