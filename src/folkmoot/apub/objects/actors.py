"""Who acts: people, communities and sites (section 3). Reading; a document is believed only where it came from its own id (ACT-1)."""

import re
from dataclasses import dataclass

from folkmoot.apub.documents import Document, Malformed, host_of, listed, malformed, same_host
from folkmoot.apub.keys import read_public_pem
from folkmoot.apub.objects import parts
from folkmoot.model.tags import Tag
from folkmoot.model.time import Micros

MAX_NAME = 100
MAX_EMBEDDED_MODERATORS = 100
MAX_LANGUAGES = 400

PERSON_TYPES = frozenset({"Person", "Service", "Organization"})

_USERNAME = re.compile(r"[\w.-]{1,60}")


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The RSA key that an actor signs with."""

    id: str
    pem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """What every actor has. `summary`: Markdown. `shared_inbox` only where it lies on the actor's own host (ABU-9)."""

    id: str
    type: str
    username: str
    name: str | None
    summary: str | None
    inbox: str
    shared_inbox: str | None
    outbox: str | None
    key: PublicKey
    icon: str | None
    image: str | None
    page: str | None
    followers: str | None
    published: Micros | None
    updated: Micros | None

    @property
    def delivery_inbox(self) -> str:
        """Where what is meant for many goes (DLV-8)."""
        return self.shared_inbox or self.inbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Actor):
    """Somebody, or a program that acts (`bot`)."""

    bot: bool
    matrix_user_id: str | None
    also_known_as: tuple[str, ...]
    moved_to: str | None
    asks_before_followed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Actor):
    """A community. `summary` is its sidebar, `description` one line.

    `moderators_url`: the collection of its moderators; `moderators`: who is named in the document itself, as PeerTube does (ACT-8).
    `private`: followers are let in one by one. `discoverable`: False for what is not listed.
    """

    description: str | None
    moderators_url: str | None
    moderators: tuple[str, ...]
    featured: str | None
    nsfw: bool
    posting_restricted_to_mods: bool
    private: bool
    discoverable: bool
    languages: tuple[str, ...]
    post_tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(Actor):
    """A server as an actor. `sidebar`: Markdown; `description` one line."""

    sidebar: str | None
    description: str | None
    languages: tuple[str, ...]


def parse_actor(document: Document) -> Person | Group | Site:
    """An actor by its kind. Raises Malformed: `unsupported_type` for feeds and for what is no actor, `invalid_key`, …"""
    kind = document.kind(parts.ACTOR_TYPES)
    common = _common(document, kind or "")
    if kind in PERSON_TYPES:
        return Person(
            **common,  # type: ignore[arg-type]
            bot=kind == "Service",
            matrix_user_id=document.line("matrixUserId"),
            also_known_as=document.ids("alsoKnownAs"),
            moved_to=document.id_or_none("movedTo"),
            asks_before_followed=document.flag("manuallyApprovesFollowers") or False,
        )
    if kind == "Group":
        return _group(document, common)
    if kind == "Application":
        return Site(
            **common,  # type: ignore[arg-type]
            sidebar=parts.read_body(document).text,
            description=document.line("description"),
            languages=_languages(document),
        )
    raise malformed("unsupported_type", document.get("type"), field="type")


def _group(document: Document, common: dict[str, object]) -> Group:
    if common["outbox"] is None:
        raise malformed("missing_member", field="outbox")
    moderators_url, moderators = _moderators(document)
    discoverable = document.flag("discoverable")
    return Group(
        **common,  # type: ignore[arg-type]
        description=document.line("description"),
        moderators_url=moderators_url,
        moderators=moderators,
        featured=_own(document, "featured"),
        nsfw=document.flag("sensitive") or False,
        posting_restricted_to_mods=document.flag("postingRestrictedToMods") or False,
        private=document.flag("manuallyApprovesFollowers") or False,
        discoverable=True if discoverable is None else discoverable,
        languages=_languages(document),
        post_tags=parts.define_post_tags(document),
    )


