"""Transactions: what is kept, what is undone, who waits for whom."""

import asyncio
from dataclasses import dataclass

import pytest

from folkmoot.model.communities import Community
from folkmoot.model.errors import Busy
from folkmoot.store.db import Database, count_statements, gave_way, note_kept, persistently, writing
from folkmoot.store.migrate import TooNew, known_migrations, schema_version, upgrade
from folkmoot.store.rows import columns, maker
from tests.cast import Cast


async def count(db: Database) -> int:
    async with db.read() as tx:
        return int(await tx.value("SELECT count(*) FROM instance"))


async def add(db: Database, domain: str, *, fail: bool = False) -> None:
    async with db.write() as tx:
        await tx.run(
            "INSERT INTO instance (domain, published) VALUES (:domain, :now)", domain=domain, now=tx.now
        )
        if fail:
            raise RuntimeError("thought better of it")


async def test_what_raises_leaves_nothing_behind(empty_db: Database) -> None:
    with pytest.raises(RuntimeError):
        await add(empty_db, "a.example", fail=True)
    assert await count(empty_db) == 0


async def test_one_failure_among_many_writers_undoes_only_itself(empty_db: Database) -> None:
    results = await asyncio.gather(
        *(add(empty_db, f"{number}.example", fail=number % 3 == 0) for number in range(30)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, RuntimeError) for result in results) == 10
    assert await count(empty_db) == 20


async def test_a_writer_that_is_cancelled_while_waiting_holds_nobody_up(empty_db: Database) -> None:
    async with empty_db.write() as tx:
        waiting = asyncio.create_task(add(empty_db, "never.example"))
        await asyncio.sleep(0)
        waiting.cancel()
        await tx.run("INSERT INTO instance (domain, published) VALUES ('first.example', :now)", now=tx.now)
    await asyncio.gather(waiting, return_exceptions=True)
    await add(empty_db, "second.example")
    async with empty_db.read() as tx:
        assert [row[0] for row in await tx.all("SELECT domain FROM instance ORDER BY id")] == [
            "first.example",
            "second.example",
        ]


async def test_a_writer_that_is_cancelled_at_work_is_undone(empty_db: Database) -> None:
    started = asyncio.Event()

    async def slow() -> None:
        async with empty_db.write() as tx:
            await tx.run(
                "INSERT INTO instance (domain, published) VALUES ('never.example', :now)", now=tx.now
            )
            started.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(slow())
    await started.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await add(empty_db, "a.example")
    assert await count(empty_db) == 1


async def test_a_reader_sees_what_was_committed_before_it_began(empty_db: Database) -> None:
    await add(empty_db, "a.example")
    assert await count(empty_db) == 1


async def test_the_network_knows_that_a_write_is_under_way(empty_db: Database) -> None:
    assert not writing.get()
    async with empty_db.write():
        assert writing.get()
    assert not writing.get()


async def test_a_write_within_a_write_is_refused_at_once_instead_of_waiting_for_itself(
    empty_db: Database,
) -> None:
    async with empty_db.write() as tx:
        await tx.run("INSERT INTO instance (domain, published) VALUES ('a.example', :now)", now=tx.now)
        with pytest.raises(RuntimeError, match="within another one"):
            async with asyncio.timeout(5):
                await add(empty_db, "b.example")
    await add(empty_db, "c.example")
    assert await count(empty_db) == 2


async def test_a_task_that_was_begun_within_a_write_waits_for_its_turn(empty_db: Database) -> None:
    async with empty_db.write():
        later = asyncio.create_task(add(empty_db, "a.example"))
        await asyncio.sleep(0)
    await later
    assert await count(empty_db) == 1


async def touch_and_fail(db: Database) -> None:
    async with db.write() as tx:
        tx.changed("thread", 7)
        raise RuntimeError


async def test_caches_hear_of_what_was_committed_and_only_then(empty_db: Database) -> None:
    await empty_db.sync()
    key = (("thread", 7),)
    before = empty_db.changes.newest(key)
    with pytest.raises(RuntimeError):
        await touch_and_fail(empty_db)
    await empty_db.sync()
    assert empty_db.changes.newest(key) == before
    async with empty_db.write() as tx:
        tx.changed("thread", 7)
    await empty_db.sync()
    assert empty_db.changes.newest(key) > before
    other = empty_db.changes.newest((("thread", 8),))
    async with empty_db.write() as tx:
        tx.changed("thread", 7)
    await empty_db.sync()
    assert empty_db.changes.newest((("thread", 8),)) == other


