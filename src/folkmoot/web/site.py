"""Small addresses of the site itself: icon, robots, the interface language of a visitor."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from folkmoot.core.site.frame import read_site
from folkmoot.web.base import context, done, page
from folkmoot.web.forms import read_form
from folkmoot.web.i18n import LANGUAGES
from folkmoot.web.session import YEAR, remember_language

_ROBOTS = """\
User-agent: *
Disallow: /admin
Disallow: /inbox
Disallow: /login
Disallow: /messages
Disallow: /register
Disallow: /search
Disallow: /settings
Disallow: /submit
"""


async def show_icon(request: Request) -> Response:
    """The site's icon, or ours."""
    async with context(request).db.read() as tx:
        icon = (await read_site(tx)).icon
    return RedirectResponse(icon or request.app.state.assets.url("icon.svg"), 302)


async def show_robots(request: Request) -> Response:
    """What crawlers may read: nothing of a private site, and nothing that only people with accounts use."""
    async with context(request).db.read() as tx:
        private = (await read_site(tx)).private_instance
    return PlainTextResponse("User-agent: *\nDisallow: /\n" if private else _ROBOTS)


async def show_languages(request: Request) -> Response:
    """The choice, for whoever has no account to keep it in."""
    return await page(request, "site/language.html", languages=LANGUAGES.items())


async def choose_language(request: Request) -> Response:
    """Keep a visitor's choice of interface language in a cookie."""
    form = await read_form(request)
    response = done(request, "/")
    if (code := form.text("language")) in LANGUAGES:
        remember_language(request, response, code, YEAR)
    return response
