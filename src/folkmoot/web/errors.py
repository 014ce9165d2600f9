"""What people read when something is refused: the table from codes to statuses and words."""

from folkmoot.model.errors import (
    Busy,
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    NotLoggedIn,
    RateLimited,
    Refusal,
)
from folkmoot.web.filters import time_after
from folkmoot.web.i18n import N_, gettext

WORDS: dict[str, tuple[int, str]] = {
    # the server itself
    "busy": (503, N_("The server is busy. Nothing was changed; please try again in a moment.")),
    "csrf": (403, N_("This form was too old, or was not sent from this site.")),
    "too_large": (413, N_("That is too large.")),
    # who is asking
    "incorrect_login": (401, N_("Please log in.")),
    "account_too_young": (
        403,
        N_("Your account is too new to write messages: it has to be %(detail)s hours old."),
    ),
    "site_ban": (403, N_("You are banned from this site.")),
    "deleted": (403, N_("This has been deleted.")),
    "not_an_admin": (403, N_("Only administrators of this site may do this.")),
    "not_a_mod_or_admin": (403, N_("Only moderators and administrators may do this.")),
    "not_top_mod": (403, N_("Only the first moderator of this community may do this.")),
    "banned_from_community": (403, N_("You are banned from this community.")),
    "community_is_private": (
        403,
        N_("This community is private. Ask to join; its moderators let people in."),
    ),
    "only_mods_can_post_in_community": (403, N_("Only moderators may post in this community.")),
    "invalid_bot_action": (403, N_("Bots may not do this.")),
    # accounts
    "not_logged_in": (401, N_("Please log in.")),
    "wrong_password": (401, N_("This is not your password.")),
    "email_not_verified": (403, N_("Please confirm your mail address first: look for a mail with a link.")),
    "registration_application_is_pending": (403, N_("Your application waits for somebody to read it.")),
    "registration_denied": (403, N_("Your application was not accepted. %(detail)s")),
    "missing_totp_token": (401, N_("Please give the code of your authenticator, or a recovery code.")),
    "incorrect_totp_token": (401, N_("This code is wrong, or was used already.")),
    "missing_totp_secret": (400, N_("The second step is not on.")),
    "totp_already_enabled": (400, N_("The second step is on already.")),
    "registration_closed": (403, N_("This site takes no new accounts at the moment.")),
    "registration_application_answer_required": (400, N_("Please answer the question.")),
    "honeypot_failed": (400, N_("A field that has to stay empty was filled.")),
    "captcha_incorrect": (400, N_("These are not the letters. Please read or listen to the new ones.")),
    "invalid_password": (400, N_("A password has 10 to 60 characters.")),
    "passwords_do_not_match": (400, N_("The two passwords differ.")),
    "user_already_exists": (400, N_("This name is taken.")),
    "email_required": (400, N_("This site needs a mail address.")),
    "email_already_exists": (400, N_("This mail address belongs to another account.")),
    "invalid_email_address": (400, N_("This is not a mail address.")),
    "no_email_setup": (400, N_("This site cannot send mails.")),
    "token_not_found": (404, N_("This link was used already, or is too old.")),
    "couldnt_find_session": (404, N_("There is no such session any more.")),
    # settings
    "invalid_display_name": (400, N_("At least three visible characters, not too many, and no @ in front.")),
    "bio_length_overflow": (400, N_("Up to 1,000 characters.")),
    "invalid_matrix_id": (400, N_("A Matrix address looks like @name:server.example.")),
    "url_length_overflow": (400, N_("This address is too long: at most 2,000 characters.")),
    "cant_block_yourself": (400, N_("You cannot block yourself.")),
    "cant_block_admin": (400, N_("The administrators of this site cannot be blocked.")),
    "cant_block_local_instance": (400, N_("This server itself cannot be blocked.")),
    "person_block_already_exists": (404, N_("There is no such person.")),
    "community_block_already_exists": (404, N_("There is no such community.")),
    "instance_block_already_exists": (404, N_("No such server is known here.")),
    "block_keyword_too_short": (400, N_("A keyword has at least 3 characters.")),
    "block_keyword_too_long": (400, N_("A keyword has at most 50 characters.")),
    "too_many_items": (400, N_("These are too many.")),
    "missing_file": (400, N_("Please choose a file.")),
    "unknown": (400, N_("Something in the address or in the form is not as it should be.")),
    # posts
    "couldnt_find_post": (404, N_("There is no such post.")),
    "couldnt_save_post": (404, N_("There is no such post.")),
    "invalid_post_title": (400, N_("A title has 3 to 200 characters in one line.")),
    "invalid_body_field": (
        400,
        N_("This text is too long: a post may have 50,000 characters, anything else 10,000."),
    ),
    "not_an_image_type": (
        400,
        N_("This is no picture that can be shown here: JPEG, PNG, GIF, WebP and AVIF can."),
    ),
    "picture_too_large": (400, N_("This file is too large: pictures may have ten megabytes.")),
    "invalid_url": (400, N_("This is not an address that can be linked to.")),
    "invalid_url_scheme": (400, N_("Addresses begin with http:// or https:// here.")),
    "alt_text_length_overflow": (
        400,
        N_("The description of the picture is too long: at most 1,500 characters."),
    ),
    "slurs": (400, N_("This contains a word that is not allowed here.")),
    "blocked_url": (400, N_("This contains a link that is not allowed here.")),
    "tag_too_long": (400, N_("This tag is too long: at most 100 characters.")),
    "language_not_allowed": (400, N_("This community does not take that language.")),
    "locked": (403, N_("This is locked: only moderators answer here.")),
    "downvotes_are_disabled": (403, N_("This site has no downvotes.")),
    "no_post_edit_allowed": (403, N_("Only its author may do this.")),
    "couldnt_update_post": (400, N_("This is so already.")),
    "community_required": (400, N_("Please choose a community.")),
    # comments
    "couldnt_find_comment": (404, N_("There is no such comment.")),
    "couldnt_save_comment": (404, N_("There is no such comment.")),
    "content_required": (400, N_("There is nothing written yet.")),
    "couldnt_create_comment": (400, N_("What you answer is not in this thread.")),
    "max_comment_depth_reached": (400, N_("Answers go no deeper than this; please answer further up.")),
    # communities
    "couldnt_find_community": (404, N_("There is no such community.")),
    "invalid_name": (400, N_("A name has 3 to 20 characters: letters of one script, digits and _.")),
    "community_already_exists": (
        400,
        N_("There is a community of that name, or the title has more than 255 characters."),
    ),
    "couldnt_update_community": (400, N_("The title is too long: at most 255 characters.")),
    "only_admins_can_create_communities": (403, N_("Only administrators found communities here.")),
    "instance_is_private": (403, N_("This site is for people with an account.")),
    # moderation
    "not_higher_mod": (403, N_("This person ranks above you: an administrator, or a moderator for longer.")),
    "not_higher_admin": (403, N_("This person is an administrator for longer than you.")),
    "not_a_moderator": (403, N_("You do not moderate this community of another server.")),
    "community_moderator_already_exists": (400, N_("This person is a moderator already.")),
    "community_user_already_banned": (400, N_("There is nobody of that name to ban.")),
    "ban_expiration_in_past": (400, N_("The ban would have ended already.")),
    "invalid_unix_time": (400, N_("That is no date.")),
    "couldnt_update_comment": (403, N_("Its author deleted it; there is nothing left to moderate.")),
    "no_comment_edit_allowed": (403, N_("Only its author may do this.")),
    "object_not_local": (400, N_("Only people of this server can be administrators.")),
    "cannot_leave_admin": (
        403,
        N_("The last administrator cannot go. Make somebody else an administrator first."),
    ),
    # messages and notices
    "couldnt_find_private_message": (404, N_("There is no such message.")),
    "couldnt_find_comment_reply": (404, N_("There is no such reply.")),
    "couldnt_find_person_mention": (404, N_("There is no such mention.")),
    "couldnt_create_private_message": (400, N_("There is nobody of this name to write to.")),
    "couldnt_update_private_message": (403, N_("Only who got this message may do that.")),
    "edit_private_message_not_allowed": (403, N_("Only who wrote this message may do that.")),
    "person_is_blocked": (403, N_("This person does not take messages from you.")),
    "empty_text": (400, N_("Please write something.")),
    # reports
    "report_reason_required": (400, N_("Please say what is wrong.")),
    "report_too_long": (400, N_("Up to 1,000 characters, please.")),
    "couldnt_create_report": (400, N_("You have reported this before, or it was not sent to you.")),
    "couldnt_find_post_report": (404, N_("There is no such report.")),
    "couldnt_find_comment_report": (404, N_("There is no such report.")),
    "couldnt_find_private_message_report": (404, N_("There is no such report.")),
    # search
    "couldnt_find_object": (404, N_("Nothing under this name or address is known to this server.")),
    # people
    "own_account": (400, N_("This is the account that you use now.")),
    "move_not_confirmed": (
        400,
        N_("The other account does not say that this one is yours too. Name it there first."),
    ),
    "moved_lately": (400, N_("You moved less than thirty days ago.")),
    "couldnt_find_person": (404, N_("There is no such person.")),
    # the site itself
    "site_already_exists": (400, N_("The site is set up already.")),
    "site_name_required": (400, N_("The site needs a name.")),
    "site_name_length_overflow": (400, N_("The name of a site has up to 20 characters.")),
    "site_description_length_overflow": (400, N_("This sentence has up to 150 characters.")),
    "application_question_required": (400, N_("Who applies has to be asked something.")),
    "invalid_regex": (400, N_("This is no regular expression that can be used: %(detail)s")),
    "permissive_regex": (400, N_("This would hit nearly everything: even a plain “1”.")),
    "invalid_default_post_listing_type": (400, N_("Visitors see this server’s communities, or everything.")),
    "invalid_actor_name_max_length": (400, N_("Names can have at most 3 to 255 letters.")),
    "invalid_rate_limit": (400, N_("This has to be 0 or a number above.")),
    "not_a_number": (400, N_("This has to be a whole number.")),
    "invalid_domain": (400, N_("This is not the domain of a server: %(detail)s")),
    "invalid_shortcode": (400, N_("A short code has letters, digits, _, + and - only.")),
    "emoji_word_too_long": (400, N_("This has up to 200 characters.")),
    "emoji_already_exists": (400, N_("There is an emoji of this short code already.")),
    "couldnt_find_emoji": (404, N_("There is no such emoji.")),
    "couldnt_find_registration_application": (404, N_("There is no such application.")),
}
"""Code → (status, words). `%(detail)s` in the words is the refusal's detail, `%(when)s` the end of a limit.
Each section by noun; keep codes of one noun together."""

