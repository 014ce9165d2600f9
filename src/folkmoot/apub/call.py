"""A request of another server, as handlers get it, and what they answer."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from folkmoot.apub.objects.context import Json, to_bytes
from folkmoot.apub.signatures import VerifiedSender
from folkmoot.context import Context

ACTIVITY_JSON = b"application/activity+json"
JRD_JSON = b"application/jrd+json"
JSON = b"application/json"

MINUTE, HOUR, THREE_DAYS = 60, 3600, 259_200

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, media type and body. `keep`: for how many seconds anybody may keep it; 0 for nobody, not even for a moment."""

    status: int = 200
    body: bytes = b""
    kind: bytes = b""
    keep: int = MINUTE
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A request. `parts`: what the row of the table found in the path. `headers`: names in lower case.

    `sender`: who signed it, proven, once something asked for that. `bare`: of an actor no more than its key may be shown (SIG-22).
    `vouched`: the community that it is about has said that somebody of the sender's server is in (VIS-1).
    """

    context: Context
    scope: Any
    receive: Callable[[], Awaitable[Any]]
    parts: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    sender: VerifiedSender | None = None
    bare: bool = False
    vouched: bool = False

    @property
    def origin(self) -> str:
        """Ours, however the server was reached (URL-14)."""
        return self.context.settings.origin

    @property
    def path(self) -> str:
        path: str = self.scope["path"]
        return path

    @property
    def target(self) -> str:
        """Path and query as they were sent, for signatures."""
        raw: bytes = self.scope.get("raw_path") or self.path.encode()
        query: bytes = self.scope["query_string"]
        path = raw.partition(b"?")[0].decode("latin-1")
        return f"{path}?{query.decode('latin-1')}" if query else path

    def asked(self, name: str) -> str | None:
        """The first value of that name in the query. However much else stands there, the layers before have bounded it."""
        query: bytes = self.scope["query_string"]
        return next((value for key, value in parse_qsl(query.decode("latin-1")) if key == name), None)


Handler = Callable[[Call], Awaitable[Answer]]


def document(content: Json, *, status: int = 200, keep: int = MINUTE) -> Answer:
    """An ActivityPub document."""
    return Answer(status, to_bytes(content), ACTIVITY_JSON, keep)


def plain(content: object, *, status: int = 200, kind: bytes = JSON, keep: int = MINUTE) -> Answer:
    """A document in some other kind of JSON."""
    return Answer(status, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), kind, keep)


def refusal(code: str, message: str | None = None, *, status: int = 400, keep: int = MINUTE) -> Answer:
    """An error by its name, as the JSON API has it."""
    return plain({"error": code, **({"message": message} if message else {})}, status=status, keep=keep)


def moved(target: str, *, status: int = 308, keep: int = MINUTE) -> Answer:
    """It is elsewhere."""
    return Answer(status, keep=keep, headers=((b"location", target.encode()),))


NOTHING = Answer(404)
"""There is no such thing, and nothing more to say."""
