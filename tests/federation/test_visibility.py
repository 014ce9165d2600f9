"""Private, unlisted and local-only communities and votes that stay here, between servers (cases 73 to 78)."""

import json
from collections.abc import Callable

import pytest

from folkmoot.apub.fetch import fetcher_of
from folkmoot.apub.signing import Scheme
from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.communities.directory import ListCommunities, list_communities
from folkmoot.core.communities.edit import EditCommunity, edit_community
from folkmoot.core.communities.follow import follow_community
from folkmoot.core.communities.members import let_in, turn_away
from folkmoot.core.listings.front import ListPosts, list_posts
from folkmoot.core.people.settings import SaveSettings, save_settings
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.delete import delete_post
from folkmoot.core.threads.complete import ask_for_the_rest
from folkmoot.core.threads.read import ReadThread, read_thread
from folkmoot.core.votes.cast import vote_on_post
from folkmoot.model.communities import Community
from folkmoot.model.enums import Listing, PostSort, Visibility
from folkmoot.model.errors import NotFound, Refusal
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.model.time import MINUTE
from folkmoot.store import posts
from folkmoot.store.db import Tx
from tests import rows
from tests.federation.conftest import Found
from tests.federation.network import Network, Server
from tests.federation.peer import PUBLIC, Actor, Peer
from tests.federation.test_two_servers import joined

GROUP = "https://a.example/c/truffles"


class Scene:
    """!truffles of bob is private and on a; alice of b asks to join, dora of d does not."""

    def __init__(self, network: Network, servers: list[Server]) -> None:
        self.network = network
        self.a, self.b, self.d = servers

    async def begin(self) -> None:
        self.bob = await self.a.joins("bob")
        self.truffles: Community = await self.a.founds("truffles", self.bob, visibility=Visibility.PRIVATE)
        async with self.a.writing() as tx:
            await create_post(tx, self.bob, CreatePost(self.truffles.id, "Under the oak"))
            await create_comment(tx, self.bob, CreateComment(1, "Tell nobody."))
        self.alice, self.here = await joined(self.b, "alice", "!truffles@a.example")
        self.dora = await self.d.joins("dora")
        await self.d.resolves(self.dora, "!truffles@a.example")
        self.alice_at_a: int = await self.a.value("SELECT id FROM person WHERE name = 'alice'")

    async def lets_alice_in(self) -> None:
        async with self.a.writing() as tx:
            await let_in(tx, self.bob, self.truffles.id, self.alice_at_a)
        await self.network.settle()

    async def turns_alice_away(self) -> None:
        async with self.a.writing() as tx:
            await turn_away(tx, self.bob, self.truffles.id, self.alice_at_a)
        await self.network.settle()

    async def posts(self, name: str) -> None:
        """bob posts in it."""
        async with self.a.writing() as tx:
            await create_post(tx, self.bob, CreatePost(self.truffles.id, name))
        await self.network.settle()

    async def follows_at_b(self) -> list[bool]:
        """Whether alice waits, as b knows it; nothing where she does not follow."""
        return [bool(row[0]) for row in await self.b.rows("SELECT pending FROM community_follow")]


@pytest.fixture
async def scene(servers: Found, network: Network) -> Scene:
    made = Scene(network, await servers("a", "b", "d"))
    await made.begin()
    return made


async def names_in(server: Server, viewer: Viewer, **more: object) -> list[str]:
    """What somebody finds in lists, the newest first."""
    async with server.db.read() as tx:
        asked = ListPosts(sort=PostSort.NEW, **more)  # type: ignore[arg-type]
        return [view.post.name for view in (await list_posts(tx, viewer, asked)).items]


# --- private -------------------------------------------------------------------------------------------------------


async def test_who_was_not_let_in_gets_nothing__case_73__SIG_23(scene: Scene) -> None:
    assert await scene.b.value("SELECT visibility FROM community") == "Private"
    assert await scene.follows_at_b() == [True]
    await scene.posts("More of them")
    addresses = ["https://a.example/post/1", "https://a.example/comment/1"]
    addresses += [f"{GROUP}/{name}" for name in ("outbox", "featured", "moderators")]
    addresses += [
        "https://a.example/post/1/context",
        f"{GROUP}/followers?is_follower=https://b.example/u/alice",
    ]
    for server in (scene.b, scene.d):
        assert await server.value("SELECT count(*) FROM post") == 0
        for address in addresses:
            assert await _asks(server, address) == 404, address
    for server, who in ((scene.b, scene.alice), (scene.d, scene.dora)):
        with pytest.raises(Refusal, match="couldnt_find_object"):
            await server.resolves(who, "https://a.example/post/1")


