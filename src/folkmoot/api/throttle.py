"""How often: every call is counted under the class of its operation (section 16 of the behaviour rules)."""

from folkmoot.api.call import Call
from folkmoot.core import limits


async def count(call: Call, class_: str) -> None:
    """Count one call. Raises `RateLimited`."""
    await limits.enforce(call.context.db, class_, 0, call.address)
