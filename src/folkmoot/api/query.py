"""Query strings into structs: the form of `msgspec.convert`, with the rules of query strings (T-3, T-10)."""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

import msgspec

S = TypeVar("S", bound=msgspec.Struct)
_MOST = 100
_SHORT = 200
"""Bytes of a query that are worth remembering."""
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""The sign itself; after a backslash that stands for one, the same letters are words about it."""


class Unreadable(Exception):
    """What was asked has not the form it should have; the text says what is wrong."""


def read_query(asked: bytes, kind: type[S]) -> S:
    """The struct that a query string holds; of short ones the same struct each time, so it is for reading. Unknown names are passed over.

    Raises `Unreadable` for a value of the wrong type, a missing one, or a name that comes twice.
    """
    return _known(asked, kind) if len(asked) <= _SHORT else _read(asked, kind)


def _read(asked: bytes, kind: type[S]) -> S:
    readers = _readers(kind)
    values: dict[str, Any] = {}
    if asked:
        try:
            pairs = parse_qsl(
                asked.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST, errors="strict"
            )
        except (ValueError, UnicodeDecodeError) as error:
            raise Unreadable(f"malformed query string: {error}") from None
        for name, text in pairs:
            read = readers.get(name)
            if read is None:
                continue
            if "\0" in text:
                raise Unreadable("a NUL character cannot be kept")
            if name in values:
                raise Unreadable(f"duplicate field `{name}`")
            values[name] = read(text)
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        raise Unreadable(str(error)) from None


_known = lru_cache(maxsize=4096)(_read)


def must_be_storable(body: bytes) -> None:
    """JSON may hold NUL characters, which no text of ours can keep. Raises `Unreadable`."""
    if b"\\u0000" in body and _NUL.search(body):
        raise Unreadable("a NUL character cannot be kept")


@cache
def _readers(kind: type[msgspec.Struct]) -> dict[str, Callable[[str], Any]]:
    """How the text of each field is read before it is checked."""
    hints = get_type_hints(kind, include_extras=False)
    return {name: _reader(_plain(hint)) for name, hint in hints.items()}


def _plain(hint: Any) -> Any:
    """The type beneath `Optional` and `Annotated`."""
    if get_origin(hint) is Annotated:
        return _plain(get_args(hint)[0])
    inner = [each for each in get_args(hint) if each is not type(None)]
    return _plain(inner[0]) if inner else hint


def _reader(kind: Any) -> Callable[[str], Any]:
    if kind is bool:
        return _read_switch
    if kind is int:
        return _read_number
    return str


def _read_switch(text: str) -> bool:
    if text not in {"true", "false"}:
        raise Unreadable("provided string was not `true` or `false`")
    return text == "true"


def _read_number(text: str) -> int:
    digits = text[1:] if text[:1] in {"-", "+"} else text
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
        raise Unreadable("invalid digit found in string")
    return int(text)