async def test_lists_of_ids_and_of_texts_can_be_asked_for(empty_db: Database) -> None:
    for name in ("a", "b", "c"):
        await add(empty_db, f"{name}.example")
    async with empty_db.read() as tx:
        assert len(await tx.all("SELECT id FROM instance WHERE id IN :ids[]", ids=[1, 2, 99])) == 2
        assert len(await tx.all("SELECT id FROM instance WHERE id NOT IN :ids[]", ids={1, 2})) == 1
        assert (
            len(await tx.all("SELECT id FROM instance WHERE domain IN :names[text]", names=["c.example"]))
            == 1
        )
        assert await tx.all("SELECT id FROM instance WHERE id IN :ids[]", ids=[]) == []


async def test_ids_are_never_used_twice_and_can_be_asked_for_ahead(empty_db: Database) -> None:
    await add(empty_db, "a.example")
    async with empty_db.write() as tx:
        await tx.run("DELETE FROM instance")
        following = await tx.value(tx.dialect.next_id("instance"))
        assert following == 2
        await tx.run(
            "INSERT INTO instance (id, domain, published) VALUES (:id, 'b.example', :now)",
            id=following,
            now=tx.now,
        )
        assert [row[0] for row in await tx.all(tx.dialect.next_ids("instance"), count=3)] == [3, 4, 5]
        assert await tx.all(tx.dialect.next_ids("instance"), count=0) == []


async def test_statements_are_counted(empty_db: Database) -> None:
    with count_statements() as counter:
        await count(empty_db)
    assert counter.statements == ["SELECT count(*) FROM instance"]


async def test_a_long_question_is_answered_the_same_off_the_loop(db: Database, cast: Cast) -> None:
    async with db.read(slow=True) as tx:
        assert await tx.value("SELECT count(*) FROM person") == 5
        assert (await tx.first("SELECT name FROM person WHERE id = :id", id=cast.alice.id) or [None])[
            0
        ] == "alice"


@dataclass(frozen=True, slots=True)
class Flagged:
    id: int
    local: bool


async def test_booleans_come_back_as_booleans(db: Database, cast: Cast) -> None:
    async with db.read() as tx:
        row = await tx.first(
            f"SELECT {columns(Flagged, 'p')} FROM person p WHERE p.id = :id", id=cast.carol.id
        )
    assert row is not None
    assert maker(Flagged)(row).local is False


@pytest.mark.parametrize("alias", ["", "c"])
async def test_what_stands_in_another_table_is_read_with_the_rest_of_its_record(
    db: Database, cast: Cast, alias: str
) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE community_count SET comments = id * 10")
    async with db.read() as tx:
        rows = await tx.all(f"SELECT {columns(Community, alias)} FROM community {alias} ORDER BY id")
    counted = {each.id: each.comments for each in map(maker(Community), rows)}
    assert counted == {cast.gardening.id: cast.gardening.id * 10, cast.baking.id: cast.baking.id * 10}


async def test_an_upgrade_runs_once_and_a_newer_database_is_left_alone(empty_db: Database) -> None:
    newest = known_migrations()[-1].number
    assert await schema_version(empty_db) == newest
    assert await upgrade(empty_db) == []
    async with empty_db.write() as tx:
        await tx.run(
            "INSERT INTO migration (number, name, applied) VALUES (:number, 'from the future', :now)",
            number=newest + 1,
            now=tx.now,
        )
    with pytest.raises(TooNew, match=f"version {newest + 1}"):
        await upgrade(empty_db)
    async with empty_db.write() as tx:
        await tx.run("DELETE FROM migration WHERE number > :newest", newest=newest)


async def test_a_change_of_very_many_things_is_heard_as_well(empty_db: Database) -> None:
    await empty_db.sync()
    key = (("thread", 4999),)
    before = empty_db.changes.newest(key)
    async with empty_db.write() as tx:
        for number in range(5000):
            tx.changed("thread", number)
    await empty_db.sync()
    assert empty_db.changes.newest(key) > before


async def test_a_long_question_that_is_given_up_leaves_nothing_busy(db: Database, cast: Cast) -> None:
    asked = asyncio.Event()

    async def ask() -> None:
        async with db.read(slow=True) as tx:
            asked.set()
            await tx.value(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) SELECT count(*) FROM n"
            )

    asking = asyncio.create_task(ask())
    await asked.wait()
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    async with db.read(slow=True) as tx:
        assert await tx.value("SELECT count(*) FROM person") == 5


