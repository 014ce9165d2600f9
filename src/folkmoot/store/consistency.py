"""What rows must agree on, besides the stored counts: paths, and what is repeated in rows for the sake of fast lists."""

from dataclasses import dataclass

from folkmoot.store.db import Database


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that rows break: how many, and one of them."""

    says: str
    rows: int
    example: int


_RULES: tuple[tuple[str, str], ...] = (
    (
        "comments whose path does not lead to them through their parent",
        "SELECT c.id FROM comment c LEFT JOIN comment p ON p.id = c.parent_id"
        " WHERE c.path <> (CASE WHEN c.parent_id IS NULL THEN '0' ELSE coalesce(p.path, '?') END) || '.' || c.id",
    ),
    (
        "comments that answer one of another post",
        "SELECT c.id FROM comment c JOIN comment p ON p.id = c.parent_id WHERE p.post_id <> c.post_id",
    ),
    (
        "comments that name another community than their post",
        "SELECT c.id FROM comment c JOIN post p ON p.id = c.post_id WHERE p.community_id <> c.community_id",
    ),
    (
        "votes on comments that name another post than the comment",
        "SELECT v.comment_id AS id FROM comment_vote v JOIN comment c ON c.id = v.comment_id WHERE c.post_id <> v.post_id",
    ),
    (
        "saved comments that name another post than the comment",
        "SELECT s.comment_id AS id FROM comment_saved s JOIN comment c ON c.id = s.comment_id WHERE c.post_id <> s.post_id",
    ),
)


async def faults(db: Database) -> list[Fault]:
    """Every rule that is broken somewhere. Reads whole tables: seconds on a large site, off the event loop where the engine can."""
    found = []
    for says, rows in _RULES:
        async with db.read(slow=True) as tx:
            row = await tx.first(f"SELECT count(*), min(x.id) FROM ({rows}) AS x")
        assert row is not None
        if row[0]:
            found.append(Fault(says, row[0], row[1]))
    return found
