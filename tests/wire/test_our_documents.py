"""Every kind of document that we send, kept in `ours/`: a change of what goes over the wire shows as a change of a file here.

`FOLKMOOT_TEST_REWRITE=1` writes them anew; read the difference before you commit it.
"""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from folkmoot.apub import activities, documents, reading
from folkmoot.apub.objects import our_actors, our_content
from folkmoot.apub.objects.actors import Group, Person, Site, parse_actor
from folkmoot.apub.objects.content import Comment, Post, PrivateMessage, Tombstone, parse_content
from folkmoot.apub.objects.context import Json, to_bytes
from folkmoot.apub.objects.our_content import Place, Reach
from folkmoot.apub.outbox import activities as ours
from folkmoot.core.people.keys import new_key_pair
from folkmoot.model import comments, communities, messages, people, posts
from folkmoot.model.images import ImageDetails
from folkmoot.model.site import LocalSite
from folkmoot.model.tags import Tag, write_tags
from folkmoot.model.time import DAY, HOUR, from_rfc3339
from folkmoot.store.rows import names_of
from tests.cast import ORIGIN

FOLDER = Path(__file__).parent / "ours"
NOW = from_rfc3339("2026-02-01T10:00:00Z")
ALICE, BOB, CAROL = f"{ORIGIN}/u/alice", f"{ORIGIN}/u/bob", "https://there.example/u/carol"
GARDENING, BAKING = f"{ORIGIN}/c/gardening", "https://there.example/c/baking"
POST, COMMENT = f"{ORIGIN}/post/1", f"{ORIGIN}/comment/5"
HERE = Place(GARDENING, "gardening@here.example", f"{GARDENING}/followers", Reach.PUBLIC)
THERE = Place(BAKING, "baking@there.example", f"{BAKING}/followers", Reach.PUBLIC)
TAGS = write_tags([Tag("news", "News"), Tag("sick-plants", "Sick plants", color="color02")])
PEM = "-----BEGIN PUBLIC KEY-----\nthe key\n-----END PUBLIC KEY-----\n"


def made(kind: type[Any], **values: Any) -> Any:
    """A frozen value of the model with what matters here, and nothing everywhere else."""
    return kind(**{name: values.get(name) for name in names_of(kind)})


def alice(**more: Any) -> people.Person:
    return made(
        people.Person, id=3, name="alice", host="here.example", local=True, ap_id=ALICE, published=NOW, **more
    )


def gardening(**more: Any) -> communities.Community:
    values: dict[str, Any] = {
        "name": "gardening", "host": "here.example", "title": "Gardening", "ap_id": GARDENING, "nsfw": False, "hidden": False,
        "posting_restricted_to_mods": False, "visibility": "Public", "post_tags": "", "published": NOW, **more,
    }  # fmt: skip
    return made(communities.Community, **values)


def link_post(**more: Any) -> posts.Post:
    values: dict[str, Any] = {
        "name": "Peat-free soil", "url": "https://soil.example/peat", "url_content_type": "text/html", "body": "Read *this*, [carol](/u/carol@there.example)",
        "body_html": '<p dir="auto">Read <em>this</em>, <a href="/u/carol@there.example" rel="nofollow">carol</a></p>',
        "ap_id": POST, "nsfw": False, "locked": False, "featured_community": False, "language_id": 37, "tags": "", "thumbnail_url": "https://here.example/pictrs/image/t.webp",
        "published": NOW, "updated": NOW + HOUR, **more,
    }  # fmt: skip
    return made(posts.Post, **values)


def answer(**more: Any) -> comments.Comment:
    values: dict[str, Any] = {
        "content": "So it is", "content_html": '<p dir="auto">So it is</p>', "ap_id": COMMENT, "distinguished": False, "language_id": 0,
        "published": NOW, **more,
    }  # fmt: skip
    return made(comments.Comment, **values)


