"""Replies, mentions and what is unread (section 11 of the behaviour rules)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from folkmoot.core.reports.create import CreateReport, create_report
from folkmoot.model.posts import Post
from folkmoot.store.db import Database
from tests import rows
from tests.cast import Cast
from tests.core.stories import write_post
from tests.faces.api_v3.conftest import App

Open = Callable[..., Awaitable[App]]
MENTION = "Ask @alice@here.example."


@pytest.fixture
async def post(db: Database, cast: Cast) -> Post:
    """A post of alice's."""
    async with db.write() as tx:
        return await write_post(tx, cast.alice, cast.gardening)


async def say(app: App, post: Post, text: str, parent: int | None = None) -> Any:
    """A comment, as the API gives it back."""
    return (await app.post("/comment", post_id=post.id, content=text, parent_id=parent))["comment_view"][
        "comment"
    ]


async def texts(app: App, path: str, **asked: Any) -> list[str]:
    """What a list of notices holds."""
    [listed] = (await app.get(path, **asked)).values()
    return [view["comment"]["content"] for view in listed]


@pytest.mark.parametrize(
    ("method", "path", "asked"),
    [
        ("GET", "/user/replies", {}),
        ("GET", "/user/mention", {}),
        ("GET", "/user/unread_count", {}),
        ("GET", "/user/report_count", {}),
        ("POST", "/user/mark_all_as_read", {}),
        ("POST", "/comment/mark_as_read", {"comment_reply_id": 1, "read": True}),
        ("POST", "/user/mention/mark_as_read", {"person_mention_id": 1, "read": True}),
    ],
)
async def test_nobody_is_told_anything__T_11(
    app: Open, method: str, path: str, asked: dict[str, Any]
) -> None:
    assert await (await app()).refused(method, path, **asked) == (401, "incorrect_login")


@pytest.mark.parametrize("path", ["/user/replies", "/user/mention"])
@pytest.mark.parametrize(
    "asked", [{"limit": 0}, {"limit": 51}, {"page": 0}, {"page": 101}, {"sort": "Active"}]
)
async def test_a_list_has_its_bounds__L_1(app: Open, path: str, asked: dict[str, Any]) -> None:
    assert await (await app("alice")).refused("GET", path, **asked) == (400, "unknown")


async def test_only_who_was_told_marks_it__N_5(app: Open, post: Post) -> None:
    alice, bob = await app("alice"), await app("bob")
    await say(bob, post, "A reply")
    await say(bob, post, f"And more. {MENTION}")
    [reply] = (await alice.get("/user/replies"))["replies"]
    [mention] = (await alice.get("/user/mention"))["mentions"]
    for path, key, number, unknown in (
        (
            "/comment/mark_as_read",
            "comment_reply_id",
            reply["comment_reply"]["id"],
            "couldnt_find_comment_reply",
        ),
        (
            "/user/mention/mark_as_read",
            "person_mention_id",
            mention["person_mention"]["id"],
            "couldnt_find_person_mention",
        ),
    ):
        assert await bob.refused("POST", path, **{key: number, "read": True}) == (
            400,
            "couldnt_update_comment",
        )
        assert await alice.refused("POST", path, **{key: 99999, "read": True}) == (400, unknown)
        for read in (True, True, False):
            [view] = (await alice.post(path, **{key: number, "read": read})).values()
            assert view["recipient"]["name"] == "alice"
            [notice] = [view[name] for name in ("comment_reply", "person_mention") if name in view]
            assert notice["read"] == read


async def test_a_mention_wins_over_a_reply__N_1(app: Open, post: Post) -> None:
    alice, bob = await app("alice"), await app("bob")
    await say(bob, post, MENTION)
    await say(bob, post, "Just a reply")
    assert await texts(alice, "/user/mention") == [MENTION]
    assert await texts(alice, "/user/replies") == ["Just a reply"]
    assert await alice.get("/user/unread_count") == {"replies": 1, "mentions": 1, "private_messages": 0}


async def test_an_edit_tells_who_was_not_told_before__N_1(app: Open, post: Post) -> None:
    alice, bob, admin = await app("alice"), await app("bob"), await app("admin")
    comment = await say(alice, post, "First")
    assert await texts(bob, "/user/mention") == []
    for text in ("First, @bob@here.example", "First, @bob@here.example and @admin@here.example, not @bob"):
        await alice.put("/comment", comment_id=comment["id"], content=text)
    assert len(await texts(bob, "/user/mention")) == len(await texts(admin, "/user/mention")) == 1


