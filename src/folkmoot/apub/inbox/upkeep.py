"""What is kept of arrivals and fetching for a while only."""

from folkmoot.model.time import DAY, WEEK, Micros
from folkmoot.store import fetches, gone, received
from folkmoot.store.db import Database

KEPT: Micros = WEEK
"""How long we know what arrived, and what was deleted before it did (DUP-1, DEL-5)."""


async def forget_arrivals(db: Database) -> None:
    """Drop what is older than a week; addresses that failed long ago may fail anew."""
    async with db.write() as tx:
        await received.forget(tx, tx.now - KEPT)
        await gone.forget(tx, tx.now - KEPT)
        await fetches.forget_failures(tx, tx.now - DAY)
