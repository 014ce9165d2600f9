"""Comments: rows and flags. Threads as readers see them are in `store/threads.py`."""

from collections.abc import Collection
from typing import Any

from folkmoot.model.comments import Comment
from folkmoot.model.time import Micros
from folkmoot.store import images
from folkmoot.store.db import Tx
from folkmoot.store.rows import columns, maker
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
    tx: Tx, values: dict[str, Any], *, parent_path: str, ap_prefix: str, index: bool = True
) -> Comment | None:
    """Insert a comment under `parent_path` (`0` for the top level). Without an `ap_id` in `values` it gets ours: `ap_prefix` + id.
    The comment as stored; None where there is one of this address already. `index`: its words are to be found; else the caller sees to it.

    Votes and ranks are in `values` where they differ from what the schema says; `store/counts.py` keeps what else it adds to.
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
    if row is None:
        return None
    comment = make_comment(row)
    if index:
        await index_soon(tx, "comment", [comment.id])
    return comment


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


_TWINS_AMONG = 50
"""Comments of one person that are looked through for an equal one, the newest first."""


async def same_since(
    tx: Tx, creator_id: int, post_id: int, parent_id: int | None, content: str, since: Micros
) -> Comment | None:
    """An equal comment by the same person under the same parent, published after `since` and among their last `_TWINS_AMONG`: a double
    submit. It is looked for among what is new under the post, which is less than a person who writes much has written."""
    row = await tx.first(
        f"SELECT {COMMENT} FROM comment c WHERE c.post_id = :post_id AND c.id >= (SELECT min(r.id) FROM (SELECT l.id FROM comment l"
        " WHERE l.creator_id = :creator_id AND l.published > :since ORDER BY l.published DESC, l.id DESC"
        f" LIMIT {_TWINS_AMONG}) AS r) AND +c.creator_id = :creator_id AND +c.published > :since AND coalesce(c.parent_id, 0) = :parent_id"
        " AND c.content = :content AND NOT c.deleted ORDER BY c.id DESC LIMIT 1",
        creator_id=creator_id, since=since, post_id=post_id, parent_id=parent_id or 0, content=content,
    )  # fmt: skip
    return make_comment(row) if row else None
