"""What has to be done again and again for federation: `jobs/schedule.py` says when."""

import asyncio

from folkmoot.model.time import DAY, Micros
from folkmoot.store import destinations, keys, outbox
from folkmoot.store.db import Database
from folkmoot.store.site import local_site

_FAILURES_KEPT: Micros = 30 * DAY
_BREATH = 0.01
"""Seconds in which others get their turn."""


async def forget_old(db: Database) -> int:
    """Drop activities, which others can fetch and those who were away still get until then (`retention_days`; URL-9, DLV-7), reasons of
    failures and replaced keys whose time is over; how many activities."""
    gone = 0
    async with db.read() as tx:
        kept: Micros = (await local_site(tx)).retention_days * DAY
    while True:
        async with db.write() as tx:
            some = await outbox.forget(tx, tx.now - kept)
        gone += some
        if not some:
            break
        await asyncio.sleep(_BREATH)
    async with db.write() as tx:
        await destinations.forget_failures(tx, tx.now - _FAILURES_KEPT)
        await keys.forget_retired(tx)
    return gone
