"""Small addresses of the site itself: icon, robots, sitemap, the interface language of a visitor."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from folkmoot.core.listings.sitemap import list_for_crawlers
from folkmoot.core.site.frame import read_site
from folkmoot.model.errors import NotAllowed
from folkmoot.model.time import to_rfc3339
from folkmoot.web.base import context, done, page
from folkmoot.web.forms import read_form
from folkmoot.web.i18n import LANGUAGES
from folkmoot.web.render.xml import text
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


async def show_sitemap(request: Request) -> Response:
    """Where crawlers find the posts of the last month (the newest first); a private site has none to show."""
    try:
        async with context(request).db.read() as tx:
            listed = await list_for_crawlers(tx)
    except NotAllowed as refusal:
        return JSONResponse({"error": refusal.code}, 400)
    entries = "".join(
        f"<url><loc>{text(each.address)}</loc><lastmod>{to_rfc3339(each.changed)}</lastmod></url>"
        for each in listed
    )
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>\n'
    )
    return Response(body, headers={"content-type": "application/xml", "cache-control": "max-age=3600"})


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
