"""Taking over from processes that died: at once on the same machine, by their leases from others."""

import asyncio
from typing import Any

import pytest

from folkmoot.apub.inbox.process import processor_of
from folkmoot.jobs import heirs
from folkmoot.jobs.attempts import MOST_ATTEMPTS, after_death, delay_before
from folkmoot.jobs.heirs import take_over
from folkmoot.jobs.runner import LEASE, Runner
from folkmoot.jobs.schedule import SCHEDULE
from folkmoot.jobs.tools import Tools
from folkmoot.model.time import SECOND, FixedClock
from folkmoot.store import jobs, leases
from folkmoot.store.db import Database, count_statements
from folkmoot.store.postgres import PostgresDatabase
from tests.waiting import waits

DEAD = "dead"


@pytest.fixture
def dead(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Who is gone."""
    found: set[str] = set()
    monkeypatch.setattr(heirs, "is_gone", found.__contains__)
    return found


async def _write(db: Database, name: str = "work") -> None:
    async with db.write() as tx:
        await jobs.enqueue(tx, name, {})


async def test_nobody_takes_from_the_living(tools: Tools, db: Database, dead: set[str]) -> None:
    one, other = Runner(tools), Runner(tools)
    await _write(db)
    assert len(await one.take(5)) == 1
    with count_statements() as counted:
        assert await take_over(db) == 0
    assert all(sql.startswith("SELECT") for sql in counted.statements)
    assert await other.take(5) == []


async def test_a_job_of_one_that_died_is_taken_at_once(tools: Tools, db: Database, dead: set[str]) -> None:
    one, other = Runner(tools), Runner(tools)
    await _write(db)
    (job,) = await one.take(5)
    dead.add(one.holder)
    assert await take_over(db) == 1
    (again,) = await other.take(5)
    assert (again.id, again.attempts) == (job.id, 2)
    assert await take_over(db) == 0, "nothing of theirs is left"


async def test_a_job_that_kills_every_process_is_given_up_in_the_end(
    tools: Tools,
    db: Database,
    clock: FixedClock,
    dead: set[str],
) -> None:
    await _write(db)
    for attempt in range(1, MOST_ATTEMPTS + 2):
        runner = Runner(tools)
        (job,) = await runner.take(5)
        assert job.attempts == attempt
        dead.add(runner.holder)
        await take_over(db)
        if attempt > 1 and attempt <= MOST_ATTEMPTS:
            assert await Runner(tools).take(5) == [], "not at once"
            clock.advance(delay_before(attempt - 1))
    async with db.read() as tx:
        (lost,) = await jobs.given_up(tx)
    assert lost.error == heirs.ERROR


def test_only_the_first_death_is_nobodys_fault() -> None:
    assert after_death(0, 1) == 0
    assert after_death(0, 2) == delay_before(1)
    assert after_death(0, MOST_ATTEMPTS + 1) is None


async def test_shards_and_lanes_of_one_that_died_are_free_at_once__DLV_13(
    tools: Tools,
    db: Database,
    clock: FixedClock,
    dead: set[str],
) -> None:
    one, other = Runner(tools), Runner(tools)
    await one.lanes.shards.renew()
    await processor_of(tools.context)._hold()
    assert len(one.lanes.shards.held(clock.now())) == 16
    dead |= {one.holder, processor_of(tools.context).holder}
    await take_over(db)
    await other.lanes.shards.renew()
    assert len(other.lanes.shards.held(clock.now())) == 16
    async with db.write() as tx:
        assert await leases.take(tx, "inbox 3", holder=other.holder, length=SECOND)


async def test_several_who_take_leases_at_once_do_not_wait_in_a_circle(
    tools: Tools, db: Database, dead: set[str]
) -> None:
    if not isinstance(db, PostgresDatabase):
        pytest.skip("SQLite has one writer at a time")
    runner = Runner(tools)
    async with db.write() as tx:
        for name in ("inbox 1", "inbox 0", "deliver 5", "deliver 0"):
            await leases.take(tx, name, holder=DEAD, length=LEASE)
    dead.add(DEAD)
    runner.lanes.shards._mine = {5}
    for heir in (take_over(db), runner.lanes.shards.renew()):
        async with db.write() as tx:
            await leases.take(tx, "deliver 0", holder="other", length=LEASE)
            await leases.take(tx, "inbox 0", holder="other", length=LEASE)
            taking = asyncio.create_task(heir)
            assert await waits(db, taking)
            await leases.take(tx, "deliver 5", holder="other", length=LEASE)
            await leases.take(tx, "inbox 1", holder="other", length=LEASE)
        await taking


async def test_periodic_work_waits_for_its_lease(tools: Tools, db: Database, dead: set[str]) -> None:
    name = SCHEDULE[0].name
    async with db.write() as tx:
        assert await leases.take(tx, name, holder=DEAD, length=LEASE)
    dead.add(DEAD)
    assert await take_over(db) == 0
    async with db.write() as tx:
        assert not await leases.take(tx, name, holder="heir", length=LEASE)


async def test_a_runner_begins_with_what_was_left(
    tools: Tools,
    db: Database,
    dead: set[str],
) -> None:
    one = Runner(tools)
    await _write(db)
    assert len(await one.take(5)) == 1
    dead.add(one.holder)
    done: list[int] = []
    heir: Runner

    async def work(_tools: Tools, _payload: Any) -> None:
        done.append(1)
        heir._stopping.set()

    heir = Runner(tools, catalogue={"work": work}, schedule=(), moments=())
    await heir.run()
    assert done == [1]
