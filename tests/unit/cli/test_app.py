"""The command itself: what it is called with, what it ends with."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from folkmoot import __version__
from folkmoot.cli.app import COMMANDS, build_app


def test_wrong_usage_ends_with_2() -> None:
    assert CliRunner().invoke(build_app(), ["nonsense"]).exit_code == 2
    assert CliRunner().invoke(build_app(), ["doctor", "--nonsense"]).exit_code == 2


def test_every_command_says_what_it_does() -> None:
    for name in COMMANDS:
        result = CliRunner().invoke(build_app(), [name, "--help"])
        assert result.exit_code == 0, result.output


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_lists_every_command(name: str) -> None:
    assert name in CliRunner().invoke(build_app(), ["--help"]).output


def test_the_module_runs_as_the_command() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "folkmoot", "--version"], capture_output=True, text=True, check=True
    )
    assert result.stdout == f"folkmoot {__version__}\n"
