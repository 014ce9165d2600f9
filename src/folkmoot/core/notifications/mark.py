"""Mark notices read, one or all."""

from folkmoot.core.people.rules import must_have_account
from folkmoot.model.errors import NotAllowed, NotFound
from folkmoot.model.notifications import Notice, NoticeKind
from folkmoot.model.people import Viewer
from folkmoot.store import notices
from folkmoot.store.db import Tx

_UNKNOWN = {"reply": "couldnt_find_comment_reply", "mention": "couldnt_find_person_mention"}


async def mark_notice(tx: Tx, viewer: Viewer, kind: NoticeKind, notice_id: int, *, read: bool) -> Notice:
    """Mark a reply or mention read or unread: only who was told does (N-5). The notice as it is now.

    Raises `NotLoggedIn`; `NotFound` couldnt_find_comment_reply, couldnt_find_person_mention; `NotAllowed` couldnt_update_comment.
    """
    person, _ = must_have_account(viewer)
    notice = await notices.by_id(tx, kind, notice_id)
    if notice is None:
        raise NotFound(_UNKNOWN[kind])
    if notice.recipient_id != person.id:
        raise NotAllowed("couldnt_update_comment")
    if notice.read != read:
        await notices.set_read(tx, notice, read=read)
    return Notice(notice.kind, notice.id, notice.recipient_id, notice.comment_id, read, notice.published)


async def mark_all_read(tx: Tx, viewer: Viewer) -> None:
    """Mark all replies, mentions and messages read (N-5). Raises `NotLoggedIn`."""
    person, _ = must_have_account(viewer)
    await notices.mark_all_read(tx, person.id)
