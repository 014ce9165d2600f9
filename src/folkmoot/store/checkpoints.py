"""When SQLite's log is copied into the file: in a thread, so that no writer has to.

Left to itself, SQLite lets the writer whose commit makes the log long copy all of it, while everybody waits: tens of milliseconds. But whoever
copies beside writers, as is done every second (`jobs/moments.py`), is never quite done while they go on, and only a log that was copied to its
end begins anew. So one that has grown long is copied beside them until little is left, and that little while they wait.

Each copy begins with waiting until the log is safe on disk. Of 64 MiB that takes 60 ms, and a writer whose page is on its way there waits for up to
20 of them: so the log is sent in small pieces, as it grows.

A log that is copied to its end may be written over once the file is safe on disk, so SQLite waits for that at the end: for all that was copied
since it last did, which is never while others write. That took most of the time for which writers waited, so it is asked for before, too.

A page of the log is not one of the system's: it has a head of its own. So what is written over an old log touches parts of the system's pages, and
the rest of each is read from disk before, while the writer waits, unless the system still has it in memory. Where a site is quiet for some
minutes and memory is wanted elsewhere, it has not; so what will be written over next is asked for ahead.
"""

import asyncio
import math
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, ClassVar, TypeVar

import apsw

from folkmoot.store.handover import Lock

Result = TypeVar("Result")

LONGEST = 128_000
"""Pages of the log (500 MiB) above which it is made to begin anew, which a moment without writers does by itself before. Who writes then waits
for about 20 ms: with more pages not as often."""
LEFT_LYING = LONGEST * 9 // 8
"""Pages of the log that stay on disk to be written over: more than it has when it begins anew, because to cut it off takes 10 ms."""
ENOUGH = 16_000
"""Pages that are copied although writers go on: what is written to one of them again until then is copied once."""
PIECE = 400
"""Pages of the log (1.6 MB) that are sent to disk at once, which takes a millisecond or two."""
AHEAD = 4_000
"""Pages (16 MB) of the old log for which the system is asked before they are written over, once less than half of them are left: at full speed
a sixth of a second."""
LITTLE = 500
"""Pages that may be left for when writers wait: a few milliseconds."""
_ROUNDS = 4
"""Copies beside writers, after which they wait however much is left: else those who write faster than it is copied would make it grow for ever."""
_NICE = 5
"""How far the thread that copies beside writers gives way to those who answer: it takes longer, and they are not held up by it."""
_MOMENT = 0.02
"""Seconds of such a copy after which the next one would not be shorter."""
_PATIENCE = 0.04
"""Seconds for which writers wait, beyond the copying: for those who still read what is only in the log, and for another process that is
copying."""
_PAUSE = 0.002
_OTHERS, _BETWEEN = 20.0, 0.01
"""Seconds for which who prepares waits for somebody else's copy, and between looks whether that is done. Writers go on meanwhile: were they
to wait in the place of that, they would wait in vain, `_PATIENCE` long."""
_FRAME = 4096 + 24
"""Bytes of a page in the log."""
_ASKED = 2**17
"""Bytes that Linux reads ahead at once unless it was told otherwise; of a longer part it takes only the beginning."""
_REST, _LONGEST_REST = 0.25, 8.0
"""Seconds until the next attempt; twice as many after each that was in vain, because somebody reads for long."""


