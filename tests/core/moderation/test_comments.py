"""What moderators do with comments."""

import pytest

from folkmoot.core.comments.distinguish import distinguish_comment
from folkmoot.core.comments.remove import remove_comment
from folkmoot.core.posts.remove import remove_post
from folkmoot.model.errors import NotAllowed, NotFound
from folkmoot.store.db import Database
from tests.cast import Cast, somebody
from tests.core.moderation import stories
from tests.core.moderation.drift import assert_no_drift


async def test_there_is_no_such_comment(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotFound, match="couldnt_find_comment"):
            await remove_comment(tx, cast.bob, 999, removed=True)
        with pytest.raises(NotFound, match="couldnt_find_comment"):
            await distinguish_comment(tx, cast.bob, 999, distinguished=True)


async def test_members_remove_nothing__R_2(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening)
        comment = await stories.comment(tx, cast.carol, post)
        with pytest.raises(NotAllowed, match="not_a_mod_or_admin"):
            await remove_comment(tx, cast.alice, comment.id, removed=True)


async def test_moderators_do_not_remove_comments_of_admins__R_4(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening)
        comment = await stories.comment(tx, cast.admin, post)
        with pytest.raises(NotAllowed, match="not_higher_mod"):
            await remove_comment(tx, cast.bob, comment.id, removed=True)


async def test_what_its_author_deleted_is_not_moderated__C_7(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening)
        comment = await stories.comment(tx, cast.alice, post)
        await tx.run("UPDATE comment SET deleted = :yes", yes=True)
        for removed in (True, False):
            with pytest.raises(NotAllowed, match="couldnt_update_comment"):
                await remove_comment(tx, cast.bob, comment.id, removed=removed)


async def test_removing_and_restoring_count_and_are_logged__P_16(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening)
        comment = await stories.comment(tx, cast.carol, post)
        await stories.comment(tx, cast.alice, post, "thanks", comment)
        await tx.run(
            "INSERT INTO comment_report (creator_id, comment_id, original_comment_text, reason, published) VALUES (:who, :id, 'x', 'rude', :now)",
            who=cast.alice.id, id=comment.id, now=tx.now,
        )  # fmt: skip
        await remove_comment(tx, cast.bob, comment.id, removed=True, reason="rule 2")
        assert (await stories.post_now(tx, post)).comments == 1
        assert bool(await tx.value("SELECT resolved FROM comment_report"))
        await assert_no_drift(tx)
        await remove_comment(tx, cast.bob, comment.id, removed=False)
        await remove_comment(tx, cast.bob, comment.id, removed=False)
        await assert_no_drift(tx)
        assert await stories.log(tx) == [
            ("remove_comment", 1, True, "rule 2"),
            ("remove_comment", 2, False, None),
        ]


async def test_comments_of_a_removed_post_leave_the_community_alone__G_3(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening)
        comment = await stories.comment(tx, cast.carol, post)
        await remove_post(tx, cast.bob, post.id, removed=True)
        await remove_comment(tx, cast.bob, comment.id, removed=True)
        await assert_no_drift(tx)
        await remove_post(tx, cast.bob, post.id, removed=False)
        await remove_comment(tx, cast.bob, comment.id, removed=False)
        await assert_no_drift(tx)


async def test_only_own_comments_are_distinguished__C_8(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening)
        hers = await stories.comment(tx, cast.alice, post)
        with pytest.raises(NotAllowed, match="not_a_mod_or_admin"):
            await distinguish_comment(tx, cast.alice, hers.id, distinguished=True)
        # Whose it is comes before who one is (T-12).
        for other in (cast.bob, await somebody(tx, "dora")):
            with pytest.raises(NotAllowed, match="no_comment_edit_allowed"):
                await distinguish_comment(tx, other, hers.id, distinguished=True)


async def test_moderators_and_admins_speak_as_such__C_8(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening)
        for officer in (cast.bob, cast.admin):
            comment = await stories.comment(tx, officer, post)
            assert (await distinguish_comment(tx, officer, comment.id, distinguished=True)).distinguished
            assert not (await distinguish_comment(tx, officer, comment.id, distinguished=False)).distinguished