def _common(document: Document, kind: str) -> dict[str, object]:
    ident = document.id()
    inbox = document.id("inbox")
    if not same_host(inbox, ident):
        raise malformed("foreign_inbox", inbox, field="inbox")
    name = document.line("name")
    return {
        "id": ident,
        "type": kind,
        "username": _username(document, kind, ident),
        "name": name[:MAX_NAME] if name else None,
        "summary": parts.read_summary(document) if kind != "Application" else _site_summary(document),
        "inbox": inbox,
        "shared_inbox": _shared_inbox(document, ident),
        "outbox": _own(document, "outbox"),
        "key": read_key(document),
        "icon": parts.read_picture(document, "icon"),
        "image": parts.read_picture(document, "image"),
        "page": parts.read_page_address(document),
        "followers": _own(document, "followers"),
        "published": document.moment("published"),
        "updated": document.moment("updated"),
    }


def _site_summary(document: Document) -> str | None:
    """The one line of a site: its `source` belongs to the sidebar."""
    summary = document.get("summary")
    return parts.html_text(summary) if isinstance(summary, str) and summary.strip() else None


def _username(document: Document, kind: str, ident: str) -> str:
    """What it is called in handles: letters, digits, `_`, `.` and `-`, 60 at most (3.1). A site without one is called for its host, and so
    is one whose name is no such thing: that of a server with a port has a colon (URL-15)."""
    value = document.get("preferredUsername")
    if not isinstance(value, str) or _USERNAME.fullmatch(value) is None:
        if kind == "Application":
            return host_of(ident)
        raise malformed("invalid_name", value, field="preferredUsername")
    return value


def _own(document: Document, name: str) -> str | None:
    """The address of a collection of the actor's own; None for one on another host (COL-8)."""
    found = document.id_or_none(name)
    return found if found is not None and same_host(found, document.id()) else None


def _shared_inbox(document: Document, ident: str) -> str | None:
    endpoints = document.get("endpoints")
    if not isinstance(endpoints, dict):
        return None
    found = document.inner(endpoints).id_or_none("sharedInbox")
    return found if found is not None and same_host(found, ident) else None


def read_key(document: Document) -> PublicKey:
    """The actor's RSA key: of several the first that is one and names the actor as its owner (ACT-2). Raises Malformed (`invalid_key`)."""
    ident = document.id()
    wrong: Malformed | None = None
    for key in document.objects("publicKey"):
        try:
            return _read_key(key, ident)
        except Malformed as error:
            wrong = wrong or error
    if wrong is not None:
        raise wrong
    raise malformed("missing_member", field="publicKey")


def _read_key(key: Document, owner: str) -> PublicKey:
    if key.id_or_none("owner") != owner:
        raise malformed("foreign_key", key.get("owner"), field="publicKey")
    ident, pem = key.id(), key.get("publicKeyPem")
    if not same_host(ident, owner):
        raise malformed("foreign_key", ident, field="publicKey")
    if not isinstance(pem, str):
        raise malformed("invalid_key", pem, field="publicKey")
    return PublicKey(ident, read_public_pem(pem))


def _moderators(document: Document) -> tuple[str | None, tuple[str, ...]]:
    """The collection of a group's moderators, and those whom the document names itself (ACT-8)."""
    ident = document.id()
    values = listed(document.get("attributedTo")) or listed(document.get("moderators"))
    if len(values) == 1 and isinstance(values[0], str):
        url = _own(document.inner({"id": ident, "url": values[0]}), "url")
        return (url, ()) if url != ident else (None, ())
    people = [v for v in values if isinstance(v, dict) and PERSON_TYPES.intersection(_kinds(v))]
    named = document.inner({"people": people}).ids("people")
    return None, named[:MAX_EMBEDDED_MODERATORS]


def _kinds(value: dict[str, object]) -> list[str]:
    return [kind for kind in listed(value.get("type")) if isinstance(kind, str)]


def _languages(document: Document) -> tuple[str, ...]:
    """The codes of the languages that are written there; `und` where the document allows undetermined ones."""
    found: dict[str, None] = {}
    for value in listed(document.get("language"))[:MAX_LANGUAGES]:
        code = value.get("identifier") if isinstance(value, dict) else value
        if code == "und":
            found["und"] = None
        elif (known := parts.language_code(code)) is not None:
            found[known] = None
    return tuple(found)
