"""Changing a post."""

from typing import Any

import pytest

from folkmoot.core.communities.edit import EditCommunity, edit_community
from folkmoot.core.posts.edit import EditPost, edit_post, post_to_edit
from folkmoot.core.posts.mark import mark_post
from folkmoot.model.errors import Invalid, NotAllowed, NotFound
from folkmoot.model.records import altered
from folkmoot.model.time import MINUTE, FixedClock
from folkmoot.store import communities, posts
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.core.stories import ban_here, jobs, set_site, write_post


async def test_only_the_author_edits__P_8(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        for who in (cast.bob, cast.admin, cast.carol):
            with pytest.raises(NotAllowed, match="no_post_edit_allowed"):
                await edit_post(tx, who, EditPost(post.id, name="Mine now"))
        with pytest.raises(NotAllowed, match="no_post_edit_allowed"):
            await post_to_edit(tx, cast.bob, post.id)
        with pytest.raises(NotFound, match="couldnt_find_post"):
            await edit_post(tx, cast.alice, EditPost(post.id + 1, name="Nothing"))


async def test_who_was_banned_since_does_not_edit__R_3(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        await ban_here(tx, cast.gardening, cast.alice)
        with pytest.raises(NotAllowed, match="banned_from_community"):
            await edit_post(tx, cast.alice, EditPost(post.id, body="Still here"))


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"name": "  "}, "invalid_post_title"),
        ({"name": "two\nlines"}, "invalid_post_title"),
        ({"body": "a" * 50_001}, "invalid_body_field"),
        ({"url": "nowhere"}, "invalid_url"),
        ({"alt_text": "a" * 1501}, "alt_text_length_overflow"),
        ({"language_id": 9999}, "language_not_allowed"),
    ],
)
async def test_edits_obey_the_same_rules__P_1__P_2__P_3(
    db: Database, cast: Cast, more: dict[str, Any], code: str
) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        with pytest.raises(Invalid, match=code):
            await edit_post(tx, cast.alice, EditPost(post.id, **more))


async def test_a_filtered_word_is_refused_in_an_edited_title_too__W_4(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        await set_site(tx, slur_filter_regex="weed")
        with pytest.raises(Invalid, match="slurs"):
            await edit_post(tx, cast.alice, EditPost(post.id, name="Weeds"))


async def test_what_is_absent_stays_and_what_is_empty_goes__P_4(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.write() as tx:
        post = await write_post(
            tx,
            cast.alice,
            cast.gardening,
            url="https://news.example/",
            body="Text",
            alt_text="Words",
            custom_thumbnail="https://pics.example/1.png",
        )
    clock.advance(MINUTE)
    async with db.write() as tx:
        same = await edit_post(tx, cast.alice, EditPost(post.id))
        assert same == altered(post, updated=tx.now, version=post.version + 1)
        gone = await edit_post(
            tx, cast.alice, EditPost(post.id, url="", body="", alt_text="", custom_thumbnail="")
        )
        assert (
            gone.url,
            gone.url_host,
            gone.body,
            gone.body_html,
            gone.excerpt,
            gone.alt_text,
            gone.thumbnail_url,
        ) == (None,) * 7
        assert gone.name == post.name


async def test_the_title_is_kept_as_sent_on_edits__P_1(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        edited = await edit_post(tx, cast.alice, EditPost(post.id, name=" Beans *now* "))
        assert (edited.name, edited.name_html) == (" Beans *now* ", "Beans <em>now</em>")


async def test_what_was_known_of_an_old_link_goes_with_it__I_4(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening, url="https://news.example/old")
        assert post.url
        facts = {
            "embed_title": "Old",
            "embed_description": "d",
            "embed_video_url": None,
            "url_content_type": "text/html",
        }
        assert await posts.set_link_facts(tx, post.id, post.url, facts, "https://news.example/t.png")
        kept = await edit_post(tx, cast.alice, EditPost(post.id, url="https://news.example/old", body="More"))
        assert (kept.embed_title, kept.thumbnail_url) == ("Old", "https://news.example/t.png")
        new = await edit_post(tx, cast.alice, EditPost(post.id, url="https://news.example/new"))
        assert (new.embed_title, new.embed_description, new.thumbnail_url, new.url_content_type) == (
            None,
        ) * 4
        pictured = await edit_post(
            tx,
            cast.alice,
            EditPost(post.id, url="https://news.example/3", custom_thumbnail="https://pics.example/1.png"),
        )
        assert pictured.thumbnail_url == "https://pics.example/1.png"
        assert await jobs(tx) == ["posts.fetch_link", "posts.mention_link", *["posts.fetch_link"] * 3]


async def test_language_and_nsfw_can_be_changed__P_6(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await communities.set_languages(tx, cast.gardening.id, [0, 37])
        post = await write_post(tx, cast.alice, cast.gardening, language_id=0)
        with pytest.raises(Invalid, match="language_not_allowed"):
            await edit_post(tx, cast.alice, EditPost(post.id, language_id=32))
        edited = await edit_post(tx, cast.alice, EditPost(post.id, language_id=37, nsfw=True))
        assert (edited.language_id, edited.nsfw) == (37, True)


async def test_a_post_has_those_tags_that_its_community_has(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, post_tags=("News", "Plants")))
        post = await write_post(tx, cast.alice, cast.gardening, tags=("plants", "invented", "news"))
        assert post.tags == "news plants"
        assert (await edit_post(tx, cast.alice, EditPost(post.id, body="More"))).tags == "news plants"
        assert (await edit_post(tx, cast.alice, EditPost(post.id, tags=("news", "mine")))).tags == "news"
        assert (await mark_post(tx, cast.bob, post.id, tags=("plants", "x"))).tags == "plants"
        with pytest.raises(NotAllowed, match="not_a_mod_or_admin"):
            await mark_post(tx, cast.alice, post.id, tags=())
