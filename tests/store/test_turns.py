"""Whose turn it is among the tasks of one process."""

import asyncio

import pytest

from folkmoot.store.turns import Turns


class Desk:
    """Where people write one after the other. `order`: who came, and `-` each time the event loop went round in between."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.order: list[str] = []

    async def come(self, name: str, *, thinking: asyncio.Event | None = None) -> None:
        await self.turns.take()
        self.order.append(name)
        if thinking is not None:
            await thinking.wait()
        self.turns.give()
        if not self.turns.expected:
            self.turns.call(10)

    async def look_round(self, times: int) -> None:
        for _ in range(times):
            await asyncio.sleep(0)
            self.order.append("-")


def _all(desk: Desk, names: str) -> list[asyncio.Task[None]]:
    return [asyncio.create_task(desk.come(name)) for name in names]


async def test_who_waits_longest_comes_first_and_the_rest_right_behind() -> None:
    desk, thought = Desk(), asyncio.Event()
    first = asyncio.create_task(desk.come("Alice", thinking=thought))
    await asyncio.sleep(0)
    others = _all(desk, "bcdef")
    await asyncio.sleep(0)
    thought.set()
    await asyncio.gather(first, *others, desk.look_round(5))
    assert "bcdef" in "".join(desk.order), "the loop did not go round between them"
    assert desk.turns.idle


async def test_no_more_are_called_than_may_come() -> None:
    desk = Desk()
    await desk.turns.take()
    waiting = _all(desk, "bcd")
    await asyncio.sleep(0)
    desk.turns.give()
    desk.turns.call(2)
    assert desk.turns.expected
    assert desk.turns.waited_for
    await asyncio.gather(*waiting)
    assert desk.order == ["b", "c", "d"]


async def test_who_is_called_while_somebody_is_at_work_keeps_their_place() -> None:
    """Bob thinks in the middle of writing; those who were called with him come after him, and before who came later."""
    desk, thought = Desk(), asyncio.Event()
    await desk.turns.take()
    bob = asyncio.create_task(desk.come("b", thinking=thought))
    called = _all(desk, "cd")
    await asyncio.sleep(0)
    desk.turns.give()
    desk.turns.call(3)
    await asyncio.sleep(0)
    later = _all(desk, "ef")
    await asyncio.sleep(0)
    assert desk.order == ["b"]
    assert desk.turns.waited_for
    thought.set()
    await asyncio.gather(bob, *called, *later)
    assert desk.order == ["b", "c", "d", "e", "f"]
    assert desk.turns.idle


@pytest.mark.parametrize("when", ["waiting", "called", "held"])
async def test_who_goes_away_holds_nobody_up(when: str) -> None:
    desk, thought = Desk(), asyncio.Event()
    await desk.turns.take()
    first = asyncio.create_task(desk.come("a", thinking=thought))
    second, third = _all(desk, "bc")
    await asyncio.sleep(0)
    if when == "waiting":
        second.cancel()
    desk.turns.give()
    desk.turns.call(3)
    if when == "called":
        second.cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    if when == "held":
        second.cancel()
    thought.set()
    await asyncio.gather(first, third)
    assert second.cancelled()
    assert desk.order == ["a", "c"]
    assert desk.turns.idle
