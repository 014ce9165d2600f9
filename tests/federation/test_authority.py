"""Who is believed about whom: hosts, authors, communities and moderators (9.3, 9.4, section 11)."""

from collections.abc import Callable

import pytest

from folkmoot.core.communities.ban import BanFromCommunity, ban_from_community
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.lock import lock_post
from folkmoot.model.time import MINUTE
from folkmoot.store import communities, people
from tests.federation.conftest import Found
from tests.federation.peer import PUBLIC, Actor, Members, Peer
from tests.federation.stage import Scene, set_scene

CONTENT = "SELECT (SELECT count(*) FROM post) + (SELECT count(*) FROM comment) + (SELECT count(*) FROM private_message)"


@pytest.fixture
async def scene(servers: Found, peer: Callable[[str], Peer]) -> Scene:
    return await set_scene(servers, peer)


@pytest.fixture
def other(peer: Callable[[str], Peer]) -> Peer:
    """A third server."""
    return peer("other.example")


async def moderates(scene: Scene, name: str, community_id: int) -> None:
    """Somebody of there.example becomes a moderator, as this server knows it."""
    async with scene.a.writing() as tx:
        person = await people.by_name(tx, name, "there.example")
        assert person is not None
        await communities.add_moderator(tx, community_id, person.id)


async def baking_id(scene: Scene) -> int:
    return (await scene.a.community("baking", "there.example")).id


# --- whose is it -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["Create", "Update"])
async def test_a_thing_its_author_and_who_tells_of_it_are_of_one_host__OBJ_1__ANN_9__ABU_3(
    scene: Scene, other: Peer, kind: str
) -> None:
    page = scene.there.page(scene.carol, scene.baking.id, id=other.id("post"))
    told = scene.there.in_community(kind, scene.carol, page, scene.baking.id)
    assert await scene.tells(told) == "object_of_other_host"
    assert await scene.tells(scene.there.announce(scene.baking, told)) == "object_of_other_host"
    assert await scene.a.value(CONTENT) == 0


async def test_only_the_author_writes_and_changes__IDV_2__PERM_1(scene: Scene) -> None:
    group, eve = scene.gardening.ap_id, scene.there.person("eve")
    page = await scene.posted()
    new = scene.there.page(scene.carol, group)
    assert await scene.tells(scene.there.in_community("Create", eve, new, group)) == "not_the_author"
    note = scene.there.note(scene.carol, page["id"], group)
    assert await scene.tells(scene.there.in_community("Create", scene.carol, note, group)) == "accepted"
    changed = {**note, "content": "<p>Or no water.</p>", "updated": "2026-06-01T11:45:00Z"}
    assert await scene.tells(scene.there.in_community("Update", eve, changed, group)) == "not_the_author"
    assert await scene.a.value("SELECT content FROM comment") == "And water."


async def test_what_is_inside_an_announce_is_of_its_actors_host_too__IDV_1(scene: Scene, other: Peer) -> None:
    page = await scene.announced()
    like = scene.there.activity("Like", scene.there.person("dave"), page["id"], id=other.id("like"))
    assert await scene.tells(scene.there.announce(scene.baking, like)) == "activity_of_other_host"
    undo = scene.there.activity("Undo", scene.carol, like)
    assert await scene.tells(undo) == "activity_of_other_host"
    assert await scene.a.value("SELECT score FROM post") == 1


async def test_whom_it_names_gives_nobody_a_right__IDV_7__OBJ_4(scene: Scene, other: Peer) -> None:
    """`audience`, `to` and `cc` name !baking; what is known of the post says where it is."""
    page = await scene.posted()
    eve = other.person("eve")
    gone = other.in_community("Delete", eve, page["id"], scene.baking.id, summary="spam")
    assert await other.tells(scene.a, gone) == "not_a_mod_or_admin"
    elsewhere = scene.there.page(scene.carol, scene.gardening.ap_id, audience=scene.baking.id)
    create = scene.there.in_community("Create", scene.carol, elsewhere, scene.gardening.ap_id)
    assert await scene.tells(create) == "audience_is_another"


