"""Like, Dislike, EmojiReact: somebody votes, or reacts."""

from folkmoot.apub.activities import Activity, Dislike, EmojiReact, Like
from folkmoot.apub.inbox import checks
from folkmoot.apub.inbox.arrived import Arrived
from folkmoot.core.votes.cast import vote_on_comment, vote_on_post
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


async def react(_: Tx, arrived: Arrived[EmojiReact]) -> Community | None:
    """An emoji alone is no vote (REA-1)."""
    raise NotAllowed("reactions_are_not_counted", detail=arrived.activity.content)


async def take_back(tx: Tx, arrived: Arrived[Like | Dislike]) -> Community | None:
    """No vote any more, whichever it was; without one there is nothing to do (VOT-6)."""
    if arrived.activity.object not in arrived.known.objects:
        return None
    return await _cast(tx, arrived, arrived.activity.object, 0)


async def _cast(tx: Tx, arrived: Arrived[Activity], target: str, value: int) -> Community | None:
    placed = votable(arrived, target)
    community = await arrived.known.community(tx, placed.community_id)
    checks.must_be_from(arrived, community)
    voter = arrived.viewer()
    if placed.kind == "post":
        await vote_on_post(tx, voter, placed.id, value)
    else:
        await vote_on_comment(tx, voter, placed.id, value)
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
