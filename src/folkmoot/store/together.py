"""Work that costs little more for many than for one: what is asked for while it is under way is done together, with the next."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Together(Generic[Item, Result]):
    """Gathers what is asked for in one process. `work` gives one result for each of a list of items, in their order; what it raises is
    raised to each of those who asked. `rest`: seconds between two rounds of work, for more to come together. `most`: items of one round."""

    def __init__(
        self,
        work: Callable[[list[Item]], Awaitable[Sequence[Result]]],
        *,
        rest: float = 0.0,
        most: int = sys.maxsize,
    ) -> None:
        self._work = work
        self._rest = rest
        self._most = most
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._round: list[asyncio.Future[Result]] = []
        self._working: asyncio.Task[None] | None = None

    async def of(self, item: Item) -> Result:
        """The result for one item. Raises what the work raises."""
        return await self.put(item)

    def put(self, item: Item) -> "asyncio.Future[Result]":
        """The same for who goes on meanwhile: it is worked at whether or not anybody awaits the result."""
        found: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, found))
        if self._working is None:
            self._working = asyncio.create_task(self._work_off())
        return found

    def join(self, items: list[Item]) -> None:
        """For the work, which had to wait itself: add to its items what was asked for meanwhile."""
        room = self._most - len(items)
        joining, self._waiting = self._waiting[:room], self._waiting[room:]
        for item, found in joining:
            items.append(item)
            self._round.append(found)

    async def stop(self) -> None:
        """Return when nothing is left."""
        while self._working is not None:
            await self._working

    async def _work_off(self) -> None:
        try:
            while self._waiting:
                items: list[Item] = []
                self._round = []
                self.join(items)
                try:
                    results = await self._work(items)
                except Exception as error:  # noqa: BLE001 - everybody who waits has to hear of it, whatever it is
                    for found in self._round:
                        if not found.done():
                            found.set_exception(error)
                else:
                    for found, result in zip(self._round, results, strict=True):
                        if not found.done():
                            found.set_result(result)
                if self._rest:
                    await asyncio.sleep(self._rest)
        finally:
            self._working = None
