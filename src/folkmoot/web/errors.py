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
from folkmoot.web.i18n import N_, gettext

WORDS: dict[str, tuple[int, str]] = {
    # the server itself
    "busy": (503, N_("The server is busy. Nothing was changed; please try again in a moment.")),
    "rate_limit_error": (429, N_("That was a lot in a short time. Please wait a little and try again.")),
    "csrf": (403, N_("This form was too old, or was not sent from this site.")),
    "too_large": (413, N_("That is too large.")),
    # who is asking
    "incorrect_login": (401, N_("Please log in.")),
    "site_ban": (403, N_("You are banned from this site.")),
    "deleted": (403, N_("This has been deleted.")),
    "not_an_admin": (403, N_("Only administrators of this site may do this.")),
    "not_a_mod_or_admin": (403, N_("Only moderators and administrators may do this.")),
    "not_top_mod": (403, N_("Only the first moderator of this community may do this.")),
    "banned_from_community": (403, N_("You are banned from this community.")),
    "only_mods_can_post_in_community": (403, N_("Only moderators may post in this community.")),
    "invalid_bot_action": (403, N_("Bots may not do this.")),
    # posts
    "couldnt_find_post": (404, N_("There is no such post.")),
    "invalid_post_title": (400, N_("A title has 3 to 200 characters in one line.")),
    "invalid_body_field": (400, N_("This text is too long.")),
    "invalid_url": (400, N_("This is not an address that can be linked to.")),
    "alt_text_length_overflow": (400, N_("The description of the picture is too long.")),
    "slurs": (400, N_("This contains a word that is not allowed here.")),
    "blocked_url": (400, N_("This contains a link that is not allowed here.")),
    "language_not_allowed": (400, N_("This community does not take that language.")),
    "locked": (403, N_("This post is locked.")),
    # comments
    "couldnt_find_comment": (404, N_("There is no such comment.")),
    # communities
    "couldnt_find_community": (404, N_("There is no such community.")),
    # people
    "couldnt_find_person": (404, N_("There is no such person.")),
}
"""Code → (status, words). `%(detail)s` in the words is the refusal's detail. Each section by noun; keep codes of one noun together."""

BY_KIND: tuple[tuple[type[Refusal], int, str], ...] = (
    (RateLimited, 429, N_("That was a lot in a short time. Please wait a little and try again.")),
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
    return text % {"detail": refusal.detail or ""} if "%(" in text else text


def status_of(refusal: Refusal) -> int:
    """The HTTP status that goes with it."""
    return _entry(refusal)[0]


def _entry(refusal: Refusal) -> tuple[int, str]:
    found = WORDS.get(refusal.code)
    if found is not None:
        return found
    return next((status, text) for kind, status, text in BY_KIND if isinstance(refusal, kind))
