"""HTTP signatures of what arrives, verified in the two ways of the fediverse (section 7: draft-cavage-12 and RFC 9421). `signing.py` makes
ours.

Verifying has two steps, because the key has to be found in between: `read_claims` checks all that needs no key (what is covered, digests,
times) and names the key; `verify` checks the signature and makes the `VerifiedSender`, which nothing else can make.
Everything here is a pure function.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256, sha512
from hmac import compare_digest
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from folkmoot.apub import keys
from folkmoot.apub.documents import Document, Malformed, read_id, same_host
from folkmoot.apub.objects.actors import PublicKey
from folkmoot.apub.signing import Scheme, authority_of, hash64
from folkmoot.apub.structured import InnerList, StructuredFieldError, byte_sequences, inner_lists
from folkmoot.model.errors import NotAllowed
from folkmoot.model.time import HOUR, SECOND, Micros
from folkmoot.store.received import Waiting

MAX_SKEW: Micros = HOUR
MAX_HEADER = 8000
MAX_LABELS = 3

_PARAMETER = re.compile(r'\s*([A-Za-z]+)\s*=\s*(?:"([^"]*)"|([0-9]+(?:\.[0-9]+)?))\s*(,|$)')
_DATE = re.compile(
    r"[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DRAFT_ALGORITHMS = frozenset({None, "rsa-sha256", "hs2019"})
_RFC_ALGORITHMS = frozenset({None, "rsa-v1_5-sha256"})
_DIGESTS = {"sha-256": sha256, "sha-512": sha512}


class BadSignature(NotAllowed):
    """The request is not signed as it has to be; `code` says why. Answered with 401."""


# --- what a request claims -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it was received. `target`: path and query. `headers`: names in lower case. `body`: None where there is none. `fits`:
    the body was compared with the header `Digest` (`check_digest`), and need not be again."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | None
    fits: bool = False


def headers_of(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers of an ASGI scope as `Request` wants them; those sent several times are joined."""
    found: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1").strip()
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


@dataclass(frozen=True, slots=True)
class Claim:
    """One signature of a request that has everything but its proof. `bases`: the texts that may have been signed, likeliest first."""

    key_id: str
    scheme: Scheme
    bases: tuple[bytes, ...] = field(repr=False)
    signature: bytes = field(repr=False)

    @property
    def actor(self) -> str:
        """Whom the key most likely belongs to: its id without the fragment (SIG-13)."""
        return self.key_id.partition("#")[0]


def is_signed(headers: Mapping[str, str]) -> bool:
    """Whether a request carries a signature at all."""
    return "signature" in headers


def read_claims(
    request: Request, *, origin: str, now: Micros, development: bool = False
) -> tuple[Claim, ...]:
    """The signatures of a request, each covering what it has to, in time and with the right digest (SIG-7 to SIG-12, SIG-17, SIG-18).

    `origin`: ours, as people type it. Raises BadSignature: `missing_signature`, `invalid_signature_header`, `digest_mismatch`,
    `missing_digest`, `not_covered`, `unknown_algorithm`, `signature_expired`, `wrong_host`.
    """
    if "signature-input" in request.headers:
        return _read_rfc(request, origin, now, development)
    if "signature" not in request.headers:
        raise BadSignature("missing_signature")
    return (_read_draft(request, origin, now, development),)


def _read_draft(request: Request, origin: str, now: Micros, development: bool) -> Claim:
    parameters = _draft_parameters(request.headers["signature"])
    key_id = _key_id(parameters.get("keyId"), development)
    if parameters.get("algorithm") not in _DRAFT_ALGORITHMS:
        raise BadSignature("unknown_algorithm", detail=parameters.get("algorithm"))
    names = parameters.get("headers", "").lower().split()
    if not names or len(set(names)) != len(names):
        raise BadSignature("invalid_signature_header", field="headers")
    if (
        "(request-target)" not in names
        or "host" not in names
        or not {"date", "(created)"}.intersection(names)
    ):
        raise BadSignature("not_covered", detail=" ".join(names))
    if not request.fits:
        check_digest(request)
    if request.body and "digest" not in names:
        raise BadSignature("not_covered", detail="digest")
    _check_draft_times(request, parameters, names, now)
    bases = []
    for target in dict.fromkeys((request.target, request.target.partition("?")[0])):
        lines = [_draft_line(name, target, request, parameters, origin) for name in names]
        bases.append("\n".join(lines).encode("latin-1", "replace"))
    return Claim(key_id, Scheme.DRAFT, tuple(bases), _decode(parameters.get("signature", "")))


def _draft_parameters(header: str) -> dict[str, str]:
    """The parameters of the header `Signature`. Raises BadSignature for what is no list of them, and for one that stands twice."""
    found: dict[str, str] = {}
    at = 0
    if len(header) > MAX_HEADER:
        raise BadSignature("invalid_signature_header")
    while at < len(header):
        match = _PARAMETER.match(header, at)
        if match is None or match[1] in found:
            raise BadSignature("invalid_signature_header")
        found[match[1]] = match[2] if match[2] is not None else match[3]
        at = match.end()
    return found


