"""By comments posts stand in an index of steps, which most comments leave alone, and come in the order of their numbers all the same."""

from random import Random
from typing import Any

import pytest

from folkmoot.core.comments.create import CreateComment, Uncounted, count_together, create_comment
from folkmoot.core.comments.delete import delete_comment
from folkmoot.model.enums import Listing, PostSort
from folkmoot.model.ranking import SINGLE_STEPS, comments_step
from folkmoot.model.records import altered
from folkmoot.store import places, search_down
from folkmoot.store.db import Database, Tx, count_statements
from folkmoot.store.dialect.base import split_statements
from folkmoot.store.listing import pages
from folkmoot.store.listing.filters import Shape
from folkmoot.store.migrate import known_migrations
from folkmoot.store.recount import recount
from tests.cast import Cast
from tests.core.stories import write_comment, write_post
from tests.store.listing.conftest import plant_post, step_in_sql
from tests.store.listing.test_pages import walk, wanted

LARGEST = 2**31 - 1
"""No post has more comments than the column holds."""


def numbers() -> list[int]:
    """Every small number, both sides of each step, and others."""
    edges = [1 << bits for bits in range(31)]
    near = {edge + by for edge in edges for by in (-1, 0, 1)} | set(range(600)) | {LARGEST}
    random = Random(3)
    return sorted(
        number for number in near | {random.randrange(LARGEST) for _ in range(400)} if number <= LARGEST
    )


def test_a_step_is_never_lower_than_that_of_fewer_comments() -> None:
    steps = [comments_step(number) for number in numbers()]
    assert steps == sorted(steps)
    assert steps[:10] == [0, 1, 2, 3, 4, 4, 4, 4, 5, 5]


def test_below_four_each_number_is_a_step_of_its_own_and_then_each_leads_to_twice_as_many() -> None:
    assert [comments_step(number) for number in range(SINGLE_STEPS)] == list(range(SINGLE_STEPS))
    assert comments_step(SINGLE_STEPS) == SINGLE_STEPS
    for number in (4, 7, 100, 5000):
        assert comments_step(2 * number) == comments_step(number) + 1


async def test_the_migration_computes_the_same_step(db: Database) -> None:
    async with db.read() as tx:
        for number in numbers():
            found = await tx.value(
                f"SELECT {step_in_sql()} FROM (SELECT CAST(:n AS INTEGER) AS comments) AS p", n=number
            )
            assert found == comments_step(number), number


async def test_the_migration_gives_every_post_its_step(db: Database, cast: Cast) -> None:
    (script,) = [each.script for each in known_migrations() if "before_comments_steps" in each.name]
    (fill,) = [text for text in split_statements(script, db.dialect.name) if text.startswith("UPDATE")]
    given = [0, 1, 7, 8, 9, 10, 31, 32, 1000, 123_456]
    async with db.write() as tx:
        for number, comments in enumerate(given):
            await plant_post(
                tx, number, community_id=cast.gardening.id, creator_id=cast.bob.id, comments=comments
            )
        await tx.run("UPDATE post SET comments_step = 0")
    await db.script([fill])
    async with db.read() as tx:
        rows = await tx.all("SELECT comments, comments_step FROM post ORDER BY comments")
    assert [tuple(row) for row in rows] == [(number, comments_step(number)) for number in given]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("of", ["all", "community", "person"])
async def test_the_order_by_steps_is_the_order_by_comments(
    db: Database, cast: Cast, seed: int, of: str
) -> None:
    """Page by page, whatever the page ends with; many posts have as many comments as others."""
    random, planted = Random(seed), []
    async with db.write() as tx:
        for number in range(150):
            planted.append(
                await plant_post(
                    tx, number, community_id=random.choice((cast.gardening.id, cast.baking.id)),
                    creator_id=random.choice((cast.bob.id, cast.carol.id)), comments=int(2 ** random.uniform(0, 9)) - random.choice((0, 1)),
                    published=tx.now - random.randrange(4), featured_local=number % 40 == 0, featured_community=number % 30 == 0,
                )
            )  # fmt: skip
    asked: dict[str, Any] = {
        "all": {},
        "community": {"community_id": cast.gardening.id},
        "person": {"creator_id": cast.bob.id, "shape": {"creator": True}},
    }[of]
    flag = "featured_community" if of == "community" else "featured_local"
    here = [
        post
        for post in planted
        if all(post[name] == value for name, value in asked.items() if name != "shape")
    ]
    here.sort(key=lambda post: (post[flag], post["comments"], post["published"], post["id"]), reverse=True)
    expected = [post["id"] for post in here]
    first = wanted(cast.alice, cast, Listing.ALL, PostSort.MOST_COMMENTS, **asked)
    for limit in (1, 7, 50):
        assert await walk(db, first, limit) == expected
    async with db.read() as tx:
        for page in (1, 2, 4):
            keys, _ = await pages.post_keys(tx, altered(first, limit=20, page=page))
            assert [key.id for key in keys] == expected[20 * (page - 1) : 20 * page]


