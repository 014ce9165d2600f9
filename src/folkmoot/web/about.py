"""About the site: who runs it, how large it is, its rules; open on private sites too (R-11)."""

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from folkmoot.core.site.frame import read_admins, read_counted_site, read_site
from folkmoot.core.site.taglines import tagline_of_the_hour
from folkmoot.model.site import LocalSite
from folkmoot.web.base import context, page
from folkmoot.web.filters import number
from folkmoot.web.handles import person_link
from folkmoot.web.i18n import gettext
from folkmoot.web.page_cache import SITE, may_be_kept


async def show_about(request: Request) -> Response:
    """What the site says about itself, its administrators and how to reach them, its counts."""
    async with context(request).db.read() as tx:
        site = await read_counted_site(tx)
        running = await read_admins(tx)
        tagline = await tagline_of_the_hour(tx)
    may_be_kept(request, SITE)
    return await page(
        request, "about/about.html", about=site, html=Markup(site.sidebar_html or ""), numbers=numbers_of(site),  # noqa: S704 - cleaned when written
        tagline=Markup(tagline.content_html) if tagline else "",  # noqa: S704
        admins=[(person, person_link(person)) for person in running],
    )  # fmt: skip


async def show_legal(request: Request) -> Response:
    """Rules, imprint and whatever else the administrators have to say for the law."""
    async with context(request).db.read() as tx:
        site = await read_site(tx)
    may_be_kept(request, SITE)
    return await page(request, "about/legal.html", html=Markup(site.legal_html or ""))  # noqa: S704 - cleaned when written


async def show_privacy(request: Request) -> Response:
    """What the software keeps of people and passes on."""
    async with context(request).db.read() as tx:
        site = await read_site(tx)
    return await page(request, "about/privacy.html", federates=site.federation_enabled)


async def show_keys(request: Request) -> Response:
    """The keyboard shortcuts, as a page and as a dialog."""
    return await page(request, "about/keys.html")


async def show_source(request: Request) -> Response:
    """Under which licence this runs, and who owes its source."""
    return await page(request, "about/source.html", source=context(request).settings.source_url)


def numbers_of(site: LocalSite) -> list[tuple[str, str]]:
    """The site's counts in words."""
    return [
        (gettext("People"), number(site.users)),
        (gettext("Communities"), number(site.communities)),
        (gettext("Posts"), number(site.posts)),
        (gettext("Comments"), number(site.comments)),
        (gettext("Active within a day"), number(site.users_active_day)),
        (gettext("Active within a week"), number(site.users_active_week)),
        (gettext("Active within a month"), number(site.users_active_month)),
        (gettext("Active within half a year"), number(site.users_active_half_year)),
    ]
