"""Settings: password, mail address, the second step, sessions."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from folkmoot.core import limits
from folkmoot.core.people import change_password as passwords_of_people
from folkmoot.core.people import passwords, sessions, totp
from folkmoot.core.people.passwords import Proof
from folkmoot.core.people.rules import must_have_account
from folkmoot.core.people.settings import SaveSettings, save_settings
from folkmoot.model.accounts import Session
from folkmoot.model.errors import NotLoggedIn, Refusal
from folkmoot.model.people import Viewer
from folkmoot.model.time import Micros
from folkmoot.web import session
from folkmoot.web.account import client_of
from folkmoot.web.base import context, done, limited, viewer
from folkmoot.web.errors import errors_of, status_again
from folkmoot.web.forms import Form, read_form
from folkmoot.web.i18n import gettext
from folkmoot.web.settings import saved, settings_page

HOME = "/settings/security"
SECOND_STEP = "/settings/second_step"
# The order matters: most browsers claim to be the later ones, too.
_BROWSERS = (
    ("Firefox/", "Firefox"), ("Edg", "Edge"), ("OPR/", "Opera"), ("Vivaldi", "Vivaldi"), ("SamsungBrowser", "Samsung Internet"),
    ("HeadlessChrome", "Chromium"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A session as the page shows it. `program` is None where it named itself in no way we know."""

    id: int
    program: str | None
    user_agent: str | None
    ip: str | None
    published: Micros
    last_used: Micros


class WrongPassword(NotLoggedIn):
    """Who is logged in did not know their own password."""

    def __init__(self) -> None:
        super().__init__("wrong_password")


async def show_security(request: Request) -> Response:
    """Everything that guards the account, on one page."""
    return await _security(request)


async def _security(
    request: Request,
    *,
    status: int = 200,
    errors: Mapping[str, str] | None = None,
    form: Form | None = None,
) -> Response:
    _, account = must_have_account(viewer(request))
    async with context(request).db.read() as tx:
        places = await sessions.list_sessions(tx, viewer(request))
        codes_left = await totp.recovery_codes_left(tx, viewer(request)) if account.totp_enabled else 0
    return await settings_page(
        request, "security", status=status, errors=errors or {}, form=form or Form([("email", account.email or "")]),
        account=account, sessions=[_place(place) for place in reversed(places)], here=viewer(request).session_id, codes_left=codes_left,
    )  # fmt: skip


def _place(place: Session) -> Place:
    program = program_of(place.user_agent or "") or place.user_agent
    return Place(place.id, program, place.user_agent, place.ip, place.published, place.last_used)


