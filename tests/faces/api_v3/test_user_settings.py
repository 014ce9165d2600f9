"""Settings, and taking them along (sections 14 and 15 of the behaviour rules)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from folkmoot.core.people import import_settings
from folkmoot.model.time import DAY, SECOND, FixedClock
from folkmoot.settings import Settings
from folkmoot.store.db import Database
from tests.cast import HERE, Cast
from tests.core.people.helpers import jobs, mails, set_site
from tests.core.stories import write_comment, write_post
from tests.faces.api_v3.conftest import App

Open = Callable[..., Awaitable[App]]


@pytest.fixture
def sink() -> str:
    """Where mails go."""
    return "file"


@pytest.fixture
def settings(sink: str) -> Settings:
    """A site that can send mails, unless they end in the log."""
    return Settings(
        hostname=HERE, scheme="https", database="sqlite:///not-used.db", page_cache_mb=0, mail_sink=sink
    )


async def mine(app: App) -> Any:
    """What the site says of the caller."""
    return (await app.get("/site"))["my_user"]


# --- saving -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"display_name": "a"}, "invalid_display_name"),
        ({"display_name": "x" * 21}, "invalid_display_name"),
        ({"display_name": "@alice"}, "invalid_display_name"),
        ({"bio": "x" * 1001}, "bio_length_overflow"),
        ({"matrix_user_id": "alice"}, "invalid_matrix_id"),
        ({"email": "BOB@mail.example"}, "email_already_exists"),
        ({"avatar": "nonsense"}, "invalid_url"),
        ({"default_sort_type": "Best"}, "unknown"),
        ({"post_listing_mode": "Pile"}, "unknown"),
        ({"discussion_languages": [9999]}, "unknown"),
    ],
)
async def test_what_cannot_be_set__W_13(app: Open, asked: dict[str, Any], error: str) -> None:
    alice = await app("alice")
    before = await mine(alice)
    assert await alice.refused("PUT", "/user/save_user_settings", **asked) == (400, error)
    assert await mine(alice) == before


@pytest.mark.parametrize("field", ["avatar", "banner"])
async def test_pictures_are_on_the_public_internet__I_1(app: Open, field: str) -> None:
    alice = await app("alice")
    for url in ("http://127.0.0.1/alice.png", "http://192.168.1.1/alice.png"):
        assert await alice.refused("PUT", "/user/save_user_settings", **{field: url}) == (400, "invalid_url")


@pytest.mark.parametrize("sink", ["console"])
async def test_without_mail_no_address_is_taken__A_12(app: Open, db: Database) -> None:
    alice = await app("alice")
    asked = {"email": "new@mail.example", "bio": "new"}
    assert await alice.refused("PUT", "/user/save_user_settings", **asked) == (400, "no_email_setup")
    me = (await mine(alice))["local_user_view"]
    assert (me["local_user"]["email"], me["person"].get("bio")) == ("alice@mail.example", None)


async def test_a_required_address_is_not_cleared__W_13(app: Open, db: Database) -> None:
    async with db.write() as tx:
        await set_site(tx, require_email_verification=True)
    alice = await app("alice")
    assert await alice.refused("PUT", "/user/save_user_settings", email="") == (400, "email_required")


async def test_a_new_address_is_there_at_once_and_confirmed_later__A_12(app: Open, db: Database) -> None:
    alice = await app("alice")
    await alice.put("/user/save_user_settings", email="New@mail.example")
    user = (await mine(alice))["local_user_view"]["local_user"]
    assert (user["email"], user["email_verified"]) == ("new@mail.example", False)
    async with db.read() as tx:
        assert "new@mail.example" in [mail["to"] for mail in await mails(tx)]
        token = await tx.value("SELECT token FROM email_verification")
    await alice.post("/user/verify_email", token=token)
    assert (await mine(alice))["local_user_view"]["local_user"]["email_verified"]


MANY = {
    "show_nsfw": True,
    "blur_nsfw": False,
    "auto_expand": True,
    "theme": "darkly",
    "default_sort_type": "TopWeek",
    "default_listing_type": "All",
    "interface_language": "de",
    "show_avatars": False,
    "send_notifications_to_email": True,
    "show_bot_accounts": False,
    "show_read_posts": False,
    "open_links_in_new_tab": True,
    "infinite_scroll_enabled": True,
    "post_listing_mode": "SmallCard",
    "enable_keyboard_navigation": True,
    "enable_animated_images": False,
    "collapse_bot_comments": True,
    "show_scores": False,
}


async def test_everything_at_once_and_then_nothing__W_13(app: Open) -> None:
    alice = await app("alice")
    profile = {"display_name": "Alice A.", "bio": "I *like* cats", "matrix_user_id": "@alice:matrix.example"}
    said = await alice.put(
        "/user/save_user_settings", **MANY, **profile, bot_account=True, discussion_languages=[37],
        show_upvotes=False, show_downvotes=False, show_upvote_percentage=True,
    )  # fmt: skip
    assert said == {"success": True}
    await alice.put("/user/save_user_settings")
    me = await mine(alice)
    view = me["local_user_view"]
    assert {name: view["local_user"][name] for name in MANY} == MANY
    assert {name: view["person"][name] for name in profile} == profile
    assert view["person"]["bot_account"]
    assert "updated" not in view["person"]
    assert view["local_user_vote_display_mode"] == {
        "local_user_id": view["local_user"]["id"], "score": False, "upvotes": False, "downvotes": False, "upvote_percentage": True,
    }  # fmt: skip
    assert me["discussion_languages"] == [0, 37]


async def test_the_flag_of_scores_sets_both__W_13(app: Open) -> None:
    alice = await app("alice")
    await alice.put("/user/save_user_settings", show_scores=True)
    view = (await mine(alice))["local_user_view"]
    assert (view["local_user"]["show_scores"], view["local_user_vote_display_mode"]["score"]) == (True, True)


async def test_an_empty_text_erases__P_4(app: Open) -> None:
    alice = await app("alice")
    await alice.put(
        "/user/save_user_settings", display_name="Alice A.", bio="x", matrix_user_id="@a:b.example", theme="x"
    )
    await alice.put(
        "/user/save_user_settings", display_name="", bio="", matrix_user_id="", avatar="", theme=""
    )
    view = (await mine(alice))["local_user_view"]
    assert not {"display_name", "bio", "matrix_user_id", "avatar"} & set(view["person"])
    assert view["local_user"]["theme"] == ""


async def test_a_new_account_is_set_up_as_the_rules_say__W_12(app: Open) -> None:
    nobody = await app()
    password = "a long enough password"
    said = await nobody.post("/user/register", username="erin", password=password, password_verify=password)
    nobody.http.headers["authorization"] = f"Bearer {said['jwt']}"
    user = (await mine(nobody))["local_user_view"]["local_user"]
    on = {
        "show_avatars",
        "show_bot_accounts",
        "show_read_posts",
        "show_scores",
        "blur_nsfw",
        "enable_animated_images",
    }
    off = {
        "show_nsfw", "open_links_in_new_tab", "auto_expand", "infinite_scroll_enabled", "enable_keyboard_navigation",
        "send_notifications_to_email", "collapse_bot_comments", "totp_2fa_enabled", "admin",
    }  # fmt: skip
    assert {name for name in on | off if user[name]} == on
    assert (user["theme"], user["interface_language"], user["post_listing_mode"]) == (
        "browser",
        "browser",
        "List",
    )
    votes = (await mine(nobody))["local_user_view"]["local_user_vote_display_mode"]
    assert [votes[name] for name in ("score", "upvotes", "downvotes", "upvote_percentage")] == [
        False,
        True,
        True,
        False,
    ]


async def test_the_call_for_donations_was_seen__W_12(app: Open, clock: FixedClock) -> None:
    alice = await app("alice")
    clock.advance(DAY)
    assert await alice.post("/user/donation_dialog_shown", hide=True) == {"success": True}
    seen = (await mine(alice))["local_user_view"]["local_user"]["last_donation_notification"]
    assert seen.startswith("2026-06-02T12:00:00")


# --- taking along and bringing ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"followed_communities": "cats"}, "unknown"),
        ({"settings": []}, "unknown"),
        ({"settings": {"theme": 5}}, "unknown"),
        ({"settings": {"default_sort_type": "Best"}}, "unknown"),
        ({"saved_posts": ["https://x.example/1"] * 10_001}, "too_many_items"),
        ({"bio": "x" * 1001}, "bio_length_overflow"),
    ],
)
async def test_what_cannot_be_brought__E_2(app: Open, asked: dict[str, Any], error: str) -> None:
    if error == "too_many_items":
        asked = {"saved_posts": [f"https://x.example/{number}" for number in range(10_001)]}
    alice = await app("alice")
    assert await alice.refused("POST", "/user/import_settings", **asked) == (400, error)


async def test_once_a_day_for_both_together__E_3(app: Open, clock: FixedClock) -> None:
    alice, elsewhere = await app("alice"), await app("alice", address="198.51.100.7")
    await alice.get("/user/export_settings")
    assert await alice.refused("GET", "/user/export_settings") == (400, "rate_limit_error")
    assert await alice.refused("POST", "/user/import_settings") == (400, "rate_limit_error")
    assert await elsewhere.post("/user/import_settings") == {"success": True}
    clock.advance(DAY + SECOND)
    await alice.get("/user/export_settings")


async def test_everything_of_ones_own_is_in_the_file__E_1(app: Open, db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.bob, cast.gardening)
        comment = await write_comment(tx, cast.bob, post)
        there = await tx.value("SELECT instance_id FROM community WHERE name = 'baking'")
    alice = await app("alice")
    await alice.post("/community/follow", community_id=cast.gardening.id, follow=True)
    await alice.put("/post/save", post_id=post.id, save=True)
    await alice.put("/comment/save", comment_id=comment.id, save=True)
    await alice.post("/community/block", community_id=cast.baking.id, block=True)
    await alice.post("/user/block", person_id=cast.bob.id, block=True)
    await alice.post("/site/block", instance_id=there, block=True)
    said = await alice.get("/user/export_settings")
    assert {name for name, value in said.items() if value is None} == {
        "display_name",
        "bio",
        "avatar",
        "banner",
        "matrix_id",
    }
    assert said["settings"]["email"] == "alice@mail.example"
    assert {name: value for name, value in said.items() if isinstance(value, list)} == {
        "followed_communities": ["https://here.example/c/gardening"],
        "saved_posts": [post.ap_id],
        "saved_comments": [comment.ap_id],
        "blocked_communities": ["https://there.example/c/baking"],
        "blocked_users": ["https://here.example/u/bob"],
        "blocked_instances": ["there.example"],
    }


async def test_a_file_goes_from_one_account_to_another__E_2(app: Open, db: Database, cast: Cast) -> None:
    alice, bob = await app("alice"), await app("bob", address="198.51.100.7")
    await alice.put("/user/save_user_settings", display_name="Alice A.", theme="darkly", show_scores=False)
    await alice.post("/community/follow", community_id=cast.gardening.id, follow=True)
    await alice.post("/community/block", community_id=cast.baking.id, block=True)
    file = await alice.get("/user/export_settings")
    assert await bob.post("/user/import_settings", **file) == {"success": True}
    me = await mine(bob)
    assert me["local_user_view"]["person"]["display_name"] == "Alice A."
    user = me["local_user_view"]["local_user"]
    assert (user["theme"], user["email"], user["show_scores"]) == ("darkly", "bob@mail.example", False)
    async with db.read() as tx:
        assert await jobs(tx, import_settings.IMPORT) == []
    assert [each["community"]["name"] for each in me["follows"]] == ["gardening"]
    assert [each["community"]["name"] for each in me["community_blocks"]] == ["baking"]
