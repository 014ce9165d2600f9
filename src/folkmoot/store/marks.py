"""One reader's marks: what they read and when they were last there, what they saved, what they do not want to see again."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from folkmoot.model.time import MINUTE, Micros
from folkmoot.store.db import Tx
from folkmoot.store.places import Pair

VISIT_GAP: Micros = 30 * MINUTE
"""Looks at a thread that are less apart belong to one visit (`core/posts/read.py`)."""


async def mark_read(tx: Tx, person_id: int, post_id: int, *, comments: int | None = None) -> None:
    """Mark one post read, as votes and own posts do; with `comments`, so many of them count as seen."""
    await tx.by_the_end(
        "INSERT INTO post_read (person_id, post_id, read, read_comments, published) VALUES (:person_id, :post_id, :yes, CAST(:seen AS INTEGER), :now)"
        " ON CONFLICT (person_id, post_id) DO UPDATE SET read = excluded.read,"
        " read_comments = coalesce(excluded.read_comments, post_read.read_comments)",
        person_id=person_id, post_id=post_id, yes=True, seen=comments, now=tx.now,
    )  # fmt: skip


async def note_seen(tx: Tx, seen: Mapping[Pair, int]) -> None:
    """So many comments of a post count as seen by a person, whether it is read or not (C-3)."""
    sql = (
        "INSERT INTO post_read (person_id, post_id, read, read_comments, published) VALUES (:person_id, :post_id, :no, :seen, :now)"
        " ON CONFLICT (person_id, post_id) DO UPDATE SET read_comments = excluded.read_comments"
    )
    rows = [
        {"person_id": person_id, "post_id": post_id, "no": False, "seen": comments, "now": tx.now}
        for (post_id, person_id), comments in sorted(seen.items())
    ]
    if len(rows) == 1:
        await tx.by_the_end(sql, **rows[0])
    else:
        await tx.at_once(sql, rows)


async def mark_many(tx: Tx, person_id: int, post_ids: Collection[int], *, read: bool) -> None:
    """Mark posts read, or unread; how many comments were seen stays."""
    if not read:
        await tx.run(
            "UPDATE post_read SET read = :no WHERE person_id = :person_id AND post_id IN :post_ids[]",
            no=False, person_id=person_id, post_ids=set(post_ids),
        )  # fmt: skip
        return
    await tx.many(
        "INSERT INTO post_read (person_id, post_id, read, published) VALUES (:person_id, :post_id, :yes, :now)"
        " ON CONFLICT (person_id, post_id) DO UPDATE SET read = excluded.read",
        [{"person_id": person_id, "post_id": number, "yes": True, "now": tx.now} for number in sorted(set(post_ids))],
    )  # fmt: skip


async def visit(tx: Tx, person_id: int, post_id: int, *, comments: int) -> Micros | None:
    """Somebody looks at a thread in which there are so many comments. Since when comments are new to them; None at the first visit."""
    since: Micros | None = await tx.value(
        "INSERT INTO post_read (person_id, post_id, read, read_comments, seen, published) VALUES (:person_id, :post_id, :yes, :comments, :now, :now)"
        " ON CONFLICT (person_id, post_id) DO UPDATE SET read = excluded.read, read_comments = excluded.read_comments, seen = excluded.seen,"
        " visited = CASE WHEN post_read.seen < :before THEN post_read.seen ELSE post_read.visited END RETURNING visited",
        person_id=person_id, post_id=post_id, yes=True, comments=comments, now=tx.now, before=tx.now - VISIT_GAP,
    )  # fmt: skip
    return since


class Look(NamedTuple):
    """Somebody looked at a thread in which there were so many comments."""

    person_id: int
    post_id: int
    comments: int
    moment: Micros


async def visit_many(tx: Tx, looks: Iterable[Look]) -> None:
    """The same as `visit` for looks of before; what is gone meanwhile, or was looked at again since, is passed over."""
    await tx.many(
        "INSERT INTO post_read (person_id, post_id, read, read_comments, seen, published)"
        " SELECT p.id, t.id, TRUE, CAST(:comments AS INTEGER), CAST(:moment AS BIGINT), CAST(:moment AS BIGINT) FROM person p CROSS JOIN post t"
        " WHERE p.id = :person_id AND t.id = :post_id"
        " ON CONFLICT (person_id, post_id) DO UPDATE SET read = excluded.read, read_comments = excluded.read_comments, seen = excluded.seen,"
        " visited = CASE WHEN post_read.seen < excluded.seen - CAST(:gap AS BIGINT) THEN post_read.seen ELSE post_read.visited END"
        " WHERE post_read.seen IS NULL OR post_read.seen <= excluded.seen",
        [{**look._asdict(), "gap": VISIT_GAP} for look in sorted(looks)],
    )


async def save_post(tx: Tx, person_id: int, post_id: int, *, saved: bool) -> None:
    """Keep a post in somebody's list, or take it out; repeating changes nothing."""
    if saved:
        await tx.run(
            "INSERT INTO post_saved (person_id, post_id, published) VALUES (:person_id, :post_id, :now) ON CONFLICT DO NOTHING",
            person_id=person_id, post_id=post_id, now=tx.now,
        )  # fmt: skip
    else:
        await tx.run(
            "DELETE FROM post_saved WHERE person_id = :person_id AND post_id = :post_id",
            person_id=person_id, post_id=post_id,
        )  # fmt: skip


