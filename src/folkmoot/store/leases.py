"""Who does what only one may do at a time: a row per task, with its holder, the end of the lease, and when it was last done."""

from dataclasses import dataclass

from folkmoot.model.time import Micros
from folkmoot.store.db import Tx


@dataclass(frozen=True, slots=True)
class Lease:
    """The state of one task."""

    holder: str
    lease_end: Micros
    last_run: Micros | None


async def by_name(tx: Tx, *, lock: bool = False) -> dict[str, Lease]:
    """Every task that was ever held. Whoever goes on to change several locks them: in the order of their names, as everybody does who
    takes more than one, so that nobody waits in a circle."""
    rows = await tx.all(
        f"SELECT name, holder, lease_end, last_run FROM lease{' ORDER BY name FOR_UPDATE' if lock else ''}"
    )
    return {row[0]: Lease(row[1], row[2], row[3]) for row in rows}


async def take(tx: Tx, name: str, *, holder: str, length: Micros, every: Micros = 0) -> bool:
    """Hold a task for `length`, if nobody else does and it was not done within `every`. Whoever holds it already holds it on."""
    changed = await tx.run(
        "INSERT INTO lease (name, holder, lease_end) VALUES (:name, :holder, :lease_end) ON CONFLICT (name) DO UPDATE"
        " SET holder = excluded.holder, lease_end = excluded.lease_end"
        " WHERE (lease.lease_end < :now OR lease.holder = :holder) AND (lease.last_run IS NULL OR lease.last_run <= :due)",
        name=name, holder=holder, lease_end=tx.now + length, now=tx.now, due=tx.now - every,
    )  # fmt: skip
    return changed > 0


async def give_back(tx: Tx, name: str, *, holder: str, done: bool) -> None:
    """End the lease; `done` writes down that the task was done now."""
    assignment = "lease_end = 0, last_run = :now" if done else "lease_end = 0"
    await tx.run(
        f"UPDATE lease SET {assignment} WHERE name = :name AND holder = :holder",
        name=name, holder=holder, **({"now": tx.now} if done else {}),
    )  # fmt: skip


async def forget(tx: Tx, prefix: str, before: Micros) -> None:
    """Drop the rows of tasks whose names begin like this and whose lease ended before a moment."""
    await tx.run(
        "DELETE FROM lease WHERE lease_end < :before AND substr(name, 1, :length) = :prefix",
        before=before, length=len(prefix), prefix=prefix,
    )  # fmt: skip
