"""The composition root: from settings to a server that can be called. The only module that knows all others."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from functools import cache, partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import request_response

from folkmoot import __version__
from folkmoot.api.face import Api, plain_answer
from folkmoot.api.openapi import document
from folkmoot.api.own.routes import ROUTES as API_OWN
from folkmoot.api.v3.documents import DOCUMENTS
from folkmoot.api.v3.routes import ROUTES as API_V3
from folkmoot.api.v3.routes import Route
from folkmoot.apub.face import Apub
from folkmoot.apub.inbox.receive import Receiver, is_delivery
from folkmoot.apub.lookup import lookup_of
from folkmoot.apub.routes import ROUTES as APUB
from folkmoot.context import Context
from folkmoot.core.instances.neighbours import read_neighbours
from folkmoot.core.limits import later_of
from folkmoot.core.people import register
from folkmoot.core.people.readers import Viewers
from folkmoot.core.posts.fetch_link import Fetch
from folkmoot.core.posts.visits import visits_of
from folkmoot.core.search.resolve import Bring
from folkmoot.core.site import setup
from folkmoot.core.site.frame import read_site
from folkmoot.core.site.health import look_after
from folkmoot.core.site.keys import site_key_pair
from folkmoot.core.site.software import LEMMY_VERSION
from folkmoot.jobs.runner import Runner
from folkmoot.jobs.tools import Tools
from folkmoot.jobs.wake import Wake
from folkmoot.logs import RequestIds, logger
from folkmoot.model.errors import Refusal
from folkmoot.model.site import Operator
from folkmoot.model.time import Clock, StandingClock, SystemClock
from folkmoot.net.client import Client, user_agent
from folkmoot.net.doorstep import Doorstep, look_at_doorstep
from folkmoot.net.mail import make_mailer
from folkmoot.net.metadata import fetch_metadata
from folkmoot.settings import Settings
from folkmoot.store import accounts, sessions
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, writing
from folkmoot.store.engine import open_database
from folkmoot.store.migrate import Migration, pending, schema_version, upgrade
from folkmoot.web import face
from folkmoot.web.assets import Assets
from folkmoot.web.base import Templates
from folkmoot.web.page_cache import PageCache
from folkmoot.web.presence import LOG_IN, WhileTheyWait
from folkmoot.web.routes import ROUTES
from folkmoot.web.security import Gate, note_client
from folkmoot.web.session import Readers

log = logger(__name__)

NEIGHBOURS_EVERY = 600.0
"""Seconds after which a process reads anew which servers are known."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `prepare` did. `admin` is the name of an administrator it made."""

    migrations: tuple[Migration, ...]
    backup: Path | None
    new_site: bool
    admin: str | None


def clock_of(settings: Settings) -> Clock:
    """The machine's clock, or one that stands where `FOLKMOOT_NOW` says."""
    return StandingClock(settings.now) if settings.now is not None else SystemClock()


def client_of(settings: Settings) -> Client:
    """The door out, as this site walks through it."""
    agent = user_agent(__version__, settings.hostname)
    return Client(agent=agent, holds_write=writing.get, development=settings.development)


async def look_from_outside(settings: Settings) -> Doorstep:
    """How the site's public address looks, without a database: for `folkmoot doctor`."""
    async with client_of(settings) as http:
        return await look_at_doorstep(http, settings.origin)


@asynccontextmanager
async def open_context(settings: Settings) -> AsyncIterator[Context]:
    """Everything a request, a job or a command is handed, opened, and closed at the end.

    Raises what the engine raises where the database cannot be opened.
    """
    clock = clock_of(settings)
    db = await open_database(settings.database, clock)
    try:
        async with client_of(settings) as http:
            yield Context(db, settings, clock, http)
    finally:
        await db.close()


@asynccontextmanager
async def opened(settings: Settings, *, prepared: bool = True) -> AsyncIterator[Database]:
    """A database for one command: opened, and unless told otherwise up to date and with a site."""
    async with open_context(settings) as context:
        if prepared:
            await prepare(context.db, settings)
        yield context.db


