"""Activities of other servers, each read into its type, whatever its program makes of it (6.2, section 16)."""

from typing import Any

import pytest

from folkmoot.apub import activities, reading
from folkmoot.apub.activities import (
    Accept,
    Add,
    Announce,
    Block,
    ChooseAnswer,
    Create,
    Delete,
    Dislike,
    EmojiReact,
    Flag,
    Follow,
    Like,
    Lock,
    Move,
    Other,
    PollVote,
    QuoteRequest,
    Reject,
    Remove,
    Resolve,
    Undo,
    Unreadable,
    Update,
    Warn,
)
from folkmoot.apub.documents import PUBLIC, Document, Malformed
from folkmoot.apub.objects.content import Comment, Post, PrivateMessage, Tombstone
from folkmoot.apub.objects.content import PollVote as WrittenVote
from folkmoot.model.time import from_rfc3339

NOW = from_rfc3339("2026-03-01T12:00:00Z")
CAROL, DAVE = "https://there.example/u/carol", "https://there.example/u/dave"
BAKING = "https://there.example/c/baking"
POST, NOTE = "https://there.example/post/1", "https://there.example/comment/5"


def read(**members: Any) -> Any:
    document = {"id": "https://there.example/a/1", "actor": CAROL, **members}
    return reading.parse(
        Document({name: value for name, value in document.items() if value != "absent"}, NOW)
    )


def like(**more: Any) -> dict[str, Any]:
    return {"id": "https://there.example/a/2", "type": "Like", "actor": CAROL, "object": POST, **more}


def note(**more: Any) -> dict[str, Any]:
    return {
        "type": "Note",
        "id": NOTE,
        "attributedTo": CAROL,
        "to": [PUBLIC],
        "inReplyTo": POST,
        "content": "<p>Yes</p>",
        **more,
    }


def page(**more: Any) -> dict[str, Any]:
    return {"type": "Page", "id": POST, "attributedTo": CAROL, "to": [PUBLIC, BAKING], "name": "Rye", **more}


def refusal(**members: Any) -> tuple[str, str | None]:
    with pytest.raises(Malformed) as refused:
        read(**members)
    return refused.value.code, refused.value.field


@pytest.mark.parametrize(
    ("members", "code", "field"),
    [
        ({"type": "Like", "object": POST, "id": "absent"}, "missing_member", "id"),
        ({"type": "Like", "object": POST, "id": 7}, "invalid_id", "id"),
        ({"type": "Like", "object": POST, "actor": "absent"}, "missing_member", "actor"),
        ({"type": "Like", "object": POST, "actor": [CAROL, DAVE]}, "invalid_id", "actor"),
        ({"type": "Like", "object": POST, "actor": {"name": "carol"}}, "invalid_id", "actor"),
        ({"object": POST}, "missing_member", "type"),
        ({"type": 7, "object": POST}, "missing_member", "type"),
        ({"type": ["Like", "Delete"], "object": POST}, "ambiguous_type", "type"),
        ({"type": "Like"}, "missing_member", "object"),
        ({"type": "Like", "object": [POST, NOTE]}, "invalid_id", "object"),
        ({"type": "Like", "object": {"type": "Note"}}, "invalid_id", "object"),
        ({"type": "Like", "object": POST, "content": "nice"}, "invalid_reaction", "content"),
        ({"type": "EmojiReact", "object": POST}, "invalid_reaction", "content"),
        ({"type": "EmojiReact", "object": POST, "content": "👍👍"}, "invalid_reaction", "content"),
        ({"type": "EmojiReact", "object": POST, "content": "1"}, "invalid_reaction", "content"),
        ({"type": "Add", "object": DAVE}, "missing_member", "target"),
        ({"type": "Block", "object": DAVE, "target": 7}, "invalid_id", "target"),
        ({"type": "Flag", "object": []}, "missing_member", "object"),
        ({"type": "Flag", "object": ["x", 7]}, "missing_member", "object"),
        ({"type": "Announce"}, "missing_member", "object"),
        (
            {"type": "Announce", "object": {"type": "OrderedCollection", "orderedItems": []}},
            "missing_member",
            "object",
        ),
        ({"type": "Announce", "object": 7}, "invalid_id", "object"),
        (
            {
                "type": "Announce",
                "object": {
                    "type": "Announce",
                    "id": "https://there.example/a/3",
                    "actor": BAKING,
                    "object": POST,
                },
            },
            "nested_announce",
            "object",
        ),
        ({"type": "Accept", "object": {"type": "Follow"}}, "invalid_id", "object"),
        ({"type": "Undo", "object": "x"}, "invalid_id", "object"),
        ({"type": "PollVote", "object": POST}, "invalid_choice", "choice_text"),
        ({"type": "QuoteRequest", "object": POST}, "missing_member", "instrument"),
        ({"type": "Create", "object": page(attributedTo=7)}, "invalid_id", "attributedTo"),
        ({"type": "Create", "object": note(content="", source=None)}, "empty_comment", None),
    ],
)
def test_what_is_no_activity(members: dict[str, Any], code: str, field: str | None) -> None:
    assert refusal(**members) == (code, field)


