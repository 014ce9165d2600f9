"""Each activity as other programs send it: what it does, and what it does not (6.2; cases 8, 15, 19, 27, 29, 36 to 40, 61, 63, 64, 79, 80)."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any
from zlib import crc32

import pytest
from multidict import CIMultiDict
from yarl import URL

from folkmoot.apub import activities
from folkmoot.apub.inbox.arrived import Arrived
from folkmoot.apub.inbox.table import TABLE
from folkmoot.core.communities.ban import BanFromCommunity, ban_from_community
from folkmoot.core.listings.profile import read_profile
from folkmoot.core.people.block import block_person
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.delete import delete_post
from folkmoot.core.site.purge import purge_post
from folkmoot.model.communities import Community
from folkmoot.model.errors import NotAllowed
from folkmoot.model.people import Moved
from folkmoot.model.time import DAY, HOUR, MINUTE
from folkmoot.store import people
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx
from tests.federation.conftest import Found
from tests.federation.network import Network, Request
from tests.federation.peer import PUBLIC, Members, Peer
from tests.federation.stage import Scene, set_scene


@pytest.fixture
async def scene(servers: Found, peer: Callable[[str], Peer]) -> Scene:
    return await set_scene(servers, peer)


async def wants(scene: Scene, **settings: object) -> None:
    """The operator set this, and started the server again."""
    async with scene.a.writing() as tx:
        await store_site.set_operator(
            tx, replace(store_site.operator_of(await store_site.local_site(tx)), **settings)
        )  # type: ignore[arg-type]


# --- rights -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["Delete", "Lock", "Add", "Block", "Update"])
async def test_who_does_not_moderate_cannot_moderate__case_8__PERM_3__ABU_8(scene: Scene, kind: str) -> None:
    page = await scene.posted()
    eve = scene.there.person("eve")
    group = scene.gardening.ap_id
    things = {"Delete": page["id"], "Lock": page["id"], "Add": eve.id, "Block": scene.carol.id}
    more = {
        "Add": {"target": f"{group}/moderators"},
        "Block": {"target": group, "removeData": True},
        "Delete": {"summary": "x"},
    }
    thing = things.get(kind, {**scene.baking.document, "id": group})
    relayed = await scene.a.value("SELECT count(*) FROM outgoing")
    # eve's server is carol's too: what lies there its people may speak for, but not for the community.
    stranger = Peer(scene.there.network, "stranger.example", scene.there.key_pool)
    mallory = stranger.person("mallory")
    activity = stranger.in_community(kind, mallory, thing, group, **more.get(kind, {}))
    assert await stranger.tells(scene.a, activity) not in ("accepted", "unknown")
    assert await scene.a.value("SELECT count(*) FROM post WHERE removed OR deleted OR locked") == 0
    assert await scene.a.value("SELECT count(*) FROM community_ban") == 0
    assert (
        await scene.a.value(
            "SELECT count(*) FROM community_moderator WHERE community_id = :id", id=scene.gardening.id
        )
        == 1
    )
    assert (
        await scene.a.value("SELECT title FROM community WHERE id = :id", id=scene.gardening.id)
        == "Gardening"
    )
    assert await scene.a.value("SELECT count(*) FROM outgoing") == relayed


async def test_who_is_banned_writes_nothing__OBJ_10__PERM_1(scene: Scene) -> None:
    await scene.posted()
    async with scene.a.writing() as tx:
        carol = await people.by_name(tx, "carol", "there.example")
        assert carol is not None
        await ban_from_community(tx, scene.bob, BanFromCommunity(scene.gardening.id, carol.id))
    page = scene.there.page(scene.carol, scene.gardening.ap_id)
    activity = scene.there.in_community("Create", scene.carol, page, scene.gardening.ap_id)
    assert await scene.tells(activity) == "banned_from_community"


async def test_what_was_purged_does_not_come_back__SND_10(scene: Scene) -> None:
    page = await scene.posted()
    admin = await scene.a.joins("admin", admin=True)
    async with scene.a.writing() as tx:
        await purge_post(tx, admin, 1)
    again = scene.there.in_community("Create", scene.carol, page, scene.gardening.ap_id)
    assert await scene.tells(again) == "was_deleted"


@pytest.mark.parametrize(("to", "verdict"), [([], "not_public"), ([PUBLIC], "accepted")])
async def test_public_communities_take_public_posts__case_75__CMN_3(
    scene: Scene, to: list[str], verdict: str
) -> None:
    group = scene.gardening.ap_id
    page = scene.there.page(scene.carol, group, to=[group, *to])
    assert await scene.tells(scene.there.in_community("Create", scene.carol, page, group)) == verdict


async def test_what_nobody_here_follows_and_concerns_nobody_here_is_not_taken__OBJ_6(scene: Scene) -> None:
    other = scene.there.group("knitting", scene.carol)
    await scene.a.resolves(scene.alice, other.id)
    page = scene.there.page(scene.carol, other.id)
    assert (
        await scene.tells(scene.there.in_community("Create", scene.carol, page, other.id))
        == "community_not_followed"
    )
    announced = scene.there.announce(other, scene.there.in_community("Create", scene.carol, page, other.id))
    assert await scene.tells(announced) == "unknown", "not even written down"


# --- follows ----------------------------------------------------------------------------------------------------------------


async def test_a_follow_is_answered_each_time_and_counted_once__IDV_4(scene: Scene) -> None:
    wish = scene.there.activity("Follow", scene.carol, scene.gardening.ap_id, to=[scene.gardening.ap_id])
    assert await scene.tells(wish) == "accepted"
    assert await scene.tells({**wish, "id": scene.there.id("follow")}) == "accepted"
    assert await scene.a.value("SELECT subscribers FROM community WHERE id = :id", id=scene.gardening.id) == 2
    answers = [one for one in scene.there.got if one["type"] == "Accept"]
    assert len(answers) == 2
    assert answers[0]["object"]["id"] == wish["id"]
    undo = scene.there.activity("Undo", scene.carol, wish)
    assert await scene.tells(undo) == "accepted"
    assert await scene.a.value("SELECT subscribers FROM community WHERE id = :id", id=scene.gardening.id) == 1


async def test_who_is_banned_is_told_no(scene: Scene) -> None:
    await scene.posted()
    async with scene.a.writing() as tx:
        carol = await people.by_name(tx, "carol", "there.example")
        assert carol is not None
        await ban_from_community(tx, scene.bob, BanFromCommunity(scene.gardening.id, carol.id))
    wish = scene.there.activity("Follow", scene.carol, scene.gardening.ap_id)
    assert await scene.tells(wish) == "banned_from_community"
    assert [one["type"] for one in scene.there.got if one["type"] in ("Accept", "Reject")] == ["Reject"]


async def test_people_here_can_be_followed_too__FLW_1(scene: Scene) -> None:
    wish = scene.there.activity("Follow", scene.carol, "https://a.example/u/alice")
    assert await scene.tells(wish) == "accepted"
    assert await scene.a.value("SELECT count(*) FROM person_follow") == 1
    assert await scene.tells(scene.there.activity("Undo", scene.carol, wish)) == "accepted"
    assert await scene.a.value("SELECT count(*) FROM person_follow") == 0


async def test_a_community_elsewhere_may_follow_a_public_one__FLW_2(scene: Scene) -> None:
    group, gardening = scene.baking, scene.gardening
    wish = scene.there.activity("Follow", group, gardening.ap_id, to=[gardening.ap_id])
    assert await scene.tells(wish) == "accepted"
    assert await scene.tells({**wish, "id": scene.there.id("follow")}) == "accepted"
    assert await scene.a.value("SELECT subscribers FROM community WHERE id = :id", id=gardening.id) == 2
    answers = [one for one in scene.there.got if one["type"] == "Accept"]
    assert [one["object"]["actor"] for one in answers] == [group.id, group.id]
    async with scene.a.writing() as tx:
        await create_post(tx, scene.bob, CreatePost(gardening.id, "Figs"))
    await scene.a.settle()
    assert "Announce" in {one["type"] for one in scene.there.got}, "it hears what happens here"
    undo = scene.there.activity("Undo", group, wish)
    assert await scene.tells(undo) == "accepted"
    assert await scene.a.value("SELECT subscribers FROM community WHERE id = :id", id=gardening.id) == 1


async def test_a_community_that_follows_a_private_one_is_told_no__FLW_2(scene: Scene) -> None:
    async with scene.a.writing() as tx:
        await tx.run("UPDATE community SET visibility = 'Private' WHERE id = :id", id=scene.gardening.id)
        tx.changed("community", scene.gardening.id)
    wish = scene.there.activity("Follow", scene.baking, scene.gardening.ap_id, to=[scene.gardening.ap_id])
    assert await scene.tells(wish) == "community_is_private"
    assert [one["type"] for one in scene.there.got if one["type"] in ("Accept", "Reject")] == ["Reject"]
    assert await scene.a.value("SELECT count(*) FROM community_follow WHERE pending") == 0


async def test_an_announce_of_a_community_counts_as_its_acceptance__SND_6(scene: Scene) -> None:
    async with scene.a.writing() as tx:
        await tx.run(
            "UPDATE community_follow SET pending = :yes WHERE person_id = :id", yes=True, id=scene.alice.id
        )
    await scene.announced()
    assert not await scene.a.value(
        "SELECT pending FROM community_follow WHERE person_id = :id", id=scene.alice.id
    )


async def test_a_rejected_follow_ends__VIS_3(scene: Scene) -> None:
    wish = {
        "id": "https://a.example/activities/follow/1",
        "type": "Follow",
        "actor": "https://a.example/u/alice",
        "object": scene.baking.id,
    }
    assert await scene.tells(scene.there.activity("Reject", scene.baking, wish)) == "accepted"
    assert (
        await scene.a.value("SELECT count(*) FROM community_follow WHERE person_id = :id", id=scene.alice.id)
        == 0
    )


# --- content ----------------------------------------------------------------------------------------------------------------


async def test_a_comment_that_comes_twice_is_one_with_one_notice__case_64__DUP_1__PAR_5(scene: Scene) -> None:
    page = await scene.announced()
    reply_of_alice = await scene.answered()
    note = scene.there.note(scene.carol, reply_of_alice, scene.baking.id)
    create = scene.there.in_community(
        "Create", scene.carol, note, scene.baking.id, cc=["https://a.example/u/alice"]
    )
    assert await scene.tells(create) == "accepted"
    assert await scene.a.value("SELECT count(*) FROM unconfirmed_comment") == 1
    assert await scene.tells(scene.there.announce(scene.baking, create)) == "accepted"
    assert await scene.a.value("SELECT count(*) FROM unconfirmed_comment") == 0
    assert await scene.a.value("SELECT count(*) FROM comment") == 2
    assert await scene.a.value("SELECT count(*) FROM comment_reply") == 1
    assert page["id"]


async def test_the_other_way_round_it_is_one_too__case_64(scene: Scene) -> None:
    await scene.announced()
    note = scene.there.note(scene.carol, await scene.answered(), scene.baking.id)
    create = scene.there.in_community("Create", scene.carol, note, scene.baking.id)
    assert await scene.tells(scene.there.announce(scene.baking, create)) == "accepted"
    assert (await scene.there.send(scene.a, create)).status == 202
    await scene.a.settle()
    assert await scene.a.value("SELECT count(*) FROM comment") == 2
    assert await scene.a.value("SELECT count(*) FROM unconfirmed_comment") == 0


async def test_an_older_state_changes_nothing__case_5__OBJ_2(scene: Scene) -> None:
    page = await scene.posted()
    newer = {**page, "name": "Figs indoors", "updated": "2026-06-01T11:30:00Z"}
    group = scene.gardening.ap_id
    assert await scene.tells(scene.there.in_community("Update", scene.carol, newer, group)) == "accepted"
    assert await scene.tells(scene.there.in_community("Update", scene.carol, page, group)) == "accepted"
    assert await scene.a.value("SELECT name FROM post") == "Figs indoors"


async def test_a_removed_post_stays_removed_through_an_update__OBJ_9__ABU_23(scene: Scene) -> None:
    page = await scene.posted()
    async with scene.a.writing() as tx:
        await tx.run("UPDATE post SET removed = :yes", yes=True)
    newer = {**page, "name": "Figs indoors", "updated": "2026-06-01T11:30:00Z"}
    await scene.tells(scene.there.in_community("Update", scene.carol, newer, scene.gardening.ap_id))
    assert await scene.a.value("SELECT removed FROM post")


async def test_a_note_that_mentions_the_community_is_a_post__case_37(scene: Scene) -> None:
    group = scene.gardening.ap_id
    note = {
        "type": "Note", "id": scene.there.id("statuses"), "attributedTo": scene.carol.id, "to": [PUBLIC], "cc": [group],
        "content": '<p><span class="h-card"><a href="https://a.example/c/gardening" class="u-url mention">@<span>gardening</span></a></span>'
        " My figs have spots</p><p>What now?</p>", "inReplyTo": None, "published": "2026-06-01T11:00:00Z",
        "tag": [{"type": "Mention", "href": group, "name": "@gardening@a.example"}],
    }  # fmt: skip
    create = scene.there.activity("Create", scene.carol, note, to=[PUBLIC], cc=[group])
    assert await scene.tells(create) == "accepted"
    assert await scene.a.value("SELECT name FROM post") == "My figs have spots"
    nowhere = {**note, "id": scene.there.id("statuses"), "cc": [], "tag": [], "content": "<p>Hello</p>"}
    assert (
        await scene.tells(scene.there.activity("Create", scene.carol, nowhere, to=[PUBLIC])) == "no_community"
    )


async def test_an_answer_without_the_community_is_a_comment_and_passed_on__case_36(scene: Scene) -> None:
    await scene.posted()
    mine = await scene.answered()
    await scene.tells(scene.there.activity("Follow", scene.carol, scene.gardening.ap_id))
    note = {
        "type": "Note", "id": scene.there.id("statuses"), "attributedTo": scene.carol.id, "to": [PUBLIC],
        "cc": ["https://a.example/u/alice"], "content": "<p>Mine too</p>", "inReplyTo": mine, "published": "2026-06-01T11:00:00Z",
    }  # fmt: skip
    create = scene.there.activity("Create", scene.carol, note, to=[PUBLIC])
    await scene.a.settle()
    before = await scene.a.value("SELECT coalesce(max(id), 0) FROM sent_activity")
    assert await scene.tells(create) == "accepted"
    assert await scene.a.value("SELECT count(*) FROM comment WHERE path LIKE '0.1.%'") == 1
    sent = await scene.a.rows("SELECT inner_ap_id, body FROM sent_activity WHERE id > :before", before=before)
    assert any(create["id"] in str(row) for row in sent)


@pytest.mark.parametrize("kind", ["Note", "ChatMessage"])
async def test_what_is_for_one_person_is_a_message__cases_15_38__DEL_7(scene: Scene, kind: str) -> None:
    await scene.posted()
    note = {
        "type": kind, "id": scene.there.id("pm"), "attributedTo": scene.carol.id, "to": ["https://a.example/u/alice"],
        "content": "<p>Between us</p>", "published": "2026-06-01T11:00:00Z",
        **({"inReplyTo": await scene.answered()} if kind == "Note" else {}),
    }  # fmt: skip
    assert await scene.tells(scene.there.activity("Create", scene.carol, note, to=note["to"])) == "accepted"
    assert await scene.a.rows("SELECT content FROM private_message") == [("Between us",)]
    changed = {**note, "content": "<p>Only us</p>", "updated": "2026-06-01T11:30:00Z"}
    assert (
        await scene.tells(scene.there.activity("Update", scene.carol, changed, to=note["to"])) == "accepted"
    )
    assert await scene.a.value("SELECT content FROM private_message") == "Only us"
    late = scene.there.activity("Update", scene.carol, note, to=note["to"])
    assert await scene.tells(late) == "accepted", "older than what is here: nothing to do"
    assert await scene.a.value("SELECT content FROM private_message") == "Only us"
    eve = scene.there.person("eve")
    assert await scene.tells(scene.there.activity("Delete", eve, note["id"])) == "not_the_author"
    assert await scene.tells(scene.there.activity("Delete", scene.carol, note["id"])) == "accepted"
    assert await scene.a.value("SELECT deleted FROM private_message")
    announced = scene.there.announce(
        scene.baking, scene.there.activity("Create", scene.carol, {**note, "id": scene.there.id("pm")})
    )
    assert await scene.tells(announced) == "message_was_announced"


async def test_a_bare_announce_and_the_activity_are_one_post__case_40(scene: Scene) -> None:
    page = scene.there.page(scene.carol, scene.baking.id)
    assert await scene.tells(scene.there.announce(scene.baking, page["id"])) == "accepted"
    create = scene.there.in_community("Create", scene.carol, page, scene.baking.id)
    assert await scene.tells(scene.there.announce(scene.baking, create)) == "accepted"
    assert await scene.tells(scene.there.announce(scene.baking, page)) == "accepted"
    assert await scene.a.value("SELECT count(*) FROM post") == 1


async def test_a_persons_boost_has_no_effect__CMN_8(scene: Scene) -> None:
    await scene.posted()
    mine = await scene.answered()
    assert await scene.tells(scene.there.activity("Announce", scene.carol, mine)) == "accepted"
    assert await scene.a.value("SELECT score FROM comment") == 1


async def test_where_the_operator_wants_it_boosts_are_votes_and_are_taken_back__CMN_8(scene: Scene) -> None:
    await wants(scene, boosts="count")
    page = await scene.posted()
    dave = scene.there.person("dave")
    boost = scene.there.activity("Announce", dave, page["id"])
    unknown = scene.there.activity("Announce", dave, "https://elsewhere.example/post/9")
    assert await scene.tells(unknown) == "unknown", "not even written down"
    assert scene.there.network.asked_of("elsewhere.example") == [], "nothing is fetched for a boost"
    for _ in range(2):
        assert await scene.tells({**boost, "id": scene.there.id("boost")}) == "accepted"
        assert await scene.a.value("SELECT score FROM post") == 2
    assert await scene.tells(scene.there.activity("Undo", dave, boost)) == "accepted"
    assert await scene.a.value("SELECT score FROM post") == 1


async def test_of_a_batch_one_that_fails_does_not_stop_the_others__ANN_8(scene: Scene) -> None:
    page = await scene.announced()
    voters = [scene.there.person(f"voter{number}") for number in range(4)]
    likes = [scene.there.activity("Like", voter, page["id"]) for voter in voters]
    likes[1]["actor"] = "https://elsewhere.example/u/x"
    batch = {"type": "OrderedCollection", "totalItems": 4, "orderedItems": likes}
    assert await scene.tells(scene.there.announce(scene.baking, batch)) == "accepted"
    assert await scene.a.value("SELECT score FROM post") == 4


async def test_of_a_batch_nothing_is_left_of_one_that_fails_half_way__ANN_8(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await scene.announced()
    likes = [
        scene.there.activity("Like", scene.there.person(f"voter{number}"), page["id"]) for number in range(3)
    ]
    row = TABLE[activities.Like]

    async def like(tx: Tx, arrived: Arrived[activities.Activity]) -> Community | None:
        done = await row.handler(tx, arrived)
        if arrived.activity.id == likes[1]["id"]:
            raise NotAllowed("no_such_luck")
        return done

    monkeypatch.setitem(TABLE, activities.Like, replace(row, handler=like))
    batch = {"type": "OrderedCollection", "totalItems": 3, "orderedItems": likes}
    assert await scene.tells(scene.there.announce(scene.baking, batch)) == "accepted"
    assert await scene.a.value("SELECT score FROM post") == 3
    voters = "SELECT p.name FROM post_vote v JOIN person p ON p.id = v.person_id WHERE p.name LIKE 'voter%' ORDER BY p.name"
    assert await scene.a.rows(voters) == [("voter0",), ("voter2",)]


# --- votes ------------------------------------------------------------------------------------------------------------------


async def test_votes_change_are_taken_back_and_repeat__VOT_6(scene: Scene) -> None:
    page = await scene.posted()
    dave = scene.there.person("dave")
    like = scene.there.activity("Like", dave, page["id"])

    async def score_after(activity: Members) -> object:
        assert await scene.tells(activity) == "accepted"
        return await scene.a.value("SELECT score FROM post")

    assert await score_after(like) == 2
    assert await score_after(scene.there.activity("Like", dave, page["id"])) == 2
    assert await score_after(scene.there.activity("Dislike", dave, page["id"])) == 0
    assert await score_after(scene.there.activity("Undo", dave, like)) == 1
    assert await score_after(scene.there.activity("Undo", dave, like)) == 1
    again = scene.there.activity("Like", dave, page["id"])
    assert await score_after(again) == 2
    assert await score_after(scene.there.activity("Undo", dave, again["id"])) == 1, "by its address alone"


async def test_downvotes_are_ignored_where_there_are_none__case_79__VOT_4(scene: Scene) -> None:
    page = await scene.posted()
    async with scene.a.writing() as tx:
        await tx.run("UPDATE local_site SET enable_downvotes = :no", no=False)
        tx.changed("site")
    dave = scene.there.person("dave")
    assert await scene.tells(scene.there.activity("Dislike", dave, page["id"])) == "downvotes_are_disabled"
    noted = "SELECT count(*) FROM outgoing WHERE kind = 'relay' AND payload LIKE '%Dislike%'"
    assert await scene.a.value(noted) == 0, "nor passed on"
    assert await scene.tells(scene.there.activity("Like", dave, page["id"])) == "accepted"
    assert await scene.a.value("SELECT score FROM post") == 2


async def test_reactions_follow_the_rule__case_44(scene: Scene) -> None:
    page = await scene.posted()
    dave, erin = scene.there.person("dave"), scene.there.person("erin")
    assert await scene.tells(scene.there.activity("Like", dave, page["id"], content="🎉")) == "accepted"
    assert (
        await scene.tells(scene.there.activity("EmojiReact", erin, page["id"], content="🎉"))
        == "reactions_are_not_counted"
    )
    assert await scene.a.value("SELECT score FROM post") == 2
    assert await scene.a.value("SELECT count(*) FROM comment") == 0


async def test_where_the_operator_wants_it_reactions_are_votes_and_are_taken_back__REA_1__REA_2(
    scene: Scene,
) -> None:
    await wants(scene, reactions="count")
    page = await scene.posted()
    erin = scene.there.person("erin")
    for by_address in (False, True):
        reaction = scene.there.activity("EmojiReact", erin, page["id"], content="🎉")
        assert await scene.tells(reaction) == "accepted"
        assert await scene.a.value("SELECT score FROM post") == 2
        undo = scene.there.activity("Undo", erin, reaction["id"] if by_address else reaction)
        assert await scene.tells(undo) == "accepted"
        assert await scene.a.value("SELECT score FROM post") == 1


# --- gone -------------------------------------------------------------------------------------------------------------------


async def test_the_author_deletes_and_brings_back__case_6(scene: Scene) -> None:
    page = await scene.posted()
    group = scene.gardening.ap_id
    gone = scene.there.in_community("Delete", scene.carol, page["id"], group)
    assert await scene.tells(gone) == "accepted"
    assert await scene.a.rows("SELECT deleted, removed FROM post") in ([(1, 0)], [(True, False)])
    assert await scene.tells(scene.there.in_community("Undo", scene.carol, gone, group)) == "accepted"
    assert not await scene.a.value("SELECT deleted FROM post")


async def test_the_server_of_an_author_may_take_down_what_lies_there__DEL_6(scene: Scene) -> None:
    page = await scene.posted()
    keeper = scene.there.person("keeper")
    gone = scene.there.in_community("Delete", keeper, page["id"], scene.gardening.ap_id, summary="spam")
    assert await scene.tells(gone) == "accepted"
    assert await scene.a.rows("SELECT deleted, removed FROM post") in ([(1, 0)], [(True, False)])


async def test_nobody_deletes_in_advance_what_is_another_servers__DEL_5(
    scene: Scene, peer: Callable[[str], Peer]
) -> None:
    other, group = peer("other.example"), scene.gardening.ap_id
    dave = other.person("dave")
    page = other.page(dave, group)
    gone = scene.there.in_community("Delete", scene.carol, page["id"], group)
    assert await scene.tells(gone) == "unknown_object"
    assert await other.tells(scene.a, other.in_community("Create", dave, page, group)) == "accepted"


async def test_a_deletion_that_comes_first_holds__DEL_5__ABU_23(scene: Scene) -> None:
    page = scene.there.page(scene.carol, scene.gardening.ap_id)
    group = scene.gardening.ap_id
    assert await scene.tells(scene.there.in_community("Delete", scene.carol, page["id"], group)) == "accepted"
    assert await scene.tells(scene.there.in_community("Create", scene.carol, page, group)) == "was_deleted"
    scene.a.clock.advance(8 * DAY)
    await scene.a.settle()
    await scene.a.runner.run_periodic(
        next(task for task in scene.a.runner.schedule if task.name == "what other servers sent")
    )
    assert await scene.a.value("SELECT count(*) FROM gone") == 0


async def test_an_account_is_deleted_with_what_it_wrote__case_29__DEL_3(scene: Scene) -> None:
    await scene.posted()
    eve = scene.there.person("eve")
    assert (
        await scene.tells(scene.there.activity("Delete", eve, scene.carol.id, to=[PUBLIC])) == "not_the_actor"
    )
    gone = scene.there.activity("Delete", scene.carol, scene.carol.id, to=[PUBLIC], removeData=True)
    assert await scene.tells(gone) == "accepted"
    assert await scene.a.value("SELECT deleted FROM person WHERE name = 'carol'")
    assert await scene.a.value("SELECT count(*) FROM post WHERE NOT deleted") == 0


# --- reports, moves, lies -----------------------------------------------------------------------------------------------------


async def test_reports_from_a_server_name_the_account_and_two_posts__cases_19_39(scene: Scene) -> None:
    one, two = await scene.posted("One"), await scene.posted("Two")
    site = scene.there._actor("/actor", "Application", "there.example", {})
    flag = scene.there.activity("Flag", site, [scene.carol.id, one["id"], two["id"]], content="Spam")
    assert await scene.tells(flag) == "accepted"
    assert await scene.a.rows("SELECT reason FROM post_report") == [("Spam",), ("Spam",)]
    again = {**flag, "id": scene.there.id("flag")}
    assert await scene.tells(again) == "accepted"
    assert await scene.a.value("SELECT count(*) FROM post_report") == 2
    three = await scene.posted("Three")
    async with scene.a.writing() as tx:
        await tx.run("UPDATE post SET removed = :yes WHERE name = 'Two'", yes=True)
        await tx.run("DELETE FROM post_report")
    both = scene.there.activity("Flag", scene.carol, [three["id"], two["id"]], content="Spam")
    assert await scene.tells(both) == "accepted"
    assert await scene.a.value("SELECT count(*) FROM post_report") == 1, (
        "one of them is gone, the other is not"
    )


async def test_an_account_moves_when_both_ends_say_so__case_80__MOV_1(
    scene: Scene, peer: Callable[[str], Peer]
) -> None:
    await scene.posted()
    other = peer("other.example")
    new = other.person("carol")
    move = scene.there.activity("Move", scene.carol, scene.carol.id, target=new.id)
    assert await scene.tells(move) == "move_not_confirmed"
    new.document["alsoKnownAs"] = [scene.carol.id]
    scene.carol.document["movedTo"] = new.id
    assert await scene.tells({**move, "id": scene.there.id("move")}) == "accepted"
    assert await scene.a.value("SELECT target FROM moved_person") == new.id
    async with scene.a.db.read() as tx:
        profile = await read_profile(tx, scene.alice, "carol@there.example")
        after = await read_profile(tx, scene.alice, "carol@other.example")
    assert profile.moved == Moved(new.id, "carol@other.example"), "the old profile says so"
    assert after.moved is None
    assert after.person.post_count == 0, "what was written stays"
    assert await scene.tells({**move, "id": scene.there.id("move")}) == "accepted", "that is how it is"
    further = {**move, "id": scene.there.id("move"), "target": "https://third.example/users/carol"}
    assert await scene.tells(further) == "moved_lately"


async def test_who_asks_may_quote__QUO_2(scene: Scene) -> None:
    async with scene.a.writing() as tx:
        post = await create_post(tx, scene.alice, CreatePost(scene.gardening.id, "Figs"))
    quoting = scene.there.id("statuses")
    asks = scene.there.activity(
        "QuoteRequest", scene.carol, post.ap_id, instrument={"id": quoting, "type": "Note"}
    )
    other = {**asks, "id": scene.there.id("ask"), "instrument": "https://other.example/statuses/1"}
    assert await scene.tells(other) == "object_of_other_host"
    theirs = {**asks, "id": scene.there.id("ask"), "object": (await scene.posted())["id"]}
    assert await scene.tells(theirs) == "nobody_here"
    assert await scene.tells(asks) == "accepted"
    (yes,) = [one for one in scene.there.got if one["type"] == "Accept"]
    assert (yes["actor"], yes["object"]["id"]) == ("https://a.example/u/alice", asks["id"])
    path = yes["result"].removeprefix("https://a.example")
    stamp = await shown(scene, path)
    assert {name: stamp[name] for name in ("id", "type", "attributedTo", "interactingObject", "interactionTarget")} == {
        "id": yes["result"], "type": "QuoteAuthorization", "attributedTo": "https://a.example/u/alice",
        "interactingObject": quoting, "interactionTarget": post.ap_id,
    }  # fmt: skip
    assert await scene.tells({**asks, "id": scene.there.id("ask")}) == "accepted"
    assert {one["result"] for one in scene.there.got if one["type"] == "Accept"} == {yes["result"]}, (
        "the same"
    )
    async with scene.a.writing() as tx:
        carol = await people.by_name(tx, "carol", "there.example")
        assert carol is not None
        await block_person(tx, scene.alice, carol.id)
    assert await scene.tells({**asks, "id": scene.there.id("ask")}) == "blocked_by_author"
    assert [one["actor"] for one in scene.there.got if one["type"] == "Reject"] == [
        "https://a.example/u/alice"
    ]
    async with scene.a.writing() as tx:
        await delete_post(tx, scene.alice, post.id, deleted=True)
    assert await shown(scene, path) is None


async def shown(scene: Scene, path: str) -> Any:
    """The document at an address of a's; None where there is nothing."""
    headers = CIMultiDict({"Accept": "application/activity+json"})
    request = Request("there.example", "GET", URL(f"https://a.example{path}"), headers, b"")
    answer = await scene.there.network.ask(request)
    return json.loads(answer.body) if answer.status == 200 else None


