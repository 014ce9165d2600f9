"""PostgreSQL through asyncpg: a pool, prepared statements kept by the driver, NOTIFY for what changed."""

import asyncio
import itertools
import os
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
from asyncpg.exceptions import TooManyConnectionsError

from folkmoot.model.errors import Busy
from folkmoot.model.time import Clock
from folkmoot.store.changes import Changes
from folkmoot.store.db import Tx, counting, gave_way, must_not_write_yet, note_kept, writing
from folkmoot.store.dialect.base import Dialect
from folkmoot.store.dialect.postgres import PostgresDialect
from folkmoot.store.rows import Row

_DIALECT: Dialect = PostgresDialect()
_GIVES_WAY = (
    asyncpg.exceptions.DeadlockDetectedError,
    asyncpg.exceptions.SerializationError,
    asyncpg.exceptions.ForeignKeyViolationError,
    asyncpg.exceptions.UniqueViolationError,
)
"""Each waited for the other; what was read has changed; what was referred to has just been purged; the same was written by somebody else
between our look and our writing. Nothing was written, and another try will end well, or in a refusal that says why."""
_CHANNEL = "folkmoot_change"
_EVERYTHING = "*"
_PAYLOAD_LIMIT = 7900
"""Bytes that a NOTIFY carries, the sender's name left out."""


