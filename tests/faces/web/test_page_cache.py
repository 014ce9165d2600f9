"""Ready pages for visitors: never anything personal, never out of date, never more than they may weigh."""

import asyncio
import threading
import zlib
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.comments.delete import delete_comment
from folkmoot.core.communities.edit import EditCommunity, edit_community
from folkmoot.core.posts.delete import delete_post
from folkmoot.core.search.index import index_all
from folkmoot.core.votes.cast import vote_on_comment, vote_on_post
from folkmoot.model.enums import Visibility
from folkmoot.model.posts import Post
from folkmoot.model.time import MINUTE, SECOND, FixedClock
from folkmoot.settings import Settings
from folkmoot.store import people
from folkmoot.store.db import Counter, Database, counting
from folkmoot.store.engine import open_database
from folkmoot.web import page_cache
from tests.cast import Cast
from tests.conftest import POSTGRES
from tests.faces.web.conftest import read
from tests.faces.web.reading import change, write_comment, write_post


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A site that keeps pages."""
    return replace(settings, page_cache_mb=1)


@pytest.fixture
async def post(db: Database, cast: Cast) -> Post:
    """Alice's post in !gardening."""
    return await write_post(db, cast.alice, cast.gardening.id, "Slugs")


@pytest.fixture
def counted() -> Iterator[Counter]:
    """Statements since the last look."""
    counter = Counter()
    token = counting.set(counter)
    yield counter
    counting.reset(token)


async def statements(counter: Counter, browser: Any, path: str, **options: Any) -> int:
    """How many statements a page took."""
    before = len(counter.statements)
    response = await browser.get(path, **options)
    assert response.status_code in (200, 304), response.text
    return len(counter.statements) - before


PAGES = [
    "/",
    "/?scope=all",
    "/?kind=comments&scope=all",
    "/c/gardening",
    "/post/1",
    "/comment/1",
    "/u/alice",
    "/feeds/all.xml",
    "/feeds/post/1.atom",
]


@pytest.mark.parametrize("path", PAGES)
async def test_the_second_visitor_costs_no_query(
    browser: Any, db: Database, cast: Cast, post: Post, counted: Counter, path: str
) -> None:
    await write_comment(db, cast.alice, post, "Beer.")
    visitor = await browser()
    first = await visitor.get(path)
    # What another connection told of the writing before may arrive now.
    assert 0 in [await statements(counted, visitor, path) for _ in range(3)]
    second = await visitor.get(path)
    assert second.text == first.text
    assert second.headers["content-type"] == first.headers["content-type"]
    assert second.headers["content-security-policy"] == first.headers["content-security-policy"]


# --- never personal ------------------------------------------------------------------------------------------------


async def test_members_neither_get_nor_leave_kept_pages(
    browser: Any, db: Database, cast: Cast, post: Post, counted: Counter
) -> None:
    alice, visitor = await browser("alice"), await browser()
    assert read(await alice.get("/?scope=all")).css_first("form#act") is not None
    page = read(await visitor.get("/?scope=all"))
    assert page.css_first("form#act") is None
    assert page.css_first("a[href='/login']") is not None
    assert await statements(counted, alice, "/?scope=all") > 0
    assert read(await alice.get("/?scope=all")).css_first("form#act") is not None


async def test_a_token_that_is_no_longer_good_is_not_answered_from_memory(
    browser: Any, db: Database, cast: Cast, post: Post, counted: Counter
) -> None:
    visitor = await browser()
    await visitor.get("/")
    assert await statements(counted, visitor, "/", headers={"authorization": "Bearer x"}) > 0
    assert await statements(counted, visitor, "/", headers={"cookie": "jwt=x"}) > 0


async def test_a_said_sentence_is_shown_once_and_not_to_others(
    browser: Any, cast: Cast, post: Post, counted: Counter
) -> None:
    visitor = await browser()
    await visitor.get("/")
    assert await statements(counted, visitor, "/", headers={"cookie": "flash=x.y"}) > 0
    assert await statements(counted, visitor, "/") == 0


async def test_other_forms_of_an_address_are_not_kept_pages(
    browser: Any, cast: Cast, post: Post, counted: Counter
) -> None:
    visitor = await browser()
    whole = await visitor.get("/post/1")
    part = await visitor.get("/post/1", headers={"x-fragment": "1"})
    assert len(part.text) < len(whole.text)
    assert (await visitor.get("/post/1")).text == whole.text


async def test_languages_are_kept_apart(browser: Any, cast: Cast, post: Post, counted: Counter) -> None:
    visitor = await browser()
    english = await visitor.get("/", headers={"accept-language": "en"})
    german = await visitor.get("/", headers={"accept-language": "de"})
    assert 'lang="en"' in english.text
    assert 'lang="de"' in german.text
    assert 'lang="de"' in (await visitor.get("/", headers={"accept-language": "de-AT,de;q=0.9"})).text
    assert 'lang="de"' in (await visitor.get("/", headers={"cookie": "language=de"})).text


