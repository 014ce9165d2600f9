"""Refusals that the contract names and that neither the recorded stories nor the tests of one noun come by: where somebody stands, and what
they ask for."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from folkmoot.core.site.admins import appoint_admin
from folkmoot.store.db import Database
from tests import rows
from tests.cast import Cast
from tests.core.stories import ban_here, set_site, write_comment, write_post
from tests.faces.api_v3.conftest import App

Open = Callable[..., Awaitable[App]]

CATS, CAPS = "https://cats.example/a", "x" * 1501
OWN, THEIRS = {"post_id": 1}, {"comment_id": 1}
"""alice's post in bob's community, and her comment beneath it: the first of each."""


@pytest.fixture
async def garden(db: Database, cast: Cast) -> None:
    """A post and a comment of alice's, a comment of bob's, a message from bob to her; the site blocks a link and a word."""
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        await write_comment(tx, cast.alice, post)
        await write_comment(tx, cast.bob, post, "Indeed.")
        await tx.run(
            "INSERT INTO private_message (creator_id, recipient_id, content, content_html, ap_id, local, published)"
            " VALUES (:bob, :alice, 'Hello', '', 'https://here.example/private_message/1', :yes, :now)",
            bob=cast.bob.id, alice=cast.alice.id, yes=True, now=tx.now,
        )  # fmt: skip
        await tx.run("INSERT INTO url_blocklist (url, published) VALUES ('cats.example', :now)", now=tx.now)
        await set_site(tx, slur_filter_regex="blorbo")


async def _refused(app: App, row: tuple[str, str, dict[str, Any], str]) -> None:
    method, path, asked, error = row
    assert await app.refused(method, path, **asked) == (400, error), row


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/post/delete", OWN | {"deleted": True}),
        ("/post/like", OWN | {"score": 1}),
        ("/post/report", OWN | {"reason": "x"}),
        ("/comment", OWN | {"content": "x"}),
        ("/comment/delete", THEIRS | {"deleted": True}),
        ("/comment/like", THEIRS | {"score": 1}),
        ("/comment/report", THEIRS | {"reason": "x"}),
        ("/community/follow", {"community_id": 1, "follow": True}),
    ],
)
async def test_who_is_banned_there_does_nothing_there__R_3(
    app: Open, db: Database, cast: Cast, garden: None, path: str, asked: dict[str, Any]
) -> None:
    async with db.write() as tx:
        await ban_here(tx, cast.gardening, cast.alice)
    await _refused(await app("alice"), ("POST", path, asked, "banned_from_community"))


async def test_who_is_banned_there_edits_nothing_there__R_3(
    app: Open, db: Database, cast: Cast, garden: None
) -> None:
    async with db.write() as tx:
        await ban_here(tx, cast.gardening, cast.alice)
    alice = await app("alice")
    await _refused(alice, ("PUT", "/post", OWN | {"name": "Other"}, "banned_from_community"))
    await _refused(alice, ("PUT", "/comment", THEIRS | {"content": "Other"}, "banned_from_community"))


@pytest.mark.parametrize(
    ("method", "path", "asked"),
    [
        ("POST", "/post/remove", OWN | {"removed": True}),
        ("POST", "/post/lock", OWN | {"locked": True}),
        ("POST", "/post/feature", OWN | {"featured": True, "feature_type": "Community"}),
        ("POST", "/comment/remove", THEIRS | {"removed": True}),
        ("POST", "/comment/distinguish", {"comment_id": 2, "distinguished": True}),
        ("POST", "/community/ban_user", {"community_id": 1, "person_id": 2, "ban": True}),
        ("POST", "/community/mod", {"community_id": 1, "person_id": 2, "added": True}),
        ("PUT", "/community", {"community_id": 1, "title": "Other"}),
        ("POST", "/community/delete", {"community_id": 1, "deleted": True}),
    ],
)
async def test_a_moderator_who_is_banned_there_decides_nothing__R_2(
    app: Open, db: Database, cast: Cast, garden: None, method: str, path: str, asked: dict[str, Any]
) -> None:
    async with db.write() as tx:
        await ban_here(tx, cast.gardening, cast.bob)
    await _refused(await app("bob"), (method, path, asked, "banned_from_community"))


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/community/ban_user", {"community_id": 999, "person_id": 2, "ban": True}),
        ("/community/mod", {"community_id": 999, "person_id": 2, "added": True}),
        ("/community/delete", {"community_id": 999, "deleted": True}),
        ("/community/transfer", {"community_id": 999, "person_id": 2}),
        ("/admin/purge/community", {"community_id": 999}),
    ],
)
async def test_admins_hear_that_there_is_no_such_community__R_2(
    app: Open, cast: Cast, path: str, asked: dict[str, Any]
) -> None:
    await _refused(await app("admin"), ("POST", path, asked, "couldnt_find_community"))


@pytest.mark.parametrize(
    "row",
    [
        ("PUT", "/post", OWN | {"name": "Other"}, "deleted"),
        ("POST", "/post/delete", OWN | {"deleted": True}, "deleted"),
        ("POST", "/post/report", OWN | {"reason": "x"}, "deleted"),
        ("POST", "/comment", OWN | {"content": "x"}, "deleted"),
        ("PUT", "/comment", THEIRS | {"content": "x"}, "deleted"),
        ("POST", "/community/follow", {"community_id": 1, "follow": True}, "deleted"),
    ],
)
async def test_a_community_that_is_gone_takes_nothing__R_3(
    app: Open, db: Database, garden: None, row: tuple[str, str, dict[str, Any], str]
) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE community SET removed = :yes, version = version + 1 WHERE id = 1", yes=True)
    await _refused(await app("alice"), row)


@pytest.mark.parametrize(
    "row",
    [
        ("PUT", "/post", OWN | {"url": CATS}, "blocked_url"),
        ("PUT", "/post", OWN | {"body": CATS}, "blocked_url"),
        ("PUT", "/post", OWN | {"name": "A blorbo"}, "slurs"),
        ("PUT", "/post", OWN | {"alt_text": CAPS}, "alt_text_length_overflow"),
        ("PUT", "/post", OWN | {"url": f"https://x.example/{'x' * 2000}"}, "url_length_overflow"),
        ("PUT", "/comment", THEIRS | {"content": CATS}, "blocked_url"),
        ("POST", "/comment", OWN | {"content": "x", "parent_id": 1, "language_id": 999}, "language_not_allowed"),
        ("POST", "/comment/report", {"comment_id": 2, "reason": "blorbo"}, "slurs"),
        ("POST", "/private_message", {"recipient_id": 3, "content": CATS}, "blocked_url"),
        ("POST", "/private_message/report", {"private_message_id": 1, "reason": "blorbo"}, "slurs"),
        ("POST", "/private_message/report", {"private_message_id": 1, "reason": "x" * 1001}, "report_too_long"),
        ("PUT", "/user/save_user_settings", {"bio": CATS}, "blocked_url"),
        ("POST", "/community", {"name": "cats", "title": "Cats", "description": CATS}, "blocked_url"),
        ("POST", "/user/block", {"person_id": 999, "block": True}, "person_block_already_exists"),
        ("POST", "/community/block", {"community_id": 999, "block": True}, "community_block_already_exists"),
        ("PUT", "/comment/save", {"comment_id": 999, "save": True}, "couldnt_save_comment"),
        (
            "POST", "/user/import_settings", {"saved_posts": [f"https://x.example/{n}" for n in range(10_001)]},
            "too_many_items",
        ),
    ],
)  # fmt: skip
async def test_what_members_ask_in_vain__P_3__O_1__W_5(
    app: Open, garden: None, row: tuple[str, str, dict[str, Any], str]
) -> None:
    await _refused(await app("alice"), row)


@pytest.mark.parametrize(
    "row",
    [
        ("PUT", "/community", {"community_id": 1, "description": CATS}, "blocked_url"),
        ("PUT", "/community", {"community_id": 1, "title": "A blorbo"}, "slurs"),
        ("PUT", "/site", {"sidebar": CATS}, "blocked_url"),
        ("PUT", "/site", {"name": "A blorbo"}, "slurs"),
        ("PUT", "/site", {"icon": "no address"}, "invalid_url"),
        ("PUT", "/site", {"default_post_listing_type": "Subscribed"}, "invalid_default_post_listing_type"),
        ("PUT", "/site", {"slur_filter_regex": "("}, "invalid_regex"),
        ("PUT", "/site", {"slur_filter_regex": "."}, "permissive_regex"),
        ("POST", "/admin/purge/comment", {"comment_id": 999}, "couldnt_find_comment"),
        ("POST", "/user/ban", {"person_id": 1, "ban": True}, "cannot_leave_admin"),
        ("POST", "/admin/add", {"person_id": 1, "added": False}, "cannot_leave_admin"),
        ("POST", "/admin/purge/person", {"person_id": 1}, "cannot_leave_admin"),
    ],
)
async def test_what_admins_ask_in_vain__W_3__W_4__R_7(
    app: Open, cast: Cast, garden: None, row: tuple[str, str, dict[str, Any], str]
) -> None:
    assert cast.admin.id == 1
    await _refused(await app("admin"), row)


async def test_a_lower_admin_purges_nothing_of_a_higher_one__O_7(
    app: Open, db: Database, cast: Cast, garden: None
) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.admin, cast.gardening, "An announcement")
        comment = await write_comment(tx, cast.admin, post)
        garden = await rows.community(tx, "official", moderators=[cast.admin.id])
        await appoint_admin(tx, cast.admin, cast.alice.id)
    alice = await app("alice")
    for kind, number in (
        ("person", cast.admin.id), ("post", post.id), ("comment", comment.id), ("community", garden),
    ):  # fmt: skip
        await _refused(alice, ("POST", f"/admin/purge/{kind}", {f"{kind}_id": number}, "not_higher_admin"))
