"""`python -m tools.bench.outbox`: communities with followers on many servers, people who comment and vote in them, and how long
it takes until each server has each activity (DLV-13, acceptance case 96).

A tenth of the servers is dead, one is slow. The servers are another process on this machine (`tools/bench/sink.py`), and take part of it.
Every activity is signed anew for each server, so what RSA allows bounds how many can be told how much: 20 activities a second to all of
500 servers would be 10,000 signatures a second, more than two cores make. Nobody's servers follow everything: here the activities are
spread over ten communities (`--communities`), each followed by a tenth of the servers; the slow one follows all. `--communities 1` is the
case of one community that all 500 follow; choose a `--rate` that RSA allows then.
"""

import argparse
import asyncio
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import uvloop
from aiohttp.abc import AbstractResolver, ResolveResult

from folkmoot import __version__
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
from tools.bench import databases, rsa
from tools.bench.report import machine
from tools.bench.server import free_port

PEOPLE = 20
SHARE_OF_VOTES = 0.7
DEAD_PORT = 1


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of it. Times in seconds; `posts_per_second`: requests that arrived while people talked; `posts_per_core`:
    requests per second of processor time of the sending process, which writes the comments and votes too; memory (PSS) 5 s after
    start and at the end."""

    destinations: int
    communities: int
    rate: int
    activities: int
    arrived: int
    expected: int
    median: float
    p95: float
    worst: float
    slow_median: float | None
    posts_per_second: float
    posts_per_core: float
    rsa_signatures_per_core: float
    share_of_rsa: float
    memory_before_mb: int
    memory_after_mb: int


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


async def follower(tx: Tx, host: str, community_ids: Sequence[int]) -> None:
    """A server with one person who follows the communities."""
    instance_id = await tx.value(
        "INSERT INTO instance (domain, published) VALUES (:host, :now) RETURNING id", host=host, now=tx.now
    )
    person_id = await tx.value(
        "INSERT INTO person (instance_id, name, name_key, host, local, ap_id, inbox_url, published, last_refreshed)"
        " VALUES (:instance_id, 'reader', 'reader', :host, :no, :ap_id, :inbox, :now, :now) RETURNING id",
        instance_id=instance_id, host=host, no=False, ap_id=f"http://{host}/u/reader", inbox=f"http://{host}/inbox", now=tx.now,
    )  # fmt: skip
    for community_id in community_ids:
        await tx.run(
            "INSERT INTO community_follow (person_id, community_id, published) VALUES (:person_id, :community_id, 0)",
            person_id=person_id, community_id=community_id,
        )  # fmt: skip
    await tx.run(
        "INSERT INTO destination (instance_id, cursor, since) VALUES (:id, 0, :now)",
        id=instance_id,
        now=tx.now,
    )


async def furnish(db: Database, hosts: list[str], number: int) -> tuple[list[Viewer], list[int]]:
    """A site with people, and communities with a post each, dealt out among the servers as followers; the people and the posts' ids."""
    await upgrade(db)
    people = []
    for each in range(PEOPLE):
        asked = Register(f"person{each:02}", "a-long-password", "a-long-password")
        ready = await prepare(asked)
        async with db.write() as tx:
            if not each:
                await create_site(tx, domain="bench.test", origin="http://bench.test")
            people.append(await create_account(tx, asked, ready))
    made = [await new_key_pair() for _ in range(number)]
    ids: list[int] = []
    posts: list[int] = []
    async with db.write() as tx:
        await tx.run("UPDATE local_user SET accepted_application = :yes, admin = :yes", yes=True)
        for each, keys in enumerate(made):
            asked_for = CreateCommunity(f"busy{each}", f"Busy {each}", keys=keys)
            ids.append((await create_community(tx, people[0], asked_for)).id)
        for place, host in enumerate(hosts):
            await follower(tx, host, ids if host.startswith("slow") else [ids[place % number]])
    async with db.write() as tx:
        for each in ids:
            posts.append(
                (await create_post(tx, people[0], CreatePost(each, f"What everybody in {each} says"))).id
            )
    return people, posts