@asynccontextmanager
async def opened_tools(settings: Settings) -> AsyncIterator[Tools]:
    """What jobs are handed, on a database that is up to date."""
    async with open_context(settings) as context:
        await prepare(context.db, settings)
        yield tools_of(context)


def bring_of(context: Context) -> Bring:
    """What fetches a thing from its own server, by address or handle."""
    return lookup_of(context).bring


def tools_of(context: Context) -> Tools:
    """What jobs are handed."""
    settings = context.settings
    mailer = make_mailer(
        smtp_url=settings.smtp_url,
        sink=settings.mail_sink,
        sender=settings.mail_from,
        folder=settings.data_dir / "mail",
    )
    return Tools(context, mailer, looking_at_links(context.http))


def looking_at_links(http: Client) -> Fetch:
    """What core asks about a linked page. Raises `ValueError` where there is no answer that can be used."""
    return partial(fetch_metadata, http)


async def prepare(db: Database, settings: Settings) -> Prepared:
    """Bring the database up to date and, the first time, create the site and the administrator that the settings name.

    Safe to repeat. A SQLite file that holds something is copied to `<file>.backup-v<N>` before anything in it changes. Raises `TooNew`.
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
            await setup.create_site(tx, domain=settings.host, origin=settings.origin)
        await setup.take_over(
            tx, Operator(**{line.name: getattr(settings, line.name) for line in fields(Operator)})
        )
    return Prepared(tuple(ran), backup, fresh, await _make_admin(db, settings))


async def _make_admin(db: Database, settings: Settings) -> str | None:
    """Register the administrator of the settings where nobody administers the site yet (A-16); the name, or None."""
    if settings.admin_name is None or settings.admin_password is None:
        return None
    async with db.read() as tx:
        if await accounts.has_admin(tx):
            return None
    asked = register.Register(settings.admin_name, settings.admin_password, settings.admin_password)
    made = await register.prepare(asked)
    async with db.write() as tx:
        if await accounts.has_admin(tx):
            return None
        registered = await register.register(tx, asked, made)
        assert registered.viewer.account is not None
        # Nobody holds the token of this first session.
        await sessions.delete_all(tx, registered.viewer.account)
        await store_site.update_local(tx, {"site_setup": True})
    return settings.admin_name


class Server:
    """The ASGI application that opens what it needs when the server starts, and closes it at the end. Before that it answers 503.

    `work`: whether this process also does the background work.
    """

    def __init__(self, settings: Settings, *, work: bool) -> None:
        self.settings = settings
        self.work = work
        self.app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self.app is not None:
            await self.app(scope, receive, send)
        else:
            kind, body = face.plain_page(503, as_json=True)
            headers = [
                (b"content-type", kind),
                (b"retry-after", b"5"),
                (b"content-length", str(len(body)).encode()),
            ]
            await send({"type": "http.response.start", "status": 503, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        try:
            async with self._open():
                await send({"type": "lifespan.startup.complete"})
                await receive()
                self.app = None
        except Exception as error:
            log.exception("server_failed")
            await send({"type": "lifespan.startup.failed", "message": repr(error)})
            return
        await send({"type": "lifespan.shutdown.complete"})

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[None]:
        async with open_context(self.settings) as context:
            await prepare(context.db, self.settings)
            await site_key_pair(context.db)
            runner = Runner(tools_of(context)) if self.work else None
            working = asyncio.create_task(runner.run()) if runner else None
            async with context.db.read() as tx:
                await read_site(tx)  # what every page asks first
            await read_neighbours(context.db)
            knowing = asyncio.create_task(keep_neighbours(context.db))
            self.app = build_app(context)
            try:
                yield
            finally:
                await visits_of(context.db).write()
                await later_of(context.db).write()
                knowing.cancel()
                await asyncio.gather(knowing, return_exceptions=True)
                if runner and working:
                    await runner.stop()
                    working.cancel()
                    await asyncio.gather(working, return_exceptions=True)


async def keep_neighbours(db: Database) -> None:
    """Read the servers that we know when there is a new one, and now and then, until cancelled."""
    changed = Wake(db, "neighbours")
    while True:
        try:
            await read_neighbours(db)
        except Exception:
            log.exception("neighbours_not_read")
        await changed.wait(NEIGHBOURS_EVERY)


def compile_templates() -> None:
    """Do what every process would do at its first pages, once for all that are forked from this one."""
    Templates(Assets(fresh=False)).compile()


def build_app(context: Context) -> Any:
    """The ASGI application on an open context: every face, and the layers around them."""
    settings = context.settings
    assets = Assets(fresh=settings.development)
    app = Starlette()
    app.state.context = context
    app.state.assets = assets
    app.state.look_at = looking_at_links(context.http)
    app.state.bring = bring_of(context)
    app.state.names = lookup_of(context).names
    app.state.templates = Templates(assets, fresh=settings.development)
    handlers = {Refusal: face.show_refusal, HTTPException: face.show_http_error}
    viewers = Viewers(context.db)
    people: Any = Readers(ExceptionMiddleware(face.Router(ROUTES), handlers=handlers), context, viewers)
    api = Api((*API_V3, *API_OWN), context, viewers, app)
    app.state.api_documents = documents_of(API_V3, API_OWN)
    # What is not a page for somebody is answered before it is asked who is looking.
    aside: dict[str, Any] = {
        "static": assets,
        "health": request_response(show_health),
        "api": api,
        "pictrs": api,
    }

    documents = Apub(APUB, context)

    async def by_first_word(scope: Any, receive: Any, send: Any) -> None:
        scope["app"] = app
        if documents.takes(scope):
            await documents(scope, receive, send)
            return
        await aside.get(scope["path"].split("/", 2)[1], people)(scope, receive, send)

    gate = WhileTheyWait(Gate(PageCache(by_first_word, context), settings, plain_of_face), LOG_IN)
    inboxes = Receiver(context)

    async def by_purpose(scope: Any, receive: Any, send: Any) -> None:
        """Other servers' deliveries pass beside all that is for people."""
        if is_delivery(scope):
            note_client(scope, settings.trusted_proxies)
            await inboxes(scope, receive, send)
        else:
            await gate(scope, receive, send)

    return RequestIds(by_purpose, trust_header=settings.trusted_proxies > 0)


