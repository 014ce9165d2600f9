"""Periodic work that keeps a site in order; `jobs/schedule.py` says when. Everything here is safe to repeat and to interrupt. Long work
goes in batches with a transaction each and a breath between them, so that nobody who wants to write waits for it (S-6).
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from typing import Any

from folkmoot.core import limits
from folkmoot.core.images.delete import previews_gone
from folkmoot.core.instances import policy
from folkmoot.core.people import captcha
from folkmoot.core.people.ban import lift_expired_bans
from folkmoot.core.people.block import forget_expired_blocks
from folkmoot.core.people.verify_email import VERIFICATION_LASTS
from folkmoot.core.site.purge import blank
from folkmoot.model.ranking import hot_rank, scaled_rank
from folkmoot.model.time import DAY, SECOND, WEEK, Micros
from folkmoot.store import accounts, captchas, jobs, upkeep
from folkmoot.store import limits as store_limits
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, Tx, persistently
from folkmoot.store.rows import Row

_BATCH = 300
_BREATH = 0.01
"""Seconds in which others get their turn."""
_RANKS_AT_ONCE = 40
"""Ranks that are written in one transaction: on SQLite two to five milliseconds when nobody else writes, or is answered by this process.
A hundred take twice as long, and all of them together a twentieth less."""
_SHARE, _LONGEST_BREATH = 0.25, 0.05
"""The share of the time that writing ranks, and waiting for it, may take; the longest pause in between, in seconds, that this asks for."""
_NOTICED = 0.1
"""The share of its rank by which a comment's may be off before it is written anew."""
_MONTH: Micros = 30 * DAY
_LENGTHS: dict[str, Micros] = {"day": DAY, "week": WEEK, "month": _MONTH, "half_year": 182 * DAY}
_GIVEN_UP_KEPT: Micros = 30 * DAY

Ranks = list[dict[str, Any]]


# --- ranks -------------------------------------------------------------------------------------------------------------------


async def refresh_ranks(db: Database) -> int:
    """Compute every rank that is not 0 yet anew (S-6); how many rows were written.

    Those of posts and communities are always exact. A comment's is written anew where it moved by more than a tenth, as it does when it
    comes to nothing: so a comment is listed as if its age and two hours were a twentieth more or less, at the most. Writing all of them
    each time would be most of what a busy site writes (each lies in four indexes), for an order in which hardly any two change places.
    """
    written = 0
    clock = asyncio.get_running_loop().time
    for read, compute, write in (
        (upkeep.ranked_posts, _post_ranks, upkeep.set_post_ranks),
        (upkeep.ranked_comments, _comment_ranks, upkeep.set_comment_ranks),
        (upkeep.ranked_communities, _simple_ranks, upkeep.set_community_ranks),
    ):
        async with aclosing(_moved(db, read, compute)) as found:
            async for changes in found:
                began = clock()
                # Votes lock the same rows in the order in which they come.
                await persistently(partial(_put, db, write, changes))
                written += len(changes)
                await asyncio.sleep(min((clock() - began) * (1 / _SHARE - 1), _LONGEST_BREATH))
    if written:
        async with db.write() as tx:
            tx.changed("front")
    return written


async def _put(db: Database, write: Callable[[Tx, Ranks], Awaitable[None]], changes: Ranks) -> None:
    async with db.write() as tx:
        await write(tx, changes)


async def _moved(
    db: Database,
    read: Callable[[Tx, int, int], Awaitable[list[Row]]],
    compute: Callable[[list[Row], Micros], Ranks],
) -> AsyncGenerator[Ranks, None]:
    """The ranks to write, in parts of `_RANKS_AT_ONCE` at the most, none empty."""
    after_id = 0
    waiting: Ranks = []
    while True:
        async with db.read() as tx:
            rows = await read(tx, after_id, _BATCH)
            waiting += compute(rows, tx.now)
        last = len(rows) < _BATCH
        while len(waiting) >= _RANKS_AT_ONCE or (last and waiting):
            yield waiting[:_RANKS_AT_ONCE]
            del waiting[:_RANKS_AT_ONCE]
        if last:
            return
        after_id = rows[-1][0]
        await asyncio.sleep(0)


