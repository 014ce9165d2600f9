"""People, communities and sites of other servers (section 3)."""

import asyncio
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from folkmoot.apub.documents import Document, Malformed
from folkmoot.apub.objects.actors import Group, Person, Site, parse_actor
from folkmoot.core.people.keys import new_key_pair
from folkmoot.model.time import from_rfc3339

NOW = from_rfc3339("2026-03-01T12:00:00Z")
CAROL, BAKING, SITE = (
    "https://there.example/u/carol",
    "https://there.example/c/baking",
    "https://there.example/",
)


@cache
def pem() -> str:
    return asyncio.run(new_key_pair()).public


def document(kind: str, ident: str, **more: Any) -> Document:
    key = {"id": f"{ident}#main-key", "owner": ident, "publicKeyPem": pem()}
    whole = {
        "type": kind,
        "id": ident,
        "preferredUsername": "name",
        "inbox": f"{ident}/inbox",
        "outbox": f"{ident}/outbox",
        "publicKey": key,
        **more,
    }
    return Document({name: value for name, value in whole.items() if value != "absent"}, NOW)


def read(kind: str, ident: str, **more: Any) -> Any:
    return parse_actor(document(kind, ident, **more))


def spki(key: Any) -> str:
    text: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return text.decode()


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"id": "absent"}, "missing_member"),
        ({"id": "http://there.example/u/carol"}, "invalid_id"),
        ({"type": "Note"}, "unsupported_type"),
        ({"type": "Feed"}, "unsupported_type"),
        ({"type": ["Person", "Group"]}, "ambiguous_type"),
        ({"inbox": "absent"}, "missing_member"),
        ({"inbox": "https://victim.example/inbox"}, "foreign_inbox"),
        ({"preferredUsername": "absent"}, "invalid_name"),
        ({"preferredUsername": "a@b"}, "invalid_name"),
        ({"preferredUsername": "a/b"}, "invalid_name"),
        ({"preferredUsername": "x" * 61}, "invalid_name"),
        ({"preferredUsername": "ca\u202erol"}, "invalid_name"),
        ({"publicKey": "absent"}, "missing_member"),
        ({"publicKey": []}, "missing_member"),
        ({"publicKey": {"id": f"{CAROL}#k", "owner": CAROL}}, "invalid_key"),
        (
            {
                "publicKey": {
                    "id": f"{CAROL}#k",
                    "owner": CAROL,
                    "publicKeyPem": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
                }
            },
            "invalid_key",
        ),
        ({"publicKey": {"id": f"{CAROL}#k", "owner": CAROL, "publicKeyPem": "x" * 9000}}, "invalid_key"),
    ],
)
def test_who_is_refused__3_1__ABU_9__ABU_20(members: dict[str, Any], code: str) -> None:
    with pytest.raises(Malformed) as refused:
        read("Person", CAROL, **members)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("owner", "ident"),
    [
        ("https://there.example/u/dave", f"{CAROL}#k"),
        (CAROL, "https://evil.example/u/carol#k"),
        (None, f"{CAROL}#k"),
    ],
)
def test_a_key_is_its_owners__ACT_2(owner: str | None, ident: str) -> None:
    with pytest.raises(Malformed) as refused:
        read("Person", CAROL, publicKey={"id": ident, "owner": owner, "publicKeyPem": pem()})
    assert refused.value.code in {"foreign_key", "invalid_id"}


@pytest.mark.parametrize(
    "key",
    [rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP256R1())],
    ids=["short", "elliptic"],
)
def test_a_key_is_rsa_and_long_enough__ACT_2(key: Any) -> None:
    with pytest.raises(Malformed, match="invalid_key"):
        read("Person", CAROL, publicKey={"id": f"{CAROL}#k", "owner": CAROL, "publicKeyPem": spki(key)})


def test_of_several_keys_the_usable_one_counts__ACT_2() -> None:
    keys = [
        {"id": f"{CAROL}#ed", "owner": CAROL, "publicKeyPem": "none"},
        {"id": f"{CAROL}#rsa", "owner": CAROL, "publicKeyPem": pem().replace("\n", "\r\n")},
    ]
    found = read("Person", CAROL, publicKey=keys)
    assert (found.key.id, found.key.pem) == (f"{CAROL}#rsa", pem())


def test_a_community_needs_its_outbox__3_1() -> None:
    with pytest.raises(Malformed, match="missing_member"):
        read("Group", BAKING, outbox=None)
    assert read("Person", CAROL, outbox=None).outbox is None


