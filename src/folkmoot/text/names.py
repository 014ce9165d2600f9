"""What people, communities and their addresses may be called (M-1, W-13, A-5)."""

import re
import unicodedata
from typing import Literal, NamedTuple

import regex

from folkmoot.text.tidy import is_visible

MIN_NAME = 3
MIN_PASSWORD, MAX_PASSWORD = 10, 60
MAX_EMAIL = 254

_ACTOR_NAME = regex.compile(r"[a-zA-Z0-9_]+|[0-9_\p{Arabic}]+|[0-9_\p{Cyrillic}]+")
_NAMED_ANYWHERE = r"[^\s@!/]+"
_HOST = r"[\w](?:[\w.-]*[\w])?(?::[0-9]{1,5})?"
_HANDLE = re.compile(rf"(?P<sign>[@!]?)(?P<name>{_NAMED_ANYWHERE})(?:@(?P<host>{_HOST}))?")
_MATRIX_ID = re.compile(r"@[\x21-\x39\x3b-\x7e]+:[A-Za-z0-9.-]+(?::[0-9]{2,5})?")
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+)*"
    r"@(?:[A-Za-z0-9\u0080-\U0010ffff](?:[A-Za-z0-9\u0080-\U0010ffff-]{0,61}[A-Za-z0-9\u0080-\U0010ffff])?\.)+"
    r"[A-Za-z\u0080-\U0010ffff][A-Za-z0-9\u0080-\U0010ffff-]{0,61}[A-Za-z0-9\u0080-\U0010ffff]"
)


class Handle(NamedTuple):
    """How somebody or something is called across servers. Without sign, `kind` is None; without host, it is ours."""

    kind: Literal["person", "community"] | None
    name: str
    host: str | None


def valid_actor_name(name: str, max_length: int) -> bool:
    """Whether a person or community may be called so: 3 characters or more, letters of one script, digits, `_` (M-1)."""
    return MIN_NAME <= len(name) <= max_length and _ACTOR_NAME.fullmatch(name) is not None


def valid_display_name(name: str, max_length: int) -> bool:
    """Whether it can be shown as somebody's name: 3 visible characters, the first one visible and not `@` (W-13)."""
    if not name or len(name) > max_length or name[0] == "@" or not is_visible(name[0]):
        return False
    return sum(map(is_visible, name)) >= MIN_NAME


def name_key(name: str) -> str:
    """What two names are compared by: case and ways of writing the same character do not matter."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def valid_matrix_id(matrix_id: str) -> bool:
    """Whether it reads `@local:host`, with or without a port (W-13)."""
    return len(matrix_id) <= 255 and _MATRIX_ID.fullmatch(matrix_id) is not None


def valid_password(password: str) -> bool:
    """Whether it has 10 to 60 Unicode characters (A-5)."""
    return MIN_PASSWORD <= len(password) <= MAX_PASSWORD


def valid_email(address: str) -> bool:
    """Whether mail could be sent there: one `@`, a host with a dot, nothing that needs quoting."""
    return len(address) <= MAX_EMAIL and address.rfind("@") <= 64 and _EMAIL.fullmatch(address) is not None


def parse_handle(text: str) -> Handle | None:
    """`!name@host`, `@name@host`, `name@host` or `name`, also without host behind a sign; None for anything else.

    The host comes back in lower case. Whether the name is one that this site would give out is not looked at.
    """
    match = _HANDLE.fullmatch(text.strip())
    if match is None:
        return None
    kinds: dict[str, Literal["person", "community"]] = {"@": "person", "!": "community"}
    host = match["host"]
    return Handle(kinds.get(match["sign"]), match["name"], host.lower() if host else None)
