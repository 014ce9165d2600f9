"""Feeds for readers elsewhere: the site, a community, a person, a thread, and by private token one's own (F-1 to F-3)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from folkmoot.core import writing
from folkmoot.core.communities.view import community_view
from folkmoot.core.listings.comments import ListComments, list_comments
from folkmoot.core.listings.front import ListPosts, list_posts
from folkmoot.core.listings.profile import read_profile
from folkmoot.core.notifications.read import ReadNotices, read_notices
from folkmoot.core.people.feed_key import viewer_of_key
from folkmoot.core.people.sessions import viewer_of
from folkmoot.core.site.frame import read_site
from folkmoot.core.threads.read import read_post
from folkmoot.model.enums import CommentSort, Listing, PostSort, Visibility
from folkmoot.model.errors import Invalid, NotFound, NotLoggedIn, Refusal
from folkmoot.model.notifications import NoticeKind
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.model.site import LocalSite
from folkmoot.model.views import CommentView, PostView
from folkmoot.web.base import context
from folkmoot.web.forms import query
from folkmoot.web.handles import name_of
from folkmoot.web.i18n import current
from folkmoot.web.page_cache import FRONT, POSTS, SITE, Key, may_be_kept
from folkmoot.web.render.feeds import ATOM, Feed, comment_entry, post_entry, to_atom
from folkmoot.web.render.rss import RSS, Channel, comment_item, plain, post_item, reply_item, rss

HOUR = "public, max-age=3600"
METHODS = ("GET", "OPTIONS")
_OPEN_TO_SCRIPTS = {"access-control-allow-origin": "*"}
"""Scripts of other sites read feeds too, as those of Lemmy (T-14)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a feed's address says (F-1)."""

    sort: PostSort
    limit: int
    page: int


@dataclass(frozen=True, slots=True)
class Made:
    """What goes into a feed. `name` stands behind the site's name in the title, `path` is the page it belongs to, `known` the page as
    RSS names it; `about` describes it there, as text or HTML."""

    name: str
    path: str
    known: str
    things: Sequence[PostView | CommentView]
    about: str = ""
    made_from: tuple[Key, ...] = ()
    late: tuple[Key, ...] = ()
    replies: bool = False


Make = Callable[[Any, Request, LocalSite, Asked], Awaitable[Made]]


def feed(
    make: Make, *, own_codes: frozenset[str] = frozenset(), kept: str | None = None
) -> Callable[[Request], Awaitable[Response]]:
    """A handler that answers with what `make` gathers, as RSS or Atom; `kept`: how long, in a header. What is refused is 400 `unknown`
    with the cause as its message, but for `own_codes` (F-3)."""

    async def show(request: Request) -> Response:
        if request.method == "OPTIONS":
            return _allowed(request)
        form = request.path_params["form"]
        if form not in ("xml", "atom"):
            raise HTTPException(404)
        ctx = context(request)
        try:
            asked = _asked(request)
            async with ctx.db.read() as tx:
                site = await read_site(tx)
                made = await make(tx, request, site, asked)
        except Refusal as refusal:
            return _refused(request, refusal.code, known=refusal.code in own_codes, kept=kept)
        if made.made_from:
            may_be_kept(request, SITE, *made.made_from, late=made.late)
        headers = {"cache-control": kept or _kept_for(request), **_OPEN_TO_SCRIPTS}
        if form == "xml":
            return Response(_rss(made, site, ctx.settings.origin), headers=headers | {"content-type": RSS})
        atom = _atom(request, made, site, ctx.settings.origin)
        return Response(atom, headers=headers | {"content-type": ATOM, "vary": "accept-language"})

    return show


async def show_unknown(request: Request) -> Response:
    """A kind of feed that there is not (F-3)."""
    return _allowed(request) if request.method == "OPTIONS" else _refused(request, "unknown_kind")


def _refused(request: Request, code: str, *, known: bool = False, kept: str | None = None) -> Response:
    body = {"error": code} if known else {"error": "unknown", "message": code}
    return JSONResponse(
        body, 400, {"cache-control": (known and kept) or _kept_for(request), **_OPEN_TO_SCRIPTS}
    )


def _allowed(request: Request) -> Response:
    """What a browser asks before a script of another site may read a feed with headers of its own (T-14)."""
    asked = request.headers.get("access-control-request-headers", "authorization, content-type")
    allowed = {
        "access-control-allow-methods": "GET, HEAD, OPTIONS",
        "access-control-allow-headers": asked,
        "access-control-max-age": "3600",
    }
    return Response(headers=_OPEN_TO_SCRIPTS | allowed)


def _kept_for(request: Request) -> str:
    """As everything that says nothing else (T-13); what a key of ours opens is one person's."""
    one_persons = request.state.token or _is_key(request.path_params.get("token", ""))
    return "private" if one_persons else "public, max-age=60"


def _is_key(token: str) -> bool:
    """Whether this is a key for feeds, and not the token of a session."""
    return "-" in token and "." not in token


