"""What only PostgreSQL has: several writers at once, and notices that travel."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.comments.edit import EditComment, edit_comment
from folkmoot.core.communities.edit import EditCommunity, edit_community
from folkmoot.core.people.settings import SaveSettings, save_settings
from folkmoot.core.search.index import index_due, index_pending
from folkmoot.core.site.edit import EditSite, edit_site
from folkmoot.core.site.emoji import CreateEmoji, EditEmoji, create_emoji, edit_emoji, read_emoji
from folkmoot.core.votes.cast import vote_on_comment, vote_on_post
from folkmoot.jobs.wake import Wake
from folkmoot.model.errors import Busy
from folkmoot.model.time import SECOND, FixedClock
from folkmoot.store import communities, counts, jobs, outbox, received, search
from folkmoot.store.db import Database, Tx, count_statements, persistently
from folkmoot.store.jobs import Job
from folkmoot.store.postgres import PostgresDatabase, encryption, open_postgres
from folkmoot.store.received import Arrival
from tests.cast import Cast
from tests.core.stories import assert_counts_are_right, now, write_comment, write_post
from tests.store.test_outbox import activity
from tests.waiting import until, waits


@pytest.fixture
def postgres(db: Database) -> PostgresDatabase:
    if not isinstance(db, PostgresDatabase):
        pytest.skip("SQLite has one writer at a time")
    return db


_WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
async def another(postgres: PostgresDatabase, clock: FixedClock) -> AsyncIterator[PostgresDatabase]:
    """Another process on the same database."""
    opened = await open_postgres(postgres._url, clock, size=1)
    yield opened
    await opened.close()


async def _indexed(db: Database, comment_id: int) -> str | None:
    async with db.read() as tx:
        text: str | None = await tx.value(
            "SELECT content FROM comment_search WHERE rowid = :id", id=comment_id
        )
    return text


async def test_an_activity_with_a_higher_number_is_never_seen_before_one_with_a_lower__DLV_3(
    postgres: PostgresDatabase, cast: Cast
) -> None:
    """Servers are sent what is behind the highest number that was seen."""
    db = postgres

    async def publish() -> list[int]:
        async with db.write() as tx:
            return await outbox.insert(tx, [activity("later")])

    async with db.write() as first:
        (low,) = await outbox.insert(first, [activity("earlier")])
        second = asyncio.create_task(publish())
        assert await waits(db, second)
        async with db.read() as reader:
            assert await outbox.newest_id(reader) == 0
    (high,) = await second
    assert low < high


async def test_what_arrived_is_never_seen_before_what_has_a_lower_number__INB_11(
    postgres: PostgresDatabase,
) -> None:
    """Each look goes on behind the highest number that was seen: what came into sight below it would be done out of turn."""
    db = postgres

    def arrival(number: int) -> Arrival:
        return Arrival(
            f"https://there.example/{number}",
            "Like",
            "https://there.example/u/carol",
            "there.example",
            None,
            0,
            "{}",
        )

    async def put(number: int) -> None:
        async with db.write(single=number == 2) as tx:
            await received.put(tx, [arrival(number)])

    async with db.write() as first:
        await received.put(first, [arrival(1)])
        second = asyncio.create_task(put(2))
        assert await waits(db, second)
        async with db.read() as reader:
            assert not await received.anything_waits(reader)
    await second
    async with db.read() as reader:
        seen = await received.take(reader, [0], after=0, limit=9)
    assert [row.ap_id for row in seen] == [arrival(1).ap_id, arrival(2).ap_id]


async def test_votes_that_meet_on_one_thing_count_all(postgres: PostgresDatabase, cast: Cast) -> None:
    db = postgres
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        comment = await write_comment(tx, cast.alice, post)

    async def bob_votes() -> None:
        async with db.write() as tx:
            await vote_on_comment(tx, cast.bob, comment.id, -1)
            await vote_on_post(tx, cast.bob, post.id, -1)

    async with db.write() as first:
        await vote_on_comment(first, cast.admin, comment.id, -1)
        second = asyncio.create_task(bob_votes())
        assert await waits(db, second)
        await vote_on_post(first, cast.admin, post.id, -1)
    await second
    await assert_counts_are_right(db)
    async with db.read() as tx:
        for thing in (post, comment):
            voted = await now(tx, thing)
            assert (voted.upvotes, voted.downvotes, voted.score) == (1, 2, -1)


async def test_who_asks_for_a_job_that_waits_already_is_sure_that_it_runs_behind_them(
    postgres: PostgresDatabase, cast: Cast
) -> None:
    """Or the one that waits would run before the reason for the second is there to be seen."""
    db = postgres

    async def claim() -> list[Job]:
        async with db.write() as tx:
            return await jobs.claim(tx, holder="runner", lease=SECOND, limit=9)

    async with db.write() as tx:
        await jobs.enqueue(tx, "look", {}, unique_key="look 1")
    async with db.write() as asking:
        await jobs.enqueue(asking, "look", {}, unique_key="look 1")
        await asking.settle()
        assert await asyncio.create_task(claim()) == []
    assert len(await claim()) == 1


async def test_an_edit_under_way_is_not_struck_off_by_a_batch_that_read_the_old_text(
    postgres: PostgresDatabase, cast: Cast
) -> None:
    db = postgres
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        comment = (await create_comment(tx, cast.alice, CreateComment(post.id, "before"))).comment

    async def index() -> None:
        async with db.write() as batch:
            await index_pending(batch)

    async with db.write() as editing:
        await edit_comment(editing, cast.alice, EditComment(comment.id, "after"))
        await editing.settle()
        await asyncio.create_task(index())
    assert await _indexed(db, comment.id) is None, "it waits until the edit is through"
    await index_due(db)
    assert await _indexed(db, comment.id) == "after"


async def test_an_edit_that_comes_while_a_batch_runs_waits_for_its_own_turn(
    postgres: PostgresDatabase, cast: Cast
) -> None:
    db = postgres
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        comment = (await create_comment(tx, cast.alice, CreateComment(post.id, "before"))).comment

    async def edit() -> None:
        async with db.write() as tx:
            await edit_comment(tx, cast.alice, EditComment(comment.id, "after"))

    async with db.write() as batch:
        await search.index_pending(batch, 50)
        editing = asyncio.create_task(edit())
        await asyncio.sleep(0)
    await editing
    await index_due(db)
    assert await _indexed(db, comment.id) == "after"


@pytest.mark.parametrize(
    ("url", "chosen"),
    [
        ("postgresql://folkmoot@127.0.0.1/folkmoot", {"ssl": "allow"}),
        ("postgresql://folkmoot:pw@localhost:5432/folkmoot", {"ssl": "allow"}),
        ("postgresql://folkmoot@[::1]:5433/folkmoot?target_session_attrs=any", {"ssl": "allow"}),
        ("postgresql://folkmoot@127.0.0.1/folkmoot?sslmode=require", {}),
        ("postgresql://folkmoot@db.example.org/folkmoot", {}),
        ("postgresql:///folkmoot?host=/run/postgresql", {}),
    ],
)
def test_only_the_way_within_this_machine_is_not_encrypted(
    url: str, chosen: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGSSLMODE", raising=False)
    assert encryption(url) == chosen
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert encryption(url) == {}


async def test_a_question_is_one_round_trip(postgres: PostgresDatabase) -> None:
    asked: list[str] = []
    async with postgres._pool.acquire() as connection:
        connection.add_query_logger(lambda record: asked.append(record.query))
    for number in range(2):
        async with postgres.read() as tx:
            assert await tx.value(f"SELECT {number}") == number
    assert asked == ["SELECT 0", "SELECT 1"]


async def test_a_connection_that_comes_back_in_the_middle_of_something_is_undone(
    postgres: PostgresDatabase,
) -> None:
    async with postgres._pool.acquire() as connection:
        await connection.execute("BEGIN")
        await connection.execute("INSERT INTO instance (domain, published) VALUES ('never.example', 0)")
    async with postgres.write() as tx:
        assert await tx.value("SELECT count(*) FROM instance WHERE domain = 'never.example'") == 0


async def _heard(db: PostgresDatabase) -> None:
    """Wait until the server has passed on everything said so far: its own notice comes back behind the others."""
    before = db.changes.newest((("posts", 0),))
    other = asyncio.Event()
    await db._listener.add_listener("folkmoot_test", lambda *_: other.set())
    async with db.write() as tx:
        await tx.run("SELECT pg_notify('folkmoot_test', '')")
    await asyncio.wait_for(other.wait(), 30)
    assert db.changes.newest((("posts", 0),)) == before


async def test_a_line_that_broke_is_laid_anew_once_for_all_and_nobody_goes_on_before_it_is_heard_on(
    postgres: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, made, goes_on = asyncpg.connect, list[asyncpg.Connection](), asyncio.Event()
    listen = asyncpg.Connection.add_listener

    async def noted(*given: Any, **how: Any) -> asyncpg.Connection:
        made.append(await connect(*given, **how))
        return made[-1]

    async def slowly(connection: asyncpg.Connection, *asked: Any) -> None:
        await goes_on.wait()
        await listen(connection, *asked)

    await postgres._listener.close()
    monkeypatch.setattr(asyncpg, "connect", noted)
    monkeypatch.setattr(asyncpg.Connection, "add_listener", slowly)
    before = postgres.changes.latest()
    asking = [asyncio.create_task(postgres.sync()) for _ in range(3)]
    await until(lambda: bool(made))
    asking.append(asyncio.create_task(postgres.sync()))
    await asyncio.sleep(0)
    assert not any(one.done() for one in asking), "what changed meanwhile is not known yet"
    asking[0].cancel()
    await asyncio.sleep(0)
    goes_on.set()
    await asyncio.gather(*asking[1:])
    assert len(made) == 1
    assert postgres._listener is made[0], "whoever asked first may have gone"
    assert postgres.changes.latest() > before


async def test_what_was_changed_here_drops_kept_pages_once(postgres: PostgresDatabase, cast: Cast) -> None:
    db = postgres
    async with db.write() as tx:
        tx.changed("posts")
    made = db.changes.newest((("posts", 0),))
    await _heard(db)
    assert db.changes.newest((("posts", 0),)) == made


async def test_what_others_changed_is_heard(postgres: PostgresDatabase, cast: Cast) -> None:
    db = postgres
    made = db.changes.newest((("posts", 0),))
    db._heard(None, 1, "", "another.1 posts:0")
    assert db.changes.newest((("posts", 0),)) > made
    made = db.changes.newest((("thread", 7),))
    db._heard(None, 1, "", "another.2 *")
    assert db.changes.newest((("thread", 7),)) > made


async def test_a_writer_that_is_gone_when_its_commit_is_through_is_heard_all_the_same(
    postgres: PostgresDatabase, cast: Cast, clock: FixedClock, another: PostgresDatabase
) -> None:
    """Whatever came of the commit: that too much is made anew hurts nobody."""
    db, key = postgres, (("posts", 0),)
    here, there = db.changes.newest(key), another.changes.newest(key)
    wake = Wake(another, "posts")

    async def write() -> None:
        async with db.write() as tx:
            tx.changed("posts")
            committing.set()

    committing = asyncio.Event()
    writer = asyncio.create_task(write())
    await committing.wait()
    writer.cancel()
    await asyncio.gather(writer, return_exceptions=True)
    assert db.changes.newest(key) > here
    await wake.wait(30)
    assert another.changes.newest(key) > there


async def test_changes_are_told_after_the_commit_many_with_one_word(
    postgres: PostgresDatabase, cast: Cast, another: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And whoever is told "done" knows that all were told."""
    said: list[str] = []
    put = done = 0
    all_are_put = asyncio.Event()
    line, tell = postgres._listener, postgres._notices.tell

    async def execute(*asked: str) -> None:
        await all_are_put.wait()
        said.append(asked[-1])
        await line.execute(*asked)

    def noted(touched: Iterable[tuple[str, int]]) -> "asyncio.Future[None]":
        nonlocal put
        put += 1
        if put == 20:
            assert done == 0, "nobody hears that it is done before it was told"
            all_are_put.set()
        return tell(touched)

    async def write(number: int) -> None:
        nonlocal done
        async with postgres.write() as tx:
            tx.changed("thread", number)
        done += 1

    await postgres._notices.tell_everything()
    monkeypatch.setattr(postgres._notices, "_connection", SimpleNamespace(execute=execute))
    monkeypatch.setattr(postgres._notices, "tell", noted)
    await asyncio.gather(*(write(number) for number in range(20)))
    assert done == 20
    assert len(said) <= 2
    wake = Wake(another, "posts")
    async with postgres.write() as tx:
        tx.changed("posts")
    await wake.wait(30)
    floor = another.changes.newest((("thread", 999),))
    assert all(another.changes.newest((("thread", number),)) > floor for number in range(20))


