"""What moderators do with posts, comments and communities: remove, warn, mark, lock, pin, speak as such."""

from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from folkmoot.core import permissions
from folkmoot.core.comments.distinguish import distinguish_comment
from folkmoot.core.comments.lock import lock_comment
from folkmoot.core.comments.remove import remove_comment
from folkmoot.core.communities.remove import remove_community
from folkmoot.core.communities.view import find_community
from folkmoot.core.people.warn import warn_author
from folkmoot.core.posts.feature import feature_post
from folkmoot.core.posts.lock import lock_post
from folkmoot.core.posts.mark import mark_post
from folkmoot.core.posts.remove import remove_post
from folkmoot.core.tools import Tools, tools_for_comment, tools_for_post
from folkmoot.model.errors import NotAllowed, Refusal
from folkmoot.model.tags import read_tags
from folkmoot.web.base import context, done, page, viewer
from folkmoot.web.errors import AGAIN, errors_of
from folkmoot.web.forms import Form, query, read_form
from folkmoot.web.handles import community_link
from folkmoot.web.i18n import N_, gettext

REASONS = (
    N_("Spam"),
    N_("Off topic here"),
    N_("Attacks other people"),
    N_("Against the rules of this community"),
    N_("Posted before"),
    N_("Misleading title"),
    N_("Illegal content"),
)
"""What moderators write most often."""


def reasons() -> list[tuple[str, str]]:
    """The canned reasons as choices of a form."""
    return [("", gettext("Write your own"))] + [(gettext(text), gettext(text)) for text in REASONS]


def reason_of(form: Form) -> str:
    """The reason in words; the canned one where none was written (it fills the field only where scripts run)."""
    return form.text("reason").strip() or form.text("canned")


async def tools_at(request: Request, action: str) -> Tools:
    """The post or comment that the address names, if the reader may do `action` with it. Raises what stands against it."""
    who = viewer(request)
    read = tools_for_post if request.url.path.startswith("/post/") else tools_for_comment
    async with context(request).db.read() as tx:
        tools = await read(tx, who, request.path_params["id"])
        await permissions.officer_in(tx, who, tools.community.id, action)
    if action not in tools.actions:
        deleted = tools.comment is not None and tools.comment.deleted
        raise NotAllowed("couldnt_update_comment" if deleted else "not_higher_mod")
    return tools


# --- remove and restore --------------------------------------------------------------------------------------------


async def reason_page(request: Request, refusal: Refusal | None = None, **values: Any) -> Response:
    """The form that asks why. `title`, `what` (words or HTML of the thing), `button`, `action` and `back` are the page's own."""
    form = await read_form(request)
    return await page(
        request,
        "moderation/reason.html",
        status=AGAIN if refusal else 200,
        reasons=reasons(),
        reason=form.text("reason"),
        errors=errors_of(refusal) if refusal else {},
        **values,
    )


async def _removal_page(request: Request, refusal: Refusal | None = None) -> Response:
    on_post = request.url.path.startswith("/post/")
    tools = await tools_at(request, "post.remove" if on_post else "comment.remove")
    if tools.comment is None:
        values = {
            "title": gettext("Remove a post"),
            "button": gettext("Remove the post"),
            "what": tools.post.name,
        }
        back = f"/post/{tools.post.id}"
    else:
        html = Markup(tools.comment.content_html)  # noqa: S704 - cleaned when it was written
        values = {"title": gettext("Remove a comment"), "button": gettext("Remove the comment"), "what": html}
        back = place_of(tools)
    return await reason_page(
        request, refusal, action=request.url.path, back=back, author=tools.author.handle, **values
    )


def place_of(tools: Tools) -> str:
    """Where an item stands in its thread."""
    return f"/post/{tools.post.id}" + (f"#c{tools.comment.id}" if tools.comment else "")


async def show_remove(request: Request) -> Response:
    """Why is this post or comment to go?"""
    return await _removal_page(request)


async def remove(request: Request) -> Response:
    """Remove a post or comment, or restore it (`on=0`)."""
    form = await read_form(request)
    removed = form.state() is not False
    number = request.path_params["id"]
    reason = reason_of(form)
    try:
        async with context(request).db.write() as tx:
            if request.url.path.startswith("/post/"):
                await remove_post(tx, viewer(request), number, removed=removed, reason=reason)
                to = f"/post/{number}"
            else:
                comment = await remove_comment(tx, viewer(request), number, removed=removed, reason=reason)
                to = f"/post/{comment.post_id}#c{comment.id}"
    except Refusal as refusal:
        if refusal.field != "reason":
            raise
        return await _removal_page(request, refusal)
    said = gettext("Removed. It can be restored under “more”.") if removed else gettext("Restored.")
    return done(request, to, {"on": removed}, said=said)


async def show_remove_community(request: Request) -> Response:
    """Why is this community to go?"""
    return await _community_removal_page(request)


async def _community_removal_page(request: Request, refusal: Refusal | None = None) -> Response:
    who = viewer(request)
    async with context(request).db.read() as tx:
        community = await find_community(tx, who, request.path_params["name"])
        permissions.check("community.remove", await permissions.standing_in(tx, who, community))
    href = community_link(community).href
    return await reason_page(
        request,
        refusal,
        title=gettext("Remove a community"),
        what=f"!{community.handle}",
        button=gettext("Remove %(name)s") % {"name": f"!{community.handle}"},
        action=f"{href}/remove",
        back=f"{href}/edit",
        author="",
    )


