"""Searches that were asked before: found without looking again, and never out of date."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.comments.delete import delete_comment
from folkmoot.core.comments.edit import EditComment, edit_comment
from folkmoot.core.comments.remove import remove_comment
from folkmoot.core.communities import directory
from folkmoot.core.communities.create import CreateCommunity, create_community
from folkmoot.core.communities.edit import EditCommunity, edit_community
from folkmoot.core.communities.remove import remove_community
from folkmoot.core.kept import Kept
from folkmoot.core.people.ban import BanFromSite, ban_from_site
from folkmoot.core.people.block import block_community, block_keyword, block_person
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.delete import delete_post
from folkmoot.core.posts.edit import EditPost, edit_post
from folkmoot.core.posts.feature import feature_post
from folkmoot.core.posts.remove import remove_post
from folkmoot.core.search import remembered
from folkmoot.core.search.find import SearchFor, find
from folkmoot.core.search.index import index_all
from folkmoot.core.votes.cast import vote_on_post
from folkmoot.model.enums import Listing, PostSort, SearchType, Visibility
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.model.records import altered
from folkmoot.model.time import DAY, HOUR, MINUTE, SECOND, FixedClock
from folkmoot.store import people, posts, search, search_down, search_hits, search_order
from folkmoot.store.db import Database, count_statements
from folkmoot.store.postgres import PostgresDatabase, open_postgres
from folkmoot.store.sqlite import SqliteDatabase, open_sqlite
from tests.cast import Cast


@pytest.fixture(params=["down the list", "through the index"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the words were found when they were first asked for."""
    if request.param == "through the index":
        monkeypatch.setattr(search_order, "leads_down", lambda _: False)


@pytest.fixture
async def other(db: Database, clock: FixedClock) -> AsyncIterator[Database]:
    """The same database as another process has it."""
    opened: Database
    if isinstance(db, SqliteDatabase):
        opened = open_sqlite(db.path, clock)
    else:
        assert isinstance(db, PostgresDatabase)
        opened = await open_postgres(db._url, clock, size=1)
    yield opened
    await opened.close()


async def tomatoes(db: Database, cast: Cast, clock: FixedClock, number: int = 15) -> list[int]:
    """Posts about tomatoes by alice, the newest first, in the index."""
    ids = []
    for each in range(number):
        async with db.write() as tx:
            post = await create_post(tx, cast.alice, CreatePost(cast.gardening.id, f"Tomatoes, part {each}"))
        ids.insert(0, post.id)
        clock.advance(SECOND)
    await index_all(db)
    return ids


async def look(db: Database, who: Viewer = ANONYMOUS, term: str = "tomatoes", **more: Any) -> list[int]:
    """What a search for posts finds, the newest first unless asked otherwise."""
    asked = {"kind": SearchType.POSTS, "sort": PostSort.NEW, "limit": 50, "pins": False} | more
    async with db.read() as tx:
        found = await find(tx, who, SearchFor(term, **asked))
    return [view.post.id for view in found.posts] or [view.comment.id for view in found.comments]


# --- who may not see what others see -------------------------------------------------------------------------------


async def test_whom_a_reader_blocks_is_not_found_although_others_were_just_shown_them(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    post_id, *_ = await tomatoes(db, cast, clock)
    async with db.write() as tx:
        said = (await create_comment(tx, cast.carol, CreateComment(post_id, "Red ones"))).comment.id
        await block_person(tx, cast.bob, cast.carol.id)
    comments = {"term": "red", "kind": SearchType.COMMENTS}
    assert await look(db, cast.alice, **comments) == [said]
    assert await look(db, cast.bob, **comments) == []
    async with db.write() as tx:
        await block_person(tx, cast.bob, cast.carol.id, blocked=False)
        await block_community(tx, cast.alice, cast.gardening.id)
    assert await look(db, cast.bob, **comments) == [said]
    assert await look(db, cast.alice, **comments) == []


async def test_a_private_communitys_posts_are_found_by_its_members_alone(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    ids = await tomatoes(db, cast, clock)
    assert await look(db) == ids
    async with db.write() as tx:
        await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, visibility=Visibility.PRIVATE))
    assert await look(db, cast.bob) == ids
    assert await look(db, cast.mallory) == []
    assert await look(db) == []


