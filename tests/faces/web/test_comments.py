"""Answer a post or a comment: as a page, and in its place in the thread."""

from collections.abc import Callable
from typing import Any

import pytest

from folkmoot.core.communities.ban import BanFromCommunity, ban_from_community
from folkmoot.model.comments import Comment
from folkmoot.model.posts import Post
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.core.moderation import stories
from tests.faces.web.conftest import read

FRAGMENT = {"x-fragment": "1"}


@pytest.fixture
async def thread(db: Database, cast: Cast) -> tuple[Post, Comment]:
    """bob's post, carol's comment."""
    async with db.write() as tx:
        post = await stories.post(tx, cast.bob, cast.gardening, "Tomatoes & beans")
        return post, await stories.comment(tx, cast.carol, post, "Water **them**.")


async def comments(db: Database) -> int:
    async with db.read() as tx:
        count: int = await tx.value("SELECT count(*) FROM comment")
    return count


def text(response: Any) -> str:
    """What stands in the form's text field."""
    return read(response).css_first("textarea[name=content]").text().lstrip("\n")


def wrong(response: Any) -> list[str]:
    """What the form says is wrong."""
    return [node.text() for node in read(response).css(".errors li")]


# --- who may not, and what is wrong --------------------------------------------------------------------------------


async def test_visitors_are_led_to_the_log_in_and_back(browser: Callable[..., Any], thread: Any) -> None:
    visitor = await browser()
    for path in (f"/post/{thread[0].id}/reply", f"/comment/{thread[1].id}/reply"):
        response = await visitor.get(path)
        assert response.headers["location"] == f"/login?next={path.replace('/', '%2F')}"


async def test_who_was_logged_out_meanwhile_keeps_the_text(
    browser: Callable[..., Any], thread: Any, db: Database
) -> None:
    visitor = await browser()
    for path in (f"/post/{thread[0].id}/reply", f"/comment/{thread[1].id}/reply"):
        response = await visitor.post(path, {"content": "so many words"})
        assert (response.status_code, wrong(response), text(response)) == (
            422,
            ["Please log in."],
            "so many words",
        )
    assert await comments(db) == 1


@pytest.mark.parametrize(
    "path", ["/post/999/reply", "/comment/999/reply", "/post/99999999999/reply", "/comment/0/reply"]
)
async def test_there_is_no_such_thing(browser: Callable[..., Any], cast: Cast, path: str) -> None:
    alice = await browser("alice")
    assert (await alice.get(path)).status_code == 404
    assert (await alice.post(path)).status_code == 404


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE post SET locked = :yes", "This is locked: only moderators answer here."),
        ("UPDATE comment SET locked = :yes", "This is locked: only moderators answer here."),
        ("UPDATE community SET removed = :yes", "There is no such post."),
        ("UPDATE post SET deleted = :yes", "There is no such post."),
    ],
)
async def test_what_changed_meanwhile_does_not_lose_the_text(
    browser: Callable[..., Any], thread: Any, db: Database, change: str, words: str
) -> None:
    async with db.write() as tx:
        await tx.run(change, yes=True)
        tx.changed("thread", thread[0].id)
    alice = await browser("alice")
    path = f"/comment/{thread[1].id}/reply"
    assert (await alice.get(path)).status_code in (403, 404)
    for headers in ({}, FRAGMENT):
        response = await alice.post(path, {"content": "so many words"}, headers=headers)
        assert (response.status_code, wrong(response), text(response)) == (422, [words], "so many words")
    assert response.text.strip().startswith("<form")
    assert await comments(db) == 1


async def test_who_is_banned_there(
    browser: Callable[..., Any], thread: Any, cast: Cast, db: Database
) -> None:
    async with db.write() as tx:
        await ban_from_community(tx, cast.bob, BanFromCommunity(cast.gardening.id, cast.alice.id))
    alice = await browser("alice")
    page = await alice.get(f"/post/{thread[0].id}/reply")
    assert (page.status_code, "You are banned from this community." in page.text) == (403, True)
    response = await alice.post(f"/post/{thread[0].id}/reply", {"content": "so many words"})
    assert (response.status_code, wrong(response)) == (422, ["You are banned from this community."])


async def test_moderators_answer_in_locked_threads(
    browser: Callable[..., Any], thread: Any, db: Database
) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE post SET locked = :yes", yes=True)
    response = await (await browser("bob")).post(
        f"/post/{thread[0].id}/reply", {"content": "Please calm down."}
    )
    assert response.status_code == 303


