"""`folkmoot map`: a word leads to a file and a line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from folkmoot.cli.app import build_app
from folkmoot.cli.map import TABLES, Row, matching, read_map

ROUTES = '''\
"""Pages."""

LIMIT = 9

ROUTES: list[Route] = [
    Route("/post/{id}", posts.show),
    Route(
        "/post/{id}/vote",
        votes.cast,
    ),
] + [Mount("/static", files)]
'''

AFTER = """\
AFTER = Frozen({
    CommentCreated: (notify, publish),
    **MORE,
})
"""

CAST = '''\
"""Votes."""

async def cast_vote(tx, viewer, asked):
    """Vote, or take a vote back (V-1).

    More words.
    """

def _weigh(): ...

class Kept:
    def method(self): ...
'''


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for name, text in {"web/routes.py": ROUTES, "core/after.py": AFTER, "core/votes/cast.py": CAST}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_rows_of_tables_and_public_functions_are_found_where_they_stand(package: Path) -> None:
    assert read_map(package) == [
        Row("web/routes.py", 6, 'Route("/post/{id}", posts.show)'),
        Row("web/routes.py", 7, 'Route( "/post/{id}/vote", votes.cast, )'),
        Row("web/routes.py", 11, 'Mount("/static", files)'),
        Row("core/after.py", 2, "CommentCreated: (notify, publish)"),
        Row("core/after.py", 3, "MORE"),
        Row("core/votes/cast.py", 3, "cast_vote()  Vote, or take a vote back (V-1)."),
    ]


def test_a_word_is_found_in_text_and_file_name_in_either_case(package: Path) -> None:
    assert [row.line for row in matching(read_map(package), "VOTE")] == [7, 3]
    assert [row.line for row in matching(read_map(package), "commentcreated")] == [2]


def test_a_word_that_is_nowhere_ends_with_1() -> None:
    result = CliRunner().invoke(build_app(), ["map", "xyzzy"])
    assert result.exit_code == 1
    assert "xyzzy" in result.output


def test_the_program_itself_can_be_read() -> None:
    result = CliRunner().invoke(build_app(), ["map", "--json"])
    assert result.exit_code == 0
    rows = json.loads(result.output)
    assert any(row["file"].startswith("store/") for row in rows)


def test_every_table_of_contents_is_there() -> None:
    files = {row.file for row in read_map()}
    assert files.issuperset(TABLES)


@pytest.mark.parametrize(
    ("word", "file", "text"),
    [
        ("inbox", "apub/inbox/table.py", "a.Like: Row("),
        ("like", "apub/inbox/table.py", "a.Like: Row("),
        ("like", "api/v3/routes.py", "/post/like"),
        ("voted", "apub/outbox/kinds.py", "content.post_voted"),
        ("thread/new", "api/own/routes.py", "threads.new_comments"),
    ],
)
def test_activities_and_operations_are_found(word: str, file: str, text: str) -> None:
    assert any(row.file == file and text in row.text for row in matching(read_map(), word))
