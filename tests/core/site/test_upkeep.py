"""Periodic work leaves the rows as the rules say, and can be repeated."""

from typing import Any

import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.site import upkeep
from folkmoot.core.votes import cast as votes
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.model.ranking import hot_rank
from folkmoot.model.time import DAY, HOUR, MINUTE, WEEK, FixedClock
from folkmoot.store import posts as store_posts
from folkmoot.store import upkeep as store_upkeep
from folkmoot.store.db import Database, Tx, gave_way
from tests.cast import Cast, somebody


async def _post(db: Database, author: Viewer, community_id: int, name: str = "Slugs and snails") -> Post:
    async with db.write() as tx:
        return await create_post(tx, author, CreatePost(community_id, name, body="Salt?"))


# --- ranks ------------------------------------------------------------------------------------------------------------


async def test_ranks_sink_with_time_and_end_at_nothing__S_6(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    post = await _post(db, cast.alice, cast.gardening.id)
    async with db.write() as tx:
        comment = await create_comment(tx, cast.bob, CreateComment(post.id, "No."))
    clock.advance(5 * HOUR)
    assert await upkeep.refresh_ranks(db) >= 3, "post, comment, community"
    async with db.read() as tx:
        ranked = await tx.first(
            "SELECT hot_rank, active_rank, scaled_rank FROM post WHERE id = :id", id=post.id
        )
        of_comment = await tx.value("SELECT hot_rank FROM comment WHERE id = :id", id=comment.comment.id)
    assert ranked is not None
    assert ranked[0] == ranked[1] == pytest.approx(hot_rank(1, post.published, clock.now()))
    assert of_comment == pytest.approx(hot_rank(1, post.published, clock.now()))
    clock.advance(WEEK)
    await upkeep.refresh_ranks(db)
    assert await upkeep.refresh_ranks(db) == 0
    async with db.read() as tx:
        assert (
            await tx.value("SELECT hot_rank + active_rank + scaled_rank FROM post WHERE id = :id", id=post.id)
            == 0
        )


async def test_ranks_that_gave_way_to_votes_are_written_all_the_same__S_6(
    db: Database, cast: Cast, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or they would stand for ten more minutes, those behind them included."""
    post = await _post(db, cast.alice, cast.gardening.id)
    write, tries = store_upkeep.set_post_ranks, list[int]()

    async def gives_way(tx: Tx, ranks: Any) -> None:
        await write(tx, ranks)
        tries.append(len(ranks))
        if len(tries) == 1:
            raise gave_way()

    monkeypatch.setattr(store_upkeep, "set_post_ranks", gives_way)
    clock.advance(WEEK)
    await upkeep.refresh_ranks(db)
    assert len(tries) == 2
    async with db.read() as tx:
        assert await tx.value("SELECT hot_rank FROM post WHERE id = :id", id=post.id) == 0


async def test_more_rows_than_a_batch_are_all_ranked(
    db: Database, cast: Cast, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_BATCH", 2)
    monkeypatch.setattr(upkeep, "_RANKS_AT_ONCE", 3)
    for number in range(5):
        await _post(db, cast.alice, cast.gardening.id, f"Post number {number}")
    clock.advance(HOUR)
    await upkeep.refresh_ranks(db)
    async with db.read() as tx:
        assert await tx.value("SELECT count(DISTINCT hot_rank) FROM post") == 1


async def test_comments_are_ranked_anew_when_it_would_show__S_6(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    """After a day ten minutes are next to nothing, and an hour is not. Posts are exact all the same."""
    post = await _post(db, cast.alice, cast.gardening.id)
    async with db.write() as tx:
        await create_comment(tx, cast.bob, CreateComment(post.id, "No."))
    clock.advance(DAY)
    await upkeep.refresh_ranks(db)
    begun = clock.now()
    clock.advance(10 * MINUTE)
    await upkeep.refresh_ranks(db)
    assert await _ranks(db) == [
        pytest.approx(hot_rank(1, post.published, clock.now())),
        pytest.approx(hot_rank(1, post.published, begun)),
    ]
    clock.advance(2 * HOUR)
    await upkeep.refresh_ranks(db)
    assert await _ranks(db) == [pytest.approx(hot_rank(1, post.published, clock.now()))] * 2


async def test_a_comment_comes_to_nothing_however_little_it_was__S_6(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    post = await _post(db, cast.alice, cast.gardening.id)
    async with db.write() as tx:
        await create_comment(tx, cast.bob, CreateComment(post.id, "No."))
    clock.advance(WEEK - MINUTE)
    await upkeep.refresh_ranks(db)
    clock.advance(MINUTE)
    await upkeep.refresh_ranks(db)
    assert await _ranks(db) == [0, 0]


async def _ranks(db: Database) -> list[float]:
    """Of the post and of the comment, while there is one of each."""
    async with db.read() as tx:
        return [await tx.value(f"SELECT hot_rank FROM {table}") for table in ("post", "comment")]


# --- active people ----------------------------------------------------------------------------------------------------


async def test_active_people_are_those_who_wrote_or_voted__G_4(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    """Once each, bots never; the community counts people of other servers, the site does not."""
    post = await _post(db, cast.alice, cast.gardening.id)
    async with db.write() as tx:
        await create_comment(tx, cast.alice, CreateComment(post.id, "Me again."))
        await create_comment(
            tx, cast.carol, CreateComment(post.id, "From afar.", ap_id="https://there.example/comment/1")
        )
        robot = await somebody(tx, "robot")
        await create_comment(tx, robot, CreateComment(post.id, "Beep."))
        await tx.run("UPDATE person SET bot = :yes WHERE id = :id", yes=True, id=robot.id)
    clock.advance(2 * DAY)
    async with db.write() as tx:
        await votes.vote_on_post(tx, cast.bob, post.id, 1)
    await upkeep.refresh_active_users(db)
    async with db.read() as tx:
        names = "users_active_day, users_active_week, users_active_month, users_active_half_year"
        community = await tx.first(f"SELECT {names} FROM community WHERE id = :id", id=cast.gardening.id)
        site = await tx.first(f"SELECT {names} FROM local_site")
    assert tuple(community or ()) == (1, 3, 3, 3)
    assert tuple(site or ()) == (1, 2, 2, 2)
    clock.advance(2 * DAY)
    await upkeep.refresh_active_today(db)
    async with db.read() as tx:
        assert (
            await tx.value("SELECT users_active_day FROM community WHERE id = :id", id=cast.gardening.id) == 0
        )
        assert (
            await tx.value("SELECT users_active_week FROM community WHERE id = :id", id=cast.gardening.id)
            == 3
        )


# --- what ends --------------------------------------------------------------------------------------------------------


async def test_expired_bans_are_lifted_hourly__R_9(db: Database, cast: Cast, clock: FixedClock) -> None:
    async with db.write() as tx:
        await tx.run(
            "UPDATE person SET ban_expires = :then WHERE id = :id", then=clock.now() + DAY, id=cast.mallory.id
        )
    await upkeep.end_what_expired(db)
    async with db.read() as tx:
        assert await tx.value("SELECT banned FROM person WHERE id = :id", id=cast.mallory.id)
    clock.advance(DAY + 1)
    await upkeep.end_what_expired(db)
    async with db.read() as tx:
        assert not await tx.value("SELECT banned FROM person WHERE id = :id", id=cast.mallory.id)


async def test_deleted_texts_are_overwritten_after_a_month__P_15(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    post = await _post(db, cast.alice, cast.gardening.id)
    kept = await _post(db, cast.alice, cast.gardening.id, "This one stays")
    async with db.write() as tx:
        comment = await create_comment(tx, cast.bob, CreateComment(post.id, "Regrettable."))
        await create_comment(tx, cast.bob, CreateComment(kept.id, "And this one."))
        await tx.run(
            "UPDATE comment SET deleted = :yes, updated = :now WHERE id = :id",
            yes=True,
            now=tx.now,
            id=comment.comment.id,
        )
        told = {
            "url": "https://example.org/",
            "alt_text": "A slug",
            "embed_title": "Slugs",
            "excerpt": "On slugs",
        }
        await store_posts.update(tx, post.id, told | {"deleted": True, "updated": tx.now})
    clock.advance(29 * DAY)
    assert await upkeep.overwrite_deleted(db) == 0
    clock.advance(2 * DAY)
    assert await upkeep.overwrite_deleted(db) == 2
    assert await upkeep.overwrite_deleted(db) == 0
    async with db.read() as tx:
        gone = await store_posts.by_id(tx, post.id)
        stays = await store_posts.by_id(tx, kept.id)
        content = await tx.value("SELECT content FROM comment WHERE id = :id", id=comment.comment.id)
        others = await tx.all("SELECT content FROM comment WHERE id <> :id", id=comment.comment.id)
    assert gone
    assert stays
    assert (gone.name, gone.body) == ("*Permanently Deleted*", "*Permanently Deleted*")
    assert {name for name in told if getattr(gone, name) is not None} == set()
    assert content == "*Permanently Deleted*"
    assert (stays.name, [row[0] for row in others]) == ("This one stays", ["And this one."])


async def test_denied_accounts_go_after_a_week__A_9(db: Database, clock: FixedClock) -> None:
    async with db.write() as tx:
        for name, decided in (("denied", True), ("waiting", False)):
            person = await somebody(tx, name)
            assert person.account
            await tx.run(
                "UPDATE local_user SET accepted_application = :no WHERE id = :id",
                no=False,
                id=person.account.id,
            )
            await tx.run(
                "INSERT INTO registration_application (local_user_id, answer, published, decided) VALUES (:id, 'Hm', :now, CAST(:decided AS BIGINT))",
                id=person.account.id, now=tx.now, decided=tx.now if decided else None,
            )  # fmt: skip
    clock.advance(6 * DAY)
    assert await upkeep.drop_denied(db) == 0
    clock.advance(2 * DAY)
    assert await upkeep.drop_denied(db) == 1
    async with db.read() as tx:
        assert await tx.value("SELECT count(*) FROM person WHERE name IN ('denied', 'waiting')") == 1
    assert await db.check() == []


async def test_stale_rows_are_forgotten(db: Database, cast: Cast, clock: FixedClock) -> None:
    assert cast.alice.account
    async with db.write() as tx:
        await tx.run(
            "INSERT INTO rate_bucket (class, key, tokens, updated) VALUES ('post', 'x', 1.0, :now)",
            now=tx.now,
        )
        await tx.run(
            "INSERT INTO password_reset (local_user_id, token_hash, published) VALUES (:id, 'x', :now)",
            id=cast.alice.account.id, now=tx.now,
        )  # fmt: skip
    await upkeep.forget_stale(db)
    async with db.read() as tx:
        assert await tx.value("SELECT count(*) FROM rate_bucket") == 1
    clock.advance(2 * DAY)
    await upkeep.forget_stale(db)
    async with db.read() as tx:
        assert (
            await tx.value(
                "SELECT (SELECT count(*) FROM rate_bucket) + (SELECT count(*) FROM password_reset)"
            )
            == 0
        )
