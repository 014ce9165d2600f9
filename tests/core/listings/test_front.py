"""Lists of posts as readers get them: what is left out, for whom, and what a list refuses."""

from itertools import count
from typing import Any

import pytest

from folkmoot.core.listings.front import ListPosts, list_posts, post_cursor, post_keys, read_cursor
from folkmoot.core.people.block import block_keyword
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.votes.cast import vote_on_post
from folkmoot.model.enums import Listing, PostSort
from folkmoot.model.errors import Invalid, NotAllowed
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.model.posts import Post
from folkmoot.model.records import altered
from folkmoot.model.time import DAY, MINUTE, SECOND, FixedClock
from folkmoot.store.db import Database, Tx
from folkmoot.store.people import by_id
from tests import rows
from tests.cast import THERE, Cast

_seconds = count()


async def post(tx: Tx, author: Viewer, community_id: int, name: str, **more: Any) -> Post:
    """A post as its author writes it, each a second after the one before."""
    return await create_post(
        tx, author, CreatePost(community_id, name, published=tx.now - DAY + next(_seconds) * SECOND, **more)
    )


async def titles(db: Database, viewer: Viewer, asked: ListPosts) -> list[str]:
    """What the reader's list shows."""
    async with db.read() as tx:
        return [view.post.name for view in (await list_posts(tx, viewer, asked)).items]


async def change(db: Database, sql: str, **values: Any) -> None:
    async with db.write() as tx:
        await tx.run(sql, **values)


EVERYTHING = ListPosts(Listing.ALL, PostSort.OLD)


# --- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [{"limit": 0}, {"limit": 51}, {"page": 0}, {"page": 101}])
async def test_limits_and_pages_out_of_range_are_refused__L_1(
    db: Database, cast: Cast, asked: dict[str, int]
) -> None:
    async with db.read() as tx:
        with pytest.raises(Invalid, match="couldnt_get_posts"):
            await post_keys(tx, cast.alice, ListPosts(**asked))


def test_a_cursor_is_the_number_of_a_post_in_hexadecimal__L_2() -> None:
    for number, cursor in ((9, "P9"), (31, "P1f"), (2**31 - 1, "P7fffffff")):
        assert post_cursor(number) == cursor
        assert read_cursor(cursor) == number


@pytest.mark.parametrize("cursor", ["", "P", "Pxyz", "C1", "P-1", "P123456789", "p1", "P1 ", "P999999"])
async def test_a_cursor_that_leads_nowhere_is_refused__L_2(db: Database, cast: Cast, cursor: str) -> None:
    async with db.read() as tx:
        with pytest.raises(Invalid, match="unknown"):
            await post_keys(tx, cast.alice, ListPosts(after=cursor))


