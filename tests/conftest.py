"""A fresh database for every test.

SQLite by default: a file copied from a template that was migrated once. With `FOLKMOOT_TEST_DATABASE=postgresql://…` the same tests run
there: one database per worker process, named after that one, emptied between tests.
"""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from folkmoot.model.time import FixedClock, from_rfc3339
from folkmoot.store.db import Database
from folkmoot.store.migrate import upgrade
from folkmoot.store.postgres import open_postgres
from folkmoot.store.sqlite import open_sqlite
from tests.cast import Cast, assemble, meet

# How long an example takes is the machine's affair: whatever else it does must not fail a test. In CI the examples are the same every time.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

POSTGRES = os.environ.get("FOLKMOOT_TEST_DATABASE", "")
NOON = from_rfc3339("2026-06-01T12:00:00Z")


@pytest.fixture
def clock() -> FixedClock:
    """It is noon on the first of June 2026 until a test moves it."""
    return FixedClock(NOON)


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    """The name of this test process."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Where migrated and assembled SQLite files are kept for copying, by name."""
    return {"folder": tmp_path_factory.mktemp("template")}


async def _sqlite_copy(
    template: dict[str, Path], tmp_path: Path, clock: FixedClock, *, cast: bool
) -> Database:
    name = "cast" if cast else "empty"
    source = template["folder"] / f"{name}.db"
    if not source.exists():
        db = open_sqlite(str(source), FixedClock(NOON))
        await upgrade(db)
        if cast:
            await assemble(db)
        await db.checkpoint()
        await db.close()
    target = tmp_path / "folkmoot.db"
    shutil.copy(source, target)
    return open_sqlite(str(target), clock)


_EMPTY = """
DO $$ DECLARE name text; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migration' LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
    FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
        PERFORM setval(format('%I', name), 1, false);
    END LOOP;
END $$
"""
"""Deleting from empty tables costs nothing; TRUNCATE of seventy tables takes most of a second."""

_ready: set[str] = set()


async def _postgres(worker: str, clock: FixedClock) -> Database:
    """This worker's database: made anew by its first test, emptied for every other."""
    server, _, base = POSTGRES.rpartition("/")
    name = f"{base}_{worker}"
    url = f"{server}/{name}"
    if name not in _ready:
        admin = await asyncpg.connect(POSTGRES)
        await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await admin.execute(f'CREATE DATABASE "{name}"')
        await admin.close()
        fresh = await open_postgres(url, clock, size=2)
        await upgrade(fresh)
        await fresh.close()
        _ready.add(name)
    owner = await asyncpg.connect(url)
    await owner.execute(_EMPTY)
    await owner.close()
    return await open_postgres(url, clock, size=4)


async def fresh_database(
    template: dict[str, Path], folder: Path, clock: FixedClock, name: str, *, cast: bool = False
) -> Database:
    """A migrated database of this name, a file in `folder` or one on the PostgreSQL server; with `cast` on SQLite, everybody is there."""
    return await (_postgres(name, clock) if POSTGRES else _sqlite_copy(template, folder, clock, cast=cast))


@pytest.fixture
async def empty_db(
    template: dict[str, Path], tmp_path: Path, clock: FixedClock, worker: str
) -> AsyncIterator[Database]:
    """A migrated database without a site."""
    db = await fresh_database(template, tmp_path, clock, worker)
    yield db
    await db.close()


@pytest.fixture
async def stage(
    template: dict[str, Path], tmp_path: Path, clock: FixedClock, worker: str
) -> AsyncIterator[tuple[Database, Cast]]:
    """A database in which the cast has assembled."""
    db = await fresh_database(template, tmp_path, clock, worker, cast=True)
    cast = await (assemble(db) if POSTGRES else meet(db))
    yield db, cast
    await db.close()


@pytest.fixture
def db(stage: tuple[Database, Cast]) -> Database:
    """The database of the story."""
    return stage[0]


@pytest.fixture
def cast(stage: tuple[Database, Cast]) -> Cast:
    """Everybody."""
    return stage[1]
