"""How the engines go about the lists that are asked for all the time: down one index that is in order already, and nothing sorted.

PostgreSQL is told not to read whole tables, because in a small one it would be right to.
"""

from typing import Any

import pytest

from folkmoot.model.enums import CommentSort, Listing, PostSort
from folkmoot.store.db import Database
from folkmoot.store.dialect.base import split_statements
from folkmoot.store.listing import pages
from folkmoot.store.listing.filters import Shape
from folkmoot.store.migrate import known_migrations
from folkmoot.store.sqlite import SqliteDatabase, open_sqlite
from tests.cast import Cast
from tests.store.listing.conftest import Garden, plant_post

SORTS = {
    PostSort.ACTIVE: "active",
    PostSort.HOT: "hot",
    PostSort.SCALED: "scaled",
    PostSort.CONTROVERSIAL: "controversy",
    PostSort.NEW: "published",
    PostSort.NEW_COMMENTS: "newest_comment",
    PostSort.MOST_COMMENTS: "comments",
    PostSort.TOP_YEAR: "score",
    PostSort.TOP_ALL: "score",
}
COMMENTS = {
    CommentSort.HOT: "comment_by_hot",
    CommentSort.TOP: "comment_by_score",
    CommentSort.NEW: "comment_by_published",
    CommentSort.OLD: "comment_by_published",
    CommentSort.CONTROVERSIAL: "comment_by_controversy",
}
MEMBER = {
    "signed_in": True,
    "choosy": True,
    "languages": True,
    "shows_nsfw": False,
    "shows_read": False,
    "shows_hidden": False,
    "shows_bots": False,
}
READERS = [pytest.param({}, id="visitor"), pytest.param(MEMBER, id="member")]
VALUES: dict[str, Any] = {
    "viewer": 1, "now": 1, "community_id": 1, "creator_id": 1, "home": 1, "languages": [1], "since": 1, "at_id": 1, "at_published": 1,
    "at_hot_rank": 0.5, "at_active_rank": 0.5, "at_scaled_rank": 0.5, "at_controversy_rank": 0.5, "at_newest_comment": 1, "at_comments": 1,
    "at_score": 1, "post_id": 1, "at_noted": 1, "not_before": 1, "ids": [1], "visit_before": 1,
}  # fmt: skip


async def plan_of(db: Database, statement: str) -> str:
    """What the engine is going to do, in its words."""
    if db.dialect.name == "sqlite":
        async with db.read() as tx:
            return "\n".join(row[3] for row in await tx.all(f"EXPLAIN QUERY PLAN {statement}", **VALUES))
    async with db.write() as tx:
        await tx.run("SET LOCAL enable_seqscan = off")
        await tx.run("SET LOCAL enable_bitmapscan = off")
        return "\n".join(row[0] for row in await tx.all(f"EXPLAIN {statement}", **VALUES))


def sorts(plan: str) -> bool:
    """Whether anything is put in order that was not."""
    return "USE TEMP B-TREE" in plan or "Sort" in plan


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("spot", ["start", "rest"])
@pytest.mark.parametrize(("sort", "index"), SORTS.items())
async def test_all_posts_are_read_off_one_index(
    db: Database, cast: Cast, sort: PostSort, index: str, spot: str, reader: dict[str, bool]
) -> None:
    plan = await plan_of(db, pages._straight(Shape("post", scope=Listing.ALL, **reader), sort, spot, "21"))
    assert f"post_by_{index}" in plan
    assert not sorts(plan), plan


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("sort", "index"), SORTS.items())
async def test_a_communitys_posts_are_read_off_one_index(
    db: Database, cast: Cast, sort: PostSort, index: str, reader: dict[str, bool]
) -> None:
    shape = Shape("post", scope=Listing.ALL, community=True, **reader)
    plan = await plan_of(db, pages._straight(shape, sort, "rest", "21"))
    assert f"post_in_community_by_{index}" in plan
    assert not sorts(plan), plan


@pytest.mark.parametrize("scope", [Listing.LOCAL, Listing.SUBSCRIBED, Listing.MODERATOR_VIEW])
async def test_the_window_is_read_off_one_index(db: Database, cast: Cast, scope: Listing) -> None:
    plan = await plan_of(
        db, pages._windowed(Shape("post", scope=scope, **MEMBER), PostSort.HOT, "rest", "21")
    )
    assert "post_by_hot" in plan
    assert not sorts(plan), plan


@pytest.mark.parametrize("scope", [Listing.LOCAL, Listing.SUBSCRIBED, Listing.MODERATOR_VIEW])
async def test_each_community_gives_its_first_rows_off_its_own_index(
    db: Database, cast: Cast, scope: Listing
) -> None:
    """Only what was merged is sorted."""
    plan = await plan_of(
        db, pages._merged(db.dialect.of_each, Shape("post", scope=scope, **MEMBER), PostSort.HOT, True, "21")
    )
    assert plan.count("post_in_community_by_hot") == 2
    assert plan.count("TEMP B-TREE") + plan.count("Sort  ") <= 1, plan
    if db.dialect.name == "sqlite":
        assert "SCAN e" not in plan
        assert "SCAN i" not in plan


