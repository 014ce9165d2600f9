"""How often: every call is counted under the class of its operation (section 16 of the behaviour rules)."""

from folkmoot.api.call import Call
from folkmoot.core import limits
from folkmoot.core.limits import Doing


async def count(call: Call, class_: str) -> None:
    """Count one call. Raises `RateLimited`.

    The limits that this process knows are those in force where somebody's token was looked up: it was asked then what has changed.
    """
    if call.token and class_ == limits.MESSAGE and limits.spend_as_known(call.context.db, call.address):
        return
    await limits.enforce(call.context.db, class_, 0, call.address)


async def doing(call: Call, class_: str) -> Doing | None:
    """One call, to be counted with what it writes; None where there is no limit."""
    return await limits.doing_of(call.context.db, class_, 0, call.address)
