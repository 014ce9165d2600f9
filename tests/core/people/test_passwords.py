"""Hashing: a core's work, done where it keeps nobody else waiting."""

import asyncio
import os
import sys
import threading

import pytest

from folkmoot.core.people import passwords
from folkmoot.model.errors import Busy
from folkmoot.store.db import Database

GOOD = "correct horse battery"


async def test_nothing_is_hashed_while_a_transaction_is_held(empty_db: Database) -> None:
    async with empty_db.write():
        with pytest.raises(RuntimeError, match="before the transaction"):
            await passwords.hash_password(GOOD)


async def test_the_loop_goes_on_while_passwords_are_hashed() -> None:
    hashing = asyncio.gather(*(passwords.hash_password(GOOD) for _ in range(4)))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100
    assert len(set(await hashing)) == 4


async def test_no_more_are_hashed_side_by_side_than_leave_a_core_for_others() -> None:
    at_work, most = 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        passwords._HASHER.hash(GOOD)
        with lock:
            at_work -= 1

    await asyncio.gather(*(passwords._aside(work) for _ in range(12)))
    assert 1 <= most <= max(1, (os.cpu_count() or 2) // 2)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread has no priority of its own")
async def test_a_thread_that_hashes_stands_back_behind_those_that_answer() -> None:
    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    assert await passwords._aside(priority) > priority()


async def test_who_comes_to_a_long_line_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mallory's flood keeps others from logging in for a while; it does not make them wait for ever, nor fill the memory."""
    monkeypatch.setattr(passwords, "MOST_WAITING", 3)
    done = threading.Event()
    waiting = [asyncio.create_task(passwords._aside(done.wait, 20)) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await passwords.hash_password(GOOD)
    done.set()
    await asyncio.gather(*waiting)
    assert await passwords.hash_password(GOOD)


async def test_who_gives_up_before_their_turn_costs_nothing() -> None:
    at_work, done = threading.Event(), threading.Event()
    worked: list[int] = []

    def hold() -> None:
        at_work.set()
        done.wait(20)

    holding = [asyncio.create_task(passwords._aside(hold)) for _ in range(passwords._AT_ONCE)]
    await asyncio.to_thread(at_work.wait, 20)
    late = [asyncio.create_task(passwords._aside(worked.append, number)) for number in range(5)]
    await asyncio.sleep(0)
    for task in late[:4]:
        task.cancel()
    await asyncio.wait(late[:4])
    done.set()
    await asyncio.gather(*holding, late[4])
    assert worked == [4]
