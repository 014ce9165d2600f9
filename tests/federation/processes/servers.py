"""Real servers on this machine: own processes, own databases, own loopback addresses; and people who use them through their apps."""

import asyncio
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import httpx

from tests.conftest import POSTGRES

PASSWORD = "correct horse 1"
START_WITHIN = 180.0
STANDS_STILL_AFTER = 30.0
"""Seconds without any change after which something that is still wrong stays wrong. How long it takes to come right is the machine's affair:
five servers, their databases and their readers share its cores, with whatever else it does."""
AT_MOST = 300.0
"""Seconds to wait in any case."""
T = TypeVar("T")


def free_port() -> int:
    """A port that nothing listens on, on all loopback addresses."""
    with socket.socket() as door:
        door.bind(("0.0.0.0", 0))
        port: int = door.getsockname()[1]
        return port


@dataclass
class Server:
    """One server. `name` is for people; `host` is what stands behind the @ of its own people."""

    name: str
    host: str
    folder: Path
    database: str
    http: httpx.AsyncClient
    process: asyncio.subprocess.Process | None = None
    people: dict[str, "Person"] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    """More of the environment than every server has."""

    @property
    def origin(self) -> str:
        """Where its addresses begin."""
        return f"http://{self.host}"

    async def start(self) -> None:
        """Start it, or start it again on what it had."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith("FOLKMOOT_")} | {
            "FOLKMOOT_DEVELOPMENT": "1",
            "FOLKMOOT_DATABASE": self.database,
            "FOLKMOOT_DATA_DIR": str(self.folder),
            "FOLKMOOT_BIND": self.host,
            "FOLKMOOT_HOSTNAME": self.host,
            "FOLKMOOT_ADMIN_NAME": "admin",
            "FOLKMOOT_ADMIN_PASSWORD": PASSWORD,
            "FOLKMOOT_LOG_FORMAT": "json",
            **self.settings,
        }
        program = str(Path(sys.executable).with_name("folkmoot"))
        log = (self.folder / "log").open("ab")
        self.process = await asyncio.create_subprocess_exec(
            program, "serve", env=environ, stdout=log, stderr=log, stdin=asyncio.subprocess.DEVNULL
        )
        log.close()
        until = time.monotonic() + START_WITHIN
        while True:
            try:
                if (await self.http.get(f"{self.origin}/health")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            assert self.process.returncode is None, self.log()
            assert time.monotonic() < until, self.log()
            await asyncio.sleep(0.05)

    async def kill(self, number: int = signal.SIGKILL) -> None:
        """End it, by default without a warning."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
            await self.process.wait()

    def log(self) -> str:
        """The end of what it said."""
        return (self.folder / "log").read_text(errors="replace")[-5000:]

    async def open_up(self) -> None:
        """Its admin lets everybody in and widens the limits."""
        admin = await Person.log_in(self, "admin")
        limits = {
            f"rate_limit_{name}{unit}": number
            for name in ("message", "register", "post", "image", "comment", "search")
            for unit, number in (("", 100_000), ("_per_second", 60))
        }
        await admin.put("/site", name=self.name, registration_mode="Open", **limits)

    async def welcome(self, name: str) -> "Person":
        """Register somebody."""
        person = Person(self, name)
        said = await person.post(
            "/user/register", username=name, password=PASSWORD, password_verify=PASSWORD, show_nsfw=False
        )
        person.token = said["jwt"]
        self.people[name] = person
        return person


class IsBusy(Exception):
    """A server asks for another try: nothing was done."""


