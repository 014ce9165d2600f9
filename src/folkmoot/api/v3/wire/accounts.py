"""Accounts: logging in, registering, settings."""

from typing import Annotated, Any

from msgspec import Meta

from folkmoot.api.v3.wire.base import Id, PostListingMode, Wire
from folkmoot.api.v3.wire.objects import (
    Community,
    CommunityFollowerView,
    CommunityModeratorView,
    Instance,
    Person,
    PersonAggregates,
    Site,
)
from folkmoot.model.enums import Listing, PostSort


class CaptchaResponse(Wire):
    png: str
    wav: str
    uuid: str


class ChangePassword(Wire):
    new_password: str
    new_password_verify: str
    old_password: str


class CommunityBlockView(Wire):
    person: Person
    community: Community


class DeleteAccount(Wire):
    password: str
    delete_content: bool


class ErrorResponse(Wire):
    error: str
    message: str | None = None


class GenerateTotpSecretResponse(Wire):
    totp_secret_url: str


class GetCaptchaResponse(Wire):
    ok: CaptchaResponse | None = None


class InstanceBlockView(Wire):
    person: Person
    instance: Instance
    site: Site | None = None


class LocalUser(Wire):
    id: int
    person_id: int
    show_nsfw: bool
    theme: str
    default_sort_type: str
    default_listing_type: str
    interface_language: str
    show_avatars: bool
    send_notifications_to_email: bool
    show_scores: bool
    show_bot_accounts: bool
    show_read_posts: bool
    email_verified: bool
    accepted_application: bool
    open_links_in_new_tab: bool
    blur_nsfw: bool
    auto_expand: bool
    infinite_scroll_enabled: bool
    admin: bool
    post_listing_mode: str
    totp_2fa_enabled: bool
    enable_keyboard_navigation: bool
    enable_animated_images: bool
    collapse_bot_comments: bool
    last_donation_notification: str
    email: str | None = None


class LocalUserVoteDisplayMode(Wire):
    local_user_id: int
    score: bool
    upvotes: bool
    downvotes: bool
    upvote_percentage: bool


class LocalUserView(Wire):
    local_user: LocalUser
    local_user_vote_display_mode: LocalUserVoteDisplayMode
    person: Person
    counts: PersonAggregates


class PersonBlockView(Wire):
    person: Person
    target: Person


class MyUserInfo(Wire):
    local_user_view: LocalUserView
    follows: list[CommunityFollowerView]
    moderates: list[CommunityModeratorView]
    community_blocks: list[CommunityBlockView]
    instance_blocks: list[InstanceBlockView]
    person_blocks: list[PersonBlockView]
    discussion_languages: list[int]


class Login(Wire):
    username_or_email: str
    password: str
    totp_2fa_token: str | None = None


class LoginResponse(Wire):
    registration_created: bool
    verify_email_sent: bool
    jwt: str | None = None


class LoginToken(Wire):
    user_id: int
    published: str
    ip: str | None = None
    user_agent: str | None = None


class PasswordChangeAfterReset(Wire):
    token: str
    password: str
    password_verify: str


class PasswordReset(Wire):
    email: str


class Register(Wire):
    username: str
    password: str
    password_verify: str
    show_nsfw: bool | None = None
    email: str | None = None
    captcha_uuid: str | None = None
    captcha_answer: str | None = None
    honeypot: str | None = None
    answer: str | None = None


class SaveUserSettings(Wire):
    show_nsfw: bool | None = None
    blur_nsfw: bool | None = None
    auto_expand: bool | None = None
    theme: str | None = None
    default_sort_type: PostSort | None = None
    default_listing_type: Listing | None = None
    interface_language: str | None = None
    avatar: str | None = None
    banner: str | None = None
    display_name: str | None = None
    email: str | None = None
    bio: str | None = None
    matrix_user_id: str | None = None
    show_avatars: bool | None = None
    send_notifications_to_email: bool | None = None
    bot_account: bool | None = None
    show_bot_accounts: bool | None = None
    show_read_posts: bool | None = None
    discussion_languages: list[Id] | None = None
    open_links_in_new_tab: bool | None = None
    infinite_scroll_enabled: bool | None = None
    post_listing_mode: PostListingMode | None = None
    enable_keyboard_navigation: bool | None = None
    enable_animated_images: bool | None = None
    collapse_bot_comments: bool | None = None
    show_scores: bool | None = None
    show_upvotes: bool | None = None
    show_downvotes: bool | None = None
    show_upvote_percentage: bool | None = None


class UpdateTotp(Wire):
    totp_token: str
    enabled: bool


class UpdateTotpResponse(Wire):
    enabled: bool


def _or_null(name: str) -> dict[str, Any]:
    """What stands in the documents for what is read with more patience than it is written."""
    return {"anyOf": [{"$ref": f"#/components/schemas/{name}"}, {"type": "null"}]}


class UserSettingsBackup(Wire):
    display_name: str | None = None
    bio: str | None = None
    avatar: str | None = None
    banner: str | None = None
    matrix_id: str | None = None
    bot_account: bool | None = None
    settings: Annotated[Any, Meta(extra_json_schema=_or_null("LocalUser"))] = None
    vote_display_mode_settings: Annotated[
        Any, Meta(extra_json_schema=_or_null("LocalUserVoteDisplayMode"))
    ] = None
    followed_communities: list[str] | None = None
    saved_posts: list[str] | None = None
    saved_comments: list[str] | None = None
    blocked_communities: list[str] | None = None
    blocked_users: list[str] | None = None
    blocked_instances: list[str] | None = None


class VerifyEmail(Wire):
    token: str
