"""Documents of other servers as plain JSON: read strictly, and looked into without surprises (section 2 of the protocol, JSN-1 to JSN-11).

No JSON-LD: members are found by their names, no context is ever loaded. Whatever cannot be used is `Malformed`, and nothing else is
raised, whatever the bytes.
"""

import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from typing import Any, NoReturn
from urllib.parse import urljoin, urlsplit

from folkmoot.model.errors import Invalid
from folkmoot.model.time import Micros, from_rfc3339
from folkmoot.text.tidy import tidy

MAX_BYTES = 1024 * 1024
MAX_NESTING = 32
MAX_MEMBERS = 200
MAX_ITEMS = 1000
MAX_ID = 2000
MAX_COUNT = 2**31 - 1

AS = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{AS}#Public"
_PUBLIC_NAMES = frozenset({PUBLIC, "as:Public", "Public"})

EARLIEST: Micros = 631_152_000_000_000
"""1990-01-01; what claims to be older has no usable date (JSN-8)."""

_NEVER = frozenset({"@graph", "@included", "@reverse"})
_SUSPECT = re.compile(rb"\\u0000|\\u[dD][89a-fA-F]")
_PLAIN_ID = re.compile(r"https://(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*(?:[/?#][!#-\[\]_a-z{|}~A-Z0-9]*)?")
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z0-9-]+")
_HOST_WHILE_DEVELOPING = re.compile(r"[a-z0-9_.-]+|\[[0-9a-f:.]+\]")
_LIKE_A_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_AUTHORITY_END = re.compile(r"[/?#]")
_DOTS = re.compile(r"/(?:\.|%2e){1,2}(?=[/?#]|$)", re.IGNORECASE)
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_C1 = re.compile("[\x80-\x9f]")
_FRACTION = re.compile(r"(\.[0-9]{6})[0-9]+")


class Malformed(Invalid):
    """A document, or a part of it, that cannot be used. `code` says why; `detail` shows a little of what was found."""


def malformed(code: str, found: object = None, *, field: str | None = None) -> Malformed:
    """A Malformed with a short look at what was found, to be raised."""
    return Malformed(code, field=field, detail=None if found is None else repr(found)[:200])


# --- loading -------------------------------------------------------------------------------------------------------