async def test_of_hundreds_of_strangers_five_are_asked_whether_they_are_a_community__OBJ_4__ABU_12(
    scene: Scene,
) -> None:
    strangers = [f"https://h{number}.example/c/x" for number in range(400)]
    page = scene.there.page(scene.carol, scene.gardening.ap_id, to=[*strangers, PUBLIC], audience=None)
    told = scene.there.activity("Create", scene.carol, page, to=page["to"], cc=strangers)
    before = len(scene.there.network.asked)
    assert await scene.tells(told) != "accepted"
    asked = {request.host for request in scene.there.network.asked[before:]} - {"a.example", "there.example"}
    assert asked == {f"h{number}.example" for number in range(5)}


async def test_a_post_stays_in_its_community__OBJ_5(scene: Scene) -> None:
    page = await scene.posted()
    moved = {
        **page, "name": "Figs and bread", "to": [scene.baking.id, PUBLIC], "audience": scene.baking.id,
        "updated": "2026-06-01T11:30:00Z",
    }  # fmt: skip
    told = scene.there.in_community("Update", scene.carol, moved, scene.baking.id)
    assert await scene.tells(told) == "accepted"
    assert await scene.a.rows("SELECT name, community_id FROM post") == [
        ("Figs and bread", scene.gardening.id)
    ]


async def test_nobody_takes_back_what_another_did__IDV_3(scene: Scene) -> None:
    page = await scene.posted()
    dave, eve = scene.there.person("dave"), scene.there.person("eve")
    like = scene.there.activity("Like", dave, page["id"])
    wish = scene.there.activity("Follow", dave, scene.gardening.ap_id)
    for said in (like, wish):
        assert await scene.tells(said) == "accepted"
        assert await scene.tells(scene.there.activity("Undo", eve, said)) == "undone_by_other"
    assert await scene.tells(scene.there.activity("Undo", eve, like["id"])) == "undone_by_other"
    assert await scene.a.value("SELECT score FROM post") == 2
    assert await scene.a.value("SELECT subscribers FROM community WHERE id = :id", id=scene.gardening.id) == 2


async def test_another_moderator_may_take_back_what_one_did__IDV_3(scene: Scene, other: Peer) -> None:
    page = await scene.posted()
    group = scene.gardening.ap_id
    for name in ("mo", "mia"):
        actor = scene.there.person(name)
        await scene.a.resolves(scene.alice, actor.id)
        await moderates(scene, name, scene.gardening.id)
    mo, mia = (
        scene.there.actors[f"{scene.there.origin}/u/mo"],
        scene.there.actors[f"{scene.there.origin}/u/mia"],
    )
    closed = scene.there.in_community("Lock", mo, page["id"], group)
    assert await scene.tells(closed) == "accepted"
    eve = other.person("eve")
    by_eve = other.in_community("Undo", eve, closed, group)
    assert await other.tells(scene.a, by_eve) not in ("accepted", "unknown")
    assert await scene.a.value("SELECT locked FROM post")
    assert await scene.tells(scene.there.in_community("Undo", mia, closed, group)) == "accepted"
    assert not await scene.a.value("SELECT locked FROM post")


async def test_a_server_bans_for_itself_and_only_its_own_for_all__PERM_6__PERM_7(
    scene: Scene, other: Peer
) -> None:
    dave = other.person("dave")
    note = other.note(dave, (await scene.posted())["id"], scene.gardening.ap_id)
    assert (
        await other.tells(scene.a, other.in_community("Create", dave, note, scene.gardening.ap_id))
        == "accepted"
    )

    async def banned(whom: str, target: str) -> tuple[str, list[tuple[str]]]:
        block = scene.there.activity("Block", scene.carol, whom, target=target, to=[PUBLIC])
        outcome = await scene.tells(block)
        return outcome, await scene.a.rows("SELECT name FROM person WHERE banned ORDER BY name")

    eve = scene.there.person("eve")
    page = scene.there.page(eve, scene.gardening.ap_id)
    assert (
        await scene.tells(scene.there.in_community("Create", eve, page, scene.gardening.ap_id)) == "accepted"
    )
    assert await banned(dave.id, f"{other.origin}/") == ("site_of_other_host", [])
    assert await banned(dave.id, "https://a.example/") == ("local_site", [])
    assert await banned("https://a.example/u/bob", f"{scene.there.origin}/") == ("accepted", [])
    assert await banned(dave.id, f"{scene.there.origin}/") == ("accepted", []), (
        "in its own communities, if at all"
    )
    assert await banned(eve.id, f"{scene.there.origin}/") == ("accepted", [("eve",)])


