"""Votes, one row each. What they add up to is kept by `store/counts.py`.

Whoever votes twice at the same moment must be counted once, so each change is one statement that says what it changed: a row that is
not there yet cannot be locked by reading it.
"""

from typing import Any

from folkmoot.store.db import Tx


async def set_post_vote(tx: Tx, person_id: int, post_id: int, value: int) -> int:
    """Write the vote (1, -1, or 0 to take it back); the value before, 0 for none."""
    key = {"post_id": post_id, "person_id": person_id}
    return await _set(tx, "post_vote", key, key, value)


async def set_comment_vote(tx: Tx, person_id: int, comment_id: int, post_id: int, value: int) -> int:
    """Write the vote (1, -1, or 0 to take it back); the value before, 0 for none."""
    key = {"comment_id": comment_id, "person_id": person_id}
    return await _set(tx, "comment_vote", key, key | {"post_id": post_id}, value)


async def _set(tx: Tx, table: str, key: dict[str, Any], columns: dict[str, Any], value: int) -> int:
    here = " AND ".join(f"{name} = :{name}" for name in key)
    if value == 0:
        return await tx.value(f"DELETE FROM {table} WHERE {here} RETURNING value", **key) or 0
    while True:
        inserted = await tx.run(
            f"INSERT INTO {table} ({', '.join(columns)}, value, published) VALUES ({', '.join(f':{name}' for name in columns)}, :value, :now)"
            " ON CONFLICT DO NOTHING",
            **columns, value=value, now=tx.now,
        )  # fmt: skip
        if inserted:
            return 0
        before: int | None = await tx.value(f"SELECT value FROM {table} WHERE {here} FOR_UPDATE", **key)
        if before is None:
            continue  # somebody took it back in between
        if before != value:
            await tx.run(
                f"UPDATE {table} SET value = :value, published = :now WHERE {here}",
                **key,
                value=value,
                now=tx.now,
            )
        return before
