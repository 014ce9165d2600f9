"""From settings to a database that is ready: opened, backed up where it matters, migrated, with a site in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from folkmoot.core.site.setup import create_site, has_site
from folkmoot.model.time import Clock, FixedClock, SystemClock
from folkmoot.settings import Settings
from folkmoot.store import migrate
from folkmoot.store.db import Database
from folkmoot.store.engine import open_database


@dataclass(frozen=True, slots=True)
class Prepared:
    """What preparing the database did. `backup`: where the copy went that was made before an upgrade."""

    migrations: tuple[str, ...]
    backup: str | None
    new_site: bool


def clock_of(settings: Settings) -> Clock:
    """The machine's clock, or the moment at which `FOLKMOOT_NOW` makes it stand."""
    return FixedClock(settings.now) if settings.now is not None else SystemClock()


async def prepare(db: Database, settings: Settings) -> Prepared:
    """Bring the schema up to date (an SQLite file with content is copied beside itself first) and give an empty database its site.

    Raises `migrate.TooNew` for a database that a newer program wrote.
    """
    before = await migrate.schema_version(db)
    waiting = await migrate.pending(db)
    backup = None
    if before and waiting and settings.sqlite_path is not None:
        backup = f"{settings.sqlite_path}.backup-v{before}"
        await db.backup(backup)
    ran = await migrate.upgrade(db)
    async with db.write() as tx:
        new_site = not await has_site(tx)
        if new_site:
            await create_site(tx, domain=settings.hostname, origin=settings.origin)
    return Prepared(tuple(migration.name for migration in ran), backup, new_site)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """A ready database for one command."""
    db = await open_database(settings.database, clock_of(settings))
    try:
        await prepare(db, settings)
        yield db
    finally:
        await db.close()
