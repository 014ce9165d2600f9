"""What is known about fetching from other servers: which did not answer, other addresses of things, and threads that were completed."""

from collections.abc import Collection
from dataclasses import dataclass

from folkmoot.model.time import DAY, MINUTE, Micros
from folkmoot.model.views import ThreadFetch
from folkmoot.store.db import Tx

FIRST_PAUSE: Micros = 5 * MINUTE
LONGEST_PAUSE: Micros = DAY


@dataclass(frozen=True, slots=True)
class Failure:
    """An address (or, without a path, a host) that is left alone for a while."""

    address: str
    reason: str
    failures: int
    until: Micros


async def failure(tx: Tx, addresses: Collection[str]) -> Failure | None:
    """The longest pause in force among these addresses."""
    row = await tx.first(
        "SELECT address, reason, failures, until FROM fetch_failure WHERE address IN :addresses[text] AND until > :now"
        " ORDER BY until DESC LIMIT 1",
        addresses=set(addresses), now=tx.now,
    )  # fmt: skip
    return Failure(*row) if row else None


async def failed(
    tx: Tx,
    address: str,
    reason: str,
    *,
    longest: Micros = LONGEST_PAUSE,
    wish: Micros = 0,
) -> None:
    """Leave an address alone: at first for five minutes, then twice as long each time, `longest` at the most, but no shorter than
    its server wishes (FET-7)."""
    before = (
        await tx.value("SELECT failures FROM fetch_failure WHERE address = :address", address=address) or 0
    )
    pause = min(max(FIRST_PAUSE * 2 ** min(before, 16), wish), longest)
    await tx.run(
        "INSERT INTO fetch_failure (address, reason, failures, until) VALUES (:address, :reason, 1, :until)"
        " ON CONFLICT (address) DO UPDATE SET reason = excluded.reason, failures = fetch_failure.failures + 1, until = excluded.until",
        address=address, reason=reason[:200], until=tx.now + pause,
    )  # fmt: skip


async def any_failures(tx: Tx, addresses: Collection[str]) -> bool:
    """Whether one of these did not answer before."""
    return bool(
        await tx.value(
            "SELECT EXISTS (SELECT 1 FROM fetch_failure WHERE address IN :addresses[text])",
            addresses=set(addresses),
        )
    )


async def answered(tx: Tx, addresses: Collection[str]) -> None:
    """These answer again."""
    await tx.run("DELETE FROM fetch_failure WHERE address IN :addresses[text]", addresses=set(addresses))


async def forget_failures(tx: Tx, before: Micros) -> int:
    """Drop pauses that ended before a moment."""
    return await tx.run("DELETE FROM fetch_failure WHERE until < :before", before=before)


async def add_alternates(tx: Tx, ap_id: str, addresses: Collection[str]) -> None:
    """Other addresses of a thing; who had one before loses it."""
    await tx.many(
        "INSERT INTO alternate (address, ap_id) VALUES (:address, :ap_id) ON CONFLICT (address) DO UPDATE SET ap_id = excluded.ap_id",
        [{"address": address, "ap_id": ap_id} for address in sorted(set(addresses) - {ap_id})],
    )


async def by_alternate(tx: Tx, address: str) -> str | None:
    """The address that a thing is kept under, by another one of it."""
    ap_id: str | None = await tx.value(
        "SELECT ap_id FROM alternate WHERE address = :address", address=address
    )
    return ap_id


MISSING = (
    "CASE WHEN f.total IS NULL THEN -1 WHEN f.total <= (SELECT p.comments FROM post p WHERE p.id = f.post_id) THEN 0"
    " ELSE f.total - (SELECT count(*) FROM comment c WHERE c.post_id = f.post_id) END"
)
"""How many comments of a thread `f` are missing; less than none, where that is not known or more came since. What was deleted or removed
since is not missing. They are counted only where fewer are shown than there were to be."""


async def thread_fetch(tx: Tx, post_id: int) -> ThreadFetch | None:
    """When a thread was last completed; None where never."""
    row = await tx.first(
        f"SELECT f.fetched, f.total IS NULL, {MISSING}, f.score FROM thread_fetch f WHERE f.post_id = :post_id",
        post_id=post_id,
    )
    return ThreadFetch(row[0], None if row[1] else max(row[2], 0), row[3]) if row else None


async def begin_thread_fetch(tx: Tx, post_id: int, *, pause: Micros) -> bool:
    """Claim a thread for completing it; False where that was done within `pause` (BKF-3)."""
    return bool(
        await tx.run(
            "INSERT INTO thread_fetch (post_id, fetched) VALUES (:post_id, :now) ON CONFLICT (post_id) DO UPDATE"
            " SET fetched = excluded.fetched WHERE thread_fetch.fetched <= :before",
            post_id=post_id, now=tx.now, before=tx.now - pause,
        )
    )  # fmt: skip


async def set_thread_missing(tx: Tx, post_id: int, missing: int, score: int | None = None) -> None:
    """How many comments that the origin names are not here, and the score it says. One that is the same as here is not kept: the votes
    that come later come to both."""
    await tx.run(
        "UPDATE thread_fetch SET total = :missing + (SELECT count(*) FROM comment WHERE post_id = :post_id),"
        " score = (SELECT CAST(:score AS INTEGER) FROM post WHERE id = :post_id AND score <> CAST(:score AS INTEGER)) WHERE post_id = :post_id",
        missing=missing, score=score, post_id=post_id,
    )  # fmt: skip
    tx.changed("thread", post_id)
