"""Accounts: logging in and out, registering, passwords, the second step."""

from folkmoot.api.call import Answer, Call
from folkmoot.api.v3.render.accounts import captcha_response, login_token
from folkmoot.api.v3.render.site import get_site_response
from folkmoot.api.v3.site import with_key
from folkmoot.api.v3.wire import accounts as wire
from folkmoot.api.v3.wire import site as wire_site
from folkmoot.api.v3.wire.base import encode
from folkmoot.api.v3.wire.objects import SuccessResponse
from folkmoot.core.people import captcha, passwords, sessions, totp
from folkmoot.core.people import change_password as core_passwords
from folkmoot.core.people import delete as core_delete
from folkmoot.core.people import register as core_register
from folkmoot.core.people.login import LogIn, log_in
from folkmoot.core.people.register import Register
from folkmoot.core.people.verify_email import verify_email as core_verify
from folkmoot.core.site import admins
from folkmoot.core.site.view import read_site_view
from folkmoot.model.errors import Invalid

DONE = SuccessResponse(success=True)
_FORGET = (b"set-cookie", b"jwt=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")


def _in(token: str | None) -> wire.LoginResponse:
    return wire.LoginResponse(jwt=token, registration_created=False, verify_email_sent=False)


# --- in and out -----------------------------------------------------------------------------------------------------------


async def login(call: Call, asked: wire.Login) -> wire.LoginResponse:
    """Open a session (A-4)."""
    proof = await passwords.prove(call.context.db, asked.username_or_email, asked.password)
    async with call.write() as tx:
        done = await log_in(tx, proof, LogIn(asked.totp_2fa_token, call.client))
    return _in(done.token)


async def logout(call: Call) -> Answer:
    """End the session of the token, and let a browser forget it (A-3)."""
    async with call.write() as tx:
        await sessions.log_out(tx, call.viewer)
    return Answer(encode(DONE), headers=(_FORGET,))


async def list_logins(call: Call) -> list[wire.LoginToken]:
    """Where the caller is logged in (A-3)."""
    async with call.read() as tx:
        return [login_token(each) for each in await sessions.list_sessions(tx, call.viewer)]


async def validate_auth(call: Call) -> SuccessResponse:
    """Whether the token is good; the only operation that says what is wrong with it (T-11)."""
    async with call.read() as tx:
        await sessions.validated(tx, call.token)
    return DONE


# --- a new account --------------------------------------------------------------------------------------------------------


async def register(call: Call, asked: wire.Register) -> wire.LoginResponse:
    """Make an account; a token comes where nothing is pending (A-8)."""
    wanted = Register(
        username=asked.username,
        password=asked.password,
        password_verify=asked.password_verify,
        email=asked.email,
        answer=asked.answer,
        honeypot=asked.honeypot,
        show_nsfw=asked.show_nsfw,
        accept_language=call.headers.get(b"accept-language", b"")[:1000].decode("latin-1"),
        client=call.client,
        captcha_uuid=asked.captcha_uuid,
        captcha_answer=asked.captcha_answer,
        mail_is_set_up=call.context.settings.mail_is_set_up,
    )
    prepared = await core_register.prepare_registration(call.context.db, wanted)
    async with call.write() as tx:
        made = await core_register.register(tx, wanted, prepared)
    return wire.LoginResponse(
        jwt=made.token,
        registration_created=made.application_pending,
        verify_email_sent=made.verification_sent,
    )


async def get_captcha(call: Call) -> Answer:
    """A captcha for who registers, where the site asks for that (A-11); nobody may keep it."""
    made = await captcha.new_captcha(call.context.db)
    return Answer(encode(captcha_response(made)), headers=((b"cache-control", b"no-store"),))


async def verify_email(call: Call, asked: wire.VerifyEmail) -> SuccessResponse:
    """Confirm a mail address (A-12)."""
    async with call.write() as tx:
        await core_verify(tx, asked.token)
    return DONE


async def delete_account(call: Call, asked: wire.DeleteAccount) -> SuccessResponse:
    """Give up the account (A-15)."""
    proof = await passwords.prove_own(call.context.db, call.viewer, asked.password)
    async with call.write() as tx:
        await core_delete.delete_account(tx, call.viewer, proof, with_content=asked.delete_content)
    return DONE


# --- passwords ------------------------------------------------------------------------------------------------------------


async def change_password(call: Call, asked: wire.ChangePassword) -> wire.LoginResponse:
    """Another password; every session ends and a new one begins (A-3, A-5)."""
    passwords.check_rules(asked.new_password, asked.new_password_verify)
    proof = await passwords.prove_own(call.context.db, call.viewer, asked.old_password)
    password = await passwords.new_password(asked.new_password, asked.new_password_verify)
    async with call.write() as tx:
        return _in(await core_passwords.change_password(tx, call.viewer, proof, password, call.client))


async def password_reset(call: Call, asked: wire.PasswordReset) -> SuccessResponse:
    """Mail a link for a new password (A-13)."""
    async with call.write() as tx:
        await core_passwords.ask_for_reset(
            tx, asked.email, mail_is_set_up=call.context.settings.mail_is_set_up
        )
    return DONE


async def password_change(call: Call, asked: wire.PasswordChangeAfterReset) -> SuccessResponse:
    """Use the link of a mail, which is spent even where the new password is refused (A-13)."""
    try:
        password = await passwords.new_password(asked.password, asked.password_verify)
    except Invalid:
        async with call.write() as tx:
            await core_passwords.use_reset(tx, asked.token)
        raise
    async with call.write() as tx:
        await core_passwords.set_password(tx, await core_passwords.use_reset(tx, asked.token), password)
    return DONE


# --- the second step ------------------------------------------------------------------------------------------------------


async def generate_totp(call: Call) -> wire.GenerateTotpSecretResponse:
    """A new secret, not in force yet (A-14)."""
    async with call.write() as tx:
        secret = await totp.generate_secret(tx, call.viewer)
    return wire.GenerateTotpSecretResponse(totp_secret_url=secret.url)


async def update_totp(call: Call, asked: wire.UpdateTotp) -> wire.UpdateTotpResponse:
    """Ask for codes from now on, or no more (A-14)."""
    async with call.write() as tx:
        if asked.enabled:
            await totp.enable(tx, call.viewer, asked.totp_token)
        else:
            await totp.disable(tx, call.viewer, asked.totp_token)
    return wire.UpdateTotpResponse(enabled=asked.enabled)


# --- office ---------------------------------------------------------------------------------------------------------------


async def leave_admin(call: Call) -> wire_site.GetSiteResponse:
    """Step down (R-7); the site as it is then."""
    async with call.write() as tx:
        await admins.leave_admin(tx, call.viewer)
        view = await read_site_view(tx)
    return get_site_response(await with_key(call, view))
