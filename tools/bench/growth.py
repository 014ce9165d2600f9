"""`python -m tools.bench.growth`: what a request costs on a large site, times what it costs on a small one.

Machines have faster and slower minutes, which differ by more than that. So both sites are served at the same time and asked by turns,
and of several turns the median counts.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from statistics import median

import psutil

from tools.bench import api, databases, plan, report, seeds
from tools.bench.server import Server, environment, free_port, serving
from tools.bench.wrk import NoLoadGenerator, run

SITES = ("small", "medium")
CONNECTIONS = 64
COLUMNS = ("page", "small/s", "medium/s", "times as long", "times the CPU", "small kB", "medium kB")


@dataclass(frozen=True, slots=True)
class Turn:
    """One run against one site; `cpu`: microseconds of the server's processors for each request, what it left to do behind it included."""

    page: str
    scale: str
    requests_per_second: float
    cpu: float
    bytes_per_request: int
    wrong: int


@contextmanager
def served(scale: str, workers: int) -> Iterator[tuple[Server, dict[str, plan.Page], str]]:
    """A server of the site of this scale, what is asked of it by name, and its database."""
    database = seeds.copy_of(scale, f"growth-{scale}.db")
    settings = environment(database, free_port(), seeds.FOLDER, workers)
    reader = asyncio.run(plan.prepare_reader(settings))
    with serving(settings) as server:
        yield server, {page.name: page for page in (*api.calls(reader), *plan.pages(reader))}, database


def take(server: Server, page: plan.Page, scale: str, seconds: int) -> Turn:
    """One turn."""
    before = server.cpu_seconds()
    measured = run(server.base, page.load, connections=CONNECTIONS, seconds=seconds)
    server.drain()
    cpu = 1e6 * (server.cpu_seconds() - before) / max(1, measured.requests)
    return Turn(
        page.name, scale, measured.requests_per_second, cpu, measured.bytes_per_request, measured.wrong
    )


def line(name: str, turns: list[Turn]) -> str:
    """One page of the table."""

    def middle(scale: str, what: str) -> float:
        return float(
            median(getattr(turn, what) for turn in turns if turn.page == name and turn.scale == scale)
        )

    small, medium = (
        {what: middle(scale, what) for what in ("requests_per_second", "cpu", "bytes_per_request")}
        for scale in SITES
    )
    wrong = sum(turn.wrong for turn in turns if turn.page == name)
    cells = (
        name + (f" ({wrong} wrong)" if wrong else ""),
        f"{small['requests_per_second']:,.0f}",
        f"{medium['requests_per_second']:,.0f}",
        f"{small['requests_per_second'] / medium['requests_per_second']:.2f}",
        f"{medium['cpu'] / small['cpu']:.2f}",
        *(f"{site['bytes_per_request'] / 1000:.1f}" for site in (small, medium)),
    )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.growth", description=__doc__)
    parser.add_argument("--only", default="API", help="pages whose name contains this")
    parser.add_argument("--seconds", type=int, default=2, help="length of each turn")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--workers", type=int, default=psutil.cpu_count() or 2)
    asked = parser.parse_args()
    turns: list[Turn] = []
    with ExitStack() as stack:
        sites = {scale: stack.enter_context(served(scale, asked.workers)) for scale in SITES}
        for server, _, _ in sites.values():
            server.settle()
        names = [name for name in sites[SITES[0]][1] if asked.only.casefold() in name.casefold()]
        print(
            f"By turns, {asked.turns} of {asked.seconds} s at {CONNECTIONS} connections, the medians; {report.machine()}."
        )
        print(f"\n| {' | '.join(COLUMNS)} |\n|---|{'--:|' * (len(COLUMNS) - 1)}")
        for name in names:
            for number in range(asked.turns):
                for scale in SITES if number % 2 == 0 else SITES[::-1]:
                    server, pages, database = sites[scale]
                    databases.keep_in_memory(database)
                    turns.append(take(server, pages[name], scale, asked.seconds))
            print(line(name, turns), flush=True)
    (seeds.FOLDER / "result-growth.json").write_text(
        json.dumps([asdict(turn) for turn in turns], indent=2) + "\n"
    )


if __name__ == "__main__":
    try:
        main()
    except NoLoadGenerator as missing:
        sys.exit(str(missing))