@pytest.mark.parametrize("restore", [True, False])
async def test_whom_a_server_bans_from_elsewhere_is_banned_from_its_communities_alone__PERM_6(
    scene: Scene, other: Peer, restore: bool
) -> None:
    dave = other.person("dave")
    for group, post in (
        (scene.gardening.ap_id, await scene.posted()),
        (scene.baking.id, await scene.announced()),
    ):
        told = other.in_community("Create", dave, other.note(dave, post["id"], group), group)
        sender = scene.there if group == scene.baking.id else other
        said = scene.there.announce(scene.baking, told) if sender is scene.there else told
        assert await sender.tells(scene.a, said) == "accepted"
    await moderates(scene, "carol", await baking_id(scene))

    async def state() -> list[tuple[str, bool, bool]]:
        return await scene.a.rows(
            "SELECT c.name, m.removed, EXISTS (SELECT 1 FROM community_ban b WHERE b.person_id = m.creator_id AND b.community_id = c.id)"
            " FROM comment m JOIN community c ON c.id = m.community_id ORDER BY c.name"
        )

    site = f"{scene.there.origin}/"
    block = scene.there.activity("Block", scene.carol, dave.id, target=site, to=[PUBLIC], removeData=True)
    assert await state() == [("baking", False, False), ("gardening", False, False)]
    assert await scene.tells(block) == "accepted"
    assert await state() == [("baking", True, True), ("gardening", False, False)]
    undo = scene.there.activity("Undo", scene.carol, block, to=[PUBLIC], restoreData=restore)
    assert await scene.tells(undo) == "accepted"
    assert await state() == [("baking", not restore, False), ("gardening", False, False)]
    assert await scene.a.rows("SELECT name FROM person WHERE banned") == []


async def test_a_profile_that_a_community_passes_on_is_only_a_hint__IDV_6(scene: Scene) -> None:
    await scene.announced()
    said = {**scene.carol.document, "name": "Carol the Great", "inbox": f"{scene.there.origin}/elsewhere"}
    told = scene.there.in_community("Update", scene.carol, said, scene.baking.id)
    scene.carol.document["name"] = "Carol of There"
    assert await scene.tells(scene.there.announce(scene.baking, told)) == "accepted"
    assert await scene.a.rows("SELECT display_name, inbox_url FROM person WHERE name = 'carol'") == [
        ("Carol of There", f"{scene.carol.id}/inbox")
    ], "as it stands at home"
    gone = scene.there.in_community("Delete", scene.carol, scene.carol.id, scene.baking.id)
    await scene.tells(scene.there.announce(scene.baking, gone))
    assert not await scene.a.value("SELECT deleted FROM person WHERE name = 'carol'"), "it lives on at home"


async def test_nobody_speaks_for_people_here__IDV_5__ABU_1(scene: Scene) -> None:
    page = await scene.announced()
    mine = await scene.answered()
    alice = "https://a.example/u/alice"
    for kind, thing in (("Delete", mine), ("Dislike", page["id"]), ("Follow", scene.baking.id)):
        forged = {"id": f"https://a.example/{kind}", "type": kind, "actor": alice, "object": thing}
        assert (await scene.there.send(scene.a, forged, scene.carol)).status == 400
        assert await scene.tells(scene.there.announce(scene.baking, forged)) == "never_sent_by_us"
    assert await scene.a.value("SELECT score FROM post") == 1
    assert not await scene.a.value("SELECT deleted FROM comment")
    await scene.a.settle()
    (sent,) = [one for one in scene.there.got if one["type"] == "Create"]
    other = {
        **sent,
        "object": {**sent["object"], "content": "<p>Buy pills</p>", "id": "https://a.example/comment/99"},
    }
    for forged in (other, {**sent, "type": "Delete", "object": mine}):
        assert await scene.tells(scene.there.announce(scene.baking, forged)) == "not_what_we_sent"
    assert await scene.tells(scene.there.announce(scene.baking, sent)) == "accepted"


