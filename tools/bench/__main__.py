"""`python -m tools.bench`: seed a site once, serve a copy of it, ask for what people and apps ask for, and print what came of it.

Everything stays on this machine. The load generator (wrk, one thread) runs beside the server, so figures are those of a machine that
does both.
"""

import argparse
import asyncio
import json
import sys
from dataclasses import asdict, dataclass

import psutil

from folkmoot import __version__
from tools.bench import api, databases, inbox, outbox, plan, report, seeds
from tools.bench.seeds import FOLDER
from tools.bench.server import Server, environment, free_port, serving
from tools.bench.wrk import Measured, NoLoadGenerator, run

CONNECTIONS = (1, 16, 64)


@dataclass(frozen=True, slots=True)
class Row:
    """One page under one load."""

    page: str
    connections: int
    queries: int | None
    cpu_ms: float
    measured: Measured


def main() -> None:
    """Run what the arguments ask for."""
    asked = arguments()
    if asked.only == "inbox":
        inbox.run(asked.database, inbox.ACTIVITIES, inbox.RATE, inbox.SECONDS, asked.workers)
        return
    if asked.only == "outbox":
        outbox.run(outbox.arguments(["--database", asked.database]))
        return
    FOLDER.mkdir(exist_ok=True)
    database = prepare(asked.scale, asked.database)
    settings = environment(database, free_port(), FOLDER, asked.workers)
    reader = asyncio.run(plan.prepare_reader(settings))
    pages = [
        page
        for page in (*plan.pages(reader), *api.calls(reader))
        if asked.only.casefold() in page.name.casefold()
    ]
    queries = asyncio.run(plan.count_queries(settings, pages))
    rows: list[Row] = []
    with serving(settings) as server:
        server.settle()
        idle = server.memory_mb()
        for page in pages:
            for connections in CONNECTIONS:
                databases.keep_in_memory(database)
                rows.append(measure(server, page, connections, asked.seconds, queries.get(page.name)))
                print(report.line(rows[-1]), file=sys.stderr, flush=True)
        loaded = server.memory_mb()
    about = {
        "version": __version__,
        "scale": asked.scale,
        "database": database.split("://", 1)[0],
        "workers": asked.workers,
        "seconds_per_row": asked.seconds,
        "machine": report.machine(),
        "memory_idle_mb": round(idle),
        "memory_loaded_mb": round(loaded),
    }
    result = {"about": about, "rows": [asdict(row) for row in rows]}
    target = FOLDER / f"result-{about['database']}-{asked.scale}.json"
    target.write_text(json.dumps(result, indent=2) + "\n")
    print(report.table(about, rows))
    print(f"\nAs JSON: {target}")


def arguments() -> argparse.Namespace:
    """What was asked on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--scale", default="medium", choices=seeds.SCALES)
    parser.add_argument(
        "--database",
        default="sqlite",
        help="sqlite, the URL of an empty PostgreSQL database, or postgresql for the one that FOLKMOOT_BENCH_DATABASE names",
    )
    parser.add_argument("--seconds", type=int, default=5, help="length of each run")
    parser.add_argument("--workers", type=int, default=psutil.cpu_count() or 2)
    parser.add_argument(
        "--only", default="", help="pages whose name contains this; inbox or outbox for federation"
    )
    return parser.parse_args()


def prepare(scale: str, database: str) -> str:
    """The URL of a database with the invented site: for SQLite a copy of one that is made once."""
    database = databases.named(database)
    if database != "sqlite":
        seeds.seed(database, scale, check=False)
        return database
    return seeds.copy_of(scale)


def measure(server: Server, page: plan.Page, connections: int, seconds: int, queries: int | None) -> Row:
    """One run, after a short one that warms what is kept in memory."""
    server.drain()
    run(server.base, page.load, connections=connections, seconds=1)
    before = server.cpu_seconds()
    measured = run(server.base, page.load, connections=connections, seconds=seconds)
    cpu = server.cpu_seconds() - before
    return Row(page.name, connections, queries, 1000 * cpu / max(1, measured.requests), measured)


if __name__ == "__main__":
    try:
        main()
    except NoLoadGenerator as missing:
        sys.exit(str(missing))
