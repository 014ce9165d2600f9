"""The table: what core refuses → what API v3 answers (T-7, T-8, T-9)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from folkmoot.api.call import Answer
from folkmoot.model.errors import Busy, NotFound, Refusal, UnknownName

NAMES = frozenset(
    """
    alt_text_length_overflow application_question_required ban_expiration_in_past banned
    banned_from_community bio_length_overflow blocked_url
    cannot_create_post_or_comment_in_deleted_or_removed_community cannot_leave_admin cannot_receive_page
    cant_block_admin cant_block_local_instance cant_block_yourself cant_delete_site captcha_incorrect
    community_already_exists community_block_already_exists community_follower_already_exists
    community_has_no_followers community_is_blocked community_moderator_already_exists
    community_user_already_banned contradicting_filters couldnt_create_audio_captcha
    couldnt_create_comment couldnt_create_post couldnt_create_private_message couldnt_create_report
    couldnt_find_activity couldnt_find_comment couldnt_find_comment_reply couldnt_find_comment_report
    couldnt_find_community couldnt_find_local_user couldnt_find_object couldnt_find_person
    couldnt_find_person_mention couldnt_find_post couldnt_find_post_report couldnt_find_private_message
    couldnt_find_private_message_report couldnt_find_registration_application couldnt_generate_totp
    couldnt_get_comments couldnt_get_posts couldnt_hide_post couldnt_like_comment couldnt_like_post
    couldnt_mark_post_as_read couldnt_parse_totp_secret couldnt_resolve_report couldnt_save_comment
    couldnt_save_post couldnt_send_webmention couldnt_set_all_email_verified
    couldnt_set_all_registrations_accepted couldnt_update_comment couldnt_update_community
    couldnt_update_community_hidden_status couldnt_update_person_mentions couldnt_update_post
    couldnt_update_private couldnt_update_private_message couldnt_update_replies couldnt_update_user
    deleted domain_blocked domain_not_in_allow_list downvotes_are_disabled
    edit_private_message_not_allowed email_already_exists email_not_verified email_required
    email_send_failed email_smtp_server_needs_a_port federation_disabled
    federation_disabled_by_strict_allow_list federation_forbidden_by_strict_allow_list honeypot_failed
    image_url_missing_last_path_segment image_url_missing_path_segments inbox_timeout incorrect_login
    incorrect_totp_token instance_block_already_exists instance_is_blocked instance_is_private
    invalid_body_field invalid_bot_action invalid_community invalid_default_post_listing_type
    invalid_display_name invalid_matrix_id invalid_name invalid_password invalid_post_title
    invalid_query invalid_regex invalid_unix_time invalid_url invalid_url_scheme invalid_vote_value
    language_not_allowed local_site_not_setup locked max_comment_depth_reached missing_an_email
    missing_totp_secret missing_totp_token new_post_cannot_be_locked no_admins no_comment_edit_allowed
    no_content_type_header no_email_setup no_id_given no_lines_in_html no_post_edit_allowed
    not_a_mod_or_admin not_a_moderator not_an_admin not_an_image_type not_higher_admin not_higher_mod
    not_logged_in not_top_admin not_top_mod object_is_not_public object_not_local
    only_admins_can_create_communities only_local_admin_can_remove_community
    only_local_admin_can_restore_community only_mods_can_post_in_community page_does_not_specify_creator
    passwords_do_not_match permissive_regex person_block_already_exists person_is_banned_from_community
    person_is_banned_from_site person_is_blocked pictrs_api_key_not_provided pictrs_caching_disabled
    pictrs_purge_response_error pictrs_response_error post_is_locked post_title_too_long
    rate_limit_error registration_application_answer_required registration_application_is_pending
    registration_closed registration_denied report_reason_required report_too_long site_already_exists
    site_ban site_description_length_overflow site_metadata_page_is_not_doctype_html
    site_name_length_overflow site_name_required slurs system_err_login token_not_found too_many_items
    totp_already_enabled unknown url_length_overflow url_without_domain user_already_exists
    """.split()
)
"""Every error name that apps know. What core refuses under another code is `unknown`, with the code as message."""

OWN: dict[str, str] = {"wrong_password": "incorrect_login"}
"""Codes of core that have a name of their own in v3."""

WITH_MESSAGE = frozenset(
    {
        "unknown",
        "pictrs_response_error",
        "pictrs_purge_response_error",
        "person_is_banned_from_site",
        "registration_denied",
        "domain_blocked",
        "domain_not_in_allow_list",
    }
)
"""Names that carry data (T-7)."""

NO_ROW = "Record not found"
"""What Lemmy's database says where a row is not there. It reaches apps as the message of `unknown`, and some know it by that (T-7)."""

STATUS: dict[str, int] = {"incorrect_login": 401}
"""Names with a status of their own; everything else is 400."""


class Missing(Refusal):
    """A row that was looked up directly is not there: 404 (T-8). Handlers raise it where the rules say so."""


@contextmanager
def missing(name: str) -> Iterator[None]:
    """Around an operation that writes without looking first: what is not there is 404, under the name of the failed write (T-9)."""
    try:
        yield
    except NotFound as refusal:
        raise Missing(name) from refusal


def answer_to(refusal: Refusal) -> Answer:
    """The answer to what was refused."""
    if isinstance(refusal, Busy):
        return _answer("unknown", "the server is busy", 503)
    name = OWN.get(refusal.code, refusal.code)
    message = refusal.detail
    if name not in NAMES:
        name, message = "unknown", message or refusal.code
    if isinstance(refusal, (Missing, UnknownName)):
        return _answer(name, refusal.detail or NO_ROW, 404)
    if name == "unknown" and message is None:
        message = refusal.field or "unknown"
    return _answer(name, message, STATUS.get(name, 400))


def unreadable(text: str) -> Answer:
    """What was asked has not the form of the contract (T-10)."""
    return _answer("unknown", text, 400)


def too_large() -> Answer:
    """More bytes than anybody may send (T-8, I-7)."""
    return _answer("unknown", "too large", 413)


def _answer(name: str, message: str | None, status: int) -> Answer:
    body: dict[str, Any] = {"error": name}
    if name in WITH_MESSAGE:
        body["message"] = message
    return Answer(msgspec.json.encode(body), status)
