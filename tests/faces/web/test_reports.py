"""Reporting, and working through what was reported."""

from collections.abc import Callable
from typing import Any

import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.messages.send import SendMessage, send_message
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.reports.create import CreateReport, create_report
from folkmoot.store import comments, posts
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.faces.web.conftest import read

Browsers = Callable[..., Any]


@pytest.fixture
async def trouble(db: Database, cast: Cast) -> dict[str, int]:
    """alice's post was reported by carol, her comment by bob; her message to bob was not yet."""
    async with db.write() as tx:
        post = await create_post(
            tx, cast.alice, CreatePost(cast.gardening.id, "Cheap watches", body="Buy now")
        )
        comment = (await create_comment(tx, cast.alice, CreateComment(post.id, "Really cheap"))).comment
        message = await send_message(tx, cast.alice, SendMessage(cast.bob.id, "Watches?"))
        await create_report(tx, cast.carol, CreateReport("post", post.id, "It is spam"))
        await create_report(tx, cast.carol, CreateReport("comment", comment.id, "More spam"))
    return {"post": post.id, "comment": comment.id, "message": message.id}


# --- making one ----------------------------------------------------------------------------------------------------


async def test_visitors_are_asked_to_log_in(browser: Browsers, trouble: dict[str, int]) -> None:
    visitor = await browser()
    for path in (
        f"/post/{trouble['post']}/report",
        f"/comment/{trouble['comment']}/report",
        f"/messages/{trouble['message']}/report",
        "/reports",
    ):
        answer = await visitor.get(path)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/login?next="), path


async def test_what_nobody_can_see_cannot_be_reported(browser: Browsers, trouble: dict[str, int]) -> None:
    admin = await browser("admin")
    for path in (
        "/post/4711/report",
        "/comment/4711/report",
        "/messages/4711/report",
        f"/messages/{trouble['message']}/report",
    ):
        assert (await admin.get(path)).status_code == 404, path
        assert (await admin.post(path, {"reason": "x"})).status_code == 404, path


