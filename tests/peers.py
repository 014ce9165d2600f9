"""A network of scripted servers for tests: what is sent to them is kept, and they answer what the test says."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from multidict import CIMultiDict

from folkmoot.net.client import Client, Fetched
from folkmoot.net.errors import NetFailure, Unreachable
from folkmoot.store.db import writing

Answer = int | NetFailure | tuple[int, Mapping[str, str]] | tuple[int, Mapping[str, str], bytes]


@dataclass(frozen=True)
class Received:
    """One request as a peer got it."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Peer:
    """One server: what it got, and what it answers. `answers` are used up one by one, then it is `otherwise` for ever."""

    otherwise: Answer = 202
    answers: list[Answer] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    pages: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """What it shows, by path: content type and body."""
    decide: Callable[[Received], Answer] | None = None
    hold: Callable[[], Awaitable[object]] | None = None
    """Waited for before each answer."""
    at_once: int = 0
    most_at_once: int = 0

    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, request: Received) -> None:
        self.received.append(request)
        self._news.set()

    async def has_received(self, number: int) -> None:
        """Return once so many requests have come."""
        async with asyncio.timeout(10):
            while len(self.received) < number:
                self._news.clear()
                await self._news.wait()

    @property
    def bodies(self) -> list[str]:
        return [request.body.decode() for request in self.received]


class Network(Client):
    """The door out, leading to these peers; whoever is not among them cannot be reached."""

    def __init__(self) -> None:
        super().__init__(agent="test", holds_write=writing.get)
        self.peers: dict[str, Peer] = {}

    def peer(self, host: str, **script: Any) -> Peer:
        """Let there be a server."""
        self.peers[host] = Peer(**script)
        return self.peers[host]

    async def post(
        self,
        url: str,
        *,
        body: bytes,
        content_type: str,
        headers: Mapping[str, str] | None = None,
        limit_bytes: int = 64 * 1024,
        timeout: float = 10.0,  # noqa: ASYNC109
        unread: bool = False,
    ) -> Fetched:
        assert not writing.get(), "the network is not asked inside a write transaction"
        peer = self.peers.get(urlsplit(url).netloc)
        if peer is None:
            raise Unreachable(url)
        request = Received(url, CIMultiDict({**(headers or {}), "Content-Type": content_type}), body)
        peer.take(request)
        peer.at_once += 1
        peer.most_at_once = max(peer.most_at_once, peer.at_once)
        try:
            if peer.hold is not None:
                await peer.hold()
            if peer.decide is not None:
                return _fetched(url, peer.decide(request))
            return _fetched(url, peer.answers.pop(0) if peer.answers else peer.otherwise)
        finally:
            peer.at_once -= 1

    async def get(self, url: str, **_more: Any) -> Fetched:
        assert not writing.get(), "the network is not asked inside a write transaction"
        parts = urlsplit(url)
        peer = self.peers.get(parts.netloc)
        if peer is None:
            raise Unreachable(url)
        if parts.path not in peer.pages:
            return _fetched(url, 404)
        kind, body = peer.pages[parts.path]
        return _fetched(url, (200, {"Content-Type": kind}, body))


def _fetched(url: str, answer: Answer) -> Fetched:
    if isinstance(answer, NetFailure):
        raise answer
    status, headers, body = (answer, {}, b"") if isinstance(answer, int) else (*answer, b"")[:3]
    kind = headers.get("Content-Type", "").partition(";")[0]
    return Fetched(status, url, kind, None, body, True, CIMultiDict(headers))
