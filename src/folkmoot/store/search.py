"""Full-text search: which posts and comments with these words a reader sees, and the tables it looks in.

What has the words, and in which order, is the same for all who ask (`search_order.py`): common words are found on the way down the list
(`search_down.py`), others through the engine's index (`search_hits.py`). Down these *candidates* it goes until the reader's page is full, each
time anew: what this reader may and wants to see is asked of the database in every search. Candidates really have the words, one after
the other in one field, so that both engines answer alike, and no search costs more than its bounds.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from folkmoot.model.enums import CommentSort, PostSort
from folkmoot.model.records import Record
from folkmoot.store.db import Tx
from folkmoot.store.dialect.words import folded
from folkmoot.store.listing import pages, sorts
from folkmoot.store.listing.filters import Shape
from folkmoot.store.marks import VISIT_GAP
from folkmoot.store.search_down import Wanted, asked_of, names_of_texts, values_of
from folkmoot.store.search_order import Candidates, Place, id_at

_AT_ONCE = 800
"""Candidates that are asked about in one query at most."""

_TABLES = ("post", "comment")


# --- what is looked for --------------------------------------------------------------------------------------------


class Hits(Record, frozen=True, gc=False):
    """A page of ids in order. `shown`: by id, what was asked to be shown of them. `bounded`: there may be more that were not looked at."""

    ids: list[int]
    more: bool
    bounded: bool
    shown: dict[int, Any]

    @property
    def page(self) -> list[Any]:
        """What is shown of them, in order."""
        return [self.shown[number] for number in self.ids]


async def find(
    tx: Tx,
    wanted: Wanted,
    candidates: Candidates | None = None,
    *,
    limit: int,
    offset: int,
    whole: bool = True,
) -> Hits:
    """The posts or comments (as `wanted.shape` says) that have the words and that this reader sees: themselves with the reader's part where
    `whole`, else their lines. `candidates`: those of this search, where they are known. One query for the first page where nearly all
    candidates can be seen, two for others; one or two more to find common words, three for others."""
    candidates = candidates or Candidates(tx, wanted)
    search = _Search(tx, wanted, whole=whole)
    enough = offset + limit + 1
    ids: list[int] = []
    place: Place | None = None
    many = min(enough + max(2, enough // 8), _AT_ONCE)
    while len(ids) < enough:
        below = await candidates.below(tx, place, many)
        if not below:
            break
        ids += await search.seen([id_at(each) for each in below], shown=place is None and offset == 0)
        place, many = below[-1], min(4 * many, _AT_ONCE)
        if many == _AT_ONCE:
            await asyncio.sleep(0)  # others have their turn before the next
    page = ids[offset : offset + limit]
    shown = await search.shown(page)
    full = len(ids) >= enough
    return Hits([number for number in page if number in shown], full, candidates.bounded(full=full), shown)


class _Search:
    """One reader's look at candidates."""

    def __init__(self, tx: Tx, wanted: Wanted, *, whole: bool) -> None:
        self._tx = tx
        self._texts, self._make = _texts(wanted.shape, wanted.sort, whole=whole)
        self._values = values_of(tx, wanted) | {"visit_before": tx.now - VISIT_GAP}
        self._shown: dict[int, Any] = {}

    async def seen(self, ids: Sequence[int], *, shown: bool) -> list[int]:
        """Which of these the reader sees; where `shown`, it is noted what they look like. One query."""
        if not shown:
            found = {row[0] for row in await self._tx.all(self._texts.seen, ids=ids, **self._values)}
        else:
            rows = await self._tx.all(self._texts.seen_and_shown, ids=ids, **self._values)
            self._shown |= {row[1]: self._make(row[1:]) for row in rows}
            found = set(self._shown)
        return [number for number in ids if number in found]

    async def shown(self, ids: Sequence[int]) -> dict[int, Any]:
        """What these look like, by id. One query where that is not known."""
        absent = [number for number in ids if number not in self._shown]
        if absent:
            rows = await self._tx.all(self._texts.shown, ids=absent, **self._values)
            self._shown |= {row[1]: self._make(row[1:]) for row in rows}
        return self._shown


@dataclass(frozen=True, slots=True)
class _Texts:
    """Statements about certain candidates: which of them this reader sees, the same with what they look like, and that alone."""

    seen: str
    seen_and_shown: str
    shown: str


