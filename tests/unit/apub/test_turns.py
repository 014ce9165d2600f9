"""Which activities wait for which (INB-11)."""

import json
from typing import Any

import pytest

from folkmoot.apub import documents
from folkmoot.apub.inbox.turns import Queue, Turn, turn_of
from folkmoot.apub.reading import parse

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ALICE, BOB, GROUP = (f"https://there.example/{path}" for path in ("u/alice", "u/bob", "c/gardening"))
POST, COMMENT = "https://there.example/post/1", "https://there.example/comment/1"


def turn(kind: str, actor: str, thing: Any, number: int = 1) -> Turn:
    """What an activity is in turn with."""
    return turn_of(parse(documents.read(json.dumps(said(kind, actor, thing, number)).encode(), now=0)))


def said(kind: str, actor: str, thing: Any, number: int = 1) -> dict[str, Any]:
    """An activity."""
    ident = f"https://there.example/activities/{kind.lower()}/{actor[-3:]}{number}"
    return {"id": ident, "type": kind, "actor": actor, "object": thing, "to": [PUBLIC]}


def note(ident: str, parent: str) -> dict[str, Any]:
    """A comment of alice's."""
    return {"id": ident, "type": "Note", "attributedTo": ALICE, "content": "<p>Yes.</p>", "inReplyTo": parent, "to": [PUBLIC]}  # fmt: skip


LIKE = said("Like", ALICE, POST)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Like", ALICE, POST), ("Dislike", ALICE, POST, 2)),
        (("Like", ALICE, POST), ("Undo", ALICE, LIKE, 2)),
        (("Like", ALICE, POST), ("Undo", ALICE, LIKE["id"], 2)),
        (("Like", ALICE, POST), ("Delete", BOB, POST)),
        (("Delete", BOB, POST), ("Like", ALICE, POST)),
        (("Create", ALICE, note(COMMENT, POST)), ("Like", BOB, COMMENT)),
        (("Create", ALICE, note(COMMENT, POST)), ("Create", ALICE, note(f"{COMMENT}0", COMMENT), 2)),
        (("Create", ALICE, note(COMMENT, POST)), ("Update", ALICE, note(COMMENT, POST), 2)),
        (("Announce", GROUP, LIKE), ("Announce", GROUP, said("Undo", ALICE, LIKE), 2)),
        (("Announce", GROUP, LIKE), ("Like", ALICE, POST)),
        (("Follow", ALICE, GROUP), ("Undo", ALICE, said("Follow", ALICE, GROUP))),
    ],
)
def test_the_second_waits(first: Any, second: Any) -> None:
    assert Queue([turn(*first)]).is_before(turn(*second))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Like", ALICE, POST), ("Like", BOB, POST)),
        (("Like", ALICE, POST), ("Dislike", ALICE, COMMENT)),
        (("Announce", GROUP, LIKE), ("Announce", GROUP, said("Dislike", BOB, POST), 2)),
        (("Create", ALICE, note(COMMENT, POST)), ("Create", ALICE, note(f"{COMMENT}0", POST), 2)),
        (("Create", ALICE, note(COMMENT, POST)), ("Like", BOB, POST)),
        (("Flag", ALICE, [POST]), ("Like", BOB, POST)),
    ],
)
def test_the_second_does_not_wait(first: Any, second: Any) -> None:
    assert not Queue([turn(*first)]).is_before(turn(*second))


def test_nobody_waits_where_nobody_is() -> None:
    assert not Queue().is_before(turn("Like", ALICE, POST))
