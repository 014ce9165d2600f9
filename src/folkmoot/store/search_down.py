"""Search for common words: down the list that the reader would see, looking at each text, until the page is full.

Of a word that every tenth text has, the first ten places of a list are found among its first hundred rows; an index would name ten thousand
rows that all had to be sorted. Whether a word is that common, for this reader and in this list, the first rows of the list tell. The answer
does not depend on the page that is asked for, so that pages fit together.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from folkmoot.model.enums import CommentSort, Listing, PostSort
from folkmoot.model.records import Record
from folkmoot.store.db import Tx
from folkmoot.store.dialect.words import folded
from folkmoot.store.listing import filters, sorts
from folkmoot.store.listing.communities import like_pattern
from folkmoot.store.listing.filters import Shape
from folkmoot.store.listing.pages import in_parts, order_of
from folkmoot.store.listing.sorts import Order

_TEXTS = {"post": ("name", "body", "alt_text"), "comment": ("content",)}
COMMON = 10
"""So many hits at the top of a list make words common."""
FIRST, SAMPLE = 400, 1000
"""So many rows are the top: the first, unless the first hundred have next to no hits; the others where the index knows of many."""
_FEATURED = 1000
FARTHEST = 20_000
"""Rows that are looked at at most."""
_STEPS = ((FIRST, 100), (FARTHEST, 600))
"""How far down how many rows are looked at in one query. It folds the texts by a function of ours where the engine cannot: in a thread each
call would wait for the event loop to let go of the interpreter, a thousand times a query. So it runs where it is asked, and is short."""


class Wanted(Record, frozen=True, gc=False, cache_hash=True):
    """What is looked for, and in which list of one reader. `words` in order, with anything between them; none: everything.
    `url`: posts with exactly this link; `host`: posts that link there. `everybody`: nothing is asked that depends on the reader. The rest
    as in `listing/pages.py`."""

    shape: Shape
    sort: PostSort | CommentSort
    words: tuple[str, ...] = ()
    title_only: bool = False
    url: str | None = None
    host: str | None = None
    viewer_id: int = 0
    community_id: int = 0
    creator_id: int = 0
    languages: frozenset[int] = frozenset()
    everybody: bool = False

    @property
    def order(self) -> Order:
        """The order of the list."""
        return order_of(self.sort)


def asked_of(shape: Shape, *, everybody: bool, beside: bool = False) -> list[str]:
    """What is asked of a row of the list, other than whose it is and that it has the words. Of `everybody` what nobody finds and what never
    changes: who deleted a post still finds it. `beside`: the row's community is there, as `m`."""
    if everybody:
        gone = "NOT i.removed" if shape.of_posts else "NOT i.deleted AND NOT i.removed"
        return [gone, *([_LOCAL] if shape.scope is Listing.LOCAL else [])]
    scope = filters.in_scope(shape)
    return [
        *([scope] if scope else []),
        *filters.conditions(shape, filters.WHICH_BESIDE if beside else filters.WHICH),
    ]


_LOCAL = "(SELECT m.local FROM community m WHERE m.id = i.community_id)"


def flag_of(shape: Shape) -> str:
    """The column that says which posts are featured in this list."""
    return "featured_community" if shape.community else "featured_local"


def values_of(tx: Tx, wanted: Wanted) -> dict[str, Any]:
    """Every parameter that a statement about this list may name."""
    values: dict[str, Any] = {
        "viewer": wanted.viewer_id,
        "now": tx.now,
        "community_id": wanted.community_id,
        "creator_id": wanted.creator_id,
        "languages": wanted.languages,
        "pattern": f"%{'%'.join(like_pattern(word)[1:-1] for word in wanted.words)}%",
    }
    if isinstance(wanted.sort, PostSort) and sorts.has_window(wanted.sort):
        values["since"] = sorts.since(wanted.sort, tx.now)
    return values


def has_words(text: str, words: Sequence[str]) -> bool:
    """Whether a folded text has these words, each after the one before."""
    at = 0
    for word in words:
        at = text.find(word, at)
        if at < 0:
            return False
        at += len(word)
    return True


def names_of_texts(table: str, *, title_only: bool) -> tuple[str, ...]:
    """The columns that are searched, the title first (Q-1)."""
    return _TEXTS[table][: 1 if title_only else None]


def any_has_words(texts: Collection[str | None], words: Sequence[str]) -> bool:
    """Whether one of these texts, as they were written, has the words."""
    return not words or any(has_words(folded(text), words) for text in texts if text)


