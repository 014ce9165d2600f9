"""Whether the server is well."""

import logging
from dataclasses import dataclass

from folkmoot import __version__
from folkmoot.store.db import Database
from folkmoot.store.migrate import schema_version

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Health:
    """`schema`: the version of the database, unknown while it does not answer."""

    well: bool
    database: str
    schema: int | None = None
    version: str = __version__


async def look_after(db: Database) -> Health:
    """Ask the database something. Raises nothing."""
    try:
        return Health(True, db.dialect.name, await schema_version(db))
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the answer is the same
        log.warning("unhealthy", extra={"error": repr(error)})
        return Health(False, db.dialect.name)
