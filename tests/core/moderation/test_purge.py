"""Delete for good, and leave every count right (O-7)."""

import json

import pytest

from folkmoot.core.communities.follow import follow_community
from folkmoot.core.posts.remove import remove_post
from folkmoot.core.site import purge as core_purge
from folkmoot.core.site.admins import appoint_admin
from folkmoot.core.site.purge import (
    consequence_for_comment,
    consequence_for_community,
    consequence_for_person,
    consequence_for_post,
    in_steps,
    purge_comment,
    purge_community,
    purge_person,
    purge_post,
)
from folkmoot.core.votes.cast import vote_on_comment, vote_on_post
from folkmoot.model.comments import Comment, Whole
from folkmoot.model.errors import NotAllowed, NotFound
from folkmoot.model.posts import Post
from folkmoot.store import communities, gone, people
from folkmoot.store import purge as store_purge
from folkmoot.store.db import Database, Tx, count_statements
from folkmoot.store.recount import recount
from tests import rows
from tests.cast import Cast
from tests.core.moderation import stories
from tests.core.moderation.drift import assert_no_drift

PURGES = (purge_person, purge_community, purge_post, purge_comment)


async def busy(tx: Tx, cast: Cast) -> tuple[Post, list[Comment]]:
    """A thread in which everybody wrote and voted, another one beside it."""
    post = await stories.post(tx, cast.alice, cast.gardening)
    top = await stories.comment(tx, cast.bob, post, "first")
    middle = await stories.comment(tx, cast.carol, post, "second", top)
    leaf = await stories.comment(tx, cast.alice, post, "third", middle)
    side = await stories.comment(tx, cast.alice, post, "beside", top)
    other = await stories.post(tx, cast.bob, cast.gardening, "Another one")
    await stories.comment(tx, cast.alice, other, "over here")
    for voter in (cast.alice, cast.bob, cast.carol):
        await vote_on_comment(tx, voter, middle.id, 1)
        await vote_on_comment(tx, voter, leaf.id, -1)
        await vote_on_post(tx, voter, post.id, 1)
        await vote_on_post(tx, voter, other.id, -1)
    await tx.run("UPDATE comment SET removed = :yes WHERE id = :id", yes=True, id=side.id)
    await tx.run("UPDATE post SET comments = comments - 1 WHERE id = :id", id=post.id)
    await tx.run("UPDATE community_count SET comments = comments - 1 WHERE id = :id", id=cast.gardening.id)
    await tx.run("UPDATE person SET comment_count = comment_count - 1 WHERE id = :id", id=cast.alice.id)
    await tx.run("UPDATE local_site SET comments = comments - 1")
    await assert_no_drift(tx)
    return post, [top, middle, leaf, side]


