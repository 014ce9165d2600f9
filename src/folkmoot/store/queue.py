"""Who is next at something that few can have at once, such as the connections of a pool: whoever came first.

asyncio's own queues, which pools are made of, give what has become free to whoever asks next, even where others have been called already: these
then wait again, behind everybody. With three times as many requests as connections, one in a hundred waited ten times as long as most.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

_holder: ContextVar["asyncio.Task[Any] | None"] = ContextVar("holder", default=None)
"""The task that has a place in any queue, as seen from within it."""


class Queue:
    """At most so many at once. A task that has a place, here or in another queue, and asks for one more does not wait: those who hold what it
    waits for may be waiting for what it holds."""

    def __init__(self, places: int) -> None:
        self._places = asyncio.Semaphore(places)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place, and have it until the end of the block."""
        task = asyncio.current_task()
        if _holder.get() is task:
            yield
            return
        async with self._places:
            token = _holder.set(task)
            try:
                yield
            finally:
                _holder.reset(token)