BY_KIND: tuple[tuple[type[Refusal], int, str], ...] = (
    (RateLimited, 429, N_("That was a lot in a short time. You can try again %(when)s.")),
    (Busy, 503, N_("The server is busy. Nothing was changed; please try again in a moment.")),
    (NotLoggedIn, 401, N_("Please log in.")),
    (NotFound, 404, N_("There is no such thing here.")),
    (NotAllowed, 403, N_("You may not do this.")),
    (Conflict, 400, N_("This is so already.")),
    (Invalid, 400, N_("This cannot be accepted.")),
    (Refusal, 400, N_("This cannot be done.")),
)
"""For codes that are not in `WORDS`: the first kind that fits."""


def words(refusal: Refusal) -> str:
    """What to tell the reader, in their language."""
    text = gettext(_entry(refusal)[1])
    if "%(" not in text:
        return text
    when = time_after(refusal.retry_after) if isinstance(refusal, RateLimited) else ""
    return text % {"detail": refusal.detail or "", "when": when}


def status_of(refusal: Refusal) -> int:
    """The HTTP status that goes with it."""
    return _entry(refusal)[0]


def _entry(refusal: Refusal) -> tuple[int, str]:
    found = WORDS.get(refusal.code)
    if found is not None:
        return found
    return next((status, text) for kind, status, text in BY_KIND if isinstance(refusal, kind))


# --- forms that are shown again --------------------------------------------------------------------------------------

AGAIN = 422
"""What a form answers that is shown again with its errors (interface.md, section 8)."""


def errors_of(refusal: Refusal, *, field: str | None = None) -> dict[str, str]:
    """A refusal as the form macros show it: beside its field, or beside another one."""
    return {field if field is not None else refusal.field or "": words(refusal)}


def status_again(refusal: Refusal) -> int:
    """The status of a form that is shown again: nothing is wrong with one that came too soon."""
    return status_of(refusal) if isinstance(refusal, (RateLimited, Busy)) else AGAIN
