"""Full-text search: which posts, comments and people have these words; and the tables it looks in.

A search goes in three steps. *Hits*: at most so many ids, the newest first, from the engine's index (or, where no index can serve the words,
the newest rows there are). *Which*: those that this reader's lists would show, in order. *Verified*: rows that really have the words, one
after the other in one field, looked at until the page is full. So both engines answer alike, and no search costs more than its bounds.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from folkmoot.model.enums import CommentSort, PostSort
from folkmoot.model.people import Person
from folkmoot.model.views import CommentView, PostView
from folkmoot.store.db import Tx
from folkmoot.store.dialect.words import folded
from folkmoot.store.listing import filters, sorts
from folkmoot.store.listing.communities import like_pattern
from folkmoot.store.listing.filters import Shape
from folkmoot.store.listing.pages import order_of
from folkmoot.store.listing.views import comment_views, post_views
from folkmoot.store.people import PERSON, make_person

HITS = 5000
"""Hits of the index that are looked at, the newest first."""
LOOKED_AT = 2000
"""Rows that are looked at where no index can serve, the newest first."""
_CHUNK = 200
"""Texts that are read at once while a page is being filled."""

_FEW = 60
"""So many are read whole while they are being looked through."""

_TEXTS = {"post": ("name", "body", "alt_text"), "comment": ("content",)}
"""The fields that are searched, the title first (Q-1)."""


# --- what is looked for --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, and in which list of one reader. `words` in order, with anything between them; none: everything.
    `url`: posts with exactly this link; `host`: posts that link there. The rest as in `listing/pages.py`."""

    shape: Shape
    sort: PostSort | CommentSort
    words: tuple[str, ...] = ()
    title_only: bool = False
    url: str | None = None
    host: str | None = None
    viewer_id: int = 0
    community_id: int = 0
    creator_id: int = 0
    languages: frozenset[int] = field(default_factory=frozenset)


View = PostView | CommentView


@dataclass(frozen=True, slots=True)
class Hits:
    """A page of ids in order, and the things themselves by id. `bounded`: there may be older ones that were not looked at."""

    ids: list[int]
    more: bool
    bounded: bool
    views: dict[int, Any] = field(default_factory=dict)


async def find(tx: Tx, wanted: Wanted, *, limit: int, offset: int) -> Hits:
    """The posts or comments (as `wanted.shape` says) that have the words. Two queries, where nearly all that the index knows has them."""
    ordered, bounded = await _which(tx, wanted)
    kept, views = await _verified(tx, wanted, ordered, offset + limit + 1)
    page = kept[offset : offset + limit]
    absent = [number for number in page if number not in views]
    if absent:
        views |= await _read_views(tx, wanted.shape.table, absent)
    ids = [number for number in page if number in views]
    return Hits(ids, len(kept) > offset + limit, bounded, views)


async def _which(tx: Tx, wanted: Wanted) -> tuple[list[int], bool]:
    """The hits that belong to the list, in order, and whether there may be more than were looked at."""
    hits, most, argument = _hits(tx, wanted)
    values: dict[str, Any] = {
        "text": argument,
        "viewer": wanted.viewer_id,
        "now": tx.now,
        "community_id": wanted.community_id,
        "creator_id": wanted.creator_id,
        "languages": wanted.languages,
    }
    if isinstance(wanted.sort, PostSort) and sorts.has_window(wanted.sort):
        values["since"] = sorts.since(wanted.sort, tx.now)
    rows = await tx.all(_listed(wanted.shape, wanted.sort, hits), **values)
    bounded = rows[0][1] == most
    if bounded and most == HITS and (wanted.shape.community or wanted.shape.creator):
        # Words that are everywhere: beside the newest of all, look at the newest of this person or community.
        both = f"SELECT * FROM ({hits}) AS a UNION SELECT * FROM ({_newest(wanted.shape)}) AS b"
        rows = await tx.all(_listed(wanted.shape, wanted.sort, both), **values)
    return [row[0] for row in rows if row[0] is not None], bounded


def _hits(tx: Tx, wanted: Wanted) -> tuple[str, int, str | None]:
    """A statement for the ids to look at, how many it answers at most, and its `:text`."""
    if wanted.url is not None or wanted.host is not None:
        column = "url" if wanted.url is not None else "url_host"
        text = wanted.url if wanted.url is not None else wanted.host
        order = "ORDER BY i.published DESC, i.id DESC"
        return f"SELECT i.id FROM post i WHERE i.{column} = :text {order} LIMIT {HITS}", HITS, text
    match = tx.dialect.search_argument(wanted.words, title_only=wanted.title_only)
    if match is None:
        return _newest(wanted.shape), LOOKED_AT, None
    table = f"{wanted.shape.table}_search"
    condition = tx.dialect.search_match(table, title_only=wanted.title_only)
    return (
        f"SELECT s.rowid AS id FROM {table} s WHERE {condition} ORDER BY s.rowid DESC LIMIT {HITS}",
        HITS,
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
    """Of the hits those that belong to the list, in order, each with the number of all hits; one row at least."""
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
        f" SELECT w.id, n.hits FROM (SELECT count(*) AS hits FROM h) AS n LEFT JOIN w ON TRUE ORDER BY {first}{order.clause('w')}"
    )


