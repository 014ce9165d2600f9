"""Looks that are written together: seen at once by who looked, kept when the database is busy, never against what is newer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from folkmoot.core.posts import visits
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.read import mark_posts_read
from folkmoot.core.posts.view import Opened, open_post
from folkmoot.core.posts.visits import Visits, visits_of
from folkmoot.model.errors import Busy
from folkmoot.model.posts import Post
from folkmoot.model.records import altered
from folkmoot.model.time import HOUR, SECOND, FixedClock
from folkmoot.store import marks
from folkmoot.store.db import Database, count_statements
from tests.cast import Cast


@pytest.fixture
async def post(db: Database, cast: Cast) -> Post:
    async with db.write() as tx:
        return await create_post(tx, cast.alice, CreatePost(cast.gardening.id, "Slugs"))


async def opened_by_bob(db: Database, cast: Cast, post: Post) -> Opened:
    async with db.read() as tx:
        return await open_post(tx, cast.bob, post.id)


async def row(db: Database, cast: Cast) -> Any:
    """What is written of bob's reading: read, comments seen, last look, look before."""
    async with db.read() as tx:
        found = await tx.first(
            "SELECT read, read_comments, seen, visited FROM post_read WHERE person_id = :id", id=cast.bob.id
        )
    return found and (bool(found[0]), *found[1:])


async def test_a_look_is_seen_by_its_reader_before_it_is_written__P_9(
    db: Database, cast: Cast, clock: FixedClock, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "DELAY", 60.0)
    looks = visits_of(db)
    assert looks is visits_of(db)
    looks.note(cast.bob, altered(post, comments=3))
    opened = await opened_by_bob(db, cast, post)
    assert (opened.post.mine.read, await row(db, cast)) == (False, None)
    shown = looks.laid_over(cast.bob, opened).post.mine
    assert (shown.read, shown.read_comments) == (True, 3)
    assert looks.laid_over(cast.alice, opened) is opened
    await looks.write_for(cast.alice)
    assert await row(db, cast) is None, "nothing of alice's waits"
    await looks.write_for(cast.bob)
    assert await row(db, cast) == (True, 3, clock.now(), None)
    with count_statements() as counter:
        await looks.write_for(cast.bob)
        await looks.write()
    assert counter.statements == []


async def test_many_looks_are_one_write(db: Database, cast: Cast, clock: FixedClock, post: Post) -> None:
    looks = Visits(db)
    began = clock.now()
    for comments in range(5):
        looks.note(cast.bob, altered(post, comments=comments))
        looks.note(cast.alice, post)
        clock.advance(SECOND)
    await looks.write()
    assert await row(db, cast) == (True, 4, began + 4 * SECOND, None)


async def test_a_look_that_waited_does_not_undo_a_newer_one(
    db: Database, cast: Cast, clock: FixedClock, post: Post
) -> None:
    looks = Visits(db)
    looks.note(cast.bob, post)
    clock.advance(SECOND)
    async with db.write() as tx:
        await marks.visit(tx, cast.bob.id, post.id, comments=7)
    await looks.write()
    assert await row(db, cast) == (True, 7, clock.now(), None)
    last = clock.now()
    clock.advance(HOUR)
    looks.note(cast.bob, altered(post, comments=8))
    await looks.write()
    assert await row(db, cast) == (True, 8, clock.now(), last), "after a pause another visit begins"


async def test_what_was_purged_meanwhile_is_passed_over(db: Database, cast: Cast, post: Post) -> None:
    looks = Visits(db)
    looks.note(cast.bob, altered(post, id=4711))
    looks.note(cast.bob, post)
    await looks.write()
    assert (await row(db, cast))[0]


async def test_looks_wait_on_while_the_database_is_busy(
    db: Database, cast: Cast, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = Visits(db)
    looks.note(cast.bob, post)

    @asynccontextmanager
    async def busy() -> AsyncIterator[None]:
        raise Busy
        yield

    with monkeypatch.context() as patched:
        patched.setattr(db, "write", busy)
        await looks.write_for(cast.bob)
    assert looks.laid_over(cast.bob, await opened_by_bob(db, cast, post)).post.mine.read
    await looks.write_for(cast.bob)
    assert (await row(db, cast))[0]


async def test_marking_unread_after_a_look_holds(db: Database, cast: Cast, post: Post) -> None:
    looks = Visits(db)
    looks.note(cast.bob, post)
    await looks.write_for(cast.bob)
    async with db.write() as tx:
        await mark_posts_read(tx, cast.bob, [post.id], read=False)
    await looks.write()
    assert not (await row(db, cast))[0]


async def test_they_are_written_when_their_time_has_come(
    db: Database, cast: Cast, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "DELAY", 0)
    looks, written = Visits(db), asyncio.Event()
    write = looks.write

    async def write_and_tell() -> None:
        await write()
        written.set()

    monkeypatch.setattr(looks, "write", write_and_tell)
    looks.note(cast.bob, post)
    async with asyncio.timeout(20):
        await written.wait()
    assert (await row(db, cast))[0]