def _draft_line(name: str, target: str, request: Request, parameters: dict[str, str], origin: str) -> str:
    if name == "(request-target)":
        return f"(request-target): {request.method.lower()} {target}"
    if name == "host":
        return f"host: {_host(request, origin)}"
    if name in {"(created)", "(expires)"}:
        value = parameters.get(name[1:-1])
    else:
        value = request.headers.get(name)
    if value is None:
        raise BadSignature("missing_signed_header", detail=name[:40])
    return f"{name}: {value}"


def _host(request: Request, origin: str) -> str:
    """The host that was signed: as it was sent where it means ours, else ours, as a proxy may have put in another (SIG-12)."""
    ours, sent = authority_of(origin), request.headers.get("host", "")
    default = ":443" if origin.startswith("https:") else ":80"
    return sent if sent.lower().removesuffix(default) == ours else ours


def _check_draft_times(request: Request, parameters: dict[str, str], names: list[str], now: Micros) -> None:
    if "date" in names:
        _check_time(_read_date(request.headers.get("date", "")), now)
    if "created" in parameters:
        _check_time(_seconds(parameters["created"]), now)
    elif "(created)" in names:
        raise BadSignature("missing_signed_header", detail="created")
    if "expires" in parameters and _seconds(parameters["expires"]) < now:
        raise BadSignature("signature_expired", detail="expires")


def _check_time(moment: Micros, now: Micros) -> None:
    if abs(now - moment) > MAX_SKEW:
        raise BadSignature("signature_expired")


def _seconds(text: str) -> Micros:
    digits = text.partition(".")[0]
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 12:
        raise BadSignature("invalid_signature_header", detail=text[:40])
    return int(digits) * SECOND


@lru_cache(256)
def _read_date(text: str) -> Micros:
    """Most of what comes at a time was signed in one of the same few seconds."""
    match = _DATE.fullmatch(text)
    if match is None or match[2] not in _MONTHS:
        raise BadSignature("invalid_date", detail=text[:60])
    day, month, year, hour, minute, second = match.groups()
    try:
        when = datetime(
            int(year),
            _MONTHS.index(month) + 1,
            int(day),
            int(hour),
            int(minute),
            min(int(second), 59),
            tzinfo=UTC,
        )
    except ValueError as error:
        raise BadSignature("invalid_date", detail=text[:60]) from error
    return int(when.timestamp()) * SECOND


def _key_id(text: object, development: bool) -> str:
    try:
        return read_id(text, development=development)
    except Malformed as error:
        raise BadSignature("invalid_key_id", detail=error.detail) from error


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSignature("invalid_signature_header", field="signature") from error


def check_digest(request: Request) -> None:
    """Compare the body with the header `Digest` (SIG-10). Raises BadSignature: `missing_digest`, `digest_mismatch`."""
    header = request.headers.get("digest")
    if header is None:
        if request.body:
            raise BadSignature("missing_digest")
        return
    hashes = [
        value.strip()
        for name, _, value in (entry.partition("=") for entry in header.split(","))
        if name.strip().lower() == "sha-256"
    ]
    if not hashes:
        raise BadSignature("missing_digest")
    expected = hash64(request.body or b"")
    if not all(compare_digest(value.encode("latin-1", "replace"), expected.encode()) for value in hashes):
        raise BadSignature("digest_mismatch")


def _check_content_digest(request: Request) -> None:
    header = request.headers.get("content-digest")
    if header is None:
        if request.body:
            raise BadSignature("missing_digest")
        return
    try:
        given = byte_sequences(header)
    except StructuredFieldError as error:
        raise BadSignature("invalid_signature_header", field="content-digest") from error
    known = [(name, value) for name, value in given.items() if name in _DIGESTS]
    if not known:
        raise BadSignature("missing_digest")
    for name, value in known:
        if not compare_digest(_DIGESTS[name](request.body or b"").digest(), value):
            raise BadSignature("digest_mismatch")


def _read_rfc(request: Request, origin: str, now: Micros, development: bool) -> tuple[Claim, ...]:
    inputs, signatures = request.headers["signature-input"], request.headers.get("signature", "")
    if len(inputs) > MAX_HEADER or len(signatures) > MAX_HEADER:
        raise BadSignature("invalid_signature_header")
    try:
        described, given = inner_lists(inputs), byte_sequences(signatures)
    except StructuredFieldError as error:
        raise BadSignature("invalid_signature_header", detail=str(error)[:80]) from error
    _check_content_digest(request)
    found: list[Claim] = []
    wrong: BadSignature | None = None
    for label, covered in list(described.items())[:MAX_LABELS]:
        try:
            if label not in given:
                raise BadSignature("invalid_signature_header", detail=label[:40])
            found.append(_rfc_claim(request, covered, given[label], origin, now, development))
        except BadSignature as error:
            wrong = wrong or error
    if not found:
        raise wrong or BadSignature("missing_signature")
    return tuple(found)


