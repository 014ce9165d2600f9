"""Whose turn it is to write among the tasks of one process: one at a time, who waits longest first.

Many are called at once: they then come one right behind the other, before the event loop looks for anything else that happened. What a turn
of writers shares (a lock on a file, an open transaction) is so held for no longer than their own work takes.
"""

import asyncio
from collections import deque
from contextlib import suppress


class Turns:
    """The turns of one process. `idle`: nobody has one, was called, or waits."""

    def __init__(self) -> None:
        self._taken = False
        self._called = 0
        self._queue: deque[asyncio.Future[None]] = deque()
        self._held: list[asyncio.Future[None]] = []
        """Who came when called and found somebody at work, because that one waits for something in the middle of it."""

    @property
    def idle(self) -> bool:
        return not (self._taken or self._called or self.waited_for)

    @property
    def expected(self) -> bool:
        """Whether somebody has a turn or will come by themselves."""
        return self._taken or self._called > 0

    @property
    def waited_for(self) -> bool:
        """Whether somebody waits to be called."""
        return bool(self._queue or self._held)

    async def take(self) -> None:
        """Return when it is this task's turn, to be followed by `give`: at once where nobody waits. Who is cancelled has to `call` others if
        nobody is `expected` any more."""
        if self._taken or self.waited_for:
            await self._wait()
        self._taken = True

    async def _wait(self) -> None:
        place = asyncio.get_running_loop().create_future()
        self._queue.append(place)
        while True:
            try:
                await place
            except asyncio.CancelledError:
                if not place.cancelled():
                    self._called -= 1
                for waiting in (self._queue, self._held):
                    with suppress(ValueError):
                        waiting.remove(place)
                raise
            self._called -= 1
            if not self._taken:
                return
            place = asyncio.get_running_loop().create_future()
            self._held.append(place)

    def give(self) -> None:
        """The turn is over."""
        self._taken = False

    def call(self, most: int) -> None:
        """Let up to so many of those who wait take their turns, one after the other."""
        self._queue.extendleft(reversed(self._held))
        self._held.clear()
        while self._queue and most:
            place = self._queue.popleft()
            if not place.cancelled():
                place.set_result(None)
                self._called += 1
                most -= 1
