"""What tests wait for: that something is so, or that of two who work on one database at once one waits for the other."""

import asyncio
from collections.abc import Callable
from typing import Any

from folkmoot.store.db import Database

_SOMEBODY_WAITS = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"


async def until(reached: Callable[[], bool], seconds: float = 20.0) -> None:
    """Let the event loop go round until something is so. How long that takes is the machine's business; it has to come to it."""
    async with asyncio.timeout(seconds):
        while not reached():  # noqa: ASYNC110 - nothing else tells of it
            await asyncio.sleep(0)


async def waits(db: Database, task: "asyncio.Task[Any]") -> bool:
    """PostgreSQL: let somebody go on until they have to wait for what another transaction holds; False where they never had to."""
    while not task.done():
        async with db.read() as tx:
            if await tx.value(_SOMEBODY_WAITS):
                return True
    return False
