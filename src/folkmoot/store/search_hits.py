"""Search through the engine's index: at most so many hits, the newest first, or, where no index can serve the words, the newest rows there are;
and which of them belong to the list, in its order. Whether a hit really has the words is for who reads its text (`search_order.py`).
"""

from dataclasses import dataclass
from functools import cache

from folkmoot.model.enums import CommentSort, PostSort
from folkmoot.store.db import Tx
from folkmoot.store.listing import filters, sorts
from folkmoot.store.listing.filters import Shape
from folkmoot.store.listing.pages import order_of
from folkmoot.store.rows import ids_in
from folkmoot.store.search_down import Wanted, asked_of, flag_of, values_of

HITS, FEW_HITS = 5000, 1000
"""Hits of the index that are looked at, the newest first: where there are more than few, it is asked first whether the words are common."""
LOOKED_AT = 2000
"""Rows that are looked at where no index can serve, the newest first."""
WAITING = 300
"""Texts that are looked at because they wait for the index, the newest first."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Ids in the order of the list. `bounded`: there may be more. `hasty`: more texts wait for the index than were looked at."""

    ids: list[int]
    bounded: bool
    hasty: bool


async def hits_in_order(tx: Tx, wanted: Wanted, most: int) -> Hits:
    """The hits that belong to the list, and texts that wait for the index, which may have the words too. Looks at `most` hits. One query,
    two for words of one person or community that are everywhere."""
    hits, most, argument, through_index = _hits(tx, wanted, most)
    values = values_of(tx, wanted) | {"text": argument}
    text = _listed(wanted.shape, wanted.sort, hits, waiting=through_index, everybody=wanted.everybody)
    ids, many, waiting = (await tx.all_aside(text, **values))[0]
    bounded = many == most
    if bounded and most == HITS and (wanted.shape.community or wanted.shape.creator):
        # Words that are everywhere: beside the newest of all, look at the newest of this person or community.
        both = f"SELECT * FROM ({hits}) AS a UNION SELECT * FROM ({_newest(wanted.shape)}) AS b"
        text = _listed(wanted.shape, wanted.sort, both, waiting=through_index, everybody=wanted.everybody)
        ids, _, waiting = (await tx.all_aside(text, **values))[0]
    return Hits(ids_in(ids), bounded, waiting > WAITING)


def _hits(tx: Tx, wanted: Wanted, most: int) -> tuple[str, int, str | None, bool]:
    """A statement for the ids to look at, how many it answers at most, its `:text`, and whether it asks the index of texts."""
    if wanted.url is not None or wanted.host is not None:
        column = "url" if wanted.url is not None else "url_host"
        text = wanted.url if wanted.url is not None else wanted.host
        order = "ORDER BY i.published DESC, i.id DESC"
        return f"SELECT i.id FROM post i WHERE i.{column} = :text {order} LIMIT {most}", most, text, False
    match = tx.dialect.search_argument(wanted.words, title_only=wanted.title_only)
    if match is None:
        return _newest(wanted.shape), LOOKED_AT, None, False
    table = f"{wanted.shape.table}_search"
    condition = tx.dialect.search_match(table, title_only=wanted.title_only)
    return (
        f"SELECT s.rowid AS id FROM {table} s WHERE {condition} ORDER BY s.rowid DESC LIMIT {most}",
        most,
        match,
        True,
    )


@cache
def _newest(shape: Shape) -> str:
    """The newest rows: of the person or community asked for, or of all."""
    order = "i.published DESC, i.id DESC" if shape.creator or shape.community else "i.id DESC"
    if shape.of_posts and shape.community and not shape.creator:
        order = f"i.featured_community DESC, {order}"  # the order of the index
    whose = " AND ".join(filters.conditions(shape, filters.WHOSE)) or "TRUE"
    return f"SELECT i.id FROM {shape.table} i WHERE {whose} ORDER BY {order} LIMIT {LOOKED_AT}"


@cache
def _listed(shape: Shape, sort: PostSort | CommentSort, hits: str, *, waiting: bool, everybody: bool) -> str:
    """Of the hits, and the texts that wait for the index, those that belong to the list, in order, as one text; the number of all hits; and the
    number of waiting texts, one more than are looked at where there are more."""
    asked = ["i.id IN (SELECT h.id FROM h)"]
    # The plus keeps the planner on the ids: a community may have a thousand times as many rows.
    asked += [f"+{condition}" for condition in filters.conditions(shape, filters.WHOSE)]
    asked += asked_of(shape, everybody=everybody)
    if isinstance(sort, PostSort) and sorts.has_window(sort):
        asked.append("i.published > :since")
    order = order_of(sort)
    columns = ", ".join(f"i.{name}" for name in order.columns if name != "id")
    first = ""
    if shape.of_posts and shape.pins:
        columns, first = f"i.{flag_of(shape)} AS featured, {columns}", "w.featured DESC, "
    # The rows are gathered before they are sorted: no index of the order may lure the planner away from the ids.
    queue = f"SELECT q.object_id AS id FROM search_pending q WHERE q.kind = '{shape.table}' ORDER BY q.object_id DESC LIMIT"
    also, number = "", "0"
    if waiting:
        also = f" UNION SELECT * FROM ({queue} {WAITING}) AS u"
        number = f"(SELECT count(*) FROM ({queue} {WAITING + 1}) AS n)"
    return (
        f"WITH found AS MATERIALIZED ({hits}), h AS MATERIALIZED (SELECT f.id FROM found f{also}),"
        f" w AS MATERIALIZED (SELECT i.id, {columns} FROM {shape.table} i WHERE {' AND '.join(asked)})"
        f" SELECT (SELECT string_agg(CAST(w.id AS TEXT), ',' ORDER BY {first}{order.clause('w')}) FROM w),"
        f" (SELECT count(*) FROM found), {number}"
    )
