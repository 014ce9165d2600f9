"""Votes, one row each. What they add up to is kept by `store/counts.py`; lock the item (`store/places.py`) before changing one."""

from folkmoot.model.votes import Cast
from folkmoot.store.db import Tx
from folkmoot.store.people import PERSON, make_person


async def add_post_vote(tx: Tx, person_id: int, post_id: int) -> None:
    """The author's own vote on a post that was just written."""
    await tx.run(
        "INSERT INTO post_vote (post_id, person_id, value, published) VALUES (:post_id, :person_id, 1, :now)",
        post_id=post_id, person_id=person_id, now=tx.now,
    )  # fmt: skip


async def add_comment_vote(tx: Tx, person_id: int, comment_id: int, post_id: int) -> None:
    """The author's own vote on a comment that was just written."""
    await tx.run(
        "INSERT INTO comment_vote (comment_id, person_id, post_id, value, published) VALUES (:comment_id, :person_id, :post_id, 1, :now)",
        comment_id=comment_id, person_id=person_id, post_id=post_id, now=tx.now,
    )  # fmt: skip


async def set_post_vote(tx: Tx, person_id: int, post_id: int, value: int) -> int:
    """Write the vote (1, -1, or 0 to take it back); the value before, 0 for none."""
    before: int = (
        await tx.value(
            "SELECT value FROM post_vote WHERE post_id = :post_id AND person_id = :person_id",
            post_id=post_id, person_id=person_id,
        )
        or 0
    )  # fmt: skip
    if value == before:
        return before
    if value == 0:
        await tx.run(
            "DELETE FROM post_vote WHERE post_id = :post_id AND person_id = :person_id",
            post_id=post_id, person_id=person_id,
        )  # fmt: skip
    else:
        await tx.run(
            "INSERT INTO post_vote (post_id, person_id, value, published) VALUES (:post_id, :person_id, :value, :now)"
            " ON CONFLICT (post_id, person_id) DO UPDATE SET value = excluded.value, published = excluded.published",
            post_id=post_id, person_id=person_id, value=value, now=tx.now,
        )  # fmt: skip
    return before


async def set_comment_vote(tx: Tx, person_id: int, comment_id: int, post_id: int, value: int) -> int:
    """Write the vote (1, -1, or 0 to take it back); the value before, 0 for none."""
    before: int = (
        await tx.value(
            "SELECT value FROM comment_vote WHERE comment_id = :comment_id AND person_id = :person_id",
            comment_id=comment_id, person_id=person_id,
        )
        or 0
    )  # fmt: skip
    if value == before:
        return before
    if value == 0:
        await tx.run(
            "DELETE FROM comment_vote WHERE comment_id = :comment_id AND person_id = :person_id",
            comment_id=comment_id, person_id=person_id,
        )  # fmt: skip
    else:
        await tx.run(
            "INSERT INTO comment_vote (comment_id, person_id, post_id, value, published) VALUES (:comment_id, :person_id, :post_id, :value, :now)"
            " ON CONFLICT (comment_id, person_id) DO UPDATE SET value = excluded.value, published = excluded.published",
            comment_id=comment_id, person_id=person_id, post_id=post_id, value=value, now=tx.now,
        )  # fmt: skip
    return before


async def on_item(
    tx: Tx, kind: str, item_id: int, community_id: int, *, limit: int, offset: int
) -> list[Cast]:
    """Who voted on a post or comment (`kind`): downvotes first, then by time (L-3)."""
    rows = await tx.all(
        f"SELECT {PERSON}, EXISTS (SELECT 1 FROM community_ban b WHERE b.community_id = :community_id AND b.person_id = p.id), v.value"
        f" FROM {kind}_vote v JOIN person p ON p.id = v.person_id WHERE v.{kind}_id = :item_id"
        " ORDER BY v.value, v.published, p.id LIMIT :limit OFFSET :offset",
        item_id=item_id, community_id=community_id, limit=limit, offset=offset,
    )  # fmt: skip
    return [Cast(make_person(row), bool(row[-2]), row[-1]) for row in rows]
