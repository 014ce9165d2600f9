"""Changing one's own comment, deleting it, bringing it back."""

import pytest

from folkmoot.core.comments.delete import delete_comment
from folkmoot.core.comments.edit import EditComment, comment_to_edit, edit_comment
from folkmoot.core.comments.remove import remove_comment
from folkmoot.core.posts.delete import delete_post
from folkmoot.core.posts.remove import remove_post
from folkmoot.model.errors import Conflict, Invalid, NotAllowed, NotFound
from folkmoot.store import communities
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.core.stories import assert_counts_are_right, ban_here, now, set_site, write_comment, write_post


async def test_only_the_author_changes_it__C_7(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        comment = await write_comment(tx, cast.alice, await write_post(tx, cast.alice, cast.gardening))
        for change in (
            edit_comment(tx, cast.bob, EditComment(comment.id, "Mine")),
            comment_to_edit(tx, cast.admin, comment.id),
            delete_comment(tx, cast.bob, comment.id, deleted=True),
        ):
            with pytest.raises(NotAllowed, match="no_comment_edit_allowed"):
                await change
        for unknown in (
            edit_comment(tx, cast.alice, EditComment(99, "x")),
            delete_comment(tx, cast.alice, 99, deleted=True),
        ):
            with pytest.raises(NotFound, match="couldnt_find_comment"):
                await unknown


async def test_edits_obey_the_same_rules__P_2__P_6(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        comment = await write_comment(tx, cast.alice, await write_post(tx, cast.alice, cast.gardening))
        with pytest.raises(Invalid, match="invalid_body_field"):
            await edit_comment(tx, cast.alice, EditComment(comment.id, "a" * 10_001))
        await communities.set_languages(tx, cast.gardening.id, [37])
        with pytest.raises(Invalid, match="language_not_allowed"):
            await edit_comment(tx, cast.alice, EditComment(comment.id, language_id=32))
        await ban_here(tx, cast.gardening, cast.alice)
        with pytest.raises(NotAllowed, match="banned_from_community"):
            await edit_comment(tx, cast.alice, EditComment(comment.id, "Still here"))


async def test_an_edit_is_rendered_dated_and_filtered__W_4(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await set_site(tx, slur_filter_regex="weeds")
        comment = await write_comment(tx, cast.alice, await write_post(tx, cast.alice, cast.gardening))
        edited = (
            await edit_comment(tx, cast.alice, EditComment(comment.id, "*No* weeds", language_id=37))
        ).comment
        assert (edited.content, edited.content_html) == (
            "*No* *removed*",
            '<p dir="auto"><em>No</em> <em>removed</em></p>',
        )
        assert (edited.updated, edited.language_id) == (tx.now, 37)
        assert edited.version > comment.version


async def test_what_is_so_already_is_a_conflict__C_7(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        comment = await write_comment(tx, cast.alice, await write_post(tx, cast.alice, cast.gardening))
        with pytest.raises(Conflict, match="couldnt_update_comment"):
            await delete_comment(tx, cast.alice, comment.id, deleted=False)
        await delete_comment(tx, cast.alice, comment.id, deleted=True)
        with pytest.raises(Conflict, match="couldnt_update_comment"):
            await delete_comment(tx, cast.alice, comment.id, deleted=True)


async def test_a_deleted_comment_ceases_to_count_until_it_is_back__G_1__G_2(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        comment = await write_comment(tx, cast.bob, post)
        await delete_comment(tx, cast.bob, comment.id, deleted=True)
        assert (
            (await now(tx, post)).comments,
            (await now(tx, cast.gardening)).comments,
            (await now(tx, cast.bob.person)).comment_count,
        ) == (0, 0, 0)
    await assert_counts_are_right(db)
    async with db.write() as tx:
        assert not (await delete_comment(tx, cast.bob, comment.id, deleted=False)).deleted
        assert (
            (await now(tx, post)).comments,
            (await now(tx, cast.gardening)).comments,
            (await now(tx, cast.bob.person)).comment_count,
        ) == (1, 1, 1)
    await assert_counts_are_right(db)


async def test_removed_and_deleted_count_only_once__G_1(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        comment = await write_comment(tx, cast.alice, post)
        await remove_comment(tx, cast.bob, comment.id, removed=True)
        await delete_comment(tx, cast.alice, comment.id, deleted=True)
    await assert_counts_are_right(db)
    async with db.write() as tx:
        await delete_comment(tx, cast.alice, comment.id, deleted=False)
        assert (await now(tx, post)).comments == 0
    await assert_counts_are_right(db)


async def test_under_posts_that_do_not_count_communities_count_nothing__G_3(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        first, second = [await write_comment(tx, cast.bob, post, text) for text in ("One", "Two")]
        await delete_post(tx, cast.alice, post.id, deleted=True)
        await delete_comment(tx, cast.bob, first.id, deleted=True)
    await assert_counts_are_right(db)
    async with db.write() as tx:
        await delete_post(tx, cast.alice, post.id, deleted=False)
        assert (await now(tx, cast.gardening)).comments == 1
        await remove_post(tx, cast.bob, post.id, removed=True)
        await delete_comment(tx, cast.bob, first.id, deleted=False)
        await delete_comment(tx, cast.bob, second.id, deleted=True)
    await assert_counts_are_right(db)