@pytest.mark.parametrize(("sort", "index"), COMMENTS.items())
async def test_all_comments_are_read_off_one_index(
    db: Database, cast: Cast, sort: CommentSort, index: str
) -> None:
    plan = await plan_of(
        db, pages._straight(Shape("comment", scope=Listing.ALL, **MEMBER), sort, "rest", "21")
    )
    assert index in plan
    assert not sorts(plan), plan


@pytest.mark.parametrize("table", ["post", "comment"])
async def test_a_persons_newest_are_read_off_one_index(db: Database, cast: Cast, table: str) -> None:
    shape = Shape(table, creator=True, pins=False)
    sort = PostSort.NEW if table == "post" else CommentSort.NEW
    plan = await plan_of(db, pages._straight(shape, sort, "rest", "21"))
    assert f"{table}_by_creator" in plan
    assert not sorts(plan), plan


async def test_a_persons_posts_since_a_moment_are_the_start_of_that_index(db: Database, cast: Cast) -> None:
    shape = Shape("post", creator=True, recent=True, pins=False)
    plan = await plan_of(db, pages._straight(shape, PostSort.NEW, "rest", "21"))
    assert "post_by_creator " in plan
    assert "published>?" in plan or ("Index Cond" in plan and "published >=" in plan), plan
    assert not sorts(plan), plan


@pytest.mark.parametrize(("table", "sort"), [("post", PostSort.HOT), ("comment", CommentSort.HOT)])
async def test_what_a_person_wrote_as_apps_ask_for_it_is_read_off_one_index(
    db: Database, cast: Cast, table: str, sort: PostSort | CommentSort
) -> None:
    shape = Shape(table, creator=True, gone_too=table == "comment", **MEMBER)
    plan = await plan_of(db, pages._straight(shape, sort, "start", "11"))
    assert f"{table}_by_creator_hot" in plan
    assert not sorts(plan), plan


@pytest.mark.parametrize("table", ["post", "comment"])
async def test_saved_things_are_read_off_one_index(db: Database, cast: Cast, table: str) -> None:
    shape = Shape(table, scope=Listing.ALL, saved=True, **MEMBER)
    plan = await plan_of(db, pages._straight(shape, PostSort.HOT, "rest", "21"))
    assert f"{table}_saved_by_time" in plan
    assert not sorts(plan), plan


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("table", ["post", "comment"])
async def test_what_a_search_shows_is_read_by_the_ids(
    db: Database, cast: Cast, table: str, reader: dict[str, bool]
) -> None:
    lines, _ = pages.lines(Shape(table, **reader))
    plan = await plan_of(db, lines)
    if isinstance(db, SqliteDatabase):
        assert plan.startswith("SEARCH i USING INTEGER PRIMARY KEY"), plan
        assert [line for line in plan.split("\n") if line.startswith("SCAN")] == [
            "SCAN json_each VIRTUAL TABLE INDEX 1:"
        ]
    else:
        assert f"Index Scan using {table}_pkey on {table} i" in plan, plan


async def test_the_top_of_a_short_time_gathers_that_time_only(db: Database, cast: Cast) -> None:
    """Sorted, but only what was published since."""
    plan = await plan_of(
        db, pages._straight(Shape("post", scope=Listing.ALL), PostSort.TOP_DAY, "start", "21")
    )
    assert "post_by_published" in plan
    assert "post_by_score" not in plan


async def test_an_index_that_comes_later_is_not_taken_for_other_orders(
    db: Database, cast: Cast, garden: Garden
) -> None:
    """What SQLite counted before it came is no reason to think that it leads to fewer rows."""
    if not isinstance(db, SqliteDatabase):
        pytest.skip("PostgreSQL counts by columns")
    async with db.write() as tx:
        for number in range(100, 4000):
            await plant_post(tx, number, community_id=cast.gardening.id, creator_id=cast.alice.id)
    (later,) = [each for each in known_migrations() if "posts_of_people_by_hot" in each.name]
    await db.script(["DROP INDEX post_by_creator_hot", "ANALYZE"])
    await db.script(split_statements(later.script, "sqlite"))
    again = open_sqlite(db.path, db.clock)
    for sort, index in ((PostSort.NEW, "post_by_creator "), (PostSort.HOT, "post_by_creator_hot ")):
        plan = await plan_of(
            again, pages._straight(Shape("post", creator=True, **MEMBER), sort, "start", "21")
        )
        assert index in plan
        assert not sorts(plan), plan
    await again.close()
