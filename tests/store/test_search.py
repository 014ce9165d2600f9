"""The search tables and what is found through them, on whichever engine the tests run."""

from datetime import UTC, datetime

import pytest

from folkmoot.core.archive.invent import SCALES, invent
from folkmoot.core.archive.load import load
from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.search.index import index_all
from folkmoot.model.enums import CommentSort, PostSort
from folkmoot.store import search
from folkmoot.store.db import Database
from folkmoot.store.dialect.postgres import PostgresDialect
from folkmoot.store.dialect.sqlite import SqliteDialect
from folkmoot.store.listing.filters import Shape
from folkmoot.store.search import Wanted, folded
from tests.cast import Cast

TERMS = (
    "the",
    "and water",
    "ER",
    "licencia",
    "ä",
    "w t",
    "garden tomato",
    "zzzqqq",
    "e",
    "%",
    "_",
    '"',
    "*",
    "can't",
    "café",
    "水",
)


@pytest.fixture
async def site(db: Database, cast: Cast) -> Database:
    """A few hundred invented comments in several languages, indexed."""
    await load(db, enumerate(invent(SCALES["tiny"], datetime(2026, 6, 1, tzinfo=UTC)), 2))
    assert await index_all(db) > 700
    return db


def _has(text: str | None, words: list[str]) -> bool:
    """The definition (Q-1), without an index: the words in order, with anything between them."""
    text, at = folded(text or ""), 0
    for word in words:
        at = text.find(word, at) + len(word)
        if at < len(word):
            return False
    return True


async def test_an_index_finds_what_looking_at_every_text_finds(site: Database) -> None:
    async with site.read(slow=True) as tx:
        comments = await tx.all("SELECT id, content FROM comment c WHERE NOT deleted AND NOT removed")
        posts = await tx.all("SELECT id, name, body, alt_text FROM post WHERE NOT deleted AND NOT removed")
        for term in TERMS:
            words = folded(term).split()
            wanted = Wanted(Shape("comment"), CommentSort.NEW, tuple(words))
            found = await search.find(tx, wanted, limit=5000, offset=0)
            visible = await search.find(tx, Wanted(wanted.shape, CommentSort.NEW), limit=5000, offset=0)
            assert set(found.ids) == {row[0] for row in comments if _has(row[1], words)} & set(visible.ids), (
                term
            )
            of_posts = await search.find(
                tx, Wanted(Shape("post"), PostSort.NEW, tuple(words)), limit=500, offset=0
            )
            everything = await search.find(tx, Wanted(Shape("post"), PostSort.NEW), limit=500, offset=0)
            having = {row[0] for row in posts if any(_has(text, words) for text in row[1:])}
            assert set(of_posts.ids) == having & set(everything.ids), term


async def test_pages_neither_lose_nor_repeat(site: Database) -> None:
    wanted = Wanted(Shape("comment"), CommentSort.TOP, ("e",))
    async with site.read(slow=True) as tx:
        whole = await search.find(tx, wanted, limit=100, offset=0)
        parts = [
            number
            for page in range(5)
            for number in (await search.find(tx, wanted, limit=20, offset=page * 20)).ids
        ]
    assert parts == whole.ids
    assert len(set(parts)) == 100


async def test_sqlite_goes_by_the_hits_and_not_down_an_order(db: Database, cast: Cast) -> None:
    if db.dialect.name != "sqlite":
        pytest.skip("how PostgreSQL plans depends on its statistics")
    async with db.read() as tx:
        for shape in (
            Shape("post", choosy=True, signed_in=True),
            Shape("comment"),
            Shape("comment", community=True),
            Shape("post", creator=True),
        ):
            sort = PostSort.HOT if shape.of_posts else CommentSort.HOT
            hits, _, text = search._hits(tx, Wanted(shape, sort, words=("slugs",)))
            values = {
                "text": text,
                "viewer": 1,
                "now": 1,
                "community_id": 1,
                "creator_id": 1,
                "languages": [0],
            }
            statement = search._listed(shape, sort, hits)
            plan = [row[3] for row in await tx.all(f"EXPLAIN QUERY PLAN {statement}", **values)]
            assert any(step.startswith("SEARCH i USING INTEGER PRIMARY KEY") for step in plan), plan
            assert not any(step.startswith("SCAN i") for step in plan), plan


async def test_links_to_a_site_are_found_by_an_index(db: Database, cast: Cast) -> None:
    if db.dialect.name != "sqlite":
        pytest.skip("how PostgreSQL plans depends on its statistics")
    async with db.read() as tx:
        plan = await tx.all(
            "EXPLAIN QUERY PLAN SELECT i.id FROM post i WHERE i.url_host = :text ORDER BY i.published DESC, i.id DESC LIMIT 5",
            text="x",
        )
    assert "post_by_url_host" in plan[0][3]
    assert len(plan) == 1