@pytest.mark.parametrize(("setting", "asked"), [("never", 0), ("always", 1)])
async def test_how_far_communities_are_believed_is_the_operators_to_say__ANN_7(
    scene: Scene, peer: Callable[[str], Peer], network: Network, setting: str, asked: int
) -> None:
    await wants(scene, verify_announced=setting)
    await scene.announced()
    other = peer("other.example")
    dave = other.person("dave")
    await scene.a.resolves(scene.alice, dave.id)
    note = other.note(dave, await scene.answered(), scene.baking.id, "True words")
    before = len(network.asked_of("other.example"))
    twisted = {**note, "content": "<p>twisted</p>", "source": None}
    create = other.in_community("Create", dave, twisted, scene.baking.id)
    assert await scene.tells(scene.there.announce(scene.baking, create)) == "accepted"
    said = await scene.a.value("SELECT content FROM comment WHERE ap_id = :id", id=note["id"])
    assert said == ("True words" if asked else "twisted")
    assert len(network.asked_of("other.example")) - before == asked, (
        "once, and before it was taken in, or never"
    )
    assert await scene.a.value("SELECT count(*) FROM quarantine") == 0


async def test_new_accounts_send_no_messages_where_the_operator_wants_it_so__ABU_18(scene: Scene) -> None:
    await wants(scene, message_min_age=24)
    alice = scene.alice.person
    assert alice is not None

    def message(words: str) -> Members:
        note = {
            "type": "ChatMessage", "id": scene.there.id("pm"), "attributedTo": scene.carol.id, "to": [alice.ap_id], "content": words,
        }  # fmt: skip
        return {**scene.there.activity("Create", scene.carol, note), "to": [alice.ap_id]}

    await scene.posted()
    async with scene.a.writing() as tx:
        await tx.run("UPDATE person SET published = :now WHERE NOT local", now=tx.now - 23 * HOUR)
        tx.changed("person")
    assert await scene.tells(message("Buy this")) == "account_too_young"
    scene.a.clock.advance(2 * HOUR)
    assert await scene.tells(message("Hello")) == "accepted"
    assert await scene.a.rows("SELECT content FROM private_message") == [("Hello",)]


