"""The first start, and every later one: the database is made ready once, and never at the cost of what it holds."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from folkmoot.app import keep_neighbours, open_context, opened, prepare
from folkmoot.context import Context
from folkmoot.core.instances.neighbours import KEPT
from folkmoot.core.people import passwords
from folkmoot.settings import Settings
from folkmoot.store import instances, migrate
from folkmoot.store.accounts import has_admin
from folkmoot.store.db import Database
from folkmoot.store.migrate import Migration, TooNew


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        database=f"sqlite:///{tmp_path / 'data' / 'folkmoot.db'}",
        hostname="here.example",
        scheme="https",
        data_dir=tmp_path,
    )


@pytest.fixture
async def context(settings: Settings) -> AsyncIterator[Context]:
    async with open_context(settings) as opened_context:
        yield opened_context


async def test_the_first_start_makes_a_site_without_an_admin__A_16(
    context: Context, settings: Settings
) -> None:
    done = await prepare(context.db, settings)
    assert (done.new_site, done.backup, done.admin) == (True, None, None)
    async with context.db.read() as tx:
        assert not await has_admin(tx)
        assert await tx.value("SELECT ap_id FROM site") == "https://here.example/"
        assert not await tx.value("SELECT site_setup FROM local_site")


async def test_the_own_server_is_listed_without_its_port__URL_15(
    context: Context, settings: Settings
) -> None:
    await prepare(context.db, replace(settings, hostname="here.example:8536"))
    async with context.db.read() as tx:
        assert await tx.value("SELECT domain FROM instance WHERE local") == "here.example"


async def test_a_later_start_changes_nothing(context: Context, settings: Settings) -> None:
    await prepare(context.db, settings)
    again = await prepare(context.db, settings)
    assert (again.migrations, again.new_site, again.backup) == ((), False, None)


async def test_the_settings_can_name_the_first_admin__A_16(context: Context, settings: Settings) -> None:
    named = replace(settings, admin_name="Keeper", admin_password="a long password")
    assert (await prepare(context.db, named)).admin == "Keeper"
    assert (await prepare(context.db, named)).admin is None, (
        "once there is one the password is not read again"
    )
    await passwords.prove(context.db, "keeper", "a long password")
    async with context.db.read() as tx:
        assert await tx.value("SELECT count(*) FROM local_user WHERE admin") == 1
        assert await tx.value("SELECT count(*) FROM session") == 0
        assert await tx.value("SELECT site_setup FROM local_site")


async def test_a_newer_database_is_left_alone(context: Context, settings: Settings) -> None:
    await prepare(context.db, settings)
    await context.db.script(
        ["INSERT INTO migration (number, name, applied) VALUES (999, 'from_the_future', 1)"]
    )
    with pytest.raises(TooNew):
        await prepare(context.db, settings)
    assert not list(Path(settings.database.removeprefix("sqlite:///")).parent.glob("*.backup*"))


async def test_before_a_migration_the_file_is_copied(
    context: Context, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await prepare(context.db, settings)
    known = migrate.known_migrations()
    newer = Migration(
        known[-1].number + 1, "add_a_table", "CREATE TABLE extra (id INTEGER NOT NULL PRIMARY KEY);\n"
    )
    monkeypatch.setattr(migrate, "known_migrations", lambda: [*known, newer])
    done = await prepare(context.db, settings)
    assert [each.name for each in done.migrations] == ["add_a_table"]
    assert done.backup and done.backup.name == f"folkmoot.db.backup-v{known[-1].number}"
    monkeypatch.setattr(migrate, "known_migrations", lambda: known)
    copy = replace(settings, database=f"sqlite:///{done.backup}")
    async with opened(copy) as old:
        assert await _tables(old, "extra") == 0
    assert await _tables(context.db, "extra") == 1


async def _tables(db: Database, name: str) -> int:
    async with db.read() as tx:
        found: int = await tx.value("SELECT count(*) FROM sqlite_master WHERE name = :name", name=name)
    return found


async def test_a_server_that_is_met_is_known_to_pages_at_once(context: Context, settings: Settings) -> None:
    await prepare(context.db, settings)
    db = context.db

    async def are(known: set[str]) -> None:
        async with asyncio.timeout(5):
            while db.memory.get(KEPT) != known:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0)

    knowing = asyncio.create_task(keep_neighbours(db))
    try:
        await are(set())
        async with db.write() as tx:
            met = await instances.known_or_new(tx, "there.example")
        await are({"there.example"})
        async with db.write() as tx:
            await instances.keep_policy(tx, "block", met.id)
        await are(set())
    finally:
        knowing.cancel()
        await asyncio.gather(knowing, return_exceptions=True)
