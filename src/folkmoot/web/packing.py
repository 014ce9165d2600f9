"""gzip for answers that are made for one reader: as quickly as can be, because it is paid by every request.

Apps and browsers always ask for it. Intel's library packs a list of posts in a fifth of zlib's time and a fourteenth more bytes, a long
thread in a fifth of the time and fewer bytes; where it is not there, zlib does the same at a low level. Pages that are kept for all
visitors are packed better, once (`page_cache.py`).
"""

import re
import zlib
from typing import Any

_library: Any = zlib
_level, _low_level = 4, 1
try:
    from isal import isal_zlib
except ImportError:  # where there is no wheel for the machine
    pass
else:
    _library, _level, _low_level = isal_zlib, 2, 2

_GZIP = 31
"""What zlib calls its window where it writes gzip."""
LARGE = 100_000
"""Bytes from which on zlib's usual level costs more than making the page did."""

_REFUSED = re.compile(rb"gzip\s*;\s*q=0(?:\.0*)?\s*(?:,|$)")


def takes_gzip(accepted: bytes) -> bool:
    """Whether whoever sends this `Accept-Encoding` takes gzip, and does not name it to refuse it (RFC 9110, 12.5.3)."""
    return b"gzip" in accepted and not _REFUSED.search(accepted)


def pack(body: bytes) -> bytes:
    """A whole body."""
    packed: bytes = _library.compress(body, _level if len(body) < LARGE else _low_level, _GZIP)
    return packed


def packer() -> Any:
    """What packs a body that comes in parts, as `zlib.compressobj` makes it."""
    return _library.compressobj(_level, wbits=_GZIP)
