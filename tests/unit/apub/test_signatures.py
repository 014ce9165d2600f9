"""Signatures of requests: made, read and verified (section 7)."""

import asyncio
import base64
import re
from dataclasses import replace
from functools import lru_cache

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from folkmoot.apub import signatures, signing
from folkmoot.apub.documents import Document
from folkmoot.apub.keys import private_key, read_public_pem
from folkmoot.apub.objects.actors import PublicKey
from folkmoot.apub.signatures import BadSignature, Request, VerifiedSender, read_claims, verify
from folkmoot.apub.signing import Scheme, SigningKey, sign
from folkmoot.core.people.keys import KeyPair, new_key_pair
from folkmoot.model.time import HOUR, MINUTE, SECOND, from_rfc3339

NOW = from_rfc3339("2026-01-06T12:00:00.5Z")
HERE = "https://here.example"
CAROL = "https://there.example/u/carol"
KEY_ID = f"{CAROL}#main-key"
BODY = b'{"type":"Like"}'

both = pytest.mark.parametrize("scheme", list(Scheme))


@lru_cache
def pair() -> KeyPair:
    return asyncio.run(new_key_pair())


def signed(
    method: str = "POST",
    path: str = "/inbox",
    *,
    body: bytes | None = BODY,
    scheme: Scheme = Scheme.DRAFT,
    origin: str = HERE,
) -> Request:
    """A request of carol's server as it arrives here."""
    made = sign(
        method, origin + path, body=body, key=SigningKey(KEY_ID, pair().private), now=NOW, scheme=scheme
    )
    headers = {name.lower(): value for name, value in made.items()}
    return Request(method, path, {"host": signing.authority_of(origin), **headers}, body)


def check(
    request: Request, *, now: int = NOW, origin: str = HERE, key: PublicKey | None = None
) -> VerifiedSender:
    claims = read_claims(request, origin=origin, now=now, development=origin != HERE)
    return verify(claims, CAROL, key or PublicKey(KEY_ID, pair().public))


def changed(request: Request, name: str, value: str | None) -> Request:
    headers = {**request.headers, name: value or ""}
    if value is None:
        del headers[name]
    return replace(request, headers=headers)


@both
@pytest.mark.parametrize("name", ["signature", "date", "digest", "content-digest"])
def test_a_request_without_one_of_its_headers_is_refused(scheme: Scheme, name: str) -> None:
    request = signed(scheme=scheme)
    if name not in request.headers or (name == "date" and scheme is Scheme.RFC):
        pytest.skip("this way of signing has no such header, or does not sign it")
    with pytest.raises(BadSignature):
        check(changed(request, name, None))


@both
def test_what_was_altered_on_the_way_is_refused__SIG_10(scheme: Scheme) -> None:
    with pytest.raises(BadSignature, match="digest_mismatch"):
        check(replace(signed(scheme=scheme), body=b'{"type":"Dislike"}'))


@both
@pytest.mark.parametrize("path", ["/c/gardening/inbox", "/inbox?x=1", "/Inbox"])
def test_a_signature_holds_for_one_address__SIG_9(scheme: Scheme, path: str) -> None:
    if scheme is Scheme.DRAFT and path.startswith("/inbox?"):
        assert check(replace(signed(), target=path)).actor == CAROL  # SIG-12: some sign the bare path
        return
    with pytest.raises(BadSignature, match="invalid_signature"):
        check(replace(signed(scheme=scheme), target=path))


@both
def test_a_signature_for_another_server_is_refused__ABU_15(scheme: Scheme) -> None:
    elsewhere = signed(scheme=scheme, origin="https://elsewhere.example")
    with pytest.raises(BadSignature, match="invalid_signature"):
        check(elsewhere)
    with pytest.raises(BadSignature, match="invalid_signature"):
        check(changed(elsewhere, "host", "here.example"))


@both
@pytest.mark.parametrize("late", [-HOUR - MINUTE, HOUR + MINUTE, 13 * HOUR])
def test_an_old_signature_and_one_of_the_future_are_refused__SIG_11(scheme: Scheme, late: int) -> None:
    with pytest.raises(BadSignature, match="signature_expired"):
        check(signed(scheme=scheme), now=NOW + late)


