"""What other servers sent: one row per activity, from its arrival until a week after.

A row is `waiting`, `later` (tried again when due), `accepted` or `refused`. Rows are worked off by lanes, one process per lane
(`store/leases.py`), the oldest first; what a row causes and that it is closed are one transaction, so nothing happens twice.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from folkmoot.model.time import Micros
from folkmoot.store.db import Tx

LANES = 8
LOOKED_AT = 50_000
"""Rows among which those that match are looked for at a time."""
_DETAIL = 500
"""Characters kept of what is said about a refusal."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An activity to write down. `kind`: its type, and that of what is in it. `body`: the document as text."""

    ap_id: str
    kind: str
    actor: str
    host: str
    object: str | None
    lane: int
    body: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row to work off. `attempts` before this one."""

    id: int
    ap_id: str
    kind: str
    actor: str
    body: str
    attempts: int
    received: Micros


@dataclass(frozen=True, slots=True)
class Closed:
    """How a row ended. `state`: accepted or refused."""

    id: int
    state: str
    reason: str | None = None
    detail: str | None = None
    keep_body: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A row as administrators see it."""

    id: int
    ap_id: str
    kind: str
    actor: str
    host: str
    state: str
    reason: str | None
    detail: str | None
    attempts: int
    due: Micros | None
    received: Micros
    closed: Micros | None


async def put(tx: Tx, arrivals: Sequence[Arrival]) -> None:
    """Write down what arrived, in one statement; an address that is here already stays as it is (INB-8). Whoever has seen a row has seen all
    with lower ids: they are worked off in that order, and what a server sends first must not be passed over (INB-11)."""
    await tx.at_once(
        "INSERT INTO received (ap_id, kind, actor, host, object, lane, body, state, received)"
        " VALUES (:ap_id, :kind, :actor, :host, :object, :lane, :body, 'waiting', :now) ON CONFLICT (ap_id) DO NOTHING",
        [_values(one, tx.now) | {"body": one.body} for one in arrivals],
        in_turn="received",
    )
    tx.changed("received")


async def known_among(tx: Tx, ap_ids: Collection[str]) -> set[str]:
    """Those of these activities that arrived before."""
    rows = await tx.all("SELECT ap_id FROM received WHERE ap_id IN :ids[text]", ids=set(ap_ids))
    return {row[0] for row in rows}


async def take(tx: Tx, lanes: Collection[int], *, after: int, limit: int) -> list[Waiting]:
    """Rows of these lanes with higher ids than `after`, in the order in which they arrived."""
    rows = await tx.all(
        "SELECT id, ap_id, kind, actor, body, attempts, received FROM received WHERE state = 'waiting' AND id > :after AND lane IN :lanes[]"
        " ORDER BY id LIMIT :limit",
        lanes=set(lanes), after=after, limit=limit,
    )  # fmt: skip
    return [Waiting(*row) for row in rows]


async def anything_waits(tx: Tx) -> bool:
    """Whether there is something to work off now."""
    return bool(await tx.value("SELECT EXISTS (SELECT 1 FROM received WHERE state = 'waiting')"))


async def next_due(tx: Tx) -> Micros | None:
    """When the next row that was put off is due."""
    due: Micros | None = await tx.value("SELECT min(due) FROM received WHERE state = 'later'")
    return due


async def wake_due(tx: Tx) -> int:
    """Let rows that were put off and are due wait again; how many."""
    woken = await tx.run(
        "UPDATE received SET state = 'waiting' WHERE state = 'later' AND due <= :now", now=tx.now
    )
    if woken:
        tx.changed("put_off")
    return woken


async def put_off_until(tx: Tx) -> dict[int, Micros]:
    """When each row that is put off is due."""
    rows = await tx.all("SELECT id, due FROM received WHERE state = 'later'")
    return {row[0]: row[1] for row in rows}


async def rows(tx: Tx, ids: Collection[int]) -> list[Waiting]:
    """These rows, as far as they are not closed."""
    if not ids:
        return []
    found = await tx.all(
        "SELECT id, ap_id, kind, actor, body, attempts, received FROM received"
        " WHERE id IN :ids[] AND state IN ('waiting', 'later')",
        ids=set(ids),
    )
    return [Waiting(*row) for row in found]


