"""Reads what waits, the oldest first: while the database works at some rows, the next are read and parsed."""

import asyncio
from collections.abc import AsyncIterator, Collection, Container
from contextlib import asynccontextmanager
from dataclasses import dataclass

from folkmoot.apub.inbox.tasks import Task, refused, task_of
from folkmoot.context import Context
from folkmoot.logs import logger
from folkmoot.model.errors import Refusal
from folkmoot.store import received
from folkmoot.store.received import Closed

AT_A_TIME = 3
"""Documents that are read before others have their turn: the database may have answered."""

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Read:
    """Rows as tasks, and those that are to be closed because they cannot be read. `last`: the highest id; None: there were none. `full`:
    there may be more."""

    tasks: list[Task]
    closed: list[Closed]
    last: int | None
    full: bool


class Reader:
    """One pass over what waits; made by `reading_ahead`. `aside`: the ids of rows to leave out. `number`: how many at once."""

    def __init__(self, context: Context, aside: Container[int], number: int) -> None:
        self._context = context
        self._aside = aside
        self._number = number
        self._after = 0
        self._ahead: asyncio.Task[Read] | None = None

    async def next(self, lanes: Collection[int]) -> Read | None:
        """The next rows of these lanes that may be worked at now, and those after them are read from now on; None: there are no more."""
        ahead, self._ahead = self._ahead, None
        read = await (ahead or self._read(lanes))
        if read.last is None:
            return None
        self._after = read.last
        if read.full:
            self._ahead = asyncio.create_task(self._read(lanes))
        return read

    async def stop(self) -> None:
        """Read no more."""
        if self._ahead is not None:
            self._ahead.cancel()
            await asyncio.gather(self._ahead, return_exceptions=True)

    async def _read(self, lanes: Collection[int]) -> Read:
        async with self._context.db.read() as tx:
            rows = await received.take(tx, lanes, after=self._after, limit=self._number)
        read = Read([], [], rows[-1].id if rows else None, full=len(rows) == self._number)
        for number, row in enumerate(rows):
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0)
            if row.id in self._aside:
                continue
            try:
                read.tasks.append(task_of(self._context, row))
            except Refusal as error:
                read.closed.append(refused(row, error))
            except Exception as error:  # nobody's document stops what all others sent
                log.exception("activity_not_read", id=row.ap_id, kind=row.kind)
                read.closed.append(Closed(row.id, "refused", "internal_error", repr(error)))
        return read


@asynccontextmanager
async def reading_ahead(context: Context, aside: Container[int], number: int) -> AsyncIterator[Reader]:
    """A pass over what waits, `number` rows at once; what is in `aside` meanwhile is left out."""
    reader = Reader(context, aside, number)
    try:
        yield reader
    finally:
        await reader.stop()
