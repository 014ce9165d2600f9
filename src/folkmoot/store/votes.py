"""Votes, one row each. What they add up to is kept by `store/counts.py`; lock the item (`store/places.py`) before changing one."""

from folkmoot.model.votes import Cast
from folkmoot.store.db import Tx
from folkmoot.store.people import PERSON, make_person


async def add_post_vote(tx: Tx, person_id: int, post_id: int) -> None:
    """The author's own vote on a post that was just written."""
    await _write(tx, "post", {"post_id": post_id, "person_id": person_id}, 1)


async def add_comment_vote(tx: Tx, person_id: int, comment_id: int, post_id: int) -> None:
    """The author's own vote on a comment that was just written."""
    await _write(tx, "comment", {"comment_id": comment_id, "person_id": person_id, "post_id": post_id}, 1)


async def set_post_vote(tx: Tx, person_id: int, post_id: int, value: int) -> int:
    """Write the vote (1, -1, or 0 to take it back); the value before, 0 for none."""
    return await _set(tx, "post", {"post_id": post_id, "person_id": person_id}, value)


async def set_comment_vote(tx: Tx, person_id: int, comment_id: int, post_id: int, value: int) -> int:
    """Write the vote (1, -1, or 0 to take it back); the value before, 0 for none."""
    return await _set(
        tx, "comment", {"comment_id": comment_id, "person_id": person_id, "post_id": post_id}, value
    )


async def _set(tx: Tx, kind: str, whose: dict[str, int], value: int) -> int:
    """The vote of somebody on a post or comment. `whose`: the columns that say so, the two of the key first."""
    key = {name: whose[name] for name in list(whose)[:2]}
    which = f"FROM {kind}_vote WHERE {kind}_id = :{kind}_id AND person_id = :person_id"
    before: int = await tx.value(f"SELECT value {which}", **key) or 0
    if value == before:
        return before
    if value == 0:
        await tx.by_the_end(f"DELETE {which}", **key)
    else:
        await _write(tx, kind, whose, value)
    return before


async def _write(tx: Tx, kind: str, whose: dict[str, int], value: int) -> None:
    names = [*whose, "value"]
    await tx.by_the_end(
        f"INSERT INTO {kind}_vote ({', '.join(names)}, published) VALUES ({', '.join(f':{name}' for name in names)}, :now)"
        f" ON CONFLICT ({kind}_id, person_id) DO UPDATE SET value = excluded.value, published = excluded.published",
        value=value, now=tx.now, **whose,
    )  # fmt: skip


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
