"""The small site that a first start can offer: made up, so that no page is empty."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.resources import files
from io import BytesIO

import msgspec

from folkmoot.core.archive.read import open_archive
from folkmoot.core.archive.records import Record


def demo_records(now: datetime) -> Iterator[tuple[int, Record]]:
    """The records of `demo.jsonl` with their line numbers, moved in time so that its `as_of` is now."""
    reading = open_archive(BytesIO(files("folkmoot.core.archive").joinpath("demo.jsonl").read_bytes()))
    shift = now - (reading.header.as_of or now)
    for line, record in reading.records():
        yield line, _moved(record, shift)


def _moved(record: Record, shift: timedelta) -> Record:
    moments = {
        name: value + shift
        for name in ("published", "updated")
        if isinstance(value := getattr(record, name, None), datetime)
    }
    return msgspec.structs.replace(record, **moments)
