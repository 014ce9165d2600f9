"""What people are told about: replies, mentions, messages."""

from dataclasses import dataclass
from typing import Literal

from folkmoot.model.messages import MessageView
from folkmoot.model.time import Micros
from folkmoot.model.views import CommentView

NoticeKind = Literal["reply", "mention"]
InboxKind = Literal["reply", "mention", "message"]


@dataclass(frozen=True, slots=True)
class Notice:
    """A reply or mention that somebody was told of. Ids count within the kind."""

    kind: NoticeKind
    id: int
    recipient_id: int
    comment_id: int
    read: bool
    published: Micros


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice with its comment, which has its post and community and the recipient's own part."""

    notice: Notice
    comment: CommentView


@dataclass(frozen=True, slots=True)
class InboxItem:
    """One thing in somebody's inbox: a notice, or a message they got."""

    notice: NoticeView | None = None
    message: MessageView | None = None

    @property
    def kind(self) -> InboxKind:
        return self.notice.notice.kind if self.notice else "message"

    @property
    def id(self) -> int:
        """Counts within the kind."""
        return self.notice.notice.id if self.notice else self.message.message.id if self.message else 0

    @property
    def read(self) -> bool:
        return self.notice.notice.read if self.notice else bool(self.message and self.message.message.read)


@dataclass(frozen=True, slots=True)
class Unread:
    """How much somebody has not read yet, by kind."""

    replies: int
    mentions: int
    messages: int
    warnings: int = 0

    @property
    def total(self) -> int:
        return self.replies + self.mentions + self.messages + self.warnings
