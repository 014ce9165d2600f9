"""Search for people by name.

Whose name begins with the words is found among all, by an index. Who has them anywhere in either name is found among the first in the order:
their names are kept in one text per process, which is looked through in microseconds, for as long as nobody is new or called otherwise. What
is found so is asked of the database again, so that nobody is found by a name they no longer have.
"""

import asyncio
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from folkmoot.model.enums import PostSort
from folkmoot.model.people import Person
from folkmoot.store.db import Tx
from folkmoot.store.dialect.words import folded
from folkmoot.store.listing.communities import like_pattern
from folkmoot.store.people import NAMES, PERSON, make_person
from folkmoot.store.rows import ids_in

HITS = 5000
"""People whose names are kept, the first in the order."""
LOOKED_AT = 2000
"""People at most whose name begins with the words."""
_LAST = "\U0010fffd"
"""What no name goes beyond."""
_BY_SCORE = "p.comment_score DESC, p.id DESC"
_ORDERS = {
    PostSort.NEW: "p.published DESC, p.id DESC",
    PostSort.NEW_COMMENTS: "p.published DESC, p.id DESC",
    PostSort.OLD: "p.published, p.id",
    PostSort.MOST_COMMENTS: "p.comment_count DESC, p.id DESC",
}
"""S-10; all others by the score of their comments."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names in one text, a line for each person: `starts` says where each begins, `ids` whose it is. Right while nobody's name changes."""

    stamp: int
    ids: list[int]
    starts: list[int]
    text: str

    def with_word(self, word: str) -> Iterator[int]:
        """Who has this word in a name, in the order of the list."""
        at = self.text.find(word)
        while at >= 0:
            line = bisect_right(self.starts, at) - 1
            yield self.ids[line]
            if line + 1 == len(self.starts):
                return
            at = self.text.find(word, self.starts[line + 1])


async def people(tx: Tx, term: str, sort: PostSort, *, local: bool, limit: int, offset: int) -> list[Person]:
    """People whose name or display name has the words, deleted ones left out (L-18, Q-1). One query, one more after somebody's name changed."""
    key = folded(term)
    words = sorted(key.split(), key=len)
    names = await _names(tx, sort, local=local)
    most = max(200, 4 * (offset + limit))
    ids = [
        number
        for number, _ in zip(names.with_word(words[-1]) if words else names.ids, range(most), strict=False)
    ]
    rows = await tx.all(
        _named(sort, local=local), begin=key, end=key + _LAST, ids=ids, key=like_pattern(key), term=like_pattern(term), limit=limit, offset=offset,
    )  # fmt: skip
    return [make_person(row) for row in rows]


async def _names(tx: Tx, sort: PostSort, *, local: bool) -> Names:
    """The names of the first people in the order; of accounts here, of the newest. Read once for all who ask meanwhile."""
    kept: dict[str, Names] = tx.memory.setdefault("names_of_people", {})
    reading: dict[str, asyncio.Lock] = tx.memory.setdefault("names_being_read", defaultdict(asyncio.Lock))
    window = _window(sort, local=local)
    async with reading[window]:
        stamp = tx.changes.newest((NAMES,))
        names = kept.get(window)
        if names is None or names.stamp != stamp:
            ids, lines = (await tx.all_aside(window, newline="\n"))[0]
            text = folded(lines or "") + "\n"
            starts = [0, *accumulate(len(line) + 1 for line in text.split("\n")[:-2])]
            names = Names(stamp, ids_in(ids), starts, text)
            if stamp <= tx.heard:  # what was told of since then this transaction need not see
                kept[window] = names
        return names


@cache
def _window(sort: PostSort, *, local: bool) -> str:
    """Whose names are kept: an index leads to each. Their ids as one text, and their names, a line for each person."""
    order = _ORDERS.get(sort, _BY_SCORE)
    rows, order = "person p", _BY_SCORE if sort is PostSort.MOST_COMMENTS else order
    if local:
        rows, order = "local_user u JOIN person p ON p.id = u.person_id", "u.id DESC"
    names = "replace(p.name_key || ' ' || coalesce(p.display_name, ''), :newline, ' ')"
    return (
        "SELECT string_agg(CAST(w.id AS TEXT), ',' ORDER BY w.place), string_agg(w.names, :newline ORDER BY w.place) FROM"
        f" (SELECT p.id, {names} AS names, row_number() OVER (ORDER BY {order}) AS place"
        f" FROM {rows} WHERE NOT p.deleted ORDER BY {order} LIMIT {HITS}) AS w"
    )


@cache
def _named(sort: PostSort, *, local: bool) -> str:
    """Of certain people and those whose name begins with the words: who has them, in order."""
    here = " AND p.local" if local else ""
    begins = f"SELECT p.id FROM person p WHERE p.name_key >= :begin AND p.name_key < :end ORDER BY p.name_key LIMIT {LOOKED_AT}"
    return (
        f"WITH h AS MATERIALIZED (SELECT * FROM ({begins}) AS a UNION SELECT p.id FROM person p WHERE p.id IN :ids[])"
        f" SELECT {PERSON} FROM person p WHERE p.id IN (SELECT h.id FROM h) AND NOT p.deleted{here}"
        " AND (p.name_key LIKE :key ESCAPE '\\' OR p.display_name LIKE_ANY_CASE :term ESCAPE '\\')"
        f" ORDER BY {_ORDERS.get(sort, _BY_SCORE)} LIMIT :limit OFFSET :offset"
    )
