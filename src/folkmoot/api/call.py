"""One call of an operation: who asks, from where, and what handlers need to answer."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import ClientDisconnect

from folkmoot.context import Context
from folkmoot.core.people.sessions import Client
from folkmoot.model.errors import NotLoggedIn
from folkmoot.model.people import LocalUser, Person, Viewer

Key = tuple[str, int]
"""What an answer was made from, as `store/changes.py` numbers it."""


@dataclass(slots=True)
class Call:
    """`viewer` is nobody for an invalid token; `token` what was sent, valid or not. `address`: the client's."""

    context: Context
    scope: Any
    viewer: Viewer
    token: str
    address: str
    app: Any
    headers: dict[bytes, bytes] = field(default_factory=dict)
    receive: Any = None
    """Where the body comes from, for the few operations that read it themselves."""
    path: dict[str, str] = field(default_factory=dict)
    """The words of the path that the table names in braces."""

    @property
    def member(self) -> tuple[Person, LocalUser]:
        """The caller's person and account. Raises `NotLoggedIn`."""
        if self.viewer.person is None or self.viewer.account is None:
            raise NotLoggedIn
        return self.viewer.person, self.viewer.account

    @property
    def by_cookie(self) -> bool:
        """Whether the token came as a cookie: browsers send that with whatever a page has them load."""
        return bool(self.token) and self.headers.get(b"authorization", b"")[:7].lower() != b"bearer "

    @property
    def client(self) -> Client:
        """The program that calls, as lists of log-ins show it."""
        return Client(self.address or None, self.headers.get(b"user-agent", b"").decode("latin-1") or None)

    def read(self) -> AbstractAsyncContextManager[Any]:
        """A transaction that sees one state of the database."""
        return self.context.db.read()

    def write(self) -> AbstractAsyncContextManager[Any]:
        """A transaction that is kept unless it raises."""
        return self.context.db.write()

    def made_from(self, *keys: Key, late: tuple[Key, ...] = ()) -> None:
        """Say that this answer is the same for every visitor until one of `keys` changes; changes of `late` may show a second later."""
        if not self.token:
            self.scope["page_made_from"] = (keys, late)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is not just 200 and JSON."""

    body: bytes = b""
    status: int = 200
    kind: bytes = b"application/json"
    headers: tuple[tuple[bytes, bytes], ...] = ()


Handler = Callable[..., Awaitable[Any]]


async def read_body(receive: Any) -> bytes:
    """The whole body of a request; the layers before have bounded it.

    Raises `ClientDisconnect` where the connection ended before the body did: what came may read like all of it.
    """
    message = await _part(receive)
    if not message.get("more_body", False):
        body: bytes = message.get("body", b"")
        return body
    parts = [message.get("body", b"")]
    while message.get("more_body", False):
        message = await _part(receive)
        parts.append(message.get("body", b""))
    return b"".join(parts)


async def _part(receive: Any) -> Any:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return message
