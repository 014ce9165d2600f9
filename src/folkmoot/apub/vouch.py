"""Ask the server of a private community whether another server has somebody in it: who keeps a copy does not know (VIS-1)."""

from urllib.parse import quote

from folkmoot.apub.documents import host_of
from folkmoot.apub.fetch import Budget, NotFetched, fetcher_of
from folkmoot.context import Context
from folkmoot.model.errors import Refusal
from folkmoot.model.time import MINUTE, Micros

HOLDS: Micros = MINUTE
"""A thread is fetched comment by comment; its community is asked once."""
_MOST_KEPT = 10_000


class Undecided(Exception):
    """The community's server does not answer now."""


async def vouches(context: Context, followers: str, actor: str) -> bool:
    """Whether the community whose followers lie at this address has let in somebody of the server of this actor. Raises Undecided."""
    kept: dict[tuple[str, str], tuple[Micros, bool]] = context.db.memory.setdefault("apub.vouched", {})
    key, now = (followers, host_of(actor)), context.clock.now()
    until, said = kept.get(key, (0, False))
    if until > now:
        return said
    try:
        status = await fetcher_of(context).status(
            f"{followers}?is_follower={quote(actor, safe='')}", Budget(asked=True)
        )
    except NotFetched as error:
        raise Undecided(error.code) from error
    except Refusal:
        return False
    if status >= 500:
        raise Undecided(str(status))
    if len(kept) >= _MOST_KEPT:
        kept.clear()
    kept[key] = (now + HOLDS, status == 200)
    return status == 200
