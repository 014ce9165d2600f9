"""Direct messages between two people."""

from dataclasses import dataclass

from folkmoot.model.people import Person
from folkmoot.model.time import Micros


@dataclass(frozen=True, slots=True)
class PrivateMessage:
    """A message. It is not encrypted: whoever runs one of the two servers can read it. `content_html` is rendered when written."""

    id: int
    creator_id: int
    recipient_id: int
    content: str
    content_html: str
    ap_id: str
    local: bool
    deleted: bool
    removed: bool
    read: bool
    published: Micros
    updated: Micros | None


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message and the two people."""

    message: PrivateMessage
    creator: Person
    recipient: Person


@dataclass(frozen=True, slots=True)
class Conversation:
    """All messages with one other person, as a list shows them: the last one, and how many are unread."""

    other: Person
    last: PrivateMessage
    unread: int
