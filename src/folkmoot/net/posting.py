"""Documents sent to servers that are told something again and again: HTTP/1.1, over connections that are kept.

A request costs a fraction of what it costs with a client that can do everything, and one comment may be thousands of them. Nothing is
decided here about whom we may speak to: `client.py`, which alone uses this, leads each connection to an address that it has checked.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Final, NamedTuple, cast

import httptools

KEPT_FOR = 30.0
"""Seconds that a connection is kept while nothing is said over it."""
MOST_KEPT = 500
MAX_HEAD = 64 * 1024
"""Bytes that an answer may have before its text."""


class Headers(Mapping[str, str]):
    """Headers by name without regard to case; what was sent several times is joined. They are put in order when somebody asks: of most
    answers only the status is of interest."""

    __slots__ = ("_lines", "_values")

    def __init__(self) -> None:
        self._lines: list[tuple[bytes, bytes]] = []
        self._values: dict[str, str] | None = None

    def add(self, name: bytes, value: bytes) -> None:
        """One more line."""
        self._lines.append((name, value))
        self._values = None

    def _ordered(self) -> dict[str, str]:
        if self._values is None:
            self._values = {}
            for name, value in self._lines:
                key, text = name.decode("latin-1").lower(), value.decode("latin-1").strip()
                known = self._values.get(key)
                self._values[key] = text if known is None else f"{known}, {text}"
        return self._values

    def __getitem__(self, name: str) -> str:
        return self._ordered()[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ordered())

    def __len__(self) -> int:
        return len(self._ordered())


class Server(NamedTuple):
    """Whom a connection leads to."""

    host: str
    port: int
    tls: bool


class Answer(NamedTuple):
    """What came back, as it was sent. `complete`: False where `body` is only its beginning, because the caller wants no more."""

    status: int
    headers: Headers
    body: bytes
    complete: bool


class BrokenOff(OSError):
    """The connection ended before the answer did, or what came is no HTTP."""


Opening = Callable[[Server, "Connection"], Awaitable[None]]
"""Leads a connection to its server. Raises OSError."""


class Connection(asyncio.Protocol):
    """One connection, over which one request after the other is asked. `silent`: nothing of an answer to the last one has come."""

    def __init__(self) -> None:
        self.closed = False
        self.silent = True
        self._transport: asyncio.Transport | None = None
        self._answered: asyncio.Future[Answer] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._limit = 0
        self._clear()

    def _clear(self) -> None:
        self._headers = Headers()
        self._head: int = 0
        self._in_body = False
        self._body = bytearray()

    async def ask(self, request: bytes, limit: int, until: float) -> Answer:
        """Send a whole request and wait for the answer, at most `limit` bytes of its text, until a moment of the event loop's clock. Raises
        `BrokenOff`, `TimeoutError`."""
        if self._transport is None or self.closed or self._transport.is_closing():
            raise BrokenOff("closed")
        self._clear()
        self._limit, self.silent = limit, True
        loop = asyncio.get_running_loop()
        self._answered = loop.create_future()
        too_late = loop.call_at(until, self._give_up)
        try:
            self._transport.write(request)
            return await self._answered
        except BaseException:
            self.close()  # the answer may still come, and would be taken for that to the next
            raise
        finally:
            too_late.cancel()

    def _give_up(self) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(TimeoutError())

    def close(self) -> None:
        """Hang up."""
        self.closed = True
        if self._transport is not None:
            self._transport.abort()

    # --- what the event loop calls -------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._answered is None or self._answered.done():
            self.close()  # nobody asked
            return
        self.silent = False
        if not self._in_body:
            self._head += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(f"no HTTP: {error}")
        else:
            if not self._in_body and self._head > MAX_HEAD:
                self._fail("endless headers")

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if self._in_body and not {"content-length", "transfer-encoding"} & set(self._headers):
            self._finish(complete=True)  # its end is that of the connection
        else:
            self._fail(f"broke off: {exc}" if exc else "broke off")

    # --- what the parser calls ------------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        if self._answered is None or self._answered.done():
            self.close()  # more than one answer

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.add(name, value)

    def on_headers_complete(self) -> None:
        self._in_body = self._parser.get_status_code() >= 200

    def on_body(self, body: bytes) -> None:
        if self._answered is None or self._answered.done():
            return
        self._body += body
        if len(self._body) > self._limit:
            self.close()  # the rest is not worth keeping the connection for
            self._finish(complete=False)

    def on_message_complete(self) -> None:
        if not self._in_body:
            self._headers = Headers()  # one of the 100s: the answer is still to come
            return
        if not self._parser.should_keep_alive():
            self.close()
        self._finish(complete=True)

    def _finish(self, *, complete: bool) -> None:
        if self._answered is not None and not self._answered.done():
            body = bytes(self._body[: self._limit])
            self._answered.set_result(Answer(self._parser.get_status_code(), self._headers, body, complete))

    def _fail(self, why: str) -> None:
        self.close()
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(BrokenOff(why))


class Poster:
    """Sends requests over connections of its own, so many at the same time; `close` it at the end. It belongs to one event loop."""

    def __init__(self, opening: Opening, at_once: int) -> None:
        self._opening: Final = opening
        self._room = asyncio.Semaphore(at_once)
        self._kept: OrderedDict[Connection, tuple[Server, float]] = OrderedDict()
        """Those that nothing is said over, the longest silent first."""
        self._by_server: dict[Server, list[Connection]] = {}
        self._used: set[Connection] = set()
        self._sweeping: asyncio.TimerHandle | None = None

    async def send(self, server: Server, request: bytes, limit: int, seconds: float) -> Answer:
        """Send a request, which may be sent twice: a connection that was kept may have ended just before. All of it takes at most so many
        seconds. Raises OSError, `TimeoutError` among them."""
        until = asyncio.get_running_loop().time() + seconds
        if self._room.locked():
            async with asyncio.timeout_at(until):
                await self._room.acquire()
        else:
            await self._room.acquire()
        try:
            if (kept := self._take(server)) is not None:
                try:
                    return await self._use(kept, server, request, limit, until)
                except BrokenOff:
                    if not kept.silent:
                        raise
            fresh = Connection()
            self._used.add(fresh)
            try:
                async with asyncio.timeout_at(until):
                    await self._opening(server, fresh)
                return await self._use(fresh, server, request, limit, until)
            finally:
                self._used.discard(fresh)
        finally:
            self._room.release()

    async def _use(
        self, connection: Connection, server: Server, request: bytes, limit: int, until: float
    ) -> Answer:
        self._used.add(connection)
        try:
            answer = await connection.ask(request, limit, until)
        finally:
            self._used.discard(connection)
        if not connection.closed:
            self._keep(connection, server)
        return answer

    def close(self) -> None:
        """Hang up everywhere."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        for connection in [*self._kept, *self._used]:
            connection.close()
        self._kept.clear()
        self._by_server.clear()

    # --- those that are kept ------------------------------------------------------------------------------------------------

    def _take(self, server: Server) -> Connection | None:
        """The one that was used last, which is the likeliest to be open still."""
        connections = self._by_server.get(server)
        while connections:
            connection = connections[-1]
            self._let_go(connection)
            if not connection.closed:
                return connection
        return None

    def _keep(self, connection: Connection, server: Server) -> None:
        loop = asyncio.get_running_loop()
        self._kept[connection] = (server, loop.time())
        self._by_server.setdefault(server, []).append(connection)
        if len(self._kept) > MOST_KEPT:
            self._hang_up(next(iter(self._kept)))
        if self._sweeping is None:
            self._sweeping = loop.call_later(KEPT_FOR, self._sweep)

    def _sweep(self) -> None:
        """Hang up where nothing was said for long."""
        loop = asyncio.get_running_loop()
        self._sweeping = None
        while self._kept:
            connection, (_, since) = next(iter(self._kept.items()))
            left = since + KEPT_FOR - loop.time()
            if left > 0 and not connection.closed:
                self._sweeping = loop.call_later(left, self._sweep)
                return
            self._hang_up(connection)

    def _hang_up(self, connection: Connection) -> None:
        self._let_go(connection)
        connection.close()

    def _let_go(self, connection: Connection) -> None:
        server, _ = self._kept.pop(connection)
        left = self._by_server[server]
        left.remove(connection)
        if not left:
            del self._by_server[server]
