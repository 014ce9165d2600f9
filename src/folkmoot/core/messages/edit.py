"""Change a direct message."""

from folkmoot.core import after, permissions, writing
from folkmoot.core.messages import rules
from folkmoot.core.permissions import Standing
from folkmoot.model.errors import NotAllowed, NotFound
from folkmoot.model.events import MessageEdited
from folkmoot.model.messages import PrivateMessage
from folkmoot.model.people import Viewer
from folkmoot.store import blocks, messages
from folkmoot.store.db import Tx


async def edit_message(tx: Tx, viewer: Viewer, message_id: int, content: str) -> PrivateMessage:
    """Give a message another text: for its author (N-6). Somebody blocked since then cannot speak through old messages either.

    Raises `NotFound` couldnt_find_private_message; `NotAllowed` edit_private_message_not_allowed, person_is_blocked, site_ban;
    `Invalid` invalid_body_field, blocked_url; `NotLoggedIn`.
    """
    permissions.check("message.send", Standing(viewer))
    message = await messages.by_id(tx, message_id)
    if message is None:
        raise NotFound("couldnt_find_private_message")
    rules.must_be_author(viewer, message)
    house = await writing.house(tx)
    text = house.long_text(content, "content")
    if await blocks.is_blocked(tx, "person", message.recipient_id, viewer.id):
        raise NotAllowed("person_is_blocked")
    stored = await messages.update(
        tx, message_id, {"content": text.source, "content_html": text.html, "updated": tx.now}
    )
    await after.record(tx, MessageEdited(viewer.id, message_id))
    return stored
