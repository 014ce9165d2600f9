"""The inbox: answers, mentions and messages, together or apart."""

from dataclasses import dataclass
from functools import partial
from typing import cast

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from folkmoot.core.notifications.mark import mark_all_read, mark_notice
from folkmoot.core.notifications.read import EVERYTHING, ReadInbox, read_inbox, unread_counts
from folkmoot.core.people.warn import mark_warning, unread_warnings
from folkmoot.core.site.frame import read_site
from folkmoot.model.errors import NotLoggedIn
from folkmoot.model.messages import MessageView
from folkmoot.model.notifications import InboxItem, InboxKind, NoticeKind
from folkmoot.model.views import CommentView
from folkmoot.web.base import context, done, page, viewer
from folkmoot.web.forms import Form, query, read_form
from folkmoot.web.front import marks_of
from folkmoot.web.handles import CommunityLink, PersonLink, community_link, name_of, person_link
from folkmoot.web.i18n import N_, gettext
from folkmoot.web.modlog import row_of
from folkmoot.web.paging import address, trail_of
from folkmoot.web.render.comment import Place, one_comment
from folkmoot.web.render.look import Look, look_of

KINDS: dict[str, tuple[tuple[InboxKind, ...], str]] = {
    "all": (EVERYTHING, N_("Everything")),
    "replies": (("reply",), N_("Replies")),
    "mentions": (("mention",), N_("Mentions")),
    "messages": (("message",), N_("Messages")),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One thing as the template shows it. `html`: the comment, or the message's text. `href`: where to read on."""

    key: str
    kind: InboxKind
    read: bool
    html: Markup
    href: str
    mark: str
    title: str = ""
    post: str = ""
    community: CommunityLink | None = None
    message: MessageView | None = None
    sender: PersonLink | None = None


async def show_inbox(request: Request) -> Response:
    """What somebody was told about: what they have not read, or all of it."""
    asked = query(request)
    kind = asked.text("kind") if asked.text("kind") in KINDS else "all"
    unread_only = asked.text("view") != "all"
    who = viewer(request)
    if who.account is None:
        raise NotLoggedIn
    async with context(request).db.read() as tx:
        wanted = ReadInbox(KINDS[kind][0], unread_only, after=asked.text("after") or None)
        found = await read_inbox(tx, who, wanted)
        unread = await unread_counts(tx, who)
        warnings = await unread_warnings(tx, who) if unread.warnings and kind == "all" else []
        look = look_of(who, await read_site(tx), tx.now, tx.memory)
    numbers = {
        "all": unread.total,
        "replies": unread.replies,
        "mentions": unread.mentions,
        "messages": unread.messages,
    }
    trail, inbox = trail_of(asked), partial(_address, kind, unread_only)
    return await page(
        request,
        "inbox/show.html",
        rows=[_row(item, look) for item in found.items],
        warnings=[row_of(entry) for entry in warnings],
        kinds=[(_label(name, numbers[name]), _address(name, unread_only), name == kind) for name in KINDS],
        views=[
            (gettext("Unread"), _address(kind, True), unread_only),
            (gettext("All"), _address(kind, False), not unread_only),
        ],
        unread=unread,
        unread_only=unread_only,
        newest=_address(kind, unread_only),
        prev=trail.prev(inbox),
        next=trail.next(inbox, found.next),
        feeds=(),
    )


def _label(name: str, unread: int) -> str:
    label = gettext(KINDS[name][1])
    return f"{label} ({unread})" if unread else label


def _address(kind: str, unread_only: bool, **cursors: str) -> str:
    view = "" if unread_only else "all"
    return address("/inbox", kind=kind if kind != "all" else "", view=view, **cursors)


def _row(item: InboxItem, look: Look) -> Row:
    if item.notice is not None:
        comment = item.notice.comment
        mark = f"/inbox/{item.kind}/{item.id}/read"
        return _comment_row(
            comment, look, Row(f"{item.kind}{item.id}", item.kind, item.read, Markup(), "", mark)
        )
    message = item.message
    assert message is not None
    return Row(
        key=f"message{item.id}",
        kind="message",
        read=item.read,
        html=Markup(message.message.content_html),  # noqa: S704 - cleaned when it was written
        href=f"/messages/with/{name_of(message.creator)}",
        mark=f"/messages/{item.id}/read",
        message=message,
        sender=person_link(message.creator),
    )


def _comment_row(view: CommentView, look: Look, row: Row) -> Row:
    post, community = view.post, view.community
    assert post is not None
    assert community is not None
    place = Place(look, marks_of(view), takes_replies=not post.locked)
    html = Markup(one_comment(view, place, op_id=post.creator_id))  # noqa: S704 - the renderer escapes
    href = f"/comment/{view.comment.id}?context=3"
    title = Markup(post.name_html)  # noqa: S704 - cleaned when it was written
    return Row(
        row.key,
        row.kind,
        row.read,
        html,
        href,
        row.mark,
        title,
        f"/post/{post.id}",
        community_link(community),
    )


def _wants_read(form: Form) -> bool:
    """What a mark-read button asks for: read, unless it says otherwise."""
    state = form.state("value")
    return state is None or state


def mark_answer(read: bool) -> dict[str, object]:
    """The button's new state and words, for the module that pressed it."""
    return {"on": read, "label": gettext("read") if read else gettext("mark as read")}


async def mark_one(request: Request) -> Response:
    """Mark a reply or mention read, or unread again."""
    kind = request.path_params["kind"]
    if kind not in ("reply", "mention"):
        raise HTTPException(404)
    read = _wants_read(await read_form(request))
    async with context(request).db.write() as tx:
        await mark_notice(tx, viewer(request), cast(NoticeKind, kind), request.path_params["id"], read=read)
    return done(request, "/inbox", mark_answer(read))


async def mark_a_warning(request: Request) -> Response:
    """Mark a moderator's warning read."""
    async with context(request).db.write() as tx:
        await mark_warning(tx, viewer(request), request.path_params["id"])
    return done(request, "/inbox", mark_answer(True))


async def mark_everything(request: Request) -> Response:
    """Mark all of it read."""
    async with context(request).db.write() as tx:
        await mark_all_read(tx, viewer(request))
    return done(request, "/inbox", said=gettext("Everything is marked as read."))
