"""Ready pages and JSON answers for visitors, in front of routing.

A handler says what its page was made from (`may_be_kept`); the page is right for as long as the numbers of these things stand
(`store/changes.py`), and for a minute at most, because it shows ages. Nothing personal is kept: not for readers with a session, not when
the answer sets a cookie. A hit costs no database, no routing and no rendering.

JSON is kept packed and plain, because apps ask for much of it and some take it plain; a page is kept plain too once it was asked for so
a few times, because unpacking it costs ten times what sending it does. Calls of apps and searches are counted (K-1) also where they are
answered from here.
"""

import asyncio
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from starlette.requests import Request

from folkmoot.context import Context
from folkmoot.core import limits
from folkmoot.model.errors import Busy, RateLimited
from folkmoot.model.people import ANONYMOUS
from folkmoot.model.time import MINUTE, SECOND, Micros
from folkmoot.web import i18n
from folkmoot.web.packing import pack, takes_gzip
from folkmoot.web.security import LEAST_TO_PACK, Compress, Packing
from folkmoot.web.session import LANGUAGE

Key = tuple[str, int]
Headers = list[tuple[bytes, bytes]]

SITE: Key = ("site", 0)
AUTHORS: Key = ("author", 0)
FRONT: Key = ("front", 0)
POSTS: Key = ("posts", 0)
LONGEST: Micros = MINUTE
"""How long a page is shown at most."""
LAG: Micros = SECOND
"""How long a page may show old scores, where a handler named what it may be late with."""
_LARGEST_KEY = 500
_OFTEN = 4
"""How many requests make it worth packing a page well, and how many without compression make it worth keeping it so."""
_LONG, _LONG_PACKED = 400_000, 20_000
"""Bytes from which on packing a body takes long, and packing well one that is packed."""
_WORDS = frozenset(
    {
        "",
        "about",
        "c",
        "comment",
        "communities",
        "docs",
        "feeds",
        "instances",
        "legal",
        "modlog",
        "post",
        "search",
        "u",
    }
)
"""First words of the paths whose pages may be kept."""
_API = "/api/v3/"
_SEARCHES = frozenset({"/api/v3/search", "/search"})
"""Calls that are counted apart from all others (section 16 of the behaviour rules)."""
_PERSONAL = (b"jwt=", b"flash=")
"""Cookies that make a page differ from what others get."""
_FEEDS = "/feeds/"
"""Where scripts of all sites read, without saying who they are (T-14)."""
_OWN_HEADERS = {b"content-length", b"content-encoding", b"etag", b"vary", b"access-control-allow-origin"}


def may_be_kept(request: Request, *made_from: Key, late: tuple[Key, ...] = ()) -> None:
    """Say that this page is the same for every visitor until one of `made_from` changes; changes of `late` may show a second later."""
    if request.state.viewer is ANONYMOUS:
        request.scope["page_made_from"] = (made_from, late)


@dataclass(slots=True)
class _Page:
    """One page, ready to be sent. `body` is packed where `packed` says so."""

    body: bytes
    packed: bool
    etag: bytes
    whole: Headers
    unpacked: Headers
    unchanged: Headers
    keys: tuple[Key, ...]
    stamp: int
    late_keys: tuple[Key, ...]
    late_stamp: int
    made: Micros
    plain: bytes = b""
    hits: int = 0
    unpacked_hits: int = 0

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return len(self.body) + len(self.plain) + 2000

    def take(self, body: bytes) -> int:
        """Have this body, which is the same but packed better; how many bytes that saved. The ETag stays: it is the same page."""
        saved = len(self.body) - len(body)
        if saved > 0:
            self.body = body
            self.whole = [*self.whole[:-1], (b"content-length", str(len(body)).encode())]
        return max(saved, 0)


def _well_packed(body: bytes) -> bytes:
    """The same as small as can be."""
    return zlib.compress(zlib.decompress(body, wbits=31), 9, wbits=31)