async def test_counts_are_taken_back_in_the_order_in_which_writers_raise_them(
    db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        post, (_, middle, *_) = await busy(tx, cast)
    for purge, number, table in (
        (purge_comment, middle.id, "community_count"),
        (purge_post, post.id, "community"),
    ):
        with count_statements() as counted:
            async with db.write() as tx:
                await purge(tx, cast.admin, number)
        text = "\n".join(counted.statements)
        # Who waits for each other in a circle is turned away.
        assert text.index(f"UPDATE {table} SET") < text.index("UPDATE local_site SET")


@pytest.mark.parametrize("purge", PURGES)
async def test_moderators_purge_nothing__O_7(db: Database, cast: Cast, purge: object) -> None:
    async with db.write() as tx:
        with pytest.raises(NotAllowed, match="not_an_admin"):
            await purge(tx, cast.bob, 1)  # type: ignore[operator]


@pytest.mark.parametrize("purge", PURGES)
async def test_there_is_no_such_thing(db: Database, cast: Cast, purge: object) -> None:
    async with db.write() as tx:
        with pytest.raises(NotFound, match="couldnt_find"):
            await purge(tx, cast.admin, 999)  # type: ignore[operator]


async def test_what_belongs_to_a_higher_admin_stays__O_7(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await appoint_admin(tx, cast.admin, cast.alice.id)
        alice = await rows.viewer(tx, "alice")
        post = await stories.post(tx, cast.admin, cast.gardening)
        comment = await stories.comment(tx, cast.admin, post)
        number = await rows.community(tx, "council", moderators=[cast.admin.id])
        things = (cast.admin.id, number, post.id, comment.id)
        for purge, thing in zip(PURGES, things, strict=True):
            with pytest.raises(NotAllowed, match="not_higher_admin"):
                await purge(tx, alice, thing)


async def test_a_purged_comment_takes_the_replies_along(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post, (top, middle, _, side) = await busy(tx, cast)
        assert (await consequence_for_comment(tx, middle.id)).comments == 1
        await purge_comment(tx, cast.admin, middle.id, reason="illegal")
        assert await tx.value("SELECT count(*) FROM comment WHERE post_id = :id", id=post.id) == 2
        assert (await stories.comment_now(tx, top)).child_count == 1
        assert (await stories.comment_now(tx, side)).removed
        assert (await stories.post_now(tx, post)).comments == 1
        await assert_no_drift(tx)
        assert await stories.log(tx) == [("purge_comment", 1, True, "illegal")]


async def test_a_purged_post_takes_its_thread_along(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post, _ = await busy(tx, cast)
        await tx.run("UPDATE post SET thumbnail_url = 'https://here.example/pictrs/image/x.webp'")
        assert consequence_for_post(await stories.post_now(tx, post)).comments == 3
        await purge_post(tx, cast.admin, post.id)
        assert await tx.value("SELECT count(*) FROM post") == 1
        assert await tx.value("SELECT count(*) FROM comment") == 1
        assert await tx.value("SELECT count(*) FROM search_pending WHERE kind = 'post'") == 1
        await assert_no_drift(tx)
        assert [line[0] for line in await stories.log(tx)] == ["purge_post"]


def number_of(kind: Whole, cast: Cast, post: Post, comment: Comment) -> int:
    return {"community": cast.gardening.id, "post": post.id, "comment": comment.id}[kind]


@pytest.mark.parametrize(("kind", "left"), [("comment", (2, 2)), ("post", (1, 1)), ("community", (0, 0))])
async def test_what_is_large_goes_in_steps__O_7(
    db: Database,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    kind: Whole,
    left: tuple[int, int],
) -> None:
    async with db.write() as tx:
        post, (top, *_) = await busy(tx, cast)
        addresses = {row[0] for row in await tx.all("SELECT ap_id FROM comment")}
    number = number_of(kind, cast, post, top)
    monkeypatch.setattr(core_purge, "STEP", 2)
    with pytest.raises(NotAllowed, match="not_an_admin"):
        await in_steps(db, cast.bob, kind, number)
    with monkeypatch.context() as breaking:
        breaking.setattr(core_purge, f"purge_{kind}", broken)
        with pytest.raises(RuntimeError):
            await in_steps(db, cast.admin, kind, number)
    async with db.write() as tx:  # others may write now
        assert 0 < await tx.value("SELECT count(*) FROM comment") < 5
        assert await stories.log(tx) == []
        await assert_no_drift(tx)
        await stories.comment(tx, cast.bob, post, "meanwhile")
    await in_steps(db, cast.admin, kind, number, reason="all of it")
    async with db.write() as tx:
        assert await tx.value("SELECT count(*) FROM post") == left[0]
        assert await tx.value("SELECT count(*) FROM comment") == left[1]
        kept = {row[0] for row in await tx.all("SELECT ap_id FROM comment")}
        assert await gone.among(tx, addresses) == addresses - kept
        assert [line[0] for line in await stories.log(tx)] == [f"purge_{kind}"]
        await assert_no_drift(tx)


async def broken(*_: object, **__: object) -> None:
    raise RuntimeError


async def test_an_answer_that_came_before_its_question_goes_with_it(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post, (top, middle, leaf, _) = await busy(tx, cast)
        await store_purge.delete_comments(tx, [middle.id])
        assert await tx.value("SELECT count(*) FROM comment WHERE id = :id", id=leaf.id) == 0
        assert (await stories.comment_now(tx, top)).child_count == 1
        assert (await stories.post_now(tx, post)).comments == 1
        await assert_no_drift(tx)


async def test_a_removed_post_is_purged_without_counting_twice(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post, (_, middle, *_) = await busy(tx, cast)
        await remove_post(tx, cast.bob, post.id, removed=True)
        await purge_comment(tx, cast.admin, middle.id)
        await assert_no_drift(tx)
        await purge_post(tx, cast.admin, post.id)
        await assert_no_drift(tx)


async def test_a_purged_community_takes_everything_along(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await busy(tx, cast)
        await follow_community(tx, cast.alice, cast.gardening.id)
        kept = await stories.post(tx, cast.alice, cast.baking, "Elsewhere")
        going = await consequence_for_community(tx, cast.gardening.id)
        assert (going.posts, going.comments, going.subscribers) == (2, 4, 1)
        await purge_community(tx, cast.admin, cast.gardening.id, reason="empty")
        assert await communities.by_id(tx, cast.gardening.id) is None
        assert [row[0] for row in await tx.all("SELECT id FROM post")] == [kept.id]
        assert await tx.value("SELECT count(*) FROM comment_vote") == 0
        await assert_no_drift(tx)
        assert await stories.log(tx) == [("purge_community", 1, True, "empty")]


async def test_a_purged_person_is_a_blank_record__O_7(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post, (_, _, leaf, _) = await busy(tx, cast)
        await follow_community(tx, cast.alice, cast.gardening.id)
        await follow_community(tx, cast.alice, cast.baking.id)
        await communities.add_moderator(tx, cast.gardening.id, cast.alice.id)
        await people.update(
            tx, cast.alice.id, {"bio": "Hello", "display_name": "Al", "avatar": "https://x.example/a"}
        )
        going = await consequence_for_person(tx, cast.alice.id)
        assert (going.posts, going.comments) == (1, 2)
        await purge_person(tx, cast.admin, cast.alice.id, reason="spam")
        left = await people.by_id(tx, cast.alice.id)
        assert left
        assert (left.name, left.display_name, left.bio, left.avatar) == ("alice", None, None, None)
        assert (left.deleted, left.banned, left.post_count, left.comment_count) == (True, True, 0, 0)
        empty = await stories.post_now(tx, post)
        assert (empty.name, empty.body, empty.deleted) == (
            "*Permanently Deleted*",
            "*Permanently Deleted*",
            True,
        )
        assert (await stories.comment_now(tx, leaf)).content == "*Permanently Deleted*"
        row = await tx.first(
            "SELECT (SELECT count(*) FROM post_vote v JOIN post p ON p.id = v.post_id WHERE v.person_id = :id AND p.creator_id <> :id),"
            " (SELECT count(*) FROM comment_vote v JOIN comment c ON c.id = v.comment_id WHERE v.person_id = :id AND c.creator_id <> :id),"
            " (SELECT count(*) FROM community_follow WHERE person_id = :id), (SELECT count(*) FROM community_moderator WHERE person_id = :id),"
            " (SELECT count(*) FROM local_user WHERE person_id = :id AND (email IS NOT NULL OR password_hash IS NOT NULL))",
            id=cast.alice.id,
        )
        assert row
        assert tuple(row) == (0, 0, 0, 0, 0)
        await assert_no_drift(tx)
        assert await stories.log(tx) == [("purge_person", 1, True, "spam")]


async def test_the_recount_finds_nothing_to_put_right(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        _, (_, middle, *_) = await busy(tx, cast)
        elsewhere = await stories.post(tx, cast.alice, cast.baking, "Elsewhere")
        await stories.comment(tx, cast.bob, elsewhere, "hello")
        await follow_community(tx, cast.carol, cast.gardening.id)
        await purge_comment(tx, cast.admin, middle.id)
        await purge_person(tx, cast.admin, cast.alice.id)
        await purge_community(tx, cast.admin, cast.gardening.id)
    assert await recount(db, repair=False) == []


async def test_controversy_follows_when_votes_go(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await stories.post(tx, cast.bob, cast.gardening)
        await vote_on_post(tx, cast.alice, post.id, -1)
        assert (await stories.post_now(tx, post)).controversy_rank > 0
        await purge_person(tx, cast.admin, cast.alice.id)
        after = await stories.post_now(tx, post)
        assert (after.upvotes, after.downvotes, after.controversy_rank) == (1, 0, 0)


async def test_an_event_can_be_written_down(db: Database, cast: Cast) -> None:
    """What follows from a purge is recorded as JSON; pictures are part of it."""
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening)
        await purge_post(tx, cast.admin, post.id)
        for row in await tx.all("SELECT payload FROM job"):
            json.loads(row[0])
