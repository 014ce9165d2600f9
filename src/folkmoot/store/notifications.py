"""Replies and mentions: the notices people get about comments."""

from folkmoot.store.db import Tx


async def add_mention(tx: Tx, recipient_id: int, comment_id: int) -> bool:
    """Write a mention unless this person has a notice of this comment already; whether one was written."""
    return await _add(tx, "person_mention", recipient_id, comment_id)


async def add_reply(tx: Tx, recipient_id: int, comment_id: int) -> bool:
    """Write a reply notice unless this person has a notice of this comment already; whether one was written."""
    return await _add(tx, "comment_reply", recipient_id, comment_id)


async def _add(tx: Tx, table: str, recipient_id: int, comment_id: int) -> bool:
    return bool(
        await tx.run(
            f"INSERT INTO {table} (recipient_id, comment_id, published) SELECT :recipient_id, :comment_id, :now"
            " WHERE NOT EXISTS (SELECT 1 FROM comment_reply WHERE recipient_id = :recipient_id AND comment_id = :comment_id)"
            " AND NOT EXISTS (SELECT 1 FROM person_mention WHERE recipient_id = :recipient_id AND comment_id = :comment_id)",
            recipient_id=recipient_id, comment_id=comment_id, now=tx.now,
        )
    )  # fmt: skip


async def mark_comment_read(tx: Tx, recipient_id: int, comment_id: int) -> None:
    """Mark this person's notices of one comment read."""
    for table in ("comment_reply", "person_mention"):
        await tx.run(
            f"UPDATE {table} SET read = :read WHERE recipient_id = :recipient_id AND comment_id = :comment_id",
            read=True, recipient_id=recipient_id, comment_id=comment_id,
        )  # fmt: skip
