"""What readers note about posts and comments for themselves: saved, hidden, read. The state is in the form; without one it switches."""

from functools import partial

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from folkmoot.core.comments.save import save_comment
from folkmoot.core.listings.front import ListPosts, list_posts
from folkmoot.core.posts.hide import hide_post
from folkmoot.core.posts.read import mark_post_read
from folkmoot.core.posts.save import save_post
from folkmoot.model.enums import Listing, PostSort
from folkmoot.model.errors import NotLoggedIn
from folkmoot.web.base import context, done, flash, keep_flashes, limited, page, viewer, wants_json
from folkmoot.web.forms import query, read_form
from folkmoot.web.handles import community_link
from folkmoot.web.i18n import gettext
from folkmoot.web.paging import address, trail_of


async def save_a_post(request: Request) -> Response:
    """Keep a post for later."""
    wanted, number = await _asked(request)
    async with context(request).db.write() as tx:
        saved = await save_post(tx, viewer(request), number, saved=wanted)
    return done(request, f"/post/{number}#p{number}", {"on": saved, "label": _save_label(saved)})


async def save_a_comment(request: Request) -> Response:
    """Keep a comment for later."""
    wanted, number = await _asked(request)
    async with context(request).db.write() as tx:
        saved = await save_comment(tx, viewer(request), number, saved=wanted)
    return done(request, f"/comment/{number}#c{number}", {"on": saved, "label": _save_label(saved)})


async def hide_a_post(request: Request) -> Response:
    """Keep a post out of one's lists."""
    wanted, number = await _asked(request)
    async with context(request).db.write() as tx:
        hidden = await hide_post(tx, viewer(request), number, hidden=wanted)
    said = gettext("Hidden from your lists.") if hidden else gettext("Back in your lists.")
    label = gettext("hidden") if hidden else gettext("hide")
    links = [(gettext("Hidden posts"), "/hidden")] if hidden else []
    return done(request, f"/post/{number}#p{number}", {"on": hidden, "label": label}, said=said, links=links)


async def show_hidden(request: Request) -> Response:
    """What the reader hid, the last first, to be shown again."""
    who, trail = viewer(request), trail_of(query(request))
    if who.account is None:
        raise NotLoggedIn
    async with context(request).db.read() as tx:
        asked = ListPosts(Listing.ALL, PostSort.NEW, hidden=True, after=trail.after or None)
        found = await list_posts(tx, who, asked)
    rows = [
        (view.post, Markup(view.post.name_html), community_link(view.community))  # noqa: S704 - cleaned when it was written
        for view in found.items
    ]
    here = partial(address, "/hidden")
    return await page(
        request, "front/hidden.html", rows=rows, prev=trail.prev(here), next=trail.next(here, found.next)
    )


async def mark_a_post_read(request: Request) -> Response:
    """Note that a post was read, or is to be read again."""
    wanted, number = await _asked(request)
    async with context(request).db.write() as tx:
        read = await mark_post_read(tx, viewer(request), number, read=wanted)
    said = gettext("Marked as read.") if read else gettext("Marked as unread.")
    if not read and not wants_json(request):
        # The thread itself, seen again, would count as read.
        flash(request, said)
        response = RedirectResponse("/", 303)
        keep_flashes(request, response)
        return response
    label = gettext("mark unread") if read else gettext("mark read")
    return done(request, f"/post/{number}#p{number}", {"on": read, "label": label}, said=said)


async def _asked(request: Request) -> tuple[bool | None, int]:
    """The state that is wanted, None to switch, and the number of the thing. Raises `RateLimited`."""
    await limited(request, "message")
    return (await read_form(request)).state(), request.path_params["id"]


def _save_label(saved: bool) -> str:
    return gettext("saved") if saved else gettext("save")
