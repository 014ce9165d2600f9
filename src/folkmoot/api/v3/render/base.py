"""What all renderers share."""

from folkmoot.model.time import Micros, to_rfc3339

moment = to_rfc3339
"""A moment as the wire has it (T-5)."""


def moment_or_none(when: Micros | None) -> str | None:
    """The same for one that may be missing."""
    return None if when is None else to_rfc3339(when)
