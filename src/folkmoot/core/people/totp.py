"""The second step of logging in: codes by time (A-14), and recovery codes for those who lost the device."""

import hashlib
import hmac
import io
import secrets
from dataclasses import dataclass

import pyotp
import segno

from folkmoot.core.people import rules
from folkmoot.model.accounts import Credentials
from folkmoot.model.errors import Invalid, NotAllowed
from folkmoot.model.people import LocalUser, Viewer
from folkmoot.model.time import SECOND, Micros
from folkmoot.store import accounts
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx

STEP_SECONDS = 30
SKEW = 1
"""Steps that a clock may be off, either way."""
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letters that are mistaken for others."""
_GROUPS, _GROUP = 4, 4


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret to put into an authenticator: as an address, as text, and as the content of a QR code."""

    url: str
    secret: str

    def qr_svg(self) -> str:
        """The QR code as an SVG element, black on white, for a page."""
        out = io.BytesIO()
        segno.make(self.url, error="m", micro=False).save(
            out,
            kind="svg",
            xmldecl=False,
            svgns=True,
            scale=5,
            border=4,
            dark="#000",
            light="#fff",
            omitsize=False,
            nl=False,
        )
        return out.getvalue().decode()


async def generate_secret(tx: Tx, viewer: Viewer) -> NewSecret:
    """Store a new secret, not in force until a code made from it came back. Raises `NotLoggedIn`; `NotAllowed` totp_already_enabled."""
    person, account = rules.must_have_account(viewer)
    if account.totp_enabled:
        raise NotAllowed("totp_already_enabled")
    secret = pyotp.random_base32()
    await accounts.update(tx, account.id, {"totp_secret": secret})
    return await _shown(tx, secret, person.name)


async def pending_secret(tx: Tx, viewer: Viewer) -> NewSecret | None:
    """The secret that waits for its first code, to be shown again beside a mistyped one; None where there is none."""
    person, account = rules.must_have_account(viewer)
    known = await accounts.credentials_of(tx, account.id)
    if known is None or known.totp_enabled or not known.totp_secret:
        return None
    return await _shown(tx, known.totp_secret, person.name)


async def _shown(tx: Tx, secret: str, name: str) -> NewSecret:
    site = await store_site.local_site(tx)
    return NewSecret(pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=site.name), secret)


async def enable(tx: Tx, viewer: Viewer, code: str) -> list[str]:
    """Ask for a code at every login from now on; ten recovery codes, to be shown this once.

    Raises `NotLoggedIn`; `NotAllowed` totp_already_enabled; `Invalid` missing_totp_secret, incorrect_totp_token.
    """
    _, account = rules.must_have_account(viewer)
    known = await _credentials(tx, account)
    if known.totp_enabled:
        raise NotAllowed("totp_already_enabled")
    if not known.totp_secret:
        raise Invalid("missing_totp_secret", field="totp_token")
    if matching_step(known.totp_secret, code, tx.now) is None:
        raise Invalid("incorrect_totp_token", field="totp_token")
    # Steps are counted afresh with a new secret: its first code may still be used for one login.
    await accounts.update(tx, account.id, {"totp_enabled": True, "totp_last_step": 0})
    return await _new_codes(tx, account)


async def disable(tx: Tx, viewer: Viewer, code: str) -> None:
    """Ask for no codes any more and forget secret and recovery codes. Takes a code or a recovery code.

    Raises `NotLoggedIn`; `Invalid` missing_totp_secret, incorrect_totp_token.
    """
    _, account = rules.must_have_account(viewer)
    known = await _credentials(tx, account)
    if not known.totp_secret:
        raise Invalid("missing_totp_secret", field="totp_token")
    await _must_match(tx, known, code)
    await accounts.update(tx, account.id, {"totp_enabled": False, "totp_secret": None, "totp_last_step": 0})
    await accounts.set_recovery_codes(tx, account.id, [])


async def renew_recovery_codes(tx: Tx, viewer: Viewer, code: str) -> list[str]:
    """Ten new recovery codes instead of what is left of the old ones. Raises as `disable`."""
    _, account = rules.must_have_account(viewer)
    known = await _credentials(tx, account)
    if not known.totp_enabled:
        raise Invalid("missing_totp_secret", field="totp_token")
    await _must_match(tx, known, code)
    return await _new_codes(tx, account)


async def recovery_codes_left(tx: Tx, viewer: Viewer) -> int:
    """How many recovery codes are unspent. Raises `NotLoggedIn`."""
    _, account = rules.must_have_account(viewer)
    return await accounts.recovery_codes_left(tx, account.id)


async def pass_second_step(tx: Tx, known: Credentials, code: str | None) -> None:
    """The second step of a login. A code counts once: whoever saw it typed cannot use it again; so does a recovery code.

    Raises `NotAllowed` missing_totp_token where none was sent; `Invalid` incorrect_totp_token, also for an empty one (A-4).
    """
    if not known.totp_enabled or not known.totp_secret:
        return
    if code is None:
        raise NotAllowed("missing_totp_token", field="totp_token")
    step = matching_step(known.totp_secret, code, tx.now)
    if step is not None:
        if not await accounts.use_totp_step(tx, known.local_user_id, step):
            raise Invalid("incorrect_totp_token", field="totp_token")
    elif not await accounts.use_recovery_code(tx, known.local_user_id, _hash(code)):
        raise Invalid("incorrect_totp_token", field="totp_token")


def matching_step(secret: str, code: str, now: Micros) -> int | None:
    """The 30 seconds that a code is for: the present ones or a neighbour's (A-14); None for a wrong code."""
    code = "".join(code.split())
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return None
    generator = pyotp.TOTP(secret)
    present = now // SECOND // STEP_SECONDS
    matching = [
        step
        for step in range(present - SKEW, present + SKEW + 1)
        if hmac.compare_digest(generator.generate_otp(step), code)
    ]
    return matching[-1] if matching else None


async def _must_match(tx: Tx, known: Credentials, code: str) -> None:
    if known.totp_secret and matching_step(known.totp_secret, code, tx.now) is not None:
        return
    if not await accounts.use_recovery_code(tx, known.local_user_id, _hash(code)):
        raise Invalid("incorrect_totp_token", field="totp_token")


async def _credentials(tx: Tx, account: LocalUser) -> Credentials:
    known = await accounts.credentials_of(tx, account.id, lock=True)
    assert known is not None, "an account has a row"
    return known


async def _new_codes(tx: Tx, account: LocalUser) -> list[str]:
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    await accounts.set_recovery_codes(tx, account.id, [_hash(code) for code in codes])
    return codes


def _new_code() -> str:
    """About 79 bits, in groups that can be typed."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


def _hash(code: str) -> str:
    """However it was typed. A fast hash is enough: the codes are not of people's making."""
    plain = "".join(char for char in code.lower() if char.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