# --- what a community passes on --------------------------------------------------------------------------------------------------


async def test_communities_that_nobody_follows_are_not_heard__ANN_1__ANN_6(scene: Scene, other: Peer) -> None:
    knitting = other.group("knitting")
    dave = other.person("dave")
    page = other.page(dave, knitting.id)
    told = other.announce(knitting, other.in_community("Create", dave, page, knitting.id))
    assert await other.tells(scene.a, told) == "unknown", "thanked for, and not even written down"
    assert other.network.asked_of("other.example") == []
    mine_in_baking = await scene.announced()
    mine = await scene.answered()
    note = other.note(dave, mine, knitting.id, audience=scene.baking.id)
    about_ours = other.announce(knitting, other.in_community("Create", dave, note, scene.baking.id))
    assert await other.tells(scene.a, about_ours) == "announced_by_other_community", "heard, but wrong"
    loud = other.page(dave, knitting.id, content="<p>Look at https://a.example/post/1</p>")
    spoken_of = other.announce(knitting, other.in_community("Create", dave, loud, knitting.id))
    assert await other.tells(scene.a, spoken_of) == "community_not_followed", (
        "to name us is not to concern us"
    )
    assert mine_in_baking["id"]


async def test_an_announce_carries_no_announce__ANN_2(scene: Scene) -> None:
    page = scene.there.page(scene.carol, scene.baking.id)
    inner = scene.there.announce(
        scene.baking, scene.there.in_community("Create", scene.carol, page, scene.baking.id)
    )
    answer = await scene.there.send(scene.a, scene.there.announce(scene.baking, inner), scene.baking)
    await scene.a.settle()
    assert answer.status in (202, 400)
    assert await scene.a.value(CONTENT) == 0


async def test_a_community_speaks_for_itself_alone__ANN_3(scene: Scene) -> None:
    page = await scene.posted()
    dave = scene.there.person("dave")
    group = scene.baking
    for inner in (
        scene.there.activity("Like", dave, page["id"]),
        scene.there.in_community("Delete", dave, page["id"], group.id, summary="spam"),
        scene.there.in_community("Lock", dave, page["id"], group.id),
    ):
        assert await scene.tells(scene.there.announce(group, inner)) == "announced_by_other_community"
    assert await scene.a.rows("SELECT score, removed OR locked FROM post") in ([(1, 0)], [(1, False)])


async def test_our_own_communities_do_not_speak_from_outside__ANN_4(scene: Scene) -> None:
    page = scene.there.page(scene.carol, scene.gardening.ap_id)
    forged = {
        **scene.there.announce(scene.baking, scene.there.in_community("Create", scene.carol, page, scene.gardening.ap_id)),
        "id": "https://a.example/activities/announce/1", "actor": scene.gardening.ap_id,
    }  # fmt: skip
    assert (await scene.there.send(scene.a, forged, scene.carol)).status == 400
    assert await scene.a.value(CONTENT) == 0


@pytest.mark.parametrize("kind", ["Follow", "Accept", "Reject", "Move"])
async def test_some_things_are_never_passed_on__ANN_5(scene: Scene, kind: str) -> None:
    wish = scene.there.activity("Follow", scene.carol, scene.gardening.ap_id)
    thing = scene.gardening.ap_id if kind == "Follow" else scene.carol.id if kind == "Move" else wish
    inner = scene.there.activity(kind, scene.carol, thing, target=f"{scene.there.origin}/u/other")
    assert await scene.tells(scene.there.announce(scene.baking, inner)) == "never_announced"
    assert await scene.a.value("SELECT subscribers FROM community WHERE id = :id", id=scene.gardening.id) == 1


async def test_the_outermost_actor_signs_and_nobody_else__CMN_4(scene: Scene) -> None:
    page = scene.there.page(scene.carol, scene.baking.id)
    told = scene.there.announce(
        scene.baking, scene.there.in_community("Create", scene.carol, page, scene.baking.id)
    )
    assert (await scene.there.send(scene.a, told, scene.carol)).status == 401, "the author's key"
    assert await scene.a.value(CONTENT) == 0
    assert await scene.tells(told, scene.baking) == "accepted"


