"""Who is banned from a community elsewhere ceases to follow it there, and goes on here: when the ban ends, their server asks once more."""

import pytest

from folkmoot.core.communities.ban import BanFromCommunity, ban_from_community
from folkmoot.core.communities.follow import unfollow_community
from folkmoot.core.people.ban import BanFromSite, ban_from_site, lift_expired_bans
from folkmoot.model.people import Viewer
from folkmoot.model.time import DAY, HOUR, MINUTE, SECOND, FixedClock
from tests.core.stories import write_post
from tests.federation.conftest import Found
from tests.federation.network import Network
from tests.federation.test_two_servers import joined


class Scene:
    """!gardening of bob on a; alice of b follows it, and nobody else of b does."""

    def __init__(self, network: Network, clock: FixedClock) -> None:
        self.network, self.clock = network, clock

    async def begin(self, servers: Found) -> None:
        self.a, self.b = await servers("a", "b")
        self.bob, self.admin = await self.a.joins("bob"), await self.b.joins("admin", admin=True)
        self.gardening = await self.a.founds("gardening", self.bob)
        self.alice, self.here = await joined(self.b, "alice", "!gardening@a.example")
        self.alice_at_a: int = await self.a.value("SELECT id FROM person WHERE name = 'alice'")

    async def bans(self, *, on: bool = True, until: int | None = None) -> None:
        """bob does."""
        expires = until // SECOND if until is not None else None
        asked = BanFromCommunity(self.gardening.id, self.alice_at_a, on, expires)
        async with self.a.writing() as tx:
            await ban_from_community(tx, self.bob, asked)
        await self.network.settle()

    async def bans_at_home(self, who: Viewer, *, on: bool) -> None:
        """An admin of alice's own server does."""
        async with self.b.writing() as tx:
            await ban_from_site(tx, self.admin, BanFromSite(who.id, on))
        await self.network.settle()

    async def later(self, time: int) -> None:
        self.clock.advance(time)
        for server in (self.a, self.b):
            async with server.writing() as tx:
                await lift_expired_bans(tx)
        await self.network.settle()

    async def followers(self) -> tuple[int, int]:
        """How many of b follow it as a knows, and as b does, the waiting not counted."""
        count = "SELECT count(*) FROM community_follow f JOIN person p ON p.id = f.person_id WHERE p.name = 'alice' AND NOT pending"
        return await self.a.value(count), await self.b.value(count)

    async def hears(self, title: str) -> bool:
        """Whether a new post arrives at b."""
        async with self.a.writing() as tx:
            await write_post(tx, self.bob, self.gardening, title)
        await self.network.settle()
        return bool(await self.b.value("SELECT count(*) FROM post WHERE name = :title", title=title))


@pytest.fixture
async def scene(servers: Found, network: Network, clock: FixedClock) -> Scene:
    scene = Scene(network, clock)
    await scene.begin(servers)
    assert await scene.hears("Before")
    return scene


async def test_who_is_forgiven_follows_again__PERM_7__SND_6(scene: Scene) -> None:
    await scene.bans()
    assert await scene.followers() == (0, 1)
    await scene.bans(on=False)
    await scene.later(MINUTE)
    assert await scene.followers() == (1, 1)
    assert await scene.hears("After")


async def test_who_was_banned_for_a_while_follows_again_when_it_is_over__PERM_7(scene: Scene) -> None:
    await scene.bans(until=scene.clock.now() // SECOND * SECOND + DAY)
    await scene.later(DAY - HOUR)
    assert await scene.followers() == (0, 1)
    await scene.later(HOUR + MINUTE)
    await scene.later(2 * HOUR)  # servers end their bans once an hour
    assert await scene.followers() == (1, 1)
    assert await scene.hears("After")


async def test_who_was_banned_at_home_follows_again_what_they_followed__SND_7(scene: Scene) -> None:
    await scene.bans_at_home(scene.alice, on=True)
    assert await scene.followers() == (0, 1)
    await scene.bans_at_home(scene.alice, on=False)
    await scene.later(MINUTE)
    assert await scene.followers() == (1, 1)
    assert await scene.hears("After")


@pytest.mark.parametrize("how", ["left", "banned at home"])
async def test_who_does_not_want_to_any_more_or_may_not_does_not(scene: Scene, how: str) -> None:
    await scene.bans()
    if how == "left":
        async with scene.b.writing() as tx:
            await unfollow_community(tx, scene.alice, scene.here)
    await scene.bans(on=False)
    if how == "banned at home":
        await scene.bans_at_home(scene.alice, on=True)
    before = len(scene.network.asked)
    await scene.later(MINUTE)
    told = [one for one in scene.network.asked[before:] if one.method == "POST" and b'"Follow"' in one.body]
    assert (told, (await scene.followers())[0]) == ([], 0)