def plain_of_face(scope: Any, status: int, detail: str) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Headers and body of an answer that no handler made, in the form of the face that was asked."""
    if scope["path"].startswith(("/api/", "/pictrs/")):
        return plain_answer(status, dict(scope["headers"]), detail)
    as_json = any(name == b"accept" and b"json" in value for name, value in scope["headers"])
    kind, body = face.plain_page(status, as_json=as_json, detail=detail)
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    return [*headers, (b"cache-control", b"no-store")], body


def documents_of(routes: Sequence[Route], own: Sequence[Route]) -> Callable[[], dict[str, Any]]:
    """The descriptions of our APIs by name, made when they are first asked for."""

    @cache
    def documents() -> dict[str, Any]:
        return {
            "v3": document(
                "API v3", LEMMY_VERSION, "What apps for Lemmy 0.19 speak, complete.", routes, DOCUMENTS
            ),
            "folkmoot": document("Folkmoot's additions", __version__, "What API v3 has no words for.", own),
        }

    return documents


async def show_health(request: Request) -> Response:
    """For whatever watches the server: 200 while the database answers, 503 while it does not."""
    found = await look_after(request.app.state.context.db)
    if not found.well:
        return JSONResponse(
            {"status": "unavailable", "version": found.version, "database": found.database}, 503
        )
    body = {"status": "ok", "version": found.version, "database": found.database, "schema": found.schema}
    return JSONResponse(body, headers={"cache-control": "no-store"})
