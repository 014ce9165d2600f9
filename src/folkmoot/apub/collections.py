"""Read the collections of other servers: what is embedded, then page by page, never further than one needs (COL-7, COL-8)."""

from collections.abc import Iterator
from dataclasses import dataclass

from folkmoot.apub.documents import Document, Malformed, listed, read_count, read_id, same_host
from folkmoot.apub.fetch import Budget, Fetcher, NotFetched

MAX_PAGES = 20
_KINDS = frozenset({"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"})


@dataclass(frozen=True, slots=True)
class Items:
    """What was read: ids, and embedded objects that lie on the collection's own host. `total`: as the collection says, for show only."""

    found: tuple[str | Document, ...]
    total: int | None

    @property
    def ids(self) -> tuple[str, ...]:
        """Their ids, each once, in order."""
        return tuple(dict.fromkeys(one if isinstance(one, str) else one.id() for one in self.found))


async def read_collection(fetcher: Fetcher, address: str, budget: Budget, *, most: int) -> Items:
    """The first `most` members of a collection. Raises `NotFetched`, Malformed; a page that cannot be had ends it."""
    collection = await fetcher.document(address, budget)
    if collection.kind(_KINDS) is None:
        raise NotFetched("no_collection", detail=address)
    found: list[str | Document] = []
    seen = {address}
    page: Document | None = collection
    while page is not None and len(found) < most:
        found += list(_members(page, address))
        page = await _next(fetcher, page, address, seen, budget)
    return Items(tuple(found[:most]), read_count(collection.get("totalItems")))


async def total_of(fetcher: Fetcher, address: str, budget: Budget) -> int | None:
    """How many members a collection says it has: they themselves are never walked."""
    return read_count((await fetcher.document(address, budget)).get("totalItems"))


def _members(page: Document, address: str) -> Iterator[str | Document]:
    for value in listed(page.get("orderedItems")) + listed(page.get("items")):
        try:
            ident = read_id(value, development=page.development)
        except Malformed:
            continue
        if isinstance(value, dict) and same_host(ident, address):
            yield page.inner(value)
        else:
            yield ident


async def _next(
    fetcher: Fetcher, page: Document, address: str, seen: set[str], budget: Budget
) -> Document | None:
    """The page after this one; None where there is none, where it was seen before, or lies elsewhere."""
    following = page.get("first") if page.get("first") is not None else page.get("next")
    if isinstance(following, dict):
        inner = page.inner(following)
        if inner.get("orderedItems") is None and inner.get("items") is None:
            following = following.get("id")
        else:
            ident = inner.get("id")
            if isinstance(ident, str):
                if ident in seen:
                    return None
                seen.add(ident)
            return inner
    try:
        ident = read_id(following, development=page.development)
    except Malformed:
        return None
    if ident in seen or len(seen) > MAX_PAGES or not same_host(ident, address):
        return None
    seen.add(ident)
    try:
        return await fetcher.document(ident, budget)
    except (NotFetched, Malformed):
        return None
