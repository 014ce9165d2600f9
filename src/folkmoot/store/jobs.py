"""Work as rows: written in the transaction that caused them, leased and finished by `jobs/runner.py`.

A row is waiting (no lease), taken (a lease that has not ended), or given up (`failed` is set). It goes when it is done: whoever dies in
between leaves a lease that ends, and somebody else takes the row again. So every job has to be safe to run twice.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from folkmoot.model.time import Micros
from folkmoot.store.db import Tx


@dataclass(frozen=True, slots=True)
class Job:
    """A job somebody holds. `attempts` counts this one too."""

    id: int
    name: str
    payload: dict[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A job that failed too often, for admins to see."""

    id: int
    name: str
    payload: dict[str, Any]
    attempts: int
    error: str
    failed: Micros


async def enqueue(
    tx: Tx, name: str, payload: dict[str, Any], *, run_at: Micros | None = None, unique_key: str | None = None
) -> None:
    """Write a job. With `unique_key`, a job of that key that is still waiting serves for this one too.

    It is taken hold of then: or it could be done before this transaction, and what it was asked for, is there to be seen.
    """
    await tx.by_the_end(
        "INSERT INTO job (name, payload, unique_key, run_at, published) VALUES (:name, :payload, :unique_key, :run_at, :now)"
        " ON CONFLICT (unique_key) DO UPDATE SET unique_key = excluded.unique_key",
        name=name, payload=json.dumps(payload), unique_key=unique_key, run_at=tx.now if run_at is None else run_at, now=tx.now,
    )  # fmt: skip
    tx.changed("jobs")


async def next_due(tx: Tx) -> Micros | None:
    """When the next job can be taken, which may be in the past; None where nothing waits."""
    due: Micros | None = await tx.value(
        "SELECT min(CASE WHEN lease_end IS NULL OR lease_end < run_at THEN run_at ELSE lease_end END) FROM job WHERE failed IS NULL"
    )
    return due


async def claim(tx: Tx, *, holder: str, lease: Micros, limit: int) -> list[Job]:
    """Take up to `limit` due jobs for `lease` microseconds, the oldest first. One statement: of two who try, one gets a row.

    The unique key is given free, so that what happens from now on can ask for the same job again.
    """
    rows = await tx.all(
        "UPDATE job SET holder = :holder, lease_end = :lease_end, attempts = attempts + 1, unique_key = NULL WHERE id IN ("
        "SELECT id FROM job WHERE failed IS NULL AND run_at <= :now AND (lease_end IS NULL OR lease_end < :now)"
        " ORDER BY run_at, id LIMIT :limit FOR_UPDATE SKIP_LOCKED) RETURNING id, name, payload, attempts",
        holder=holder, lease_end=tx.now + lease, now=tx.now, limit=limit,
    )  # fmt: skip
    return [
        Job(row[0], row[1], json.loads(row[2]), row[3]) for row in sorted(rows, key=lambda row: int(row[0]))
    ]


async def take_newest(
    tx: Tx, name: str, payload: dict[str, Any], *, holder: str, lease: Micros
) -> Job | None:
    """Take the job that was written last with this name and payload, for a caller that does it right after this transaction; None where nobody
    has written it or somebody has it."""
    row = await tx.first(
        "UPDATE job SET holder = :holder, lease_end = :lease_end, attempts = attempts + 1 WHERE id ="
        " (SELECT id FROM job WHERE name = :name AND payload = :payload AND holder IS NULL AND failed IS NULL ORDER BY id DESC LIMIT 1)"
        " RETURNING id, attempts",
        holder=holder, lease_end=tx.now + lease, name=name, payload=json.dumps(payload),
    )  # fmt: skip
    return Job(row[0], name, payload, row[1]) if row else None


async def holders(tx: Tx) -> set[str]:
    """Who holds jobs now."""
    rows = await tx.all(
        "SELECT DISTINCT holder FROM job WHERE failed IS NULL AND lease_end >= :now", now=tx.now
    )
    return {row[0] for row in rows}


async def held_by(tx: Tx, holder: str) -> list[Job]:
    """What somebody has taken and not finished."""
    rows = await tx.all(
        "SELECT id, name, payload, attempts FROM job WHERE holder = :holder AND failed IS NULL ORDER BY id",
        holder=holder,
    )
    return [Job(row[0], row[1], json.loads(row[2]), row[3]) for row in rows]


async def finish(tx: Tx, holder: str, ids: Collection[int]) -> None:
    """These are done. Rows whose lease ended and that somebody else has taken since are left alone."""
    await tx.run("DELETE FROM job WHERE id IN :ids[] AND holder = :holder", ids=set(ids), holder=holder)


async def fail(tx: Tx, holder: str, job_id: int, error: str, *, run_at: Micros | None) -> None:
    """It did not work: again at `run_at`, or never (None). The error is kept."""
    await tx.run(
        "UPDATE job SET holder = NULL, lease_end = NULL, last_error = :error, run_at = coalesce(CAST(:run_at AS BIGINT), run_at),"
        " failed = CASE WHEN CAST(:run_at AS BIGINT) IS NULL THEN CAST(:now AS BIGINT) END WHERE id = :job_id AND holder = :holder",
        error=error, run_at=run_at, now=tx.now, job_id=job_id, holder=holder,
    )  # fmt: skip


async def release(tx: Tx, holder: str) -> None:
    """Give back what this holder took and did not begin or finish: it is stopping. The attempt does not count."""
    await tx.run(
        "UPDATE job SET holder = NULL, lease_end = NULL, attempts = attempts - 1 WHERE holder = :holder AND failed IS NULL",
        holder=holder,
    )


async def given_up(tx: Tx, limit: int = 100) -> list[GivenUp]:
    """Jobs that failed too often, the newest first."""
    rows = await tx.all(
        "SELECT id, name, payload, attempts, last_error, failed FROM job WHERE failed IS NOT NULL ORDER BY failed DESC, id DESC LIMIT :limit",
        limit=limit,
    )
    return [GivenUp(row[0], row[1], json.loads(row[2]), row[3], row[4] or "", row[5]) for row in rows]


async def try_all_again(tx: Tx) -> int:
    """Let every job that was given up begin anew; how many."""
    tx.changed("jobs")
    return await tx.run(
        "UPDATE job SET failed = NULL, attempts = 0, run_at = :now WHERE failed IS NOT NULL", now=tx.now
    )


async def forget_given_up(tx: Tx, before: Micros) -> int:
    """Drop what was given up before a moment; how many."""
    return await tx.run("DELETE FROM job WHERE failed IS NOT NULL AND failed < :before", before=before)
