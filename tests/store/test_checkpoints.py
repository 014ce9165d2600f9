"""SQLite's log: it is copied into the file beside the writers, and begins anew although they never pause."""

import asyncio
import os
import threading

import apsw
import pytest

from folkmoot.model.time import FixedClock
from folkmoot.store import checkpoints
from folkmoot.store.db import Database
from folkmoot.store.sqlite import SqliteDatabase, open_sqlite
from tests.waiting import until


@pytest.fixture
def sqlite(empty_db: Database) -> SqliteDatabase:
    if not isinstance(empty_db, SqliteDatabase):
        pytest.skip("PostgreSQL looks after its log itself")
    return empty_db


async def _write(db: SqliteDatabase, pages: int, *, first: int = 0) -> None:
    """Rows that fill about so many pages."""
    async with db.write() as tx:
        rows = [{"domain": f"{first + number}.{'x' * 3500}.example"} for number in range(pages)]
        await tx.many("INSERT INTO instance (domain, published) VALUES (:domain, 1)", rows)


def _log(db: SqliteDatabase) -> int:
    """Pages in the log as SQLite counts them."""
    connection = apsw.Connection(db.path)
    connection.execute("SELECT count(*) FROM instance").fetchall()
    try:
        return connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)[0]
    finally:
        connection.close()


async def test_no_writer_copies_the_log(sqlite: SqliteDatabase) -> None:
    """SQLite would copy a log of more than a thousand pages within the commit: all of them, while everybody waits."""
    before = os.stat(sqlite.path).st_mtime_ns
    await _write(sqlite, 9000)
    assert os.stat(sqlite.path).st_mtime_ns == before


async def test_the_log_begins_anew_although_two_processes_never_pause(
    sqlite: SqliteDatabase, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "LONGEST", 300)
    monkeypatch.setattr(checkpoints, "LITTLE", 100)
    monkeypatch.setattr(checkpoints, "_REST", 0.0)
    other = open_sqlite(sqlite.path, clock)
    written = begun = 0

    async def keep_writing(db: SqliteDatabase) -> None:
        nonlocal written, begun
        while begun < 3:
            before = db._checkpoints._pages
            written += 10
            await _write(db, 10, first=written)
            begun += db._checkpoints._pages < before

    async with asyncio.timeout(60):
        await asyncio.gather(keep_writing(sqlite), keep_writing(other))
    await other.close()
    async with sqlite.read() as tx:
        assert await tx.value("SELECT count(*) FROM instance") == written
    assert await sqlite.check() == []


