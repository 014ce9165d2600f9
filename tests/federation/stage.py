"""Where most stories of what arrives are played: our server with a community, and another one that the test plays itself."""

from collections.abc import Callable

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.communities.follow import accept_follow, follow_community
from folkmoot.model.communities import Community
from folkmoot.model.people import Viewer
from tests.federation.conftest import Found
from tests.federation.network import Server
from tests.federation.peer import Actor, Members, Peer


class Scene:
    """a.example with !gardening of bob, where alice is; there.example with carol and !baking, which alice follows."""

    def __init__(
        self,
        a: Server,
        alice: Viewer,
        bob: Viewer,
        gardening: Community,
        there: Peer,
        carol: Actor,
        baking: Actor,
    ) -> None:
        self.a, self.alice, self.bob, self.gardening = a, alice, bob, gardening
        self.there, self.carol, self.baking = there, carol, baking

    async def tells(self, activity: Members, by: Actor | None = None) -> str:
        return await self.there.tells(self.a, activity, by)

    async def posted(self, name: str = "Figs in pots") -> Members:
        """A post by carol in our community."""
        page = self.there.page(self.carol, self.gardening.ap_id, name)
        assert (
            await self.tells(self.there.in_community("Create", self.carol, page, self.gardening.ap_id))
            == "accepted"
        )
        return page

    async def announced(self, name: str = "Bread") -> Members:
        """A post by carol in their community, passed on by it."""
        page = self.there.page(self.carol, self.baking.id, name)
        create = self.there.in_community("Create", self.carol, page, self.baking.id)
        assert await self.tells(self.there.announce(self.baking, create)) == "accepted"
        return page

    async def answered(self, text: str = "Mine are black.") -> str:
        """A comment by alice under the first post; its address."""
        async with self.a.writing() as tx:
            return (await create_comment(tx, self.alice, CreateComment(1, text))).comment.ap_id


async def set_scene(servers: Found, peer: Callable[[str], Peer]) -> Scene:
    """The scene before anything happened."""
    (a,) = await servers("a")
    alice, bob = await a.joins("alice"), await a.joins("bob")
    gardening = await a.founds("gardening", bob)
    there = peer("there.example")
    carol = there.person("carol")
    baking = there.group("baking", carol)
    await a.resolves(alice, baking.id)
    community = await a.community("baking", "there.example")
    async with a.writing() as tx:
        await follow_community(tx, alice, community.id)
        await accept_follow(tx, community.id, alice.id)
        await tx.run("DELETE FROM outgoing")
    return Scene(a, alice, bob, gardening, there, carol, baking)
