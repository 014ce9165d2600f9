"""Buckets of the rate limits that have to be right across processes: a row per class and key."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from folkmoot.model.time import Micros
from folkmoot.store.db import Tx


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many tokens were left at a moment."""

    tokens: float
    updated: Micros


async def take(
    tx: Tx, class_: str, capacities: Mapping[str, int], period: Micros, now: Micros, wanted: Mapping[str, int]
) -> dict[str, float]:
    """Take so many tokens as are `wanted` from each bucket, by key with the tokens that it holds when it is full; it fills evenly within
    `period`, and a new one is full. What is left, by key: less than nothing where there were too few, and then the transaction is to be
    undone. The same sum as in `core/limits.py:after_one`."""
    if not capacities:
        return {}
    keys = sorted(capacities)  # in one order, so that nobody waits in a circle
    values: dict[str, Any] = {}
    for number, key in enumerate(keys):
        values |= {
            f"key_{number}": key,
            f"left_{number}": float(capacities[key] - wanted[key]),
            f"wanted_{number}": float(wanted[key]),
        }
    rows = await tx.all(_taking(len(keys)), class_=class_, period=float(period), now=now, **values)
    return {row[0]: row[1] for row in rows}


@cache
def _taking(number: int) -> str:
    cases = " ".join(
        f"WHEN :key_{each} THEN CAST(:wanted_{each} AS DOUBLE PRECISION)" for each in range(number)
    )
    wanted = f"(CASE b.key {cases} END)"
    full = f"(excluded.tokens + {wanted})"
    since = "(CASE WHEN excluded.updated > b.updated THEN excluded.updated - b.updated ELSE 0 END)"
    refilled = f"b.tokens + {since} * {full} / CAST(:period AS DOUBLE PRECISION)"
    new = ", ".join(
        f"(:class_, :key_{each}, CAST(:left_{each} AS DOUBLE PRECISION), :now)" for each in range(number)
    )
    return (
        f"INSERT INTO rate_bucket AS b (class, key, tokens, updated) VALUES {new} ON CONFLICT (class, key) DO UPDATE SET"
        f" tokens = (CASE WHEN {refilled} < {full} THEN {refilled} ELSE {full} END) - {wanted}, updated = excluded.updated"
        " RETURNING key, tokens"
    )


async def forget(tx: Tx, classes: Collection[str], before: Micros | None = None) -> int:
    """Drop buckets of these classes: those that nobody touched since a moment, which are full again anyway, or all. How many."""
    old = "" if before is None else " AND updated < :before"
    return await tx.run(
        f"DELETE FROM rate_bucket WHERE class IN :classes[text]{old}", classes=sorted(classes), before=before
    )
