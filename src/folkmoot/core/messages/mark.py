"""Mark a direct message read."""

from folkmoot.core import permissions
from folkmoot.core.messages import rules
from folkmoot.core.permissions import Standing
from folkmoot.model.errors import NotFound
from folkmoot.model.messages import PrivateMessage
from folkmoot.model.people import Viewer
from folkmoot.store import messages
from folkmoot.store.db import Tx


async def mark_message(tx: Tx, viewer: Viewer, message_id: int, *, read: bool) -> PrivateMessage:
    """Mark a message read or unread: for its recipient (N-5).

    Raises `NotFound` couldnt_find_private_message; `NotAllowed` couldnt_update_private_message; `NotLoggedIn`.
    """
    permissions.check("account", Standing(viewer))
    message = await messages.by_id(tx, message_id)
    if message is None:
        raise NotFound("couldnt_find_private_message")
    rules.must_be_recipient(viewer, message)
    return message if message.read == read else await messages.update(tx, message_id, {"read": read})