def page(place: Place = HERE) -> Json:
    return our_content.build_post(
        link_post(),
        author=ALICE,
        place=place,
        origin=ORIGIN,
        mentioned=[our_content.mention(CAROL, "carol@there.example")],
    )


def note(place: Place = HERE) -> Json:
    carol = our_content.mention(CAROL, "carol@there.example")
    return our_content.build_comment(
        answer(),
        author=ALICE,
        parent=POST,
        parent_author=carol,
        place=place,
        origin=ORIGIN,
        mentioned=[carol],
    )


def message(*, chat: bool) -> Json:
    sent = made(
        messages.PrivateMessage,
        content="Hello",
        content_html="<p>Hello</p>",
        ap_id=f"{ORIGIN}/private_message/9",
        published=NOW,
    )
    return our_content.build_message(
        sent,
        author=ALICE,
        recipient=our_content.mention(CAROL, "carol@there.example"),
        origin=ORIGIN,
        chat=chat,
    )


def group(**more: Any) -> Json:
    return our_actors.build_group(gardening(**more), public_pem=PEM, origin=ORIGIN, language_ids=[0, 37])


def person(**more: Any) -> Json:
    return our_actors.build_person(alice(**more), public_pem=PEM, origin=ORIGIN)


def site() -> Json:
    values = made(
        LocalSite, name="Here", description="A small place", sidebar="# Rules", sidebar_html="<h1>Rules</h1>", icon="https://here.example/pictrs/image/i.webp",
        ap_id=f"{ORIGIN}/", published=NOW, updated=NOW + DAY,
    )  # fmt: skip
    return our_actors.build_site(values, public_pem=PEM, language_ids=[])


def ident(kind: str) -> str:
    return f"{ORIGIN}/activities/{kind}/00000000-0000-4000-8000-000000000001"


