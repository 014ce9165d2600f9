"""Who is looking: from a cookie or a bearer token to a viewer, once per request."""

from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.responses import Response

from folkmoot.context import Context
from folkmoot.core.people import sessions
from folkmoot.core.site.frame import read_site
from folkmoot.logs import logger
from folkmoot.model.errors import Busy
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.web import i18n

COOKIE = "jwt"
LANGUAGE = "language"
YEAR = 365 * 86_400
_MOST_KEPT = 5000

log = logger(__name__)


class Readers:
    """ASGI layer that puts `viewer`, `token`, `cookies`, `lang` and `secret` into the state of every request. `secret` is the site's key,
    which tokens of forms and small cookies are signed with.

    Viewers are kept per process for as long as nothing about the person changed, so that a page does not pay for its reader.
    """

    def __init__(self, app: Any, context: Context) -> None:
        self.app = app
        self.context = context
        self.kept: dict[str, tuple[int, Viewer]] = {}
        self.secret = (-1, b"")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        cookies = cookie_parser(headers.get("cookie", "")) if "cookie" in headers else {}
        token = _token(headers, cookies)
        viewer = await self.viewer_of(token) if token else ANONYMOUS
        setting = viewer.account.interface_language if viewer.account else cookies.get(LANGUAGE, "browser")
        lang = i18n.choose_language(setting, headers.get("accept-language", "")[:1000])
        i18n.speak(lang)
        scope.setdefault("state", {}).update(
            viewer=viewer,
            token=token if viewer.session_id else "",
            cookies=cookies,
            lang=lang,
            secret=await self.read_secret(),
        )
        await self.app(scope, receive, send)
        try:
            await sessions.note_use(self.context.db)
        except Busy:
            log.info("session_use_not_noted")

    async def read_secret(self) -> bytes:
        """The site's key: kept while nothing about the site changes."""
        db = self.context.db
        stamp = db.changes.newest((("site", 0),))
        if self.secret[0] != stamp:
            async with db.read() as tx:
                self.secret = (stamp, (await read_site(tx)).jwt_secret.encode())
        return self.secret[1]

    async def viewer_of(self, token: str) -> Viewer:
        """The viewer of a token; nobody for one that is not, or no longer, valid."""
        db = self.context.db
        await db.sync()
        kept = self.kept.get(token)
        if kept is not None and kept[0] == db.changes.newest((("person", kept[1].id),)):
            return kept[1]
        async with db.read() as tx:
            viewer = await sessions.viewer_of(tx, token)
        if viewer.person is not None:
            if len(self.kept) >= _MOST_KEPT:
                self.kept.clear()
            self.kept[token] = (db.changes.newest((("person", viewer.id),)), viewer)
        else:
            self.kept.pop(token, None)
        return viewer


def _token(headers: Headers, cookies: dict[str, str]) -> str:
    authorization = headers.get("authorization", "")
    if authorization[:7].lower() == "bearer ":
        return authorization[7:].strip()
    return cookies.get(COOKIE, "")


def address(request: Request) -> str:
    """The client's address, as the trusted proxies tell it; empty where it is unknown."""
    return request.client.host if request.client else ""


def log_in(request: Request, response: Response, token: str) -> None:
    """Let the browser keep a session's token."""
    response.set_cookie(COOKIE, token, max_age=YEAR, **_cookie_rules(request))


def log_out(request: Request, response: Response) -> None:
    """Let the browser forget it."""
    response.delete_cookie(COOKIE, **_cookie_rules(request))


def remember_language(request: Request, response: Response, code: str, seconds: int) -> None:
    """Keep the interface language of a visitor."""
    response.set_cookie(LANGUAGE, code, max_age=seconds, **_cookie_rules(request))


def _cookie_rules(request: Request) -> Any:
    secure = request.app.state.context.settings.scheme == "https"
    return {"path": "/", "httponly": True, "samesite": "lax", "secure": secure}
