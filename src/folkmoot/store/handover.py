"""Who of several processes is the next to write to a SQLite file.

SQLite's own lock goes to whoever asks at the right moment, and a busy process that has just let go of it always does; who waits for it has to
ask again and again. Here a process has its turn, one waits for it in the place of the next, and the rest wait for that place. The system wakes
who waits in the moment when the lock is theirs. It is a courtesy and no more: what keeps writers apart is SQLite's lock, and who does not come
to their turn within `PATIENCE` goes without it.
"""

import asyncio
import fcntl
import os
import threading
from contextlib import suppress

PATIENCE = 0.25
"""Seconds. Nobody has their turn for longer than one batch takes, unless they were stopped in the middle of it."""


class Handover:
    """The turn and the place of the next, one of each for an opened database. They are locks on files beside the database, which the system
    takes back from who dies."""

    def __init__(self, path: str) -> None:
        """`path` is that of the database, which exists. Where the files cannot be had, it is always everybody's turn."""
        self._next = Lock(path, "next")
        self._turn = Lock(path, "turn")

    async def enter(self) -> None:
        """Wait for the turn, for `PATIENCE` at the most; to be followed by `leave`."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._next.take()
                await self._turn.take()
        except TimeoutError:
            pass
        except BaseException:
            self._turn.give()
            raise
        finally:
            self._next.give()

    def leave(self) -> None:
        """The turn is over, or was not made use of."""
        self._turn.give()

    def close(self) -> None:
        self._next.close()
        self._turn.close()


class Lock:
    """A lock on a file beside the database. Only one task of a process may take it at a time."""

    def __init__(self, path: str, what: str) -> None:
        self._file: int | None = None
        self._held = False
        self._waiting: threading.Event | None = None
        """Set where who waited for the lock has gone: the thread that gets it then gives it back."""
        self._guard = threading.Lock()
        with suppress(OSError):
            self._file = os.open(f"{path}-{what}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            # As SQLite does for its own: a command run by root must not lock the server out.
            if os.geteuid() == 0:
                owner = os.stat(path)
                os.fchown(self._file, owner.st_uid, owner.st_gid)

    async def take(self) -> None:
        """Take the lock once it is free; at once where somebody who gave up waiting has not got it yet."""
        if self._file is not None and self._waiting is None and not self.try_take():
            await self._wait(self._file)

    def try_take(self) -> bool:
        """Take the lock if it is free; whether it was. Without a file it always is."""
        if self._file is None:
            return True
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self._held = True
        return True

    async def _wait(self, file: int) -> None:
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        gone = self._waiting = threading.Event()

        def wake() -> None:
            if not done.done():
                done.set_result(None)

        def wait() -> None:
            with suppress(OSError):  # closed meanwhile
                fcntl.flock(file, fcntl.LOCK_EX)
            with self._guard:
                self._waiting = None
                if gone.is_set():
                    with suppress(OSError):
                        fcntl.flock(file, fcntl.LOCK_UN)
                else:
                    self._held = True
                    with suppress(RuntimeError):  # the loop is closed
                        loop.call_soon_threadsafe(wake)

        # A daemon: a stopped process that holds the lock must not keep this one from ending.
        threading.Thread(target=wait, name="handover", daemon=True).start()
        try:
            await done
        except asyncio.CancelledError:
            with self._guard:
                if not self._held:
                    gone.set()
            raise

    def give(self) -> None:
        """Give the lock back, if it is held."""
        if self._held and self._file is not None:
            self._held = False
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
