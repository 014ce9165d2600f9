"""Deleting one's own post, and bringing it back."""

import pytest

from folkmoot.core.posts.delete import delete_post
from folkmoot.core.posts.remove import remove_post
from folkmoot.core.site import upkeep
from folkmoot.model.errors import Conflict, NotAllowed, NotFound
from folkmoot.model.time import DAY, FixedClock
from folkmoot.store import communities
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.core.stories import assert_counts_are_right, now, write_comment, write_post


async def test_only_the_author_deletes__P_8(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        with pytest.raises(NotAllowed, match="no_post_edit_allowed"):
            await delete_post(tx, cast.bob, post.id, deleted=True)
        with pytest.raises(NotFound, match="couldnt_find_post"):
            await delete_post(tx, cast.alice, post.id + 1, deleted=True)


async def test_what_is_so_already_is_a_conflict__P_8(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        with pytest.raises(Conflict, match="couldnt_update_post"):
            await delete_post(tx, cast.alice, post.id, deleted=False)
        await delete_post(tx, cast.alice, post.id, deleted=True)
        with pytest.raises(Conflict, match="couldnt_update_post"):
            await delete_post(tx, cast.alice, post.id, deleted=True)


async def test_in_a_removed_community_nothing_is_deleted__R_3(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        await communities.update(tx, cast.gardening.id, {"removed": True})
        with pytest.raises(NotAllowed, match="deleted"):
            await delete_post(tx, cast.alice, post.id, deleted=True)


async def test_a_deleted_post_ceases_to_count_until_it_is_back__G_2__G_3(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        await write_comment(tx, cast.bob, post)
        deleted = await delete_post(tx, cast.alice, post.id, deleted=True)
        assert deleted.deleted
        assert deleted.version > post.version
        community = await now(tx, cast.gardening)
        assert (community.posts, community.comments) == (0, 0)
    await assert_counts_are_right(db)
    async with db.write() as tx:
        back = await delete_post(tx, cast.alice, post.id, deleted=False)
        assert (back.deleted, back.updated) == (False, None)
        community = await now(tx, cast.gardening)
        assert (community.posts, community.comments) == (1, 1)
    await assert_counts_are_right(db)


async def test_a_removed_post_that_is_deleted_counts_only_once__G_3(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        await remove_post(tx, cast.bob, post.id, removed=True)
        await delete_post(tx, cast.alice, post.id, deleted=True)
    await assert_counts_are_right(db)
    async with db.write() as tx:
        await delete_post(tx, cast.alice, post.id, deleted=False)
        assert (await now(tx, cast.gardening)).posts == 0
    await assert_counts_are_right(db)


async def test_an_old_post_can_be_brought_back_for_a_month__P_15(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening, body="Keep me")
    clock.advance(100 * DAY)
    async with db.write() as tx:
        await delete_post(tx, cast.alice, post.id, deleted=True)
    clock.advance(20 * DAY)
    await upkeep.overwrite_deleted(db)
    async with db.write() as tx:
        assert (await delete_post(tx, cast.alice, post.id, deleted=False)).body == "Keep me"
        await delete_post(tx, cast.alice, post.id, deleted=True)
    clock.advance(32 * DAY)
    await upkeep.overwrite_deleted(db)
    async with db.read() as tx:
        assert (await now(tx, post)).body == "*Permanently Deleted*"
