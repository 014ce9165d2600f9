"""What a process that serves does to itself before it begins."""

import ctypes
import gc
import resource
import signal
import sys
import time
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_M_TRIM_THRESHOLD = -1
_M_TOP_PAD = -2
_M_MMAP_THRESHOLD = -3
_SETTINGS = ((_M_MMAP_THRESHOLD, 32 << 20), (_M_TRIM_THRESHOLD, 64 << 20), (_M_TOP_PAD, 8 << 20))


_PAGE = resource.getpagesize()
_SLACK = 48 << 20
"""Bytes that a process may have grown by before what is free of them is given back."""
_QUIET = 0.1
"""A process that uses less than this part of a processor is quiet."""
_LOOKS = 12
"""So many looks it may be busy before it is done all the same: giving back takes up to 50 ms, in which nothing else happens."""


def tune() -> None:
    """Keep large buffers in the heap, and what was loaded out of the garbage collector's rounds.

    glibc asks the system for every buffer over 128 kB and gives it back at once: half of the time of a large page (measured).
    """
    if sys.platform == "linux":
        try:
            mallopt = ctypes.CDLL(None).mallopt
        except (AttributeError, OSError):
            pass  # another C library, which has ways of its own
        else:
            for name, value in _SETTINGS:
                mallopt(name, value)
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


class Slack:
    """What answers took and left free, given back to the system when the process is quiet. A few pages of 2,000 comments for members at
    once take a hundred megabytes for a moment, and without this the C library keeps them until the process ends.

    `size` tells how many bytes of memory the process has, `trim` gives back what is free; None where the C library cannot.
    """

    def __init__(self, size: Callable[[], int] | None = None, trim: Callable[[], None] | None = None) -> None:
        self.size = size or _resident
        self.trim = trim or _trimmer()
        self.least = self.size()
        self._used = time.process_time()
        self._looked = time.monotonic()
        self._waited = 0

    def look(self) -> None:
        """Call it every few seconds."""
        used, now = time.process_time(), time.monotonic()
        quiet = used - self._used <= _QUIET * (now - self._looked)
        self._used, self._looked = used, now
        size = self.size()
        self.least = min(self.least, size)
        if self.trim is None or size - self.least < _SLACK:
            self._waited = 0
            return
        self._waited += 1
        if quiet or self._waited >= _LOOKS:
            self.trim()
            self.least, self._waited = self.size(), 0


def _resident() -> int:
    """Bytes of memory that this process has; 0 where that is not known."""
    try:
        with open("/proc/self/statm", "rb") as numbers:
            return int(numbers.read().split()[1]) * _PAGE
    except OSError:
        return 0


def _trimmer() -> Callable[[], None] | None:
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):
        return None  # another C library
    return lambda: trim(0)


def end_with_parent() -> None:
    """Let the system stop this process should the one that started it die (Linux only; elsewhere it is left to the operator)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
