"""The table."""

import platform
from pathlib import Path
from typing import Any

import psutil

from folkmoot.cli.doctor import interpreter

COLUMNS = (
    "page",
    "connections",
    "requests/s",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "CPU ms",
    "queries",
    "kB",
    "wrong",
)
HEAD = f"| {' | '.join(COLUMNS)} |\n|---|{'--:|' * (len(COLUMNS) - 1)}"


def line(row: Any) -> str:
    """One row of the table."""
    m = row.measured
    queries = "" if row.queries is None else str(row.queries)
    return (
        f"| {row.page} | {row.connections} | {m.requests_per_second:,.0f} | {m.p50:.1f} | {m.p95:.1f} | {m.p99:.1f} | {row.cpu_ms:.2f} |"
        f" {queries} | {m.bytes_per_request / 1000:.1f} | {m.wrong or ''} |"
    )


def table(about: dict[str, Any], rows: list[Any]) -> str:
    """Everything, as Markdown."""
    words = (
        f"Folkmoot {about['version']}, {about['database']}, {about['scale']} seed, {about['workers']} workers; {about['machine']}. "
        f"Memory {about['memory_idle_mb']} MB idle, {about['memory_loaded_mb']} MB after the load."
    )
    return "\n".join([words, "", HEAD, *(line(row) for row in rows)])


def machine() -> str:
    """The machine in one line."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    memory = psutil.virtual_memory().total / 2**30
    return f"{psutil.cpu_count()} × {model}, {memory:.0f} GiB, {platform.system()}, CPython {interpreter()}"
