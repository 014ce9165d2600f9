"""Threads over three to five servers: who gets what, and how often (cases 35, 36, 58, 59, 61, 85)."""

import json
from collections.abc import Callable

import pytest
from multidict import CIMultiDict
from yarl import URL

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.instances.policy import DecideInstance, block_instance
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.model.people import Viewer
from folkmoot.model.time import SECOND, FixedClock
from tests.federation.conftest import Found
from tests.federation.network import Network, Request, Server
from tests.federation.peer import PUBLIC, Peer
from tests.federation.test_two_servers import joined

TREE = "SELECT c.content, coalesce(a.content, '') FROM comment c LEFT JOIN comment a ON c.path = a.path || '.' || c.id"


async def thread(server: Server) -> set[tuple[str, str]]:
    """Each comment with what it answers."""
    return set(await server.rows(TREE))


async def answers(server: Server, who: Viewer, text: str, parent: str = "") -> None:
    """Somebody answers the post, or the comment that reads `parent`."""
    post = await server.value("SELECT id FROM post")
    above = (
        await server.value("SELECT id FROM comment WHERE content = :text", text=parent) if parent else None
    )
    async with server.writing() as tx:
        await create_comment(tx, who, CreateComment(post, text, above))


async def test_four_servers_answer_each_other_within_a_second__case_58(
    servers: Found, network: Network
) -> None:
    a, b, c, d = await servers("a", "b", "c", "d")
    await a.founds("gardening", await a.joins("bob"))
    people = {
        server: await joined(server, f"p{server.host[0]}", "!gardening@a.example") for server in (b, c, d)
    }
    async with b.writing() as tx:
        await create_post(tx, people[b][0], CreatePost(people[b][1], "Tomatoes in June"))
    await network.settle()
    for server in (b, c, d):
        await answers(server, people[server][0], f"From {server.host}")
    await network.settle()
    before = {server: len(network.asked_of(server.host, method="POST")) for server in (a, b, c, d)}
    for server, above in ((b, c), (c, d), (d, b)):
        await answers(server, people[server][0], f"{server.host} to {above.host}", f"From {above.host}")
    await network.settle()
    expected = {(f"From {one.host}", "") for one in (b, c, d)}
    expected |= {(f"{x.host} to {y.host}", f"From {y.host}") for x, y in ((b, c), (c, d), (d, b))}
    for server in (a, b, c, d):
        assert await thread(server) == expected, server.host
        assert await server.value("SELECT comments FROM post") == 6
    got = {server: len(network.asked_of(server.host, method="POST")) - before[server] for server in before}
    assert got[a] == 3, "each comment once"
    assert {got[b], got[c], got[d]} == {4}, (
        "the three announces, its own among them, and the one that answers it, directly"
    )


async def test_who_follows_nothing_hears_what_answers_them_and_no_more__case_59(
    servers: Found, network: Network
) -> None:
    a, b, e = await servers("a", "b", "e")
    await a.founds("gardening", await a.joins("bob"))
    alice, here = await joined(b, "alice", "!gardening@a.example")
    async with b.writing() as tx:
        post = await create_post(tx, alice, CreatePost(here, "Tomatoes in June"))
    await network.settle()
    eve = await e.joins("eve")
    await e.resolves(eve, post.ap_id)
    await answers(e, eve, "Mine are late")
    await network.settle()
    assert await thread(a) == await thread(b) == {("Mine are late", "")}
    await answers(b, alice, "Water them", "Mine are late")
    await answers(b, alice, "Nobody in particular")
    await network.settle()
    assert await thread(e) == {("Mine are late", ""), ("Water them", "Mine are late")}
    assert len(await thread(a)) == 3


async def test_who_is_shut_out_by_one_is_not_passed_on_by_it__case_61(
    servers: Found, network: Network
) -> None:
    a, b, d = await servers("a", "b", "d")
    await a.founds("gardening", await a.joins("bob"))
    alice, here = await joined(b, "alice", "!gardening@a.example")
    dora, _ = await joined(d, "dora", "!gardening@a.example")
    async with b.writing() as tx:
        await create_post(tx, alice, CreatePost(here, "Tomatoes in June"))
    await network.settle()
    admin = await a.joins("admin", admin=True)
    async with a.writing() as tx:
        await block_instance(tx, admin, DecideInstance("d.example"))
    await answers(d, dora, "Can you hear me?")
    await network.settle()
    assert await thread(a) == set()
    assert await thread(b) == {("Can you hear me?", "")}, "straight from her server, as an answer to alice"
    assert await b.value("SELECT count(*) FROM unconfirmed_comment") == 1


