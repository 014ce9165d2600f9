"""Counting everything again: what is wrong is found, named and mended, and nothing else is touched."""

import asyncio
from typing import Any

import pytest

from folkmoot.core.communities.follow import follow_community
from folkmoot.core.votes.cast import vote_on_comment, vote_on_post
from folkmoot.store.db import Database
from folkmoot.store.dialect.base import split_statements
from folkmoot.store.migrate import known_migrations
from folkmoot.store.recount import STEPS, recount
from tests.cast import Cast
from tests.core.stories import now, write_comment, write_post

COLUMNS = [
    ("post", "upvotes", 7),
    ("post", "downvotes", 7),
    ("post", "score", 70),
    ("post", "controversy_rank", 0.5),
    ("post", "comments", 7),
    ("post", "comments_step", 7),
    ("post", "newest_comment", 1),
    ("post", "newest_comment_necro", 1),
    ("comment", "upvotes", 7),
    ("comment", "downvotes", 7),
    ("comment", "score", 70),
    ("comment", "controversy_rank", 0.5),
    ("comment", "child_count", 7),
    ("person", "post_count", 7),
    ("person", "post_score", 7),
    ("person", "comment_count", 7),
    ("person", "comment_score", 7),
    ("community", "posts", 7),
    ("community", "comments", 7),
    ("community", "subscribers", 7),
    ("community", "subscribers_local", 7),
    ("local_site", "users", 77),
    ("local_site", "posts", 7),
    ("local_site", "comments", 7),
    ("local_site", "communities", 7),
]


@pytest.fixture
async def busy(db: Database, cast: Cast) -> Database:
    """A site on which something happened, all of it counted."""
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        top = await write_comment(tx, cast.bob, post, "Top")
        await write_comment(tx, cast.alice, post, "Below", top)
        await vote_on_post(tx, cast.bob, post.id, -1)
        await vote_on_comment(tx, cast.admin, top.id, -1)
        await follow_community(tx, cast.alice, cast.gardening.id)
    return db


async def test_a_site_that_counted_right_has_no_drift(busy: Database) -> None:
    assert await recount(busy, repair=False) == []


@pytest.mark.parametrize(("table", "column", "wrong"), COLUMNS)
async def test_each_stored_value_is_compared_and_mended(
    busy: Database, table: str, column: str, wrong: float
) -> None:
    stored_in = "community_count" if (table, column) == ("community", "comments") else table
    async with busy.write() as tx:
        right = await tx.value(
            f"SELECT {column} FROM {stored_in} WHERE id = (SELECT min(id) FROM {stored_in})"
        )
        number = await tx.value(f"SELECT min(id) FROM {stored_in}")
        await tx.run(f"UPDATE {stored_in} SET {column} = :wrong WHERE id = :id", wrong=wrong, id=number)
    [found] = [
        drift for drift in await recount(busy, repair=False) if (drift.table, drift.column) == (table, column)
    ]
    assert (found.id, found.stored, found.counted) == (number, pytest.approx(wrong), pytest.approx(right))
    assert found in await recount(busy)
    assert await recount(busy, repair=False) == []
    async with busy.read() as tx:
        assert await tx.value(f"SELECT {column} FROM {stored_in} WHERE id = :id", id=number) == pytest.approx(
            right
        )


async def test_a_check_changes_nothing_and_a_repair_renews_what_is_shown(busy: Database, cast: Cast) -> None:
    async with busy.write() as tx:
        await tx.run("UPDATE post SET comments = 9")
    async with busy.read() as tx:
        before = await tx.first("SELECT version, comments FROM post")
    await recount(busy, repair=False)
    async with busy.read() as tx:
        assert await tx.first("SELECT version, comments FROM post") == before
    seen = busy.changes.newest((("thread", 1),))
    await recount(busy)
    async with busy.read() as tx:
        after = await tx.first("SELECT version, comments FROM post")
    assert before
    assert after
    assert (after[0], after[1]) == (before[0] + 1, 2)
    await busy.sync()
    assert busy.changes.newest((("thread", 1),)) != seen


