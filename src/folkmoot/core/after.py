"""The table: what follows from what happened.

`record` writes one job row per consequence, in the transaction of the cause; `jobs/catalogue.py` says which function does it. A test
holds both to the same names. Conditions belong in the job, not here. What people of this server do is also noted for other servers, in
the order in which it happened; who is told of it, and in which words, is not for core to know.
"""

from collections.abc import Iterable
from typing import Any

from folkmoot.model import events
from folkmoot.model.events import Event
from folkmoot.model.people import Viewer
from folkmoot.store import jobs, outbox, people
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx

CONSEQUENCES: dict[type[Event], tuple[str, ...]] = {
    events.PostCreated: ("posts.fetch_link", "posts.mention_link"),
    events.PostEdited: ("posts.fetch_link",),
    events.CommentTold: ("notifications.mail_comment",),
    events.MessageSent: ("notifications.mail_message",),
    events.Reported: ("reports.mail_admins",),
    events.Purged: ("images.delete_pictures",),
}
"""Events that are not here have no consequence on this server."""

TOLD_ELSEWHERE: frozenset[type[Event]] = frozenset(
    {
        events.PostCreated, events.PostEdited, events.PostDeleted, events.PostRemoved, events.PostLocked, events.PostFeatured,
        events.CommentCreated, events.CommentEdited, events.CommentDeleted, events.CommentRemoved,
        events.CommentLocked,
        events.PostVoted, events.CommentVoted,
        events.CommunityEdited, events.CommunityDeleted, events.CommunityRemoved, events.CommunityFollowed,
        events.FollowAnswered,
        events.ModeratorChanged, events.PersonBanned, events.AuthorWarned, events.PersonEdited, events.PersonMoved, events.PersonDeleted,
        events.MessageSent, events.MessageEdited, events.MessageDeleted, events.Reported, events.ReportResolved,
    }
)  # fmt: skip
"""What other servers may have to be told of; `apub/outbox/publish.py` has a row for each."""


async def record(tx: Tx, event: Event, actor: Viewer | None = None) -> None:
    """Write down what has to follow from `event`. `actor`: who did it, where that is at hand; else they are looked up."""
    await record_all(tx, [(event, actor)])


async def record_all(tx: Tx, happened: Iterable[tuple[Event, Viewer | None]]) -> None:
    """The same for several, in this order."""
    notes: list[tuple[str, dict[str, Any]]] = []
    for event, actor in happened:
        # Events are flat: `asdict`, which looks into every value, would cost more than writing the row.
        payload = {name: getattr(event, name) for name in event.__dataclass_fields__}
        for name in CONSEQUENCES.get(type(event), ()):
            await jobs.enqueue(tx, name, payload)
        if type(event) in TOLD_ELSEWHERE and await _concerns_others(tx, event, actor):
            notes.append((type(event).__name__, payload))
    await outbox.note_all(tx, notes)


async def _concerns_others(tx: Tx, event: Event, actor: Viewer | None) -> bool:
    """Whether other servers hear it from us: while there is federation, and not what came from them."""
    if not (await store_site.local_site(tx)).federation_enabled:
        return False
    if actor is not None and actor.person is not None:
        return actor.person.local
    return await people.is_local(tx, event.actor_id)
