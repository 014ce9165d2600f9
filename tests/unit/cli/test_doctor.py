"""`folkmoot doctor`: what keeps a server from working is found before it is started."""

import json
import socket
import sys
import sysconfig
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from folkmoot.cli.app import build_app
from folkmoot.cli.doctor import check_address, check_data_dir, check_python
from folkmoot.settings import load_settings


@pytest.fixture(autouse=True)
def quiet_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty working directory and a port that nobody has."""
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as door:
        monkeypatch.setenv("FOLKMOOT_BIND", f"127.0.0.1:{door.getsockname()[1]}")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(build_app(), ["doctor", *arguments])


def test_wrong_settings_are_all_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLKMOOT_WORKERS", "many")
    monkeypatch.setenv("FOLKMOOT_HOSTNAME", "https://forum.example.org")
    result = run()
    assert result.exit_code == 1
    assert result.output.count("problem") == 2


def test_a_data_directory_that_is_a_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    assert check_data_dir(load_settings({})).state == "problem"
    assert run().exit_code == 1


def test_an_address_of_another_machine_is_a_problem() -> None:
    assert check_address(load_settings({"FOLKMOOT_BIND": "192.0.2.1:18536"})).state == "problem"


def test_an_address_in_use_is_worth_knowing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        finding = check_address(load_settings({"FOLKMOOT_BIND": f"127.0.0.1:{door.getsockname()[1]}"}))
    assert finding.state == "note"


@pytest.mark.parametrize(
    ("prefix", "options", "state"),
    [
        ("/usr", "'--enable-shared'", "ok"),
        ("/usr/local", "'--enable-optimizations' '--with-lto'", "ok"),
        ("/opt/pyenv/versions/3.12.1", "'--enable-shared'", "note"),
    ],
)
def test_a_python_that_was_built_slow_is_worth_knowing(
    prefix: str, options: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "base_prefix", prefix)
    monkeypatch.setattr(sysconfig, "get_config_var", {"CONFIG_ARGS": options}.get)
    assert check_python(load_settings({})).state == state


def test_a_new_server_is_sound() -> None:
    result = run()
    assert result.exit_code == 0, result.output
    assert "will be made at the first start" in result.output


def test_nothing_is_made_or_left_behind(tmp_path: Path) -> None:
    run()
    assert list(tmp_path.iterdir()) == []


def test_scripts_get_json(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    result = run("--json")
    answer = json.loads(result.output)
    assert (result.exit_code, answer["ok"]) == (1, False)
    assert {"check": "settings", "state": "ok", "says": "all of them can be read."} in answer["findings"]
