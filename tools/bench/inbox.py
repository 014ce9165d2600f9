"""`python -m tools.bench.inbox`: communities of fifty servers pass on what their people do, signed, and how fast it is taken and applied.

The server is a real process. All communities, people and posts are known to it before; what arrives is made and signed ahead.
"""

import argparse
import asyncio
import json
import platform
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from folkmoot import __version__
from folkmoot.app import opened
from folkmoot.apub import signing
from folkmoot.apub.signing import SigningKey
from folkmoot.core.communities.follow import accept_follow, follow_community
from folkmoot.core.communities.mirror import RemoteCommunity, mirror_community
from folkmoot.core.people.keys import new_key_pair
from folkmoot.core.people.mirror import RemotePerson, mirror_person
from folkmoot.core.people.register import Register, create_account, prepare
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.model.people import Viewer
from folkmoot.model.time import SECOND, SystemClock, to_rfc3339
from folkmoot.settings import load_settings
from folkmoot.store.db import Database
from tools.bench.server import environment, free_port, serving

SERVERS, PEOPLE, POSTS = 50, 20, 4
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
PATIENCE = 300
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Home:
    """One of the servers that send: its community with the posts in it, and the key that signs."""

    community: str
    posts: tuple[str, ...]
    people: tuple[str, ...]
    key: SigningKey


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of it: activities per second; lag in seconds from the answer 202 to the effect; memory in MB."""

    mix: str
    activities: int
    accepted_per_second: float
    applied_per_second: float
    refused: int
    wrong: int
    lag_p50: float
    lag_p99: float
    memory_mb: int


def main() -> None:
    """Run what the arguments ask for."""
    asked = arguments()
    with tempfile.TemporaryDirectory(prefix="folkmoot-inbox-") as folder:
        database = f"sqlite:///{folder}/run.db" if asked.database == "sqlite" else asked.database
        settings = environment(database, free_port(), Path(folder), asked.workers) | {
            "FOLKMOOT_DEVELOPMENT": "1"
        }
        homes = asyncio.run(set_up(settings))
        with serving(settings) as server:
            server.settle()
            rows = []
            for mix in ("mix", "comments"):
                rows.append(flood(server.base, database, homes, mix, asked.activities, server.memory_mb))
                print(json.dumps(asdict(rows[-1])), file=sys.stderr, flush=True)
            rows.append(
                asyncio.run(
                    trickle(server.base, database, homes, asked.rate, asked.seconds, server.memory_mb)
                )
            )
    print(table(rows, database.partition(":")[0], asked.workers))


def arguments() -> argparse.Namespace:
    """What was asked on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.inbox", description=__doc__)
    parser.add_argument(
        "--database", default="sqlite", help="sqlite, or the URL of an empty PostgreSQL database"
    )
    parser.add_argument(
        "--activities", type=int, default=20_000, help="how many are sent as fast as they are taken"
    )
    parser.add_argument("--rate", type=int, default=300, help="how many a second are sent evenly")
    parser.add_argument("--seconds", type=int, default=20, help="for how long evenly")
    parser.add_argument("--workers", type=int, default=psutil.cpu_count() or 2)
    return parser.parse_args()


# --- before ----------------------------------------------------------------------------------------------------------


async def set_up(settings: dict[str, str]) -> list[Home]:
    """Servers, communities, people and posts, and somebody here who follows all communities."""
    homes = []
    async with opened(load_settings(settings)) as db:
        reader = await _reader(db)
        for number in range(SERVERS):
            homes.append(await _home(db, reader, number))
    return homes


async def _reader(db: Database) -> Viewer:
    made = await prepare(Register("reader", "correct horse 1", "correct horse 1"))
    async with db.write() as tx:
        return await create_account(tx, Register("reader", "correct horse 1", "correct horse 1"), made)


async def _home(db: Database, reader: Viewer, number: int) -> Home:
    host = f"server{number}.example"
    pair = await new_key_pair()
    community = f"https://{host}/c/talk"
    people = tuple(f"https://{host}/u/person{each}" for each in range(PEOPLE))
    posts = tuple(f"https://{host}/post/{each}" for each in range(POSTS))
    async with db.write() as tx:
        stored = await mirror_community(
            tx,
            RemoteCommunity(
                community,
                "talk",
                host,
                host,
                f"{community}/inbox",
                pair.public,
                f"https://{host}/inbox",
                title="Talk",
            ),
        )
        for ident in people:
            name = ident.rpartition("/")[2]
            await mirror_person(tx, RemotePerson(ident, name, host, host, f"{ident}/inbox", pair.public))
        author = Viewer(
            await mirror_person(
                tx, RemotePerson(people[0], "person0", host, host, f"{people[0]}/inbox", pair.public)
            )
        )
        for ident in posts:
            await create_post(
                tx, author, CreatePost(stored.id, f"About {ident}", ap_id=ident, published=tx.now)
            )
        await follow_community(tx, reader, stored.id)
        await accept_follow(tx, stored.id, reader.id)
    return Home(community, posts, people, SigningKey(f"{community}#main-key", pair.private))


