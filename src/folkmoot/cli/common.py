"""What every command shares: the meaning of exit codes, reading the settings, speaking to scripts."""

import os
from enum import IntEnum
from typing import Annotated, Any, NoReturn

import msgspec
import typer

from folkmoot.settings import Settings, WrongSettings, load_settings


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


def fail(*lines: str) -> NoReturn:
    """Say what is wrong on the standard error and end with `Exit.PROBLEM`."""
    for line in lines:
        typer.echo(line, err=True)
    raise typer.Exit(Exit.PROBLEM)


def print_json(value: Any) -> None:
    """Print a value (also a dataclass) as indented JSON."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
