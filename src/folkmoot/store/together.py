"""Work that costs little more for many than for one: what is asked for while it is under way is done together, with the next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Together(Generic[Item, Result]):
    """Gathers what is asked for in one process. `work` gives one result for each of a list of items, in their order; what it raises is
    raised to each of those who asked. `rest`: seconds between two rounds of work, for more to come together."""

    def __init__(
        self, work: Callable[[list[Item]], Awaitable[Sequence[Result]]], *, rest: float = 0.0
    ) -> None:
        self._work = work
        self._rest = rest
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
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

    async def stop(self) -> None:
        """Return when nothing is left."""
        while self._working is not None:
            await self._working

    async def _work_off(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                try:
                    results = await self._work([item for item, _ in batch])
                except Exception as error:  # noqa: BLE001 - everybody who waits has to hear of it, whatever it is
                    for _, found in batch:
                        if not found.done():
                            found.set_exception(error)
                else:
                    for (_, found), result in zip(batch, results, strict=True):
                        if not found.done():
                            found.set_result(result)
                if self._rest:
                    await asyncio.sleep(self._rest)
        finally:
            self._working = None