async def test_who_was_let_in_gets_what_is_new_and_may_fetch_the_rest__case_73__VIS_1__VIS_2(
    scene: Scene,
) -> None:
    await scene.lets_alice_in()
    assert await scene.follows_at_b() == [False]
    assert not any(
        "Under the oak" in one.body.decode() for one in scene.network.asked_of("b.example", method="POST")
    )
    assert await names_in(scene.b, scene.alice, scope=Listing.ALL) == ["Under the oak"], "it was asked for"
    await scene.posts("More of them")
    assert await names_in(scene.b, scene.alice, scope=Listing.ALL) == ["More of them", "Under the oak"]
    assert await names_in(scene.b, ANONYMOUS, scope=Listing.ALL) == []
    assert (await scene.b.resolves(scene.alice, "https://a.example/post/1")).kind == "post"
    assert await _asks(scene.b, f"{GROUP}/outbox") == 200
    assert await _asks(scene.d, f"{GROUP}/outbox") == 404
    assert await scene.d.value("SELECT count(*) FROM post") == 0
    told = scene.network.asked_of("b.example", method="POST")
    assert not any(PUBLIC in request.body.decode() for request in told)
    post_at_b = await scene.b.value("SELECT id FROM post WHERE name = 'More of them'")
    async with scene.b.writing() as tx:
        await create_comment(tx, scene.alice, CreateComment(post_at_b, "I found one."))
        await vote_on_post(tx, scene.alice, post_at_b, 1)
    await scene.network.settle()
    assert await scene.a.value("SELECT count(*) FROM comment WHERE content = 'I found one.'") == 1
    assert await scene.a.value("SELECT score FROM post WHERE name = 'More of them'") == 2


async def test_members_on_three_servers_read_each_other__VIS_1(scene: Scene) -> None:
    """b keeps what alice wrote in a's community, and asks a who may have it: a itself, then d, once dora was let in; never z."""
    await scene.lets_alice_in()
    async with scene.b.writing() as tx:
        await create_comment(tx, scene.alice, CreateComment(1, "I found one."))
        await create_post(tx, scene.alice, CreatePost(scene.here, "By the brook"))
    await scene.network.settle()
    theirs = ["https://b.example/comment/1", "https://b.example/post/2"]
    for address in theirs:
        assert [await _asks(scene.a, address), await _asks(scene.d, address)] == [200, 404]
    asked = len(scene.network.asked_of("a.example", method="GET"))
    assert await _asks(scene.d, theirs[0]) == 404
    assert len(scene.network.asked_of("a.example", method="GET")) == asked, "it is known for a minute"

    async with scene.d.writing() as tx:
        await follow_community(tx, scene.dora, 1)
    await scene.network.settle()
    async with scene.a.writing() as tx:
        await let_in(
            tx, scene.bob, scene.truffles.id, await tx.value("SELECT id FROM person WHERE name = 'dora'")
        )
    for server in (scene.a, scene.b, scene.d):
        server.clock.advance(MINUTE)
    await scene.network.settle()
    assert await names_in(scene.d, scene.dora, scope=Listing.ALL) == ["By the brook", "Under the oak"]
    async with scene.d.writing() as tx:
        number = await tx.value("SELECT id FROM post WHERE name = 'Under the oak'")
        under = await posts.by_id(tx, number)
        assert under is not None
        await ask_for_the_rest(tx, scene.dora, under)
    await scene.network.settle()
    assert {row[0] for row in await scene.d.rows("SELECT content FROM comment")} == {
        "Tell nobody.",
        "I found one.",
    }
    scene.network.down.add("a.example")
    for server in (scene.a, scene.b, scene.d):
        server.clock.advance(MINUTE)
    assert await _asks(scene.d, theirs[0]) == 503, "nobody takes it for gone because a is away"


async def test_the_answer_no_ends_the_waiting__case_74(scene: Scene) -> None:
    await scene.turns_alice_away()
    assert await scene.follows_at_b() == []
    async with scene.b.writing() as tx:
        await follow_community(tx, scene.alice, scene.here)
    await scene.network.settle()
    assert await scene.follows_at_b() == [True], "asking again is allowed"


