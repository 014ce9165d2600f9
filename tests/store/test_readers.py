"""Who reads a SQLite file on which connection."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from folkmoot.store import readers
from folkmoot.store.readers import MOST, Readers


class House:
    """A database and how many connections to it were opened."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        self.opened: list[apsw.Connection] = []
        self.readers = Readers(self._connect)

    def _connect(self) -> apsw.Connection:
        self.opened.append(apsw.Connection(self._path))
        return self.opened[-1]

    async def take(self, number: int) -> list[apsw.Connection]:
        """So many connections at once, each for somebody else."""
        return await asyncio.gather(*(self.readers.take() for _ in range(number)))

    @property
    def near(self) -> apsw.Connection:
        """The first."""
        return self.opened[0]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "house.db")
    yield made
    for connection in made.opened:
        connection.close()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "PATIENCE", 3600.0)


async def test_one_after_the_other_reads_on_the_same_connection(house: House) -> None:
    for _ in range(3):
        connection = await house.readers.take()
        assert connection is house.near
        house.readers.give(connection)
    assert len(house.opened) == 1


@pytest.mark.usefixtures("patient")
async def test_who_finds_all_in_use_gets_the_next_that_comes_back__in_their_order(house: House) -> None:
    taken = await house.take(MOST)
    alice, bob = (asyncio.ensure_future(house.readers.take()) for _ in range(2))
    await asyncio.sleep(0)
    house.readers.give(taken[2])
    house.readers.give(taken[0])
    assert (await alice, await bob) == (taken[2], taken[0])
    assert len(house.opened) == MOST


@pytest.mark.usefixtures("patient")
async def test_who_goes_while_waiting_takes_none_away(house: House) -> None:
    taken = await house.take(MOST)
    alice, bob, carol = (asyncio.ensure_future(house.readers.take()) for _ in range(3))
    await asyncio.sleep(0)
    alice.cancel()
    house.readers.give(taken[1])  # bob's, who goes before he hears of it
    bob.cancel()
    await asyncio.gather(alice, bob, return_exceptions=True)
    assert bob.cancelled()
    assert await carol is taken[1]


@pytest.mark.usefixtures("patient")
async def test_who_has_one_and_asks_for_another_does_not_wait(house: House) -> None:
    async def two() -> None:
        first = await house.readers.take()
        others = await house.take(MOST - 1)
        second = await house.readers.take()
        assert second not in (first, *others)

    await two()
    assert len(house.opened) == MOST + 1


async def test_who_waits_for_long_gets_one_more_which_is_closed_when_it_comes_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "PATIENCE", 0.0)
    taken = await house.take(MOST + 2)
    assert len(house.opened) == MOST + 2
    for connection in taken[::-1]:
        house.readers.give(connection)
    closed = [connection for connection in house.opened if _is_closed(connection)]
    assert len(closed) == 2
    assert house.near not in closed
    again = await house.take(MOST)
    assert again[0] is house.near
    assert len(house.opened) == MOST + 2, "those that were kept do"


async def test_one_whose_transaction_could_not_be_ended_is_closed_and_another_takes_its_place(
    house: House,
) -> None:
    near = await house.readers.take()
    near.execute("BEGIN")
    house.readers.give(near)
    assert _is_closed(near)
    next_one = await house.readers.take()
    assert next_one is house.opened[1]
    others = await house.take(MOST - 1)
    for connection in (next_one, *others):
        house.readers.give(connection)
    assert await house.readers.take() is next_one, "which is the near one now"
    assert len(house.opened) == MOST + 1


async def test_a_connection_that_cannot_be_opened_is_told_to_who_waits(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> apsw.Connection:
        raise apsw.CantOpenError("unable to open database file")

    taken = await house.take(MOST)
    monkeypatch.setattr(readers, "PATIENCE", 0.0)
    monkeypatch.setattr(house.readers, "_connect", fail)
    with pytest.raises(apsw.CantOpenError):
        await house.readers.take()
    house.readers.give(taken[0])
    assert await house.readers.take() is taken[0]


def _is_closed(connection: apsw.Connection) -> bool:
    try:
        connection.in_transaction  # noqa: B018 - which says whether it is open
    except apsw.ConnectionClosedError:
        return True
    return False
