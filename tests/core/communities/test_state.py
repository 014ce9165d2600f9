"""Delete, remove, hide; follow and leave."""

import asyncio

import pytest

from folkmoot.core.communities.delete import delete_community
from folkmoot.core.communities.edit import EditCommunity, edit_community
from folkmoot.core.communities.follow import accept_follow, follow_community, unfollow_community
from folkmoot.core.communities.remove import hide_community, remove_community
from folkmoot.model.errors import Invalid, NotAllowed, NotFound, NotLoggedIn
from folkmoot.model.people import ANONYMOUS
from folkmoot.model.tags import read_tags
from folkmoot.store import bans, communities
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.core.moderation import stories
from tests.core.moderation.drift import assert_no_drift


async def test_even_an_admin_does_not_delete_a_community__R_5(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotAllowed, match="not_top_mod"):
            await delete_community(tx, cast.admin, cast.gardening.id, deleted=True)


async def test_the_second_moderator_does_not_delete_it__R_5(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE community_moderator SET published = published - 1")
        await communities.add_moderator(tx, cast.gardening.id, cast.alice.id)
        with pytest.raises(NotAllowed, match="not_top_mod"):
            await delete_community(tx, cast.alice, cast.gardening.id, deleted=True)


async def test_there_is_nothing_to_delete(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotAllowed, match="not_a_mod_or_admin"):
            await delete_community(tx, cast.bob, 999, deleted=True)
        with pytest.raises(NotFound, match="couldnt_find_community"):
            await delete_community(tx, cast.admin, 999, deleted=True)


async def test_a_deleted_community_cannot_be_edited_but_restored__R_2(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        assert (await delete_community(tx, cast.bob, cast.gardening.id, deleted=True)).deleted
        with pytest.raises(NotAllowed, match="deleted"):
            await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, title="Still here"))
        assert not (await delete_community(tx, cast.bob, cast.gardening.id, deleted=False)).deleted
        await assert_no_drift(tx)


async def test_what_many_do_to_it_at_once_is_counted_once(db: Database, cast: Cast) -> None:
    number = cast.gardening.id

    async def remove(removed: bool) -> None:
        async with db.write() as tx:
            await remove_community(tx, cast.admin, number, removed=removed)

    async def delete(deleted: bool) -> None:
        async with db.write() as tx:
            await delete_community(tx, cast.bob, number, deleted=deleted)

    for state in (True, False, True):
        await asyncio.gather(
            *(remove(state) for _ in range(4)),
            *(delete(state) for _ in range(4)),
        )
        async with db.write() as tx:
            await assert_no_drift(tx)


async def test_moderators_do_not_remove_communities__R_5(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotAllowed, match="not_an_admin"):
            await remove_community(tx, cast.bob, cast.gardening.id, removed=True)
        with pytest.raises(NotAllowed, match="not_an_admin"):
            await hide_community(tx, cast.bob, cast.gardening.id, hidden=True)


