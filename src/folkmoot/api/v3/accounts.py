"""Accounts: logging in and what belongs to it."""

from folkmoot.api.call import Call
from folkmoot.api.v3.wire import accounts as wire
from folkmoot.api.v3.wire.objects import SuccessResponse
from folkmoot.core.people import passwords
from folkmoot.core.people.login import LogIn, log_in
from folkmoot.model.errors import Invalid


async def login(call: Call, asked: wire.Login) -> wire.LoginResponse:
    """Open a session (A-4)."""
    proof = await passwords.prove(call.context.db, asked.username_or_email, asked.password)
    async with call.write() as tx:
        done = await log_in(tx, proof, LogIn(asked.totp_2fa_token, call.client))
    return wire.LoginResponse(jwt=done.token, registration_created=False, verify_email_sent=False)


async def validate_auth(call: Call) -> SuccessResponse:
    """Whether the token is good; the only operation that says what is wrong with it (T-11). Raises `Invalid`."""
    if call.viewer.account is None:
        raise Invalid("not_logged_in")
    return SuccessResponse(success=True)
