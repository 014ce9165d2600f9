"""What makes a document of ours complete: its `@context`, and the bytes."""

from typing import Any

import msgspec

from folkmoot.apub.documents import AS

Json = dict[str, Any]

CONTEXT = ["https://join-lemmy.org/context.json", AS]

_GTS = "https://gotosocial.org/ns#"
_TOOT = "http://joinmastodon.org/ns#"
_LEMMY = "https://join-lemmy.org/ns#"
_TERMS: dict[str, Any] = {
    "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
    "automaticApproval": {"@id": f"{_GTS}automaticApproval", "@type": "@id"},
    "canQuote": {"@id": f"{_GTS}canQuote", "@type": "@id"},
    "description": "https://schema.org/description",
    "discoverable": f"{_TOOT}discoverable",
    "indexable": f"{_TOOT}indexable",
    "interactingObject": {"@id": f"{_GTS}interactingObject", "@type": "@id"},
    "interactionPolicy": {"@id": f"{_GTS}interactionPolicy", "@type": "@id"},
    "interactionTarget": {"@id": f"{_GTS}interactionTarget", "@type": "@id"},
    "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
    "movedTo": {"@id": "as:movedTo", "@type": "@id"},
    "restoreData": f"{_LEMMY}restoreData",
    "votersCount": f"{_TOOT}votersCount",
    "withReplies": f"{_LEMMY}withReplies",
}
_QUOTES = "https://w3id.org/fep/044f#"
_TYPES = {name: f"{_LEMMY}{name}" for name in ("CommunityPostTag", "Lock", "Resolve", "Warn")} | {
    name: f"{_QUOTES}{name}" for name in ("QuoteAuthorization", "QuoteRequest")
}


def with_context(document: Json) -> Json:
    """The document with its `@context` in front: terms that the usual two contexts do not know are defined in a third, those in use."""
    extra = dict(sorted(_used(document).items()))
    return {"@context": [*CONTEXT, extra] if extra else CONTEXT, **document}


def to_bytes(document: Json) -> bytes:
    """The whole document as it is sent or kept: UTF-8, no blanks, `@context` in front."""
    return msgspec.json.encode(with_context(document))


def _used(document: Json) -> dict[str, Any]:
    """The definitions of the terms in use, however deep, by name."""
    found: dict[str, Any] = {}
    _gather(document, found)
    return found


def _gather(value: Any, found: dict[str, Any]) -> None:
    """Add those that are used in an object or in a list."""
    if isinstance(value, list):
        for inner in value:
            if isinstance(inner, (dict, list)):
                _gather(inner, found)
        return
    for name, inner in value.items():
        if name in _TERMS:
            found[name] = _TERMS[name]
        if isinstance(inner, (dict, list)):
            _gather(inner, found)
        elif name == "type" and inner in _TYPES:
            found[inner] = _TYPES[inner]
