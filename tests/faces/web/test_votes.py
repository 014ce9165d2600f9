"""Votes through the buttons of a page, and as the page's modules send them."""

from collections.abc import Callable
from typing import Any

import pytest

from folkmoot.core.communities.ban import BanFromCommunity, ban_from_community
from folkmoot.core.posts.create import CreatePost, create_post
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


async def test_visitors_are_asked_to_log_in(browser: Callable[..., Any], thread: Any) -> None:
    visitor = await browser()
    answer = await visitor.post(f"/post/{thread[0].id}/vote", {"value": "1"}, json=True)
    assert (answer.status_code, answer.json()) == (
        401, {"error": "incorrect_login", "message": "Please log in."},
    )  # fmt: skip
    assert (await visitor.post(f"/comment/{thread[1].id}/vote", {"value": "1"})).status_code == 401


async def test_a_forged_vote_does_not_count(browser: Callable[..., Any], thread: Any, db: Database) -> None:
    alice = await browser("alice")
    response = await alice.post(f"/comment/{thread[1].id}/vote", {"value": "1", "csrf": "forged"})
    assert response.status_code == 403
    async with db.read() as tx:
        assert (await stories.comment_now(tx, thread[1])).upvotes == 1


@pytest.mark.parametrize("value", ["", "up", "1e3", "99999999999999", "\ud83c", None])
async def test_nonsense_is_no_vote(browser: Callable[..., Any], thread: Any, value: str | None) -> None:
    alice = await browser("alice")
    data = {} if value is None else {"value": value.encode("utf-8", "surrogatepass")}
    assert (await alice.post(f"/post/{thread[0].id}/vote", data)).status_code == 400


@pytest.mark.parametrize("path", ["/post/999/vote", "/comment/999/vote"])
async def test_there_is_no_such_thing(browser: Callable[..., Any], cast: Cast, path: str) -> None:
    alice = await browser("alice")
    answer = await alice.post(path, {"value": "1"}, json=True)
    assert answer.status_code == 404
    assert answer.json()["error"].startswith("couldnt_find_")


@pytest.mark.parametrize(
    "path", ["/post/0/vote", "/post/99999999999/vote", "/comment/-1/vote", "/comment/x/vote"]
)
async def test_ids_that_cannot_be(browser: Callable[..., Any], cast: Cast, path: str) -> None:
    assert (await (await browser("alice")).post(path, {"value": "1"})).status_code == 404


async def test_who_is_banned_there_does_not_vote(
    browser: Callable[..., Any], thread: Any, cast: Cast, db: Database
) -> None:
    async with db.write() as tx:
        await ban_from_community(tx, cast.bob, BanFromCommunity(cast.gardening.id, cast.alice.id))
    answer = await (await browser("alice")).post(f"/post/{thread[0].id}/vote", {"value": "1"}, json=True)
    assert (answer.status_code, answer.json()["message"]) == (403, "You are banned from this community.")


async def test_without_downvotes(browser: Callable[..., Any], thread: Any, db: Database) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE local_site SET enable_downvotes = :no", no=False)
        tx.changed("site")
    answer = await (await browser("alice")).post(f"/comment/{thread[1].id}/vote", {"value": "-1"}, json=True)
    assert (answer.status_code, answer.json()["error"]) == (403, "downvotes_are_disabled")


async def test_modules_are_told_the_counts(browser: Callable[..., Any], thread: Any) -> None:
    alice = await browser("alice")
    path = f"/comment/{thread[1].id}/vote"
    assert (await alice.post(path, {"value": "1"}, json=True)).json() == {"up": 2, "down": 0, "mine": 1}
    assert (await alice.post(path, {"value": "1"}, json=True)).json() == {"up": 2, "down": 0, "mine": 1}
    assert (await alice.post(path, {"value": "-1"}, json=True)).json() == {"up": 1, "down": 1, "mine": -1}
    assert (await alice.post(path, {"value": "0"}, json=True)).json() == {"up": 1, "down": 0, "mine": 0}
    assert (await alice.post(path, {"value": "7"}, json=True)).json() == {"up": 1, "down": 0, "mine": 0}


async def test_without_scripts_one_comes_back_to_the_place(browser: Callable[..., Any], thread: Any) -> None:
    post, comment = thread
    bob = await browser("bob")
    response = await bob.post(
        f"/comment/{comment.id}/vote", {"value": "1", "next": f"/post/{post.id}?sort=New"}
    )
    assert (response.status_code, response.headers["location"]) == (
        303,
        f"/post/{post.id}?sort=New#c{comment.id}",
    )
    response = await bob.post(f"/post/{post.id}/vote", {"value": "-1", "next": "/?sort=Hot"})
    assert response.headers["location"] == f"/?sort=Hot#p{post.id}"
    page = read(await bob.get(f"/post/{post.id}"))
    pressed = [node.attributes["class"] for node in page.css("button[aria-pressed=true]")]
    assert pressed == ["dn", "up"]
    response = await bob.post(f"/post/{post.id}/vote", {"value": "1", "next": "https://elsewhere.example/"})
    assert response.headers["location"] == f"/post/{post.id}#p{post.id}"


async def test_votes_are_limited_like_everything_else__K_1(db: Database, cast: Cast, browser: Any) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE local_site SET rate_message = 2, rate_message_seconds = 60")
        tx.changed("site")
        post = await create_post(
            tx, cast.bob, CreatePost(community_id=cast.gardening.id, name="Which mulch?")
        )
    alice = await browser("alice")
    answers = [
        (await alice.post(f"/post/{post.id}/vote", {"value": value}, json=True)).status_code
        for value in (1, 0, 1)
    ]
    assert answers == [200, 200, 429]