async def test_the_copying_is_done_in_a_thread(
    sqlite: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    monkeypatch.setattr(checkpoints, "LONGEST", 100)
    connect = sqlite._checkpoints._connect

    def note() -> apsw.Connection:
        threads.append(threading.current_thread())
        return connect()

    monkeypatch.setattr(sqlite._checkpoints, "_connect", note)
    await _write(sqlite, 200)
    await sqlite._checkpoints.stop()
    beside_writers = len(threads)
    await _write(sqlite, 1, first=1000)
    assert 0 < beside_writers < len(threads), "beside writers, and once while they wait"
    assert threading.main_thread() not in threads
    assert _log(sqlite) < 100


async def test_who_reads_for_long_keeps_the_log_but_nobody_waits_for_them(
    sqlite: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "LONGEST", 100)
    monkeypatch.setattr(checkpoints, "LITTLE", 50)
    async with asyncio.timeout(10), sqlite.read() as tx:
        assert await tx.value("SELECT count(*) FROM instance") == 0
        await _write(sqlite, 200)
        await sqlite._checkpoints.stop()
        await _write(sqlite, 1, first=1000)
        assert await tx.value("SELECT count(*) FROM instance") == 0
    assert _log(sqlite) > 200


async def test_who_reads_for_a_moment_is_waited_for(
    sqlite: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody always reads. Were nobody waited for, the log of a busy site would begin anew by luck alone."""
    monkeypatch.setattr(checkpoints, "LONGEST", 100)
    monkeypatch.setattr(checkpoints, "_PATIENCE", 20.0)
    gone = asyncio.Event()

    async def read() -> None:
        async with sqlite.read() as tx:
            assert await tx.value("SELECT count(*) FROM instance") >= 200
            await gone.wait()

    await _write(sqlite, 90)
    await _write(sqlite, 110, first=1000)
    reading = asyncio.create_task(read())
    making = sqlite._checkpoints._working
    assert making is not None
    copy = sqlite._checkpoints._copy

    def copy_and_tell(mode: int, patient: bool = False) -> int | None:
        if mode == apsw.SQLITE_CHECKPOINT_RESTART:
            loop.call_soon_threadsafe(gone.set)
        return copy(mode, patient)

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(sqlite._checkpoints, "_copy", copy_and_tell)
    async with asyncio.timeout(20):
        await making
        assert not reading.done()
        await asyncio.gather(reading, _write(sqlite, 1, first=4000))
    await _write(sqlite, 1, first=5000)
    assert _log(sqlite) < 100


def _note_copies(db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ways in which this process copies from now on, as it does."""
    copies: list[int] = []
    copy = db._checkpoints._copy

    def note(mode: int, patient: bool = False) -> int | None:
        copies.append(mode)
        return copy(mode, patient)

    monkeypatch.setattr(db._checkpoints, "_copy", note)
    return copies


async def test_what_is_copied_is_on_disk_before_writers_wait(
    sqlite: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite waits for the disk before a log may be written over: while everybody waits, and for all that was ever copied from it."""
    monkeypatch.setattr(checkpoints, "LONGEST", 100)
    copies = _note_copies(sqlite, monkeypatch)
    synced: list[int] = []
    make_safe = checkpoints._make_safe

    def sync(descriptor: int) -> None:
        synced.append(len(copies))
        make_safe(descriptor)

    monkeypatch.setattr(checkpoints, "_make_safe", sync)
    await _write(sqlite, 200)
    await sqlite._checkpoints.stop()
    assert synced
    assert copies == [apsw.SQLITE_CHECKPOINT_PASSIVE] * len(copies)
    await _write(sqlite, 1, first=1000)
    assert copies[-1] == apsw.SQLITE_CHECKPOINT_RESTART
    assert synced[-1] == len(copies) - 1


async def test_the_log_is_sent_to_disk_in_pieces_as_it_grows(
    sqlite: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = os.stat(f"{sqlite.path}-wal").st_ino
    sent: list[threading.Thread] = []

    def note(descriptor: int) -> None:
        assert os.fstat(descriptor).st_ino == log
        sent.append(threading.current_thread())

    monkeypatch.setattr(checkpoints, "PIECE", 50)
    monkeypatch.setattr(checkpoints, "_make_safe", note)
    await _write(sqlite, 20)
    assert sqlite._checkpoints._sending is None, "that is little"
    await _write(sqlite, 80, first=1000)
    await until(lambda: len(sent) == 1 and sqlite._checkpoints._sending is None)
    await _write(sqlite, 20, first=2000)
    assert sqlite._checkpoints._sending is None, "less than a piece since then"
    await _write(sqlite, 80, first=3000)
    await until(lambda: len(sent) == 2)
    assert threading.main_thread() not in sent


async def test_a_log_that_began_anew_is_sent_again(
    sqlite: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(checkpoints, "PIECE", 50)
    monkeypatch.setattr(checkpoints, "_make_safe", sent.append)
    await _write(sqlite, 200)
    await until(lambda: len(sent) == 1 and sqlite._checkpoints._sending is None)
    assert await sqlite.checkpoint(), "nothing is left, so it begins anew"
    await _write(sqlite, 80, first=1000)
    assert sqlite._checkpoints._pages < 200
    await until(lambda: len(sent) == 2)


def _note_what_is_fetched(monkeypatch: pytest.MonkeyPatch, log: int) -> list[int]:
    """The pages of the log, whose number this is, for which the system is asked from now on."""
    pages: list[int] = []

    def note(descriptor: int, start: int, length: int, _advice: int) -> None:
        assert os.fstat(descriptor).st_ino == log
        pages.extend(range(start // checkpoints._FRAME, (start + length) // checkpoints._FRAME + 1))

    monkeypatch.setattr(checkpoints, "_advise", note)
    return pages


async def test_the_old_log_is_asked_for_before_it_is_written_over(
    sqlite: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a page of the system's that is written over is read from disk before, while the writer waits."""
    log = sqlite._checkpoints
    asked = _note_what_is_fetched(monkeypatch, os.stat(f"{sqlite.path}-wal").st_ino)
    monkeypatch.setattr(checkpoints, "AHEAD", 1000)

    async def write(pages: int, first: int) -> None:
        asked.clear()
        await _write(sqlite, pages, first=first)
        await until(lambda: log._fetching is None)

    await write(20, 0)
    began = log._pages
    assert set(range(began, began + 1000)) <= set(asked)
    await write(20, 1000)
    assert not asked, "more than half of it is left"
    await write(250, 2000)
    assert began + 500 < log._pages < began + 1000
    assert set(range(began + 1000, log._pages + 1000)) <= set(asked)
    assert log._pages not in asked, "it was before"
    assert await sqlite.checkpoint(), "nothing is left, so it begins anew"
    await write(1, 3000)
    assert log._pages < began
    assert set(range(log._pages, 1000)) <= set(asked)


async def test_a_process_that_ends_asks_for_no_more_of_the_log(
    sqlite: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _note_what_is_fetched(monkeypatch, os.stat(f"{sqlite.path}-wal").st_ino)
    await sqlite._checkpoints.stop()
    asked.clear()
    await _write(sqlite, 1)
    assert not asked
    assert sqlite._checkpoints._fetching is None


async def test_a_system_that_cannot_be_asked_is_not(
    sqlite: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "_advise", None)
    monkeypatch.setattr(checkpoints, "AHEAD", 100_000)
    await _write(sqlite, 1)
    fetching = sqlite._checkpoints._fetching
    assert fetching is not None
    await fetching


async def test_a_disk_that_fails_is_no_business_of_who_sends_the_log(
    sqlite: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError

    monkeypatch.setattr(checkpoints, "PIECE", 50)
    monkeypatch.setattr(checkpoints, "_make_safe", fail)
    await _write(sqlite, 80)
    sending = sqlite._checkpoints._sending
    assert sending is not None
    await sending
    await _write(sqlite, 80, first=1000)
    assert sqlite._checkpoints._sending is not None, "and is asked again"


async def test_of_two_processes_one_makes_the_log_begin_anew(
    sqlite: SqliteDatabase, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "LONGEST", 100)
    other = open_sqlite(sqlite.path, clock)
    assert other._checkpoints._preparing.try_take(), "another process is at it"
    copies = _note_copies(sqlite, monkeypatch)
    await _write(sqlite, 200)
    await sqlite._checkpoints.stop()
    assert (copies, sqlite._checkpoints.ready) == ([], False)
    other._checkpoints._preparing.give()

    sqlite._checkpoints.ready = other._checkpoints.ready = True  # both were, a moment ago
    await _write(sqlite, 1, first=1000)
    await _write(sqlite, 5, first=2000)
    before = os.stat(sqlite.path).st_mtime_ns
    await _write(other, 1, first=3000)
    assert os.stat(sqlite.path).st_mtime_ns == before, "a short log is left alone"
    await other.close()


async def test_who_prepares_waits_for_another_copy_and_writers_do_not(
    sqlite: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "LONGEST", 100)
    log = sqlite._checkpoints
    copy, ended = log._copy, threading.Event()
    tried: list[int] = []

    def copy_unless_another_does(mode: int, patient: bool = False) -> int | None:
        tried.append(mode)
        return copy(mode, patient) if ended.is_set() else None

    monkeypatch.setattr(log, "_copy", copy_unless_another_does)
    await _write(sqlite, 200)
    await until(lambda: len(tried) > 2 * checkpoints._ROUNDS)
    await _write(sqlite, 1, first=1000)
    assert apsw.SQLITE_CHECKPOINT_RESTART not in tried
    ended.set()
    await until(lambda: log.ready)
    await _write(sqlite, 1, first=2000)
    assert tried[-1] == apsw.SQLITE_CHECKPOINT_RESTART
    assert _log(sqlite) < 100


async def test_a_process_that_ends_does_not_wait_for_another_copy(
    sqlite: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "LONGEST", 100)
    monkeypatch.setattr(sqlite._checkpoints, "_copy", lambda mode, patient=False: None)
    await _write(sqlite, 200)
    async with asyncio.timeout(checkpoints._OTHERS / 2):
        await sqlite._checkpoints.stop()
    assert not sqlite._checkpoints.ready


async def test_a_disk_that_fails_is_not_asked_again_by_every_commit(
    sqlite: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "LONGEST", 100)
    monkeypatch.setattr(checkpoints, "_REST", 60.0)
    log = sqlite._checkpoints
    asked = 0

    def fails(mode: int, patient: bool = False) -> int | None:
        nonlocal asked
        asked += 1
        raise apsw.IOError

    monkeypatch.setattr(log, "_copy", fails)
    await _write(sqlite, 200)
    assert log._working is not None
    with pytest.raises(apsw.IOError):
        await log._working
    await _write(sqlite, 10, first=200)
    assert (log._working, asked) == (None, 1)


async def test_a_log_that_grows_is_copied_later(
    sqlite: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written to a page meanwhile is copied once. Nothing is left when nobody writes any more."""
    monkeypatch.setattr(checkpoints, "ENOUGH", 100)
    await _write(sqlite, 10)
    assert not await sqlite.checkpoint(patient=True)
    assert await sqlite.checkpoint(patient=True), "it did not grow"
    await _write(sqlite, 10, first=1000)
    assert not await sqlite.checkpoint(patient=True)
    await _write(sqlite, 150, first=2000)
    assert await sqlite.checkpoint(patient=True), "that was enough"
    await _write(sqlite, 10, first=3000)
    assert await sqlite.checkpoint(), "asked for at once"


async def test_the_file_is_closed_by_the_last_who_has_it_open(
    sqlite: SqliteDatabase, clock: FixedClock
) -> None:
    """A file that is closed loses the locks that this process has on it, SQLite's among them."""
    other = open_sqlite(sqlite.path, clock)
    assert other._checkpoints._file._descriptor == sqlite._checkpoints._file._descriptor
    await other.close()
    sqlite._checkpoints._file.sync()
