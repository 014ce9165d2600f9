"""`folkmoot serve`: the web server, with its background work unless told otherwise."""

import asyncio
import logging
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from typing import Annotated, Any, NoReturn

import typer
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from folkmoot import __version__
from folkmoot.app import Prepared, Server, compile_templates, opened, prepare
from folkmoot.cli.common import UNREACHABLE, Exit, fail, read_settings
from folkmoot.cli.doctor_database import other_name
from folkmoot.cli.doors import Door, Doors
from folkmoot.cli.process import Slack, end_with_parent, tune
from folkmoot.core.archive.demo import demo_records
from folkmoot.core.archive.load import load
from folkmoot.logs import logger, set_up_logs
from folkmoot.model.time import to_datetime, to_rfc3339
from folkmoot.settings import Settings
from folkmoot.store.accounts import has_admin
from folkmoot.store.migrate import TooNew
from folkmoot.store.site import read_local_site

GRACE = 2
"""Seconds for requests under way when the server is told to stop: less than `LAST` beside what background work gets (`jobs/runner.py`)."""
LAST = 4.5
"""Seconds after which a process that has not stopped is killed."""
_TICKS = 50
"""Tenths of a second between looks at how much memory could be given back."""
_SIGNALS = (signal.SIGTERM, signal.SIGINT)

log = logger(__name__)


def serve(
    no_work: Annotated[
        bool, typer.Option("--no-work", help="Leave the background work to `folkmoot work`.")
    ] = False,
    demo: Annotated[
        bool,
        typer.Option("--demo", help="Fill a site that is made by this start with a few invented threads."),
    ] = False,
) -> None:
    """Run the server until told to stop."""
    settings = read_settings()
    set_up_logs(settings)
    door = open_door(settings)
    try:
        _announce(settings, asyncio.run(_make_ready(settings, demo=demo)), demo=demo)
    except TooNew as error:
        fail(f"This Folkmoot does not start: {error}. Nothing was changed; run the newer one.")
    except UNREACHABLE as error:
        fail(f"The database cannot be opened: {error}")
    work = settings.work and not no_work
    if settings.workers == 1:
        _serve(settings, door, Doors(1), 0, work=work)
    else:
        Master(settings, door, work=work).run()


def open_door(settings: Settings) -> socket.socket:
    """The listening socket, shared by all processes. Ends the program where the address cannot be had."""
    family = socket.AF_INET6 if ":" in settings.bind_host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((settings.bind_host, settings.bind_port))
        door.listen(2048)
    except OSError as error:
        fail(
            f"{settings.bind} cannot be listened on: {error.strerror}. FOLKMOOT_BIND chooses another address."
        )
    door.set_inheritable(True)
    return door


@dataclass(frozen=True, slots=True)
class _Ready:
    """The database before any process serves: what was done, where it is, whether somebody administers the site, and what speaks
    against serving it under the name of the settings."""

    done: Prepared
    where: str
    administered: bool
    doubt: str | None


async def _make_ready(settings: Settings, *, demo: bool) -> _Ready:
    """Migrate before any process serves."""
    async with opened(settings, prepared=False) as db:
        done = await prepare(db, settings)
        if demo and done.new_site:
            await load(db, demo_records(to_datetime(db.clock.now())))
        async with db.read() as tx:
            site = await read_local_site(tx)
            return _Ready(done, db.where, await has_admin(tx), other_name(site, settings) if site else None)


def _announce(settings: Settings, ready: _Ready, *, demo: bool) -> None:
    """What whoever starts the server wants to know."""
    done = ready.done
    typer.echo(f"Folkmoot {__version__}")
    typer.echo(f"  database  {ready.where}")
    if ready.doubt:
        typer.secho(f"  It {ready.doubt}", bold=True, fg="red")
    if done.backup:
        typer.echo(f"  copy of the database as it was before: {done.backup}")
    if done.migrations and not done.new_site:
        typer.echo(f"  migrated  {', '.join(migration.name for migration in done.migrations)}")
    typer.echo(f"  address   {settings.origin} (listening on {settings.bind})")
    if done.admin:
        typer.echo(
            f"  sign in   {settings.origin}/login as {done.admin}, with the password from FOLKMOOT_ADMIN_PASSWORD"
        )
    elif ready.administered:
        typer.echo(f"  sign in   {settings.origin}/login")
    else:
        typer.echo(f"  begin     {settings.origin}/register: the first account becomes the administrator's")
    if demo and done.new_site:
        typer.echo(
            "  demo      a few invented threads, so that the pages are not empty. To bring a discussion in:"
        )
        typer.echo("            folkmoot import FILE. To begin for real: stop, remove the data directory")
        typer.echo(f"            ({settings.data_dir}), and start without --demo.")
    if settings.development:
        typer.secho(
            "  DEVELOPMENT MODE: errors are shown in full. Other servers may use plain http, any port and names without a dot,",
            bold=True,
            fg="red",
        )
        typer.secho(
            "  and addresses in private networks are asked. Never on a public server.", bold=True, fg="red"
        )
        if settings.now is not None:
            typer.secho(f"  The clock stands at {to_rfc3339(settings.now)}.", bold=True, fg="red")
    sys.stdout.flush()


