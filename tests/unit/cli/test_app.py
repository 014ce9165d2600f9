"""The command itself: what it is called with, what it ends with."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from folkmoot import __version__
from folkmoot.cli.app import COMMANDS, build_app
from tests.conftest import POSTGRES


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


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of a server whose database is none."""
    for name in [name for name in os.environ if name.startswith("FOLKMOOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FOLKMOOT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("FOLKMOOT_BIND", "127.0.0.1:1")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folkmoot.db").write_text(
        "A text that is long enough to be looked at, and no database. " * 40
    )
    (tmp_path / "things.jsonl").write_text('{"folkmoot": 1}\n')
    return tmp_path


@pytest.mark.parametrize("arguments", [
    ["db", "check"], ["db", "upgrade"], ["user", "promote", "alice"], ["federation", "status"], ["import", "things.jsonl"], ["seed"],
    ["work"], ["serve"],
], ids=" ".join)  # fmt: skip
def test_a_database_that_cannot_be_used_is_said_in_a_line(
    nowhere: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("folkmoot.cli.serve.open_door", lambda _settings: None)
    monkeypatch.setattr("folkmoot.cli.work.tune", lambda: None)
    for database in (f"sqlite:///{nowhere / 'folkmoot.db'}", missing_on_postgres()):
        if database:
            monkeypatch.setenv("FOLKMOOT_DATABASE", database)
            answer = CliRunner().invoke(build_app(), arguments)
            assert (answer.exit_code, type(answer.exception)) == (1, SystemExit), answer.output
            assert "Traceback" not in answer.output
            assert len(answer.output.splitlines()) <= 2


def missing_on_postgres() -> str:
    """The address of a database that the tests' PostgreSQL does not have, where there is one."""
    return POSTGRES.rpartition("/")[0] + "/never_made" if POSTGRES else ""
