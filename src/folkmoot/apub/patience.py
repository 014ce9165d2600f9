"""How long another server asks to be left alone."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from folkmoot.model.time import HOUR, SECOND, Micros, from_datetime

LONGEST_WISH: Micros = HOUR
"""How long a server that asks for patience is left alone at the most (DLV-5)."""


def wish(headers: Mapping[str, str], now: Micros) -> Micros | None:
    """What `Retry-After` says, in seconds or as a date; None where it says nothing that can be read."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text) * SECOND
    try:
        return max(0, from_datetime(parsedate_to_datetime(text)) - now) if text else None
    except (ValueError, OverflowError):
        return None
