"""How the engines go about the lists that are asked for all the time: down one index that is in order already, and nothing sorted.

PostgreSQL is told not to read whole tables, because in a small one it would be right to.
"""

import re
from collections.abc import AsyncIterator
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
from tests.store.listing.conftest import Garden, plant_post, step_in_sql

SORTS = {
    PostSort.ACTIVE: "active",
    PostSort.HOT: "hot",
    PostSort.SCALED: "scaled",
    PostSort.CONTROVERSIAL: "controversy",
    PostSort.NEW: "published",
    PostSort.NEW_COMMENTS: "newest_comment",
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
    "at_comments_step": 1, "at_score": 1, "post_id": 1, "at_noted": 1, "not_before": 1, "ids": [1], "visit_before": 1,
}  # fmt: skip


async def plan_of(db: Database, statement: str, **more: Any) -> str:
    """What the engine is going to do, in its words."""
    values = {**VALUES, **more}
    if db.dialect.name == "sqlite":
        async with db.read() as tx:
            return "\n".join(row[3] for row in await tx.all(f"EXPLAIN QUERY PLAN {statement}", **values))
    async with db.write() as tx:
        await tx.run("SET LOCAL enable_seqscan = off")
        await tx.run("SET LOCAL enable_bitmapscan = off")
        return "\n".join(row[0] for row in await tx.all(f"EXPLAIN {statement}", **values))


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
        db,
        pages._merged(db.dialect.of_each, Shape("post", scope=scope, **MEMBER), PostSort.HOT, "rest", "21"),
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


@pytest.fixture
async def crowded(db: Database, cast: Cast) -> AsyncIterator[Database]:
    """Some posts have very many comments, more have some, and most a few."""
    async with db.write() as tx:
        await tx.run(
            "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 6000),"
            " posts (x, comments) AS (SELECT x, 20000 / x FROM n)"
            " INSERT INTO post (name, name_html, ap_id, local, published, newest_comment, newest_comment_necro, creator_id, community_id,"
            " comments, comments_step) SELECT 'Post', 'Post', 'https://x.example/post/' || x, TRUE, x, x, x, CAST(:creator AS INTEGER),"
            f" CASE WHEN x % 3 = 0 THEN CAST(:one AS INTEGER) ELSE CAST(:other AS INTEGER) END, comments, {step_in_sql()} FROM posts",
            creator=cast.alice.id, one=cast.gardening.id, other=cast.baking.id,
        )  # fmt: skip
    if isinstance(db, SqliteDatabase):
        await db.script(["PRAGMA analysis_limit = 1000", "ANALYZE post"])  # as `optimise` has it counted
        again = open_sqlite(db.path, db.clock)
        yield again
        await again.close()
    else:
        await db.script(["ANALYZE post"])
        yield db
        # The next test shall find the table as if nothing had ever been in it.
        await db.script(
            ["TRUNCATE post CASCADE", "DELETE FROM pg_statistic WHERE starelid = 'post'::regclass"]
        )


def sorted_in(plan: str) -> tuple[int, int]:
    """How many times rows are put in order as a whole, and how many times one step after the other."""
    whole = plan.count("TEMP B-TREE FOR ORDER BY") + len(re.findall(r"(?<!Incremental )Sort  ", plan))
    return whole, plan.count("FOR LAST 3 TERMS OF ORDER BY") + len(
        re.findall(r"Presorted Key: \w+\.comments_step\n", plan)
    )


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("community", [False, True], ids=["all", "community"])
async def test_by_comments_rows_are_sorted_by_the_step_and_the_last_not_at_all(
    crowded: Database, community: bool, reader: dict[str, bool]
) -> None:
    """Down an index of the steps, which few comments move; where each number is a step of its own, in its order."""
    shape = Shape("post", scope=Listing.ALL, community=community, **reader)
    index = "post_in_community_by_comments_step" if community else "post_by_comments_step"
    for spot, step, strips in (("start", 0, 2), ("rest", 7, 2), ("last", 2, 1)):
        text = pages._rest(shape, PostSort.MOST_COMMENTS, spot, "21")
        plan = await plan_of(crowded, text, at_comments_step=step, at_comments=36)
        assert plan.count(index) == strips, plan
        assert sorted_in(plan) == (0, strips - 1), plan
        if isinstance(crowded, SqliteDatabase):
            begins = {
                "start": "comments_step>?)",
                "rest": "comments_step>? AND comments_step<?)",
                "last": "(comments_step,published)<",
            }
            assert begins[spot] in plan


@pytest.mark.parametrize("scope", [Listing.LOCAL, Listing.SUBSCRIBED, Listing.MODERATOR_VIEW])
async def test_by_comments_a_window_and_each_community_are_read_off_their_index(
    crowded: Database, scope: Listing
) -> None:
    shape, sort = Shape("post", scope=scope, **MEMBER), PostSort.MOST_COMMENTS
    for spot, step, strips in (("rest", 7, 2), ("last", 2, 1)):
        values = {"at_comments_step": step, "at_comments": 36}
        plan = await plan_of(crowded, pages._windowed(shape, sort, spot, "21"), **values)
        assert plan.count("post_by_comments_step") == strips, plan
        assert sorted_in(plan) == (0, strips - 1), plan
        merged = pages._merged(crowded.dialect.of_each, shape, sort, spot, "21")
        plan = await plan_of(crowded, merged, **values)
        assert plan.count("post_in_community_by_comments_step") == 2 * strips, plan
        assert sorted_in(plan)[0] <= 2, "what was merged, and at most the featured"


async def test_by_comments_a_persons_posts_are_gathered_and_sorted(db: Database, cast: Cast) -> None:
    """All of them, in one go, however many comments they have."""
    shape = Shape("post", creator=True, pins=False, **MEMBER)
    plan = await plan_of(db, pages._straight(shape, PostSort.MOST_COMMENTS, "last", "21"))
    assert plan.count("post_by_creator") == 1, plan
    assert sorted_in(plan) == (1, 0), plan


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