class Person:
    """Somebody with an account on a server, and an app."""

    def __init__(self, server: Server, name: str, token: str = "") -> None:
        self.server = server
        self.name = name
        self.token = token

    @classmethod
    async def log_in(cls, server: Server, name: str) -> "Person":
        """With the password that everybody has."""
        person = cls(server, name)
        said = await person.post("/user/login", username_or_email=name, password=PASSWORD)
        person.token = said["jwt"]
        server.people[name] = person
        return person

    @property
    def handle(self) -> str:
        """`name@host`."""
        return f"{self.name}@{self.server.host}"

    async def get(self, path: str, **asked: Any) -> Any:
        """Read."""
        return self._said(await self.server.http.get(self._url(path), params=asked, headers=self._headers()))

    async def post(self, path: str, **asked: Any) -> Any:
        """Do."""
        return self._said(await self.server.http.post(self._url(path), json=asked, headers=self._headers()))

    async def put(self, path: str, **asked: Any) -> Any:
        """Change."""
        return self._said(await self.server.http.put(self._url(path), json=asked, headers=self._headers()))

    def _url(self, path: str) -> str:
        return f"{self.server.origin}/api/v3{path}"

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"} if self.token else {}

    def _said(self, response: httpx.Response) -> Any:
        if response.status_code == 503:
            raise IsBusy(response.text)
        assert response.status_code == 200, (self.handle, response.request.url, response.text[:500])
        return response.json()

    # --- what people do ------------------------------------------------------------------------------------------------

    async def find(self, address: str) -> Any:
        """What stands at an address or behind a handle, fetched if need be."""
        return await self.get("/resolve_object", q=address)

    async def id_of(self, kind: str, address: str) -> int:
        """The number that a post or comment of any server has here."""
        found: int = (await self.find(address))[kind][kind]["id"]
        return found

    async def follow(self, community: str) -> int:
        """Subscribe to `!name@host`; its number here."""
        number: int = (await self.find(community))["community"]["community"]["id"]
        await self.post("/community/follow", community_id=number, follow=True)

        async def state() -> str:
            view = (await self.get("/community", id=number))["community_view"]
            return str(view["subscribed"])

        await settles(state, lambda found: found == "Subscribed", f"{self.handle} follows {community}")
        return number

    async def comment(self, post: str, content: str, parent: str | None, language: int) -> str:
        """Answer a post, or a comment in it, both by address; the new comment's address."""
        asked: dict[str, Any] = {"content": content, "post_id": await self.id_of("post", post)}
        if parent is not None:
            asked["parent_id"] = await self.id_of("comment", parent)
        said = await self.post("/comment", language_id=language, **asked)
        address: str = said["comment_view"]["comment"]["ap_id"]
        return address

    async def vote(self, kind: str, address: str, value: int) -> None:
        """Vote on a post or comment by its address."""
        number = await self.id_of(kind, address)
        await self.post(f"/{kind}/like", **{f"{kind}_id": number, "score": value})


async def settles(ask: Callable[[], Awaitable[T]], right: Callable[[T], bool], what: str) -> T:
    """Ask until the answer is right; that answer. Fails with the last one where it does not change any more."""
    began = changed = time.monotonic()
    before: T | None = None
    while True:
        answer = await ask()
        if right(answer):
            return answer
        now = time.monotonic()
        if answer != before:
            before, changed = answer, now
        assert now - changed < STANDS_STILL_AFTER, f"{what}, and stays so: {answer}"
        assert now - began < AT_MOST, f"{what}, after {AT_MOST} s: {answer}"
        await asyncio.sleep(0.1)


@asynccontextmanager
async def running(folder: Path, hosts: dict[str, str], **settings: str) -> AsyncIterator[dict[str, Server]]:
    """Servers that know nothing of each other yet, by name; `hosts` says where each of them lives, `settings` how.

    On PostgreSQL where the tests were told of one, else on SQLite.
    """
    servers: dict[str, Server] = {}
    made: list[str] = []
    # Votes come from everybody at once, and a server that was killed has to be connected to anew.
    http = httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=100))
    try:
        for name, host in hosts.items():
            home = folder / name
            home.mkdir()
            database = await _database(home, made)
            servers[name] = Server(name, host, home, database, http, settings=settings)
        await asyncio.gather(*(server.start() for server in servers.values()))
        await asyncio.gather(*(server.open_up() for server in servers.values()))
        yield servers
    finally:
        for server in servers.values():
            if server.process is not None:
                await server.kill()
        await http.aclose()
        await _drop(made)


async def _database(home: Path, made: list[str]) -> str:
    if not POSTGRES:
        return f"sqlite:///{home / 'folkmoot.db'}"
    address, _, base = POSTGRES.rpartition("/")
    name = f"{base}_{home.name}_{secrets.token_hex(4)}"
    admin = await asyncpg.connect(POSTGRES)
    await admin.execute(f'CREATE DATABASE "{name}"')
    await admin.close()
    made.append(name)
    return f"{address}/{name}"


async def _drop(names: list[str]) -> None:
    if names:
        admin = await asyncpg.connect(POSTGRES)
        for name in names:
            await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await admin.close()
