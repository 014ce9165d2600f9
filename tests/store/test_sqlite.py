"""What only SQLite has: writers that share commits, and processes that take turns at one file."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import apsw
import pytest

from folkmoot.model.time import FixedClock
from folkmoot.store import handover
from folkmoot.store.db import Database
from folkmoot.store.handover import PATIENCE, Handover
from folkmoot.store.migrate import upgrade
from folkmoot.store.sqlite import _CACHE, SqliteDatabase, open_sqlite
from tests.waiting import until


@pytest.fixture
def sqlite(empty_db: Database, monkeypatch: pytest.MonkeyPatch) -> SqliteDatabase:
    """No commit is too old for others to join it, however slow the machine is."""
    if not isinstance(empty_db, SqliteDatabase):
        pytest.skip("PostgreSQL has many writers at a time")
    monkeypatch.setattr("folkmoot.store.sqlite._BATCH_SECONDS", 60.0)
    return empty_db


@pytest.fixture
async def other(sqlite: SqliteDatabase, clock: FixedClock) -> AsyncIterator[SqliteDatabase]:
    """The same file as another process has it."""
    db = open_sqlite(sqlite.path, clock)
    yield db
    await db.close()


def _commits(db: SqliteDatabase) -> list[None]:
    """One entry for each commit from now on."""
    seen: list[None] = []

    def note() -> bool:
        seen.append(None)
        return False

    db._writer.set_commit_hook(note)
    return seen


async def _add(db: Database, domain: str, *, soon: bool = False) -> None:
    async with db.write(soon=soon) as tx:
        await tx.run(
            "INSERT INTO instance (domain, published) VALUES (:domain, :now)", domain=domain, now=tx.now
        )


async def _count(db: Database) -> int:
    async with db.read() as tx:
        return int(await tx.value("SELECT count(*) FROM instance"))


def _written() -> int:
    """Bytes that this process has written, to whatever."""
    account = Path("/proc/self/io")
    if not account.exists():
        pytest.skip("this system does not say how much a process writes")
    return int(account.read_text().split("wchar:")[1].split()[0])


async def test_who_migrates_a_new_file_hears_what_is_committed_there_afterwards(
    tmp_path: Path, clock: FixedClock
) -> None:
    db = open_sqlite(str(tmp_path / "new.db"), clock)
    await db.sync()
    await upgrade(db)
    await db.sync()
    key = (("outgoing", 0),)
    before = db.changes.newest(key)
    async with db.write() as tx:
        tx.changed("outgoing")
    await db.sync()
    assert db.changes.newest(key) > before
    await db.close()


async def test_all_that_is_asked_in_one_turn_of_the_loop_looks_once_what_others_committed(
    sqlite: SqliteDatabase, other: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[None] = []
    look = sqlite._look

    def counted() -> None:
        looks.append(None)
        look()

    monkeypatch.setattr(sqlite, "_look", counted)
    key = (("thread", 7),)
    await asyncio.gather(*(sqlite.sync() for _ in range(5)))
    assert len(looks) == 1
    before = sqlite.changes.newest(key)
    async with other.write() as tx:
        tx.changed("thread", 7)
    await sqlite.sync()
    assert sqlite.changes.newest(key) > before
    assert len(looks) == 2


async def test_a_process_hears_at_once_of_what_it_has_committed_itself(sqlite: SqliteDatabase) -> None:
    key = (("thread", 7),)
    await sqlite.sync()
    before = sqlite.changes.newest(key)
    async with sqlite.write(soon=True) as tx:
        tx.changed("thread", 7)
    assert sqlite._batch is not None
    sqlite._commit(sqlite._batch)
    await sqlite.sync()
    assert sqlite.changes.newest(key) > before


async def test_a_list_may_name_what_no_text_can_be(sqlite: SqliteDatabase) -> None:
    """Half a surrogate pair, as JSON of other servers may have it, is in no row."""
    async with sqlite.read() as tx:
        found = await tx.all(
            "SELECT name FROM sqlite_master WHERE name IN :names[]", names=["post", "\ud800"]
        )
    assert found == [("post",)]


async def test_what_undoing_needs_is_not_written_to_a_file(sqlite: SqliteDatabase) -> None:
    """A writer among others changes a hundred pages: they are written once, into the log."""
    async with sqlite.write() as tx:
        domains = [{"domain": f"{number:04}.{'x' * 2000}.example"} for number in range(200)]
        await tx.many("INSERT INTO instance (domain, published) VALUES (:domain, 1)", domains)
    before = _written()
    async with sqlite.write() as tx:
        await tx.run("UPDATE instance SET published = 2")
    assert 400_000 < _written() - before < 600_000


async def test_the_reader_that_has_read_most_is_taken_whenever_it_is_free(sqlite: SqliteDatabase) -> None:
    marked = _CACHE + 1
    sqlite._readers._near.pragma("cache_size", -marked)

    async def kept() -> int:
        async with sqlite.read() as tx:
            return -int(await tx.value("SELECT cache_size FROM pragma_cache_size"))

    async with sqlite.read() as first:
        assert await first.value("SELECT cache_size FROM pragma_cache_size") == -marked
        assert await kept() == _CACHE
    assert await kept() == marked
    async with AsyncExitStack() as outer:
        early = AsyncExitStack()
        await early.enter_async_context(sqlite.read())
        await outer.enter_async_context(sqlite.read())
        await early.aclose()
    assert await kept() == marked, "the other one came back last"


async def test_one_writer_may_change_many_pages_and_take_it_back(sqlite: SqliteDatabase) -> None:
    """With a limit of 4 MiB for what is kept in memory, SQLite said that the disk was full."""
    async with sqlite.write() as tx:
        domains = [{"domain": f"{number:04}.{'x' * 3000}.example"} for number in range(3000)]
        await tx.many("INSERT INTO instance (domain, published) VALUES (:domain, 1)", domains)

    async def gives_up() -> None:
        async with sqlite.write() as tx:
            await tx.run("UPDATE instance SET published = 2")
            raise LookupError

    with pytest.raises(LookupError):
        await gives_up()
    async with sqlite.write() as tx:
        await tx.run("UPDATE instance SET published = 3")
    async with sqlite.read() as tx:
        assert await tx.value("SELECT count(*) FROM instance WHERE published = 3") >= 3000


async def test_writers_of_one_turn_of_the_loop_share_a_commit(sqlite: SqliteDatabase) -> None:
    commits = _commits(sqlite)
    await asyncio.gather(*(_add(sqlite, f"{number}.example") for number in range(30)))
    assert await _count(sqlite) == 30
    assert len(commits) < 5


async def test_who_does_not_wait_for_the_disk_shares_the_commit_of_what_comes_next(
    sqlite: SqliteDatabase,
) -> None:
    commits = _commits(sqlite)
    await _add(sqlite, "a.example", soon=True)
    assert await _count(sqlite) == 0, "not yet"
    await _add(sqlite, "b.example")
    assert await _count(sqlite) == 2
    assert len(commits) == 1


async def test_what_nobody_waits_for_is_committed_all_the_same(sqlite: SqliteDatabase) -> None:
    await _add(sqlite, "a.example", soon=True)
    await asyncio.sleep(0)
    assert await _count(sqlite) == 1


async def test_whoever_writes_for_long_again_and_again_lets_others_go_on(
    sqlite: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each write fills a commit of its own, which is done when it ends: there is nothing to wait for, and others wait all the same."""
    monkeypatch.setattr("folkmoot.store.sqlite._BATCH_SECONDS", 0.0)
    turns: list[int] = []

    async def beside() -> None:
        while True:
            turns.append(await asyncio.sleep(0, 1))

    other_work = asyncio.create_task(beside())
    for number in range(5):
        await _add(sqlite, f"{number}.example")
    other_work.cancel()
    assert len(turns) >= 4


