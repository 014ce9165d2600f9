"""`python -m tools.bench.inbox`: communities of fifty servers pass on what their people do, signed, and how fast it is taken and applied.

The server is a real process. All communities, people and posts are known to it before. Two floods, a mix (seven votes and two comments in
ten, and something else) and comments alone, are made and signed ahead and sent as fast as they are taken, by each server in its own order;
then the mix is sent evenly, for long enough to see whether memory stays as it is. The lag is measured from outside: from the answer
202 until a look at the database no longer finds the activity waiting.
"""

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from folkmoot import __version__
from folkmoot.app import opened
from folkmoot.model.time import SystemClock
from folkmoot.settings import load_settings
from tools.bench import databases, rsa
from tools.bench.homes import SERVERS, Home, Maker, Request, set_up
from tools.bench.report import machine
from tools.bench.server import Server, environment, free_port, serving

ACTIVITIES, RATE, SECONDS = 20_000, 300, 60
PATIENCE = 300
LOOK = 0.05
"""Seconds between looks at what still waits: a lag may be that much shorter than it is said to be."""
SAMPLE = 10.0
"""Seconds between looks at the memory."""
_OPEN = "(SELECT ap_id FROM received WHERE state = 'waiting' UNION ALL SELECT ap_id FROM received WHERE state = 'later') AS o"
"""What is not done, found by the two small indexes that there are for that: a look at the whole table, twenty times a second, would be
most of what PostgreSQL has to do."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of it: activities per second; processor time of the server (and PostgreSQL) per activity; lag in seconds; memory of all
    its processes in MB, before, after, and in between."""

    mix: str
    activities: int
    accepted_per_second: float
    applied_per_second: float
    cpu_ms: float
    refused: int
    wrong: int
    lag_p50: float | None
    lag_p99: float | None
    memory_before_mb: int
    memory_after_mb: int
    memory_series_mb: tuple[int, ...] = ()


def main() -> None:
    """Run what the arguments ask for."""
    asked = arguments()
    run(asked.database, asked.activities, asked.rate, asked.seconds, asked.workers)


def arguments() -> argparse.Namespace:
    """What was asked on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.inbox", description=__doc__)
    parser.add_argument("--database", default="sqlite", help=databases.HELP)
    parser.add_argument(
        "--activities",
        type=int,
        default=ACTIVITIES,
        help="how many are sent as fast as they are taken; 0: none",
    )
    parser.add_argument("--rate", type=int, default=RATE, help="how many a second are sent evenly")
    parser.add_argument(
        "--seconds", type=int, default=SECONDS, help="for how long evenly; 600 shows memory over ten minutes"
    )
    parser.add_argument("--workers", type=int, default=psutil.cpu_count() or 2)
    return parser.parse_args()


def run(database: str, activities: int, rate: int, seconds: int, workers: int) -> None:
    """Measure, print the table, and leave the same as JSON."""
    limit = rsa.measure()
    with (
        tempfile.TemporaryDirectory(prefix="folkmoot-inbox-") as folder,
        databases.empty(database, Path(folder), "inbox") as url,
    ):
        settings = environment(url, free_port(), Path(folder), workers) | {"FOLKMOOT_DEVELOPMENT": "1"}
        homes = asyncio.run(set_up(settings))
        with serving(settings) as server:
            server.settle()
            rows = []
            for mix in ("mix", "comments") if activities else ():
                rows.append(flood(server, url, homes, mix, activities))
                print(line(rows[-1]), file=sys.stderr, flush=True)
            if seconds:
                rows.append(asyncio.run(trickle(server, url, homes, rate, seconds)))
    engine = url.partition(":")[0]
    about = {
        "version": __version__, "database": engine, "workers": workers, "servers": SERVERS, "machine": machine(),
        "rsa_2048_per_core": asdict(limit),
    }  # fmt: skip
    target = Path(".bench") / f"result-inbox-{engine}.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({"about": about, "rows": [asdict(row) for row in rows]}, indent=2) + "\n")
    print(table(about, limit, rows))
    print(f"\nAs JSON: {target}")


# --- runs ------------------------------------------------------------------------------------------------------------


def flood(server: Server, database: str, homes: list[Home], mix: str, number: int) -> Figures:
    """Send as fast as they are taken, over one connection for each server, and wait until all are applied."""
    maker = Maker(homes, server.base)
    ready: dict[str, list[bytes]] = {}
    for request in (maker.request(mix) for _ in range(number)):
        ready.setdefault(request.sender, []).append(raw(server.base, request))
    before, memory = server.cpu_seconds(), server.memory_mb()
    moment, began = SystemClock().now(), time.monotonic()
    wrong = asyncio.run(send_all(server.base, ready))
    accepted = time.monotonic() - began
    asyncio.run(all_applied(database))
    applied = time.monotonic() - began
    cpu = server.cpu_seconds() - before
    refused = asyncio.run(refused_since(database, moment))
    return Figures(
        mix, number, number / accepted, number / applied, 1000 * cpu / number, refused, wrong, None, None,
        round(memory), round(server.memory_mb()),
    )  # fmt: skip


def raw(base: str, request: Request) -> bytes:
    """A request as it travels."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    host = base.partition("://")[2]
    head = f"POST /inbox HTTP/1.1\r\nHost: {host}\r\n{lines}Content-Length: {len(request.body)}\r\n\r\n"
    return head.encode() + request.body


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


