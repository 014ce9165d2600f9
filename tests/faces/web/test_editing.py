"""Change, delete and restore what one wrote."""

from collections.abc import Callable
from typing import Any

import pytest

from folkmoot.core.communities.ban import BanFromCommunity, ban_from_community
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.edit import EditPost, edit_post
from folkmoot.model.comments import Comment
from folkmoot.model.posts import Post
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.core.moderation import stories
from tests.faces.web.conftest import read

FRAGMENT = {"x-fragment": "1"}


@pytest.fixture
async def thread(db: Database, cast: Cast) -> tuple[Post, Comment, Comment]:
    """alice's post with a link and a text, alice's comment, carol's answer."""
    async with db.write() as tx:
        asked = CreatePost(
            cast.gardening.id, "Tomatoes", url="https://news.example/a", body="**Early** ones", alt_text="Red"
        )
        post = await create_post(tx, cast.alice, asked)
        mine = await stories.comment(tx, cast.alice, post, "Water *them*.")
        return post, mine, await stories.comment(tx, cast.carol, post, "How much?", mine)


def fields(response: Any) -> dict[str, str]:
    """What stands in the fields of the form."""
    page = read(response)
    found = {node.attributes["name"]: node.attributes.get("value") or "" for node in page.css("form.f input")}
    return found | {node.attributes["name"]: node.text().lstrip("\n") for node in page.css("form.f textarea")}


def forms(thread: Any) -> list[str]:
    post, mine, _ = thread
    return [
        f"/{thing}/{verb}"
        for thing in (f"post/{post.id}", f"comment/{mine.id}")
        for verb in ("edit", "delete")
    ]


# --- who may not ---------------------------------------------------------------------------------------------------


async def test_visitors_change_nothing(browser: Callable[..., Any], thread: Any, db: Database) -> None:
    visitor = await browser()
    for path in forms(thread):
        assert (await visitor.get(path)).status_code in (303, 403), path
    assert (await visitor.post(f"/post/{thread[0].id}/delete", {"on": "1"})).status_code == 401
    assert (await visitor.post(f"/comment/{thread[1].id}/restore")).status_code == 401
    response = await visitor.post(f"/comment/{thread[1].id}/edit", {"content": "mine now"})
    assert (response.status_code, fields(response)["content"]) == (422, "mine now")
    async with db.read() as tx:
        assert (await stories.comment_now(tx, thread[1])).content == "Water *them*."


@pytest.mark.parametrize("name", ["bob", "admin"])
async def test_moderators_and_admins_change_nothing_either(
    browser: Callable[..., Any], thread: Any, name: str
) -> None:
    somebody = await browser(name)
    sent = {"content": "mine now", "name": "Mine now", "on": "1"}
    for path in forms(thread):
        assert (await somebody.get(path)).status_code == 403, path
        assert (await somebody.post(path, sent)).status_code == 403, path
    assert (await somebody.post(f"/post/{thread[0].id}/restore")).status_code == 403


async def test_there_is_no_such_thing(browser: Callable[..., Any], cast: Cast) -> None:
    alice = await browser("alice")
    for path in (
        "/post/999/edit",
        "/post/999/delete",
        "/comment/999/edit",
        "/comment/999/delete",
        "/post/99999999999/edit",
    ):
        assert (await alice.get(path)).status_code == 404, path
        assert (await alice.post(path, {"content": "x", "name": "xxx"})).status_code == 404, path


async def test_who_is_banned_there_keeps_the_text(
    browser: Callable[..., Any], thread: Any, cast: Cast, db: Database
) -> None:
    async with db.write() as tx:
        await ban_from_community(tx, cast.bob, BanFromCommunity(cast.gardening.id, cast.alice.id))
    alice = await browser("alice")
    response = await alice.post(f"/post/{thread[0].id}/edit", {"name": "Beans", "body": "so many words"})
    assert (response.status_code, fields(response)["body"]) == (422, "so many words")
    response = await alice.post(
        f"/comment/{thread[1].id}/edit", {"content": "so many words"}, headers=FRAGMENT
    )
    assert (response.status_code, fields(response)["content"]) == (422, "so many words")
    assert "You are banned from this community." in response.text


# --- change a post -------------------------------------------------------------------------------------------------


