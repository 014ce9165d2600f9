"""Delete posts, comments, communities and people for good: each asks first, and says what would go with it."""

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from folkmoot.core import permissions
from folkmoot.core.communities.view import find_community
from folkmoot.core.people.find import find_person
from folkmoot.core.permissions import Standing
from folkmoot.core.site import purge
from folkmoot.model.comments import Whole
from folkmoot.web.base import context, done, viewer
from folkmoot.web.filters import number
from folkmoot.web.forms import read_form
from folkmoot.web.handles import community_link, name_of
from folkmoot.web.i18n import gettext, ngettext
from folkmoot.web.moderation import place_of, reason_of, reason_page, tools_at


async def _purge_page(request: Request, what: str | Markup, button: str, back: str) -> Response:
    return await reason_page(
        request,
        title=gettext("Delete for good"),
        what=what,
        button=button,
        action=request.url.path,
        back=back,
        author="",
        for_good=True,
    )


async def _purge(request: Request, kind: Whole, purged_id: int, to: str) -> Response:
    form = await read_form(request)
    await purge.in_steps(context(request).db, viewer(request), kind, purged_id, reason=reason_of(form))
    return done(request, to, said=gettext("Deleted for good."))


async def show_purge_post(request: Request) -> Response:
    """What would go with a post?"""
    tools = await tools_at(request, "purge")
    count = purge.consequence_for_post(tools.post).comments
    button = ngettext(
        "Delete the post and %(count)s comment for good",
        "Delete the post and %(count)s comments for good",
        count,
    )
    if not count:
        button = gettext("Delete the post for good")
    return await _purge_page(
        request, tools.post.name, button % {"count": number(count)}, f"/post/{tools.post.id}"
    )


async def purge_post(request: Request) -> Response:
    """Delete it."""
    tools = await tools_at(request, "purge")
    return await _purge(request, "post", tools.post.id, community_link(tools.community).href)


async def show_purge_comment(request: Request) -> Response:
    """What would go with a comment?"""
    tools = await tools_at(request, "purge")
    assert tools.comment is not None
    async with context(request).db.read() as tx:
        count = (await purge.consequence_for_comment(tx, tools.comment.id)).comments
    button = ngettext(
        "Delete the comment and %(count)s reply for good",
        "Delete the comment and %(count)s replies for good",
        count,
    )
    if not count:
        button = gettext("Delete the comment for good")
    html = Markup(tools.comment.content_html)  # noqa: S704 - cleaned when it was written
    return await _purge_page(request, html, button % {"count": number(count)}, place_of(tools))


async def purge_comment(request: Request) -> Response:
    """Delete it."""
    tools = await tools_at(request, "purge")
    assert tools.comment is not None
    return await _purge(request, "comment", tools.comment.id, f"/post/{tools.post.id}")


async def show_purge_community(request: Request) -> Response:
    """What would go with a community?"""
    permissions.check("purge", Standing(viewer(request)))
    async with context(request).db.read() as tx:
        community = await find_community(tx, viewer(request), request.path_params["name"])
        going = await purge.consequence_for_community(tx, community.id)
    button = gettext("Delete the community, %(posts)s and %(comments)s for good") % _counted(going)
    return await _purge_page(
        request, f"!{community.handle}", button, f"{community_link(community).href}/edit"
    )


async def purge_community(request: Request) -> Response:
    """Delete it."""
    async with context(request).db.read() as tx:
        community = await find_community(tx, viewer(request), request.path_params["name"])
    return await _purge(request, "community", community.id, "/communities")


async def show_purge_person(request: Request) -> Response:
    """What would go with a person?"""
    permissions.check("purge", Standing(viewer(request)))
    async with context(request).db.read() as tx:
        person = await find_person(tx, viewer(request), request.path_params["name"])
        going = await purge.consequence_for_person(tx, person.id)
    button = gettext("Blank %(name)s, %(posts)s and %(comments)s for good") % {
        "name": person.name,
        **_counted(going),
    }
    return await _purge_page(request, f"@{person.handle}", button, f"/u/{name_of(person)}")


async def purge_person(request: Request) -> Response:
    """Blank them."""
    async with context(request).db.read() as tx:
        person = await find_person(tx, viewer(request), request.path_params["name"])
    form = await read_form(request)
    async with context(request).db.write() as tx:
        await purge.purge_person(tx, viewer(request), person.id, reason=reason_of(form))
    return done(request, f"/u/{name_of(person)}", said=gettext("Deleted for good."))


def _counted(going: purge.Consequence) -> dict[str, str]:
    """How many posts and comments go, in words."""
    posts = ngettext("%(count)s post", "%(count)s posts", going.posts)
    comments = ngettext("%(count)s comment", "%(count)s comments", going.comments)
    return {
        "posts": posts % {"count": number(going.posts)},
        "comments": comments % {"count": number(going.comments)},
    }
