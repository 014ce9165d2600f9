"""Votes, one row each. What they add up to is kept by `store/counts.py`."""

from folkmoot.store.db import Tx


async def set_post_vote(tx: Tx, person_id: int, post_id: int, value: int) -> int:
    """Write the vote (1, -1, or 0 to take it back); the value before, 0 for none."""
    before: int | None = await tx.value(
        "SELECT value FROM post_vote WHERE post_id = :post_id AND person_id = :person_id FOR_UPDATE", post_id=post_id, person_id=person_id
    )
    if value == 0:
        await tx.run("DELETE FROM post_vote WHERE post_id = :post_id AND person_id = :person_id", post_id=post_id, person_id=person_id)
    elif value != before:
        await tx.run(
            "INSERT INTO post_vote (post_id, person_id, value, published) VALUES (:post_id, :person_id, :value, :now)"
            " ON CONFLICT (post_id, person_id) DO UPDATE SET value = excluded.value, published = excluded.published",
            post_id=post_id, person_id=person_id, value=value, now=tx.now,
        )  # fmt: skip
    return before or 0


async def set_comment_vote(tx: Tx, person_id: int, comment_id: int, post_id: int, value: int) -> int:
    """Write the vote (1, -1, or 0 to take it back); the value before, 0 for none."""
    before: int | None = await tx.value(
        "SELECT value FROM comment_vote WHERE comment_id = :comment_id AND person_id = :person_id FOR_UPDATE",
        comment_id=comment_id, person_id=person_id,
    )  # fmt: skip
    if value == 0:
        await tx.run(
            "DELETE FROM comment_vote WHERE comment_id = :comment_id AND person_id = :person_id", comment_id=comment_id, person_id=person_id
        )
    elif value != before:
        await tx.run(
            "INSERT INTO comment_vote (comment_id, person_id, post_id, value, published) VALUES (:comment_id, :person_id, :post_id, :value, :now)"
            " ON CONFLICT (comment_id, person_id) DO UPDATE SET value = excluded.value, published = excluded.published",
            comment_id=comment_id, person_id=person_id, post_id=post_id, value=value, now=tx.now,
        )  # fmt: skip
    return before or 0