@pytest.mark.parametrize("kind", ["View", "Read", "Listen", "Join", "Offer", "as:Something"])
def test_what_we_do_not_know_is_received_and_has_no_effect__JSN_10(kind: str) -> None:
    found = read(type=kind, object=POST)
    assert isinstance(found, Other)
    assert (found.what, found.type) == (kind, kind)
    thing = {"type": "Playlist", "id": POST}
    assert [read(type=name, object=thing).what for name in ("Create", "Update")] == [
        "Create Playlist",
        "Update Playlist",
    ]


def test_who_is_addressed_is_listed_in_one_spelling__JSN_4__JSN_7() -> None:
    found = read(
        type="Like", object=POST, to="as:Public", cc=[BAKING, None, 7, {"id": DAVE}], audience=[BAKING, POST]
    )
    assert (found.to, found.cc, found.audience) == ((PUBLIC,), (BAKING, DAVE), BAKING)


def test_an_embedded_actor_is_reduced_to_its_id__JSN_5() -> None:
    found = read(
        type="Like",
        actor={"type": "Person", "id": CAROL, "publicKey": {}},
        object={"type": "Page", "id": POST},
    )
    assert (found.actor, found.object) == (CAROL, POST)


def test_the_outside_is_read_alone() -> None:
    document = Document(
        {
            "id": "https://there.example/a/1",
            "type": ["x", "Delete"],
            "actor": CAROL,
            "object": {"type": "Tombstone", "id": NOTE},
        },
        NOW,
    )
    outside = reading.envelope(document)
    assert (outside.type, outside.object, outside.target, outside.audience) == ("Delete", NOTE, None, None)


def test_follows_and_their_answers() -> None:
    follow = {
        "id": "https://here.example/a/9",
        "type": "Follow",
        "actor": "https://here.example/u/alice",
        "object": BAKING,
    }
    assert read(type="Follow", object={"id": BAKING}).object == BAKING
    for kind, made in (("Accept", Accept), ("Reject", Reject)):
        found = read(type=kind, actor=BAKING, object=follow)
        assert isinstance(found, made)
        assert isinstance(found.asked, Follow)
        assert (found.asked.actor, found.asked.object) == ("https://here.example/u/alice", BAKING)
        assert read(type=kind, object=follow["id"]).asked == follow["id"]
        assert read(type=kind, object={"id": follow["id"]}).asked == follow["id"]
    undone = read(type="Undo", object={**follow, "id": None})
    assert isinstance(undone, Undo)
    assert isinstance(undone.undone, Follow)
    assert undone.undone.id == ""


