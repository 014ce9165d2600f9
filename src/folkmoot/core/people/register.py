"""Get an account."""

import secrets
from dataclasses import dataclass, replace
from urllib.parse import quote

from folkmoot.core import writing
from folkmoot.core.people import captcha, keys, mails, passwords, rules, sessions
from folkmoot.core.people.keys import KeyPair
from folkmoot.core.people.sessions import UNKNOWN_CLIENT, Client
from folkmoot.core.writing import House
from folkmoot.model.enums import RegistrationMode
from folkmoot.model.errors import Conflict, Invalid, NotAllowed, Refusal
from folkmoot.model.people import LocalUser, Person, Viewer
from folkmoot.model.site import LocalSite
from folkmoot.model.time import DAY, Micros
from folkmoot.store import accounts, communities, counts
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, Tx
from folkmoot.text import languages, names, tidy

YEAR: Micros = 365 * DAY
BROWSER = "browser"


@dataclass(frozen=True, slots=True)
class Register:
    """What was asked. `answer` to the site's question: None is no answer, an empty one is one (A-6). `accept_language` as the browser
    sent it. `show_nsfw` None: as the site thinks best (A-10). `mail_is_set_up`: whether an address can be confirmed.
    """

    username: str
    password: str
    password_verify: str
    email: str | None = None
    answer: str | None = None
    honeypot: str | None = None
    show_nsfw: bool | None = None
    accept_language: str = ""
    client: Client = UNKNOWN_CLIENT
    captcha_uuid: str | None = None
    captcha_answer: str | None = None
    mail_is_set_up: bool = True


@dataclass(frozen=True, slots=True)
class Prepared:
    """What takes time to make and is made before the transaction. `password` is None where the rules will refuse it."""

    password: str | None
    keys: KeyPair
    captcha_solved: bool = False


@dataclass(frozen=True, slots=True)
class Registered:
    """The account. Without a `token` something is pending: an admin's decision, a mail to confirm the address, or both (A-8)."""

    viewer: Viewer
    token: str | None
    application_pending: bool
    verification_sent: bool


async def prepare(asked: Register) -> Prepared:
    """Hash the password and make the keys; refuses nothing, so that refusals come in their order."""
    if not names.valid_password(asked.password):
        return Prepared(None, KeyPair("", ""))
    return Prepared(await passwords.hash_password(asked.password), await keys.new_key_pair())


async def prepare_registration(db: Database, asked: Register) -> Prepared:
    """The same for a registration by the person themself, in a transaction of its own. A captcha that has to be solved is spent now,
    whatever comes of the registration, unless a check that comes before it in the order of A-7 refuses that already.
    """
    async with db.read() as tx:
        house = await writing.house(tx)
        first = await _is_first(tx, house.site)
    try:
        _check_form(house.site, asked, first=first)
    except Refusal:
        return Prepared(None, KeyPair("", ""))
    solved = False
    if captcha.is_asked(house.site):
        async with db.write() as tx:
            solved = await captcha.solve(tx, asked.captcha_uuid, asked.captcha_answer)
        if not solved:
            return Prepared(None, KeyPair("", ""))
    return replace(await prepare(asked), captcha_solved=solved)


async def register(tx: Tx, asked: Register, prepared: Prepared) -> Registered:
    """Make an account. The first one of a site that is not set up becomes its admin, whatever the mode (A-16).

    Refusals in the order of A-7: `NotAllowed` registration_closed; `Invalid` invalid_password, honeypot_failed, email_required,
    registration_application_answer_required, passwords_do_not_match, captcha_incorrect, slurs, invalid_name, invalid_email_address;
    `Conflict` email_already_exists, user_already_exists; `NotAllowed` no_email_setup where nobody could confirm an address.
    """
    house = await writing.house(tx)
    site = house.site
    first = await _is_first(tx, site)
    _check_form(site, asked, first=first)
    if captcha.is_asked(site) and not prepared.captcha_solved:
        raise Invalid("captcha_incorrect", field="captcha_answer")
    if prepared.password is None:
        raise Invalid("invalid_password", field="password")
    _check_words(house, asked)
    email = await _free_email(tx, asked)
    await _must_be_free(tx, asked.username)
    applies = site.registration_mode == RegistrationMode.REQUIRE_APPLICATION and not first
    verifies = site.require_email_verification and not first and email is not None
    if verifies and not asked.mail_is_set_up:
        raise NotAllowed("no_email_setup", field="email")
    person = await _insert_person(tx, site, asked, prepared, admin=first)
    account = await _insert_account(
        tx, site, asked, prepared, person, email=email, accepted=not applies, admin=first
    )
    await accounts.set_languages(tx, account, await _languages(tx, asked.accept_language))
    if applies and asked.answer is not None:
        application_id = await accounts.insert_application(tx, account.id, tidy.tidy(asked.answer))
        await mails.queue_application(tx, application_id)
        tx.changed("site")
    else:
        await counts.site_counted(tx, users=1)
    if verifies and email:
        await mails.ask_to_verify(tx, person, account, email)
    token = None if applies or verifies else await sessions.open_session(tx, account, asked.client)
    return Registered(Viewer(person, account), token, applies, verifies)


