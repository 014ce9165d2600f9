"""Time as this program keeps it: whole microseconds since 1970-01-01 UTC, in an `int`.

Integers sort, compare and store alike in both engines, and cost nothing to carry; only the faces turn them into text
(docs/decisions/0004).
"""

from datetime import UTC, datetime, timedelta
from time import time_ns
from typing import Protocol

Micros = int
"""Microseconds since the epoch, UTC."""

SECOND: Micros = 1_000_000
MINUTE: Micros = 60 * SECOND
HOUR: Micros = 60 * MINUTE
DAY: Micros = 24 * HOUR
WEEK: Micros = 7 * DAY

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - what it makes is marked as UTC in the text


class Clock(Protocol):
    """Whatever knows the moment. `elapsed` is for what measures how fast people do things: it goes on also where the moment stands."""

    def now(self) -> Micros: ...

    def elapsed(self) -> Micros: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> Micros:
        return time_ns() // 1000

    def elapsed(self) -> Micros:
        return self.now()


class FixedClock:
    """A clock that stands at a moment until it is moved: for tests."""

    def __init__(self, moment: Micros) -> None:
        self.moment = moment

    def now(self) -> Micros:
        return self.moment

    def elapsed(self) -> Micros:
        return self.moment

    def advance(self, by: Micros) -> None:
        """Move on by `by` microseconds."""
        self.moment += by


class StandingClock(FixedClock):
    """The clock of `FOLKMOOT_NOW`: every moment is the one that it stands at, and people wear out no limit for good."""

    def elapsed(self) -> Micros:
        return time_ns() // 1000


def to_datetime(moment: Micros) -> datetime:
    """The moment as an aware datetime in UTC."""
    return datetime.fromtimestamp(moment // SECOND, UTC).replace(microsecond=moment % SECOND)


def from_datetime(moment: datetime) -> Micros:
    """The microseconds of a datetime; a naive one is taken as UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds


def to_rfc3339(moment: Micros) -> str:
    """`2023-06-01T12:00:00.123456Z`; of the fraction no more than is needed of none, three or six digits, as Lemmy writes it (T-5)."""
    # `isoformat` is five times as fast as `strftime`, and every answer to an app holds dozens of moments.
    digits = "auto" if moment % 1000 or not moment % SECOND else "milliseconds"
    return f"{(_NAIVE_EPOCH + timedelta(microseconds=moment)).isoformat(timespec=digits)}Z"


def from_rfc3339(text: str) -> Micros:
    """Read an RFC 3339 moment with any offset. Raises `ValueError` for anything else."""
    if len(text) < 11 or text[10] not in "Tt ":
        raise ValueError(f"not an RFC 3339 moment: {text!r}")
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        raise ValueError(f"no time zone in {text!r}")
    return from_datetime(parsed)
