"""Direct messages: rows, lists and conversations."""

from dataclasses import dataclass
from typing import Any

from folkmoot.model.messages import Conversation, MessageView, PrivateMessage
from folkmoot.model.people import Person
from folkmoot.model.time import Micros
from folkmoot.store import images, people
from folkmoot.store.db import Tx
from folkmoot.store.notices import SHOWN_MESSAGES
from folkmoot.store.people import make_person
from folkmoot.store.rows import Row, columns, maker, width

_MESSAGE = columns(PrivateMessage, "m")
_make_message = maker(PrivateMessage)
_RETURNED = columns(PrivateMessage)
_WIDTH = width(PrivateMessage)
_PERSON_WIDTH = width(Person)
_VIEW = f"{_MESSAGE}, {columns(Person, 'a')}, {columns(Person, 'z')}"
_FROM = "private_message m JOIN person a ON a.id = m.creator_id JOIN person z ON z.id = m.recipient_id"
_OTHER = "(CASE WHEN m.creator_id = :person_id THEN m.recipient_id ELSE m.creator_id END)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages of a person. `other_id`: only those with this one. `own_deleted`: their own deleted ones stay in the list. `before`:
    only messages older than this one."""

    person_id: int
    unread_only: bool = False
    other_id: int | None = None
    own_deleted: bool = False
    before: int | None = None


async def by_id(tx: Tx, message_id: int) -> PrivateMessage | None:
    row = await tx.first(
        f"SELECT {_MESSAGE} FROM private_message m WHERE m.id = :message_id", message_id=message_id
    )
    return _make_message(row) if row else None


async def view(tx: Tx, message_id: int) -> MessageView | None:
    """A message and its two people."""
    return (await views(tx, [message_id])).get(message_id)


async def views(tx: Tx, ids: list[int]) -> dict[int, MessageView]:
    """Those that exist, by id, whatever their state. One query."""
    rows = await tx.all(f"SELECT {_VIEW} FROM {_FROM} WHERE m.id IN :ids[]", ids=ids)
    return {row[0]: _view_of(row) for row in rows}


def _view_of(row: Row) -> MessageView:
    middle = _WIDTH + _PERSON_WIDTH
    return MessageView(
        _make_message(row[:_WIDTH]), make_person(row[_WIDTH:middle]), make_person(row[middle:])
    )


async def insert(tx: Tx, values: dict[str, Any], *, ap_prefix: str) -> PrivateMessage:
    """Insert a message. Without an `ap_id` in `values` it gets ours: `ap_prefix` + id. The message as stored."""
    await images.remember_in(tx, values)
    message_id: int = await tx.value(tx.dialect.next_id("private_message"))
    values = {"ap_id": f"{ap_prefix}{message_id}", **values, "id": message_id}
    row = await tx.first(
        f"INSERT INTO private_message ({', '.join(values)}) VALUES ({', '.join(f':{name}' for name in values)}) RETURNING {_RETURNED}",
        **values,
    )
    assert row is not None
    tx.changed("inbox", values["recipient_id"])
    return _make_message(row)


async def update(tx: Tx, message_id: int, values: dict[str, Any]) -> PrivateMessage:
    """Set columns; the message as stored."""
    await images.remember_in(tx, values)
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    row = await tx.first(
        f"UPDATE private_message SET {assignments} WHERE id = :message_id RETURNING {_RETURNED}",
        message_id=message_id,
        **values,
    )
    assert row is not None
    message = _make_message(row)
    tx.changed("inbox", message.recipient_id)
    return message


async def same_message_since(
    tx: Tx, creator_id: int, recipient_id: int, content: str, since: Micros
) -> int | None:
    """The id of an equal message between the same two, published after `since` and not read yet: a double submit."""
    found: int | None = await tx.value(
        "SELECT id FROM private_message WHERE creator_id = :creator_id AND recipient_id = :recipient_id AND published > :since"
        " AND content = :content AND NOT deleted AND NOT removed AND NOT read ORDER BY id DESC LIMIT 1",
        creator_id=creator_id, recipient_id=recipient_id, since=since, content=content,
    )  # fmt: skip
    return found


async def page(tx: Tx, wanted: Wanted, *, limit: int, offset: int = 0) -> list[MessageView]:
    """The newest first, sent and received, what is gone or of blocked people and servers left out (N-6)."""
    shown = SHOWN_MESSAGES.format(other=_OTHER)
    if wanted.own_deleted:
        shown = shown.replace("NOT m.deleted", "(NOT m.deleted OR m.creator_id = :person_id)")
    asked = [
        "m.recipient_id = :person_id AND NOT m.read"
        if wanted.unread_only
        else "(m.recipient_id = :person_id OR m.creator_id = :person_id)"
    ]
    values: dict[str, Any] = {}
    if wanted.other_id is not None:
        asked.append(f"{_OTHER} = :other_id")
        values["other_id"] = wanted.other_id
    if wanted.before is not None:
        asked.append("m.id < :before")
        values["before"] = wanted.before
    rows = await tx.all(
        f"SELECT {_VIEW} FROM {_FROM} WHERE {' AND '.join(asked)} AND {shown} ORDER BY m.id DESC LIMIT :limit OFFSET :offset",
        person_id=wanted.person_id, limit=limit, offset=offset, **values,
    )  # fmt: skip
    return [_view_of(row) for row in rows]


_CONVERSATIONS = (
    "SELECT u.other, max(u.id), sum(u.unread) FROM ("
    "SELECT m.recipient_id AS other, m.id AS id, 0 AS unread FROM private_message m"
    f" WHERE m.creator_id = :person_id AND {SHOWN_MESSAGES.format(other='m.recipient_id')}"
    " UNION ALL SELECT m.creator_id, m.id, CASE WHEN m.read THEN 0 ELSE 1 END FROM private_message m"
    f" WHERE m.recipient_id = :person_id AND {SHOWN_MESSAGES.format(other='m.creator_id')}) AS u"
    " GROUP BY u.other ORDER BY max(u.id) DESC LIMIT :limit OFFSET :offset"
)


async def conversations(tx: Tx, person_id: int, *, limit: int, offset: int = 0) -> list[Conversation]:
    """One row for each other person, the last to have been heard of or written to first. Three queries."""
    rows = await tx.all(_CONVERSATIONS, person_id=person_id, limit=limit, offset=offset)
    if not rows:
        return []
    others = await people.by_ids(tx, [row[0] for row in rows])
    messages = await tx.all(
        f"SELECT {_MESSAGE} FROM private_message m WHERE m.id IN :ids[]", ids=[row[1] for row in rows]
    )
    last = {row[0]: _make_message(row) for row in messages}
    return [Conversation(others[row[0]], last[row[1]], int(row[2])) for row in rows if row[0] in others]


async def mark_read_from(tx: Tx, person_id: int, other_id: int) -> int:
    """Mark everything read that this person got from the other one; how many messages that was."""
    marked = await tx.run(
        "UPDATE private_message SET read = :yes WHERE recipient_id = :person_id AND creator_id = :other_id AND NOT read",
        yes=True, person_id=person_id, other_id=other_id,
    )  # fmt: skip
    if marked:
        tx.changed("inbox", person_id)
    return marked