async def test_who_is_removed_gets_no_more_and_sees_no_more__case_74__VIS_3(scene: Scene) -> None:
    await scene.lets_alice_in()
    await scene.posts("More of them")
    post_at_b = await scene.b.value("SELECT max(id) FROM post")
    await scene.turns_alice_away()
    assert await scene.follows_at_b() == []
    await scene.posts("The last of them")
    assert await scene.b.value("SELECT count(*) FROM post") == 2, "what was there before, and the next"
    async with scene.b.db.read() as tx:
        with pytest.raises(NotFound):
            await read_thread(tx, scene.alice, ReadThread(post_at_b))
    assert await names_in(scene.b, scene.alice, scope=Listing.ALL) == []
    assert await _asks(scene.b, f"{GROUP}/outbox") == 404


async def test_whoever_waits_hears_yes_when_it_opens__VIS_5(scene: Scene) -> None:
    async with scene.a.writing() as tx:
        await edit_community(tx, scene.bob, EditCommunity(scene.truffles.id, visibility=Visibility.PUBLIC))
    await scene.network.settle()
    assert await scene.follows_at_b() == [False]
    assert await scene.b.value("SELECT visibility FROM community") == "Public"
    async with scene.a.writing() as tx:
        await edit_community(tx, scene.bob, EditCommunity(scene.truffles.id, visibility=Visibility.PRIVATE))
    await scene.network.settle()
    assert await scene.b.value("SELECT visibility FROM community") == "Private"


@pytest.fixture
async def there(scene: Scene, peer: Callable[[str], Peer]) -> tuple[Peer, Actor]:
    """carol of there.example, whom bob let in."""
    made = peer("there.example")
    carol = made.person("carol")
    assert await made.tells(scene.a, made.activity("Follow", carol, GROUP)) == "accepted"
    assert made.got == [], "a moderator answers"
    async with scene.a.writing() as tx:
        number = await tx.value("SELECT id FROM person WHERE name = 'carol'")
        await let_in(tx, scene.bob, scene.truffles.id, number)
    await scene.network.settle()
    return made, carol


async def test_the_follow_comes_back_with_the_answer(scene: Scene, there: tuple[Peer, Actor]) -> None:
    peer, carol = there
    (answer,) = [one for one in peer.got if one["type"] == "Accept"]
    assert answer["actor"] == GROUP
    assert (answer["object"]["type"], answer["object"]["actor"], answer["object"]["object"]) == (
        "Follow",
        carol.id,
        GROUP,
    )
    assert answer["object"]["id"].startswith("https://there.example/activities/follow/")


@pytest.mark.parametrize(("to", "verdict"), [([PUBLIC], "public_in_private_community"), ([], "accepted")])
async def test_private_communities_take_private_posts__case_75__CMN_3__VIS_5(
    scene: Scene, there: tuple[Peer, Actor], to: list[str], verdict: str
) -> None:
    peer, carol = there
    page = peer.page(carol, GROUP, to=[GROUP, f"{GROUP}/followers", *to], cc=[])
    created = peer.activity("Create", carol, page, to=page["to"], cc=[], audience=GROUP)
    assert await peer.tells(scene.a, created) == verdict


async def test_what_is_said_in_private_is_for_members__case_75(
    scene: Scene, peer: Callable[[str], Peer]
) -> None:
    other = peer("other.example")
    eve = other.person("eve")
    page = other.page(eve, GROUP, to=[GROUP, f"{GROUP}/followers"], cc=[])
    created = other.activity("Create", eve, page, to=page["to"], cc=[], audience=GROUP)
    assert await other.tells(scene.a, created) == "community_is_private"


async def test_software_that_shows_everything_is_not_let_in__VIS_4(
    scene: Scene, peer: Callable[[str], Peer]
) -> None:
    mbin = peer("mbin.example")
    mia = mbin.person("mia")
    async with scene.a.writing() as tx:
        number = await rows.instance(tx, "mbin.example")
        await tx.run("UPDATE instance SET software = 'mbin' WHERE id = :id", id=number)
    assert await mbin.tells(scene.a, mbin.activity("Follow", mia, GROUP)) == "community_is_private"
    assert [one["type"] for one in mbin.got] == ["Reject"]


# --- local only, unlisted ------------------------------------------------------------------------------------------