class Checkpoints:
    """The log of one database, as one process sees it. `connect` opens a connection for a thread. `ready`: so little of the log is left to be copied
    that the next writer should see to it (`begin_anew`)."""

    def __init__(
        self,
        path: str,
        connect: Callable[[], apsw.Connection],
    ) -> None:
        """`path` is that of the database, which exists."""
        self._file = _File(path)
        self._path = path
        self._log: _File | None = None
        self._thread = ThreadPoolExecutor(1, "checkpoints", _give_way)
        self._preparing = Lock(path, "copy")
        self._connect = connect
        self._pages = self._length = self._sent = self._fetched = 0
        self.ready = False
        self._working: asyncio.Task[None] | None = None
        self._sending: asyncio.Task[None] | None = None
        self._fetching: asyncio.Task[None] | None = None
        self._not_before = 0.0
        self._rest = _REST

    def watch(self, writer: apsw.Connection) -> None:
        """Be told how long the log is whenever this connection commits, in the place of what SQLite would do then."""

        def note(_connection: apsw.Connection, _name: str, pages: int) -> int:
            if pages < self._pages:  # it has begun anew
                self._sent = self._fetched = 0
            self._pages = pages
            return apsw.SQLITE_OK

        writer.set_wal_hook(note)

    def after_commit(self) -> None:
        """Begin to ask for what will be written over next, to send the log to disk, where it has grown by a piece, and to make it short, where it is
        long; each unless that is under way."""
        loop = asyncio.get_running_loop()
        stopped = self._not_before == math.inf
        if self._fetched - self._pages < AHEAD // 2 and self._fetching is None and not stopped:
            first, self._fetched = max(self._fetched, self._pages), self._pages + AHEAD
            self._fetching = loop.create_task(self._fetch(first, self._fetched - first))
        if self._pages - self._sent >= PIECE and self._sending is None and not stopped:
            self._sent = self._pages
            self._sending = loop.create_task(self._send())
        if self._pages < LONGEST or self.ready or self._working is not None:
            return
        if loop.time() >= self._not_before:
            self._working = loop.create_task(self._prepare())

    async def _send(self) -> None:
        """Have the system write to disk what it has of the log."""
        try:
            await self._with_log(_File.sync)
        finally:
            self._sending = None

    async def _fetch(self, first: int, pages: int) -> None:
        """Have the system read what it has not of so many pages of the old log, from the `first` on."""
        try:
            await self._with_log(_File.fetch, first * _FRAME, pages * _FRAME)
        finally:
            self._fetching = None

    async def _with_log(self, work: Callable[..., None], *arguments: int) -> None:
        """Do something with the file of the log. Of a disk that fails whoever copies the log or writes it is told."""
        with suppress(OSError):
            if self._log is None:
                self._log = _File(f"{self._path}-wal")
            await self._aside(work, self._log, *arguments, quickly=True)

    async def _aside(self, work: Callable[..., Result], *arguments: Any, quickly: bool = False) -> Result:
        """Do something in the thread that gives way to others, or `quickly` in one that does not."""
        thread = None if quickly else self._thread
        return await asyncio.get_running_loop().run_in_executor(thread, work, *arguments)

    async def copy(self, *, patient: bool = False) -> int | None:
        """Copy what was committed; how many pages are left, because somebody still reads what was before them, or writes on. None where somebody
        else is copying. `patient`: as long as the log grows, not before there is `ENOUGH` of it, nor once it is being made to begin anew."""
        return await self._aside(self._copy, apsw.SQLITE_CHECKPOINT_PASSIVE, patient)

    def _copy(self, mode: int, patient: bool = False) -> int | None:
        connection = self._connect()
        try:
            connection.set_busy_timeout(int(1000 * _PATIENCE))
            length, copied = connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_NOOP)
            grows, self._length = length != self._length, length
            # Another process has made it begin anew.
            needless = mode == apsw.SQLITE_CHECKPOINT_RESTART and length < LONGEST
            early = patient and grows and (length - copied < ENOUGH or length >= LONGEST)
            if not (needless or early):
                length, copied = connection.wal_checkpoint(mode=mode)
        except apsw.BusyError:
            return None
        finally:
            connection.close()
        return length - copied

    async def _copy_most(self) -> bool:
        """Copy beside writers until what they have written since can be copied, and be safe on disk, in a moment; whether that came about.
        The first copy is long and gives way to who answers; the next are short, and were they to give way, more would be written meanwhile
        than they copy."""
        loop = asyncio.get_running_loop()
        for number in range(_ROUNDS):
            began = loop.time()
            left = await self._copy_after_others(quickly=number > 0)
            if left is None:
                return False
            await self._aside(self._file.sync, quickly=number > 0)
            if left <= LITTLE and loop.time() - began < _MOMENT:
                break
        return True

    async def _copy_after_others(self, *, quickly: bool) -> int | None:
        """Copy once nobody else does; how many pages are left. None where that took too long, or the process is about to end."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _OTHERS
        while (
            left := await self._aside(self._copy, apsw.SQLITE_CHECKPOINT_PASSIVE, quickly=quickly)
        ) is None:
            if loop.time() >= until or self._not_before == math.inf:
                break
            await asyncio.sleep(_BETWEEN)
        return left

    async def _prepare(self) -> None:
        """Copy nearly all of it, unless another process does. Two would wait for each other's writing to disk."""
        try:
            if self._preparing.try_take():
                self.ready = await self._copy_most()
        finally:
            self._preparing.give()
            self._working = None
            if not self.ready:  # another process is at it, or the disk fails
                self._not_before = max(self._not_before, asyncio.get_running_loop().time() + _REST)

    async def begin_anew(self) -> None:
        """Copy the rest, where that is `ready`: for a writer who has the turn between processes and has not begun. They keep the turn: were it
        somebody else's after that, those who wait in this process would wait twice."""
        self.ready = False
        loop = asyncio.get_running_loop()
        until = loop.time() + _PATIENCE
        done = False
        try:
            while not done and loop.time() < until:
                # It waits for readers itself, but not for who copies.
                left = await self._aside(self._copy, apsw.SQLITE_CHECKPOINT_RESTART, quickly=True)
                done = left is not None
                await asyncio.sleep(0 if done else _PAUSE)
        except apsw.Error:
            pass  # nothing is lost, and what the writer has to hear of the disk they will hear themselves
        finally:
            self._rest = _REST if done else min(2 * self._rest, _LONGEST_REST)
            self._not_before = max(self._not_before, loop.time() + self._rest)

    async def stop(self) -> None:
        """Begin no more; return when nothing is under way."""
        self._not_before = math.inf
        tasks = (self._working, self._sending, self._fetching)
        under_way = [task for task in tasks if task is not None]
        if under_way:
            await asyncio.wait(under_way)

    async def close(self) -> None:
        """After `stop`, when the connections of the database are closed."""
        await asyncio.to_thread(self._thread.shutdown)
        self._preparing.close()
        self._file.close()
        if self._log is not None:
            self._log.close()


