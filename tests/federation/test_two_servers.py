"""Servers of ours among themselves: follow, post, answer, vote, edit, delete, moderate (cases 1 to 8)."""

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.communities.follow import follow_community
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.delete import delete_post
from folkmoot.core.posts.edit import EditPost, edit_post
from folkmoot.core.votes.cast import vote_on_post
from folkmoot.model.people import Viewer
from folkmoot.model.time import MINUTE
from folkmoot.store import destinations
from tests.federation.conftest import Found
from tests.federation.network import Network, Server


async def joined(server: Server, name: str, handle: str) -> tuple[Viewer, int]:
    """Somebody who follows a community elsewhere, and the community's id here."""
    who = await server.joins(name)
    found = await server.resolves(who, handle)
    async with server.writing() as tx:
        await follow_community(tx, who, found.id)
    await server.network.settle()
    return who, found.id


async def test_a_community_is_found_by_its_handle_and_followed__case_1(
    servers: Found, network: Network
) -> None:
    a, b = await servers("a", "b")
    await a.founds("gardening", await a.joins("bob"))
    alice = await b.joins("alice")
    found = await b.resolves(alice, "!gardening@a.example")
    assert found.kind == "community"
    asked = [str(request.url.path) for request in network.asked_of("a.example", method="GET")]
    assert asked[:2] == ["/.well-known/webfinger", "/c/gardening"]
    async with b.writing() as tx:
        await follow_community(tx, alice, found.id)
    assert await b.value("SELECT pending FROM community_follow")
    await network.settle()
    assert not await b.value("SELECT pending FROM community_follow")
    assert await a.value("SELECT subscribers FROM community") == 2


async def test_a_post_a_comment_and_votes_reach_everybody__cases_2_3_4(
    servers: Found, network: Network
) -> None:
    a, b, c = await servers("a", "b", "c")
    await a.founds("gardening", await a.joins("bob"))
    alice, here = await joined(b, "alice", "!gardening@a.example")
    carol, there = await joined(c, "carol", "!gardening@a.example")
    async with b.writing() as tx:
        post = await create_post(tx, alice, CreatePost(here, "Tomatoes in June", body="They *grow*."))
    await network.settle()
    for server in (a, b, c):
        rows = await server.rows("SELECT name, body, ap_id, score FROM post")
        assert rows == [("Tomatoes in June", "They *grow*.", post.ap_id, 1)]
    async with a.db.read() as tx:
        have_it = await destinations.post_elsewhere(tx, await a.value("SELECT id FROM post"))
    assert [(each.domain, each.passed) for each in have_it] == [("b.example", True), ("c.example", True)]
    async with b.db.read() as tx:
        (home,) = await destinations.post_elsewhere(tx, post.id)
    assert (home.domain, home.passed, home.confirmed is not None) == ("a.example", True, True)
    post_at_c = await c.value("SELECT id FROM post")
    async with c.writing() as tx:
        await create_comment(tx, carol, CreateComment(post_at_c, "Water them."))
        await vote_on_post(tx, carol, post_at_c, 1)
    await network.settle()
    for server in (a, b, c):
        assert await server.rows("SELECT content, path FROM comment") == [("Water them.", "0.1")]
        assert await server.value("SELECT score FROM post") == 2
        assert await server.value("SELECT comments FROM post") == 1
    assert await b.value("SELECT count(*) FROM comment_reply") == 1
    async with c.writing() as tx:
        await vote_on_post(tx, carol, post_at_c, -1)
    await network.settle()
    assert [await server.value("SELECT score FROM post") for server in (a, b, c)] == [0, 0, 0]
    assert there


async def test_an_edit_and_a_deletion_reach_everybody__cases_5_6(servers: Found, network: Network) -> None:
    a, b, c = await servers("a", "b", "c")
    await a.founds("gardening", await a.joins("bob"))
    alice, here = await joined(b, "alice", "!gardening@a.example")
    await joined(c, "carol", "!gardening@a.example")
    async with b.writing() as tx:
        post = await create_post(tx, alice, CreatePost(here, "Tomatoes in June"))
    await network.settle()
    a.clock.advance(MINUTE)
    async with b.writing() as tx:
        await edit_post(tx, alice, EditPost(post.id, "Tomatoes in July", body="Later."))
    await network.settle()
    for server in (a, b, c):
        assert await server.rows("SELECT name, body FROM post") == [("Tomatoes in July", "Later.")]
        assert await server.value("SELECT updated FROM post") is not None
    a.clock.advance(MINUTE)
    async with b.writing() as tx:
        await edit_post(tx, alice, EditPost(post.id, body=""))
    await network.settle()
    assert [await server.value("SELECT body FROM post") for server in (a, b, c)] == [None] * 3
    async with b.writing() as tx:
        await delete_post(tx, alice, post.id, deleted=True)
    await network.settle()
    assert [bool(await server.value("SELECT deleted FROM post")) for server in (a, b, c)] == [True] * 3
    async with b.writing() as tx:
        await delete_post(tx, alice, post.id, deleted=False)
    await network.settle()
    assert [bool(await server.value("SELECT deleted FROM post")) for server in (a, b, c)] == [False] * 3
