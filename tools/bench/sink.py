"""Servers that take activities, for `tools.bench.outbox`: `python -m tools.bench.sink PORT`. Each name that leads here is one of them.

Whoever is called `slow…` takes nine seconds to answer. Every arrival is remembered; GET /report gives them all, as lines of:
host, address of the activity, microseconds since the epoch.
"""

import asyncio
import json
import re
import sys
import time
from typing import cast

import uvloop

SLOW = 9.0
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_HOST = re.compile(rb"(?i)\r\nhost: *([^:\r]+)")
_TAKEN = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"

arrivals: list[tuple[str, str, int]] = []


class Taker(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self.got = b""
        self.transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        self.got += data
        while (head := self.got.find(b"\r\n\r\n")) >= 0:
            found = _LENGTH.search(self.got, 0, head)
            end = head + 4 + (int(found[1]) if found else 0)
            if len(self.got) < end:
                return
            request, self.got = self.got[:end], self.got[end:]
            self.answer(request, head)

    def answer(self, request: bytes, head: int) -> None:
        assert self.transport is not None
        if request.startswith(b"GET"):
            body = "".join(f"{host} {name} {moment}\n" for host, name, moment in arrivals).encode()
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            return
        named = _HOST.search(request, 0, head)
        host = named[1].decode() if named else "?"
        arrivals.append((host, json.loads(request[head + 4 :])["id"], time.time_ns() // 1000))
        if host.startswith("slow"):
            asyncio.get_running_loop().call_later(SLOW, self.transport.write, _TAKEN)
        else:
            self.transport.write(_TAKEN)


async def serve(port: int) -> None:
    """Until killed."""
    server = await asyncio.get_running_loop().create_server(Taker, "127.0.0.1", port, backlog=2048)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