def program_of(user_agent: str) -> str | None:
    """A browser and its system in two words, as far as a user agent tells."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    if browser is None:
        return None
    return (
        gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system} if system else browser
    )


async def own_proof(request: Request, password: str) -> Proof:
    """That whoever is logged in knows their password. Raises `WrongPassword`, `RateLimited`."""
    await limited(request, "register")
    try:
        return await passwords.prove_own(context(request).db, viewer(request), password)
    except NotLoggedIn:
        raise WrongPassword from None


# --- password and address ----------------------------------------------------------------------------------------------


async def change_password(request: Request) -> Response:
    """Another password: every other session ends."""
    form = await read_form(request)
    must_have_account(viewer(request))
    try:
        passwords.check_rules(form.text("password"), form.text("password_verify"))
        proof = await own_proof(request, form.text("current"))
    except Refusal as refusal:
        errors = errors_of(refusal, field="current" if isinstance(refusal, WrongPassword) else None)
        return await _security(request, status=status_again(refusal), errors=errors)
    new = await passwords.new_password(form.text("password"), form.text("password_verify"))
    async with context(request).db.write() as tx:
        token = await passwords_of_people.change_password(tx, viewer(request), proof, new, client_of(request))
    response = saved(
        request, HOME, gettext("Your password is changed, and you are logged out everywhere else.")
    )
    session.log_in(request, response, token)
    return response


async def change_email(request: Request) -> Response:
    """Another mail address, or none."""
    form = await read_form(request)
    must_have_account(viewer(request))
    asked = SaveSettings(email=form.text("email"), mail_is_set_up=context(request).settings.mail_is_set_up)
    try:
        await own_proof(request, form.text("email_password"))
        async with context(request).db.write() as tx:
            await save_settings(tx, viewer(request), asked)
    except Refusal as refusal:
        errors = errors_of(refusal, field="email_password" if isinstance(refusal, WrongPassword) else None)
        return await _security(request, status=status_again(refusal), errors=errors, form=form)
    return saved(request, HOME, gettext("Saved. A new address gets a mail to confirm it."))


# --- sessions ------------------------------------------------------------------------------------------------------------


async def end_session(request: Request) -> Response:
    """Log out somewhere else."""
    async with context(request).db.write() as tx:
        await sessions.revoke_session(tx, viewer(request), request.path_params["id"])
    return done(request, HOME)


async def end_other_sessions(request: Request) -> Response:
    """Log out everywhere else."""
    async with context(request).db.write() as tx:
        await sessions.revoke_other_sessions(tx, viewer(request))
    return saved(request, HOME, gettext("You are logged out everywhere else."))


# --- the second step -------------------------------------------------------------------------------------------------------


async def begin_second_step(request: Request) -> Response:
    """Make a secret and go where it is shown."""
    async with context(request).db.write() as tx:
        await totp.generate_secret(tx, viewer(request))
    return done(request, SECOND_STEP)


async def show_second_step(request: Request) -> Response:
    """The secret as a picture and as text, waiting for its first code; or what can be done with the one in force."""
    return await _second_step(request)


async def _second_step(
    request: Request, *, status: int = 200, errors: Mapping[str, str] | None = None, **values: Any
) -> Response:
    _, account = must_have_account(viewer(request))
    async with context(request).db.read() as tx:
        waiting = await totp.pending_secret(tx, viewer(request))
        left = await totp.recovery_codes_left(tx, viewer(request))
    picture = Markup(waiting.qr_svg()) if waiting else None  # noqa: S704 - made by us from our own text
    return await settings_page(
        request, "second_step", status=status, errors=errors or {}, account=account, waiting=waiting, picture=picture,
        codes_left=left, **values,
    )  # fmt: skip


async def _with_code(request: Request) -> str:
    """The code of the form; tries are counted per account. Raises `RateLimited`, `NotLoggedIn`."""
    person, _ = must_have_account(viewer(request))
    await limits.enforce(context(request).db, "register", person.id, session.address(request))
    return (await read_form(request)).text("totp_token")


async def enable_second_step(request: Request) -> Response:
    """Turn it on with the first code; the recovery codes are shown this once."""
    return await _new_codes(request, totp.enable)


async def renew_recovery_codes(request: Request) -> Response:
    """Ten new recovery codes, shown this once."""
    return await _new_codes(request, totp.renew_recovery_codes)


async def _new_codes(request: Request, make: Callable[[Any, Viewer, str], Awaitable[list[str]]]) -> Response:
    must_have_account(viewer(request))
    try:
        code = await _with_code(request)
        async with context(request).db.write() as tx:
            codes = await make(tx, viewer(request), code)
    except Refusal as refusal:
        return await _second_step(request, status=status_again(refusal), errors=errors_of(refusal))
    return await settings_page(request, "recovery_codes", codes=codes)


async def disable_second_step(request: Request) -> Response:
    """Turn it off."""
    must_have_account(viewer(request))
    try:
        code = await _with_code(request)
        async with context(request).db.write() as tx:
            await totp.disable(tx, viewer(request), code)
    except Refusal as refusal:
        return await _second_step(request, status=status_again(refusal), errors=errors_of(refusal))
    return saved(request, HOME, gettext("Logging in takes only your password now."))
