"""The notes of changes.d/ can be gathered for the changelog."""

from pathlib import Path

import pytest

from tools.changes import WrongNote, as_markdown, gathered, notes_of


def test_every_note_begins_with_a_kind() -> None:
    assert gathered()


@pytest.mark.parametrize("text", ["", "Mended a thing.\n", "improved: Everything.\n", "fixed : A thing.\n"])
def test_a_note_that_says_no_kind_is_refused(text: str) -> None:
    with pytest.raises(WrongNote):
        notes_of(text)


def test_a_wrong_note_is_named_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "odd.md").write_text("Mended a thing.\n")
    with pytest.raises(WrongNote, match=r"changes\.d/odd\.md"):
        gathered(tmp_path)


def test_notes_are_gathered_by_kind_and_wrapped_lines_stay_together(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# How to\n")
    (tmp_path / "one.md").write_text("fixed: A link that is\nlong.\nadded: A page.\n")
    (tmp_path / "two.md").write_text("fixed: To do: set `scheme`.\n")
    assert as_markdown(gathered(tmp_path)) == (
        "### Added\n\n- A page.\n\n### Fixed\n\n- To do: set `scheme`.\n- A link that is long.\n"
    )