async def test_a_private_site_shows_nothing_to_visitors__R_11(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE local_site SET private_instance = :yes", yes=True)
        tx.changed("site")
    async with db.read() as tx:
        with pytest.raises(NotAllowed, match="instance_is_private"):
            await post_keys(tx, ANONYMOUS, EVERYTHING)
        assert (await post_keys(tx, cast.alice, EVERYTHING)).items == []


# --- scopes --------------------------------------------------------------------------------------------------------


@pytest.fixture
async def two(db: Database, cast: Cast) -> None:
    """A post here and one elsewhere."""
    async with db.write() as tx:
        await post(tx, cast.alice, cast.gardening.id, "here")
        await post(tx, cast.carol, cast.baking.id, "there", ap_id="https://there.example/post/1")


async def test_scopes_draw_from_their_communities__L_7(db: Database, cast: Cast, two: None) -> None:
    await change(
        db, "INSERT INTO community_follow (person_id, community_id, pending, published) VALUES (:p, :c, :yes, 0)",
        p=cast.alice.id, c=cast.baking.id, yes=True,
    )  # fmt: skip
    assert await titles(db, cast.alice, EVERYTHING) == ["here", "there"]
    assert await titles(db, cast.alice, ListPosts(Listing.LOCAL)) == ["here"]
    assert await titles(db, cast.alice, ListPosts(Listing.SUBSCRIBED)) == ["there"]
    assert await titles(db, cast.bob, ListPosts(Listing.SUBSCRIBED)) == []
    assert await titles(db, cast.bob, ListPosts(Listing.MODERATOR_VIEW)) == ["here"]
    assert await titles(db, cast.alice, ListPosts(Listing.MODERATOR_VIEW)) == []


@pytest.mark.parametrize("scope", [Listing.SUBSCRIBED, Listing.MODERATOR_VIEW])
async def test_visitors_get_everything_for_what_would_be_theirs__L_7(
    db: Database, cast: Cast, two: None, scope: Listing
) -> None:
    assert await titles(db, ANONYMOUS, ListPosts(scope, PostSort.OLD)) == ["here", "there"]


async def test_the_default_is_the_sites__L_3(db: Database, cast: Cast, two: None) -> None:
    assert await titles(db, ANONYMOUS, ListPosts()) == ["here"]  # Local, L-4


async def test_a_community_makes_it_all__L_3(db: Database, cast: Cast, two: None) -> None:
    wanted = ListPosts(Listing.SUBSCRIBED, community_id=cast.baking.id)
    assert await titles(db, cast.alice, wanted) == ["there"]


async def test_hidden_communities_are_for_their_followers__L_7_L_8(
    db: Database, cast: Cast, two: None
) -> None:
    await change(db, "UPDATE community SET hidden = :yes WHERE id = :c", yes=True, c=cast.gardening.id)
    assert await titles(db, cast.alice, EVERYTHING) == ["there"]
    await change(
        db, "INSERT INTO community_follow (person_id, community_id, published) VALUES (:p, :c, 0)",
        p=cast.alice.id, c=cast.gardening.id,
    )  # fmt: skip
    assert await titles(db, cast.alice, EVERYTHING) == ["here", "there"]
    assert await titles(db, cast.alice, ListPosts(no_scope=True)) == ["there"]


# --- what is left out ----------------------------------------------------------------------------------------------


async def test_deleted_and_removed_posts__L_9(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for author in (cast.alice, cast.bob):
            name = author.person.name if author.person else ""
            deleted = await post(tx, author, cast.gardening.id, f"deleted by {name}")
            removed = await post(tx, author, cast.gardening.id, f"removed of {name}")
            await tx.run("UPDATE post SET deleted = :yes WHERE id = :id", yes=True, id=deleted.id)
            await tx.run("UPDATE post SET removed = :yes WHERE id = :id", yes=True, id=removed.id)
    assert await titles(db, ANONYMOUS, EVERYTHING) == []
    assert await titles(db, cast.alice, EVERYTHING) == ["deleted by alice"]
    assert await titles(db, cast.admin, EVERYTHING) == []
    of_bob = ListPosts(no_scope=True, sort=PostSort.OLD, creator_id=cast.bob.id)
    assert await titles(db, cast.admin, of_bob) == ["removed of bob"]
    assert await titles(db, cast.alice, of_bob) == []


@pytest.mark.parametrize("state", ["removed", "deleted"])
async def test_communities_that_are_gone_take_their_posts_along__L_9(
    db: Database, cast: Cast, two: None, state: str
) -> None:
    await change(db, f"UPDATE community SET {state} = :yes WHERE id = :c", yes=True, c=cast.gardening.id)
    for reader in (ANONYMOUS, cast.alice, cast.bob, cast.admin):
        assert await titles(db, reader, EVERYTHING) == ["there"]
    of_alice = ListPosts(no_scope=True, creator_id=cast.alice.id)
    assert await titles(db, cast.alice, of_alice) == []
    assert await titles(db, cast.admin, of_alice) == (["here"] if state == "removed" else [])


async def test_local_only_communities_are_for_members__R_10(db: Database, cast: Cast, two: None) -> None:
    await change(db, "UPDATE community SET visibility = 'LocalOnly' WHERE id = :c", c=cast.gardening.id)
    assert await titles(db, ANONYMOUS, EVERYTHING) == ["there"]
    assert await titles(db, cast.alice, EVERYTHING) == ["here", "there"]


async def test_nsfw_is_shown_to_who_wants_it__L_10(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await post(tx, cast.alice, cast.gardening.id, "tame")
        await post(tx, cast.alice, cast.gardening.id, "wild", nsfw=True)
    assert await titles(db, cast.alice, EVERYTHING) == ["tame"]
    assert await titles(db, cast.alice, ListPosts(Listing.ALL, PostSort.OLD, show_nsfw=True)) == [
        "tame",
        "wild",
    ]
    async with db.write() as tx:
        await tx.run("UPDATE local_user SET show_nsfw = :yes WHERE person_id = :p", yes=True, p=cast.alice.id)
        await tx.run(
            "UPDATE site SET content_warning = 'adults' WHERE instance_id = :i", i=cast.gardening.instance_id
        )
        tx.changed("site")
    async with db.read() as tx:
        alice = await rows.viewer(tx, "alice")
    assert await titles(db, alice, EVERYTHING) == ["tame", "wild"]
    assert await titles(db, ANONYMOUS, EVERYTHING) == ["tame", "wild"]


async def test_bots_are_hidden_from_who_does_not_want_them__L_11(db: Database, cast: Cast, two: None) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE person SET bot = :yes WHERE id = :p", yes=True, p=cast.carol.id)
        await tx.run(
            "UPDATE local_user SET show_bot_accounts = :no WHERE person_id = :p", no=False, p=cast.alice.id
        )
        alice = await rows.viewer(tx, "alice")
    assert await titles(db, alice, EVERYTHING) == ["here"]
    assert await titles(db, ANONYMOUS, EVERYTHING) == ["here", "there"]


async def test_read_posts_by_setting__L_12(db: Database, cast: Cast, two: None) -> None:
    wanted = ListPosts(Listing.ALL, show_read=False)
    assert await titles(db, cast.alice, wanted) == ["there"]  # one's own are read
    assert await titles(
        db, cast.alice, ListPosts(no_scope=True, creator_id=cast.alice.id, show_read=False)
    ) == ["here"]
    await change(
        db,
        "INSERT INTO post_saved (person_id, post_id, published) SELECT :p, id, 0 FROM post WHERE name = 'here'",
        p=cast.alice.id,
    )
    assert await titles(db, cast.alice, altered(wanted, saved=True)) == [
        "here"
    ]  # read, and saved all the same


async def test_hidden_posts__L_13(db: Database, cast: Cast, two: None) -> None:
    await change(
        db,
        "INSERT INTO post_hidden (person_id, post_id, published) SELECT :p, id, 0 FROM post WHERE name = 'there'",
        p=cast.alice.id,
    )
    assert await titles(db, cast.alice, EVERYTHING) == ["here"]
    assert await titles(db, cast.alice, ListPosts(Listing.ALL, PostSort.OLD, show_hidden=True)) == [
        "here",
        "there",
    ]
    assert await titles(db, cast.alice, ListPosts(no_scope=True, creator_id=cast.carol.id)) == ["there"]
    assert await titles(db, cast.bob, EVERYTHING) == ["here", "there"]


async def test_votes_as_a_filter__L_14(db: Database, cast: Cast, two: None) -> None:
    async with db.write() as tx:
        there = await tx.value("SELECT id FROM post WHERE name = 'there'")
        await vote_on_post(tx, cast.alice, there, -1)
    assert await titles(db, cast.alice, ListPosts(Listing.ALL, vote=-1)) == ["there"]
    assert await titles(db, cast.alice, ListPosts(Listing.ALL, vote=1)) == []  # one's own do not count
    assert await titles(db, ANONYMOUS, ListPosts(Listing.ALL, PostSort.OLD, vote=1)) == ["here", "there"]
    assert await titles(db, ANONYMOUS, ListPosts(Listing.ALL, saved=True)) == []


async def test_what_was_saved_is_windowed_as_any_list__L_14(
    db: Database, clock: FixedClock, cast: Cast, two: None
) -> None:
    clock.advance(2 * DAY)
    async with db.write() as tx:
        await tx.run(
            "INSERT INTO post_saved (person_id, post_id, published) SELECT :p, id, 0 FROM post",
            p=cast.alice.id,
        )
    for sort, shown in ((PostSort.TOP_DAY, []), (PostSort.TOP_WEEK, ["there", "here"])):
        assert await titles(db, cast.alice, ListPosts(Listing.ALL, sort, saved=True)) == shown


@pytest.mark.parametrize(
    ("table", "column", "target"),
    [
        ("person_block", "target_id", "carol"),
        ("community_block", "community_id", "baking"),
        ("instance_block", "instance_id", "there"),
    ],
)
async def test_blocks_hide_posts_but_not_from_moderators__L_15(
    db: Database, cast: Cast, two: None, table: str, column: str, target: str
) -> None:
    number = {"carol": cast.carol.id, "baking": cast.baking.id, "there": cast.baking.instance_id}[target]
    await change(
        db,
        f"INSERT INTO {table} (person_id, {column}, published) VALUES (:p, :n, 0)",
        p=cast.alice.id,
        n=number,
    )
    assert await titles(db, cast.alice, EVERYTHING) == ["here"]
    assert await titles(db, cast.bob, EVERYTHING) == ["here", "there"]
    await change(
        db,
        "INSERT INTO community_moderator (community_id, person_id, published) VALUES (:c, :p, 0)",
        c=cast.baking.id,
        p=cast.alice.id,
    )
    assert await titles(db, cast.alice, ListPosts(Listing.MODERATOR_VIEW)) == ["there"]


async def test_people_of_a_blocked_instance_show_in_other_communities__L_15(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await post(tx, cast.carol, cast.gardening.id, "a guest", ap_id="https://there.example/post/2")
        await tx.run(
            "INSERT INTO instance_block (person_id, instance_id, published) VALUES (:p, :i, 0)",
            p=cast.alice.id, i=cast.baking.instance_id,
        )  # fmt: skip
    assert await titles(db, cast.alice, EVERYTHING) == ["a guest"]


async def test_languages_the_reader_chose__L_15(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await post(tx, cast.bob, cast.gardening.id, "english", language_id=37)
        await post(tx, cast.bob, cast.gardening.id, "german", language_id=32)
    assert cast.alice.person
    alice = Viewer(cast.alice.person, cast.alice.account, languages=frozenset({0, 37}))
    assert await titles(db, alice, EVERYTHING) == ["english"]
    assert await titles(db, ANONYMOUS, EVERYTHING) == ["english", "german"]


@pytest.mark.parametrize(
    ("domain", "shown"),
    [
        ("tabloid.example", False),
        ("news.tabloid.example", False),
        ("oid.example", True),
        ("tabl_id.example", True),
        ("other.example", True),
    ],
)
async def test_links_to_blocked_sites(db: Database, cast: Cast, domain: str, shown: bool) -> None:
    async with db.write() as tx:
        await post(tx, cast.bob, cast.gardening.id, "a link", url="https://news.tabloid.example/1")
        await tx.run(
            "INSERT INTO domain_block (person_id, domain, published) VALUES (:p, :d, 0)",
            p=cast.alice.id,
            d=domain,
        )
    assert (await titles(db, cast.alice, EVERYTHING) == ["a link"]) is shown


async def test_blocked_words_in_title_and_text_until_they_expire(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.write() as tx:
        await post(tx, cast.bob, cast.gardening.id, "About Football")
        await post(tx, cast.bob, cast.gardening.id, "Weekend", body="there was FOOTBALL on")
        await post(tx, cast.bob, cast.gardening.id, "Peas")
        await tx.run(
            "INSERT INTO keyword_block (person_id, keyword, expires, published) VALUES (:p, 'football', :until, 0)",
            p=cast.alice.id, until=tx.now + MINUTE,
        )  # fmt: skip
    assert await titles(db, cast.alice, EVERYTHING) == ["Peas"]
    clock.advance(2 * MINUTE)
    assert await titles(db, cast.alice, EVERYTHING) == ["About Football", "Weekend", "Peas"]


@pytest.mark.parametrize(
    ("keyword", "left"),
    [
        ("art", ["50% off", "A party", "snake_case"]),
        ("50%", ["A party", "Art for all", "snake_case"]),
        ("a%r", ["50% off", "A party", "Art for all", "snake_case"]),
        ("e_c", ["50% off", "A party", "Art for all", "snake_case"]),
    ],
)
async def test_blocked_words_are_whole_words_and_no_patterns(
    db: Database, cast: Cast, keyword: str, left: list[str]
) -> None:
    async with db.write() as tx:
        for title in ("A party", "Art for all", "50% off", "snake_case"):
            await post(tx, cast.bob, cast.gardening.id, title)
        await block_keyword(tx, cast.alice, keyword)
    assert sorted(await titles(db, cast.alice, EVERYTHING)) == left


# --- what comes with them ------------------------------------------------------------------------------------------


async def test_a_post_comes_with_the_readers_part(db: Database, cast: Cast, two: None) -> None:
    async with db.read() as tx:
        found = (await list_posts(tx, cast.alice, EVERYTHING)).items
        assert [view.mine.my_vote for view in found] == [1, None]
        assert [view.mine.read for view in found] == [True, False]
        nobody = (await list_posts(tx, ANONYMOUS, EVERYTHING)).items
        assert [view.mine.my_vote for view in nobody] == [None, None]
        assert found[1].creator == await by_id(tx, cast.carol.id)
        assert found[1].creator_is_moderator
        assert found[1].community.host == THERE


async def test_the_next_page_is_named_only_where_there_is_one(db: Database, cast: Cast, two: None) -> None:
    async with db.read() as tx:
        first = await post_keys(tx, cast.alice, ListPosts(Listing.ALL, PostSort.OLD, limit=1))
        assert first.next == f"P{first.items[0].id:x}"
        second = await post_keys(
            tx, cast.alice, ListPosts(Listing.ALL, PostSort.OLD, limit=1, after=first.next)
        )
        assert second.next is None
        assert second.items != first.items


async def test_other_posts_with_the_same_link__P_11(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        one = await post(tx, cast.alice, cast.gardening.id, "one", url="https://news.example/1")
        await post(tx, cast.bob, cast.gardening.id, "two", url="https://news.example/1")
        await post(tx, cast.bob, cast.gardening.id, "other", url="https://news.example/2")
    wanted = ListPosts(no_scope=True, sort=PostSort.HOT, url=one.url, but=one.id)
    assert await titles(db, cast.alice, wanted) == ["two"]
