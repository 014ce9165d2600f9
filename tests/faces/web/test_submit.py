"""Write a post: the form, everything that can be wrong with it, previews, the title of a link, cross-posts."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from folkmoot.app import build_app
from folkmoot.context import Context
from folkmoot.core.communities.ban import BanFromCommunity, ban_from_community
from folkmoot.core.communities.follow import follow_community
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.model.time import FixedClock
from folkmoot.net.client import Client
from folkmoot.net.errors import Unreachable
from folkmoot.net.metadata import PageMetadata
from folkmoot.settings import Settings
from folkmoot.store import instances
from folkmoot.store.db import Database, writing
from tests.cast import Cast
from tests.core.moderation import stories
from tests.faces.web.conftest import read

GOOD = {
    "community": "gardening",
    "name": "Tomatoes in June",
    "url": "https://news.example/a",
    "body": "**Early** ones",
}


class Elsewhere(Context):
    """The rest of the web: two pages, the others do not answer."""

    async def look_at(self, url: str) -> PageMetadata:
        """A title, none, or no answer."""
        if url == "https://news.example/a":
            return PageMetadata(title="All about\n tomatoes <b>")
        if url == "https://news.example/untitled":
            return PageMetadata()
        raise Unreachable(url)


@pytest.fixture
async def served(db: Database, clock: FixedClock, settings: Settings) -> AsyncIterator[Any]:
    """The server, with a web around it."""
    async with Client(agent="test", holds_write=writing.get) as http:
        yield build_app(Elsewhere(db, settings, clock, http))


def typed(response: Any) -> dict[str, str]:
    """What stands in the fields of the form."""
    page = read(response)
    fields = {
        node.attributes["name"]: node.attributes.get("value") or ""
        for node in page.css("form.f input:not([type=file])")
    }
    return fields | {
        node.attributes["name"]: node.text().lstrip("\n") for node in page.css("form.f textarea")
    }


def errors(response: Any) -> dict[str, str]:
    """What stands beside the fields."""
    return {(node.attributes["id"] or "")[2:]: node.text() for node in read(response).css("form.f p.bad")}


async def posts(db: Database) -> int:
    async with db.read() as tx:
        count: int = await tx.value("SELECT count(*) FROM post")
    return count


# --- who may not, and what is wrong --------------------------------------------------------------------------------


async def test_visitors_are_led_to_the_log_in_and_back(browser: Callable[..., Any], cast: Cast) -> None:
    response = await (await browser()).get("/submit?community=gardening")
    assert (response.status_code, response.headers["location"]) == (
        303, "/login?next=%2Fsubmit%3Fcommunity%3Dgardening",
    )  # fmt: skip


async def test_who_was_logged_out_meanwhile_keeps_the_text(browser: Callable[..., Any], cast: Cast) -> None:
    response = await (await browser()).post("/submit", GOOD)
    assert response.status_code == 422
    assert "Please log in." in response.text
    assert {name: typed(response)[name] for name in GOOD} == GOOD


async def test_everything_wrong_is_told_at_once(
    browser: Callable[..., Any], cast: Cast, db: Database
) -> None:
    wrong = {
        "community": "", "name": "no", "url": "ftp://x.example/", "body": "x" * 50_001, "alt_text": "x" * 1501,
        "custom_thumbnail": "nonsense",
    }  # fmt: skip
    response = await (await browser("alice")).post("/submit", wrong)
    assert response.status_code == 422
    assert set(errors(response)) == set(wrong)
    assert errors(response)["community"] == "Please choose a community."
    assert errors(response)["url"] == "Addresses begin with http:// or https:// here."
    assert read(response).css_first(".errors h2").text() == "6 things need another look"
    assert {name: typed(response)[name] for name in wrong} == wrong
    assert await posts(db) == 0


async def test_an_empty_form(browser: Callable[..., Any], cast: Cast) -> None:
    response = await (await browser("alice")).post("/submit", {})
    assert response.status_code == 422
    assert set(errors(response)) == {"community", "name"}


@pytest.mark.parametrize(
    "name", ["nowhere", "gardening@elsewhere.example", "@alice", "!!", "x" * 5000, "a b"]
)
async def test_there_is_no_such_community(browser: Callable[..., Any], cast: Cast, name: str) -> None:
    response = await (await browser("alice")).post("/submit", GOOD | {"community": name})
    assert (response.status_code, errors(response)) == (422, {"community": "There is no such community."})


async def test_who_is_banned_there(browser: Callable[..., Any], cast: Cast, db: Database) -> None:
    async with db.write() as tx:
        await ban_from_community(tx, cast.bob, BanFromCommunity(cast.gardening.id, cast.alice.id))
    response = await (await browser("alice")).post("/submit", GOOD)
    assert (response.status_code, errors(response)) == (
        422, {"community": "You are banned from this community."},
    )  # fmt: skip
    assert typed(response)["body"] == "**Early** ones"


async def test_where_only_moderators_post(browser: Callable[..., Any], cast: Cast, db: Database) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE community SET posting_restricted_to_mods = :yes", yes=True)
    response = await (await browser("alice")).post("/submit", GOOD)
    assert errors(response) == {"community": "Only moderators may post in this community."}
    assert (await (await browser("bob")).post("/submit", GOOD)).status_code == 303


async def test_a_language_that_is_not_taken(browser: Callable[..., Any], cast: Cast, db: Database) -> None:
    async with db.write() as tx:
        await tx.run("INSERT INTO community_language (community_id, language_id) VALUES (1, 37)")
    alice = await browser("alice")
    response = await alice.post("/submit", GOOD | {"language": "20"})
    assert errors(response) == {"language": "This community does not take that language."}
    page = read(await alice.get("/submit?community=gardening"))
    assert [node.text() for node in page.css("#f-language option")][1] == "English"
    assert (await alice.post("/submit", GOOD | {"language": "37"})).status_code == 303


async def test_nonsense_is_no_failure(browser: Callable[..., Any], cast: Cast, db: Database) -> None:
    alice = await browser("alice")
    for nonsense in (
        {"language": "99999999999", "community": "gardening", "name": "a\0b"},
        {"community": b"\xff\xfe", "name": b"\xff\xfe\xfd\xff"},
        GOOD | {"url": "http://[::1"},
        GOOD | {"language": "-1"},
        GOOD | {"language": "200"},
        GOOD | {"name": " " * 5 + "\n\n"},
    ):
        assert (await alice.post("/submit", nonsense)).status_code == 422, nonsense
    assert (await alice.post("/submit", GOOD | {"body": "x" * (2 << 20)})).status_code == 413
    for asked in (
        "?crosspost=999999999999",
        "?community=%ff%fe&title=%00",
        "?crosspost=x",
        "?url=" + "x" * 5000,
    ):
        assert (await alice.get(f"/submit{asked}")).status_code == 200, asked
    assert (await alice.get("/submit?crosspost=999")).status_code == 404
    assert await posts(db) == 0


async def test_too_many_posts(browser: Callable[..., Any], cast: Cast, db: Database) -> None:
    alice = await browser("alice")
    for number in range(6):
        assert (await alice.post("/submit", GOOD | {"name": f"Post {number}"})).status_code == 303
    response = await alice.post("/submit", GOOD | {"name": "One more"})
    assert response.status_code == 429
    assert typed(response)["name"] == "One more"
    assert await posts(db) == 6


async def test_mistakes_are_not_counted_as_posts(browser: Callable[..., Any], cast: Cast) -> None:
    alice = await browser("alice")
    for _ in range(8):
        assert (await alice.post("/submit", GOOD | {"name": "no"})).status_code == 422
    assert (await alice.post("/submit", GOOD)).status_code == 303


# --- the form ------------------------------------------------------------------------------------------------------


async def test_the_address_fills_the_form(browser: Callable[..., Any], cast: Cast) -> None:
    alice = await browser("alice")
    response = await alice.get(
        "/submit?community=baking@there.example&url=https://a.example/%3Fx%3D1&title=Bread+%26+salt&body=Good"
    )
    assert {name: typed(response)[name] for name in ("community", "url", "name", "body")} == {
        "community": "baking@there.example", "url": "https://a.example/?x=1", "name": "Bread & salt", "body": "Good",
    }  # fmt: skip


async def test_communities_are_offered_those_one_follows_first(
    browser: Callable[..., Any], cast: Cast, db: Database
) -> None:
    async with db.write() as tx:
        await follow_community(tx, cast.alice, cast.baking.id)
    page = read(await (await browser("alice")).get("/submit"))
    assert [node.attributes["value"] for node in page.css("datalist option")] == [
        "!baking@there.example", "!gardening@here.example",
    ]  # fmt: skip
    assert page.css_first("#f-community").attributes["list"] == page.css_first("datalist").id


async def test_the_first_button_posts_so_that_enter_does(browser: Callable[..., Any], cast: Cast) -> None:
    page = read(await (await browser("alice")).get("/submit"))
    assert [node.text() for node in page.css("form.f button")] == [
        "Post",
        "Preview",
        "Fetch the title of the link",
    ]
    assert "name" not in page.css_first("form.f button").attributes


# --- write ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["gardening", "!gardening", "Gardening@here.example", "!gardening@here.example"]
)
async def test_writing(browser: Callable[..., Any], cast: Cast, name: str) -> None:
    alice = await browser("alice")
    response = await alice.post("/submit", GOOD | {"community": name, "nsfw": "1", "language": "37"})
    assert (response.status_code, response.headers["location"]) == (303, "/post/1")
    page = read(await alice.get("/post/1"))
    assert page.css_first("h1").text().startswith("Tomatoes in June")
    assert page.css_first(".post .body strong").text() == "Early"
    assert page.css_first(".post .body").attributes["lang"] == "en"
    assert page.css_first(".post .m .ban").text() == "NSFW"


async def test_in_a_community_of_another_server(browser: Callable[..., Any], cast: Cast) -> None:
    alice = await browser("alice")
    response = await alice.post("/submit", GOOD | {"community": "!baking@there.example", "url": ""})
    assert response.status_code == 303
    assert read(await alice.get("/post/1")).css_first(".post .k").text() == "!baking@there.example"


async def test_sent_twice_it_is_one_post(browser: Callable[..., Any], cast: Cast, db: Database) -> None:
    alice = await browser("alice")
    places = {(await alice.post("/submit", GOOD)).headers["location"] for _ in range(2)}
    assert (places, await posts(db)) == ({"/post/1"}, 1)


async def test_a_preview_writes_nothing(browser: Callable[..., Any], cast: Cast, db: Database) -> None:
    alice = await browser("alice")
    response = await alice.post("/submit", GOOD | {"preview": "1", "name": "Tomatoes <i> in *June*"})
    assert response.status_code == 200
    page = read(response)
    assert page.css_first(".preview h2").text() == "Tomatoes <i> in June"
    assert page.css_first(".preview strong").text() == "Early"
    assert typed(response)["body"] == GOOD["body"]
    assert await posts(db) == 0


# --- the title of a link -------------------------------------------------------------------------------------------


async def test_visitors_do_not_make_us_ask_others(browser: Callable[..., Any], cast: Cast) -> None:
    response = await (await browser()).get(
        "/submit/suggest?url=https://news.example/a", headers={"accept": "application/json"}
    )
    assert (response.status_code, response.json()["error"]) == (401, "incorrect_login")


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://x.example/", "http://[::1", "%ff", "x" * 3000])
async def test_what_is_no_link_is_not_asked(browser: Callable[..., Any], cast: Cast, url: str) -> None:
    alice = await browser("alice")
    response = await alice.get(f"/submit/suggest?url={url}", headers={"accept": "application/json"})
    assert response.status_code == 400
    response = await alice.post("/submit", {"url": url, "suggest": "1", "body": "kept"})
    assert (response.status_code, set(errors(response))) == (422, {"url"})
    assert typed(response)["body"] == "kept"


async def test_asking_is_limited(browser: Callable[..., Any], cast: Cast) -> None:
    alice = await browser("alice")
    path = "/submit/suggest?url=https://news.example/untitled"
    statuses = [
        (await alice.get(path, headers={"accept": "application/json"})).status_code for _ in range(61)
    ]
    assert statuses == [200] * 60 + [429]


async def test_modules_are_told_title_and_earlier_posts(
    browser: Callable[..., Any], cast: Cast, db: Database
) -> None:
    alice = await browser("alice")
    path = "/submit/suggest?url=https://news.example/a"
    assert (await alice.get(path)).json() == {"title": "All about tomatoes <b>"}
    async with db.write() as tx:
        await create_post(
            tx, cast.bob, CreatePost(cast.gardening.id, "Seen it", url="https://news.example/a")
        )
    assert (await alice.get(path)).json()["html"] == (
        '<p>Already posted in <a href="/post/1">!gardening@here.example (0 comments)</a></p>'
    )
    assert (await alice.get("/submit/suggest?url=https://news.example/untitled")).json() == {}
    assert (await alice.get("/submit/suggest?url=https://down.example/")).json() == {}


async def test_without_scripts_a_button_fetches_the_title(
    browser: Callable[..., Any], cast: Cast, db: Database
) -> None:
    alice = await browser("alice")
    response = await alice.post("/submit", GOOD | {"name": "", "suggest": "1"})
    assert response.status_code == 200
    assert typed(response) | {"csrf": ""} == {
        **GOOD, "name": "All about tomatoes <b>", "nsfw": "1", "alt_text": "", "custom_thumbnail": "", "csrf": "",
    }  # fmt: skip
    response = await alice.post("/submit", GOOD | {"suggest": "1"})
    assert typed(response)["name"] == "Tomatoes in June"
    assert (
        read(response).css_first("#h-name").text() == "The linked page calls itself: All about tomatoes <b>"
    )
    response = await alice.post("/submit", GOOD | {"suggest": "1", "url": "https://down.example/"})
    assert "The linked page did not answer, or has no title." in response.text
    assert await posts(db) == 0


# --- cross-posts ---------------------------------------------------------------------------------------------------


async def test_a_crosspost_begins_with_what_is_there(
    browser: Callable[..., Any], cast: Cast, db: Database
) -> None:
    async with db.write() as tx:
        asked = CreatePost(
            cast.gardening.id, "Tomatoes", url="https://news.example/a", body="one\n\ntwo", nsfw=True
        )
        post = await create_post(tx, cast.bob, asked)
    alice = await browser("alice")
    response = await alice.get(f"/submit?crosspost={post.id}")
    fields = typed(response)
    assert fields["body"] == f"cross-posted from: https://here.example/post/{post.id}\n\n> one\n>\n> two"
    assert (fields["name"], fields["url"], fields["community"]) == ("Tomatoes", "https://news.example/a", "")
    page = read(response)
    assert page.css_first("#f-nsfw").attributes.keys() >= {"checked"}
    assert page.css_first("textarea").attributes["data-draft"] == f"x{post.id}"
    again = await alice.post("/submit", fields | {"crosspost": str(post.id)})
    assert read(again).css_first("textarea").attributes["data-draft"] == f"x{post.id}"
    response = await alice.post("/submit", fields | {"community": "!baking@there.example"})
    assert response.status_code == 303


async def test_what_one_may_not_see_is_not_crossposted(
    browser: Callable[..., Any], cast: Cast, db: Database
) -> None:
    async with db.write() as tx:
        post = await stories.post(tx, cast.bob, cast.gardening)
        await tx.run("UPDATE post SET removed = :yes", yes=True)
    assert (await (await browser("alice")).get(f"/submit?crosspost={post.id}")).status_code == 404


async def test_the_form_says_where_a_post_is_seen_and_whether_it_arrives__SND_2(
    browser: Callable[..., Any], db: Database, cast: Cast
) -> None:
    alice = await browser("alice")
    page = (await alice.get("/submit")).text
    assert "Public: seen" not in page, "nobody knows yet"
    assert (
        "on every server that follows this community" in (await alice.get("/submit?community=gardening")).text
    )
    away = "/submit?community=baking@there.example"
    page = (await alice.get(away)).text
    assert "Public: seen on there.example and by its followers." in page
    assert "does not talk to" not in page
    async with db.write() as tx:
        await instances.set_policy(tx, "block", cast.baking.instance_id, reason=None, expires=None)
    assert "This server does not talk to the one of this community." in (await alice.get(away)).text
