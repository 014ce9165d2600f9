"""`python -m tools.bench.outbox`: a community with followers on many servers, people who comment and vote in it, and how long
it takes until each server has each activity (DLV-13, acceptance case 96).

A tenth of the servers is dead, one is slow. The servers are another process on this machine (`tools/bench/sink.py`), and take part of it.
"""

import argparse
import asyncio
import json
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import aiohttp
import psutil
import uvloop
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from folkmoot import __version__
from folkmoot.apub.keys import private_key
from folkmoot.context import Context
from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.communities.create import CreateCommunity, create_community
from folkmoot.core.people.keys import new_key_pair
from folkmoot.core.people.register import Register, create_account, prepare
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.site.setup import create_site
from folkmoot.core.votes.cast import vote_on_comment
from folkmoot.jobs.lanes import Lanes
from folkmoot.model.people import Viewer
from folkmoot.model.time import SystemClock
from folkmoot.net.client import Client
from folkmoot.settings import Settings
from folkmoot.store.db import Database, Tx, writing
from folkmoot.store.engine import open_database
from folkmoot.store.migrate import upgrade
from tools.bench.server import free_port

PEOPLE = 20
SHARE_OF_VOTES = 0.7
DEAD_PORT = 1


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of it. Times in seconds; `posts_per_core`: requests per second of processor time of the sending process."""

    destinations: int
    activities: int
    arrived: int
    expected: int
    median: float
    p95: float
    worst: float
    slow_median: float | None
    posts_per_core: float
    rsa_signatures_per_core: float
    memory_mb: float


class Here(AbstractResolver):
    """Every name leads to this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)
        ]

    async def close(self) -> None:
        pass


@asynccontextmanager
async def sink(port: int) -> AsyncIterator[None]:
    """The other servers."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tools.bench.sink", str(port), stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    await process.stdout.readline()
    try:
        yield
    finally:
        process.kill()
        await process.wait()


async def follower(tx: Tx, host: str, community_id: int) -> None:
    """A server with one person who follows the community."""
    instance_id = await tx.value(
        "INSERT INTO instance (domain, published) VALUES (:host, :now) RETURNING id", host=host, now=tx.now
    )
    person_id = await tx.value(
        "INSERT INTO person (instance_id, name, name_key, host, local, ap_id, inbox_url, published, last_refreshed)"
        " VALUES (:instance_id, 'reader', 'reader', :host, :no, :ap_id, :inbox, :now, :now) RETURNING id",
        instance_id=instance_id, host=host, no=False, ap_id=f"http://{host}/u/reader", inbox=f"http://{host}/inbox", now=tx.now,
    )  # fmt: skip
    await tx.run(
        "INSERT INTO community_follow (person_id, community_id, published) VALUES (:person_id, :community_id, 0)",
        person_id=person_id, community_id=community_id,
    )  # fmt: skip
    await tx.run(
        "INSERT INTO destination (instance_id, cursor, since) VALUES (:id, 0, :now)",
        id=instance_id,
        now=tx.now,
    )


async def furnish(db: Database, hosts: list[str]) -> tuple[list[Viewer], int]:
    """A site with people, a community that all these servers follow, and a post; the people and the post's id."""
    await upgrade(db)
    people = []
    for number in range(PEOPLE):
        asked = Register(f"person{number:02}", "a-long-password", "a-long-password")
        ready = await prepare(asked)
        async with db.write() as tx:
            if not number:
                await create_site(tx, domain="bench.test", origin="http://bench.test")
            people.append(await create_account(tx, asked, ready))
    keys = await new_key_pair()
    async with db.write() as tx:
        await tx.run("UPDATE local_user SET accepted_application = :yes, admin = :yes", yes=True)
        community = await create_community(tx, people[0], CreateCommunity("busy", "Busy", keys=keys))
        for host in hosts:
            await follower(tx, host, community.id)
    async with db.write() as tx:
        post = await create_post(tx, people[0], CreatePost(community.id, "What everybody talks about"))
    return people, post.id