class _Loader:
    """What `json` calls back while it reads one document. `suspicious`: something in it needs the slow look."""

    __slots__ = ("suspicious",)

    def __init__(self) -> None:
        self.suspicious = False

    def members(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise malformed("duplicate_members", [name for name, _ in pairs])
        if len(pairs) > MAX_MEMBERS:
            raise malformed("too_many_members", len(pairs))
        if not _NEVER.isdisjoint(found):
            self.suspicious = True
        return found


def _no_constant(name: str) -> NoReturn:
    raise malformed("not_a_number", name)


def _real(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise malformed("number_too_large", text[:40])
    return number


def load(body: bytes) -> dict[str, Any]:
    """The members of a document (JSN-2).

    Raises Malformed: `too_large`, `invalid_utf8`, `invalid_json`, `not_an_object`, `duplicate_members`, `too_many_members`,
    `too_many_items`, `nested_too_deeply`, `not_a_number`, `number_too_large`, `control_character`, `json_ld_keyword`.
    """
    if len(body) > MAX_BYTES:
        raise malformed("too_large", len(body))
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise malformed("invalid_utf8") from None
    brackets = body.count(b"{") + body.count(b"[")
    if brackets > MAX_NESTING:
        _check_nesting(text)
    loader = _Loader()
    try:
        found = json.loads(
            text, object_pairs_hook=loader.members, parse_constant=_no_constant, parse_float=_real
        )
    except (ValueError, RecursionError) as error:
        raise malformed("invalid_json", error) from None
    if not isinstance(found, dict):
        raise malformed("not_an_object", type(found).__name__)
    if loader.suspicious or body.count(b",") >= MAX_ITEMS or _SUSPECT.search(body):
        _inspect(found)
    if "id" not in found and "@id" in found:
        raise malformed("json_ld_keyword", "@id")
    if "type" not in found and "@type" in found:
        raise malformed("json_ld_keyword", "@type")
    return found


# A string that does not end counts too: were it no match, the rest would be read again from each quote in it.
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def _check_nesting(text: str) -> None:
    depth = 0
    for token in _STRUCTURE.finditer(text):
        sign = text[token.start()]
        if sign in "{[":
            depth += 1
            if depth > MAX_NESTING:
                raise malformed("nested_too_deeply")
        elif sign in "}]":
            depth -= 1


def _inspect(document: dict[str, Any]) -> None:
    """The slow look: at every value, for what the counts and patterns of `load` say may be there."""
    waiting: list[tuple[Any, bool]] = [(document, False)]
    while waiting:
        value, in_context = waiting.pop()
        if isinstance(value, dict):
            for name, inner in value.items():
                if name in _NEVER and not in_context:
                    raise malformed("json_ld_keyword", name)
                _check_text(name)
                waiting.append((inner, in_context or name == "@context"))
        elif isinstance(value, list):
            if len(value) > MAX_ITEMS:
                raise malformed("too_many_items", len(value))
            waiting += [(inner, in_context) for inner in value]
        elif isinstance(value, str):
            _check_text(value)


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise malformed("control_character", "NUL")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise malformed("invalid_utf8") from None


# --- ids and addresses ---------------------------------------------------------------------------------------------


def read_id(value: object, *, development: bool = False) -> str:
    """An id, scheme and host in lower case (JSN-6, DUP-2); an embedded object gives its own (JSN-5).

    `development` also lets plain http, ports, addresses and hosts without a dot pass. Raises Malformed (`invalid_id`).
    """
    if isinstance(value, dict):
        value = value.get("id")
    if not isinstance(value, str):
        raise malformed("invalid_id", value)
    checked = _checked_id(value, development)
    if checked is None:
        raise malformed("invalid_id", value)
    return checked


@lru_cache(maxsize=4096)
def _checked_id(text: str, development: bool) -> str | None:
    if len(text) > MAX_ID:
        return None
    if _PLAIN_ID.fullmatch(text) and "/." not in text and "%2" not in text:
        return text
    if any(char <= " " or char in "\\\x7f" or "\x80" <= char <= "\xa0" for char in text):
        return None
    scheme, separator, rest = text.partition("://")
    scheme = scheme.lower()
    if not separator or scheme not in ({"https", "http"} if development else {"https"}):
        return None
    end = next((at for at, char in enumerate(rest) if char in "/?#"), len(rest))
    host = rest[:end].lower()
    if not _may_be_host(host, development) or _DOTS.search(rest[end:]):
        return None
    return f"{scheme}://{host}{rest[end:]}"


def _may_be_host(host: str, development: bool) -> bool:
    if development:
        name, _, port = host.rpartition(":") if re.search(r":[0-9]{1,5}$", host) else (host, "", "")
        return _HOST_WHILE_DEVELOPING.fullmatch(name) is not None and (not port or int(port) <= 65535)
    return (
        len(host) <= 253
        and _HOST.fullmatch(host) is not None
        and _LIKE_A_NUMBER.fullmatch(host.rpartition(".")[2]) is None
    )


_SHARED_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


@lru_cache(maxsize=4096)
def host_of(ident: str) -> str:
    """The host of an id that `read_id` let pass, in lower case, without its port (URL-15).

    Only where servers of a developer's machine share a name does the port belong to it: it is what tells them apart.
    """
    authority = ident.partition("://")[2].partition("/")[0]
    if "?" in authority or "#" in authority:
        authority = _AUTHORITY_END.split(authority, maxsplit=1)[0]
    if authority.startswith("["):
        host = authority.partition("]")[0] + "]"
    else:
        host = authority.partition(":")[0]
    return authority if host in _SHARED_NAMES else host


def same_host(one: str, other: str) -> bool:
    """Whether two ids lie on the same host and are reached the same way: what every rule of authority compares."""
    return one.partition("/")[0] == other.partition("/")[0] and host_of(one) == host_of(other)


def joined(address: str, target: str) -> str:
    """Where a reference leads that stands at an address. Raises Malformed (`invalid_id`) for what is none at all."""
    try:
        return urljoin(address, target)
    except ValueError:
        raise malformed("invalid_id", target) from None


def web_address(value: object) -> str | None:
    """A link as it may be shown or fetched later: http or https with a host and without user information; None for anything else.

    A `Link` object gives its `href`. HTML escapes in it are undone once.
    """
    if isinstance(value, dict):
        value = value.get("href") or value.get("url")
    if not isinstance(value, str):
        return None
    text = unescape(value.strip()) if "&" in value else value.strip()
    if len(text) > MAX_ID or any(char <= " " or char in "\\\x7f" for char in text):
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for one that is no number
    except ValueError:
        return None
    usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    return text if usable else None


# --- values --------------------------------------------------------------------------------------------------------


def listed(value: object) -> list[Any]:
    """One value, a list, or nothing, always as a list without nulls (JSN-4)."""
    if value is None:
        return []
    if isinstance(value, list):
        return [item for item in value if item is not None]
    return [value]


def read_moment(value: object, now: Micros) -> Micros | None:
    """A date of a document: None where it is missing or no date, `now` at most (JSN-8)."""
    moment = read_future(value)
    return min(moment, now) if moment is not None and moment >= EARLIEST else None


def read_future(value: object) -> Micros | None:
    """A date that may lie ahead, such as the end of a ban or a poll; None where it is missing or no date."""
    if not isinstance(value, str) or len(value) > 60:
        return None
    try:
        return from_rfc3339(_FRACTION.sub(r"\1", value.strip().upper()))
    except (ValueError, OverflowError):
        return None


def read_count(value: object) -> int | None:
    """A number from 0 to 2^31 - 1, also written as text or with a point; None for anything else (JSN-11)."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and (len(value) > 20 or not value.isascii()):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return int(number) if number.is_integer() and 0 <= number <= MAX_COUNT else None


def clean_text(value: str) -> str:
    """Text in NFC, without control characters but tab and newline (JSN-9)."""
    text = _C1.sub("", tidy(value))
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def clean_line(value: str) -> str:
    """A name or title: like `clean_text`, on one line and without signs that turn the direction of writing."""
    return " ".join(_BIDI.sub("", clean_text(value)).split())


# --- looking into a document ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Document:
    """The members of one object of a document, and what reading them depends on.

    `now`: the moment of receipt, which no date of the past may exceed. `development`: which ids are let pass, see `read_id`.
    """

    members: Mapping[str, Any] = field(repr=False)
    now: Micros
    development: bool = False

    def inner(self, members: Mapping[str, Any]) -> "Document":
        """An object inside this document, read the same way."""
        return Document(members, self.now, self.development)

    def get(self, name: str) -> Any:
        """A member as it stands; None where it is missing."""
        return self.members.get(name)

    def kind(self, known: frozenset[str]) -> str | None:
        """Its `type` as far as `known` has it; None where it is another. Raises Malformed for two that are known (JSN-3)."""
        value = self.members.get("type")
        if isinstance(value, str):
            return value if value in known else None
        names = {name for name in listed(value) if isinstance(name, str) and name in known}
        if len(names) > 1:
            raise malformed("ambiguous_type", sorted(names), field="type")
        return names.pop() if names else None

    def id(self, name: str = "id") -> str:
        """The id that a member holds or embeds; of a list that of its only member. Raises Malformed."""
        value = self.members.get(name)
        if isinstance(value, str) and (checked := _checked_id(value, self.development)) is not None:
            return checked
        values = listed(value)
        if len(values) != 1:
            raise malformed("invalid_id" if values else "missing_member", value, field=name)
        try:
            return read_id(values[0], development=self.development)
        except Malformed as error:
            raise Malformed(error.code, field=name, detail=error.detail) from None

    def id_or_none(self, name: str) -> str | None:
        """Like `id`, but of a list the first that is one, and None where there is none."""
        return next(iter(self.ids(name)), None)

    def ids(self, name: str) -> tuple[str, ...]:
        """The ids among the values of a member, each once, `PUBLIC` in its one spelling; what is none is left out."""
        found: dict[str, None] = {}
        for value in listed(self.get(name)):
            if isinstance(value, str):
                ident = PUBLIC if value in _PUBLIC_NAMES else _checked_id(value, self.development)
                if ident is not None:
                    found[ident] = None
                continue
            try:
                found[read_id(value, development=self.development)] = None
            except Malformed:
                continue
        return tuple(found)

    def text(self, name: str) -> str | None:
        """Text of a member, cleaned; None where there is none or it is something else."""
        value = self.get(name)
        return clean_text(value) if isinstance(value, str) else None

    def line(self, name: str) -> str | None:
        """A name or title; None where nothing can be seen of it."""
        value = self.get(name)
        return (clean_line(value) or None) if isinstance(value, str) else None

    def flag(self, name: str) -> bool | None:
        """True or false; None where it is missing or something else."""
        value = self.get(name)
        return value if isinstance(value, bool) else None

    def moment(self, name: str) -> Micros | None:
        """A date of the past, see `read_moment`."""
        return read_moment(self.get(name), self.now)

    def objects(self, name: str) -> Iterator["Document"]:
        """The embedded objects among the values of a member."""
        for value in listed(self.get(name)):
            if isinstance(value, dict):
                yield self.inner(value)


def read(body: bytes, *, now: Micros, development: bool = False) -> Document:
    """A received or fetched document. Raises Malformed, see `load`."""
    return Document(load(body), now, development)


def read_again(text: str, *, now: Micros, development: bool = False) -> Document:
    """A document that `read` let pass before it was stored: its checks, half of the time it takes, say the same once more. Raises Malformed
    (`invalid_json`, `not_an_object`) where something else was stored."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise malformed("invalid_json", error) from None
    if not isinstance(found, dict):
        raise malformed("not_an_object", type(found).__name__)
    return Document(found, now, development)
