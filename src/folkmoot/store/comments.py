"""Comments: rows and flags. Threads as readers see them are in `store/threads.py`."""

from collections.abc import Collection
from typing import Any

from folkmoot.model.comments import Comment
from folkmoot.model.time import Micros
from folkmoot.store.db import Tx
from folkmoot.store.rows import columns, maker

COMMENT = columns(Comment, "c")
make_comment = maker(Comment)
_RETURNED = columns(Comment)


async def by_id(tx: Tx, comment_id: int) -> Comment | None:
    row = await tx.first(f"SELECT {COMMENT} FROM comment c WHERE c.id = :comment_id", comment_id=comment_id)
    return make_comment(row) if row else None


async def by_ids(tx: Tx, ids: Collection[int]) -> dict[int, Comment]:
    """Those that exist, by id."""
    rows = await tx.all(f"SELECT {COMMENT} FROM comment c WHERE c.id IN :ids[]", ids=set(ids))
    return {row[0]: make_comment(row) for row in rows}


async def insert(tx: Tx, values: dict[str, Any], *, parent_path: str, ap_prefix: str) -> Comment:
    """Insert a comment under `parent_path` (`0` for the top level). Without an `ap_id` in `values` it gets ours: `ap_prefix` + id.
    The comment as stored."""
    comment_id: int = await tx.value(tx.dialect.next_id("comment"))
    values = {"ap_id": f"{ap_prefix}{comment_id}", **values, "id": comment_id, "path": f"{parent_path}.{comment_id}"}
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    row = await tx.first(f"INSERT INTO comment ({names}) VALUES ({marks}) RETURNING {_RETURNED}", **values)
    await tx.run(
        "INSERT INTO search_pending (kind, object_id) VALUES ('comment', :comment_id) ON CONFLICT DO NOTHING", comment_id=comment_id
    )
    assert row is not None
    return make_comment(row)


async def update(tx: Tx, comment_id: int, values: dict[str, Any]) -> None:
    """Set columns; the version grows, the thread's caches are told, the search text is renewed."""
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    post_id = await tx.value(
        f"UPDATE comment SET {assignments}, version = version + 1 WHERE id = :comment_id RETURNING post_id", comment_id=comment_id, **values
    )
    if "content" in values:
        await tx.run(
            "INSERT INTO search_pending (kind, object_id) VALUES ('comment', :comment_id) ON CONFLICT DO NOTHING", comment_id=comment_id
        )
    tx.changed("thread", post_id)


async def same_comment_since(tx: Tx, creator_id: int, post_id: int, parent_id: int | None, content: str, since: Micros) -> int | None:
    """The id of an equal comment by the same person under the same parent, published after `since`: a double submit."""
    found: int | None = await tx.value(
        "SELECT id FROM comment WHERE creator_id = :creator_id AND published > :since AND post_id = :post_id"
        " AND coalesce(parent_id, 0) = :parent_id AND content = :content AND NOT deleted ORDER BY published DESC LIMIT 1",
        creator_id=creator_id, since=since, post_id=post_id, parent_id=parent_id or 0, content=content,
    )  # fmt: skip
    return found
