"""The pages that posts link to, title suggestions, and cross-posts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from folkmoot.core.posts.crosspost import crosspost_draft
from folkmoot.core.posts.delete import delete_post
from folkmoot.core.posts.edit import EditPost, edit_post
from folkmoot.core.posts.fetch_link import Pictures, fetch_link
from folkmoot.core.posts.suggest import suggest
from folkmoot.media.files import Disk
from folkmoot.model.errors import Invalid, NotFound, NotLoggedIn
from folkmoot.model.people import ANONYMOUS
from folkmoot.net.errors import AddressRefused, TimedOut
from folkmoot.store import communities
from folkmoot.store.db import Database, writing
from tests.cast import Cast
from tests.core.stories import now, set_site, write_post

URL = "https://news.example/story"


@dataclass(frozen=True)
class Page:
    """What a page says about itself."""

    title: str | None = None
    description: str | None = None
    image: str | None = None
    video: str | None = None
    content_type: str | None = "text/html"


class Web:
    """A network with one answer, or one failure. It holds to the rule: no network inside a transaction that writes."""

    def __init__(self, answer: Page | Exception) -> None:
        self.answer = answer
        self.asked: list[str] = []

    async def __call__(self, url: str) -> Page:
        assert not writing.get()
        self.asked.append(url)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    """No picture can be had, so that addresses elsewhere stay (I-4); what can be had is in test_previews.py."""

    async def fetch(_url: str) -> bytes:
        assert not writing.get()
        raise TimedOut("slow")

    return Pictures(fetch, Disk(tmp_path / "pictures"))


# --- the job -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("failure", [TimedOut("slow"), AddressRefused("inside"), OSError("no route")])
async def test_a_page_that_does_not_answer_leaves_the_fields_empty__I_2(
    db: Database, cast: Cast, pictures: Pictures, failure: Exception
) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening, url=URL)
    assert not await fetch_link(db, Web(failure), pictures, {"post_id": post.id})
    async with db.read() as tx:
        assert await now(tx, post) == post


@pytest.mark.parametrize("url", [None, "magnet:?xt=urn:btih:x"])
async def test_without_an_address_of_the_web_nobody_is_asked__I_1(
    db: Database, cast: Cast, pictures: Pictures, url: str | None
) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening, url=url)
    web = Web(Page("Never seen"))
    for number in (post.id, post.id + 1):
        assert not await fetch_link(db, web, pictures, {"post_id": number})
    assert web.asked == []


async def test_what_the_page_says_is_kept__I_3__I_4(db: Database, cast: Cast, pictures: Pictures) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening, url=URL)
    web = Web(Page("Story", "What happened", "https://news.example/p.jpg", "https://news.example/f.mp4"))
    assert await fetch_link(db, web, pictures, {"post_id": post.id})
    async with db.read() as tx:
        kept = await now(tx, post)
    assert (kept.embed_title, kept.embed_description, kept.embed_video_url) == (
        "Story",
        "What happened",
        "https://news.example/f.mp4",
    )
    assert (kept.thumbnail_url, kept.url_content_type) == ("https://news.example/p.jpg", "text/html")
    assert (web.asked, kept.updated) == ([URL], None)
    assert kept.version > post.version


async def test_a_picture_is_its_own_thumbnail_and_a_chosen_one_wins__I_4(
    db: Database, cast: Cast, pictures: Pictures
) -> None:
    async with db.write() as tx:
        picture = await write_post(tx, cast.alice, cast.gardening, url="https://pics.example/a.png")
        chosen = await write_post(
            tx,
            cast.alice,
            cast.gardening,
            "Chosen",
            url=URL,
            custom_thumbnail="https://pics.example/mine.png",
        )
    await fetch_link(db, Web(Page(content_type="image/png")), pictures, {"post_id": picture.id})
    await fetch_link(db, Web(Page(image="https://news.example/p.jpg")), pictures, {"post_id": chosen.id})
    async with db.read() as tx:
        assert (await now(tx, picture)).thumbnail_url == "https://pics.example/a.png"
        assert (await now(tx, chosen)).thumbnail_url == "https://pics.example/mine.png"


async def test_a_picture_that_its_author_erased_does_not_come_back__P_4(
    db: Database, cast: Cast, pictures: Pictures
) -> None:
    web = Web(Page("Story", image="https://news.example/p.jpg"))
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening, url=URL)
    await fetch_link(db, web, pictures, {"post_id": post.id})
    async with db.write() as tx:
        assert (await now(tx, post)).thumbnail_url == "https://news.example/p.jpg"
        assert (await edit_post(tx, cast.alice, EditPost(post.id, custom_thumbnail=""))).thumbnail_url is None
    assert await fetch_link(db, web, pictures, {"post_id": post.id})
    async with db.write() as tx:
        kept = await now(tx, post)
        assert (kept.embed_title, kept.thumbnail_url) == ("Story", None)
        await edit_post(tx, cast.alice, EditPost(post.id, url=f"{URL}/2"))
    await fetch_link(db, web, pictures, {"post_id": post.id})
    async with db.read() as tx:
        assert (await now(tx, post)).thumbnail_url == "https://news.example/p.jpg", (
            "another link, another picture"
        )


async def test_no_thumbnail_for_nsfw_where_the_site_wants_none__I_4(
    db: Database, cast: Cast, pictures: Pictures
) -> None:
    async with db.write() as tx:
        await set_site(tx, enable_nsfw=False)
        post = await write_post(tx, cast.alice, cast.gardening, url=URL, nsfw=True)
    await fetch_link(
        db, Web(Page("Story", image="https://news.example/p.jpg")), pictures, {"post_id": post.id}
    )
    async with db.read() as tx:
        kept = await now(tx, post)
        assert (kept.embed_title, kept.thumbnail_url) == ("Story", None)


async def test_a_link_that_changed_meanwhile_is_left_alone(
    db: Database, cast: Cast, pictures: Pictures
) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening, url=URL)

    async def slow(url: str) -> Page:
        async with db.write() as tx:
            await edit_post(tx, cast.alice, EditPost(post.id, url="https://other.example/"))
        return Page("The old story")

    assert not await fetch_link(db, slow, pictures, {"post_id": post.id})
    async with db.read() as tx:
        assert (await now(tx, post)).embed_title is None


# --- suggestions ---------------------------------------------------------------------------------------------------


async def test_suggestions_are_for_members_and_links__I_1(db: Database, cast: Cast) -> None:
    with pytest.raises(NotLoggedIn):
        await suggest(db, ANONYMOUS, URL, Web(Page()))
    for url, code in (("nowhere", "invalid_url"), ("ftp://x.example/", "invalid_url_scheme")):
        with pytest.raises(Invalid, match=code):
            await suggest(db, cast.alice, url, Web(Page()))


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        (Page(" A \n story "), "A story"),
        (Page(), ""),
        (TimedOut("slow"), ""),
        (Page("word " * 60), ("word " * 40).strip()),
    ],
)
async def test_a_page_suggests_its_title(db: Database, cast: Cast, answer: Any, title: str) -> None:
    found = await suggest(db, cast.alice, URL, Web(answer))
    assert (found.title, found.earlier) == (title, [])


async def test_earlier_posts_of_the_same_link_are_told(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.bob, cast.gardening, url=URL)
        gone = await write_post(tx, cast.bob, cast.baking, "Gone", url=URL)
        await delete_post(tx, cast.bob, gone.id, deleted=True)
        await write_post(tx, cast.bob, cast.baking, "Other", url=f"{URL}/other")
    found = await suggest(db, cast.alice, f"{URL}?utm_source=x", Web(Page()))
    assert [(each.id, each.name, each.comments) for each in found.earlier] == [(post.id, "gardening", 0)]
    async with db.write() as tx:
        await communities.update(tx, cast.gardening.id, {"removed": True})
    assert (await suggest(db, cast.alice, URL, Web(Page()))).earlier == []


# --- cross-posts ---------------------------------------------------------------------------------------------------


async def test_what_one_may_not_see_one_does_not_crosspost__P_9(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        await delete_post(tx, cast.alice, post.id, deleted=True)
        for who, number in ((cast.bob, post.id + 1), (cast.carol, post.id), (ANONYMOUS, post.id)):
            with pytest.raises(NotFound, match="couldnt_find_post"):
                await crosspost_draft(tx, who, number)


async def test_a_crosspost_begins_with_title_link_and_quotation(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(
            tx, cast.alice, cast.gardening, url=URL, body="One\n\nTwo", alt_text="A picture", nsfw=True
        )
        plain = await write_post(tx, cast.alice, cast.gardening, "Plain")
        draft = await crosspost_draft(tx, cast.bob, post.id)
        assert (draft.name, draft.url, draft.alt_text, draft.nsfw) == (post.name, URL, "A picture", True)
        assert draft.body == f"cross-posted from: {post.ap_id}\n\n> One\n>\n> Two"
        assert (await crosspost_draft(tx, cast.bob, plain.id)).body == f"cross-posted from: {plain.ap_id}"
