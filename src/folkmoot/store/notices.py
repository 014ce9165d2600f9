"""What people are told about, as they read it. Replies and mentions are written in `store/notifications.py`.

What is left out is the same everywhere (N-4, N-6): what blocked people wrote, what is in private communities that somebody is not in (any
more), by setting what bots wrote, messages of blocked servers and messages that are gone. Comments that are gone stay in the lists, and are not counted.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from folkmoot.model.enums import CommentSort
from folkmoot.model.notifications import InboxKind, Notice, NoticeKind, Unread
from folkmoot.model.time import Micros
from folkmoot.store import sight, warnings
from folkmoot.store.db import Tx
from folkmoot.store.rows import Row
from folkmoot.store.warnings import UNREAD_WARNINGS

_TABLES: dict[NoticeKind, str] = {"reply": "comment_reply", "mention": "person_mention"}
_PLACES: dict[InboxKind, int] = {"message": 0, "mention": 1, "reply": 2}
"""Which kind stands last where several happened at one moment."""

_MAY_READ = (
    "NOT EXISTS (SELECT 1 FROM person_block b WHERE b.person_id = :person_id AND b.target_id = c.creator_id)"
    f" AND (SELECT {sight.reads('o', reader=':person_id')} FROM community o WHERE o.id = c.community_id)"
)
_NOT_BY_BOTS = "(SELECT NOT w.bot FROM person w WHERE w.id = c.creator_id)"
SHOWN_MESSAGES = (
    "NOT m.deleted AND NOT m.removed AND NOT EXISTS (SELECT 1 FROM person_block b WHERE b.person_id = :person_id AND b.target_id = {other})"
    " AND NOT EXISTS (SELECT 1 FROM instance_block b JOIN person w ON w.instance_id = b.instance_id WHERE b.person_id = :person_id AND w.id = {other})"
)
"""Messages of a person's lists, seen from `:person_id`; `{other}` is the column of the other one."""
_RECEIVED = f"m.recipient_id = :person_id AND {SHOWN_MESSAGES.format(other='m.creator_id')}"

_ORDER = {
    CommentSort.NEW: "n.published DESC, n.id DESC",
    CommentSort.OLD: "n.published, n.id",
    CommentSort.HOT: "c.hot_rank DESC, c.score DESC, n.id DESC",
    CommentSort.TOP: "c.score DESC, n.id DESC",
    CommentSort.CONTROVERSIAL: "c.controversy_rank DESC, n.id DESC",
}


