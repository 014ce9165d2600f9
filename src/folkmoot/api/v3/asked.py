"""What many operations ask for alike: pages and communities."""

from typing import Protocol

from folkmoot.model.errors import Invalid

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