async def test_a_reason_has_its_limit__R_9(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(Invalid, match="invalid_body_field"):
            await remove_community(tx, cast.admin, cast.gardening.id, removed=True, reason="x" * 10_001)


async def test_removing_and_restoring_are_logged(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        assert (
            await remove_community(tx, cast.admin, cast.gardening.id, removed=True, reason=" spam ")
        ).removed
        await remove_community(tx, cast.admin, cast.gardening.id, removed=True, reason="again")
        await remove_community(tx, cast.admin, cast.gardening.id, removed=False)
        assert await stories.log(tx) == [
            ("remove_community", 1, True, "spam"),
            ("remove_community", 2, False, None),
        ]


async def test_hiding_is_logged__M_6(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        assert (await hide_community(tx, cast.admin, cast.gardening.id, hidden=True, reason="noisy")).hidden
        assert await stories.log(tx) == [("hide_community", 1, True, "noisy")]


async def test_its_own_server_may_remove_a_community_elsewhere(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotAllowed, match="not_a_mod_or_admin"):
            await remove_community(tx, cast.carol, cast.gardening.id, removed=True)
        assert (await remove_community(tx, cast.carol, cast.baking.id, removed=True)).removed


async def test_visitors_follow_nothing__M_4(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotLoggedIn):
            await follow_community(tx, ANONYMOUS, cast.gardening.id)
        with pytest.raises(NotLoggedIn):
            await unfollow_community(tx, ANONYMOUS, cast.gardening.id)


async def test_who_is_banned_there_does_not_follow_a_local_community__M_4(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for community in (cast.gardening, cast.baking):
            await bans.set_community_ban(tx, community.id, cast.alice.id, expires=None)
        with pytest.raises(NotAllowed, match="banned_from_community"):
            await follow_community(tx, cast.alice, cast.gardening.id)
        assert await follow_community(tx, cast.alice, cast.baking.id) == "Pending"


async def test_a_local_only_community_does_not_exist_for_others__R_10(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await communities.update(tx, cast.gardening.id, {"visibility": "LocalOnly"})
        with pytest.raises(NotFound, match="couldnt_find_community"):
            await follow_community(tx, cast.carol, cast.gardening.id)


async def test_a_local_community_is_followed_at_once__M_4(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        assert await follow_community(tx, cast.alice, cast.gardening.id) == "Subscribed"
        assert await follow_community(tx, cast.alice, cast.gardening.id) == "Subscribed"
        found = await communities.by_id(tx, cast.gardening.id)
        assert found
        assert (found.subscribers, found.subscribers_local) == (1, 1)
        assert await unfollow_community(tx, cast.alice, cast.gardening.id) == "NotSubscribed"
        assert await unfollow_community(tx, cast.alice, cast.gardening.id) == "NotSubscribed"
        await assert_no_drift(tx)


async def test_followers_from_elsewhere_are_no_local_ones__G_3(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await follow_community(tx, cast.carol, cast.gardening.id)
        found = await communities.by_id(tx, cast.gardening.id)
        assert found
        assert (found.subscribers, found.subscribers_local) == (1, 0)
        await assert_no_drift(tx)


async def test_a_remote_community_is_asked_first__M_4(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        assert await follow_community(tx, cast.alice, cast.baking.id) == "Pending"
        assert await accept_follow(tx, cast.baking.id, cast.alice.id)
        assert not await accept_follow(tx, cast.baking.id, cast.alice.id)
        assert await follow_community(tx, cast.alice, cast.baking.id) == "Subscribed"
        found = await communities.by_id(tx, cast.baking.id)
        assert found
        assert (found.subscribers, found.subscribers_local) == (0, 1)


async def test_the_site_counts_communities_that_are_neither_deleted_nor_removed__G_5(
    db: Database, cast: Cast
) -> None:
    async def counted() -> int:
        number: int = await tx.value("SELECT communities FROM local_site")
        return number

    async with db.write() as tx:
        before = await counted()
        await delete_community(tx, cast.bob, cast.gardening.id, deleted=True)
        assert await counted() == before - 1
        await remove_community(tx, cast.admin, cast.gardening.id, removed=True)
        await delete_community(tx, cast.bob, cast.gardening.id, deleted=False)
        await remove_community(tx, cast.admin, cast.baking.id, removed=True)
        assert await counted() == before - 1
        await remove_community(tx, cast.admin, cast.gardening.id, removed=False)
        assert await counted() == before
        await assert_no_drift(tx)


async def test_moderators_say_which_tags_posts_may_have(db: Database, cast: Cast) -> None:
    async def tagged(*titles: str) -> list[tuple[str, str]]:
        async with db.write() as tx:
            asked = EditCommunity(cast.gardening.id, post_tags=titles)
            changed = await edit_community(tx, cast.bob, asked)
        return [(tag.key, tag.title) for tag in read_tags(changed.post_tags)]

    assert await tagged("News", " Sick   plants ", "", "!?", "news") == [
        ("news", "News"),
        ("sick-plants", "Sick plants"),
    ]
    assert await tagged("Sick plants", "Wörter & Töne") == [
        ("sick-plants", "Sick plants"),
        ("wörter-töne", "Wörter & Töne"),
    ]
    async with db.write() as tx:
        await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, title="Soil"))
        with pytest.raises(Invalid, match="tag_too_long"):
            await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, post_tags=("x" * 101,)))
        with pytest.raises(NotAllowed, match="not_a_mod_or_admin"):
            await edit_community(tx, cast.alice, EditCommunity(cast.gardening.id, post_tags=("Mine",)))
        unchanged = await communities.by_id(tx, cast.gardening.id)
        assert unchanged is not None
        assert [tag.key for tag in read_tags(unchanged.post_tags)] == ["sick-plants", "wörter-töne"]
    assert await tagged() == []


async def test_a_community_elsewhere_has_the_tags_that_its_home_gives_it(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await communities.add_moderator(tx, cast.baking.id, cast.bob.id)
        changed = await edit_community(tx, cast.bob, EditCommunity(cast.baking.id, post_tags=("Mine",)))
        assert changed.post_tags == ""