async def test_nsfw_and_words_that_a_reader_does_not_want_are_asked_each_time(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    first, second, *others = await tomatoes(db, cast, clock)
    assert await look(db) == [first, second, *others]
    async with db.write() as tx:
        await edit_post(tx, cast.alice, EditPost(first, nsfw=True))
        await edit_post(tx, cast.alice, EditPost(second, name="Tomatoes and slugs"))
        await block_keyword(tx, cast.bob, "slugs")
    assert await look(db) == [second, *others]
    assert await look(db, show_nsfw=True) == [first, second, *others]
    assert await look(db, cast.bob, show_nsfw=True) == [first, *others]


async def test_of_a_list_that_is_the_readers_own_nothing_is_remembered(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    ids = await tomatoes(db, cast, clock)
    assert await look(db, cast.bob, scope=Listing.MODERATOR_VIEW) == ids
    assert await look(db, cast.alice, scope=Listing.MODERATOR_VIEW) == []
    assert remembered._KEPT not in db.memory


# --- what changes shows at once ------------------------------------------------------------------------------------


async def test_what_is_written_changed_or_taken_away_shows_at_once(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    first, second, third, *others = await tomatoes(db, cast, clock)
    assert await look(db) == [first, second, third, *others]
    async with db.write() as tx:
        new = (await create_post(tx, cast.bob, CreatePost(cast.gardening.id, "More tomatoes"))).id
        await edit_post(tx, cast.alice, EditPost(first, name="Courgettes"))
        await delete_post(tx, cast.alice, second, deleted=True)
        await remove_post(tx, cast.bob, third, removed=True)
    assert await look(db) == [new, *others]
    async with db.write() as tx:
        await edit_post(tx, cast.alice, EditPost(first, name="Tomatoes after all"))
        await delete_post(tx, cast.alice, second, deleted=False)
        await remove_post(tx, cast.bob, third, removed=False)
    assert await look(db) == [new, first, second, third, *others]
    await index_all(db)
    assert await look(db) == [new, first, second, third, *others]


async def test_comments_follow_as_well(db: Database, cast: Cast, clock: FixedClock) -> None:
    post_id, *_ = await tomatoes(db, cast, clock, 1)
    asked = {"term": "ripe", "kind": SearchType.COMMENTS}
    assert await look(db, **asked) == []
    async with db.write() as tx:
        said = (await create_comment(tx, cast.bob, CreateComment(post_id, "Are they ripe?"))).comment.id
    assert await look(db, **asked) == [said]
    async with db.write() as tx:
        await edit_comment(tx, cast.bob, EditComment(said, content="Are they red?"))
    assert await look(db, **asked) == []
    assert await look(db, **asked | {"term": "red"}) == [said]
    async with db.write() as tx:
        await delete_comment(tx, cast.bob, said, deleted=True)
    assert await look(db, **asked | {"term": "red"}) == []
    async with db.write() as tx:
        await delete_comment(tx, cast.bob, said, deleted=False)
        await remove_comment(tx, cast.bob, said, removed=True)
    assert await look(db, **asked | {"term": "red"}) == []


async def test_what_another_process_writes_shows_too(
    db: Database, other: Database, cast: Cast, clock: FixedClock
) -> None:
    first, *others = await tomatoes(db, cast, clock)
    assert await look(db) == [first, *others]
    assert await look(other) == [first, *others]
    heard = asyncio.Event()
    db.changes.listen({"post_text"}, heard)
    async with other.write() as tx:
        new = (await create_post(tx, cast.bob, CreatePost(cast.gardening.id, "More tomatoes"))).id
        await delete_post(tx, cast.alice, first, deleted=True)
    if isinstance(db, PostgresDatabase):
        async with asyncio.timeout(10):
            await heard.wait()
    assert await look(db) == [new, *others]
    assert await look(other) == [new, *others]


async def test_a_pin_stands_first_at_once(db: Database, cast: Cast, clock: FixedClock) -> None:
    *others, last = await tomatoes(db, cast, clock)
    assert await look(db, pins=True) == [*others, last]
    async with db.write() as tx:
        await feature_post(tx, cast.admin, last, featured=True, site=True)
    assert await look(db, pins=True) == [last, *others]
    assert await look(db) == [*others, last]
    async with db.write() as tx:
        await feature_post(tx, cast.admin, last, featured=False, site=True)
    assert await look(db, pins=True) == [*others, last]


async def test_a_new_address_is_found_by_its_site(db: Database, cast: Cast, clock: FixedClock) -> None:
    first, *_ = await tomatoes(db, cast, clock, 2)
    assert await look(db, term="", host="seeds.example") == []
    async with db.write() as tx:
        await edit_post(tx, cast.alice, EditPost(first, url="https://seeds.example/tomatoes"))
    assert await look(db, term="", host="seeds.example") == [first]
    assert await look(db, term="https://seeds.example/tomatoes", kind=SearchType.URL) == [first]


async def test_what_is_new_belongs_to_its_own_lists_only(db: Database, cast: Cast, clock: FixedClock) -> None:
    ids = await tomatoes(db, cast, clock)
    narrowed: dict[str, dict[str, Any]] = {
        "here": {"scope": Listing.LOCAL},
        "anywhere": {"scope": Listing.ALL},
        "gardening": {"community_id": cast.gardening.id},
        "baking": {"community_id": cast.baking.id},
        "alice": {"creator_id": cast.alice.id},
        "bob": {"creator_id": cast.bob.id},
        "titles": {"title_only": True},
    }

    async def found() -> dict[str, list[int]]:
        return {name: await look(db, **asked) for name, asked in narrowed.items()}

    before = await found()
    assert before == {name: [] if name in ("baking", "bob") else ids for name in narrowed}
    async with db.write() as tx:
        asked = CreatePost(cast.baking.id, "Bread", body="With dried tomatoes")
        new = (await create_post(tx, cast.bob, asked)).id
    at_once = await found()
    assert at_once == before | {"anywhere": [new, *ids], "baking": [new], "bob": [new]}
    db.memory.pop(remembered._KEPT)
    assert await found() == at_once


async def test_more_changes_than_are_named_are_looked_for_anew(
    db: Database, cast: Cast, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_order, "_MOST_CHANGED", 2)
    ids = await tomatoes(db, cast, clock)
    assert await look(db) == ids
    async with db.write() as tx:
        for number in ids[:5]:
            await edit_post(tx, cast.alice, EditPost(number, name="Courgettes"))
    await index_all(db)
    assert await look(db) == ids[5:]
    db.changes.flush()
    assert await look(db) == ids[5:]


async def test_more_texts_than_are_looked_at_wait_for_the_index(
    db: Database, cast: Cast, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_hits, "WAITING", 1)
    search_hits._listed.cache_clear()
    for name in ("Tomatoes", "Tomatoes again", "Courgettes"):
        async with db.write() as tx:
            await create_post(tx, cast.alice, CreatePost(cast.gardening.id, name))
    before = await look(db)
    await index_all(db)
    assert len(await look(db)) == 2 >= len(before)
    search_hits._listed.cache_clear()


# --- orders and windows --------------------------------------------------------------------------------------------


async def test_votes_move_what_was_remembered_within_seconds(
    db: Database, cast: Cast, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    *others, last = await tomatoes(db, cast, clock)
    assert await look(db, sort=PostSort.TOP_ALL) == [*others, last]
    async with db.write() as tx:
        await vote_on_post(tx, cast.bob, last, 1)
    assert await look(db, sort=PostSort.TOP_ALL) == [*others, last]
    monkeypatch.setattr(search_order, "LAG", 0.0)
    assert await look(db, sort=PostSort.TOP_ALL) == [last, *others]


async def test_what_grows_too_old_leaves_a_window_although_it_was_remembered(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    old = await tomatoes(db, cast, clock, 3)
    clock.advance(HOUR - MINUTE)
    async with db.write() as tx:
        new = (await create_post(tx, cast.bob, CreatePost(cast.gardening.id, "More tomatoes"))).id
    assert await look(db, sort=PostSort.TOP_HOUR) == [new, *old]
    clock.advance(2 * MINUTE)
    assert await look(db, sort=PostSort.TOP_HOUR) == [new]
    assert await look(db, sort=PostSort.TOP_DAY) == [new, *old]
    clock.advance(DAY)
    assert await look(db, sort=PostSort.TOP_DAY) == []


async def test_pages_fit_together_whoever_asked_for_what_before(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    ids = await tomatoes(db, cast, clock, 40)
    async with db.write() as tx:
        for number in ids[::3]:
            await remove_post(tx, cast.bob, number, removed=True)
    seen = [number for number in ids if number not in ids[::3]]
    for who in (cast.bob, ANONYMOUS):
        pages = [await look(db, who, limit=7, page=page) for page in (3, 1, 2, 4, 5)]
        assert pages == [seen[14:21], seen[:7], seen[7:14], seen[21:], []]


async def test_far_pages_are_reached_in_steps(
    db: Database, cast: Cast, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_AT_ONCE", 4)
    ids = await tomatoes(db, cast, clock, 20)
    with count_statements() as counter:
        assert await look(db, limit=5, page=4) == ids[15:]
        assert await look(db, limit=50, page=1000) == []
    assert len([text for text in counter.statements if text.startswith("SELECT i.id FROM post")]) == 10


async def test_a_writer_finds_what_is_not_committed_and_leaves_nothing_of_it(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    ids = await tomatoes(db, cast, clock)
    assert await look(db) == ids
    asked = SearchFor("tomatoes", kind=SearchType.POSTS, sort=PostSort.NEW, limit=50, pins=False)

    async def write_and_fail() -> None:
        async with db.write() as tx:
            new = (await create_post(tx, cast.bob, CreatePost(cast.gardening.id, "More tomatoes"))).id
            assert [view.post.id for view in (await find(tx, cast.bob, asked)).posts] == [new, *ids]
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await write_and_fail()
    assert await look(db) == ids


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_the_same_is_found_as_by_looking_anew(
    db: Database, cast: Cast, clock: FixedClock, seed: int
) -> None:
    chance = random.Random(seed)
    ids = await tomatoes(db, cast, clock, 25)
    for _ in range(25):
        number = chance.choice(ids)
        name = chance.choice(("Tomatoes", "Slugs"))
        async with db.write() as tx:
            match chance.randrange(5):
                case 0:
                    ids.append((await create_post(tx, cast.bob, CreatePost(cast.gardening.id, name))).id)
                case 1:
                    await posts.update(tx, number, {"name": name})
                case 2:
                    await remove_post(tx, cast.bob, number, removed=chance.random() < 0.6)
                case 3:
                    await feature_post(tx, cast.admin, number, featured=chance.random() < 0.6, site=True)
                case _:
                    clock.advance(SECOND)
        if chance.random() < 0.3:
            await index_all(db)
        for sort in (PostSort.NEW, PostSort.OLD):
            for pins in (True, False):
                asked = {
                    "sort": sort,
                    "pins": pins,
                    "limit": chance.choice((3, 30)),
                    "page": chance.choice((1, 2)),
                }
                found = await look(db, **asked)
                kept = db.memory.pop(remembered._KEPT)
                assert found == await look(db, **asked)
                db.memory[remembered._KEPT] = kept


async def test_who_began_before_others_heard_leaves_nothing_old_behind(
    db: Database, cast: Cast, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_order, "_CHUNK", 2)
    monkeypatch.setattr(search_down, "_STEPS", ((20_000, 4),))
    ids = await tomatoes(db, cast, clock, 40)
    asked = SearchFor("tomatoes", kind=SearchType.POSTS, sort=PostSort.NEW, limit=2, pins=False)
    assert await look(db, limit=2) == ids[:2]
    async with db.read() as early:
        assert await early.value("SELECT count(*) FROM post") == 40
        async with db.write() as tx:
            for number in ids[10:]:
                await edit_post(tx, cast.alice, EditPost(number, name="Courgettes"))
        assert await look(db, limit=2) == ids[:2]
        await find(early, ANONYMOUS, altered(asked, page=19))
    assert await look(db) == ids[:10]


# --- what it costs -------------------------------------------------------------------------------------------------


async def test_a_second_search_is_one_query_for_whoever_asks(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    await tomatoes(db, cast, clock)
    await look(db, cast.alice, limit=10)
    for who in (cast.alice, cast.bob, ANONYMOUS):
        async with db.read() as tx:
            asked = SearchFor("tomatoes", kind=SearchType.POSTS, sort=PostSort.NEW, limit=10, pins=False)
            await find(tx, ANONYMOUS, asked)
            with count_statements() as counter:
                assert len((await find(tx, who, asked)).posts) == 10
        assert len(counter.statements) == 1


async def test_many_who_ask_at_once_look_once(db: Database, cast: Cast, clock: FixedClock) -> None:
    ids = await tomatoes(db, cast, clock)
    with count_statements() as counter:
        found = await asyncio.gather(*(look(db, who, limit=10) for who in 4 * (cast.alice, cast.bob)))
    assert found == 8 * [ids[:10]]
    looked = [text for text in counter.statements if ":pattern" in text or "search_pending" in text]
    assert len(looked) == 1


async def test_what_is_remembered_is_bounded(
    db: Database, cast: Cast, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "LIMIT", 10_000)
    await tomatoes(db, cast, clock)
    for term in ("tomatoes", "part", "part 1", "part 2", "nothing"):
        await look(db, term=term)
    kept: Kept[Any] = db.memory[remembered._KEPT]
    assert 0 < kept.size <= 10_000


# --- communities and people ----------------------------------------------------------------------------------------


async def named(db: Database, term: str, who: Viewer = ANONYMOUS) -> tuple[list[str], list[str]]:
    """The communities and people that a search for everything finds."""
    async with db.read() as tx:
        found = await find(tx, who, SearchFor(term, sort=PostSort.NEW))
    return [view.community.title for view in found.communities], [person.name for person in found.people]


async def test_communities_that_are_new_or_called_otherwise_are_found_at_once(
    db: Database, other: Database, cast: Cast
) -> None:
    assert await named(db, "orchard") == ([], [])
    heard = asyncio.Event()
    db.changes.listen({"community_name"}, heard)
    async with other.write() as tx:
        await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, title="The orchard"))
    if isinstance(db, PostgresDatabase):
        async with asyncio.timeout(10):
            await heard.wait()
    assert await named(db, "orchard") == (["The orchard"], [])
    async with db.write() as tx:
        await block_community(tx, cast.alice, cast.gardening.id)
        new = await create_community(tx, cast.admin, CreateCommunity("orchard_two", "Apples"))
    assert await named(db, "orchard", cast.alice) == (["Apples"], [])
    assert await named(db, "orchard", cast.bob) == (["Apples", "The orchard"], [])
    async with db.write() as tx:
        await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, title="Gardening"))
        await remove_community(tx, cast.admin, new.id, removed=True)
    assert await named(db, "orchard", cast.bob) == ([], [])


async def test_of_communities_that_are_many_none_is_remembered(
    db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "_MOST", 1)
    for _ in range(2):
        assert len((await named(db, "ing"))[0]) == 2
    async with db.write() as tx:
        await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, title="Slugs"))
    assert (await named(db, "slug"))[0] == ["Slugs"]
    async with db.write() as tx:
        await create_community(tx, cast.admin, CreateCommunity("slug_two", "Slugs, too"))
        await create_community(tx, cast.admin, CreateCommunity("slug_three", "Slugs again"))
    assert len((await named(db, "slug"))[0]) == 3


async def test_people_who_are_new_changed_or_gone_show_at_once(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    assert await named(db, "alic") == ([], ["alice"])
    async with db.write() as tx:
        await people.update(tx, cast.bob.id, {"display_name": "Not Alice"})
    assert sorted((await named(db, "alic"))[1]) == ["alice", "bob"]
    async with db.write() as tx:
        await people.update(tx, cast.alice.id, {"deleted": True})
    assert await named(db, "alic") == ([], ["bob"])
    async with db.write() as tx:
        await ban_from_site(tx, cast.admin, BanFromSite(cast.bob.id))
    async with db.read() as tx:
        (found,) = (await find(tx, ANONYMOUS, SearchFor("alic", kind=SearchType.USERS))).people
    assert found.banned


async def test_a_second_search_for_everything_is_three_queries_at_the_most(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    post_id, *_ = await tomatoes(db, cast, clock)
    async with db.write() as tx:
        await create_comment(tx, cast.bob, CreateComment(post_id, "Gardening with tomatoes"))
    for term, most in (("tomatoes", 2), ("gardening", 2), ("alice", 0)):
        async with db.read() as tx:
            await find(tx, cast.alice, SearchFor(term))
            with count_statements() as counter:
                await find(tx, cast.bob, SearchFor(term))
        assert len(counter.statements) == most, term
