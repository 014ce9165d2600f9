"""Be told early that there is work: by what the database says changed, in this process or another. Polling is the fallback."""

import asyncio
from contextlib import suppress

from folkmoot.store.db import Database

_JOBS = (("jobs", 0),)
_LOOK = 0.15
"""Seconds between looks. A look asks SQLite for one number and PostgreSQL for nothing."""


class Wake:
    """Waits for new jobs."""

    def __init__(self, db: Database, stopping: asyncio.Event) -> None:
        self._db = db
        self._stopping = stopping
        self._seen = -1

    async def wait(self, seconds: float) -> None:
        """Return when jobs were written, when the work is to stop, or after so many seconds."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while not self._stopping.is_set():
            await self._db.sync()
            newest = self._db.changes.newest(_JOBS)
            if newest != self._seen:
                self._seen = newest
                return
            left = until - loop.time()
            if left <= 0:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), min(_LOOK, left))