def _rfc_claim(
    request: Request, covered: InnerList, signature: bytes, origin: str, now: Micros, development: bool
) -> Claim:
    names, parameters = covered.items, covered.parameters
    if parameters.get("alg") not in _RFC_ALGORITHMS:
        raise BadSignature("unknown_algorithm", detail=str(parameters.get("alg"))[:40])
    if len(set(names)) != len(names):
        raise BadSignature("invalid_signature_header")
    _check_covered(request, set(names))
    created, expires = parameters.get("created"), parameters.get("expires")
    if not isinstance(created, int) or isinstance(created, bool):
        raise BadSignature("not_covered", detail="created")
    _check_time(created * SECOND, now)
    if expires is not None and (not isinstance(expires, int) or expires * SECOND < now):
        raise BadSignature("signature_expired", detail="expires")
    lines = [f'"{name}": {_component(name, request, origin)}' for name in names]
    lines.append(f'"@signature-params": {covered.serialised}')
    base = "\n".join(lines).encode("latin-1", "replace")
    return Claim(_key_id(parameters.get("keyid"), development), Scheme.RFC, (base,), signature)


def _check_covered(request: Request, names: set[str]) -> None:
    """Method and whole address are to be covered, and with a body its digest (SIG-17)."""
    path_and_query = "@request-target" in names or (
        "@path" in names and ("@query" in names or "?" not in request.target)
    )
    whole = "@target-uri" in names or ("@authority" in names and path_and_query)
    if "@method" not in names or not whole or (request.body and "content-digest" not in names):
        raise BadSignature("not_covered", detail=" ".join(sorted(names))[:100])


def _component(name: str, request: Request, origin: str) -> str:
    path, mark, query = request.target.partition("?")
    derived = {
        "@method": request.method.upper(),
        "@target-uri": origin + request.target,
        "@authority": authority_of(origin),
        "@scheme": origin.partition(":")[0],
        "@request-target": request.target,
        "@path": path or "/",
        "@query": f"?{query}" if mark else "?",
    }
    if name.startswith("@"):
        value = derived.get(name)
    elif name == "host":
        value = _host(request, origin)
    else:
        value = request.headers.get(name)
    if value is None:
        raise BadSignature("missing_signed_header", detail=name[:40])
    return value


# --- proof ---------------------------------------------------------------------------------------------------------

_OURS: Final = object()


class VerifiedSender:
    """Who sent something, proven: by the signature of the request, or by lying at its own id on the sender's host.

    Only `verify`, the two `…_at_origin` and `of_row` make one: who asks for a VerifiedSender cannot be reached without a check.
    """

    __slots__ = ("actor", "key_id")

    def __init__(self, actor: str, key_id: str | None, token: object) -> None:
        if token is not _OURS:
            raise TypeError("a VerifiedSender comes from `verify`, `found_at_origin` or `of_row`")
        self.actor: Final = actor
        self.key_id: Final = key_id

    def __repr__(self) -> str:
        return f"VerifiedSender({self.actor!r})"


def verify(claims: tuple[Claim, ...], actor: str, key: PublicKey) -> VerifiedSender:
    """Check that `actor`, whose `key` comes from its own document, made the signature (SIG-14).

    Of several signatures the first that names the key counts. Raises BadSignature: `foreign_key` where none does, `invalid_signature`
    where the proof fails; then the key may have been changed, and is worth one look at the actor's document (SIG-13).
    """
    claim = next((claim for claim in claims if names_key(claim, actor, key)), None)
    if claim is None:
        raise BadSignature("foreign_key", detail=claims[0].key_id[:200] if claims else None)
    try:
        public = keys.public_key(key.pem)
    except Malformed as error:
        raise BadSignature("invalid_key") from error
    for base in claim.bases:
        try:
            public.verify(claim.signature, base, PKCS1v15(), SHA256())
        except InvalidSignature:
            continue
        return VerifiedSender(actor, claim.key_id, _OURS)
    raise BadSignature("invalid_signature", detail=claim.key_id[:200])


def names_key(claim: Claim, actor: str, key: PublicKey) -> bool:
    """Whether a signature says that it was made with this key of this actor."""
    return claim.key_id == key.id or claim.actor == actor


def found_at_origin(document: Document, address: str) -> VerifiedSender:
    """The sender of an activity that was fetched from its own id (SIG-14). Raises BadSignature unless it lies there and is of its host."""
    ident, actor = document.id(), document.id("actor")
    if ident != address or not same_host(ident, actor):
        raise BadSignature("not_at_origin", detail=address[:200])
    return VerifiedSender(actor, None, _OURS)


def content_at_origin(document: Document, author: str) -> VerifiedSender:
    """The sender of a post or comment that was fetched from its own id: its author, who lives there (OBJ-1). Raises BadSignature."""
    if not same_host(document.id(), author):
        raise BadSignature("not_at_origin", detail=author[:200])
    return VerifiedSender(author, None, _OURS)


def of_row(row: Waiting) -> VerifiedSender:
    """The sender of what was written down: only who was verified before gets a row (`inbox/receive.py`)."""
    return VerifiedSender(row.actor, None, _OURS)