def everything() -> dict[str, Json]:
    """Name of the file → the document."""
    follow = ours.follow(ident("follow"), ALICE, BAKING)
    their_follow = {
        "@context": "x",
        "id": "https://there.example/a/1",
        "type": "Follow",
        "actor": CAROL,
        "object": GARDENING,
    }
    vote = ours.like(ident("like"), ALICE, POST, THERE)
    removal = ours.remove(ident("delete"), BOB, COMMENT, HERE, "Rule 3")
    deletion = ours.delete(ident("delete"), ALICE, POST, HERE)
    ban = ours.ban(ident("block"), BOB, CAROL, HERE, reason="spam", expires=NOW + DAY, remove_data=True)
    site_ban = ours.ban_from_site(
        ident("block"), BOB, ALICE, f"{ORIGIN}/", reason=None, expires=None, remove_data=False
    )
    report = ours.flag(ident("flag"), ALICE, POST, "off topic", to=[BAKING], place=THERE)
    lock = ours.lock(ident("lock"), BOB, POST, HERE, "Enough said")
    gone = ours.delete_message(ident("delete"), ALICE, f"{ORIGIN}/private_message/9", CAROL)
    created = ours.create(ident("create"), ALICE, page(), HERE)
    private = replace(HERE, reach=Reach.PRIVATE)
    return {
        "objects/page": page(),
        "objects/page-picture": our_content.build_post(
            link_post(url=f"{ORIGIN}/pictrs/image/a.png", url_content_type="image/png", alt_text="A heap of soil", body=None, thumbnail_url=None, updated=None),
            author=ALICE, place=HERE, origin=ORIGIN,
        ),
        "objects/page-picture-of-known-size": our_content.build_post(
            link_post(url=f"{ORIGIN}/pictrs/image/a.png", url_content_type=None, alt_text="A heap of soil", body=None),
            author=ALICE, place=HERE, origin=ORIGIN, pictures={
                f"{ORIGIN}/pictrs/image/a.png": ImageDetails(f"{ORIGIN}/pictrs/image/a.png", 1600, 1200, "image/png"),
                f"{ORIGIN}/pictrs/image/t.webp": ImageDetails(f"{ORIGIN}/pictrs/image/t.webp", 256, 192, "image/webp"),
            },
        ),
        "objects/page-text-locked-pinned": our_content.build_post(
            link_post(url=None, thumbnail_url=None, locked=True, featured_community=True, nsfw=True), author=ALICE, place=HERE, origin=ORIGIN
        ),
        "objects/page-tagged": our_content.build_post(
            link_post(tags="sick-plants"), author=ALICE, place=replace(HERE, post_tags=TAGS), origin=ORIGIN
        ),
        "objects/page-unlisted": page(replace(HERE, reach=Reach.UNLISTED)),
        "objects/page-private": page(private),
        "objects/note": note(),
        "objects/note-speaking-as-moderator": our_content.build_comment(
            answer(distinguished=True), author=BOB, parent=f"{ORIGIN}/comment/4", parent_author=our_content.mention(BOB, "bob@here.example"), place=HERE, origin=ORIGIN
        ),
        "objects/message": message(chat=False),
        "objects/message-chat": message(chat=True),
        "objects/tombstone": our_content.build_tombstone(POST),
        "actors/person": person(display_name="Alice", bio="Gardener", bio_html="<p>Gardener</p>", avatar="https://here.example/pictrs/image/a.webp", matrix_user_id="@alice:here.example"),
        "actors/person-moved": our_actors.build_person(
            alice(), public_pem=PEM, origin=ORIGIN, own=our_actors.OwnAccounts((CAROL,), "https://new.example/u/alice")
        ),
        "actors/service": person(bot=True),
        "actors/group": group(description="Soil", description_html="<p>Soil</p>", icon="https://here.example/pictrs/image/g.webp", updated=NOW + DAY),
        "actors/group-with-tags": group(post_tags=TAGS),
        "actors/group-unlisted": group(visibility="Unlisted", nsfw=True),
        "actors/group-private": group(visibility="Private", posting_restricted_to_mods=True),
        "actors/application": site(),
        "activities/move": ours.move(ident("move"), ALICE, "https://new.example/u/alice"),
        "activities/follow": follow,
        "activities/accept-follow": ours.accept(ident("accept"), GARDENING, their_follow),
        "activities/reject-follow": ours.reject(ident("reject"), GARDENING, their_follow),
        "activities/undo-follow": ours.unfollow(ident("undo"), ALICE, follow),
        "activities/create-page": created,
        "activities/update-page": ours.update(ident("update"), ALICE, page(), HERE),
        "activities/create-note": ours.create(ident("create"), ALICE, note(THERE), THERE),
        "activities/announce-create-page": ours.announce(ours.new_id(ORIGIN, "Announce", "Create"), HERE, {"@context": "x", **created}),
        "activities/announce-page": ours.announce(ident("announce/page"), HERE, page()),
        "activities/announce-id": ours.announce(ident("announce"), HERE, COMMENT),
        "activities/announce-private": ours.announce(ident("announce/create"), private, ours.create(ident("create"), ALICE, page(private), private)),
        "activities/announce-unlisted": ours.announce(ident("announce/delete"), replace(HERE, reach=Reach.UNLISTED), deletion),
        "activities/like": vote,
        "activities/dislike": ours.dislike(ident("dislike"), ALICE, COMMENT, HERE),
        "activities/undo-like": ours.undo_vote(ident("undo"), ALICE, vote),
        "activities/delete": deletion,
        "activities/undo-delete": ours.undo(ident("undo"), ALICE, deletion, HERE),
        "activities/delete-by-moderator": removal,
        "activities/undo-delete-by-moderator": ours.undo(ident("undo"), BOB, removal, HERE),
        "activities/delete-community": ours.delete(ident("delete"), BOB, GARDENING, HERE),
        "activities/add-moderator": ours.add(ident("add"), BOB, CAROL, f"{GARDENING}/moderators", HERE),
        "activities/remove-moderator": ours.take_away(ident("remove"), BOB, CAROL, f"{GARDENING}/moderators", HERE),
        "activities/add-featured": ours.add(ident("add"), BOB, POST, f"{GARDENING}/featured", HERE),
        "activities/remove-featured": ours.take_away(ident("remove"), BOB, POST, f"{GARDENING}/featured", HERE),
        "activities/lock": lock,
        "activities/undo-lock": ours.undo(ident("undo"), BOB, lock, HERE),
        "activities/block": ban,
        "activities/undo-block": ours.unban(ident("undo"), BOB, ban, HERE),
        "activities/block-from-site": site_ban,
        "activities/undo-block-from-site": ours.unban_from_site(ident("undo"), BOB, site_ban),
        "activities/update-group": ours.update_community(ident("update"), BOB, group(), HERE),
        "activities/flag": report,
        "activities/warn": ours.warn(ident("warn"), BOB, "https://there.example/post/3", CAROL, HERE, "Rule 3"),
        "activities/resolve": ours.resolve(ident("resolve"), BOB, report, to=[BAKING], place=THERE),
        "activities/flag-message": ours.flag(ident("flag"), ALICE, "https://there.example/private_message/3", "rude", to=["https://there.example/"]),
        "activities/create-message": ours.create_message(ident("create"), ALICE, message(chat=False)),
        "activities/create-message-chat": ours.create_message(ident("create"), ALICE, message(chat=True)),
        "activities/update-message": ours.update_message(ident("update"), ALICE, message(chat=False)),
        "activities/delete-message": gone,
        "activities/undo-delete-message": ours.undo_delete_message(ident("undo"), ALICE, gone),
        "activities/update-person": ours.update_person(ident("update"), person()),
        "activities/delete-person": ours.delete_person(ident("delete"), ALICE, remove_data=True),
    }  # fmt: skip


