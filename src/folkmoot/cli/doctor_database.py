"""What `folkmoot doctor` finds in the database: can it be opened, is it ours, is it whole, and is it this site's."""

import asyncio

from folkmoot.cli.common import UNREACHABLE
from folkmoot.cli.findings import Finding
from folkmoot.model.site import LocalSite
from folkmoot.model.time import SystemClock
from folkmoot.settings import Settings
from folkmoot.store import migrate
from folkmoot.store import site as store_site
from folkmoot.store.db import Database
from folkmoot.store.engine import open_database


def check_database(settings: Settings) -> Finding:
    """The database answers, knows no newer program, is sound, and belongs to the host name of the settings. An SQLite file that is not
    there yet is not made."""
    if settings.sqlite_path is not None and not settings.sqlite_path.exists():
        return Finding("database", "ok", f"{settings.sqlite_path} will be made at the first start.")
    return asyncio.run(_look(settings))


async def _look(settings: Settings) -> Finding:
    try:
        db = await open_database(settings.database, SystemClock(), size=1)
    except UNREACHABLE as error:
        return Finding("database", "problem", f"{settings.engine} cannot be opened: {error}.")
    try:
        return await _examine(db, settings)
    except migrate.TooNew as error:
        return Finding(
            "database", "problem", f"{db.where}: {error}. Use the newer program, or a backup from before."
        )
    except UNREACHABLE as error:
        return Finding("database", "problem", f"{db.where} cannot be read: {error}.")
    finally:
        await db.close()


async def _examine(db: Database, settings: Settings) -> Finding:
    version = await migrate.schema_version(db)
    if not version:
        return Finding("database", "ok", f"{db.where}: empty, will be set up at the first start.")
    waiting = await migrate.pending(db)
    faults = await db.check()
    if faults:
        return Finding("database", "problem", f"{db.where}: {'; '.join(faults[:3])}.")
    async with db.read() as tx:
        site = await store_site.read_local_site(tx)
    if site is not None and (says := other_name(site, settings)):
        return Finding("database", "problem", f"{db.where} {says}")
    if waiting:
        return Finding("database", "note", f"{db.where}: {len(waiting)} upgrades will run at the next start.")
    return Finding("database", "ok", f"{db.where}, version {version}.")


def other_name(site: LocalSite, settings: Settings) -> str | None:
    """What is wrong where a site that was made under one name is served under another: nothing of it is known by the new one."""
    if site.origin == settings.origin:
        return None
    return f"belongs to {site.origin}, but the settings say {settings.origin}; set FOLKMOOT_HOSTNAME."
