"""Voting."""

import asyncio
from typing import Any

import pytest

from folkmoot.core.comments.delete import delete_comment
from folkmoot.core.posts.delete import delete_post
from folkmoot.core.votes.cast import FEW, Ballot, vote, vote_on_comment, vote_on_post, vote_together
from folkmoot.core.votes.list import votes_on_comment, votes_on_post
from folkmoot.model.errors import NotAllowed, NotFound, NotLoggedIn
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.model.records import altered
from folkmoot.model.time import HOUR, MINUTE, FixedClock
from folkmoot.model.votes import Tally
from folkmoot.store import communities
from folkmoot.store.db import Database, Tx, count_statements
from tests.cast import Cast
from tests.core.stories import assert_counts_are_right, ban_here, now, set_site, write_comment, write_post


async def both(tx: Tx, cast: Cast) -> tuple[Any, Any]:
    """A post and a comment by alice."""
    post = await write_post(tx, cast.alice, cast.gardening)
    return post, await write_comment(tx, cast.alice, post)


# --- refusals ------------------------------------------------------------------------------------------------------


async def test_who_may_not_vote_is_refused__R_3__P_18(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post, comment = await both(tx, cast)
        await ban_here(tx, cast.gardening, cast.carol)
        assert cast.bob.person
        bot = Viewer(altered(cast.bob.person, bot=True), cast.bob.account)
        for who, error, code in (
            (ANONYMOUS, NotLoggedIn, "incorrect_login"),
            (cast.mallory, NotAllowed, "site_ban"),
            (cast.carol, NotAllowed, "banned_from_community"),
            (bot, NotAllowed, "invalid_bot_action"),
        ):
            with pytest.raises(error, match=code):
                await vote_on_post(tx, who, post.id, 1)
            with pytest.raises(error, match=code):
                await vote_on_comment(tx, who, comment.id, 1)


async def test_what_is_not_there_takes_no_votes(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotFound, match="couldnt_find_post"):
            await vote_on_post(tx, cast.bob, 99, 1)
        with pytest.raises(NotFound, match="couldnt_find_comment"):
            await vote_on_comment(tx, cast.bob, 99, 1)
        post, comment = await both(tx, cast)
        await communities.update(tx, cast.gardening.id, {"deleted": True})
        with pytest.raises(NotAllowed, match="deleted"):
            await vote_on_post(tx, cast.bob, post.id, 1)
        with pytest.raises(NotAllowed, match="deleted"):
            await vote_on_comment(tx, cast.bob, comment.id, 1)


async def test_where_there_are_no_downvotes_they_are_refused__P_18(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await set_site(tx, enable_downvotes=False)
        post, comment = await both(tx, cast)
        with pytest.raises(NotAllowed, match="downvotes_are_disabled"):
            await vote_on_post(tx, cast.bob, post.id, -1)
        with pytest.raises(NotAllowed, match="downvotes_are_disabled"):
            await vote_on_comment(tx, cast.bob, comment.id, -1)
        assert await vote_on_post(tx, cast.bob, post.id, 1) == Tally(2, 0)


async def test_who_voted_is_for_moderators_to_see__P_20(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post, comment = await both(tx, cast)
        for who in (cast.alice, cast.carol):
            with pytest.raises(NotAllowed, match="not_a_mod_or_admin"):
                await votes_on_post(tx, who, post.id)
            with pytest.raises(NotAllowed, match="not_a_mod_or_admin"):
                await votes_on_comment(tx, who, comment.id)
        with pytest.raises(NotFound, match="couldnt_find_post"):
            await votes_on_post(tx, cast.bob, 99)
        with pytest.raises(NotFound, match="couldnt_find_comment"):
            await votes_on_comment(tx, cast.bob, 99)


# --- what a vote does ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("votes", "tally"),
    [
        ((1,), (2, 0)),
        ((1, 1), (2, 0)),
        ((1, -1), (1, 1)),
        ((-1, 0), (1, 0)),
        ((0,), (1, 0)),
        ((-1, 7), (1, 0)),
        ((1, 0, 1), (2, 0)),
    ],
)
async def test_the_last_vote_counts_and_any_other_number_takes_it_back__P_18(
    db: Database, cast: Cast, votes: tuple[int, ...], tally: tuple[int, int]
) -> None:
    async with db.write() as tx:
        post, comment = await both(tx, cast)
        for value in votes:
            on_post = await vote_on_post(tx, cast.bob, post.id, value)
            on_comment = await vote_on_comment(tx, cast.bob, comment.id, value)
        assert on_post == on_comment == Tally(*tally)
        for thing in (await now(tx, post), await now(tx, comment)):
            assert (thing.upvotes, thing.downvotes, thing.score) == (*tally, tally[0] - tally[1])
        author = await now(tx, cast.alice.person)
        assert (author.post_score, author.comment_score) == (tally[0] - tally[1],) * 2
    await assert_counts_are_right(db)


async def test_a_vote_moves_the_ranks__S_5__S_6(db: Database, cast: Cast, clock: FixedClock) -> None:
    async with db.write() as tx:
        post, comment = await both(tx, cast)
    clock.advance(2 * HOUR)
    async with db.write() as tx:
        await vote_on_post(tx, cast.bob, post.id, -1)
        await vote_on_comment(tx, cast.bob, comment.id, -1)
        for thing in (await now(tx, post), await now(tx, comment)):
            assert thing.hot_rank == pytest.approx(0.02483, abs=5e-5)
            assert thing.controversy_rank == 2.0
            assert thing.version > 1


async def test_a_vote_marks_the_post_read_and_repeating_it_changes_nothing__P_18(
    db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        post, _ = await both(tx, cast)
        await vote_on_post(tx, cast.bob, post.id, 1)
        once = await now(tx, post)
        await vote_on_post(tx, cast.bob, post.id, 1)
        assert await now(tx, post) == once
        row = await tx.first(
            "SELECT read, read_comments FROM post_read WHERE person_id = :id", id=cast.bob.id
        )
        assert row is not None
        assert (bool(row[0]), row[1]) == (True, None)


async def test_authors_take_their_own_vote_back_and_deleted_things_take_votes__P_18(
    db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        post, comment = await both(tx, cast)
        assert await vote_on_post(tx, cast.alice, post.id, 0) == Tally(0, 0)
        await delete_comment(tx, cast.alice, comment.id, deleted=True)
        await delete_post(tx, cast.alice, post.id, deleted=True)
        assert await vote_on_post(tx, cast.carol, post.id, 1) == Tally(1, 0)
        assert await vote_on_comment(tx, cast.carol, comment.id, -1) == Tally(1, 1)
    await assert_counts_are_right(db)


async def test_carried_totals_stay_beneath_new_votes(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post, _ = await both(tx, cast)
        await tx.run("UPDATE post SET carried_upvotes = 40, upvotes = upvotes + 40, score = score + 40")
        await tx.run("UPDATE person SET post_score = post_score + 40 WHERE id = :id", id=cast.alice.id)
        assert await vote_on_post(tx, cast.bob, post.id, -1) == Tally(41, 1)
        assert await vote_on_post(tx, cast.bob, post.id, 0) == Tally(41, 0)
    await assert_counts_are_right(db)


async def test_votes_are_listed_downvotes_first_then_by_time__L_3__P_20(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.write() as tx:
        post, comment = await both(tx, cast)
    for who, value in ((cast.carol, 1), (cast.bob, -1), (cast.admin, 1)):
        clock.advance(MINUTE)
        async with db.write() as tx:
            await vote_on_post(tx, who, post.id, value)
            await vote_on_comment(tx, who, comment.id, value)
    async with db.write() as tx:
        await ban_here(tx, cast.gardening, cast.carol)
        for listed in (
            await votes_on_post(tx, cast.bob, post.id),
            await votes_on_comment(tx, cast.admin, comment.id),
        ):
            assert [(each.voter.name, each.value, each.banned) for each in listed] == [
                ("bob", -1, False), ("alice", 1, False), ("carol", 1, True), ("admin", 1, False)
            ]  # fmt: skip
        assert [each.voter.name for each in await votes_on_post(tx, cast.bob, post.id, page=2, limit=3)] == [
            "admin"
        ]


async def test_pressing_the_button_twice_makes_one_vote(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post, comment = await both(tx, cast)

    async def send() -> None:
        async with db.write() as tx:
            await vote_on_post(tx, cast.bob, post.id, 1)
            await vote_on_comment(tx, cast.bob, comment.id, 1)

    await asyncio.gather(send(), send(), send())
    async with db.read() as tx:
        assert ((await now(tx, post)).upvotes, (await now(tx, comment)).upvotes) == (2, 2)
    await assert_counts_are_right(db)


async def test_a_vote_takes_few_statements(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post, comment = await both(tx, cast)
        await vote_on_comment(tx, cast.bob, comment.id, -1)
        with count_statements() as on_post:
            await vote_on_post(tx, cast.bob, post.id, 1)
        with count_statements() as on_comment:
            await vote_on_comment(tx, cast.bob, comment.id, 1)
    assert len(on_post.statements) <= 7, "one of them for other servers"
    assert len(on_comment.statements) <= 6


# --- many together -------------------------------------------------------------------------------------------------


def ballots(cast: Cast, post: Any, comment: Any) -> list[Ballot]:
    """Of all kinds: for and against, changed and taken back, said twice, and of who may not vote."""
    said = [
        (cast.bob, 1, 1), (cast.carol, -1, 1), (cast.admin, 1, -1), (cast.alice, 0, -1), (cast.mallory, 1, 1), (cast.bob, 1, 0),
        (cast.bob, -1, 0), (cast.carol, -1, -1),
    ]  # fmt: skip
    return [
        Ballot(who, kind, item.id, value)
        for who, on_post, on_comment in said
        for kind, item, value in (("post", post, on_post), ("comment", comment, on_comment))
    ]


async def test_votes_together_are_what_they_are_one_by_one__P_18(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        first = await both(tx, cast)
        post = await write_post(tx, cast.alice, cast.gardening, "Tomatoes in July")
        second = post, await write_comment(tx, cast.alice, post)
        alone: list[str | None] = []
        for ballot in asked_of(cast, *first):
            try:
                await vote(tx, ballot)
                alone.append(None)
            except (NotAllowed, NotFound) as refusal:
                alone.append(refusal.code)
        assert set(alone) == {"site_ban", "couldnt_find_post", "couldnt_find_comment", None}
        one_by_one = await stand(tx, *first)
        together = await vote_together(tx, asked_of(cast, *second))
        assert [refusal.code if refusal else None for refusal in together] == alone
        assert await stand(tx, *second) == one_by_one
        told = await tx.all("SELECT kind, count(*) FROM outgoing WHERE kind LIKE '%Voted' GROUP BY 1")
        assert {row[1] % 2 for row in told} == {0}, "as many of the first as of the second"
    await assert_counts_are_right(db)


def asked_of(cast: Cast, post: Any, comment: Any) -> list[Ballot]:
    """These, and about what is not there."""
    nowhere = [Ballot(cast.bob, kind, 99, 1) for kind in ("post", "comment")]
    return [*ballots(cast, post, comment), *nowhere]


async def stand(tx: Tx, post: Any, comment: Any) -> list[Any]:
    """The votes on these, and what they add up to."""
    found = [
        await tx.all(sql, id=number)
        for sql, number in (
            ("SELECT person_id, value FROM post_vote WHERE post_id = :id ORDER BY 1", post.id),
            ("SELECT person_id, value FROM comment_vote WHERE comment_id = :id ORDER BY 1", comment.id),
            ("SELECT upvotes, downvotes, score, hot_rank, active_rank, scaled_rank, controversy_rank FROM post WHERE id = :id", post.id),
            ("SELECT upvotes, downvotes, score, hot_rank, controversy_rank FROM comment WHERE id = :id", comment.id),
        )
    ]  # fmt: skip
    return [[tuple(row) for row in rows] for rows in found]


async def test_many_votes_take_no_more_statements_than_some__P_18(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post, comment = await both(tx, cast)
        with count_statements() as some:
            await vote_together(tx, ballots(cast, post, comment)[:FEW])
        with count_statements() as many:
            await vote_together(tx, ballots(cast, post, comment))
    assert len(many.statements) <= len(some.statements) + 8, (
        "marks of who has an account here, and what others are told"
    )


async def test_who_may_vote_is_looked_at_for_each_of_many__P_18__T_12(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post, comment = await both(tx, cast)
        await ban_here(tx, cast.gardening, cast.carol)
        await communities.update(tx, cast.gardening.id, {"visibility": "Private"})
        refusals = await vote_together(tx, ballots(cast, post, comment))
        codes = {
            who.id: set[str | None]() for who in (cast.alice, cast.bob, cast.carol, cast.admin, cast.mallory)
        }
        for ballot, refusal in zip(ballots(cast, post, comment), refusals, strict=True):
            codes[ballot.voter.id].add(refusal.code if refusal else None)
    assert codes[cast.carol.id] == {"banned_from_community"}
    assert codes[cast.mallory.id] == {"site_ban"}
    assert codes[cast.alice.id] == {"community_is_private"}
    assert codes[cast.admin.id] == {None}
