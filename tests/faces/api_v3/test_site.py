"""The site: what everybody sees of it, and what admins set (section 14)."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from folkmoot.store.db import Database
from tests.faces.api_v3.conftest import App
from tests.needs import shared

Open = Callable[..., Awaitable[App]]


async def test_nobody_and_members_set_nothing__T_11(app: Open) -> None:
    nobody, alice = await app(), await app("alice")
    for method in ("POST", "PUT"):
        assert await nobody.refused(method, "/site", name="Mine") == (401, "incorrect_login")
        assert await alice.refused(method, "/site", name="Mine") == (400, "not_an_admin")
    assert (await nobody.get("/site"))["site_view"]["site"]["name"] == "Here"


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"name": ""}, "site_name_required"),
        ({"name": "x" * 21}, "site_name_length_overflow"),
        ({"description": "x" * 151}, "site_description_length_overflow"),
        ({"sidebar": "x" * 10_001}, "invalid_body_field"),
        ({"registration_mode": "RequireApplication", "application_question": ""}, "application_question_required"),
        ({"default_post_listing_type": "Subscribed"}, "invalid_default_post_listing_type"),
        ({"slur_filter_regex": "(unclosed"}, "invalid_regex"),
        ({"slur_filter_regex": ".*"}, "permissive_regex"),
        ({"blocked_urls": ["not a url"]}, "unknown"),
        ({"icon": "http://127.0.0.1/icon.png"}, "invalid_url"),
        ({"registration_mode": "Invite"}, "unknown"),
        ({"discussion_languages": [9999]}, "unknown"),
    ],
)  # fmt: skip
async def test_what_a_site_cannot_be__W_3(app: Open, asked: dict[str, Any], error: str) -> None:
    admin = await app("admin")
    before = (await admin.get("/site"))["site_view"]
    assert await admin.refused("PUT", "/site", **asked) == (400, error)
    assert (await admin.get("/site"))["site_view"] == before


async def test_a_site_is_set_up_once__A_16(app: Open, db: Database) -> None:
    admin = await app("admin")
    assert await admin.refused("POST", "/site", name="Again") == (400, "site_already_exists")
    async with db.write() as tx:
        await tx.run("UPDATE local_site SET site_setup = :no", no=False)
        tx.changed("site")
    assert await admin.refused("POST", "/site", sidebar="Hello") == (400, "unknown")
    said = await admin.post("/site", name="Golden", registration_mode="Open", taglines=["One"])
    assert said["site_view"]["local_site"]["site_setup"]
    assert "updated" not in said["site_view"]["site"]
    assert [line["content"] for line in said["taglines"]] == ["One"]


async def test_setting_up_takes_no_languages__W_8(app: Open, db: Database) -> None:
    admin = await app("admin")
    async with db.write() as tx:
        await tx.run("UPDATE local_site SET site_setup = :no", no=False)
    await admin.post("/site", name="Golden", discussion_languages=[37], federation_debug=True)
    assert len((await admin.get("/site"))["discussion_languages"]) == 184


async def test_the_site_says_which_lemmy_it_follows__W_1(app: Open) -> None:
    nobody = await app()
    said = await nobody.get("/site")
    assert said["version"].startswith("0.19.")
    assert "my_user" not in said
    assert [view["person"]["name"] for view in said["admins"]] == ["admin"]


async def test_the_key_of_the_site_is_made_once_and_shown(app: Open) -> None:
    nobody = await app()
    first = (await nobody.get("/site"))["site_view"]["site"]["public_key"]
    assert first.startswith("-----BEGIN PUBLIC KEY-----")
    assert (await nobody.get("/site"))["site_view"]["site"]["public_key"] == first


async def test_all_languages_are_those_of_the_contract__W_2(app: Open) -> None:
    nobody, admin = await app(), await app("admin")
    said = await nobody.get("/site")
    known = json.loads(shared("contracts/languages.json").read_text())
    assert [(each["id"], each["code"]) for each in said["all_languages"]] == [
        (each["id"], each["code"]) for each in known
    ]
    assert said["discussion_languages"] == list(range(184))
    await admin.put("/site", discussion_languages=[0, 37, 39])
    assert (await nobody.get("/site"))["discussion_languages"] == [0, 37, 39]


async def test_lists_replace_the_whole_list__W_6(app: Open) -> None:
    admin = await app("admin")
    await admin.put(
        "/site", taglines=["First", "Second"], blocked_urls=["https://evil.example/", "bad.example/path"]
    )
    said = await admin.put("/site", name="There")
    assert [line["content"] for line in said["taglines"]] == ["First", "Second"]
    assert [each["url"] for each in (await admin.get("/site"))["blocked_urls"]] == [
        "evil.example",
        "bad.example/path",
    ]
    assert (await admin.put("/site", taglines=[]))["taglines"] == []


async def test_limits_are_numbers_and_periods__W_7(app: Open) -> None:
    admin = await app("admin")
    said = await admin.put(
        "/site", rate_limit_post=7, rate_limit_post_per_second=0, rate_limit_search_per_second=5
    )
    limits = said["site_view"]["local_site_rate_limit"]
    assert (limits["post"], limits["post_per_second"], limits["search_per_second"]) == (7, 600, 5)


async def test_an_empty_text_erases__P_4(app: Open) -> None:
    admin = await app("admin")
    said = await admin.put(
        "/site", description="Short", icon="https://1.1.1.1/icon.png", content_warning="Adults"
    )
    assert said["site_view"]["site"]["icon"] == "https://1.1.1.1/icon.png"
    said = await admin.put("/site", description="", icon="", content_warning="")
    assert not said["site_view"]["site"].keys() & {"description", "icon", "content_warning"}


async def test_a_new_site_is_as_lemmy_would_make_it__W_11(app: Open, db: Database) -> None:
    nobody = await app()
    async with db.write() as tx:
        await tx.run("DELETE FROM local_site")
        await tx.run(
            "INSERT INTO local_site (id, site_id, jwt_secret, published) SELECT 1, id, 'x', :now FROM site",
            now=tx.now,
        )
        tx.changed("site")
    site = (await nobody.get("/site"))["site_view"]["local_site"]
    on = {"enable_downvotes", "enable_nsfw", "federation_enabled", "hide_modlog_mod_names"}
    off = {
        "require_email_verification", "captcha_enabled", "private_instance", "federation_signed_fetch",
        "community_creation_admin_only", "application_email_admins", "reports_email_admins",
    }  # fmt: skip
    assert {name for name in on | off if site[name]} == on
    assert (site["registration_mode"], site["default_theme"], site["actor_name_max_length"]) == (
        "RequireApplication",
        "browser",
        20,
    )


async def test_visitors_see_local_posts_by_activity_until_told_otherwise__L_4(app: Open) -> None:
    nobody, admin = await app(), await app("admin")
    site = (await nobody.get("/site"))["site_view"]["local_site"]
    assert (
        site["default_post_listing_type"],
        site["default_sort_type"],
        site["default_post_listing_mode"],
    ) == ("Local", "Active", "List")
    for wrong in ("Subscribed", "ModeratorView"):
        refused = await admin.refused("PUT", "/site", default_post_listing_type=wrong)
        assert refused == (400, "invalid_default_post_listing_type")
    said = await admin.put("/site", default_post_listing_type="All", default_post_listing_mode="Card")
    assert said["site_view"]["local_site"]["default_post_listing_type"] == "All"