async def save_comment(tx: Tx, person_id: int, comment_id: int, post_id: int, *, saved: bool) -> None:
    """Keep a comment in somebody's list, or take it out; repeating changes nothing."""
    if saved:
        await tx.run(
            "INSERT INTO comment_saved (person_id, comment_id, post_id, published) VALUES (:person_id, :comment_id, :post_id, :now)"
            " ON CONFLICT DO NOTHING",
            person_id=person_id, comment_id=comment_id, post_id=post_id, now=tx.now,
        )  # fmt: skip
    else:
        await tx.run(
            "DELETE FROM comment_saved WHERE person_id = :person_id AND comment_id = :comment_id",
            person_id=person_id, comment_id=comment_id,
        )  # fmt: skip


async def hide_many(tx: Tx, person_id: int, post_ids: Collection[int], *, hidden: bool) -> None:
    """Keep posts out of somebody's lists, or no longer; repeating changes nothing."""
    if hidden:
        await tx.many(
            "INSERT INTO post_hidden (person_id, post_id, published) VALUES (:person_id, :post_id, :now) ON CONFLICT DO NOTHING",
            [{"person_id": person_id, "post_id": number, "now": tx.now} for number in sorted(set(post_ids))],
        )
    else:
        await tx.run(
            "DELETE FROM post_hidden WHERE person_id = :person_id AND post_id IN :post_ids[]",
            person_id=person_id, post_ids=set(post_ids),
        )  # fmt: skip


async def unknown_post(tx: Tx, post_ids: Collection[int]) -> bool:
    """Whether any of these is no post."""
    found: int = await tx.value("SELECT count(*) FROM post WHERE id IN :post_ids[]", post_ids=set(post_ids))
    return found < len(set(post_ids))


_MARKS = {
    "read": "SELECT EXISTS (SELECT 1 FROM post_read WHERE person_id = :person_id AND post_id = :item_id AND read)",
    "saved post": "SELECT EXISTS (SELECT 1 FROM post_saved WHERE person_id = :person_id AND post_id = :item_id)",
    "hidden": "SELECT EXISTS (SELECT 1 FROM post_hidden WHERE person_id = :person_id AND post_id = :item_id)",
    "saved comment": "SELECT EXISTS (SELECT 1 FROM comment_saved WHERE person_id = :person_id AND comment_id = :item_id)",
}


async def has(tx: Tx, mark: str, person_id: int, item_id: int) -> bool:
    """Whether somebody marked an item: `read`, `saved post`, `hidden`, `saved comment`."""
    return bool(await tx.value(_MARKS[mark], person_id=person_id, item_id=item_id))