async def test_the_form_begins_with_what_is_there(browser: Callable[..., Any], thread: Any) -> None:
    response = await (await browser("alice")).get(f"/post/{thread[0].id}/edit")
    found = fields(response)
    assert {name: found[name] for name in ("url", "name", "body", "alt_text")} == {
        "url": "https://news.example/a", "name": "Tomatoes", "body": "**Early** ones", "alt_text": "Red",
    }  # fmt: skip
    assert read(response).css_first("option[selected]").text() == "Undetermined"


async def test_what_is_wrong_stands_beside_its_field(
    browser: Callable[..., Any], thread: Any, db: Database
) -> None:
    alice = await browser("alice")
    path = f"/post/{thread[0].id}/edit"
    response = await alice.post(path, {"name": "x", "url": "nonsense", "body": "kept"})
    assert response.status_code == 422
    assert [node.attributes["id"] for node in read(response).css("p.bad")] == ["e-url", "e-name"]
    assert fields(response)["body"] == "kept"
    response = await alice.post(path, {"name": "Beans", "language": "999"})
    assert [node.attributes["id"] for node in read(response).css("p.bad")] == ["e-language"]
    async with db.read() as tx:
        assert (await stories.post_now(tx, thread[0])).name == "Tomatoes"


async def test_changing_a_post(browser: Callable[..., Any], thread: Any, db: Database) -> None:
    alice = await browser("alice")
    path = f"/post/{thread[0].id}/edit"
    sent = {"name": "Beans", "url": "", "body": "Late ones", "nsfw": "1", "language": "37", "alt_text": ""}
    response = await alice.post(path, sent | {"preview": "1"})
    assert (response.status_code, read(response).css_first(".preview h2").text()) == (200, "Beans")
    response = await alice.post(path, sent)
    assert (response.status_code, response.headers["location"]) == (303, f"/post/{thread[0].id}")
    async with db.read() as tx:
        now = await stories.post_now(tx, thread[0])
    assert (now.name, now.url, now.body, now.nsfw, now.language_id, now.alt_text) == (
        "Beans", None, "Late ones", True, 37, None,
    )  # fmt: skip
    page = read(await alice.get(f"/post/{thread[0].id}"))
    assert page.css_first(".post .m i").text().startswith("edited")


# --- change a comment ----------------------------------------------------------------------------------------------


async def test_changing_a_comment_without_scripts(browser: Callable[..., Any], thread: Any) -> None:
    post, mine, _ = thread
    alice = await browser("alice")
    response = await alice.get(f"/comment/{mine.id}/edit")
    assert fields(response)["content"] == "Water *them*."
    assert read(response).css_first("textarea").attributes["data-draft"] == f"e{mine.id}"
    response = await alice.post(f"/comment/{mine.id}/edit", {"content": "Water **often**.", "language": "37"})
    assert (response.status_code, response.headers["location"]) == (303, f"/post/{post.id}#c{mine.id}")
    page = read(await alice.get(f"/post/{post.id}"))
    assert page.css_first(f"#c{mine.id} > details > [dir] strong").text() == "often"
    assert page.css_first(f"#c{mine.id} > header > i").text().startswith("edited")


async def test_changing_a_comment_in_place(browser: Callable[..., Any], thread: Any) -> None:
    _, mine, _ = thread
    alice = await browser("alice")
    path = f"/comment/{mine.id}/edit"
    form = read(await alice.get(path, headers=FRAGMENT)).css_first("form")
    assert (form.attributes["action"], form.attributes["data-send"]) == (path, "replace")
    response = await alice.post(path, {"content": "", "language": "0"}, headers=FRAGMENT)
    assert (response.status_code, response.text.strip().startswith("<form")) == (422, True)
    response = await alice.post(path, {"content": "often", "preview": "1"}, headers=FRAGMENT)
    assert read(response).css_first(".preview").text().strip() == "often"
    response = await alice.post(path, {"content": "Water **often**."}, headers=FRAGMENT)
    assert response.text.startswith(f'<article id="c{mine.id}" class="c">') and response.text.endswith(
        "</article>"
    )
    assert "How much?" not in response.text
    assert read(response).css_first("button.up").attributes["aria-pressed"] == "true"
    assert read(response).css_first("summary").text() == "2 comments"


