"""Whatever people do, and in whatever order: every stored count is what the rows say, and rows agree with each other."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.comments.delete import delete_comment
from folkmoot.core.comments.edit import EditComment, edit_comment
from folkmoot.core.comments.remove import remove_comment
from folkmoot.core.communities.ban import BanFromCommunity, ban_from_community
from folkmoot.core.communities.create import CreateCommunity, create_community
from folkmoot.core.communities.follow import follow_community, unfollow_community
from folkmoot.core.people.ban import BanFromSite, ban_from_site
from folkmoot.core.people.delete import delete_account
from folkmoot.core.people.passwords import prove_own
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.delete import delete_post
from folkmoot.core.posts.edit import EditPost, edit_post
from folkmoot.core.posts.remove import remove_post
from folkmoot.core.site import purge, upkeep
from folkmoot.core.votes.cast import vote_on_comment, vote_on_post
from folkmoot.model.errors import Refusal
from folkmoot.model.people import Viewer
from folkmoot.model.time import DAY, HOUR, FixedClock
from folkmoot.store.consistency import faults
from folkmoot.store.db import Database, Tx
from folkmoot.store.recount import recount
from tests import rows
from tests.cast import Cast, somebody
from tests.rows import password_of

Deed = Callable[["World", Tx], Awaitable[object]]


@dataclass
class World:
    """Everybody, and dice."""

    cast: Cast
    dice: random.Random
    people: list[Viewer]
    log: list[str] = field(default_factory=list)
    made: int = 0

    def who(self) -> Viewer:
        return self.dice.choice(self.people)

    def member(self) -> Viewer:
        return self.dice.choice([each for each in self.people if each.account])

    async def some(self, tx: Tx, table: str) -> int:
        """The id of a post or comment; early ones come up often, so that much happens to few, and now and then there is none."""
        ids = [row[0] for row in await tx.all(f"SELECT id FROM {table} ORDER BY id")]
        place = int(self.dice.paretovariate(0.7)) - 1
        return int(ids[place % len(ids)]) if ids and self.dice.random() < 0.95 else 999

    def state(self) -> bool:
        return self.dice.random() < 0.6

    def name(self) -> str:
        self.made += 1
        return f"Number {self.made}"

    def from_afar(self, who: Viewer, tx: Tx) -> dict[str, object]:
        """What comes with things from another server: an address, and a time that may be long past."""
        if who.account:
            return {}
        return {
            "ap_id": f"https://there.example/{self.name()}",
            "published": tx.now - self.dice.randrange(3 * DAY),
        }


# --- what people do ------------------------------------------------------------------------------------------------


async def write_post(world: World, tx: Tx) -> object:
    who, community = world.who(), world.dice.randint(1, 3)
    return await create_post(tx, who, CreatePost(community, world.name(), **world.from_afar(who, tx)))  # type: ignore[arg-type]


async def write_comment(world: World, tx: Tx) -> object:
    who, post_id, parent = world.who(), await world.some(tx, "post"), None
    if world.state():
        parent = await tx.first(
            "SELECT id, post_id FROM comment WHERE id = :id", id=await world.some(tx, "comment")
        )
        if parent:
            post_id = parent[1]
    asked = CreateComment(post_id, world.name(), parent[0] if parent else None, **world.from_afar(who, tx))  # type: ignore[arg-type]
    return await create_comment(tx, who, asked)


async def vote_post(world: World, tx: Tx) -> object:
    return await vote_on_post(tx, world.who(), await world.some(tx, "post"), world.dice.choice((1, 1, 0, -1)))


async def vote_comment(world: World, tx: Tx) -> object:
    return await vote_on_comment(
        tx, world.who(), await world.some(tx, "comment"), world.dice.choice((1, 1, 0, -1))
    )


async def author_of(world: World, tx: Tx, table: str, number: int) -> Viewer:
    creator = await tx.value(f"SELECT creator_id FROM {table} WHERE id = :id", id=number)
    return next((each for each in world.people if each.id == creator), world.who())


async def change_own_post(world: World, tx: Tx) -> object:
    number = await world.some(tx, "post")
    who = await author_of(world, tx, "post", number)
    if world.dice.random() < 0.3:
        return await edit_post(tx, who, EditPost(number, body=world.name()))
    return await delete_post(tx, who, number, deleted=world.state())


async def change_own_comment(world: World, tx: Tx) -> object:
    number = await world.some(tx, "comment")
    who = await author_of(world, tx, "comment", number)
    if world.dice.random() < 0.3:
        return await edit_comment(tx, who, EditComment(number, world.name()))
    return await delete_comment(tx, who, number, deleted=world.state())


async def moderate_post(world: World, tx: Tx) -> object:
    return await remove_post(
        tx,
        world.dice.choice((world.cast.bob, world.cast.admin)),
        await world.some(tx, "post"),
        removed=world.state(),
    )


async def moderate_comment(world: World, tx: Tx) -> object:
    return await remove_comment(
        tx,
        world.dice.choice((world.cast.bob, world.cast.admin)),
        await world.some(tx, "comment"),
        removed=world.state(),
    )


async def ban_there(world: World, tx: Tx) -> object:
    asked = BanFromCommunity(
        world.dice.randint(1, 3), world.who().id, ban=world.dice.random() < 0.3, remove_data=world.state()
    )
    return await ban_from_community(tx, world.cast.admin, asked)


async def ban_everywhere(world: World, tx: Tx) -> object:
    asked = BanFromSite(world.who().id, ban=world.dice.random() < 0.2, remove_data=world.state())
    return await ban_from_site(tx, world.cast.admin, asked)


async def follow(world: World, tx: Tx) -> object:
    change = follow_community if world.state() else unfollow_community
    return await change(tx, world.who(), world.dice.randint(1, 4))


async def found(world: World, tx: Tx) -> object:
    world.made += 1
    return await create_community(tx, world.member(), CreateCommunity(f"place_{world.made}", "A place"))


async def purge_something(world: World, tx: Tx) -> object:
    what = world.dice.choice(
        (
            purge.purge_post,
            purge.purge_comment,
            purge.purge_comment,
            purge.purge_community,
            purge.purge_person,
        )
    )
    number = await world.some(tx, "comment" if what is purge.purge_comment else "post")
    if what is purge.purge_community:
        number = world.dice.randint(4, 6)
    if what is purge.purge_person:
        number = world.people[-1].id
    return await what(tx, world.cast.admin, number)


DEEDS: dict[Deed, int] = {
    write_post: 10,
    write_comment: 30,
    vote_post: 20,
    vote_comment: 20,
    change_own_post: 12,
    change_own_comment: 12,
    moderate_post: 6,
    moderate_comment: 6,
    ban_there: 2,
    ban_everywhere: 2,
    follow: 8,
    found: 1,
    purge_something: 2,
}
"""What is done, and how often."""


async def live(db: Database, world: World, days: int, clock: FixedClock | None = None) -> None:
    """So many deeds, each in a transaction of its own; what is refused is undone."""
    for _ in range(days):
        deed = world.dice.choices(list(DEEDS), list(DEEDS.values()))[0]
        if clock:
            clock.advance(world.dice.randrange(HOUR))
        try:
            async with db.write() as tx:
                await deed(world, tx)
            world.log.append(deed.__name__)
        except Refusal as refusal:
            world.log.append(f"({deed.__name__}: {refusal.code})")


async def begin(db: Database, cast: Cast, seed: int, *, part: int = 0) -> World:
    async with db.write() as tx:
        more = [await somebody(tx, f"friend{part}x{number}") for number in range(2)]
    return World(
        cast,
        random.Random(seed * 100 + part),
        [cast.alice, cast.bob, cast.carol, *more],
        made=part * 10_000,
    )


async def assert_sound(db: Database, *worlds: World) -> None:
    drifts = await recount(db, repair=False)
    assert drifts == [], [world.log for world in worlds]
    assert await faults(db) == []


# --- the stories ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
async def test_counts_hold_whatever_happens__G_6(
    db: Database, cast: Cast, clock: FixedClock, seed: int
) -> None:
    world = await begin(db, cast, seed)
    for _ in range(4):
        await live(db, world, 60, clock)
        await assert_sound(db, world)
    assert sum(not line.startswith("(") for line in world.log) > 80, "much of it is allowed"
    clock.advance(40 * DAY)
    await upkeep.overwrite_deleted(db)
    await upkeep.refresh_ranks(db)
    await assert_sound(db, world)


async def test_counts_hold_when_people_leave_with_what_they_wrote__A_15(db: Database, cast: Cast) -> None:
    world = await begin(db, cast, 77)
    await live(db, world, 150)
    for who in (cast.alice, cast.bob):
        assert who.person
        async with db.read() as tx:
            viewer = await rows.viewer(tx, who.person.name)
        proof = await prove_own(db, viewer, password_of(who.person.name))
        async with db.write() as tx:
            await delete_account(tx, viewer, proof, with_content=True)
        await assert_sound(db, world)


@pytest.mark.parametrize("seed", range(4))
async def test_counts_hold_with_many_writers_at_once__G_6(db: Database, cast: Cast, seed: int) -> None:
    worlds = [await begin(db, cast, seed, part=part) for part in range(4)]
    async with asyncio.TaskGroup() as tasks:
        for world in worlds:
            tasks.create_task(live(db, world, 60))
    assert sum("busy" in line for world in worlds for line in world.log) < 20, (
        "writers rarely stand in each other's way"
    )
    await assert_sound(db, *worlds)