@both
def test_another_key_of_the_same_host_does_not_speak_for_carol__SIG_14(scheme: Scheme) -> None:
    claims = read_claims(signed(scheme=scheme), origin=HERE, now=NOW)
    with pytest.raises(BadSignature, match="foreign_key"):
        verify(
            claims,
            "https://there.example/u/dave",
            PublicKey("https://there.example/u/dave#main-key", pair().public),
        )


@both
def test_carols_name_under_another_key_is_refused(scheme: Scheme) -> None:
    with pytest.raises(BadSignature, match="invalid_signature"):
        check(signed(scheme=scheme), key=PublicKey(KEY_ID, asyncio.run(new_key_pair()).public))


def test_there_is_no_way_back_from_the_rfc_to_the_draft__SIG_18() -> None:
    good = signed()
    bad_rfc = signed(scheme=Scheme.RFC)
    with pytest.raises(BadSignature):
        check(changed(good, "signature-input", bad_rfc.headers["signature-input"]))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "keyId",
        'keyId="x",keyId="y"',
        'keyId="https://there.example/u/carol#main-key" headers="date"',
        'keyId=https://there.example,headers="(request-target) host date digest",signature="eA=="',
        'keyId="https://there.example/u/carol",headers="(request-target) host host date digest",signature="eA=="',
        'keyId="https://there.example/u/carol",headers="(request-target) host date digest x-none",signature="eA=="',
        'keyId="https://there.example/u/carol",headers="(request-target) host (created) digest",signature="eA=="',
        'keyId="https://there.example/u/carol",headers="(request-target) host date digest",created=99999999999999,signature="eA=="',
        'keyId="https://there.example/u/carol",headers="(request-target) host date digest",expires=1767700000,signature="eA=="',
        'keyId="https://there.example/u/carol",headers="(request-target) host date digest",signature="*"',
        'keyId="https://there.example/u/carol",algorithm="hmac-sha256",headers="(request-target) host date digest",signature="eA=="',
        'keyId="http://there.example/u/carol",headers="(request-target) host date digest",signature="eA=="',
        'keyId="/u/carol",headers="(request-target) host date digest",signature="eA=="',
        'keyId="https://there.example/u/carol",headers="(request-target) host date digest",signature="eA==",'
        + "x" * 9000,
    ],
)
def test_headers_that_are_no_signature__SIG_7__SIG_8(header: str) -> None:
    with pytest.raises(BadSignature):
        check(changed(signed(), "signature", header))


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('"@method" ', ""),
        ('"@target-uri" ', ""),
        ('"@target-uri" ', '"@authority" '),
        (' "content-digest"', ""),
        ('"@method"', '"@method";req'),
        ('"@method"', '"@Method"'),
        ('"@method"', '"@method" "@method"'),
        ('"@method"', '"@query-param"'),
        ("alg=", "alg=1;x="),
        ('alg="rsa-v1_5-sha256"', 'alg="hmac-sha256"'),
        (";created=", ";creator="),
        (";created=", ";created=1;x="),
        (";keyid=", ";keyid=7;x="),
        (";keyid=", ";expires=1767600000;keyid="),
        ("sig1=", "sig2="),
        ("sig1=(", "sig1="),
        ("sig1=", "sig1=(),sig1="),
        ('"rsa-v1_5-sha256"', '"rsa-v1_5-sha256",'),
    ],
)
def test_inputs_that_cover_too_little_or_are_none__SIG_17(was: str, becomes: str) -> None:
    request = signed(scheme=Scheme.RFC)
    header = request.headers["signature-input"]
    assert was in header
    with pytest.raises(BadSignature):
        check(changed(request, "signature-input", header.replace(was, becomes)))


@pytest.mark.parametrize("name", ["digest", "content-digest"])
@pytest.mark.parametrize(
    "value", ["", "md5=x", "sha-256", "sha-256=:x", "sha-256=:AAAA:", "SHA-256=AAAA", "ü"]
)
def test_digests_that_are_none_or_wrong(name: str, value: str) -> None:
    request = signed(scheme=Scheme.DRAFT if name == "digest" else Scheme.RFC)
    with pytest.raises(BadSignature):
        check(changed(request, name, value))


