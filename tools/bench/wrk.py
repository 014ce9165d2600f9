"""One run of wrk against one address: requests per second and the latencies that people feel."""

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

SCRIPT = Path(__file__).with_name("request.lua")


class NoLoadGenerator(Exception):
    """wrk is not installed."""


@dataclass(frozen=True, slots=True)
class Load:
    """What to ask for: `paths` in turn. Writes have a `body` in which `{n}` becomes a number that is never used twice, and `{id}` one of
    `ids` in turn."""

    paths: tuple[str, ...]
    method: str = "GET"
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """Latencies in milliseconds."""

    requests_per_second: float
    p50: float
    p95: float
    p99: float
    requests: int
    wrong: int
    bytes_per_request: int


def run(base: str, load: Load, *, connections: int, seconds: int) -> Measured:
    """Keep `connections` busy for `seconds`, whole ones, which is all that wrk takes. One thread of wrk: the server has the other core."""
    if shutil.which("wrk") is None:
        raise NoLoadGenerator("wrk is not installed: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder) / "plan"
        headers = "".join(f"{name}\t{value}\n" for name, value in load.headers.items())
        plan.write_text(
            f"{load.method}\n{load.body}\n{','.join(map(str, load.ids))}\n{len(load.headers)}\n{headers}"
            + "\n".join(load.paths)
            + "\n"
        )
        command = [
            "wrk",
            "-t",
            "1",
            "-c",
            str(connections),
            "-d",
            f"{seconds}s",
            "--timeout",
            "10s",
            "-s",
            str(SCRIPT),
            base,
        ]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "FOLKMOOT_BENCH_PLAN": str(plan)},
        )
    result = json.loads(done.stdout.splitlines()[-1])
    return Measured(
        requests_per_second=result["requests"] / result["seconds"],
        p50=result["p50"],
        p95=result["p95"],
        p99=result["p99"],
        requests=result["requests"],
        wrong=result["wrong"],
        bytes_per_request=result["bytes"] // max(1, result["requests"]),
    )
