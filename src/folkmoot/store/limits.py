"""Buckets of the rate limits that have to be right across processes: a row per class and key."""

from collections.abc import Collection
from dataclasses import dataclass

from folkmoot.model.time import Micros
from folkmoot.store.db import Tx


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many tokens were left at a moment."""

    tokens: float
    updated: Micros


async def take(tx: Tx, class_: str, key: str, capacity: int, period: Micros) -> float:
    """Take one token from a bucket that holds `capacity` of them and fills evenly within `period`; a new one is full. What is left: less
    than nothing where there was none, and then the transaction is to be undone. The same sum as in `core/limits.py:after_one`."""
    refilled = (
        "rate_bucket.tokens + (CASE WHEN :now > rate_bucket.updated THEN :now - rate_bucket.updated ELSE 0 END)"
        " * CAST(:capacity AS DOUBLE PRECISION) / CAST(:period AS DOUBLE PRECISION)"
    )
    left: float = await tx.value(
        "INSERT INTO rate_bucket (class, key, tokens, updated) VALUES (:class_, :key, CAST(:capacity AS DOUBLE PRECISION) - 1, :now)"
        f" ON CONFLICT (class, key) DO UPDATE SET tokens = (CASE WHEN {refilled} < CAST(:capacity AS DOUBLE PRECISION) THEN {refilled}"
        " ELSE CAST(:capacity AS DOUBLE PRECISION) END) - 1, updated = excluded.updated RETURNING tokens",
        class_=class_, key=key, capacity=float(capacity), period=float(period), now=tx.now,
    )  # fmt: skip
    return left


async def forget(tx: Tx, classes: Collection[str], before: Micros) -> int:
    """Drop buckets of these classes that nobody touched since a moment; they are full again anyway. How many."""
    return await tx.run(
        "DELETE FROM rate_bucket WHERE class IN :classes[text] AND updated < :before",
        classes=sorted(classes),
        before=before,
    )
