"""The search tables and what is found through them, on whichever engine the tests run."""

from datetime import UTC, datetime
from typing import Any

import pytest

from folkmoot.core.archive.invent import SCALES, invent
from folkmoot.core.archive.load import load
from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.search.index import index_all
from folkmoot.model.enums import CommentSort, PostSort
from folkmoot.store import search, search_down, search_hits, search_order, search_people
from folkmoot.store.db import Database, count_statements
from folkmoot.store.dialect.postgres import PostgresDialect
from folkmoot.store.dialect.sqlite import SqliteDialect
from folkmoot.store.dialect.words import folded
from folkmoot.store.listing.filters import Shape
from folkmoot.store.search_down import Wanted
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


@pytest.mark.parametrize(("table", "sort"), [("post", PostSort.HOT), ("comment", CommentSort.HOT)])
async def test_lines_tell_of_the_same_things_the_same(site: Database, table: str, sort: Any) -> None:
    """As one statement finds them alone and the other with all there is of them, for a member who did something with some."""
    async with site.read() as tx:
        viewer = await tx.value(
            f"SELECT person_id FROM {table}_vote GROUP BY person_id ORDER BY count(*) DESC LIMIT 1"
        )
        wanted = Wanted(Shape(table, signed_in=True, choosy=True), sort, ("e",), viewer_id=viewer)
        views = await search.find(tx, wanted, limit=50, offset=0)
        lines = await search.find(tx, wanted, limit=50, offset=0, whole=False)
    assert lines.ids == views.ids
    for line, view in zip(lines.page, views.page, strict=True):
        thing = view.post if table == "post" else view.comment
        assert (line.id, line.version, line.creator_version) == (
            thing.id,
            thing.version,
            view.creator.version,
        )
        assert line.community_version == view.community.version
        assert (line.my_vote, bool(line.saved)) == (view.mine.my_vote, view.mine.saved)
        assert bool(line.moderator) == view.creator_is_moderator
    assert any(view.mine.my_vote for view in views.page)


async def test_down_the_list_and_through_the_index_the_same_is_found_in_the_same_order(
    site: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with site.write() as tx:
        await tx.run("UPDATE post SET featured_local = :yes WHERE id % 9 = 0", yes=True)
        await tx.run("UPDATE community SET hidden = :yes WHERE id = 2", yes=True)
    wanted = [
        Wanted(Shape("comment"), CommentSort.HOT, ("the",)),
        Wanted(Shape("comment"), CommentSort.OLD, ("e", "a")),
        Wanted(Shape("comment", community=True), CommentSort.TOP, ("e",), community_id=3),
        Wanted(Shape("comment"), CommentSort.CONTROVERSIAL),
        *(
            Wanted(Shape("post", pins=pins, community=place), sort, words, title_only=bare, community_id=3)
            for pins in (True, False)
            for place in (True, False)
            for sort in (
                PostSort.HOT,
                PostSort.OLD,
                PostSort.TOP_ALL,
                PostSort.TOP_YEAR,
                PostSort.NEW_COMMENTS,
            )
            for words, bare in ((("e",), False), (("a", "e"), True), ((), False))
        ),
    ]
    walked = 0
    async with site.read() as tx:
        for each in wanted:
            for limit, offset in ((11, 0), (5, 7), (500, 0)):
                found = await search.find(tx, each, limit=limit, offset=offset)
                with monkeypatch.context() as patched:
                    patched.setattr(search_order, "leads_down", lambda _: False)
                    by_index = await search.find(tx, each, limit=limit, offset=offset)
                assert (found.ids, found.more) == (by_index.ids, by_index.more), each
                walk = search_down.Walk(each)
                walked += await walk.finds(tx, 20)
    assert walked > 100, "most of these words are common"


async def test_it_is_not_walked_farther_than_far(site: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_down, "FARTHEST", 100)
    async with site.read() as tx:
        common = Wanted(Shape("comment"), CommentSort.NEW, ("e",))
        found = await search.find(tx, common, limit=500, offset=0)
        assert (found.bounded, len(found.ids) <= 100) == (True, True)
        with count_statements() as counter:
            assert not (await search.find(tx, common, limit=5, offset=0)).bounded
    assert len(counter.statements) == 2, "the page was full before the index was asked"


async def test_what_is_asked_aside_comes_as_one_row(
    db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For each row of SQLite a thread would wait for the event loop to let go of the interpreter."""
    rows: list[int] = []
    async with db.read() as tx:
        aside = type(tx).all_aside

        async def all_aside(self: Any, sql: str, /, **values: Any) -> Any:
            found = await aside(self, sql, **values)
            rows.append(len(found))
            return found

        monkeypatch.setattr(type(tx), "all_aside", all_aside)
        await search.find(tx, Wanted(Shape("comment"), CommentSort.NEW, ("slugs",)), limit=5, offset=0)
        await search_people.people(tx, "a", PostSort.HOT, local=False, limit=5, offset=0)
    assert rows == [1, 1]


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
            hits, _, text, _ = search_hits._hits(tx, Wanted(shape, sort, words=("slugs",)), 5000)
            values = {
                "text": text,
                "viewer": 1,
                "now": 1,
                "community_id": 1,
                "creator_id": 1,
                "languages": [0],
            }
            statement = search_hits._listed(shape, sort, hits, waiting=True, everybody=False)
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


async def test_what_is_indexed_at_once_is_one_segment_on_sqlite(db: Database, cast: Cast) -> None:
    """Later additions are the smaller part, and leave what is there alone."""
    if db.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no segments")

    async def segments() -> int:
        async with db.read() as tx:
            return int(await tx.value("SELECT count(DISTINCT segid) FROM comment_search_idx"))

    async with db.write() as tx:
        post = await create_post(tx, cast.alice, CreatePost(cast.gardening.id, "Slugs"))
    for number in range(6):
        async with db.write() as tx:
            await create_comment(tx, cast.alice, CreateComment(post.id, f"Number{number} is about slugs"))
            if number < 3:
                await search.index_pending(tx, 1)
    assert await segments() == 3
    await index_all(db)
    assert await segments() == 1
    async with db.write() as tx:
        await create_comment(tx, cast.alice, CreateComment(post.id, "One more about slugs"))
    await index_all(db)
    assert await segments() == 2
    async with db.read() as tx:
        wanted = Wanted(Shape("comment"), CommentSort.OLD, words=("about", "slugs"))
        assert len((await search.find(tx, wanted, limit=50, offset=0)).ids) == 7


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
