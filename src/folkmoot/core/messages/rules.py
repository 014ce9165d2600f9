"""What a direct message may be, and who may change it: rules without a database."""

from folkmoot.model.errors import NotAllowed
from folkmoot.model.messages import PrivateMessage
from folkmoot.model.people import Viewer


def must_be_author(viewer: Viewer, message: PrivateMessage) -> None:
    """Only the author edits or deletes (N-6). Raises `NotAllowed` edit_private_message_not_allowed."""
    if viewer.id != message.creator_id:
        raise NotAllowed("edit_private_message_not_allowed")


def must_be_recipient(viewer: Viewer, message: PrivateMessage) -> None:
    """Only the recipient marks it read (N-5). Raises `NotAllowed` couldnt_update_private_message."""
    if viewer.id != message.recipient_id:
        raise NotAllowed("couldnt_update_private_message")
