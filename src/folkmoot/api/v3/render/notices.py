"""Replies and mentions."""

from typing import Any

from folkmoot.api.v3.render.base import moment
from folkmoot.api.v3.render.comments import comment_view
from folkmoot.api.v3.render.people import person
from folkmoot.api.v3.wire import notices as wire
from folkmoot.model.notifications import NoticeView
from folkmoot.model.people import Person


def reply_view(view: NoticeView, recipient: Person, *, in_full: bool) -> wire.CommentReplyView:
    """A reply to somebody, with its comment. `in_full` as in `comment`."""
    notice = wire.CommentReply(**_notice(view))
    return wire.CommentReplyView(comment_reply=notice, **_around(view, recipient, in_full=in_full))


def mention_view(view: NoticeView, recipient: Person, *, in_full: bool) -> wire.PersonMentionView:
    """A mention of somebody, with its comment. `in_full` as in `comment`."""
    notice = wire.PersonMention(**_notice(view))
    return wire.PersonMentionView(person_mention=notice, **_around(view, recipient, in_full=in_full))


def _notice(view: NoticeView) -> dict[str, Any]:
    notice = view.notice
    return {
        "id": notice.id,
        "recipient_id": notice.recipient_id,
        "comment_id": notice.comment_id,
        "read": notice.read,
        "published": moment(notice.published),
    }


def _around(view: NoticeView, recipient: Person, *, in_full: bool) -> dict[str, Any]:
    """What a comment shows elsewhere, and who was told: they still read what moderators removed, not what its author deleted."""
    shown = comment_view(view.comment, in_full=in_full or not view.comment.comment.deleted)
    return {"recipient": person(recipient)} | {name: getattr(shown, name) for name in shown.__struct_fields__}
