"""Ready pages for visitors, in front of routing.

A handler says what its page was made from (`may_be_kept`); the page is right for as long as the numbers of these things stand
(`store/changes.py`), and for a minute at most, because it shows ages. Nothing personal is kept: not for readers with a session, not when
the answer sets a cookie. A hit costs no database, no routing and no rendering.
"""

import asyncio
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from starlette.requests import Request

from folkmoot.context import Context
from folkmoot.model.people import ANONYMOUS
from folkmoot.model.time import MINUTE, SECOND, Micros
from folkmoot.web import i18n
from folkmoot.web.security import LEAST_TO_PACK, Compress, Packing
from folkmoot.web.session import LANGUAGE

Key = tuple[str, int]
Headers = list[tuple[bytes, bytes]]

SITE: Key = ("site", 0)
FRONT: Key = ("front", 0)
POSTS: Key = ("posts", 0)
LONGEST: Micros = MINUTE
"""How long a page is shown at most."""
LAG: Micros = SECOND
"""How long a page may show old scores, where a handler named what it may be late with."""
_LARGEST_KEY = 500
_OFTEN = 4
"""So many times asked for, a page is worth being packed well."""
_WORDS = frozenset(
    {"", "about", "c", "comment", "communities", "feeds", "instances", "legal", "modlog", "post", "u"}
)
"""First words of the paths whose pages may be kept."""
_PERSONAL = (b"jwt=", b"flash=")
"""Cookies with which a page is not the same as for others."""
_OWN_HEADERS = {b"content-length", b"content-encoding", b"etag", b"vary"}


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
    hits: int = 0

    def pack_well(self) -> int:
        """Pack what is asked for often once more, and better; how many bytes that saved. The ETag stays: it is the same page."""
        body = zlib.compress(zlib.decompress(self.body, wbits=31), 9, wbits=31)
        saved = len(self.body) - len(body)
        if saved > 0:
            self.body = body
            self.whole = [*self.whole[:-1], (b"content-length", str(len(body)).encode())]
        return max(saved, 0)


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

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        asked = _asked(scope) if self.limit else None
        if asked is None:
            await self.app(scope, receive, send)
            return
        name, packs, known = asked
        await self.db.sync()
        page = self.right_page(name)
        if page is None and (other := self.making.get(name)) is not None:
            await other.wait()
            await self.db.sync()
            page = self.right_page(name)
        if page is not None:
            await _send_page(page, send, packs=packs, known=known, with_body=scope["method"] == "GET")
        elif scope["method"] == "GET":
            await self.make(name, scope, receive, send, packs=packs, known=known)
        else:
            await self.app(scope, receive, send)

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
            self.size -= page.pack_well()
        return page

    async def make(
        self, name: Any, scope: Any, receive: Any, send: Any, *, packs: bool, known: bytes
    ) -> None:
        """Let the page be made, send it, and keep it where its handler allowed that."""
        done = self.making[name] = asyncio.Event()
        begun, moment = self.db.changes.latest(), self.clock.now()
        kept = _Collector(scope, Packing(send) if packs else send)
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
        await _send_page(page, send, packs=packs, known=known, with_body=True)

    def put(self, name: Any, page: _Page) -> None:
        """Keep a page; the ones not asked for longest make room."""
        self.drop(name)
        self.pages[name] = page
        self.size += len(page.body) + 2000
        while self.size > self.limit and self.pages:
            self.drop(next(iter(self.pages)))

    def drop(self, name: Any) -> None:
        """Forget a page."""
        page = self.pages.pop(name, None)
        if page is not None:
            self.size -= len(page.body) + 2000


def _asked(scope: Any) -> tuple[Any, bool, bytes] | None:
    """What the request is for, if a kept page can answer it: the page's name, whether the client takes gzip, and the ETag it knows."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return None
    path, query = scope["path"], scope["query_string"]
    if path.split("/", 2)[1] not in _WORDS or len(path) + len(query) > _LARGEST_KEY:
        return None
    accepted = known = b""
    setting, packs = "browser", False
    for name, value in scope["headers"]:
        if name == b"cookie":
            if any(cookie in value for cookie in _PERSONAL):
                return None
            setting = _language_in(value) or setting
        elif name == b"accept-encoding":
            packs = b"gzip" in value
        elif name == b"accept-language":
            accepted = value
        elif name == b"if-none-match":
            known = value
        elif name in (b"authorization", b"x-fragment", b"range") or (
            name == b"accept" and b"json" in value.lower()
        ):
            return None
    code = i18n.choose_language(setting, accepted.decode("latin-1")[:1000])
    return (path, query, code), packs, known


def _language_in(cookies: bytes) -> str | None:
    for cookie in cookies.split(b";"):
        name, _, value = cookie.strip().partition(b"=")
        if name == LANGUAGE.encode():
            return value.decode("latin-1")
    return None


async def _send_page(page: _Page, send: Any, *, packs: bool, known: bytes, with_body: bool) -> None:
    if known and (page.etag in known or known == b"*"):
        await send({"type": "http.response.start", "status": 304, "headers": page.unchanged})
        await send({"type": "http.response.body", "body": b""})
        return
    if packs or not page.packed:
        headers, body = page.whole, page.body
    else:
        headers, body = page.unpacked, zlib.decompress(page.body, wbits=31)
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body if with_body else b""})


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
        if packed:
            body = zlib.compress(body, 5, wbits=31)
        etag = b'"%08x-%x"' % (crc32(body), len(body))
        varies = [value for name, value in self.headers if name == b"vary"]
        common = [header for header in self.headers if header[0] not in _OWN_HEADERS]
        common += [
            (b"etag", b"W/" + etag),
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
        )