@cache
def _texts(shape: Shape, sort: PostSort | CommentSort, *, whole: bool) -> tuple[_Texts, Callable[[Any], Any]]:
    """The statements of a search, and what makes of a row what is shown."""
    asked = _seen(shape, sort)
    seen = f"SELECT i.id FROM {shape.table} i WHERE i.id IN :ids[]{asked}"
    if not whole:
        lines, make_line = pages.lines(shape)
        return _Texts(seen, lines + _seen(shape, sort, beside=True), lines), make_line
    named = pages.NAMED[shape.table]
    dress, make = pages.whole(shape)
    return _Texts(seen, dress(named + asked), dress(named)), make


def _seen(shape: Shape, sort: PostSort | CommentSort, *, beside: bool = False) -> str:
    """What is asked of each candidate for this reader, as one condition: the planner shall not think of another way than by the ids. `beside`:
    its community is there, as `m`."""
    asked = asked_of(shape, everybody=False, beside=beside)
    if isinstance(sort, PostSort) and sorts.has_window(sort):
        asked.append("i.published > :since")
    return f" AND CASE WHEN {' AND '.join(asked)} THEN TRUE ELSE FALSE END" if asked else ""


# --- addresses -----------------------------------------------------------------------------------------------------


async def by_ap_id(tx: Tx, ap_id: str) -> tuple[str, int] | None:
    """What is stored under this address: `post`, `comment`, `community` or `person`, and its id."""
    for table in ("post", "comment", "community", "person"):
        found = await tx.value(f"SELECT id FROM {table} WHERE ap_id = :ap_id", ap_id=ap_id)
        if found is not None:
            return table, found
    return None


# --- the tables ----------------------------------------------------------------------------------------------------


async def index_pending(tx: Tx, limit: int) -> int:
    """Write the search rows of up to `limit` texts that wait for it, the newest first; how many were dealt with.

    Deleted and removed things leave the tables, and come back when they are restored.
    """
    taken = await tx.all(
        "DELETE FROM search_pending WHERE (kind, object_id) IN (SELECT kind, object_id FROM search_pending"
        " ORDER BY object_id DESC, kind LIMIT :limit FOR_UPDATE SKIP_LOCKED) RETURNING kind, object_id",
        limit=limit,
    )
    for table in _TABLES:
        ids = [row[1] for row in taken if row[0] == table]
        if ids:
            await _index(tx, table, ids)
    if taken:
        tx.changed("search")
    return len(taken)


async def _index(tx: Tx, table: str, ids: Collection[int]) -> None:
    names = names_of_texts(table, title_only=False)
    columns = ", ".join(names)
    await tx.run(f"DELETE FROM {table}_search WHERE rowid IN :ids[]", ids=ids)
    rows = await tx.all(
        f"SELECT id, {columns} FROM {table} WHERE id IN :ids[] AND NOT deleted AND NOT removed ORDER BY id",
        ids=ids,
    )
    marks = ", ".join(f":{name}" for name in names)
    await tx.many(
        f"INSERT INTO {table}_search (rowid, {columns}) VALUES (:id, {marks})",
        [
            {"id": row[0], **{name: folded(text or "") for name, text in zip(names, row[1:], strict=True)}}
            for row in rows
        ],
    )


async def merge_step(tx: Tx, pages: int) -> None:
    """Bring the segments of the search tables a little together, which costs about as much as writing so many pages; nothing where there is
    nothing to merge. Without it they would be merged in the middle of some batch, all at once, and nobody could write for as long."""
    for table in _TABLES:
        statement = tx.dialect.merge_search(f"{table}_search")
        if statement is not None:
            await tx.run(statement, pages=pages)


async def make_whole(tx: Tx, added: int) -> None:
    """Make one segment of each search table after so many texts were added, where they are the greater part of all there are: else what is
    old would be written again for the sake of what is new. Whoever searches then looks in one place, and what is written next is not held
    up by bringing together what was added before."""
    texts = await tx.value("SELECT (SELECT count(*) FROM post) + (SELECT count(*) FROM comment)")
    for table in _TABLES if 2 * added > texts else ():
        statement = tx.dialect.whole_search(f"{table}_search")
        if statement is not None:
            await tx.run(statement)


async def anything_pending(tx: Tx) -> bool:
    """Whether texts wait for their search rows."""
    return bool(await tx.value("SELECT EXISTS (SELECT 1 FROM search_pending)"))