class PageCache:
    """ASGI layer that answers visitors from memory where it can, and compresses: what is kept is packed once for all who ask."""

    def __init__(self, app: Any, context: Context) -> None:
        self.bare = app
        self.app = Compress(app)
        self.db = context.db
        self.clock = context.clock
        self.limit = context.settings.page_cache_mb << 20
        self.size = 0
        self.pages: OrderedDict[Any, _Page] = OrderedDict()
        self.making: dict[Any, asyncio.Event] = {}
        self.packing: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        asked = _asked(scope) if self.limit else None
        if asked is None:
            await self.app(scope, receive, send)
            return
        await self.db.sync()
        page = self.right_page(asked.name)
        if page is None and (other := self.making.get(asked.name)) is not None:
            await other.wait()
            await self.db.sync()
            page = self.right_page(asked.name)
        if page is not None and (not asked.is_counted or await self.counted(scope)):
            await self.send_page(page, send, asked, with_body=scope["method"] == "GET")
        elif page is None and scope["method"] == "GET":
            await self.make(asked, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def counted(self, scope: Any) -> bool:
        """Count a call of an app, or a search; False leaves it to the handler, who refuses it or asks the database what is allowed."""
        address = scope["client"][0] if scope["client"] else ""
        try:
            if scope["path"] in _SEARCHES:
                await limits.enforce(self.db, "search", 0, address)
                return True
            return limits.spend_as_known(self.db, address)
        except (RateLimited, Busy):
            return False

    def right_page(self, name: Any) -> _Page | None:
        """The page of this name if nothing it was made from has changed."""
        page = self.pages.get(name)
        if page is None:
            return None
        age = self.clock.now() - page.made
        newest = self.db.changes.newest
        late = age >= LAG and bool(page.late_keys) and newest(page.late_keys) != page.late_stamp
        if not 0 <= age < LONGEST or late or newest(page.keys) != page.stamp:
            self.drop(name)
            return None
        self.pages.move_to_end(name)
        page.hits += 1
        if page.hits == _OFTEN and page.packed:
            self.pack_well(name, page)
        return page

    def pack_well(self, name: Any, page: _Page) -> None:
        """Pack once more, and better, what is asked for often: a long one beside other requests, since it takes 9 ms for 300 comments as
        JSON and 40 for a page of 2,000."""
        if len(page.body) < _LONG_PACKED:
            self.size -= page.take(_well_packed(page.body))
            return
        packing = asyncio.create_task(self._pack_aside(name, page))
        self.packing.add(packing)
        packing.add_done_callback(self.packing.discard)

    async def _pack_aside(self, name: Any, page: _Page) -> None:
        saved = page.take(await asyncio.to_thread(_well_packed, page.body))
        if self.pages.get(name) is page:
            self.size -= saved

    async def make(self, asked: "_Asked", scope: Any, receive: Any, send: Any) -> None:
        """Let the page be made, send it, and keep it where its handler allowed that."""
        name = asked.name
        done = self.making[name] = asyncio.Event()
        begun, moment = self.db.changes.latest(), self.clock.now()
        kept = _Collector(scope, Packing(send) if asked.packs else send)
        try:
            await self.bare(scope, receive, kept)
            page = kept.page(moment)
            if page is None:
                return
            newest = self.db.changes.newest
            page.stamp, page.late_stamp = newest(page.keys), newest(page.late_keys)
            if page.stamp <= begun:
                self.put(name, page)
        finally:
            self.making.pop(name, None)
            done.set()
        await self.send_page(page, send, asked, with_body=True)

    def put(self, name: Any, page: _Page) -> None:
        """Keep a page; the ones not asked for longest make room."""
        self.drop(name)
        self.pages[name] = page
        self.size += page.size
        self.make_room()

    def make_room(self) -> None:
        """Forget what was not asked for longest, until the rest is no more than allowed."""
        while self.size > self.limit and self.pages:
            self.drop(next(iter(self.pages)))

    def plain(self, page: _Page, name: Any) -> bytes:
        """The body as it was made. What is asked for so often is kept so."""
        if page.plain:
            return page.plain
        body = zlib.decompress(page.body, wbits=31)
        page.unpacked_hits += 1
        if page.unpacked_hits >= _OFTEN and self.pages.get(name) is page:
            page.plain = body
            self.size += len(body)
            self.make_room()
        return body

    async def send_page(self, page: _Page, send: Any, asked: "_Asked", *, with_body: bool) -> None:
        """Answer with a page, in the form that was asked for."""
        if asked.known and (page.etag in asked.known or asked.known == b"*"):
            headers, body, status = page.unchanged, b"", 304
        elif asked.packs or not page.packed:
            headers, body, status = page.whole, page.body, 200
        else:
            headers, body, status = page.unpacked, self.plain(page, asked.name) if with_body else b"", 200
        if asked.origin:
            headers = [*headers, (b"access-control-allow-origin", asked.origin)]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body if with_body else b""})

    def drop(self, name: Any) -> None:
        """Forget a page."""
        page = self.pages.pop(name, None)
        if page is not None:
            self.size -= page.size


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a kept page could answer. `packs`: the client takes gzip; `known`: the ETag it has; `origin`: the site whose script asks.
    `is_counted`: the rate limits say how often it may be asked for."""

    name: Any
    packs: bool
    known: bytes
    is_counted: bool
    origin: bytes


def _asked(scope: Any) -> _Asked | None:
    """What the request is for, if a kept page can answer it."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return None
    path, query = scope["path"], scope["query_string"]
    by_app = path.startswith(_API)
    if not (by_app or path.split("/", 2)[1] in _WORDS) or len(path) + len(query) > _LARGEST_KEY:
        return None
    accepted = known = origin = b""
    setting, packs = "browser", False
    for name, value in scope["headers"]:
        if name == b"cookie":
            if any(cookie in value for cookie in _PERSONAL):
                return None
            setting = _language_in(value) or setting
        elif name == b"accept-encoding":
            packs = takes_gzip(value)
        elif name == b"accept-language":
            accepted = value
        elif name == b"if-none-match":
            known = value
        elif name == b"origin":
            origin = value
        elif name in (b"authorization", b"x-fragment", b"range") or (
            name == b"accept" and b"json" in value.lower() and not by_app
        ):
            return None
    if by_app:
        # The contract of the API knows no ETags.
        return _Asked((path, query), packs, b"", by_app, origin)
    code = i18n.choose_language(setting, accepted.decode("latin-1")[:1000])
    return _Asked(
        (path, query, code), packs, known, path in _SEARCHES, b"*" if path.startswith(_FEEDS) else b""
    )