def test_a_person() -> None:
    found = read(
        "Person", CAROL, preferredUsername="Carol.1", name=" Carol\u202e ", summary="<p>I <em>bake</em></p>", icon=["x", {"type": "Image", "url": "https://there.example/a.png"}],
        image="https://there.example/b.png", endpoints={"sharedInbox": "https://there.example/inbox"}, matrixUserId="@carol:there.example",
        alsoKnownAs="https://old.example/u/carol", manuallyApprovesFollowers=True, url="https://there.example/@carol", published="2020-01-01T00:00:00Z",
    )  # fmt: skip
    assert isinstance(found, Person)
    assert (found.username, found.name, found.summary) == ("Carol.1", "Carol", "I *bake*")
    assert (found.icon, found.image) == ("https://there.example/a.png", "https://there.example/b.png")
    assert (found.shared_inbox, found.delivery_inbox) == (
        "https://there.example/inbox",
        "https://there.example/inbox",
    )
    assert (found.matrix_user_id, found.also_known_as, found.moved_to) == (
        "@carol:there.example",
        ("https://old.example/u/carol",),
        None,
    )
    assert (found.bot, found.asks_before_followed, found.page) == (
        False,
        True,
        "https://there.example/@carol",
    )
    assert read("Service", CAROL).bot
    assert not read("Organization", CAROL).bot


@pytest.mark.parametrize(
    "endpoints", [None, "x", {}, {"sharedInbox": None}, {"sharedInbox": "https://victim.example/inbox"}]
)
def test_a_shared_inbox_lies_at_home_or_is_none__ABU_9(endpoints: object) -> None:
    found = read("Person", CAROL, endpoints=endpoints)
    assert (found.shared_inbox, found.delivery_inbox) == (None, f"{CAROL}/inbox")


def test_a_community() -> None:
    found = read(
        "Group", BAKING, source={"content": "# Rules", "mediaType": "text/markdown"}, summary="<p>x</p>", description=" Bread ", sensitive=True,
        postingRestrictedToMods=True, manuallyApprovesFollowers=True, discoverable=False, featured=f"{BAKING}/pinned", followers=f"{BAKING}/followers",
        attributedTo=f"{BAKING}/moderators", language=[{"identifier": "de", "name": "Deutsch"}, {"identifier": "und"}, {"identifier": "tlh"}, "fr", None],
    )  # fmt: skip
    assert isinstance(found, Group)
    assert (found.summary, found.description, found.featured, found.followers) == (
        "# Rules",
        "Bread",
        f"{BAKING}/pinned",
        f"{BAKING}/followers",
    )
    assert (found.nsfw, found.posting_restricted_to_mods, found.private, found.discoverable) == (
        True,
        True,
        True,
        False,
    )
    assert (found.moderators_url, found.moderators) == (f"{BAKING}/moderators", ())
    assert found.languages == ("de", "und", "fr")
    assert read("Group", BAKING).discoverable


@pytest.mark.parametrize(
    ("members", "url", "named"),
    [
        ({"attributedTo": BAKING}, None, ()),
        ({"attributedTo": "https://evil.example/moderators"}, None, ()),
        ({"moderators": f"{BAKING}/moderators"}, f"{BAKING}/moderators", ()),
        (
            {"attributedTo": [{"type": "Person", "id": CAROL}, {"type": "Group", "id": BAKING}, "x"]},
            None,
            (CAROL,),
        ),
        (
            {"attributedTo": [{"type": "Person", "id": f"{CAROL}{number}"} for number in range(300)]},
            None,
            tuple(f"{CAROL}{number}" for number in range(100)),
        ),
    ],
)
def test_who_moderates__ACT_8(members: dict[str, Any], url: str | None, named: tuple[str, ...]) -> None:
    found = read("Group", BAKING, **members)
    assert (found.moderators_url, found.moderators) == (url, named)


@pytest.mark.parametrize("name", [None, "there.example:8536"])
def test_a_site(name: str | None) -> None:
    found = read(
        "Application",
        SITE,
        inbox=f"{SITE}inbox",
        preferredUsername=name,
        summary="A place",
        content="<p>Side</p>",
        source={"content": "Side", "mediaType": "text/markdown"},
    )
    assert isinstance(found, Site)
    assert (found.username, found.summary, found.sidebar, found.languages) == (
        "there.example",
        "A place",
        "Side",
        (),
    )
