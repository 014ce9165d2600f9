"""What a line may be."""

from io import BytesIO

import pytest

from folkmoot.core.archive.read import BadArchive, open_archive
from folkmoot.core.archive.records import Comment, Instance

HEADER = b'{"type": "archive", "format": "folkmoot-archive", "version": 1}\n'


def read(*lines: bytes) -> list[object]:
    return [record for _, record in open_archive(BytesIO(HEADER + b"\n".join(lines))).records()]


@pytest.mark.parametrize(
    ("first", "says"),
    [
        (b"", "no header"),
        (b'{"type": "instance", "host": "a.example"}', "no header"),
        (b'{"type": "archive", "format": "other", "version": 1}', "format 'other'"),
        (b'{"type": "archive", "format": "folkmoot-archive", "version": 2}', "version 2"),
        (b"[1, 2]", "not a JSON object"),
        (b"\xff\xfe{", "not a JSON object"),
    ],
)
def test_a_file_without_our_header_is_refused(first: bytes, says: str) -> None:
    with pytest.raises(BadArchive, match=f"line 1: .*{says}"):
        open_archive(BytesIO(first))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b'{"type": "poem"}', "unknown type 'poem'"),
        (b'{"host": "a.example"}', "unknown type None"),
        (b'{"type": "instance"}', "host"),
        (b'{"type": "instance", "host": 7}', "host"),
        (
            b'{"type": "comment", "id": "c", "post": "p", "creator": "a", "content": "x", "published": "yesterday"}',
            "published",
        ),
        (b"nothing like JSON", "not a JSON object"),
        (
            b'{"type": "instance", "host": "a.example", "x": ' + b"[" * 5000 + b"]" * 5000 + b"}",
            "not a JSON object",
        ),
        (HEADER.strip(), "a second header"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: bytes, says: str) -> None:
    with pytest.raises(BadArchive, match=f"line 3: .*{says}"):
        read(b'{"type": "instance", "host": "a.example"}', line)


def test_members_that_the_format_does_not_know_are_kept_out_and_reported() -> None:
    reading = open_archive(
        BytesIO(
            HEADER
            + b'{"type": "instance", "host": "a.example", "colour": "blue"}\n\n{"type": "instance", "host": "b.example"}'
        )
    )
    assert [record for _, record in reading.records()] == [Instance("a.example"), Instance("b.example")]
    assert reading.unknown == {"instance.colour": 1}


def test_ids_may_be_texts_or_numbers() -> None:
    (comment,) = read(
        b'{"type": "comment", "id": 5, "post": "p", "creator": "a", "content": "x", "published": "2026-01-01T00:00:00Z"}'
    )
    assert isinstance(comment, Comment)
    assert (comment.id, comment.post, comment.parent) == (5, "p", None)