async def test_what_is_missing_is_not_kept(browser: Any, db: Database, cast: Cast) -> None:
    visitor = await browser()
    assert (await visitor.get("/post/1")).status_code == 404
    await write_post(db, cast.alice, cast.gardening.id, "Slugs")
    assert (await visitor.get("/post/1")).status_code == 200


# --- never out of date ---------------------------------------------------------------------------------------------


async def test_what_changes_a_thread_shows_at_once(
    browser: Any, db: Database, cast: Cast, post: Post
) -> None:
    visitor = await browser()
    path = f"/post/{post.id}"
    assert read(await visitor.get(path)).css("#tree article") == []
    comment = await write_comment(db, cast.bob, post, "Beer.")
    assert len(read(await visitor.get(path)).css("#tree article")) == 1
    async with db.write() as tx:
        await vote_on_comment(tx, cast.alice, comment.id, -1)
    assert read(await visitor.get(path)).css_first("#tree .dn") is not None
    async with db.write() as tx:
        await delete_comment(tx, cast.bob, comment.id, deleted=True)
    assert read(await visitor.get(path)).css_first("#tree .x") is not None


async def test_a_new_post_shows_at_once_and_a_score_within_a_second(
    browser: Any, db: Database, cast: Cast, post: Post, clock: FixedClock
) -> None:
    visitor = await browser()
    assert read(await visitor.get("/")).css_first(".sc").text() == "score 1"
    async with db.write() as tx:
        await vote_on_post(tx, cast.bob, post.id, 1)
    await visitor.get("/")  # may show either
    clock.advance(SECOND)
    assert read(await visitor.get("/")).css_first(".sc").text() == "score 2"
    await write_post(db, cast.bob, cast.gardening.id, "Snails")
    assert len(read(await visitor.get("/")).css("article.p")) == 2


async def test_what_the_admin_changes_shows_at_once(
    browser: Any, db: Database, cast: Cast, post: Post
) -> None:
    visitor = await browser()
    await visitor.get("/")
    await change(db, "UPDATE local_site SET private_instance = :yes", ("site", 0), yes=True)
    assert (await visitor.get("/")).status_code == 303


async def test_ages_go_on(browser: Any, cast: Cast, post: Post, clock: FixedClock) -> None:
    visitor = await browser()
    assert read(await visitor.get("/")).css_first("article.p time").text() == "just now"
    clock.advance(MINUTE)
    assert read(await visitor.get("/")).css_first("article.p time").text() == "1 minute ago"


@pytest.mark.skipif(bool(POSTGRES), reason="a second connection is opened by file")
async def test_what_other_processes_write_shows_at_once(
    browser: Any, db: Database, cast: Cast, post: Post, clock: FixedClock
) -> None:
    visitor = await browser()
    await visitor.get(f"/post/{post.id}")
    other = await open_database(f"sqlite:///{db.path}", clock)  # type: ignore[attr-defined]
    await write_comment(other, cast.bob, post, "From elsewhere.")
    await other.close()
    assert len(read(await visitor.get(f"/post/{post.id}")).css("#tree article")) == 1


# --- how they are sent ---------------------------------------------------------------------------------------------