async def talk(db: Database, people: list[Viewer], posts: list[int], count: int, rate: float) -> None:
    """So many comments and votes, at so many each second, in one community after the other."""
    comment_ids: dict[int, list[int]] = {}
    async with db.write() as tx:
        for post_id in posts:
            first = await create_comment(
                tx, people[0], CreateComment(post_id, f"The first word on {post_id}.")
            )
            comment_ids[post_id] = [first.comment.id]
    began = time.monotonic()
    for number in range(count):
        who, post_id = people[number % PEOPLE], posts[number // 10 % len(posts)]
        known = comment_ids[post_id]
        async with db.write() as tx:
            if number % 10 < SHARE_OF_VOTES * 10:
                await vote_on_comment(
                    tx, who, known[number % len(known)], 1 if (number // PEOPLE) % 2 else -1
                )
            else:
                text = f"Number {number}, with a few words more, as people write them."
                known.append((await create_comment(tx, who, CreateComment(post_id, text))).comment.id)
        await asyncio.sleep(max(0.0, began + (number + 1) / rate - time.monotonic()))


async def measure(asked: argparse.Namespace, database: str, limit: rsa.Limit) -> Figures:
    """Run it once."""
    port = free_port()
    dead = asked.destinations // 10
    hosts = [f"dead{number:03}.test:{DEAD_PORT}" for number in range(dead)] + [f"slow.test:{port}"]
    hosts += [f"s{number:03}.test:{port}" for number in range(asked.destinations - len(hosts))]
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
        people, posts = await furnish(db, hosts, asked.communities)
        stopping, lanes = asyncio.Event(), Lanes(Context(db, settings, db.clock, http), "bench")
        running = asyncio.create_task(lanes.run(stopping))
        used = time.process_time()
        memory: list[float] = []
        asyncio.get_running_loop().call_later(5, lambda: memory.append(_memory_mb()))
        began = time.time()
        await talk(db, people, posts, asked.rate * asked.seconds, asked.rate)
        ended = time.time()
        await asyncio.sleep(asked.linger)
        used = time.process_time() - used
        memory.append(_memory_mb())
        stopping.set()
        await running
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}/report") as answer,
        ):
            lines = (await answer.text()).splitlines()
        async with db.read() as tx:
            rows = await tx.all("SELECT ap_id, published, community_id FROM sent_activity")
            followers = await tx.all(
                "SELECT f.community_id, count(*) FROM community_follow f JOIN person p ON p.id = f.person_id"
                " WHERE NOT p.local AND p.host NOT LIKE 'dead%' AND p.host NOT LIKE 'slow%' GROUP BY f.community_id"
            )
    written = {row[0]: row[1] for row in rows}
    healthy_followers = {row[0]: row[1] for row in followers}
    expected = sum(healthy_followers.get(row[2], 0) for row in rows)
    await db.close()
    healthy: list[float] = []
    slow: list[float] = []
    during = 0
    for line in lines:
        host, name, moment = line.split(" ")
        (slow if host.startswith("slow") else healthy).append((int(moment) - written[name]) / 1e6)
        during += began * 1e6 <= int(moment) <= ended * 1e6
    healthy.sort()
    return Figures(
        destinations=asked.destinations,
        communities=asked.communities,
        rate=asked.rate,
        activities=len(written),
        arrived=len(healthy),
        expected=expected,
        median=round(statistics.median(healthy), 3),
        p95=round(healthy[int(len(healthy) * 0.95)], 3),
        worst=round(healthy[-1], 3),
        slow_median=round(statistics.median(slow), 1) if slow else None,
        posts_per_second=round(during / (ended - began), 1),
        posts_per_core=round(len(lines) / used, 1),
        rsa_signatures_per_core=round(limit.signs, 1),
        share_of_rsa=round(len(lines) / used / limit.signs, 2),
        memory_before_mb=round(memory[0]),
        memory_after_mb=round(memory[-1]),
    )


def _memory_mb() -> float:
    return float(psutil.Process().memory_full_info().pss) / 2**20


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for on the command line, or in `given`."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.outbox", description=__doc__)
    parser.add_argument("--destinations", type=int, default=500)
    parser.add_argument("--communities", type=int, default=10)
    parser.add_argument("--rate", type=int, default=20, help="activities per second")
    parser.add_argument("--seconds", type=int, default=60, help="600 shows memory over ten minutes")
    parser.add_argument(
        "--linger", type=float, default=5.0, help="seconds to wait for what is still on its way"
    )
    parser.add_argument("--at-once", type=int, default=64)
    parser.add_argument("--database", default="sqlite", help=databases.HELP)
    return parser.parse_args(given)


def run(asked: argparse.Namespace) -> None:
    """Measure, print the table, and leave the same as JSON."""
    limit = rsa.measure()
    with (
        tempfile.TemporaryDirectory(prefix="folkmoot-outbox-") as folder,
        databases.empty(asked.database, Path(folder), "outbox") as url,
    ):
        figures = uvloop.run(measure(asked, url, limit))
    about: dict[str, Any] = {
        "version": __version__,
        "database": url.partition(":")[0],
        "machine": machine(),
        "rsa_2048_per_core": asdict(limit),
    }
    target = Path(".bench") / f"result-outbox-{about['database']}.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({"about": about, "rows": [asdict(figures)]}, indent=2) + "\n")
    print(table(about, limit, figures))
    print(f"\nAs JSON: {target}")


def table(about: dict[str, Any], limit: rsa.Limit, row: Figures) -> str:
    """Everything, as Markdown."""
    words = (
        f"Folkmoot {about['version']}, {about['database']}, one sending process, on the machine of those that receive; {about['machine']}."
        f" {limit.words()}. {row.rate} activities/s, spread over {row.communities} communities, each followed by"
        f" {row.destinations / row.communities:,.0f} of {row.destinations} servers; {row.destinations // 10} of these are dead,"
        " one takes nine seconds to answer."
    )
    slow = "" if row.slow_median is None else f"{row.slow_median:.1f}"
    cells = {
        "activities": f"{row.activities:,}",
        "arrived": f"{row.arrived:,}",
        "of": f"{row.expected:,}",
        "median s": f"{row.median:.2f}",
        "p95 s": f"{row.p95:.2f}",
        "worst s": f"{row.worst:.2f}",
        "slow server, median s": slow,
        "POSTs/s": f"{row.posts_per_second:,.0f}",
        "POSTs/s per core": f"{row.posts_per_core:,.0f}",
        "of RSA": f"{row.share_of_rsa:.0%}",
        "MB before": str(row.memory_before_mb),
        "MB after": str(row.memory_after_mb),
    }
    return "\n".join(
        [
            words,
            "",
            f"| {' | '.join(cells)} |",
            f"|{'--:|' * len(cells)}",
            f"| {' | '.join(cells.values())} |",
        ]
    )


if __name__ == "__main__":
    run(arguments())