def _post_ranks(rows: list[Row], now: Micros) -> Ranks:
    changes = []
    for number, score, published, necro, active_month, *before in rows:
        hot = hot_rank(score, published, now)
        active, scaled = hot_rank(score, necro, now), scaled_rank(hot, active_month)
        if [hot, active, scaled] != before:
            changes.append({"id": number, "score": score, "hot": hot, "active": active, "scaled": scaled})
    return changes


def _simple_ranks(rows: list[Row], now: Micros) -> Ranks:
    computed = [(row[0], row[1], hot_rank(row[1], row[2], now), row[3]) for row in rows]
    return [
        {"id": number, "score": score, "hot": hot} for number, score, hot, before in computed if hot != before
    ]


def _comment_ranks(rows: list[Row], now: Micros) -> Ranks:
    changes = []
    for number, score, published, before in rows:
        hot = hot_rank(score, published, now)
        if abs(hot - before) > _NOTICED * before:
            changes.append({"id": number, "score": score, "hot": hot})
    return changes


# --- active people -----------------------------------------------------------------------------------------------------------


async def refresh_active_today(db: Database) -> None:
    """Count who was active in the last day (G-4): hourly."""
    await _refresh_active(db, "day")


async def refresh_active_users(db: Database) -> None:
    """Count who was active in the last day, week, month and half year (G-4): daily."""
    for span in upkeep.SPANS:
        await _refresh_active(db, span)
        await asyncio.sleep(_BREATH)


async def _refresh_active(db: Database, span: str) -> None:
    since = db.clock.now() - _LENGTHS[span]
    async with db.read(slow=True) as tx:
        by_community = await upkeep.active_in_communities(tx, since)
        on_site = await upkeep.active_on_site(tx, since)
    async with db.write() as tx:
        await upkeep.set_active(tx, span, by_community, on_site)


# --- what ends -----------------------------------------------------------------------------------------------------------------


async def end_what_expired(db: Database) -> None:
    """Lift bans (R-9) and forget blocks, of people and of servers, whose time is over: hourly; until then they still apply."""
    async with db.write() as tx:
        await lift_expired_bans(tx)
        await forget_expired_blocks(tx)
        await policy.end_expired(tx)


async def forget_stale(db: Database) -> None:
    """Forget tokens of mails that have expired (A-12, A-13), captchas that nobody can answer any more (A-11), buckets that are full again,
    and jobs given up long ago."""
    async with db.write() as tx:
        await accounts.forget_tokens(
            tx, verifications_before=tx.now - VERIFICATION_LASTS, resets_before=tx.now - DAY
        )
        await captchas.forget(tx, tx.now - 2 * captcha.LASTS)
        allowed = await store_site.rate_limits(tx)
        for class_ in limits.CLASSES:
            period = max(limits.allowance(allowed, class_).period, 60 * SECOND)
            await store_limits.forget(tx, [class_], db.clock.elapsed() - period)
        await jobs.forget_given_up(tx, tx.now - _GIVEN_UP_KEPT)


async def overwrite_deleted(db: Database) -> int:
    """Overwrite for good what was deleted a month ago (P-15); how many items."""
    async with db.read() as tx:
        words = await blank(tx)
    before = db.clock.now() - _MONTH

    async def posts(tx: Tx) -> int:
        number, pictures = await upkeep.overwrite_deleted_posts(tx, before, words, _BATCH)
        await previews_gone(tx, pictures)
        return number

    return await _until_none(db, posts) + await _until_none(
        db, lambda tx: upkeep.overwrite_deleted_comments(tx, before, words, _BATCH)
    )


async def _until_none(db: Database, step: Callable[[Tx], Awaitable[int]]) -> int:
    total = 0
    while True:
        async with db.write() as tx:
            changed = await step(tx)
        if not changed:
            return total
        total += changed
        await asyncio.sleep(_BREATH)


async def drop_denied(db: Database) -> int:
    """Delete accounts whose application was denied, a week after it was made (A-9); how many."""
    async with db.write() as tx:
        return await upkeep.drop_denied_accounts(tx, tx.now - WEEK)


async def optimise(db: Database) -> None:
    """Let the engine tend its files and statistics."""
    await db.optimise()


async def tend(db: Database) -> None:
    """Let the engine make room again where rows come and go all the time."""
    await db.tend()