def _waits_for_its_turn(db: SqliteDatabase) -> bool:
    """Whether this process has the place of the next, and waits for the one before it."""
    return db._handover._turn._waiting is not None


async def test_writers_who_waited_for_another_process_come_one_right_behind_the_other(
    sqlite: SqliteDatabase, other: SqliteDatabase
) -> None:
    """While this process holds the file it does nothing else: not what ten others of its visitors have just asked for."""
    written: list[int] = []
    rounds = 0

    async def write(number: int) -> None:
        async with sqlite.write() as tx:
            written.append(rounds)
            await tx.run(
                "INSERT INTO instance (domain, published) VALUES (:domain, 1)", domain=f"{number}.example"
            )

    async def look_round() -> None:
        nonlocal rounds
        while len(written) < 10:
            await asyncio.sleep(0)
            rounds += 1

    async with other.write() as tx:
        await tx.run("INSERT INTO instance (domain, published) VALUES ('first.example', 1)")
        writers = [asyncio.create_task(write(number)) for number in range(10)]
        await until(lambda: _waits_for_its_turn(sqlite))
    await asyncio.gather(look_round(), *writers)
    assert written[-1] - written[0] <= 1


async def test_a_writer_finds_what_another_process_changed_while_it_waited(
    sqlite: SqliteDatabase, other: SqliteDatabase
) -> None:
    await sqlite.sync()
    before = sqlite.changes.newest((("site", 0),))

    async def look() -> int:
        async with sqlite.write() as tx:
            return tx.changes.newest((("site", 0),))

    async with other.write() as tx:
        waiting = asyncio.create_task(look())
        await until(lambda: _waits_for_its_turn(sqlite))
        await tx.run("INSERT INTO instance (domain, published) VALUES ('a.example', 1)")
        tx.changed("site")
    assert await waiting > before


