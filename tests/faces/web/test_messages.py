"""Conversations as people have them."""

from collections.abc import Callable
from typing import Any

import pytest

from folkmoot.core.messages.send import SendMessage, send_message
from folkmoot.store import blocks
from folkmoot.store.db import Database
from tests.cast import THERE, Cast
from tests.faces.web.conftest import read

Browsers = Callable[..., Any]


@pytest.fixture
async def letter(db: Database, cast: Cast) -> int:
    """alice writes to bob: the message's id."""
    async with db.write() as tx:
        return (await send_message(tx, cast.alice, SendMessage(cast.bob.id, "Hello *bob*"))).id


@pytest.mark.parametrize(
    "path",
    [
        "/messages",
        "/messages/with/bob",
        "/u/bob/message",
        "/messages/1/edit",
        "/private_message/1",
        "/messages/1/report",
    ],
)
async def test_visitors_are_asked_to_log_in(browser: Browsers, letter: int, path: str) -> None:
    answer = await (await browser()).get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=")


async def test_others_know_nothing_of_it(browser: Browsers, letter: int) -> None:
    admin = await browser("admin")
    for path in (
        f"/messages/{letter}/edit",
        f"/private_message/{letter}",
        "/messages/4711/edit",
        "/messages/with/nobody",
    ):
        assert (await admin.get(path)).status_code == 404, path
    bob = await browser("bob")
    assert (await bob.get(f"/messages/{letter}/edit")).status_code == 403
    assert (await bob.post(f"/messages/{letter}/delete", {"on": "1"})).status_code == 403
    assert (await bob.post(f"/messages/{letter}/edit", {"content": "x"})).status_code == 403


async def test_an_empty_or_long_message_comes_back_with_its_text(browser: Browsers, letter: int) -> None:
    alice = await browser("alice")
    answer = await alice.post("/u/bob/message", {"content": "  "})
    assert answer.status_code == 422
    assert read(answer).css_first("[id^=e-content]") is not None
    answer = await alice.post("/u/bob/message", {"content": "x" * 10_001})
    assert answer.status_code == 422
    assert "x" * 10_001 in read(answer).css_first("textarea").text()


async def test_who_is_blocked_is_told_that_the_other_takes_no_messages(
    browser: Browsers, db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        await blocks.add(tx, "person", cast.bob.id, cast.alice.id)
    answer = await (await browser("alice")).post("/u/bob/message", {"content": "Hello?"})
    assert answer.status_code == 403
    assert "does not take messages" in read(answer).css_first(".errors").text()
    assert "Hello?" in read(answer).css_first("textarea").text()


async def test_writing_and_reading(browser: Browsers, letter: int) -> None:
    bob, alice = await browser("bob"), await browser("alice")
    page = read(await bob.get("/messages"))
    assert page.css_first("li.new a[href='/messages/with/alice']") is not None
    page = read(await bob.get("/messages/with/alice"))
    assert page.css_first("em").text() == "bob"
    assert "not encrypted" in page.css_first(".note").text()
    assert page.css_first("li.new") is not None
    assert read(await bob.get("/messages")).css_first("li.new") is None, "opening it was reading it"
    answer = await bob.post("/u/alice/message", {"content": "Hello yourself"})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/messages/with/alice#m")
    assert "Hello yourself" in (await alice.get("/inbox")).text
    assert (await alice.get("/u/bob/message")).headers["location"] == "/messages/with/bob"
    assert (await alice.get("/messages/to?to=@bob")).headers["location"] == "/messages/with/bob"
    assert (await alice.get(f"/messages/to?to=carol@{THERE}")).headers[
        "location"
    ] == f"/messages/with/carol@{THERE}"
    assert (await alice.get(f"/private_message/{letter}")).headers[
        "location"
    ] == f"/messages/with/bob#m{letter}"


async def test_a_preview_changes_nothing(browser: Browsers, letter: int) -> None:
    bob = await browser("bob")
    answer = await bob.post("/u/alice/message", {"content": "Well, *well*", "preview": "1"})
    page = read(answer)
    assert page.css_first(".preview em").text() == "well"
    assert page.css_first("textarea").text().strip() == "Well, *well*"
    assert "well" not in (await (await browser("alice")).get("/messages/with/bob")).text


async def test_the_author_edits_deletes_and_restores(browser: Browsers, letter: int) -> None:
    alice, bob = await browser("alice"), await browser("bob")
    form = read(await alice.get(f"/messages/{letter}/edit"))
    assert "Hello *bob*" in form.css_first("textarea").text()
    answer = await alice.post(f"/messages/{letter}/edit", {"content": "Hello dear"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/messages/with/bob#m{letter}")
    answer = await alice.post(
        f"/messages/{letter}/edit", {"content": "Hello dear bob"}, headers={"x-fragment": "1"}
    )
    assert answer.text.strip().startswith(f'<li data-row id="m{letter}"')
    answer = await alice.post(f"/messages/{letter}/edit", {"content": ""}, headers={"x-fragment": "1"})
    assert answer.status_code == 422
    assert answer.text.strip().startswith("<form")
    await alice.post(f"/messages/{letter}/delete", {"on": "1"})
    assert "Hello dear" not in (await bob.get("/messages/with/alice")).text
    page = await alice.get("/messages/with/bob")
    assert "restore" in page.text
    await alice.post(f"/messages/{letter}/delete", {"on": "0"})
    assert "Hello dear bob" in (await bob.get("/messages/with/alice")).text


async def test_a_message_is_marked_unread_again(browser: Browsers, letter: int) -> None:
    bob = await browser("bob")
    await bob.get("/messages/with/alice")
    answer = await bob.post(f"/messages/{letter}/read", {"value": "0"}, json=True)
    assert answer.json() == {"on": False, "label": "mark as read"}
    assert read(await bob.get("/messages")).css_first("li.new") is not None
    assert (await (await browser("alice")).post(f"/messages/{letter}/read")).status_code == 403


async def test_long_conversations_are_read_in_parts(browser: Browsers, db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for number in range(51):
            await send_message(tx, cast.alice, SendMessage(cast.bob.id, f"Letter number {number}."))
    bob = await browser("bob")
    page = read(await bob.get("/messages/with/alice"))
    assert len(page.css("ol.rows > li")) == 50
    earlier = next(a for a in page.css("main a") if a.text() == "Earlier messages").attributes["href"]
    assert "Letter number 0." in (await bob.get(earlier)).text
    assert (await bob.get("/messages/with/alice?before=nonsense")).status_code == 200
    assert (await bob.get("/messages?page=99999999")).status_code == 200
