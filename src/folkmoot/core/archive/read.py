"""Lines become records: streaming, with the number of every line."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

import msgspec

from folkmoot.core.archive.records import FORMAT, KINDS, MEMBERS, VERSION, Archive, Record

LINE_LIMIT = 4 << 20
"""Bytes: a line above this is no record of ours."""

_decode = msgspec.json.Decoder(Record)
_decode_loosely = msgspec.json.Decoder(dict[str, object])


class BadArchive(Exception):
    """A line that cannot be read; its number and the reason are in the message."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line


@dataclass(slots=True)
class Reading:
    """An open archive: where it stands, and what was left out on the way."""

    stream: IO[bytes]
    header: Archive
    line: int = 1
    offset: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    """Members that the format does not know, as `type.member`, with how often they came."""

    def records(self) -> Iterator[tuple[int, Record]]:
        """Every further record with its line number. Raises `BadArchive`."""
        while raw := self.stream.readline(LINE_LIMIT):
            self.line += 1
            self.offset += len(raw)
            if raw.strip():
                yield self.line, self._record(raw)

    def _record(self, raw: bytes) -> Record:
        record = decode_record(raw, self.line)
        if isinstance(record, Archive):
            raise BadArchive(self.line, "a second header")
        self._note_unknown(raw)
        return record

    def _note_unknown(self, raw: bytes) -> None:
        members = _decode_loosely.decode(raw)
        kind = str(members["type"])
        for name in members.keys() - MEMBERS[kind]:
            self.unknown[f"{kind}.{name}"] += 1


def decode_record(raw: bytes, line: int) -> Record:
    """One record. Raises `BadArchive` with words a person can act on."""
    if len(raw) >= LINE_LIMIT:
        raise BadArchive(line, f"longer than {LINE_LIMIT} bytes")
    try:
        record: Record = _decode.decode(raw)
        return record
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        try:
            kind = _decode_loosely.decode(raw).get("type")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise BadArchive(line, "not a JSON object in UTF-8") from error
        if kind not in KINDS:
            raise BadArchive(line, f"unknown type {kind!r}; known are {', '.join(KINDS)}") from error
        raise BadArchive(line, str(error)) from error


def open_archive(stream: IO[bytes]) -> Reading:
    """Read the header. Raises `BadArchive` where there is none, or one of another format or version."""
    raw = stream.readline(LINE_LIMIT)
    header = decode_record(raw, 1) if raw.strip() else None
    if not isinstance(header, Archive):
        raise BadArchive(1, "no header: the first line must be of type archive")
    if header.format != FORMAT or header.version != VERSION:
        raise BadArchive(
            1,
            f"format {header.format!r} version {header.version}; this program reads {FORMAT!r} version {VERSION}",
        )
    return Reading(stream, header, offset=len(raw))
