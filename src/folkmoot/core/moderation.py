"""What acts of moderation have in common: reasons and ends."""

from folkmoot.core.writing import TEXT_LIMIT
from folkmoot.model.errors import Invalid
from folkmoot.model.time import DAY, SECOND, Micros
from folkmoot.text.tidy import tidy, utf16_length

LONGEST_BAN: Micros = 3650 * DAY
"""A ban that would last longer is one for good (R-9)."""

_LAST_SECOND = 8_210_266_876_799
"""The last second of the year 262142, the end of the calendar that other servers use."""


def checked_reason(reason: str | None) -> str | None:
    """The reason as kept, None for an empty one. Raises `Invalid` invalid_body_field above 10000 UTF-16 units (R-9)."""
    reason = tidy(reason or "").strip()
    if utf16_length(reason) > TEXT_LIMIT:
        raise Invalid("invalid_body_field", field="reason")
    return reason or None


def checked_expiry(expires: int | None, now: Micros) -> Micros | None:
    """When a ban ends, from Unix seconds (T-5); None for good. Raises `Invalid` invalid_unix_time, ban_expiration_in_past (R-9)."""
    if expires is None:
        return None
    if abs(expires) > _LAST_SECOND:
        raise Invalid("invalid_unix_time", field="expires")
    end = expires * SECOND
    if end < now:
        raise Invalid("ban_expiration_in_past", field="expires")
    return None if end > now + LONGEST_BAN else end
