"""The connections of one process that read a SQLite file.

Nearly all reading is done before anybody else has their turn, on the same connection. More are needed where somebody waits in the middle of
it: for a thread, or for what somebody else is looking up already. A new connection has to read the schema and to prepare each statement anew,
which takes it milliseconds: so many who wait for the same wait for a connection first.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

import apsw

MOST = 4
"""Connections that are opened as they are asked for, and kept."""
PATIENCE = 0.02
"""Seconds after which one more is opened for who waits longest: those who have one may need long. Who has one already and asks for another
does not wait: the others may be waiting for what that one does (as in `store/queue.py`)."""


class Readers:
    """Hands out connections, each to one who reads. The near one, with the pages that all ask for, goes first."""

    def __init__(self, connect: Callable[[], apsw.Connection]) -> None:
        self._connect = connect
        first = connect()
        self._near: apsw.Connection | None = first
        self._idle = [first]
        """Those at hand, the near one last unless it is in use."""
        self._open = 1
        self._users: dict[apsw.Connection, asyncio.Task[Any] | None] = {}
        self._waiting: deque[asyncio.Future[apsw.Connection]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def take(self) -> apsw.Connection:
        """A connection, to be given back."""
        task = asyncio.current_task()
        connection = self._idle.pop() if self._idle else None
        if connection is None:
            may_open = self._open < MOST or task in self._users.values()
            connection = self._one_more() if may_open else await self._wait()
        self._users[connection] = task
        return connection

    async def _wait(self) -> apsw.Connection:
        place: asyncio.Future[apsw.Connection] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        self._look_later()
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self.give(place.result())
            raise

    def give(self, connection: apsw.Connection) -> None:
        """Let others have a connection; but not one whose transaction could not be ended."""
        self._users.pop(connection, None)
        if connection.in_transaction:
            self._drop(connection)
        elif place := self._next():
            place.set_result(connection)
        elif connection is self._near:
            self._idle.append(connection)
        elif self._open <= MOST:
            self._idle.insert(0, connection)
        else:
            self._drop(connection)

    def close(self) -> None:
        """Close those that nobody uses."""
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    def _one_more(self) -> apsw.Connection:
        connection = self._connect()
        self._open += 1
        if self._near is None:
            self._near = connection
        return connection

    def _drop(self, connection: apsw.Connection) -> None:
        self._open -= 1
        if connection is self._near:
            self._near = None
        connection.close()

    def _next(self) -> "asyncio.Future[apsw.Connection] | None":
        """Who waits longest."""
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                return place
        return None

    def _look_later(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PATIENCE, self._look)

    def _look(self) -> None:
        self._timer = None
        if place := self._next():
            try:
                place.set_result(self._one_more())
            except apsw.Error as error:
                place.set_exception(error)
        if self._waiting:
            self._look_later()