@pytest.mark.parametrize("community", [False, True])
async def test_a_search_for_a_common_word_goes_down_the_same_list(
    db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch, community: bool
) -> None:
    """A few rows at a time, so that the next ones begin within a step, at its end, and where the last strip begins."""
    monkeypatch.setattr(search_down, "_STEPS", ((search_down.FARTHEST, 9),))
    random, planted = Random(5), []
    async with db.write() as tx:
        for number in range(120):
            planted.append(
                await plant_post(
                    tx, number, community_id=random.choice((cast.gardening.id, cast.baking.id)), creator_id=cast.bob.id,
                    comments=random.choice((0, 1, 2, 3, 4, 5, 7, 8, 9, 30)), published=tx.now - random.randrange(4),
                )
            )  # fmt: skip
    here = [post for post in planted if not community or post["community_id"] == cast.gardening.id]
    here.sort(key=lambda post: (post["comments"], post["published"], post["id"]), reverse=True)
    shape = Shape("post", scope=Listing.ALL, community=community, signed_in=True)
    asked = search_down.Wanted(
        shape, PostSort.MOST_COMMENTS, ("post",), viewer_id=cast.alice.id, community_id=cast.gardening.id
    )
    down = search_down.Walk(asked)
    async with db.read() as tx:
        assert await down.finds(tx, len(here))
    assert [row[1] for row in down.rest] == [post["id"] for post in here]


async def of_post(tx: Tx, number: int) -> tuple[int, int]:
    row = await tx.first("SELECT comments, comments_step FROM post WHERE id = :id", id=number)
    assert row
    return row[0], row[1]


async def test_only_a_comment_that_lifts_its_post_a_step_names_the_step(db: Database, cast: Cast) -> None:
    """What an UPDATE names it moves in every index, even if it stays as it was. It is one statement either way."""
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        seen, told = [], []
        for number in range(1, 15):
            with count_statements() as counter:
                await write_comment(tx, cast.bob, post, f"Number {number}")
                assert await of_post(tx, post.id) == (number, comments_step(number))
            seen.append("comments_step = " in "\n".join(counter.statements))
            told.append(len(counter.statements))
    assert seen == [comments_step(number) != comments_step(number - 1) for number in range(1, 15)]
    assert seen.count(True) == 5
    assert len(set(told[1:])) == 1
    assert await recount(db, repair=False) == []


async def test_comments_counted_together_lift_each_post_as_far_as_it_goes(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        posts = [await write_post(tx, cast.alice, cast.gardening, f"Post {number}") for number in range(4)]
        for number in range(8):
            await write_comment(tx, cast.bob, posts[0], f"Before {number}")
        later: list[Uncounted] = []
        for post, times in zip(posts, (1, 2, 9, 1), strict=True):
            for number in range(times):
                await create_comment(tx, cast.alice, CreateComment(post.id, f"Now {number}"), later=later)
        await count_together(tx, later)
        assert [await of_post(tx, post.id) for post in posts] == [(9, 5), (2, 2), (9, 5), (1, 1)]
    assert await recount(db, repair=False) == []


async def test_a_post_comes_down_a_step_when_comments_go(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        said = [await write_comment(tx, cast.bob, post, f"Number {number}") for number in range(9)]
        found = []
        for comment in said[:6]:
            await delete_comment(tx, cast.bob, comment.id, deleted=True)
            found.append(await of_post(tx, post.id))
        assert found == [(8, 5), (7, 4), (6, 4), (5, 4), (4, 4), (3, 3)]


async def test_a_step_that_an_older_program_left_behind_is_right_with_the_next_comment(
    db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        for number in range(8):
            await write_comment(tx, cast.bob, post, f"Number {number}")
        await tx.run("UPDATE post SET comments_step = 3 WHERE id = :id", id=post.id)
        place = await places.post(tx, post.id, cast.bob.id)
        assert place
        assert place.step == 3
        await write_comment(tx, cast.bob, post, "One more")
        assert await of_post(tx, post.id) == (9, 5)
