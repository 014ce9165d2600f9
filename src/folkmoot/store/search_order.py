"""What has the words, in the order of a list: found as far down as somebody asked, and kept right from then on.

Which posts or comments have the words, and in which order they stand, does not depend on who asks. So one `Candidates` serves all readers, who
are asked about each time (`search.py`): nothing here says what somebody may see. What was written, changed, pinned, went or came back since is
read again and put in its place before the candidates are used, so that it is found at once. Where votes or age changed the order, it may be
some seconds old.
"""

import asyncio
from bisect import bisect_right, insort
from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from folkmoot.model.enums import CommentSort, Listing, PostSort
from folkmoot.store import search_hits
from folkmoot.store.changes import MANY
from folkmoot.store.db import Tx
from folkmoot.store.listing import filters
from folkmoot.store.listing.filters import Shape
from folkmoot.store.listing.pages import order_of
from folkmoot.store.search_down import (
    Walk,
    Wanted,
    any_has_words,
    asked_of,
    flag_of,
    leads_down,
    names_of_texts,
    values_of,
)

LAG = 5.0
"""Seconds that an order may be old once anything changed on the site."""
LONGEST = 600.0
"""Seconds that it may be old at all."""
_CHUNK = 100
"""Hits of the index whose texts are read at once."""
_MOST_CHANGED = 300
"""After so many changed texts it is cheaper to look anew."""
_PERSONAL = (Listing.SUBSCRIBED, Listing.MODERATOR_VIEW)
_SIZE, _SIZE_OF_PLACE = 2000, 500
"""Bytes that candidates take, and each place of them."""

Place = tuple[Any, ...]
"""Where something stands in a list: smaller is farther up. The last number is its id, or minus its id."""


def of_everybody(wanted: Wanted) -> Wanted:
    """The same list without what depends on the reader; as it is where the reader says which communities it has."""
    shape = wanted.shape
    if shape.scope in _PERSONAL:
        return wanted
    open_to_all = Shape(
        shape.table,
        scope=Listing.LOCAL if shape.scope is Listing.LOCAL else None,
        community=shape.community,
        creator=shape.creator,
        pins=shape.pins,
    )
    return Wanted(
        open_to_all, wanted.sort, wanted.words, title_only=wanted.title_only, url=wanted.url, host=wanted.host,
        community_id=wanted.community_id, creator_id=wanted.creator_id, everybody=True,
    )  # fmt: skip


def running_time() -> float:
    """Seconds of a clock that neither stands nor is set: how old an order is has nothing to do with what people call now."""
    return asyncio.get_running_loop().time()


def may_stand(tx: Tx, made: float, began: int, *, changes: bool = True) -> bool:
    """Whether an order may be used that was made at a moment of the running time, when so much was heard of. `changes`: whether votes or age
    can change it."""
    age = running_time() - made
    return age < LONGEST and (age < LAG or not changes or tx.changes.latest() == began)


def id_at(place: Place) -> int:
    """Whose place it is."""
    number: int = abs(place[-1])
    return number