# --- follows -------------------------------------------------------------------------------------------------------------------


async def test_only_who_was_asked_may_say_yes__ABU_7__IDV_4(scene: Scene, other: Peer) -> None:
    async with scene.a.writing() as tx:
        await tx.run(
            "UPDATE community_follow SET pending = :yes WHERE person_id = :id", yes=True, id=scene.alice.id
        )
    wish = {
        "id": "https://a.example/activities/follow/1", "type": "Follow",
        "actor": "https://a.example/u/alice", "object": scene.baking.id,
    }  # fmt: skip
    impostor = other.group("baking")
    await scene.a.resolves(scene.alice, impostor.id)
    assert await other.tells(scene.a, other.activity("Accept", impostor, wish)) == "not_the_followed"
    assert await scene.tells(scene.there.activity("Accept", scene.carol, wish)) == "not_the_followed"
    assert (
        await scene.tells(scene.there.activity("Accept", scene.baking, other.id("follow")))
        == "unknown_follow"
    )
    assert await scene.a.value(
        "SELECT pending FROM community_follow WHERE person_id = :id", id=scene.alice.id
    )
    assert await scene.tells(scene.there.activity("Accept", scene.baking, wish)) == "accepted"


# --- who moderates ---------------------------------------------------------------------------------------------------------------


async def test_elsewhere_its_own_server_and_its_moderators_act__PERM_2(scene: Scene, other: Peer) -> None:
    page = await scene.announced()
    group = scene.baking.id
    stranger, keeper = other.person("stranger"), scene.there.person("keeper")

    def lock(by: Peer, actor: Actor) -> Members:
        return by.in_community("Lock", actor, page["id"], group)

    assert await other.tells(scene.a, lock(other, stranger)) == "not_a_mod_or_admin", "neither, directly"
    announced = scene.there.announce(scene.baking, lock(other, stranger))
    assert await scene.tells(announced) == "not_a_mod_or_admin", "nor when it is passed on"
    assert await scene.tells(lock(scene.there, keeper)) == "accepted", "from the community's own server"
    assert await scene.tells(scene.there.activity("Undo", keeper, lock(scene.there, keeper))) == "accepted"
    await scene.a.resolves(scene.alice, stranger.id)
    async with scene.a.writing() as tx:
        person = await people.by_name(tx, "stranger", "other.example")
        assert person is not None
        await communities.add_moderator(tx, await baking_id(scene), person.id)
    assert await scene.tells(scene.there.announce(scene.baking, lock(other, stranger))) == "accepted"
    assert await scene.a.value("SELECT locked FROM post")


async def test_a_moderator_who_is_banned_moderates_nothing__PERM_3(scene: Scene) -> None:
    page = await scene.posted()
    await moderates(scene, "carol", scene.gardening.id)
    lock = scene.there.in_community("Lock", scene.carol, page["id"], scene.gardening.ap_id)
    assert await scene.tells(lock) == "accepted"
    async with scene.a.writing() as tx:
        carol = await people.by_name(tx, "carol", "there.example")
        assert carol is not None
        await ban_from_community(tx, scene.bob, BanFromCommunity(scene.gardening.id, carol.id))
    scene.a.clock.advance(MINUTE)
    unlock = scene.there.in_community("Undo", scene.carol, lock, scene.gardening.ap_id)
    assert await scene.tells(unlock) in ("banned_from_community", "not_a_mod_or_admin")
    assert await scene.a.value("SELECT locked FROM post")


