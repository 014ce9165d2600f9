"""Undo: what was done is taken back. The undone activity need not be known: its effect is found by who and what (IDV-3)."""

from dataclasses import replace
from typing import Any, cast

from folkmoot.apub.activities import (
    Activity,
    Announce,
    Block,
    Delete,
    Dislike,
    EmojiReact,
    Follow,
    Like,
    Lock,
    Undo,
)
from folkmoot.apub.inbox import block, checks, delete, follow, lock, vote
from folkmoot.apub.inbox.arrived import Arrived
from folkmoot.model.communities import Community
from folkmoot.model.errors import NotAllowed
from folkmoot.store import received
from folkmoot.store.db import Tx

_BY_ADDRESS: dict[str, Any] = {"Follow": Follow, "Like": Like, "Dislike": Dislike, "EmojiReact": EmojiReact}
"""What can be undone by its address alone: we remember what these were about."""
_CONTENT_OF: dict[Any, dict[str, Any]] = {Like: {"content": None}, EmojiReact: {"content": ""}}


async def undo(tx: Tx, arrived: Arrived[Undo]) -> Community | None:
    """Take it back; the community it concerns.

    Raises `NotAllowed` unknown_activity, undone_by_other, not_undoable, and what the handlers raise.
    """
    undone = arrived.activity.undone
    if isinstance(undone, str):
        undone = await _remembered(tx, arrived, undone)
    if undone.id:
        checks.must_be_of_one_host("activity_of_other_host", undone.id, undone.actor)
    inner = arrived.of(undone)
    if isinstance(undone, Like | Dislike | Follow | EmojiReact | Announce):
        if undone.actor != arrived.activity.actor:
            raise NotAllowed("undone_by_other", detail=undone.actor)
        if isinstance(undone, Follow):
            if not arrived.direct:
                raise NotAllowed("never_announced")
            await follow.unfollow(tx, cast("Arrived[Follow]", inner))
            return None
        if isinstance(undone, Announce):
            await vote.boost(tx, cast("Arrived[Announce]", inner), 0)
            return None
        if isinstance(undone, Like | Dislike) or arrived.policy.counts_reactions:
            return await vote.take_back(tx, cast("Arrived[Like | Dislike | EmojiReact]", inner))
        return None  # a reaction that had no effect
    # Another moderator may undo: whose rights count is who undoes now.
    actor = arrived.activity.actor
    if isinstance(undone, Delete):
        return await delete.restore(tx, arrived.of(replace(undone, actor=actor)))
    if isinstance(undone, Block):
        by_now = arrived.of(replace(undone, actor=actor))
        return await block.lift(tx, by_now, restore=arrived.activity.restore_data)
    if isinstance(undone, Lock):
        return await lock.unlock(tx, arrived.of(replace(undone, actor=actor)))
    raise NotAllowed("not_undoable", detail=undone.type)


async def _remembered(tx: Tx, arrived: Arrived[Undo], ap_id: str) -> Activity:
    """What was accepted under this address from the same actor."""
    done = await received.done(tx, ap_id)
    kind = _BY_ADDRESS.get(done.kind) if done is not None else None
    if done is None or kind is None or done.object is None:
        raise NotAllowed("unknown_activity", detail=ap_id)
    if done.actor != arrived.activity.actor:
        raise NotAllowed("undone_by_other", detail=done.actor)
    await arrived.known.add(tx, [done.object])
    outer = arrived.activity
    values = _CONTENT_OF.get(kind, {})
    remembered: Activity = kind(
        id=ap_id,
        actor=done.actor,
        to=(),
        cc=(),
        audience=None,
        document=outer.document,
        object=done.object,
        **values,
    )
    return remembered