async def test_a_report_needs_a_reason_and_is_made_once(browser: Browsers, trouble: dict[str, int]) -> None:
    bob = await browser("bob")
    path = f"/post/{trouble['post']}/report"
    answer = await bob.post(path, {"reason": "  "})
    assert answer.status_code == 422
    assert read(answer).css_first("#e-reason-report") is not None
    answer = await bob.post(path, {"reason": "It is spam"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/post/{trouble['post']}")
    answer = await bob.post(path, {"reason": "It is spam"})
    assert answer.status_code == 422
    assert "reported this before" in read(answer).css_first(".errors").text()


async def test_the_form_opens_and_answers_in_place(browser: Browsers, trouble: dict[str, int]) -> None:
    bob = await browser("bob")
    path = f"/messages/{trouble['message']}/report"
    form = await bob.get(path, headers={"x-fragment": "1"})
    assert form.text.strip().startswith('<form class="f"')
    assert 'data-send="note"' in form.text
    answer = await bob.post(path, {"reason": "Unasked"}, headers={"x-fragment": "1"})
    assert answer.status_code == 200
    assert answer.text.startswith('<p class="note done"')


# --- the queue -----------------------------------------------------------------------------------------------------


async def test_members_have_no_queue(browser: Browsers, trouble: dict[str, int]) -> None:
    alice = await browser("alice")
    assert (await alice.get("/reports")).status_code == 403
    assert (await alice.post(f"/reports/post/{trouble['post']}", {"do": "resolve"})).status_code == 403
    assert (await alice.post(f"/reports/post/{trouble['post']}", {"do": "remove"})).status_code == 403
    answer = await alice.post("/reports", {"id": f"post-{trouble['post']}", "do": "resolve"})
    assert answer.status_code == 303
    assert len(read(await (await browser("bob")).get("/reports")).css("li.case")) == 2


@pytest.mark.parametrize(
    "asked",
    ["state=x&kind=y", "page=0", "page=99999999999", "community=%00", "community=nosuch", "kind=message"],
)
async def test_whatever_the_address_says_is_answered(
    browser: Browsers, trouble: dict[str, int], asked: str
) -> None:
    assert (await (await browser("bob")).get(f"/reports?{asked}")).status_code == 200


async def test_moderators_see_the_thing_the_reasons_and_the_record(
    browser: Browsers, trouble: dict[str, int]
) -> None:
    page = read(await (await browser("bob")).get("/reports"))
    cases = page.css("li.case")
    assert [case.attributes["id"] for case in cases] == [
        f"post-{trouble['post']}",
        f"comment-{trouble['comment']}",
    ]
    assert "It is spam" in cases[0].text()
    assert cases[0].css_first(f"#p{trouble['post']}") is not None
    assert "nothing found before" in cases[0].text()
    assert cases[0].css_first("a[href='/c/gardening/ban?person=alice%40here.example']") is not None
    assert cases[0].css_first("a[href='/u/alice/ban']") is None
    assert cases[1].css_first(f"#c{trouble['comment']}") is not None
    assert "2 reports" in page.css_first("header.top").text()


async def test_a_text_that_was_changed_is_shown_as_it_was(
    browser: Browsers, db: Database, trouble: dict[str, int]
) -> None:
    async with db.write() as tx:
        await posts.update(tx, trouble["post"], {"body": "Nothing to see"})
    page = read(await (await browser("bob")).get("/reports"))
    assert "Buy now" in page.css_first("li.case details pre").text()


async def test_closing_takes_it_off_the_queue_and_it_can_be_opened_again(
    browser: Browsers, trouble: dict[str, int]
) -> None:
    bob = await browser("bob")
    answer = await bob.post(
        f"/reports/post/{trouble['post']}", {"do": "resolve", "next": "/reports?kind=post"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/reports?kind=post")
    assert [case.attributes["id"] for case in read(await bob.get("/reports")).css("li.case")] == [
        f"comment-{trouble['comment']}"
    ]
    page = read(await bob.get("/reports?state=decided"))
    assert "decided by bob" in page.css_first("li.case").text()
    await bob.post(f"/reports/post/{trouble['post']}", {"do": "reopen"})
    assert len(read(await bob.get("/reports")).css("li.case")) == 2


async def test_removing_needs_no_second_step_and_is_logged_with_its_reason(
    browser: Browsers, db: Database, trouble: dict[str, int]
) -> None:
    bob = await browser("bob")
    form = {"do": "remove", "canned": "Spam", "reason": "Third time"}
    answer = await bob.post(f"/reports/comment/{trouble['comment']}", form, headers={"x-fragment": "1"})
    assert (answer.status_code, answer.text) == (200, "")
    async with db.read() as tx:
        removed = await comments.by_id(tx, trouble["comment"])
        assert removed is not None
        assert removed.removed
        assert await tx.value("SELECT reason FROM modlog") == "Third time"
    assert len(read(await bob.get("/reports")).css("li.case")) == 1
    record = read(await bob.get("/reports")).css_first("li.case").text()
    assert "1 removal" in record
    assert "1 earlier report" in record


async def test_marked_rows_are_decided_together(browser: Browsers, trouble: dict[str, int]) -> None:
    bob = await browser("bob")
    page = read(await bob.get("/reports"))
    assert len(page.css("input[name=id][form=bulk]")) == 2
    marked = [
        f"post-{trouble['post']}",
        f"comment-{trouble['comment']}",
        "post-4711",
        "nonsense",
        "post-99999999999",
    ]
    answer = await bob.post("/reports", {"id": marked, "do": "remove", "canned": "Spam"})
    assert answer.status_code == 303
    page = read(await bob.get("/reports"))
    assert page.css_first("li.case") is None
    assert "2 removed." in page.css_first(".note.done").text()
    assert page.css_first(".note.bad") is not None


async def test_messages_are_for_admins(browser: Browsers, trouble: dict[str, int]) -> None:
    bob, admin = await browser("bob"), await browser("admin")
    await bob.post(f"/messages/{trouble['message']}/report", {"reason": "Unasked"})
    assert "Watches?" not in (await bob.get("/reports?kind=message")).text
    page = read(await admin.get("/reports?kind=message"))
    assert "Watches?" in page.css_first("li.case .body").text()
    assert page.css_first("li.case a[href='/u/alice/ban']") is not None
    assert (await bob.post(f"/reports/message/{trouble['message']}", {"do": "resolve"})).status_code == 403
    assert (await admin.post(f"/reports/message/{trouble['message']}", {"do": "remove"})).status_code == 303
    assert read(await admin.get("/reports?kind=message")).css_first("li.case") is None
    assert (await admin.post("/reports/nonsense/1", {"do": "resolve"})).status_code == 404
    assert (await admin.post("/reports/post/4711", {"do": "resolve"})).status_code == 404
