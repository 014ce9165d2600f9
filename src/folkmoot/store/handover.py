"""Who of several processes is the next to write to a SQLite file.

SQLite's own lock goes to whoever asks at the right moment, and a busy process that has just let go of it always does: the others would wait
for seconds. Here the next one holds a place, and who has just written finds it taken and comes after. It is a courtesy and no more: what
keeps writers apart is SQLite's lock, and who does not get the place within `PATIENCE` goes without it.
"""

import fcntl
import os
from contextlib import suppress

PATIENCE = 0.25
"""Seconds. Nobody holds the place for longer than one batch of another process takes, unless they were stopped in the middle of it."""


class Handover:
    """The place of the next, one for each opened database. It is a lock on a file beside the database, which the system takes back from who
    dies."""

    def __init__(self, path: str) -> None:
        """`path` is that of the database, which exists. Where the file cannot be had, everybody is the next."""
        self._file: int | None = None
        with suppress(OSError):
            self._file = os.open(f"{path}-next", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if (
                os.geteuid() == 0
            ):  # as SQLite does for its own: a command run by root must not lock the server out
                owner = os.stat(path)
                os.fchown(self._file, owner.st_uid, owner.st_gid)

    def take(self) -> bool:
        """Be the next; False where somebody else is."""
        if self._file is not None:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    def give(self) -> None:
        """Let somebody else be the next: the lock of the database is ours, or we gave up."""
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
