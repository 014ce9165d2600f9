"""The table: what follows from what happened.

`record` writes one job row per consequence, in the transaction of the cause; `jobs/catalogue.py` says which function does it. A test
holds both to the same names. Conditions belong in the job, not here.
"""

from dataclasses import asdict

from folkmoot.model import events
from folkmoot.model.events import Event
from folkmoot.store import jobs
from folkmoot.store.db import Tx

CONSEQUENCES: dict[type[Event], tuple[str, ...]] = {
    events.PostCreated: ("posts.fetch_link",),
    events.PostEdited: ("posts.fetch_link",),
    events.CommentCreated: ("notifications.mail_comment",),
    events.MessageSent: ("notifications.mail_message",),
    events.Reported: ("reports.mail_admins",),
}
"""Events that are not here have no consequence yet; federation adds its own."""


async def record(tx: Tx, event: Event) -> None:
    """Write down what has to follow from `event`."""
    for name in CONSEQUENCES.get(type(event), ()):
        await jobs.enqueue(tx, name, asdict(event))
