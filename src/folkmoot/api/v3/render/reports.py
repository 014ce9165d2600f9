"""Reports. Whoever may read one may read what it is about, also where that was removed since."""

from typing import Any

from folkmoot.api.v3.render.base import moment, moment_or_none
from folkmoot.api.v3.render.comments import comment, comment_counts
from folkmoot.api.v3.render.communities import community
from folkmoot.api.v3.render.messages import message
from folkmoot.api.v3.render.people import person
from folkmoot.api.v3.render.posts import post, post_counts
from folkmoot.api.v3.wire import reports as wire
from folkmoot.model.reports import Report, ReportView


def post_report(view: ReportView) -> wire.PostReportView:
    """A report of a post; `creator_…` says what the post's author is, except that Lemmy's `creator_is_moderator` is about the reader."""
    report, about = view.report, view.post
    assert about is not None
    mine = about.mine
    return wire.PostReportView(
        post_report=wire.PostReport(
            post_id=report.item_id,
            original_post_name=report.original_name or "",
            original_post_url=report.original_url,
            original_post_body=report.original,
            **_written(report),
        ),
        post=post(about.post),
        community=community(about.community),
        post_creator=person(about.creator),
        creator_banned_from_community=about.creator_banned_from_community,
        creator_is_moderator=view.moderated,
        creator_is_admin=about.creator.admin,
        subscribed=mine.subscribed,
        saved=mine.saved,
        read=mine.read,
        hidden=mine.hidden,
        creator_blocked=mine.creator_blocked,
        my_vote=mine.my_vote,
        unread_comments=about.unread_comments,
        counts=post_counts(about.post),
        **_people(view),
    )


def comment_report(view: ReportView) -> wire.CommentReportView:
    """A report of a comment; `creator_…` says what the comment's author is."""
    report, about = view.report, view.comment
    assert about is not None
    assert about.post is not None
    assert about.community is not None
    mine = about.mine
    return wire.CommentReportView(
        comment_report=wire.CommentReport(
            comment_id=report.item_id,
            original_comment_text=report.original or "",
            **_written(report),
        ),
        comment=comment(about.comment, in_full=True),
        post=post(about.post),
        community=community(about.community),
        comment_creator=person(about.creator),
        counts=comment_counts(about.comment),
        creator_banned_from_community=about.creator_banned_from_community,
        creator_is_moderator=about.creator_is_moderator,
        creator_is_admin=about.creator.admin,
        creator_blocked=mine.creator_blocked,
        subscribed=mine.subscribed,
        saved=mine.saved,
        my_vote=mine.my_vote,
        **_people(view),
    )


def message_report(view: ReportView) -> wire.PrivateMessageReportView:
    """A report of a message."""
    report, about = view.report, view.message
    assert about is not None
    return wire.PrivateMessageReportView(
        private_message_report=wire.PrivateMessageReport(
            private_message_id=report.item_id,
            original_pm_text=report.original or "",
            **_written(report),
        ),
        private_message=message(about.message),
        private_message_creator=person(about.creator),
        **_people(view),
    )


def _written(report: Report) -> dict[str, Any]:
    """What every report says, whatever it is about."""
    return {
        "id": report.id,
        "creator_id": report.creator_id,
        "reason": report.reason,
        "resolved": report.resolved,
        "resolver_id": report.resolver_id,
        "published": moment(report.published),
        "updated": moment_or_none(report.updated),
    }


def _people(view: ReportView) -> dict[str, Any]:
    """Who reported, and who settled it."""
    return {
        "creator": person(view.creator),
        "resolver": person(view.resolver) if view.resolver else None,
    }
