"""PostgreSQL through asyncpg: a pool, prepared statements kept by the driver, NOTIFY for what changed."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
from asyncpg.exceptions import TooManyConnectionsError

from folkmoot.model.errors import Busy
from folkmoot.model.time import Clock
from folkmoot.store.changes import Changes
from folkmoot.store.db import Tx, counting, gave_way, must_not_write_yet, note_kept, writing
from folkmoot.store.dialect.base import Dialect, words_of, written_by
from folkmoot.store.dialect.postgres import PostgresDialect, at_once
from folkmoot.store.queue import Queue
from folkmoot.store.rows import Row
from folkmoot.store.telling import EVERYTHING, Notices

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


_SMALL, _LARGEST = 16 << 20, 1 << 60
"""Bytes."""
_MUCH_CHANGED = (
    "SELECT relname FROM pg_stat_user_tables WHERE schemaname = ANY (current_schemas(false)) AND pg_relation_size(relid) < $1"
    " AND (n_dead_tup > 200 + 0.2 * n_live_tup OR n_mod_since_analyze > 500 + 0.2 * n_live_tup) ORDER BY pg_relation_size(relid)"
)


_EVERYBODYS = frozenset({"local_site"})
"""Tables with a row that all who write here count in."""
_TURN_SECONDS = 1.0


class Turn:
    """Who of this process writes rows that everybody writes, until the commit: one transaction. They would wait for each other in the server too, but
    there each commit wakes all who wait, and all but one wait anew. Who had to wait very long goes on without: what holds the others up
    may be waiting for them."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._holder: PostgresTx | None = None

    async def take(self, tx: "PostgresTx") -> None:
        """Wait for the turn, unless this transaction has it."""
        if self._holder is tx:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(_TURN_SECONDS):
                await self._lock.acquire()
            self._holder = tx

    def end(self, tx: "PostgresTx") -> None:
        """Hand it on, where this transaction has it."""
        if self._holder is tx:
            self._holder = None
            self._lock.release()


