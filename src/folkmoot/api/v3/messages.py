"""Private messages."""

from typing import Any

from folkmoot.api.call import Call
from folkmoot.api.v3.asked import page_of
from folkmoot.api.v3.render.messages import message_view
from folkmoot.api.v3.wire import messages as wire
from folkmoot.core.messages import delete, edit, mark, read, send
from folkmoot.core.messages.read import ListMessages
from folkmoot.core.messages.send import SendMessage
from folkmoot.model.messages import PrivateMessage


async def create(call: Call, asked: wire.CreatePrivateMessage) -> wire.PrivateMessageResponse:
    """Write somebody a message (N-6)."""
    async with call.write() as tx:
        message = await send.send_message(tx, call.viewer, SendMessage(asked.recipient_id, asked.content))
        return await _answer(call, tx, message)


async def edit_one(call: Call, asked: wire.EditPrivateMessage) -> wire.PrivateMessageResponse:
    """Give a message another text (N-6)."""
    async with call.write() as tx:
        message = await edit.edit_message(tx, call.viewer, asked.private_message_id, asked.content)
        return await _answer(call, tx, message)


async def delete_one(call: Call, asked: wire.DeletePrivateMessage) -> wire.PrivateMessageResponse:
    """Delete a message, or restore it (N-6)."""
    async with call.write() as tx:
        message = await delete.delete_message(
            tx, call.viewer, asked.private_message_id, deleted=asked.deleted
        )
        return await _answer(call, tx, message)


async def mark_one(call: Call, asked: wire.MarkPrivateMessageAsRead) -> wire.PrivateMessageResponse:
    """Mark a message read or unread (N-5)."""
    async with call.write() as tx:
        message = await mark.mark_message(tx, call.viewer, asked.private_message_id, read=asked.read)
        return await _answer(call, tx, message)


async def list_messages(call: Call, asked: wire.GetPrivateMessages) -> wire.PrivateMessagesResponse:
    """Sent and received, the newest first (N-6)."""
    page, limit = page_of(asked)
    wanted = ListMessages(bool(asked.unread_only), asked.creator_id, page, limit)
    async with call.read() as tx:
        views = await read.list_messages(tx, call.viewer, wanted)
    return wire.PrivateMessagesResponse(private_messages=[message_view(each) for each in views])


async def _answer(call: Call, tx: Any, message: PrivateMessage) -> wire.PrivateMessageResponse:
    view = await read.message_view(tx, call.viewer, message.id)
    return wire.PrivateMessageResponse(private_message_view=message_view(view))
