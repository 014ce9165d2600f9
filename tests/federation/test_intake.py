"""What is taken in, and what stays out: newer and older states, gone parents, lists of words, order, records (section 4, 9, 10.3)."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from multidict import CIMultiDict
from yarl import URL

from folkmoot.apub.inbox.receive import Receiver
from folkmoot.core.communities.ban import BanFromCommunity, ban_from_community
from folkmoot.store import communities, people, received
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx
from folkmoot.store.received import Arrival
from tests.federation.conftest import Found
from tests.federation.network import Request
from tests.federation.peer import PUBLIC, Peer
from tests.federation.stage import Scene, set_scene


@pytest.fixture
async def scene(servers: Found, peer: Callable[[str], Peer]) -> Scene:
    return await set_scene(servers, peer)


def _get(url: str) -> Request:
    """A visitor with a browser."""
    return Request("visitor.example", "GET", URL(url), CIMultiDict({"Accept": "text/html"}), b"")


# --- the answers of the inbox -----------------------------------------------------------------------------------------------------


async def test_an_inbox_never_says_that_it_is_gone_or_elsewhere__INB_12__INB_13__case_56(
    scene: Scene,
) -> None:
    there, a = scene.there, scene.a
    page = await scene.posted()
    like = there.activity("Like", scene.carol, page["id"])
    blocked = Peer(there.network, "blocked.example", there.key_pool)
    answers = [
        await there.send(a, b"{", scene.carol), await there.send(a, b"[]", scene.carol),
        await there.send(a, like, signed=False), await there.send(a, like, scene.baking),
        await there.send(a, {**like, "actor": scene.gardening.ap_id}, scene.carol),
        await there.send(a, like, path="/u/nobody/inbox"), await there.send(a, like, path="/u/alice/inbox"),
        await there.send(a, like, headers={"Content-Type": "text/html"}),
        await there.send(a, like, headers={"Content-Encoding": "br"}),
        await there.send(a, b" " * (2 << 20), scene.carol),
        await blocked.send(a, blocked.activity("Like", blocked.person("x"), page["id"])),
    ]  # fmt: skip
    async with a.writing() as tx:
        await tx.run("UPDATE person SET deleted = :yes WHERE name = 'alice'", yes=True)
        await tx.run("UPDATE local_site SET federation_enabled = :no", no=False)
        tx.changed("site")
    answers += [await there.send(a, like, path=path) for path in ("/inbox", "/u/alice/inbox")]
    assert {one.status for one in answers} <= {202, 400, 401, 403, 404, 413, 415}
    for one in answers:
        assert len(one.body) < 200
        assert b"Traceback" not in one.body and b"KEY" not in one.body


async def test_202_is_said_when_it_is_written_down__INB_9(scene: Scene) -> None:
    page = scene.there.page(scene.carol, scene.gardening.ap_id)
    create = scene.there.in_community("Create", scene.carol, page, scene.gardening.ap_id)
    assert (await scene.there.send(scene.a, create)).status == 202
    assert await scene.a.verdict(create["id"]) not in ("unknown", "accepted"), "written down, not yet done"
    assert await scene.a.value("SELECT count(*) FROM post") == 0


async def test_one_address_has_one_turn_also_among_many_at_once__INB_8(scene: Scene) -> None:
    page = await scene.posted()
    like = scene.there.activity("Like", scene.there.person("dave"), page["id"])
    answers = await asyncio.gather(*(scene.there.send(scene.a, like) for _ in range(6)))
    assert {one.status for one in answers} == {202}
    assert await scene.a.value("SELECT count(*) FROM received WHERE ap_id = :id", id=like["id"]) == 1
    await scene.a.settle()
    assert await scene.a.value("SELECT score FROM post") == 2


async def test_what_comes_while_others_write_is_written_with_what_waits_for_its_turn__INB_9(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    if scene.a.db.dialect.name != "sqlite":
        pytest.skip("PostgreSQL lets several write at once")
    receiver, batches, put = Receiver(scene.a.context), list[list[str]](), received.put

    async def note(tx: Tx, arrivals: Sequence[Arrival]) -> None:
        batches.append([one.ap_id for one in arrivals])
        await put(tx, arrivals)

    monkeypatch.setattr(received, "put", note)
    wanted = [f"https://there.example/{number}" for number in range(3)]
    writes: list[asyncio.Future[None]] = []
    async with scene.a.writing():
        for ident in wanted:
            arrival = Arrival(ident, "Like", scene.carol.id, "there.example", None, 0, "{}")
            writes.append(receiver._writing.put(arrival))
            for _ in range(3):
                await asyncio.sleep(0)
        assert batches == []
    await asyncio.gather(*writes)
    assert batches == [wanted]
    assert await scene.a.value("SELECT count(*) FROM received WHERE state = 'waiting'") == 3


async def test_effect_notice_and_relay_come_together_or_not_at_all__INB_10(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await scene.posted()
    mine = await scene.answered()
    await scene.tells(scene.there.activity("Follow", scene.carol, scene.gardening.ap_id))
    note = scene.there.note(scene.carol, mine, scene.gardening.ap_id)
    create = scene.there.in_community("Create", scene.carol, note, scene.gardening.ap_id)
    before = len(scene.there.got)
    assert await scene.tells(create) == "accepted"
    assert await scene.a.value("SELECT count(*) FROM comment WHERE NOT local") == 1
    assert (
        await scene.a.value("SELECT count(*) FROM comment_reply WHERE recipient_id = :id", id=scene.alice.id)
        == 1
    )
    relayed = [one for one in scene.there.got[before:] if one["type"] == "Announce"]
    assert [one["object"]["id"] for one in relayed] == [create["id"]]
    late = scene.there.note(scene.carol, mine, scene.gardening.ap_id)
    async with scene.a.writing() as tx:
        carol = await people.by_name(tx, "carol", "there.example")
        assert carol is not None
        await ban_from_community(tx, scene.bob, BanFromCommunity(scene.gardening.id, carol.id))
    refused = scene.there.in_community("Create", scene.carol, late, scene.gardening.ap_id)
    before = len(scene.there.got)
    assert await scene.tells(refused) == "banned_from_community"
    assert await scene.a.value("SELECT count(*) FROM comment_reply") == 1
    assert [one for one in scene.there.got[before:] if one.get("object", {}) == refused] == []
    assert page["id"]


# --- which state counts ---------------------------------------------------------------------------------------------------------------


async def test_the_newest_state_counts_whenever_it_comes__OBJ_2(scene: Scene) -> None:
    page = await scene.posted()
    group = scene.gardening.ap_id

    async def says(name: str, **more: str) -> None:
        told = scene.there.in_community("Update", scene.carol, {**page, "name": name, **more}, group)
        await scene.tells(told)

    await says("Newest", updated="2026-06-01T11:30:00Z")
    await says("Between", updated="2026-06-01T11:20:00Z")
    await says("Of the same moment", updated="2026-06-01T11:30:00Z")
    create = scene.there.in_community("Create", scene.carol, {**page, "name": "First"}, group)
    await scene.tells(create)
    assert await scene.a.rows("SELECT name, score FROM post") == [("Newest", 1)]


async def test_what_lies_here_is_not_changed_from_outside__OBJ_3(scene: Scene) -> None:
    await scene.announced()
    mine = await scene.answered()
    note = {
        **scene.there.note(scene.carol, "x", scene.baking.id),
        "id": mine,
        "updated": "2026-06-01T11:59:00Z",
    }
    alice = "https://a.example/u/alice"
    page = await scene.a.value("SELECT ap_id FROM post")
    for author in (scene.carol.id, alice):
        forged = {
            **note,
            "attributedTo": author,
            "inReplyTo": page,
            "content": "<p>Buy pills</p>",
            "source": None,
        }
        for kind in ("Create", "Update"):
            told = scene.there.in_community(kind, scene.carol, forged, scene.baking.id)
            assert await scene.tells(told) == "local_object"
            assert await scene.tells(scene.there.announce(scene.baking, told)) == "local_object"
    assert await scene.a.value("SELECT content FROM comment") == "Mine are black."


async def test_addresses_and_words_that_this_site_does_not_want__OBJ_11(scene: Scene) -> None:
    async with scene.a.writing() as tx:
        await tx.run("INSERT INTO url_blocklist (url, published) VALUES ('spam.example', 1)")
        await tx.run("UPDATE local_site SET slur_filter_regex = 'badword'")
        tx.changed("site")
    group = scene.gardening.ap_id
    link = scene.there.page(
        scene.carol, group, attachment=[{"type": "Link", "href": "https://spam.example/x"}]
    )
    word = scene.there.page(scene.carol, group, "A badword in June")
    for page in (link, word):
        create = scene.there.in_community("Create", scene.carol, page, group)
        assert (await scene.there.send(scene.a, create)).status == 202, "the sender hears nothing of it"
        await scene.a.settle()
    assert (
        await scene.a.rows("SELECT name, url FROM post WHERE name LIKE '%badword%' OR url IS NOT NULL") == []
    )


async def test_deleted_means_hidden_and_nothing_lost__DEL_2(scene: Scene) -> None:
    page = await scene.posted()
    group = scene.gardening.ap_id
    await scene.answered()
    like = scene.there.activity("Like", scene.there.person("dave"), page["id"])
    assert await scene.tells(like) == "accepted"
    gone = scene.there.in_community("Delete", scene.carol, page["id"], group)
    assert await scene.tells(gone) == "accepted"
    kept = "SELECT name, score, comments FROM post"
    assert await scene.a.rows(kept) == [("Figs in pots", 2, 1)]
    asked = await scene.a._answer(_get("https://a.example/post/1"))
    assert b"They want sun." not in asked.body
    assert await scene.tells(scene.there.in_community("Undo", scene.carol, gone, group)) == "accepted"
    asked = await scene.a._answer(_get("https://a.example/post/1"))
    assert b"They want sun." in asked.body
    assert await scene.a.rows(kept) == [("Figs in pots", 2, 1)]


@pytest.mark.parametrize("late", ["Update", "Announce", "Create"])
async def test_what_is_gone_does_not_come_back__ABU_23(scene: Scene, late: str) -> None:
    page = await scene.announced()
    gone = scene.there.in_community("Delete", scene.carol, page["id"], scene.baking.id)
    assert await scene.tells(scene.there.announce(scene.baking, gone)) == "accepted"
    newer = {**page, "name": "Bread again", "updated": "2026-06-01T11:59:00Z"}
    thing = (
        page["id"]
        if late == "Announce"
        else scene.there.in_community(late, scene.carol, newer, scene.baking.id)
    )
    await scene.tells(scene.there.announce(scene.baking, thing))
    assert await scene.a.value("SELECT deleted FROM post")


# --- parents -----------------------------------------------------------------------------------------------------------------------------


async def test_a_chain_with_a_link_that_lies_is_dropped__PAR_2(
    scene: Scene, peer: Callable[[str], Peer]
) -> None:
    page = await scene.posted()
    group = scene.gardening.ap_id
    other = peer("other.example")
    forged = scene.there.note(scene.carol, page["id"], group, id=other.id("comment"))
    lying = f"{scene.there.origin}/comment/lying"
    scene.there.documents[lying] = forged
    last = scene.there.note(scene.carol, lying, group)
    create = scene.there.in_community("Create", scene.carol, last, group)
    assert await scene.tells(create) not in ("accepted", "unknown")
    assert await scene.a.value("SELECT count(*) FROM comment") == 0


async def test_what_was_fetched_is_not_passed_on__PAR_4(scene: Scene) -> None:
    page = await scene.posted()
    group = scene.gardening.ap_id
    await scene.tells(scene.there.activity("Follow", scene.carol, group))
    first = scene.there.note(scene.carol, page["id"], group, "First")
    second = scene.there.note(scene.carol, first["id"], group, "Second")
    before = len(scene.there.got)
    create = scene.there.in_community("Create", scene.carol, second, group)
    assert await scene.tells(create) == "accepted"
    assert await scene.a.value("SELECT count(*) FROM comment") == 2
    assert [one["object"]["id"] for one in scene.there.got[before:]] == [create["id"]], "the new one alone"


async def test_what_only_its_author_sent_waits_to_be_confirmed__PAR_5(
    scene: Scene, peer: Callable[[str], Peer]
) -> None:
    await scene.announced()
    mine = await scene.answered()
    other = peer("other.example")
    note = other.note(
        other.person("dave"), mine, scene.baking.id, to=[PUBLIC, "https://a.example/u/alice"], cc=[]
    )
    dave = other.actors[note["attributedTo"]]
    create = other.activity("Create", dave, note, to=note["to"])
    await scene.a.settle()
    before = await scene.a.value("SELECT count(*) FROM sent_activity")
    assert await other.tells(scene.a, create) == "accepted"
    assert await scene.a.value("SELECT count(*) FROM unconfirmed_comment") == 1
    assert await scene.a.value("SELECT count(*) FROM sent_activity") == before, "it is not ours to pass on"
    assert await scene.tells(scene.there.announce(scene.baking, create)) == "accepted"
    assert await scene.a.value("SELECT count(*) FROM unconfirmed_comment") == 0


async def test_a_vote_on_what_is_not_here_yet_brings_it__INB_14(scene: Scene) -> None:
    page = scene.there.page(scene.carol, scene.baking.id)
    like = scene.there.activity("Like", scene.there.person("dave"), page["id"])
    assert await scene.tells(scene.there.announce(scene.baking, like)) == "accepted"
    assert await scene.a.rows("SELECT name, score FROM post") == [("Figs in pots", 2)]


# --- votes and reactions ------------------------------------------------------------------------------------------------------------------


async def test_a_reaction_is_taken_back_by_its_address_or_by_what_it_was__REA_2(scene: Scene) -> None:
    page = await scene.posted()
    dave = scene.there.person("dave")
    like = scene.there.activity("Like", dave, page["id"], content="🎉")
    for by_address in (False, True):
        assert await scene.tells(like) == "accepted"
        assert await scene.a.value("SELECT score FROM post") == 2
        undo = scene.there.activity("Undo", dave, like["id"] if by_address else like)
        assert await scene.tells(undo) == "accepted"
        assert await scene.a.value("SELECT score FROM post") == 1
        like = {**like, "id": scene.there.id("like")}


async def test_an_odd_voter_has_one_vote_like_any_other__VOT_2(scene: Scene) -> None:
    page = await scene.posted()
    odd = scene.there.person("x9f3", published=None, summary=None)
    for _ in range(3):
        assert await scene.tells(scene.there.activity("Like", odd, page["id"])) == "accepted"
    await scene.tells(scene.there.activity("Announce", odd, page["id"]))  # a boost
    assert await scene.a.value("SELECT score FROM post") == 2


async def test_where_there_are_no_downvotes_none_is_passed_on__VOT_4(scene: Scene) -> None:
    page = await scene.posted()
    await scene.tells(scene.there.activity("Follow", scene.carol, scene.gardening.ap_id))
    async with scene.a.writing() as tx:
        await tx.run("UPDATE local_site SET enable_downvotes = :no", no=False)
        tx.changed("site")
    dave = scene.there.person("dave")
    before = len(scene.there.got)
    dislike = scene.there.activity("Dislike", dave, page["id"])
    assert await scene.tells(dislike) == "downvotes_are_disabled"
    like = scene.there.activity("Like", dave, page["id"])
    assert await scene.tells(like) == "accepted"
    assert [one["object"]["id"] for one in scene.there.got[before:]] == [like["id"]]


# --- nsfw -----------------------------------------------------------------------------------------------------------------------------------


async def test_a_mark_on_the_community_and_one_on_the_post_are_kept_apart__VIS_6__case_86(
    scene: Scene,
) -> None:
    scene.baking.document["sensitive"] = True
    told = scene.there.activity("Update", scene.baking, scene.baking.document, to=[PUBLIC])
    assert await scene.tells(told) == "accepted"
    await scene.announced()
    assert await scene.a.rows("SELECT nsfw FROM community WHERE name = 'baking'") in ([(1,)], [(True,)])
    assert not await scene.a.value("SELECT nsfw FROM post"), "its own mark"
    async with scene.a.writing() as tx:
        await tx.run("UPDATE community SET nsfw = :no WHERE name = 'baking'", no=False)
    page = scene.there.page(scene.carol, scene.baking.id, "Naked bread", sensitive=True, summary="No clothes")
    create = scene.there.in_community("Create", scene.carol, page, scene.baking.id)
    assert await scene.tells(scene.there.announce(scene.baking, create)) == "accepted"
    nsfw, body = (await scene.a.rows("SELECT nsfw, body FROM post WHERE name = 'Naked bread'"))[0]
    assert nsfw
    assert "No clothes" in body


async def test_two_posts_of_one_link_live_and_die_apart__case_67(scene: Scene) -> None:
    link = [{"type": "Link", "href": "https://example.org/a"}]
    group = scene.gardening.ap_id
    here = scene.there.page(scene.carol, group, attachment=link)
    assert await scene.tells(scene.there.in_community("Create", scene.carol, here, group)) == "accepted"
    there = scene.there.page(scene.carol, scene.baking.id, attachment=link)
    create = scene.there.in_community("Create", scene.carol, there, scene.baking.id)
    assert await scene.tells(scene.there.announce(scene.baking, create)) == "accepted"
    assert await scene.tells(scene.there.in_community("Delete", scene.carol, here["id"], group)) == "accepted"
    rows = await scene.a.rows("SELECT ap_id, url, deleted FROM post ORDER BY id")
    assert [(ap_id, url, bool(gone)) for ap_id, url, gone in rows] == [
        (here["id"], "https://example.org/a", True),
        (there["id"], "https://example.org/a", False),
    ]


# --- private communities ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("software", "version", "verdict"),
    [
        ("mbin", "1.9", "community_is_private"), ("mastodon", "4.5", "accepted"),
        ("kbin", None, "community_is_private"), (None, None, "accepted"),
    ],
)  # fmt: skip
async def test_programs_that_show_everything_are_not_let_into_private_communities__VIS_4(
    scene: Scene, software: str | None, version: str | None, verdict: str
) -> None:
    await scene.posted()
    async with scene.a.writing() as tx:
        await communities.update(tx, scene.gardening.id, {"visibility": "Private"})
        await tx.run("UPDATE instance SET software = :s, version = :v WHERE NOT local", s=software, v=version)
    wish = scene.there.activity("Follow", scene.carol, scene.gardening.ap_id)
    assert await scene.tells(wish) == verdict
    answers = [one["type"] for one in scene.there.got if one["type"] in ("Accept", "Reject")]
    assert answers == (["Reject"] if verdict != "accepted" else []), "its moderators decide"


@pytest.mark.parametrize(
    ("denied", "software", "version", "verdict"),
    [
        ("mastodon,lemmy/0", "lemmy", "0.19.11", "community_is_private"), ("mastodon,lemmy/0", "lemmy", "1.0.0", "accepted"),
        ("mastodon,lemmy/0", "lemmy", None, "accepted"), ("mastodon,lemmy/0", "mbin", "1.9", "accepted"), ("", "mbin", "1.9", "accepted"),
    ],
)  # fmt: skip
async def test_operators_say_which_programs_are_not_let_in__VIS_4(
    scene: Scene, denied: str, software: str, version: str | None, verdict: str
) -> None:
    await scene.posted()
    async with scene.a.writing() as tx:
        operator = store_site.operator_of(await store_site.local_site(tx))
        await store_site.set_operator(tx, replace(operator, private_denylist=denied))
        await communities.update(tx, scene.gardening.id, {"visibility": "Private"})
        await tx.run("UPDATE instance SET software = :s, version = :v WHERE NOT local", s=software, v=version)
    assert await scene.tells(scene.there.activity("Follow", scene.carol, scene.gardening.ap_id)) == verdict
