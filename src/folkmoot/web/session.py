"""Who is looking: from a cookie or a bearer token to a viewer, once per request."""

from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.responses import Response

from folkmoot.context import Context
from folkmoot.core.people.readers import Viewers
from folkmoot.core.posts.visits import visits_of
from folkmoot.core.site.frame import read_site
from folkmoot.model.people import ANONYMOUS
from folkmoot.web import i18n

COOKIE = "jwt"
LANGUAGE = "language"
YEAR = 365 * 86_400


class Readers:
    """ASGI layer that puts `viewer`, `token`, `cookies`, `lang` and `secret` into the state of every request. `secret` is the site's key,
    which tokens of forms and small cookies are signed with.
    """

    def __init__(self, app: Any, context: Context, viewers: Viewers) -> None:
        self.app = app
        self.context = context
        self.viewers = viewers
        self.visits = visits_of(context.db)
        self.secret = (-1, b"")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        cookies = cookie_parser(headers.get("cookie", "")) if "cookie" in headers else {}
        token = _token(headers, cookies)
        viewer = await self.viewers.viewer_of(token) if token else ANONYMOUS
        await self.visits.write_for(viewer)
        setting = viewer.account.interface_language if viewer.account else cookies.get(LANGUAGE, "browser")
        lang = i18n.choose_language(setting, headers.get("accept-language", "")[:1000])
        i18n.use_language(lang)
        scope.setdefault("state", {}).update(
            viewer=viewer,
            token=token if viewer.session_id else "",
            cookies=cookies,
            lang=lang,
            secret=await self.read_secret(),
        )
        await self.app(scope, receive, send)
        await self.viewers.note_use()

    async def read_secret(self) -> bytes:
        """The site's key: kept while nothing about the site changes."""
        db = self.context.db
        stamp = db.changes.newest((("site", 0),))
        if self.secret[0] != stamp:
            async with db.read() as tx:
                self.secret = (stamp, (await read_site(tx)).jwt_secret.encode())
        return self.secret[1]


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
