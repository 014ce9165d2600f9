"""Reports."""

from folkmoot.api.v3.wire.base import Id, Int64, Wire
from folkmoot.api.v3.wire.messages import PrivateMessage
from folkmoot.api.v3.wire.objects import Comment, CommentAggregates, Community, Person, Post, PostAggregates


class CommentReport(Wire):
    id: int
    creator_id: int
    comment_id: int
    original_comment_text: str
    reason: str
    resolved: bool
    published: str
    resolver_id: int | None = None
    updated: str | None = None


class CommentReportView(Wire):
    comment_report: CommentReport
    comment: Comment
    post: Post
    community: Community
    creator: Person
    comment_creator: Person
    counts: CommentAggregates
    creator_banned_from_community: bool
    creator_is_moderator: bool
    creator_is_admin: bool
    creator_blocked: bool
    subscribed: str
    saved: bool
    my_vote: int | None = None
    resolver: Person | None = None


class CommentReportResponse(Wire):
    comment_report_view: CommentReportView


class CreateCommentReport(Wire):
    comment_id: Id
    reason: str


class CreatePostReport(Wire):
    post_id: Id
    reason: str


class CreatePrivateMessageReport(Wire):
    private_message_id: Id
    reason: str


class GetReportCount(Wire):
    community_id: Id | None = None


class GetReportCountResponse(Wire):
    comment_reports: int
    post_reports: int
    community_id: int | None = None
    private_message_reports: int | None = None


class ListCommentReports(Wire):
    comment_id: Id | None = None
    page: Int64 | None = None
    limit: Int64 | None = None
    unresolved_only: bool | None = None
    community_id: Id | None = None


class ListCommentReportsResponse(Wire):
    comment_reports: list[CommentReportView]


class ListPostReports(Wire):
    page: Int64 | None = None
    limit: Int64 | None = None
    unresolved_only: bool | None = None
    community_id: Id | None = None
    post_id: Id | None = None


class PostReport(Wire):
    id: int
    creator_id: int
    post_id: int
    original_post_name: str
    reason: str
    resolved: bool
    published: str
    original_post_url: str | None = None
    original_post_body: str | None = None
    resolver_id: int | None = None
    updated: str | None = None


class PostReportView(Wire):
    post_report: PostReport
    post: Post
    community: Community
    creator: Person
    post_creator: Person
    creator_banned_from_community: bool
    creator_is_moderator: bool
    creator_is_admin: bool
    subscribed: str
    saved: bool
    read: bool
    hidden: bool
    creator_blocked: bool
    unread_comments: int
    counts: PostAggregates
    my_vote: int | None = None
    resolver: Person | None = None


class ListPostReportsResponse(Wire):
    post_reports: list[PostReportView]


class ListPrivateMessageReports(Wire):
    page: Int64 | None = None
    limit: Int64 | None = None
    unresolved_only: bool | None = None


class PrivateMessageReport(Wire):
    id: int
    creator_id: int
    private_message_id: int
    original_pm_text: str
    reason: str
    resolved: bool
    published: str
    resolver_id: int | None = None
    updated: str | None = None


class PrivateMessageReportView(Wire):
    private_message_report: PrivateMessageReport
    private_message: PrivateMessage
    private_message_creator: Person
    creator: Person
    resolver: Person | None = None


class ListPrivateMessageReportsResponse(Wire):
    private_message_reports: list[PrivateMessageReportView]


class PostReportResponse(Wire):
    post_report_view: PostReportView


class PrivateMessageReportResponse(Wire):
    private_message_report_view: PrivateMessageReportView


class ResolveCommentReport(Wire):
    report_id: Id
    resolved: bool


class ResolvePostReport(Wire):
    report_id: Id
    resolved: bool


class ResolvePrivateMessageReport(Wire):
    report_id: Id
    resolved: bool