async def test_lists_are_sorted_and_paged__L_3(app: Open, post: Post) -> None:
    alice, bob = await app("alice"), await app("bob")
    for number in range(3):
        await say(bob, post, f"Reply {number}")
    assert await texts(alice, "/user/replies") == ["Reply 2", "Reply 1", "Reply 0"]
    assert await texts(alice, "/user/replies", sort="Old", limit=1, page=2) == ["Reply 1"]
    assert await texts(alice, "/user/replies", sort="Top", limit=50, page=2) == []


async def test_what_is_read_is_left_out_where_asked__N_4(app: Open, post: Post) -> None:
    alice, bob = await app("alice"), await app("bob")
    for text in ("One", "Two"):
        await say(bob, post, text)
    [view] = (await alice.get("/user/replies", limit=1))["replies"]
    await alice.post("/comment/mark_as_read", comment_reply_id=view["comment_reply"]["id"], read=True)
    assert await texts(alice, "/user/replies", unread_only=True) == ["One"]
    assert await texts(alice, "/user/replies", unread_only=False) == ["Two", "One"]


async def test_blocked_people_and_unwanted_bots_tell_nothing__N_4(
    app: Open, db: Database, cast: Cast, post: Post
) -> None:
    alice, bob = await app("alice"), await app("bob")
    await say(bob, post, "From bob")
    for path, asked, seen in (
        ("/user/block", {"person_id": cast.bob.id, "block": True}, []),
        ("/user/block", {"person_id": cast.bob.id, "block": False}, ["From bob"]),
    ):
        await alice.post(path, **asked)
        assert await texts(alice, "/user/replies") == seen
        assert (await alice.get("/user/unread_count"))["replies"] == len(seen)
    await bob.put("/user/save_user_settings", bot_account=True)
    await alice.put("/user/save_user_settings", show_bot_accounts=False)
    assert await texts(alice, "/user/replies") == []
    assert (await alice.get("/user/unread_count"))["replies"] == 0


async def test_what_is_gone_stays_listed_and_is_not_counted__N_4(app: Open, post: Post) -> None:
    alice, bob = await app("alice"), await app("bob")
    comment = await say(bob, post, "Gone soon")
    await bob.post("/comment/delete", comment_id=comment["id"], deleted=True)
    assert await texts(alice, "/user/replies") == [""]
    assert (await alice.get("/user/unread_count"))["replies"] == 0


async def test_a_removed_comment_keeps_its_text_for_who_was_told__N_4(
    app: Open, db: Database, post: Post
) -> None:
    alice, bob = await app("alice"), await app("bob")
    comment = await say(bob, post, "Removed soon")
    async with db.write() as tx:
        await tx.run("UPDATE comment SET removed = :yes WHERE id = :id", yes=True, id=comment["id"])
    assert await texts(alice, "/user/replies") == ["Removed soon"]
    assert (await alice.get("/user/unread_count"))["replies"] == 0


async def test_who_is_blocked_does_not_reply__N_2(app: Open, cast: Cast, post: Post) -> None:
    alice, bob = await app("alice"), await app("bob")
    await alice.post("/user/block", person_id=cast.bob.id, block=True)
    await say(bob, post, "Nobody hears")
    await alice.post("/user/block", person_id=cast.bob.id, block=False)
    assert await texts(alice, "/user/replies") == []


async def test_all_at_once__N_5(app: Open, cast: Cast, post: Post) -> None:
    alice, bob = await app("alice"), await app("bob")
    await say(bob, post, "A reply")
    await say(bob, post, MENTION)
    await bob.post("/private_message", content="Hello", recipient_id=cast.alice.id)
    assert await alice.get("/user/unread_count") == {"replies": 1, "mentions": 1, "private_messages": 1}
    assert await alice.post("/user/mark_all_as_read") == {"replies": []}
    assert await alice.get("/user/unread_count") == {"replies": 0, "mentions": 0, "private_messages": 0}


async def test_reports_are_counted_for_who_decides_them__O_2(
    app: Open, db: Database, cast: Cast, post: Post
) -> None:
    async with db.write() as tx:
        orchard = await rows.community(tx, "orchard", moderators=[])
        await create_report(tx, cast.bob, CreateReport("post", post.id, "spam"))
    alice, bob, admin = await app("alice"), await app("bob"), await app("admin")
    assert await alice.refused("GET", "/user/report_count") == (400, "not_a_mod_or_admin")
    assert await bob.get("/user/report_count") == {"comment_reports": 0, "post_reports": 1}
    assert await admin.get("/user/report_count") == {
        "comment_reports": 0, "post_reports": 1, "private_message_reports": 0,
    }  # fmt: skip
    here = await admin.get("/user/report_count", community_id=cast.gardening.id)
    assert here == {"community_id": cast.gardening.id, "comment_reports": 0, "post_reports": 1}
    assert (await admin.get("/user/report_count", community_id=orchard))["post_reports"] == 0
