"""Comments: rows and flags. Threads as readers see them are in `store/threads.py`."""

from collections.abc import Collection, Sequence
from typing import Any

from folkmoot.model.comments import Comment
from folkmoot.model.time import Micros
from folkmoot.store import images
from folkmoot.store.db import Tx
from folkmoot.store.rows import columns, maker, names_of
from folkmoot.store.search_pending import index_soon

COMMENT = columns(Comment, "c")
make_comment = maker(Comment)
_RETURNED = columns(Comment)


async def by_id(tx: Tx, comment_id: int) -> Comment | None:
    row = await tx.first(f"SELECT {COMMENT} FROM comment c WHERE c.id = :comment_id", comment_id=comment_id)
    return make_comment(row) if row else None


async def by_ap_id(tx: Tx, ap_id: str) -> Comment | None:
    """The comment of this address, which other servers know it by."""
    row = await tx.first(f"SELECT {COMMENT} FROM comment c WHERE c.ap_id = :ap_id", ap_id=ap_id)
    return make_comment(row) if row else None


async def by_ids(tx: Tx, ids: Collection[int]) -> dict[int, Comment]:
    """Those that exist, by id."""
    rows = await tx.all(f"SELECT {COMMENT} FROM comment c WHERE c.id IN :ids[]", ids=set(ids))
    return {row[0]: make_comment(row) for row in rows}


async def places(tx: Tx, ids: Collection[int]) -> dict[int, tuple[str, bool]]:
    """Where each stands among others, by id: the path of its parent, and then whether it is not distinguished."""
    rows = await tx.all("SELECT c.id, c.path, c.distinguished FROM comment c WHERE c.id IN :ids[]", ids=ids)
    return {number: (path.rpartition(".")[0], not distinguished) for number, path, distinguished in rows}


async def insert(
    tx: Tx, values: dict[str, Any], *, parent_path: str = "0", ap_prefix: str = ""
) -> Comment | None:
    """Insert a comment under `parent_path` (`0` for the top level). Without an `ap_id` in `values` it gets ours: `ap_prefix` + id.
    The comment as stored; None where there is one of this address already.

    Votes and ranks are in `values` where they differ from what the schema says; `store/counts.py` keeps what else it adds to. That its words
    are to be found is for the caller to say (`index_soon`).
    """
    await images.remember_in(tx, values)
    own = "" if "ap_id" in values else ", ap_id"
    address = "" if "ap_id" in values else ", CAST(:ap_prefix AS TEXT) || (SELECT id FROM fresh)"
    given = {**values, "parent_path": f"{parent_path}."} | ({"ap_prefix": ap_prefix} if own else {})
    row = await tx.first(
        f"WITH fresh (id) AS ({tx.dialect.next_id('comment')}) INSERT INTO comment (id, path{own}, {', '.join(values)})"
        f" VALUES ((SELECT id FROM fresh), CAST(:parent_path AS TEXT) || (SELECT id FROM fresh){address},"
        f" {', '.join(f':{name}' for name in values)}) ON CONFLICT (ap_id) DO NOTHING RETURNING {_RETURNED}",
        **given,
    )
    return make_comment(row) if row else None


async def insert_all(tx: Tx, rows: Sequence[tuple[str, dict[str, Any]]], *, ap_prefix: str) -> list[Comment]:
    """Insert several comments that get our addresses, each under the path that stands before it; as stored, in this order. Two
    statements for more than one."""
    if len(rows) == 1:
        [(parent_path, values)] = rows
        alone = await insert(tx, values, parent_path=parent_path, ap_prefix=ap_prefix)
        assert alone is not None
        return [alone]
    numbers = await tx.all(tx.dialect.next_ids("comment"), count=len(rows))
    written: list[Comment] = []
    for (number,), (parent_path, values) in zip(numbers, rows, strict=True):
        await images.remember_in(tx, values)
        placed = {"id": number, "path": f"{parent_path}.{number}", "ap_id": f"{ap_prefix}{number}"}
        written.append(Comment(**(_FRESH | values | placed)))
    await tx.at_once(
        f"INSERT INTO comment ({_RETURNED}) VALUES ({', '.join(f':{name}' for name in _FIELDS)})",
        [{name: getattr(comment, name) for name in _FIELDS} for comment in written],
    )
    return written


_FIELDS = names_of(Comment)
_FRESH = {
    "removed": False, "deleted": False, "distinguished": False, "locked": False, "upvotes": 0, "downvotes": 0, "score": 0, "child_count": 0,
    "controversy_rank": 0.0, "version": 1, "updated": None,
}  # fmt: skip
"""What the schema says of columns that are not given."""


async def update(tx: Tx, comment_id: int, values: dict[str, Any]) -> Comment:
    """Set columns; the version grows, the thread's caches are told, the search text is renewed. The comment as it is now. There must be
    such a comment."""
    await images.remember_in(tx, values)
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    row = await tx.first(
        f"UPDATE comment SET {assignments}, version = version + 1 WHERE id = :comment_id RETURNING {_RETURNED}",
        comment_id=comment_id,
        **values,
    )
    assert row is not None
    comment = make_comment(row)
    if values.keys() & {"content", "deleted", "removed"}:
        await index_soon(tx, "comment", [comment_id])
    tx.changed("thread", comment.post_id)
    return comment


async def lock_with_answers(tx: Tx, comment: Comment, *, locked: bool) -> None:
    """Set whether a comment and all that are below it are locked."""
    await tx.run(
        "UPDATE comment SET locked = :locked, version = version + 1"
        " WHERE post_id = :post_id AND locked <> :locked AND (id = :comment_id OR path LIKE :below)",
        locked=locked, post_id=comment.post_id, comment_id=comment.id, below=f"{comment.path}.%",
    )  # fmt: skip
    tx.changed("thread", comment.post_id)


_RECENT = 50
"""Comments of one person that are looked at, the newest first."""


async def recent_of(tx: Tx, people: Collection[int], since: Micros) -> list[Comment]:
    """What these people published after `since` and is neither deleted nor removed, the newest first: of each, among their last `_RECENT`."""
    last = (
        "SELECT l.id FROM comment l WHERE l.creator_id = w.id AND l.published > :since ORDER BY l.published DESC, l.id DESC"
        f" LIMIT {_RECENT}"
    )
    rows = await tx.all(
        f"SELECT {COMMENT} FROM {tx.dialect.of_each('person w', 'w.id IN :people[] AND NOT c.deleted AND NOT c.removed', last, 'comment c')} ORDER BY c.id DESC",
        people=people, since=since,
    )  # fmt: skip
    return [make_comment(row) for row in rows]
