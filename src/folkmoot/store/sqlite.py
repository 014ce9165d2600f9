"""SQLite through apsw, in the event loop.

Reading statements here take microseconds, so they run where they are asked; only `read(slow=True)` and `all_aside` go to a thread. There is one
writing connection per process and one writer at a time in the file. Writes that come in the same turn of the event loop, or while one is
under way, share a transaction (group commit): each runs in a savepoint of its own, all are committed together, and nobody hears "done"
before that. Between processes the lock goes from hand to hand (`store/handover.py`).
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import apsw

from folkmoot.model.errors import Busy
from folkmoot.model.time import Clock
from folkmoot.store.changes import Changes
from folkmoot.store.checkpoints import LEFT_LYING, Checkpoints
from folkmoot.store.db import Tx, must_not_write_yet, writing
from folkmoot.store.dialect import words
from folkmoot.store.dialect.base import Dialect
from folkmoot.store.handover import Handover
from folkmoot.store.readers import Readers
from folkmoot.store.sqlite_tx import DIALECT, SqliteTx
from folkmoot.store.turns import Turns

_BATCH = 64
"""Writers that may share one commit."""
_BATCH_SECONDS = 0.012
_AT_ONCE = 16
"""Writers that are called one right behind the other: they will all write, whatever becomes of the time meanwhile."""
_LOCK_SECONDS = 20.0
"""How long a writer waits for other processes before it gives up with `Busy`."""
_BUSY_MS = 2000
"""How long a statement outside a writer's turn waits for the file's lock."""
_PAUSE = 0.002
"""Seconds between looks whether a process that did not wait for its turn has let go of the file."""
_CACHE = 8192
"""KiB of pages that a connection keeps. Twice as much for the reader who is taken first, which nearly all statements are asked of, spares little
(the system has the pages at hand) and cost 40 MB of memory in a process that has done its rounds through all comments."""

_UNDO_IN_MEMORY = -1
"""All of the pages that SQLite keeps to undo one of the writers that share a commit stay in memory. By itself it keeps 64 KiB, less than a
comment changes: each would write its pages to a file that nobody reads, before they are written where they belong. A limit above 128 KiB
would be worse than none: SQLite then moves what it has to a file in one piece, writes no more than that at once, and says that the disk
is full."""

apsw.allow_missing_dict_bindings(False)
if not apsw.connections():  # that can only be said while no database is open
    apsw.shutdown()
    apsw.config(apsw.SQLITE_CONFIG_STMTJRNL_SPILL, _UNDO_IN_MEMORY)
    apsw.initialize()


class _Batch:
    """The writers of one commit."""

    __slots__ = ("done", "size", "started", "touched")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.done: asyncio.Future[None] = loop.create_future()
        self.started = loop.time()
        self.size = 0
        self.touched: dict[tuple[str, int], None] = {}

    def is_full(self, now: float) -> bool:
        """Whether nobody else is to be called into it."""
        return self.size >= _BATCH or now - self.started >= _BATCH_SECONDS


class SqliteDatabase:
    """One SQLite file, opened by one process. Made by `open_sqlite`."""

    dialect: Dialect = DIALECT

    def __init__(self, path: str, clock: Clock) -> None:
        self.path = path
        self.clock = clock
        self.changes = Changes()
        self.memory: dict[str, Any] = {}
        self.where = f"SQLite {apsw.sqlite_lib_version()}, file {os.path.abspath(path)}"
        self._readers = Readers(self._connect)
        self._writer = self._connect()
        self._checkpoints = Checkpoints(path, self._connect)
        self._checkpoints.watch(self._writer)
        self._watcher = self._connect()
        self._seen_version = -1
        self._seen_change = 0
        self._looked: asyncio.AbstractEventLoop | None = None
        """The event loop in whose turn that is under way it was looked what others committed."""
        self._handover = Handover(path)
        self._turns = Turns()
        self._batch: _Batch | None = None

    def _connect(self) -> apsw.Connection:
        connection = apsw.Connection(self.path, statementcachesize=400)
        connection.set_busy_timeout(_BUSY_MS)
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", 1)
        connection.pragma("foreign_keys", True)
        connection.pragma("cache_size", -_CACHE)
        connection.pragma("temp_store", 1)
        connection.pragma("journal_size_limit", LEFT_LYING * 4096)
        connection.wal_autocheckpoint(0)
        for name, (function, arguments) in words.SQLITE_FUNCTIONS.items():
            connection.create_scalar_function(name, function, arguments, deterministic=True)
        # Without this, SQLite plans a join anew whenever a parameter is bound to another value: 70 µs where running it takes 4.
        connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
        return connection

    @asynccontextmanager
    async def read(self, *, slow: bool = False) -> AsyncIterator[Tx]:
        await self.sync()
        connection = await self._readers.take()
        try:
            connection.execute("BEGIN")
            try:
                yield SqliteTx(connection, self, offload=slow)
            finally:
                connection.execute("COMMIT")
        finally:
            self._readers.give(connection)

    @asynccontextmanager
    async def write(self, *, soon: bool = False, single: bool = False) -> AsyncIterator[Tx]:
        must_not_write_yet()
        batch = await self._enter()
        token = writing.set(asyncio.current_task())
        tx = SqliteTx(self._writer, self)
        try:
            self._writer.execute("SAVEPOINT one")
            try:
                yield tx
            except BaseException:
                self._writer.execute("ROLLBACK TO one")
                self._writer.execute("RELEASE one")
                raise
            self._writer.execute("RELEASE one")
            batch.size += 1
            batch.touched.update(tx.touched)
        finally:
            writing.reset(token)
            self._leave()
        if batch.done.done():
            # Nothing is left to wait for: who writes again and again would let nobody else go on.
            await asyncio.sleep(0)
        if not soon:
            await asyncio.shield(batch.done)

    async def _enter(self) -> _Batch:
        """Wait for this writer's turn; the batch it joins, its transaction open."""
        try:
            await self._turns.take()
        except asyncio.CancelledError:
            self._go_on()
            raise
        if self._batch is None:
            try:
                await self._begin()
            except BaseException:
                self._turns.give()
                self._go_on()
                raise
            self._batch = _Batch(asyncio.get_running_loop())
            self._turns.call(_AT_ONCE)
        return self._batch

    async def _begin(self) -> None:
        """Take the file's write lock without holding up the event loop while another process has it."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        await self._handover.enter()
        self._writer.set_busy_timeout(0)
        try:
            if self._checkpoints.ready:
                await self._checkpoints.begin_anew()
            while True:
                try:
                    self._writer.execute("BEGIN IMMEDIATE")
                    break
                except apsw.BusyError:
                    if loop.time() > began + _LOCK_SECONDS:
                        raise Busy from None
                await asyncio.sleep(_PAUSE)
            self._look()
        except BaseException:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            self._handover.leave()
            raise
        finally:
            self._writer.set_busy_timeout(_BUSY_MS)

    def _leave(self) -> None:
        """End this writer's turn."""
        self._turns.give()
        self._go_on()

    def _go_on(self) -> None:
        """See to it that the next writer comes, or else that the batch is committed: at once where it is full or old, else once all that was
        to be done in this turn of the event loop had its chance to join."""
        if self._turns.expected:
            return
        loop = asyncio.get_running_loop()
        if (batch := self._batch) is not None and batch.is_full(loop.time()):
            self._commit(batch)
        if self._turns.waited_for:
            self._turns.call(_AT_ONCE if self._batch is not None else 1)
        elif self._batch is not None:
            loop.call_soon(self._commit_if_idle, self._batch)

    def _commit_if_idle(self, batch: _Batch) -> None:
        """Commit this batch unless that is done, or left to a writer who is at work or about to be."""
        if self._batch is batch and self._turns.idle:
            self._commit(batch)

    def _commit(self, batch: _Batch) -> None:
        """Commit a batch and tell its writers."""
        self._batch = None
        self._looked = None
        try:
            if batch.touched:
                self._writer.executemany(
                    "INSERT INTO change (kind, object_id) VALUES (?, ?)", list(batch.touched)
                )
            self._writer.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - every writer of the batch must hear of it, whatever it is
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            batch.done.set_exception(error)
            batch.done.exception()  # a batch without writers left must not complain about an unread error
        else:
            batch.done.set_result(None)
            for kind in {kind for kind, _ in batch.touched}:
                self.changes.wake(kind)  # who waits for it in this process; what changed is for `sync` to say
        finally:
            self._handover.leave()
            self._checkpoints.after_commit()

    async def sync(self) -> None:
        loop = asyncio.get_running_loop()
        # While a batch is open nobody can have committed anything since it began. And what is done in this turn of the loop was asked for
        # before it: who asks because of something that they were told was committed does so in a later one.
        if self._batch is None and self._looked is not loop:
            self._look()
            self._looked = loop
            loop.call_soon(self._look_again)

    def _look_again(self) -> None:
        self._looked = None

    def _look(self) -> None:
        # The pragma looks at the file; apsw's data_version() only at what this connection has noticed so far.
        version: Any = self._watcher.execute("PRAGMA data_version").get
        if version == self._seen_version:
            return
        first = self._seen_version == -1
        self._seen_version = version
        try:
            if first:
                self._seen_change = self._watcher.execute("SELECT coalesce(max(seq), 0) FROM change").get or 0
                self.changes.flush()
                return
            rows = self._watcher.execute(
                "SELECT seq, kind, object_id FROM change WHERE seq > ? ORDER BY seq", (self._seen_change,)
            )
        except apsw.SQLError:  # not migrated yet; asked like this, SQLite looks whether that is still so
            return
        found: Any = rows.fetchall()
        for seq, kind, object_id in found:
            if seq > self._seen_change + 100_000:
                self.changes.flush()
            self._seen_change = seq
            self.changes.touch((kind, object_id))

    async def script(self, statements: list[str]) -> None:
        async with self._alone():
            await self._begin()
            try:
                for statement in statements:
                    self._writer.execute(statement)
                self._writer.execute("COMMIT")
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            finally:
                self._handover.leave()

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """A turn in this process without a transaction."""
        try:
            await self._turns.take()
        except asyncio.CancelledError:
            self._go_on()
            raise
        try:
            if self._batch is not None:
                self._commit(self._batch)
            yield
        finally:
            self._leave()

    async def backup(self, path: str) -> bool:
        await asyncio.to_thread(
            self._aside, lambda connection: connection.execute("VACUUM INTO ?", (path,)).fetchall()
        )
        return True

    async def check(self) -> list[str]:
        def look(connection: apsw.Connection) -> list[str]:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
            for table, rowid, parent, _ in connection.execute("PRAGMA foreign_key_check"):
                found.append(f"{table} row {rowid} refers to a missing row of {parent}")
            return found

        found: list[str] = await asyncio.to_thread(self._aside, look)
        return found

    async def optimise(self) -> None:
        """Checkpoint the WAL and refresh statistics, off the loop; forget old change rows."""

        def tend(connection: apsw.Connection) -> None:
            # It writes, and waits for others as a writer does: at a first start they are at work for many seconds.
            connection.set_busy_timeout(int(1000 * _LOCK_SECONDS))
            connection.execute("PRAGMA analysis_limit = 1000").fetchall()
            connection.execute("PRAGMA optimize").fetchall()

        await self.checkpoint()
        await asyncio.to_thread(self._aside, tend)
        async with self.write() as tx:
            await tx.run("DELETE FROM change WHERE seq < (SELECT max(seq) FROM change) - 50000")

    async def tend(self) -> None:
        """SQLite keeps no rows that nobody sees."""

    async def checkpoint(self, *, patient: bool = False) -> bool:
        """Move committed pages from the WAL into the file, in a thread, so that no writer has to; whether none is left. `patient`: where others
        write on, only when there are many."""
        return await self._checkpoints.copy(patient=patient) == 0

    def _aside(self, work: Callable[[apsw.Connection], Any]) -> Any:
        connection = self._connect()
        try:
            return work(connection)
        finally:
            connection.close()

    async def close(self) -> None:
        await self._checkpoints.stop()
        await self._turns.take()
        if self._batch is not None:
            self._commit(self._batch)
        self._readers.close()
        for connection in (self._watcher, self._writer):
            connection.close()
        await self._checkpoints.close()
        self._handover.close()


def open_sqlite(path: str, clock: Clock) -> SqliteDatabase:
    """Open (or create, empty) the SQLite file at `path`."""
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    return SqliteDatabase(path, clock)
