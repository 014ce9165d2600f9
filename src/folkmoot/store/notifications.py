"""Replies and mentions: the notices people get about comments."""

from folkmoot.store import sight
from folkmoot.store.db import Tx

_MAY_READ = (
    f"(SELECT {sight.reads('o', reader=':recipient_id')} FROM comment i JOIN community o ON o.id = i.community_id"
    " WHERE i.id = :comment_id) IS TRUE"
)
"""Nobody is told of what they may not read."""


async def add_mention(tx: Tx, recipient_id: int, comment_id: int) -> bool:
    """Write a mention unless this person has a notice of this comment already; whether one was written."""
    added = await tx.run(
        "INSERT INTO person_mention (recipient_id, comment_id, published) SELECT :recipient_id, :comment_id, :now"
        " WHERE NOT EXISTS (SELECT 1 FROM comment_reply WHERE recipient_id = :recipient_id AND comment_id = :comment_id)"
        " AND NOT EXISTS (SELECT 1 FROM person_mention WHERE recipient_id = :recipient_id AND comment_id = :comment_id)"
        f" AND {_MAY_READ}",
        recipient_id=recipient_id, comment_id=comment_id, now=tx.now,
    )  # fmt: skip
    if added:
        tx.changed("inbox", recipient_id)
    return bool(added)


async def add_reply(
    tx: Tx, recipient_id: int, comment_id: int, *, author_id: int, community_id: int, instance_id: int
) -> int | None:
    """Tell a local person of an answer, unless they have a notice of this comment already, or block its author, the community or its
    server (N-1, N-2). Their account's id; None where they are not told."""
    told: int | None = await tx.value(
        "INSERT INTO comment_reply (recipient_id, comment_id, published) SELECT p.id, :comment_id, :now FROM person p"
        " WHERE p.id = :recipient_id AND p.local AND NOT p.deleted"
        " AND NOT EXISTS (SELECT 1 FROM comment_reply WHERE recipient_id = :recipient_id AND comment_id = :comment_id)"
        " AND NOT EXISTS (SELECT 1 FROM person_mention WHERE recipient_id = :recipient_id AND comment_id = :comment_id)"
        " AND NOT EXISTS (SELECT 1 FROM person_block WHERE person_id = :recipient_id AND target_id = :author_id)"
        " AND NOT EXISTS (SELECT 1 FROM community_block WHERE person_id = :recipient_id AND community_id = :community_id)"
        " AND NOT EXISTS (SELECT 1 FROM instance_block WHERE person_id = :recipient_id AND instance_id = :instance_id)"
        f" AND {_MAY_READ} RETURNING (SELECT id FROM local_user WHERE person_id = recipient_id)",
        recipient_id=recipient_id, comment_id=comment_id, author_id=author_id, community_id=community_id, instance_id=instance_id, now=tx.now,
    )  # fmt: skip
    if told is not None:
        tx.changed("inbox", recipient_id)
    return told


async def mark_comment_read(tx: Tx, recipient_id: int, comment_id: int) -> None:
    """Mark this person's notice of one comment read; there is one at the most."""
    for table in ("comment_reply", "person_mention"):
        marked = await tx.run(
            f"UPDATE {table} SET read = :yes WHERE recipient_id = :recipient_id AND comment_id = :comment_id AND NOT read",
            yes=True, recipient_id=recipient_id, comment_id=comment_id,
        )  # fmt: skip
        if marked:
            tx.changed("inbox", recipient_id)
            return


async def told_of_reply(tx: Tx, comment_id: int) -> list[int]:
    """The accounts with a notice that this comment answers them."""
    rows = await tx.all(
        "SELECT u.id FROM comment_reply r JOIN local_user u ON u.person_id = r.recipient_id WHERE r.comment_id = :comment_id ORDER BY u.id",
        comment_id=comment_id,
    )  # fmt: skip
    return [row[0] for row in rows]