async def still_waiting(tx: Tx, ids: Collection[int]) -> set[int]:
    """Those of these rows that nobody closed meanwhile, locked until the transaction ends."""
    rows = await tx.all(
        "SELECT id FROM received WHERE id IN :ids[] AND state = 'waiting' ORDER BY id FOR_UPDATE",
        ids=set(ids),
    )
    return {row[0] for row in rows}


async def close(tx: Tx, closed: Sequence[Closed]) -> None:
    """Write down how rows ended. Bodies go, except those that are to be kept for whoever asks why."""
    await tx.at_once(
        "UPDATE received SET state = :state, reason = :reason, detail = :detail, closed = :now, due = NULL, attempts = attempts + 1,"
        " body = CASE WHEN :keep = 1 THEN body END WHERE id = :id",
        [
            {
                "id": one.id,
                "state": one.state,
                "reason": one.reason,
                "detail": (one.detail or "")[:_DETAIL] or None,
                "keep": int(one.keep_body),
                "now": tx.now,
            }
            for one in closed
        ],
    )


async def put_off(tx: Tx, row_id: int, *, due: Micros, reason: str, detail: str | None) -> None:
    """Try again then."""
    await tx.run(
        "UPDATE received SET state = 'later', due = :due, reason = :reason, detail = :detail, attempts = attempts + 1 WHERE id = :id",
        due=due, reason=reason, detail=(detail or "")[:_DETAIL] or None, id=row_id,
    )  # fmt: skip
    tx.changed("put_off")


async def put_behind(tx: Tx, row_id: int, *, due: Micros, reason: str) -> None:
    """Let a row wait until another one is due, which is no try of its own."""
    await tx.run(
        "UPDATE received SET state = 'later', due = :due, reason = :reason, detail = NULL WHERE id = :id",
        due=due, reason=reason, id=row_id,
    )  # fmt: skip
    tx.changed("put_off")


@dataclass(frozen=True, slots=True)
class Done:
    """An activity that had its effect: its type, who did it, and what it was about."""

    kind: str
    actor: str
    object: str | None


async def done(tx: Tx, ap_id: str) -> Done | None:
    """An accepted activity by its address."""
    row = await tx.first(
        "SELECT kind, actor, object FROM received WHERE ap_id = :ap_id AND state = 'accepted'", ap_id=ap_id
    )
    return Done(*row) if row else None


async def accepted_among(tx: Tx, ap_ids: Collection[str]) -> set[str]:
    """Those of these activities that had their effect already (DUP-1)."""
    rows = await tx.all(
        "SELECT ap_id FROM received WHERE ap_id IN :ids[text] AND state = 'accepted'", ids=set(ap_ids)
    )
    return {row[0] for row in rows}


async def remember_inner(tx: Tx, arrivals: Sequence[Arrival]) -> None:
    """Write down activities that came inside others and had their effect, so that their plain copies have none (DUP-1)."""
    await tx.at_once(
        "INSERT INTO received (ap_id, kind, actor, host, object, lane, state, received, closed)"
        " VALUES (:ap_id, :kind, :actor, :host, :object, :lane, 'accepted', :now, :now) ON CONFLICT (ap_id) DO UPDATE"
        " SET state = 'accepted', reason = NULL, detail = NULL, body = NULL, closed = excluded.closed",
        _each_once(arrivals, tx.now),
    )


async def remember_undone(tx: Tx, arrivals: Sequence[Arrival]) -> None:
    """Write down activities that were taken back, so that they have no effect any more where they are still to come, or still wait; why one
    was refused stays."""
    await tx.at_once(
        "INSERT INTO received (ap_id, kind, actor, host, object, lane, state, reason, received, closed)"
        " VALUES (:ap_id, :kind, :actor, :host, :object, :lane, 'accepted', 'taken_back', :now, :now) ON CONFLICT (ap_id) DO UPDATE"
        " SET state = 'accepted', reason = coalesce(received.reason, excluded.reason), body = NULL, due = NULL, closed = excluded.closed"
        " WHERE received.state <> 'accepted'",
        _each_once(arrivals, tx.now),
    )


def _values(one: Arrival, now: Micros) -> dict[str, Any]:
    """What is written down of every activity."""
    return {
        "ap_id": one.ap_id,
        "kind": one.kind,
        "actor": one.actor,
        "host": one.host,
        "object": one.object,
        "lane": one.lane,
        "now": now,
    }


