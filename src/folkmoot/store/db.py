"""The database as the rest of the program sees it: `read()`, `write()`, and the only commit in the program.

A transaction (`Tx`) is handed along and never committed by whoever receives it. Statements are portable SQL with named parameters
(`store/dialect/base.py`). Engines: `store/sqlite.py`, `store/postgres.py`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from contextvars import ContextVar
from typing import Any, Protocol, TypeVar

from folkmoot.model.errors import Busy
from folkmoot.model.time import Clock, Micros
from folkmoot.store.changes import Changes
from folkmoot.store.dialect.base import Dialect
from folkmoot.store.rows import Row

writing: ContextVar["asyncio.Task[Any] | None"] = ContextVar("writing", default=None)
"""The task that holds a write transaction, as seen from within it: the network client refuses to work then."""


def must_not_write_yet() -> None:
    """Call it before waiting for a write transaction: a task that holds one would wait for itself. Raises `RuntimeError`."""
    if (holder := writing.get()) is not None and holder is asyncio.current_task():
        raise RuntimeError(
            "a write transaction was asked for within another one: hand the one that is open along"
        )


Result = TypeVar("Result")


class GaveWay(Exception):
    """A transaction was undone for the sake of another one: whoever runs `persistently` does all of it again. Not a refusal, so that nobody
    on the way up tells it to people."""


class GaveWayAgain(Busy):
    """The same where it is not done again: mostly because it has been. Who had put together what several wanted can try each alone."""


class _Attempt:
    """The attempt of a task that can be repeated. `kept`: it has committed something, so it must not be."""

    __slots__ = ("kept", "task")

    def __init__(self) -> None:
        self.task = asyncio.current_task()
        self.kept = False


_attempt: ContextVar[_Attempt | None] = ContextVar("attempt", default=None)
_MOMENT = 0.05
"""Seconds for those who were given way to. The server has woken them, but the row is whose who asks first: whoever came back at once would
take it again, and each wait for the other once more."""


async def persistently(work: Callable[[], Awaitable[Result]]) -> Result:
    """Do `work`, and once more if the first transaction that it wanted to keep had to give way to another one: two that waited for each
    other, or that wrote the same at once. The second time it finds what the other wrote. Raises what `work` raises."""
    attempt = _Attempt()
    token = _attempt.set(attempt)
    try:
        return await work()
    except GaveWay:
        pass
    finally:
        _attempt.reset(token)
    await asyncio.sleep(_MOMENT)
    return await work()


def note_kept() -> None:
    """For the engines: this task has committed something that must not be done twice."""
    attempt = _attempt.get()
    if attempt is not None:
        attempt.kept = True


@contextmanager
def found_again() -> Iterator[None]:
    """What is committed within does not stop this task from being done again: the task itself makes sure that it then finds what it did."""
    attempt = _attempt.get()
    before = attempt is not None and attempt.kept
    yield
    if attempt is not None:
        attempt.kept = before


def gave_way() -> Exception:
    """For the engines: what to raise where a transaction had to give way: `GaveWayAgain` where nobody would do it again."""
    attempt = _attempt.get()
    if attempt is None or attempt.kept or attempt.task is not asyncio.current_task():
        return GaveWayAgain()
    return GaveWay()


class Counter:
    """How many statements ran: tests hold pages to their number."""

    def __init__(self) -> None:
        self.statements: list[str] = []


counting: ContextVar[Counter | None] = ContextVar("counting", default=None)


@contextmanager
def count_statements() -> Any:
    """Collect the statements that run inside the block (transaction control not included)."""
    counter = Counter()
    token = counting.set(counter)
    try:
        yield counter
    finally:
        counting.reset(token)


class Tx(Protocol):
    """One transaction. Rows are tuples in the order of the SELECT."""

    dialect: Dialect
    now: Micros
    """The moment of this transaction: one `now` for all it writes."""
    memory: dict[str, Any]
    """This process's small cached values, each guarded by `changes` (the local site, for one)."""
    changes: Changes
    heard: int
    """The number of the last change that was heard of before this transaction began: it sees all up to that one."""
    writes: int
    """How many statements so far were no plain SELECT: whoever sees the same number afterwards knows that nothing was written."""

    async def all(self, sql: str, /, **values: Any) -> list[Row]:
        """Every row."""
        ...

    async def all_aside(self, sql: str, /, **values: Any) -> list[Row]:
        """Every row of a statement that may take milliseconds: off the event loop, where the engine would run it there. For each row it may
        wait for the event loop to let go of the interpreter: ask for few, as texts that are taken apart here."""
        ...

    async def first(self, sql: str, /, **values: Any) -> Row | None:
        """The first row, or None."""
        ...

    async def value(self, sql: str, /, **values: Any) -> Any:
        """The first column of the first row, or None."""
        ...

    async def run(self, sql: str, /, **values: Any) -> int:
        """Execute; how many rows were changed."""
        ...

    async def by_the_end(self, *statements: str, **values: Any) -> None:
        """Execute these in this order, before a statement that names a table they write and before the transaction ends. PostgreSQL is told
        all of them in one round trip, so rows that everybody writes are locked no longer than needed. None of them may need to see what
        another one of them writes to another table."""
        ...

    async def settle(self) -> None:
        """Execute now what was left for `by_the_end`: where it fails, it fails here."""
        ...

    async def many(self, sql: str, rows: Iterable[Mapping[str, Any]], /) -> None:
        """Execute once for each row of values."""
        ...

    async def at_once(
        self, sql: str, rows: Sequence[Mapping[str, Any]], /, *, in_turn: str | None = None
    ) -> None:
        """The same for a statement that inserts by VALUES, updates or deletes, where none of the rows touches what another one touches:
        PostgreSQL is told it as one statement about all of them. `in_turn`: the table, where it inserts into one that is read on from the
        highest id that was seen: it waits until those who inserted so before have committed. Else a higher id could be seen before a
        lower one, and the lower one never."""
        ...

    def part(self) -> AbstractAsyncContextManager[None]:
        """A part of this transaction that is undone alone when its block raises; the rest goes on."""
        ...

    def changed(self, kind: str, object_id: int = 0) -> None:
        """Name something that caches must drop once this transaction is committed (see `store/changes.py` for the kinds)."""
        ...