async def test_what_could_not_be_told_is_made_good_with_the_next_word(
    postgres: PostgresDatabase, cast: Cast, another: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_asked: object) -> None:
        raise OSError("the line is dead")

    await postgres._notices.tell_everything()
    with monkeypatch.context() as patched:
        patched.setattr(postgres._notices, "_connection", SimpleNamespace(execute=fail))
        async with postgres.write() as tx:
            tx.changed("thread", 7)
    wake = Wake(another, "posts")
    made = another.changes.newest((("thread", 7),))
    async with postgres.write() as tx:
        tx.changed("posts")
    await wake.wait(30)
    assert another.changes.newest((("thread", 7),)) > made


async def test_a_process_that_begins_says_that_everything_may_have_changed(
    postgres: PostgresDatabase, cast: Cast, clock: FixedClock
) -> None:
    """The one before it may have died between a commit and its word."""
    made = postgres.changes.newest((("thread", 7),))
    wake = Wake(postgres, "posts")
    begun = await open_postgres(postgres._url, clock, size=1)
    await wake.wait(30)
    await begun.close()
    assert postgres.changes.newest((("thread", 7),)) > made


async def test_what_is_left_for_the_end_runs_in_one_statement_and_before_whoever_asks_for_it(
    postgres: PostgresDatabase, cast: Cast
) -> None:
    raise_scores = (
        "UPDATE community SET posts = posts + :by WHERE id = :id",
        "UPDATE person SET post_score = post_score + :by",
    )
    with count_statements() as counter:
        async with postgres.write() as tx:
            await tx.by_the_end(*raise_scores, by=1, id=cast.gardening.id)
            await tx.by_the_end("DELETE FROM instance WHERE domain IN :names[text]", names=["nosuch"])
            assert await tx.value("SELECT count(*) FROM site") == 1
            assert len(counter.statements) == 1, "it is about something else"
            assert await tx.value("SELECT min(post_score) FROM person") == 1
            await tx.by_the_end(raise_scores[1], by=1, id=0)
            await tx.by_the_end(raise_scores[1], by=1, id=0)
    assert len(counter.statements) == 5
    async with postgres.read() as tx:
        assert await tx.value("SELECT max(post_score) FROM person") == 3


