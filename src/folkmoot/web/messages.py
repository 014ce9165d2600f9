"""Direct messages: conversations, and what can be done with one message."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from folkmoot.core.messages.delete import delete_message
from folkmoot.core.messages.edit import edit_message
from folkmoot.core.messages.mark import mark_message
from folkmoot.core.messages.read import (
    Exchange,
    find_partner,
    list_conversations,
    mark_conversation_read,
    message_view,
    read_conversation,
)
from folkmoot.core.messages.send import SendMessage, send_message
from folkmoot.core.writing import house
from folkmoot.model.errors import Invalid, NotAllowed, NotLoggedIn, Refusal
from folkmoot.model.messages import MessageView
from folkmoot.web.base import context, done, page, viewer, wants_fragment
from folkmoot.web.errors import AGAIN, errors_of
from folkmoot.web.forms import Form, query, read_form
from folkmoot.web.handles import PersonLink, name_of, person_link
from folkmoot.web.i18n import gettext
from folkmoot.web.inbox import mark_answer

PER_PAGE = 30
LAST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """A message in its conversation. `new`: it was unread when the page was opened."""

    view: MessageView
    author: PersonLink
    html: Markup
    mine: bool
    new: bool


def place_of(view: MessageView, reader_id: int) -> str:
    """Where a message stands: in the conversation with the other one."""
    other = view.recipient if view.creator.id == reader_id else view.creator
    return f"/messages/with/{name_of(other)}#m{view.message.id}"


def row_of(view: MessageView, reader_id: int) -> Row:
    """For the templates."""
    mine = view.creator.id == reader_id
    html = Markup(view.message.content_html)  # noqa: S704 - cleaned when it was written
    return Row(view, person_link(view.creator), html, mine, not mine and not view.message.read)


# --- conversations -------------------------------------------------------------------------------------------------


async def show_conversations(request: Request) -> Response:
    """One row for each person somebody has exchanged messages with."""
    number = min(max(query(request).number("page") or 1, 1), LAST_PAGE)
    async with context(request).db.read() as tx:
        found = await list_conversations(tx, viewer(request), page=number, limit=PER_PAGE)
    return await page(
        request,
        "messages/list.html",
        rows=[(each, person_link(each.other), name_of(each.other)) for each in found.items],
        prev=f"/messages?page={number - 1}" if number > 1 else "",
        next=f"/messages?page={found.next}" if found.next else "",
    )


async def go_to(request: Request) -> Response:
    """To the conversation with the person that a field names; from `/u/{name}/message` too."""
    name = request.path_params.get("name") or query(request).text("to").strip()
    if not name:
        return RedirectResponse("/messages", 303)
    if viewer(request).account is None:
        raise NotLoggedIn
    async with context(request).db.read() as tx:
        person = await find_partner(tx, name)
    return RedirectResponse(f"/messages/with/{name_of(person)}", 303)


async def show_conversation(request: Request) -> Response:
    """The messages with one person. Opening it is reading it."""
    return await _conversation(request, Form())


async def _conversation(
    request: Request, form: Form, refusal: Refusal | None = None, *, preview: str = ""
) -> Response:
    who, ctx = viewer(request), context(request)
    if who.account is None:
        raise NotLoggedIn
    async with ctx.db.read() as tx:
        other = await find_partner(tx, request.path_params["name"])
        exchange = await read_conversation(tx, who, other.id, before=query(request).number("before"))
    rows = [row_of(view, who.id) for view in exchange.messages]
    if any(row.new for row in rows):
        async with ctx.db.write() as tx:
            await mark_conversation_read(tx, who, other.id)
    path = f"/messages/with/{name_of(other)}"
    return await page(
        request,
        "messages/show.html",
        status=_status(refusal),
        rows=rows,
        other=person_link(other),
        gone=other.deleted,
        action=f"/u/{name_of(other)}/message",
        earlier=f"{path}?{urlencode({'before': exchange.earlier})}" if exchange.earlier else "",
        newest=path if "before" in query(request) else "",
        said=_said(exchange, who.id),
        form=form,
        preview=Markup(preview),  # noqa: S704 - rendered and cleaned
        errors=errors_of(refusal) if refusal else {},
    )


def _said(exchange: Exchange, reader_id: int) -> bool:
    """Whether the two have exchanged anything yet."""
    return bool(exchange.messages) or exchange.other.id == reader_id


def _status(refusal: Refusal | None) -> int:
    if refusal is None:
        return 200
    return 403 if isinstance(refusal, NotAllowed) else AGAIN


async def _preview_of(request: Request, text: str) -> str:
    async with context(request).db.read() as tx:
        return (await house(tx)).long_text(text, "content").html


async def send(request: Request) -> Response:
    """Write somebody a message."""
    form = await read_form(request)
    text = form.text("content")
    try:
        if not text.strip():
            raise Invalid("empty_text", field="content")
        if form.flag("preview"):
            return await _conversation(request, form, preview=await _preview_of(request, text))
        async with context(request).db.write() as tx:
            other = await find_partner(tx, request.path_params["name"])
            message = await send_message(tx, viewer(request), SendMessage(other.id, text))
    except (Invalid, NotAllowed) as refusal:
        return await _conversation(request, form, refusal)
    return done(request, f"/messages/with/{name_of(other)}#m{message.id}")


# --- one message ---------------------------------------------------------------------------------------------------


async def _view(request: Request, *, own: bool = False) -> MessageView:
    async with context(request).db.read() as tx:
        view = await message_view(tx, viewer(request), request.path_params["id"])
    if own and view.creator.id != viewer(request).id:
        raise NotAllowed("edit_private_message_not_allowed")
    return view


async def show_message(request: Request) -> Response:
    """Where a message stands, for its address."""
    return RedirectResponse(place_of(await _view(request), viewer(request).id), 303)


async def show_edit(request: Request) -> Response:
    """The form to change a message of one's own."""
    view = await _view(request, own=True)
    return await _edit_page(request, view, view.message.content)


