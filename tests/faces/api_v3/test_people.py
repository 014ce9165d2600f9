"""People: their pages, blocks, and what the site says of the caller."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from folkmoot.model.time import MINUTE, FixedClock
from folkmoot.store.db import Database, count_statements
from tests import rows
from tests.cast import Cast
from tests.core.people.helpers import set_site
from tests.core.stories import write_comment, write_post
from tests.faces.api_v3.conftest import App

Open = Callable[..., Awaitable[App]]


def names(listed: list[Any]) -> list[str]:
    """What is listed: titles of posts, texts of comments."""
    return [view["comment"]["content"] if "comment" in view else view["post"]["name"] for view in listed]


# --- pages ------------------------------------------------------------------------------------------------------------------


async def test_who_is_not_found__Q_4(app: Open) -> None:
    nobody = await app()
    assert await nobody.refused("GET", "/user") == (400, "no_id_given")
    assert await nobody.refused("GET", "/user", person_id=99999) == (400, "couldnt_find_person")
    for name in ("nosuch", "alice@nowhere.example", "!alice", ""):
        assert await nobody.refused("GET", "/user", username=name) == (404, "couldnt_find_person")


@pytest.mark.parametrize("asked", [{"limit": 0}, {"limit": 51}, {"page": 0}, {"page": 101}])
async def test_a_page_has_its_bounds__L_1(app: Open, asked: dict[str, int]) -> None:
    assert await (await app()).refused("GET", "/user", username="alice", **asked) == (400, "unknown")


async def test_a_private_site_shows_nobody_to_visitors__R_11(app: Open, db: Database) -> None:
    async with db.write() as tx:
        await set_site(tx, private_instance=True)
    assert await (await app()).refused("GET", "/user", username="alice") == (400, "instance_is_private")
    assert (await (await app("bob")).get("/user", username="alice"))["person_view"]["person"][
        "name"
    ] == "alice"


async def test_deleted_people_are_for_admins__Q_4(app: Open, db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE person SET deleted = :yes WHERE id = :id", yes=True, id=cast.alice.id)
        tx.changed("person", cast.alice.id)
    bob, admin = await app("bob"), await app("admin")
    for asked in ({"person_id": cast.alice.id}, {"username": "alice"}):
        assert await bob.refused("GET", "/user", **asked) == (400, "couldnt_find_person")
        assert (await admin.get("/user", **asked))["person_view"]["person"]["deleted"]


@pytest.mark.parametrize("name", ["alice", "ALICE", "alice@here.example", "@Alice@HERE.example"])
async def test_a_name_is_found_in_any_case__Q_4(app: Open, name: str) -> None:
    found = await (await app()).get("/user", username=name)
    assert found["person_view"]["person"]["name"] == "alice"
    assert found["site"]["actor_id"] == "https://here.example/"


async def test_somebody_of_another_server_has_no_site_until_it_is_known(app: Open) -> None:
    found = await (await app()).get("/user", username="carol@there.example")
    assert found["person_view"]["person"]["actor_id"] == "https://there.example/u/carol"
    assert "site" not in found


async def test_posts_and_comments_are_paged_each_on_its_own__Q_5(
    app: Open, db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.write() as tx:
        orchard = await rows.community(tx, "orchard", moderators=[])
    alice = await app("alice")
    for number in range(4):
        clock.advance(MINUTE)
        place = orchard if number == 3 else cast.gardening.id
        async with db.write() as tx:
            await tx.run("DELETE FROM rate_bucket")
        post = (await alice.post("/post", name=f"Post {number}", community_id=place))["post_view"]["post"]
        if number < 3:
            await alice.post("/comment", post_id=post["id"], content=f"Comment {number}")
    nobody = await app()
    asked: dict[str, Any] = {"username": "alice", "sort": "New", "limit": 2}
    first, second = await nobody.get("/user", **asked), await nobody.get("/user", **asked, page=2)
    assert (names(first["posts"]), names(first["comments"])) == (
        ["Post 3", "Post 2"],
        ["Comment 2", "Comment 1"],
    )
    assert (names(second["posts"]), names(second["comments"])) == (["Post 1", "Post 0"], ["Comment 0"])
    assert names((await nobody.get("/user", **asked, community_id=orchard))["posts"]) == ["Post 3"]
    oldest = await nobody.get("/user", username="alice", sort="Old", limit=1)
    assert (names(oldest["posts"]), names(oldest["comments"])) == (["Post 0"], ["Comment 0"])
    assert first["person_view"]["counts"] == {"person_id": cast.alice.id, "post_count": 4, "comment_count": 3}


async def test_saved_things_are_the_readers_own__Q_5(app: Open, db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        kept = await write_post(tx, cast.bob, cast.gardening, "Kept")
        await write_post(tx, cast.bob, cast.gardening, "Not kept")
    alice, nobody = await app("alice"), await app()
    await alice.put("/post/save", post_id=kept.id, save=True)
    for whose in ("bob", "alice", "carol@there.example"):
        assert names((await alice.get("/user", username=whose, saved_only=True))["posts"]) == ["Kept"]
        assert (await nobody.get("/user", username=whose, saved_only=True))["posts"] == []


async def test_hidden_communities_are_left_out_even_for_followers__L_8(
    app: Open, db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        await write_post(tx, cast.bob, cast.gardening, "Behind the hedge")
    alice = await app("alice")
    await alice.post("/community/follow", community_id=cast.gardening.id, follow=True)
    assert names((await alice.get("/user", username="bob"))["posts"]) == ["Behind the hedge"]
    async with db.write() as tx:
        await tx.run("UPDATE community SET hidden = :yes WHERE id = :id", yes=True, id=cast.gardening.id)
        tx.changed("community", cast.gardening.id)
        tx.changed("posts")
    assert (await alice.get("/user", username="bob"))["posts"] == []


async def test_what_was_deleted_keeps_its_place_without_its_text__C_6(
    app: Open, db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.bob, cast.gardening)
        comment = await write_comment(tx, cast.alice, post, "Gone again")
    alice, admin, nobody = await app("alice"), await app("admin"), await app()
    await alice.post("/comment/delete", comment_id=comment.id, deleted=True)
    for reader, text in ((alice, ""), (nobody, ""), (admin, "Gone again")):
        assert names((await reader.get("/user", username="alice"))["comments"]) == [text]


async def test_comments_stay_on_the_page_where_their_post_is_gone__C_6(app: Open, cast: Cast) -> None:
    alice, bob = await app("alice"), await app("bob")
    post = await alice.post("/post", name="Slugs", community_id=cast.gardening.id)
    number = post["post_view"]["post"]["id"]
    said = await bob.post("/comment", post_id=number, content="Beer traps.")
    await bob.put("/comment/save", comment_id=said["comment_view"]["comment"]["id"], save=True)
    await bob.post("/post/remove", post_id=number, removed=True)
    for reader, asked in (
        (await app(), {}),
        (alice, {}),
        (bob, {"saved_only": True}),
    ):
        page = await reader.get("/user", username="bob", **asked)
        assert names(page["comments"]) == ["Beer traps."]
        assert names(page["posts"]) == []


async def test_removed_posts_are_on_the_page_for_admins__L_9(app: Open, db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.bob, cast.gardening, "Removed")
        await tx.run("UPDATE post SET removed = :yes WHERE id = :id", yes=True, id=post.id)
    for reader, seen in ((await app("admin"), ["Removed"]), (await app("alice"), []), (await app(), [])):
        assert names((await reader.get("/user", username="bob"))["posts"]) == seen


async def test_what_somebody_moderates_is_told_as_far_as_one_may_know__Q_5(
    app: Open, db: Database, cast: Cast
) -> None:
    states = {"gone": "deleted", "taken": "removed"}
    async with db.write() as tx:
        for name in (*states, "attic"):
            number = await rows.community(tx, name, moderators=[cast.bob.id])
            if name in states:
                await tx.run(
                    f"UPDATE community SET {states[name]} = :yes WHERE id = :id", yes=True, id=number
                )
            else:
                await tx.run("UPDATE community SET visibility = 'LocalOnly' WHERE id = :id", id=number)
    seen = {
        None: ["gardening"],
        "alice": ["attic", "gardening"],
        "bob": ["attic", "gone", "gardening"],
        "admin": ["attic", "taken", "gardening"],
    }
    for reader, listed in seen.items():
        found = await (await app(reader)).get("/user", username="bob")
        assert [each["community"]["name"] for each in found["moderates"]] == listed
        assert {each["moderator"]["name"] for each in found["moderates"]} == {"bob"}


# --- blocks -----------------------------------------------------------------------------------------------------------------


async def test_nobody_blocks__T_11(app: Open) -> None:
    nobody = await app()
    for path, what in (
        ("/user/block", "person_id"),
        ("/community/block", "community_id"),
        ("/site/block", "instance_id"),
    ):
        assert await nobody.refused("POST", path, **{what: 1, "block": True}) == (401, "incorrect_login")


async def test_who_and_what_cannot_be_blocked__R_8(app: Open, db: Database, cast: Cast) -> None:
    async with db.read() as tx:
        here = await tx.value("SELECT id FROM instance WHERE local")
    alice = await app("alice")
    for path, asked, error in (
        ("/user/block", {"person_id": cast.alice.id}, "cant_block_yourself"),
        ("/user/block", {"person_id": cast.admin.id}, "cant_block_admin"),
        ("/user/block", {"person_id": 99999}, "person_block_already_exists"),
        ("/community/block", {"community_id": 99999}, "community_block_already_exists"),
        ("/site/block", {"instance_id": here}, "cant_block_local_instance"),
        ("/site/block", {"instance_id": 99999}, "instance_block_already_exists"),
    ):
        assert await alice.refused("POST", path, **asked, block=True) == (400, error)


async def test_people_are_blocked_and_seen_again__R_8(app: Open, cast: Cast) -> None:
    alice = await app("alice")
    for block in (True, True, False, False):
        said = await alice.post("/user/block", person_id=cast.bob.id, block=block)
        assert (said["blocked"], said["person_view"]["person"]["name"]) == (block, "bob")
        listed = (await alice.get("/site"))["my_user"]["person_blocks"]
        assert [each["target"]["name"] for each in listed] == ["bob"] * block


async def test_a_blocked_community_is_left__R_8(app: Open, cast: Cast) -> None:
    alice = await app("alice")
    await alice.post("/community/follow", community_id=cast.gardening.id, follow=True)
    said = await alice.post("/community/block", community_id=cast.gardening.id, block=True)
    assert (said["blocked"], said["community_view"]["blocked"]) == (True, True)
    assert said["community_view"]["subscribed"] == "NotSubscribed"
    me = (await alice.get("/site"))["my_user"]
    assert (me["follows"], [each["community"]["name"] for each in me["community_blocks"]]) == (
        [],
        ["gardening"],
    )
    assert not (await alice.post("/community/block", community_id=cast.gardening.id, block=False))["blocked"]


async def test_a_server_is_blocked_with_what_it_says_of_itself__W_1(app: Open, db: Database) -> None:
    async with db.write() as tx:
        there = await tx.value("SELECT id FROM instance WHERE NOT local")
        await tx.run(
            "INSERT INTO site (instance_id, name, ap_id, inbox_url, published, last_refreshed)"
            " VALUES (:there, 'There', 'https://there.example/', 'https://there.example/inbox', :now, :now)",
            there=there, now=tx.now,
        )  # fmt: skip
    alice = await app("alice")
    assert await alice.post("/site/block", instance_id=there, block=True) == {"blocked": True}
    [blocked] = (await alice.get("/site"))["my_user"]["instance_blocks"]
    assert (blocked["instance"]["domain"], blocked["site"]["name"]) == ("there.example", "There")
    assert await alice.post("/site/block", instance_id=there, block=False) == {"blocked": False}
    assert (await alice.get("/site"))["my_user"]["instance_blocks"] == []


# --- the caller's part of the site --------------------------------------------------------------------------------------------


async def test_follows_stand_by_title_and_those_that_are_gone_do_not__W_1(
    app: Open, db: Database, cast: Cast
) -> None:
    numbers = {}
    async with db.write() as tx:
        for name, title in (("one", "Zebras"), ("two", "Apples"), ("gone", "Gone"), ("taken", "Taken")):
            numbers[name] = await rows.community(tx, name, moderators=[cast.bob.id])
            await tx.run("UPDATE community SET title = :title WHERE id = :id", title=title, id=numbers[name])
    alice = await app("alice")
    for number in numbers.values():
        await alice.post("/community/follow", community_id=number, follow=True)
    async with db.write() as tx:
        for name, state in (("gone", "deleted"), ("taken", "removed")):
            await tx.run(f"UPDATE community SET {state} = :yes WHERE id = :id", yes=True, id=numbers[name])
            tx.changed("community", numbers[name])
    me = (await alice.get("/site"))["my_user"]
    assert [each["community"]["title"] for each in me["follows"]] == ["Apples", "Zebras"]
    assert {each["follower"]["name"] for each in me["follows"]} == {"alice"}


async def test_the_own_part_is_kept_until_something_of_it_changes(
    app: Open, db: Database, cast: Cast
) -> None:
    alice, bob = await app("alice"), await app("bob")
    await alice.post("/community/follow", community_id=cast.gardening.id, follow=True)
    await alice.get("/site")
    with count_statements() as counter:
        first = await alice.get("/site")
    assert not [text for text in counter.statements if "community_follow" in text]
    await bob.put("/community", community_id=cast.gardening.id, title="Gardens")
    again = await alice.get("/site")
    assert first["my_user"]["follows"][0]["community"]["title"] == "Gardening"
    assert again["my_user"]["follows"][0]["community"]["title"] == "Gardens"
