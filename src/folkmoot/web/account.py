"""Getting in and out: log in, register, a forgotten password, confirming an address."""

from collections.abc import Mapping

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from folkmoot.core import limits
from folkmoot.core.people import captcha, change_password, login, passwords, register
from folkmoot.core.people import sessions as core_sessions
from folkmoot.core.people.login import LogIn
from folkmoot.core.people.passwords import Proof
from folkmoot.core.people.register import Register
from folkmoot.core.people.sessions import Client
from folkmoot.core.people.verify_email import verify_email
from folkmoot.model.errors import NotAllowed, NotFound, NotLoggedIn, RateLimited, Refusal
from folkmoot.model.site import LocalSite
from folkmoot.text import markdown
from folkmoot.web import session
from folkmoot.web.base import context, done, flash, keep_flashes, limited, local_path, page, viewer
from folkmoot.web.errors import AGAIN, errors_of, status_again
from folkmoot.web.forms import Form, query, read_form
from folkmoot.web.i18n import LANGUAGES, gettext

_MISSING_CODE = "missing_totp_token"


def client_of(request: Request) -> Client:
    """Where a session begins."""
    return Client(session.address(request) or None, request.headers.get("user-agent"))


# --- log in and out ----------------------------------------------------------------------------------------------------


async def show_login(request: Request) -> Response:
    """The form, for whoever is not logged in yet."""
    asked = query(request)
    if viewer(request).account:
        return RedirectResponse(local_path(asked.text("next")) or "/", 303)
    return await page(request, "account/login.html", form=asked, next=local_path(asked.text("next")) or "")


async def log_in(request: Request) -> Response:
    """The first step: name and password. Without a second one it is the only one."""
    form = await read_form(request)
    try:
        await limited(request, "register")
        proof = await passwords.prove(
            context(request).db, form.text("username_or_email"), form.text("password")
        )
        return await _let_in(request, proof, None)
    except Refusal as refusal:
        if refusal.code == _MISSING_CODE:
            return await _ask_for_code(request, form, proof)
        errors = {"password": _wrong()} if isinstance(refusal, NotLoggedIn) else errors_of(refusal)
        return await page(
            request,
            "account/login.html",
            status=status_again(refusal),
            form=form,
            errors=errors,
            next=_next(form),
        )


async def log_in_with_code(request: Request) -> Response:
    """The second step: a code, from somebody who passed the first within the last five minutes."""
    form = await read_form(request)
    db = context(request).db
    try:
        async with db.read() as tx:
            proof = await login.proof_of(tx, form.text("ticket"))
    except NotLoggedIn:
        flash(request, gettext("That took too long. Please begin again."), "bad")
        return _go(request, "/login")
    try:
        await limits.enforce(db, "register", proof.person_id, session.address(request))
        return await _let_in(request, proof, form.text("totp_token").strip() or None)
    except Refusal as refusal:
        return await page(
            request, "account/code.html", status=status_again(refusal), errors=errors_of(refusal),
            ticket=form.text("ticket"), next=_next(form),
        )  # fmt: skip


async def _let_in(request: Request, proof: Proof, code: str | None) -> Response:
    async with context(request).db.write() as tx:
        made = await login.log_in(tx, proof, LogIn(code, client_of(request)))
    response = done(request, "/")
    session.log_in(request, response, made.token)
    return response


async def _ask_for_code(request: Request, form: Form, proof: Proof) -> Response:
    async with context(request).db.read() as tx:
        ticket = await login.ticket_for(tx, proof)
    return await page(request, "account/code.html", ticket=ticket, next=_next(form))


async def log_out(request: Request) -> Response:
    """End this session; no error without one."""
    if viewer(request).account:
        async with context(request).db.write() as tx:
            await core_sessions.log_out(tx, viewer(request))
    response = _go(request, "/")
    session.log_out(request, response)
    return response


def _wrong() -> str:
    return gettext("Name and password do not belong together.")


def _next(form: Form) -> str:
    return local_path(form.text("next")) or ""


def _go(request: Request, to: str) -> Response:
    """A redirect that no form field changes."""
    response = RedirectResponse(to, 303)
    keep_flashes(request, response)
    return response


# --- register ----------------------------------------------------------------------------------------------------------


async def show_register(request: Request) -> Response:
    """The form, or that nobody can register."""
    if viewer(request).account:
        return RedirectResponse("/", 303)
    return await _registration(request, query(request))


async def register_account(request: Request) -> Response:
    """Make an account; whoever is let in at once is logged in."""
    form = await read_form(request)
    try:
        await limited(request, "register")
        asked = _asked(request, form)
        prepared = await register.prepare_registration(context(request).db, asked)
        async with context(request).db.write() as tx:
            made = await register.register(tx, asked, prepared)
    except Refusal as refusal:
        return await _registration(request, form, status=status_again(refusal), errors=errors_of(refusal))
    if made.token is None:
        mails = context(request).settings.mail_is_set_up
        return await page(request, "account/pending.html", made=made, mails=mails)
    flash(request, gettext("Welcome! Your account is ready."))
    response = done(request, "/setup" if made.viewer.admin else "/")
    session.log_in(request, response, made.token)
    return response


