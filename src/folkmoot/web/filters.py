"""How pages write moments and numbers, in the reader's language. Also for renderers in Python."""

import math
from contextvars import ContextVar
from datetime import timedelta
from functools import lru_cache

from babel.dates import format_timedelta
from babel.numbers import format_compact_decimal, format_decimal

from folkmoot.model.time import DAY, HOUR, MINUTE, SECOND, Micros, to_datetime
from folkmoot.web import i18n

page_moment: ContextVar[Micros] = ContextVar("page_moment", default=0)
"""What "now" is for the page being made."""

_AGES = ((365 * DAY, "year"), (60 * DAY, "month"), (DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"))
_LENGTHS = {"year": 365 * DAY, "month": 30 * DAY, "day": DAY, "hour": HOUR, "minute": MINUTE}


def time_ago(moment: Micros) -> str:
    """An age in words: "29 days ago", "just now"; what lies ahead reads "in 3 hours"."""
    age = page_moment.get() - moment
    distance = abs(age)
    for least, unit in _AGES:
        if distance >= least:
            length = _LENGTHS[unit]
            # What lies ahead is rounded: of three days that began a moment ago, more is left than two.
            count = distance // length if age > 0 else -((distance + length // 2) // length)
            return _age_words(unit, count, i18n.current().code)
    return i18n.gettext("just now")


def time_until(moment: Micros) -> str:
    """When something is due: "in 3 hours"; "in a moment" within a minute, and where it should have been already."""
    if moment - page_moment.get() < MINUTE:
        return i18n.gettext("in a moment")
    return time_ago(moment)


def time_after(seconds: float) -> str:
    """When a wait is over: "in 3 minutes", rounded up so that nobody comes too early; "in a moment" for up to ten seconds."""
    if seconds <= 10:
        return i18n.gettext("in a moment")
    wait = math.ceil(seconds * SECOND)
    unit = next((unit for least, unit in _AGES if wait >= least), "minute")
    return _age_words(unit, -math.ceil(wait / _LENGTHS[unit]), i18n.current().code)


@lru_cache(maxsize=4096)
def _age_words(unit: str, count: int, code: str) -> str:
    return format_timedelta(
        timedelta(microseconds=-count * _LENGTHS[unit]),
        granularity=unit,  # type: ignore[arg-type]
        threshold=1e9,
        add_direction=True,
        locale=i18n.translation(code).locale,
    )


def time_iso(moment: Micros) -> str:
    """`2024-10-24 14:03:11Z`: valid in `datetime`, readable in `title`."""
    return to_datetime(moment // SECOND * SECOND).strftime("%Y-%m-%d %H:%M:%SZ")


def number(value: int) -> str:
    """`12,400`, grouped as the language does."""
    return str(value) if -1000 < value < 1000 else _grouped(value, i18n.current().code)


@lru_cache(maxsize=4096)
def _grouped(value: int, code: str) -> str:
    return format_decimal(value, locale=i18n.translation(code).locale)


def compact(value: int) -> str:
    """`1.2k`, in the short form of the language; small numbers as they are."""
    return str(value) if -1000 < value < 1000 else _short(value, i18n.current().code)


@lru_cache(maxsize=4096)
def _short(value: int, code: str) -> str:
    text = format_compact_decimal(value, fraction_digits=1, locale=i18n.translation(code).locale)
    return text.replace("K", "k") if code == i18n.SOURCE else text
