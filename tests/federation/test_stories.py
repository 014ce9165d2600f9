"""The first cases of the gate, sentence by sentence, on servers of ours among themselves (cases 1 to 7, 11, 16, 19, 20, 29)."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import pytest
from multidict import CIMultiDict
from yarl import URL

from folkmoot.apub.signing import SigningKey, sign
from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.comments.remove import remove_comment
from folkmoot.core.comments.view import comment_view
from folkmoot.core.communities.ban import BanFromCommunity, ban_from_community
from folkmoot.core.communities.create import CreateCommunity, create_community
from folkmoot.core.communities.follow import follow_community, unfollow_community
from folkmoot.core.communities.moderators import appoint_moderator
from folkmoot.core.people import passwords
from folkmoot.core.people.ban import lift_expired_bans
from folkmoot.core.people.delete import delete_account
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.delete import delete_post
from folkmoot.core.posts.edit import EditPost, edit_post
from folkmoot.core.reports.create import CreateReport, create_report
from folkmoot.core.reports.read import ListReports, list_reports
from folkmoot.core.votes.cast import vote_on_post
from folkmoot.model.errors import NotAllowed
from folkmoot.model.people import Viewer
from folkmoot.model.time import DAY, HOUR, MINUTE, SECOND
from folkmoot.store import people
from tests import rows
from tests.federation.conftest import Found
from tests.federation.network import Answer, Network, Request, Server
from tests.federation.peer import Members
from tests.federation.test_two_servers import joined

GROUP = "https://a.example/c/gardening"


@dataclass
class Scene:
    """!gardening of bob on a; alice of b and carol of c follow it."""

    network: Network
    a: Server
    b: Server
    c: Server
    bob: Viewer
    alice: Viewer
    carol: Viewer
    at_b: int
    at_c: int

    @property
    def servers(self) -> tuple[Server, Server, Server]:
        return self.a, self.b, self.c

    async def everywhere(self, sql: str) -> list[Any]:
        return [await server.value(sql) for server in self.servers]

    def posted_to(self, server: Server, since: int = 0) -> list[Members]:
        """The activities that went to a server."""
        sent = self.network.asked[since:]
        return [json.loads(one.body) for one in sent if one.host == server.host and one.method == "POST"]


@pytest.fixture
async def scene(servers: Found, network: Network) -> Scene:
    a, b, c = await servers("a", "b", "c")
    bob = await a.joins("bob")
    await a.founds("gardening", bob)
    alice, at_b = await joined(b, "alice", "!gardening@a.example")
    carol, at_c = await joined(c, "carol", "!gardening@a.example")
    return Scene(network, a, b, c, bob, alice, carol, at_b, at_c)


async def asks(network: Network, address: str, accept: str = "application/activity+json") -> Answer:
    """A stranger asks for an address."""
    return await network.ask(
        Request("stranger.example", "GET", URL(address), CIMultiDict({"Accept": accept}), b"")
    )


async def test_one_lookup_one_follow_one_answer__case_1__WF_7__ACT_1__IDV_4(
    servers: Found, network: Network
) -> None:
    a, b = await servers("a", "b")
    await a.founds("gardening", await a.joins("bob"))
    alice = await b.joins("alice")
    found = await b.resolves(alice, "!gardening@a.example")
    asked = network.asked_of("a.example", method="GET")
    assert [one.url.path for one in asked] == ["/.well-known/webfinger", "/c/gardening"]
    assert "Signature" not in asked[0].headers
    assert 'keyId="https://b.example/#main-key"' in asked[1].headers["Signature"]
    async with b.writing() as tx:
        await follow_community(tx, alice, found.id)
    await b.settle()
    assert [one.method for one in network.asked_of("a.example")].count("POST") == 1
    assert await b.value("SELECT pending FROM community_follow"), "asked, and not yet answered"
    await network.settle()
    assert not await b.value("SELECT pending FROM community_follow")
    follows = [json.loads(one.body) for one in network.asked_of("a.example", method="POST")]
    answers = [json.loads(one.body) for one in network.asked_of("b.example", method="POST")]
    assert [one["type"] for one in follows] == ["Follow"]
    assert [(one["type"], one["object"]["id"]) for one in answers] == [("Accept", follows[0]["id"])]


async def test_what_is_passed_on_is_what_came_member_for_member__case_2__CMN_5__CMN_6(scene: Scene) -> None:
    since = len(scene.network.asked)
    async with scene.b.writing() as tx:
        post = await create_post(
            tx, scene.alice, CreatePost(scene.at_b, "Tomatoes in June", body="They *grow*.")
        )
    await scene.network.settle()
    (create,) = scene.posted_to(scene.a, since)
    assert create["type"] == "Create"
    create.pop("@context")
    for server in (scene.b, scene.c):
        relayed = [
            one["object"] for one in scene.posted_to(server, since) if one["object"]["type"] == "Create"
        ]
        assert relayed == [create], server.host
    query = "SELECT p.name, p.body, p.ap_id, a.ap_id FROM post p JOIN person a ON a.id = p.creator_id"
    assert scene.alice.person is not None
    for server in scene.servers:
        assert await server.rows(query) == [
            ("Tomatoes in June", "They *grow*.", post.ap_id, scene.alice.person.ap_id)
        ]


async def test_a_tree_of_three_servers_with_one_notice_each__case_3__PAR_1__SND_5(scene: Scene) -> None:
    async with scene.b.writing() as tx:
        await create_post(tx, scene.alice, CreatePost(scene.at_b, "Tomatoes in June"))
    await scene.network.settle()
    async with scene.c.writing() as tx:
        await create_comment(
            tx, scene.carol, CreateComment(await scene.c.value("SELECT id FROM post"), "Water them.")
        )
    await scene.network.settle()
    async with scene.a.writing() as tx:
        parent = await tx.value("SELECT id FROM comment")
        await create_comment(tx, scene.bob, CreateComment(1, "Every evening.", parent))
    await scene.network.settle()
    tree = (
        "SELECT c.content, coalesce(a.content, ''), length(c.path) - length(replace(c.path, '.', ''))"
        " FROM comment c LEFT JOIN comment a ON c.path = a.path || '.' || c.id ORDER BY c.path"
    )
    for server in scene.servers:
        assert await server.rows(tree) == [("Water them.", "", 1), ("Every evening.", "Water them.", 2)], (
            server.host
        )
    notices = "SELECT p.name, count(*) FROM comment_reply r JOIN person p ON p.id = r.recipient_id WHERE p.local GROUP BY p.name"
    assert [await server.rows(notices) for server in scene.servers] == [[], [("alice", 1)], [("carol", 1)]]
    mentions = "SELECT count(*) FROM person_mention m JOIN person p ON p.id = m.recipient_id WHERE p.local"
    assert await scene.everywhere(mentions) == [0, 0, 0]


async def test_five_voters_who_change_their_mind__case_4__VOT_6__DUP_3(scene: Scene) -> None:
    async with scene.a.writing() as tx:
        await create_post(tx, scene.bob, CreatePost(1, "Tomatoes in June"))
    await scene.network.settle()
    voters = [
        (scene.a, await scene.a.joins("ann")), (scene.b, scene.alice), (scene.b, await scene.b.joins("ben")), (scene.c, scene.carol),
        (scene.c, await scene.c.joins("cleo")),
    ]  # fmt: skip
    rounds = [[1, 1, -1, 1, -1], [None, -1, 1, None, None], [0, None, None, None, None]]
    for values in rounds:
        for (server, who), value in zip(voters, values, strict=True):
            if value is not None:
                async with server.writing() as tx:
                    await vote_on_post(tx, who, 1, value)
        await scene.network.settle()
    votes = "SELECT p.ap_id, v.value FROM post_vote v JOIN person p ON p.id = v.person_id ORDER BY p.ap_id"
    first = await scene.a.rows(votes)
    assert [score for _, score in first] == [1, -1, 1, 1, -1], (
        "bob, alice, ben, carol, cleo; ann took hers back"
    )
    assert [await server.rows(votes) for server in scene.servers] == [first] * 3
    assert await scene.everywhere("SELECT score FROM post") == [1, 1, 1]
    assert await scene.everywhere("SELECT upvotes FROM post") == [3, 3, 3]


async def test_an_edit_keeps_votes_and_comments_and_an_old_create_changes_nothing__case_5__OBJ_2(
    scene: Scene,
) -> None:
    since = len(scene.network.asked)
    async with scene.b.writing() as tx:
        post = await create_post(tx, scene.alice, CreatePost(scene.at_b, "Tomatoes in June", body="Grow."))
    await scene.network.settle()
    old = [one for one in scene.network.asked[since:] if one.host == "c.example" and one.method == "POST"]
    async with scene.c.writing() as tx:
        await create_comment(tx, scene.carol, CreateComment(1, "Water them."))
        await vote_on_post(tx, scene.carol, 1, 1)
    await scene.network.settle()
    scene.a.clock.advance(MINUTE)
    changed = EditPost(post.id, "Tomatoes in July", body="Later.", url="https://example.org/tomatoes")
    async with scene.b.writing() as tx:
        await edit_post(tx, scene.alice, changed)
    await scene.network.settle()
    state = "SELECT name, body, url, updated IS NOT NULL, score, comments FROM post"
    for server in (scene.a, scene.c):
        name, body, url, updated, score, comments = (await server.rows(state))[0]
        assert (name, body, url, bool(updated)) == (
            "Tomatoes in July",
            "Later.",
            "https://example.org/tomatoes",
            True,
        )
        assert (score, comments) == (2, 1), "they stay"
    async with scene.c.writing() as tx:
        await tx.run("DELETE FROM received")  # as if it had been forgotten
    for request in old:
        assert (await scene.network.ask(request)).status == 202
    await scene.network.settle()
    assert await scene.c.value("SELECT name FROM post") == "Tomatoes in July"


async def test_a_deleted_post_is_a_tombstone_at_home_and_hidden_elsewhere__case_6__DEL_1__URL_6(
    scene: Scene,
) -> None:
    async with scene.b.writing() as tx:
        post = await create_post(
            tx, scene.alice, CreatePost(scene.at_b, "Tomatoes in June", body="They grow.")
        )
        await delete_post(tx, scene.alice, post.id, deleted=True)
    await scene.network.settle()
    gone = await asks(scene.network, post.ap_id)
    told = json.loads(gone.body)
    assert (gone.status, told["type"], told["id"]) == (410, "Tombstone", post.ap_id)
    for _ in range(2):
        page = await asks(scene.network, "https://c.example/c/gardening@a.example", "text/html")
        assert page.status == 200 and b"Tomatoes in June" not in page.body
    async with scene.b.writing() as tx:
        await delete_post(tx, scene.alice, post.id, deleted=False)
    await scene.network.settle()
    back = await asks(scene.network, post.ap_id)
    assert (back.status, json.loads(back.body)["name"]) == (200, "Tomatoes in June")
    for server in scene.servers:
        assert await server.rows("SELECT name, body, ap_id FROM post WHERE NOT deleted") == [
            ("Tomatoes in June", "They grow.", post.ap_id)
        ]
    assert (
        b"Tomatoes in June"
        in (await asks(scene.network, "https://c.example/c/gardening@a.example", "text/html")).body
    )


async def test_everything_three_times_in_parallel_is_once__case_11__INB_8__DUP_1__DUP_3(scene: Scene) -> None:
    since = len(scene.network.asked)
    async with scene.b.writing() as tx:
        post = await create_post(tx, scene.alice, CreatePost(scene.at_b, "Tomatoes in June"))
        await create_comment(tx, scene.alice, CreateComment(post.id, "Mine are late."))
    await scene.network.settle()
    async with scene.c.writing() as tx:
        parent = await tx.value("SELECT id FROM comment")
        await create_comment(tx, scene.carol, CreateComment(1, "Water them.", parent))
        await vote_on_post(tx, scene.carol, 1, -1)
    await scene.network.settle()
    scene.a.clock.advance(MINUTE)
    async with scene.b.writing() as tx:
        await edit_post(tx, scene.alice, EditPost(post.id, "Tomatoes in July"))
    async with scene.a.writing() as tx:
        comment = await tx.value("SELECT id FROM comment WHERE content = 'Water them.'")
        await remove_comment(tx, scene.bob, comment, removed=True, reason="Off topic")
    await scene.network.settle()

    async def state(server: Server) -> list[Any]:
        return [
            await server.rows(sql)
            for sql in (
                "SELECT name, score, comments, deleted, removed FROM post", "SELECT content, score, removed, path FROM comment ORDER BY id",
                "SELECT count(*) FROM comment_reply", "SELECT count(*) FROM person_mention", "SELECT kind, reason FROM modlog ORDER BY id",
                "SELECT count(*) FROM post_vote", "SELECT person_id, pending FROM community_follow ORDER BY 1", "SELECT count(*) FROM outgoing",
            )
        ]  # fmt: skip

    before = [await state(server) for server in scene.servers]
    delivered = [one for one in scene.network.asked[since:] if one.method == "POST"]
    assert len(delivered) > 12
    again = [one for one in delivered for _ in range(3)]
    assert {answer.status for answer in await asyncio.gather(*(scene.network.ask(one) for one in again))} == {
        202
    }
    for server in scene.servers:  # and once more where nothing of it is remembered
        async with server.writing() as tx:
            await tx.run("DELETE FROM received")
    await asyncio.gather(*(scene.network.ask(one) for one in again))
    await scene.network.settle()
    assert [await state(server) for server in scene.servers] == before


async def test_who_left_is_sent_nothing_and_ignores_what_still_comes__case_16__SND_7__ANN_6(
    scene: Scene,
) -> None:
    async with scene.b.writing() as tx:
        await unfollow_community(tx, scene.alice, scene.at_b)
    await scene.network.settle()
    since = len(scene.network.asked)
    async with scene.a.writing() as tx:
        await create_post(tx, scene.bob, CreatePost(1, "Tomatoes in June"))
    await scene.network.settle()
    assert scene.posted_to(scene.b, since) == []
    late = next(
        one for one in scene.network.asked[since:] if one.host == "c.example" and one.method == "POST"
    )
    assert (await _resent(scene, late)).status == 202
    await scene.network.settle()
    assert await scene.b.value("SELECT count(*) FROM post") == 0


async def _resent(scene: Scene, request: Request) -> Answer:
    """What the community said to c, said by it to b as well."""
    private = await scene.a.value("SELECT private_key FROM community WHERE local")
    url = "https://b.example/inbox"
    headers = sign(
        "POST", url, body=request.body, key=SigningKey(f"{GROUP}#main-key", private), now=scene.b.clock.now()
    )
    given = CIMultiDict({"Content-Type": "application/activity+json", **headers})
    return await scene.network.ask(Request("a.example", "POST", URL(url), given, request.body))


async def test_a_moderator_elsewhere_removes_and_the_author_sees_it_marked__case_7__PERM_3(
    scene: Scene,
) -> None:
    async with scene.a.db.read() as tx:
        carol = await people.by_name(tx, "carol", "c.example")
    assert carol is not None
    async with scene.a.writing() as tx:
        await appoint_moderator(tx, scene.bob, 1, carol.id)
    async with scene.b.writing() as tx:
        post = await create_post(tx, scene.alice, CreatePost(scene.at_b, "Tomatoes in June"))
        await create_comment(tx, scene.alice, CreateComment(post.id, "Buy my seeds."))
    await scene.network.settle()
    async with scene.c.writing() as tx:
        await remove_comment(
            tx, scene.carol, await tx.value("SELECT id FROM comment"), removed=True, reason="Selling"
        )
    await scene.network.settle()
    assert await scene.everywhere("SELECT removed FROM comment") == [1, 1, 1]
    assert (
        await scene.everywhere("SELECT reason FROM modlog WHERE kind = 'remove_comment'") == ["Selling"] * 3
    )
    for server in scene.servers:
        number = await server.value("SELECT id FROM post")
        page = await asks(scene.network, f"https://{server.host}/post/{number}", "text/html")
        assert page.status == 200 and b"Buy my seeds." not in page.body, server.host
    async with scene.b.db.read() as tx:
        seen = (await comment_view(tx, scene.alice, await tx.value("SELECT id FROM comment"))).comment
    assert (seen.content, bool(seen.removed)) == ("Buy my seeds.", True), (
        "the author sees the words, and that they are removed"
    )


async def test_a_report_is_seen_by_who_decides_and_by_nobody_else__case_19__ABU_22(scene: Scene) -> None:
    async with scene.b.writing() as tx:
        await create_post(tx, scene.alice, CreatePost(scene.at_b, "Buy my seeds"))
    await scene.network.settle()
    for _ in range(2):
        async with scene.c.writing() as tx:
            await tx.run("DELETE FROM post_report")  # so that she can say it again
            await create_report(
                tx, scene.carol, CreateReport("post", await tx.value("SELECT id FROM post"), "Selling")
            )
        await scene.network.settle()

    async def reads(server: Server, who: Viewer) -> list[str]:
        async with server.db.read() as tx:
            return [view.report.reason for view in await list_reports(tx, who, ListReports("post"))]

    admin = await scene.b.joins("admin", admin=True)
    assert await reads(scene.a, scene.bob) == ["Selling"], "once"
    assert await reads(scene.b, admin) == ["Selling"], "it is about a person of theirs"
    ann = await scene.a.joins("ann")
    for server, who in ((scene.a, ann), (scene.b, scene.alice), (scene.c, scene.carol)):
        with pytest.raises(NotAllowed):
            await reads(server, who)
    told = [one for one in scene.network.asked if one.method == "POST" and b"Selling" in one.body]
    assert {one.host for one in told} == {"a.example", "b.example"}, "nor does anybody else hear of it"
    assert not any(json.loads(one.body)["type"] == "Announce" for one in told)


async def test_a_ban_ends_by_itself_and_holds_in_its_community_alone__case_20(scene: Scene) -> None:
    async with scene.a.writing() as tx:
        await create_community(tx, scene.bob, CreateCommunity("attic", "Attic"))
    other = await scene.b.resolves(scene.alice, "!attic@a.example")
    async with scene.b.writing() as tx:
        await follow_community(tx, scene.alice, other.id)
    await scene.network.settle()
    async with scene.b.writing() as tx:
        await create_post(tx, scene.alice, CreatePost(scene.at_b, "Buy my seeds"))
        await create_post(tx, scene.alice, CreatePost(other.id, "Old chairs"))
    async with scene.a.writing() as tx:
        await create_post(tx, scene.bob, CreatePost(1, "Seeds, and who sells them"))
    await scene.network.settle()
    async with scene.a.db.read() as tx:
        alice = await people.by_name(tx, "alice", "b.example")
    assert alice is not None
    until = (scene.a.clock.now() + 7 * DAY) // SECOND
    async with scene.a.writing() as tx:
        await ban_from_community(
            tx, scene.bob, BanFromCommunity(1, alice.id, True, until, "Selling", remove_data=True)
        )
    await scene.network.settle()
    for server in (scene.a, scene.b):
        assert await server.rows("SELECT name FROM post WHERE removed") == [("Buy my seeds",)], server.host
    assert await scene.c.rows("SELECT name FROM post WHERE removed") == [("Buy my seeds",)]
    async with scene.b.writing() as tx:
        await tx.run("DELETE FROM community_ban")  # as if b had not heard of it yet
        tx.changed("community", scene.at_b)
        seeds = await tx.value("SELECT id FROM post WHERE name LIKE 'Seeds%'")
        late = await create_comment(tx, scene.alice, CreateComment(seeds, "But they are good seeds."))
    await scene.network.settle()
    assert await scene.a.value("SELECT count(*) FROM comment") == 0, "refused where the community lives"
    assert await scene.c.value("SELECT count(*) FROM comment") == 0, "and passed on to nobody"
    assert late.comment.ap_id
    scene.a.clock.advance(7 * DAY + HOUR)
    for server in scene.servers:
        async with server.writing() as tx:
            await lift_expired_bans(tx)
    async with scene.b.writing() as tx:
        await create_post(tx, scene.alice, CreatePost(scene.at_b, "Sorry"))
    await scene.network.settle()
    assert await scene.everywhere("SELECT count(*) FROM post WHERE name = 'Sorry' AND NOT removed") == [
        1,
        1,
        1,
    ]


async def test_an_account_goes_with_what_it_wrote__case_29__DEL_3__INB_6(
    scene: Scene, servers: Found
) -> None:
    (d,) = await servers("d")
    async with scene.b.writing() as tx:
        await tx.run("UPDATE person SET display_name = 'Alice', bio = 'About me' WHERE local")
        post = await create_post(
            tx, scene.alice, CreatePost(scene.at_b, "Tomatoes in June", body="They grow.")
        )
        await create_comment(tx, scene.alice, CreateComment(post.id, "Mine are late."))
    await scene.network.settle()
    async with scene.c.writing() as tx:  # so that b has heard of c
        await create_comment(tx, scene.carol, CreateComment(1, "Water them."))
    await scene.network.settle()
    proof = await passwords.prove_own(scene.b.db, scene.alice, rows.password_of("alice"))
    async with scene.b.writing() as tx:
        await delete_account(tx, scene.alice, proof, with_content=True)
    since = len(scene.network.asked)
    await scene.network.settle()
    for server in scene.servers:
        words = "SELECT name || coalesce(body, '') FROM post UNION ALL SELECT content FROM comment"
        left = str(await server.rows(words))
        assert not any(word in left for word in ("Tomatoes", "grow", "late")), server.host
        person = "SELECT deleted, display_name, bio FROM person WHERE name = 'alice'"
        deleted, name, bio = (await server.rows(person))[0]
        assert (bool(deleted), name, bio) == (True, None, None), server.host
    assert scene.alice.person is not None
    assert (await asks(scene.network, scene.alice.person.ap_id)).status == 410
    (gone,) = {
        one.body
        for one in scene.network.asked[since:]
        if one.method == "POST" and json.loads(one.body)["type"] == "Delete"
    }
    private = scene.network.asked
    before = len(private)
    told = next(one for one in private[since:] if one.body == gone)
    answer = await scene.network.ask(
        Request("b.example", "POST", URL("https://d.example/inbox"), told.headers, gone)
    )
    assert answer.status == 202
    await d.settle()
    assert [one for one in scene.network.asked[before:] if one.host != "d.example"] == [], "and asks nobody"
