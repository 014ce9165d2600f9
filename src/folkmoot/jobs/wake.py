"""Be told early that there is work: by what the database says changed, in this process or another.

Who waits costs nothing meanwhile. What this process commits wakes it at once; what others commit is told by PostgreSQL, and on SQLite one
`Watch` for each process looks for it, for everybody who waits there.
"""

import asyncio
from contextlib import suppress

from folkmoot.store.db import Database

BUSY_LOOK = 0.03
"""Seconds between looks while something happens, and while developing. A look asks SQLite for one number."""
IDLE_LOOK = 0.1
TOLD_LOOK = 1.0
"""The same where the database tells by itself: whether it still does."""
_BUSY_FOR = 5.0


class Wake:
    """Waits for changes of some kinds (`store/changes.py`)."""

    def __init__(self, db: Database, *kinds: str) -> None:
        self._happened = asyncio.Event()
        db.changes.listen(kinds, self._happened)

    async def wait(self, seconds: float) -> None:
        """Return when something of these kinds happened since the last time, or after so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):  # `wait_for` of Python 3.11 may lose a cancellation
                await self._happened.wait()
        self._happened.clear()


class Watch:
    """Looks for what other processes committed."""

    def __init__(self, db: Database, stopping: asyncio.Event, *, eager: bool) -> None:
        self._db = db
        self._stopping = stopping
        self._eager = eager

    async def run(self) -> None:
        """Until the work is to stop."""
        loop = asyncio.get_running_loop()
        seen, busy_until = -1, 0.0
        while not self._stopping.is_set():
            await self._db.sync()
            if (latest := self._db.changes.latest()) != seen:
                seen, busy_until = latest, loop.time() + _BUSY_FOR
            await asyncio.sleep(self._pause(busy=loop.time() < busy_until))

    def _pause(self, *, busy: bool) -> float:
        if self._db.dialect.name == "postgresql":
            return TOLD_LOOK
        return BUSY_LOOK if busy or self._eager else IDLE_LOOK