async def test_several_statements_go_together_in_their_order(db: Database) -> None:
    async with db.write() as tx:
        await tx.run("CREATE TEMPORARY TABLE first (n INTEGER)")
        await tx.run("CREATE TEMPORARY TABLE second (n INTEGER)")
        await tx.run("CREATE TEMPORARY TABLE third (n INTEGER)")
        before = tx.writes
        await tx.by_the_end("INSERT INTO first (n) VALUES (CAST(:n AS INTEGER))", n=1)
        await tx.by_the_end(
            "UPDATE first SET n = n + :by",
            "INSERT INTO second (n) VALUES (CAST(:n AS INTEGER))",
            "INSERT INTO third (n) VALUES (CAST(:n AS INTEGER))",
            by=2,
            n=7,
        )
        assert tx.writes > before
        assert await tx.value("SELECT n FROM first") == 3
        assert [await tx.value(f"SELECT n FROM {table}") for table in ("second", "third")] == [7, 7]
        for table in ("first", "second", "third"):
            await tx.run(f"DROP TABLE {table}")


async def test_what_gave_way_is_done_once_more(empty_db: Database) -> None:
    tries = 0

    async def work() -> str:
        nonlocal tries
        tries += 1
        async with empty_db.write() as tx:
            await tx.run("INSERT INTO instance (domain, published) VALUES ('a.example', 0)")
            if tries == 1:
                raise gave_way()
        return "done"

    assert await persistently(work) == "done"
    assert (tries, await count(empty_db)) == (2, 1)


async def test_who_was_given_way_to_has_a_moment_to_go_on(
    empty_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were woken by it, but whoever came back at once would be there before them, and both would wait for each other again."""
    tries, rests, sleep = 0, list[tuple[int, float]](), asyncio.sleep

    async def rest(seconds: float) -> None:
        rests.append((tries, seconds))
        await sleep(0)

    async def work() -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise gave_way()

    monkeypatch.setattr("folkmoot.store.db.asyncio.sleep", rest)
    await persistently(work)
    assert [(after, seconds > 0) for after, seconds in rests] == [(1, True)]


async def test_what_gives_way_twice_or_has_kept_something_is_busy(empty_db: Database) -> None:
    """The caller is told; nothing that was kept is done twice."""
    tries = 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        raise gave_way()

    async def keeps() -> None:
        note_kept()
        await work()

    for wanted, times in ((work, 2), (keeps, 1)):
        tries = 0
        with pytest.raises(Busy):
            await persistently(wanted)
        assert tries == times
    assert isinstance(gave_way(), Busy), "nobody would do it again"


async def test_a_task_that_was_begun_on_the_way_does_not_count(empty_db: Database) -> None:
    """Nobody waits for it who would do it again."""

    async def aside() -> None:
        raise gave_way()

    async def work() -> None:
        await asyncio.create_task(aside())

    with pytest.raises(Busy):
        await persistently(work)


async def test_what_is_said_at_once_is_said_of_each_row(empty_db: Database) -> None:
    domains = [f"{number}.example" for number in range(5)]
    async with empty_db.write() as tx:
        await tx.at_once(
            "INSERT INTO instance (domain, software, published) VALUES (:domain, :software, :now) ON CONFLICT (domain) DO NOTHING",
            [
                {"domain": domain, "software": None if domain == domains[0] else "lemmy", "now": tx.now}
                for domain in (*domains, domains[0])
            ],
        )
        await tx.at_once("UPDATE instance SET version = :version WHERE domain = :domain", [
            {"domain": domain, "version": domain[0]} for domain in domains
        ])  # fmt: skip
        await tx.at_once(
            "DELETE FROM instance WHERE domain = :domain", [{"domain": domains[3]}, {"domain": "no.example"}]
        )
        await tx.at_once("DELETE FROM instance WHERE domain = :domain", [])
        found = await tx.all("SELECT domain, software, version FROM instance ORDER BY id")
    assert [tuple(row) for row in found] == [
        ("0.example", None, "0"), ("1.example", "lemmy", "1"), ("2.example", "lemmy", "2"), ("4.example", "lemmy", "4"),
    ]  # fmt: skip


async def test_two_lists_are_rows_of_pairs(empty_db: Database) -> None:
    async with empty_db.read() as tx:
        sql = "SELECT w.item, w.person FROM EACH(:items[], :people[]) AS w (item, person) ORDER BY 1, 2"
        found = await tx.all(sql, items=[3, 1, 3], people=[7, 8, 6])
        assert [tuple(row) for row in found] == [(1, 8), (3, 6), (3, 7)]
        assert await tx.all(sql, items=[], people=[]) == []
