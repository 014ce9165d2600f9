"""When SQLite's log is copied into the file: in a thread, so that no writer has to.

Left to itself, SQLite lets the writer whose commit makes the log long copy all of it, while everybody waits: tens of milliseconds. But whoever
copies beside writers, as is done every second (`jobs/moments.py`), is never quite done while they go on, and only a log that was copied to its
end begins anew. So one that has grown long is copied beside them until little is left, and that little while they wait.
"""

import asyncio
import math
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import apsw

LONGEST = 32_000
"""Pages of the log (128 MiB) above which it is made to begin anew, which a moment without writers does by itself before."""
LITTLE = 500
"""Pages that may be left for when writers wait: a few milliseconds."""
_ROUNDS = 4
"""Copies beside writers, after which they wait however much is left: else those who write faster than it is copied would make it grow for ever."""
_PATIENCE = 0.04
"""Seconds for which writers wait, beyond the copying: for those who still read what is only in the log, and for another process that is
copying."""
_PAUSE = 0.002
_REST, _LONGEST_REST = 0.25, 8.0
"""Seconds until the next attempt; twice as many after each that was in vain, because somebody reads for long."""


class Checkpoints:
    """The log of one database, as one process sees it. `connect` opens a connection for a thread; nobody writes within `alone`."""

    def __init__(
        self,
        connect: Callable[[], apsw.Connection],
        alone: Callable[[], AbstractAsyncContextManager[None]],
    ) -> None:
        self._connect = connect
        self._alone = alone
        self._pages = 0
        self._working: asyncio.Task[None] | None = None
        self._not_before = 0.0
        self._rest = _REST

    def watch(self, writer: apsw.Connection) -> None:
        """Be told how long the log is whenever this connection commits, in the place of what SQLite would do then."""

        def note(_connection: apsw.Connection, _name: str, pages: int) -> int:
            self._pages = pages
            return apsw.SQLITE_OK

        writer.set_wal_hook(note)

    def after_commit(self) -> None:
        """Begin to make the log short, where it is long and that is not under way."""
        if self._pages < LONGEST or self._working is not None:
            return
        loop = asyncio.get_running_loop()
        if loop.time() >= self._not_before:
            self._working = loop.create_task(self._make_short())

    async def copy(self) -> int | None:
        """Copy what was committed; how many pages are left, because somebody still reads what was before them, or writes on. None where somebody
        else is copying."""
        return await asyncio.to_thread(self._copy, apsw.SQLITE_CHECKPOINT_PASSIVE)

    def _copy(self, mode: int) -> int | None:
        connection = self._connect()
        try:
            connection.set_busy_timeout(int(1000 * _PATIENCE))
            length, copied = connection.wal_checkpoint(mode=mode)
        except apsw.BusyError:
            return None
        finally:
            connection.close()
        return length - copied

    async def _make_short(self) -> None:
        loop = asyncio.get_running_loop()
        done = False
        try:
            for _ in range(_ROUNDS):
                left = await self.copy()
                if left is not None and left <= LITTLE:
                    break
            async with self._alone():
                until = loop.time() + _PATIENCE
                while not done and loop.time() < until:
                    # It waits for readers itself, but not for who copies.
                    done = await asyncio.to_thread(self._copy, apsw.SQLITE_CHECKPOINT_RESTART) is not None
                    await asyncio.sleep(0 if done else _PAUSE)
        finally:
            self._rest = _REST if done else min(2 * self._rest, _LONGEST_REST)
            self._not_before = max(self._not_before, loop.time() + self._rest)
            self._working = None

    async def stop(self) -> None:
        """Begin no more; return when nothing is under way."""
        self._not_before = math.inf
        if self._working is not None:
            await asyncio.wait([self._working])
