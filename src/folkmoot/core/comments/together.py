"""Write comments together: what people of this server write at the same moment, in one transaction and a few statements for all of it.

They would wait for each other anyway: in SQLite one process writes at a time, in PostgreSQL all who write here count in the same row of the
site. Together they wait once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from folkmoot.core import writing
from folkmoot.core.comments.create import (
    CreateComment,
    Created,
    Draft,
    Words,
    address_prefix,
    create_comment,
    drafted,
    follow_up,
    said_just_now,
)
from folkmoot.core.limits import Doing, spend_each
from folkmoot.model.errors import Busy, RateLimited, Refusal
from folkmoot.model.people import Viewer
from folkmoot.model.time import Micros
from folkmoot.store import comments, places
from folkmoot.store.db import Database, GaveWayAgain, Tx, must_not_write_yet, persistently
from folkmoot.store.places import Pair, PlacedPost
from folkmoot.store.together import Together

MOST = 64
"""Comments in one transaction: whoever waits behind them waits for a few hundredths of a second."""
FEW = 4
"""The posts of so few are found with fewer statements one by one."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A comment that somebody of this server wants to write. `doing`: what it counts as under the rate limits."""

    author: Viewer
    asked: CreateComment
    doing: Doing | None = None

    @property
    def pair(self) -> Pair:
        """The post, and who writes."""
        return self.asked.post_id, self.author.id


Desk = Together[Wish, Created | Refusal]


async def submit_comment(
    db: Database, author: Viewer, asked: CreateComment, doing: Doing | None = None
) -> Created:
    """Write a comment of this server, with those that wait in this process. `doing`: what it counts as under the rate limits, whatever
    becomes of it. Raises as `create_comment`, `RateLimited`, `Busy`."""
    must_not_write_yet()
    writing.make_ready(db, asked.content)
    desk: Desk | None = db.memory.get("comments")
    if desk is None:
        desk = db.memory["comments"] = Together(partial(_write, db), most=MOST)
    try:
        made = await desk.of(Wish(author, asked, doing))
    except GaveWayAgain:  # so many at once stand in others' way more often than one
        return await _write_alone(db, author, asked, doing)
    except Busy:
        raise
    except Exception:  # noqa: BLE001 - it may be about any of those that were written together: whose it is will hear it alone
        return await _write_alone(db, author, asked, doing)
    if isinstance(made, Refusal):
        raise made
    return made


async def _write_alone(db: Database, author: Viewer, asked: CreateComment, doing: Doing | None) -> Created:
    async with db.write() as tx:
        if doing and (refusal := (await spend_each(tx, [doing], db.clock.elapsed()))[0]):
            raise refusal from None
        return await create_comment(tx, author, asked)


async def _write(db: Database, wishes: list[Wish]) -> Sequence[Created | Refusal]:
    desk: Desk = db.memory["comments"]

    async def attempt() -> Sequence[Created | Refusal]:
        async with db.write() as tx:
            desk.join(wishes)  # our turn may have been long in coming
            refused = await _refused_for_now(tx, wishes, db.clock.elapsed())
            allowed = [one for number, one in enumerate(wishes) if number not in refused]
            made = iter(await create_together(tx, allowed))
            return [refused.get(number) or next(made) for number in range(len(wishes))]

    return await persistently(attempt)


async def _refused_for_now(tx: Tx, wishes: Sequence[Wish], now: Micros) -> dict[int, RateLimited]:
    """Count these under the rate limits; by place in the list how those are refused who have done too much."""
    counted = {number: one.doing for number, one in enumerate(wishes) if one.doing is not None}
    refusals = await spend_each(tx, list(counted.values()), now) if counted else []
    return {number: refusal for number, refusal in zip(counted, refusals, strict=True) if refusal}


async def create_together(tx: Tx, wishes: Sequence[Wish]) -> list[Created | Refusal]:
    """Write comments of this server as `create_comment` would, one after the other. For each, in their order, what came of it or why it was
    refused."""
    drafts = await _drafts(tx, wishes)
    allowed = [draft for draft in drafts if isinstance(draft, Draft)]
    made = {words: Created(comment, []) for words, comment in (await said_just_now(tx, allowed)).items()}
    new: dict[Words, Draft] = {}
    for draft in allowed:
        if draft.words not in made:
            new.setdefault(draft.words, draft)
    if new:
        rows = [(draft.parent_path, draft.values) for draft in new.values()]
        stored = await comments.insert_all(tx, rows, ap_prefix=await address_prefix(tx))
        told = await follow_up(tx, list(zip(new.values(), stored, strict=True)))
        for draft, comment, ids in zip(new.values(), stored, told, strict=True):
            made[draft.words] = Created(comment, ids, draft.place)
    return [_of_its_own(draft, made, new) if isinstance(draft, Draft) else draft for draft in drafts]


def _of_its_own(draft: Draft, made: Mapping[Words, Created], new: Mapping[Words, Draft]) -> Created:
    """What came of one: the comment, of which whoever said the same before has told people already."""
    created = made[draft.words]
    return created if new.get(draft.words) is draft else Created(created.comment, [])


async def _drafts(tx: Tx, wishes: Sequence[Wish]) -> list[Draft | Refusal]:
    """What would be written of each, or why it may not be."""
    found = await _places(tx, wishes)
    parents = {wish.asked.parent_id for wish in wishes if wish.asked.parent_id is not None}
    above = await comments.by_ids(tx, parents) if parents else {}
    drafts: list[Draft | Refusal] = []
    for wish in wishes:
        asked = wish.asked
        parent = above.get(asked.parent_id) if asked.parent_id is not None else None
        try:
            drafts.append(await drafted(tx, wish.author, asked, found.get(wish.pair), parent))
        except Refusal as refusal:
            drafts.append(refusal)
    return drafts


async def _places(tx: Tx, wishes: Sequence[Wish]) -> dict[Pair, PlacedPost]:
    """The posts as their authors stand before them, locked in the order of their ids."""
    wanted = sorted({wish.pair for wish in wishes})
    if len(wanted) >= FEW:
        return await places.posts(tx, wanted)
    found = {pair: await places.post(tx, *pair) for pair in wanted}
    return {pair: place for pair, place in found.items() if place is not None}
