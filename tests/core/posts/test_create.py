"""Writing a post."""

import asyncio
from typing import Any

import pytest

from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.remove import remove_post
from folkmoot.model.errors import Invalid, NotAllowed, NotFound, NotLoggedIn
from folkmoot.model.people import ANONYMOUS
from folkmoot.model.time import MINUTE, SECOND, FixedClock
from folkmoot.store import communities
from folkmoot.store.db import Database
from tests.cast import ORIGIN, Cast
from tests.core.stories import assert_counts_are_right, ban_here, jobs, now, set_site, write_post

SMILE = "🙂"
"""Two UTF-16 units."""


# --- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"name": " ab "}, "invalid_post_title"),
        ({"name": "a" * 201}, "invalid_post_title"),
        ({"name": "two\nlines"}, "invalid_post_title"),
        ({"name": "\u200b\u2060\u200b\ufeff"}, "invalid_post_title"),
        ({"name": "\u3164\u2800\u00ad"}, "invalid_post_title"),
        ({"body": "a" * 49_999 + SMILE}, "invalid_body_field"),
        ({"alt_text": "a" * 1499 + SMILE}, "alt_text_length_overflow"),
        ({"url": "no address"}, "invalid_url"),
        ({"url": "ftp://example.org/x"}, "invalid_url_scheme"),
        ({"url": "https://example.org/" + "a" * 2000}, "url_length_overflow"),
        ({"custom_thumbnail": "javascript:alert(1)"}, "invalid_url_scheme"),
        ({"language_id": 9999}, "language_not_allowed"),
    ],
)
async def test_malformed_posts_are_refused__P_1__P_2__P_3(
    db: Database, cast: Cast, more: dict[str, Any], code: str
) -> None:
    async with db.write() as tx:
        with pytest.raises(Invalid, match=code):
            await write_post(tx, cast.alice, cast.gardening, **{"name": "Tomatoes", **more})


