"""Taking settings along, and bringing them."""

import json
from typing import Any

import pytest

from folkmoot.core import mailing
from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.communities.follow import follow_community
from folkmoot.core.people import block, mails
from folkmoot.core.people.export import export_settings
from folkmoot.core.people.import_settings import IMPORT, import_lists, import_settings, read_backup
from folkmoot.core.people.settings import SaveSettings, save_settings
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.jobs.catalogue import CATALOGUE
from folkmoot.model.errors import NotLoggedIn, Refusal
from folkmoot.model.people import ANONYMOUS
from folkmoot.store import backups
from folkmoot.store.db import Database, Tx
from tests import rows
from tests.cast import ORIGIN, THERE, Cast
from tests.core.moderation.drift import assert_no_drift
from tests.core.people.helpers import jobs


async def bring(db: Database, name: str, document: Any, fetch: Any = None) -> None:
    """Import as somebody, and let the jobs run, twice: a job may be repeated."""
    async with db.write() as tx:
        await import_settings(tx, await rows.viewer(tx, name), read_backup(document))
        payloads = await jobs(tx, "accounts.import_settings")
    for payload in payloads * 2:
        await import_lists(db, fetch, payload)


async def test_a_visitor_takes_and_brings_nothing__T_11(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotLoggedIn):
            await export_settings(tx, ANONYMOUS)
        with pytest.raises(NotLoggedIn):
            await import_settings(tx, ANONYMOUS, read_backup({"bio": "x"}))


@pytest.mark.parametrize(
    "document",
    [
        None, [], "text", 1, {"followed_communities": "cats"}, {"saved_posts": [1]}, {"bio": 5}, {"bot_account": "yes"}, {"settings": []},
        {"settings": {"show_nsfw": "yes"}}, {"settings": {"default_sort_type": "Best"}}, {"settings": {"post_listing_mode": "Huge"}},
        {"vote_display_mode_settings": {"score": 1}},
    ],
)  # fmt: skip
def test_another_shape_is_refused__T_10(document: Any) -> None:
    with pytest.raises(Refusal) as refused:
        read_backup(document)
    assert refused.value.code == "unknown"


def test_more_than_ten_thousand_items_are_too_many__E_2() -> None:
    many = [f"https://x.example/post/{number}" for number in range(5001)]
    assert read_backup({"saved_posts": many}).items == 5001
    with pytest.raises(Refusal) as refused:
        read_backup({"saved_posts": many, "saved_comments": many})
    assert refused.value.code == "too_many_items"


async def test_a_profile_that_breaks_a_rule_imports_nothing(db: Database, cast: Cast) -> None:
    with pytest.raises(Refusal):
        await bring(
            db,
            "alice",
            {"display_name": "@", "settings": {"show_nsfw": True}, "blocked_users": [f"{ORIGIN}/u/bob"]},
        )
    async with db.read() as tx:
        assert (await rows.viewer(tx, "alice")).account == cast.alice.account
        assert await jobs(tx, "accounts.import_settings") == []


