"""Who came first is served first."""

import asyncio

from folkmoot.store.queue import Queue


async def test_who_waits_comes_before_whoever_asks_when_a_place_becomes_free() -> None:
    queue = Queue(1)
    served: list[str] = []

    async def ask(name: str, times: int = 1) -> None:
        for _ in range(times):
            async with queue.place():
                served.append(name)
                await asyncio.sleep(0)

    await asyncio.gather(ask("alice", times=3), ask("bob"), ask("carol"))
    assert served == ["alice", "bob", "carol", "alice", "alice"]


async def test_no_more_than_there_are_places() -> None:
    queue = Queue(2)
    inside = most = 0

    async def ask() -> None:
        nonlocal inside, most
        async with queue.place():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(ask() for _ in range(7)))
    assert most == 2


async def test_who_has_a_place_does_not_wait_for_another_one() -> None:
    readers, writers = Queue(1), Queue(1)
    async with readers.place(), writers.place(), readers.place():
        pass
