"""Like, Dislike, EmojiReact: somebody votes, or reacts."""

from folkmoot.apub.activities import Activity, Announce, Dislike, EmojiReact, Like
from folkmoot.apub.inbox import checks
from folkmoot.apub.inbox.arrived import Arrived
from folkmoot.core.votes.cast import Ballot, vote
from folkmoot.model.communities import Community
from folkmoot.model.errors import NotAllowed
from folkmoot.store.actors import Placed
from folkmoot.store.db import Tx


async def like(tx: Tx, arrived: Arrived[Like]) -> Community | None:
    """A vote for something; a Like with an emoji counts as one (REA-1)."""
    return await _cast(tx, arrived, arrived.activity.object, 1)


async def dislike(tx: Tx, arrived: Arrived[Dislike]) -> Community | None:
    """A vote against something (VOT-4)."""
    return await _cast(tx, arrived, arrived.activity.object, -1)


async def react(tx: Tx, arrived: Arrived[EmojiReact]) -> Community | None:
    """An emoji alone is no vote, unless the operator wants it to be (REA-1)."""
    if arrived.policy.counts_reactions:
        return await _cast(tx, arrived, arrived.activity.object, 1)
    raise NotAllowed("reactions_are_not_counted", detail=arrived.activity.content)


async def boost(tx: Tx, arrived: Arrived[Announce], value: int) -> None:
    """A person boosts things, or no longer does: where the operator wants it, a vote for those that are here (CMN-8)."""
    if not arrived.policy.counts_boosts or not arrived.direct:
        return
    for item in arrived.activity.items:
        placed = arrived.known.objects.get(item) if isinstance(item, str) else None
        if placed is not None and placed.kind != "message":
            await _cast(tx, arrived, placed.ap_id, value)


async def take_back(tx: Tx, arrived: Arrived[Like | Dislike | EmojiReact]) -> Community | None:
    """No vote any more, whichever it was; without one there is nothing to do (VOT-6)."""
    if arrived.activity.object not in arrived.known.objects:
        return None
    return await _cast(tx, arrived, arrived.activity.object, 0)


async def _cast(tx: Tx, arrived: Arrived[Activity], target: str, value: int) -> Community | None:
    placed = votable(arrived, target)
    community = await arrived.known.community(tx, placed.community_id)
    checks.must_be_from(arrived, community)
    ballot = Ballot(arrived.viewer(), placed.kind, placed.id, value)
    if arrived.gathered is None:
        await vote(tx, ballot)
    else:
        arrived.gathered.ballots.append(ballot)
    return community


def votable(arrived: Arrived[Activity], target: str) -> Placed:
    """The post or comment voted on. Raises `Missing` where it may be fetched, `NotAllowed` unknown_object, not_votable."""
    known = arrived.known
    placed = known.objects.get(target)
    if placed is None:
        if known.policy.is_ours(target) or target in known.gone:
            raise NotAllowed("unknown_object", detail=target)
        if arrived.direct and not _in_followed(arrived):
            raise NotAllowed(
                "unknown_object", detail=target
            )  # nothing of ours: not worth asking for (ABU-11)
        return arrived.object(target)
    if placed.kind == "message":
        raise NotAllowed("not_votable", detail=target)
    return placed


def _in_followed(arrived: Arrived[Activity]) -> bool:
    community = arrived.known.communities.get(arrived.activity.audience or "")
    return community is not None and (community.local or community.id in arrived.known.followed)