class PostgresTx:
    """A transaction (for writing) or a connection (for reading: each statement sees its own snapshot)."""

    __slots__ = ("_connection", "changes", "dialect", "memory", "now", "touched", "writes")

    def __init__(self, connection: Any, database: "PostgresDatabase") -> None:
        self._connection = connection
        self.dialect = _DIALECT
        self.now = database.clock.now()
        self.memory = database.memory
        self.changes = database.changes
        self.touched: dict[tuple[str, int], None] = {}
        self.writes = 0

    def _prepare(self, sql: str, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        if not sql.startswith("SELECT"):
            self.writes += 1
        counter = counting.get()
        if counter is not None:
            counter.statements.append(sql)
        compiled = _DIALECT.compile_sql(sql)
        return compiled.sql, [_plain(values[name]) for name in compiled.names]

    async def all(self, sql: str, /, **values: Any) -> list[Row]:
        text, arguments = self._prepare(sql, values)
        rows: list[Row] = await self._connection.fetch(text, *arguments)
        return rows

    async def all_aside(self, sql: str, /, **values: Any) -> list[Row]:
        return await self.all(sql, **values)

    async def first(self, sql: str, /, **values: Any) -> Row | None:
        text, arguments = self._prepare(sql, values)
        row: Row | None = await self._connection.fetchrow(text, *arguments)
        return row

    async def value(self, sql: str, /, **values: Any) -> Any:
        text, arguments = self._prepare(sql, values)
        return await self._connection.fetchval(text, *arguments)

    async def run(self, sql: str, /, **values: Any) -> int:
        text, arguments = self._prepare(sql, values)
        status: str = await self._connection.execute(text, *arguments)
        last = status.rsplit(" ", 1)[-1]
        return int(last) if last.isdigit() else 0

    async def together(self, *statements: str, **values: Any) -> None:
        # PostgreSQL does the main statement first, then those before it, the last first: in that order rows are locked.
        first, *others = statements
        parts = [f"part_{number} AS ({sql})" for number, sql in enumerate(others)]
        await self.run(f"WITH {', '.join(reversed(parts))} {first}" if parts else first, **values)

    async def many(self, sql: str, rows: Iterable[Mapping[str, Any]], /) -> None:
        self.writes += 1
        compiled = _DIALECT.compile_sql(sql)
        await self._connection.executemany(
            compiled.sql, [[_plain(row[name]) for name in compiled.names] for row in rows]
        )

    @asynccontextmanager
    async def part(self) -> AsyncIterator[None]:
        before = len(self.touched)
        try:
            async with self._connection.transaction():
                yield
        except BaseException:
            for key in list(self.touched)[before:]:
                del self.touched[key]
            raise

    def changed(self, kind: str, object_id: int = 0) -> None:
        self.touched[(kind, object_id)] = None


def _plain(value: Any) -> Any:
    """Sets and other collections become the lists that arrays are made from."""
    return list(value) if isinstance(value, set | frozenset | tuple) else value


def _payload(touched: Iterable[tuple[str, int]]) -> str:
    """What other processes are told; where it is too much to name, that everything may have changed."""
    named = " ".join(f"{kind}:{object_id}" for kind, object_id in touched)
    return named if len(named) <= _PAYLOAD_LIMIT else _EVERYTHING


_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


class _Connection(asyncpg.Connection):  # type: ignore[misc]
    """One of the pool, given back as it is: nothing here leaves a setting, a cursor or a lock behind that would have to be asked away, which
    costs as much as a statement. An open transaction is undone all the same."""

    __slots__ = ()

    def get_reset_query(self) -> str:
        return ""


class PostgresDatabase:
    """A pool on one PostgreSQL database. Made by `open_postgres`."""

    dialect: Dialect = _DIALECT

    def __init__(self, pool: Any, clock: Clock, where: str, url: str) -> None:
        self._pool = pool
        self._url = url
        self._listener: Any = None
        self.clock = clock
        self.where = where
        self.changes = Changes()
        self.memory: dict[str, Any] = {}
        self._name = secrets.token_hex(8)
        self._numbers = itertools.count(1)
        self._half_done: set[int] = set()

    async def _acquire(self) -> Any:
        """A connection of the pool; `Busy` where the server takes no more than it has."""
        try:
            return await self._pool.acquire()
        except TooManyConnectionsError as error:
            raise Busy from error

    @asynccontextmanager
    async def read(self, *, slow: bool = False) -> AsyncIterator[Tx]:
        connection = await self._acquire()
        try:
            yield PostgresTx(connection, self)
        finally:
            await self._pool.release(connection)

    @asynccontextmanager
    async def write(self, *, soon: bool = False) -> AsyncIterator[Tx]:
        must_not_write_yet()
        number = 0
        connection = await self._acquire()
        token = writing.set(asyncio.current_task())
        try:
            async with connection.transaction():
                if soon:
                    await connection.execute("SET LOCAL synchronous_commit TO OFF")
                tx = PostgresTx(connection, self)
                yield tx
                if tx.touched:
                    number = next(self._numbers)
                    told = f"{self._name}.{number} {_payload(tx.touched)}"
                    await connection.execute("SELECT pg_notify($1, $2)", _CHANNEL, told)
            if number and self._is_first(number):
                for key in tx.touched:
                    self.changes.touch(key)
            if not soon:
                note_kept()
        except _GIVES_WAY as error:
            raise gave_way() from error
        except asyncpg.exceptions.LockNotAvailableError as error:
            raise Busy from error  # it has waited long enough
        finally:
            writing.reset(token)
            await self._pool.release(connection)

    async def sync(self) -> None:
        if self._listener is None or self._listener.is_closed():
            try:
                self._listener = await asyncpg.connect(self._url, **encryption(self._url))
            except TooManyConnectionsError as error:
                raise Busy from error
            self._half_done.clear()
            await self._listener.add_listener(_CHANNEL, self._heard)
            self.changes.flush()

    def _heard(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        sender, *entries = payload.split()
        name, _, number = sender.partition(".")
        if name == self._name and not self._is_first(int(number)):
            return
        if _EVERYTHING in entries:
            self.changes.flush()
            return
        for entry in entries:
            kind, _, object_id = entry.partition(":")
            self.changes.touch((kind, int(object_id)))

    def _is_first(self, number: int) -> bool:
        """What a transaction of ours touched is said twice, by itself and by the server, so that it is heard of even if whoever waited for the
        commit has gone. It counts when it is heard first: what is made after that is right."""
        if number in self._half_done:
            self._half_done.remove(number)
            return False
        self._half_done.add(number)
        return True

    async def script(self, statements: list[str]) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            for statement in statements:
                await connection.execute(statement)

    async def backup(self, path: str) -> bool:
        return False

    async def check(self) -> list[str]:
        return []

    async def optimise(self) -> None:
        """PostgreSQL's own autovacuum does this."""

    async def close(self) -> None:
        if self._listener is not None:
            await self._listener.close()
        try:
            await asyncio.wait_for(self._pool.close(), 3)
        except TimeoutError:
            self._pool.terminate()


def encryption(url: str) -> dict[str, str]:
    """How the way to this database is encrypted, as arguments of asyncpg; nothing where the address or the environment says it. On this machine
    only if the server insists: nobody reads there on the way, and each question would cost twice the processor time."""
    parts = urlsplit(url)
    said = "sslmode" in parse_qs(parts.query) or "PGSSLMODE" in os.environ
    return {} if said or parts.hostname not in _THIS_MACHINE else {"ssl": "allow"}


async def open_postgres(
    url: str, clock: Clock, *, schema: str | None = None, size: int = 10
) -> PostgresDatabase:
    """Open the database at `url`. `schema` (for tests) is put first in the search path.

    Raises `OSError` or `asyncpg.PostgresError` when it cannot be reached.
    """
    options = {"search_path": f"{schema},public"} if schema else {}
    pool = await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        connection_class=_Connection,
        **encryption(url),
        statement_cache_size=512,
        server_settings={"jit": "off", "lock_timeout": "20000", "application_name": "folkmoot", **options},
    )
    async with pool.acquire() as connection:
        version = connection.get_server_version()
        name = await connection.fetchval("SELECT current_database()")
    where = f"PostgreSQL {version.major}.{version.minor}, database {name}"
    database = PostgresDatabase(pool, clock, where, url)
    await database.sync()
    return database