def _each_once(arrivals: Sequence[Arrival], now: Micros) -> list[dict[str, Any]]:
    """Their values, each address once."""
    return [_values(one, now) for one in {one.ap_id: one for one in arrivals}.values()]


_TOLD = "SELECT id, ap_id, kind, actor, host, state, reason, detail, attempts, due, received, closed FROM received"


async def by_ap_id(tx: Tx, ap_id: str) -> Told | None:
    """What became of one activity."""
    row = await tx.first(f"{_TOLD} WHERE ap_id = :ap_id", ap_id=ap_id)
    return Told(*row) if row else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows to tell of; None: all. `kind`: of the activity, or of what is in it. `effect`: of what was accepted, by whether all
    of it had its effect."""

    host: str | None = None
    state: str | None = None
    kind: str | None = None
    effect: bool | None = None


async def told(
    tx: Tx, wanted: Wanted, *, before: int | None = None, limit: int
) -> tuple[list[Told], int | None]:
    """Rows that match, the newest first, and the id before which to look on; None where there are no older ones.

    Looks at so many rows at most (`LOOKED_AT`), so that a rare kind among many does not cost the whole week.
    """
    asked: dict[str, object] = {}
    conditions = ["TRUE"]
    if wanted.host:
        conditions.append("host = :host")
        asked["host"] = wanted.host
    if wanted.state:
        conditions.append("state = :state")
        asked["state"] = wanted.state
    if wanted.effect is not None:
        conditions.append(
            "state = 'accepted' AND reason IS NULL"
            if wanted.effect
            else "state = 'accepted' AND reason IS NOT NULL"
        )
    if wanted.kind:
        conditions.append("(kind = :kind OR kind LIKE :outside OR kind LIKE :inside)")
        asked |= {"kind": wanted.kind, "outside": f"{wanted.kind} %", "inside": f"% {wanted.kind}"}
    here = ""
    if before is not None:
        here = " WHERE id < :before"
        asked["before"] = before
    floor = await tx.value(
        f"SELECT min(id) FROM (SELECT id FROM received{here} ORDER BY id DESC LIMIT {LOOKED_AT}) looked",
        **({} if before is None else {"before": before}),
    )
    if floor is None:
        return [], None
    rows = await tx.all(
        f"{_TOLD}{here or ' WHERE TRUE'} AND id >= :floor AND {' AND '.join(conditions)} ORDER BY id DESC LIMIT :limit",
        floor=floor, limit=limit + 1, **asked,
    )  # fmt: skip
    found = [Told(*row) for row in rows[:limit]]
    if len(rows) > limit:
        return found, found[-1].id
    older = await tx.value("SELECT EXISTS (SELECT 1 FROM received WHERE id < :floor)", floor=floor)
    return found, floor if older else None


@dataclass(frozen=True, slots=True)
class Refused:
    """What was refused for one reason: how many, and when the last one came."""

    reason: str
    number: int
    last: Micros


async def refused_by_reason(tx: Tx, host: str | None, *, least: Micros) -> list[Refused]:
    """What was refused since a moment, of one server or of all, by reason, the most frequent first."""
    here = " AND host = :host" if host else ""
    rows = await tx.all(
        "SELECT coalesce(reason, 'unknown'), count(*), max(received) FROM received"
        f" WHERE state = 'refused' AND received >= :least{here} GROUP BY 1 ORDER BY 2 DESC, 1",
        least=least, **({"host": host} if host else {}),
    )  # fmt: skip
    return [Refused(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Lag:
    """What waits of one server: how many, and since when the oldest of them."""

    host: str
    waiting: int
    oldest: Micros


async def lags(tx: Tx) -> list[Lag]:
    """What is not worked off yet, by server, the longest waiting first."""
    rows = await tx.all(
        "SELECT host, count(*), min(received) FROM received WHERE state IN ('waiting', 'later') GROUP BY host ORDER BY min(received)"
    )
    return [Lag(*row) for row in rows]


async def forget(tx: Tx, before: Micros) -> int:
    """Drop what was closed and arrived before a moment; how many."""
    return await tx.run(
        "DELETE FROM received WHERE received < :before AND state IN ('accepted', 'refused')", before=before
    )
