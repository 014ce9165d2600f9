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


async def buckets(tx: Tx, class_: str, full: dict[str, float]) -> dict[str, Bucket]:
    """The buckets of these keys, held until the transaction ends; new ones start with the tokens that `full` says."""
    await tx.many(
        "INSERT INTO rate_bucket (class, key, tokens, updated) VALUES (:class_, :key, :tokens, :now) ON CONFLICT DO NOTHING",
        [{"class_": class_, "key": key, "tokens": float(full[key]), "now": tx.now} for key in sorted(full)],
    )
    rows = await tx.all(
        "SELECT key, tokens, updated FROM rate_bucket WHERE class = :class_ AND key IN :keys[text] ORDER BY key FOR_UPDATE",
        class_=class_, keys=sorted(full),
    )  # fmt: skip
    return {row[0]: Bucket(row[1], row[2]) for row in rows}


async def put(tx: Tx, class_: str, tokens: dict[str, float]) -> None:
    """Write what is left now."""
    await tx.many(
        "UPDATE rate_bucket SET tokens = :tokens, updated = :now WHERE class = :class_ AND key = :key",
        [
            {"class_": class_, "key": key, "tokens": float(left), "now": tx.now}
            for key, left in sorted(tokens.items())
        ],
    )


async def forget(tx: Tx, classes: Collection[str], before: Micros) -> int:
    """Drop buckets of these classes that nobody touched since a moment; they are full again anyway. How many."""
    return await tx.run(
        "DELETE FROM rate_bucket WHERE class IN :classes[text] AND updated < :before",
        classes=sorted(classes),
        before=before,
    )
