"""Private messages."""

from folkmoot.api.v3.wire.base import Id, Int64, Wire
from folkmoot.api.v3.wire.objects import Person


class CreatePrivateMessage(Wire):
    content: str
    recipient_id: Id


class DeletePrivateMessage(Wire):
    private_message_id: Id
    deleted: bool


class EditPrivateMessage(Wire):
    private_message_id: Id
    content: str


class GetPrivateMessages(Wire):
    unread_only: bool | None = None
    page: Int64 | None = None
    limit: Int64 | None = None
    creator_id: Id | None = None


class PrivateMessage(Wire):
    id: int
    creator_id: int
    recipient_id: int
    content: str
    deleted: bool
    read: bool
    published: str
    ap_id: str
    local: bool
    removed: bool
    updated: str | None = None


class MarkPrivateMessageAsRead(Wire):
    private_message_id: Id
    read: bool


class PrivateMessageView(Wire):
    private_message: PrivateMessage
    creator: Person
    recipient: Person


class PrivateMessageResponse(Wire):
    private_message_view: PrivateMessageView


class PrivateMessagesResponse(Wire):
    private_messages: list[PrivateMessageView]
