"""`folkmoot db`: what it finds, what it mends, what it ends with."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from folkmoot.app import opened
from folkmoot.cli.app import build_app
from folkmoot.cli.common import read_settings
from folkmoot.core.archive.demo import demo_records
from folkmoot.core.archive.load import load

pytestmark = pytest.mark.usefixtures("own_place")


def folkmoot(*arguments: str) -> Result:
    return CliRunner().invoke(build_app(), ["db", *arguments])


@pytest.fixture
def demo() -> None:
    """A site with discussions."""

    async def fill() -> None:
        async with opened(read_settings()) as db:
            await load(db, demo_records(datetime(2026, 6, 1, tzinfo=UTC)))

    asyncio.run(fill())


@contextmanager
def database() -> Iterator[sqlite3.Connection]:
    """The file, behind the program's back."""
    path = read_settings().sqlite_path
    assert path
    with closing(sqlite3.connect(path)) as connection:
        yield connection
        connection.commit()


def test_wrong_usage_ends_with_2() -> None:
    for arguments in ([], ["nonsense"], ["recount", "--nonsense"]):
        assert folkmoot(*arguments).exit_code == 2


def test_a_database_of_a_newer_program_is_left_alone(demo: None) -> None:
    with database() as connection:
        connection.execute("INSERT INTO migration (number, name, applied) VALUES (9999, 'x', 0)")
    for command in ("upgrade", "check", "recount"):
        answer = folkmoot(command)
        assert answer.exit_code == 1
        assert "9999" in answer.output


def test_what_is_no_database_is_said(tmp_path: Path) -> None:
    path = read_settings().sqlite_path
    assert path
    path.write_text("This is a text that is long enough to be looked at, and no database at all. " * 20)
    answer = folkmoot("check")
    assert answer.exit_code == 1
    assert "cannot be used" in answer.output


def test_an_upgrade_runs_what_waits_and_then_nothing() -> None:
    first = json.loads(folkmoot("upgrade", "--json").output)
    assert first["ran"][0] == "0001_before_foundation"
    assert first["backup"] is None
    answer = folkmoot("upgrade")
    assert (answer.exit_code, answer.output) == (0, "Nothing to do: the database is up to date.\n")


def test_a_check_of_an_empty_database_says_so() -> None:
    answer = folkmoot("check")
    assert answer.exit_code == 0
    assert "is empty" in answer.output


def test_a_sound_database_passes(demo: None) -> None:
    answer = folkmoot("check")
    assert answer.exit_code == 0, answer.output
    assert [line.split()[0] for line in answer.output.splitlines()] == ["ok"] * 4


def test_faults_are_named_with_an_example(demo: None) -> None:
    with database() as connection:
        connection.execute("UPDATE comment SET path = '0.77777' WHERE id = 2")
        connection.execute("UPDATE comment SET community_id = 77777 WHERE id IN (3, 4)")
        connection.execute("UPDATE post SET comments = comments + 1 WHERE id = 1")
    answer = folkmoot("check", "--json")
    assert answer.exit_code == 1
    said = {
        finding["says"] for finding in json.loads(answer.output)["findings"] if finding["state"] == "problem"
    }
    assert any(
        "whose path does not lead to them" in words and words.endswith("such as 2.") for words in said
    ), said
    assert any(words.startswith("2 comments that name another community") for words in said)
    assert any(words.startswith("post.comments differs in 1 of the rows: 1 has") for words in said)


def test_recount_checks_mends_and_then_finds_nothing(demo: None) -> None:
    with database() as connection:
        connection.execute("UPDATE person SET comment_count = 999 WHERE id < 4")
    checked = folkmoot("recount", "--check", "--json")
    assert checked.exit_code == 1
    [found] = json.loads(checked.output)["differing"]
    assert (found["table"], found["column"], found["rows"], found["example"]["stored"]) == (
        "person",
        "comment_count",
        3,
        999,
    )
    mended = folkmoot("recount")
    assert mended.exit_code == 0
    assert mended.output.endswith("Mended.\n")
    assert folkmoot("recount").output == "Every count is what the rows say.\n"
    assert json.loads(folkmoot("recount", "--check", "--json").output) == {
        "ok": True,
        "repaired": False,
        "differing": [],
    }
