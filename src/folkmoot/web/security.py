"""The outermost layers of the server: what comes in is bounded and well-formed, what goes out carries the rules for browsers.

All of it is plain ASGI. The order, from outside: `logs.RequestIds`, `Gate`, `page_cache.PageCache` (which compresses), then readers,
routing and handlers.
"""

import re
import traceback
import zlib
from collections.abc import Callable
from typing import Any

from starlette.requests import ClientDisconnect

from folkmoot.logs import logger
from folkmoot.settings import Settings
from folkmoot.web import packing

LARGEST_BODY = 2 << 20
"""Bytes of a request; pictures have a limit of their own (`UPLOADS`)."""
UPLOADS: dict[str, int] = {
    "/pictrs/image": 12 << 20,
    "/api/v3/pictrs/image": 12 << 20,
    "/api/v4/image": 12 << 20,
}
_FORMS_WITH_PICTURES = re.compile(r"/submit|/settings|/create_community|/c/[^/]+/edit|/post/[0-9]+/edit")
_FORM_WITH_PICTURES = 22 << 20
"""Bytes of a form that may hold an avatar and a banner."""
LEAST_TO_PACK = 1000
_TEXTS = (b"text/", b"application/json", b"application/activity+json", b"application/xml", b"application/atom+xml",
          b"application/rss+xml", b"application/jrd+json", b"application/ld+json", b"image/svg+xml")  # fmt: skip

Plain = Callable[[Any, int, str], tuple[list[tuple[bytes, bytes]], bytes]]

log = logger(__name__)


class TooLarge(Exception):
    """The request's body is larger than allowed."""


def browser_rules(settings: Settings) -> list[tuple[bytes, bytes]]:
    """The headers that every answer carries."""
    pictures = "'self' data:" if settings.image_mode == "proxy-all" else "'self' data: https:"
    if settings.scheme == "http" and settings.image_mode != "proxy-all":
        pictures += " http:"
    policy = (
        "default-src 'none'; base-uri 'none'; connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        f"img-src {pictures}; manifest-src 'self'; media-src {pictures}; script-src 'self'; style-src 'self'"
    )
    rules = {
        "content-security-policy": policy,
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
        # Our own forms need the origin, and nobody else needs more than nothing.
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
    }
    if settings.scheme == "https":
        rules["strict-transport-security"] = "max-age=15552000"
    return [(name.encode(), value.encode()) for name, value in rules.items()]


class Gate:
    """ASGI layer: refuses malformed and oversized requests, tells the client's address, adds `browser_rules`, catches what failed.

    `plain(scope, status, detail)` makes headers and body of an answer that needs neither database nor templates.
    """

    def __init__(self, app: Any, settings: Settings, plain: Plain) -> None:
        self.app = app
        self.proxies = settings.trusted_proxies
        self.rules = browser_rules(settings)
        self.plain = plain
        self.in_full = settings.development

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_with_rules(message: Any) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], *self.rules]
            await send(message)

        if status := malformed(scope):
            await self.answer(scope, status, send_with_rules)
            return
        note_client(scope, self.proxies)
        try:
            await self.app(scope, bounded(scope, receive), send_with_rules)
        except ClientDisconnect:
            return
        except TooLarge:
            if not started:
                await self.answer(scope, 413, send_with_rules)
        except Exception:
            log.exception("request_failed", method=scope["method"], path=scope["path"])
            if started:
                raise
            await self.answer(scope, 500, send_with_rules, traceback.format_exc() if self.in_full else "")

    async def answer(self, scope: Any, status: int, send: Any, detail: str = "") -> None:
        """What was refused or failed, in the form of the face that was asked. `detail` is for developers."""
        headers, body = self.plain(scope, status, detail)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def malformed(scope: Any) -> int:
    """The status for a request line that no page of ours has, 0 for a good one."""
    path: str = scope["path"]
    # Not UTF-8 (the server put replacement characters there), or a NUL, which no database takes.
    if "\0" in path or "\ufffd" in path or len(path) > 2000 or not path.startswith("/"):
        return 404
    asked: bytes = scope["query_string"]
    return 400 if len(asked) > 8000 else 0


