"""Jobs: taken by one, done once, tried again when they fail, given up in the end, and never lost."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from folkmoot.apub import resolve, software
from folkmoot.apub.fetch import NotFetched
from folkmoot.apub.inbox import doubt
from folkmoot.apub.outbox import publish, roll_back
from folkmoot.core import after, mailing
from folkmoot.core.communities import news
from folkmoot.core.images import delete
from folkmoot.core.people import import_settings, mails
from folkmoot.core.posts import mention_link
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.threads import complete
from folkmoot.jobs.attempts import MOST_ATTEMPTS, delay_before
from folkmoot.jobs.catalogue import CATALOGUE
from folkmoot.jobs.runner import LEASE, Runner
from folkmoot.jobs.schedule import SCHEDULE, Periodic
from folkmoot.jobs.tools import Tools
from folkmoot.model.time import HOUR, MINUTE, SECOND, FixedClock
from folkmoot.store import follows, jobs, leases, posts
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.waiting import until

Payload = dict[str, Any]


async def _write(db: Database, name: str, **options: Any) -> None:
    async with db.write() as tx:
        await jobs.enqueue(tx, name, {"number": 1}, **options)


async def test_a_job_is_done_once(tools: Tools, db: Database) -> None:
    done: list[Payload] = []

    async def work(_tools: Tools, payload: Payload) -> None:
        done.append(payload)

    runner = Runner(tools, catalogue={"work": work})
    await _write(db, "work")
    assert await runner.run_all_due() == 1
    assert await runner.run_all_due() == 0
    assert done == [{"number": 1}]


async def test_a_job_waits_for_its_moment(tools: Tools, db: Database, clock: FixedClock) -> None:
    runner = Runner(tools)
    await _write(db, "work", run_at=clock.now() + MINUTE)
    assert await runner.take(5) == []
    clock.advance(MINUTE)
    assert len(await runner.take(5)) == 1


async def test_what_one_has_taken_nobody_else_gets_until_the_lease_ends(
    tools: Tools, db: Database, clock: FixedClock
) -> None:
    one, other = Runner(tools), Runner(tools)
    await _write(db, "work")
    (job,) = await one.take(5)
    assert await other.take(5) == []
    clock.advance(LEASE + SECOND)
    (again,) = await other.take(5)
    assert (again.id, again.attempts) == (job.id, 2)
    async with db.write() as tx:
        await jobs.finish(tx, one.holder, [job.id])
    async with db.read() as tx:
        assert await jobs.next_due(tx) is not None, "the one that lost it may not end it"


async def test_a_job_that_fails_is_tried_later_and_given_up_in_the_end(
    tools: Tools, db: Database, clock: FixedClock
) -> None:
    async def fail(_tools: Tools, _payload: Payload) -> None:
        raise ValueError("no such luck")

    runner = Runner(tools, catalogue={"work": fail})
    await _write(db, "work")
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert await runner.run_all_due() == 1
        assert await runner.run_all_due() == 0, "not at once"
        clock.advance(delay_before(attempt))
    async with db.read() as tx:
        (lost,) = await jobs.given_up(tx)
        assert await jobs.next_due(tx) is None
    assert (lost.attempts, lost.error) == (MOST_ATTEMPTS, "ValueError: no such luck")
    async with db.write() as tx:
        assert await jobs.try_all_again(tx) == 1
    assert await runner.run_all_due() == 1


async def test_what_is_refused_elsewhere_is_logged_in_a_line(tools: Tools, db: Database) -> None:
    async def ask(_tools: Tools, _payload: Payload) -> None:
        raise NotFetched("unreachable")

    runner = Runner(tools, catalogue={"work": ask})
    await _write(db, "work")
    with capture_logs() as lines:
        await runner.run_all_due()
    (line,) = [each for each in lines if each["event"] == "job_failed"]
    assert (line["job"], line["why"]) == ("work", "unreachable")
    assert "exc_info" not in line


def test_pauses_grow_to_six_hours() -> None:
    assert [delay_before(attempt) // SECOND for attempt in (1, 2, 3)] == [10, 40, 160]
    assert delay_before(50) == 6 * HOUR


async def test_a_unique_job_is_written_once_and_again_once_it_runs(tools: Tools, db: Database) -> None:
    runner = Runner(tools)
    for _ in range(3):
        await _write(db, "work", unique_key="one")
    assert len(await runner.take(5)) == 1
    await _write(db, "work", unique_key="one")
    assert len(await runner.take(5)) == 1, "what happened since may need it once more"


async def test_a_running_worker_hears_of_new_jobs_and_stops_when_told(
    tools: Tools, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = asyncio.Event()

    async def work(_tools: Tools, _payload: Payload) -> None:
        done.set()

    monkeypatch.setattr("folkmoot.jobs.runner._IDLE", 60.0)
    runner = Runner(tools, catalogue={"work": work}, schedule=(), moments=())
    running = asyncio.create_task(runner.run())
    await _write(db, "work")
    async with asyncio.timeout(30):
        await done.wait()
        await runner.stop()
        await running


async def test_who_stops_gives_back_what_is_not_done(tools: Tools, db: Database) -> None:
    begun = asyncio.Event()

    async def endless(_tools: Tools, _payload: Payload) -> None:
        begun.set()
        await asyncio.Event().wait()

    runner = Runner(tools, catalogue={"work": endless}, schedule=(), moments=())
    await _write(db, "work")
    running = asyncio.create_task(runner.run())
    async with asyncio.timeout(30):
        await begun.wait()
        await runner.stop()
        await running
    (job,) = await Runner(tools).take(5)
    assert job.attempts == 1


async def test_who_stops_while_it_takes_a_job_keeps_none(
    tools: Tools, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    taking, may_take, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
    claim = jobs.claim

    async def slowly(*given: Any, **how: Any) -> list[jobs.Job]:
        taking.set()
        await may_take.wait()
        return await claim(*given, **how)

    async def endless(_tools: Tools, _payload: Payload) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    monkeypatch.setattr(jobs, "claim", slowly)
    runner = Runner(tools, catalogue={"work": endless}, schedule=(), moments=())
    await _write(db, "work")
    running = asyncio.create_task(runner.run())
    async with asyncio.timeout(20):
        await taking.wait()
        stopping = asyncio.create_task(runner.stop())
        await until(runner._stopping.is_set)
        asyncio.get_running_loop().call_soon(may_take.set)
        await stopping
        await running
    assert ended.is_set()
    assert len(await Runner(tools).take(5)) == 1


async def test_periodic_work_is_done_by_one_and_not_too_often(
    tools: Tools, db: Database, clock: FixedClock
) -> None:
    count = 0

    async def work(_db: Database) -> None:
        nonlocal count
        count += 1

    task = Periodic("task", 10 * MINUTE, work)
    one, other = Runner(tools, schedule=(task,)), Runner(tools, schedule=(task,))
    assert await one.due() == [task]
    async with db.write() as tx:
        assert await leases.take(tx, "task", holder=other.holder, length=MINUTE)
    assert await one.due() == []
    assert not await one.run_periodic(task)
    clock.advance(2 * MINUTE)
    assert await one.run_periodic(task)
    assert not await other.run_periodic(task)
    clock.advance(10 * MINUTE)
    assert await other.run_periodic(task)
    assert count == 2


async def test_periodic_work_that_fails_waits_for_its_next_turn(tools: Tools, clock: FixedClock) -> None:
    async def fail(_db: Database) -> None:
        raise RuntimeError

    task = Periodic("task", HOUR, fail)
    runner = Runner(tools, schedule=(task,))
    assert await runner.run_periodic(task)
    assert await runner.due() == []


async def test_a_page_that_cannot_be_told_of_a_link_is_not_asked_again(
    tools: Tools, db: Database, cast: Cast
) -> None:
    """The door out refuses the address; the job is done all the same, and the post is as it was."""
    async with db.write() as tx:
        asked = CreatePost(cast.gardening.id, "Slugs", url="https://127.0.0.1/inside")
        post = await create_post(tx, cast.alice, asked)
    await CATALOGUE[mention_link.MENTION](tools, {"post_id": post.id})
    async with db.read() as tx:
        assert await posts.by_id(tx, post.id) == post


def test_every_consequence_has_a_function() -> None:
    named = {name for names in after.CONSEQUENCES.values() for name in names}
    asked_for_elsewhere = {
        mailing.SEND,
        mails.RESET,
        mails.APPLICATION,
        import_settings.IMPORT,
        delete.DELETE_FILES,
        delete.MAKE_ROOM,
        doubt.VERIFY,
        resolve.BACKFILL,
        resolve.CONFIRM_GONE,
        news.LOOK_AGAIN,
        complete.COMPLETE,
        publish.AGAIN,
        publish.ASK_AGAIN,
        follows.FOLLOW_ANEW,
        roll_back.JOB,
        software.LOOK,
    }
    assert named | asked_for_elsewhere == set(CATALOGUE)


async def test_the_whole_schedule_can_be_done(tools: Tools) -> None:
    runner = Runner(tools)
    assert len({task.name for task in SCHEDULE}) == len(SCHEDULE)
    for task in SCHEDULE:
        await task.run(tools.db)
    due = [task.name for task in await runner.due()]
    assert due == [task.name for task in SCHEDULE if task.engine in ("", tools.db.dialect.name)]
    # What only PostgreSQL needs would wake a quiet site on SQLite, and its disk, six times a minute.
    assert ("room in the database" in due) == (tools.db.dialect.name == "postgresql")
