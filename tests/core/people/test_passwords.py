"""Hashing: a core's work, done where it keeps nobody else waiting."""

import asyncio
import os
import sys
import threading

import pytest

from folkmoot.core.people import passwords
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