async def test_who_knows_a_page_is_told_so(browser: Any, db: Database, cast: Cast, post: Post) -> None:
    visitor = await browser()
    first = await visitor.get("/post/1")
    tag = first.headers["etag"]
    again = await visitor.get("/post/1", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    await write_comment(db, cast.bob, post, "Beer.")
    changed = await visitor.get("/post/1", headers={"if-none-match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


async def test_packed_and_unpacked_hold_the_same(browser: Any, cast: Cast, post: Post) -> None:
    visitor = await browser()
    plain = await visitor.get("/", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    for _ in range(6):  # one of these packs it better
        packed = await visitor.get("/", headers={"accept-encoding": "gzip"})
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.text == plain.text
        assert int(packed.headers["content-length"]) < len(packed.content)
    again = await visitor.get("/", headers={"accept-encoding": "identity"})
    assert again.text == plain.text
    assert int(again.headers["content-length"]) == len(plain.content)
    assert {"accept-encoding", "cookie", "accept-language"} <= set(
        packed.headers["vary"].replace(" ", "").split(",")
    )


async def test_a_long_page_is_packed_quickly_and_then_well_beside_other_requests(
    browser: Any, cast: Cast, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_cache, "_LONG", 0)
    monkeypatch.setattr(page_cache, "_LONG_PACKED", 0)
    levels: list[int] = []
    before = zlib.compress

    def compress(body: bytes, level: int, **options: Any) -> bytes:
        levels.append(level)
        assert threading.current_thread() is not threading.main_thread()
        return before(body, level, **options)

    monkeypatch.setattr(page_cache, "zlib", SimpleNamespace(decompress=zlib.decompress, compress=compress))
    visitor = await browser()
    first = await visitor.get("/", headers={"accept-encoding": "gzip"})
    again = first
    async with asyncio.timeout(10):
        while again.headers["content-length"] == first.headers["content-length"]:
            await asyncio.sleep(0)  # requests here wait for nothing
            again = await visitor.get("/", headers={"accept-encoding": "gzip"})
            assert again.text == first.text
            assert again.headers["etag"] == first.headers["etag"]
    assert int(again.headers["content-length"]) < int(first.headers["content-length"])
    assert levels == [9]


async def test_a_page_that_is_often_asked_for_plain_is_unpacked_no_more(
    browser: Any, db: Database, cast: Cast, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, plain = await browser(), {"accept-encoding": "identity"}
    first = await visitor.get("/post/1", headers=plain)
    for _ in range(6):
        assert (await visitor.get("/post/1", headers=plain)).text == first.text
    unpacked: list[int] = []

    def unpack(body: bytes, wbits: int) -> bytes:
        unpacked.append(len(body))
        return zlib.decompress(body, wbits)

    monkeypatch.setattr(page_cache, "zlib", SimpleNamespace(decompress=unpack, compress=zlib.compress))
    assert (await visitor.get("/post/1", headers=plain)).text == first.text
    assert (await visitor.get("/post/1", headers={"accept-encoding": "gzip"})).text == first.text
    assert unpacked == []
    async with db.write() as tx:
        await create_comment(tx, cast.bob, CreateComment(1, "And at once."))
    assert "And at once." in (await visitor.get("/post/1", headers=plain)).text


async def test_memory_is_bounded_also_where_pages_are_kept_in_two_forms(
    browser: Any, cast: Cast, post: Post, counted: Counter
) -> None:
    visitor, plain = await browser(), {"accept-encoding": "identity"}
    # As many as have room in one form.
    for number in range(200):
        assert (await visitor.get(f"/post/1?x={number}")).status_code == 200
    assert await statements(counted, visitor, "/post/1?x=0") == 0
    for number in range(200):
        for _ in range(5):
            await visitor.get(f"/post/1?x={number}", headers=plain)
    assert await statements(counted, visitor, "/post/1?x=199") == 0
    assert await statements(counted, visitor, "/post/1?x=0") > 0


async def test_only_the_head(browser: Any, cast: Cast, post: Post) -> None:
    visitor = await browser()
    whole = await visitor.get("/")
    head = await visitor.http.head("/")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == whole.headers["etag"]


async def test_many_at_once_let_one_do_the_work(
    browser: Any, cast: Cast, post: Post, counted: Counter
) -> None:
    visitor = await browser()
    await visitor.get("/post/1")
    alone = len(counted.statements)
    answers = await asyncio.gather(*(visitor.get("/post/1?sort=New") for _ in range(20)))
    assert len({answer.text for answer in answers}) == 1
    assert len(counted.statements) - alone <= alone


async def test_memory_is_bounded(
    served: Any, browser: Any, db: Database, cast: Cast, post: Post, counted: Counter
) -> None:
    visitor = await browser()
    for number in range(700):
        assert (await visitor.get(f"/post/1?x={number}")).status_code == 200
    assert await statements(counted, visitor, "/post/1?x=699") == 0
    assert await statements(counted, visitor, "/post/1?x=0") > 0


async def test_a_search_is_kept_and_counted_and_never_out_of_date__K_1(
    browser: Any, db: Database, cast: Cast, post: Post, counted: Counter
) -> None:
    await index_all(db)
    visitor, path = await browser(), "/search?q=slugs"
    assert await statements(counted, visitor, path) > 1
    assert await statements(counted, visitor, path) == 0
    await write_post(db, cast.bob, cast.gardening.id, "More slugs")
    assert len(read(await visitor.get(path)).css("article")) == 2
    async with db.write() as tx:
        await delete_post(tx, cast.alice, post.id, deleted=True)
    assert len(read(await visitor.get(path)).css("article")) == 1
    asked = "/search?q=slugs&community=gardening"
    assert len(read(await visitor.get(asked)).css("article")) == 1
    async with db.write() as tx:
        await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, visibility=Visibility.PRIVATE))
    assert read(await visitor.get(path)).css_first("article") is None
    assert read(await visitor.get(asked)).css_first("article") is None
    async with db.write() as tx:
        await tx.run("UPDATE local_site SET rate_search = 1, rate_search_seconds = 600")
        await tx.run("DELETE FROM rate_bucket")
        tx.changed("site")
    assert [(await visitor.get(path)).status_code for _ in range(2)] == [200, 429]


async def test_people_who_are_new_are_found_at_once(
    browser: Any, db: Database, cast: Cast, post: Post
) -> None:
    visitor, path = await browser(), "/search?q=caterpillar&type=people"
    assert "/u/alice" not in (await visitor.get(path)).text
    async with db.write() as tx:
        await people.update(tx, cast.alice.id, {"display_name": "Caterpillar"})
    assert "/u/alice" in (await visitor.get(path)).text