COVERED = ("(request-target)", "host", "date", "digest")


def by_hand(*names: str, path: str = "/inbox", digest: str = "", **parameters: str) -> Request:
    """A draft signature of carol's that is right, over these headers and no others, with these parameters."""
    headers = {
        "host": "here.example",
        "date": signing.http_date(NOW),
        "digest": digest or f"SHA-256={signing.hash64(BODY)}",
    }
    values = {"(request-target)": f"post {path}", **headers}
    values |= {f"({name})": value for name, value in parameters.items()}
    base = "\n".join(f"{name}: {values[name]}" for name in names)
    made = private_key(pair().private).sign(base.encode(), PKCS1v15(), SHA256())
    more = "".join(f',{name}="{value}"' for name, value in parameters.items())
    text = f'keyId="{KEY_ID}",headers="{" ".join(names)}",signature="{base64.b64encode(made).decode()}"{more}'
    return Request("POST", "/inbox", {**headers, "signature": text}, BODY)


@pytest.mark.parametrize("left_out", COVERED)
def test_a_right_signature_that_covers_too_little_is_refused__SIG_9(left_out: str) -> None:
    assert check(by_hand(*COVERED)).actor == CAROL
    with pytest.raises(BadSignature, match="not_covered"):
        check(by_hand(*(name for name in COVERED if name != left_out)))


@pytest.mark.parametrize(
    ("algorithm", "taken"),
    [("rsa-sha256", True), ("hs2019", True), ("rsa-sha512", False), ("hmac-sha256", False), ("none", False), ("", False)],
)  # fmt: skip
def test_a_right_signature_of_an_unknown_kind_is_refused__SIG_8(algorithm: str, taken: bool) -> None:
    request = by_hand(*COVERED, algorithm=algorithm)
    if taken:
        assert check(request).actor == CAROL
    else:
        with pytest.raises(BadSignature, match="unknown_algorithm"):
            check(request)


def test_a_right_signature_whose_time_is_over_is_refused__SIG_11() -> None:
    seconds = NOW // SECOND
    timed = ("(request-target)", "host", "(created)", "(expires)", "digest")
    assert check(by_hand(*timed, created=str(seconds), expires=str(seconds + 60))).actor == CAROL
    with pytest.raises(BadSignature, match="signature_expired"):
        check(by_hand(*timed, created=str(seconds), expires=str(seconds - 60)))
    with pytest.raises(BadSignature, match="signature_expired"):
        check(by_hand(*timed, created=str(seconds + 7200), expires=str(seconds + 9000)))


@pytest.mark.parametrize("form", ["sha-256={}", "MD5=eA==, SHA-256={}", "SHA-512=eA==,sha-256={}"])
def test_of_several_digests_the_one_that_is_understood_counts_however_it_is_spelt__SIG_10(form: str) -> None:
    assert check(by_hand(*COVERED, digest=form.format(signing.hash64(BODY)))).actor == CAROL
    with pytest.raises(BadSignature, match="digest_mismatch"):
        check(by_hand(*COVERED, digest=form.format(signing.hash64(b"another"))))


def test_the_path_may_have_been_signed_without_its_query_and_not_the_other_way__SIG_12() -> None:
    assert check(replace(by_hand(*COVERED), target="/inbox?shared=1")).actor == CAROL
    with pytest.raises(BadSignature, match="invalid_signature"):
        check(by_hand(*COVERED, path="/inbox?shared=1"))


def test_a_right_signature_by_the_rfc_covers_the_body__SIG_17() -> None:
    with_body = signed(scheme=Scheme.RFC)
    without = signed(scheme=Scheme.RFC, body=None)
    assert check(without).actor == CAROL
    headers = {**without.headers, "content-digest": with_body.headers["content-digest"]}
    with pytest.raises(BadSignature, match="not_covered"):
        check(replace(without, headers=headers, body=BODY))


def test_what_was_not_signed_is_said_so() -> None:
    assert not signatures.is_signed({"host": "here.example"})
    with pytest.raises(BadSignature, match="missing_signature"):
        read_claims(Request("POST", "/inbox", {}, b"{}"), origin=HERE, now=NOW)


