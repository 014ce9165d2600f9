"""The inbox as people use it."""

from collections.abc import Callable
from typing import Any

import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.communities.edit import EditCommunity, edit_community
from folkmoot.core.communities.follow import follow_community
from folkmoot.core.communities.members import turn_away
from folkmoot.core.messages.send import SendMessage, send_message
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.model.enums import Visibility
from folkmoot.store.db import Database
from tests.cast import HERE, Cast
from tests.faces.web.conftest import read

Browsers = Callable[..., Any]


@pytest.fixture
async def told(db: Database, cast: Cast) -> dict[str, int]:
    """alice is answered, named and written to: the ids of the notices."""
    async with db.write() as tx:
        post = await create_post(tx, cast.alice, CreatePost(cast.gardening.id, "Who has seeds?"))
        await create_comment(tx, cast.bob, CreateComment(post.id, "I do"))
        other = await create_post(tx, cast.bob, CreatePost(cast.gardening.id, "Seeds for all"))
        await create_comment(tx, cast.carol, CreateComment(other.id, f"Ask @alice@{HERE}"))
        message = await send_message(tx, cast.bob, SendMessage(cast.alice.id, "Come *by*"))
        reply = await tx.value("SELECT id FROM comment_reply WHERE recipient_id = :id", id=cast.alice.id)
        mention = await tx.value("SELECT id FROM person_mention")
    return {"reply": reply, "mention": mention, "message": message.id}


async def test_a_visitor_is_asked_to_log_in(browser: Browsers) -> None:
    answer = await (await browser()).get("/inbox")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Finbox")


async def test_somebody_else_s_notices_cannot_be_marked(browser: Browsers, told: dict[str, int]) -> None:
    bob = await browser("bob")
    assert (await bob.post(f"/inbox/reply/{told['reply']}/read")).status_code == 403
    assert (await bob.post("/inbox/reply/4711/read")).status_code == 404
    assert (await bob.post(f"/inbox/nonsense/{told['reply']}/read")).status_code == 404


@pytest.mark.parametrize(
    "asked", ["kind=nonsense&view=x", "after=nonsense", "after=%00%ff", "kind=replies&after="]
)
async def test_whatever_the_address_says_is_answered(browser: Browsers, asked: str) -> None:
    assert (await (await browser("alice")).get(f"/inbox?{asked}")).status_code in (200, 400)


async def test_everything_stands_together_or_apart(browser: Browsers, told: dict[str, int]) -> None:
    alice = await browser("alice")
    page = read(await alice.get("/inbox"))
    assert len(page.css("ul.rows > li.new")) == 3
    assert page.css_first("a[href='/comment/1?context=3']") is not None
    assert page.css_first("em").text() == "by"
    assert "Inbox (3 unread)" in page.css_first("header.top").text()
    for kind, count in (("replies", 1), ("mentions", 1), ("messages", 1)):
        assert len(read(await alice.get(f"/inbox?kind={kind}")).css("ul.rows > li")) == count, kind


async def test_what_is_marked_leaves_the_unread_and_can_be_found_again(
    browser: Browsers, told: dict[str, int]
) -> None:
    alice = await browser("alice")
    answer = await alice.post(f"/inbox/reply/{told['reply']}/read", {"value": "1"}, json=True)
    assert answer.json() == {"on": True, "label": "read"}
    answer = await alice.post(f"/messages/{told['message']}/read", {"value": "1"}, json=True)
    assert answer.json()["on"] is True
    assert len(read(await alice.get("/inbox")).css("ul.rows > li")) == 1
    assert len(read(await alice.get("/inbox?view=all")).css("ul.rows > li")) == 3
    answer = await alice.post(f"/inbox/reply/{told['reply']}/read", {"value": "0", "next": "/inbox?view=all"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox?view=all")
    assert len(read(await alice.get("/inbox")).css("ul.rows > li")) == 2
    await alice.post("/inbox/read_all")
    assert read(await alice.get("/inbox")).css_first(".empty") is not None


async def test_an_empty_inbox_says_what_would_be_there(browser: Browsers) -> None:
    page = read(await (await browser("alice")).get("/inbox?view=all"))
    assert "Nothing here yet" in page.css_first(".empty").text()


async def test_long_inboxes_go_on(browser: Browsers, db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for number in range(21):
            await send_message(tx, cast.bob, SendMessage(cast.alice.id, f"Letter {number}"))
    alice = await browser("alice")
    page = read(await alice.get("/inbox"))
    assert len(page.css("ul.rows > li")) == 20
    following = page.css_first("a[rel=next]").attributes["href"]
    assert following is not None
    assert len(read(await alice.get(following)).css("ul.rows > li")) == 1


async def test_a_warning_stands_above_until_it_is_read(browser: Browsers, db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await create_post(tx, cast.alice, CreatePost(cast.gardening.id, "Who has seeds?"))
    bob, alice = await browser("bob"), await browser("alice")
    assert (await alice.get(f"/post/{post.id}/warn")).status_code == 403
    assert (await alice.post(f"/post/{post.id}/warn", {"reason": "x"})).status_code == 403
    more = read(await bob.get(f"/post/{post.id}/more"))
    assert more.css_first(f"a[href='/post/{post.id}/warn']") is not None
    assert "Warn alice" in (await bob.get(f"/post/{post.id}/warn")).text
    assert (await bob.post(f"/post/{post.id}/warn", {"reason": "Ask *elsewhere*"})).status_code == 303
    inbox = read(await alice.get("/inbox"))
    assert "Inbox (1 unread)" in inbox.css_first("header.top").text()
    (row,) = inbox.css("li.new")
    assert "Ask *elsewhere*" in row.text()
    assert row.css_first("a").attributes["href"] == f"/post/{post.id}"
    assert (
        "warned alice@here.example about what they wrote"
        in read(await alice.get("/modlog")).css_first("tbody").text()
    )
    number = (row.attributes["id"] or "").removeprefix("warning")
    assert (await bob.post(f"/inbox/warning/{number}/read")).status_code == 303
    assert read(await alice.get("/inbox")).css("li.new"), "only one's own"
    assert (await alice.post(f"/inbox/warning/{number}/read")).status_code == 303
    assert not read(await alice.get("/inbox")).css("li.new")


async def test_moderators_see_who_asks_to_join(browser: Browsers, db: Database, cast: Cast) -> None:
    bob, alice = await browser("bob"), await browser("alice")
    assert "Nobody asks" in (await bob.get("/requests")).text
    async with db.write() as tx:
        await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, visibility=Visibility.PRIVATE))
        await follow_community(tx, cast.alice, cast.gardening.id)
        await follow_community(tx, cast.carol, cast.gardening.id)
    page = read(await bob.get("/inbox"))
    assert page.css_first("header.top a[href='/requests']").text() == "2 ask to join"
    assert "2 people ask to be let into" in page.css_first(".note").text()
    row = read(await bob.get("/requests")).css_first("ul.rows li")
    assert [link.attributes["href"] for link in row.css("a")] == ["/c/gardening", "/c/gardening/members"]
    for path in ("/inbox", "/requests"):
        assert "ask to" not in read(await alice.get(path)).css_first("header.top").text()
    assert "Nobody asks" in (await alice.get("/requests")).text
    assert (await (await browser()).get("/requests")).status_code == 303
    async with db.write() as tx:
        for person in (cast.alice, cast.carol):
            await turn_away(tx, cast.bob, cast.gardening.id, person.id)
    assert read(await bob.get("/inbox")).css_first("header.top a[href='/requests']") is None
