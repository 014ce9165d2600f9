"""Saving, hiding, marking as read, visiting: what is one reader's own about posts."""

import pytest

from folkmoot.core.comments.save import save_comment
from folkmoot.core.posts.hide import hide_post, hide_posts
from folkmoot.core.posts.read import mark_post_read, mark_posts_read, record_visit
from folkmoot.core.posts.save import save_post
from folkmoot.core.threads.read import ReadThread, read_thread
from folkmoot.model.errors import Invalid, NotFound, NotLoggedIn
from folkmoot.model.people import ANONYMOUS
from folkmoot.model.time import HOUR, MINUTE, FixedClock
from folkmoot.store import marks
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.core.stories import now, write_comment, write_post

# --- refusals ------------------------------------------------------------------------------------------------------


async def test_marks_are_for_people_with_accounts__T_11(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        comment = await write_comment(tx, cast.alice, post)
        with pytest.raises(NotLoggedIn):
            await save_post(tx, ANONYMOUS, post.id, saved=True)
        with pytest.raises(NotLoggedIn):
            await save_comment(tx, ANONYMOUS, comment.id, saved=True)
        with pytest.raises(NotLoggedIn):
            await hide_posts(tx, ANONYMOUS, [post.id], hidden=True)
        with pytest.raises(NotLoggedIn):
            await mark_posts_read(tx, ANONYMOUS, [post.id], read=True)


async def test_unknown_posts_are_an_error__P_14(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        with pytest.raises(Invalid, match="couldnt_hide_post"):
            await hide_posts(tx, cast.bob, [post.id, post.id + 1], hidden=True)
        with pytest.raises(Invalid, match="couldnt_mark_post_as_read"):
            await mark_posts_read(tx, cast.bob, [post.id, post.id + 1], read=True)
        for change in (
            hide_post(tx, cast.bob, 99, hidden=True),
            mark_post_read(tx, cast.bob, 99, read=True),
            save_post(tx, cast.bob, 99, saved=True),
        ):
            with pytest.raises(NotFound, match=r"couldnt_(find|save)_post"):
                await change
        with pytest.raises(NotFound, match="couldnt_save_comment"):
            await save_comment(tx, cast.bob, 99, saved=True)


async def test_ten_thousand_at_once_are_enough__P_14(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(Invalid, match="too_many_items"):
            await hide_posts(tx, cast.bob, range(1, 10_002), hidden=True)
        with pytest.raises(Invalid, match="too_many_items"):
            await mark_posts_read(tx, cast.bob, range(1, 10_002), read=True)
        post = await write_post(tx, cast.alice, cast.gardening)
        await hide_posts(tx, cast.bob, [post.id] * 10_001, hidden=True)
        await mark_posts_read(tx, cast.bob, [post.id] * 10_001, read=True)
        for mark in ("hidden", "read"):
            assert await marks.has(tx, mark, cast.bob.id, post.id), "repeats are one"


# --- marks ---------------------------------------------------------------------------------------------------------


async def test_saving_and_taking_out_can_be_repeated(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        comment = await write_comment(tx, cast.alice, post)
        for saved in (True, True, False, False):
            assert await save_post(tx, cast.bob, post.id, saved=saved) is saved
            assert await marks.has(tx, "saved post", cast.bob.id, post.id) is saved
            assert await save_comment(tx, cast.bob, comment.id, saved=saved) is saved
            assert await marks.has(tx, "saved comment", cast.bob.id, comment.id) is saved
        assert await save_post(tx, cast.bob, post.id, saved=None)
        assert await save_comment(tx, cast.bob, comment.id, saved=None)
        assert not await save_post(tx, cast.bob, post.id, saved=None)


async def test_hiding_and_reading_take_lists_with_repeats__P_14(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        first, second = [
            await write_post(tx, cast.alice, cast.gardening, name) for name in ("First", "Second")
        ]
        both = [first.id, second.id, first.id]
        await hide_posts(tx, cast.bob, both, hidden=True)
        await mark_posts_read(tx, cast.bob, both, read=True)
        for mark in ("hidden", "read"):
            assert [await marks.has(tx, mark, cast.bob.id, number) for number in both] == [True] * 3
        await hide_posts(tx, cast.bob, [first.id, 99], hidden=False)
        await mark_posts_read(tx, cast.bob, [first.id, 99], read=False)
        for mark in ("hidden", "read"):
            assert [await marks.has(tx, mark, cast.bob.id, number) for number in both] == [False, True, False]
        assert await hide_post(tx, cast.bob, first.id, hidden=None)
        assert not await mark_post_read(tx, cast.bob, second.id, read=None)


async def test_marking_unread_keeps_how_many_comments_were_seen__P_10(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        await write_comment(tx, cast.alice, post)
        await record_visit(tx, cast.bob, await now(tx, post))
        await mark_posts_read(tx, cast.bob, [post.id], read=False)
        assert (
            await tx.value("SELECT read_comments FROM post_read WHERE person_id = :id", id=cast.bob.id) == 1
        )


# --- visits --------------------------------------------------------------------------------------------------------


async def test_a_visit_marks_read_and_counts_what_is_seen__P_9(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        await write_comment(tx, cast.alice, post)
        assert await record_visit(tx, cast.bob, await now(tx, post)) is None
        view = (await read_thread(tx, cast.bob, ReadThread(post.id))).post
        assert (view.mine.read, view.mine.read_comments, view.unread_comments, view.mine.visited) == (
            True,
            1,
            0,
            None,
        )
        assert await record_visit(tx, ANONYMOUS, post) is None
        assert await record_visit(tx, cast.carol, post) is None


async def test_what_came_since_the_last_visit_is_new_and_stays_new_while_the_visit_lasts(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    async def look() -> list[int]:
        """Bob opens the thread, first reading it and then leaving his mark; which comments are new to him."""
        async with db.read() as tx:
            thread = await read_thread(tx, cast.bob, ReadThread(post.id))
        async with db.write() as tx:
            since = await record_visit(tx, cast.bob, thread.post.post)
        assert since == thread.post.mine.visited
        new = [line.id for line in thread.lines if since is not None and line.published > since]
        assert len(new) == thread.new_comments
        return new

    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        await write_comment(tx, cast.alice, post, "Before")
    assert await look() == []
    clock.advance(10 * MINUTE)
    assert await look() == [], "the first visit goes on"
    clock.advance(HOUR)
    async with db.write() as tx:
        second = await write_comment(tx, cast.alice, post, "While away")
    assert await look() == [second.id]
    clock.advance(20 * MINUTE)
    async with db.write() as tx:
        third = await write_comment(tx, cast.alice, post, "While reading")
    assert sorted(await look()) == [second.id, third.id], "a reload keeps the highlights"
    clock.advance(31 * MINUTE)
    assert await look() == [], "all of that was seen"


async def test_marks_without_a_visit_make_nothing_new(db: Database, cast: Cast, clock: FixedClock) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        await mark_posts_read(tx, cast.bob, [post.id], read=True)
    clock.advance(HOUR)
    async with db.write() as tx:
        await write_comment(tx, cast.alice, post)
        assert await record_visit(tx, cast.bob, post) is None
