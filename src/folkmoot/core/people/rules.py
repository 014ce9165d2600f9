"""What people and accounts may be: rules without a database."""

from folkmoot.core.writing import House, Written
from folkmoot.model.errors import Invalid, NotAllowed, NotLoggedIn
from folkmoot.model.people import LocalUser, Person, Viewer
from folkmoot.model.site import LocalSite
from folkmoot.text import links, names, tidy

BIO_LIMIT = 1000
"""UTF-16 units (P-2)."""
ANSWER_LIMIT = 10_000
KEYWORD_MIN, KEYWORD_MAX = 3, 50
"""Characters of a keyword somebody does not want to see."""
_WORD_LIMIT = 64
"""Characters of small free settings (theme, interface language)."""


def must_have_account(viewer: Viewer) -> tuple[Person, LocalUser]:
    """The person and the account behind the request. Raises `NotLoggedIn`."""
    if viewer.person is None or viewer.account is None:
        raise NotLoggedIn
    return viewer.person, viewer.account


def checked_name(house: House, name: str) -> str:
    """A name for a new account. Raises `Invalid` slurs, invalid_name (M-1)."""
    house.check_words(name, "username")
    if not names.valid_actor_name(name, house.site.actor_name_max_length):
        raise Invalid("invalid_name", field="username")
    return name


def checked_email(email: str) -> str:
    """A mail address, in lower case. Raises `Invalid` invalid_email_address."""
    email = email.strip().lower()
    if not names.valid_email(email):
        raise Invalid("invalid_email_address", field="email")
    return email


def checked_display_name(house: House, name: str) -> str | None:
    """How somebody is shown; an empty one is none. Raises `Invalid` invalid_display_name, slurs (W-13)."""
    name = tidy.tidy(name)
    if not name:
        return None
    if not names.valid_display_name(name, house.site.actor_name_max_length):
        raise Invalid("invalid_display_name", field="display_name")
    house.check_words(name, "display_name")
    return name


def checked_bio(house: House, bio: str) -> Written | None:
    """What somebody says about themself; an empty one is none. Raises `Invalid` bio_length_overflow, blocked_url (P-2)."""
    bio = tidy.tidy(bio)
    if not bio.strip():
        return None
    if tidy.utf16_length(bio) > BIO_LIMIT:
        raise Invalid("bio_length_overflow", field="bio")
    return house.long_text(bio, "bio")


def checked_matrix_id(matrix_id: str) -> str | None:
    """An address on Matrix; an empty one is none. Raises `Invalid` invalid_matrix_id (W-13)."""
    matrix_id = matrix_id.strip()
    if not matrix_id:
        return None
    if not names.valid_matrix_id(matrix_id):
        raise Invalid("invalid_matrix_id", field="matrix_user_id")
    return matrix_id


def checked_picture(url: str, field: str) -> str | None:
    """The address of an avatar or banner; an empty one is none. Raises `Invalid` invalid_url, url_length_overflow."""
    if not url.strip():
        return None
    try:
        url = links.check_post_url(url.strip())
    except links.UrlRefused as error:
        raise Invalid(
            "invalid_url" if error.code == "invalid_url_scheme" else error.code, field=field
        ) from error
    if not url.startswith(("http://", "https://")):
        raise Invalid("invalid_url", field=field)
    return url


def checked_word(text: str, field: str) -> str:
    """A small free setting (W-12). Raises `Invalid` invalid_body_field."""
    if len(text) > _WORD_LIMIT or tidy.tidy(text) != text:
        raise Invalid("invalid_body_field", field=field)
    return text


def checked_keyword(keyword: str) -> str:
    """A keyword to leave out, without outer and doubled spaces. Raises `Invalid` block_keyword_too_short, block_keyword_too_long."""
    keyword = " ".join(tidy.tidy(keyword).split())
    if len(keyword) < KEYWORD_MIN:
        raise Invalid("block_keyword_too_short", field="keyword")
    if len(keyword) > KEYWORD_MAX:
        raise Invalid("block_keyword_too_long", field="keyword")
    return keyword.casefold()


def checked_domain(text: str) -> str:
    """A link domain to leave out, of a bare host or any address on it; with its subdomains. Raises `Invalid` invalid_url."""
    text = text.strip()
    try:
        normal = links.normalise(text if "://" in text else f"https://{text}")
    except links.UrlRefused as error:
        raise Invalid("invalid_url", field="domain") from error
    host = links.host_of(normal)
    if not normal.startswith(("http://", "https://")) or "." not in host:
        raise Invalid("invalid_url", field="domain")
    return host


def must_be_let_in(person: Person, account: LocalUser, site: LocalSite) -> None:
    """Whether an account may log in at all, before its application is looked at (A-4).

    Raises `NotAllowed` site_ban, deleted, email_not_verified.
    """
    if person.banned:
        raise NotAllowed("site_ban")
    if person.deleted:
        raise NotAllowed("deleted")
    if site.require_email_verification and not account.email_verified and not account.admin:
        raise NotAllowed("email_not_verified")
