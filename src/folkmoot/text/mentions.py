"""Who and what a text names: `@name@host`, `!community@host`, `/u/…`, `/c/…`, `/m/…` (D-5, N-3).

The one pattern here serves the links in rendered text and the notifications, so that who sees their name as a link is also told.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal, NamedTuple

from folkmoot.text import dialect
from folkmoot.text.dialect import Kind

# Typographic replacement has made dashes of the `--` in hosts such as xn--bcher-kva.example; in a host they can be nothing else.
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9._\u2013\u2014-]*[A-Za-z0-9])?(?::[0-9]{1,5}(?![\w]))?"
PATTERN = rf"(?<![\w/@])(?:(?P<sign>[!@])|/(?P<letter>[cum])/)(?P<name>\w[\w.-]*)@(?P<host>{_HOST})"
"""To be used in larger patterns; `found` makes a `Named` of its match."""

_HANDLE = re.compile(PATTERN)


class Named(NamedTuple):
    """A person or community as a text names it. `host` is in lower case and may end in a port."""

    kind: Literal["person", "community"]
    name: str
    host: str


def found(match: re.Match[str]) -> Named:
    """What one match of `PATTERN` names."""
    person = match["sign"] == "@" or match["letter"] == "u"
    host = match["host"].replace("\u2014", "---").replace("\u2013", "--").lower()
    return Named("person" if person else "community", match["name"], host)


def mentioned(source: str) -> list[tuple[str, str]]:
    """The people named as `@name@host`, as (name, host in lower case): each once, in order, none from code (N-3).

    Clients write mentions as links, so the words of a link count, its address does not.
    """
    return _distinct((n.name, n.host) for sign, n in _named(source) if sign == "@")


def _named(source: str) -> Iterator[tuple[str | None, Named]]:
    if "@" not in source:
        return
    for kind, piece in dialect.pieces(dialect.to_html(source)):
        if kind is Kind.TEXT and "@" in piece:
            for match in _HANDLE.finditer(piece):
                yield match["sign"], found(match)


def _distinct(pairs: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for name, host in pairs:
        seen.setdefault((unicodedata.normalize("NFKC", name).casefold(), host), (name, host))
    return list(seen.values())
