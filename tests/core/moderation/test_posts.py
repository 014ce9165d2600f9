"""What moderators do with posts."""

import pytest

from folkmoot.core.communities.moderators import appoint_moderator
from folkmoot.core.posts.feature import feature_post
from folkmoot.core.posts.lock import lock_post
from folkmoot.core.posts.remove import remove_post
from folkmoot.model.errors import Invalid, NotAllowed, NotFound, NotLoggedIn
from folkmoot.model.people import ANONYMOUS
from folkmoot.model.time import DAY, FixedClock
from folkmoot.store import communities
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.core.moderation import stories
from tests.core.moderation.drift import assert_no_drift


async def test_there_is_no_such_post(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotFound, match="couldnt_find_post"):
            await remove_post(tx, cast.bob, 999, removed=True)
        with pytest.raises(NotFound, match="couldnt_find_post"):
            await lock_post(tx, cast.bob, 999, locked=True)
        with pytest.raises(NotFound, match="couldnt_find_post"):
            await feature_post(tx, cast.bob, 999, featured=True)


async def test_members_remove_lock_and_pin_nothing__R_2(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening)
        with pytest.raises(NotLoggedIn):
            await remove_post(tx, ANONYMOUS, post.id, removed=True)
        with pytest.raises(NotAllowed, match="not_a_mod_or_admin"):
            await remove_post(tx, cast.alice, post.id, removed=True)
        with pytest.raises(NotAllowed, match="not_a_mod_or_admin"):
            await lock_post(tx, cast.alice, post.id, locked=True)
        with pytest.raises(NotAllowed, match="not_a_mod_or_admin"):
            await feature_post(tx, cast.alice, post.id, featured=True)


async def test_only_admins_pin_to_the_site__P_13(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening)
        with pytest.raises(NotAllowed, match="not_an_admin"):
            await feature_post(tx, cast.bob, post.id, featured=True, site=True)


async def test_a_moderator_does_not_remove_posts_of_admins_or_earlier_ones__R_4(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    clock.advance(DAY)
    async with db.write() as tx:
        await appoint_moderator(tx, cast.bob, cast.gardening.id, cast.alice.id)
        for author in (cast.bob, cast.admin):
            post = await stories.post(tx, author, cast.gardening)
            with pytest.raises(NotAllowed, match="not_higher_mod"):
                await remove_post(tx, cast.alice, post.id, removed=True)


async def test_nothing_is_moderated_in_a_removed_community__R_2(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening)
        await communities.update(tx, cast.gardening.id, {"removed": True})
        with pytest.raises(NotAllowed, match="deleted"):
            await remove_post(tx, cast.bob, post.id, removed=True)


async def test_a_reason_has_its_limit__R_9(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening)
        with pytest.raises(Invalid, match="invalid_body_field"):
            await remove_post(tx, cast.bob, post.id, removed=True, reason="𐍈" * 5001)


async def test_removing_and_restoring_count_and_are_logged__P_16(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening)
        await stories.comment(tx, cast.bob, post)
        removed = await remove_post(tx, cast.bob, post.id, removed=True, reason="off topic")
        assert removed.removed
        assert removed.version > post.version
        found = await communities.by_id(tx, cast.gardening.id)
        assert found
        assert (found.posts, found.comments) == (0, 0)
        await assert_no_drift(tx)
        await remove_post(tx, cast.bob, post.id, removed=True, reason="twice")
        await remove_post(tx, cast.admin, post.id, removed=False)
        await assert_no_drift(tx)
        assert await stories.log(tx) == [
            ("remove_post", 1, True, "off topic"),
            ("remove_post", 2, False, None),
        ]


async def test_a_deleted_post_that_is_removed_counts_only_once__G_3(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening)
        await tx.run("UPDATE post SET deleted = :yes", yes=True)
        await tx.run("UPDATE community SET posts = 0")
        await tx.run("UPDATE person SET post_count = 0")
        await tx.run("UPDATE local_site SET posts = 0")
        await remove_post(tx, cast.bob, post.id, removed=True)
        await assert_no_drift(tx)
        await remove_post(tx, cast.bob, post.id, removed=False)
        await assert_no_drift(tx)


async def test_removing_closes_the_reports__P_16(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening)
        await tx.run(
            "INSERT INTO post_report (creator_id, post_id, original_post_name, reason, published) VALUES (:who, :post, 'x', 'spam', :now)",
            who=cast.carol.id, post=post.id, now=tx.now,
        )  # fmt: skip
        await remove_post(tx, cast.bob, post.id, removed=True)
        row = await tx.first("SELECT resolved, resolver_id FROM post_report")
        assert row
        assert (bool(row[0]), row[1]) == (True, cast.bob.id)


async def test_locking_and_pinning_are_two_ways_and_logged__P_12__P_13(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening)
        assert (await lock_post(tx, cast.bob, post.id, locked=True, reason="heated")).locked
        await lock_post(tx, cast.bob, post.id, locked=True)
        assert not (await lock_post(tx, cast.bob, post.id, locked=False)).locked
        assert (await feature_post(tx, cast.bob, post.id, featured=True)).featured_community
        both = await feature_post(tx, cast.admin, post.id, featured=True, site=True)
        assert (both.featured_community, both.featured_local) == (True, True)
        assert not (await feature_post(tx, cast.bob, post.id, featured=False)).featured_community
        assert await stories.log(tx) == [
            ("lock_post", 1, True, "heated"),
            ("lock_post", 2, False, None),
            ("feature_post", 1, True, None),
            ("feature_post_site", 2, True, None),
            ("feature_post", 3, False, None),
        ]


async def test_its_own_server_moderates_a_community_elsewhere(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.baking)
        assert (await remove_post(tx, cast.carol, post.id, removed=True)).removed
        await assert_no_drift(tx)
