"""Getting a connection to one of a host's addresses.

Which addresses those may be is decided in `client.py`, which hands in what makes a socket for one.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from functools import lru_cache
from typing import Any

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

    async def connected(address: str) -> socket.socket:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        made = make((family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port)))
        try:
            made.setblocking(False)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
            await asyncio.get_running_loop().sock_connect(made, (address, port))
        except BaseException:
            made.close()
            raise
        return made

    if len(addresses) == 1:
        return await connected(addresses[0])
    left, trying = list(addresses), set[asyncio.Task[socket.socket]]()
    error: BaseException = OSError("no address")
    try:
        while left or trying:
            if left:
                trying.add(asyncio.create_task(connected(left.pop(0))))
            done, trying = await asyncio.wait(
                trying, timeout=_NEXT_AFTER if left else None, return_when=asyncio.FIRST_COMPLETED
            )
            made = [task.result() for task in done if task.exception() is None]
            for surplus in made[1:]:
                surplus.close()
            if made:
                return made[0]
            error = next((task.exception() or error for task in done), error)
    finally:
        for task in trying:
            task.cancel()
            task.add_done_callback(_close_late)
    raise error


def _close_late(task: "asyncio.Task[socket.socket]") -> None:
    """A connection that came about although nobody waits for it any more."""
    if not task.cancelled() and task.exception() is None:
        task.result().close()
