"""`make changes`: the notes of changes.d/ as they go into the changelog, by kind."""

import sys
from itertools import groupby
from pathlib import Path

NOTES = Path(__file__).resolve().parents[1] / "changes.d"
KINDS = {
    "security": "Security",
    "removed": "Removed",
    "changed": "Changed",
    "added": "Added",
    "fixed": "Fixed",
}
"""What a note can begin with, and its heading, in the order of the changelog."""


class WrongNote(ValueError):
    """A file of notes does not begin with a kind."""


def notes_of(text: str) -> list[tuple[str, str]]:
    """The notes of one file: kinds and words, in order. A line that begins with no kind goes on with the note before it.

    Raises `WrongNote` where there is none before it, or where the file is empty.
    """
    found: list[tuple[str, str]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        kind, colon, words = line.partition(": ")
        if colon and kind in KINDS:
            found.append((kind, words))
        elif found:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line}")
        else:
            raise WrongNote(f"begins with none of {', '.join(KINDS)}: {line}")
    if not found:
        raise WrongNote("says nothing")
    return found


def gathered(folder: Path = NOTES) -> list[tuple[str, str]]:
    """All notes in the order of the changelog: by kind, then by file. Raises `WrongNote`, which names the file."""
    found = []
    for path in sorted(folder.glob("*.md")):
        if path.name == "README.md":
            continue
        try:
            found += notes_of(path.read_text(encoding="utf-8"))
        except WrongNote as wrong:
            raise WrongNote(f"changes.d/{path.name} {wrong}") from None
    order = list(KINDS)
    return sorted(found, key=lambda note: order.index(note[0]))


def as_markdown(notes: list[tuple[str, str]]) -> str:
    """A heading for each kind that has notes, and a line for each note; what somebody has to do comes first."""
    parts = []
    for kind, group in groupby(notes, key=lambda note: note[0]):
        words = sorted((words for _, words in group), key=lambda words: "To do:" not in words)
        parts.append(f"### {KINDS[kind]}\n\n" + "".join(f"- {each}\n" for each in words))
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(as_markdown(gathered()))
