"""Lists of posts: the front page, one community's, one person's, what the reader saved or voted on."""

from folkmoot.core.threads.read import must_be_open
from folkmoot.model.enums import Listing, PostSort
from folkmoot.model.errors import Invalid
from folkmoot.model.people import Viewer
from folkmoot.model.records import Record
from folkmoot.model.site import LocalSite
from folkmoot.model.time import Micros
from folkmoot.model.views import Page, PostKey, PostLine, PostOverlay, PostView
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx
from folkmoot.store.listing import pages, views
from folkmoot.store.listing.filters import Shape

LIMIT_MAX, PAGE_MAX = 50, 100
_SCOPES: dict[str, Listing] = {each: each for each in Listing}
_SORTS: dict[str, PostSort] = {each: each for each in PostSort}


class ListPosts(Record, frozen=True, gc=False):
    """What was asked. None leaves it to the account, else to the site (L-3, L-10, L-12).

    `no_scope`: no listing type at all (L-8). `url`: only posts of this address, the post `but` left out (P-11). `not_before`: only
    posts of that moment or later. `hidden`: only what the reader hid, whatever else their lists leave out. `vote`: only what the reader
    voted 1 or -1 on. `pins`: featured posts first. `after`: the cursor of the page before; or `page`, counting from 1 (L-2).
    """

    scope: Listing | None = None
    sort: PostSort | None = None
    no_scope: bool = False
    community_id: int | None = None
    creator_id: int | None = None
    url: str | None = None
    but: int = 0
    not_before: Micros | None = None
    saved: bool = False
    hidden: bool = False
    vote: int = 0
    show_nsfw: bool | None = None
    show_read: bool | None = None
    show_hidden: bool = False
    pins: bool = True
    limit: int = 20
    after: str | None = None
    page: int = 1


async def post_keys(tx: Tx, viewer: Viewer, asked: ListPosts) -> Page[PostKey]:
    """Which posts this reader's list holds, in order. One query or two, one more after a cursor.

    Raises `Invalid` couldnt_get_posts for a page or limit out of range (L-1) and for a page of subscriptions after a cursor, unknown for a
    cursor that leads nowhere (L-2); `NotAllowed` instance_is_private (R-11).
    """
    wanted = await _must_be_wanted(tx, viewer, asked)
    if wanted is None:
        return Page([])
    keys, more = await pages.post_keys(tx, wanted)
    return Page(keys, post_cursor(keys[-1].id) if keys and more else None)


async def list_posts(tx: Tx, viewer: Viewer, asked: ListPosts) -> Page[PostView]:
    """The same with the posts themselves and the reader's part of them, in as many queries. Raises as `post_keys`."""
    wanted = await _must_be_wanted(tx, viewer, asked)
    if wanted is None:
        return Page([])
    items, more = await pages.posts(tx, wanted)
    return Page(items, post_cursor(items[-1].post.id) if items and more else None)


async def post_lines(tx: Tx, viewer: Viewer, asked: ListPosts) -> list[PostLine]:
    """Which posts the list holds and the reader's part of them, in as many queries as `post_keys`: for who knows what posts look like.
    Raises as `post_keys`."""
    wanted = await _must_be_wanted(tx, viewer, asked)
    return await pages.post_lines(tx, wanted) if wanted else []


async def post_views(tx: Tx, ids: list[int]) -> dict[int, PostView]:
    """The posts themselves, by id: for those a renderer does not have yet. One query."""
    return await views.post_views(tx, ids)


async def overlays(tx: Tx, viewer: Viewer, ids: list[int]) -> dict[int, PostOverlay]:
    """The reader's own part of these posts; empty for who has no account. One query."""
    return await views.post_overlays(tx, viewer.id, ids) if viewer.account and ids else {}


def overlay_of(line: PostLine) -> PostOverlay:
    """The same for a post whose line is there."""
    return views.overlay_of(line)


def post_cursor(post_id: int) -> str:
    """`P` and the id in hexadecimal (L-2)."""
    return f"P{post_id:x}"


