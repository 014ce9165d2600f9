"""No form is taken from a page that is not ours.

Two checks, both for every request of the web face that may change something: where the browser says it comes from (`Origin`,
`Sec-Fetch-Site`), and a token that only our pages could show this reader. `guard` lays them around every row of the table of pages,
so that a handler cannot be reached without.

A token is random letters and an HMAC over them and the session, keyed with the site's secret: different in every page, so that
compressing the page tells nothing about it. A visitor has no session; they get a cookie once a page with a form is shown.
"""

import hmac
import secrets
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, request_response

from folkmoot.model.errors import NotAllowed
from folkmoot.web.forms import parse_form

FIELD = "csrf"
COOKIE = "visitor"
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_SALT_LETTERS = 12

_guarded: set[Callable[..., Any]] = set()


class Forged(NotAllowed):
    """The request did not come from one of our pages. `again` says whether it may be offered to the reader to send again."""

    def __init__(self, *, again: bool) -> None:
        super().__init__("csrf")
        self.again = again


def guard(routes: list[Route]) -> list[Route]:
    """The same routes, each behind the check."""
    for route in routes:
        doing = route.methods is not None and not route.methods <= SAFE
        route.app = Guard(request_response(_persistent(route.endpoint)) if doing else route.app)
        _guarded.add(route.endpoint)
    return routes


def _persistent(endpoint: Callable[..., Any]) -> Callable[[Request], Any]:
    """The handler, called once more where its transaction had to give way to another."""

    async def called(request: Request) -> Any:
        async def once() -> Any:
            for upload in request.state.form.files.values():
                await upload.seek(0)
            return await endpoint(request)

        return await request.app.state.context.persistently(once)

    return called


def is_guarded(endpoint: Callable[..., Any]) -> bool:
    """Whether a handler runs behind the check."""
    return endpoint in _guarded


class Guard:
    """ASGI layer around one route. Raises `Forged`. The form it had to read is kept in the request's state."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] in SAFE:
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        if not comes_from_us(request):
            raise Forged(again=False)
        form = request.state.form = await parse_form(request)
        try:
            if not is_right(request, form.text(FIELD)):
                raise Forged(again=True)
            await self.app(scope, receive, send)
        finally:
            for upload in form.files.values():
                await upload.close()


def comes_from_us(request: Request) -> bool:
    """Whether the browser names one of our own pages as the origin; scripts that name nothing are left to the token."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    settings = request.app.state.context.settings
    return origin == settings.origin or (
        urlsplit(origin).scheme in ("http", "https")
        and urlsplit(origin).netloc == request.headers.get("host", "")
    )


def sign(secret: bytes, purpose: str, text: str) -> str:
    """A signature over a text for one purpose."""
    return hmac.new(secret, f"{purpose}\0{text}".encode(), sha256).hexdigest()[:40]


def is_right(request: Request, token: str) -> bool:
    """Whether a token was made for this reader."""
    reader = request.state.token or request.state.cookies.get(COOKIE, "")
    salt = token[:_SALT_LETTERS]
    return bool(reader) and hmac.compare_digest(
        token.encode(), (salt + sign(request.state.secret, "csrf", salt + reader)).encode()
    )


class Token:
    """The token of one page, made when a form asks for it. True only where there is a session (`{% if csrf %}` in the layout)."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.new_visitor = ""

    def __bool__(self) -> bool:
        return bool(self.request.state.token)

    def __str__(self) -> str:
        reader = self.request.state.token or self.request.state.cookies.get(COOKIE) or self._greet()
        salt = secrets.token_hex(_SALT_LETTERS // 2)
        return salt + sign(self.request.state.secret, "csrf", salt + reader)

    def _greet(self) -> str:
        self.new_visitor = self.new_visitor or secrets.token_urlsafe(16)
        return self.new_visitor

    def settle(self, response: Response) -> None:
        """Give a visitor who was shown a form the cookie that belongs to it."""
        if self.new_visitor:
            secure = self.request.app.state.context.settings.scheme == "https"
            response.set_cookie(
                COOKIE, self.new_visitor, path="/", httponly=True, samesite="lax", secure=secure
            )