async def test_what_is_wrong_stands_beside_the_text(
    browser: Callable[..., Any], thread: Any, db: Database
) -> None:
    alice = await browser("alice")
    path = f"/comment/{thread[1].id}/reply"
    for content, words in (
        ("", "There is nothing written yet."), (" \n\t ", "There is nothing written yet."),
        ("x" * 10_001, "This text is too long: a post may have 50,000 characters, anything else 10,000."),
    ):  # fmt: skip
        response = await alice.post(path, {"content": content}, headers=FRAGMENT)
        page = read(response)
        assert (response.status_code, page.css_first("p.bad").text()) == (422, words)
        assert page.css_first("textarea").attributes["aria-invalid"] == "true"
    response = await alice.post(path, {"content": "Hm", "language": "999"})
    assert wrong(response) == ["This community does not take that language."]
    assert await comments(db) == 1


async def test_nonsense_is_no_failure(browser: Callable[..., Any], thread: Any) -> None:
    alice = await browser("alice")
    path = f"/post/{thread[0].id}/reply"
    assert (await alice.post(path, {})).status_code == 422
    assert (await alice.post(path, {"content": "x" * (2 << 20)})).status_code == 413
    assert (await alice.post(path, {"content": b"\xff\xfe\x00hello", "language": "1e9"})).status_code == 303
    assert "hello" in (await alice.get(f"/post/{thread[0].id}")).text


async def test_too_many(browser: Callable[..., Any], thread: Any) -> None:
    alice = await browser("alice")
    path = f"/post/{thread[0].id}/reply"
    assert [(await alice.post(path, {"content": f"No. {number}"})).status_code for number in range(7)] == [
        303
    ] * 6 + [429]
    assert (
        (await alice.post(path, {"content": "One more"}, headers=FRAGMENT)).text.strip().startswith("<form")
    )


async def test_answers_go_only_so_deep(browser: Callable[..., Any], thread: Any, db: Database) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE comment SET path = :path", path=".".join(["0"] * 52))
    alice = await browser("alice")
    response = await alice.get(f"/comment/{thread[1].id}/reply")
    assert (response.status_code, "please answer further up" in response.text) == (400, True)


# --- the form ------------------------------------------------------------------------------------------------------


async def test_the_page_shows_what_is_answered(browser: Callable[..., Any], thread: Any) -> None:
    post, comment = thread
    page = read(await (await browser("alice")).get(f"/comment/{comment.id}/reply"))
    assert page.css_first("h1 a").text() == "Tomatoes & beans"
    assert page.css_first(f"ol.t #c{comment.id} strong").text() == "them"
    area = page.css_first("textarea")
    assert area.attributes["data-draft"] == f"c{comment.id}"
    assert (
        page.css_first(".help").text() == "Public: seen here and on every server that follows this community."
    )
    assert page.css_first("form.f").attributes["data-send"] == "", (
        "there is no thread around it to put the answer in"
    )
    assert [node.attributes.get("href") for node in page.css("form.f .buttons a")] == [
        f"/post/{post.id}#c{comment.id}"
    ]


async def test_in_place_only_the_form_comes(browser: Callable[..., Any], thread: Any) -> None:
    post, comment = thread
    alice = await browser("alice")
    for path, draft in (
        (f"/comment/{comment.id}/reply", f"c{comment.id}"),
        (f"/post/{post.id}/reply", f"p{post.id}"),
    ):
        response = await alice.get(path, headers=FRAGMENT)
        assert response.text.strip().startswith("<form") and response.text.strip().endswith("</form>")
        assert "x-fragment" in response.headers["vary"]
        form = read(response).css_first("form")
        assert (form.attributes["action"], form.attributes["data-send"]) == (path, "reply")
        assert form.css_first("textarea").attributes["data-draft"] == draft


@pytest.mark.parametrize("where", ["/post/{}/reply", "/post/{}"])
async def test_languages_of_the_community_are_offered(
    browser: Callable[..., Any], thread: Any, db: Database, where: str
) -> None:
    alice = await browser("alice")
    path = where.format(thread[0].id)
    assert len(read(await alice.get(path)).css("option")) == 185
    async with db.write() as tx:
        await tx.run("INSERT INTO community_language (community_id, language_id) VALUES (1, 37)")
    assert [node.text() for node in read(await alice.get(path)).css("option")][1:] == ["English"]