async def talk(db: Database, people: list[Viewer], post_id: int, count: int, rate: float) -> None:
    """So many comments and votes, at so many each second."""
    async with db.write() as tx:
        first = (await create_comment(tx, people[0], CreateComment(post_id, "The first word."))).comment
    began = time.monotonic()
    comment_ids = [first.id]
    for number in range(count):
        who = people[number % PEOPLE]
        async with db.write() as tx:
            if number % 10 < SHARE_OF_VOTES * 10:
                target = comment_ids[number % len(comment_ids)]
                await vote_on_comment(tx, who, target, 1 if (number // PEOPLE) % 2 else -1)
            else:
                text = f"Number {number}, with a few words more, as people write them."
                comment_ids.append((await create_comment(tx, who, CreateComment(post_id, text))).comment.id)
        await asyncio.sleep(max(0.0, began + (number + 1) / rate - time.monotonic()))


def signing_limit(pem: str, seconds: float = 0.5) -> float:
    """RSA-2048 signatures that a core of this machine makes each second."""
    key, count, began = private_key(pem), 0, time.process_time()
    while time.process_time() - began < seconds:
        key.sign(b"x" * 300, PKCS1v15(), SHA256())
        count += 1
    return count / (time.process_time() - began)


async def measure(asked: argparse.Namespace, folder: Path) -> Figures:
    """Run it once."""
    port = free_port()
    dead = asked.destinations // 10
    hosts = [f"dead{number:03}.test:{DEAD_PORT}" for number in range(dead)] + [f"slow.test:{port}"]
    hosts += [f"s{number:03}.test:{port}" for number in range(asked.destinations - len(hosts))]
    database = asked.database or f"sqlite:///{folder / 'bench.db'}"
    db = await open_database(database, SystemClock())
    settings = Settings(
        database=database, hostname="bench.test", development=True, delivery_at_once=asked.at_once
    )
    async with (
        sink(port),
        Client(
            agent="bench",
            holds_write=writing.get,
            development=True,
            resolver=Here(),
            connections=asked.destinations,
        ) as http,
    ):
        people, post_id = await furnish(db, hosts)
        stopping, lanes = asyncio.Event(), Lanes(Context(db, settings, db.clock, http), "bench")
        running = asyncio.create_task(lanes.run(stopping))
        used = time.process_time()
        await talk(db, people, post_id, asked.rate * asked.seconds, asked.rate)
        await asyncio.sleep(asked.linger)
        used = time.process_time() - used
        memory = psutil.Process().memory_info().rss / 1e6
        stopping.set()
        await running
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}/report") as answer,
        ):
            lines = (await answer.text()).splitlines()
        async with db.read() as tx:
            written = {row[0]: row[1] for row in await tx.all("SELECT ap_id, published FROM sent_activity")}
            pem = await tx.value("SELECT private_key FROM community WHERE local")
    await db.close()
    healthy: list[float] = []
    slow: list[float] = []
    for line in lines:
        host, name, moment = line.split(" ")
        (slow if host.startswith("slow") else healthy).append((int(moment) - written[name]) / 1e6)
    healthy.sort()
    return Figures(
        destinations=asked.destinations,
        activities=len(written),
        arrived=len(healthy),
        expected=len(written) * (asked.destinations - dead - 1),
        median=round(statistics.median(healthy), 3),
        p95=round(healthy[int(len(healthy) * 0.95)], 3),
        worst=round(healthy[-1], 3),
        slow_median=round(statistics.median(slow), 1) if slow else None,
        posts_per_core=round(len(lines) / used, 1),
        rsa_signatures_per_core=round(signing_limit(pem), 1),
        memory_mb=round(memory, 1),
    )


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--destinations", type=int, default=500)
    parser.add_argument("--rate", type=int, default=20, help="activities per second")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument(
        "--linger", type=float, default=5.0, help="seconds to wait for what is still on its way"
    )
    parser.add_argument("--at-once", type=int, default=64)
    parser.add_argument("--database", default="", help="a fresh PostgreSQL database, instead of SQLite")
    return parser.parse_args()


def main() -> None:
    """Print the figures as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        figures = uvloop.run(measure(arguments(), Path(folder)))
    about = {"version": __version__, "python": platform.python_version(), "machine": platform.machine()}
    print(json.dumps({**about, **asdict(figures)}, indent=2))


if __name__ == "__main__":
    main()
