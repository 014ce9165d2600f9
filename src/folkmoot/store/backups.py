"""The lists of addresses that somebody takes along to another server."""

from typing import Literal

from folkmoot.store.db import Tx

Saved = Literal["post", "comment"]

_LISTS = {
    "followed_communities": "SELECT c.ap_id FROM community_follow f JOIN community c ON c.id = f.community_id"
    " WHERE f.person_id = :person_id ORDER BY f.published, c.id",
    "saved_posts": "SELECT p.ap_id FROM post_saved s JOIN post p ON p.id = s.post_id WHERE s.person_id = :person_id ORDER BY s.published, p.id",
    "saved_comments": "SELECT c.ap_id FROM comment_saved s JOIN comment c ON c.id = s.comment_id"
    " WHERE s.person_id = :person_id ORDER BY s.published, c.id",
    "blocked_communities": "SELECT c.ap_id FROM community_block b JOIN community c ON c.id = b.community_id"
    " WHERE b.person_id = :person_id ORDER BY b.published, c.id",
    "blocked_users": "SELECT p.ap_id FROM person_block b JOIN person p ON p.id = b.target_id"
    " WHERE b.person_id = :person_id ORDER BY b.published, p.id",
    "blocked_instances": "SELECT i.domain FROM instance_block b JOIN instance i ON i.id = b.instance_id"
    " WHERE b.person_id = :person_id ORDER BY b.published, i.id",
}
LISTS = tuple(_LISTS)
"""The lists of a backup, by the names of the file format."""


async def lists(tx: Tx, person_id: int) -> dict[str, list[str]]:
    """Each list of `LISTS` as addresses, blocked servers as host names."""
    return {name: [row[0] for row in await tx.all(sql, person_id=person_id)] for name, sql in _LISTS.items()}


async def save(tx: Tx, kind: Saved, person_id: int, item_id: int) -> None:
    """Save a post or comment for somebody."""
    if kind == "post":
        await tx.run(
            "INSERT INTO post_saved (person_id, post_id, published) VALUES (:person_id, :item_id, :now) ON CONFLICT DO NOTHING",
            person_id=person_id, item_id=item_id, now=tx.now,
        )  # fmt: skip
    else:
        await tx.run(
            "INSERT INTO comment_saved (person_id, comment_id, post_id, published)"
            " SELECT CAST(:person_id AS INTEGER), id, post_id, CAST(:now AS BIGINT) FROM comment WHERE id = :item_id ON CONFLICT DO NOTHING",
            person_id=person_id, item_id=item_id, now=tx.now,
        )  # fmt: skip