async def test_moderators_appoint_moderators__PERM_5(scene: Scene, other: Peer) -> None:
    group = scene.gardening.ap_id
    dave = other.person("dave")
    await scene.posted()

    def appoint(thing: str) -> Members:
        return scene.there.in_community("Add", scene.carol, thing, group, target=f"{group}/moderators")

    count = "SELECT count(*) FROM community_moderator WHERE community_id = :id"
    assert await scene.tells(appoint(dave.id)) == "not_a_mod_or_admin"
    await moderates(scene, "carol", scene.gardening.id)
    assert await scene.tells(appoint(dave.id)) == "accepted", "who need not follow it"
    assert await scene.a.value(count, id=scene.gardening.id) == 3
    banned = other.person("mallory")
    await scene.a.resolves(scene.alice, banned.id)
    async with scene.a.writing() as tx:
        await tx.run("UPDATE person SET banned = :yes WHERE name = 'mallory'", yes=True)
    assert await scene.tells(appoint(banned.id)) not in ("accepted", "unknown")
    assert await scene.tells(appoint(scene.baking.id)) not in ("accepted", "unknown"), "nor a community"
    assert await scene.a.value(count, id=scene.gardening.id) == 3


async def test_our_site_and_our_communities_are_not_theirs__PERM_7(scene: Scene) -> None:
    await scene.posted()
    alice = "https://a.example/u/alice"
    ban = scene.there.activity("Block", scene.carol, alice, target="https://a.example/", to=[PUBLIC])
    assert await scene.tells(ban) == "local_site"
    gone = scene.there.in_community("Delete", scene.carol, scene.gardening.ap_id, scene.gardening.ap_id)
    assert await scene.tells(gone) == "not_a_mod_or_admin"
    account = scene.there.activity("Delete", scene.carol, alice, to=[PUBLIC])
    assert await scene.tells(account) == "local_actor"
    assert await scene.a.value("SELECT count(*) FROM person WHERE local AND (banned OR deleted)") == 0
    assert await scene.a.value("SELECT count(*) FROM community WHERE local AND (removed OR deleted)") == 0


@pytest.mark.parametrize("member", ["endTime", "expires"])
async def test_a_ban_that_is_over_already_does_nothing__PERM_7(scene: Scene, member: str) -> None:
    """Also a short one that comes late; it does not end another either."""
    group, bans = scene.baking.id, "SELECT count(*) FROM community_ban"
    ban = scene.there.in_community("Block", scene.carol, "https://a.example/u/alice", group, target=group)
    over = {**ban, "id": scene.there.id("block"), member: "2026-06-01T11:59:59Z"}
    assert await scene.tells(scene.there.announce(scene.baking, over)) == "accepted"
    assert await scene.a.value(bans) == 0
    assert await scene.a.value("SELECT count(*) FROM modlog") == 0
    assert await scene.tells(scene.there.announce(scene.baking, ban)) == "accepted"
    assert await scene.tells(scene.there.announce(scene.baking, {**over, "id": scene.there.id("block")})) == "accepted"  # fmt: skip
    assert await scene.a.value(bans) == 1


async def test_a_ban_of_somebody_here_from_a_community_there_is_known__PERM_7(scene: Scene) -> None:
    ban = scene.there.in_community(
        "Block",
        scene.carol,
        "https://a.example/u/alice",
        scene.baking.id,
        target=scene.baking.id,
        summary="Rude",
    )
    assert await scene.tells(scene.there.announce(scene.baking, ban)) == "accepted"
    assert await scene.a.rows("SELECT person_id, community_id FROM community_ban") == [
        (scene.alice.id, await baking_id(scene))
    ]


async def test_a_community_is_deleted_and_brought_back_by_its_own_server__DEL_4__PERM_8(
    scene: Scene, other: Peer
) -> None:
    gone = scene.there.in_community("Delete", scene.carol, scene.baking.id, scene.baking.id)
    eve = other.person("eve")
    by_eve = other.in_community("Delete", eve, scene.baking.id, scene.baking.id)
    assert await other.tells(scene.a, by_eve) not in ("accepted", "unknown")
    deleted = "SELECT deleted FROM community WHERE name = 'baking'"
    assert not await scene.a.value(deleted)
    assert await scene.tells(scene.there.announce(scene.baking, gone)) == "accepted"
    assert await scene.a.value(deleted)
    undo = scene.there.in_community("Undo", scene.carol, gone, scene.baking.id)
    assert await scene.tells(scene.there.announce(scene.baking, undo)) == "accepted"
    assert not await scene.a.value(deleted)


