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


def keep_in_memory(database: str) -> None:
    """Read the file of a SQLite database, so that the system has it in memory whatever it was last asked for.

    A row measures a site in use. What its pages do not touch is not in use for as long as the rows before it take, and a system that gives
    back files that nobody reads for a minute (Linux with DAMON) would make it measure the disk instead."""
    if not database.startswith("sqlite:///"):
        return
    piece = bytearray(2**20)
    with Path(database.removeprefix("sqlite:///")).open("rb", buffering=0) as file:
        while file.readinto(piece):
            pass


async def _run(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