class Watcher:
    """Looks from outside at what is answered and still waits."""

    def __init__(self, server: Server, database: str) -> None:
        self.server = server
        self.database = database
        self.answered: dict[str, float] = {}
        self.lags: list[float] = []
        self.memory: list[int] = []

    async def lag(self) -> None:
        """Until cancelled: what is answered and no longer waits is applied."""
        async with opened(load_settings({"FOLKMOOT_DATABASE": self.database}), prepared=False) as db:
            while True:
                asked = list(self.answered)
                async with db.read() as tx:
                    rows = await tx.all(f"SELECT ap_id FROM {_OPEN}")
                waiting, now = {row[0] for row in rows}, time.monotonic()
                self.lags += [now - self.answered.pop(ident) for ident in asked if ident not in waiting]
                await asyncio.sleep(LOOK)

    async def memory_series(self) -> None:
        """Until cancelled."""
        while True:
            self.memory.append(round(await asyncio.to_thread(self.server.memory_mb)))
            await asyncio.sleep(SAMPLE)


async def trickle(server: Server, database: str, homes: list[Home], rate: int, seconds: int) -> Figures:
    """Send evenly, each server in its own order, made and signed as they go out, and see how long each activity takes to be applied."""
    maker, number = Maker(homes, server.base), rate * seconds
    queues: dict[str, asyncio.Queue[Request | None]] = {home.community: asyncio.Queue() for home in homes}
    watcher, used = Watcher(server, database), server.cpu_seconds()
    watching = [asyncio.create_task(work) for work in (watcher.lag(), watcher.memory_series())]
    moment, began = SystemClock().now(), time.monotonic()
    async with aiohttp.ClientSession() as http:

        async def send(queue: asyncio.Queue[Request | None]) -> int:
            wrong = 0
            while (request := await queue.get()) is not None:
                async with http.post(
                    f"{server.base}/inbox", data=request.body, headers=request.headers
                ) as answer:
                    wrong += answer.status != 202
                watcher.answered[request.ident] = time.monotonic()
            return wrong

        senders = [asyncio.create_task(send(queue)) for queue in queues.values()]
        for each in range(number):
            await asyncio.sleep(max(0.0, began + each / rate - time.monotonic()))
            request = maker.request("mix")
            queues[request.sender].put_nowait(request)
        for queue in queues.values():
            queue.put_nowait(None)
        wrong = sum(await asyncio.gather(*senders))
        took = time.monotonic() - began
    await all_applied(database)
    applied = time.monotonic() - began
    await asyncio.sleep(4 * LOOK)
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    ordered = sorted(watcher.lags) or [0.0]
    return Figures(
        f"mix at {rate}/s for {seconds} s",
        number,
        number / took,
        number / applied,
        1000 * (server.cpu_seconds() - used) / number,
        await refused_since(database, moment),
        wrong,
        ordered[len(ordered) // 2],
        ordered[int(0.99 * (len(ordered) - 1))],
        watcher.memory[0],
        round(server.memory_mb()),
        tuple(watcher.memory),
    )


async def all_applied(database: str) -> None:
    """Wait until nothing waits any more."""
    async with opened(load_settings({"FOLKMOOT_DATABASE": database}), prepared=False) as db:
        until = time.monotonic() + PATIENCE
        while True:
            async with db.read() as tx:
                if not await tx.value(f"SELECT EXISTS (SELECT 1 FROM {_OPEN})"):
                    return
                if time.monotonic() > until:
                    waiting = await tx.value(f"SELECT count(*) FROM {_OPEN}")
                    sys.exit(f"{waiting} activities still wait after {PATIENCE} s")
            await asyncio.sleep(LOOK)


async def refused_since(database: str, since: int) -> int:
    """How many were refused since a moment; why is told on stderr."""
    async with opened(load_settings({"FOLKMOOT_DATABASE": database}), prepared=False) as db, db.read() as tx:
        rows = await tx.all(
            "SELECT reason FROM received WHERE received >= :since AND state = 'refused'", since=since
        )
    reasons = Counter(row[0] for row in rows)
    if reasons:
        print(f"refused: {dict(reasons)}", file=sys.stderr)
    return reasons.total()


HEAD = (
    "| activities | sent | accepted/s | applied/s | CPU ms | refused | wrong | lag p50 s | lag p99 s | MB before | MB after |\n"
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
)


def line(row: Figures) -> str:
    """One row of the table."""
    lags = ["" if lag is None else f"{lag:.2f}" for lag in (row.lag_p50, row.lag_p99)]
    return (
        f"| {row.mix} | {row.activities:,} | {row.accepted_per_second:,.0f} | {row.applied_per_second:,.0f} | {row.cpu_ms:.2f} |"
        f" {row.refused or ''} | {row.wrong or ''} | {lags[0]} | {lags[1]} | {row.memory_before_mb} | {row.memory_after_mb} |"
    )


def table(about: dict[str, Any], limit: rsa.Limit, rows: list[Figures]) -> str:
    """Everything, as Markdown."""
    words = (
        f"Folkmoot {about['version']}, {about['database']}, {about['workers']} workers, {SERVERS} servers that send, from the same machine;"
        f" {about['machine']}. {limit.words()}."
    )
    series = [
        f"\nMemory in MB each {SAMPLE:.0f} s ({row.mix}): {', '.join(map(str, row.memory_series_mb))}."
        for row in rows
        if row.memory_series_mb
    ]
    return "\n".join([words, "", HEAD, *map(line, rows), *series])


if __name__ == "__main__":
    main()