async def test_what_is_for_this_server_alone_does_not_exist_elsewhere__case_76__SND_8(
    servers: Found, network: Network, peer: Callable[[str], Peer]
) -> None:
    a, b = await servers("a", "b")
    bob, alice = await a.joins("bob"), await b.joins("alice")
    attic = await a.founds("attic", bob, visibility=Visibility.LOCAL_ONLY)
    async with a.writing() as tx:
        secret = await create_post(tx, bob, CreatePost(attic.id, "Old letters"))
        await delete_post(tx, bob, secret.id, deleted=True)
        await create_post(tx, bob, CreatePost(attic.id, "Old chairs"))
    await network.settle()
    for path in (
        "/c/attic",
        "/c/attic/outbox",
        "/post/2",
        "/.well-known/webfinger?resource=acct:attic@a.example",
    ):
        assert await _asks(b, f"https://a.example{path}") in (400, 404), path
    with pytest.raises(Refusal, match="couldnt_find_object"):
        await b.resolves(alice, "!attic@a.example")
    there = peer("there.example")
    wish = there.activity("Follow", there.person("carol"), attic.ap_id)
    assert await there.tells(a, wish) == "couldnt_find_community"
    assert [one["type"] for one in there.got] == ["Reject"]
    async with a.writing() as tx:
        await edit_community(tx, bob, EditCommunity(attic.id, visibility=Visibility.PUBLIC))
    _, here = await joined(b, "ben", "!attic@a.example")
    await network.settle()
    assert await b.rows("SELECT name FROM post WHERE community_id = :id", id=here) in ([], [("Old chairs",)])
    assert not any(b"Old letters" in request.body for request in network.asked)


async def test_an_unlisted_community_is_followed_and_in_no_list__case_77__CMN_2(
    servers: Found, network: Network
) -> None:
    a, b = await servers("a", "b")
    bob = await a.joins("bob")
    attic = await a.founds("attic", bob, visibility=Visibility.UNLISTED)
    alice, here = await joined(b, "alice", "!attic@a.example")
    assert await b.value("SELECT visibility FROM community") == "Unlisted"
    assert not await b.value("SELECT pending FROM community_follow")
    async with b.writing() as tx:
        await create_post(tx, alice, CreatePost(here, "Old chairs"))
    await network.settle()
    assert await a.value("SELECT count(*) FROM post") == 1
    for server, number in ((a, attic.id), (b, here)):
        assert await names_in(server, ANONYMOUS, scope=Listing.ALL) == []
        assert await names_in(server, ANONYMOUS, community_id=number) == ["Old chairs"]
        async with server.db.read() as tx:
            found = await list_communities(tx, ANONYMOUS, ListCommunities())
        assert found.items == []
    sent = [json.loads(request.body) for request in network.asked_of("a.example", method="POST")]
    (created,) = [one for one in sent if one["type"] == "Create"]
    assert created["to"] == [attic.ap_id, f"{attic.ap_id}/followers"]
    assert PUBLIC in created["cc"]


# --- votes ---------------------------------------------------------------------------------------------------------


async def _account(tx: Tx, who: Viewer, *, told: bool) -> None:
    await save_settings(tx, who, SaveSettings(federate_votes=told))


async def test_votes_stay_here_where_somebody_wants_that__case_78__VOT_3(
    servers: Found, network: Network
) -> None:
    a, b = await servers("a", "b")
    bob = await a.joins("bob")
    gardening = await a.founds("gardening", bob)
    alice, _ = await joined(b, "alice", "!gardening@a.example")
    async with a.writing() as tx:
        await create_post(tx, bob, CreatePost(gardening.id, "Tomatoes in June"))
    await network.settle()
    async with b.writing() as tx:
        await _account(tx, alice, told=False)
        quiet = await rows.viewer(tx, "alice")
        await vote_on_post(tx, quiet, 1, 1)
    await network.settle()
    assert [await server.value("SELECT score FROM post") for server in (a, b)] == [1, 2]
    async with b.writing() as tx:
        await _account(tx, quiet, told=True)
    await network.settle()
    assert [await server.value("SELECT score FROM post") for server in (a, b)] == [1, 2]
    async with b.writing() as tx:
        await vote_on_post(tx, await rows.viewer(tx, "alice"), 1, -1)
    await network.settle()
    assert [await server.value("SELECT score FROM post") for server in (a, b)] == [0, 0]


async def _asks(server: Server, address: str) -> int:
    """The status that a server gets for what it asks, signed by its site."""
    return (await fetcher_of(server.context)._signed(address, Scheme.DRAFT)).status
