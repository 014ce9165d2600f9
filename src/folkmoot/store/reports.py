"""Reports of posts, comments and messages: three tables of one shape."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from folkmoot.model.reports import Record, Report, ReportCounts, ReportKind
from folkmoot.store.db import Tx
from folkmoot.store.rows import Row


class _Table(NamedTuple):
    """How a kind is kept: its table, the column of the item, the item's own table, and the columns of the copied text."""

    name: str
    item: str
    items: str
    originals: tuple[str | None, str | None, str | None]


_TABLES: dict[ReportKind, _Table] = {
    "post": _Table(
        "post_report", "post_id", "post", ("original_post_body", "original_post_name", "original_post_url")
    ),
    "comment": _Table("comment_report", "comment_id", "comment", ("original_comment_text", None, None)),
    "private_message": _Table(
        "private_message_report", "private_message_id", "private_message", ("original_pm_text", None, None)
    ),
}
KINDS: tuple[ReportKind, ...] = tuple(_TABLES)
_MODERATED = "(SELECT b.community_id FROM community_moderator b WHERE b.person_id = :person_id)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which reports. `moderator_id`: only of communities that this person moderates; None for admins. `item_id`: only about this
    post, comment or message. `resolved` None: all."""

    moderator_id: int | None = None
    community_id: int | None = None
    item_id: int | None = None
    resolved: bool | None = None


def _columns(kind: ReportKind) -> str:
    table = _TABLES[kind]
    originals = ", ".join(f"r.{name}" if name else "CAST(NULL AS TEXT)" for name in table.originals)
    return f"r.id, r.creator_id, r.{table.item}, {originals}, r.reason, r.resolved, r.resolver_id, r.published, r.updated"


def _report(kind: ReportKind, row: Row) -> Report:
    number, creator_id, item_id, original, name, url, reason, resolved, resolver_id, published, updated = row
    return Report(
        kind,
        number,
        creator_id,
        item_id,
        original,
        name,
        url,
        reason,
        bool(resolved),
        resolver_id,
        published,
        updated,
    )


async def by_id(tx: Tx, kind: ReportKind, report_id: int) -> Report | None:
    row = await tx.first(
        f"SELECT {_columns(kind)} FROM {_TABLES[kind].name} r WHERE r.id = :report_id", report_id=report_id
    )
    return _report(kind, row) if row else None


async def insert(
    tx: Tx,
    kind: ReportKind,
    creator_id: int,
    item_id: int,
    reason: str,
    *,
    original: str | None,
    name: str | None = None,
    url: str | None = None,
) -> Report | None:
    """Write a report; None where this person has reported this already (O-1)."""
    table = _TABLES[kind]
    given = {"creator_id": creator_id, table.item: item_id, "reason": reason, "published": tx.now}
    given |= {
        column: text for column, text in zip(table.originals, (original, name, url), strict=True) if column
    }
    report_id = await tx.value(
        f"INSERT INTO {table.name} ({', '.join(given)}) VALUES ({', '.join(f':{column}' for column in given)})"
        " ON CONFLICT DO NOTHING RETURNING id",
        **given,
    )
    return await by_id(tx, kind, report_id) if report_id is not None else None


async def set_resolved(tx: Tx, report: Report, resolver_id: int, *, resolved: bool) -> None:
    """Close a report or open it again; who did it last is kept."""
    await tx.run(
        f"UPDATE {_TABLES[report.kind].name} SET resolved = :resolved, resolver_id = :resolver_id, updated = :now WHERE id = :report_id",
        resolved=resolved, resolver_id=resolver_id, now=tx.now, report_id=report.id,
    )  # fmt: skip


def _conditions(kind: ReportKind, wanted: Wanted) -> tuple[list[str], dict[str, Any]]:
    """Conditions on the report `r` and its item `i`, and their values."""
    asked, values = [], dict[str, Any]()
    if wanted.moderator_id is not None:
        asked.append(f"i.community_id IN {_MODERATED}")
        values["person_id"] = wanted.moderator_id
    if wanted.community_id is not None:
        asked.append("i.community_id = :community_id")
        values["community_id"] = wanted.community_id
    if wanted.item_id is not None:
        asked.append(f"r.{_TABLES[kind].item} = :item_id")
        values["item_id"] = wanted.item_id
    if wanted.resolved is not None:
        asked.append("r.resolved" if wanted.resolved else "NOT r.resolved")
    return asked or ["r.id > 0"], values


def _from(kind: ReportKind) -> str:
    table = _TABLES[kind]
    return f"{table.name} r JOIN {table.items} i ON i.id = r.{table.item}"


async def page(tx: Tx, kind: ReportKind, wanted: Wanted, *, limit: int, offset: int) -> list[Report]:
    """The newest first; of open ones the oldest (L-3)."""
    asked, values = _conditions(kind, wanted)
    direction = "ASC" if wanted.resolved is False else "DESC"
    rows = await tx.all(
        f"SELECT {_columns(kind)} FROM {_from(kind)} WHERE {' AND '.join(asked)}"
        f" ORDER BY r.published {direction}, r.id {direction} LIMIT :limit OFFSET :offset",
        limit=limit, offset=offset, **values,
    )  # fmt: skip
    return [_report(kind, row) for row in rows]


async def about(
    tx: Tx, kind: ReportKind, item_ids: Collection[int], *, resolved: bool | None
) -> list[Report]:
    """All reports about these things, the oldest first."""
    state = "" if resolved is None else (" AND r.resolved" if resolved else " AND NOT r.resolved")
    rows = await tx.all(
        f"SELECT {_columns(kind)} FROM {_TABLES[kind].name} r WHERE r.{_TABLES[kind].item} IN :ids[]{state} ORDER BY r.published, r.id",
        ids=list(item_ids),
    )
    return [_report(kind, row) for row in rows]


async def queue(
    tx: Tx, kinds: Collection[ReportKind], wanted: Wanted, *, limit: int, offset: int
) -> list[tuple[ReportKind, int]]:
    """Reported things, each once, as (kind, id): with open reports the one that waits longest first, else the latest first."""
    arms = []
    values: dict[str, Any] = {}
    for number, kind in enumerate(KINDS):
        if kind in kinds:
            asked, more = _conditions(kind, wanted)
            values |= more
            moment = "min" if wanted.resolved is False else "max"
            arms.append(
                f"SELECT {number} AS kind, r.{_TABLES[kind].item} AS item, {moment}(r.published) AS moment FROM {_from(kind)}"
                f" WHERE {' AND '.join(asked)} GROUP BY r.{_TABLES[kind].item}"
            )
    if not arms:
        return []
    direction = "ASC" if wanted.resolved is False else "DESC"
    rows = await tx.all(
        f"SELECT u.kind, u.item FROM ({' UNION ALL '.join(arms)}) AS u ORDER BY u.moment {direction}, u.kind, u.item"
        " LIMIT :limit OFFSET :offset",
        limit=limit, offset=offset, **values,
    )  # fmt: skip
    return [(KINDS[row[0]], row[1]) for row in rows]


async def count_open(tx: Tx, wanted: Wanted, *, with_messages: bool) -> ReportCounts:
    """Open reports by kind. One query."""
    parts = []
    values: dict[str, Any] = {}
    for kind in KINDS if with_messages else KINDS[:2]:
        asked, more = _conditions(kind, wanted)
        values |= more
        parts.append(f"(SELECT count(*) FROM {_from(kind)} WHERE {' AND '.join(asked)})")
    row = await tx.first(f"SELECT {', '.join(parts)}", **values)
    assert row is not None
    return ReportCounts(row[0], row[1], row[2] if with_messages else None)


async def records(tx: Tx, person_ids: Collection[int]) -> dict[int, Record]:
    """What the log and decided reports say of these people. One query."""
    ids = list(person_ids)
    rows = await tx.all(
        "SELECT m.person_id, m.kind, count(*) FROM modlog m WHERE m.person_id IN :ids[] AND m.state"
        " AND m.kind IN ('remove_post', 'remove_comment', 'ban', 'ban_from_community') GROUP BY m.person_id, m.kind"
        " UNION ALL SELECT p.creator_id, 'report', count(*) FROM post_report r JOIN post p ON p.id = r.post_id"
        " WHERE p.creator_id IN :ids[] AND r.resolved GROUP BY p.creator_id"
        " UNION ALL SELECT c.creator_id, 'report', count(*) FROM comment_report r JOIN comment c ON c.id = r.comment_id"
        " WHERE c.creator_id IN :ids[] AND r.resolved GROUP BY c.creator_id",
        ids=ids,
    )
    sums: dict[int, dict[str, int]] = {number: {} for number in ids}
    for person_id, kind, number in rows:
        what = "reports" if kind == "report" else "removals" if kind.startswith("remove") else "bans"
        sums[person_id][what] = sums[person_id].get(what, 0) + number
    return {person_id: Record(**counted) for person_id, counted in sums.items()}
