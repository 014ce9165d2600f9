"""Write somebody a direct message."""

from dataclasses import dataclass

from folkmoot.core import after, permissions, writing
from folkmoot.core.permissions import Standing
from folkmoot.model.errors import Invalid, NotAllowed
from folkmoot.model.events import MessageSent
from folkmoot.model.messages import PrivateMessage
from folkmoot.model.people import Viewer
from folkmoot.model.site import LocalSite
from folkmoot.model.time import HOUR, MINUTE, Micros
from folkmoot.store import blocks, messages, people
from folkmoot.store.db import Tx


@dataclass(frozen=True, slots=True)
class SendMessage:
    """What was asked. `ap_id` and `published` come with messages from elsewhere."""

    recipient_id: int
    content: str
    ap_id: str | None = None
    published: Micros | None = None


async def send_message(tx: Tx, author: Viewer, asked: SendMessage) -> PrivateMessage:
    """Write a message; not to somebody who blocks the author (N-6). An equal one within a minute is the same one until it is read.

    Raises `Invalid` invalid_body_field, blocked_url, couldnt_create_private_message (there is no such person); `NotAllowed`
    person_is_blocked, site_ban, account_too_young; `NotLoggedIn`.
    """
    house = await writing.house(tx)
    text = house.long_text(asked.content, "content")
    permissions.check("message.send", Standing(author))
    _must_be_old_enough(tx, author, house.site)
    recipient = await people.by_id(tx, asked.recipient_id)
    if recipient is None or recipient.deleted:
        raise Invalid("couldnt_create_private_message", field="recipient_id")
    if await blocks.is_blocked(tx, "person", recipient.id, author.id):
        raise NotAllowed("person_is_blocked")
    if asked.ap_id is None:
        twin = await messages.same_message_since(tx, author.id, recipient.id, text.source, tx.now - MINUTE)
        if twin is not None and (found := await messages.by_id(tx, twin)):
            return found
    values = {
        "creator_id": author.id,
        "recipient_id": recipient.id,
        "content": text.source,
        "content_html": text.html,
        "local": asked.ap_id is None,
        "published": asked.published if asked.published is not None else tx.now,
    }
    if asked.ap_id is not None:
        values["ap_id"] = asked.ap_id
    message = await messages.insert(tx, values, ap_prefix=f"{house.site.origin}/private_message/")
    await after.record(tx, MessageSent(author.id, message.id))
    return message


def _must_be_old_enough(tx: Tx, author: Viewer, site: LocalSite) -> None:
    """An account has to be old enough, so that none are made to send advertisements (ABU-18). Raises `NotAllowed` account_too_young."""
    person = author.person
    assert person is not None
    if not author.admin and tx.now - person.published < site.message_min_age * HOUR:
        raise NotAllowed("account_too_young", detail=str(site.message_min_age))