async def test_what_was_left_for_the_end_of_a_part_is_undone_with_it(
    postgres: PostgresDatabase, cast: Cast
) -> None:
    score = "UPDATE person SET post_score = post_score + 1 WHERE id = :id"
    async with postgres.write() as tx:
        await tx.by_the_end(score, id=cast.alice.id)
        with suppress(RuntimeError):
            async with tx.part():
                await tx.by_the_end(score, id=cast.alice.id)
                raise RuntimeError
        with suppress(asyncpg.PostgresError):
            async with tx.part():
                await tx.by_the_end(score, id=cast.alice.id)
                await tx.by_the_end("INSERT INTO site_language (site_id, language_id) VALUES (:id, 1)", id=-1)
        assert await tx.value("SELECT post_score FROM person WHERE id = :id", id=cast.alice.id) == 1


async def test_a_server_that_takes_no_more_connections_is_busy(
    postgres: PostgresDatabase, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or who asked would hear of a fault of the program's; and a sender must know that trying again helps."""

    async def refuse(*_asked: object, **_more: object) -> None:
        raise asyncpg.exceptions.TooManyConnectionsError("sorry, too many clients already")

    with monkeypatch.context() as patched:
        patched.setattr(postgres, "_pool", SimpleNamespace(acquire=refuse))
        with pytest.raises(Busy):
            async with postgres.read():
                pass
        with pytest.raises(Busy):
            async with postgres.write():
                pass
    await postgres._listener.close()
    with monkeypatch.context() as patched:
        patched.setattr(asyncpg, "connect", refuse)
        with pytest.raises(Busy):
            await postgres.sync()
    await postgres.sync()
    async with postgres.write() as tx:
        assert await tx.value("SELECT 1") == 1


async def test_lists_that_two_replace_at_once_are_the_later_ones(
    postgres: PostgresDatabase, cast: Cast
) -> None:
    """Each deletes what it sees and writes anew: the second has to see what the first wrote."""
    db = postgres
    community, account = cast.gardening.id, cast.alice.account
    assert account is not None
    async with db.write() as tx:
        asked = CreateEmoji("wave", "https://here.example/wave.png", "", "", ("hello",))
        emoji = (await create_emoji(tx, cast.admin, asked)).id

    async def languages(tx: Tx, ids: tuple[int, ...]) -> None:
        await edit_site(tx, cast.admin, EditSite(discussion_languages=ids, blocked_urls=("evil.example",)))
        await edit_community(tx, cast.admin, EditCommunity(community, language_ids=ids))
        await save_settings(tx, cast.alice, SaveSettings(discussion_languages=frozenset(ids)))
        await edit_emoji(tx, cast.admin, EditEmoji(emoji, keywords=tuple(f"word {number}" for number in ids)))
        await communities.replace_moderators(tx, community, [cast.alice.id, cast.bob.id])

    async def later() -> None:
        async with db.write() as tx:
            await languages(tx, (0, 37, 38))

    async with db.write() as first:
        await languages(first, (0, 37))
        second = asyncio.create_task(later())
        assert await waits(db, second)
    await second
    async with db.read() as tx:
        assert await communities.site_languages(tx) == [0, 37, 38]
        assert await communities.languages(tx, community) == [0, 37, 38]
        assert (await read_emoji(tx, emoji)).keywords == ("word 0", "word 37", "word 38")
        mine = "SELECT language_id FROM local_user_language WHERE local_user_id = :id ORDER BY language_id"
        assert [row[0] for row in await tx.all(mine, id=account.id)] == [0, 37, 38]


async def test_what_somebody_else_just_wrote_is_tried_again(postgres: PostgresDatabase, cast: Cast) -> None:
    write = "INSERT INTO url_blocklist (url, published) VALUES ('evil.example', :now)"

    async def later() -> None:
        async with postgres.write() as tx:
            await tx.run(write, now=tx.now)

    async with postgres.write() as first:
        await first.run(write, now=first.now)
        second = asyncio.create_task(later())
        assert await waits(postgres, second)
    with pytest.raises(Busy):
        await second


async def test_of_two_that_wait_for_each_other_one_gives_way_and_is_done_again(
    postgres: PostgresDatabase, cast: Cast
) -> None:
    """A real deadlock: the server ends it by undoing one of the two."""
    db, tries, ready, through = postgres, list[str](), asyncio.Barrier(2), asyncio.Event()

    async def add(name: str, *ids: int) -> None:
        if len(tries) == 2:  # the one that gave way: else it may take again what the other was woken for
            await through.wait()
        async with db.write() as tx:
            tries.append(name)
            for person_id in ids:
                await tx.run("UPDATE person SET post_score = post_score + 1 WHERE id = :id", id=person_id)
                if len(tries) <= 2 and person_id == ids[0]:
                    await ready.wait()
        through.set()

    alice, bob = cast.alice.id, cast.bob.id
    async with asyncio.timeout(20):
        await asyncio.gather(
            persistently(lambda: add("there", alice, bob)), persistently(lambda: add("back", bob, alice))
        )
    assert len(tries) == 3
    async with db.read() as tx:
        scores = await tx.all("SELECT post_score FROM person WHERE id IN :ids[]", ids=[alice, bob])
        assert [row[0] for row in scores] == [2, 2]


async def test_what_has_kept_something_is_not_done_again(postgres: PostgresDatabase, cast: Cast) -> None:
    tries = 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        async with postgres.write() as tx:
            await tx.run("UPDATE person SET post_score = post_score + 1 WHERE id = :id", id=cast.alice.id)
        async with postgres.write() as tx:
            await tx.run("INSERT INTO url_blocklist (url, published) VALUES ('evil.example', 1)")
            await tx.run("INSERT INTO url_blocklist (url, published) VALUES ('evil.example', 1)")

    with pytest.raises(Busy):
        await persistently(work)
    assert tries == 1


async def test_a_count_that_may_be_lost_is_nothing_that_was_kept(
    postgres: PostgresDatabase, cast: Cast
) -> None:
    """Such as that of the rate limits, which comes before what is done."""
    tries = 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        async with postgres.write(soon=True) as tx:
            await tx.run("UPDATE person SET post_score = 1 WHERE id = :id", id=cast.alice.id)
        async with postgres.write() as tx:
            twice = 2 if tries == 1 else 1
            for _ in range(twice):
                await tx.run("INSERT INTO url_blocklist (url, published) VALUES ('evil.example', 1)")

    await persistently(work)
    assert tries == 2


async def test_room_is_made_where_rows_come_and_go(postgres: PostgresDatabase) -> None:
    size = "SELECT pg_relation_size('search_pending')"
    async with postgres.write() as tx:
        await tx.run(
            "INSERT INTO search_pending (kind, object_id) SELECT 'post', i FROM generate_series(1, 3000) AS i"
        )
    async with postgres.write() as tx:
        await tx.run("DELETE FROM search_pending")
        await tx.value("SELECT pg_stat_force_next_flush()")
    async with postgres.read() as tx:
        assert await tx.value(size) > 0
    left = -1
    async with asyncio.timeout(20):
        while left:  # the server's own tending may have the table, or still see what was deleted
            await postgres.tend()
            async with postgres.read() as tx:
                left = await tx.value(size)


async def test_whoever_writes_does_not_hold_on_to_the_rows_that_others_count_in(
    postgres: PostgresDatabase,
) -> None:
    """References are looked at by the end: a row with holders and a writer leaves versions that stay in the way."""
    tables = ["post", "comment", "post_vote", "comment_vote", "post_read", "comment_reply", "person_mention"]
    async with postgres.read() as tx:
        early = await tx.all(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND NOT condeferred"
            " AND CAST(CAST(conrelid AS regclass) AS text) IN :tables[text]",
            tables=tables,
        )
    assert early == []


async def test_those_who_count_in_one_row_come_one_after_the_other(
    postgres: PostgresDatabase, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process, so that the server has not to wake all for each."""
    monkeypatch.setattr("folkmoot.store.postgres._TURN_SECONDS", 60.0)
    waiting: list[int] = []

    async def write() -> None:
        async with postgres.write() as tx:
            await counts.site_wrote(tx, comments=1)
            await tx.settle()
            waiting.append(await tx.value(_WAITING))

    await asyncio.gather(*(write() for _ in range(4)))
    assert waiting == [0, 0, 0, 0]
    async with postgres.read() as tx:
        assert await tx.value("SELECT comments FROM local_site") == 4


async def test_a_turn_that_does_not_come_is_not_waited_for_forever(
    postgres: PostgresDatabase, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has it may wait for a row that one who waits for it holds."""
    monkeypatch.setattr("folkmoot.store.postgres._TURN_SECONDS", 0.05)
    score = "UPDATE person SET post_score = post_score + 1 WHERE id = :id"
    has_row, has_turn = asyncio.Event(), asyncio.Event()

    async def with_the_row() -> None:
        async with postgres.write() as tx:
            await tx.run(score, id=cast.alice.id)
            has_row.set()
            await has_turn.wait()
            await counts.site_wrote(tx, comments=1)

    async def with_the_turn() -> None:
        await has_row.wait()
        async with postgres.write() as tx:
            await postgres.turn.take(tx)  # type: ignore[arg-type]
            has_turn.set()
            await tx.run(score, id=cast.alice.id)

    async with asyncio.timeout(10):
        await asyncio.gather(with_the_row(), with_the_turn())


async def test_a_single_statement_is_committed_with_it_and_told_of(postgres: PostgresDatabase) -> None:
    add, key = "INSERT INTO instance (domain, published) VALUES (:domain, 0)", (("site", 0),)
    before = postgres.changes.newest(key)
    async with postgres.write(single=True) as tx:
        await tx.run(add, domain="one.test")
        tx.changed("site")
        async with postgres.read() as reader:
            assert await reader.value("SELECT domain FROM instance WHERE domain = 'one.test'")
    assert postgres.changes.newest(key) > before
    with pytest.raises(Busy):  # somebody else has added it just now
        async with postgres.write(single=True) as tx:
            await tx.run(add, domain="one.test")


async def test_after_a_single_statement_comes_no_other(postgres: PostgresDatabase) -> None:
    add = "INSERT INTO instance (domain, published) VALUES (:domain, 0)"
    async with postgres.write(single=True) as tx:
        await tx.run(add, domain="one.test")
        with pytest.raises(RuntimeError, match="single"):
            await tx.run(add, domain="two.test")
    async with postgres.write(single=True) as tx:
        await tx.by_the_end(add, domain="three.test")
        with pytest.raises(RuntimeError, match="single"):
            await tx.by_the_end(add, domain="four.test")
    async with postgres.read() as tx:
        rows = await tx.all("SELECT domain FROM instance WHERE domain LIKE '%.test' ORDER BY id")
    assert [row[0] for row in rows] == ["one.test", "three.test"]
