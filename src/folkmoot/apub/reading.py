"""Reading activities: documents in, the types of `activities.py` out. The complete list is `TYPES`, at the end.

Reading checks shape only. Who may do what, and whether hosts agree, is decided later with what our database knows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import regex

from folkmoot.apub.activities import (
    Accept,
    Activity,
    Add,
    Announce,
    Announced,
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
from folkmoot.apub.documents import Document, Malformed, clean_text, listed, malformed, read_future
from folkmoot.apub.objects.actors import parse_actor
from folkmoot.apub.objects.content import CONTENT_TYPES, Content, parse_content
from folkmoot.apub.objects.parts import ACTOR_TYPES

MAX_ANNOUNCED = 100
MAX_REPORTED = 20
MAX_REASON = 1000
MAX_REACTION_BYTES = 50
_REACTION = regex.compile(r":[\w.+-]{1,40}(?:@[\w.:-]+)?:|(?=\P{ASCII}|.\uFE0F|.\u20E3)(?=\p{Emoji})\X")
_COLLECTIONS = frozenset({"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"})


@dataclass(frozen=True, slots=True)
class Envelope:
    """The outside of an activity, for what is decided before anything is read in full (INB-4 to INB-6).

    `type` is None for what we have no type for; `object` where the object is embedded without an id, a list, or missing.
    """

    id: str
    type: str | None
    actor: str
    object: str | None
    target: str | None
    audience: str | None


def envelope(document: Document) -> Envelope:
    """The outside of a received activity. Raises Malformed where `id`, `type` or `actor` is missing or wrong."""
    kind = _kind(document)
    objects = document.ids("object") if not isinstance(document.get("object"), list) else ()
    return Envelope(
        id=document.id(),
        type=kind,
        actor=_actor(document),
        object=objects[0] if objects else None,
        target=document.id_or_none("target"),
        audience=document.id_or_none("audience"),
    )


def parse(document: Document) -> Activity:
    """A received activity. Raises Malformed; what has a type that we do not know is `Other`."""
    return _parse(document, embedded=False)


def _parse(document: Document, *, embedded: bool) -> Activity:
    kind = _kind(document)
    common: dict[str, Any] = {
        "id": document.id() if not embedded or document.get("id") is not None else "",
        "actor": _actor(document),
        "to": document.ids("to"),
        "cc": document.ids("cc"),
        "audience": document.id_or_none("audience"),
        "document": document,
    }
    if kind is None:
        return Other(**common, what=_type_name(document))
    return TYPES[kind](document, common)


def _kind(document: Document) -> str | None:
    kind = document.kind(_KNOWN)
    if kind is None and not _type_name(document):
        raise malformed("missing_member", document.get("type"), field="type")
    return kind


def _type_name(document: Document) -> str:
    return next((name[:100] for name in listed(document.get("type")) if isinstance(name, str)), "")


def _actor(document: Document) -> str:
    """The one actor. Raises Malformed for several: a signature covers one only."""
    return document.id("actor")


# --- one reader for each type --------------------------------------------------------------------------------------


def _embedded(document: Document, name: str) -> Activity | str:
    """An activity inside another, or its id where it is no more than that, or nothing that we can read."""
    values = listed(document.get(name))
    if len(values) == 1 and isinstance(values[0], dict):
        inner = document.inner(values[0])
        if inner.get("type") is not None and inner.get("actor") is not None:
            return _parse(inner, embedded=True)
    return document.id(name)


def _reason(document: Document, *names: str) -> str | None:
    for name in names:
        value = document.get(name)
        if isinstance(value, str):
            return clean_text(value).strip()[:MAX_REASON]
    return None


def _object(document: Document, common: dict[str, Any]) -> dict[str, Any]:
    return {**common, "object": document.id("object")}


def _follow(document: Document, common: dict[str, Any]) -> Activity:
    return Follow(**_object(document, common))


def _accept(document: Document, common: dict[str, Any]) -> Activity:
    return Accept(**common, asked=_embedded(document, "object"))


def _reject(document: Document, common: dict[str, Any]) -> Activity:
    return Reject(**common, asked=_embedded(document, "object"))


def _undo(document: Document, common: dict[str, Any]) -> Activity:
    undone = _embedded(document, "object")
    return Undo(**common, undone=undone, restore_data=document.flag("restoreData") or False)


def _announce(document: Document, common: dict[str, Any]) -> Activity:
    values = listed(document.get("object"))
    if len(values) == 1 and isinstance(values[0], dict) and document.inner(values[0]).kind(_COLLECTIONS):
        values = listed(values[0].get("orderedItems")) or listed(values[0].get("items"))
    items = tuple(_announced(document, value) for value in values[:MAX_ANNOUNCED])
    if not items:
        raise malformed("missing_member", field="object")
    if len(items) == 1 and isinstance(items[0], Unreadable):
        raise malformed(items[0].code, field="object")
    return Announce(**common, items=items)


def _announced(document: Document, value: object) -> Announced:
    try:
        if isinstance(value, dict):
            inner = document.inner(value)
            kind = inner.kind(_ANNOUNCED)
            if kind == "Announce":
                return Unreadable("nested_announce")
            if kind in CONTENT_TYPES:
                return parse_content(inner)
            if kind is not None or inner.get("actor") is not None:
                return _parse(inner, embedded=False)
        return document.inner({"object": value}).id("object")
    except Malformed as error:
        return Unreadable(error.code)


def _create(document: Document, common: dict[str, Any]) -> Activity:
    content = _content(document)
    return (
        Other(**common, what=_what("Create", document))
        if content is None
        else Create(**common, object=content)
    )


def _update(document: Document, common: dict[str, Any]) -> Activity:
    values = listed(document.get("object"))
    if len(values) == 1 and isinstance(values[0], dict):
        inner = document.inner(values[0])
        if inner.kind(ACTOR_TYPES) is not None:
            try:
                return Update(**common, object=parse_actor(inner))
            except Malformed:
                # Whoever changed is looked up at home anyway.
                return Update(**common, object=document.id("object"))
    content = _content(document)
    return (
        Other(**common, what=_what("Update", document))
        if content is None
        else Update(**common, object=content)
    )


def _content(document: Document) -> Content | str | None:
    """The content of a Create or Update, its id, or None for what is no content."""
    values = listed(document.get("object"))
    if len(values) == 1 and isinstance(values[0], dict):
        inner = document.inner(values[0])
        if inner.kind(CONTENT_TYPES) is not None:
            return parse_content(inner)
        if inner.get("type") is not None:
            return None
    return document.id("object")


def _what(name: str, document: Document) -> str:
    inner = next(document.objects("object"), None)
    return f"{name} {_type_name(inner)}" if inner else name


def _delete(document: Document, common: dict[str, Any]) -> Activity:
    return Delete(
        **_object(document, common),
        reason=_reason(document, "summary"),
        remove_data=document.flag("removeData") or False,
        with_replies=document.flag("withReplies") or False,
    )


def _like(document: Document, common: dict[str, Any]) -> Activity:
    return Like(**_object(document, common), content=_reaction(document))


def _dislike(document: Document, common: dict[str, Any]) -> Activity:
    return Dislike(**_object(document, common))


def _emoji_react(document: Document, common: dict[str, Any]) -> Activity:
    content = _reaction(document)
    if content is None:
        raise malformed("invalid_reaction", document.get("content"), field="content")
    return EmojiReact(**_object(document, common), content=content)


def _reaction(document: Document) -> str | None:
    """The emoji or `:shortcode:` of a reaction (REA-1). Raises Malformed for what is neither."""
    text = document.line("content") or document.line("_misskey_reaction")
    if text is None:
        return None
    if len(text.encode()) > MAX_REACTION_BYTES or _REACTION.fullmatch(text) is None:
        raise malformed("invalid_reaction", text, field="content")
    return text


def _add(document: Document, common: dict[str, Any]) -> Activity:
    return Add(**_object(document, common), target=document.id("target"))


def _remove(document: Document, common: dict[str, Any]) -> Activity:
    return Remove(**_object(document, common), target=document.id("target"))


def _block(document: Document, common: dict[str, Any]) -> Activity:
    until = document.get("endTime") if document.get("endTime") is not None else document.get("expires")
    return Block(
        **_object(document, common),
        target=document.id("target") if document.get("target") is not None else None,
        reason=_reason(document, "summary"),
        until=read_future(until),
        remove_data=document.flag("removeData") or False,
    )


def _flag(document: Document, common: dict[str, Any]) -> Activity:
    objects = document.ids("object")[:MAX_REPORTED]
    if not objects:
        raise malformed("missing_member", document.get("object"), field="object")
    return Flag(**common, objects=objects, reason=_reason(document, "summary", "content") or "")


def _resolve(document: Document, common: dict[str, Any]) -> Activity:
    return Resolve(**common, report=_embedded(document, "object"))


def _lock(document: Document, common: dict[str, Any]) -> Activity:
    return Lock(**_object(document, common), reason=_reason(document, "summary"))


def _warn(document: Document, common: dict[str, Any]) -> Activity:
    return Warn(**_object(document, common), reason=_reason(document, "summary"))


def _move(document: Document, common: dict[str, Any]) -> Activity:
    target, origin = document.id_or_none("target"), document.id_or_none("origin")
    return Move(**_object(document, common), target=target, origin=origin)


def _poll_vote(document: Document, common: dict[str, Any]) -> Activity:
    choice = document.line("choice_text")
    if choice is None or len(choice) > 200:
        raise malformed("invalid_choice", document.get("choice_text"), field="choice_text")
    return PollVote(**_object(document, common), choice=choice)


def _choose_answer(document: Document, common: dict[str, Any]) -> Activity:
    return ChooseAnswer(**_object(document, common))


def _quote_request(document: Document, common: dict[str, Any]) -> Activity:
    return QuoteRequest(**_object(document, common), instrument=document.id("instrument"))


TYPES: dict[str, Callable[[Document, dict[str, Any]], Activity]] = {
    "Accept": _accept,
    "Add": _add,
    "Announce": _announce,
    "Block": _block,
    "ChooseAnswer": _choose_answer,
    "Create": _create,
    "Delete": _delete,
    "Dislike": _dislike,
    "EmojiReact": _emoji_react,
    "Flag": _flag,
    "Follow": _follow,
    "Like": _like,
    "Lock": _lock,
    "Move": _move,
    "PollVote": _poll_vote,
    "QuoteRequest": _quote_request,
    "Reject": _reject,
    "Remove": _remove,
    "Resolve": _resolve,
    "Undo": _undo,
    "Update": _update,
    "Warn": _warn,
}
"""Type on the wire → what reads it. Every other type is `Other`: received, and without effect (JSN-10)."""

_KNOWN = frozenset(TYPES)
_ANNOUNCED = _KNOWN | CONTENT_TYPES
