"""What a mail about something has to say, and whether it is still worth one."""

from dataclasses import dataclass

from folkmoot.store.db import Tx

_REPORTS = {"post": "post_report", "comment": "comment_report", "private_message": "private_message_report"}


@dataclass(frozen=True, slots=True)
class UnreadMessage:
    """A private message nobody has opened."""

    creator_id: int
    recipient_id: int
    content: str


@dataclass(frozen=True, slots=True)
class OpenReport:
    """A report nobody has decided."""

    creator_id: int
    reason: str


async def of_comment(tx: Tx, comment_id: int) -> dict[int, str]:
    """Who has an unread notice of a comment: person → `mention` or `reply`."""
    rows = await tx.all(
        "SELECT recipient_id, 'reply' FROM comment_reply WHERE comment_id = :comment_id AND NOT read"
        " UNION ALL SELECT recipient_id, 'mention' FROM person_mention WHERE comment_id = :comment_id AND NOT read",
        comment_id=comment_id,
    )
    return {row[0]: row[1] for row in rows}


async def unread_message(tx: Tx, message_id: int) -> UnreadMessage | None:
    """The message, if it is there and was not read yet."""
    row = await tx.first(
        "SELECT creator_id, recipient_id, content FROM private_message WHERE id = :message_id AND NOT read AND NOT deleted AND NOT removed",
        message_id=message_id,
    )
    return UnreadMessage(*row) if row else None


async def open_report(tx: Tx, kind: str, report_id: int) -> OpenReport | None:
    """The report, if it is there and open."""
    row = await tx.first(
        f"SELECT creator_id, reason FROM {_REPORTS[kind]} WHERE id = :report_id AND NOT resolved",
        report_id=report_id,
    )
    return OpenReport(*row) if row else None