def test_votes_and_reactions__14_1__14_3() -> None:
    assert isinstance(read(**like()), Like)
    assert read(**like()).content is None
    assert isinstance(read(type="Dislike", object=POST), Dislike)
    assert read(**like(content="🎉")).content == "🎉"
    assert read(**like(_misskey_reaction=":blobcat@there.example:")).content == ":blobcat@there.example:"
    for emoji in ("👍🏽", "❤️", "🏳️‍🌈", "1️⃣", "©️"):
        reaction = read(type="EmojiReact", object=POST, content=emoji)
        assert isinstance(reaction, EmojiReact)
        assert reaction.content == emoji
    assert (
        read(type="Undo", object="https://m.example/users/eve#likes/7").undone
        == "https://m.example/users/eve#likes/7"
    )


def test_what_a_community_passes_on__9_4() -> None:
    bare = read(type="Announce", actor=BAKING, object=POST)
    assert isinstance(bare, Announce)
    assert bare.items == (POST,)
    (vote,) = read(type="Announce", actor=BAKING, object=like()).items
    assert isinstance(vote, Like)
    (post,) = read(type="Announce", actor=BAKING, object={**page(), "actor": CAROL}).items
    assert isinstance(post, Post)
    (created,) = read(
        type="Announce",
        actor=BAKING,
        object={"id": "https://there.example/a/4", "type": "Create", "actor": CAROL, "object": note()},
    ).items
    assert isinstance(created, Create)
    assert isinstance(created.object, Comment)
    (unknown,) = read(
        type="Announce",
        actor=BAKING,
        object={"id": "https://there.example/a/4", "type": "Shrug", "actor": CAROL},
    ).items
    assert isinstance(unknown, Other)


def test_of_a_batch_one_bad_part_spoils_only_itself__ANN_8() -> None:
    batch = {
        "type": "OrderedCollection",
        "orderedItems": [
            like(),
            {"type": "Like", "actor": CAROL},
            POST,
            {"type": "Announce", "id": POST, "actor": BAKING, "object": POST},
        ],
    }
    found = read(type="Announce", actor=BAKING, object=batch)
    assert [type(item).__name__ for item in found.items] == ["Like", "Unreadable", "str", "Unreadable"]
    assert isinstance(found.items[1], Unreadable)
    assert [item.code for item in found.items if isinstance(item, Unreadable)] == [
        "missing_member",
        "nested_announce",
    ]
    assert len(read(type="Announce", actor=BAKING, object=[POST, NOTE]).items) == 2


def test_what_is_created_and_changed() -> None:
    for kind, made in (("Create", Create), ("Update", Update)):
        post, comment, by_id = [read(type=kind, object=thing) for thing in (page(), note(), POST)]
        assert isinstance(post, made)
        assert isinstance(post.object, Post)
        assert isinstance(comment.object, Comment)
        assert by_id.object == POST
    message = read(type="Create", to=[DAVE], object=note(to=[DAVE], inReplyTo=None))
    assert isinstance(message.object, PrivateMessage)
    vote = read(type="Create", object=note(content=None, name="Yes", to=[DAVE]))
    assert isinstance(vote.object, WrittenVote)
    gone = read(type="Update", object={"type": "Tombstone", "id": POST})
    assert isinstance(gone.object, Tombstone)
    # Of an actor that cannot be read, who it is: it is looked up at home anyway (ACT-1).
    assert read(type="Update", object={"type": "Person", "id": CAROL}).object == CAROL


def test_the_whole_is_kept_for_passing_on__JSN_10__CMN_6() -> None:
    found = read(type="Like", object=POST, extra={"deep": [None, 1.0]})
    assert found.document.members["extra"] == {"deep": [None, 1.0]}


@pytest.mark.parametrize(
    ("summary", "reason"),
    [("absent", None), (None, None), ("", ""), (" ", ""), ("Rule 3", "Rule 3"), (7, None)],
)
def test_a_summary_makes_a_removal_of_a_deletion__DEL_1(summary: object, reason: str | None) -> None:
    found = read(type="Delete", object={"type": "Tombstone", "id": NOTE}, summary=summary)
    assert isinstance(found, Delete)
    assert (found.object, found.reason) == (NOTE, reason)


