"""The JSON face put together: from a request to a row of the table, through the caller and the limits, to an answer.

Plain ASGI, because the way to a handler is paid by every call.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

import msgspec

from folkmoot.api import throttle
from folkmoot.api.call import Answer, Call, read_body
from folkmoot.api.query import Unreadable, must_be_storable, read_query
from folkmoot.api.v3 import errors
from folkmoot.api.v3.routes import Route
from folkmoot.context import Context
from folkmoot.core.people.readers import Viewers
from folkmoot.core.posts.visits import visits_of
from folkmoot.model.errors import NotLoggedIn, Refusal
from folkmoot.model.people import ANONYMOUS

JSON = b"application/json"
LARGEST_BODY = 2 << 20
_PUBLIC, _PRIVATE = b"public, max-age=60", b"private"
_VARY = (b"vary", b"origin, authorization, cookie")
"""Who is logged in and whose script asks: else a cache gives an app that has just logged in what it had as a visitor."""
_METHODS = b"GET, POST, PUT, OPTIONS"
_SHOWN = frozenset({b"image", b"audio", b"video"})
"""What browsers load to show it in a page (`Sec-Fetch-Dest`), and never JSON: somebody wrote its address into a text, so that whoever reads
that makes a call, and uses up what they may."""
_WHY = {400: "query string too long", 413: "body too large"}
"""What is said of requests that no handler saw."""
_encode = msgspec.json.Encoder().encode


class Api:
    """ASGI application for everything in the table of routes."""

    def __init__(self, routes: Sequence[Route], context: Context, viewers: Viewers, app: Any) -> None:
        self.context = context
        self.viewers = viewers
        self.visits = visits_of(context.db)
        self.app = app
        self.table: dict[str, dict[str, Route]] = {}
        self.patterns: dict[str, re.Pattern[str]] = {}
        for route in routes:
            self.table.setdefault(route.path, {})[route.method] = route
            if "{" in route.path:
                self.patterns[route.path] = _pattern(route.path)
        self.decoders: dict[type, msgspec.json.Decoder[Any]] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        token = token_of(headers)
        common = _common(headers, token)
        if scope["method"] == "OPTIONS":
            await _send(send, Answer(), [*common, *_preflight(headers)])
            return
        methods, words = self._find(scope["path"])
        route = methods.get(scope["method"])
        if route is None and scope["method"] == "HEAD":
            route = methods.get("GET")
        if route is None:
            await _send(send, _no_route(methods), common)
            return
        if not route.media and headers.get(b"sec-fetch-dest") in _SHOWN:
            await _send(send, errors.unreadable("nothing that a page can show"), common)
            return
        try:
            answer = await self._answer(route, scope, receive, headers, token, words)
        except Unreadable as error:
            answer = errors.unreadable(str(error)) if route.says_why else Answer(b"", 404, b"")
        except Refusal as refusal:
            answer = errors.answer_to(refusal)
        await _send(send, answer, common, with_body=scope["method"] != "HEAD")
        await self.viewers.note_use()

    def _find(self, path: str) -> tuple[dict[str, Route], dict[str, str]]:
        """The operations at a path, and the words that stand in it where the table has braces."""
        if (methods := self.table.get(path)) is not None:
            return methods, {}
        for template, pattern in self.patterns.items():
            if match := pattern.fullmatch(path):
                return self.table[template], match.groupdict()
        return {}, {}

    async def _answer(
        self,
        route: Route,
        scope: Any,
        receive: Any,
        headers: dict[bytes, bytes],
        token: str,
        words: dict[str, str],
    ) -> Answer:
        viewer = await self.viewers.viewer_of(token) if token else ANONYMOUS
        if token and route.reading:
            await self.visits.write_for(viewer)
        client = scope["client"]
        address = client[0] if client else ""
        call = Call(self.context, scope, viewer, token, address, self.app, headers, receive, words)
        if route.limit and not route.counts:
            await throttle.count(call, route.limit)
        try:
            asked = await self._read(route, scope, receive, headers)
            if route.auth == "required" and viewer.account is None:
                raise NotLoggedIn
        except (Unreadable, Refusal):
            if route.counts:  # the handler does not get to it
                await throttle.count(call, route.limit)
            raise
        if asked is not None:
            said = await self.context.persistently(lambda: route.handler(call, asked))
        else:  # it may have read the body itself, which comes once
            said = await route.handler(call)
        if isinstance(said, Answer):
            return said
        return Answer(said if isinstance(said, bytes) else _encode(said), route.status)

    async def _read(
        self, route: Route, scope: Any, receive: Any, headers: dict[bytes, bytes]
    ) -> msgspec.Struct | None:
        """What was asked: from the query for GET, else from a body of JSON (T-1, T-10)."""
        if route.asks is None:
            return None
        if route.method == "GET":
            return read_query(scope["query_string"], route.asks)
        body = await read_body(receive)
        if not _is_json(headers.get(b"content-type", b"")):
            raise Unreadable("Content type error")
        decoder = self.decoders.get(route.asks)
        if decoder is None:
            decoder = self.decoders[route.asks] = msgspec.json.Decoder(route.asks)
        try:
            asked: msgspec.Struct = decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Unreadable(f"Json deserialize error: {error}") from None
        must_be_storable(body)
        return asked


def _is_json(content_type: bytes) -> bool:
    """`application/json`, or another name that JSON goes by: `text/json`, anything with `+json` (T-10)."""
    kind = content_type.split(b";")[0].strip().lower()
    if kind == JSON:
        return True
    whole, _, part = kind.partition(b"/")
    return bool(whole) and (part == b"json" or part.endswith(b"+json"))


def _common(headers: Mapping[bytes, bytes], token: str) -> list[tuple[bytes, bytes]]:
    """What every answer carries: how long it may be kept (T-13) and who may read it (T-14)."""
    common = [(b"cache-control", _PRIVATE if token else _PUBLIC), _VARY]
    if origin := headers.get(b"origin"):
        common.append((b"access-control-allow-origin", origin))
    return common


def token_of(headers: Mapping[bytes, bytes]) -> str:
    """The token that came with a request: of the header, else of the cookie (A-1); empty for none."""
    authorization = headers.get(b"authorization", b"")
    if authorization[:7].lower() == b"bearer ":
        return authorization[7:].strip().decode("latin-1")
    for cookie in headers.get(b"cookie", b"").split(b";"):
        name, _, value = cookie.strip().partition(b"=")
        if name == b"jwt" and value:
            return unquote(value.decode("latin-1")).strip('"')
    return ""


def plain_answer(
    status: int, headers: Mapping[bytes, bytes], detail: str = ""
) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Headers and body of an answer that was made before or after a handler could: no path at all, too large, failed, not ready.

    `headers`: those of the request.
    """
    if status == 404:
        return [*_common(headers, token_of(headers)), (b"content-length", b"0")], b""
    body = _encode({"error": "unknown", "message": detail or _WHY.get(status, "internal")})
    own = [(b"content-type", JSON), (b"content-length", str(len(body)).encode())]
    return [*_common(headers, token_of(headers)), *own], body


def _pattern(path: str) -> re.Pattern[str]:
    """`/pictrs/image/{filename}` as an expression: each name in braces is one word of the path."""
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)))


def _no_route(methods: Mapping[str, Route]) -> Answer:
    """Nothing is there: 404, or 405 with what is allowed; both without a body (T-10)."""
    if methods:
        return Answer(b"", 405, b"", ((b"allow", ", ".join(sorted(methods)).encode()),))
    return Answer(b"", 404, b"")


def _preflight(headers: Mapping[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    asked = headers.get(b"access-control-request-headers", b"authorization, content-type")
    return [
        (b"access-control-allow-methods", _METHODS),
        (b"access-control-allow-headers", b", ".join(each.strip() for each in asked.split(b","))),
        (b"access-control-max-age", b"3600"),
    ]


async def _send(
    send: Any, answer: Answer, common: list[tuple[bytes, bytes]], *, with_body: bool = True
) -> None:
    headers = common
    if answer.headers:
        own = {name for name, _ in answer.headers}
        headers = [header for header in common if header[0] not in own]
    if answer.kind and answer.status != 204:
        headers.append((b"content-type", answer.kind))
    headers += answer.headers
    headers.append((b"content-length", b"%d" % len(answer.body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body if with_body else b""})
