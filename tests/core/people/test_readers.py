"""Who is looking, as a process remembers it: what somebody has none of is not asked about, and shows as soon as they have it."""

from collections.abc import Awaitable, Callable

import pytest

from folkmoot.core.communities.ban import BanFromCommunity, ban_from_community
from folkmoot.core.listings import front
from folkmoot.core.listings.front import ListPosts
from folkmoot.core.people import block
from folkmoot.core.people.readers import Viewers
from folkmoot.model.enums import Listing
from folkmoot.model.people import BANS, BLOCKS, Viewer
from folkmoot.store.db import Database, Tx, count_statements
from tests.cast import Cast
from tests.core.people.helpers import logged_in
from tests.core.stories import write_post

Deed = Callable[[Tx, Viewer, Cast], Awaitable[object]]
DEEDS: dict[str, Deed] = {
    "person": lambda tx, alice, cast: block.block_person(tx, alice, cast.carol.id),
    "community": lambda tx, alice, cast: block.block_community(tx, alice, cast.baking.id),
    "instance": lambda tx, alice, cast: block.block_instance(tx, alice, cast.baking.instance_id),
    "domain": lambda tx, alice, cast: block.block_domain(tx, alice, "cakes.example"),
    "keyword": lambda tx, alice, cast: block.block_keyword(tx, alice, "sourdough"),
}


async def _alice_sees(db: Database, viewers: Viewers, token: str) -> list[str]:
    alice = await viewers.viewer_of(token)
    async with db.read() as tx:
        return [view.post.name for view in (await front.list_posts(tx, alice, ListPosts(Listing.ALL))).items]


@pytest.mark.parametrize("kind", BLOCKS)
async def test_who_blocks_for_the_first_time_sees_it_at_once__L_15(
    db: Database, cast: Cast, kind: str
) -> None:
    async with db.write() as tx:
        await write_post(
            tx, cast.carol, cast.baking, name="All about sourdough", url="https://cakes.example/1"
        )
        await write_post(tx, cast.bob, cast.gardening, name="All about slugs")
    viewers = Viewers(db)
    _, token = await logged_in(db, cast.alice)
    assert len(await _alice_sees(db, viewers, token)) == 2
    alice = await viewers.viewer_of(token)
    assert alice.free_of == {*BLOCKS, BANS}

    async with db.write() as tx:
        await DEEDS[kind](tx, alice, cast)

    assert await _alice_sees(db, viewers, token) == ["All about slugs"]
    assert (await viewers.viewer_of(token)).free_of == {*BLOCKS, BANS} - {kind}


async def test_who_is_banned_from_a_community_is_told_at_once(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await write_post(tx, cast.bob, cast.gardening)
    viewers = Viewers(db)
    _, token = await logged_in(db, cast.alice)

    async def banned() -> list[bool]:
        alice = await viewers.viewer_of(token)
        async with db.read() as tx:
            return [
                bool(line.banned_from_community) for line in await front.post_lines(tx, alice, ListPosts())
            ]

    assert await banned() == [False]
    async with db.write() as tx:
        await ban_from_community(tx, cast.bob, BanFromCommunity(cast.gardening.id, cast.alice.id))
    assert await banned() == [True]


async def test_a_reader_who_blocks_nothing_is_not_asked_about_blocks(db: Database, cast: Cast) -> None:
    viewers = Viewers(db)
    _, token = await logged_in(db, cast.alice)
    alice = await viewers.viewer_of(token)
    async with db.read() as tx:
        with count_statements() as asked_of_her:
            await front.post_lines(tx, alice, ListPosts())
        with count_statements() as asked_of_anybody:
            await front.post_lines(tx, cast.alice, ListPosts())
    free, unknown = " ".join(asked_of_her.statements), " ".join(asked_of_anybody.statements)
    for kind in BLOCKS:
        assert f"{kind}_block" not in free
        assert f"{kind}_block" in unknown
