"""What readers note for themselves: saved, hidden, read."""

from collections.abc import Callable
from typing import Any

import pytest

from folkmoot.core.people.block import block_person
from folkmoot.core.posts.read import mark_posts_read
from folkmoot.model.comments import Comment
from folkmoot.model.posts import Post
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.core.moderation import stories
from tests.faces.web.conftest import read


@pytest.fixture
async def thread(db: Database, cast: Cast) -> tuple[Post, Comment]:
    """alice's post, carol's comment."""
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening, "Tomatoes & beans")
        return post, await stories.comment(tx, cast.carol, post, "Water them.")


def actions(thread: Any) -> list[str]:
    post, comment = thread
    return [
        f"/post/{post.id}/save",
        f"/post/{post.id}/hide",
        f"/post/{post.id}/read",
        f"/comment/{comment.id}/save",
    ]


async def test_visitors_note_nothing(browser: Callable[..., Any], thread: Any) -> None:
    visitor = await browser()
    for path in actions(thread):
        answer = await visitor.post(path, {"on": "1"}, json=True)
        assert (answer.status_code, answer.json()["error"]) == (401, "incorrect_login"), path


async def test_there_is_no_such_thing(browser: Callable[..., Any], cast: Cast) -> None:
    alice = await browser("alice")
    for path in ("/post/999/save", "/post/999/hide", "/post/999/read", "/comment/999/save", "/post/0/save"):
        assert (await alice.post(path)).status_code == 404, path


async def test_they_change_nothing_when_opened(browser: Callable[..., Any], thread: Any) -> None:
    alice = await browser("alice")
    for path in actions(thread):
        assert (await alice.get(path)).status_code == 405, path


async def test_a_button_switches(browser: Callable[..., Any], thread: Any) -> None:
    alice = await browser("alice")
    labels = (("saved", "save"), ("hidden", "hide"), ("mark read", "mark unread"), ("saved", "save"))
    for path, (first, second) in zip(actions(thread), labels, strict=True):
        states = [(await alice.post(path, json=True)).json() for _ in range(2)]
        assert [state["label"] for state in states] == [first, second], path
        assert states[0]["on"] is not states[1]["on"]


async def test_a_form_that_says_the_state_can_be_sent_twice(browser: Callable[..., Any], thread: Any) -> None:
    bob = await browser("bob")
    for path in actions(thread):
        for on in ("1", "1", "0", "0"):
            assert (await bob.post(path, {"on": on}, json=True)).json()["on"] is (on == "1"), path


async def test_what_is_saved_stands_in_its_list(browser: Callable[..., Any], thread: Any) -> None:
    post, comment = thread
    bob = await browser("bob")
    response = await bob.post(f"/comment/{comment.id}/save", {"next": f"/post/{post.id}"})
    assert response.headers["location"] == f"/post/{post.id}#c{comment.id}"
    await bob.post(f"/post/{post.id}/save")
    assert read(await bob.get("/saved")).css_first(f"#p{post.id}")
    assert (
        len(read(await bob.get(f"/post/{post.id}")).css("button[aria-pressed=true][formaction$='/save']"))
        == 2
    )


async def test_what_is_hidden_leaves_the_lists(browser: Callable[..., Any], thread: Any) -> None:
    post, _ = thread
    bob = await browser("bob")
    response = await bob.post(f"/post/{post.id}/hide", {"on": "1", "next": "/?scope=all"})
    assert response.headers["location"] == f"/?scope=all#p{post.id}"
    page = read(await bob.get("/?scope=all"))
    assert page.css_first(f"#p{post.id}") is None
    said = page.css_first(".note.done")
    assert said.text() == "Hidden from your lists. Hidden posts"
    assert said.css_first("a").attributes["href"] == "/hidden"
    for label, state in (("no longer hide", "0"), ("hide", "1")):
        button = read(await bob.get(f"/post/{post.id}/more")).css_first("button[formaction$='/hide']")
        assert (button.text(), button.attributes["value"]) == (label, state)
        await bob.post(f"/post/{post.id}/hide", {"on": "0"})
    assert read(await bob.get("/?scope=all")).css_first(f"#p{post.id}")


async def test_what_one_hid_is_found_and_brought_back(
    browser: Callable[..., Any], thread: Any, db: Database, cast: Cast
) -> None:
    """Whatever else the reader's lists leave out: read posts, NSFW ones, those of people they blocked since."""
    post, _ = thread
    visitor = await (await browser()).get("/hidden")
    assert (visitor.status_code, visitor.headers["location"]) == (303, "/login?next=%2Fhidden")
    bob, alice = await browser("bob"), await browser("alice")
    assert read(await bob.get("/hidden")).css_first(".empty")
    await bob.post(f"/post/{post.id}/hide", {"on": "1"})
    async with db.write() as tx:
        await mark_posts_read(tx, cast.bob, [post.id], read=True)
        await tx.run(
            "UPDATE local_user SET show_read_posts = :no WHERE person_id = :p", no=False, p=cast.bob.id
        )
        await tx.run("UPDATE post SET nsfw = :yes WHERE id = :id", yes=True, id=post.id)
        await block_person(tx, cast.bob, post.creator_id)
    row = read(await bob.get("/hidden")).css_first(f"#p{post.id}")
    button = row.css_first(f"button[formaction='/post/{post.id}/hide']")
    assert (button.text(), button.attributes["value"]) == ("no longer hide", "0")
    assert read(await alice.get("/hidden")).css_first(".empty"), "everybody has their own"
    assert read(await bob.get("/")).css_first("header a[href='/hidden']")
    await bob.post(f"/post/{post.id}/hide", {"on": "0", "next": "/hidden"})
    assert read(await bob.get("/hidden")).css_first(".empty")


async def test_marked_unread_one_is_not_led_back_into_the_thread(
    browser: Callable[..., Any], thread: Any, db: Database, cast: Cast
) -> None:
    post, _ = thread
    async with db.write() as tx:
        await mark_posts_read(tx, cast.bob, [post.id], read=True)
    bob = await browser("bob")
    assert read(await bob.get("/?scope=all")).css_first(".p.read")
    response = await bob.post(f"/post/{post.id}/read", {"on": "0", "next": f"/post/{post.id}"})
    assert (response.status_code, response.headers["location"]) == (303, "/")
    assert read(await bob.get("/?scope=all")).css_first(".p.read") is None