# --- what is sent ----------------------------------------------------------------------------------------------------


class Maker:
    """Makes activities, each different, that all have an effect."""

    def __init__(self, homes: list[Home], origin: str) -> None:
        self.homes = homes
        self.origin = origin
        self.random = random.Random(7)
        self.number = 0
        self.run = time.time_ns()
        self.comments: list[tuple[Home, Json]] = []
        self.votes: list[tuple[Home, Json]] = []

    def one(self, mix: str) -> tuple[Home, Json]:
        """A comment; or, of a mix, seven votes and two comments in ten, and something else."""
        share = self.random.random()
        if mix == "comments" or share < 0.2:
            return self.comment()
        if share < 0.9 or not self.comments or not self.votes:
            return self.vote()
        return self.edit() if share < 0.95 else self.unvote()

    def _ident(self, actor: str, kind: str) -> str:
        self.number += 1
        origin = "/".join(actor.split("/")[:3])
        return f"{origin}/{kind}/{self.run}-{self.number}"

    def _addressed(self, home: Home) -> Json:
        return {"to": [home.community, PUBLIC], "cc": [], "audience": home.community}

    def _activity(self, home: Home, kind: str, actor: str, about: object) -> Json:
        ident = self._ident(actor, f"activities/{kind.lower()}")
        return {"id": ident, "type": kind, "actor": actor, "object": about, **self._addressed(home)}

    def comment(self) -> tuple[Home, Json]:
        home = self.random.choice(self.homes)
        author = self.random.choice(home.people)
        now = to_rfc3339(SystemClock().now())
        note = {
            "type": "Note", "id": self._ident(author, "comment"), "attributedTo": author,
            "inReplyTo": self.random.choice(home.posts), "content": f"<p>Number {self.number} has something to say.</p>",
            "source": {"content": f"Number {self.number} has something to say.", "mediaType": "text/markdown"},
            "mediaType": "text/html", "published": now, **self._addressed(home),
        }  # fmt: skip
        if len(self.comments) < 20_000:
            self.comments.append((home, note))
        return home, self._activity(home, "Create", author, note)

    def edit(self) -> tuple[Home, Json]:
        home, note = self.random.choice(self.comments)
        changed = note | {"updated": to_rfc3339(SystemClock().now()), "content": "<p>Changed.</p>"}
        changed["source"] = {"content": f"Changed by {self.number}.", "mediaType": "text/markdown"}
        return home, self._activity(home, "Update", note["attributedTo"], changed)

    def vote(self) -> tuple[Home, Json]:
        home = self.random.choice(self.homes)
        voters = self.random.choice(self.homes).people
        target = self.random.choice(home.posts)
        if self.comments and self.random.random() < 0.7:
            home, note = self.random.choice(self.comments)
            target = note["id"]
        kind = "Like" if self.random.random() < 0.9 else "Dislike"
        vote = self._activity(home, kind, self.random.choice(voters), target)
        if len(self.votes) < 20_000:
            self.votes.append((home, vote))
        return home, vote

    def unvote(self) -> tuple[Home, Json]:
        home, vote = self.random.choice(self.votes)
        return home, self._activity(home, "Undo", vote["actor"], vote)

    def request(self, mix: str) -> tuple[str, dict[str, str], bytes]:
        """One announced activity, signed: the community that sends it, headers and body."""
        home, inner = self.one(mix)
        outer = self._activity(home, "Announce", home.community, inner)
        outer |= {
            "@context": ["https://www.w3.org/ns/activitystreams"],
            "cc": [f"{home.community}/followers"],
        }
        body = json.dumps(outer).encode()
        headers = signing.sign(
            "POST", f"{self.origin}/inbox", body=body, key=home.key, now=SystemClock().now()
        )
        return home.community, headers, body


# --- runs ------------------------------------------------------------------------------------------------------------


def flood(
    base: str, database: str, homes: list[Home], mix: str, number: int, memory_mb: Callable[[], float]
) -> Figures:
    """Send as fast as they are taken, over fifty connections, and wait until all are applied."""
    maker = Maker(homes, base)
    ready: dict[str, list[bytes]] = {}
    for sender, headers, body in (maker.request(mix) for _ in range(number)):
        ready.setdefault(sender, []).append(raw(base, headers, body))
    moment, began = SystemClock().now(), time.monotonic()
    wrong = asyncio.run(send_all(base, ready))
    accepted = time.monotonic() - began
    asyncio.run(all_applied(database))
    applied = time.monotonic() - began
    refused, lags = asyncio.run(outcome(database, moment))
    middle, worst = _percentiles(lags)
    return Figures(
        mix,
        number,
        number / accepted,
        number / applied,
        refused,
        wrong,
        middle,
        worst,
        round(memory_mb()),
    )


