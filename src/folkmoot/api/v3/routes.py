"""The table of contents: every operation of API v3, one line each, by noun.

`auth`: `required` answers 401 to callers without a session; `none` asks nobody who they are; everything finer is core's business. `limit`:
the class each call is counted under, empty for what is not counted. `asks` is read from the query for GET, else from the body.
"""

from dataclasses import dataclass

import msgspec

from folkmoot.api.call import Handler
from folkmoot.api.v3 import (
    accounts,
    administration,
    applications,
    comments,
    communities,
    images,
    messages,
    modlog,
    notices,
    people,
    posts,
    reports,
    search,
    settings,
    site,
)
from folkmoot.api.v3.wire import comments as wire_comments
from folkmoot.api.v3.wire import images as wire_images
from folkmoot.api.v3.wire import modlog as wire_modlog
from folkmoot.api.v3.wire import people as wire_people
from folkmoot.api.v3.wire import posts as wire_posts
from folkmoot.api.v3.wire import site as wire_site
from folkmoot.api.v3.wire.accounts import (
    ChangePassword,
    DeleteAccount,
    GenerateTotpSecretResponse,
    GetCaptchaResponse,
    Login,
    LoginResponse,
    LoginToken,
    PasswordChangeAfterReset,
    PasswordReset,
    Register,
    SaveUserSettings,
    UpdateTotp,
    UpdateTotpResponse,
    UserSettingsBackup,
    VerifyEmail,
)
from folkmoot.api.v3.wire.applications import ApproveRegistrationApplication as ApproveApplication
from folkmoot.api.v3.wire.applications import GetRegistrationApplication as GetApplication
from folkmoot.api.v3.wire.applications import (
    GetUnreadRegistrationApplicationCountResponse as UnreadApplications,
)
from folkmoot.api.v3.wire.applications import ListRegistrationApplications as ListApplications
from folkmoot.api.v3.wire.applications import ListRegistrationApplicationsResponse as Applications
from folkmoot.api.v3.wire.applications import RegistrationApplicationResponse as Application
from folkmoot.api.v3.wire.comments import CommentResponse
from folkmoot.api.v3.wire.communities import (
    AddModToCommunity,
    AddModToCommunityResponse,
    BanFromCommunity,
    BanFromCommunityResponse,
    BlockCommunity,
    BlockCommunityResponse,
    CommunityResponse,
    CreateCommunity,
    DeleteCommunity,
    EditCommunity,
    FollowCommunity,
    GetCommunity,
    GetCommunityResponse,
    HideCommunity,
    ListCommunities,
    ListCommunitiesResponse,
    RemoveCommunity,
    TransferCommunity,
)
from folkmoot.api.v3.wire.messages import (
    CreatePrivateMessage,
    DeletePrivateMessage,
    EditPrivateMessage,
    GetPrivateMessages,
    MarkPrivateMessageAsRead,
    PrivateMessageResponse,
    PrivateMessagesResponse,
)
from folkmoot.api.v3.wire.notices import (
    CommentReplyResponse,
    GetPersonMentions,
    GetPersonMentionsResponse,
    GetReplies,
    GetRepliesResponse,
    GetUnreadCountResponse,
    MarkCommentReplyAsRead,
    MarkPersonMentionAsRead,
    PersonMentionResponse,
)
from folkmoot.api.v3.wire.objects import SuccessResponse
from folkmoot.api.v3.wire.posts import PostResponse
from folkmoot.api.v3.wire.reports import (
    CommentReportResponse,
    CreateCommentReport,
    CreatePostReport,
    GetReportCount,
    GetReportCountResponse,
    ListCommentReports,
    ListCommentReportsResponse,
    ListPostReports,
    ListPostReportsResponse,
    PostReportResponse,
    ResolveCommentReport,
    ResolvePostReport,
)
from folkmoot.api.v3.wire.reports import CreatePrivateMessageReport as CreateMessageReport
from folkmoot.api.v3.wire.reports import ListPrivateMessageReports as ListMessageReports
from folkmoot.api.v3.wire.reports import ListPrivateMessageReportsResponse as MessageReports
from folkmoot.api.v3.wire.reports import PrivateMessageReportResponse as MessageReported
from folkmoot.api.v3.wire.reports import ResolvePrivateMessageReport as ResolveMessageReport
from folkmoot.api.v3.wire.site import CustomEmojiResponse


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `answers`: the struct of a good answer, for the documents; `many`: an array of them, `nulls`: with null for what
    is missing, `media`: bytes of that type. `status`: under which it comes; `also`: another under which the same struct comes.
    `refuses`: a status of refusals that other operations of its kind do not have. `redirects`: may answer 307 instead.
    `counts`: the handler counts the call itself, with what it writes.
    `files`: the field under which files are sent. `reading`: what the caller has read may matter to the answer, or change by it. Without
    `says_why` what cannot be read is not there: 404 without a body."""

    method: str
    path: str
    handler: Handler
    asks: type[msgspec.Struct] | None = None
    answers: type[msgspec.Struct] | None = None
    auth: str = "optional"
    limit: str = "message"
    status: int = 200
    many: bool = False
    nulls: bool = False
    media: str = ""
    files: str = ""
    also: int = 0
    refuses: int = 0
    redirects: bool = False
    says_why: bool = True
    reading: bool = True
    counts: bool = False


V3 = "/api/v3"

SITE: tuple[Route, ...] = (
    Route("GET", f"{V3}/site", site.get_site, None, wire_site.GetSiteResponse, reading=False),
    Route("POST", f"{V3}/site", site.create_site, wire_site.CreateSite, wire_site.SiteResponse, "required"),
    Route("PUT", f"{V3}/site", site.edit_site, wire_site.EditSite, wire_site.SiteResponse, "required"),
)  # fmt: skip

USER, MESSAGE, APPLICATION = f"{V3}/user", f"{V3}/private_message", f"{V3}/admin/registration_application"
IMPORT = "import_user_settings"

ACCOUNTS: tuple[Route, ...] = (
    Route("POST", f"{USER}/login", accounts.login, Login, LoginResponse, limit="register", refuses=401),
    Route("POST", f"{USER}/logout", accounts.logout, None, SuccessResponse, "required"),
    Route("GET", f"{USER}/list_logins", accounts.list_logins, None, LoginToken, "required", many=True),
    Route("GET", f"{USER}/validate_auth", accounts.validate_auth, None, SuccessResponse),
    Route("POST", f"{USER}/register", accounts.register, Register, LoginResponse, limit="register"),
    Route("GET", f"{USER}/get_captcha", accounts.get_captcha, None, GetCaptchaResponse, limit="post"),
    Route("POST", f"{USER}/verify_email", accounts.verify_email, VerifyEmail, SuccessResponse),
    Route("POST", f"{USER}/delete_account", accounts.delete_account, DeleteAccount, SuccessResponse, "required"),
    Route("PUT", f"{USER}/change_password", accounts.change_password, ChangePassword, LoginResponse, "required"),
    Route("POST", f"{USER}/password_reset", accounts.password_reset, PasswordReset, SuccessResponse, limit="register",
          refuses=401),
    Route("POST", f"{USER}/password_change", accounts.password_change, PasswordChangeAfterReset, SuccessResponse),
    Route("POST", f"{USER}/totp/generate", accounts.generate_totp, None, GenerateTotpSecretResponse, "required"),
    Route("POST", f"{USER}/totp/update", accounts.update_totp, UpdateTotp, UpdateTotpResponse, "required"),
    Route("PUT", f"{USER}/save_user_settings", settings.save_user_settings, SaveUserSettings, SuccessResponse, "required"),
    Route("POST", f"{USER}/donation_dialog_shown", settings.donation_dialog_shown, None, SuccessResponse, "required"),
    Route("GET", f"{USER}/export_settings", settings.export_settings, None, UserSettingsBackup, "required", IMPORT, nulls=True),
    Route("POST", f"{USER}/import_settings", settings.import_settings, UserSettingsBackup, SuccessResponse, "required", IMPORT),
    Route("POST", f"{USER}/leave_admin", accounts.leave_admin, None, wire_site.GetSiteResponse, "required"),
)  # fmt: skip

APPLICATIONS: tuple[Route, ...] = (
    Route("GET", APPLICATION, applications.get, GetApplication, Application, "required"),
    Route("GET", f"{APPLICATION}/count", applications.count, None, UnreadApplications, "required"),
    Route("GET", f"{APPLICATION}/list", applications.list_applications, ListApplications, Applications, "required"),
    Route("PUT", f"{APPLICATION}/approve", applications.approve, ApproveApplication, Application, "required"),
)  # fmt: skip

PEOPLE: tuple[Route, ...] = (
    Route("GET", USER, people.get_person, wire_people.GetPersonDetails, wire_people.GetPersonDetailsResponse),
    Route("POST", f"{USER}/block", people.block_person, wire_people.BlockPerson, wire_people.BlockPersonResponse, "required"),
    Route("POST", f"{V3}/community/block", people.block_community, BlockCommunity, BlockCommunityResponse, "required"),
    Route("POST", f"{V3}/site/block", people.block_instance, wire_site.BlockInstance, wire_site.BlockInstanceResponse, "required"),
)  # fmt: skip

NOTICES: tuple[Route, ...] = (
    Route("GET", f"{USER}/replies", notices.replies, GetReplies, GetRepliesResponse, "required"),
    Route("GET", f"{USER}/mention", notices.mentions, GetPersonMentions, GetPersonMentionsResponse, "required"),
    Route("POST", f"{V3}/comment/mark_as_read", notices.mark_reply, MarkCommentReplyAsRead, CommentReplyResponse, "required"),
    Route("POST", f"{USER}/mention/mark_as_read", notices.mark_mention, MarkPersonMentionAsRead, PersonMentionResponse, "required"),
    Route("POST", f"{USER}/mark_all_as_read", notices.mark_all, None, GetRepliesResponse, "required"),
    Route("GET", f"{USER}/unread_count", notices.unread_count, None, GetUnreadCountResponse, "required", reading=False),
    Route("GET", f"{USER}/report_count", notices.report_count, GetReportCount, GetReportCountResponse, "required"),
)  # fmt: skip

MESSAGES: tuple[Route, ...] = (
    Route("POST", MESSAGE, messages.create, CreatePrivateMessage, PrivateMessageResponse, "required"),
    Route("PUT", MESSAGE, messages.edit_one, EditPrivateMessage, PrivateMessageResponse, "required"),
    Route("GET", f"{MESSAGE}/list", messages.list_messages, GetPrivateMessages, PrivateMessagesResponse, "required"),
    Route("POST", f"{MESSAGE}/delete", messages.delete_one, DeletePrivateMessage, PrivateMessageResponse, "required"),
    Route("POST", f"{MESSAGE}/mark_as_read", messages.mark_one, MarkPrivateMessageAsRead, PrivateMessageResponse, "required"),
)  # fmt: skip

COMMUNITIES: tuple[Route, ...] = (
    Route("GET", f"{V3}/community", communities.get_community, GetCommunity, GetCommunityResponse, reading=False),
    Route("POST", f"{V3}/community", communities.create_community, CreateCommunity, CommunityResponse, "required", "register"),
    Route("PUT", f"{V3}/community", communities.edit_community, EditCommunity, CommunityResponse, "required"),
    Route("POST", f"{V3}/community/follow", communities.follow_community, FollowCommunity, CommunityResponse, "required"),
    Route("GET", f"{V3}/community/list", communities.list_communities, ListCommunities, ListCommunitiesResponse),
    Route("POST", f"{V3}/community/delete", communities.delete_community, DeleteCommunity, CommunityResponse, "required"),
    Route("POST", f"{V3}/community/remove", communities.remove_community, RemoveCommunity, CommunityResponse, "required"),
    Route("PUT", f"{V3}/community/hide", communities.hide_community, HideCommunity, SuccessResponse, "required"),
    Route("POST", f"{V3}/community/transfer", communities.transfer_community, TransferCommunity, GetCommunityResponse, "required"),
    Route("POST", f"{V3}/community/mod", communities.set_moderator, AddModToCommunity, AddModToCommunityResponse, "required"),
    Route("POST", f"{V3}/community/ban_user", communities.ban_from_community, BanFromCommunity, BanFromCommunityResponse, "required"),
)  # fmt: skip

POSTS: tuple[Route, ...] = (
    Route("GET", f"{V3}/post/list", posts.list_posts, wire_posts.GetPosts, wire_posts.GetPostsResponse),
    Route("GET", f"{V3}/post", posts.get_post, wire_posts.GetPost, wire_posts.GetPostResponse, reading=False),
    Route("POST", f"{V3}/post", posts.add_post, wire_posts.CreatePost, PostResponse, auth="required", limit="post"),
    Route("PUT", f"{V3}/post", posts.change_post, wire_posts.EditPost, PostResponse, auth="required"),
    Route("POST", f"{V3}/post/like", posts.like_post, wire_posts.CreatePostLike, PostResponse, auth="required"),
    Route("POST", f"{V3}/post/delete", posts.set_deleted, wire_posts.DeletePost, PostResponse, auth="required"),
    Route("POST", f"{V3}/post/remove", posts.set_removed, wire_posts.RemovePost, PostResponse, auth="required"),
    Route("POST", f"{V3}/post/lock", posts.set_locked, wire_posts.LockPost, PostResponse, auth="required"),
    Route("POST", f"{V3}/post/feature", posts.set_featured, wire_posts.FeaturePost, PostResponse, auth="required"),
    Route("PUT", f"{V3}/post/save", posts.set_saved, wire_posts.SavePost, PostResponse, auth="required"),
    Route("POST", f"{V3}/post/hide", posts.set_hidden, wire_posts.HidePost, SuccessResponse, auth="required"),
    Route("POST", f"{V3}/post/mark_as_read", posts.set_read, wire_posts.MarkPostAsRead, SuccessResponse, auth="required"),
    Route("GET", f"{V3}/post/like/list", posts.list_votes, wire_posts.ListPostLikes, wire_posts.ListPostLikesResponse, auth="required"),
)  # fmt: skip

COMMENTS: tuple[Route, ...] = (
    Route("GET", f"{V3}/comment/list", comments.list_comments, wire_comments.GetComments, wire_comments.GetCommentsResponse, reading=False),
    Route("GET", f"{V3}/comment", comments.get_comment, wire_comments.GetComment, wire_comments.CommentResponse, reading=False),
    Route("POST", f"{V3}/comment", comments.add_comment, wire_comments.CreateComment, CommentResponse, auth="required", limit="comment",
          counts=True),
    Route("PUT", f"{V3}/comment", comments.change_comment, wire_comments.EditComment, CommentResponse, auth="required"),
    Route("POST", f"{V3}/comment/like", comments.like_comment, wire_comments.CreateCommentLike, CommentResponse, auth="required"),
    Route("POST", f"{V3}/comment/delete", comments.set_deleted, wire_comments.DeleteComment, CommentResponse, auth="required"),
    Route("POST", f"{V3}/comment/remove", comments.set_removed, wire_comments.RemoveComment, CommentResponse, auth="required"),
    Route("POST", f"{V3}/comment/distinguish", comments.set_distinguished, wire_comments.DistinguishComment,
          CommentResponse, auth="required"),
    Route("PUT", f"{V3}/comment/save", comments.set_saved, wire_comments.SaveComment, CommentResponse, auth="required"),
    Route("GET", f"{V3}/comment/like/list", comments.list_votes, wire_comments.ListCommentLikes,
          wire_comments.ListCommentLikesResponse, auth="required"),
)  # fmt: skip

REPORTS: tuple[Route, ...] = (
    Route("POST", f"{V3}/post/report", reports.report_post, CreatePostReport, PostReportResponse, "required"),
    Route("GET", f"{V3}/post/report/list", reports.list_post_reports, ListPostReports, ListPostReportsResponse, "required"),
    Route("PUT", f"{V3}/post/report/resolve", reports.resolve_post_report, ResolvePostReport, PostReportResponse, "required"),
    Route("POST", f"{V3}/comment/report", reports.report_comment, CreateCommentReport, CommentReportResponse, "required"),
    Route("GET", f"{V3}/comment/report/list", reports.list_comment_reports, ListCommentReports, ListCommentReportsResponse, "required"),
    Route("PUT", f"{V3}/comment/report/resolve", reports.resolve_comment_report, ResolveCommentReport, CommentReportResponse, "required"),
    Route("POST", f"{V3}/private_message/report", reports.report_message, CreateMessageReport, MessageReported, "required"),
    Route("GET", f"{V3}/private_message/report/list", reports.list_message_reports, ListMessageReports, MessageReports, "required"),
    Route("PUT", f"{V3}/private_message/report/resolve", reports.resolve_message_report, ResolveMessageReport, MessageReported, "required"),
)  # fmt: skip

MODLOG: tuple[Route, ...] = (
    Route("GET", f"{V3}/modlog", modlog.get_modlog, wire_modlog.GetModlog, wire_modlog.GetModlogResponse),
)  # fmt: skip

ADMINISTRATION: tuple[Route, ...] = (
    Route("POST", f"{V3}/user/ban", administration.ban_person, wire_people.BanPerson, wire_people.BanPersonResponse, "required"),
    Route("GET", f"{V3}/user/banned", administration.banned_people, None, wire_people.BannedPersonsResponse, "required"),
    Route("POST", f"{V3}/admin/add", administration.set_admin, wire_site.AddAdmin, wire_site.AddAdminResponse, "required"),
    Route("POST", f"{V3}/admin/purge/person", administration.purge_person, wire_site.PurgePerson, SuccessResponse, "required"),
    Route("POST", f"{V3}/admin/purge/community", administration.purge_community, wire_site.PurgeCommunity, SuccessResponse, "required"),
    Route("POST", f"{V3}/admin/purge/post", administration.purge_post, wire_site.PurgePost, SuccessResponse, "required"),
    Route("POST", f"{V3}/admin/purge/comment", administration.purge_comment, wire_site.PurgeComment, SuccessResponse, "required"),
    Route("POST", f"{V3}/custom_emoji", administration.create_emoji, wire_site.CreateCustomEmoji, CustomEmojiResponse, "required"),
    Route("PUT", f"{V3}/custom_emoji", administration.edit_emoji, wire_site.EditCustomEmoji, CustomEmojiResponse, "required"),
    Route("POST", f"{V3}/custom_emoji/delete", administration.delete_emoji, wire_site.DeleteCustomEmoji, SuccessResponse, "required"),
    Route("GET", f"{V3}/federated_instances", administration.get_federated_instances, None, wire_site.GetFederatedInstancesResponse),
)  # fmt: skip

SEARCH: tuple[Route, ...] = (
    Route("GET", f"{V3}/search", search.search, wire_site.Search, wire_site.SearchResponse, limit="search"),
    Route("GET", f"{V3}/resolve_object", search.resolve_object, wire_site.ResolveObject, wire_site.ResolveObjectResponse),
)  # fmt: skip

IMAGES: tuple[Route, ...] = (
    Route("POST", "/pictrs/image", images.upload, None, wire_images.PictrsResponse,
          auth="required", limit="image", files=images.FIELD, status=201),  # Thunder takes nothing else
    Route("GET", "/pictrs/image/{filename}", images.show, wire_images.GetImage, auth="none", limit="",
          media="*/*", says_why=False),
    Route("GET", "/pictrs/image/delete/{token}/{filename}", images.delete, None, auth="required", limit="", status=204),
    Route("GET", "/pictrs/healthz", images.health, None, auth="none", limit=""),
    Route("GET", f"{V3}/image_proxy", images.show_proxied, wire_images.ProxyImage, auth="none", limit="", media="*/*",
          redirects=True),
    Route("GET", f"{V3}/post/site_metadata", images.site_metadata, wire_images.GetSiteMetadata,
          wire_images.GetSiteMetadataResponse, auth="required"),
    Route("GET", f"{V3}/account/list_media", images.list_media, wire_images.ListMedia,
          wire_images.ListMediaResponse, auth="required"),
    Route("GET", f"{V3}/admin/list_all_media", images.list_all_media, wire_images.ListMedia,
          wire_images.ListMediaResponse, auth="required"),
)  # fmt: skip

ROUTES: tuple[Route, ...] = (
    *SITE, *ACCOUNTS, *APPLICATIONS, *PEOPLE, *NOTICES, *MESSAGES, *COMMUNITIES, *POSTS, *COMMENTS, *REPORTS, *MODLOG,
    *ADMINISTRATION, *SEARCH, *IMAGES,
)  # fmt: skip