async def test_reports_are_about_what_is_here_and_from_who_may_speak__PERM_9(scene: Scene) -> None:
    page = await scene.posted()
    dave = scene.there.person("dave")
    unknown = scene.there.activity(
        "Flag", dave, scene.there.id("post"), to=[scene.gardening.ap_id], summary="?"
    )
    assert await scene.tells(unknown) == "unknown_object"
    async with scene.a.writing() as tx:
        await tx.run("UPDATE person SET banned = :yes WHERE name = 'carol'", yes=True)
    flag = scene.there.activity("Flag", scene.carol, page["id"], to=[scene.gardening.ap_id], summary="Spam")
    assert await scene.tells(flag) == "site_ban"
    by_dave = scene.there.activity("Flag", dave, page["id"], to=[scene.gardening.ap_id], summary="Spam")
    assert await scene.tells(by_dave) == "accepted"
    assert await scene.a.rows("SELECT reason FROM post_report") == [("Spam",)]


async def test_who_may_vote__PERM_10(scene: Scene) -> None:
    page = await scene.posted()
    like = scene.there.activity("Like", scene.carol, page["id"])
    assert await scene.tells(like) == "accepted", "for one's own"
    other = await scene.posted("Another")
    async with scene.a.writing() as tx:
        person = await people.by_name(tx, "carol", "there.example")
        assert person is not None
        await ban_from_community(tx, scene.bob, BanFromCommunity(scene.gardening.id, person.id))
    vote = scene.there.activity("Dislike", scene.carol, other["id"])
    assert await scene.tells(vote) == "banned_from_community"
    assert await scene.a.value("SELECT score FROM post WHERE name = 'Another'") == 1


async def test_on_a_locked_post_only_moderators_comment__PERM_11(scene: Scene) -> None:
    page = await scene.posted()
    group = scene.gardening.ap_id
    async with scene.a.writing() as tx:
        await lock_post(tx, scene.bob, 1, locked=True)

    async def comments() -> str:
        note = scene.there.note(scene.carol, page["id"], group)
        return await scene.tells(scene.there.in_community("Create", scene.carol, note, group))

    assert await comments() == "locked"
    await moderates(scene, "carol", scene.gardening.id)
    assert await comments() == "accepted"


async def test_a_comment_is_locked_by_moderators_alone__PERM_13__OBJ_10(scene: Scene) -> None:
    page = await scene.posted()
    group = scene.gardening.ap_id
    note = scene.there.note(scene.carol, page["id"], group)
    assert await scene.tells(scene.there.in_community("Create", scene.carol, note, group)) == "accepted"
    lock = scene.there.in_community("Lock", scene.carol, note["id"], group)
    assert await scene.tells(lock) == "not_a_mod_or_admin"
    mo = scene.there.person("mo")
    await scene.a.resolves(scene.alice, mo.id)
    await moderates(scene, "mo", scene.gardening.id)
    lock = scene.there.in_community("Lock", mo, note["id"], group, summary="Enough")
    assert await scene.tells(lock) == "accepted"

    async def answers() -> str:
        answer = scene.there.note(scene.carol, note["id"], group)
        return await scene.tells(scene.there.in_community("Create", scene.carol, answer, group))

    assert await answers() == "locked"
    assert await scene.tells(scene.there.in_community("Undo", mo, lock, group)) == "accepted"
    assert await answers() == "accepted"


async def test_who_may_warn_whom__PERM_2__PERM_3__ANN_5(scene: Scene) -> None:
    page, group = await scene.posted(), scene.gardening.ap_id
    async with scene.a.writing() as tx:
        post = await create_post(tx, scene.alice, CreatePost(scene.gardening.id, "Slugs"))
    mo = scene.there.person("mo")
    await scene.a.resolves(scene.alice, mo.id)
    to = {"to": ["https://a.example/u/alice"], "cc": [], "summary": "Rule 3"}

    def warning(thing: str) -> Members:
        return scene.there.in_community("Warn", mo, thing, group, **to)

    assert await scene.tells(warning(post.ap_id)) == "not_a_mod_or_admin"
    await moderates(scene, "mo", scene.gardening.id)
    assert await scene.tells(warning(page["id"])) == "nobody_here", "about what carol wrote"
    assert await scene.tells(warning(post.ap_id)) == "accepted"
    assert await scene.a.rows("SELECT reason FROM modlog WHERE kind = 'warn'") == [("Rule 3",)]
    assert await scene.a.value("SELECT count(*) FROM warning_unread") == 1
    announced = scene.there.announce(scene.baking, warning(post.ap_id))
    assert await scene.tells(announced) == "never_announced"
    assert "Warn" not in {
        str(one.get("object", {}).get("type")) for one in scene.there.got if one["type"] == "Announce"
    }


