"""Private messages."""

from folkmoot.api.v3.render.base import moment, moment_or_none
from folkmoot.api.v3.render.people import person
from folkmoot.api.v3.wire import messages as wire
from folkmoot.model.messages import MessageView, PrivateMessage


def message(found: PrivateMessage) -> wire.PrivateMessage:
    """A message (N-6)."""
    return wire.PrivateMessage(
        id=found.id,
        creator_id=found.creator_id,
        recipient_id=found.recipient_id,
        content=found.content,
        deleted=found.deleted,
        read=found.read,
        published=moment(found.published),
        updated=moment_or_none(found.updated),
        ap_id=found.ap_id,
        local=found.local,
        removed=found.removed,
    )


def message_view(view: MessageView) -> wire.PrivateMessageView:
    """A message with its two people."""
    return wire.PrivateMessageView(
        private_message=message(view.message), creator=person(view.creator), recipient=person(view.recipient)
    )
