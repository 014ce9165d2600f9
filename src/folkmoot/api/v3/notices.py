"""Notices: replies, mentions, and how much is unread."""

from folkmoot.api.call import Call
from folkmoot.api.v3.asked import page_of
from folkmoot.api.v3.render.notices import mention_view, reply_view
from folkmoot.api.v3.wire import notices as wire
from folkmoot.api.v3.wire import reports as wire_reports
from folkmoot.core.notifications import mark, read
from folkmoot.core.notifications.read import ReadNotices
from folkmoot.core.reports.read import count_reports
from folkmoot.model.enums import CommentSort
from folkmoot.model.notifications import NoticeKind, NoticeView


async def replies(call: Call, asked: wire.GetReplies) -> wire.GetRepliesResponse:
    """Replies to the caller, New by default (N-4)."""
    views = await _listed(call, asked, "reply", CommentSort.NEW)
    person, _ = call.member
    return wire.GetRepliesResponse(
        replies=[reply_view(each, person, in_full=call.viewer.admin) for each in views]
    )


async def mentions(call: Call, asked: wire.GetPersonMentions) -> wire.GetPersonMentionsResponse:
    """Mentions of the caller, Hot by default (L-3, N-4)."""
    views = await _listed(call, asked, "mention", CommentSort.HOT)
    person, _ = call.member
    return wire.GetPersonMentionsResponse(
        mentions=[mention_view(each, person, in_full=call.viewer.admin) for each in views]
    )


async def _listed(
    call: Call, asked: wire.GetReplies | wire.GetPersonMentions, kind: NoticeKind, sort: CommentSort
) -> list[NoticeView]:
    page, limit = page_of(asked)
    wanted = ReadNotices(kind, bool(asked.unread_only), asked.sort or sort, page, limit)
    async with call.read() as tx:
        return await read.read_notices(tx, call.viewer, wanted)


async def mark_reply(call: Call, asked: wire.MarkCommentReplyAsRead) -> wire.CommentReplyResponse:
    """Mark one reply read or unread (N-5)."""
    view = await _marked(call, "reply", asked.comment_reply_id, read_it=asked.read)
    person, _ = call.member
    return wire.CommentReplyResponse(comment_reply_view=reply_view(view, person, in_full=call.viewer.admin))


async def mark_mention(call: Call, asked: wire.MarkPersonMentionAsRead) -> wire.PersonMentionResponse:
    """Mark one mention read or unread (N-5)."""
    view = await _marked(call, "mention", asked.person_mention_id, read_it=asked.read)
    person, _ = call.member
    return wire.PersonMentionResponse(
        person_mention_view=mention_view(view, person, in_full=call.viewer.admin)
    )


async def _marked(call: Call, kind: NoticeKind, notice_id: int, *, read_it: bool) -> NoticeView:
    async with call.write() as tx:
        notice = await mark.mark_notice(tx, call.viewer, kind, notice_id, read=read_it)
        return await read.notice_view(tx, call.viewer, notice)


async def mark_all(call: Call) -> wire.GetRepliesResponse:
    """Mark all of it read, messages too (N-5)."""
    async with call.write() as tx:
        await mark.mark_all_read(tx, call.viewer)
    return wire.GetRepliesResponse(replies=[])


async def unread_count(call: Call) -> wire.GetUnreadCountResponse:
    """How much is unread, by kind (N-4)."""
    async with call.read() as tx:
        unread = await read.unread_counts(tx, call.viewer)
    return wire.GetUnreadCountResponse(
        replies=unread.replies, mentions=unread.mentions, private_messages=unread.messages
    )


async def report_count(call: Call, asked: wire_reports.GetReportCount) -> wire_reports.GetReportCountResponse:
    """How many reports wait for the caller (O-2)."""
    async with call.read() as tx:
        counts = await count_reports(tx, call.viewer, asked.community_id)
    return wire_reports.GetReportCountResponse(
        community_id=asked.community_id,
        comment_reports=counts.comments,
        post_reports=counts.posts,
        private_message_reports=counts.messages,
    )
