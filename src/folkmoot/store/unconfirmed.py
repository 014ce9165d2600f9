"""Comments in communities elsewhere that only their author has sent (PAR-5)."""

from collections.abc import Collection

from folkmoot.store.db import Tx


async def add(tx: Tx, comment_id: int) -> None:
    """It came from its author alone."""
    await tx.run(
        "INSERT INTO unconfirmed_comment (comment_id, published) VALUES (:comment_id, :now) ON CONFLICT (comment_id) DO NOTHING",
        comment_id=comment_id, now=tx.now,
    )  # fmt: skip


async def confirm(tx: Tx, comment_ids: Collection[int]) -> None:
    """Their community passed them on."""
    await tx.by_the_end("DELETE FROM unconfirmed_comment WHERE comment_id IN :ids[]", ids=set(comment_ids))


async def among(tx: Tx, comment_ids: Collection[int]) -> set[int]:
    """Those of these comments that nobody but their author has sent."""
    rows = await tx.all(
        "SELECT comment_id FROM unconfirmed_comment WHERE comment_id IN :ids[]", ids=set(comment_ids)
    )
    return {row[0] for row in rows}
