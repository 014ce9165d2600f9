"""Two who work on one database at once: whether one waits for the other."""

import asyncio
from typing import Any

from folkmoot.store.db import Database

_SOMEBODY_WAITS = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"


async def waits(db: Database, task: "asyncio.Task[Any]") -> bool:
    """PostgreSQL: let somebody go on until they have to wait for what another transaction holds; False where they never had to."""
    while not task.done():
        async with db.read() as tx:
            if await tx.value(_SOMEBODY_WAITS):
                return True
    return False
