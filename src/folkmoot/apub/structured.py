"""Structured fields (RFC 9651) as far as signatures need them: dictionaries of inner lists, and of byte sequences."""

import base64
import binascii
import re
from dataclasses import dataclass

_KEY = re.compile(r"[a-z*][a-z0-9_.*-]*")
_STRING = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_INTEGER = re.compile(r"-?[0-9]{1,15}(?![0-9.])")
_TOKEN = re.compile(r"[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*")
_BYTES = re.compile(r":([A-Za-z0-9+/=]*):")
_BLANKS = re.compile(r"[ \t]*")
_SPACES = re.compile(r" *")

MAX_ENTRIES = 50

Bare = str | int | bool | bytes


class StructuredFieldError(ValueError):
    """A header that does not follow the grammar, or uses a part of it that no signature needs."""


@dataclass(frozen=True, slots=True)
class InnerList:
    """Strings in round brackets, with parameters. `serialised`: the canonical form, which is what gets signed."""

    items: tuple[str, ...]
    parameters: dict[str, Bare]
    serialised: str


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def take(self, pattern: re.Pattern[str], what: str) -> re.Match[str]:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise StructuredFieldError(f"no {what} at {self.at}")
        self.at = match.end()
        return match

    def sees(self, sign: str) -> bool:
        """Step over a sign if it comes next."""
        if self.text.startswith(sign, self.at):
            self.at += len(sign)
            return True
        return False

    def next_entry(self, entries: int) -> bool:
        """Step to the next entry of a dictionary; False at the end."""
        self.take(_BLANKS, "blanks")
        if self.at == len(self.text):
            return False
        if not self.sees(","):
            raise StructuredFieldError(f"no comma at {self.at}")
        self.take(_BLANKS, "blanks")
        if self.at == len(self.text) or entries >= MAX_ENTRIES:
            raise StructuredFieldError("comma at the end, or too many entries")
        return True

    def key(self) -> str:
        return self.take(_KEY, "key")[0]

    def bare(self) -> tuple[Bare, str]:
        """A value and its canonical form."""
        sign = self.text[self.at : self.at + 1]
        if sign == '"':
            match = self.take(_STRING, "string")
            return re.sub(r"\\(.)", r"\1", match[1]), match[0]
        if sign == ":":
            value = _bytes(self.take(_BYTES, "byte sequence")[1])
            return value, f":{base64.b64encode(value).decode()}:"
        if sign == "?":
            match = self.take(re.compile(r"\?([01])"), "boolean")
            return match[1] == "1", match[0]
        if sign.isdigit() or sign == "-":
            number = int(self.take(_INTEGER, "integer")[0])
            return number, str(number)
        token = self.take(_TOKEN, "value")[0]
        return token, token

    def parameters(self) -> tuple[dict[str, Bare], str]:
        found: dict[str, tuple[Bare, str]] = {}
        while self.sees(";"):
            self.take(_SPACES, "blanks")
            name = self.key()
            value, written = self.bare() if self.sees("=") else (True, "?1")
            found.pop(name, None)
            found[name] = (value, "" if value is True and isinstance(value, bool) else f"={written}")
            if len(found) > MAX_ENTRIES:
                raise StructuredFieldError("too many parameters")
        return {name: value for name, (value, _) in found.items()}, "".join(
            f";{name}{written}" for name, (_, written) in found.items()
        )


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise StructuredFieldError("bad base64") from error


def inner_lists(header: str) -> dict[str, InnerList]:
    """A dictionary of inner lists of plain strings: `sig1=("@method" "host");created=1`. Raises StructuredFieldError.

    A component with parameters of its own is refused: none that we support has any.
    """
    reader = _Reader(header.strip(" "))
    found: dict[str, InnerList] = {}
    while True:
        label = reader.key()
        if not reader.sees("=") or not reader.sees("("):
            raise StructuredFieldError(f"no list at {reader.at}")
        items: list[str] = []
        reader.take(_SPACES, "blanks")
        while not reader.sees(")"):
            value = reader.take(_STRING, "component")[1]
            if "\\" in value or value != value.lower() or len(items) >= MAX_ENTRIES:
                raise StructuredFieldError(f"bad component at {reader.at}")
            items.append(value)
            before = reader.at
            reader.take(_SPACES, "blanks")
            if reader.at == before and not reader.text.startswith(")", before):
                raise StructuredFieldError(f"component with parameters at {before}")
        parameters, written = reader.parameters()
        if label in found:
            raise StructuredFieldError(f"label {label} twice")
        names = " ".join(f'"{item}"' for item in items)
        found[label] = InnerList(tuple(items), parameters, f"({names}){written}")
        if not reader.next_entry(len(found)):
            return found


def byte_sequences(header: str) -> dict[str, bytes]:
    """A dictionary of byte sequences: `sha-256=:…:`; parameters are stepped over. Raises StructuredFieldError."""
    reader = _Reader(header.strip(" "))
    found: dict[str, bytes] = {}
    while True:
        label = reader.key()
        if not reader.sees("="):
            raise StructuredFieldError(f"no value at {reader.at}")
        value = _bytes(reader.take(_BYTES, "byte sequence")[1])
        reader.parameters()
        if label in found:
            raise StructuredFieldError(f"label {label} twice")
        found[label] = value
        if not reader.next_entry(len(found)):
            return found
