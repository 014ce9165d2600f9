"""What is kept of arrivals and fetching for a while only."""

from folkmoot.apub.inbox.create import NEWS_FOR
from folkmoot.model.time import DAY
from folkmoot.store import early, fetches, gone, received
from folkmoot.store.db import Database
from folkmoot.store.site import local_site


async def forget_arrivals(db: Database) -> None:
    """Drop what arrived, and what was deleted before it did, so long ago as the operator set (`retention_days`; DUP-1, DEL-5); addresses
    that failed long ago may fail anew, and what was fetched before its Create came is no news any more."""
    async with db.write() as tx:
        await early.forget(tx, tx.now - NEWS_FOR)
        least = tx.now - (await local_site(tx)).retention_days * DAY
        await received.forget(tx, least)
        await gone.forget(tx, least)
        await fetches.forget_failures(tx, tx.now - DAY)