class Database(Protocol):
    """An open database."""

    dialect: Dialect
    clock: Clock
    changes: Changes
    memory: dict[str, Any]
    where: str
    """For people: which database this is and where."""

    def read(self, *, slow: bool = False) -> AbstractAsyncContextManager[Tx]:
        """A transaction for reading. `slow=True` keeps a long statement off the event loop (search, exports)."""
        ...

    def write(self, *, soon: bool = False, single: bool = False) -> AbstractAsyncContextManager[Tx]:
        """A transaction for writing: committed when the block ends, undone when it raises. `soon`: go on before it is safe on disk, for
        what may be lost in a crash; the next ordinary write of the same task ends only when this one is safe too. `single`: it is one
        statement, and committed with that: PostgreSQL is asked once instead of three times.

        Raises `Busy` when the database stayed locked by others for too long, `RuntimeError` within another one of the same task.
        """
        ...

    async def sync(self) -> None:
        """Bring `changes` up to date with what other connections and processes committed. Microseconds when nothing happened."""
        ...

    async def script(self, statements: list[str]) -> None:
        """Run schema statements in one transaction."""
        ...

    async def backup(self, path: str) -> bool:
        """Write a copy of the whole database to `path`; False where the engine has its own tools for that."""
        ...

    async def check(self) -> list[str]:
        """What is wrong with the database as such (integrity, dangling references); empty is good."""
        ...

    async def optimise(self) -> None:
        """Let the engine tend its files and statistics."""
        ...

    async def tend(self) -> None:
        """Let the engine make room again where rows come and go all the time; every few seconds."""
        ...

    async def close(self) -> None: ...