class Place(NamedTuple):
    """Where a page of the inbox goes on: after this item."""

    published: Micros
    kind: InboxKind
    id: int


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of the inbox, by ids. `comment_id` is None for messages."""

    place: Place
    read: bool
    comment_id: int | None


def _filters(*, unread_only: bool, bots: bool) -> str:
    return _MAY_READ + (" AND NOT n.read" if unread_only else "") + ("" if bots else f" AND {_NOT_BY_BOTS}")


async def page(
    tx: Tx,
    kind: NoticeKind,
    person_id: int,
    *,
    unread_only: bool,
    bots: bool,
    sort: CommentSort,
    limit: int,
    offset: int,
) -> list[Notice]:
    """One page of replies or of mentions. `bots`: those by bots too."""
    rows = await tx.all(
        f"SELECT n.id, n.recipient_id, n.comment_id, n.read, n.published FROM {_TABLES[kind]} n JOIN comment c ON c.id = n.comment_id"
        f" WHERE n.recipient_id = :person_id AND {_filters(unread_only=unread_only, bots=bots)} ORDER BY {_ORDER[sort]}"
        " LIMIT :limit OFFSET :offset",
        person_id=person_id, limit=limit, offset=offset,
    )  # fmt: skip
    return [_notice(kind, row) for row in rows]


def _notice(kind: NoticeKind, row: Row) -> Notice:
    return Notice(kind, row[0], row[1], row[2], bool(row[3]), row[4])


async def newest(
    tx: Tx,
    person_id: int,
    kinds: Collection[InboxKind],
    *,
    unread_only: bool,
    bots: bool,
    after: Place | None,
    limit: int,
) -> list[Entry]:
    """The newest of several kinds together, after a place. One query."""
    arms = []
    for kind in sorted(kinds, key=lambda each: _PLACES[each]):
        row = "m" if kind == "message" else "n"
        if kind == "message":
            source = f"private_message m WHERE {_RECEIVED}" + (" AND NOT m.read" if unread_only else "")
        else:
            source = (
                f"{_TABLES[kind]} n JOIN comment c ON c.id = n.comment_id WHERE n.recipient_id = :person_id"
                f" AND {_filters(unread_only=unread_only, bots=bots)}"
            )
        comment = "CAST(NULL AS INTEGER)" if kind == "message" else "n.comment_id"
        arms.append(
            f"SELECT * FROM (SELECT {row}.published AS published, {_PLACES[kind]} AS place, {row}.id AS id, {row}.read AS read,"
            f" {comment} AS comment_id FROM {source}{_after(kind, row, after)}"
            f" ORDER BY {row}.published DESC, {row}.id DESC LIMIT :limit) AS a{_PLACES[kind]}"
        )
    values = {"moment": after.published, "id": after.id} if after else {}
    rows = await tx.all(
        f"SELECT * FROM ({' UNION ALL '.join(arms)}) AS u ORDER BY u.published DESC, u.place DESC, u.id DESC LIMIT :limit",
        person_id=person_id, limit=limit, **values,
    )  # fmt: skip
    names = {place: kind for kind, place in _PLACES.items()}
    return [Entry(Place(row[0], names[row[1]], row[2]), bool(row[3]), row[4]) for row in rows]


def _after(kind: InboxKind, row: str, after: Place | None) -> str:
    """The condition for what follows a place in the order of moment, kind and id."""
    if after is None:
        return ""
    if kind == after.kind:
        return f" AND ({row}.published < :moment OR ({row}.published = :moment AND {row}.id < :id))"
    return f" AND {row}.published {'<=' if _PLACES[kind] < _PLACES[after.kind] else '<'} :moment"


UNREAD_NOTICES = (
    "SELECT count(*) FROM {table} n JOIN comment c ON c.id = n.comment_id WHERE n.recipient_id = :person_id AND NOT n.read"
    f" AND NOT c.deleted AND NOT c.removed AND {_MAY_READ} AND (:bots OR {_NOT_BY_BOTS})"
)
UNREAD_MESSAGES = f"SELECT count(*) FROM private_message m WHERE NOT m.read AND {_RECEIVED}"
_UNREAD = (
    f"SELECT ({UNREAD_NOTICES.format(table='comment_reply')}), ({UNREAD_NOTICES.format(table='person_mention')}), ({UNREAD_MESSAGES}),"
    f" ({UNREAD_WARNINGS})"
)


async def unread_counts(tx: Tx, person_id: int, *, bots: bool) -> Unread:
    """How much is unread, by kind (N-4). One query."""
    row = await tx.first(_UNREAD, person_id=person_id, bots=bots)
    assert row is not None
    return Unread(row[0], row[1], row[2], row[3])


async def by_id(tx: Tx, kind: NoticeKind, notice_id: int) -> Notice | None:
    row = await tx.first(
        f"SELECT n.id, n.recipient_id, n.comment_id, n.read, n.published FROM {_TABLES[kind]} n WHERE n.id = :notice_id",
        notice_id=notice_id,
    )
    return _notice(kind, row) if row else None


async def set_read(tx: Tx, notice: Notice, *, read: bool) -> None:
    """Mark one notice."""
    await tx.run(
        f"UPDATE {_TABLES[notice.kind]} SET read = :read WHERE id = :notice_id",
        read=read,
        notice_id=notice.id,
    )
    tx.changed("inbox", notice.recipient_id)


async def mark_all_read(tx: Tx, person_id: int) -> None:
    """Mark everything read that somebody was told of: replies, mentions, messages and warnings (N-5)."""
    await warnings.mark_read(tx, person_id)
    for table in (*_TABLES.values(), "private_message"):
        await tx.run(
            f"UPDATE {table} SET read = :yes WHERE recipient_id = :person_id AND NOT read",
            yes=True,
            person_id=person_id,
        )
    tx.changed("inbox", person_id)