async def test_of_what_concerns_nobody_here_one_in_twenty_is_looked_into__ANN_7(
    scene: Scene, peer: Callable[[str], Peer], network: Network
) -> None:
    other = peer("other.example")
    dave = other.person("dave")
    drawn = next(one for n in count() if not crc32((one := f"{other.origin}/post/x{n}").encode()) % 20)
    passed = next(one for n in count() if crc32((one := f"{other.origin}/post/y{n}").encode()) % 20)
    for ident in (drawn, passed):
        page = {**other.page(dave, scene.baking.id), "id": ident}
        other.documents[ident] = page
        create = other.in_community("Create", dave, page, scene.baking.id)
        assert await scene.tells(scene.there.announce(scene.baking, create)) == "accepted"
    looked = {str(request.url) for request in network.asked_of("other.example")}
    assert (drawn in looked, passed in looked) == (True, False)


async def test_a_community_that_invents_is_found_out__case_63__ANN_7__ABU_5(
    scene: Scene, peer: Callable[[str], Peer], network: Network
) -> None:
    await scene.announced()
    other = peer("other.example")
    dave = other.person("dave")
    await scene.a.resolves(scene.alice, dave.id)
    note = other.note(dave, await scene.answered(), scene.baking.id, "I never said that")
    del other.documents[note["id"]]
    create = {**other.in_community("Create", dave, note, scene.baking.id)}
    assert await scene.tells(scene.there.announce(scene.baking, create)) == "accepted"
    assert await scene.a.value("SELECT deleted FROM comment WHERE ap_id = :id", id=note["id"])
    assert await scene.a.value("SELECT count(*) FROM quarantine") == 1
    true = other.note(dave, await scene.answered("And now?"), scene.baking.id, "True words")
    scene.a.clock.advance(HOUR)
    honest = {
        **other.in_community(
            "Create", dave, {**true, "content": "<p>twisted</p>", "source": None}, scene.baking.id
        )
    }
    await scene.tells(scene.there.announce(scene.baking, honest))
    assert await scene.a.value("SELECT content FROM comment WHERE ap_id = :id", id=true["id"]) == "True words"


