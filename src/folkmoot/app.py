"""The composition root: from settings to a server that can be called. The only module that knows all others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from folkmoot import __version__
from folkmoot.context import Context
from folkmoot.core.site import setup
from folkmoot.logs import RequestIds, logger
from folkmoot.model.errors import Refusal
from folkmoot.model.time import Clock, FixedClock, SystemClock
from folkmoot.net.client import Client, user_agent
from folkmoot.settings import Settings
from folkmoot.store.db import Database, writing
from folkmoot.store.engine import open_database
from folkmoot.store.migrate import Migration, pending, schema_version, upgrade
from folkmoot.web import face
from folkmoot.web.assets import Assets
from folkmoot.web.base import Templates
from folkmoot.web.routes import ROUTES
from folkmoot.web.security import Compress, Gate
from folkmoot.web.session import Readers

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `prepare` did."""

    migrations: tuple[Migration, ...]
    backup: Path | None
    new_site: bool


def clock_of(settings: Settings) -> Clock:
    """The machine's clock, or one that stands where `FOLKMOOT_NOW` says."""
    return FixedClock(settings.now) if settings.now is not None else SystemClock()


@asynccontextmanager
async def open_context(settings: Settings) -> AsyncIterator[Context]:
    """Everything a request, a job or a command is handed, opened, and closed at the end.

    Raises what the engine raises where the database cannot be opened.
    """
    clock = clock_of(settings)
    db = await open_database(settings.database, clock)
    try:
        agent = user_agent(__version__, settings.hostname)
        async with Client(agent=agent, holds_write=writing.get, development=settings.development) as http:
            yield Context(db, settings, clock, http)
    finally:
        await db.close()


async def prepare(db: Database, settings: Settings) -> Prepared:
    """Bring the database up to date and, the first time, create the site. Safe to repeat.

    A SQLite file that holds something is copied to `<file>.backup-v<N>` before anything in it changes. Raises `TooNew`.
    """
    waiting = await pending(db)
    backup = None
    if waiting and (version := await schema_version(db)) and settings.sqlite_path:
        backup = Path(f"{settings.sqlite_path}.backup-v{version}")
        if not backup.exists():
            await db.backup(str(backup))
    ran = await upgrade(db)
    async with db.write() as tx:
        fresh = not await setup.has_site(tx)
        if fresh:
            await setup.create_site(tx, domain=settings.hostname, origin=settings.origin)
    return Prepared(tuple(ran), backup, fresh)


def build_app(context: Context) -> Any:
    """The ASGI application on an open context: every face, and the layers around them."""
    assets = Assets(fresh=context.settings.development)
    app = Starlette()
    app.state.context = context
    app.state.assets = assets
    app.state.templates = Templates(assets, fresh=context.settings.development)
    handlers = {Refusal: face.show_refusal, HTTPException: face.show_http_error}
    inner: Any = Readers(ExceptionMiddleware(face.Router(pages(assets)), handlers=handlers), context)

    async def with_app(scope: Any, receive: Any, send: Any) -> None:
        scope["app"] = app
        await inner(scope, receive, send)

    trust = context.settings.trusted_proxies > 0
    return RequestIds(Gate(Compress(with_app), context, face.plain_page), trust_header=trust)


def pages(assets: Assets) -> list[BaseRoute]:
    """Every row of every face."""
    return [Route("/health", show_health), Mount("/static", assets), *ROUTES]


async def show_health(request: Request) -> Response:
    """For whatever watches the server: 200 while the database answers, 503 while it does not."""
    db: Database = request.app.state.context.db
    try:
        version = await schema_version(db)
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the answer is the same
        log.warning("unhealthy", error=repr(error))
        return JSONResponse(
            {"status": "unavailable", "version": __version__, "database": db.dialect.name}, 503
        )
    body = {"status": "ok", "version": __version__, "database": db.dialect.name, "schema": version}
    return JSONResponse(body, headers={"cache-control": "no-store"})


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """A ready database for one command: opened, up to date, with a site."""
    async with open_context(settings) as context:
        await prepare(context.db, settings)
        yield context.db
