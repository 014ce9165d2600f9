"""Read direct messages: as one list, by conversation, or one conversation."""

from dataclasses import dataclass

from folkmoot.core.people.rules import must_have_account
from folkmoot.model.errors import NotFound
from folkmoot.model.messages import Conversation, MessageView
from folkmoot.model.people import Person, Viewer
from folkmoot.model.views import Page
from folkmoot.store import messages, people
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx
from folkmoot.text.names import name_key, parse_handle


@dataclass(frozen=True, slots=True)
class ListMessages:
    """What was asked. `unread_only`: only received ones; `other_id`: only those with this person. `page` counts from 1."""

    unread_only: bool = False
    other_id: int | None = None
    page: int = 1
    limit: int = 10


@dataclass(frozen=True, slots=True)
class Exchange:
    """One conversation: the newest messages, in the order they were written. `earlier`: what to ask for the ones before (`before`)."""

    other: Person
    messages: list[MessageView]
    earlier: int | None


async def list_messages(tx: Tx, viewer: Viewer, asked: ListMessages) -> list[MessageView]:
    """Sent and received, the newest first; what is gone or of blocked people and servers is left out (N-6). Raises `NotLoggedIn`."""
    person, _ = must_have_account(viewer)
    wanted = messages.Wanted(person.id, unread_only=asked.unread_only, other_id=asked.other_id)
    return await messages.page(tx, wanted, limit=asked.limit, offset=(asked.page - 1) * asked.limit)


async def message_view(tx: Tx, viewer: Viewer, message_id: int) -> MessageView:
    """One message, for its author and (while it stands) its recipient. Raises `NotFound` couldnt_find_private_message; `NotLoggedIn`."""
    person, _ = must_have_account(viewer)
    view = await messages.view(tx, message_id)
    if view is None or person.id not in (view.creator.id, view.recipient.id):
        raise NotFound("couldnt_find_private_message")
    if person.id != view.creator.id and (view.message.deleted or view.message.removed):
        raise NotFound("couldnt_find_private_message")
    return view


async def list_conversations(tx: Tx, viewer: Viewer, *, page: int = 1, limit: int = 30) -> Page[Conversation]:
    """One row for each other person, the latest first, with how many are unread. `next` is the number of the next page.

    Raises `NotLoggedIn`.
    """
    person, _ = must_have_account(viewer)
    listed = await messages.conversations(tx, person.id, limit=limit + 1, offset=(page - 1) * limit)
    return Page(listed[:limit], str(page + 1) if len(listed) > limit else None)


async def find_partner(tx: Tx, name: str) -> Person:
    """Who is called `name` or `name@host`; deleted people too, because what they wrote is still there to be read.

    Raises `NotFound` couldnt_find_person.
    """
    handle = parse_handle(name)
    site = await store_site.local_site(tx)
    if handle is not None and handle.kind != "community":
        host = None if handle.host in (None, site.host.lower()) else handle.host
        person = await people.by_name(tx, name_key(handle.name), host)
        if person is not None:
            return person
    raise NotFound("couldnt_find_person", field="to")


async def read_conversation(
    tx: Tx, viewer: Viewer, other_id: int, *, before: int | None = None, limit: int = 50
) -> Exchange:
    """The messages with one person; one's own deleted ones stay, to be restored. Raises `NotFound` couldnt_find_person; `NotLoggedIn`."""
    person, _ = must_have_account(viewer)
    other = await people.by_id(tx, other_id)
    if other is None:
        raise NotFound("couldnt_find_person")
    wanted = messages.Wanted(person.id, other_id=other.id, own_deleted=True, before=before)
    listed = await messages.page(tx, wanted, limit=limit + 1)
    shown = listed[:limit][::-1]
    return Exchange(other, shown, shown[0].message.id if len(listed) > limit else None)


async def mark_conversation_read(tx: Tx, viewer: Viewer, other_id: int) -> int:
    """Mark read what came from one person; how many messages that was. Raises `NotLoggedIn`."""
    person, _ = must_have_account(viewer)
    return await messages.mark_read_from(tx, person.id, other_id)
