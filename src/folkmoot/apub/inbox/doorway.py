"""Who stands at the door and who works inside want the same file on SQLite: while others wait to be let in, half of the time is theirs.

Else working off goes first whenever both wait, and a sender hears of each activity only after two or three batches of those before it. To
work in smaller pieces instead would cost more for each.
"""

import asyncio
import time

from folkmoot.store.db import Database

LATELY = 0.1
"""Seconds: who came within these may be followed by others."""


class Doorway:
    """When somebody last stood there, in one process."""

    def __init__(self) -> None:
        self._last = float("-inf")

    def comes(self) -> None:
        """Somebody does."""
        self._last = time.monotonic()

    async def give_way(self, since: float) -> None:
        """Who has been at work since then (`time.monotonic`) leaves as long to those at the door, if there are any."""
        now = time.monotonic()
        if now - self._last < LATELY:
            await asyncio.sleep(now - since)


def doorway_of(db: Database) -> Doorway:
    """The one of this process and database."""
    found: Doorway = db.memory.setdefault("apub.doorway", Doorway())
    return found
