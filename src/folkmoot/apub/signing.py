"""Signing what is sent, in the two ways of the fediverse (section 7: draft-cavage-12 and RFC 9421). `signatures.py` verifies what arrives.

Everything here is a pure function; a signature takes up to a millisecond of processor time.
"""

import base64
from binascii import b2a_base64
from dataclasses import dataclass, field
from email.utils import format_datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from folkmoot.apub import keys
from folkmoot.model.time import SECOND, Micros, to_datetime

CONTENT_TYPE = "application/activity+json"
_ADDRESSES = 2000
"""Inboxes are signed for again and again: so many addresses are taken apart once."""
_PADDING, _HASH = PKCS1v15(), SHA256()


class Scheme(StrEnum):
    """How a request is signed. The first knock is the draft; who refuses it gets the RFC (SIG-19)."""

    DRAFT = "draft-cavage"
    RFC = "rfc9421"

    @property
    def other(self) -> "Scheme":
        """The one for the second knock."""
        return Scheme.RFC if self is Scheme.DRAFT else Scheme.DRAFT


@dataclass(frozen=True, slots=True)
class SigningKey:
    """What one of our actors signs with."""

    id: str
    private_pem: str = field(repr=False)


def sign(
    method: str, url: str, *, body: bytes | None, key: SigningKey, now: Micros, scheme: Scheme = Scheme.DRAFT
) -> dict[str, str]:
    """The headers to send along: Date, Signature and what they cover; `Host` is the client's own (SIG-2 to SIG-5, SIG-20).

    `body`: None for a GET. A request with a body is sent as `CONTENT_TYPE`, which is among the headers.
    """
    headers = {"Date": http_date(now)}
    if body is not None:
        headers["Content-Type"] = CONTENT_TYPE
    if scheme is Scheme.DRAFT:
        return _sign_draft(method, url, body, key, headers)
    return _sign_rfc(method, url, body, key, headers, now)


def _sign_draft(
    method: str, url: str, body: bytes | None, key: SigningKey, headers: dict[str, str]
) -> dict[str, str]:
    base = f"{_draft_head(method, url)}{headers['Date']}"
    names = "(request-target) host date"
    if body is not None:
        digest = headers["Digest"] = _digest_of_sent(body)
        base += f"\ndigest: {digest}\ncontent-type: {headers['Content-Type']}"
        names = "(request-target) host date digest content-type"
    # No blanks after commas: PieFed and Mbin cut there without trimming (SIG-3).
    headers["Signature"] = (
        f'keyId="{key.id}",algorithm="rsa-sha256",headers="{names}",signature="{_sign(base, key)}"'
    )
    return headers


@lru_cache(_ADDRESSES)
def _draft_head(method: str, url: str) -> str:
    """How what is signed begins, the same for all that goes to one address."""
    return f"(request-target): {method.lower()} {target_of(url)}\nhost: {authority_of(url)}\ndate: "


def _sign_rfc(
    method: str, url: str, body: bytes | None, key: SigningKey, headers: dict[str, str], now: Micros
) -> dict[str, str]:
    uri = url.partition("#")[0]
    lines = [f'"@method": {method.upper()}', f'"@target-uri": {uri}']
    components = '"@method" "@target-uri"'
    if body is not None:
        headers["Content-Digest"] = f"sha-256=:{_hash_of_sent(body)}:"
        lines.append(f'"content-digest": {headers["Content-Digest"]}')
        components += ' "content-digest"'
    parameters = f'({components});created={now // SECOND};keyid="{key.id}";alg="rsa-v1_5-sha256"'
    lines.append(f'"@signature-params": {parameters}')
    headers["Signature-Input"] = f"sig1={parameters}"
    headers["Signature"] = f"sig1=:{_sign(chr(10).join(lines), key)}:"
    return headers


def _sign(base: str, key: SigningKey) -> str:
    made = keys.private_key(key.private_pem).sign(base.encode(), _PADDING, _HASH)
    return b2a_base64(made, newline=False).decode()


def hash64(body: bytes) -> str:
    """The digest of a body, as headers hold it."""
    return base64.b64encode(sha256(body).digest()).decode()


@lru_cache(16)
def _digest_of_sent(body: bytes) -> str:
    return f"SHA-256={_hash_of_sent(body)}"


@lru_cache(16)
def _hash_of_sent(body: bytes) -> str:
    """The same of what is sent to one server after the other: worked out once."""
    return hash64(body)


def http_date(moment: Micros) -> str:
    """A moment as the header `Date` says it: `Tue, 06 Jan 2026 12:00:00 GMT`."""
    return _date_of_second(moment // SECOND)


@lru_cache(16)
def _date_of_second(second: int) -> str:
    return format_datetime(to_datetime(second * SECOND), usegmt=True)


@lru_cache(_ADDRESSES)
def target_of(url: str) -> str:
    """Path and query of an address as they are asked for."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


@lru_cache(_ADDRESSES)
def authority_of(url: str) -> str:
    """What a client sends as `Host`: no default port, no user, lower case."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return (
        host if parts.port in {None, {"http": 80, "https": 443}.get(parts.scheme)} else f"{host}:{parts.port}"
    )
