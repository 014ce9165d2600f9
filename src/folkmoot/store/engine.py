"""Open the database that a URL names."""

from urllib.parse import unquote

from folkmoot.model.time import Clock
from folkmoot.store.db import Database
from folkmoot.store.postgres import open_postgres
from folkmoot.store.sqlite import open_sqlite


async def open_database(url: str, clock: Clock, *, size: int = 10) -> Database:
    """`sqlite:///relative/path`, `sqlite:////absolute/path` or `postgresql://…`. Raises `ValueError` for another scheme, and whatever the
    engine raises when it cannot be reached."""
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        return open_sqlite(unquote(rest.removeprefix("/")), clock)
    if scheme in ("postgresql", "postgres"):
        return await open_postgres(url, clock, size=size)
    raise ValueError(f"no database engine for {scheme!r}: sqlite or postgresql")
