"""Feeds for readers elsewhere: the site, a community, a person, a thread, and by private token one's own (F-1 to F-3)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from folkmoot.core.communities.view import community_view
from folkmoot.core.listings.comments import ListComments, list_comments
from folkmoot.core.listings.front import ListPosts, list_posts
from folkmoot.core.listings.profile import read_profile
from folkmoot.core.notifications.read import ReadInbox, read_inbox
from folkmoot.core.people.sessions import viewer_of
from folkmoot.core.site.frame import read_site
from folkmoot.core.threads.read import read_post
from folkmoot.model.enums import CommentSort, Listing, PostSort, Visibility
from folkmoot.model.errors import Invalid, NotFound, NotLoggedIn, Refusal
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.model.site import LocalSite
from folkmoot.model.time import Micros
from folkmoot.model.views import PostView
from folkmoot.web.base import context
from folkmoot.web.forms import query
from folkmoot.web.handles import name_of
from folkmoot.web.i18n import current
from folkmoot.web.page_cache import FRONT, POSTS, SITE, Key, may_be_kept
from folkmoot.web.render.feeds import ATOM, RSS, Entry, Feed, comment_entry, post_entry, to_atom, to_rss

HOUR = "public, max-age=3600"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a feed's address says (F-1)."""

    sort: PostSort
    limit: int
    page: int


@dataclass(frozen=True, slots=True)
class Made:
    """What goes into a feed. `name` stands behind the site's name in the title, `path` is the page it belongs to."""

    name: str
    path: str
    entries: list[Entry]
    made_from: tuple[Key, ...] = ()
    late: tuple[Key, ...] = ()
    cache_control: str = "private, no-cache"


Make = Callable[[Any, Request, LocalSite, Asked, str], Awaitable[Made]]


def feed(make: Make, *, own_codes: frozenset[str] = frozenset()) -> Callable[[Request], Awaitable[Response]]:
    """A handler that answers with what `make` gathers, as RSS or Atom. What is refused is 400 `unknown` with the cause as its message,
    but for `own_codes` (F-3)."""

    async def show(request: Request) -> Response:
        form = request.path_params["form"]
        if form not in ("xml", "atom"):
            raise HTTPException(404)
        ctx = context(request)
        origin = ctx.settings.origin
        try:
            asked = _asked(request)
            async with ctx.db.read() as tx:
                site = await read_site(tx)
                made = await make(tx, request, site, asked, origin)
        except Refusal as refusal:
            known = refusal.code in own_codes
            body = {"error": refusal.code} if known else {"error": "unknown", "message": refusal.code}
            return JSONResponse(body, 400)
        if made.made_from:
            may_be_kept(request, SITE, *made.made_from, late=made.late)
        return _response(request, site, made, ctx.clock.now(), form)

    return show


def _response(request: Request, site: LocalSite, made: Made, now: Micros, form: str) -> Response:
    origin = context(request).settings.origin
    whole = Feed(
        title=f"{site.name} - {made.name}",
        link=origin + made.path,
        href=origin + request.url.path,
        description=site.description or site.name,
        now=now,
        entries=made.entries,
        language=current().code,
    )
    body, kind = (to_atom(whole), ATOM) if form == "atom" else (to_rss(whole), RSS)
    return Response(
        body, headers={"content-type": kind, "cache-control": made.cache_control, "vary": "accept-language"}
    )


def _asked(request: Request) -> Asked:
    """Raises `Invalid` unknown_sort, unknown_limit, unknown_page."""
    given = query(request)
    name = given.text("sort", "Hot")
    if name not in set(PostSort):
        raise Invalid("unknown_sort")
    limit, page = given.number("limit"), given.number("page")
    if "limit" in given and (limit is None or not 1 <= limit <= 50):
        raise Invalid("unknown_limit")
    if "page" in given and (page is None or not 1 <= page <= 100):
        raise Invalid("unknown_page")
    return Asked(PostSort(name), limit or 20, page or 1)


