"""Communities (section 10)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from folkmoot.context import Context
from folkmoot.core.search.resolve import Bring
from folkmoot.model.time import DAY, FixedClock
from folkmoot.store.db import Database
from tests import rows
from tests.cast import THERE, Cast
from tests.core.moderation import stories
from tests.faces.api_v3.conftest import App

Open = Callable[..., Awaitable[App]]


async def test_nobody_founds_edits_or_follows__T_11(app: Open, cast: Cast) -> None:
    nobody, here = await app(), cast.gardening.id
    assert await nobody.refused("POST", "/community", name="cats", title="Cats") == (401, "incorrect_login")
    assert await nobody.refused("PUT", "/community", community_id=here, title="X") == (401, "incorrect_login")
    assert await nobody.refused("POST", "/community/follow", community_id=here, follow=True) == (
        401,
        "incorrect_login",
    )


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"name": "ca"}, "invalid_name"),
        ({"name": "x" * 21}, "invalid_name"),
        ({"name": "ca.ts"}, "invalid_name"),
        ({"name": "GARDENING"}, "community_already_exists"),
        ({"title": "x" * 256}, "community_already_exists"),
        ({"description": "x" * 10_001}, "invalid_body_field"),
        ({"icon": "http://127.0.0.1/cat.png"}, "invalid_url"),
        ({"icon": "http://10.1.2.3:8080/cat.png"}, "invalid_url"),
        ({"banner": "not a url"}, "invalid_url"),
        ({"visibility": "Hidden"}, "unknown"),
        ({"discussion_languages": [9999]}, "language_not_allowed"),
    ],
)
async def test_what_a_community_cannot_be__M_1(app: Open, asked: dict[str, Any], error: str) -> None:
    alice = await app("alice")
    assert await alice.refused("POST", "/community", **{"name": "cats", "title": "Cats"} | asked) == (
        400,
        error,
    )
    assert (await alice.call("GET", "/community", params={"name": "cats"})).status_code == 404


async def test_who_founds_moderates_and_follows__M_2(app: Open) -> None:
    alice = await app("alice")
    said = await alice.post(
        "/community", name="cats", title="Cats", icon="https://1.1.1.1/cat.png", discussion_languages=[37, 0]
    )
    view = said["community_view"]
    assert (view["subscribed"], view["counts"]["subscribers"], said["discussion_languages"]) == (
        "Subscribed",
        1,
        [0, 37],
    )
    whole = await alice.get("/community", name="cats")
    assert [each["moderator"]["name"] for each in whole["moderators"]] == ["alice"]


async def test_only_admins_may_found_where_the_site_says_so__M_2(app: Open) -> None:
    alice, admin = await app("alice"), await app("admin")
    await admin.put("/site", community_creation_admin_only=True)
    refusal = await alice.refused("POST", "/community", name="birds", title="Birds")
    assert refusal == (400, "only_admins_can_create_communities")
    await admin.post("/community", name="birds", title="Birds")


async def test_unknown_names_are_404_and_unknown_ids_400__T_9(app: Open) -> None:
    nobody = await app()
    for name in ("nosuch", "nosuch@elsewhere.example"):
        assert await nobody.refused("GET", "/community", name=name) == (404, "couldnt_find_community")
    assert await nobody.refused("GET", "/community", id=99999) == (400, "couldnt_find_community")
    assert await nobody.refused("GET", "/community", id=0) == (400, "couldnt_find_community")


async def test_a_community_is_asked_for_by_id_or_name__M_5(app: Open, cast: Cast) -> None:
    nobody = await app()
    assert await nobody.refused("GET", "/community") == (400, "no_id_given")
    by_id = await nobody.get("/community", id=cast.gardening.id)
    assert by_id["site"]["name"] == "Here"
    for name in ("gardening", "GarDening", "gardening@here.example"):
        assert await nobody.get("/community", name=name) == by_id
    elsewhere = await nobody.get("/community", name="baking@there.example")
    assert "site" not in elsewhere
    assert [each["moderator"]["name"] for each in elsewhere["moderators"]] == ["carol"]


async def test_local_only_communities_do_not_exist_for_nobody__R_10(app: Open) -> None:
    nobody, alice = await app(), await app("alice")
    made = await alice.post("/community", name="attic", title="Attic", visibility="LocalOnly")
    number = made["community_view"]["community"]["id"]
    assert await nobody.refused("GET", "/community", id=number) == (400, "couldnt_find_community")
    assert await nobody.refused("GET", "/community", name="attic") == (400, "couldnt_find_community")
    assert (await alice.get("/community", name="attic"))["community_view"]["community"][
        "visibility"
    ] == "LocalOnly"


async def test_moderators_and_admins_edit__R_2(app: Open, cast: Cast) -> None:
    alice, bob, admin = await app("alice"), await app("bob"), await app("admin")
    here = {"community_id": cast.gardening.id}
    assert await alice.refused("PUT", "/community", **here, title="X") == (400, "not_a_mod_or_admin")
    assert await alice.refused("PUT", "/community", community_id=99999, title="X") == (
        400,
        "not_a_mod_or_admin",
    )
    assert await admin.refused("PUT", "/community", community_id=99999, title="X") == (
        400,
        "couldnt_find_community",
    )
    assert await bob.refused("PUT", "/community", **here, title="x" * 256) == (
        400,
        "couldnt_update_community",
    )
    said = await bob.put("/community", **here, description="See [rules](https://rules.example/?utm_source=x)")
    assert said["community_view"]["community"]["description"] == "See [rules](https://rules.example/)"
    said = await admin.put("/community", **here, title="Gardens", description="")
    assert said["community_view"]["community"]["title"] == "Gardens"
    assert "description" not in said["community_view"]["community"]


async def test_no_languages_mean_all__M_3(app: Open, cast: Cast) -> None:
    bob, here = await app("bob"), {"community_id": cast.gardening.id}
    assert await bob.refused("PUT", "/community", **here, discussion_languages=[9999]) == (
        400,
        "language_not_allowed",
    )
    assert (await bob.put("/community", **here, discussion_languages=[37]))["discussion_languages"] == [37]
    assert (await bob.put("/community", **here, discussion_languages=[]))["discussion_languages"] == []


async def test_following_twice_and_leaving_twice_is_no_error__M_4(app: Open, cast: Cast) -> None:
    alice = await app("alice")
    assert await alice.refused("POST", "/community/follow", community_id=99999, follow=True) == (
        400,
        "couldnt_find_community",
    )
    for follow, stands, count in (
        (True, "Subscribed", 1),
        (True, "Subscribed", 1),
        (False, "NotSubscribed", 0),
        (False, "NotSubscribed", 0),
    ):
        said = await alice.post("/community/follow", community_id=cast.gardening.id, follow=follow)
        assert said["community_view"]["subscribed"] == stands
        assert said["community_view"]["counts"]["subscribers"] == count
    said = await alice.post("/community/follow", community_id=cast.baking.id, follow=True)
    assert said["community_view"]["subscribed"] == "Pending"


async def test_pages_have_bounds__L_1(app: Open) -> None:
    nobody = await app()
    for asked in ({"limit": 0}, {"limit": 51}, {"page": 0}, {"page": 101}, {"limit": -1}):
        assert await nobody.refused("GET", "/community/list", **asked) == (400, "unknown")


async def test_lists_show_what_the_caller_may_see__L_17(app: Open, clock: FixedClock) -> None:
    nobody, alice, admin = await app(), await app("alice"), await app("admin")
    for more in (
        {"name": "night", "nsfw": True},
        {"name": "attic", "visibility": "LocalOnly"},
        {"name": "gone"},
    ):
        clock.advance(DAY)
        await alice.post("/community", title="New", **more)
    number = (await alice.get("/community", name="gone"))["community_view"]["community"]["id"]
    await alice.post("/community/delete", community_id=number, deleted=True)

    async def names(caller: App, **asked: Any) -> list[str]:
        views = (await caller.get("/community/list", sort="Old", **asked))["communities"]
        return [view["community"]["name"] for view in views]

    assert await names(nobody) == ["baking", "gardening"]
    assert await names(alice) == ["baking", "gardening", "attic"]
    assert await names(alice, show_nsfw=True, type_="Subscribed") == ["night", "attic"]
    assert await names(admin) == ["baking", "gardening", "attic", "gone"]
    assert await names(nobody, type_="Local", limit=1) == ["gardening"]


async def test_only_the_first_moderator_deletes__R_5(app: Open, cast: Cast) -> None:
    alice, bob, admin = await app("alice"), await app("bob"), await app("admin")
    asked = {"community_id": cast.gardening.id, "deleted": True}
    assert await alice.refused("POST", "/community/delete", **asked) == (400, "not_a_mod_or_admin")
    assert await admin.refused("POST", "/community/delete", **asked) == (400, "not_top_mod")
    said = await bob.post("/community/delete", **asked)
    assert said["community_view"]["community"]["deleted"]
    assert await bob.refused("PUT", "/community", community_id=cast.gardening.id, title="X") == (
        400,
        "deleted",
    )
    assert await alice.refused("GET", "/community", name="gardening") == (400, "couldnt_find_community")
    said = await bob.post("/community/delete", community_id=cast.gardening.id, deleted=False)
    assert not said["community_view"]["community"]["deleted"]


async def test_only_admins_remove__R_5(app: Open, cast: Cast) -> None:
    alice, bob, admin = await app("alice"), await app("bob"), await app("admin")
    asked = {"community_id": cast.gardening.id, "removed": True, "reason": "empty"}
    assert await alice.refused("POST", "/community/remove", **asked) == (400, "not_a_mod_or_admin")
    assert await bob.refused("POST", "/community/remove", **asked) == (400, "not_an_admin")
    unknown = await admin.refused("POST", "/community/remove", community_id=99999, removed=True)
    assert unknown == (404, "couldnt_update_community")
    assert (await admin.post("/community/remove", **asked))["community_view"]["community"]["removed"]
    assert await alice.refused("GET", "/community", name="gardening") == (400, "couldnt_find_community")
    assert (await bob.get("/community", name="gardening"))["community_view"]["community"]["removed"]


async def test_admins_hide__M_6(app: Open, cast: Cast) -> None:
    nobody, bob, admin = await app(), await app("bob"), await app("admin")
    assert await bob.refused("PUT", "/community/hide", community_id=99999, hidden=True) == (
        400,
        "not_an_admin",
    )
    unknown = await admin.refused("PUT", "/community/hide", community_id=99999, hidden=True)
    assert unknown == (404, "couldnt_update_community_hidden_status")
    said = await admin.put("/community/hide", community_id=cast.gardening.id, hidden=True, reason="quiet")
    assert said == {"success": True}
    names = [view["community"]["name"] for view in (await nobody.get("/community/list"))["communities"]]
    assert names == ["baking"]


async def test_moderators_appoint_and_dismiss_who_ranks_below__R_4(
    app: Open, cast: Cast, clock: FixedClock
) -> None:
    clock.advance(DAY)
    alice, bob, admin = await app("alice"), await app("bob"), await app("admin")
    here, who = {"community_id": cast.gardening.id}, cast.alice.id
    assert await alice.refused("POST", "/community/mod", **here, person_id=who, added=True) == (
        400,
        "not_a_mod_or_admin",
    )
    team = (await bob.post("/community/mod", **here, person_id=who, added=True))["moderators"]
    assert [each["moderator"]["name"] for each in team] == ["bob", "alice"]
    for number in (who, 99999):
        refusal = await bob.refused("POST", "/community/mod", **here, person_id=number, added=True)
        assert refusal == (400, "community_moderator_already_exists")
    assert await alice.refused("POST", "/community/mod", **here, person_id=cast.bob.id, added=False) == (
        400,
        "not_higher_mod",
    )
    assert len((await bob.post("/community/mod", **here, person_id=99999, added=False))["moderators"]) == 2
    assert len((await bob.post("/community/mod", **here, person_id=who, added=False))["moderators"]) == 1
    elsewhere = await admin.refused(
        "POST", "/community/mod", community_id=cast.baking.id, person_id=who, added=True
    )
    assert elsewhere == (400, "not_a_moderator")


async def test_a_transfer_answers_without_site_and_languages__M_7(app: Open, cast: Cast) -> None:
    alice, bob, admin = await app("alice"), await app("bob"), await app("admin")
    here = {"community_id": cast.gardening.id, "person_id": cast.alice.id}
    assert await alice.refused("POST", "/community/transfer", **here) == (400, "not_an_admin")
    assert await bob.refused("POST", "/community/transfer", **here) == (400, "unknown")
    unknown = await alice.refused("POST", "/community/transfer", community_id=99999, person_id=1)
    assert unknown == (400, "couldnt_find_community")
    await bob.put("/community", community_id=cast.gardening.id, discussion_languages=[37])
    await bob.post("/community/mod", **here, added=True)
    said = await admin.post("/community/transfer", **here)
    assert [each["moderator"]["name"] for each in said["moderators"]] == ["alice", "bob"]
    assert said["discussion_languages"] == []
    assert "site" not in said


async def test_bans_end_follows_and_lifting_restores_nothing__R_9(
    app: Open, cast: Cast, db: Database
) -> None:
    alice, bob = await app("alice"), await app("bob")
    here = {"community_id": cast.gardening.id, "person_id": cast.alice.id}
    for asked, error in (
        ({"expires": 1}, "ban_expiration_in_past"),
        ({"expires": 2**63 - 1}, "invalid_unix_time"),
        ({"reason": "x" * 10_001}, "invalid_body_field"),
    ):
        assert await bob.refused("POST", "/community/ban_user", **here, ban=True, **asked) == (400, error)
    nobody = await bob.refused(
        "POST", "/community/ban_user", community_id=cast.gardening.id, person_id=99999, ban=True
    )
    assert nobody == (400, "community_user_already_banned")
    assert await alice.refused("POST", "/community/ban_user", **here, ban=True) == (400, "not_a_mod_or_admin")
    await alice.post("/community/follow", community_id=cast.gardening.id, follow=True)
    async with db.write() as tx:
        await stories.post(tx, cast.alice, cast.gardening)
    said = await bob.post("/community/ban_user", **here, ban=True, reason="calm down", remove_data=True)
    assert (said["banned"], said["person_view"]["person"]["name"]) == (True, "alice")
    assert said["person_view"]["counts"]["post_count"] == 0
    view = (await alice.get("/community", name="gardening"))["community_view"]
    assert (view["banned_from_community"], view["subscribed"]) == (True, "NotSubscribed")
    follow = await alice.refused("POST", "/community/follow", community_id=cast.gardening.id, follow=True)
    assert follow == (400, "banned_from_community")
    assert not (await bob.post("/community/ban_user", **here, ban=False))["banned"]


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked for at other servers: there.example knows a community called cycling."""
    asked: list[str] = []

    def bring_of(context: Context) -> Bring:
        async def bring(handle: str) -> None:
            asked.append(handle)
            async with context.db.write() as tx:
                there = await tx.value("SELECT id FROM instance WHERE NOT local")
                await rows.community(tx, "cycling", moderators=[], instance_id=there, host=THERE)

        return bring

    monkeypatch.setattr("folkmoot.app.bring_of", bring_of)
    return asked