async def test_a_preview_writes_nothing(browser: Callable[..., Any], thread: Any, db: Database) -> None:
    alice = await browser("alice")
    sent = {"content": "Some *words* <script>", "preview": "1", "language": "37"}
    for headers in ({}, FRAGMENT):
        response = await alice.post(f"/comment/{thread[1].id}/reply", sent, headers=headers)
        page = read(response)
        assert (response.status_code, page.css_first(".preview em").text()) == (200, "words")
        assert page.css_first(".preview script") is None
        assert text(response) == sent["content"]
        assert page.css_first("option[selected]").text() == "English"
    assert await comments(db) == 1


# --- write ---------------------------------------------------------------------------------------------------------


async def test_answering_without_scripts(browser: Callable[..., Any], thread: Any, db: Database) -> None:
    post, comment = thread
    alice = await browser("alice")
    response = await alice.post(f"/post/{post.id}/reply", {"content": "First!", "language": "37"})
    assert (response.status_code, response.headers["location"]) == (303, f"/post/{post.id}#c2")
    response = await alice.post(f"/comment/{comment.id}/reply", {"content": "How much?"})
    assert response.headers["location"] == f"/post/{post.id}#c3"
    page = read(await alice.get(f"/post/{post.id}"))
    assert page.css_first(f"#c{comment.id} #c3 [dir]").text().strip() == "How much?"
    assert page.css_first("#c2 > details > [dir]").attributes["lang"] == "en"


async def test_answering_in_place(browser: Callable[..., Any], thread: Any) -> None:
    post, comment = thread
    alice = await browser("alice")
    response = await alice.post(f"/comment/{comment.id}/reply", {"content": "How *much*?"}, headers=FRAGMENT)
    assert response.status_code == 200
    assert response.text.startswith('<li><article id="c2" class="c">') and response.text.endswith(
        "</article></li>"
    )
    item = read(response)
    assert item.css_first("em").text() == "much"
    assert item.css_first("button.up").attributes["aria-pressed"] == "true"
    assert [node.text() for node in item.css("p.a a")] == ["reply", "edit", "delete", "source", "more"]
    response = await alice.post(f"/post/{post.id}/reply", {"content": "First!"}, headers=FRAGMENT)
    assert response.text.startswith('<li><article id="c3"')


async def test_sent_twice_it_is_one_comment(browser: Callable[..., Any], thread: Any, db: Database) -> None:
    alice = await browser("alice")
    path = f"/comment/{thread[1].id}/reply"
    places = {(await alice.post(path, {"content": "How much?"})).headers["location"] for _ in range(2)}
    assert (len(places), await comments(db)) == (1, 2)


# --- source --------------------------------------------------------------------------------------------------------


async def test_the_source_of_what_is_gone_is_for_nobody(
    browser: Callable[..., Any], thread: Any, db: Database
) -> None:
    path = f"/comment/{thread[1].id}/source"
    async with db.write() as tx:
        await tx.run("UPDATE comment SET removed = :yes", yes=True)
    for name, status in ((None, 403), ("alice", 403), ("bob", 403), ("admin", 200)):
        assert (await (await browser(name)).get(path)).status_code == status
    assert (await (await browser()).get("/comment/999/source")).status_code == 404


async def test_a_private_site_shows_no_source(browser: Callable[..., Any], thread: Any, db: Database) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE local_site SET private_instance = :yes", yes=True)
        tx.changed("site")
    for path in (f"/post/{thread[0].id}/source", f"/comment/{thread[1].id}/source"):
        response = await (await browser()).get(path)
        assert (response.status_code, response.headers["location"][:7]) == (303, "/login?")


async def test_the_source_is_what_was_typed(browser: Callable[..., Any], thread: Any) -> None:
    visitor = await browser()
    response = await visitor.get(f"/comment/{thread[1].id}/source")
    assert read(response).css_first("textarea[readonly]").text().strip() == "Water **them**."
    fragment = await visitor.get(f"/comment/{thread[1].id}/source", headers=FRAGMENT)
    assert fragment.text.strip().startswith("<div") and "<h1" not in fragment.text
    response = await visitor.get(f"/post/{thread[0].id}/source")
    assert "This post has no text." in response.text
