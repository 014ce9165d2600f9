"""A process that writes as fast as it can: `python -m tests.cluster.writer URL NAME SECONDS`. Prints how many writes were confirmed."""

import asyncio
import sys
import time

from folkmoot.core.votes.cast import vote_on_post
from folkmoot.model.time import SystemClock
from folkmoot.store import jobs
from folkmoot.store.db import Database
from folkmoot.store.engine import open_database
from tests import rows

WRITERS = 4
"""Side by side in each process."""
LEAST = 15
"""Writes that each goes on for although its time is over: a slow machine may not have let it come to them."""
PATIENCE = 60.0
"""Seconds for these."""


async def write_for(url: str, name: str, seconds: float) -> int:
    """Jobs and votes, each in a transaction of its own; how many jobs were confirmed."""
    db = await open_database(url, SystemClock())
    try:
        until = time.monotonic() + seconds
        counts = await asyncio.gather(*(_write(db, f"{name}{number}", until) for number in range(WRITERS)))
        return sum(counts)
    finally:
        await db.close()


async def _write(db: Database, name: str, until: float) -> int:
    async with db.read() as tx:
        alice = await rows.viewer(tx, "alice")
    confirmed = 0
    while (now := time.monotonic()) < until or (confirmed < LEAST and now < until + PATIENCE):
        async with db.write() as tx:
            await jobs.enqueue(tx, "cluster", {"writer": name, "number": confirmed})
            await vote_on_post(tx, alice, 1, confirmed % 2)
        confirmed += 1
        sys.stdout.write(f"{name} {confirmed}\n")
        sys.stdout.flush()
    return confirmed


if __name__ == "__main__":
    asyncio.run(write_for(sys.argv[1], sys.argv[2], float(sys.argv[3])))
