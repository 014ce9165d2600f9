"""What every command shares: the meaning of exit codes, reading the settings, speaking to scripts."""

import asyncio
import os
from collections.abc import Coroutine
from enum import IntEnum
from typing import Annotated, Any, NoReturn, TypeVar

import apsw
import asyncpg
import msgspec
import typer

from folkmoot.settings import Settings, WrongSettings, load_settings
from folkmoot.store.migrate import TooNew

Result = TypeVar("Result")

ENGINE_FAILS = (apsw.Error, asyncpg.PostgresError, asyncpg.InterfaceError)
UNREACHABLE = (OSError, *ENGINE_FAILS)
"""What the engines raise where there is no database, none that can be read, or none for us."""


class Exit(IntEnum):
    """What a command's exit code says. (Wrong usage is found by the parser of arguments, which ends with 2 itself.)"""

    OK = 0
    PROBLEM = 1
    USAGE = 2


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
"""The `--json` of a command: `def check(as_json: AsJson = False)`."""


def read_settings() -> Settings:
    """The settings of this process; ends it with `Exit.PROBLEM` and every mistake named where they are wrong."""
    try:
        return load_settings(os.environ)
    except WrongSettings as wrong:
        fail("The settings are wrong:", *(f"  {problem}" for problem in wrong.problems))


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Do what needs the database; ends the process with `Exit.PROBLEM` and a word where it cannot be used."""
    try:
        return asyncio.run(work)
    except TooNew as error:
        fail(f"Not touched: {error}. Use the newer program, or a backup from before.")
    except UNREACHABLE as error:
        fail(f"The database cannot be used: {error}")


def fail(*lines: str) -> NoReturn:
    """Say what is wrong on the standard error and end with `Exit.PROBLEM`."""
    for line in lines:
        typer.echo(line, err=True)
    raise typer.Exit(Exit.PROBLEM)


def print_json(value: Any) -> None:
    """Print a value (also a dataclass) as indented JSON."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
