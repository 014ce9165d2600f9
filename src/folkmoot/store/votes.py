"""Votes, one row each. What they add up to is kept by `store/counts.py`; lock the item (`store/places.py`) before changing one."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from folkmoot.model.votes import Cast
from folkmoot.store.db import Tx
from folkmoot.store.people import PERSON, make_person
from folkmoot.store.places import Pair


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
    await tx.by_the_end(_writing(kind, whose), value=value, now=tx.now, **whose)


def _writing(kind: str, whose: Iterable[str]) -> str:
    names = [*whose, "value"]
    return (
        f"INSERT INTO {kind}_vote ({', '.join(names)}, published) VALUES ({', '.join(f':{name}' for name in names)}, :now)"
        f" ON CONFLICT ({kind}_id, person_id) DO UPDATE SET value = excluded.value, published = excluded.published"
    )


@dataclass(frozen=True, slots=True)
class Changed:
    """A vote that is to be another one. `post_id`: of a vote on a comment, the post that this is under. `value`: 0 for none."""

    item_id: int
    person_id: int
    post_id: int
    value: int


async def among(tx: Tx, kind: str, wanted: Collection[Pair]) -> dict[Pair, int]:
    """The votes that there are of these people on these posts or comments (`kind`)."""
    rows = await tx.all(
        f"SELECT v.{kind}_id, v.person_id, v.value FROM EACH(:items[], :people[]) AS w (item_id, person_id)"
        f" JOIN {kind}_vote v ON v.{kind}_id = w.item_id AND v.person_id = w.person_id",
        items=[item_id for item_id, _ in wanted], people=[person_id for _, person_id in wanted],
    )  # fmt: skip
    return {(row[0], row[1]): row[2] for row in rows}


async def change_all(tx: Tx, kind: str, changes: Iterable[Changed]) -> None:
    """Write all of these, each about another thing or by somebody else."""
    rows = [
        {f"{kind}_id": one.item_id, "person_id": one.person_id, "post_id": one.post_id, "value": one.value, "now": tx.now}
        for one in sorted(changes, key=lambda one: (one.item_id, one.person_id))
    ]  # fmt: skip
    names = (f"{kind}_id", "person_id") if kind == "post" else ("comment_id", "person_id", "post_id")
    await tx.at_once(_writing(kind, names), [row for row in rows if row["value"]])
    await tx.at_once(
        f"DELETE FROM {kind}_vote WHERE {kind}_id = :{kind}_id AND person_id = :person_id",
        [row for row in rows if not row["value"]],
    )


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