def raw(base: str, headers: dict[str, str], body: bytes) -> bytes:
    """A request as it travels."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    host = base.partition("://")[2]
    return (
        f"POST /inbox HTTP/1.1\r\nHost: {host}\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body
    )


class Sender(asyncio.Protocol):
    """One connection: sends a request, waits for the head of its answer, sends the next. Answers to deliveries are small."""

    def __init__(self, ready: Iterator[bytes], done: asyncio.Future[int]) -> None:
        self.ready = ready
        self.done = done
        self.wrong = 0
        self.held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.next()

    def data_received(self, data: bytes) -> None:
        self.held += data
        head, end, body = self.held.partition(b"\r\n\r\n")
        if not end or len(body) < int(re.findall(rb"(?i)content-length: *(\d+)", head)[0]):
            return
        self.wrong += not head.startswith(b"HTTP/1.1 202")
        self.held = b""
        self.next()

    def next(self) -> None:
        """Send another, or hang up."""
        request = next(self.ready, None)
        if request is None:
            self.transport.close()
        else:
            self.transport.write(request)

    def connection_lost(self, exc: Exception | None) -> None:
        self.wrong += exc is not None
        if not self.done.done():
            self.done.set_result(self.wrong)


async def send_all(base: str, ready: dict[str, list[bytes]]) -> int:
    """Send everything, one connection for each server, so that what it sends arrives in order; how many were not taken."""
    host, _, port = base.partition("://")[2].partition(":")
    loop = asyncio.get_running_loop()
    ends: list[asyncio.Future[int]] = []
    for requests in ready.values():
        ends.append(loop.create_future())
        await loop.create_connection(partial(Sender, iter(requests), ends[-1]), host, int(port))
    return sum(await asyncio.gather(*ends))


async def trickle(
    base: str, database: str, homes: list[Home], rate: int, seconds: int, memory_mb: Callable[[], float]
) -> Figures:
    """Send evenly, each server in its own order, and see how long each activity takes to be applied."""
    maker = Maker(homes, base)
    ready: dict[str, list[tuple[float, dict[str, str], bytes]]] = {}
    for number in range(rate * seconds):
        sender, headers, body = maker.request("mix")
        ready.setdefault(sender, []).append((number / rate, headers, body))
    moment, began = SystemClock().now(), time.monotonic()
    async with aiohttp.ClientSession() as http:

        async def send(requests: list[tuple[float, dict[str, str], bytes]]) -> int:
            wrong = 0
            for due, headers, body in requests:
                await asyncio.sleep(max(0.0, began + due - time.monotonic()))
                async with http.post(f"{base}/inbox", data=body, headers=headers) as answer:
                    wrong += answer.status != 202
            return wrong

        wrong = sum(await asyncio.gather(*map(send, ready.values())))
        took = time.monotonic() - began
    await all_applied(database)
    applied = time.monotonic() - began
    refused, lags = await outcome(database, moment)
    number = rate * seconds
    middle, worst = _percentiles(lags)
    return Figures(
        f"mix at {rate}/s",
        number,
        number / took,
        number / applied,
        refused,
        wrong,
        middle,
        worst,
        round(memory_mb()),
    )


async def all_applied(database: str) -> None:
    """Wait until nothing waits any more."""
    async with opened(load_settings({"FOLKMOOT_DATABASE": database}), prepared=False) as db:
        until = time.monotonic() + PATIENCE
        while True:
            async with db.read() as tx:
                waiting = await tx.value("SELECT count(*) FROM received WHERE state IN ('waiting', 'later')")
            if not waiting:
                return
            if time.monotonic() > until:
                sys.exit(f"{waiting} activities still wait after {PATIENCE} s")
            await asyncio.sleep(0.05)


async def outcome(database: str, since: int) -> tuple[int, list[float]]:
    """How many were refused since a moment, and how long the others took."""
    async with opened(load_settings({"FOLKMOOT_DATABASE": database}), prepared=False) as db, db.read() as tx:
        rows = await tx.all(
            "SELECT state, closed - received, reason FROM received WHERE received >= :since", since=since
        )
    reasons = Counter(row[2] for row in rows if row[0] == "refused")
    if reasons:
        print(f"refused: {dict(reasons)}", file=sys.stderr)
    return reasons.total(), [row[1] / SECOND for row in rows if row[1] is not None]


def _percentiles(lags: list[float]) -> tuple[float, float]:
    ordered = sorted(lags) or [0.0]
    return ordered[len(ordered) // 2], ordered[int(0.99 * (len(ordered) - 1))]


def table(rows: list[Figures], engine: str, workers: int) -> str:
    """Everything, as Markdown."""
    lines = [
        f"Folkmoot {__version__}, {engine}, {workers} workers, {SERVERS} servers; {platform.machine()}.",
        "",
        "| activities | sent | accepted/s | applied/s | refused | wrong | lag p50 s | lag p99 s | memory MB |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        lines.append(
            f"| {row.mix} | {row.activities:,} | {row.accepted_per_second:,.0f} | {row.applied_per_second:,.0f} | {row.refused} |"
            f" {row.wrong} | {row.lag_p50:.2f} | {row.lag_p99:.2f} | {row.memory_mb} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
