"""What admins do: bans, purges, other admins, emoji, servers."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from folkmoot.store.db import Database
from tests import rows
from tests.cast import Cast
from tests.core.moderation import stories
from tests.faces.api_v3.conftest import App

Open = Callable[..., Awaitable[App]]

OPERATIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("POST", "/user/ban", {"person_id": 1, "ban": True}),
    ("GET", "/user/banned", {}),
    ("POST", "/admin/add", {"person_id": 1, "added": True}),
    ("POST", "/admin/purge/person", {"person_id": 1}),
    ("POST", "/admin/purge/community", {"community_id": 1}),
    ("POST", "/admin/purge/post", {"post_id": 1}),
    ("POST", "/admin/purge/comment", {"comment_id": 1}),
    ("POST", "/custom_emoji", {"category": "c", "shortcode": "s", "image_url": "https://1.1.1.1/x.png", "alt_text": "x", "keywords": []}),
    ("PUT", "/custom_emoji", {"id": 1, "category": "c", "image_url": "https://1.1.1.1/x.png", "alt_text": "x", "keywords": []}),
    ("POST", "/custom_emoji/delete", {"id": 1}),
)  # fmt: skip


@pytest.mark.parametrize(("method", "path", "asked"), OPERATIONS)
async def test_these_are_for_admins__R_1(app: Open, method: str, path: str, asked: dict[str, Any]) -> None:
    nobody, bob = await app(), await app("bob")
    assert await nobody.refused(method, path, **asked) == (401, "incorrect_login")
    assert await bob.refused(method, path, **asked) == (400, "not_an_admin")


async def test_a_ban_ends_sessions_and_is_listed__R_9(app: Open, cast: Cast) -> None:
    admin, alice = await app("admin"), await app("alice")
    asked = {"person_id": cast.alice.id, "ban": True}
    assert await admin.refused("POST", "/user/ban", **asked, expires=1) == (400, "ban_expiration_in_past")
    assert await admin.refused("POST", "/user/ban", **asked, reason="x" * 10_001) == (
        400,
        "invalid_body_field",
    )
    assert await admin.refused("POST", "/user/ban", person_id=99999, ban=True) == (404, "couldnt_update_user")
    said = await admin.post("/user/ban", **asked, reason="spam", remove_data=True, expires=1_900_000_000)
    assert said["banned"]
    assert said["person_view"]["person"]["ban_expires"].startswith("2030-03-17")
    assert await alice.refused("POST", "/community", name="cats", title="Cats") == (401, "incorrect_login")
    names = [view["person"]["name"] for view in (await admin.get("/user/banned"))["banned"]]
    assert sorted(names) == ["alice", "mallory"]
    said = await admin.post("/user/ban", person_id=cast.alice.id, ban=False)
    assert (said["banned"], said["person_view"]["person"]["banned"]) == (False, False)


async def test_admins_are_local_and_rank_by_age__R_7(app: Open, cast: Cast) -> None:
    admin = await app("admin")
    for number in (cast.carol.id, 99999):
        assert await admin.refused("POST", "/admin/add", person_id=number, added=True) == (
            400,
            "object_not_local",
        )
    said = await admin.post("/admin/add", person_id=cast.alice.id, added=True)
    assert [view["person"]["name"] for view in said["admins"]] == ["admin", "alice"]
    alice = await app("alice")
    assert await alice.refused("POST", "/admin/add", person_id=cast.admin.id, added=False) == (
        400,
        "not_higher_admin",
    )
    assert await alice.refused("POST", "/user/ban", person_id=cast.admin.id, ban=True) == (
        400,
        "not_higher_admin",
    )
    said = await admin.post("/admin/add", person_id=cast.alice.id, added=False)
    assert [view["person"]["name"] for view in said["admins"]] == ["admin"]


async def test_what_is_purged_is_gone_for_good__O_7(app: Open, cast: Cast, db: Database) -> None:
    admin = await app("admin")
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening)
        comment = await stories.comment(tx, cast.bob, post)
    for what, unknown in (("person", 99999), ("community", 99999), ("post", 99999), ("comment", 99999)):
        refusal = await admin.refused("POST", f"/admin/purge/{what}", **{f"{what}_id": unknown})
        assert refusal == (400, f"couldnt_find_{what}")
    for what, number in (
        ("comment", comment.id),
        ("post", post.id),
        ("person", cast.alice.id),
        ("community", cast.gardening.id),
    ):
        said = await admin.post(f"/admin/purge/{what}", **{f"{what}_id": number}, reason="law")
        assert said == {"success": True}
    assert await admin.refused("POST", "/admin/purge/comment", comment_id=comment.id) == (
        400,
        "couldnt_find_comment",
    )
    log = await admin.get("/modlog")
    assert [view["admin_purge_person"]["reason"] for view in log["admin_purged_persons"]] == ["law"]
    assert len(log["admin_purged_communities"]) == 1


async def test_emoji_are_kept_in_small_letters_by_category__W_10(app: Open) -> None:
    nobody, admin = await app(), await app("admin")
    cat = {"category": "cats", "image_url": "https://1.1.1.1/meow.png", "alt_text": "a cat"}
    assert await admin.refused("POST", "/custom_emoji", **cat, shortcode="meow") == (400, "unknown")
    wrong = {**cat, "image_url": "nonsense"}
    assert await admin.refused("POST", "/custom_emoji", **wrong, shortcode="meow", keywords=[]) == (
        400,
        "unknown",
    )
    made = (await admin.post("/custom_emoji", **cat, shortcode=" Meow ", keywords=["Cat", "Kitten"]))[
        "custom_emoji"
    ]
    assert made["custom_emoji"]["shortcode"] == "meow"
    assert [each["keyword"] for each in made["keywords"]] == ["cat", "kitten"]
    assert await admin.refused("POST", "/custom_emoji", **cat, shortcode="meow", keywords=[]) == (
        400,
        "unknown",
    )
    await admin.post("/custom_emoji", **{**cat, "category": "birds"}, shortcode="tweet", keywords=[])
    assert await admin.refused("PUT", "/custom_emoji", **cat, id=99999, keywords=[]) == (404, "unknown")
    number = made["custom_emoji"]["id"]
    changed = await admin.put("/custom_emoji", **{**cat, "alt_text": "the cat"}, id=number, keywords=["cat"])
    assert changed["custom_emoji"]["custom_emoji"]["alt_text"] == "the cat"
    shown = [each["custom_emoji"]["shortcode"] for each in (await nobody.get("/site"))["custom_emojis"]]
    assert shown == ["tweet", "meow"]
    for _ in range(2):
        assert await admin.post("/custom_emoji/delete", id=number) == {"success": True}


async def test_servers_come_in_three_lists__W_9(app: Open, db: Database) -> None:
    nobody, admin = await app(), await app("admin")
    async with db.write() as tx:
        await rows.instance(tx, "far.example")

    async def domains() -> dict[str, list[str]]:
        lists = (await nobody.get("/federated_instances"))["federated_instances"]
        return {name: [each["domain"] for each in found] for name, found in lists.items()}

    await admin.put("/site", blocked_instances=["far.example"])
    assert await domains() == {"linked": ["there.example"], "allowed": [], "blocked": ["far.example"]}
    await admin.put("/site", blocked_instances=[], allowed_instances=["there.example"])
    assert await domains() == {
        "linked": ["there.example", "far.example"],
        "allowed": ["there.example"],
        "blocked": [],
    }
    await admin.put("/site", federation_enabled=False)
    assert await nobody.get("/federated_instances") == {}
