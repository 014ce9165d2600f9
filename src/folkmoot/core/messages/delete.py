"""Delete a direct message, or restore it."""

from folkmoot.core import after, permissions
from folkmoot.core.messages import rules
from folkmoot.core.permissions import Standing
from folkmoot.model.errors import NotFound
from folkmoot.model.events import MessageDeleted
from folkmoot.model.messages import PrivateMessage
from folkmoot.model.people import Viewer
from folkmoot.store import messages
from folkmoot.store.db import Tx


async def delete_message(tx: Tx, viewer: Viewer, message_id: int, *, deleted: bool) -> PrivateMessage:
    """Set whether a message is deleted: for its author (N-6). Doing it again changes nothing.

    Raises `NotFound` couldnt_find_private_message; `NotAllowed` edit_private_message_not_allowed; `NotLoggedIn`.
    """
    permissions.check("account", Standing(viewer))
    message = await messages.by_id(tx, message_id)
    if message is None:
        raise NotFound("couldnt_find_private_message")
    rules.must_be_author(viewer, message)
    if message.deleted == deleted:
        return message
    stored = await messages.update(tx, message_id, {"deleted": deleted})
    await after.record(tx, MessageDeleted(viewer.id, message_id, deleted))
    return stored