def _language_in(cookies: bytes) -> str | None:
    for cookie in cookies.split(b";"):
        name, _, value = cookie.strip().partition(b"=")
        if name == LANGUAGE.encode():
            return value.decode("latin-1")
    return None


class _Collector:
    """`send` for an answer that may be kept: held back whole if so, passed on as it comes if not."""

    def __init__(self, scope: Any, send: Any) -> None:
        self.scope = scope
        self.send = send
        self.headers: Headers | None = None
        self.parts: list[bytes] = []

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            if self.may_keep(message):
                self.headers = message["headers"]
            else:
                await self.send(message)
        elif self.headers is None:
            await self.send(message)
        else:
            self.parts.append(message.get("body", b""))

    def may_keep(self, message: Any) -> bool:
        """Whether the handler allowed it and the answer is a plain page that greets nobody."""
        if message["status"] != 200 or "page_made_from" not in self.scope:
            return False
        return all(name != b"set-cookie" for name, _ in message["headers"])

    def page(self, moment: Micros) -> _Page | None:
        """The page that was collected, None if it was passed on."""
        if self.headers is None:
            return None
        body = b"".join(self.parts)
        size = str(len(body)).encode()
        packed = len(body) >= LEAST_TO_PACK
        by_app = self.scope["path"].startswith(_API)
        plain = body if packed and by_app else b""
        if packed:
            # At first a long one only quickly: it would hold up everybody for up to 25 ms, each time that something in it changed.
            body = zlib.compress(body, 5, wbits=31) if len(body) < _LONG else pack(body)
        etag = b'"%08x-%x"' % (crc32(body), len(body))
        varies = [value for name, value in self.headers if name == b"vary"]
        # Which site's script asked is nothing that is kept.
        common = [header for header in self.headers if header[0] not in _OWN_HEADERS]
        common += [
            *([] if by_app else [(b"etag", b"W/" + etag)]),
            (b"vary", b", ".join(dict.fromkeys([*varies, b"accept-encoding"]))),
        ]
        length = str(len(body)).encode()
        encoding = [(b"content-encoding", b"gzip")] if packed else []
        made_from, late = self.scope["page_made_from"]
        return _Page(
            body=body,
            packed=packed,
            etag=etag,
            whole=[*common, *encoding, (b"content-length", length)],
            unpacked=[*common, (b"content-length", size)],
            unchanged=common,
            keys=made_from,
            stamp=0,
            late_keys=late,
            late_stamp=0,
            made=moment,
            plain=plain,
        )
