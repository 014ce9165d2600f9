"""The 48 shared signature vectors decide as they say (SIG-7 to SIG-18), and captured requests can be read."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from folkmoot.apub.documents import load, same_host
from folkmoot.apub.objects.actors import PublicKey
from folkmoot.apub.signatures import BadSignature, Request, VerifiedSender, check_digest, read_claims, verify
from folkmoot.model.time import from_rfc3339
from tests.needs import shared

ALICE = "https://remote.example/u/alice"
ACCEPTED = {"accept", "accept-optional", "reject-or-first-valid"}


def vectors() -> Iterator[dict[str, Any]]:
    for folder in ("cavage", "rfc9421"):
        for path in sorted(shared(f"federation/fixtures/_vectors/{folder}").glob("*.json")):
            yield json.loads(path.read_text())


def request_of(vector: dict[str, Any]) -> Request:
    asked = vector["request"]
    headers = {name.lower(): value for name, value in asked["headers"].items()}
    body = asked["body"]
    return Request(asked["method"], asked["path"], headers, body.encode() if body is not None else None)


def decide(vector: dict[str, Any], *, rotated: bool = False) -> VerifiedSender:
    """Verify as the inbox does: with the key that the actor's document names. Raises BadSignature."""
    keys = json.loads((shared("federation/fixtures/_vectors/keys") / "test-keys.json").read_text())
    origin = f"https://{vector['server_authority']}"
    claims = read_claims(request_of(vector), origin=origin, now=from_rfc3339(vector["now"]))
    # GoToSocial's keys lie at a path of their own, and its actors name them.
    apart = claims[0].key_id.endswith("/main-key") and same_host(claims[0].key_id, ALICE)
    ours = claims[0].key_id if apart else f"{ALICE}#main-key"
    key = PublicKey(ours, keys["rotatedPublicKeyPem" if rotated else "publicKeyPem"])
    return verify(claims, ALICE, key)


def test_every_vector_decides_as_it_says() -> None:
    decided = {}
    for vector in vectors():
        try:
            decided[vector["name"]] = decide(vector).actor == ALICE
        except BadSignature:
            decided[vector["name"]] = False
    expected = {vector["name"]: vector["expect"] in ACCEPTED for vector in vectors()}
    assert len(expected) == 48
    assert decided == expected


def test_a_rotated_key_is_accepted_once_the_actor_was_looked_at_again__SIG_13() -> None:
    (vector,) = [vector for vector in vectors() if vector["expect"] == "accept-after-refetch"]
    with pytest.raises(BadSignature, match="invalid_signature"):
        decide(vector)
    assert decide(vector, rotated=True).actor == ALICE


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("cavage-empty-headers-list", "invalid_signature_header"),
        ("cavage-post-date-future", "signature_expired"),
        ("cavage-post-digest-missing", "missing_signed_header|missing_digest"),
        ("cavage-post-digest-unsigned", "not_covered"),
        ("cavage-post-duplicate-signature-param", "invalid_signature_header"),
        ("cavage-post-host-not-signed", "not_covered"),
        ("cavage-post-keyid-other-host", "foreign_key"),
        ("cavage-post-path-mismatch", "invalid_signature"),
        ("cavage-post-rsa-sha512", "unknown_algorithm"),
        ("cavage-post-wrong-digest", "digest_mismatch"),
        ("rfc9421-body-altered", "digest_mismatch"),
        ("rfc9421-created-missing", "not_covered"),
        ("rfc9421-expired", "signature_expired"),
        ("rfc9421-wrong-alg", "unknown_algorithm"),
    ],
)
def test_a_refusal_says_why(name: str, code: str) -> None:
    (vector,) = [vector for vector in vectors() if vector["name"] == name]
    with pytest.raises(BadSignature, match=code):
        decide(vector)


def test_captured_requests_can_be_read() -> None:
    for path in sorted(shared("federation/fixtures/_vectors/captured").glob("*.json")):
        captured = json.loads(path.read_text())
        body = captured["body"].encode()
        check_digest(Request("POST", "/inbox", {"digest": captured["digest"]}, body))
        load(body)
        headers = dict.fromkeys(("host", "content-type"), "x") | {
            "signature": captured["signature"],
            "digest": captured["digest"],
            "date": "Tue, 06 Jan 2026 12:00:00 GMT",
        }
        (claim,) = read_claims(
            Request("POST", "/inbox", headers, body),
            origin="https://local.example",
            now=from_rfc3339("2026-01-06T12:00:00Z"),
        )
        assert claim.actor.startswith("https://")