def _rss(made: Made, site: LocalSite, origin: str) -> str:
    items = []
    for thing in made.things:
        if isinstance(thing, PostView):
            items.append(post_item(thing, origin))
        else:
            items.append((reply_item if made.replies else comment_item)(thing, origin))
    return rss(Channel(f"{site.name} - {made.name}", origin + made.known, made.about, items))


def _atom(request: Request, made: Made, site: LocalSite, origin: str) -> str:
    entries = [
        post_entry(thing, origin)
        if isinstance(thing, PostView)
        else comment_entry(thing, origin, reply=made.replies)
        for thing in made.things
    ]
    return to_atom(
        Feed(
            title=f"{site.name} - {made.name}",
            link=origin + made.path,
            href=origin + request.url.path,
            description=site.description or site.name,
            now=context(request).clock.now(),
            entries=entries,
            language=current().code,
        )
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


async def _posts(tx: Any, viewer: Viewer, asked: Asked, **more: Any) -> list[PostView]:
    wanted = ListPosts(sort=asked.sort, limit=asked.limit, page=asked.page, **more)
    return (await list_posts(tx, viewer, wanted)).items


# --- what can be followed ------------------------------------------------------------------------------------------


async def _all(tx: Any, _request: Request, site: LocalSite, asked: Asked) -> Made:
    found = await _posts(tx, ANONYMOUS, asked, scope=Listing.ALL)
    return Made("All", "/?scope=all", "", found, site.description or "", (POSTS,), (FRONT,))


async def _local(tx: Any, _request: Request, site: LocalSite, asked: Asked) -> Made:
    found = await _posts(tx, ANONYMOUS, asked, scope=Listing.LOCAL)
    return Made("Local", "/?scope=local", "", found, site.description or "", (POSTS,), (FRONT,))


async def _community(tx: Any, request: Request, _site: LocalSite, asked: Asked) -> Made:
    view = await community_view(tx, ANONYMOUS, request.path_params["name"])
    community = view.community
    if community.visibility != Visibility.PUBLIC:
        raise NotFound("couldnt_find_community")
    found = await _posts(tx, ANONYMOUS, asked, community_id=community.id)
    path, key = f"/c/{name_of(community)}", ("community", community.id)
    return Made(community.name, path, path, found, plain(community.description_html), (key,), (FRONT,))


async def _person(tx: Any, request: Request, _site: LocalSite, asked: Asked) -> Made:
    person = (await read_profile(tx, ANONYMOUS, request.path_params["name"])).person
    found = await _posts(tx, ANONYMOUS, asked, no_scope=True, creator_id=person.id, pins=False)
    path = f"/u/{name_of(person)}"
    return Made(person.name, path, path, found, "", (("person", person.id), POSTS), (FRONT,))


async def _thread(tx: Any, request: Request, _site: LocalSite, asked: Asked) -> Made:
    """The newest comments of a thread."""
    view: PostView = await read_post(tx, ANONYMOUS, request.path_params["id"])
    wanted = ListComments(
        scope=Listing.ALL, sort=CommentSort.NEW, post_id=view.post.id, limit=asked.limit, page=asked.page
    )
    found = (await list_comments(tx, ANONYMOUS, wanted)).items
    path = f"/post/{view.post.id}"
    return Made(view.post.name, path, path, found, "", (("thread", view.post.id),))


async def _front(tx: Any, request: Request, site: LocalSite, asked: Asked) -> Made:
    """What one is subscribed to."""
    who = await _owner(tx, request)
    found = await _posts(tx, who, asked, scope=Listing.SUBSCRIBED)
    house = await writing.house(tx)
    about = plain(house.render(site.description).html) if site.description else ""
    return Made("Subscribed", "/?scope=subscribed", "", found, about)


async def _inbox(tx: Any, request: Request, site: LocalSite, asked: Asked) -> Made:
    """Replies, then mentions; messages stay where they are."""
    who = await _owner(tx, request)
    kinds: tuple[NoticeKind, ...] = ("reply", "mention")
    found = [
        view.comment
        for kind in kinds
        for view in await read_notices(tx, who, ReadNotices(kind, limit=asked.limit))
    ]
    return Made("Inbox", "/inbox", "/inbox", found, site.description or "", replies=True)


async def _owner(tx: Any, request: Request) -> Viewer:
    """Whose private address this is: by a key of its own, or as apps do by the token of a session. Raises `NotLoggedIn`."""
    token = request.path_params["token"]
    who = await viewer_of_key(tx, token) if _is_key(token) else await viewer_of(tx, token)
    if who.account is None:
        raise NotLoggedIn("not_logged_in")
    return who


_OPEN = frozenset({"instance_is_private"})
show_all = feed(_all, own_codes=_OPEN, kept=HOUR)
show_local = feed(_local, own_codes=_OPEN, kept=HOUR)
show_community = feed(_community)
show_person = feed(_person)
show_thread = feed(_thread)
show_front = feed(_front)
show_inbox = feed(_inbox)
