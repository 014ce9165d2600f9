"""Acts of moderation in communities elsewhere hold here at once, and are taken back where the community does not send them back (SND-2).

A minute after such an act was written it is looked at: if its server has got it and has not announced it, it did not agree, and the act is
undone here by the use case that did it; who did it finds that in the inbox, and no other server is told. What a community or a post says
of itself is read anew from its server instead. While the server has not got it,
it is waited for.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from folkmoot.apub.outbox.library import Library
from folkmoot.core.comments.lock import lock_comment
from folkmoot.core.comments.remove import remove_comment
from folkmoot.core.communities.ban import BanFromCommunity, ban_from_community
from folkmoot.core.communities.moderators import appoint_moderator, dismiss_moderator
from folkmoot.core.communities.news import read_again
from folkmoot.core.posts.feature import feature_post
from folkmoot.core.posts.lock import lock_post
from folkmoot.core.posts.remove import remove_post
from folkmoot.logs import logger
from folkmoot.model.communities import Community
from folkmoot.model.errors import Refusal
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.model.time import MINUTE, SECOND, Micros
from folkmoot.store import accounts, communities, destinations, jobs, modlog, outbox, posts, warnings
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


async def _person_banned(tx: Tx, who: Viewer, event: Event) -> bool:
    """A ban ends, and what was removed with it is back; one that was lifted stands again, if it would not be over by now."""
    community_id, person_id = event["community_id"], event["person_id"]
    last = await modlog.newest_ban(tx, community_id, person_id)
    if event["state"]:
        if last is not None and event["remove_data"]:
            post_ids, comment_ids = await modlog.removed_with(tx, last[0])
            for post_id in post_ids:
                await remove_post(tx, who, post_id, removed=False, reason=REASON)
            for comment_id in comment_ids:
                await remove_comment(tx, who, comment_id, removed=False, reason=REASON)
        await ban_from_community(tx, who, BanFromCommunity(community_id, person_id, ban=False, reason=REASON))
        return True
    if last is None or (last[1] is not None and last[1] <= tx.now):
        return False
    until = last[1] // SECOND if last[1] is not None else None
    await ban_from_community(tx, who, BanFromCommunity(community_id, person_id, expires=until, reason=REASON))
    return True


REVERSE: dict[str, Callable[[Tx, Viewer, Event], Awaitable[bool | None]]] = {
    "PostRemoved": _post_removed,
    "PostLocked": _post_locked,
    "PostFeatured": _post_featured,
    "CommentRemoved": _comment_removed,
    "CommentLocked": _comment_locked,
    "ModeratorChanged": _moderator_changed,
    "PersonBanned": _person_banned,
}
"""What is noted → how it is undone. False is returned where there was nothing to undo."""
READ_ANEW = frozenset({"CommunityEdited", "PostEdited"})
"""What is noted where the former state is not known here any more: the community, or the post, is read from its own server."""


async def awaits_echo(library: Library, kind: str, event: Event) -> bool:
    """Whether this is an act of a moderator in a community elsewhere. What an admin does besides holds here whatever its home decides."""
    if kind not in {*REVERSE, *READ_ANEW} or event.get("site") or await _is_by_author(library, kind, event):
        return False
    community = await _community_of(library, event)
    return (
        community is not None
        and not community.local
        and await library.moderates(event["actor_id"], community.id)
    )


async def _is_by_author(library: Library, kind: str, event: Event) -> bool:
    """Whether somebody changed what they wrote themselves, which is no act of moderation."""
    post = await library.post(event["post_id"]) if kind == "PostEdited" else None
    return post is not None and post.creator_id == event["actor_id"]


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
        if kind in READ_ANEW:
            await _read_anew(tx, event)
            return
        newest = await outbox.newest_noted(tx)
        try:
            undone = await REVERSE[kind](tx, who, event)
        except Refusal as refusal:
            log.info("not_rolled_back", kind=kind, reason=refusal.code)
            return
        await outbox.take_back(tx, newest, REVERSE, event["actor_id"])
        if undone is not False:
            await warnings.add_newest(tx, event["actor_id"])


async def _read_anew(tx: Tx, event: Event) -> None:
    about: Post | Community | None
    if "post_id" in event:
        about = await posts.by_id(tx, event["post_id"])
    else:
        about = await communities.by_id(tx, event["community_id"])
    if about is not None:
        await read_again(tx, about.ap_id)