def test_nobody_makes_a_verified_sender_by_hand() -> None:
    with pytest.raises(TypeError):
        VerifiedSender(CAROL, KEY_ID, object())
    with pytest.raises(TypeError):
        VerifiedSender(CAROL, KEY_ID, None)


@pytest.mark.parametrize(
    ("ident", "actor", "address"),
    [
        ("https://there.example/a/1", CAROL, "https://there.example/a/2"),
        ("https://evil.example/a/1", CAROL, "https://evil.example/a/1"),
    ],
)
def test_what_was_found_elsewhere_vouches_for_nobody__SIG_14(ident: str, actor: str, address: str) -> None:
    with pytest.raises(BadSignature, match="not_at_origin"):
        signatures.found_at_origin(Document({"id": ident, "actor": actor}, NOW), address)


def test_what_lies_at_its_own_id_is_of_its_actor__SIG_14() -> None:
    document = Document({"id": "https://there.example/a/1", "actor": CAROL}, NOW)
    assert signatures.found_at_origin(document, "https://there.example/a/1").actor == CAROL


@both
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", "/inbox", BODY), ("GET", "/post/1?page=2", None), ("POST", "/c/x/inbox", b"")],
)
def test_what_we_sign_we_verify__SIG_2__SIG_5__SIG_20(
    scheme: Scheme, method: str, path: str, body: bytes | None
) -> None:
    sender = check(signed(method, path, body=body, scheme=scheme), now=NOW + 59 * MINUTE)
    assert (sender.actor, sender.key_id) == (CAROL, KEY_ID)


@both
def test_ports_and_plain_http_sign_as_well(scheme: Scheme) -> None:
    assert (
        check(signed(scheme=scheme, origin="http://localhost:8620"), origin="http://localhost:8620").actor
        == CAROL
    )


def test_the_name_that_people_type_counts_whatever_a_proxy_makes_of_it__SIG_12__URL_14() -> None:
    assert check(changed(signed(), "host", "127.0.0.1:8536")).actor == CAROL
    assert check(changed(signed(), "host", "127.0.0.1:8536")).key_id == KEY_ID


def test_the_drafts_header_is_written_as_the_pickiest_read_it__SIG_3__SIG_4() -> None:
    request = signed()
    assert request.headers["date"] == "Tue, 06 Jan 2026 12:00:00 GMT"
    assert request.headers["digest"].startswith("SHA-256=")
    assert request.headers["content-type"] == "application/activity+json"
    assert re.fullmatch(
        r'keyId="https://there\.example/u/carol#main-key",algorithm="rsa-sha256",headers="\(request-target\) host date digest content-type",signature="[A-Za-z0-9+/=]+"',
        request.headers["signature"],
    )
    assert 'headers="(request-target) host date"' in signed("GET", "/u/x", body=None).headers["signature"]


def test_a_key_may_come_as_pkcs_1_and_with_other_line_ends__ACT_2() -> None:
    pem = pair().public
    assert read_public_pem(pem.replace("\n", "\r\n")) == pem
    assert "PRIVATE" not in repr(pair())
    assert "PRIVATE" not in repr(SigningKey(KEY_ID, pair().private))


@settings(max_examples=200)
@given(
    st.text(max_size=120),
    st.sampled_from(["signature", "signature-input", "digest", "content-digest", "date", "host"]),
    st.sampled_from(list(Scheme)),
)
def test_no_header_is_more_than_refused__ABU_16__ABU_28(text: str, name: str, scheme: Scheme) -> None:
    try:
        check(changed(signed(scheme=scheme), name, text))
    except BadSignature:
        pass


@settings(max_examples=200)
@given(st.data(), st.sampled_from(list(Scheme)))
def test_one_changed_character_of_a_signature_header_changes_nobody(
    data: st.DataObject, scheme: Scheme
) -> None:
    request = signed(scheme=scheme)
    header = request.headers["signature"]
    at = data.draw(st.integers(0, len(header) - 1))
    other = data.draw(st.characters(min_codepoint=32, max_codepoint=126))
    try:
        sender = check(changed(request, "signature", header[:at] + other + header[at + 1 :]))
    except BadSignature:
        return
    assert sender.actor == CAROL
