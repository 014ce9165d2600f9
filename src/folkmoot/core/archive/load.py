"""Bring an archive in: batch by batch, each in one transaction, so that it can be stopped anywhere and run again.

What is here already (by its `ap_id`, or for local things by who, where, when and what) stays as it is: running a file twice changes
nothing. Texts and titles obey the rules of the house like everybody's; a record that breaks one is left out and reported, and so is what
hangs on it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from folkmoot.core.archive import records as r
from folkmoot.core.archive import things
from folkmoot.core.archive.known import Known
from folkmoot.core.archive.read import BadArchive
from folkmoot.core.archive.work import Work
from folkmoot.core.writing import house
from folkmoot.model.time import Micros, from_datetime
from folkmoot.store import bulk
from folkmoot.store.db import Database, Tx

BATCH = 4000
"""Records of one transaction."""

Line = tuple[int, r.Record]
_MANY = {"person": "people", "community": "communities"}


@dataclass(slots=True)
class Outcome:
    """What came of an archive. `refused`: (line, reason), the first hundred; `left_out` counts them all."""

    read: int = 0
    written: dict[str, int] = field(default_factory=dict)
    present: int = 0
    left_out: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)

    def refuse(self, line: int, reason: str) -> None:
        """One record stays outside."""
        self.left_out += 1
        if len(self.refused) < 100:
            self.refused.append((line, reason))

    def in_words(self) -> str:
        """What was written: `1,000 posts, 2,500 people`."""
        return (
            ", ".join(f"{count:,} {_MANY.get(kind, kind + 's')}" for kind, count in self.written.items())
            or "nothing new"
        )

    def wrote(self, kind: str, count: int, present: int = 0) -> None:
        """So many rows of a kind were written, so many were here."""
        if count:
            self.written[kind] = self.written.get(kind, 0) + count
        self.present += present


async def load(
    db: Database,
    lines: Iterable[Line],
    *,
    as_of: datetime | None = None,
    progress: Callable[[int], None] = lambda done: None,
    batch: int = BATCH,
) -> Outcome:
    """Write the records of `lines`. `progress` hears the number of records done. Raises `BadArchive` naming the line of a record
    that refers to something the file did not bring before; the batches before it are kept."""
    outcome = Outcome()
    known = Known()
    moment = from_datetime(as_of) if as_of else None
    for chunk in _chunks(lines, batch):
        async with db.write() as tx:
            await _write(tx, chunk, known, outcome, moment)
        outcome.read += len(chunk)
        progress(outcome.read)
    return outcome


def _chunks(lines: Iterable[Line], size: int) -> Iterator[list[Line]]:
    iterator = iter(lines)
    while chunk := list(islice(iterator, size)):
        yield chunk


async def _write(tx: Tx, chunk: list[Line], known: Known, outcome: Outcome, moment: Micros | None) -> None:
    """One batch, kind by kind in the order in which they may refer to each other."""
    by_kind: dict[type, list[Line]] = {}
    for line in chunk:
        by_kind.setdefault(type(line[1]), []).append(line)
    deltas = bulk.Deltas()
    work = Work(tx, await house(tx), known, deltas, outcome, moment if moment is not None else tx.now)
    for kind, write in things.WRITERS.items():
        if kind in by_kind:
            await write(work, by_kind[kind])
    await deltas.apply(tx)


__all__ = ["BadArchive", "Outcome", "load"]