async def test_what_is_found_later_was_written_before_it_was_locked__BKF_3(scene: Scene) -> None:
    page = await scene.posted()
    async with scene.a.writing() as tx:
        await lock_post(tx, scene.bob, 1, locked=True)
    note = scene.there.note(scene.carol, page["id"], scene.gardening.ap_id)
    assert (await scene.a.resolves(scene.alice, note["id"])).kind == "comment"


async def test_a_moderator_elsewhere_marks_as_they_lock__PERM_2__PERM_12(scene: Scene, other: Peer) -> None:
    """Directly, too: whoever moderates by our data is believed under their own signature."""
    page = await scene.announced()
    mo = other.person("mo")
    marked = {**page, "sensitive": True, "updated": "2026-06-01T11:45:00Z"}
    told = other.in_community("Update", mo, marked, scene.baking.id)
    assert await other.tells(scene.a, told) == "not_a_mod_or_admin"
    async with scene.a.writing() as tx:
        person = await people.by_name(tx, "mo", "other.example")
        assert person is not None
        await communities.add_moderator(tx, await baking_id(scene), person.id)
    assert await other.tells(scene.a, {**told, "id": other.id("update")}) == "accepted"
    assert await scene.a.value("SELECT nsfw FROM post")


async def test_a_moderator_marks_and_does_not_rewrite__PERM_12(scene: Scene) -> None:
    page = await scene.posted()
    mo = scene.there.person("mo")
    changed = {
        **page,
        "name": "Buy pills",
        "content": "<p>Pills</p>",
        "sensitive": True,
        "updated": "2026-06-01T11:45:00Z",
    }
    told = scene.there.in_community("Update", mo, changed, scene.gardening.ap_id)
    assert await scene.tells(told) == "not_a_mod_or_admin"
    await moderates(scene, "mo", scene.gardening.id)
    assert await scene.tells({**told, "id": scene.there.id("update")}) == "accepted"
    assert await scene.a.rows("SELECT name, body, nsfw FROM post") in (
        [("Figs in pots", "They want sun.", 1)],
        [("Figs in pots", "They want sun.", True)],
    )


async def test_an_author_does_not_lock__PERM_13(scene: Scene) -> None:
    page = await scene.posted()
    lock = scene.there.in_community("Lock", scene.carol, page["id"], scene.gardening.ap_id)
    assert await scene.tells(lock) == "not_a_mod_or_admin"
    assert not await scene.a.value("SELECT locked FROM post")


@pytest.mark.parametrize("whose", ["person", "community"])
async def test_what_is_written_has_no_address_of_somebody__DUP_3(scene: Scene, whose: str) -> None:
    """Or its deletion would be that of an account, and whoever looks the address up would find one of two."""
    page, group = await scene.posted(), scene.gardening.ap_id
    ident = {"person": scene.carol.id, "community": scene.baking.id}[whose]
    for written in (scene.there.note(scene.carol, page["id"], group), scene.there.page(scene.carol, group)):
        create = scene.there.in_community("Create", scene.carol, {**written, "id": ident}, group)
        assert await scene.tells(create) == "object_changed_kind"
        assert await scene.tells({**create, "id": scene.there.id("create")}) == "object_changed_kind"
    to = ["https://a.example/u/alice"]
    message = {**scene.there.note(scene.carol, page["id"], group), "id": ident, "to": to, "audience": None}
    told = scene.there.activity("Create", scene.carol, message, to=to)
    assert await scene.tells(told) == "object_changed_kind"
    kinds = ("post", "comment", "private_message")
    stored = " UNION ALL ".join(f"SELECT ap_id FROM {kind}" for kind in kinds)
    assert await scene.a.rows(stored) == [(page["id"],)]