async def _posts(tx: Any, viewer: Viewer, origin: str, asked: Asked, **more: Any) -> list[Entry]:
    wanted = ListPosts(sort=asked.sort, limit=asked.limit, page=asked.page, **more)
    return [post_entry(view, origin) for view in (await list_posts(tx, viewer, wanted)).items]


# --- what can be followed ------------------------------------------------------------------------------------------


async def _all(tx: Any, _request: Request, _site: LocalSite, asked: Asked, origin: str) -> Made:
    entries = await _posts(tx, ANONYMOUS, origin, asked, scope=Listing.ALL)
    return Made("All", "/?scope=all", entries, (POSTS,), (FRONT,), HOUR)


async def _local(tx: Any, _request: Request, _site: LocalSite, asked: Asked, origin: str) -> Made:
    entries = await _posts(tx, ANONYMOUS, origin, asked, scope=Listing.LOCAL)
    return Made("Local", "/?scope=local", entries, (POSTS,), (FRONT,), HOUR)


async def _community(tx: Any, request: Request, _site: LocalSite, asked: Asked, origin: str) -> Made:
    view = await community_view(tx, ANONYMOUS, request.path_params["name"])
    community = view.community
    if community.visibility != Visibility.PUBLIC:
        raise NotFound("couldnt_find_community")
    entries = await _posts(tx, ANONYMOUS, origin, asked, community_id=community.id)
    return Made(community.name, f"/c/{name_of(community)}", entries, (("community", community.id),), (FRONT,))


async def _person(tx: Any, request: Request, _site: LocalSite, asked: Asked, origin: str) -> Made:
    person = (await read_profile(tx, ANONYMOUS, request.path_params["name"])).person
    entries = await _posts(tx, ANONYMOUS, origin, asked, no_scope=True, creator_id=person.id, pins=False)
    return Made(person.name, f"/u/{name_of(person)}", entries, (("person", person.id), POSTS), (FRONT,))


async def _thread(tx: Any, request: Request, _site: LocalSite, asked: Asked, origin: str) -> Made:
    """The newest comments of a thread."""
    view: PostView = await read_post(tx, ANONYMOUS, request.path_params["id"])
    wanted = ListComments(
        scope=Listing.ALL, sort=CommentSort.NEW, post_id=view.post.id, limit=asked.limit, page=asked.page
    )
    found = (await list_comments(tx, ANONYMOUS, wanted)).items
    entries = [comment_entry(each, origin) for each in found]
    return Made(view.post.name, f"/post/{view.post.id}", entries, (("thread", view.post.id),))


async def _front(tx: Any, request: Request, _site: LocalSite, asked: Asked, origin: str) -> Made:
    """What one is subscribed to."""
    who = await _owner(tx, request)
    entries = await _posts(tx, who, origin, asked, scope=Listing.SUBSCRIBED)
    return Made("Subscribed", "/?scope=subscribed", entries)


async def _inbox(tx: Any, request: Request, _site: LocalSite, asked: Asked, origin: str) -> Made:
    """Replies and mentions; messages stay where they are."""
    who = await _owner(tx, request)
    found = await read_inbox(
        tx, who, ReadInbox(kinds=("reply", "mention"), unread_only=False, limit=asked.limit)
    )
    views = [item.notice.comment for item in found.items if item.notice]
    shown = [view for view in views if not (view.comment.deleted or view.comment.removed)]
    return Made("Inbox", "/inbox", [comment_entry(view, origin, reply=True) for view in shown])


async def _owner(tx: Any, request: Request) -> Viewer:
    """Whose private address this is. Raises `NotLoggedIn`."""
    who = await viewer_of(tx, request.path_params["token"])
    if who.account is None:
        raise NotLoggedIn("not_logged_in")
    return who


_OPEN = frozenset({"instance_is_private"})
show_all = feed(_all, own_codes=_OPEN)
show_local = feed(_local, own_codes=_OPEN)
show_community = feed(_community)
show_person = feed(_person)
show_thread = feed(_thread)
show_front = feed(_front)
show_inbox = feed(_inbox)