async def remove_or_restore_community(request: Request) -> Response:
    """Remove a community from the site, or restore it (`on=0`)."""
    form = await read_form(request)
    removed = form.state() is not False
    try:
        async with context(request).db.write() as tx:
            found = await find_community(tx, viewer(request), request.path_params["name"])
            community = await remove_community(
                tx, viewer(request), found.id, removed=removed, reason=reason_of(form)
            )
    except Refusal as refusal:
        if refusal.field != "reason":
            raise
        return await _community_removal_page(request, refusal)
    said = gettext("The community is removed.") if removed else gettext("The community is restored.")
    return done(request, f"{community_link(community).href}/edit", said=said)


# --- warn ----------------------------------------------------------------------------------------------------------


async def show_warn(request: Request) -> Response:
    """What is the author of this post or comment to be told?"""
    return await _warning_page(request)


async def _warning_page(request: Request, refusal: Refusal | None = None) -> Response:
    tools = await tools_at(request, "author.warn")
    html = Markup(tools.comment.content_html) if tools.comment else tools.post.name  # noqa: S704 - cleaned when it was written
    return await reason_page(
        request,
        refusal,
        title=gettext("Warn the author"),
        what=html,
        button=gettext("Warn %(name)s") % {"name": tools.author.handle},
        action=request.url.path,
        back=place_of(tools),
        author=tools.author.handle,
    )


async def warn(request: Request) -> Response:
    """Warn the author of a post or comment."""
    form = await read_form(request)
    number, on_post = request.path_params["id"], request.url.path.startswith("/post/")
    about = {"post_id" if on_post else "comment_id": number}
    tools = await tools_at(request, "author.warn")
    try:
        async with context(request).db.write() as tx:
            await warn_author(tx, viewer(request), **about, reason=reason_of(form))
    except Refusal as refusal:
        if refusal.field != "reason":
            raise
        return await _warning_page(request, refusal)
    return done(request, place_of(tools), said=gettext("They are warned."))


# --- mark ---------------------------------------------------------------------------------------------------------


async def show_mark(request: Request) -> Response:
    """What a post is marked as: its tags, and whether it is NSFW."""
    tools = await tools_at(request, "post.mark")
    return await page(
        request,
        "moderation/mark.html",
        post=tools.post,
        author=tools.author.handle,
        tags=read_tags(tools.community.post_tags),
        chosen=tools.post.tags.split(),
    )


async def mark(request: Request) -> Response:
    """Mark it so; its words stay its author's."""
    form = await read_form(request)
    number = request.path_params["id"]
    async with context(request).db.write() as tx:
        await mark_post(tx, viewer(request), number, nsfw=form.flag("nsfw"), tags=tuple(form.texts("tag")))
    return done(request, f"/post/{number}", said=gettext("The changes are kept."))


# --- one button ----------------------------------------------------------------------------------------------------


async def lock(request: Request) -> Response:
    """Close a post to new comments, or open it."""
    form = await read_form(request)
    number = request.path_params["id"]
    async with context(request).db.write() as tx:
        state = form.state()
        if state is None:
            state = not (await tools_for_post(tx, viewer(request), number)).post.locked
        await lock_post(tx, viewer(request), number, locked=state, reason=reason_of(form) or None)
    said = gettext("Locked: only moderators may comment.") if state else gettext("Open to comments again.")
    return done(request, f"/post/{number}", {"on": state, "label": lock_label(state)}, said=said)


async def lock_a_comment(request: Request) -> Response:
    """Close a comment, with all below it, to answers, or open it."""
    form = await read_form(request)
    number = request.path_params["id"]
    async with context(request).db.write() as tx:
        state = form.state()
        if state is None:
            tools = await tools_for_comment(tx, viewer(request), number)
            state = not (tools.comment and tools.comment.locked)
        comment = await lock_comment(
            tx, viewer(request), number, locked=state, reason=reason_of(form) or None
        )
    said = gettext("Locked: only moderators may answer.") if state else gettext("Open to answers again.")
    to = f"/post/{comment.post_id}#c{number}"
    return done(request, to, {"on": state, "label": lock_label(state)}, said=said)


def lock_label(locked: bool) -> str:
    """What the button says."""
    return gettext("unlock") if locked else gettext("lock")


async def feature(request: Request) -> Response:
    """Pin a post on top of its community, or (`where=site`, in form or address) of the site; or unpin it."""
    form = await read_form(request)
    number = request.path_params["id"]
    site = (form.text("where") or query(request).text("where")) == "site"
    async with context(request).db.write() as tx:
        state = form.state()
        if state is None:
            post = (await tools_for_post(tx, viewer(request), number)).post
            state = not (post.featured_local if site else post.featured_community)
        await feature_post(tx, viewer(request), number, featured=state, site=site)
    said = gettext("Pinned on top.") if state else gettext("No longer pinned.")
    return done(request, f"/post/{number}", {"on": state, "label": pin_label(state, site)}, said=said)


def pin_label(pinned: bool, site: bool) -> str:
    """What the button says."""
    if site:
        return gettext("unpin from the site") if pinned else gettext("pin to the site")
    return gettext("unpin from the community") if pinned else gettext("pin to the community")


async def distinguish(request: Request) -> Response:
    """Mark one's own comment as speaking for the moderators, or for oneself again."""
    form = await read_form(request)
    number = request.path_params["id"]
    async with context(request).db.write() as tx:
        state = form.state()
        if state is None:
            tools = await tools_for_comment(tx, viewer(request), number)
            state = not (tools.comment and tools.comment.distinguished)
        comment = await distinguish_comment(tx, viewer(request), number, distinguished=state)
    to = f"/post/{comment.post_id}#c{number}"
    return done(request, to, {"on": state, "label": distinguish_label(state)})


def distinguish_label(distinguished: bool) -> str:
    """What the button says."""
    return gettext("speak for yourself") if distinguished else gettext("speak as moderator")
