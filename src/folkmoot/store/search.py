"""Full-text search: which posts, comments and people have these words; and the tables it looks in.

A search goes in three steps. *Hits*: at most so many ids, the newest first, from the engine's index (or, where no index can serve the words,
the newest rows there are). *Which*: those that this reader's lists would show, in order. *Verified*: rows that really have the words, one
after the other in one field, looked at until the page is full. So both engines answer alike, and no search costs more than its bounds.
"""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from folkmoot.model.enums import CommentSort, PostSort
from folkmoot.model.people import Person
from folkmoot.store.db import Tx
from folkmoot.store.listing import filters, sorts
from folkmoot.store.listing.communities import like_pattern
from folkmoot.store.listing.filters import Shape
from folkmoot.store.listing.pages import order_of
from folkmoot.store.people import PERSON, make_person

HITS = 5000
"""Hits of the index that are looked at, the newest first."""
LOOKED_AT = 2000
"""Rows that are looked at where no index can serve, the newest first."""
_CHUNK = 200
"""Texts that are read at once while a page is being filled."""

_TEXTS = {"post": ("name", "body", "alt_text"), "comment": ("content",)}
"""The fields that are searched, the title first (Q-1)."""


# --- what is looked for --------------------------------------------------------------------------------------------


def folded(text: str) -> str:
    """The text as it is compared: case and ways of writing the same character do not matter."""
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()


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


@dataclass(frozen=True, slots=True)
class Hits:
    """A page of ids in order. `bounded`: there may be older ones that were not looked at."""

    ids: list[int]
    more: bool
    bounded: bool


async def find(tx: Tx, wanted: Wanted, *, limit: int, offset: int) -> Hits:
    """The posts or comments (as `wanted.shape` says) that have the words."""
    found, bounded = await _hits(tx, wanted)
    if not found:
        return Hits([], False, bounded)
    values: dict[str, Any] = {
        "ids": found,
        "viewer": wanted.viewer_id,
        "now": tx.now,
        "community_id": wanted.community_id,
        "creator_id": wanted.creator_id,
        "languages": wanted.languages,
    }
    if isinstance(wanted.sort, PostSort) and sorts.has_window(wanted.sort):
        values["since"] = sorts.since(wanted.sort, tx.now)
    rows = await tx.all(_which(wanted.shape, wanted.sort), **values)
    ordered = [row[0] for row in rows]
    kept = await _verified(tx, wanted, ordered, offset + limit + 1)
    page = kept[offset : offset + limit]
    return Hits(page, len(kept) > offset + limit, bounded)


async def _hits(tx: Tx, wanted: Wanted) -> tuple[list[int], bool]:
    """Ids to look at, and whether there may be more than these."""
    table = wanted.shape.table
    if wanted.url is not None or wanted.host is not None:
        column = "url" if wanted.url is not None else "url_host"
        rows = await tx.all(
            f"SELECT i.id FROM post i WHERE i.{column} = :text ORDER BY i.published DESC, i.id DESC LIMIT {HITS}",
            text=wanted.url if wanted.url is not None else wanted.host,
        )
        return [row[0] for row in rows], len(rows) == HITS
    match = tx.dialect.search_argument(wanted.words, title_only=wanted.title_only)
    if match is None:
        rows = await tx.all(
            _newest(wanted.shape), community_id=wanted.community_id, creator_id=wanted.creator_id
        )
        return [row[0] for row in rows], len(rows) == LOOKED_AT
    condition = tx.dialect.search_match(f"{table}_search", title_only=wanted.title_only)
    rows = await tx.all(
        f"SELECT s.rowid FROM {table}_search s WHERE {condition} ORDER BY s.rowid DESC LIMIT {HITS}",
        match=match,
    )
    found = [row[0] for row in rows]
    bounded = len(found) == HITS
    if bounded and (wanted.shape.community or wanted.shape.creator):
        # Words that are everywhere: beside the newest of all, look at the newest of this person or community.
        rows = await tx.all(
            _newest(wanted.shape), community_id=wanted.community_id, creator_id=wanted.creator_id
        )
        return list({*found, *(row[0] for row in rows)}), bounded
    return found, bounded


@cache
def _newest(shape: Shape) -> str:
    """The newest rows: of the person or community asked for, or of all."""
    order = "i.published DESC, i.id DESC" if shape.creator or shape.community else "i.id DESC"
    if shape.of_posts and shape.community and not shape.creator:
        order = f"i.featured_community DESC, {order}"  # the order of the index
    whose = " AND ".join(filters.conditions(shape, filters.WHOSE)) or "TRUE"
    return f"SELECT i.id FROM {shape.table} i WHERE {whose} ORDER BY {order} LIMIT {LOOKED_AT}"


@cache
def _which(shape: Shape, sort: PostSort | CommentSort) -> str:
    """Of some ids those that belong to the list, in order."""
    scope = filters.in_scope(shape)
    asked = ["i.id IN :ids[]", *([scope] if scope else [])]
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
        f"WITH w AS MATERIALIZED (SELECT i.id, {columns} FROM {shape.table} i WHERE {' AND '.join(asked)})"
        f" SELECT w.id FROM w ORDER BY {first}{order.clause('w')}"
    )


async def _verified(tx: Tx, wanted: Wanted, ids: Sequence[int], enough: int) -> list[int]:
    """The first `enough` ids whose rows have the words, in the order given and within one field."""
    if not wanted.words:
        return list(ids[:enough])
    kept: list[int] = []
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        texts = await _texts(tx, wanted.shape.table, chunk, title_only=wanted.title_only)
        kept += [
            number for number in chunk if any(_has(text, wanted.words) for text in texts.get(number, ()))
        ]
        if len(kept) >= enough:
            break
    return kept[:enough]


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


_PEOPLE_ORDER = {
    PostSort.NEW: "p.published DESC, p.id DESC",
    PostSort.NEW_COMMENTS: "p.published DESC, p.id DESC",
    PostSort.OLD: "p.published, p.id",
    PostSort.MOST_COMMENTS: "p.comment_count DESC, p.id DESC",
}
"""S-10; all others by the score of their comments."""


async def people(tx: Tx, term: str, sort: PostSort, *, local: bool, limit: int, offset: int) -> list[Person]:
    """People whose name or display name has the words, deleted ones left out (L-18, Q-1)."""
    order = _PEOPLE_ORDER.get(sort, "p.comment_score DESC, p.id DESC")
    here = " AND p.local" if local else ""
    rows = await tx.all(
        f"SELECT {PERSON} FROM person p WHERE NOT p.deleted{here} AND (p.name_key LIKE :key ESCAPE '\\' OR p.display_name LIKE_ANY_CASE :term"
        f" ESCAPE '\\') ORDER BY {order} LIMIT :limit OFFSET :offset",
        key=like_pattern(folded(term)), term=like_pattern(term), limit=limit, offset=offset,
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


async def anything_pending(tx: Tx) -> bool:
    """Whether texts wait for their search rows."""
    return bool(await tx.value("SELECT EXISTS (SELECT 1 FROM search_pending)"))