def test_every_document_is_as_it_was_kept__URL_1__CMN_1() -> None:
    built = {f"{name}.json": json.loads(to_bytes(document)) for name, document in everything().items()}
    announce = built["activities/announce-create-page.json"]
    assert announce["id"].startswith(f"{ORIGIN}/activities/announce/create/")
    announce["id"] = ident("announce/create")
    if os.environ.get("FOLKMOOT_TEST_REWRITE"):
        for name, document in built.items():
            (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
            (FOLDER / name).write_text(
                json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
            )
    kept = {str(path.relative_to(FOLDER)): json.loads(path.read_text()) for path in FOLDER.rglob("*.json")}
    assert built == kept


async def test_every_document_is_read_by_ourselves_as_it_was_meant() -> None:
    """The key is a real one here: an actor without is refused."""
    pem = (await new_key_pair()).public
    kinds: dict[str, type] = {}
    for name, document in everything().items():
        body = to_bytes(document).replace(json.dumps(PEM).encode(), json.dumps(pem).encode())
        found: Any = documents.read(body, now=NOW + 30 * DAY)
        folder = name.partition("/")[0]
        parse: Any = {"objects": parse_content, "actors": parse_actor, "activities": reading.parse}[folder]
        kinds[name] = type(parse(found))
    assert kinds["objects/page"] is kinds["objects/page-private"] is Post
    assert kinds["objects/note"] is Comment
    assert kinds["objects/message"] is kinds["objects/message-chat"] is PrivateMessage
    assert kinds["objects/tombstone"] is Tombstone
    assert (kinds["actors/person"], kinds["actors/group"], kinds["actors/application"]) == (
        Person,
        Group,
        Site,
    )
    assert activities.Other not in kinds.values()


def read(name: str) -> Any:
    return reading.parse(documents.read(to_bytes(everything()[f"activities/{name}"]), now=NOW + 30 * DAY))


def test_a_post_comes_back_as_it_was_written() -> None:
    post = read("announce-create-page").items[0].object
    assert isinstance(post, Post)
    assert (post.title, post.link, post.body, post.body_from) == (
        "Peat-free soil",
        "https://soil.example/peat",
        link_post().body,
        "source",
    )
    assert (post.author, post.communities[0], post.audience, post.language) == (
        ALICE,
        GARDENING,
        GARDENING,
        "en",
    )
    assert (post.locked, post.stickied, post.sensitive) == (False, False, False)
    assert [m.id for m in post.mentions] == [GARDENING, CAROL]
    assert (post.published, post.updated) == (NOW, NOW + HOUR)
    assert (post.context, post.thumbnail) == (f"{POST}/context", "https://here.example/pictrs/image/t.webp")


def test_addresses_in_texts_are_whole_and_our_pages_marks_are_left_out() -> None:
    assert (
        page()["content"]
        == f'<p>Read <em>this</em>, <a href="{ORIGIN}/u/carol@there.example" rel="nofollow">carol</a></p>\n'
    )
    assert (
        our_content.absolute_html('<p>href="/x" <img src="//a.example/b"></p>', ORIGIN)
        == '<p>href="/x" <img src="//a.example/b"></p>'
    )


def test_a_picture_is_one_with_its_description() -> None:
    post = parse_content(documents.read(to_bytes(everything()["objects/page-picture"]), now=NOW))
    assert isinstance(post, Post)
    assert (post.link, post.alt_text) == (f"{ORIGIN}/pictrs/image/a.png", "A heap of soil")


def test_a_removal_says_so_and_a_deletion_does_not__DEL_1__SND_11() -> None:
    assert read("delete").reason is None
    assert read("delete-by-moderator").reason == "Rule 3"
    assert ours.remove(ident("delete"), BOB, POST, HERE, None)["summary"] == ""


def test_a_ban_ends_when_both_names_of_the_end_say__6_2() -> None:
    block = read("block")
    assert isinstance(block, activities.Block)
    assert (block.until, block.reason, block.remove_data, block.target) == (
        NOW + DAY,
        "spam",
        True,
        GARDENING,
    )
    assert not read("undo-block").restore_data
    assert read("block-from-site").until is None


@pytest.mark.parametrize("name", ["like", "dislike", "undo-like"])
def test_votes_address_nobody__CMN_3(name: str) -> None:
    document = everything()[f"activities/{name}"]
    assert "to" not in document
    assert "cc" not in document
    assert document["audience"] in {GARDENING, BAKING}


def test_private_things_never_say_public__CMN_2__VIS_5() -> None:
    assert "#Public" not in json.dumps(everything()["activities/announce-private"])
    assert documents.PUBLIC in everything()["objects/page-unlisted"]["cc"]


def test_only_terms_in_use_are_defined__JSN_1() -> None:
    like = json.loads(to_bytes(everything()["activities/like"]))
    assert like["@context"] == [
        "https://join-lemmy.org/context.json",
        "https://www.w3.org/ns/activitystreams",
    ]
    lock = json.loads(to_bytes(everything()["activities/lock"]))
    assert lock["@context"][2] == {"Lock": "https://join-lemmy.org/ns#Lock"}


def test_what_is_passed_on_stays_as_it_was__CMN_6() -> None:
    inner = {"@context": ["x"], "id": "https://there.example/a/1", "type": "Like", "extra": {"unknown": None}}
    assert ours.announce(ident("announce/like"), HERE, inner)["object"] == {
        "id": "https://there.example/a/1",
        "type": "Like",
        "extra": {"unknown": None},
    }
    signed = {**inner, "proof": {"type": "DataIntegrityProof"}}
    assert ours.announce(ident("announce/like"), HERE, signed)["object"] == signed
    assert (ours.kind_of(inner), ours.kind_of(COMMENT), ours.kind_of({"type": "../x"})) == (
        "Like",
        None,
        None,
    )
