"""What servers of ours send each other: follows and their answers, threads, votes, moderation, and what happens when one is away.

Numbers are those of the acceptance cases.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from multidict import CIMultiDict
from yarl import URL

from folkmoot.apub import signatures
from folkmoot.apub.fetch import Budget
from folkmoot.apub.resolve import Resolver
from folkmoot.apub.signing import target_of
from folkmoot.core.communities.edit import EditCommunity, edit_community
from folkmoot.core.communities.follow import follow_community, unfollow_community
from folkmoot.core.messages.send import SendMessage, send_message
from folkmoot.core.people.keys import new_key_pair
from folkmoot.core.posts.delete import delete_post
from folkmoot.core.posts.edit import EditPost, edit_post
from folkmoot.core.posts.mark import mark_post
from folkmoot.core.posts.remove import remove_post
from folkmoot.core.votes.cast import vote_on_comment, vote_on_post
from folkmoot.model.communities import Community
from folkmoot.model.people import Viewer
from folkmoot.model.time import DAY, HOUR, SECOND, FixedClock
from folkmoot.store import actors, communities, keys, outbox, posts
from tests.core.stories import write_comment, write_post
from tests.federation.conftest import Found
from tests.federation.network import Answer, Host, Network, Request, Server
from tests.federation.peer import Peer

AS_JSON = CIMultiDict({"Accept": "application/activity+json"})


async def meets(server: Server, who: Viewer, community: Community) -> Community:
    """Somebody finds a community of another server and follows it."""
    await Resolver(server.context).actor(community.ap_id, Budget())
    found = await server.community(community.name, community.host)
    async with server.writing() as tx:
        await follow_community(tx, who, found.id)
    await server.network.settle()
    return found


async def state(server: Server, ap_id: str) -> tuple[Any, ...]:
    """A post as it stands on a server: title, body, votes, and whether it is gone."""
    (row,) = await server.rows(
        "SELECT name, body, upvotes, downvotes, score, comments, deleted, removed FROM post WHERE ap_id = :ap_id",
        ap_id=ap_id,
    )
    return tuple(row)


async def comments_of(server: Server) -> list[Any]:
    return await server.rows("SELECT ap_id, content, score, deleted, removed FROM comment ORDER BY ap_id")


async def test_02_to_06_a_thread_travels_and_converges(
    servers: Found, network: Network, clock: FixedClock
) -> None:
    a, b, c = await servers("a", "b", "c")
    alice, bob, carla = await a.joins("alice"), await b.joins("bob"), await c.joins("carla")
    home = await a.founds("gardening", alice)
    on_b, on_c = await meets(b, bob, home), await meets(c, carla, home)
    assert await b.value("SELECT pending FROM community_follow WHERE person_id = :id", id=bob.id) in (
        False,
        0,
    )
    async with b.writing() as tx:
        post = await write_post(tx, bob, on_b, body="In June.")
    await network.settle()
    seen = [await state(server, post.ap_id) for server in (a, b, c)]
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][:3] == ("Tomatoes in June", "In June.", 1)
    for server in (a, c):
        async with server.writing() as tx:
            there = await posts.by_ap_id(tx, post.ap_id)
            assert there is not None
            who = alice if server is a else carla
            comment = await write_comment(tx, who, there, f"From {server.host}")
            await vote_on_post(tx, who, there.id, 1 if server is a else -1)
            await vote_on_comment(tx, who, comment.id, 0)
    await network.settle()
    seen = [await state(server, post.ap_id) for server in (a, b, c)]
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][2:6] == (2, 1, 1, 2)
    assert await comments_of(a) == await comments_of(b) == await comments_of(c)
    assert [row[2] for row in await comments_of(a)] == [0, 0]
    clock.advance(SECOND)
    async with b.writing() as tx:
        await edit_post(tx, bob, EditPost(post.id, name="Tomatoes in July"))
    await network.settle()
    assert {(await state(server, post.ap_id))[0] for server in (a, b, c)} == {"Tomatoes in July"}
    for deleted in (True, False):
        async with b.writing() as tx:
            await delete_post(tx, bob, post.id, deleted=deleted)
        await network.settle()
        assert {bool((await state(server, post.ap_id))[6]) for server in (a, b, c)} == {deleted}
    assert on_c.id


async def test_07_a_moderator_removes_with_a_reason(servers: Found, network: Network) -> None:
    a, b = await servers("a", "b")
    alice, bob = await a.joins("alice"), await b.joins("bob")
    on_b = await meets(b, bob, await a.founds("gardening", alice))
    async with b.writing() as tx:
        post = await write_post(tx, bob, on_b)
    await network.settle()
    async with a.writing() as tx:
        there = await posts.by_ap_id(tx, post.ap_id)
        assert there is not None
        await remove_post(tx, alice, there.id, removed=True, reason="off topic")
    await network.settle()
    assert bool((await state(b, post.ap_id))[7])
    assert await b.value("SELECT reason FROM modlog WHERE kind = 'remove_post'") == "off topic"


async def test_16_who_leaves_is_not_sent_to_any_more(servers: Found, network: Network) -> None:
    a, b = await servers("a", "b")
    alice, bob = await a.joins("alice"), await b.joins("bob")
    home = await a.founds("gardening", alice)
    on_b = await meets(b, bob, home)
    async with b.writing() as tx:
        await unfollow_community(tx, bob, on_b.id)
    await network.settle()
    before = len(network.asked_of("b.example", method="POST"))
    async with a.writing() as tx:
        await write_post(tx, alice, home)
    await network.settle()
    assert len(network.asked_of("b.example", method="POST")) == before


async def test_30_a_blocked_server_gets_nothing_and_no_history_later(
    servers: Found, network: Network
) -> None:
    a, b = await servers("a", "b")
    alice, bob = await a.joins("alice"), await b.joins("bob")
    home = await a.founds("gardening", alice)
    await meets(b, bob, home)
    await a_blocks(a, "b.example", on=True)
    async with a.writing() as tx:
        await write_post(tx, alice, home, "While blocked")
    await network.settle()
    await a_blocks(a, "b.example", on=False)
    async with a.writing() as tx:
        await write_post(tx, alice, home, "Afterwards")
    await network.settle()
    assert await b.rows("SELECT name FROM post") == [("Afterwards",)]


async def a_blocks(server: Server, host: str, *, on: bool) -> None:
    async with server.writing() as tx:
        number = await tx.value("SELECT id FROM instance WHERE domain = :host", host=host)
        if on:
            await tx.run(
                "INSERT INTO federation_block (instance_id, published) VALUES (:id, :now)",
                id=number,
                now=tx.now,
            )
        else:
            await tx.run("DELETE FROM federation_block WHERE instance_id = :id", id=number)
        tx.changed("site")


@pytest.mark.parametrize("days", [2, 8])
async def test_62_a_home_that_is_gone_for_long_begins_anew(
    servers: Found, network: Network, clock: FixedClock, days: int
) -> None:
    a, b = await servers("a", "b")
    alice, bob = await a.joins("alice"), await b.joins("bob")
    home = await a.founds("gardening", alice)
    await meets(b, bob, home)
    network.down.add("b.example")
    async with a.writing() as tx:
        await write_post(tx, alice, home, "Missed by those who are gone for long")
    await network.settle()
    for _ in range(days):
        clock.advance(DAY)
        await network.settle()
    network.down.clear()
    clock.advance(HOUR)
    await a.runner.run_periodic(
        next(task for task in a.runner.schedule if task.name == "software of other servers")
    )
    clock.advance(HOUR)
    await network.settle()
    async with a.writing() as tx:
        await write_post(tx, alice, home, "New")
    await network.settle()
    expected = [("Missed by those who are gone for long",), ("New",)]
    assert await b.rows("SELECT name FROM post ORDER BY id") == (expected if days == 2 else expected[1:])


async def test_15_a_message_reaches_its_recipient_and_nobody_else(servers: Found, network: Network) -> None:
    a, b, c = await servers("a", "b", "c")
    alice, bob, carla = await a.joins("alice"), await b.joins("bob"), await c.joins("carla")
    home = await a.founds("gardening", alice)
    await meets(b, bob, home)
    await meets(c, carla, home)
    assert bob.person is not None
    await Resolver(a.context).actor(bob.person.ap_id, Budget())
    before = len(network.asked_of("c.example", method="POST"))
    async with a.writing() as tx:
        there = (await actors.people_at(tx, [bob.person.ap_id]))[bob.person.ap_id]
        await send_message(tx, alice, SendMessage(there.id, "Between us"))
    await network.settle()
    assert await b.rows("SELECT content FROM private_message") == [("Between us",)]
    assert await c.rows("SELECT content FROM private_message") == []
    assert len(network.asked_of("c.example", method="POST")) == before
    (address,) = await a.rows("SELECT ap_id FROM sent_activity WHERE sensitive AND body LIKE '%Between us%'")
    fetched = await network.ask(Request("c.example", "GET", URL(address[0]), AS_JSON, b""))
    assert fetched.status == 404


async def test_28_a_new_key_is_learned_before_it_signs(
    servers: Found, network: Network, clock: FixedClock
) -> None:
    a, b = await servers("a", "b")
    alice, bob = await a.joins("alice"), await b.joins("bob")
    on_b = await meets(b, bob, await a.founds("gardening", alice))
    pair = await new_key_pair()
    async with b.writing() as tx:
        await keys.replace(
            tx, "person", bob.id, public=pair.public, private=pair.private, until=tx.now + HOUR
        )
        await outbox.note(tx, "key_replaced", {"owner": "person", "owner_id": bob.id})
    clock.advance(SECOND)
    await network.settle()
    assert bob.person is not None
    assert (
        await a.value("SELECT public_key FROM person WHERE ap_id = :id", id=bob.person.ap_id) == pair.public
    )
    clock.advance(2 * HOUR)
    async with b.writing() as tx:
        await write_post(tx, bob, on_b, "Signed with the new one")
    await network.settle()
    assert await a.rows("SELECT name FROM post") == [("Signed with the new one",)]


def refuses_with(status: int, listening: Host) -> Host:
    """The same server, which has another status for signatures that it does not believe."""

    async def answers(request: Request) -> Answer:
        answer = await listening(request)
        return replace(answer, status=status) if answer.status == 401 else answer

    return answers


@pytest.mark.parametrize("refusal", [401, 400])
async def test_28_what_is_said_while_some_know_a_new_key_and_others_do_not_reaches_both__ACT_10(
    servers: Found, network: Network, clock: FixedClock, refusal: int
) -> None:
    """Lemmy says 400 to who signs with another key than it knows."""
    a, b, c = await servers("a", "b", "c")
    alice = await a.joins("alice")
    home = await a.founds("gardening", alice)
    for server, name in ((b, "bob"), (c, "carol")):
        await meets(server, await server.joins(name), home)
    for host in ("b.example", "c.example"):
        network.hosts[host] = refuses_with(refusal, network.hosts[host])
    listening = network.hosts["c.example"]

    async def hears_of_no_keys(request: Request) -> Answer:
        return Answer(202) if b'"type":"Update"' in request.body else await listening(request)

    network.hosts["c.example"] = hears_of_no_keys
    pair = await new_key_pair()
    async with a.writing() as tx:
        await keys.replace(tx, "community", home.id, public=pair.public, private=pair.private, until=tx.now + HOUR)  # fmt: skip
        await outbox.note(tx, "key_replaced", {"owner": "community", "owner_id": home.id})
    clock.advance(SECOND)
    await network.settle()
    query = "SELECT public_key FROM community WHERE ap_id = :id"
    assert await b.value(query, id=home.ap_id) == pair.public != await c.value(query, id=home.ap_id)
    for number in range(2):
        clock.advance(SECOND)
        async with a.writing() as tx:
            await write_post(tx, alice, home, f"Post {number}")
        before = len(network.asked_of("b.example", method="POST"))
        await network.settle()
        for server in (b, c):
            assert await server.value("SELECT count(*) FROM post") == number + 1
        sent = len(network.asked_of("b.example", method="POST")) - before
        assert sent == (3, 2)[number], "who did not believe the old one once is not told with it again"
    assert await a.value("SELECT sum(rejected) FROM destination") == 0


async def test_what_is_fetched_is_signed_with_a_new_key_as_soon_as_there_is_one__ACT_10(
    servers: Found, network: Network, peer: Callable[[str], Peer]
) -> None:
    (a,) = await servers("a")
    alice = await a.joins("alice")
    there = peer("there.example")
    carol = there.person("carol")
    await a.resolves(alice, carol.id)
    pair = await new_key_pair()
    async with a.writing() as tx:
        number = await tx.value("SELECT site_id FROM local_site")
        await keys.replace(tx, "site", number, public=pair.public, private=pair.private, until=tx.now + HOUR)
    await a.resolves(alice, there.person("dora").id)
    asked = network.asked_of("there.example", method="GET")[-1]
    headers = {name.lower(): value for name, value in {**asked.headers, "Host": "there.example"}.items()}
    request = signatures.Request(asked.method, target_of(str(asked.url)), headers, b"")
    claims = signatures.read_claims(request, origin="https://there.example", now=a.clock.now())
    signatures.verify(
        claims, "https://a.example/", signatures.PublicKey("https://a.example/#main-key", pair.public)
    )


async def test_68_many_followers_at_one_server_are_one_request__DLV_8(
    servers: Found, network: Network
) -> None:
    a, b = await servers("a", "b")
    alice = await a.joins("alice")
    home = await a.founds("gardening", alice)
    for name in ("bob", "bea", "ben"):
        await meets(b, await b.joins(name), home)
    before = len(network.asked_of("b.example", method="POST"))
    async with a.writing() as tx:
        post = await write_post(tx, alice, home)
        await vote_on_post(tx, alice, post.id, -1)
    await network.settle()
    assert len(network.asked_of("b.example", method="POST")) == before + 3, (
        "the post, the bare post, the vote"
    )
    assert (await state(a, post.ap_id))[2:5] == (await state(b, post.ap_id))[2:5] == (0, 1, -1)


async def test_what_a_community_does_not_take_is_undone__SND_2(
    servers: Found, network: Network, clock: FixedClock
) -> None:
    a, b = await servers("a", "b")
    alice, ann, bob = await a.joins("alice"), await a.joins("ann"), await b.joins("bob")
    home = await a.founds("gardening", alice)
    on_b = await meets(b, bob, home)
    async with b.writing() as tx:
        await communities.add_moderator(tx, on_b.id, bob.id)  # as b believes
    async with a.writing() as tx:
        post = await write_post(tx, ann, home)
        other = await write_post(tx, ann, home, "Another")
    await network.settle()
    async with b.writing() as tx:
        there = await posts.by_ap_id(tx, post.ap_id)
        assert there is not None
        await remove_post(tx, bob, there.id, removed=True, reason="I say so")
    await network.settle()
    assert bool((await state(b, post.ap_id))[7]), "it holds at once"
    assert not bool((await state(a, post.ap_id))[7])
    clock.advance(61 * SECOND)
    before = len(network.asked_of("a.example", method="POST"))
    await network.settle()
    assert not bool((await state(b, post.ap_id))[7])
    assert len(network.asked_of("a.example", method="POST")) == before, "nobody is told"
    async with a.writing() as tx:
        who = (await actors.people_at(tx, [bob.person.ap_id if bob.person else ""])).popitem()[1]
        await communities.add_moderator(tx, home.id, who.id)
    async with b.writing() as tx:
        there = await posts.by_ap_id(tx, other.ap_id)
        assert there is not None
        await remove_post(tx, bob, there.id, removed=True, reason="I may")
    await network.settle()
    clock.advance(61 * SECOND)
    await network.settle()
    assert bool((await state(a, other.ap_id))[7]) and bool((await state(b, other.ap_id))[7])


async def test_what_a_community_says_of_itself_is_read_anew_where_it_does_not_take_a_change__SND_2(
    servers: Found, network: Network, clock: FixedClock
) -> None:
    a, b = await servers("a", "b")
    alice, ann, bob = await a.joins("alice"), await a.joins("ann"), await b.joins("bob")
    home = await a.founds("gardening", alice)
    async with a.writing() as tx:
        await edit_community(tx, alice, EditCommunity(home.id, post_tags=("Question", "Answer")))
    on_b = await meets(b, bob, home)
    async with a.writing() as tx:
        post = await write_post(tx, ann, home)
    await network.settle()
    async with b.writing() as tx:
        await communities.add_moderator(tx, on_b.id, bob.id)  # as b believes
        there = await posts.by_ap_id(tx, post.ap_id)
        assert there is not None
        await edit_community(tx, bob, EditCommunity(on_b.id, title="Mine", nsfw=True))
        await mark_post(tx, bob, there.id, nsfw=True, tags=("question",))
    await network.settle()
    told = "SELECT c.title, c.nsfw, p.nsfw, p.tags FROM community c JOIN post p ON p.community_id = c.id"
    assert await b.rows(told) == [("Mine", 1, 1, "question")], "it holds at once"
    clock.advance(61 * SECOND)
    await network.settle()
    assert await b.rows(told) == await a.rows(told) == [("Gardening", 0, 0, "")]


async def test_what_happened_and_that_it_is_to_be_told_are_one_transaction__DLV_1(
    servers: Found, network: Network
) -> None:
    a, b = await servers("a", "b")
    alice, bob = await a.joins("alice"), await b.joins("bob")
    home = await a.founds("gardening", alice)
    await meets(b, bob, home)
    asked = len(network.asked)

    async def write_until_the_power_is_cut() -> None:
        async with a.writing() as tx:
            await write_post(tx, alice, home, "Never written")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        await write_until_the_power_is_cut()
    assert await a.value("SELECT count(*) FROM outgoing") == 0
    async with a.writing() as tx:
        await write_post(tx, alice, home, "Written")
        assert await tx.value("SELECT count(*) FROM outgoing") > 0
    assert len(network.asked) == asked, "nobody is asked meanwhile"
    await network.settle()
    assert await b.rows("SELECT name FROM post") == [("Written",)]


async def test_a_body_is_written_once_however_many_get_it__DLV_2(servers: Found, network: Network) -> None:
    a, *others = await servers("a", "b", "c", "d")
    alice = await a.joins("alice")
    home = await a.founds("gardening", alice)
    for server in others:
        await meets(server, await server.joins("bob"), home)
    before = await a.value("SELECT coalesce(max(id), 0) FROM sent_activity")
    async with a.writing() as tx:
        post = await write_post(tx, alice, home)
        await vote_on_post(tx, alice, post.id, -1)
    await network.settle()
    assert await a.value("SELECT count(*) FROM sent_activity WHERE id > :before", before=before) == 3
    newest = await a.value("SELECT max(id) FROM sent_activity")
    assert await a.rows("SELECT cursor FROM destination") == [(newest,)] * 3
    assert {(await state(server, post.ap_id))[4] for server in (a, *others)} == {-1}


@pytest.mark.parametrize("software", ["mastodon", "lemmy", "peertube"])
async def test_all_get_the_same_whatever_they_run__DLV_16(
    servers: Found, network: Network, software: str
) -> None:
    a, b = await servers("a", "b")
    alice = await a.joins("alice")
    home = await a.founds("gardening", alice)
    await meets(b, await b.joins("bob"), home)
    async with a.writing() as tx:
        await tx.run("UPDATE instance SET software = :software WHERE NOT local", software=software)
    before = len(network.asked_of("b.example", method="POST"))
    async with a.writing() as tx:
        post = await write_post(tx, alice, home)
        await write_comment(tx, alice, post)
        await vote_on_post(tx, alice, post.id, -1)
    await network.settle()
    assert len(network.asked_of("b.example", method="POST")) == before + 4


@pytest.mark.parametrize("gone", ["deleted", "banned"])
async def test_followers_who_are_gone_are_sent_nothing__FLW_4(
    servers: Found, network: Network, gone: str
) -> None:
    a, b = await servers("a", "b")
    alice = await a.joins("alice")
    home = await a.founds("gardening", alice)
    await meets(b, await b.joins("bob"), home)
    async with a.writing() as tx:
        await tx.run(f"UPDATE person SET {gone} = :yes WHERE NOT local", yes=True)
        tx.changed("followers", home.id)
    before = len(network.asked_of("b.example", method="POST"))
    async with a.writing() as tx:
        await write_post(tx, alice, home)
    await network.settle()
    assert len(network.asked_of("b.example", method="POST")) == before
    assert await a.value("SELECT count(*) FROM community_follow") == 2, "that they followed is still known"
