"""The second line of actions under a post or comment: what does not fit into the first, and what only some may do."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from folkmoot.core.tools import Tools, tools_for_comment, tools_for_post
from folkmoot.web.base import context, page, viewer
from folkmoot.web.handles import community_link, name_of
from folkmoot.web.i18n import gettext
from folkmoot.web.moderation import distinguish_label, lock_label, pin_label


@dataclass(frozen=True, slots=True)
class Link:
    """Leads to a page, or opens its form in place. `office`: only moderators and administrators have it."""

    label: str
    href: str
    opens: bool = False
    office: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """Does something at once; the page is shown anew. `office`: only moderators and administrators have it."""

    label: str
    href: str
    value: str
    office: bool = False


async def show_post_more(request: Request) -> Response:
    """The rest of what can be done with a post."""
    async with context(request).db.read() as tx:
        tools = await tools_for_post(tx, viewer(request), request.path_params["id"])
    office = _of_office([*_post_moderators(tools), *_about_author(tools)])
    items = [*office, *_authors(tools, viewer(request).account is not None)]
    return await page(
        request, "moderation/more.html", items=items, title=tools.post.name, back=f"/post/{tools.post.id}"
    )


async def show_comment_more(request: Request) -> Response:
    """The rest of what can be done with a comment."""
    async with context(request).db.read() as tx:
        tools = await tools_for_comment(tx, viewer(request), request.path_params["id"])
    assert tools.comment is not None
    context_link = Link(gettext("context"), f"/comment/{tools.comment.id}?context=3")
    signed_in = viewer(request).account is not None
    office = _of_office([*_comment_moderators(tools), *_about_author(tools)])
    items = [*office, context_link, *_authors(tools, signed_in)]
    back = f"/post/{tools.post.id}#c{tools.comment.id}"
    return await page(request, "moderation/more.html", items=items, title=tools.post.name, back=back)


def _of_office(items: list[Link | Button]) -> list[Link | Button]:
    """Marked as such. They come first: moderators with little time should not have to look for them."""
    return [replace(item, office=True) for item in items]


def _authors(tools: Tools, signed_in: bool) -> list[Link | Button]:
    """What the author may do, and what every other reader may."""
    kind, item = ("comment", tools.comment) if tools.comment else ("post", tools.post)
    here = f"/{kind}/{item.id}"
    items: list[Link | Button] = [Link(gettext("source"), f"{here}/source", opens=True)]
    if not item.local:
        items.append(Link(gettext("original"), item.ap_id))
    if not signed_in:
        return items
    if tools.own:
        if f"{kind}.edit" in tools.actions and not item.deleted:
            items.append(Link(gettext("edit"), f"{here}/edit", opens=tools.comment is not None))
        if f"{kind}.delete" in tools.actions:
            label = gettext("restore") if item.deleted else gettext("delete")
            items.append(Button(label, f"{here}/delete", "0" if item.deleted else "1"))
    elif "report.create" in tools.actions and not (item.deleted or item.removed):
        items.append(Link(gettext("report"), f"{here}/report", opens=True))
    if tools.comment is None:
        if not (item.deleted or item.removed):
            items.append(Link(gettext("cross-post"), f"/submit?crosspost={item.id}"))
        hide = gettext("no longer hide") if tools.hidden else gettext("hide")
        items.append(Button(hide, f"{here}/hide", "0" if tools.hidden else "1"))
        mark = gettext("mark unread") if tools.read else gettext("mark read")
        items.append(Button(mark, f"{here}/read", "0" if tools.read else "1"))
    if not tools.own:
        block = gettext("block %(name)s") % {"name": tools.author.handle}
        items.append(Button(block, f"/u/{name_of(tools.author)}/block", "1"))
        block = gettext("block %(name)s") % {"name": f"!{tools.community.handle}"}
        items.append(Button(block, f"{community_link(tools.community).href}/block", "1"))
    return items


def _removal(tools: Tools, kind: str, number: int, removed: bool) -> list[Link | Button]:
    if f"{kind}.remove" not in tools.actions:
        return []
    if removed:
        return [Button(gettext("restore as moderator"), f"/{kind}/{number}/remove", "0")]
    return [Link(gettext("remove"), f"/{kind}/{number}/remove", opens=True)]


def _post_moderators(tools: Tools) -> list[Link | Button]:
    """What moderators and admins may do with a post."""
    post = tools.post
    here = f"/post/{post.id}"
    items = _removal(tools, "post", post.id, post.removed)
    if "post.lock" in tools.actions:
        items.append(Button(lock_label(post.locked), f"{here}/lock", "0" if post.locked else "1"))
    if "post.mark" in tools.actions and not tools.own:
        marks = gettext("tags, NSFW") if tools.community.post_tags else gettext("NSFW")
        items.append(Link(marks, f"{here}/mark", opens=True))
    for action, pinned, site in (
        ("post.feature", post.featured_community, False),
        ("post.feature_site", post.featured_local, True),
    ):
        if action in tools.actions:
            href = f"{here}/feature?where=site" if site else f"{here}/feature"
            items.append(Button(pin_label(pinned, site), href, "0" if pinned else "1"))
    if "report.resolve" in tools.actions:
        items.append(Link(gettext("moderation so far"), f"/modlog?{urlencode({'post': post.id})}"))
    if "purge" in tools.actions:
        items.append(Link(gettext("delete for good"), f"{here}/purge", opens=True))
    if "instances.block" in tools.actions:
        items.append(Link(gettext("servers that have it"), f"/admin/federation/post/{post.id}"))
    return items


def _comment_moderators(tools: Tools) -> list[Link | Button]:
    """What moderators and admins may do with a comment."""
    comment = tools.comment
    assert comment is not None
    here = f"/comment/{comment.id}"
    items = _removal(tools, "comment", comment.id, comment.removed)
    if "comment.lock" in tools.actions:
        items.append(Button(lock_label(comment.locked), f"{here}/lock", "0" if comment.locked else "1"))
    if "comment.distinguish" in tools.actions:
        on = comment.distinguished
        items.append(Button(distinguish_label(on), f"{here}/distinguish", "0" if on else "1"))
    if "report.resolve" in tools.actions:
        items.append(Link(gettext("moderation so far"), f"/modlog?{urlencode({'comment': comment.id})}"))
    if "purge" in tools.actions:
        items.append(Link(gettext("delete for good"), f"{here}/purge", opens=True))
    return items


def _about_author(tools: Tools) -> list[Link | Button]:
    """Warnings and bans, for those who may."""
    author = name_of(tools.author)
    items: list[Link | Button] = []
    if "author.warn" in tools.actions and not tools.own:
        here = f"/comment/{tools.comment.id}" if tools.comment else f"/post/{tools.post.id}"
        items.append(Link(gettext("warn"), f"{here}/warn", opens=True))
    if "community.ban" in tools.actions:
        name = f"!{tools.community.name}"
        label = (
            gettext("lift the ban from %(name)s")
            if tools.author_banned_here
            else gettext("ban from %(name)s")
        )
        href = f"{community_link(tools.community).href}/ban?{urlencode({'person': author})}"
        items.append(Link(label % {"name": name}, href))
    if "person.ban" in tools.actions:
        label = gettext("lift the ban from the site") if tools.author.banned else gettext("ban from the site")
        items.append(Link(label, f"/u/{author}/ban"))
    return items