async def test_a_follower_of_mastodon_gets_posts_that_it_can_read__case_35(
    servers: Found, network: Network, peer: Callable[[str], Peer], clock: FixedClock
) -> None:
    (a,) = await servers("a")
    bob = await a.joins("bob")
    gardening = await a.founds("gardening", bob)
    there = peer("mastodon.example")
    follower = there.person("mia")
    wish = there.activity("Follow", follower, gardening.ap_id)
    assert await there.tells(a, wish) == "accepted"
    (accept,) = there.got
    assert (accept["type"], accept["actor"], accept["object"]["id"]) == (
        "Accept",
        gardening.ap_id,
        wish["id"],
    )
    clock.advance(SECOND)
    async with a.writing() as tx:
        post = await create_post(tx, bob, CreatePost(gardening.id, "Tomatoes in June", body="They grow."))
    await network.settle()
    bare = [
        one["object"] for one in there.got if one["type"] == "Announce" and one["object"]["type"] == "Page"
    ]
    assert [one["id"] for one in bare] == [post.ap_id]
    assert "https://www.w3.org/ns/activitystreams#Public" in bare[0]["to"]
    assert "They grow." in bare[0]["content"]
    accepts = CIMultiDict({"Accept": "application/activity+json"})
    fetched = await network.ask(Request("mastodon.example", "GET", URL(post.ap_id), accepts, b""))
    assert (fetched.status, json.loads(fetched.body)["id"]) == (200, post.ap_id)


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ({"language": {"identifier": "de", "name": "Deutsch"}}, "de"), ({"language": {"identifier": "tlh"}}, "und"),
        ({"language": "und"}, "und"), ({"language": 7}, "und"), ({"contentMap": {"fr": "<p>Elles poussent.</p>"}}, "fr"), ({}, "und"),
    ],
)  # fmt: skip
async def test_languages_and_tags_that_are_known_here_or_not__case_85(
    servers: Found, peer: Callable[[str], Peer], said: dict[str, object], language: str
) -> None:
    (a,) = await servers("a")
    gardening = await a.founds("gardening", await a.joins("bob"))
    there = peer("there.example")
    carol = there.person("carol")
    invented = [{"type": "CommunityPostTag", "id": f"{gardening.ap_id}/tag/x", "name": "Invented"}, None, 7]
    page = there.page(carol, gardening.ap_id, tag=invented, **said)
    if "contentMap" in said:
        del page["content"], page["source"]
    assert await there.tells(a, there.in_community("Create", carol, page, gardening.ap_id)) == "accepted"
    assert await a.value("SELECT l.code FROM post p JOIN language l ON l.id = p.language_id") == language


@pytest.mark.parametrize(
    ("to", "cc"), [([PUBLIC], ["https://a.example/u/bob"]), (["https://a.example/u/bob"], [PUBLIC])]
)
async def test_an_answer_of_mastodon_to_one_person_is_heard_by_all__case_36__PAR_5(
    servers: Found, network: Network, peer: Callable[[str], Peer], to: list[str], cc: list[str]
) -> None:
    a, b, c = await servers("a", "b", "c")
    bob = await a.joins("bob")
    gardening = await a.founds("gardening", bob)
    await a.founds("cooking", bob)
    for server in (b, c):
        await joined(server, f"p{server.host[0]}", "!gardening@a.example")
    async with a.writing() as tx:
        await create_post(tx, bob, CreatePost(gardening.id, "Tomatoes in June"))
    await answers(a, bob, "Mine are black.")
    await network.settle()
    ours = await a.value("SELECT ap_id FROM comment")
    there = peer("mastodon.example")
    mia = there.person("mia", followers="https://mastodon.example/u/mia/followers")
    note = {
        "type": "Note", "id": there.id("statuses"), "attributedTo": mia.id, "to": to, "cc": cc, "inReplyTo": ours,
        "content": '<p><span class="h-card"><a href="https://a.example/u/bob" class="u-url mention">@<span>bob</span></a></span> Mine too</p>',
        "tag": [{"type": "Mention", "href": "https://a.example/u/bob", "name": "@bob@a.example"}],
        "published": "2026-06-01T11:00:00Z",
    }  # fmt: skip
    there.documents[note["id"]] = note
    create = there.activity("Create", mia, note, to=to, cc=cc)
    before = {server: len(network.asked_of(server.host, method="POST")) for server in (b, c)}
    assert await there.tells(a, create) == "accepted"
    await network.settle()
    for server in (a, b, c):
        (found,) = await server.rows(
            "SELECT c.content, above.ap_id, k.ap_id, p.ap_id FROM comment c JOIN comment above ON c.path = above.path || '.' || c.id"
            " JOIN post ON post.id = c.post_id JOIN community k ON k.id = post.community_id JOIN person p ON p.id = c.creator_id"
            " WHERE c.ap_id = :ap_id",
            ap_id=note["id"],
        )
        assert "Mine too" in found[0], server.host
        assert found[1:] == (ours, gardening.ap_id, mia.id), server.host
        assert await server.value("SELECT count(*) FROM unconfirmed_comment") == 0
        assert await server.value("SELECT comments FROM post") == 2
    assert await a.value("SELECT count(*) FROM comment_reply WHERE recipient_id = :id", id=bob.id) == 1
    for server in (b, c):
        (told,) = [
            json.loads(one.body) for one in network.asked_of(server.host, method="POST")[before[server] :]
        ]
        assert (told["type"], told["actor"]) == ("Announce", gardening.ap_id)
        assert told["object"] == {name: value for name, value in create.items() if name != "@context"}
