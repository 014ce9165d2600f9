"""What is known of a link before it is posted: its title, and where it was posted before."""

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from folkmoot.core.posts import suggest as core
from folkmoot.core.posts.suggest import Suggestion
from folkmoot.model.views import Crosspost
from folkmoot.web.base import context, limited, viewer
from folkmoot.web.filters import number
from folkmoot.web.forms import query
from folkmoot.web.i18n import gettext, ngettext


async def suggest(request: Request) -> Response:
    """For the form of a new post, while it is filled: `title` and `html`, each only where there is something to say."""
    found = await look_at(request, query(request).text("url"))
    html = earlier(found.earlier)
    answer: dict[str, Any] = {"title": found.title} if found.title else {}
    if html:
        answer["html"] = f"<p>{html}</p>"
    return JSONResponse(answer, headers={"cache-control": "private, no-store"})


async def look_at(request: Request, url: str) -> Suggestion:
    """Ask the linked page. Counts as a search, because it makes us ask somebody else.

    Raises `RateLimited`, `NotLoggedIn`, `Invalid` invalid_url and its kin.
    """
    await limited(request, "search")
    ctx = context(request)
    return await core.suggest(ctx.db, viewer(request), url, ctx.look_at)


def earlier(posts: Iterable[Crosspost]) -> Markup:
    """ "Already posted in …", with links; empty where it was not."""
    named = [
        Markup('<a href="/post/{}">!{}@{} ({})</a>').format(
            post.id,
            post.name,
            post.host,
            ngettext("%(n)s comment", "%(n)s comments", post.comments) % {"n": number(post.comments)},
        )
        for post in posts
    ]
    if not named:
        return Markup()
    return Markup(gettext("Already posted in %(places)s") % {"places": ", ".join(named)})  # noqa: S704 - each is escaped