async def test_the_file_has_everything_that_is_ones_own__E_1(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await save_settings(
            tx, cast.alice, SaveSettings(display_name="Alice", theme="darkly", show_scores=True)
        )
        post = await create_post(tx, cast.bob, CreatePost(cast.gardening.id, "His post"))
        comment = (await create_comment(tx, cast.bob, CreateComment(post.id, "words"))).comment
        await backups.save(tx, "post", cast.alice.id, post.id)
        await backups.save(tx, "comment", cast.alice.id, comment.id)
        await follow_community(tx, cast.alice, cast.gardening.id)
        await follow_community(tx, cast.alice, cast.baking.id)
        await block.block_person(tx, cast.alice, cast.carol.id)
        await block.block_instance(tx, cast.alice, cast.baking.instance_id)
    async with db.read() as tx:
        document = await export_settings(tx, await rows.viewer(tx, "alice"))
    assert json.loads(json.dumps(document)) == document
    assert cast.alice.account
    assert {name: document[name] for name in ("display_name", "bio", "avatar", "banner", "matrix_id", "bot_account")} == {
        "display_name": "Alice", "bio": None, "avatar": None, "banner": None, "matrix_id": None, "bot_account": False,
    }  # fmt: skip
    assert document["settings"]["theme"] == "darkly"
    assert document["settings"]["email"] == "alice@mail.example"
    assert document["settings"]["id"] == cast.alice.account.id
    assert document["settings"]["infinite_scroll_enabled"] is False
    assert document["vote_display_mode_settings"] == {
        "local_user_id": cast.alice.account.id, "score": True, "upvotes": True, "downvotes": True, "upvote_percentage": False,
    }  # fmt: skip
    assert document["followed_communities"] == [cast.gardening.ap_id, cast.baking.ap_id]
    assert document["saved_posts"] == [post.ap_id]
    assert document["saved_comments"] == [comment.ap_id]
    assert document["blocked_users"] == [cast.carol.person.ap_id]  # type: ignore[union-attr]
    assert document["blocked_communities"] == []
    assert document["blocked_instances"] == [THERE]


SWITCHES = {
    "infinite_scroll_enabled": "infinite_scroll",
    "enable_keyboard_navigation": "keyboard_navigation",
    "enable_animated_images": "animated_images",
} | {
    name: name
    for name in (
        "show_nsfw", "blur_nsfw", "show_avatars", "show_scores", "show_bot_accounts", "show_read_posts",
        "open_links_in_new_tab", "auto_expand", "collapse_bot_comments", "send_notifications_to_email",
    )
}  # fmt: skip
"""Names in the file → ours."""


async def test_every_switch_has_its_own_name_in_the_file__E_1__E_2(db: Database, cast: Cast) -> None:
    async def switches(tx: Tx, name: str) -> dict[str, bool]:
        settings = (await export_settings(tx, await rows.viewer(tx, name)))["settings"]
        return {name: settings[name] for name in SWITCHES}

    async with db.write() as tx:
        expected = await switches(tx, "alice")
        for theirs, ours in SWITCHES.items():
            expected[theirs] = not expected[theirs]
            await save_settings(tx, await rows.viewer(tx, "alice"), SaveSettings(**{ours: expected[theirs]}))  # type: ignore[arg-type]
            assert await switches(tx, "alice") == expected, theirs
        file = await export_settings(tx, await rows.viewer(tx, "alice"))
    await bring(db, "bob", {"settings": file["settings"]})
    async with db.read() as tx:
        assert await switches(tx, "bob") == expected


async def test_what_one_account_took_along_another_can_bring__E_2(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await save_settings(
            tx, cast.alice,
            SaveSettings(display_name="Alice", bio="Hello", blur_nsfw=False, show_scores=True, email="other@mail.example", avatar="https://p.example/a.png"),
        )  # fmt: skip
        post = await create_post(tx, cast.bob, CreatePost(cast.gardening.id, "His post"))
        comment = (await create_comment(tx, cast.bob, CreateComment(post.id, "words"))).comment
        await backups.save(tx, "post", cast.alice.id, post.id)
        await backups.save(tx, "comment", cast.alice.id, comment.id)
        await follow_community(tx, cast.alice, cast.gardening.id)
        await follow_community(tx, cast.alice, cast.baking.id)
        await block.block_person(tx, cast.alice, cast.carol.id)
        document = await export_settings(tx, await rows.viewer(tx, "alice"))
    await bring(db, "bob", document)
    async with db.read() as tx:
        bob = await rows.viewer(tx, "bob")
        brought = await export_settings(tx, bob)
        pending = {
            row[0]: bool(row[1])
            for row in await tx.all(
                "SELECT community_id, pending FROM community_follow WHERE person_id = :id", id=bob.id
            )
        }
        await assert_no_drift(tx)
    lists = {
        "followed_communities",
        "saved_posts",
        "saved_comments",
        "blocked_users",
        "blocked_communities",
        "blocked_instances",
    }
    assert {name: brought[name] for name in lists} == {name: document[name] for name in lists}
    assert pending == {cast.gardening.id: False, cast.baking.id: True}, (
        "elsewhere somebody has to accept first"
    )
    assert bob.person
    assert bob.account
    assert (bob.person.display_name, bob.person.bio) == ("Alice", "Hello")
    assert (bob.account.blur_nsfw, bob.account.vote_show_score) == (False, True)
    assert (bob.person.avatar, bob.account.email) == (None, "bob@mail.example"), (
        "pictures and address are not brought"
    )


async def test_what_cannot_be_done_is_passed_over__E_2(db: Database, cast: Cast) -> None:
    document = {
        "blocked_users": [
            f"{ORIGIN}/u/admin",
            f"{ORIGIN}/u/alice",
            "https://unknown.example/u/x",
            "nonsense",
            f"{ORIGIN}/u/bob",
        ],
        "blocked_instances": ["here.example", "unknown.example", "not a host", THERE],
        "followed_communities": ["https://unknown.example/c/x", f"{ORIGIN}/c/gardening"],
        "unknown": {"x": 1},
    }
    await bring(db, "alice", document)
    async with db.read() as tx:
        found = await block.list_blocks(tx, cast.alice)
        brought = await export_settings(tx, cast.alice)
    assert [person.id for person in found.people] == [cast.bob.id]
    assert [instance.domain for instance in found.instances] == [THERE]
    assert brought["followed_communities"] == [f"{ORIGIN}/c/gardening"]


async def test_a_small_file_leaves_to_the_job_what_is_not_known__E_2(db: Database, cast: Cast) -> None:
    document = {
        "blocked_users": [f"{ORIGIN}/u/bob", "https://unknown.example/u/x"],
        "blocked_instances": [THERE],
    }
    async with db.write() as tx:
        await import_settings(tx, cast.alice, read_backup(document))
        assert [person.id for person in (await block.list_blocks(tx, cast.alice)).people] == [cast.bob.id]
        [job] = await jobs(tx, "accounts.import_settings")
    assert {name: left for name, left in job["lists"].items() if left} == {
        "blocked_users": ["https://unknown.example/u/x"],
        "blocked_instances": [THERE],
    }


async def test_a_large_file_is_left_to_the_job_whole__E_2(db: Database, cast: Cast) -> None:
    document = {"blocked_users": [f"{ORIGIN}/u/bob", *(f"https://unknown.example/u/{n}" for n in range(50))]}
    async with db.write() as tx:
        await import_settings(tx, cast.alice, read_backup(document))
        assert (await block.list_blocks(tx, cast.alice)).people == []
        [job] = await jobs(tx, "accounts.import_settings")
    assert job["lists"]["blocked_users"] == document["blocked_users"]


async def test_things_of_other_servers_are_fetched__E_2(db: Database, cast: Cast) -> None:
    asked = []

    async def fetch(address: str) -> None:
        asked.append(address)
        if "broken" in address:
            raise OSError("no answer")
        async with db.write() as tx:
            instance_id = await tx.value("SELECT id FROM instance WHERE domain = :there", there=THERE)
            await rows.community(tx, "bread", moderators=[], instance_id=instance_id, host=THERE)

    await bring(
        db,
        "alice",
        {"followed_communities": ["https://broken.example/c/x", f"https://{THERE}/c/bread"]},
        fetch,
    )
    async with db.read() as tx:
        brought = await export_settings(tx, cast.alice)
    assert brought["followed_communities"] == [f"https://{THERE}/c/bread"]
    assert asked == ["https://broken.example/c/x", f"https://{THERE}/c/bread", "https://broken.example/c/x"]


def test_the_jobs_of_accounts_are_in_the_catalogue() -> None:
    assert {IMPORT, mails.RESET, mails.APPLICATION, mailing.SEND} <= CATALOGUE.keys()
