"""What many operations ask for alike: pages and communities."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from folkmoot.api.call import Call
from folkmoot.core.communities import view
from folkmoot.core.search.resolve import bring_named
from folkmoot.model.errors import Invalid, UnknownName

Found = TypeVar("Found")

LIMIT, LIMIT_MAX, PAGE_MAX = 10, 50, 100


class Paged(Protocol):
    """A request for one page of a list."""

    page: int | None
    limit: int | None


def page_of(asked: Paged) -> tuple[int, int]:
    """Page and limit, where they are not given the first ten (L-1). Raises `Invalid` unknown for what is out of range."""
    page = 1 if asked.page is None else asked.page
    limit = LIMIT if asked.limit is None else asked.limit
    if not (1 <= page <= PAGE_MAX and 1 <= limit <= LIMIT_MAX):
        raise Invalid("unknown", field="limit")
    return page, limit


async def community_of(tx: Any, name: str | None, number: int | None) -> int | None:
    """The id of the community that a list is of, None for no one community. The name wins (L-6).

    Raises `UnknownName` unknown for a name that is not known here.
    """
    if name is None:
        return number
    community = await view.resolve(tx, name)
    if community is None:
        raise UnknownName("unknown", field="community_name")
    return community.id


async def or_brought(call: Call, name: str | None, work: Callable[[], Awaitable[Found]]) -> Found:
    """What `work` finds in the community of that name; where none is called so here, a member has it asked for at its own server first
    (L-6). Raises as `work`."""
    try:
        return await work()
    except UnknownName as error:
        if error.field != "community_name" or name is None:
            raise
        if not await bring_named(call.viewer, f"!{name.removeprefix('!')}", call.app.state.bring):
            raise
    return await work()
