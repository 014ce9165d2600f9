"""What writing an archive down has at hand: one batch under way, and where its outcome is told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from folkmoot.core.archive.known import Known
from folkmoot.core.archive.read import BadArchive
from folkmoot.core.writing import House
from folkmoot.model.time import Micros, from_datetime
from folkmoot.store import bulk
from folkmoot.store.db import Tx

T = TypeVar("T")


class Report(Protocol):
    """Where the outcome is told."""

    def refuse(self, line: int, reason: str) -> None: ...
    def wrote(self, kind: str, count: int, present: int = 0) -> None: ...


@dataclass(slots=True)
class Work:
    """One batch under way. `moment`: when things without a time of their own count as published."""

    tx: Tx
    house: House
    known: Known
    deltas: bulk.Deltas
    report: Report
    moment: Micros

    def when(self, published: datetime | None) -> Micros:
        return from_datetime(published) if published else self.moment

    def split(self, handle: str) -> tuple[str, str, bool]:
        """Name, host and whether that is here."""
        name, _, host = handle.lstrip("@!").partition("@")
        host = host.lower()
        here = not host or host == self.house.site.host
        return name, self.house.site.host if here else host, here

    def origin(self, host: str, here: bool) -> str:
        return self.house.site.origin if here else f"https://{host}"


def named(found: dict[Any, T | None], key: Any, line: int, what: str) -> T | None:
    """What the file named before; None where it was left out. Raises `BadArchive` for a name that never came."""
    if key not in found:
        raise BadArchive(line, f"{what} {key!r} does not come before this line")
    return found[key]
