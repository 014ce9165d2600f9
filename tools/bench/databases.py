"""Which database a benchmark runs on."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

HELP = (
    "sqlite, the URL of a PostgreSQL database (one beside it is made and dropped), or postgresql for the one that"
    " FOLKMOOT_BENCH_DATABASE names"
)
"""Of the argument that `empty` takes."""


def named(database: str) -> str:
    """`sqlite`, a URL, or `postgresql` for the URL in FOLKMOOT_BENCH_DATABASE. Ends the program where that is missing."""
    if database == "postgresql":
        return os.environ.get("FOLKMOOT_BENCH_DATABASE") or sys.exit(
            "FOLKMOOT_BENCH_DATABASE has to name a PostgreSQL database"
        )
    return database


@contextmanager
def empty(database: str, folder: Path, suffix: str) -> Iterator[str]:
    """The URL of an empty database: a file in `folder`, or one beside the named PostgreSQL database, called after it and dropped at
    the end."""
    database = named(database)
    if database == "sqlite":
        yield f"sqlite:///{folder}/run.db"
        return
    parts = urlsplit(database)
    name = f"{parts.path.lstrip('/')}_{suffix}"
    asyncio.run(_run(database, f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}"'))
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        asyncio.run(_run(database, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


async def _run(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
