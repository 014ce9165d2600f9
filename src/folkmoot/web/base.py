"""What every handler uses: the context, pages in their frame, and the answer after something was done."""

import binascii
import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from jinja2 import BytecodeCache, Environment, FileSystemLoader, FunctionLoader, select_autoescape
from jinja2.bccache import Bucket
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from folkmoot import __version__
from folkmoot.context import Context
from folkmoot.core import limits
from folkmoot.core.site import frame
from folkmoot.model.people import Viewer
from folkmoot.model.site import LocalSite, Waiting
from folkmoot.web import choices, csrf, filters, i18n
from folkmoot.web.assets import FOLDER, Assets
from folkmoot.web.forms import Form
from folkmoot.web.session import address

TEMPLATES = FOLDER.parent / "templates"
_FLASH = "flash"
Links = Sequence[tuple[str, str]]
"""Labels and the paths they lead to."""
Flash = tuple[str, str, Links]
_PLACES = {
    "": "home", "communities": "communities", "search": "search", "submit": "create", "create_community": "communities",
    "inbox": "inbox", "messages": "inbox", "modlog": "modlog",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Site:
    """The site as the frame shows it."""

    name: str
    tagline: str | None
    icon: str | None
    version: str
    registration: bool


@dataclass(frozen=True, slots=True)
class Me:
    """The reader as the frame shows them."""

    name: str
    host: str
    href: str
    unread: int
    reports: int
    applications: int
    admin: bool
    moderates: bool
    requests: int


# --- what a handler asks -------------------------------------------------------------------------------------------


def context(request: Request) -> Context:
    """The database, the settings, the clock and the door out."""
    found: Context = request.app.state.context
    return found


def viewer(request: Request) -> Viewer:
    """Who is looking."""
    found: Viewer = request.state.viewer
    return found


def wants_json(request: Request) -> bool:
    """Whether a module of ours asked, rather than a page being opened."""
    return request.headers.get("accept", "").startswith("application/json")


def wants_fragment(request: Request) -> bool:
    """Whether only the part of a page is wanted that a form or a list is."""
    return request.headers.get("x-fragment") == "1"


async def limited(request: Request, class_: str) -> None:
    """Count one action of a class (`post`, `comment`, `register`, `search`, …) by the viewer at their address. Call it before the
    transaction that performs it. Raises `RateLimited`.
    """
    await limits.enforce(context(request).db, class_, viewer(request).id, address(request))


async def doing(request: Request, class_: str) -> limits.Doing | None:
    """The same action, to be counted with what it writes; None where there is no limit."""
    return await limits.doing_of(context(request).db, class_, viewer(request).id, address(request))


# --- templates -----------------------------------------------------------------------------------------------------


class _Compiled(BytecodeCache):
    """Compiled templates, kept for this process and those forked from it: compiling takes 5 to 30 ms each, and the first request for a
    kind of page after a start waited 20 to 70."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key, bucket.checksum] = bucket.code


_compiled = _Compiled()


class Templates:
    """The templates, whole and as fragments (interface.md, section 1)."""

    def __init__(self, assets: Assets, *, fresh: bool = False) -> None:
        loader = FileSystemLoader(TEMPLATES)
        self.whole = Environment(
            loader=loader,
            autoescape=select_autoescape(("html",), default=True),
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=fresh,
            cache_size=-1,
            bytecode_cache=_compiled,
            extensions=["jinja2.ext.i18n"],
        )
        # Makes `{% trans %}` pass its variables as arguments; the functions themselves are ours.
        self.whole.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
        words = {"_": i18n.for_template, "gettext": i18n.for_template, "ngettext": i18n.for_template_plural}
        self.whole.globals.update(words)
        self.whole.globals["asset"] = assets.url
        self.whole.globals["options"] = choices.options
        self.whole.filters.update(
            time_ago=filters.time_ago,
            time_until=filters.time_until,
            time_iso=filters.time_iso,
            number=filters.number,
            compact=filters.compact,
        )

        def in_a_small_frame(name: str) -> Any:
            return loader.get_source(self.whole, "fragment.html" if name == "layout.html" else name)

        self.parts = self.whole.overlay(loader=FunctionLoader(in_a_small_frame))

    def compile(self) -> None:
        """Compile all there are, those of fragments among them: 0.8 s of processor time."""
        for name in self.whole.list_templates(("html",)):
            self.whole.get_template(name)
            self.parts.get_template(name)

    def render(self, name: str, values: Mapping[str, Any], *, fragment: bool = False) -> str:
        """The text of a template; as a fragment only its block `fragment`, or `main` where it has none."""
        return (self.parts if fragment else self.whole).get_template(name).render(values)


class PageResponse(HTMLResponse):
    """A page that lets go of its text once it is sent: what is done in the background afterwards may wait long, and a page is large."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        after, self.background = self.background, None
        await super().__call__(scope, receive, send)
        self.body = b""
        if after is not None:
            await after()


async def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    comments: bytes | None = None,
    **values: Any,
) -> Response:
    """Render a template with the frame's values (interface.md, section 1) and the handler's own, which win.

    `comments` is HTML as it is sent. A thread may have most of a megabyte of it, so it does not pass through the template, which would copy
    it a few times, but takes the place that the template shows as `comments`.

    `here` follows from the path, `feeds` is empty; give them to say otherwise. With the header `X-Fragment: 1` only the
    block `fragment`, or `main`, is answered.
    """
    ctx = context(request)
    who = viewer(request)
    async with ctx.db.read() as tx:
        site = await frame.read_site(tx)
        waiting = await frame.waiting_for(tx, who)
    token = csrf.Token(request)
    filters.page_moment.set(ctx.clock.now())
    own = {"csrf": token} if comments is None else {"csrf": token, "comments": _PLACE}
    shown = _frame_values(request, site, who, waiting) | own | values
    fragment = wants_fragment(request)
    text = request.app.state.templates.render(template, shown, fragment=fragment)
    response = PageResponse(text if comments is None else _put(comments, text), status, headers)
    response.headers.setdefault("cache-control", "private, no-cache")
    response.headers["vary"] = "accept, cookie, accept-language, x-fragment"
    token.settle(response)
    if _FLASH in request.state.cookies:
        response.delete_cookie(_FLASH, path="/")
    return response