async def _edit_page(
    request: Request, view: MessageView, text: str, refusal: Refusal | None = None, preview: str = ""
) -> Response:
    return await page(
        request,
        "messages/edit.html",
        status=_status(refusal),
        view=view,
        text=text,
        back=place_of(view, viewer(request).id),
        preview=Markup(preview),  # noqa: S704 - rendered and cleaned
        errors=errors_of(refusal) if refusal else {},
    )


async def edit(request: Request) -> Response:
    """Change a message."""
    form = await read_form(request)
    text = form.text("content")
    view = await _view(request, own=True)
    try:
        if not text.strip():
            raise Invalid("empty_text", field="content")
        if form.flag("preview"):
            return await _edit_page(request, view, text, preview=await _preview_of(request, text))
        async with context(request).db.write() as tx:
            message = await edit_message(tx, viewer(request), view.message.id, text)
    except (Invalid, NotAllowed) as refusal:
        return await _edit_page(request, view, text, refusal)
    if wants_fragment(request):
        changed = row_of(replace(view, message=message), viewer(request).id)
        return await page(request, "messages/one.html", row=changed)
    return done(request, place_of(view, viewer(request).id))


async def delete(request: Request) -> Response:
    """Delete a message of one's own, or restore it (`on=0`)."""
    deleted = (await read_form(request)).state() is not False
    async with context(request).db.write() as tx:
        await delete_message(tx, viewer(request), request.path_params["id"], deleted=deleted)
        view = await message_view(tx, viewer(request), request.path_params["id"])
    said = gettext("Deleted. It can be restored here.") if deleted else gettext("Restored.")
    return done(request, place_of(view, viewer(request).id), {"on": deleted}, said=said)


async def mark(request: Request) -> Response:
    """Mark a message read, or unread again."""
    state = (await read_form(request)).state("value")
    read = state is None or state
    async with context(request).db.write() as tx:
        await mark_message(tx, viewer(request), request.path_params["id"], read=read)
    return done(request, "/inbox", mark_answer(read))
