"""A network of the test's own: hosts are servers of ours in this process, or scripted ones; nothing leaves it.

A request of a server goes through the real client up to the wire, and from there into the real application of the other server: what is
signed is verified. Who asks for a host that nobody plays gets the error of a name that does not resolve.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from multidict import CIMultiDict
from yarl import URL

from folkmoot.app import build_app, tools_of
from folkmoot.apub.inbox.process import processor_of
from folkmoot.apub.lookup import lookup_of
from folkmoot.apub.signing import authority_of
from folkmoot.context import Context
from folkmoot.core.communities.create import CreateCommunity, create_community
from folkmoot.core.search.resolve import Resolved, resolve_anywhere
from folkmoot.jobs.runner import Runner
from folkmoot.model.communities import Community
from folkmoot.model.people import Viewer
from folkmoot.model.time import FixedClock
from folkmoot.net.client import Client, Fetched, Target
from folkmoot.net.errors import TooLarge, Unreachable
from folkmoot.settings import Settings
from folkmoot.store import communities, received
from folkmoot.store.db import Database, Tx, writing
from tests import rows


@dataclass(frozen=True)
class Request:
    """What was asked over the network. `sender`: the host that asked."""

    sender: str
    method: str
    url: URL
    headers: CIMultiDict[str]
    body: bytes

    @property
    def host(self) -> str:
        return self.url.host or ""


@dataclass(frozen=True)
class Answer:
    """What a host says."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/activity+json"
    headers: dict[str, str] = field(default_factory=dict)


Host = Callable[[Request], Awaitable[Answer]]


class Network:
    """Who answers under which name, what was asked, and who cannot be reached."""

    def __init__(self) -> None:
        self.hosts: dict[str, Host] = {}
        self.asked: list[Request] = []
        self.down: set[str] = set()
        self.servers: list[Server] = []

    async def ask(self, request: Request) -> Answer:
        self.asked.append(request)
        host = self.hosts.get(request.host)
        if host is None or request.host in self.down:
            raise Unreachable(f"{request.host} does not resolve")
        return await host(request)

    def asked_of(self, host: str, *, method: str = "") -> list[Request]:
        """The requests that went to a host."""
        return [one for one in self.asked if one.host == host and method in ("", one.method)]

    async def settle(self, rounds: int = 60) -> None:
        """Let every server do all its due work, until there is none left anywhere."""
        for _ in range(rounds):
            done = 0
            for server in self.servers:
                done += await server.work()
            if not done:
                return
        raise AssertionError("the servers do not come to rest")


class NetworkClient(Client):
    """The real client, whose wire is the network of the test."""

    def __init__(self, network: Network, host: str, *, development: bool = False) -> None:
        super().__init__(
            agent=f"Folkmoot/test; +https://{host}", holds_write=writing.get, development=development
        )
        self._network = network
        self._host = host

    async def _exchange(self, url: URL, headers: dict[str, str], limit: int, truncate: bool) -> Fetched:
        return await self._asked(Request(self._host, "GET", url, CIMultiDict(headers), b""), limit, truncate)

    async def _send(
        self,
        to: Target,
        headers: dict[str, str],
        body: bytes,
        limit: int,
        timeout: float,  # noqa: ASYNC109
        unread: bool,
    ) -> Fetched:
        url = URL(to.url, encoded=to.url.isascii())
        async with asyncio.timeout(timeout):
            return await self._asked(
                Request(self._host, "POST", url, CIMultiDict(headers), body), limit, True
            )

    async def _asked(self, request: Request, limit: int, truncate: bool) -> Fetched:
        url = request.url
        answer = await self._network.ask(request)
        if len(answer.body) > limit and not truncate:
            raise TooLarge(str(url))
        kind, _, _ = answer.content_type.partition(";")
        return Fetched(
            status=answer.status,
            url=str(url),
            content_type=kind.strip().lower(),
            charset=None,
            body=answer.body[:limit],
            complete=len(answer.body) <= limit,
            headers=CIMultiDict({"Content-Type": answer.content_type, **answer.headers}),
        )