_make_safe: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)
"""Not every system has the first, which leaves alone when a file was changed."""
_advise: Callable[[int, int, int, int], None] | None = getattr(os, "posix_fadvise", None)
"""Not every system has it, and without it the rest of a page is read when it is written over."""


def _give_way() -> None:
    """Let other threads go before this one (Linux only, where a thread can be told so)."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


class _File:
    """The file itself or its log, to be made safe on disk. Closing it would take away the locks of whoever else in this process has it open:
    that is how the system does it. So it is one for each file, and the last one closes it. Opened and closed in the event loop."""

    _open: ClassVar[dict[tuple[int, int], list[int]]] = {}
    """By device and number of each file: the descriptor, and how many use it."""

    def __init__(self, path: str) -> None:
        found = os.stat(path)
        self._key = found.st_dev, found.st_ino
        entry = self._open.get(self._key)
        if entry is None:
            entry = self._open[self._key] = [os.open(path, os.O_RDONLY | os.O_CLOEXEC), 0]
        entry[1] += 1
        self._descriptor = entry[0]

    def sync(self) -> None:
        _make_safe(self._descriptor)

    def fetch(self, start: int, length: int) -> None:
        """Ask the system for a part of the file, in bytes (where it can be asked). It takes no more than it would read ahead at once."""
        if _advise is not None:
            for position in range(start, start + length, _ASKED):
                _advise(self._descriptor, position, _ASKED, os.POSIX_FADV_WILLNEED)

    def close(self) -> None:
        entry = self._open[self._key]
        entry[1] -= 1
        if not entry[1]:
            del self._open[self._key]
            os.close(entry[0])
