"""What is asked for while work is under way is done together."""

import asyncio

import pytest

from folkmoot.store.together import Together


class Work:
    """Doubles numbers; waits until it may, and fails for zero."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun, self.may = asyncio.Event(), asyncio.Event()

    async def __call__(self, numbers: list[int]) -> list[int]:
        self.batches.append(numbers)
        self.begun.set()
        await self.may.wait()
        if 0 in numbers:
            raise ZeroDivisionError
        return [number * 2 for number in numbers]


async def test_everybody_hears_of_a_failure_and_the_next_are_done() -> None:
    work = Work()
    together = Together(work)
    asked = [asyncio.create_task(together.of(number)) for number in (1, 0, 2)]
    await asyncio.sleep(0)
    work.may.set()
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(one) for one in found] == [ZeroDivisionError] * 3
    assert await together.of(4) == 8


async def test_who_comes_while_it_is_under_way_is_next_all_at_once() -> None:
    work = Work()
    together = Together(work)
    first = asyncio.create_task(together.of(1))
    await work.begun.wait()
    others = [asyncio.create_task(together.of(number)) for number in (2, 3, 4)]
    await asyncio.sleep(0)
    others[1].cancel()
    work.may.set()
    assert await first == 2
    assert [await others[0], await others[2]] == [4, 8]
    assert work.batches == [[1], [2, 3, 4]]
    with pytest.raises(asyncio.CancelledError):
        await others[1]


async def test_no_round_takes_more_than_it_may() -> None:
    work = Work()
    work.may.set()
    together = Together(work, most=2)
    assert await asyncio.gather(*(together.of(number) for number in range(1, 6))) == [2, 4, 6, 8, 10]
    assert work.batches == [[1, 2], [3, 4], [5]]


async def test_work_that_has_to_wait_itself_takes_along_who_comes_meanwhile() -> None:
    begun, may = asyncio.Event(), asyncio.Event()
    batches: list[list[int]] = []

    async def work(numbers: list[int]) -> list[int]:
        begun.set()
        await may.wait()
        together.join(numbers)
        batches.append(numbers)
        if 0 in numbers:
            raise ZeroDivisionError
        return [number * 2 for number in numbers]

    together = Together(work, most=3)
    asked = [asyncio.create_task(together.of(1))]
    await begun.wait()
    asked += [asyncio.create_task(together.of(number)) for number in (2, 3, 4, 0)]
    await asyncio.sleep(0)
    may.set()
    assert [await one for one in asked[:3]] == [2, 4, 6]
    assert [type(one) for one in await asyncio.gather(*asked[3:], return_exceptions=True)] == [
        ZeroDivisionError
    ] * 2
    assert batches == [[1, 2, 3], [4, 0]]


async def test_who_comes_while_it_rests_is_next_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    work, sleep, rests = Work(), asyncio.sleep, list[float]()
    work.may.set()
    together = Together(work, rest=0.004)
    others: list[asyncio.Task[int]] = []

    async def rest(seconds: float) -> None:
        rests.append(seconds)
        if not others:
            others.extend(asyncio.create_task(together.of(number)) for number in (2, 3, 4))
        for _ in range(3):
            await sleep(0)

    monkeypatch.setattr("folkmoot.store.together.asyncio.sleep", rest)
    assert await together.of(1) == 2, "nobody waits for the rest after their own"
    await together.stop()
    assert [await one for one in others] == [4, 6, 8]
    assert work.batches == [[1], [2, 3, 4]]
    assert rests == [0.004, 0.004]
