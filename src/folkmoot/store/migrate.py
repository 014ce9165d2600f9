"""Forward migrations: numbered SQL files in `store/migrations/`, one text for both engines, each run once in its own transaction.

The name says the order and whether the file goes before or after the new code: `0002_after_drop_old_column.sql`. Why not a tool:
docs/decisions/0003.
"""

from dataclasses import dataclass
from importlib.resources import files

from folkmoot.store.db import Database
from folkmoot.store.dialect.base import split_statements

_TABLE = "CREATE TABLE IF NOT EXISTS migration (number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied BIGINT NOT NULL)"


class TooNew(Exception):
    """The database was written by a newer Folkmoot; this one does not touch it."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(f"the database is at version {found}, this program knows versions up to {known}")


@dataclass(frozen=True, slots=True)
class Migration:
    """One file."""

    number: int
    name: str
    script: str


def known_migrations() -> list[Migration]:
    """Every migration this program brings, in order."""
    found = []
    for entry in files("folkmoot.store.migrations").iterdir():
        if entry.name.endswith(".sql"):
            number, _, _ = entry.name.partition("_")
            found.append(Migration(int(number), entry.name.removesuffix(".sql"), entry.read_text("utf-8")))
    return sorted(found, key=lambda migration: migration.number)


async def schema_version(db: Database) -> int:
    """The number of the newest migration applied; 0 for an empty database."""
    async with db.read() as tx:
        if not await tx.value(db.dialect.has_table("migration")):
            return 0
        return int(await tx.value("SELECT coalesce(max(number), 0) FROM migration"))


async def pending(db: Database) -> list[Migration]:
    """What `upgrade` would run. Raises `TooNew` where the database is ahead of this program."""
    known = known_migrations()
    version = await schema_version(db)
    if known and version > known[-1].number:
        raise TooNew(version, known[-1].number)
    return [migration for migration in known if migration.number > version]


async def upgrade(db: Database) -> list[Migration]:
    """Run what is pending, each file in one transaction; the migrations that ran. Raises `TooNew`."""
    waiting = await pending(db)
    if waiting:
        await db.script([_TABLE])
    for migration in waiting:
        script = migration.script
        for word, meaning in db.dialect.schema_words().items():
            script = script.replace(word, meaning)
        record = f"INSERT INTO migration (number, name, applied) VALUES ({migration.number}, '{migration.name}', {db.clock.now()})"
        await db.script([*split_statements(script, db.dialect.name), record])
    return waiting
