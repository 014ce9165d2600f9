"""Quotes on other servers that were allowed."""

from dataclasses import dataclass

from folkmoot.store.db import Tx


@dataclass(frozen=True, slots=True)
class Quote:
    """The address of what is quoted, of what quotes it, and of who wrote the first."""

    target: str
    quoting: str
    author: str


async def allow(tx: Tx, *, target: str, quoting: str, author_id: int) -> int:
    """Write it down; its number, the same where it was allowed before."""
    await tx.run(
        "INSERT INTO quote (target, quoting, author_id, published) VALUES (:target, :quoting, :author_id, :now)"
        " ON CONFLICT (target, quoting) DO NOTHING",
        target=target, quoting=quoting, author_id=author_id, now=tx.now,
    )  # fmt: skip
    number: int = await tx.value(
        "SELECT id FROM quote WHERE target = :target AND quoting = :quoting", target=target, quoting=quoting
    )
    return number


async def standing(tx: Tx, quote_id: int) -> Quote | None:
    """An allowed quote of something that is still there."""
    row = await tx.first(
        "SELECT q.target, q.quoting, p.ap_id FROM quote q JOIN person p ON p.id = q.author_id WHERE q.id = :quote_id AND NOT p.deleted"
        " AND (EXISTS (SELECT 1 FROM post t WHERE t.ap_id = q.target AND NOT t.deleted AND NOT t.removed)"
        " OR EXISTS (SELECT 1 FROM comment t WHERE t.ap_id = q.target AND NOT t.deleted AND NOT t.removed))",
        quote_id=quote_id,
    )
    return Quote(*row) if row else None
