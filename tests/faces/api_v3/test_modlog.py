"""The log of moderation (O-4 to O-6)."""

from collections.abc import Awaitable, Callable

import pytest

from folkmoot.core.communities.moderators import appoint_moderator, transfer_community
from folkmoot.core.posts.feature import feature_post
from folkmoot.core.site.admins import appoint_admin
from folkmoot.core.site.purge import purge_comment
from folkmoot.store.db import Database
from tests.cast import Cast, somebody
from tests.core.moderation import stories
from tests.core.moderation.test_modlog import eventful_day
from tests.faces.api_v3.conftest import App

Open = Callable[..., Awaitable[App]]


@pytest.fixture
async def happened(db: Database, cast: Cast) -> tuple[int, int]:
    """Something of every kind; the ids of a post and a comment in it."""
    async with db.write() as tx:
        post, comment = await eventful_day(tx, cast)
        other = await stories.post(tx, cast.bob, cast.gardening, "Another")
        purged = await stories.comment(tx, cast.bob, other)
        await feature_post(tx, cast.admin, post, featured=True, site=True)
        dave = await somebody(tx, "dave")
        await appoint_moderator(tx, cast.bob, cast.gardening.id, dave.id)
        await transfer_community(tx, cast.bob, cast.gardening.id, dave.id)
        await appoint_admin(tx, cast.admin, cast.bob.id)
        await purge_comment(tx, cast.admin, purged.id)
        return post, comment


async def test_a_page_and_a_kind_have_the_form_of_the_contract__L_1(app: Open) -> None:
    nobody = await app()
    for asked in ({"limit": 0}, {"page": 0}, {"type_": "Everything"}):
        assert await nobody.refused("GET", "/modlog", **asked) == (400, "unknown")


async def test_a_private_site_shows_it_to_members__R_11(app: Open) -> None:
    nobody, admin = await app(), await app("admin")
    await admin.put("/site", private_instance=True, federation_enabled=False)
    assert await nobody.refused("GET", "/modlog") == (400, "instance_is_private")


async def test_fifteen_lists_always__O_4(app: Open, happened: tuple[int, int]) -> None:
    admin = await app("admin")
    said = await admin.get("/modlog")
    assert {name: len(lines) for name, lines in said.items()} == {
        "removed_posts": 1,
        "locked_posts": 1,
        "featured_posts": 2,
        "removed_comments": 1,
        "removed_communities": 1,
        "banned_from_community": 1,
        "banned": 1,
        "added_to_community": 1,
        "transferred_to_community": 1,
        "added": 1,
        "admin_purged_persons": 0,
        "admin_purged_communities": 0,
        "admin_purged_posts": 1,
        "admin_purged_comments": 1,
        "hidden_communities": 1,
    }
    one = await admin.get("/modlog", type_="ModFeaturePost", limit=1)
    assert len(one) == 15
    assert [line["mod_feature_post"]["is_featured_community"] for line in one.pop("featured_posts")] == [
        False
    ]
    assert not any(one.values())
    second = await admin.get("/modlog", type_="ModFeaturePost", limit=1, page=2)
    assert [line["mod_feature_post"]["id"] for line in second["featured_posts"]] == [1]


async def test_filters_leave_lists_empty__O_4(app: Open, cast: Cast, happened: tuple[int, int]) -> None:
    admin = await app("admin")

    async def filled(**asked: int) -> set[str]:
        return {name for name, lines in (await admin.get("/modlog", **asked)).items() if lines}

    of_community = await filled(community_id=cast.gardening.id)
    assert not of_community & {"banned", "added", "removed_communities", "admin_purged_posts"}
    assert of_community >= {"banned_from_community", "hidden_communities"}
    of_person = await filled(other_person_id=cast.alice.id)
    assert of_person >= {"banned", "banned_from_community"}
    assert not of_person & {"hidden_communities", "removed_communities", "admin_purged_posts"}
    assert await filled(post_id=happened[0]) == {"removed_posts", "locked_posts", "featured_posts"}
    assert await filled(comment_id=happened[1]) == {"removed_comments"}


async def test_names_of_moderators_are_for_moderators__O_5(
    app: Open, cast: Cast, happened: tuple[int, int]
) -> None:
    nobody, bob, admin = await app(), await app("bob"), await app("admin")
    line = (await nobody.get("/modlog", mod_person_id=99999))["locked_posts"][0]
    assert line["mod_lock_post"]["mod_person_id"] == cast.bob.id
    assert "moderator" not in line
    assert (await bob.get("/modlog"))["locked_posts"][0]["moderator"]["name"] == "bob"
    assert (await bob.get("/modlog", mod_person_id=cast.admin.id))["locked_posts"] == []
    await admin.put("/site", hide_modlog_mod_names=False)
    assert (await nobody.get("/modlog"))["locked_posts"][0]["moderator"]["name"] == "bob"


async def test_removed_texts_stay_readable__O_6(app: Open, happened: tuple[int, int]) -> None:
    nobody = await app()
    line = (await nobody.get("/modlog"))["removed_comments"][0]
    assert line["mod_remove_comment"]["reason"] == "rude"
    assert (line["comment"]["content"], line["commenter"]["name"]) == ("Water them.", "carol")
