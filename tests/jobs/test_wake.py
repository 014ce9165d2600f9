"""Waiting for work costs nothing, and ends when there is some: written here, or by another process."""

import asyncio

import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.comments.edit import EditComment, edit_comment
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.jobs import lanes
from folkmoot.jobs.moments import MOMENTS
from folkmoot.jobs.runner import Runner
from folkmoot.jobs.tools import Tools
from folkmoot.jobs.wake import Wake, Watch
from folkmoot.model.time import FixedClock
from folkmoot.store import jobs
from folkmoot.store.db import Database
from folkmoot.store.sqlite import SqliteDatabase, open_sqlite
from tests.cast import Cast
from tests.waiting import until

LONG = 30.0


async def is_awake(waiting: "asyncio.Task[None]", seconds: float = 0.02) -> bool:
    """Whether it ends within so many seconds."""
    return bool((await asyncio.wait({waiting}, timeout=seconds))[0])


async def test_who_waits_is_woken_by_what_concerns_it_and_by_nothing_else(db: Database) -> None:
    wake = Wake(db, "jobs")
    waiting = asyncio.create_task(wake.wait(LONG))
    async with db.write() as tx:
        tx.changed("thread", 1)
    assert not await is_awake(waiting)
    async with db.write() as tx:
        await jobs.enqueue(tx, "something", {})
    assert await is_awake(waiting, LONG)


async def test_what_happens_between_two_waits_is_not_missed(db: Database) -> None:
    wake = Wake(db, "jobs")
    async with db.write() as tx:
        await jobs.enqueue(tx, "something", {})
    assert await is_awake(asyncio.create_task(wake.wait(LONG)), LONG)
    waiting = asyncio.create_task(wake.wait(LONG))
    assert not await is_awake(waiting), "and it is told once"
    db.changes.wake("jobs")
    assert await is_awake(waiting, LONG)


async def test_what_another_process_writes_wakes_too(db: Database, clock: FixedClock) -> None:
    stopping, wake = asyncio.Event(), Wake(db, "jobs")
    watching = asyncio.create_task(Watch(db, stopping, eager=True).run())
    await db.sync()
    waiting = asyncio.create_task(wake.wait(LONG))
    await asyncio.sleep(0)
    if isinstance(db, SqliteDatabase):
        other = open_sqlite(db.path, clock)
        async with other.write() as tx:
            await jobs.enqueue(tx, "something", {})
        await other.close()
    else:
        async with db.write() as tx:
            await jobs.enqueue(tx, "something", {})
    assert await is_awake(waiting, LONG)
    stopping.set()
    await watching


async def test_a_text_that_is_written_or_changed_wakes_the_search_index(db: Database, cast: Cast) -> None:
    """Who searches for what they have just written finds it."""
    (index,) = (moment for moment in MOMENTS if moment.name == "search index")
    wake = Wake(db, *index.kinds)
    async with db.write() as tx:
        post = await create_post(tx, cast.alice, CreatePost(cast.gardening.id, "Figs in pots"))
    assert await is_awake(asyncio.create_task(wake.wait(LONG)), LONG)
    async with db.write() as tx:
        comment = (await create_comment(tx, cast.alice, CreateComment(post.id, "Black ones."))).comment
    assert await is_awake(asyncio.create_task(wake.wait(LONG)), LONG)
    async with db.write() as tx:
        await edit_comment(tx, cast.alice, EditComment(comment.id, "Green ones."))
    assert await is_awake(asyncio.create_task(wake.wait(LONG)), LONG)


async def test_the_workers_of_a_process_stop_at_once_although_they_wait(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, wait = 0, Wake.wait

    async def for_long(wake: Wake, _seconds: float) -> None:
        nonlocal waiting
        waiting += 1
        await wait(wake, LONG)

    monkeypatch.setattr(Wake, "wait", for_long)
    monkeypatch.setattr(lanes, "_LOOK", LONG)
    runner = Runner(tools)
    running = asyncio.create_task(runner.run())
    await until(lambda: waiting > len(MOMENTS))
    await runner.stop()
    assert await is_awake(running, LONG / 2), "nobody waits for the seconds between two looks"
    await running


@pytest.mark.parametrize("turns", range(4))
async def test_who_is_woken_and_told_to_end_at_once_ends(db: Database, turns: int) -> None:
    """Nobody who stops the server waits for one that was told of something just then."""
    wake = Wake(db, "jobs")

    async def for_ever() -> None:
        while True:
            await wake.wait(LONG)

    waiting = asyncio.create_task(for_ever())
    for _ in range(4):
        await asyncio.sleep(0)
    db.changes.touch(("jobs", 0))
    for _ in range(turns):
        await asyncio.sleep(0)
    waiting.cancel()
    assert await is_awake(waiting, 1)
