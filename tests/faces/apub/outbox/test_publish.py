"""What people do here, told to other servers: who gets which activity, in which order, and what never leaves."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from folkmoot.apub.documents import PUBLIC
from folkmoot.apub.outbox.kinds import KINDS
from folkmoot.apub.outbox.publish import publish_due
from folkmoot.context import Context
from folkmoot.core import after
from folkmoot.core.comments.delete import delete_comment
from folkmoot.core.comments.remove import remove_comment
from folkmoot.core.communities import ban, edit, follow, moderators
from folkmoot.core.messages.delete import delete_message
from folkmoot.core.messages.send import SendMessage, send_message
from folkmoot.core.people.ban import BanFromSite, ban_from_site
from folkmoot.core.people.settings import SaveSettings, save_settings
from folkmoot.core.posts.delete import delete_post
from folkmoot.core.posts.edit import EditPost, edit_post
from folkmoot.core.posts.feature import feature_post
from folkmoot.core.posts.lock import lock_post
from folkmoot.core.posts.remove import remove_post
from folkmoot.core.reports.create import CreateReport, create_report
from folkmoot.core.votes.cast import vote_on_comment, vote_on_post
from folkmoot.jobs.runner import Runner
from folkmoot.jobs.tools import Tools
from folkmoot.model.posts import Post
from folkmoot.model.time import DAY, HOUR, MINUTE, SECOND, FixedClock
from folkmoot.settings import Settings
from folkmoot.store import communities, destinations, follows, outbox
from folkmoot.store.db import Database, Tx, count_statements
from folkmoot.store.outbox import Sent
from tests import rows
from tests.cast import ORIGIN, THERE, Cast
from tests.core.stories import set_site, write_comment, write_post
from tests.peers import Network

CAROL = f"https://{THERE}/u/carol"
BAKING = f"https://{THERE}/c/baking"


@dataclass(frozen=True)
class Told:
    """One activity, with where it goes."""

    document: dict[str, Any]
    sent: Sent
    inboxes: tuple[str, ...]

    @property
    def kinds(self) -> str:
        """Its type, with those of what is inside: `Announce/Create/Page`."""
        found, inner = [], self.document
        while isinstance(inner, dict) and "type" in inner:
            found.append(inner["type"])
            inner = inner.get("object")  # type: ignore[assignment]
        return "/".join(found)

    @property
    def inner(self) -> dict[str, Any]:
        inner: dict[str, Any] = self.document["object"]
        return inner


@pytest.fixture
def context(db: Database, clock: FixedClock) -> Context:
    return Context(db, Settings(), clock, Network())


@pytest.fixture
def tell(context: Context) -> Any:
    """Publish what waits; what was made of it since the last time."""
    seen: set[int] = set()

    async def told() -> list[Told]:
        await publish_due(context)
        async with context.db.read() as tx:
            assert await outbox.noted(tx, 9) == []
            assert await tx.value("SELECT count(*) FROM job WHERE name = 'federation.publish'") == 0
            found = [one for one in await outbox.following(tx, 0, 1000) if one[0].id not in seen]
        seen.update(sent.id for sent, _ in found)
        return [
            Told(json.loads(sent.body), sent, tuple(inbox.url for inbox in inboxes))
            for sent, inboxes in found
        ]

    return told


async def carol_follows(tx: Tx, cast: Cast) -> None:
    await communities.set_follow(tx, cast.gardening.id, cast.carol.id, pending=False)


async def pass_on(tx: Tx, community_id: int, document: dict[str, Any]) -> None:
    """The inbox asks to pass something on."""
    await outbox.note(tx, "relay", {"community_id": community_id, "document": document})


async def answer(tx: Tx, kind: str, target_id: int, document: dict[str, Any], *, accepted: bool) -> None:
    """The inbox asks to answer a Follow."""
    answered = {"kind": kind, "target_id": target_id, "document": document, "accepted": accepted}
    await outbox.note(tx, "follow_answer", answered)


async def a_post(db: Database, cast: Cast, *, local: bool = True, by: Any = None, **more: Any) -> Post:
    """A post in !gardening, which carol follows, or in !baking."""
    async with db.write() as tx:
        if local:
            await carol_follows(tx, cast)
        return await write_post(tx, by or cast.alice, cast.gardening if local else cast.baking, **more)


def test_everything_that_is_noted_has_a_row() -> None:
    noted = {event.__name__ for event in after.TOLD_ELSEWHERE}
    assert noted == {name for name in KINDS if name[0].isupper()}


# --- what never leaves ---------------------------------------------------------------------------------------------------------------


async def test_without_federation_nothing_is_noted(db: Database, cast: Cast, tell: Any) -> None:
    async with db.write() as tx:
        await carol_follows(tx, cast)
        await set_site(tx, federation_enabled=False)
        await write_post(tx, cast.alice, cast.gardening)
    assert await tell() == []


async def test_where_nobody_elsewhere_listens_nothing_is_kept(db: Database, cast: Cast, tell: Any) -> None:
    async with db.write() as tx:
        await write_post(tx, cast.alice, cast.gardening)
    assert await tell() == []


async def test_what_others_do_is_not_ours_to_tell(db: Database, cast: Cast, tell: Any) -> None:
    await a_post(db, cast, by=cast.carol, ap_id=f"https://{THERE}/post/1")
    assert await tell() == []


async def test_a_local_only_community_stays_here__SND_8(db: Database, cast: Cast, tell: Any) -> None:
    async with db.write() as tx:
        await carol_follows(tx, cast)
        await communities.update(tx, cast.gardening.id, {"visibility": "LocalOnly"})
        await write_post(tx, cast.alice, cast.gardening, body="@carol@there.example look")
    assert await tell() == []


async def test_a_private_community_is_for_its_followers__VIS_2(db: Database, cast: Cast, tell: Any) -> None:
    async with db.write() as tx:
        await communities.update(tx, cast.gardening.id, {"visibility": "Private"})
        await communities.set_follow(tx, cast.gardening.id, cast.alice.id, pending=False)
        await follows.set_person_follow(tx, cast.carol.id, cast.alice.id, follow_id=f"{CAROL}#follow")
        await write_post(tx, cast.alice, cast.gardening, body="@carol@there.example look")
    assert await tell() == [], "carol follows alice, but not the community"
    await a_post(db, cast, name="Beans")
    announced = (await tell())[0]
    assert PUBLIC not in json.dumps(announced.document)
    assert announced.sent.sensitive


async def test_an_admin_who_does_not_moderate_elsewhere_removes_here_alone__SND_9(
    db: Database, cast: Cast, tell: Any
) -> None:
    post = await a_post(db, cast, local=False, by=cast.carol, ap_id=f"https://{THERE}/post/1")
    async with db.write() as tx:
        await remove_post(tx, cast.admin, post.id, removed=True)
        await lock_post(tx, cast.admin, post.id, locked=True)
    assert await tell() == []


async def test_the_banned_say_nothing_but_take_things_back__CMN_10(
    db: Database, cast: Cast, tell: Any
) -> None:
    post = await a_post(db, cast, local=False)
    async with db.write() as tx:
        await tx.run("UPDATE person SET banned = :yes WHERE id = :id", yes=True, id=cast.alice.id)
    assert await tell() == []
    async with db.write() as tx:
        await outbox.note(tx, "PostDeleted", {"actor_id": cast.alice.id, "post_id": post.id, "state": True})
    assert [each.kinds for each in await tell()] == ["Delete"]


# --- posts and comments ----------------------------------------------------------------------------------------------------------------


async def test_a_post_here_is_announced_to_followers__CMN_5__CMN_7(
    db: Database, cast: Cast, tell: Any
) -> None:
    post = await a_post(db, cast)
    announced, bare = await tell()
    assert (announced.kinds, bare.kinds) == ("Announce/Create/Page", "Announce/Page")
    assert announced.document["actor"] == f"{ORIGIN}/c/gardening"
    assert announced.inner["object"]["id"] == post.ap_id
    assert (announced.sent.community_id, announced.inboxes) == (cast.gardening.id, ())
    assert announced.sent.inner_ap_id == announced.inner["id"]
    assert announced.sent.order_key == bare.sent.order_key == f"c{cast.gardening.id}/p{post.id}"


async def test_a_post_elsewhere_goes_to_its_community_signed_by_its_author__CMN_5(
    db: Database, cast: Cast, tell: Any
) -> None:
    await a_post(db, cast, local=False)
    (created,) = await tell()
    assert (created.kinds, created.inboxes) == ("Create/Page", (f"{BAKING}/inbox",))
    assert (created.sent.actor_kind, created.sent.actor_id) == ("person", cast.alice.id)
    assert created.document["to"] == [BAKING, PUBLIC]
    async with db.read() as tx:
        assert [each.domain for each in await destinations.all_of_them(tx)] == [THERE]


async def test_who_is_named_gets_it_too__SND_5(db: Database, cast: Cast, tell: Any) -> None:
    await a_post(db, cast, body="What does @carol@there.example say, and @nobody@nowhere.example?")
    announced, direct, _ = await tell()
    assert (direct.kinds, direct.inboxes) == ("Create/Page", (f"{CAROL}/inbox",))
    assert direct.document["id"] == announced.inner["id"]
    assert CAROL in direct.document["cc"]


async def test_a_reply_is_told_to_who_is_answered(db: Database, cast: Cast, tell: Any) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.carol, cast.gardening, ap_id=f"https://{THERE}/post/1")
        comment = await write_comment(tx, cast.alice, post)
    (direct,) = await tell()
    assert (direct.kinds, direct.inboxes) == ("Create/Note", (f"{CAROL}/inbox",))
    assert direct.inner["inReplyTo"] == post.ap_id
    async with db.write() as tx:
        await carol_follows(tx, cast)
        await tx.run(f"UPDATE person SET shared_inbox_url = '{CAROL}/inbox' WHERE NOT local")
        tx.changed("followers", cast.gardening.id)
        await write_comment(tx, cast.bob, post, "I agree", comment)
        await write_comment(tx, cast.bob, post, "Me too")
    assert [each.kinds for each in await tell()] == ["Announce/Create/Note"] * 2, "once to one inbox"


async def test_fans_of_a_person_get_what_they_write__FLW_1(db: Database, cast: Cast, tell: Any) -> None:
    async with db.write() as tx:
        await follows.set_person_follow(tx, cast.carol.id, cast.alice.id, follow_id=f"{CAROL}#follow")
        post = await write_post(tx, cast.alice, cast.gardening)
        await vote_on_post(tx, cast.alice, post.id, -1)
    (created,) = await tell()
    assert (created.kinds, created.sent.person_id, created.inboxes) == ("Create/Page", cast.alice.id, ())


async def test_edits_deletions_and_their_end_follow_in_order__SND_3__SND_4(
    db: Database, cast: Cast, tell: Any
) -> None:
    post = await a_post(db, cast, local=False)
    async with db.write() as tx:
        await edit_post(tx, cast.alice, EditPost(post.id, name="Tomatoes in July"))
        await delete_post(tx, cast.alice, post.id, deleted=True)
        await delete_post(tx, cast.alice, post.id, deleted=False)
    told = await tell()
    assert [each.kinds for each in told] == ["Create/Page", "Update/Page", "Delete", "Undo/Delete"]
    assert len({each.sent.order_key for each in told}) == 1
    assert told[1].document["object"]["name"] == "Tomatoes in July"
    assert "updated" in told[1].document["object"]
    assert "summary" not in told[2].document, "a deletion of one's own gives no reason"


async def test_deletions_in_an_unlisted_community_are_addressed_to_everybody__CMN_2(
    db: Database, cast: Cast, tell: Any
) -> None:
    """Lemmy 0.19 deletes nothing whose `to` leaves out everybody."""
    post = await a_post(db, cast)
    async with db.write() as tx:
        await tx.run(
            "UPDATE community SET visibility = 'Unlisted' WHERE id = :community_id",
            community_id=cast.gardening.id,
        )
        await delete_post(tx, cast.alice, post.id, deleted=True)
        await delete_post(tx, cast.alice, post.id, deleted=False)
        await remove_post(tx, cast.bob, post.id, removed=True)
    _, _, deleted, restored, removed = await tell()
    for found in (deleted.inner, restored.inner["object"], removed.inner):
        assert (found["type"], PUBLIC in found["to"]) == ("Delete", True)
    assert PUBLIC not in restored.inner["to"], "the rest is not for the lists of others"


async def test_a_picture_elsewhere_is_one_before_it_was_looked_at__4_1(
    db: Database, cast: Cast, tell: Any
) -> None:
    picture, page = "https://news.example/fig.PNG?x=1", "https://news.example/fig"
    await a_post(db, cast, local=False, url=picture, alt_text="A fig")
    await a_post(db, cast, local=False, url=page, alt_text="A fig")
    shown, linked = [told.document["object"]["attachment"] for told in await tell()]
    assert shown == [{"type": "Image", "url": picture, "name": "A fig"}]
    assert linked == [{"type": "Link", "href": page, "mediaType": None}]


async def test_a_text_that_was_taken_away_is_told_as_an_empty_one__SND_4(
    db: Database, cast: Cast, tell: Any
) -> None:
    post = await a_post(db, cast, local=False, body="Regret")
    await a_post(db, cast, local=False, name="No text")
    first, untold = [told.document["object"] for told in await tell()]
    assert first["source"]["content"] == "Regret"
    assert "content" not in untold
    async with db.write() as tx:
        await edit_post(tx, cast.alice, EditPost(post.id, body=""))
    (edited,) = await tell()
    told = edited.document["object"]
    assert (told["content"], told["source"]["content"]) == ("", "")


async def test_a_thread_is_named_as_a_collection__BKF_3(db: Database, cast: Cast, tell: Any) -> None:
    post = await a_post(db, cast, local=False)
    (told,) = await tell()
    assert told.document["object"]["replies"] == {
        "id": f"{post.ap_id}/context",
        "type": "OrderedCollection",
        "first": f"{post.ap_id}/context?page=1",
    }
    assert told.document["object"]["context"] == f"{post.ap_id}/context"


async def test_comments_come_go_and_are_removed__SND_11(db: Database, cast: Cast, tell: Any) -> None:
    post = await a_post(db, cast)
    await tell()
    async with db.write() as tx:
        comment = await write_comment(tx, cast.alice, post)
        await delete_comment(tx, cast.alice, comment.id, deleted=True)
        await delete_comment(tx, cast.alice, comment.id, deleted=False)
        await remove_comment(tx, cast.bob, comment.id, removed=True)
        await remove_comment(tx, cast.bob, comment.id, removed=False)
    told = await tell()
    assert [each.kinds for each in told] == [
        "Announce/Create/Note", "Announce/Delete", "Announce/Undo/Delete", "Announce/Delete", "Announce/Undo/Delete",
    ]  # fmt: skip
    assert told[3].inner["summary"] == ""
    assert told[3].inner["actor"] == f"{ORIGIN}/u/bob"


async def test_votes_are_cast_changed_and_taken_back__VOT_5__SND_1(
    db: Database, cast: Cast, tell: Any
) -> None:
    post = await a_post(db, cast, local=False, by=cast.carol, ap_id=f"https://{THERE}/post/1")
    async with db.write() as tx:
        comment = await write_comment(tx, cast.carol, post, ap_id=f"https://{THERE}/comment/1")
        for value in (1, -1, 0):
            await vote_on_post(tx, cast.alice, post.id, value)
        await vote_on_comment(tx, cast.alice, comment.id, 1)
    told = await tell()
    assert [each.kinds for each in told] == ["Like", "Dislike", "Undo/Dislike", "Like"]
    assert {each.inboxes for each in told} == {(f"{BAKING}/inbox",)}, (
        "the author's server hears it from the community"
    )
    assert told[3].document["object"] == comment.ap_id
    assert {each.document["actor"] for each in told} == {f"{ORIGIN}/u/alice"}, (
        "nobody votes under another name"
    )


async def test_the_vote_that_comes_with_a_post_is_not_told__CMN_9(
    db: Database, cast: Cast, tell: Any
) -> None:
    await a_post(db, cast, local=False)
    assert [each.kinds for each in await tell()] == ["Create/Page"]


# --- moderation ------------------------------------------------------------------------------------------------------------------------


async def test_moderators_lock_pin_and_appoint(db: Database, cast: Cast, tell: Any) -> None:
    post = await a_post(db, cast)
    await tell()
    async with db.write() as tx:
        await lock_post(tx, cast.bob, post.id, locked=True, reason="heated")
        await lock_post(tx, cast.bob, post.id, locked=False)
        await feature_post(tx, cast.bob, post.id, featured=True, site=False)
        await feature_post(tx, cast.admin, post.id, featured=True, site=True)
        await moderators.appoint_moderator(tx, cast.bob, cast.gardening.id, cast.carol.id)
        await moderators.dismiss_moderator(tx, cast.bob, cast.gardening.id, cast.carol.id)
    told = await tell()
    assert [each.kinds for each in told] == [
        "Announce/Lock", "Announce/Undo/Lock", "Announce/Add", "Announce/Add", "Announce/Remove",
    ]  # fmt: skip
    assert told[0].inner["summary"] == "heated"
    assert told[2].inner["target"] == f"{ORIGIN}/c/gardening/featured"
    assert told[3].inner["target"] == f"{ORIGIN}/c/gardening/moderators"
    assert told[3].sent.order_key == f"c{cast.gardening.id}"


async def test_a_ban_says_why_and_until_when_and_what_goes(
    db: Database, cast: Cast, tell: Any, clock: FixedClock
) -> None:
    async with db.write() as tx:
        asked = ban.BanFromCommunity(
            cast.gardening.id,
            cast.carol.id,
            expires=clock.now() // SECOND + 3600,
            reason="spam",
            remove_data=True,
        )
        await ban.ban_from_community(tx, cast.bob, asked)
        await ban.ban_from_community(
            tx, cast.bob, ban.BanFromCommunity(cast.gardening.id, cast.carol.id, ban=False)
        )
    block, undone = await tell()
    assert (block.kinds, undone.kinds, block.inboxes) == ("Block", "Undo/Block", (f"{CAROL}/inbox",))
    assert {name: block.document[name] for name in ("summary", "removeData", "endTime", "target")} == {
        "summary": "spam",
        "removeData": True,
        "endTime": "2026-06-01T13:00:00Z",
        "target": f"{ORIGIN}/c/gardening",
    }


async def test_a_site_bans_its_own_people_for_all__PERM_6(db: Database, cast: Cast, tell: Any) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE community SET shared_inbox_url = 'https://there.example/inbox' WHERE NOT local")
        await ban_from_site(tx, cast.admin, BanFromSite(cast.alice.id, reason="spam", remove_data=True))
        await ban_from_site(tx, cast.admin, BanFromSite(cast.carol.id))
    (block,) = await tell()
    assert (block.kinds, block.sent.to_all, block.sent.order_key) == ("Block", True, "")
    assert block.document["target"] == f"{ORIGIN}/"
    async with db.read() as tx:
        assert [each.domain for each in await destinations.all_of_them(tx)] == [THERE]


async def test_what_a_community_says_of_itself_is_told(db: Database, cast: Cast, tell: Any) -> None:
    async with db.write() as tx:
        await carol_follows(tx, cast)
        await edit.edit_community(tx, cast.bob, edit.EditCommunity(cast.gardening.id, title="Gardens"))
    (updated,) = await tell()
    assert updated.kinds == "Announce/Update/Group"
    assert updated.inner["object"]["name"] == "Gardens"
    assert "BEGIN PUBLIC KEY" in updated.inner["object"]["publicKey"]["publicKeyPem"]


# --- people ------------------------------------------------------------------------------------------------------------------------------


async def test_a_profile_is_told_to_everybody__DLV_12(db: Database, cast: Cast, tell: Any) -> None:
    async with db.write() as tx:
        await save_settings(tx, cast.alice, SaveSettings(display_name="Alice A."))
    (updated,) = await tell()
    assert (updated.kinds, updated.sent.to_all) == ("Update/Person", True)
    assert updated.inner["name"] == "Alice A."


@pytest.mark.parametrize(
    ("software", "version", "kind"),
    [
        ("lemmy", "0.19.11", "ChatMessage"),
        ("piefed", "1.6", "ChatMessage"),
        ("lemmy", "1.0.0", "Note"),
        ("mastodon", "4.5", "Note"),
    ],
)
async def test_a_message_goes_to_its_recipient_alone_as_their_server_takes_it(
    db: Database, cast: Cast, tell: Any, software: str, version: str, kind: str
) -> None:
    async with db.write() as tx:
        await tx.run(
            "UPDATE instance SET software = :software, version = :version WHERE NOT local",
            software=software, version=version,
        )  # fmt: skip
        await tx.run("UPDATE person SET shared_inbox_url = 'https://there.example/inbox' WHERE NOT local")
        message = await send_message(tx, cast.alice, SendMessage(cast.carol.id, "Hello"))
        await delete_message(tx, cast.alice, message.id, deleted=True)
        await send_message(tx, cast.alice, SendMessage(cast.bob.id, "Hello"))
    created, deleted = await tell()
    assert (created.kinds, deleted.kinds) == (f"Create/{kind}", "Delete")
    assert created.inboxes == deleted.inboxes == (f"{CAROL}/inbox",), "their own, not the one for all"
    assert created.sent.sensitive and deleted.sent.sensitive
    assert created.document["to"] == [CAROL]


async def test_a_report_is_for_who_decides__ABU_22(db: Database, cast: Cast, tell: Any) -> None:
    post = await a_post(db, cast, local=False, by=cast.carol, ap_id=f"https://{THERE}/post/1")
    async with db.write() as tx:
        await create_report(tx, cast.alice, CreateReport("post", post.id, "spam"))
    (flag,) = await tell()
    assert (flag.kinds, flag.sent.sensitive) == ("Flag", True)
    assert set(flag.inboxes) == {f"{BAKING}/inbox", f"{CAROL}/inbox"}


# --- follows -----------------------------------------------------------------------------------------------------------------------------


async def test_a_follow_is_asked_again_until_it_is_answered__SND_6(
    db: Database, cast: Cast, tell: Any, clock: FixedClock, context: Context
) -> None:
    runner = Runner(Tools(context, None, None))  # type: ignore[arg-type]
    async with db.write() as tx:
        await follow.follow_community(tx, cast.alice, cast.baking.id)
    asked = await tell()
    for pause in (MINUTE, 5 * MINUTE, HOUR, DAY):
        clock.advance(pause - SECOND)
        await runner.run_all_due()
        assert await tell() == []
        clock.advance(SECOND)
        await runner.run_all_due()
        asked += await tell()
    clock.advance(30 * DAY)
    await runner.run_all_due()
    assert await tell() == []
    assert [each.kinds for each in asked] == ["Follow"] * 5
    assert len({each.document["id"] for each in asked}) == 5, (
        "each is a new one, or its id would be known there"
    )
    assert asked[0].inboxes == (f"{BAKING}/inbox",)


async def test_an_answered_follow_is_not_asked_again(
    db: Database, cast: Cast, tell: Any, clock: FixedClock, context: Context
) -> None:
    async with db.write() as tx:
        await follow.follow_community(tx, cast.alice, cast.baking.id)
    await tell()
    async with db.write() as tx:
        assert await follows.settle_all(tx, cast.baking.id) == 1, "an announcement is an answer too"
    clock.advance(HOUR)
    await Runner(Tools(context, None, None)).run_all_due()  # type: ignore[arg-type]
    assert await tell() == []
    async with db.write() as tx:
        await follow.unfollow_community(tx, cast.alice, cast.baking.id)
    assert [each.kinds for each in await tell()] == ["Undo/Follow"]


async def test_who_asks_to_follow_is_answered_before_anything_else__DLV_11(
    db: Database, cast: Cast, tell: Any
) -> None:
    asked = {
        "@context": "…",
        "id": f"{CAROL}#1",
        "type": "Follow",
        "actor": CAROL,
        "object": f"{ORIGIN}/c/gardening",
    }
    async with db.write() as tx:
        await carol_follows(tx, cast)
        await answer(tx, "community", cast.gardening.id, asked, accepted=True)
        await write_post(tx, cast.alice, cast.gardening)
        await answer(tx, "person", cast.alice.id, asked, accepted=False)
    accepted, announced, _, rejected = await tell()
    assert (accepted.kinds, announced.kinds, rejected.kinds) == (
        "Accept/Follow",
        "Announce/Create/Page",
        "Reject/Follow",
    )
    assert accepted.inner == {name: value for name, value in asked.items() if name != "@context"}
    assert (accepted.inboxes, accepted.sent.sensitive) == ((f"{CAROL}/inbox",), True)
    assert rejected.document["actor"] == f"{ORIGIN}/u/alice"


# --- what is passed on -----------------------------------------------------------------------------------------------------------------------


async def test_what_others_do_in_our_communities_is_passed_on_unchanged__CMN_6(
    db: Database, cast: Cast, tell: Any
) -> None:
    page = {"id": f"https://{THERE}/post/1", "type": "Page", "name": "Bread", "odd": {"kept": [1, None]}}
    inner = {"@context": "…", "id": f"{CAROL}/1", "type": "Create", "actor": CAROL, "object": page}
    async with db.write() as tx:
        await pass_on(tx, cast.gardening.id, inner)
    assert await tell() == [], "nobody follows it"
    async with db.write() as tx:
        await carol_follows(tx, cast)
        post = await write_post(tx, cast.carol, cast.gardening, ap_id=page["id"])
        await pass_on(tx, cast.gardening.id, inner)
        await pass_on(tx, cast.baking.id, inner)
    announced, bare = await tell()
    assert announced.inner == {name: value for name, value in inner.items() if name != "@context"}
    assert (bare.kinds, bare.inner) == ("Announce/Page", page)
    assert announced.sent.order_key == f"c{cast.gardening.id}/p{post.id}"


async def test_what_is_passed_on_of_one_thread_stays_in_order__DLV_3(
    db: Database, cast: Cast, tell: Any
) -> None:
    async with db.write() as tx:
        await carol_follows(tx, cast)
        post = await write_post(tx, cast.carol, cast.gardening, ap_id=f"https://{THERE}/post/1")
        comment = await write_comment(tx, cast.carol, post, ap_id=f"https://{THERE}/comment/1")
        like = {"id": f"{CAROL}/1", "type": "Like", "actor": CAROL, "object": comment.ap_id}
        await pass_on(tx, cast.gardening.id, like)
        await pass_on(
            tx, cast.gardening.id, {"id": f"{CAROL}/2", "type": "Undo", "actor": CAROL, "object": like}
        )
        reply = {"id": f"https://{THERE}/comment/2", "type": "Note", "inReplyTo": comment.ap_id}
        await pass_on(
            tx, cast.gardening.id, {"id": f"{CAROL}/3", "type": "Create", "actor": CAROL, "object": reply}
        )
        block = {"id": f"{CAROL}/4", "type": "Block", "actor": CAROL, "object": f"{ORIGIN}/u/alice"}
        await pass_on(tx, cast.gardening.id, block)
    like_path, undo_path, reply_path, block_path = [each.sent.order_key for each in await tell()]
    assert reply_path == f"c{cast.gardening.id}/p{post.id}/{comment.id}", "beneath what it answers"
    assert like_path == undo_path
    assert like_path.startswith(f"{reply_path}/v"), "beneath what it is about, beside other votes"
    assert block_path == f"c{cast.gardening.id}"


async def test_what_cannot_be_published_holds_up_nothing_and_is_tried_again(
    db: Database, cast: Cast, context: Context
) -> None:
    async with db.write() as tx:
        await outbox.note(tx, "PostVoted", {"nonsense": 1})
        await carol_follows(tx, cast)
        await write_post(tx, cast.alice, cast.gardening)
    assert await publish_due(context) == 2
    async with db.read() as tx:
        assert await outbox.newest_id(tx) == 2
        assert await tx.value("SELECT payload FROM job WHERE name = 'federation.publish'") == json.dumps(
            {"kind": "PostVoted", "payload": {"nonsense": 1}}
        )


async def test_what_many_say_is_looked_up_together(db: Database, cast: Cast, context: Context) -> None:
    """Each comment answers somebody else, whom it also goes to."""
    post = await a_post(db, cast)
    await publish_due(context)

    async def statements(names: list[str]) -> int:
        async with db.write() as tx:
            there = await tx.value("SELECT id FROM instance WHERE domain = :domain", domain=THERE)
            for name in names:
                asker = await rows.remote_person(tx, name, there, THERE)
                ident = f"https://{THERE}/comment/{name}"
                above = await write_comment(tx, asker, post, f"{name} asks.", ap_id=ident)
                await write_comment(tx, cast.alice, post, f"Ask {name}.", above)
        with count_statements() as counter:
            assert await publish_due(context) == len(names)
        return len(counter.statements)

    one = await statements(["ann"])
    assert await statements([f"ann{number}" for number in range(9)]) <= one
    async with db.read() as tx:
        assert await tx.value("SELECT count(DISTINCT inbox_url) FROM sent_inbox") == 10
