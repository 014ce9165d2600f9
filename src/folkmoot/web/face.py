"""The web face put together: refusals and failures as pages, and routing that finds a row by its first word."""

import json
from collections.abc import Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match

from folkmoot.logs import request_id
from folkmoot.model.errors import NotLoggedIn, RateLimited, Refusal
from folkmoot.web.base import context, page, wants_json
from folkmoot.web.csrf import FIELD, Forged
from folkmoot.web.errors import status_of, words
from folkmoot.web.forms import Form
from folkmoot.web.i18n import N_, current, gettext

TITLES = {
    400: N_("This request cannot be understood"),
    401: N_("Please log in"),
    403: N_("This is not allowed"),
    404: N_("There is nothing here"),
    405: N_("This cannot be done here"),
    413: N_("That is too large"),
    429: N_("Too much at once"),
    500: N_("Something went wrong on our side"),
    503: N_("The server is not ready"),
}
TEXTS = {
    400: N_("Something in the address or in the form is not as it should be."),
    404: N_("The address is wrong, or what was here is gone."),
    405: N_("This address does something else than what was asked."),
    413: N_("Texts can be up to two megabytes, a picture up to ten."),
    500: N_("It has been noted. Nothing you did is at fault; trying again later may help."),
    503: N_("It is starting or busy. Please try again in a moment."),
}


class Router:
    """Finds the row for a path. Rows are kept by the first word of their path, so that a hundred of them cost as little as five."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self.by_word: dict[str, list[BaseRoute]] = {}
        self.others: list[BaseRoute] = []
        for route in routes:
            word = getattr(route, "path", "/{").split("/")[1] if getattr(route, "path", "") else "{"
            if "{" in word:
                self.others.append(route)
            else:
                self.by_word.setdefault(word, []).append(route)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        partial: tuple[BaseRoute, Any] | None = None
        word = scope["path"].split("/", 2)[1]
        for routes in (self.by_word.get(word, ()), self.others):
            for route in routes:
                match, found = route.matches(scope)
                if match is Match.FULL:
                    scope.update(found)
                    await route.handle(scope, receive, send)
                    return
                if match is Match.PARTIAL and partial is None:
                    partial = (route, found)
        if partial is not None:
            scope.update(partial[1])
            await partial[0].handle(scope, receive, send)
            return
        path: str = scope["path"]
        if (
            path != "/"
            and path.endswith("/")
            and scope["method"] in ("GET", "HEAD")
            and not path.startswith("//")
        ):
            asked = scope["query_string"].decode("latin-1")
            target = quote(path.rstrip("/") or "/") + (f"?{asked}" if asked else "")
            await RedirectResponse(target, 308)(scope, receive, send)
            return
        raise HTTPException(404)


# --- refusals and failures as pages --------------------------------------------------------------------------------


async def show_refusal(request: Request, refusal: Exception) -> Response:
    """A refusal that no form page caught."""
    assert isinstance(refusal, Refusal)
    status = status_of(refusal)
    headers = {}
    if isinstance(refusal, RateLimited):
        headers["retry-after"] = str(max(1, round(refusal.retry_after)))
    if wants_json(request):
        return JSONResponse({"error": refusal.code, "message": words(refusal)}, status, headers)
    if isinstance(refusal, Forged) and refusal.again:
        return await show_again(request)
    # A site that is only for its members has nothing else to show a visitor than the way in.
    closed = isinstance(refusal, NotLoggedIn) or refusal.code == "instance_is_private"
    if closed and request.method in ("GET", "HEAD"):
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(asked, safe='')}", 303)
    title = gettext(TITLES.get(status, TITLES[400]))
    return await page(
        request,
        "errors/refused.html",
        status=status,
        headers=headers,
        title=title,
        text=words(refusal),
        back=_came_from(request),
    )


def _came_from(request: Request) -> str:
    """The page of ours whose button or form was refused; empty where a page itself was, or its address was not sent along."""
    said = request.headers.get("referer", "")
    origin = f"{context(request).settings.origin}/"
    return "" if request.method in ("GET", "HEAD") or not said.startswith(origin) else said[len(origin) - 1 :]


_LABELS = {
    "answer": N_("Your application"),
    "bio": N_("About you"),
    "current": N_("Your password now"),
    "email_password": N_("Your password"),
    "name": N_("Title"),
    "password_verify": N_("Password again"),
    "reason": N_("Reason"),
    "sidebar": N_("About the site"),
    "url": N_("Link"),
}
"""What the fields of forms are called where they are shown apart from their form; other texts are just that."""


async def show_again(request: Request) -> Response:
    """The form once more with everything in it, to be sent with a good token. Passwords are asked for anew, files are lost."""
    form: Form = request.state.form
    pairs = [(name, value) for name, value in form.pairs if name not in (FIELD, "next")]
    secret = [name for name, _ in pairs if "password" in name or name == "current"]
    texts = [
        (name, value) for name, value in pairs if name not in secret and ("\n" in value or len(value) > 60)
    ]
    hidden = [pair for pair in pairs if pair not in texts and pair[0] not in secret]
    return await page(
        request,
        "errors/again.html",
        status=403,
        hidden=hidden,
        texts=[(name, gettext(_LABELS.get(name, N_("Text"))), value) for name, value in texts],
        secrets=[(name, gettext(_LABELS.get(name, N_("Password")))) for name in secret],
    )


async def show_http_error(request: Request, error: Exception) -> Response:
    """404, 405 and what else routing and parsing raise."""
    assert isinstance(error, HTTPException)
    status = error.status_code
    title = gettext(TITLES.get(status, TITLES[400]))
    text = gettext(TEXTS.get(status, TEXTS[400]))
    if wants_json(request):
        return JSONResponse(
            {"error": "not_found" if status == 404 else "bad_request", "message": text}, status, error.headers
        )
    return await page(
        request,
        "errors/refused.html",
        status=status,
        headers=error.headers,
        title=title,
        text=text,
        back=_came_from(request),
    )


CODES = {400: "bad_request", 404: "not_found", 413: "too_large", 500: "internal", 503: "not_ready"}


def plain_page(status: int, *, as_json: bool = False, detail: str = "") -> tuple[bytes, bytes]:
    """Type and body of an answer without the site's frame, for when database, templates and reader are out of reach.

    It names the request's id, which leads to the lines of the log.
    """
    title = gettext(TITLES.get(status, TITLES[400]))
    text = gettext(TEXTS.get(status, TEXTS[400]))
    if as_json:
        return b"application/json", json.dumps(
            {"error": CODES.get(status, "unknown"), "message": text}
        ).encode()
    number = request_id.get()
    reference = gettext("Reference: %(number)s") % {"number": number} if number else ""
    way_out = gettext("To the front page")
    body = (
        f'<!doctype html><html lang="{current().code}" dir="{current().direction}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title></head><body><main>'
        f"<h1>{escape(title)}</h1><p>{escape(text)}</p><p>{escape(reference)}</p><pre>{escape(detail)}</pre>"
        f'<p><a href="/">{escape(way_out)}</a></p></main></body></html>'
    )
    return b"text/html; charset=utf-8", body.encode()