async def test_a_community_elsewhere_is_asked_for_by_members__L_6(
    asked_for: list[str], cast: Cast, app: Open
) -> None:
    nobody, alice = await app(), await app("alice")
    unknown = (404, "couldnt_find_community")
    assert await alice.refused("GET", "/community", name="cycling") == unknown
    assert await nobody.refused("GET", "/community", name=f"cycling@{THERE}") == unknown
    found = await alice.get("/community", name=f"cycling@{THERE}")
    assert found["community_view"]["community"]["name"] == "cycling"
    assert asked_for == [f"!cycling@{THERE}"]


@pytest.mark.parametrize("path", ["/post/list", "/comment/list", "/search"])
async def test_lists_ask_for_a_community_elsewhere_too__L_6(
    asked_for: list[str], cast: Cast, app: Open, path: str
) -> None:
    nobody, alice = await app(), await app("alice")
    more = {"q": "tyres"} if path == "/search" else {}
    assert await nobody.refused("GET", path, community_name=f"cycling@{THERE}", **more) == (404, "unknown")
    assert await alice.refused("GET", path, community_name="cycling", **more) == (404, "unknown")
    assert asked_for == []
    assert (await alice.get(path, community_name=f"cycling@{THERE}", **more)).get("posts", []) == []
    assert asked_for == [f"!cycling@{THERE}"]
    await alice.get(path, community_name=f"!cycling@{THERE}", **more)
    assert len(asked_for) == 1, "known by now"


async def test_what_a_member_looks_at_after_a_day_is_read_again__SND_12(
    app: Open, cast: Cast, db: Database, clock: FixedClock
) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE community SET last_refreshed = :now", now=tx.now)
    nobody, alice = await app(), await app("alice")
    look = "SELECT count(*) FROM job WHERE name = 'actors.look_again'"
    for who, later, expected in ((alice, 0, 0), (nobody, 2 * DAY, 0), (alice, 0, 1), (alice, 0, 1)):
        clock.advance(later)
        await who.get("/community", name=f"baking@{THERE}")
        async with db.read() as tx:
            assert await tx.value(look) == expected