async def _verified(
    tx: Tx, wanted: Wanted, ids: Sequence[int], enough: int
) -> tuple[list[int], dict[int, Any]]:
    """The first `enough` ids whose rows have the words, in the order given and within one field; and what was read whole on the way.

    Most hits have them: where few are wanted, the first are read whole, so that nothing is read twice.
    """
    if not wanted.words:
        return list(ids[:enough]), {}
    table = wanted.shape.table
    kept: list[int] = []
    views: dict[int, Any] = {}
    begin = 0
    if ids and enough <= _FEW:
        begin = enough
        views = await _read_views(tx, table, ids[:enough])
        texts = {number: _texts_of(view, title_only=wanted.title_only) for number, view in views.items()}
        kept = _with_words(ids[:enough], texts, wanted.words)
    for start in range(begin, len(ids), _CHUNK):
        if len(kept) >= enough:
            break
        chunk = ids[start : start + _CHUNK]
        texts = await _texts(tx, table, chunk, title_only=wanted.title_only)
        kept += _with_words(chunk, texts, wanted.words)
    return kept[:enough], views


async def _read_views(tx: Tx, table: str, ids: Sequence[int]) -> dict[int, Any]:
    return await (post_views(tx, ids) if table == "post" else comment_views(tx, ids, placed=True))


def _with_words(ids: Sequence[int], texts: Mapping[int, list[str]], words: Sequence[str]) -> list[int]:
    return [number for number in ids if any(_has(text, words) for text in texts.get(number, ()))]


def _texts_of(view: View, *, title_only: bool) -> list[str]:
    """The folded texts of something that was read whole."""
    if isinstance(view, CommentView):
        return [folded(view.comment.content)]
    names = _TEXTS["post"][:1] if title_only else _TEXTS["post"]
    return [folded(text) for name in names if (text := getattr(view.post, name))]


def _has(text: str, words: Sequence[str]) -> bool:
    """Whether a folded text has these words, each after the one before."""
    at = 0
    for word in words:
        at = text.find(word, at)
        if at < 0:
            return False
        at += len(word)
    return True


async def _texts(
    tx: Tx, table: str, ids: Collection[int], *, title_only: bool = False
) -> dict[int, list[str]]:
    """The folded texts of these rows, by id."""
    names = _TEXTS[table][:1] if title_only else _TEXTS[table]
    rows = await tx.all(f"SELECT id, {', '.join(names)} FROM {table} WHERE id IN :ids[]", ids=list(ids))
    return {row[0]: [folded(text) for text in row[1:] if text] for row in rows}


# --- people --------------------------------------------------------------------------------------------------------


_LAST = "\U0010fffd"
"""What no name goes beyond."""
_BY_SCORE = "p.comment_score DESC, p.id DESC"
_PEOPLE_ORDER = {
    PostSort.NEW: "p.published DESC, p.id DESC",
    PostSort.NEW_COMMENTS: "p.published DESC, p.id DESC",
    PostSort.OLD: "p.published, p.id",
    PostSort.MOST_COMMENTS: "p.comment_count DESC, p.id DESC",
}
"""S-10; all others by the score of their comments."""


@cache
def _people(sort: PostSort, *, local: bool) -> str:
    """Whose name begins with the words, and who has them of those first in the order (here: of the newest accounts): an index leads to
    each."""
    order = _PEOPLE_ORDER.get(sort, _BY_SCORE)
    window = f"person p ORDER BY {_BY_SCORE if sort is PostSort.MOST_COMMENTS else order}"
    here = ""
    if local:
        window = "local_user u JOIN person p ON p.id = u.person_id ORDER BY u.id DESC"
        here = " AND p.local"
    return (
        "WITH h AS MATERIALIZED ("
        f"SELECT * FROM (SELECT p.id FROM person p WHERE p.name_key >= :begin AND p.name_key < :end ORDER BY p.name_key LIMIT {LOOKED_AT}) AS a"
        f" UNION SELECT * FROM (SELECT p.id FROM {window} LIMIT {HITS}) AS b)"
        f" SELECT {PERSON} FROM person p WHERE p.id IN (SELECT h.id FROM h) AND NOT p.deleted{here}"
        " AND (p.name_key LIKE :key ESCAPE '\\' OR p.display_name LIKE_ANY_CASE :term ESCAPE '\\')"
        f" ORDER BY {order} LIMIT :limit OFFSET :offset"
    )


async def people(tx: Tx, term: str, sort: PostSort, *, local: bool, limit: int, offset: int) -> list[Person]:
    """People whose name or display name has the words, deleted ones left out (L-18, Q-1). Those whose name begins with them are found among
    all, others among the first `HITS` in the order."""
    key = folded(term)
    rows = await tx.all(
        _people(sort, local=local), begin=key, end=key + _LAST, key=like_pattern(key), term=like_pattern(term), limit=limit, offset=offset,
    )  # fmt: skip
    return [make_person(row) for row in rows]


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
    for table in _TEXTS:
        ids = [row[1] for row in taken if row[0] == table]
        if ids:
            await _index(tx, table, ids)
    return len(taken)


async def _index(tx: Tx, table: str, ids: Collection[int]) -> None:
    names = _TEXTS[table]
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
    for table in _TEXTS:
        statement = tx.dialect.merge_search(f"{table}_search")
        if statement is not None:
            await tx.run(statement, pages=pages)


async def anything_pending(tx: Tx) -> bool:
    """Whether texts wait for their search rows."""
    return bool(await tx.value("SELECT EXISTS (SELECT 1 FROM search_pending)"))
