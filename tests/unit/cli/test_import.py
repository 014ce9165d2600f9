"""`folkmoot import` and `folkmoot seed`, as somebody types them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from folkmoot.cli.app import build_app

HEADER = '{"type": "archive", "format": "folkmoot-archive", "version": 1}\n'
PERSON = '{"type": "person", "handle": "ines@harbour.example", "shoe_size": 38}\n'


@pytest.fixture(autouse=True)
def quiet_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty working directory with a database of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FOLKMOOT_DATABASE", "sqlite:///site.db")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(build_app(), arguments)


def test_a_file_that_is_not_there_is_named() -> None:
    result = run("import", "nothing.jsonl")
    assert (result.exit_code, "nothing.jsonl cannot be read" in result.output) == (1, True)


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    Path("odd.jsonl").write_text(HEADER + PERSON + '{"type": "poem"}\n')
    result = run("import", "odd.jsonl")
    assert (result.exit_code, "odd.jsonl, line 3: unknown type 'poem'" in result.output) == (1, True)


def test_what_came_in_and_what_was_kept_out_is_told_to_people_and_scripts() -> None:
    Path("fine.jsonl").write_text(HEADER + PERSON)
    told = run("import", "fine.jsonl")
    assert told.exit_code == 0
    assert "1 instances, 1 people; 0 were here already" in told.output
    assert "person.shoe_size" in told.output
    again = json.loads(run("import", "fine.jsonl", "--json").stdout)
    assert (again["written"], again["present"], again["unknown_members"]) == ({}, 2, {"person.shoe_size": 1})


def test_something_left_out_is_a_problem() -> None:
    post = {
        "type": "post", "id": 1, "ap_id": "https://harbour.example/post/1", "community": "c@harbour.example", "creator": "ines@harbour.example",
        "name": "x", "published": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    community = {"type": "community", "handle": "c@harbour.example"}
    Path("short.jsonl").write_text(HEADER + PERSON + json.dumps(community) + "\n" + json.dumps(post) + "\n")
    result = run("import", "short.jsonl")
    assert (result.exit_code, "line 4: invalid_post_title" in result.output) == (1, True)


def test_a_site_is_invented_once() -> None:
    told = json.loads(run("seed", "--scale", "tiny", "--json").stdout)
    assert (told["written"]["post"], told["written"]["comment"], told["written"]["vote"]) == (40, 700, 2500)
    again = run("seed", "--scale", "tiny")
    assert (again.exit_code, "has posts already" in again.output) == (1, True)
    assert run("seed", "--scale", "vast").exit_code == 2