def _asked(request: Request, form: Form) -> Register:
    spoken = request.headers.get("accept-language", "")[:1000]
    chosen = form.text("interface_language")
    return Register(
        username=form.text("username").strip(),
        password=form.text("password"),
        password_verify=form.text("password_verify"),
        email=form.text("email") or None,
        answer=form.text("answer").strip() or None,
        honeypot=form.text("honeypot"),
        accept_language=f"{chosen},{spoken}" if chosen in LANGUAGES else spoken,
        client=client_of(request),
        captcha_uuid=form.text("captcha_uuid"),
        captcha_answer=form.text("captcha_answer"),
        mail_is_set_up=context(request).settings.mail_is_set_up,
    )


async def _registration(
    request: Request, form: Form, *, status: int = 200, errors: Mapping[str, str] | None = None
) -> Response:
    async with context(request).db.read() as tx:
        site, first = await register.site_for_registration(tx)
        number = form.text("captcha_uuid")
        # One that was not reached by an earlier answer is left as it is, with what was typed.
        if not await captcha.is_open(tx, number):
            number = await captcha.new_number(tx) or ""
    return await page(
        request, "account/register.html", status=status, form=form, errors=errors or {}, first=first,
        closed=site.registration_mode == "Closed" and not first,
        applies=site.registration_mode == "RequireApplication" and not first,
        question=_question(site), email_required=site.require_email_verification and not first,
        languages=[("", gettext("As the browser says")), *LANGUAGES.items()],
        most_letters=site.actor_name_max_length, captcha=number if captcha.is_asked(site) else "",
        captcha_answer=form.text("captcha_answer") if number == form.text("captcha_uuid") else "",
    )  # fmt: skip


async def show_captcha(request: Request) -> Response:
    """The picture or the sound of a captcha, by its number."""
    await limited(request, "message")
    number, _, kind = request.path_params["name"].partition(".")
    if kind not in _CAPTCHAS:
        raise NotFound("token_not_found")
    media_type, made = _CAPTCHAS[kind]
    body = await made(context(request).db, number)
    return Response(body, media_type=media_type, headers={"cache-control": "no-store"})


_CAPTCHAS = {"png": ("image/png", captcha.picture), "wav": ("audio/wav", captcha.sound)}


def _question(site: LocalSite) -> Markup:
    """What applicants are asked; Markdown of the site's admins, cleaned like every other."""
    asked = site.application_question or gettext("Please tell us why you would like to join.")
    return Markup(markdown.render(asked, local=markdown.Links(host=site.host), item="question"))  # noqa: S704


# --- a forgotten password ------------------------------------------------------------------------------------------------


async def show_forgotten(request: Request) -> Response:
    """Where one asks for a new password."""
    return await page(request, "account/forgotten.html", form=query(request), errors=_without_mail(request))


async def send_reset(request: Request) -> Response:
    """Mail a link. Whether the address has an account is nobody else's business: the answer is always the same."""
    form = await read_form(request)
    errors = _without_mail(request)
    if not errors and not form.text("email").strip():
        errors = {"email": gettext("Please give the address of your account.")}
    if errors:
        return await page(request, "account/forgotten.html", status=AGAIN, form=form, errors=errors)
    try:
        await limited(request, "register")
    except RateLimited as refusal:
        return await page(
            request,
            "account/forgotten.html",
            status=status_again(refusal),
            form=form,
            errors=errors_of(refusal),
        )
    try:
        async with context(request).db.write() as tx:
            await change_password.ask_for_reset(tx, form.text("email"))
    except Refusal:
        pass  # deliberately: see above
    return await page(request, "account/mailed.html")


def _without_mail(request: Request) -> dict[str, str]:
    """That no mail can be sent here, which is the same for every address (A-13); empty where mails go."""
    if context(request).settings.mail_is_set_up:
        return {}
    return errors_of(NotAllowed("no_email_setup", field="email"))


async def show_reset(request: Request) -> Response:
    """The page that the link of the mail opens."""
    token: str = request.path_params["token"]
    async with context(request).db.read() as tx:
        good = await change_password.reset_is_good(tx, token)
    if not good:
        raise NotFound("token_not_found")
    return await page(request, "account/reset.html", token=token)


async def reset_password(request: Request) -> Response:
    """Set a new password. Neither a slip of the finger nor a busy server costs the link: it is spent together with what it is for."""
    form = await read_form(request)
    token: str = request.path_params["token"]
    try:
        await limited(request, "register")
        new = await passwords.new_password(form.text("password"), form.text("password_verify"))
    except Refusal as refusal:
        errors = errors_of(refusal)
        return await page(
            request, "account/reset.html", status=status_again(refusal), token=token, errors=errors
        )
    async with context(request).db.write() as tx:
        await change_password.set_password(tx, await change_password.use_reset(tx, token), new)
    flash(request, gettext("Your new password is set. Log in with it."))
    return _go(request, "/login")


# --- confirming an address ------------------------------------------------------------------------------------------------


async def show_verify(request: Request) -> Response:
    """The page that the link of the mail opens: a button, since programs that look through mails open links too."""
    return await page(request, "account/verify.html", token=request.path_params["token"])


async def verify(request: Request) -> Response:
    """Confirm the address."""
    async with context(request).db.write() as tx:
        await verify_email(tx, request.path_params["token"])
    flash(request, gettext("Your address is confirmed."))
    return _go(request, "/settings/security" if viewer(request).account else "/login")
