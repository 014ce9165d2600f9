"""Who is next at something that few can have at once, such as the connections of a pool: whoever came first.

asyncio's own queues, which pools are made of, give what has become free to whoever asks next, even where others have been called already: these
then wait again, behind everybody. With three times as many requests as connections, one in a hundred waited ten times as long as most.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

_holders: "set[asyncio.Task[Any] | None]" = set()
"""The tasks that have a place in any queue. Not a context variable: timers that others start meanwhile would keep the task with their context."""


class Queue:
    """At most so many at once. A task that has a place, here or in another queue, and asks for one more does not wait: those who hold what it
    waits for may be waiting for what it holds."""

    def __init__(self, places: int) -> None:
        self._places = asyncio.Semaphore(places)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place, and have it until the end of the block."""
        task = asyncio.current_task()
        if task in _holders:
            yield
            return
        async with self._places:
            _holders.add(task)
            try:
                yield
            finally:
                _holders.discard(task)