async def test_filtered_words_are_refused_in_titles_and_replaced_in_texts__W_4(
    db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        await set_site(tx, slur_filter_regex="weed(s)?")
        with pytest.raises(Invalid, match="slurs"):
            await write_post(tx, cast.alice, cast.gardening, "On Weeds")
        post = await write_post(tx, cast.alice, cast.gardening, body="So many weeds here")
        assert post.body == "So many *removed* here"


async def test_blocked_addresses_are_refused_in_link_and_text__W_5(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await tx.run("INSERT INTO url_blocklist (url, published) VALUES ('evil.example', :now)", now=tx.now)
        tx.memory.clear()
        for more in ({"url": "https://www.evil.example/x"}, {"body": "see http://evil.example/y"}):
            with pytest.raises(Invalid, match="blocked_url"):
                await write_post(tx, cast.alice, cast.gardening, **more)


async def test_who_may_not_write_is_refused__R_3__T_11(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotLoggedIn):
            await write_post(tx, ANONYMOUS, cast.gardening)
        with pytest.raises(NotAllowed, match="site_ban"):
            await write_post(tx, cast.mallory, cast.gardening)
        with pytest.raises(NotFound, match="couldnt_find_community"):
            await create_post(tx, cast.alice, CreatePost(999, "Tomatoes"))
        await ban_here(tx, cast.gardening, cast.alice)
        with pytest.raises(NotAllowed, match="banned_from_community"):
            await write_post(tx, cast.alice, cast.gardening)


async def test_a_malformed_title_is_reported_before_a_ban__T_12(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(Invalid, match="invalid_post_title"):
            await write_post(tx, cast.mallory, cast.gardening, "x")


@pytest.mark.parametrize("state", ["deleted", "removed"])
async def test_a_community_that_is_gone_takes_no_posts__R_3(db: Database, cast: Cast, state: str) -> None:
    async with db.write() as tx:
        await communities.update(tx, cast.gardening.id, {state: True})
        with pytest.raises(NotAllowed, match="deleted"):
            await write_post(tx, cast.alice, cast.gardening)


async def test_where_only_moderators_post_not_even_admins_do__P_5(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await communities.update(tx, cast.gardening.id, {"posting_restricted_to_mods": True})
        for who in (cast.alice, cast.admin):
            with pytest.raises(NotAllowed, match="only_mods_can_post_in_community"):
                await write_post(tx, who, cast.gardening)
        assert await write_post(tx, cast.bob, cast.gardening)


async def test_a_language_that_the_community_does_not_take_is_refused__P_6(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await communities.set_languages(tx, cast.gardening.id, [0, 37])
        with pytest.raises(Invalid, match="language_not_allowed"):
            await write_post(tx, cast.alice, cast.gardening, language_id=32)


# --- what becomes of it --------------------------------------------------------------------------------------------


async def test_a_post_is_stored_trimmed_rendered_and_addressed__P_1__P_17(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(
            tx,
            cast.alice,
            cast.gardening,
            "  Fish & *chips*  ",
            body="Some **text**.\n\nMore.",
            alt_text=" A plate ",
        )
        assert (post.name, post.name_html) == ("Fish & *chips*", "Fish &amp; <em>chips</em>")
        assert post.body_html == '<p dir="auto">Some <strong>text</strong>.</p>\n<p dir="auto">More.</p>'
        assert (post.excerpt, post.alt_text, post.url) == ("Some text. More.", "A plate", None)
        assert (post.ap_id, post.local) == (f"{ORIGIN}/post/{post.id}", True)
        assert post == await now(tx, post)


async def test_a_link_is_stored_without_what_tracks_and_with_its_host__P_3(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(
            tx, cast.alice, cast.gardening, url="HTTPS://News.Example/x?utm_source=y&id=7"
        )
        assert (post.url, post.url_host) == ("https://news.example/x?id=7", "news.example")
        magnet = await write_post(tx, cast.alice, cast.gardening, url="magnet:?xt=urn:btih:x")
        assert magnet.url == "magnet:?xt=urn:btih:x"


async def test_the_author_votes_for_it_and_has_read_it__P_7(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        assert (post.upvotes, post.downvotes, post.score) == (1, 0, 1)
        assert await tx.value("SELECT value FROM post_vote WHERE person_id = :id", id=cast.alice.id) == 1
        assert (
            await tx.value("SELECT read_comments FROM post_read WHERE person_id = :id", id=cast.alice.id) == 0
        )
        assert await jobs(tx) == ["posts.fetch_link", "posts.mention_link"]
        community, author = await now(tx, cast.gardening), await now(tx, cast.alice.person)
        assert (community.posts, author.post_count, author.post_score) == (1, 1, 1)
    await assert_counts_are_right(db)


async def test_a_new_post_ranks_by_its_first_vote__S_5__S_6(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await communities.update(tx, cast.gardening.id, {"users_active_month": 1})
        post = await write_post(tx, cast.alice, cast.gardening)
        assert post.hot_rank == pytest.approx(0.1370, abs=5e-5)
        assert post.active_rank == post.hot_rank
        assert post.scaled_rank == pytest.approx(0.2871, abs=1e-4)


async def test_in_an_nsfw_community_every_post_is_nsfw__P_5(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await communities.update(tx, cast.gardening.id, {"nsfw": True})
        assert (await write_post(tx, cast.alice, cast.gardening)).nsfw


@pytest.mark.parametrize(
    ("mine", "theirs", "language"),
    [
        (set(), [], 0),
        ({0, 37}, [], 37),
        (set(), [0, 32], 32),
        ({0, 32, 37}, [0, 37], 37),
        ({32, 37}, [32, 37], 0),
        ({32}, [37], 0),
    ],
)
async def test_the_only_language_in_common_is_taken__P_6(
    db: Database, cast: Cast, mine: set[int], theirs: list[int], language: int
) -> None:
    async with db.write() as tx:
        await communities.set_languages(tx, cast.gardening.id, theirs)
        reader = type(cast.alice)(cast.alice.person, cast.alice.account, languages=frozenset(mine))
        assert (await write_post(tx, reader, cast.gardening)).language_id == language


async def test_sending_twice_makes_one_post_for_a_minute(db: Database, cast: Cast, clock: FixedClock) -> None:
    async with db.write() as tx:
        first = await write_post(tx, cast.alice, cast.gardening, url="https://news.example/")
    clock.advance(30 * SECOND)
    async with db.write() as tx:
        assert (await write_post(tx, cast.alice, cast.gardening, url="https://news.example/")).id == first.id
        assert (await write_post(tx, cast.alice, cast.gardening)).id != first.id
        assert (await write_post(tx, cast.bob, cast.gardening, url="https://news.example/")).id != first.id
    clock.advance(MINUTE)
    async with db.write() as tx:
        assert (await write_post(tx, cast.alice, cast.gardening, url="https://news.example/")).id != first.id
    await assert_counts_are_right(db)


@pytest.mark.parametrize(
    "more",
    [
        {"nsfw": True},
        {"alt_text": "A red one"},
        {"language_id": 37},
        {"custom_thumbnail": "https://news.example/small.png"},
        {"body": "At last."},
    ],
)
async def test_a_post_that_says_something_else_is_another__P_7(
    db: Database, cast: Cast, more: dict[str, Any]
) -> None:
    async with db.write() as tx:
        plain = await write_post(tx, cast.alice, cast.gardening)
        first = await write_post(tx, cast.alice, cast.gardening, **more)
        again = await write_post(tx, cast.alice, cast.gardening, **more)
        assert plain.id != first.id == again.id
        for name, value in more.items():
            assert getattr(first, {"custom_thumbnail": "thumbnail_url"}.get(name, name)) == value
    await assert_counts_are_right(db)


async def test_a_post_is_not_sent_again_where_a_picture_was_found_for_it(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        first = await write_post(tx, cast.alice, cast.gardening, url="https://news.example/")
        await tx.run("UPDATE post SET thumbnail_url = 'https://news.example/large.png'")
        assert (await write_post(tx, cast.alice, cast.gardening, url="https://news.example/")).id == first.id


async def test_what_was_removed_is_not_the_same_as_what_is_sent_again(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        first = await write_post(tx, cast.alice, cast.gardening)
        await remove_post(tx, cast.bob, first.id, removed=True)
        again = await write_post(tx, cast.alice, cast.gardening)
        assert (again.id != first.id, again.removed) == (True, False)
    await assert_counts_are_right(db)


async def test_pressing_the_button_twice_makes_one_post(db: Database, cast: Cast) -> None:
    async def send() -> int:
        async with db.write() as tx:
            return (await write_post(tx, cast.alice, cast.gardening)).id

    assert len(set(await asyncio.gather(send(), send(), send()))) == 1
    await assert_counts_are_right(db)


async def test_a_post_from_elsewhere_keeps_its_address_and_time(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(
            tx, cast.carol, cast.gardening, ap_id="https://there.example/post/7", published=tx.now - MINUTE
        )
        assert (post.ap_id, post.local, post.published) == (
            "https://there.example/post/7",
            False,
            tx.now - MINUTE,
        )
        assert await tx.value("SELECT count(*) FROM post_read") == 0
        assert await tx.value("SELECT posts FROM local_site") == 0
    await assert_counts_are_right(db)


async def test_what_arrives_twice_is_one_post(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        first, again = [
            await write_post(tx, cast.carol, cast.gardening, ap_id="https://there.example/post/7")
            for _ in range(2)
        ]
        assert again == first
    await assert_counts_are_right(db)