def test_how_far_a_deletion_goes() -> None:
    assert not read(type="Delete", object=NOTE, removeData="yes").remove_data
    assert read(type="Delete", object=CAROL, removeData=True).remove_data
    assert read(type="Delete", object=NOTE, withReplies=True).with_replies


def test_lists_of_a_community() -> None:
    added = read(
        type="Add",
        object={"type": "Person", "id": DAVE},
        target={"type": "Collection", "id": f"{BAKING}/moderators"},
    )
    assert isinstance(added, Add)
    assert (added.object, added.target) == (DAVE, f"{BAKING}/moderators")
    assert isinstance(read(type="Remove", object=POST, target=f"{BAKING}/featured"), Remove)


@pytest.mark.parametrize(
    ("members", "until"),
    [
        ({}, None),
        ({"endTime": None, "expires": None}, None),
        ({"expires": "2027-01-01T00:00:00Z"}, "2027-01-01T00:00:00Z"),
        ({"endTime": "2027-01-01T01:00:00+01:00", "expires": "2030-01-01T00:00:00Z"}, "2027-01-01T00:00:00Z"),
        ({"endTime": "2020-01-01T00:00:00Z"}, "2020-01-01T00:00:00Z"),
        ({"endTime": "never"}, None),
    ],
)
def test_how_long_a_ban_lasts(members: dict[str, Any], until: str | None) -> None:
    ban = read(type="Block", object=DAVE, target=BAKING, summary="spam", removeData=True, **members)
    assert isinstance(ban, Block)
    assert ban.until == (from_rfc3339(until) if until else None)
    assert (ban.reason, ban.remove_data, ban.target) == ("spam", True, BAKING)
    assert read(type="Block", object=DAVE).target is None


def test_reports_come_with_one_thing_or_a_list_and_their_reason_anywhere() -> None:
    of_one = read(type="Flag", object=POST, summary="rude")
    assert isinstance(of_one, Flag)
    assert (of_one.objects, of_one.reason) == ((POST,), "rude")
    of_many = read(type="Flag", object=[DAVE, POST, {"id": NOTE}, 7], content="spam", summary=None)
    assert (of_many.objects, of_many.reason) == ((DAVE, POST, NOTE), "spam")
    assert read(type="Flag", object=POST, summary=None, content=None).reason == ""
    done = read(
        type="Resolve",
        object={"id": "https://there.example/a/8", "type": "Flag", "actor": DAVE, "object": POST},
    )
    assert isinstance(done, Resolve)
    assert isinstance(done.report, Flag)


def test_the_rest_of_the_list() -> None:
    locked = read(type="Lock", object=POST)
    assert isinstance(locked, Lock)
    assert locked.reason is None
    assert isinstance(
        read(
            type="Undo",
            object={"id": "https://there.example/a/8", "type": "Lock", "actor": CAROL, "object": POST},
        ).undone,
        Lock,
    )
    warned = read(type="Warn", object=NOTE, to=[DAVE], summary="be kind")
    assert isinstance(warned, Warn)
    assert (warned.reason, warned.to) == ("be kind", (DAVE,))
    moved = read(type="Move", object=CAROL, target="https://new.example/u/carol")
    assert isinstance(moved, Move)
    assert (moved.target, moved.origin) == ("https://new.example/u/carol", None)
    voted = read(type="PollVote", object=POST, choice_text=" Yes ")
    assert isinstance(voted, PollVote)
    assert voted.choice == "Yes"
    assert isinstance(read(type="ChooseAnswer", object=NOTE), ChooseAnswer)
    quote = read(type="QuoteRequest", object=POST, instrument={"type": "Note", "id": NOTE})
    assert isinstance(quote, QuoteRequest)
    assert quote.instrument == NOTE


def test_the_list_of_types_is_complete() -> None:
    made = {kind.__name__ for kind in activities.Activity.__subclasses__()}
    assert set(reading.TYPES) == made - {"Other"}
