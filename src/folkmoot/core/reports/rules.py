"""What a report may say: rules without a database."""

from folkmoot.core.writing import House
from folkmoot.model.errors import Invalid
from folkmoot.text.tidy import tidy

REASON_MAX = 1000
"""Characters (O-1)."""


def checked_reason(house: House, reason: str) -> str:
    """The reason, trimmed. Raises `Invalid` report_reason_required, report_too_long, slurs (O-1)."""
    reason = tidy(reason).strip()
    if not reason:
        raise Invalid("report_reason_required", field="reason")
    if len(reason) > REASON_MAX:
        raise Invalid("report_too_long", field="reason")
    house.check_words(reason, "reason")
    return reason