def note_client(scope: Any, proxies: int) -> None:
    """Put in the place of the proxy that connected the client it speaks for, where there is a proxy whose word counts."""
    if proxies or _from_here(scope):
        scope["client"] = (client_behind(scope, proxies or 1), 0)


def client_behind(scope: Any, proxies: int) -> str:
    """The address that the outermost of so many trusted proxies saw, without a port, else the one that connected."""
    forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    if not forwarded:
        return str((scope["client"] or ("",))[0])
    hops = [hop.strip() for hop in ",".join(forwarded).split(",") if hop.strip()]
    if not hops:
        return str((scope["client"] or ("",))[0])
    return _without_port(hops[-min(proxies, len(hops))])


def _without_port(hop: str) -> str:
    """Some proxies write the port too, which is another one for each connection."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    host, _, _ = hop.rpartition(":")
    return host if host and ":" not in host else hop


def _from_here(scope: Any) -> bool:
    """Whether the request came from this machine: then a proxy on it is taken at its word."""
    peer = scope["client"]
    return peer is None or peer[0] in {"127.0.0.1", "::1"}


def bounded(scope: Any, receive: Any) -> Any:
    """`receive`, which raises `TooLarge` once the body is larger than allowed."""
    for name, value in scope["headers"]:
        if name == b"content-length" and (not value.isdigit() or _is_too_large(int(value[:20]), scope)):
            raise TooLarge
    taken = 0

    async def receive_bounded() -> Any:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if _is_too_large(taken, scope):
            raise TooLarge
        return message

    return receive_bounded


def _is_too_large(size: int, scope: Any) -> bool:
    return size > LARGEST_BODY and size > _limit_of(scope)


def _limit_of(scope: Any) -> int:
    """The most bytes that may come with a request: more where files may be among them."""
    if _FORMS_WITH_PICTURES.fullmatch(scope["path"]):
        has_files = any(
            name == b"content-type" and value.lower().startswith(b"multipart/form-data")
            for name, value in scope["headers"]
        )
        return _FORM_WITH_PICTURES if has_files else LARGEST_BODY
    return UPLOADS.get(scope["path"], LARGEST_BODY)


class Compress:
    """ASGI layer: gzip for texts over a kilobyte, where the client takes it and nobody has compressed them before."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not _takes_gzip(scope):
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, Packing(send))


def _takes_gzip(scope: Any) -> bool:
    return any(name == b"accept-encoding" and packing.takes_gzip(value) for name, value in scope["headers"])


class Packing:
    """`send` for one answer. The head is held back until it is known whether the body is worth packing."""

    def __init__(self, send: Any) -> None:
        self.send = send
        self.head: Any = None
        self.packer: Any = None

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            if _is_text(message["headers"]):
                self.head = message
            else:
                await self.send(message)
            return
        more = message.get("more_body", False)
        if self.head is not None:
            head, self.head = self.head, None
            if more or len(message.get("body", b"")) >= LEAST_TO_PACK:
                head["headers"] = [
                    (name, value) for name, value in head["headers"] if name != b"content-length"
                ]
                head["headers"] += [(b"content-encoding", b"gzip"), (b"vary", b"accept-encoding")]
                if not more:
                    body = packing.pack(message["body"])
                    head["headers"].append((b"content-length", str(len(body)).encode()))
                    await self.send(head)
                    await self.send({"type": "http.response.body", "body": body})
                    return
                self.packer = packing.packer()
            await self.send(head)
        if self.packer is not None:
            body = self.packer.compress(message.get("body", b""))
            body += self.packer.flush(zlib.Z_SYNC_FLUSH) if more else self.packer.flush()
            message = {"type": "http.response.body", "body": body, "more_body": more}
        await self.send(message)


def _is_text(headers: Any) -> bool:
    kind = b""
    for name, value in headers:
        if name == b"content-encoding":
            return False
        if name == b"content-type":
            kind = value
    return kind.startswith(_TEXTS)