_PLACE = Markup(f"<!--{secrets.token_hex(16)}-->")  # noqa: S704 - hexadecimal digits
"""Stands where something is put afterwards. Nobody can know it, so nobody's text has it."""


def _put(html: bytes, text: str) -> bytes:
    """A rendered page with this where its place is."""
    before, place, after = text.partition(_PLACE)
    return b"".join((before.encode(), html if place else b"", after.encode()))


def _frame_values(request: Request, site: LocalSite, who: Viewer, waiting: Waiting) -> dict[str, Any]:
    translation = i18n.current()
    path: str = request.scope["path"]
    asked: str = request.scope["query_string"].decode("latin-1")
    return {
        "site": Site(site.name, site.description, site.icon, __version__, site.registration_mode != "Closed"),
        "me": _me(who, waiting),
        "lang": translation.code,
        "dir": translation.direction,
        "theme": theme_of(who.account.theme if who.account else site.default_theme),
        "path": f"{path}?{asked}" if asked else path,
        "here": _PLACES.get(path[1:].partition("/")[0]),
        "flashes": _read_flashes(request),
        "feeds": (),
        "errors": {},
    }


def _me(who: Viewer, waiting: Waiting) -> Me | None:
    person = who.person
    if person is None:
        return None
    return Me(
        person.name, person.host, f"/u/{person.name}", waiting.unread, waiting.reports, waiting.applications,
        who.admin, waiting.moderates, waiting.requests,
    )  # fmt: skip


def theme_of(setting: str) -> str:
    """`auto`, `light` or `dark` for a theme's name in the settings, which may be one of Lemmy's."""
    name = setting.lower()
    if "dark" in name:
        return "dark"
    return "light" if name.startswith(("light", "lite")) else "auto"


# --- after something was done --------------------------------------------------------------------------------------


def flash(request: Request, text: str, kind: str = "done", links: Links = ()) -> None:
    """Show a sentence (kind `done` or `bad`) and where to go on from it, on the next page, or on this one if it is rendered by this
    request."""
    request.state.said = [*getattr(request.state, "said", []), (kind, text, tuple(links))]


def done(
    request: Request, to: str, answer: Mapping[str, Any] | None = None, *, said: str = "", links: Links = ()
) -> Response:
    """After a POST: 303 to the form's `next` where it is a path of ours, else to `to`; the fragment of `to` is kept in both cases.

    Who asked for JSON gets `answer` (interface.md: `{"on": …, "label": …}` and the like) instead. `said` is shown on the next page, with
    `links` behind it.
    """
    if wants_json(request):
        return JSONResponse(dict(answer or {}))
    if said:
        flash(request, said, links=links)
    form: Form | None = getattr(request.state, "form", None)
    target = local_path(form.text("next")) if form else None
    if target is None:
        target = to
    elif (anchor := urlsplit(to).fragment) and "#" not in target:
        target = f"{target}#{anchor}"
    response = RedirectResponse(target, 303)
    keep_flashes(request, response)
    return response


def local_path(text: str) -> str | None:
    """The text where it is a path on this site, else None: nobody is sent away by a link that was made elsewhere."""
    if not text.startswith("/") or text.startswith(("//", "/\\")) or len(text) > 2000:
        return None
    return None if any(letter < " " or letter in "\\\x7f" for letter in text) else text


def keep_flashes(request: Request, response: Response) -> None:
    """Put what `flash` collected into a short-lived signed cookie."""
    said = getattr(request.state, "said", [])
    if said:
        text = urlsafe_b64encode(json.dumps(said).encode()).decode()
        signed = f"{text}.{csrf.sign(request.state.secret, _FLASH, text)}"
        secure = context(request).settings.scheme == "https"
        response.set_cookie(
            _FLASH, signed, max_age=60, path="/", httponly=True, samesite="lax", secure=secure
        )


def _read_flashes(request: Request) -> list[Flash]:
    said: list[Flash] = list(getattr(request.state, "said", []))
    text, _, signature = request.state.cookies.get(_FLASH, "").partition(".")
    if text and hmac.compare_digest(
        csrf.sign(request.state.secret, _FLASH, text).encode(), signature.encode()
    ):
        try:
            said = [(kind, words, links) for kind, words, links in json.loads(urlsafe_b64decode(text))] + said
        except (binascii.Error, ValueError):
            return said
    return said
