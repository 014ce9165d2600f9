"""Reading what waits: in order, ahead of who works at it, and past what cannot be read (INB-11)."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from folkmoot.apub.inbox import ahead
from folkmoot.apub.inbox.ahead import Read, reading_ahead
from folkmoot.store import received
from folkmoot.store.received import LANES, Arrival
from tests.federation.conftest import Found
from tests.federation.network import Server
from tests.federation.peer import Peer

ALL = range(LANES)


class Scene:
    """a.example, where votes of carol of there.example wait."""

    def __init__(self, a: Server, there: Peer) -> None:
        self.a, self.there, self.carol = a, there, there.person("carol")

    async def arrive(self, number: int, *, lane: int = 0, body: str | None = None) -> list[int]:
        """So many more; their ids."""
        before = await self.a.value("SELECT coalesce(max(id), 0) FROM received")
        arrivals = []
        for _ in range(number):
            vote = self.there.activity("Like", self.carol, self.there.id("post"))
            text = json.dumps(vote) if body is None else body
            arrivals.append(Arrival(vote["id"], "Like", self.carol.id, self.there.host, None, lane, text))
        async with self.a.writing() as tx:
            await received.put(tx, arrivals)
        rows = await self.a.rows("SELECT id FROM received WHERE id > :before ORDER BY id", before=before)
        return [row[0] for row in rows]


@pytest.fixture
async def scene(servers: Found, peer: Callable[[str], Peer]) -> Scene:
    (a,) = await servers("a")
    return Scene(a, peer("there.example"))


def ids(read: Read | None) -> list[int]:
    assert read is not None
    return [task.row.id for task in read.tasks]


async def test_rows_come_in_their_order_so_many_at_once__INB_11(scene: Scene) -> None:
    rows = await scene.arrive(5)
    async with reading_ahead(scene.a.context, (), 2) as reader:
        assert ids(await reader.next(ALL)) == rows[:2]
        assert ids(await reader.next(ALL)) == rows[2:4]
        assert ids(await reader.next(ALL)) == rows[4:]
        late = await scene.arrive(1)
        assert ids(await reader.next(ALL)) == late
        assert await reader.next(ALL) is None


async def test_the_next_are_read_while_somebody_works_at_these(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, take, again = list[int](), received.take, asyncio.Event()

    async def noted(tx: Any, lanes: Any, *, after: int, limit: int) -> Any:
        asked.append(after)
        if after:
            again.set()
        return await take(tx, lanes, after=after, limit=limit)

    monkeypatch.setattr(received, "take", noted)
    rows = await scene.arrive(3)
    async with reading_ahead(scene.a.context, (), 2) as reader:
        await reader.next(ALL)
        await asyncio.wait_for(again.wait(), 10)  # as who works waits for the database
        assert asked == [0, rows[1]]
        await reader.next(ALL)
    assert asked == [0, rows[1]], "it was asked once for each, and not for what comes after the last"


async def test_who_stops_early_leaves_nobody_reading(scene: Scene) -> None:
    await scene.arrive(3)
    async with reading_ahead(scene.a.context, (), 2) as reader:
        await reader.next(ALL)
        task = reader._ahead
    assert task is not None and task.done()


async def test_other_lanes_and_what_is_aside_are_left_out(scene: Scene) -> None:
    here, _ = await scene.arrive(3), await scene.arrive(2, lane=1)
    async with reading_ahead(scene.a.context, {here[1]}, 10) as reader:
        assert ids(await reader.next([0])) == [here[0], here[2]]
        assert await reader.next([0]) is None


@pytest.mark.parametrize("body", ["{", "[]", '{"type": "Like"}'])
async def test_what_cannot_be_read_is_to_be_closed_and_stops_nobody(scene: Scene, body: str) -> None:
    first, bad, last = await scene.arrive(1), await scene.arrive(1, body=body), await scene.arrive(1)
    async with reading_ahead(scene.a.context, (), 10) as reader:
        read = await reader.next(ALL)
    assert ids(read) == first + last
    assert read is not None
    assert [(one.id, one.state) for one in read.closed] == [(bad[0], "refused")]


async def test_nor_does_a_document_that_breaks_the_reader(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, real = await scene.arrive(2), ahead.task_of

    def breaks(context: Any, row: Any) -> Any:
        if row.id == rows[0]:
            raise ZeroDivisionError("a bug of ours")
        return real(context, row)

    monkeypatch.setattr(ahead, "task_of", breaks)
    async with reading_ahead(scene.a.context, (), 10) as reader:
        read = await reader.next(ALL)
    assert ids(read) == rows[1:]
    assert read is not None
    assert [(one.id, one.reason) for one in read.closed] == [(rows[0], "internal_error")]
