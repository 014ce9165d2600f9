"""`python -m tools.bench.summary RESULT.json…`: what `make bench` wrote down, one line a page: the tables of docs/benchmarks.md."""

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

COLUMNS = ("page", "1", "16", "64", "p99 at 16", "at 64", "CPU ms", "queries", "kB")


def main() -> None:
    """Print a table for each file."""
    for name in sys.argv[1:]:
        print(summary(json.loads(Path(name).read_text())), end="\n\n")


def summary(result: dict[str, Any]) -> str:
    """Requests per second at 1, 16 and 64 connections; p99 in milliseconds; processor time and size of a request at 16 connections."""
    about = result["about"]
    pages: dict[str, dict[int, Any]] = defaultdict(dict)
    for row in result["rows"]:
        pages[row["page"]][row["connections"]] = row
    return "\n".join(
        [
            f"{about['workers']} workers; {about['machine']}; {about['seconds_per_row']:g} s a row."
            f" Memory {about['memory_idle_mb']} MB idle, {about['memory_loaded_mb']} MB after the load.",
            "",
            f"| {' | '.join(COLUMNS)} |",
            f"|---|{'--:|' * (len(COLUMNS) - 1)}",
            *(_line(page, rows) for page, rows in pages.items()),
        ]
    )


def _line(page: str, rows: dict[int, Any]) -> str:
    wrong = sum(row["measured"]["wrong"] for row in rows.values())
    middle = rows[16]
    cells = [
        page + (f" ({wrong} wrong)" if wrong else ""),
        *(f"{rows[connections]['measured']['requests_per_second']:,.0f}" for connections in (1, 16, 64)),
        *(f"{rows[connections]['measured']['p99']:.1f}" for connections in (16, 64)),
        f"{middle['cpu_ms']:.2f}",
        "" if middle["queries"] is None else str(middle["queries"]),
        f"{middle['measured']['bytes_per_request'] / 1000:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
