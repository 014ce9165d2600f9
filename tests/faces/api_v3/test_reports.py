"""Reports (section 12)."""

from collections.abc import Awaitable, Callable

import pytest

from folkmoot.core.messages.send import SendMessage, send_message
from folkmoot.model.comments import Comment
from folkmoot.model.posts import Post
from folkmoot.store.db import Database
from tests.cast import Cast, somebody
from tests.core.moderation import stories
from tests.faces.api_v3.conftest import App

Open = Callable[..., Awaitable[App]]


@pytest.fixture
async def written(db: Database, cast: Cast) -> tuple[Post, Comment]:
    """A post by alice with a comment by bob."""
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening)
        return post, await stories.comment(tx, cast.bob, post)


@pytest.fixture
async def message_id(db: Database, cast: Cast) -> int:
    """What alice wrote to bob."""
    async with db.write() as tx:
        return (await send_message(tx, cast.alice, SendMessage(cast.bob.id, "Buy this"))).id


@pytest.mark.parametrize("what", ["post", "comment", "private_message"])
async def test_nobody_reports_lists_or_resolves__T_11(app: Open, what: str) -> None:
    nobody = await app()
    login = (401, "incorrect_login")
    assert await nobody.refused("POST", f"/{what}/report", **{f"{what}_id": 1}, reason="x") == login
    assert await nobody.refused("GET", f"/{what}/report/list") == login
    assert await nobody.refused("PUT", f"/{what}/report/resolve", report_id=1, resolved=True) == login


@pytest.mark.parametrize("what", ["post", "comment", "private_message"])
async def test_a_report_has_a_reason_and_something_to_be_about__O_1(app: Open, what: str) -> None:
    bob = await app("bob")
    for reason, error in (
        ("  ", "report_reason_required"),
        ("x" * 1001, "report_too_long"),
        ("x", f"couldnt_find_{what}"),
    ):
        asked = {f"{what}_id": 99999, "reason": reason}
        assert await bob.refused("POST", f"/{what}/report", **asked) == (400, error)


async def test_one_report_for_everybody_and_thing_with_its_text__O_1(
    app: Open, written: tuple[Post, Comment]
) -> None:
    alice, bob = await app("alice"), await app("bob")
    said = (await bob.post("/post/report", post_id=written[0].id, reason="  spam  "))["post_report_view"]
    assert (said["post_report"]["reason"], said["post_report"]["original_post_name"]) == (
        "spam",
        written[0].name,
    )
    assert (said["creator"]["name"], said["post_creator"]["name"]) == ("bob", "alice")
    again = await bob.refused("POST", "/post/report", post_id=written[0].id, reason="spam")
    assert again == (400, "couldnt_create_report")
    said = (await alice.post("/comment/report", comment_id=written[1].id, reason="rude"))[
        "comment_report_view"
    ]
    assert said["comment_report"]["original_comment_text"] == written[1].content
    assert (said["comment_creator"]["name"], said["creator_is_moderator"]) == ("bob", True)


async def test_what_is_removed_cannot_be_reported__O_1(
    app: Open, db: Database, written: tuple[Post, Comment]
) -> None:
    alice = await app("alice")
    async with db.write() as tx:
        await tx.run("UPDATE comment SET removed = :yes", yes=True)
    refusal = await alice.refused("POST", "/comment/report", comment_id=written[1].id, reason="rude")
    assert refusal == (400, "deleted")


