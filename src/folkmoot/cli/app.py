"""The command `folkmoot`: the table of what it can do."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from folkmoot import __version__
from folkmoot.cli import db, doctor, federation, import_, jobs, map, seed, serve, user, work

COMMANDS: dict[str, Callable[..., Any] | typer.Typer] = {
    "serve": serve.serve,
    "work": work.work,
    "user": user.user,
    "federation": federation.federation,
    "db": db.db,
    "jobs": jobs.jobs,
    "seed": seed.seed,
    "import": import_.import_archive,
    "doctor": doctor.doctor,
    "map": map.show_map,
}
"""Name → a function, or for a group of commands (`folkmoot user create`) a `Typer`. One module each, in the order of the help."""


def build_app() -> typer.Typer:
    """The command with everything in `COMMANDS`."""
    app = typer.Typer(
        name="folkmoot",
        no_args_is_help=True,
        add_completion=False,
        # A traceback that shows local variables shows passwords and tokens.
        pretty_exceptions_enable=False,
    )
    app.callback()(folkmoot)
    for name, what in COMMANDS.items():
        if isinstance(what, typer.Typer):
            app.add_typer(what, name=name)
        else:
            app.command(name)(what)
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"folkmoot {__version__}")
        raise typer.Exit


def folkmoot(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and end.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """A federated link aggregator and discussion server.

    Exit codes: 0 all is well, 1 a problem was found, 2 wrong usage.
    """


def main() -> None:
    """Run the command with the arguments of this process."""
    build_app()()