async def test_statistics_wait_for_another_process_that_writes_for_long(
    sqlite: SqliteDatabase, other: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("folkmoot.store.sqlite._BUSY_MS", 1)
    asked = threading.Event()
    connect = sqlite._connect

    def connected() -> apsw.Connection:
        connection = connect()
        connection.set_exec_trace(lambda _cursor, statement, _values: asked.set() or True)
        return connection

    monkeypatch.setattr(sqlite, "_connect", connected)
    async with other.write(soon=False) as tx:
        await tx.run("UPDATE site SET name = name")
        tending = asyncio.create_task(sqlite.optimise())
        await asyncio.to_thread(asked.wait)
        done, _ = await asyncio.wait([tending], timeout=0.2)
        assert not done
    await tending


async def test_a_schema_statement_comes_after_what_was_written_before(sqlite: SqliteDatabase) -> None:
    await _add(sqlite, "a.example", soon=True)
    await sqlite.script(
        ["CREATE TABLE extra (id INTEGER)", "INSERT INTO extra SELECT count(*) FROM instance"]
    )
    async with sqlite.read() as tx:
        assert await tx.value("SELECT id FROM extra") == 1


async def test_a_database_that_is_closed_keeps_what_was_written_last(
    sqlite: SqliteDatabase, clock: FixedClock
) -> None:
    other = open_sqlite(sqlite.path, clock)
    await _add(other, "a.example", soon=True)
    await other.close()
    assert await _count(sqlite) == 1


async def test_who_has_just_written_comes_after_whoever_waits_in_another_process(
    sqlite: SqliteDatabase, other: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without that a busy process takes the file again in the microsecond in which it let go of it, and nobody else ever gets it."""
    monkeypatch.setattr(handover, "PATIENCE", 60.0)
    for number in range(5):
        async with sqlite.write() as tx:
            waiting = asyncio.create_task(_add(other, f"other-{number}.example"))
            await until(lambda: _waits_for_its_turn(other))
            await tx.run(
                "INSERT INTO instance (domain, published) VALUES (:domain, :now)",
                domain=f"first-{number}.example",
                now=tx.now,
            )
        await _add(sqlite, f"second-{number}.example")
        await waiting
    async with sqlite.read() as tx:
        order = [row[0].split("-")[0] for row in await tx.all("SELECT domain FROM instance ORDER BY id")]
    assert order == ["first", "other", "second"] * 5


async def test_one_at_a_time_has_the_turn_and_one_is_the_next(
    sqlite: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "PATIENCE", 60.0)
    one, two, three = (Handover(sqlite.path) for _ in range(3))
    order: list[str] = []

    async def come(who: Handover, name: str) -> None:
        await who.enter()
        order.append(name)

    await come(one, "one")
    second = asyncio.create_task(come(two, "two"))
    while one._next.try_take():  # until two has the place
        one._next.give()
        await asyncio.sleep(0)
    third = asyncio.create_task(come(three, "three"))
    one.leave()
    await second
    assert order == ["one", "two"]
    two.close()
    await third
    assert order == ["one", "two", "three"], "who is gone holds nothing"
    one.close()
    three.close()


async def test_who_has_the_turn_for_too_long_keeps_nobody_from_writing(sqlite: SqliteDatabase) -> None:
    stuck = Handover(sqlite.path)
    await stuck.enter()
    async with asyncio.timeout(5):
        await _add(sqlite, "a.example")
        await _add(sqlite, "b.example")
    stuck.close()
    await _add(sqlite, "c.example")
    assert await _count(sqlite) == 3


async def test_who_gives_up_waiting_for_the_turn_does_not_hold_it_later(sqlite: SqliteDatabase) -> None:
    one, two = Handover(sqlite.path), Handover(sqlite.path)
    await one.enter()
    others = set(threading.enumerate())
    waiting = asyncio.create_task(two.enter())
    await asyncio.sleep(0)
    (thread,) = [each for each in threading.enumerate() if each.name == "handover" and each not in others]
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    one.leave()
    await asyncio.to_thread(thread.join)
    async with asyncio.timeout(PATIENCE / 2):
        await one.enter()
    assert one._turn._held
    one.close()
    two.close()


async def test_without_files_for_it_everybody_writes_as_they_can(sqlite: SqliteDatabase) -> None:
    nowhere = Handover("/nonexistent/folkmoot.db")
    await nowhere.enter()
    nowhere.leave()
    nowhere.close()
