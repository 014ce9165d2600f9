"""One address for several processes, and each new connection for the process that has the fewest.

Left to the system, a connection goes to whichever process asks first, and one that is awake takes all that come together: of 64 connections
one process may have 50, and who is on one of these waits for the 49 others. So a process that accepts one looks at how many each has, and
hands it over where another has fewer. A request costs nothing more; a connection that changes hands some ten microseconds.

A process that is alone keeps a door as well: uvloop would accept one connection for each turn of its loop, and of many that come together
the last would wait for as many turns, which are long where there is much to do.

The numbers lie in memory that all processes share. Each is written by one process only, so none can be lost between two.
"""

import asyncio
import errno
import mmap
import socket
from collections.abc import Callable

from folkmoot.logs import logger

_ABSENT = -1
"""Stands for the number of connections of a process that takes none."""
_AT_ONCE = 200
"""Connections accepted in one turn of the event loop."""
_PAUSE = 0.5
"""Seconds until the next attempt where the system has no room for another connection."""
_NO_ROOM = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_ONE = b"."

log = logger(__name__)

Take = Callable[[socket.socket], None]
"""What is done with a connection of one's own."""


class Doors:
    """What `places` processes know of each other. Made before they are forked; each then opens the `Door` of its place.

    A process that takes the place of one that died takes over what was handed to it.
    """

    def __init__(self, places: int) -> None:
        self.places = places
        self._shared = mmap.mmap(-1, 8 * places * (2 + places))
        numbers = memoryview(self._shared).cast("q")
        self.open = numbers[:places]
        """Connections of each process."""
        self.taken = numbers[places : 2 * places]
        """How many each has taken of those that were handed to it."""
        self.given = [numbers[places * each : places * (each + 1)] for each in range(2, 2 + places)]
        """How many each has handed to each other."""
        self.hatches = [socket.socketpair() for _ in range(places)]
        """Where each is handed connections: the end that gives, and the one that takes."""
        for hatch in self.hatches:
            for end in hatch:
                end.setblocking(False)
        for place in range(places):
            self.open[place] = _ABSENT

    def load(self, place: int) -> int:
        """How many connections a process has, with those on their way to it; less than nothing where it takes none."""
        if self.open[place] < 0:
            return _ABSENT
        return self.open[place] + self.handed_to(place) - self.taken[place]

    def handed_to(self, place: int) -> int:
        """How many connections the others have ever handed to a process."""
        return sum(row[place] for row in self.given)

    def leave(self, place: int) -> None:
        """The process of this place takes no more."""
        self.open[place] = _ABSENT

    def emptiest(self, place: int) -> int:
        """Whose the next connection is that the process of `place` accepts: its own, unless another has clearly fewer."""
        mine = self.load(place)
        best, least = place, mine - mine // 16
        for other in range(self.places):
            if 0 <= (load := self.load(other)) < least:
                best, least = other, load
        return best


class Door:
    """The door as one process keeps it: it accepts from `outside`, which all share. `take` begins with a connection; tell `ended` when one
    has ended."""

    def __init__(self, doors: Doors, place: int, outside: socket.socket, take: Take) -> None:
        self.doors = doors
        self.place = place
        self.outside = outside
        self.take = take
        self.hatch = doors.hatches[place][1]
        self.loop = asyncio.get_running_loop()
        self._again: asyncio.TimerHandle | None = None

    def open(self) -> None:
        """Begin to take connections, first those that the process before in this place was handed."""
        self.doors.open[self.place] = 0
        self._take_handed()
        self.doors.taken[self.place] = self.doors.handed_to(self.place)
        self.outside.setblocking(False)
        self.loop.add_reader(self.hatch, self._take_handed)
        self._listen()

    def close(self) -> None:
        """Take no more, but for those that are here already."""
        self.doors.leave(self.place)
        if self._again is not None:
            self._again.cancel()
        self.loop.remove_reader(self.outside)
        self.loop.remove_reader(self.hatch)
        self._take_handed()

    def ended(self) -> None:
        """One of this process's connections is no more."""
        if self.doors.open[self.place] > 0:
            self.doors.open[self.place] -= 1

    def _listen(self) -> None:
        self._again = None
        self.loop.add_reader(self.outside, self._accept)

    def _accept(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                connection, _ = self.outside.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in _NO_ROOM:
                    raise
                log.error("no_room_for_connections", error=str(error))
                self.loop.remove_reader(self.outside)
                self._again = self.loop.call_later(_PAUSE, self._listen)
                return
            connection.setblocking(False)
            other = self.doors.emptiest(self.place)
            if other == self.place or not self._hand_over(connection, other):
                self._keep(connection)

    def _hand_over(self, connection: socket.socket, other: int) -> bool:
        """Give a connection to another process; False where it cannot be handed anything now."""
        try:
            socket.send_fds(self.doors.hatches[other][0], [_ONE], [connection.fileno()])
        except OSError:
            return False
        self.doors.given[self.place][other] += 1
        connection.close()
        return True

    def _take_handed(self) -> None:
        while True:
            try:
                said, handles, _, _ = socket.recv_fds(self.hatch, len(_ONE), 1)
            except (BlockingIOError, InterruptedError):
                return
            if not said:
                return
            self.doors.taken[self.place] += 1
            for handle in handles:
                self._keep(socket.socket(fileno=handle))

    def _keep(self, connection: socket.socket) -> None:
        if self.doors.open[self.place] >= 0:
            self.doors.open[self.place] += 1
        self.take(connection)
