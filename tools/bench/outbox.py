"""`python -m tools.bench.outbox`: communities with followers on many servers, people who comment and vote in them, and how long
it takes until each server has each activity (DLV-13, acceptance case 96).

A tenth of the servers is dead, one is slow. The servers are another process on this machine (`tools/bench/sink.py`), and take part of it;
so are the people (`tools/bench/talk.py`), whose processor time is told apart.
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
from folkmoot.cli.process import tune
from folkmoot.context import Context
from folkmoot.jobs.lanes import Lanes
from folkmoot.jobs.wake import Watch
from folkmoot.model.time import SystemClock
from folkmoot.net.client import Client
from folkmoot.settings import Settings
from folkmoot.store.db import writing
from folkmoot.store.engine import open_database
from tools.bench import databases, rsa
from tools.bench.report import machine
from tools.bench.server import free_port


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of it. Times in seconds; `posts_per_second`: requests that arrived while people talked; `posts_per_core`:
    requests per second of processor time of the sending process, `with_writing_per_core` of that and the process in which people write the
    comments and votes; memory (PSS) 5 s after start and at the end."""

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
    with_writing_per_core: float
    rsa_signatures_per_core: float
    share_of_rsa: float
    share_with_writing: float
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


@asynccontextmanager
async def people(
    asked: argparse.Namespace, database: str, port: int
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Those who talk, once everything is made; a line tells them to begin."""
    given = {
        "destinations": asked.destinations, "communities": asked.communities, "port": port,
        "count": asked.rate * asked.seconds, "rate": asked.rate,
    }  # fmt: skip
    options = [word for name, value in given.items() for word in (f"--{name}", str(value))]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tools.bench.talk", database, *options,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        if await process.stdout.readline() != b"ready\n":
            raise RuntimeError("the site could not be made")
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def measure(asked: argparse.Namespace, database: str, limit: rsa.Limit) -> Figures:
    """Run it once, in a process that has prepared itself as one that serves does."""
    tune()
    port = free_port()
    # Only the client is told that servers may be here and unencrypted: the dead are left alone as where nobody develops.
    settings = Settings(database=database, hostname="bench.test", delivery_at_once=asked.at_once)
    async with (
        sink(port),
        people(asked, database, port) as talking,
        Client(
            agent="bench",
            holds_write=writing.get,
            development=True,
            resolver=Here(),
            connections=asked.destinations,
        ) as http,
    ):
        db = await open_database(database, SystemClock())
        stopping, lanes = asyncio.Event(), Lanes(Context(db, settings, db.clock, http), "bench")
        running = asyncio.gather(lanes.run(stopping), Watch(db, stopping, eager=False).run())
        used = time.process_time()
        memory: list[float] = []
        asyncio.get_running_loop().call_later(5, lambda: memory.append(_memory_mb()))
        told = json.loads((await talking.communicate(b"talk\n"))[0])
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
        during += told["began"] * 1e6 <= int(moment) <= told["ended"] * 1e6
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
        posts_per_second=round(during / (told["ended"] - told["began"]), 1),
        posts_per_core=round(len(lines) / used, 1),
        with_writing_per_core=round(len(lines) / (used + told["used"]), 1),
        rsa_signatures_per_core=round(limit.signs, 1),
        share_of_rsa=round(len(lines) / used / limit.signs, 2),
        share_with_writing=round(len(lines) / (used + told["used"]) / limit.signs, 2),
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
        "with the writing": f"{row.with_writing_per_core:,.0f}",
        "of RSA ": f"{row.share_with_writing:.0%}",
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
