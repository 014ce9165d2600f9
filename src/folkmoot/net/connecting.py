"""Getting a connection to one of a host's addresses.

Which addresses those may be is decided in `client.py`, which hands in what makes a socket for one.
"""

import socket
import ssl
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from aiohappyeyeballs import start_connection

AddrInfo = tuple[Any, ...]
"""Family, type, protocol, name, address: as `socket.getaddrinfo` gives it."""
_NEXT_AFTER = 0.25
"""Seconds after which a host's next address is tried beside the one before it."""


@lru_cache(1)
def tls() -> ssl.SSLContext:
    """How a server shows who it is: by a certificate for its name, as everywhere."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


async def first_socket(
    make: Callable[[AddrInfo], socket.socket], addresses: list[str], port: int
) -> socket.socket:
    """Connected to the first of a host's addresses that answers; each has a moment before the next is tried beside it. Raises OSError."""
    if not addresses:
        raise OSError("no address")
    found = [
        (
            socket.AF_INET6 if ":" in address else socket.AF_INET,
            socket.SOCK_STREAM,
            socket.IPPROTO_TCP,
            "",
            (address, port),
        )
        for address in addresses
    ]
    made = await start_connection(found, happy_eyeballs_delay=_NEXT_AFTER, interleave=0, socket_factory=make)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
    return made
