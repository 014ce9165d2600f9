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


_GENERATIONS = (2_000, 20, 1_000)
"""When the garbage collector looks at what is new, at what it has looked at once, and at everything. A page leaves thousands of objects
that refer to each other, and what was made since the last look is gone through in one go: that took up to 30 ms for 20,000 of them, and 60
for those of twenty such looks; with these numbers it is 2 and 7 at most, and two thirds of the processor time in all. Everything takes
60 ms: a process that is quiet now and then does it then, and one that never is, every few minutes."""
_FULL_AFTER = 20
"""Looks of the second kind since everything was looked at, from which on a quiet process does it."""

_PAGE = resource.getpagesize()
_SLACK = 24 << 20
"""Bytes that a process may have grown by before what is free of them is given back. The rounds of a start leave 30 MB on a site of 400,000
comments."""
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
    gc.set_threshold(*_GENERATIONS)


class Slack:
    """What answers took and left, given back when the process is quiet: what lies in circles to itself, what is free to the system. A few
    pages of 2,000 comments for members at once take a hundred megabytes for a moment, and without this the C library keeps them until the
    process ends.

    `size` tells how many bytes of memory the process has, `trim` gives back what is free; None where the C library cannot. `looks` tells
    how often the garbage collector looked at some of what there is since it looked at everything, which `collect` does.
    """

    def __init__(
        self,
        size: Callable[[], int] | None = None,
        trim: Callable[[], None] | None = None,
        looks: Callable[[], int] = lambda: gc.get_count()[2],
        collect: Callable[[], object] = gc.collect,
    ) -> None:
        self.size = size or _resident
        self.trim = trim or _trimmer()
        self.looks = looks
        self.collect = collect
        self.least = self.size()
        self._used = time.process_time()
        self._looked = time.monotonic()
        self._waited = 0

    def look(self) -> None:
        """Call it every few seconds."""
        used, now = time.process_time(), time.monotonic()
        quiet = used - self._used <= _QUIET * (now - self._looked)
        self._used, self._looked = used, now
        if quiet and self.looks() >= _FULL_AFTER:
            self.collect()
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