@pytest.mark.parametrize("local", [False, True])
@pytest.mark.parametrize("sort", [PostSort.TOP_ALL, PostSort.NEW, PostSort.OLD, PostSort.MOST_COMMENTS])
async def test_people_are_found_by_indexes(db: Database, cast: Cast, sort: PostSort, local: bool) -> None:
    """No search reads everybody, however many other servers' people are known."""
    values = {"begin": "a", "end": "b", "key": "%a%", "term": "%a%", "limit": 10, "offset": 0}
    statement = search._people(sort, local=local)
    async with db.write() as tx:
        if db.dialect.name == "sqlite":
            plan = [row[3] for row in await tx.all(f"EXPLAIN QUERY PLAN {statement}", **values)]
            scans = [step for step in plan if step.startswith("SCAN p") and "USING" not in step]
            sorts = [step for step in plan if "B-TREE" in step]
        else:
            await tx.run("SET LOCAL enable_seqscan = off")
            await tx.run("SET LOCAL enable_bitmapscan = off")
            plan = [row[0] for row in await tx.all(f"EXPLAIN {statement}", **values)]
            scans = [step for step in plan if "Seq Scan on person" in step]
            sorts = [step for step in plan if "Sort Key" in step]
    assert scans == [], plan
    assert len(sorts) <= 3, plan  # of what was found, and to find each once


async def test_people_elsewhere_in_their_thousands_do_not_hide_the_one_asked_for(
    db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "HITS", 3)
    search._people.cache_clear()
    async with db.write() as tx:
        for number in range(8):
            await tx.run(
                "INSERT INTO person (instance_id, name, name_key, host, local, ap_id, inbox_url, comment_score, published, last_refreshed)"
                " SELECT instance_id, :name, :name, host, FALSE, :name, '', 1000, :now, :now FROM person WHERE id = :carol",
                name=f"xalice{number}", carol=cast.carol.id, now=tx.now,
            )  # fmt: skip
    try:
        async with db.read() as tx:
            found = await search.people(tx, "Alice", PostSort.TOP_ALL, local=False, limit=20, offset=0)
            assert [person.name for person in found] == ["xalice7", "xalice6", "xalice5", "alice"]
            here = await search.people(tx, "lic", PostSort.TOP_ALL, local=True, limit=20, offset=0)
            assert [person.name for person in here] == ["alice"], "accounts here are looked at apart"
            assert await search.people(tx, "%", PostSort.NEW, local=False, limit=20, offset=0) == []
    finally:
        search._people.cache_clear()


async def test_the_index_of_sqlite_is_merged_in_steps_and_finds_the_same(db: Database, cast: Cast) -> None:
    if db.dialect.name != "sqlite":
        pytest.skip("PostgreSQL tends its index by itself")
    async with db.write() as tx:
        post = await create_post(tx, cast.alice, CreatePost(cast.gardening.id, "Slugs"))
    for number in range(24):
        async with db.write() as tx:
            await create_comment(
                tx, cast.alice, CreateComment(post.id, f"Comment number{number} about slugs")
            )
        async with db.write() as tx:
            await search.index_pending(tx, 50)

    async def segments() -> int:
        async with db.read() as tx:
            return int(await tx.value("SELECT count(DISTINCT segid) FROM comment_search_idx"))

    assert await segments() == 24, "nothing is merged while a batch is written"
    for _ in range(6):
        async with db.write() as tx:
            await search.merge_step(tx, 64)
    assert await segments() < 8
    async with db.read() as tx:
        wanted = Wanted(Shape("comment"), CommentSort.OLD, words=("about", "slugs"))
        assert len((await search.find(tx, wanted, limit=50, offset=0)).ids) == 24


def test_words_become_what_each_index_understands() -> None:
    lite, post = SqliteDialect(), PostgresDialect()
    assert lite.search_argument(["first", "of", 'a"cat']) == '"first" AND "a""cat"'
    assert lite.search_argument(["first"], title_only=True) == '{name} : ("first")'
    assert post.search_argument(["first", "of", "100%_\\"]) == "%first%of%100\\%\\_\\\\%"
    for short in ([], ["ab"], ["a", "b"]):
        assert lite.search_argument(short) is None
        assert lite.search_argument(short, title_only=True) is None
        assert post.search_argument(short) is None
    assert post.search_argument(["c++", "%%%"]) is None, "its index knows letters and digits only"


def test_folding_forgets_case_and_ways_of_writing() -> None:
    assert folded("STRASSE") == folded("Straße")
    assert folded("CAFE\u0301") == folded("café")
    assert folded("ΠΌΛΙΣ") == folded("πόλις")
