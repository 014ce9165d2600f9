"""Writing a comment."""

import asyncio
from typing import Any

import pytest

from folkmoot.core.comments.create import CreateComment, Uncounted, count_together, create_comment
from folkmoot.core.comments.delete import delete_comment
from folkmoot.core.comments.remove import remove_comment
from folkmoot.core.posts.delete import delete_post
from folkmoot.core.posts.lock import lock_post
from folkmoot.core.posts.read import record_visit
from folkmoot.core.posts.remove import remove_post
from folkmoot.model.comments import Comment
from folkmoot.model.errors import Invalid, NotAllowed, NotFound, NotLoggedIn
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.model.posts import Post
from folkmoot.model.time import DAY, HOUR, MINUTE, SECOND, FixedClock
from folkmoot.store import communities
from folkmoot.store.db import Database, Tx, count_statements
from tests.cast import ORIGIN, Cast, somebody
from tests.core.stories import assert_counts_are_right, ban_here, now, write_comment, write_post

# --- refusals ------------------------------------------------------------------------------------------------------


async def test_too_long_is_refused__P_2(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        with pytest.raises(Invalid, match="invalid_body_field"):
            await write_comment(tx, cast.bob, post, "a" * 9_999 + "🙂")
        assert await write_comment(tx, cast.bob, post, "a" * 9_998 + "🙂")


async def test_a_post_that_is_gone_or_unknown_takes_none__C_2(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        deleted = await write_post(tx, cast.alice, cast.gardening)
        removed = await write_post(tx, cast.alice, cast.gardening, "Other")
        await delete_post(tx, cast.alice, deleted.id, deleted=True)
        await remove_post(tx, cast.bob, removed.id, removed=True)
        for post in (deleted, removed):
            with pytest.raises(NotAllowed, match="deleted"):
                await write_comment(tx, cast.bob, post)
        with pytest.raises(NotFound, match="couldnt_find_post"):
            await create_comment(tx, cast.bob, CreateComment(99, "Hello?"))


async def test_a_locked_post_takes_comments_of_moderators_only__P_12(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        await lock_post(tx, cast.bob, post.id, locked=True)
        with pytest.raises(NotAllowed, match="locked"):
            await write_comment(tx, cast.alice, post)
        for who in (cast.bob, cast.admin):
            assert await write_comment(tx, who, post)


async def test_who_may_not_write_is_refused__R_3(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        with pytest.raises(NotLoggedIn):
            await write_comment(tx, ANONYMOUS, post)
        with pytest.raises(NotAllowed, match="site_ban"):
            await write_comment(tx, cast.mallory, post)
        await ban_here(tx, cast.gardening, cast.carol)
        with pytest.raises(NotAllowed, match="banned_from_community"):
            await write_comment(tx, cast.carol, post)
        await communities.update(tx, cast.gardening.id, {"removed": True})
        with pytest.raises(NotAllowed, match="deleted"):
            await write_comment(tx, cast.alice, post)


async def test_the_parent_must_be_there__C_2(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        elsewhere = await write_comment(
            tx, cast.alice, await write_post(tx, cast.alice, cast.gardening, "Other")
        )
        for parent_id in (elsewhere.id, 99):
            with pytest.raises(Invalid, match="couldnt_create_comment"):
                await create_comment(tx, cast.bob, CreateComment(post.id, "Hello", parent_id))


async def test_the_fifty_second_level_is_refused__C_1(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        parent: Comment | None = None
        for level in range(1, 52):
            parent = await write_comment(tx, cast.alice, post, f"Level {level}", parent)
            assert parent.depth == level
        with pytest.raises(Invalid, match="max_comment_depth_reached"):
            await write_comment(tx, cast.alice, post, "Deeper", parent)
    await assert_counts_are_right(db)


async def test_the_language_must_be_one_of_the_community__P_6(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        await communities.set_languages(tx, cast.gardening.id, [37])
        with pytest.raises(Invalid, match="language_not_allowed"):
            await write_comment(tx, cast.alice, post, language_id=32)
        assert (await write_comment(tx, cast.alice, post)).language_id == 37


# --- what becomes of it --------------------------------------------------------------------------------------------


async def test_paths_lead_from_the_root__C_1__P_17(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        top = await write_comment(tx, cast.alice, post, "*Top*")
        below = await write_comment(tx, cast.bob, post, "Below", top)
        assert (top.path, top.parent_id, below.path, below.parent_id) == (
            f"0.{top.id}",
            None,
            f"0.{top.id}.{below.id}",
            top.id,
        )
        assert (top.content_html, top.ap_id) == (
            '<p dir="auto"><em>Top</em></p>',
            f"{ORIGIN}/comment/{top.id}",
        )
        assert below == await now(tx, below)


async def test_an_empty_text_is_accepted__C_2(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        assert (await write_comment(tx, cast.bob, post, "")).content_html == ""


async def test_children_are_counted_all_the_way_up_whatever_their_state__C_10(
    db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        top = await write_comment(tx, cast.alice, post, "1")
        middle = await write_comment(tx, cast.bob, post, "2", top)
        await write_comment(tx, cast.alice, post, "3", middle)
        await delete_comment(tx, cast.bob, middle.id, deleted=True)
        await write_comment(tx, cast.alice, post, "4", middle)
        assert ((await now(tx, top)).child_count, (await now(tx, middle)).child_count) == (3, 2)
        assert (await now(tx, post)).comments == 3
    await assert_counts_are_right(db)


async def test_the_author_votes_for_it_and_has_seen_all_there_is__C_3(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        await write_comment(tx, cast.alice, post, "One")
        comment = await write_comment(tx, cast.bob, post, "Two")
        assert (comment.upvotes, comment.score, comment.hot_rank) == (1, 1, pytest.approx(0.1370, abs=5e-5))
        row = await tx.first(
            "SELECT read, read_comments FROM post_read WHERE person_id = :id", id=cast.bob.id
        )
        assert row is not None
        assert (bool(row[0]), row[1]) == (False, 2)
        community, author = await now(tx, cast.gardening), await now(tx, cast.bob.person)
        assert (community.comments, author.comment_count, author.comment_score) == (2, 1, 1)
    await assert_counts_are_right(db)


async def test_answering_keeps_a_visit_going(db: Database, cast: Cast, clock: FixedClock) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        await record_visit(tx, cast.bob, post)
        seen = tx.now
    clock.advance(HOUR)
    async with db.write() as tx:
        await write_comment(tx, cast.alice, post, "News")
        assert await record_visit(tx, cast.bob, await now(tx, post)) == seen
        await write_comment(tx, cast.bob, post, "Thanks")
        assert await record_visit(tx, cast.bob, await now(tx, post)) == seen


async def test_comments_of_others_lift_a_post_for_two_days__S_2__G_1(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    faded, fresh = 0.01, pytest.approx(0.1370, abs=5e-5)

    async def active_after(tx: Tx, by: Viewer, text: str, **more: Any) -> float:
        """Where the post stands in Active once somebody wrote beneath it; before, it had faded."""
        await tx.run("UPDATE post SET active_rank = :faded", faded=faded)
        await write_comment(tx, by, post, text, **more)
        return float((await now(tx, post)).active_rank)

    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
    clock.advance(10 * HOUR)
    async with db.write() as tx:
        assert await active_after(tx, cast.alice, "Anybody?") == faded, "the author's own"
        assert (await now(tx, post)).newest_comment == tx.now
        assert await active_after(tx, cast.bob, "Me") == fresh
        newest = (await now(tx, post)).newest_comment
        earlier = {"ap_id": "https://there.example/comment/1", "published": tx.now - HOUR}
        assert await active_after(tx, cast.carol, "Late", **earlier) == faded, "older than one that lifted it"
        assert (await now(tx, post)).newest_comment == newest, "it never goes back"
    clock.advance(38 * HOUR - SECOND)
    async with db.write() as tx:
        assert await active_after(tx, cast.bob, "Still there?") == fresh, "within two days of the post"
    clock.advance(SECOND)
    async with db.write() as tx:
        assert await active_after(tx, cast.carol, "Me too") == faded, "too late to lift"
        assert (await now(tx, post)).newest_comment == tx.now
    await assert_counts_are_right(db)


async def test_sending_twice_makes_one_comment_for_a_minute(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        first = await write_comment(tx, cast.bob, post, "Water")
    clock.advance(30 * SECOND)
    async with db.write() as tx:
        assert (await write_comment(tx, cast.bob, post, "Water")).id == first.id
        assert (await write_comment(tx, cast.bob, post, "Water", first)).id != first.id
        assert (await write_comment(tx, cast.alice, post, "Water")).id != first.id
    clock.advance(MINUTE)
    async with db.write() as tx:
        assert (await write_comment(tx, cast.bob, post, "Water")).id != first.id
    await assert_counts_are_right(db)


async def test_a_comment_in_another_language_is_another(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        first = await write_comment(tx, cast.bob, post, "Gift")
        again = await write_comment(tx, cast.bob, post, "Gift", language_id=37)
        assert (again.id != first.id, again.language_id) == (True, 37)
    await assert_counts_are_right(db)


async def test_what_was_removed_is_not_the_same_as_what_is_said_again(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        first = await write_comment(tx, cast.alice, post, "Water")
        await remove_comment(tx, cast.bob, first.id, removed=True)
        again = await write_comment(tx, cast.alice, post, "Water")
        assert (again.id != first.id, again.removed) == (True, False)
    await assert_counts_are_right(db)


async def test_pressing_the_button_twice_makes_one_comment(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)

    async def send() -> int:
        async with db.write() as tx:
            return (await write_comment(tx, cast.bob, post)).id

    assert len(set(await asyncio.gather(send(), send(), send()))) == 1
    await assert_counts_are_right(db)


async def test_what_arrives_twice_is_one_comment(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        first, again = [
            await write_comment(tx, cast.carol, post, ap_id="https://there.example/comment/7")
            for _ in range(2)
        ]
        assert again == await now(tx, first)
    await assert_counts_are_right(db)


async def test_a_comment_takes_few_statements(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        erin = await somebody(tx, "erin")
        post = await write_post(tx, cast.alice, cast.gardening)
        for who in (cast.bob, erin):
            await write_comment(tx, who, post, "Before anything is counted")
        with count_statements() as top:
            comment = await write_comment(tx, cast.bob, post, "Top")
        with count_statements() as reply:
            await write_comment(tx, erin, post, "Reply", comment)
    assert len(top.statements) <= 13, "one of them for other servers"
    assert len(reply.statements) <= 17


# --- counted later -------------------------------------------------------------------------------------------------


async def conversation(tx: Tx, cast: Cast, name: str, later: list[Uncounted] | None) -> Post:
    """A post by alice and what carol and alice say below it, some of it older than what came before."""
    post = await write_post(tx, cast.alice, cast.gardening, name)
    above = None
    for number, (who, published) in enumerate(
        (
            (cast.carol, tx.now + 3 * SECOND), (cast.carol, tx.now - HOUR), (cast.alice, tx.now + 9 * SECOND),
            (cast.carol, tx.now + 5 * SECOND), (cast.carol, tx.now + 3 * DAY),
        )
    ):  # fmt: skip
        asked = CreateComment(
            post.id,
            f"{name} {number}",
            above.id if above else None,
            ap_id=f"https://there.example/{name}/{number}",
            published=published,
        )
        above = (await create_comment(tx, who, asked, later=later)).comment
    return post


async def test_comments_that_are_counted_later_count_as_others_do__C_10__G_1__S_2(
    db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        at_once = await conversation(tx, cast, "Beans", None)
        later: list[Uncounted] = []
        together = await conversation(tx, cast, "Peas", later)
        assert await tx.value("SELECT comments FROM post WHERE id = :id", id=together.id) == 0
        await count_together(tx, later)
        await count_together(tx, [])
        stands = []
        for post in (at_once, together):
            counted = await tx.first(
                "SELECT comments, newest_comment, newest_comment_necro, active_rank FROM post WHERE id = :id", id=post.id
            )  # fmt: skip
            below = await tx.all(
                "SELECT child_count, upvotes FROM comment WHERE post_id = :id ORDER BY id", id=post.id
            )
            votes = await tx.value("SELECT count(*) FROM comment_vote WHERE post_id = :id", id=post.id)
            stands.append((tuple(counted or ()), [tuple(row) for row in below], votes))
        assert stands[0] == stands[1]
        waiting = {
            row[0] for row in await tx.all("SELECT object_id FROM search_pending WHERE kind = 'comment'")
        }
        assert {comment.id for comment, _ in later} <= waiting
    await assert_counts_are_right(db)


async def test_one_of_the_same_address_is_the_same_comment__C_2(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        first = await write_comment(tx, cast.carol, post, ap_id="https://there.example/comment/1")
        later: list[Uncounted] = []
        asked = CreateComment(post.id, "Again", ap_id="https://there.example/comment/1")
        assert (await create_comment(tx, cast.carol, asked)).comment.id == first.id
        assert (await create_comment(tx, cast.carol, asked, later=later)).comment.content == "Water them."
        assert later == []
    await assert_counts_are_right(db)