async def test_what_people_of_ours_never_did_is_not_believed__case_27(scene: Scene) -> None:
    page = await scene.announced()
    like = {
        "id": "https://a.example/activities/like/1",
        "type": "Like",
        "actor": "https://a.example/u/alice",
        "object": page["id"],
    }
    assert await scene.tells(scene.there.announce(scene.baking, like)) == "never_sent_by_us"
    mine = await scene.answered()
    forged = {
        **scene.there.note(scene.carol, page["id"], scene.baking.id),
        "id": mine,
        "attributedTo": scene.carol.id,
    }
    update = scene.there.in_community("Update", scene.carol, forged, scene.baking.id)
    assert await scene.tells(scene.there.announce(scene.baking, update)) == "local_object"
    assert await scene.a.value("SELECT content FROM comment") == "Mine are black."


async def test_a_failing_server_is_asked_again_three_times__INB_11(
    scene: Scene, peer: Callable[[str], Peer], network: Network
) -> None:
    await scene.announced()
    other = peer("other.example")
    page = other.page(other.person("dave"), scene.baking.id)
    network.down.add("other.example")
    announced = scene.there.announce(scene.baking, page["id"])
    assert await scene.tells(announced) == "later unreachable"
    scene.a.clock.advance(10 * MINUTE)
    network.down.clear()
    await scene.a.settle()
    assert await scene.a.verdict(announced["id"]) == "accepted"
    assert await scene.a.value("SELECT count(*) FROM post") == 2


async def test_a_failing_server_is_given_up_in_the_end__INB_11(
    scene: Scene, peer: Callable[[str], Peer], network: Network
) -> None:
    announced = scene.there.announce(scene.baking, "https://nowhere.example/post/1")
    assert await scene.tells(announced) == "later unreachable"
    for _ in range(4):
        scene.a.clock.advance(DAY)
        await scene.a.settle()
    assert await scene.a.verdict(announced["id"]) == "unreachable"