class Walk:
    """On the way down the list that is wanted. `featured` and `rest`: what was found so far, in order, as `_window` answers it."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.featured: list[Any] = []
        self.rest: list[Any] = []
        self._enough = 0
        self._looked_at = 0
        self._ended = False
        self._last: tuple[Any, ...] = ()

    async def finds(self, tx: Tx, enough: int) -> bool:
        """Look at the top of the list, the second time a little farther. Where the words are common, go on until `enough` was found; False where
        they are not."""
        self._enough = enough
        top = SAMPLE if self._looked_at else FIRST
        await self._on(tx)
        while self._hits < COMMON and self._looked_at < top and not self._ended:
            if top == FIRST and 4 * self._hits < COMMON:
                break
            await self._on(tx)
        if self._hits < COMMON:
            return False
        await self.goes_on(tx, 0)
        return True

    async def goes_on(self, tx: Tx, more: int) -> None:
        """Look on until there are so many more than now that are not featured, or as many as `finds` was asked for."""
        self._enough = max(self._enough, len(self.rest) + more)
        while len(self.rest) < self._enough and not self.over:
            await self._on(tx)

    @property
    def _hits(self) -> int:
        return len(self.featured) + len(self.rest)

    @property
    def over(self) -> bool:
        """Whether there is nothing more to look at, or nothing that is near enough."""
        return self._ended or self._looked_at >= FARTHEST

    @property
    def bounded(self) -> bool:
        """Whether it stopped too far down, before the end of the list."""
        return self.over and not self._ended

    async def _on(self, tx: Tx) -> None:
        """Look at the next rows, the farther down the more of them, and first of all at the featured posts. One query."""
        wanted = self.wanted
        if self._ended:
            return
        many = next(size for far, size in _STEPS if self._looked_at < far)
        names = [name for name in wanted.order.columns if name != "id"]
        values = values_of(tx, wanted)
        if self._last:
            values |= {f"at_{name}": value for name, value in zip((*names, "id"), self._last, strict=True)}
        spot = wanted.order.spot(self._last[0]) if self._last else "start"
        sql = _window(
            wanted.shape, wanted.sort, many, spot=spot, words=bool(wanted.words), title_only=wanted.title_only,
            everybody=wanted.everybody,
        )  # fmt: skip
        rows = await tx.all(sql, **values)
        for row in rows:
            if row[2]:
                (self.featured if row[0] else self.rest).append(row)
        below = [row for row in rows if not row[0]]
        self._looked_at += len(below)
        self._ended = len(below) < many
        if below:
            self._last = (*below[-1][3:], below[-1][1])
        await asyncio.sleep(0)  # others have their turn before the next


def leads_down(wanted: Wanted) -> bool:
    """Whether an index has this list's order, so that its first rows are read without the others."""
    shape, sort = wanted.shape, wanted.sort
    if wanted.url is not None or wanted.host is not None or shape.small or wanted.order.gathered:
        return False
    return not (shape.community and sort is CommentSort.CONTROVERSIAL)


@cache
def _window(
    shape: Shape,
    sort: PostSort | CommentSort,
    many: int,
    *,
    spot: str,
    words: bool,
    title_only: bool,
    everybody: bool,
) -> str:
    """The next rows of a list in order: the flag of featured ones, the id, whether it has the words and belongs to the reader's list, and what
    orders it."""
    order = order_of(sort)
    flag = flag_of(shape)
    asked = asked_of(shape, everybody=everybody)
    if isinstance(sort, PostSort) and sorts.has_window(sort):
        asked.insert(0, "i.published > :since")
    names = names_of_texts(shape.table, title_only=title_only)
    having = " OR ".join(f"FOLDED<<coalesce(i.{name}, '')>> LIKE :pattern ESCAPE '\\'" for name in names)
    # What stands first is asked first: most rows do not have the words.
    without = f"WHEN NOT ({having}) THEN 0 " if words else ""
    fits = f"CASE {without}WHEN {' AND '.join(asked) or 'TRUE'} THEN 1 ELSE 0 END"
    columns = ", ".join(f"i.{name}" for name in order.columns if name != "id")
    whose = list(filters.conditions(shape, filters.WHOSE))

    def strip(mark: str, where: Sequence[str], most: int = many, by: Order = order) -> str:
        return (
            f"SELECT * FROM (SELECT {mark} AS featured, i.id, {fits} AS fits, {columns} FROM {shape.table} i"
            f" WHERE {' AND '.join(where) or 'TRUE'} ORDER BY {by.clause('i')} LIMIT {most}) AS strip_{mark}"
        )

    if order.stepped:
        # Which rows are next is found before their texts are looked at: those of a whole step are sorted for it.
        ids = f"SELECT i.id FROM {shape.table} i"
        of_parts = in_parts(ids, [f"i.{flag} = FALSE", *whose], order.parts("i", spot), [], str(many))
        rest = strip("0", [f"i.id IN ({of_parts})"], by=replace(order, gathered=True))
    else:
        featured = [f"i.{flag} = FALSE"] if shape.of_posts else []
        rest = strip("0", [*featured, *whose, *order.parts("i", spot)[0][1]])
    if not shape.of_posts or spot != "start":
        return rest
    return f"{strip('1', [f'i.{flag} = TRUE', *whose], _FEATURED)} UNION ALL {rest}"