class PostgresTx:
    """A transaction (for writing) or a connection (for reading: each statement sees its own snapshot)."""

    __slots__ = (
        "_at_once",
        "_connection",
        "_left",
        "_left_tables",
        "_single",
        "_turn",
        "changes",
        "dialect",
        "heard",
        "memory",
        "now",
        "told",
        "touched",
        "writes",
    )

    def __init__(self, connection: Any, database: "PostgresDatabase", *, single: bool = False) -> None:
        self._connection = connection
        self.dialect = _DIALECT
        self.now = database.clock.now()
        self.memory = database.memory
        self.changes = database.changes
        self.heard = self.changes.latest()
        self.touched: dict[tuple[str, int], None] = {}
        self.told: Awaitable[None] | None = None
        """Set at the end: returns when the other processes were told."""
        self.writes = 0
        self._single = single
        self._turn = database.turn
        self._at_once = database.at_once
        self._left: list[tuple[str, Mapping[str, Any]]] = []
        self._left_tables: frozenset[str] = frozenset()

    async def _prepare(self, sql: str, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        await self._settle_before(sql)
        if not sql.startswith("SELECT"):
            self.writes += 1
        _count(sql)
        compiled = _DIALECT.compile_sql(sql)
        return compiled.sql, [_plain(values[name]) for name in compiled.names]

    async def all(self, sql: str, /, **values: Any) -> list[Row]:
        text, arguments = await self._prepare(sql, values)
        rows: list[Row] = await self._connection.fetch(text, *arguments)
        return rows

    async def all_aside(self, sql: str, /, **values: Any) -> list[Row]:
        return await self.all(sql, **values)

    async def first(self, sql: str, /, **values: Any) -> Row | None:
        text, arguments = await self._prepare(sql, values)
        row: Row | None = await self._connection.fetchrow(text, *arguments)
        return row

    async def value(self, sql: str, /, **values: Any) -> Any:
        text, arguments = await self._prepare(sql, values)
        return await self._connection.fetchval(text, *arguments)

    async def run(self, sql: str, /, **values: Any) -> int:
        text, arguments = await self._prepare(sql, values)
        status: str = await self._connection.execute(text, *arguments)
        last = status.rsplit(" ", 1)[-1]
        return int(last) if last.isdigit() else 0

    async def by_the_end(self, *statements: str, **values: Any) -> None:
        for sql in statements:
            await self._settle_before(sql)
            self.writes += 1
            self._left.append((sql, values))
            self._left_tables |= written_by(sql)

    async def _settle_before(self, sql: str) -> None:
        """Execute what was left where this statement names a table that it writes. Raises `RuntimeError` for a second one where there was to be
        one: the first is committed already."""
        if self._single and self.writes:
            raise RuntimeError(f"more than the single statement that was to be written: {sql}")
        if self._left and not self._left_tables.isdisjoint(words_of(sql)):
            await self.settle()

    async def settle(self) -> None:
        if not self._left:
            return
        if not self._left_tables.isdisjoint(_EVERYBODYS):
            await self._turn.take(self)
        left, self._left, self._left_tables = self._left, [], frozenset()
        text, names = PostgresDialect.compile_together(tuple(sql for sql, _ in left))
        _count(text)
        await self._connection.execute(text, *[_plain(left[number][1][name]) for number, name in names])

    async def many(self, sql: str, rows: Iterable[Mapping[str, Any]], /) -> None:
        await self._settle_before(sql)
        self.writes += 1
        compiled = _DIALECT.compile_sql(sql)
        await self._connection.executemany(
            compiled.sql, [[_plain(row[name]) for name in compiled.names] for row in rows]
        )

    async def at_once(
        self, sql: str, rows: Sequence[Mapping[str, Any]], /, *, in_turn: str | None = None
    ) -> None:
        if not rows:
            return
        await self._settle_before(sql)
        self.writes += 1
        _count(sql)
        compiled = _DIALECT.compile_sql(sql)
        text = self._at_once.get(sql)
        if text is None:
            kinds = (await self._connection.prepare(compiled.sql)).get_parameters()
            text = self._at_once[sql] = at_once(compiled.sql, [kind.name for kind in kinds], in_turn)
        await self._connection.execute(text, *([row[name] for row in rows] for name in compiled.names))

    @asynccontextmanager
    async def part(self) -> AsyncIterator[None]:
        await self.settle()
        before = len(self.touched)
        try:
            async with self._connection.transaction():
                yield
                await self.settle()
        except BaseException:
            self._left, self._left_tables = [], frozenset()
            for key in list(self.touched)[before:]:
                del self.touched[key]
            raise

    def changed(self, kind: str, object_id: int = 0) -> None:
        self.touched[(kind, object_id)] = None


def _count(sql: str) -> None:
    counter = counting.get()
    if counter is not None:
        counter.statements.append(sql)


def _plain(value: Any) -> Any:
    """Sets and other collections become the lists that arrays are made from."""
    return list(value) if isinstance(value, set | frozenset | tuple) else value


@asynccontextmanager
async def _soon(connection: Any) -> AsyncIterator[None]:
    """A transaction whose commit waits for no disk, begun in one round trip. It has no parts."""
    await connection.execute("BEGIN; SET LOCAL synchronous_commit TO OFF")
    try:
        yield
    except BaseException:
        await connection.execute("ROLLBACK")
        raise
    await connection.execute("COMMIT")


_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def _is_here(url: str) -> bool:
    """Whether the server runs on this machine."""
    return (urlsplit(url).hostname or "localhost") in _THIS_MACHINE


class _Connection(asyncpg.Connection):  # type: ignore[misc]
    """One of the pool, given back as it is: nothing here leaves a setting, a cursor or a lock behind that would have to be asked away, which
    costs as much as a statement. An open transaction is undone all the same."""

    __slots__ = ()

    def get_reset_query(self) -> str:
        return ""


_QUICK, _SLOW, _WRITERS = 6, 3, 10
"""How many read, ask something long, and write at once in one process. On one machine six statements in the server keep a process busy; were there
more, the server's processes would take turns with ours at the processors, and some would wait long. Writers wait for each other's rows, and
for the disk together: with six of them fewer likes a second came through."""
_QUICK_AWAY = 8
"""How many read at once where the server is elsewhere, and most of the time is the way there."""


class PostgresDatabase:
    """A pool on one PostgreSQL database. Made by `open_postgres`."""

    dialect: Dialect = _DIALECT

    def __init__(self, pool: Any, clock: Clock, where: str, url: str) -> None:
        self._pool = pool
        self._quick = Queue(_QUICK if _is_here(url) else _QUICK_AWAY)
        self._slow, self._writers = Queue(_SLOW), Queue(_WRITERS)
        self._url = url
        self._listener: Any = None
        self._listening: asyncio.Task[None] | None = None
        self.clock = clock
        self.where = where
        self.changes = Changes()
        self.memory: dict[str, Any] = {}
        self.turn = Turn()
        self.at_once: dict[str, str] = {}
        """Statements that were told about many rows at once, as they are told: what kind each parameter is of was asked for that."""
        self._notices = Notices(_CHANNEL)

    async def _acquire(self) -> Any:
        """A connection of the pool; `Busy` where the server takes no more than it has."""
        try:
            return await self._pool.acquire()
        except TooManyConnectionsError as error:
            raise Busy from error

    @asynccontextmanager
    async def read(self, *, slow: bool = False) -> AsyncIterator[Tx]:
        async with (self._slow if slow else self._quick).place():
            connection = await self._acquire()
            try:
                yield PostgresTx(connection, self)
            finally:
                await self._pool.release(connection)

    @asynccontextmanager
    async def write(self, *, soon: bool = False, single: bool = False) -> AsyncIterator[Tx]:
        must_not_write_yet()
        async with self._writers.place():
            async with self._writing(soon=soon, single=single) as tx:
                yield tx
            told = tx.told
        if told is not None:
            await told

    @asynccontextmanager
    async def _writing(self, *, soon: bool, single: bool) -> AsyncIterator[PostgresTx]:
        """A transaction on a connection of its own. What changed is on its way to the other processes at the end."""
        connection = await self._acquire()
        token = writing.set(asyncio.current_task())
        touched: dict[tuple[str, int], None] = {}
        tx: PostgresTx | None = None
        try:
            async with self._transaction(connection, soon=soon, single=single):
                tx = PostgresTx(connection, self, single=single)
                yield tx
                await tx.settle()
                touched = tx.touched
            if not soon:
                note_kept()
        except _GIVES_WAY as error:
            raise gave_way() from error
        except asyncpg.exceptions.LockNotAvailableError as error:
            raise Busy from error  # it has waited long enough
        finally:
            writing.reset(token)
            if tx is not None:
                self.turn.end(tx)
            try:
                await self._pool.release(connection)
            finally:
                # Also when cancelled while the commit was under way, whatever came of it: then too much is told, never too little.
                for key in touched:
                    self.changes.touch(key)
                if tx is not None and touched:
                    tx.told = self._notices.tell(touched)

    @staticmethod
    def _transaction(connection: Any, *, soon: bool, single: bool) -> AbstractAsyncContextManager[Any]:
        if single:
            return nullcontext()
        return _soon(connection) if soon else connection.transaction()

    async def sync(self) -> None:
        if self._listener is None or self._listener.is_closed():
            if self._listening is None or self._listening.done():
                self._listening = asyncio.create_task(self._listen())
            await asyncio.shield(self._listening)

    async def _listen(self) -> None:
        """Hear of what others change from now on: once for all who ask, and to the end although who asked first may have gone."""
        try:
            listener = await asyncpg.connect(
                self._url, **encryption(self._url), server_settings={"synchronous_commit": "off"}
            )
        except TooManyConnectionsError as error:
            raise Busy from error
        try:
            await listener.add_listener(_CHANNEL, self._heard)
        except BaseException:
            listener.terminate()
            raise
        self._listener = listener
        self.changes.flush()
        self._notices.through(listener)

    def _heard(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        sender, *entries = payload.split()
        if sender == self._notices.sender:
            return
        if EVERYTHING in entries:
            self.changes.flush()
            return
        for entry in entries:
            kind, _, object_id = entry.partition(":")
            self.changes.touch((kind, int(object_id)))

    async def script(self, statements: list[str]) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            for statement in statements:
                await connection.execute(statement)

    async def backup(self, path: str) -> bool:
        return False

    async def check(self) -> list[str]:
        return []

    async def optimise(self) -> None:
        """Room and statistics for all tables that have changed much: autovacuum may be switched off, and after a great deal was loaded nobody
        wants to wait for it."""
        await self._vacuum(_LARGEST)

    async def tend(self) -> None:
        """The same for small tables, in which rows come and go or change all the time: autovacuum looks once a minute, and until then a queue of
        ten rows can be hundreds of pages. Where it is switched off, for all."""
        async with self._pool.acquire() as connection:
            is_on = await connection.fetchval("SELECT current_setting('autovacuum')") == "on"
        await self._vacuum(_SMALL if is_on else _LARGEST)

    async def _vacuum(self, size: int) -> None:
        async with self._pool.acquire() as connection:
            for row in await connection.fetch(_MUCH_CHANGED, size):
                await connection.execute(f'VACUUM (ANALYZE, SKIP_LOCKED) "{row[0]}"', timeout=None)

    async def close(self) -> None:
        if self._listening is not None:
            await asyncio.wait([self._listening])
        await self._notices.stop()
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


async def open_postgres(url: str, clock: Clock, *, size: int = 10) -> PostgresDatabase:
    """Open the database at `url`, with at most `size` connections. Raises `OSError` or `asyncpg.PostgresError` when it cannot be reached."""
    pool = await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        connection_class=_Connection,
        **encryption(url),
        statement_cache_size=512,
        server_settings={"jit": "off", "lock_timeout": "20000", "application_name": "folkmoot"},
    )
    async with pool.acquire() as connection:
        version = connection.get_server_version()
        name = await connection.fetchval("SELECT current_database()")
    where = f"PostgreSQL {version.major}.{version.minor}, database {name}"
    database = PostgresDatabase(pool, clock, where, url)
    await database.sync()
    return database