async def test_the_small_picture_can_be_erased(
    browser: Callable[..., Any], thread: Any, db: Database, cast: Cast
) -> None:
    post = thread[0]
    alice = await browser("alice")
    path = f"/post/{post.id}/edit"
    assert read(await alice.get(path)).css_first("input[name=no_thumbnail]") is None
    async with db.write() as tx:
        await edit_post(tx, cast.alice, EditPost(post.id, custom_thumbnail="https://pics.example/1.png"))
    assert read(await alice.get(path)).css_first("input[name=no_thumbnail]")
    await alice.post(path, {"name": post.name, "url": post.url or ""})
    assert read(await alice.get("/?scope=all")).css_first(".th img")
    again = await alice.post(path, {"name": "", "no_thumbnail": "1"})
    assert "checked" in read(again).css_first("input[name=no_thumbnail]").attributes
    await alice.post(path, {"name": post.name, "url": post.url or "", "no_thumbnail": "1"})
    assert read(await alice.get("/?scope=all")).css_first(".th img") is None


# --- delete and restore --------------------------------------------------------------------------------------------


async def test_deleting_and_restoring_a_post(browser: Callable[..., Any], thread: Any) -> None:
    post, _, _ = thread
    alice, bob, visitor = await browser("alice"), await browser("bob"), await browser()
    page = read(await alice.get(f"/post/{post.id}/delete"))
    assert page.css_first("form.f button").text() == "Delete the post"
    assert (await alice.get(f"/post/{post.id}/delete", headers=FRAGMENT)).text.strip().startswith("<form")
    response = await alice.post(f"/post/{post.id}/delete", {"on": "1"})
    assert (response.status_code, response.headers["location"]) == (303, f"/post/{post.id}")
    assert (await visitor.get(f"/post/{post.id}")).status_code == 404
    assert (await alice.post(f"/post/{post.id}/delete", {"on": "1"})).status_code == 303
    assert (
        read(await alice.get(f"/post/{post.id}/delete")).css_first("form.f button").text()
        == "Restore the post"
    )
    assert (await bob.post(f"/post/{post.id}/restore")).status_code == 403
    answer = await alice.post(f"/post/{post.id}/delete", {"on": "0"}, json=True)
    assert answer.json() == {"on": False, "label": "delete"}
    assert (await visitor.get(f"/post/{post.id}")).status_code == 200
    assert (await alice.post(f"/post/{post.id}/restore")).status_code == 303
    answer = await alice.post(f"/post/{post.id}/delete", json=True)
    assert answer.json() == {"on": True, "label": "restore"}


async def test_deleting_and_restoring_a_comment_without_scripts(
    browser: Callable[..., Any], thread: Any
) -> None:
    post, mine, _ = thread
    alice = await browser("alice")
    page = read(await alice.get(f"/comment/{mine.id}/delete"))
    assert page.css_first("form.f button").text() == "Delete the comment"
    for _ in range(2):
        response = await alice.post(f"/comment/{mine.id}/delete", {"on": "1"})
        assert (response.status_code, response.headers["location"]) == (303, f"/post/{post.id}#c{mine.id}")
    page = read(await alice.get(f"/post/{post.id}"))
    assert page.css_first(f"#c{mine.id}").attributes["class"] == "c x"
    assert "How much?" in page.css_first(f"#c{mine.id}").text()
    button = page.css_first(f"#c{mine.id} > details > p.a button")
    assert (button.text(), button.attributes["formaction"]) == ("restore", f"/comment/{mine.id}/restore")
    for other in ("bob", None):
        assert "/restore" not in (await (await browser(other)).get(f"/post/{post.id}")).text
    assert (await alice.get(f"/comment/{mine.id}/edit")).status_code == 403
    page = read(await alice.get(f"/comment/{mine.id}/delete"))
    assert page.css_first("form.f button").text() == "Restore the comment"
    for _ in range(2):
        assert (await alice.post(f"/comment/{mine.id}/restore")).status_code == 303
    assert read(await alice.get(f"/post/{post.id}")).css_first(f"#c{mine.id} em").text() == "them"


async def test_deleting_and_restoring_a_comment_in_place(browser: Callable[..., Any], thread: Any) -> None:
    _, mine, _ = thread
    alice = await browser("alice")
    path = f"/comment/{mine.id}/delete"
    form = read(await alice.get(path, headers=FRAGMENT)).css_first("form")
    assert form.attributes["data-send"] == "replace"
    response = await alice.post(path, {"on": "1"}, headers=FRAGMENT)
    assert response.text.startswith(f'<article id="c{mine.id}" class="c x">')
    assert "Water" not in response.text
    response = await alice.post(path, {"on": "0"}, headers=FRAGMENT)
    assert "Water" in response.text
    assert (await alice.post(path, {"on": "1"}, json=True)).json() == {"on": True, "label": "restore"}
    assert (await alice.post(path, {"on": "1"}, json=True)).json() == {"on": True, "label": "restore"}
