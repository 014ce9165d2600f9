"""Acts of moderation in communities elsewhere hold here at once, and are taken back where the community does not send them back (SND-2).

A minute after such an act was written it is looked at: if its server has got it and has not announced it, it did not agree, and the act is
undone here by the use case that did it; who did it finds that in the inbox, and no other server is told. While the server has not got it,
it is waited for.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from folkmoot.apub.outbox.library import Library
from folkmoot.core.comments.lock import lock_comment
from folkmoot.core.comments.remove import remove_comment
from folkmoot.core.communities.ban import BanFromCommunity, ban_from_community
from folkmoot.core.communities.moderators import appoint_moderator, dismiss_moderator
from folkmoot.core.posts.feature import feature_post
from folkmoot.core.posts.lock import lock_post
from folkmoot.core.posts.remove import remove_post
from folkmoot.logs import logger
from folkmoot.model.communities import Community
from folkmoot.model.errors import Refusal
from folkmoot.model.people import Viewer
from folkmoot.model.time import MINUTE, Micros
from folkmoot.store import accounts, destinations, jobs, outbox, warnings
from folkmoot.store.db import Database, Tx

JOB = outbox.LOOK_LATER
WAIT: Micros = MINUTE
REASON = "Its community did not take it."
"""Stands in the log beside what was undone."""

Event = Mapping[str, Any]

log = logger(__name__)


async def _post_removed(tx: Tx, who: Viewer, event: Event) -> None:
    await remove_post(tx, who, event["post_id"], removed=not event["state"], reason=REASON)


async def _comment_removed(tx: Tx, who: Viewer, event: Event) -> None:
    await remove_comment(tx, who, event["comment_id"], removed=not event["state"], reason=REASON)


async def _post_locked(tx: Tx, who: Viewer, event: Event) -> None:
    await lock_post(tx, who, event["post_id"], locked=not event["state"], reason=REASON)


async def _comment_locked(tx: Tx, who: Viewer, event: Event) -> None:
    await lock_comment(tx, who, event["comment_id"], locked=not event["state"], reason=REASON)


async def _post_featured(tx: Tx, who: Viewer, event: Event) -> None:
    await feature_post(tx, who, event["post_id"], featured=not event["state"], site=False)


async def _moderator_changed(tx: Tx, who: Viewer, event: Event) -> None:
    turn = dismiss_moderator if event["state"] else appoint_moderator
    await turn(tx, who, event["community_id"], event["person_id"])


async def _person_banned(tx: Tx, who: Viewer, event: Event) -> None:
    asked = BanFromCommunity(event["community_id"], event["person_id"], ban=False, reason=REASON)
    if event["state"]:
        await ban_from_community(tx, who, asked)


REVERSE: dict[str, Callable[[Tx, Viewer, Event], Awaitable[None]]] = {
    "PostRemoved": _post_removed,
    "PostLocked": _post_locked,
    "PostFeatured": _post_featured,
    "CommentRemoved": _comment_removed,
    "CommentLocked": _comment_locked,
    "ModeratorChanged": _moderator_changed,
    "PersonBanned": _person_banned,
}
"""What is noted → how it is undone."""


async def awaits_echo(library: Library, kind: str, event: Event) -> bool:
    """Whether this is an act of a moderator in a community elsewhere. What an admin does besides holds here whatever its home decides."""
    if kind not in REVERSE or event.get("site"):
        return False
    community = await _community_of(library, event)
    return (
        community is not None
        and not community.local
        and await library.moderates(event["actor_id"], community.id)
    )


async def _community_of(library: Library, event: Event) -> Community | None:
    number = event.get("community_id")
    if (comment_id := event.get("comment_id")) is not None:
        comment = await library.comment(comment_id)
        number = comment.community_id if comment else None
    elif (post_id := event.get("post_id")) is not None:
        post = await library.post(post_id)
        number = post.community_id if post else None
    return await library.community(number) if number is not None else None


async def look_later(tx: Tx, ap_id: str, kind: str, event: Event) -> None:
    """See in a minute whether the community has sent it back."""
    payload = {"ap_id": ap_id, "kind": kind, "event": dict(event)}
    await jobs.enqueue(tx, JOB, payload, run_at=tx.now + WAIT)


async def roll_back(db: Database, payload: Mapping[str, Any]) -> None:
    """Undo an act that was not sent back. A job."""
    kind, event = payload["kind"], payload["event"]
    async with db.write() as tx:
        sent = await outbox.by_ap_id(tx, payload["ap_id"])
        if sent is None or sent.confirmed is not None:
            return
        if not await destinations.have_passed(tx, sent.id):
            await look_later(tx, payload["ap_id"], kind, event)
            return
        who = await accounts.viewer_of_person(tx, event["actor_id"])
        if who is None:
            return
        newest = await outbox.newest_noted(tx)
        try:
            await REVERSE[kind](tx, who, event)
        except Refusal as refusal:
            log.info("not_rolled_back", kind=kind, reason=refusal.code)
            return
        await outbox.take_back(tx, newest, kind, event["actor_id"])
        await warnings.add_newest(tx, event["actor_id"])
