"""Connections between processes: each new one for who has the fewest, also while processes come and go."""

import socket
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from folkmoot.cli.doors import Door, Doors
from tests.waiting import until


@pytest.fixture
def outside() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield door


class House:
    """Doors as several processes would keep them, in one: `taken` are the connections of each."""

    def __init__(self, doors: Doors, outside: socket.socket) -> None:
        self.doors = doors
        self.outside = outside
        self.taken: list[list[socket.socket]] = [[] for _ in range(doors.places)]
        self.kept: dict[int, Door] = {}
        self.callers: list[socket.socket] = []

    def open(self, place: int) -> Door:
        # Each process has a handle of its own on the socket that all share.
        door = Door(self.doors, place, self.outside.dup(), self.taken[place].append)
        door.open()
        self.kept[place] = door
        return door

    async def call(self, times: int) -> None:
        """So many connect at once; until all are taken."""
        wanted = len(self.callers) + times
        self.callers += [socket.create_connection(self.outside.getsockname()) for _ in range(times)]
        await until(lambda: sum(map(len, self.taken)) >= wanted)

    @property
    def shares(self) -> list[int]:
        return [len(taken) for taken in self.taken]

    def close(self) -> None:
        for door in self.kept.values():
            door.close()
            door.outside.close()
        for each in [*self.callers, *(one for taken in self.taken for one in taken)]:
            each.close()
        for hatch in self.doors.hatches:
            for end in hatch:
                end.close()


@pytest.fixture
async def house(outside: socket.socket) -> AsyncIterator[Callable[[int], House]]:
    made: list[House] = []

    def make(places: int) -> House:
        made.append(House(Doors(places), outside))
        return made[-1]

    yield make
    for each in made:
        each.close()


async def test_a_process_alone_takes_all_that_came_together_in_one_turn(
    house: Callable[[int], House],
) -> None:
    alone = house(1)
    alone.open(0)
    callers = [socket.create_connection(alone.outside.getsockname()) for _ in range(50)]
    alone.callers += callers
    await until(lambda: alone.shares[0] > 0)
    assert alone.shares == [50]


async def test_a_crowd_is_shared_evenly(house: Callable[[int], House]) -> None:
    three = house(3)
    for place in range(3):
        three.open(place)
    await three.call(60)
    assert max(three.shares) - min(three.shares) <= 2, three.shares
    assert [three.doors.load(place) for place in range(3)] == three.shares


async def test_who_has_fewer_gets_the_next(house: Callable[[int], House]) -> None:
    two = house(2)
    doors = [two.open(place) for place in range(2)]
    await two.call(10)
    for _ in range(5):
        doors[1].ended()
    before = two.shares
    await two.call(5)
    assert two.shares == [before[0], before[1] + 5]


async def test_one_that_takes_none_is_handed_none(house: Callable[[int], House]) -> None:
    two = house(2)
    two.open(0)
    await two.call(8)
    assert two.shares == [8, 0]
    door = two.open(1)
    await two.call(8)
    assert two.shares == [8, 8]
    door.close()
    await two.call(4)
    assert two.shares == [12, 8]


async def test_what_a_dead_process_was_handed_goes_to_its_heir(house: Callable[[int], House]) -> None:
    two = house(2)
    two.open(0)
    two.doors.open[1] = 0  # it died, and nobody has noticed yet
    await two.call(1)
    two.callers.append(socket.create_connection(two.outside.getsockname()))
    await until(lambda: two.doors.given[0][1] == 1)
    two.doors.leave(1)
    assert two.shares == [1, 0]
    two.open(1)
    assert two.shares == [1, 1]
    assert [two.doors.load(place) for place in range(2)] == [1, 1]


async def test_a_hatch_that_is_full_or_broken_keeps_nobody_out(house: Callable[[int], House]) -> None:
    two = house(2)
    two.open(0)
    two.doors.open[1] = 0
    two.doors.hatches[1][0].close()
    await two.call(6)
    assert two.shares == [6, 0]


async def test_it_waits_while_the_system_has_no_room(
    house: Callable[[int], House], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("folkmoot.cli.doors._PAUSE", 0.01)
    one = house(1)
    door = one.open(0)
    real, refused = door.outside, []

    class Full:
        def accept(self) -> tuple[socket.socket, object]:
            if not refused:
                refused.append(1)
                raise OSError(24, "Too many open files")
            return real.accept()

        def fileno(self) -> int:
            return real.fileno()

        def close(self) -> None:
            real.close()

    door.outside = Full()  # type: ignore[assignment]
    await one.call(1)
    assert (refused, one.shares) == ([1], [1])
