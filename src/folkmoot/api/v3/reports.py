"""Reports: what people bring to the moderators' notice."""

from typing import Any

from folkmoot.api.call import Call
from folkmoot.api.v3.asked import page_of
from folkmoot.api.v3.render import reports as render
from folkmoot.api.v3.wire import reports as wire
from folkmoot.core.reports import create, read, resolve
from folkmoot.model.reports import ReportKind, ReportView


async def report_post(call: Call, asked: wire.CreatePostReport) -> wire.PostReportResponse:
    """Report a post (O-1)."""
    view = await _reported(call, "post", asked.post_id, asked.reason)
    return wire.PostReportResponse(post_report_view=render.post_report(view))


async def report_comment(call: Call, asked: wire.CreateCommentReport) -> wire.CommentReportResponse:
    """Report a comment (O-1)."""
    view = await _reported(call, "comment", asked.comment_id, asked.reason)
    return wire.CommentReportResponse(comment_report_view=render.comment_report(view))


async def report_message(
    call: Call, asked: wire.CreatePrivateMessageReport
) -> wire.PrivateMessageReportResponse:
    """Report a message that one received (O-1)."""
    view = await _reported(call, "private_message", asked.private_message_id, asked.reason)
    return wire.PrivateMessageReportResponse(private_message_report_view=render.message_report(view))


async def _reported(call: Call, kind: ReportKind, item_id: int, reason: str) -> ReportView:
    async with call.write() as tx:
        report = await create.create_report(tx, call.viewer, create.CreateReport(kind, item_id, reason))
        return await read.report_view(tx, call.viewer, report)


async def list_post_reports(call: Call, asked: wire.ListPostReports) -> wire.ListPostReportsResponse:
    """Reports of posts (O-2)."""
    views = await _listed(call, "post", asked, asked.community_id, asked.post_id)
    return wire.ListPostReportsResponse(post_reports=[render.post_report(view) for view in views])


async def list_comment_reports(call: Call, asked: wire.ListCommentReports) -> wire.ListCommentReportsResponse:
    """Reports of comments (O-2)."""
    views = await _listed(call, "comment", asked, asked.community_id, asked.comment_id)
    return wire.ListCommentReportsResponse(comment_reports=[render.comment_report(view) for view in views])


async def list_message_reports(
    call: Call, asked: wire.ListPrivateMessageReports
) -> wire.ListPrivateMessageReportsResponse:
    """Reports of messages, for admins (O-2)."""
    views = await _listed(call, "private_message", asked)
    return wire.ListPrivateMessageReportsResponse(
        private_message_reports=[render.message_report(view) for view in views]
    )


async def _listed(
    call: Call, kind: ReportKind, asked: Any, community_id: int | None = None, item_id: int | None = None
) -> list[ReportView]:
    page, limit = page_of(asked)
    wanted = read.ListReports(kind, bool(asked.unresolved_only), community_id, item_id, page, limit)
    async with call.read() as tx:
        return await read.list_reports(tx, call.viewer, wanted)


async def resolve_post_report(call: Call, asked: wire.ResolvePostReport) -> wire.PostReportResponse:
    """Close a report of a post, or open it again (O-3)."""
    view = await _resolved(call, "post", asked.report_id, resolved=asked.resolved)
    return wire.PostReportResponse(post_report_view=render.post_report(view))


async def resolve_comment_report(call: Call, asked: wire.ResolveCommentReport) -> wire.CommentReportResponse:
    """Close a report of a comment, or open it again (O-3)."""
    view = await _resolved(call, "comment", asked.report_id, resolved=asked.resolved)
    return wire.CommentReportResponse(comment_report_view=render.comment_report(view))


async def resolve_message_report(
    call: Call, asked: wire.ResolvePrivateMessageReport
) -> wire.PrivateMessageReportResponse:
    """Close a report of a message, or open it again (O-3)."""
    view = await _resolved(call, "private_message", asked.report_id, resolved=asked.resolved)
    return wire.PrivateMessageReportResponse(private_message_report_view=render.message_report(view))


async def _resolved(call: Call, kind: ReportKind, report_id: int, *, resolved: bool) -> ReportView:
    async with call.write() as tx:
        report = await resolve.resolve_report(tx, call.viewer, kind, report_id, resolved=resolved)
        return await read.report_view(tx, call.viewer, report)