async def test_what_a_home_elsewhere_says_of_its_followers_is_not_ours_to_count__G_3(
    busy: Database, cast: Cast
) -> None:
    async with busy.write() as tx:
        await tx.run("UPDATE community SET subscribers = 4000 WHERE id = :id", id=cast.baking.id)
        await follow_community(tx, cast.alice, cast.baking.id)
    assert await recount(busy, repair=False) == []
    async with busy.read() as tx:
        assert ((await now(tx, cast.baking)).subscribers, (await now(tx, cast.baking)).subscribers_local) == (
            4000,
            1,
        )


async def test_a_newest_comment_that_is_gone_is_no_drift__G_1(busy: Database) -> None:
    async with busy.write() as tx:
        await tx.run(
            "UPDATE post SET newest_comment = newest_comment + 5000000, newest_comment_necro = newest_comment_necro + 5000000"
        )
    assert await recount(busy, repair=False) == []


async def test_progress_is_told_table_by_table(busy: Database) -> None:
    heard: list[tuple[str, int, int]] = []
    await recount(busy, repair=False, progress=lambda *step: heard.append(step))
    assert [table for table, _, _ in heard] == [step.table for step in STEPS]
    assert all(done == of for _, done, of in heard)


async def test_counting_again_while_people_vote_loses_nothing(busy: Database, cast: Cast) -> None:
    """Whoever writes while rows are mended adds to what is written there."""
    async with busy.write() as tx:
        posts = [await write_post(tx, cast.alice, cast.gardening, f"Post {number}") for number in range(6)]
        await tx.run("UPDATE post SET upvotes = upvotes + 5, score = score + 5")
        await tx.run("UPDATE person SET post_score = 0")

    async def vote(who: Any, value: int) -> None:
        for post in posts:
            async with busy.write() as tx:
                await vote_on_post(tx, who, post.id, value)

    await asyncio.gather(vote(cast.bob, 1), recount(busy), vote(cast.admin, -1), vote(cast.carol, 1))
    await recount(busy)
    assert await recount(busy, repair=False) == []
    async with busy.read() as tx:
        rows = await tx.all("SELECT upvotes, downvotes FROM post WHERE id > 1")
    assert {tuple(row) for row in rows} == {(3, 1)}


async def test_counting_again_while_people_comment_loses_nothing(busy: Database, cast: Cast) -> None:
    async with busy.write() as tx:
        posts = [await write_post(tx, cast.alice, cast.gardening, f"Post {number}") for number in range(6)]
        await tx.run("UPDATE community_count SET comments = 70")

    async def comment(who: Any) -> None:
        for post in posts:
            async with busy.write() as tx:
                await write_comment(tx, who, post, f"{who.person.name} was here")

    await asyncio.gather(comment(cast.bob), recount(busy), comment(cast.carol))
    assert await recount(busy, repair=False) == []
    async with busy.read() as tx:
        assert (await now(tx, cast.gardening)).comments == 2 + 2 * len(posts)


async def test_comments_come_along_to_where_they_are_counted_now(busy: Database, cast: Cast) -> None:
    """As on a site of a version in which a community held the number itself."""
    later = [each for each in known_migrations() if "community_counts" in each.name]
    await busy.script(
        [
            "ALTER TABLE community ADD COLUMN comments INTEGER NOT NULL DEFAULT 0",
            f"UPDATE community SET comments = 12 WHERE id = {cast.gardening.id}",
            "DROP TABLE community_count",
            *(statement for each in later for statement in split_statements(each.script, busy.dialect.name)),
        ]
    )
    async with busy.read() as tx:
        assert (await now(tx, cast.gardening)).comments == 12
        assert (await now(tx, cast.baking)).comments == 0
    await recount(busy)
    async with busy.read() as tx:
        assert (await now(tx, cast.gardening)).comments == 2
