"""Statements on one connection of SQLite, in a transaction that `store/sqlite.py` began and ends."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import copy_context
from typing import Any

import apsw
import msgspec

from folkmoot.store.db import Database, counting
from folkmoot.store.dialect.base import Dialect
from folkmoot.store.dialect.sqlite import SqliteDialect
from folkmoot.store.rows import Row

DIALECT: Dialect = SqliteDialect()
_encode = msgspec.json.Encoder().encode


def _array(values: Iterable[Any]) -> str:
    """A list as `json_each` takes it."""
    listed = list(values)
    try:
        return _encode(listed).decode()
    except UnicodeEncodeError:  # half a surrogate pair, which nothing stored has
        return json.dumps(listed)


class SqliteTx:
    """A transaction on one connection."""

    __slots__ = (
        "_connection",
        "_offload",
        "changes",
        "dialect",
        "heard",
        "memory",
        "now",
        "touched",
        "writes",
    )

    def __init__(self, connection: apsw.Connection, database: Database, *, offload: bool = False) -> None:
        self._connection = connection
        self._offload = offload
        self.dialect = DIALECT
        self.now = database.clock.now()
        self.memory = database.memory
        self.changes = database.changes
        self.heard = self.changes.latest()
        self.touched: dict[tuple[str, int], None] = {}
        self.writes = 0

    def _execute(self, sql: str, values: dict[str, Any]) -> apsw.Cursor:
        if not sql.startswith("SELECT"):
            self.writes += 1
        counter = counting.get()
        if counter is not None:
            counter.statements.append(sql)
        compiled = DIALECT.compile_sql(sql)
        for name in compiled.lists:
            values[name] = _array(values[name])
        return self._connection.execute(compiled.sql, values)

    def _fetch(self, sql: str, values: dict[str, Any]) -> list[Row]:
        rows: Any = self._execute(sql, values).fetchall()
        return rows  # type: ignore[no-any-return]

    async def _fetch_aside(self, sql: str, values: dict[str, Any]) -> list[Row]:
        """The same in a thread. Who is cancelled meanwhile ends the statement first: the connection must be free when they go."""
        context = copy_context()
        fetching = asyncio.get_running_loop().run_in_executor(None, context.run, self._fetch, sql, values)
        try:
            return await asyncio.shield(fetching)
        except asyncio.CancelledError:
            # Again and again: an interruption that comes before the statement began is forgotten.
            while not fetching.done():
                self._connection.interrupt()
                await asyncio.wait([fetching], timeout=0.01)
            fetching.exception()
            raise

    async def all(self, sql: str, /, **values: Any) -> list[Row]:
        if self._offload:
            return await self._fetch_aside(sql, values)
        return self._fetch(sql, values)

    async def all_aside(self, sql: str, /, **values: Any) -> list[Row]:
        return await self._fetch_aside(sql, values)

    async def first(self, sql: str, /, **values: Any) -> Row | None:
        rows = await self.all(sql, **values)
        return rows[0] if rows else None

    async def value(self, sql: str, /, **values: Any) -> Any:
        rows = await self.all(sql, **values)
        return rows[0][0] if rows else None

    async def run(self, sql: str, /, **values: Any) -> int:
        cursor = self._execute(sql, values)
        for _ in cursor:
            pass
        return self._connection.changes()

    async def by_the_end(self, *statements: str, **values: Any) -> None:
        for sql in statements:
            await self.run(sql, **values)

    async def settle(self) -> None:
        """Nothing is left."""

    async def many(self, sql: str, rows: Iterable[Mapping[str, Any]], /) -> None:
        self.writes += 1
        self._connection.executemany(DIALECT.compile_sql(sql).sql, rows)

    async def at_once(
        self, sql: str, rows: Sequence[Mapping[str, Any]], /, *, in_turn: str | None = None
    ) -> None:
        if rows:  # and always in turn: there is one writer at a time
            await self.many(sql, rows)

    @asynccontextmanager
    async def part(self) -> AsyncIterator[None]:
        before = len(self.touched)
        self._connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK TO part")
            self._connection.execute("RELEASE part")
            for key in list(self.touched)[before:]:
                del self.touched[key]
            raise
        self._connection.execute("RELEASE part")

    def changed(self, kind: str, object_id: int = 0) -> None:
        self.touched[(kind, object_id)] = None
