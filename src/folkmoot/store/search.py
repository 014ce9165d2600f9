"""Full-text search: which posts and comments have these words; and the tables it looks in.

Common words are found on the way down the list (`search_down.py`). For others a search goes in three steps. *Hits*: at most so many ids, the newest first, from the engine's index (or, where no index can serve the words,
the newest rows there are). *Which*: those that this reader's lists would show, in order. *Verified*: rows that really have the words, one
after the other in one field, looked at until the page is full. So both engines answer alike, and no search costs more than its bounds.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from folkmoot.model.enums import CommentSort, PostSort
from folkmoot.model.views import CommentView, PostView
from folkmoot.store.db import Tx
from folkmoot.store.dialect.words import folded
from folkmoot.store.listing import filters, sorts
from folkmoot.store.listing.filters import Shape
from folkmoot.store.listing.pages import order_of
from folkmoot.store.listing.views import comment_views, post_views
from folkmoot.store.rows import ids_in
from folkmoot.store.search_down import Walk, Wanted, leads_down, names_of_texts, values_of, with_words

HITS, FEW_HITS = 5000, 1000
"""Hits of the index that are looked at, the newest first: where there are more than few, it is asked first whether the words are common."""
LOOKED_AT = 2000
"""Rows that are looked at where no index can serve, the newest first."""
_CHUNK = 200
"""Texts that are read at once while a page is being filled."""

_TABLES = ("post", "comment")
_FEW = 60
"""So many are read whole while they are being looked through."""


# --- what is looked for --------------------------------------------------------------------------------------------


View = PostView | CommentView


@dataclass(frozen=True, slots=True)
class Hits:
    """A page of ids in order. `views`: those that were read whole on the way. `bounded`: there may be more that were not looked at."""

    ids: list[int]
    more: bool
    bounded: bool
    views: dict[int, Any] = field(default_factory=dict)


async def find(tx: Tx, wanted: Wanted, *, limit: int, offset: int, whole: bool = True) -> Hits:
    """The posts or comments (as `wanted.shape` says) that have the words; with the things themselves where `whole`. Two queries for common
    words, three for others where nearly all that the index knows has them."""
    enough = offset + limit + 1
    kept, bounded, views = await _kept(tx, wanted, enough, whole=whole)
    page = kept[offset : offset + limit]
    absent = [number for number in page if number not in views] if whole else []
    if absent:
        views |= await _read_views(tx, wanted.shape.table, absent)
    ids = [number for number in page if not whole or number in views]
    return Hits(ids, len(kept) > offset + limit, bounded, views)


async def _kept(
    tx: Tx, wanted: Wanted, enough: int, *, whole: bool
) -> tuple[list[int], bool, dict[int, Any]]:
    """The first `enough` that have the words, whether more may have them, and what was read whole."""
    walk = Walk(wanted) if leads_down(wanted) else None
    if walk and await walk.finds(tx, enough):
        return walk.found[:enough], walk.bounded, {}
    ordered, bounded = await _which(tx, wanted, min(FEW_HITS, HITS))
    if bounded and walk and await walk.finds(tx, enough):
        return walk.found[:enough], walk.bounded, {}
    if bounded and FEW_HITS < HITS:
        ordered, bounded = await _which(tx, wanted, HITS)
    kept, views = await _verified(tx, wanted, ordered, enough, whole=whole)
    return kept, bounded, views


async def _which(tx: Tx, wanted: Wanted, most: int) -> tuple[list[int], bool]:
    """The hits that belong to the list, in order, and whether there may be more than the `most` that were looked at."""
    hits, most, argument = _hits(tx, wanted, most)
    values = values_of(tx, wanted) | {"text": argument}
    ids, many = (await tx.all_aside(_listed(wanted.shape, wanted.sort, hits), **values))[0]
    bounded = many == most
    if bounded and most == HITS and (wanted.shape.community or wanted.shape.creator):
        # Words that are everywhere: beside the newest of all, look at the newest of this person or community.
        both = f"SELECT * FROM ({hits}) AS a UNION SELECT * FROM ({_newest(wanted.shape)}) AS b"
        ids, _ = (await tx.all_aside(_listed(wanted.shape, wanted.sort, both), **values))[0]
    return ids_in(ids), bounded


def _hits(tx: Tx, wanted: Wanted, most: int) -> tuple[str, int, str | None]:
    """A statement for the ids to look at, how many it answers at most, and its `:text`."""
    if wanted.url is not None or wanted.host is not None:
        column = "url" if wanted.url is not None else "url_host"
        text = wanted.url if wanted.url is not None else wanted.host
        order = "ORDER BY i.published DESC, i.id DESC"
        return f"SELECT i.id FROM post i WHERE i.{column} = :text {order} LIMIT {most}", most, text
    match = tx.dialect.search_argument(wanted.words, title_only=wanted.title_only)
    if match is None:
        return _newest(wanted.shape), LOOKED_AT, None
    table = f"{wanted.shape.table}_search"
    condition = tx.dialect.search_match(table, title_only=wanted.title_only)
    return (
        f"SELECT s.rowid AS id FROM {table} s WHERE {condition} ORDER BY s.rowid DESC LIMIT {most}",
        most,
        match,
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
def _listed(shape: Shape, sort: PostSort | CommentSort, hits: str) -> str:
    """Of the hits those that belong to the list, in order, as one text; and the number of all hits."""
    scope = filters.in_scope(shape)
    asked = ["i.id IN (SELECT h.id FROM h)", *([scope] if scope else [])]
    # The plus keeps the planner on the ids: a community may have a thousand times as many rows.
    asked += [f"+{condition}" for condition in filters.conditions(shape, filters.WHOSE)]
    asked += filters.conditions(shape, filters.WHICH)
    if isinstance(sort, PostSort) and sorts.has_window(sort):
        asked.append("i.published > :since")
    order = order_of(sort)
    columns = ", ".join(f"i.{name}" for name in order.columns if name != "id")
    first = ""
    if shape.of_posts and shape.pins:
        flag = "featured_community" if shape.community else "featured_local"
        columns, first = f"i.{flag} AS featured, {columns}", "w.featured DESC, "
    # The rows are gathered before they are sorted: no index of the order may lure the planner away from the ids.
    return (
        f"WITH h AS MATERIALIZED ({hits}),"
        f" w AS MATERIALIZED (SELECT i.id, {columns} FROM {shape.table} i WHERE {' AND '.join(asked)})"
        f" SELECT (SELECT string_agg(CAST(w.id AS TEXT), ',' ORDER BY {first}{order.clause('w')}) FROM w), (SELECT count(*) FROM h)"
    )


async def _verified(
    tx: Tx, wanted: Wanted, ids: Sequence[int], enough: int, *, whole: bool
) -> tuple[list[int], dict[int, Any]]:
    """The first `enough` ids whose rows have the words, in the order given and within one field; and what was read whole on the way.

    Most hits have them: where few are wanted, and the things themselves, the first are read whole, so that nothing is read twice.
    """
    if not wanted.words:
        return list(ids[:enough]), {}
    table = wanted.shape.table
    kept: list[int] = []
    views: dict[int, Any] = {}
    texts: dict[int, Collection[str | None]]
    begin = 0
    if whole and ids and enough <= _FEW:
        begin = enough
        views = await _read_views(tx, table, ids[:enough])
        texts = {number: _texts_of(view, title_only=wanted.title_only) for number, view in views.items()}
        kept = with_words(ids[:enough], texts, wanted.words)
    while len(kept) < enough and begin < len(ids):
        chunk = ids[begin : begin + max(_CHUNK, enough) if begin else enough]
        begin += len(chunk)
        texts = await _texts(tx, table, chunk, title_only=wanted.title_only)
        kept += with_words(chunk, texts, wanted.words)
    return kept[:enough], views


async def _read_views(tx: Tx, table: str, ids: Sequence[int]) -> dict[int, Any]:
    return await (post_views(tx, ids) if table == "post" else comment_views(tx, ids, placed=True))


def _texts_of(view: View, *, title_only: bool) -> list[str | None]:
    """The texts of something that was read whole."""
    if isinstance(view, CommentView):
        return [view.comment.content]
    return [getattr(view.post, name) for name in names_of_texts("post", title_only=title_only)]


async def _texts(
    tx: Tx, table: str, ids: Collection[int], *, title_only: bool
) -> dict[int, Collection[str | None]]:
    """The texts of these rows, by id."""
    names = ", ".join(names_of_texts(table, title_only=title_only))
    rows = await tx.all(f"SELECT id, {names} FROM {table} WHERE id IN :ids[]", ids=list(ids))
    return {row[0]: row[1:] for row in rows}


# --- addresses -----------------------------------------------------------------------------------------------------


async def by_ap_id(tx: Tx, ap_id: str) -> tuple[str, int] | None:
    """What is stored under this address: `post`, `comment`, `community` or `person`, and its id."""
    for table in ("post", "comment", "community", "person"):
        found = await tx.value(f"SELECT id FROM {table} WHERE ap_id = :ap_id", ap_id=ap_id)
        if found is not None:
            return table, found
    return None


async def is_blocked_host(tx: Tx, host: str) -> bool:
    """Whether this site does not talk to that server."""
    return bool(
        await tx.value(
            "SELECT EXISTS (SELECT 1 FROM federation_block b JOIN instance i ON i.id = b.instance_id WHERE i.domain = :host"
            " AND (b.expires IS NULL OR b.expires > :now))",
            host=host, now=tx.now,
        )
    )  # fmt: skip


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