def _end(code: int) -> NoReturn:
    """End this process at once, whatever its threads are about."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


class _Connection(HttpToolsProtocol):
    """One connection, which tells when it has ended."""

    door: Door | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.door is not None:
            self.door.ended()


class _Uvicorn(uvicorn.Server):
    """Ends a process with 0 when it was told to stop; uvicorn would end it by the signal again. Accepts connections through its `Door`."""

    def __init__(self, config: uvicorn.Config, doors: Doors, place: int) -> None:
        super().__init__(config)
        self.doors = doors
        self.place = place
        self.door: Door | None = None
        self.beginning: set[asyncio.Task[None]] = set()
        self.slack = Slack()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take connections."""
        await super().startup([])
        assert sockets is not None
        self.door = Door(self.doors, self.place, sockets[0], self._take)
        self.door.open()

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second; whether to stop."""
        if counter % _TICKS == 0:
            self.slack.look()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, and end those that are there."""
        if self.door is not None:
            self.door.close()
            await asyncio.gather(*self.beginning, return_exceptions=True)
        await super().shutdown(sockets)

    def _take(self, connection: socket.socket) -> None:
        task = asyncio.get_running_loop().create_task(self._begin(connection))
        self.beginning.add(task)
        task.add_done_callback(self.beginning.discard)

    async def _begin(self, connection: socket.socket) -> None:
        assert self.door is not None
        try:
            await asyncio.get_running_loop().connect_accepted_socket(self._protocol, connection)
        except OSError:
            self.door.ended()  # it was gone before it began
            connection.close()

    def _protocol(self) -> _Connection:
        made = _Connection(self.config, self.server_state, self.lifespan.state)
        made.door = self.door
        return made

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Until told to stop. Ends the process: all that has to be kept is kept by then, and closing the loop would wait for names that are
        being looked up, however long a name server takes."""
        await super().serve(sockets)
        _end(0 if self.started else 1)

    def handle_exit(self, sig: int, frame: Any) -> None:
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


def _serve(settings: Settings, door: socket.socket, doors: Doors, place: int, *, work: bool) -> None:
    """One process, until told to stop; then it ends the process. `place`: which of those it is that share the `doors`."""
    config = uvicorn.Config(
        Server(settings, work=work),
        loop="uvloop",
        http=_Connection,
        ws="none",
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=settings.development,
        # The trusted proxies are our own layer's business, which knows how many there are.
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=GRACE,
    )
    # Starting and stopping is told by ourselves, and once.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    tune()
    _Uvicorn(config, doors, place).run(sockets=[door])


class Master:
    """Starts the server processes, starts them again when one dies, and stops them all."""

    def __init__(self, settings: Settings, door: socket.socket, *, work: bool) -> None:
        self.settings = settings
        self.door = door
        self.work = work
        self.doors = Doors(settings.workers)
        self.children: dict[int, tuple[int, float]] = {}
        """By process: its place, and when it was started."""
        self.stopping = False

    def run(self) -> None:
        """Until told to stop; the last process to end ends this one."""
        # What was loaded is shared with the processes below for as long as nobody touches it.
        compile_templates()
        tune()
        for number in _SIGNALS:
            signal.signal(number, self._stop)
        for place in range(self.settings.workers):
            self._start(place)
        while self.children:
            try:
                child, status = os.wait()
            except InterruptedError:
                continue
            place, began = self.children.pop(child)
            self.doors.leave(place)
            if not self.stopping:
                code = os.waitstatus_to_exitcode(status)
                log.error("server_process_ended", process=child, code=code)
                # One that cannot start must not be started a thousand times a second.
                time.sleep(max(0.0, 1.0 - (time.monotonic() - began)))
                if not self.stopping:
                    self._start(place)
        raise typer.Exit(Exit.OK)

    def _start(self, place: int) -> None:
        child = os.fork()
        if child:
            self.children[child] = (place, time.monotonic())
            return
        for each in (*_SIGNALS, signal.SIGALRM):
            signal.signal(each, signal.SIG_DFL)
        end_with_parent()
        code = 1
        try:
            _serve(self.settings, self.door, self.doors, place, work=self.work)
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        finally:
            _end(code)

    def _stop(self, _number: int, _frame: Any) -> None:
        self.stopping = True
        signal.signal(signal.SIGALRM, self._kill)
        signal.setitimer(signal.ITIMER_REAL, LAST)
        self._tell(signal.SIGTERM)

    def _kill(self, _number: int, _frame: Any) -> None:
        log.error("server_processes_killed", processes=len(self.children))
        self._tell(signal.SIGKILL)

    def _tell(self, number: int) -> None:
        for child in list(self.children):
            try:
                os.kill(child, number)
            except ProcessLookupError:
                continue
