"""Sessions: a signed token in the reader's hands, its hash in ours.

A token is good while its signature is right and its hash is still stored for that account (A-2). Nothing is written when one is used,
except once an hour that it was (`note_use`).
"""

import hashlib
import secrets
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jwt

from folkmoot.core.people import rules
from folkmoot.model.accounts import Session
from folkmoot.model.errors import NotAllowed, NotFound, NotLoggedIn
from folkmoot.model.people import ANONYMOUS, LocalUser, Viewer
from folkmoot.model.time import HOUR, SECOND
from folkmoot.store import sessions
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, Tx

ALGORITHM = "HS256"
_TOKEN_LIMIT = 4096
"""Characters: nothing longer is a token of ours."""
_DUE = "sessions_used"
_USER_AGENT_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Client:
    """Where a session begins: the address and the program, as far as known."""

    ip: str | None = None
    user_agent: str | None = None


UNKNOWN_CLIENT = Client()


async def open_session(tx: Tx, account: LocalUser, client: Client = UNKNOWN_CLIENT) -> str:
    """Log an account in; the token, which is shown once and not kept (A-2)."""
    site = await store_site.local_site(tx)
    claims = {
        "sub": str(account.id),
        "iss": site.host,
        "iat": tx.now // SECOND,
        "jti": secrets.token_urlsafe(12),
    }
    token = jwt.encode(claims, site.jwt_secret, algorithm=ALGORITHM)
    agent = client.user_agent[:_USER_AGENT_LIMIT] if client.user_agent else None
    await sessions.insert(
        tx, token_hash=_hash(token), local_user_id=account.id, ip=client.ip, user_agent=agent
    )
    return token


async def viewer_of(tx: Tx, token: str | None) -> Viewer:
    """Who holds this token; nobody for a token that is unknown, revoked, or of a banned or deleted account (T-11). One query."""
    found = await _look(tx, token)
    if found is None or found.person is None or found.person.banned or found.person.deleted:
        return ANONYMOUS
    return found


async def validated(tx: Tx, token: str | None) -> Viewer:
    """The same, saying what is wrong. Raises `NotLoggedIn` not_logged_in; `NotAllowed` site_ban, deleted (T-11)."""
    found = await _look(tx, token)
    if found is None or found.person is None:
        raise NotLoggedIn("not_logged_in")
    if found.person.banned:
        raise NotAllowed("site_ban")
    if found.person.deleted:
        raise NotAllowed("deleted")
    return found


async def _look(tx: Tx, token: str | None) -> Viewer | None:
    if not token or len(token) > _TOKEN_LIMIT:
        return None
    site = await store_site.local_site(tx)
    local_user_id = _account_named(token, site.jwt_secret)
    if local_user_id is None:
        return None
    found = await sessions.viewer(tx, _hash(token), local_user_id)
    if found is None:
        return None
    viewer, last_used = found
    if viewer.session_id is not None and tx.now - last_used >= HOUR:
        tx.memory.setdefault(_DUE, set()).add(viewer.session_id)
    return viewer


@lru_cache(maxsize=5000)
def _account_named(token: str, secret: str) -> int | None:
    """The account that a token names, if the signature is ours. Age does not matter (A-2), so what was found stays right; whether the
    session is still there is asked each time."""
    claims = read_claims(token, secret)
    try:
        return int(claims["sub"]) if claims else None
    except ValueError:
        return None


def read_claims(token: str, secret: str) -> dict[str, Any] | None:
    """What a token says, if we signed it and it names somebody."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            options={
                "require": ["sub"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "verify_aud": False,
            },
        )
    except (jwt.InvalidTokenError, ValueError):
        return None
    return claims


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def note_use(db: Database) -> None:
    """Write down, in a transaction of its own, which sessions were used after an hour or more of rest: call it after answering. Costs
    nothing when there is none.
    """
    due: set[int] = db.memory.pop(_DUE, set())
    if due:
        async with db.write() as tx:
            await sessions.touch(tx, due)


async def log_out(tx: Tx, viewer: Viewer) -> None:
    """End the session that the request came with. Raises `NotLoggedIn` (A-3)."""
    if viewer.account is None or viewer.session_id is None:
        raise NotLoggedIn
    await sessions.delete_one(tx, viewer.account, viewer.session_id)


async def list_sessions(tx: Tx, viewer: Viewer) -> list[Session]:
    """Where the viewer is logged in, the oldest first (A-3). Raises `NotLoggedIn`."""
    return await sessions.of_account(tx, rules.must_have_account(viewer)[1].id)


async def revoke_session(tx: Tx, viewer: Viewer, session_id: int) -> None:
    """Log out somewhere else. Raises `NotLoggedIn`; `NotFound` couldnt_find_session."""
    if not await sessions.delete_one(tx, rules.must_have_account(viewer)[1], session_id):
        raise NotFound("couldnt_find_session")


async def revoke_other_sessions(tx: Tx, viewer: Viewer) -> int:
    """Log out everywhere else; how many places that were. Raises `NotLoggedIn`."""
    return await sessions.delete_all(tx, rules.must_have_account(viewer)[1], except_id=viewer.session_id)