class Candidates:
    """What has the words, in order. `wanted`: for whom, if not for everybody (`of_everybody`)."""

    def __init__(self, tx: Tx, wanted: Wanted) -> None:
        self.wanted = wanted
        self._made = running_time()
        self._began = self._heard = tx.heard
        self._lasts = set(wanted.order.columns) <= {"published", "id"}
        self._hasty = False
        self._places: list[Place] = []
        self._below: list[Place] = []
        self._known: set[int] = set()
        self._walk: Walk | None = None
        self._walked = 0
        self._hits: list[int] | None = None
        self._hits_bounded = False
        self._over = False
        self._one_at_a_time = asyncio.Lock()

    @property
    def size(self) -> int:
        """About how many bytes they take."""
        wanted = self.wanted
        named = sum(map(len, (*wanted.words, wanted.url or "", wanted.host or "")))
        return _SIZE + 4 * named + _SIZE_OF_PLACE * (len(self._known) + len(self._hits or ()) // 4)

    def bounded(self, *, full: bool) -> bool:
        """Whether there may be more that was not looked at, for somebody whose page is full or not."""
        if self._walk is None:
            return self._hits_bounded
        return self._walk.bounded and not full

    async def are_right(self, tx: Tx) -> bool:
        """Whether they can be used; texts that changed meanwhile are put in their place. No query, one where texts changed."""
        if not may_stand(tx, self._made, self._began, changes=not self._lasts):
            return False
        if self._hasty and tx.changes.newest((("search", 0),)) > self._began:
            return False
        if tx.heard <= self._heard:
            return True
        async with self._one_at_a_time:
            changed = tx.changes.since(f"{self.wanted.shape.table}_text", self._heard)
            if changed is None or MANY in changed or len(changed) > _MOST_CHANGED:
                return False
            if changed:
                await self._look_again(tx, changed)
            self._heard = max(self._heard, tx.heard)
        return True

    async def below(self, tx: Tx, place: Place | None, many: int) -> list[Place]:
        """The next places after one, or the first: as many as asked for, unless there are no more."""
        begin = bisect_right(self._places, place) if place else 0
        if len(self._places) < begin + many and not self._over:
            async with self._one_at_a_time:
                while not self._over:
                    begin = bisect_right(self._places, place) if place else 0
                    lacks = begin + many - len(self._places)
                    if lacks <= 0:
                        break
                    await self._find_more(tx, lacks)
        return self._places[begin : begin + many]

    # --- looking ---------------------------------------------------------------------------------------------------

    async def _find_more(self, tx: Tx, lacks: int) -> None:
        # A transaction that began earlier may see texts as they were before somebody else put them in their place: they are looked at again.
        self._heard = min(self._heard, tx.heard)
        if self._walk is None and self._hits is None:
            await self._begin(tx, lacks)
        if self._walk is not None:
            await self._walk.goes_on(tx, max(0, lacks - self._not_taken))
            self._take_walked(self._walk)
        elif self._hits is not None:
            chunk = self._hits[: max(_CHUNK, lacks)]
            found = await _places_of(tx, self.wanted, chunk)
            del self._hits[: len(chunk)]
            self._over = not self._hits
            self._add(sorted(found))

    async def _begin(self, tx: Tx, enough: int) -> None:
        """Find out whether the words are common: then go down the list, else by the index."""
        wanted = self.wanted
        walk = Walk(wanted) if leads_down(wanted) else None
        if walk and await walk.finds(tx, enough):
            self._walk = walk
            return
        hits = await search_hits.hits_in_order(tx, wanted, min(search_hits.FEW_HITS, search_hits.HITS))
        if hits.bounded and walk and await walk.finds(tx, enough):
            self._walk = walk
            return
        if hits.bounded and search_hits.FEW_HITS < search_hits.HITS:
            hits = await search_hits.hits_in_order(tx, wanted, search_hits.HITS)
        self._hits, self._hits_bounded, self._hasty = hits.ids, hits.bounded, hits.hasty
        self._over = not hits.ids
        self._add([])

    @property
    def _not_taken(self) -> int:
        return len(self._walk.rest) - self._walked if self._walk else 0

    def _take_walked(self, walk: Walk) -> None:
        pins = self.wanted.shape.pins
        if walk.featured:
            featured = [_place(self.wanted, row[0], (*row[3:], row[1])) for row in walk.featured]
            walk.featured = []
            if pins:
                self._add(featured)
            else:
                # They stand among the others, and come up when these do.
                self._add_below(featured)
        rows = walk.rest[self._walked :]
        self._walked = len(walk.rest)
        self._over = walk.over
        self._add(_place(self.wanted, row[0], (*row[3:], row[1])) for row in rows)

    # --- putting in place ------------------------------------------------------------------------------------------

    def _add(self, places: Iterable[Place]) -> None:
        """Put these at the end, or where they belong by now; and of what stands farther down, what is reached."""
        for place in places:
            if id_at(place) not in self._known:
                self._known.add(id_at(place))
                self._put(place)
        if self._below:
            last = self._places[-1] if self._places else None
            reached = [place for place in self._below if self._over or (last is not None and place < last)]
            self._below = [place for place in self._below if place not in reached]
            for place in reached:
                self._put(place)

    def _add_below(self, places: Iterable[Place]) -> None:
        """Put these where they belong once what stands above them is reached."""
        fresh = [place for place in places if id_at(place) not in self._known]
        self._known.update(map(id_at, fresh))
        self._below += fresh
        self._add([])

    def _put(self, place: Place) -> None:
        if not self._places or self._places[-1] < place:
            self._places.append(place)
        else:
            insort(self._places, place)

    async def _look_again(self, tx: Tx, ids: set[int]) -> None:
        """Read these anew, and put those that have the words where they belong."""
        found = await _places_of(tx, self.wanted, ids)
        if not self._known.isdisjoint(ids):
            self._places = [place for place in self._places if id_at(place) not in ids]
            self._below = [place for place in self._below if id_at(place) not in ids]
            self._known -= ids
        self._add_below(found)


def _place(wanted: Wanted, featured: Any, values: Iterable[Any]) -> Place:
    """The place of a row, given the values of the columns of the order."""
    order = wanted.order
    place = tuple(
        value if name in order.rising else -value for name, value in zip(order.columns, values, strict=True)
    )
    return (0 if featured else 1, *place) if wanted.shape.of_posts and wanted.shape.pins else place


async def _places_of(tx: Tx, wanted: Wanted, ids: Collection[int]) -> list[Place]:
    """The places of those that have the words, each word after the one before and all in one field, and belong to the list. One query."""
    columns = len(wanted.order.columns)
    link = "url" if wanted.url is not None else "url_host" if wanted.host is not None else ""
    text = _standing(
        wanted.shape, wanted.sort, link, title_only=wanted.title_only, everybody=wanted.everybody
    )
    values = values_of(tx, wanted) | {"link": wanted.url if wanted.url is not None else wanted.host}
    rows = await tx.all(text, ids=list(ids), **values)
    return [
        _place(wanted, row[0], row[1 : columns + 1])
        for row in rows
        if any_has_words(row[columns + 1 :], wanted.words)
    ]


@cache
def _standing(
    shape: Shape, sort: PostSort | CommentSort, link: str, *, title_only: bool, everybody: bool
) -> str:
    """Of certain rows those of the list: the flag of featured ones, the values of its order, the texts that are searched."""
    flag = f"i.{flag_of(shape)}" if shape.of_posts else "FALSE"
    names = (*order_of(sort).columns, *names_of_texts(shape.table, title_only=title_only))
    asked = ["i.id IN :ids[]", *(f"+{each}" for each in filters.conditions(shape, filters.WHOSE))]
    asked += [f"i.{link} = :link"] if link else []
    asked += asked_of(shape, everybody=everybody)
    return f"SELECT {flag}, {', '.join(f'i.{name}' for name in names)} FROM {shape.table} i WHERE {' AND '.join(asked)}"