async def create_account(tx: Tx, asked: Register, prepared: Prepared, *, admin: bool = False) -> Viewer:
    """Make an account for somebody, on behalf of whoever runs the server: whatever the registration mode, accepted, its address taken for
    confirmed. An admin's account sets the site up.

    Raises as `register`: `Invalid` invalid_password, passwords_do_not_match, slurs, invalid_name, invalid_email_address; `Conflict`
    email_already_exists, user_already_exists.
    """
    house = await writing.house(tx)
    if prepared.password is None:
        raise Invalid("invalid_password", field="password")
    passwords.check_rules(asked.password, asked.password_verify)
    rules.checked_name(house, asked.username)
    email = await _free_email(tx, asked)
    await _must_be_free(tx, asked.username)
    person = await _insert_person(tx, house.site, asked, prepared, admin=admin)
    account = await _insert_account(
        tx, house.site, asked, prepared, person, email=email, accepted=True, admin=admin
    )
    if email:
        await accounts.update(tx, account.id, {"email_verified": True})
    await accounts.set_languages(tx, account, await _languages(tx, asked.accept_language))
    await counts.site_counted(tx, users=1)
    if admin and not house.site.site_setup:
        await store_site.update_local(tx, {"site_setup": True})
    return Viewer(person, account)


async def _free_email(tx: Tx, asked: Register) -> str | None:
    """The address, if one was given that nobody else has. Raises `Invalid` invalid_email_address; `Conflict` email_already_exists."""
    if not asked.email or not asked.email.strip():
        return None
    email = rules.checked_email(asked.email)
    if await accounts.email_taken(tx, names.name_key(email)):
        raise Conflict("email_already_exists", field="email")
    return email


async def _must_be_free(tx: Tx, name: str) -> None:
    if await accounts.name_taken(tx, names.name_key(name)):
        raise Conflict("user_already_exists", field="username")


def _check_form(site: LocalSite, asked: Register, *, first: bool) -> None:
    """The first rules, in the order of A-7."""
    if site.registration_mode == RegistrationMode.CLOSED and not first:
        raise NotAllowed("registration_closed")
    if not names.valid_password(asked.password):
        raise Invalid("invalid_password", field="password")
    if asked.honeypot:
        raise Invalid("honeypot_failed", field="honeypot")
    if site.require_email_verification and not first and not (asked.email and asked.email.strip()):
        raise Invalid("email_required", field="email")
    if site.registration_mode == RegistrationMode.REQUIRE_APPLICATION and not first and asked.answer is None:
        raise Invalid("registration_application_answer_required", field="answer")
    passwords.check_rules(asked.password, asked.password_verify)


def _check_words(house: House, asked: Register) -> None:
    """The rules after the captcha that need no look at other accounts."""
    if asked.answer is not None:
        if tidy.utf16_length(asked.answer) > rules.ANSWER_LIMIT:
            raise Invalid("invalid_body_field", field="answer")
        house.check_words(asked.answer, "answer")
    rules.checked_name(house, asked.username)


async def _insert_person(
    tx: Tx, site: LocalSite, asked: Register, prepared: Prepared, *, admin: bool
) -> Person:
    ap_id = f"{site.origin}/u/{quote(asked.username)}"
    person = await accounts.insert_person(
        tx,
        {
            "instance_id": site.instance_id,
            "name": asked.username,
            "name_key": names.name_key(asked.username),
            "host": site.host,
            "local": True,
            "ap_id": ap_id,
            "inbox_url": f"{ap_id}/inbox",
            "shared_inbox_url": f"{site.origin}/inbox",
            "public_key": prepared.keys.public,
            "private_key": prepared.keys.private,
            "admin": admin,
            "published": tx.now,
            "last_refreshed": tx.now,
        },
    )
    if person is None:
        raise Conflict("user_already_exists", field="username")
    return person


async def _insert_account(
    tx: Tx,
    site: LocalSite,
    asked: Register,
    prepared: Prepared,
    person: Person,
    *,
    email: str | None,
    accepted: bool,
    admin: bool,
) -> LocalUser:
    """Settings as A-10 and W-12 have them; the others have their defaults in the schema."""
    shows_nsfw = asked.show_nsfw if asked.show_nsfw is not None else site.content_warning is not None
    account = await accounts.insert_account(
        tx,
        {
            "person_id": person.id,
            "password_hash": prepared.password,
            "email": email,
            "email_key": names.name_key(email) if email else None,
            "accepted_application": accepted,
            "admin": admin,
            "default_listing_type": site.default_listing_type,
            "post_listing_mode": site.default_post_listing_mode,
            "default_comment_sort_type": site.default_comment_sort_type,
            "interface_language": _interface_language(asked.accept_language),
            "show_nsfw": shows_nsfw,
            "last_donation_notification": tx.now - secrets.randbelow(YEAR),
        },
    )
    if account is None:
        raise Conflict("email_already_exists", field="email")
    return account


def _interface_language(accept_language: str) -> str:
    """The first tag without its region, if it is one; else whatever the browser says at the time (A-10)."""
    tag = accept_language.split(",", maxsplit=1)[0].split(";", maxsplit=1)[0].strip().split("-")[0].lower()
    return tag if tag.isascii() and tag.isalpha() and 2 <= len(tag) <= 3 else BROWSER


async def _languages(tx: Tx, accept_language: str) -> set[int]:
    """The site's languages and the browser's where the site restricts them, else all, which is the empty set (A-10)."""
    of_site = await communities.site_languages(tx)
    if not of_site:
        return set()
    return {languages.UNDETERMINED, *of_site, *languages.from_accept_language(accept_language)}


async def site_for_registration(tx: Tx) -> tuple[LocalSite, bool]:
    """What a registration form has to know: the site, and whether whoever registers now becomes its admin."""
    site = await store_site.local_site(tx)
    return site, await _is_first(tx, site)


async def _is_first(tx: Tx, site: LocalSite) -> bool:
    """Whether whoever registers now becomes the admin (A-16)."""
    return not site.site_setup and not await accounts.has_admin(tx)
