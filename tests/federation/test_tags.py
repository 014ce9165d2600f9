"""The tags that a community has for its posts, between servers (3.1, 4.1; cases 32, 85)."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from multidict import CIMultiDict
from yarl import URL

from folkmoot.core.communities.edit import EditCommunity, edit_community
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.edit import EditPost, edit_post
from folkmoot.core.posts.mark import mark_post
from folkmoot.model.tags import read_tags
from folkmoot.model.time import SECOND, FixedClock
from tests.federation.conftest import Found
from tests.federation.network import Network, Request, Server
from tests.federation.peer import Members, Peer
from tests.federation.stage import Scene, set_scene
from tests.federation.test_two_servers import joined

TAG = {"type": "CommunityPostTag"}


@pytest.fixture
async def scene(servers: Found, peer: Callable[[str], Peer]) -> Scene:
    return await set_scene(servers, peer)


async def tags_of(server: Server) -> list[tuple[str, str]]:
    """What the one post there is tagged with."""
    community, post = (
        await server.rows(
            "SELECT c.post_tags, p.tags FROM post p JOIN community c ON c.id = p.community_id ORDER BY p.id"
        )
    )[-1]
    return [(tag.key, tag.title) for tag in read_tags(community) if tag.key in post.split()]


async def looks(network: Network, address: str, accept: str) -> Any:
    return await network.ask(Request("visitor", "GET", URL(address), CIMultiDict({"Accept": accept}), b""))


async def test_tags_of_the_host_appear_elsewhere_and_invented_ones_nowhere__case_85(
    servers: Found, network: Network, clock: FixedClock
) -> None:
    a, b, c = await servers("a", "b", "c")
    bob = await a.joins("bob")
    home = await a.founds("gardening", bob)
    alice, on_b = await joined(b, "alice", "!gardening@a.example")
    await joined(c, "carla", "!gardening@a.example")
    clock.advance(SECOND)
    async with a.writing() as tx:
        await edit_community(tx, bob, EditCommunity(home.id, post_tags=("News", "Sick plants")))
    await network.settle()
    for server in (b, c):
        (known,) = (await server.rows("SELECT post_tags FROM community WHERE NOT local"))[0]
        assert '"ap_id"' not in known, "it follows from the key"
        assert [(tag.key, tag.title, tag.address(home.ap_id)) for tag in read_tags(known)] == [
            ("news", "News", f"{home.ap_id}/tag/news"),
            ("sick-plants", "Sick plants", f"{home.ap_id}/tag/sick-plants"),
        ]
    async with b.writing() as tx:
        post = await create_post(
            tx, alice, CreatePost(on_b, "Spots on leaves", tags=("sick-plants", "invented"))
        )
    await network.settle()
    for server in (a, b, c):
        assert await tags_of(server) == [("sick-plants", "Sick plants")], server.host
        page = await looks(network, f"https://{server.host}/post/1", "text/html")
        assert '<b class="tag" dir="auto">Sick plants</b>' in page.body.decode()
    clock.advance(SECOND)
    async with b.writing() as tx:
        await edit_post(tx, alice, EditPost(post.id, tags=("news",)))
    await network.settle()
    assert [await tags_of(server) for server in (a, b, c)] == [[("news", "News")]] * 3
    clock.advance(SECOND)
    async with a.writing() as tx:  # the moderator knows better (PERM-12)
        await mark_post(tx, bob, 1, tags=("sick-plants", "news"))
    await network.settle()
    both = [("news", "News"), ("sick-plants", "Sick plants")]
    assert [await tags_of(server) for server in (a, b, c)] == [both] * 3

    answer = await looks(network, f"{home.ap_id}/tag/news", "application/activity+json")
    assert json.loads(answer.body)["name"] == "News"
    assert (await looks(network, f"{home.ap_id}/tag/other", "application/activity+json")).status == 404
    page = await looks(network, f"{home.ap_id}/tag/news", "text/html")
    assert (page.status, page.headers["location"]) == (303, "/c/gardening")


@pytest.mark.parametrize(
    ("defined", "named", "expected"),
    [
        (  # Lemmy 1.0
            {"tag": [{**TAG, "id": "https://there.example/c/baking/tag/news", "preferredUsername": "news"}, None, 3]},
            [{**TAG, "id": "https://there.example/c/baking/tag/news", "preferredUsername": "news"}],
            [("news", "news")],
        ),
        (  # PieFed
            {"lemmy:tagsForPosts": [{"type": "lemmy:CommunityTag", "id": "https://there.example/c/baking/tag/110", "display_name": "Rye"}]},
            [{"type": "lemmy:CommunityTag", "id": "https://there.example/c/baking/tag/110", "display_name": "Rye"}],
            [("110", "Rye")],
        ),
        (  # at addresses of another form
            {"tag": [{**TAG, "id": "https://there.example/tags/8", "name": "Rye", "color": "color03"}]},
            [{**TAG, "id": "https://there.example/tags/8"}],
            [("8", "Rye")],
        ),
        (  # of another host, with an address that is none, or of no kind
            {"tag": [{**TAG, "id": "https://elsewhere.example/c/baking/tag/news"}, {**TAG, "id": 5}, {"id": "https://there.example/tag/x"}]},
            [{**TAG, "id": "https://elsewhere.example/c/baking/tag/news"}, {**TAG, "id": "https://there.example/c/baking/tag/x"}],
            [],
        ),
    ],
)  # fmt: skip
async def test_tags_as_others_write_them__cases_32_85(
    scene: Scene, defined: Members, named: list[Members], expected: list[tuple[str, str]]
) -> None:
    scene.baking.document |= defined
    told = scene.there.in_community("Update", scene.baking, scene.baking.document, scene.baking.id)
    assert await scene.tells(told) == "accepted"
    page = scene.there.page(scene.carol, scene.baking.id, tag=named)
    create = scene.there.in_community("Create", scene.carol, page, scene.baking.id)
    assert await scene.tells(scene.there.announce(scene.baking, create)) == "accepted"
    assert await tags_of(scene.a) == expected


async def test_there_are_not_more_tags_than_anybody_reads(scene: Scene) -> None:
    many = [{**TAG, "id": f"{scene.baking.id}/tag/{number}", "name": "x" * 500} for number in range(900)]
    scene.baking.document["tag"] = many
    told = scene.there.in_community("Update", scene.baking, scene.baking.document, scene.baking.id)
    assert await scene.tells(told) == "accepted"
    (known,) = (await scene.a.rows("SELECT post_tags FROM community WHERE NOT local"))[0]
    assert {len(tag.title) for tag in read_tags(known)} == {100}
    assert len(read_tags(known)) == 50