async def call_app(app: Any, request: Request) -> Answer:
    """One request into an ASGI application."""
    headers = {
        "host": authority_of(str(request.url)),
        **{name.lower(): value for name, value in request.headers.items()},
    }
    if request.method == "POST":
        headers.setdefault("content-length", str(len(request.body)))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.encode(),
        "query_string": request.url.raw_query_string.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
        "client": ("198.51.100.7", 40000),
        "server": (request.host, 443),
        "state": {},
    }
    status = 0
    answered: dict[str, str] = {}
    body = bytearray()
    given = False

    async def receive() -> dict[str, Any]:
        nonlocal given
        if given:
            await asyncio.Event().wait()
        given = True
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            answered.update(
                {name.decode().lower(): value.decode("latin-1") for name, value in message["headers"]}
            )
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, send)
    return Answer(status, bytes(body), answered.get("content-type", ""), answered)


class Server:
    """One of our servers on the network, with a database of its own."""

    def __init__(self, network: Network, host: str, db: Database, clock: FixedClock, folder: Path) -> None:
        self.network = network
        self.host = host
        self.db = db
        self.clock = clock
        settings = Settings(database="sqlite:///unused.db", hostname=host, scheme="https", data_dir=folder)
        self.context = Context(db, settings, clock, NetworkClient(network, host))
        self.app = build_app(self.context)
        self.tools = tools_of(self.context)
        self.runner = Runner(self.tools)
        network.hosts[host] = self._answer
        network.servers.append(self)

    async def _answer(self, request: Request) -> Answer:
        return await call_app(self.app, request)

    async def work(self) -> int:
        """Do all that is due now: jobs, what was received, what is to be delivered; how much that was."""
        done = await self.runner.run_all_due()
        done += await processor_of(self.context).drain()
        done += await self.runner.lanes.drain()
        for moment in self.runner.moments:
            did = await moment.run(self.tools)
            done += did if isinstance(did, int) else 0
        return done

    async def settle(self) -> None:
        """Do all there is to do here."""
        while await self.work():
            pass

    async def resolves(self, who: Viewer, query: str) -> Resolved:
        """Somebody here asks for something by its address or handle."""
        return await resolve_anywhere(self.db, who, query, lookup_of(self.context).bring)

    async def verdict(self, ap_id: str) -> str:
        """What became of an activity that was received: `accepted`, why it was refused, or why it is put off."""
        async with self.db.read() as tx:
            told = await received.by_ap_id(tx, ap_id)
        if told is None:
            return "unknown"
        if told.state == "accepted":
            return "accepted"
        return f"{told.state} {told.reason}" if told.state != "refused" else str(told.reason)

    async def joins(self, name: str, *, admin: bool = False) -> Viewer:
        """Somebody gets an account here."""
        async with self.db.write() as tx:
            return await rows.local_person(tx, name, admin=admin)

    async def founds(self, name: str, founder: Viewer, **more: Any) -> Community:
        """Somebody founds a community here."""
        async with self.db.write() as tx:
            return await create_community(tx, founder, CreateCommunity(name, name.title(), **more))

    async def community(self, name: str, host: str) -> Community:
        """A community as it is known here."""
        async with self.db.read() as tx:
            found = await communities.by_name(tx, name, None if host == self.host else host)
        assert found is not None, f"{self.host} does not know !{name}@{host}"
        return found

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Tx]:
        """A transaction."""
        async with self.db.write() as tx:
            yield tx

    async def value(self, sql: str, **values: Any) -> Any:
        """What the database says."""
        async with self.db.read() as tx:
            return await tx.value(sql, **values)

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        """What the database says, all of it."""
        async with self.db.read() as tx:
            return [tuple(row) for row in await tx.all(sql, **values)]