async def test_moderators_see_their_own_and_admins_all__O_2(
    app: Open, cast: Cast, db: Database, written: tuple[Post, Comment]
) -> None:
    alice, bob, admin = await app("alice"), await app("bob"), await app("admin")
    async with db.write() as tx:
        dave = await somebody(tx, "dave")
        elsewhere = await stories.post(tx, dave, cast.baking, "Elsewhere")
    await alice.post("/post/report", post_id=written[0].id, reason="first")
    await bob.post("/post/report", post_id=elsewhere.id, reason="second")
    assert await alice.refused("GET", "/post/report/list") == (400, "not_a_mod_or_admin")
    assert await bob.refused("GET", "/post/report/list", limit=0) == (400, "unknown")

    async def reasons(caller: App, **asked: object) -> list[str]:
        listed = (await caller.get("/post/report/list", **asked))["post_reports"]
        return [view["post_report"]["reason"] for view in listed]

    assert await reasons(bob) == ["first"]
    assert await reasons(admin) == ["second", "first"]
    assert await reasons(admin, unresolved_only=True) == ["first", "second"]
    assert await reasons(admin, post_id=elsewhere.id) == ["second"]
    assert await reasons(admin, community_id=cast.gardening.id) == ["first"]
    assert await reasons(bob, community_id=cast.baking.id) == []


async def test_who_moderates_resolves_again_and_again__O_3(app: Open, written: tuple[Post, Comment]) -> None:
    alice, bob, admin = await app("alice"), await app("bob"), await app("admin")
    said = await alice.post("/comment/report", comment_id=written[1].id, reason="rude")
    number = said["comment_report_view"]["comment_report"]["id"]
    asked = {"report_id": number, "resolved": True}
    assert await alice.refused("PUT", "/comment/report/resolve", **asked) == (400, "not_a_mod_or_admin")
    unknown = await bob.refused("PUT", "/comment/report/resolve", report_id=99999, resolved=True)
    assert unknown == (400, "couldnt_find_comment_report")
    for caller, name in ((bob, "bob"), (admin, "admin")):
        said = (await caller.put("/comment/report/resolve", **asked))["comment_report_view"]
        assert (said["comment_report"]["resolved"], said["resolver"]["name"]) == (True, name)
    assert (await bob.get("/comment/report/list", unresolved_only=True))["comment_reports"] == []
    said = await bob.put("/comment/report/resolve", report_id=number, resolved=False)
    assert not said["comment_report_view"]["comment_report"]["resolved"]


async def test_messages_are_reported_by_who_got_them_to_admins__O_2(app: Open, message_id: int) -> None:
    alice, bob, admin = await app("alice"), await app("bob"), await app("admin")
    asked = {"private_message_id": message_id, "reason": "spam"}
    assert await alice.refused("POST", "/private_message/report", **asked) == (400, "couldnt_create_report")
    said = (await bob.post("/private_message/report", **asked))["private_message_report_view"]
    assert said["private_message_report"]["original_pm_text"] == "Buy this"
    number = said["private_message_report"]["id"]
    assert await bob.refused("GET", "/private_message/report/list") == (400, "not_an_admin")
    resolve = {"report_id": number, "resolved": True}
    assert await bob.refused("PUT", "/private_message/report/resolve", **resolve) == (400, "not_an_admin")
    unknown = await admin.refused("PUT", "/private_message/report/resolve", report_id=99999, resolved=True)
    assert unknown == (400, "couldnt_find_private_message_report")
    listed = (await admin.get("/private_message/report/list"))["private_message_reports"]
    assert [view["private_message_creator"]["name"] for view in listed] == ["alice"]
    said = await admin.put("/private_message/report/resolve", **resolve)
    assert said["private_message_report_view"]["resolver"]["name"] == "admin"


async def test_whether_the_reader_moderates_stands_where_lemmy_puts_it(
    app: Open, written: tuple[Post, Comment]
) -> None:
    """In reports of posts `creator_is_moderator` says it of the reader, as recorded; in reports of comments of the author."""
    alice, bob, admin = await app("alice"), await app("bob"), await app("admin")
    await alice.post("/post/report", post_id=written[0].id, reason="x")
    for caller, expected in ((bob, True), (admin, False)):
        view = (await caller.get("/post/report/list"))["post_reports"][0]
        assert (view["post_creator"]["name"], view["creator_is_moderator"]) == ("alice", expected)
