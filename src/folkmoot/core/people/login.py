"""Log in."""

import hashlib
from dataclasses import dataclass

import jwt

from folkmoot.core.people import rules, sessions, totp
from folkmoot.core.people.passwords import Proof
from folkmoot.core.people.sessions import UNKNOWN_CLIENT, Client
from folkmoot.model.enums import RegistrationMode
from folkmoot.model.errors import NotAllowed, NotLoggedIn
from folkmoot.model.people import LocalUser, Viewer
from folkmoot.model.site import LocalSite
from folkmoot.model.time import MINUTE, SECOND, Micros
from folkmoot.store import accounts
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx

CLOSED_TO_UNDECIDED = (RegistrationMode.REQUIRE_APPLICATION, RegistrationMode.CLOSED)

TICKET_LASTS: Micros = 5 * MINUTE
_SECOND_STEP = "second-step"


@dataclass(frozen=True, slots=True)
class LogIn:
    """What was asked, besides the password that `passwords.prove` has looked at. `code`: a code by time, or a recovery code."""

    code: str | None = None
    client: Client = UNKNOWN_CLIENT


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Who is in, and the token of the session."""

    viewer: Viewer
    token: str


async def log_in(tx: Tx, proof: Proof, asked: LogIn) -> LoggedIn:
    """Open a session for somebody who proved their password (A-4); a hash of an old kind is replaced.

    Raises `NotLoggedIn` incorrect_login; `NotAllowed` site_ban, deleted, email_not_verified, registration_application_is_pending,
    registration_denied (with the reason as detail), missing_totp_token; `Invalid` incorrect_totp_token.
    """
    known = await accounts.credentials_of(tx, proof.local_user_id, lock=True)
    viewer = await accounts.viewer(tx, proof.local_user_id)
    if (
        known is None
        or viewer is None
        or viewer.person is None
        or viewer.account is None
        or known.password_hash != proof.hash
    ):
        raise NotLoggedIn("incorrect_login", field="password")
    site = await store_site.local_site(tx)
    rules.must_be_let_in(viewer.person, viewer.account, site)
    await _application_must_be_accepted(tx, viewer.account, site)
    await totp.pass_second_step(tx, known, asked.code)
    if proof.better:
        await accounts.update(tx, viewer.account.id, {"password_hash": proof.better})
    return LoggedIn(viewer, await sessions.open_session(tx, viewer.account, asked.client))


async def _application_must_be_accepted(tx: Tx, account: LocalUser, site: LocalSite) -> None:
    """A-9: as long as applications are asked for, or nobody gets in at all."""
    if account.accepted_application or account.admin or site.registration_mode not in CLOSED_TO_UNDECIDED:
        return
    application = await accounts.application_of(tx, account.id)
    if application is not None and (application.admin_id is not None or application.decided is not None):
        raise NotAllowed("registration_denied", detail=application.deny_reason)
    raise NotAllowed("registration_application_is_pending")


# --- between the two steps of a page ------------------------------------------------------------------------------------


async def ticket_for(tx: Tx, proof: Proof) -> str:
    """What a page hands out after the first step, so that the second need not ask for the password again. It opens nothing by itself."""
    site = await store_site.local_site(tx)
    claims = {
        "sub": str(proof.local_user_id),
        "use": _SECOND_STEP,
        "until": (tx.now + TICKET_LASTS) // SECOND,
        "password": _digest(proof.hash),
    }
    return jwt.encode(claims, site.jwt_secret, algorithm=sessions.ALGORITHM)


async def proof_of(tx: Tx, ticket: str) -> Proof:
    """The proof behind a ticket, while the password is the same and five minutes have not passed. Raises `NotLoggedIn` incorrect_login."""
    site = await store_site.local_site(tx)
    claims = sessions.read_claims(ticket, site.jwt_secret) or {}
    known = None
    if claims.get("use") == _SECOND_STEP and claims["until"] > tx.now // SECOND:
        known = await accounts.credentials_of(tx, int(claims["sub"]))
    if known is None or known.password_hash is None or _digest(known.password_hash) != claims["password"]:
        raise NotLoggedIn("incorrect_login", field="password")
    return Proof(known.local_user_id, known.person_id, known.password_hash)


def _digest(stored: str) -> str:
    return hashlib.sha256(stored.encode()).hexdigest()[:32]