def read_cursor(text: str, letter: str = "P") -> int:
    """The id in a cursor. Raises `Invalid` unknown."""
    digits = text[1:]
    if (
        not text.startswith(letter)
        or not 1 <= len(digits) <= 8
        or any(sign not in "0123456789abcdef" for sign in digits)
    ):
        raise Invalid("unknown", field="page_cursor")
    return min(int(digits, 16), 2**31 - 1)


def scope_of(viewer: Viewer, site: LocalSite, asked: Listing | None) -> Listing:
    """The listing type: as asked, else the account's default, else the site's (L-3). Visitors get All for what would be theirs (L-7)."""
    name = asked or (viewer.account.default_listing_type if viewer.account else site.default_listing_type)
    scope = _SCOPES.get(name, Listing.ALL)
    personal = scope in (Listing.SUBSCRIBED, Listing.MODERATOR_VIEW)
    return Listing.ALL if personal and viewer.account is None else scope


def sort_of(viewer: Viewer, site: LocalSite, asked: PostSort | None) -> PostSort:
    """The order: as asked, else the account's default, else the site's (L-3)."""
    name = asked or (viewer.account.default_sort_type if viewer.account else site.default_sort_type)
    return _SORTS.get(name, PostSort.ACTIVE)


def shows_nsfw(viewer: Viewer, site: LocalSite, asked: bool | None) -> bool:
    """Whether NSFW posts are listed (L-10)."""
    if asked is not None:
        return asked
    return viewer.account.show_nsfw if viewer.account else bool(site.content_warning)


async def _must_be_wanted(tx: Tx, viewer: Viewer, asked: ListPosts) -> pages.Wanted | None:
    """The list in the words of the store, None where it is empty whatever there is. Raises as `post_keys`."""
    await must_be_open(tx, viewer)
    if not (1 <= asked.limit <= LIMIT_MAX and 1 <= asked.page <= PAGE_MAX):
        raise Invalid("couldnt_get_posts")
    if (asked.saved or asked.hidden) and viewer.account is None:
        return None
    wanted = _wanted(viewer, await store_site.local_site(tx), asked)
    if (
        wanted.shape.scope is Listing.SUBSCRIBED
        and viewer.account is not None
        and wanted.after is not None
        and wanted.page > 1
    ):
        raise Invalid("couldnt_get_posts")  # L-2: elsewhere such a page is counted from the cursor
    return wanted


def _wanted(viewer: Viewer, site: LocalSite, asked: ListPosts) -> pages.Wanted:
    account = viewer.account
    scope = None if asked.no_scope else scope_of(viewer, site, asked.scope)
    if asked.community_id is not None:
        scope = Listing.ALL  # L-3
    show_read = asked.show_read if asked.show_read is not None else account is None or account.show_read_posts
    shape = Shape(
        "post",
        scope=scope,
        signed_in=account is not None,
        community=asked.community_id is not None,
        creator=asked.creator_id is not None,
        choosy=account is not None and scope is not Listing.MODERATOR_VIEW and not asked.hidden,
        languages=bool(viewer.languages),
        shows_nsfw=asked.hidden or shows_nsfw(viewer, site, asked.show_nsfw),
        shows_bots=account is None or account.show_bot_accounts or asked.hidden,
        shows_read=account is None or show_read or asked.hidden,
        shows_hidden=asked.show_hidden or asked.hidden,
        removed_too=viewer.admin and asked.creator_id is not None,
        link=asked.url is not None,
        recent=asked.not_before is not None,
        saved=asked.saved,
        put_away=asked.hidden,
        vote=asked.vote if account else 0,
        pins=asked.pins,
        free_of=viewer.free_of,
    )
    return pages.Wanted(
        shape=shape,
        sort=sort_of(viewer, site, asked.sort),
        viewer_id=viewer.id,
        community_id=asked.community_id or 0,
        creator_id=asked.creator_id or 0,
        url=asked.url or "",
        but=asked.but,
        not_before=asked.not_before or 0,
        home_instance_id=site.instance_id,
        languages=viewer.languages,
        limit=asked.limit,
        after=read_cursor(asked.after) if asked.after is not None else None,
        page=asked.page,
    )
