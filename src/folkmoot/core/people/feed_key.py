"""The key in the addresses of somebody's own feeds. It opens these and nothing else, unlike the token of a session, which apps for Lemmy
put there (F-1); feed readers keep their addresses where others may see them.

It is nowhere stored: it is made from the account and its password, so that a new password makes another.
"""

import hmac
from dataclasses import replace
from hashlib import sha256

from folkmoot.core.people import rules
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.store import accounts
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx

_DIGITS = 9
"""An id has no more."""


async def feed_key(tx: Tx, viewer: Viewer) -> str:
    """The viewer's own key. Raises `NotLoggedIn`."""
    return await _key(tx, rules.must_have_account(viewer)[1].id)


async def viewer_of_key(tx: Tx, key: str) -> Viewer:
    """Whose key this is; nobody for a wrong one, or one of a banned or deleted account."""
    number, dash, _ = key.partition("-")
    if not dash or not (number.isascii() and number.isdigit()) or len(number) > _DIGITS:
        return ANONYMOUS
    if not hmac.compare_digest(key.encode("utf-8", "surrogatepass"), (await _key(tx, int(number))).encode()):
        return ANONYMOUS
    found = await accounts.viewer(tx, int(number))
    if found is None or found.person is None or found.person.banned or found.person.deleted:
        return ANONYMOUS
    return replace(found, languages=frozenset(await accounts.languages(tx, int(number))))


async def _key(tx: Tx, local_user_id: int) -> str:
    """Made also for an account that does not exist, so that the time it takes tells nothing."""
    credentials = await accounts.credentials_of(tx, local_user_id)
    password = credentials.password_hash if credentials else None
    site = await store_site.local_site(tx)
    text = f"{local_user_id}:{password or ''}"
    signed = hmac.new(b"feeds:" + site.jwt_secret.encode(), text.encode(), sha256).hexdigest()
    return f"{local_user_id}-{signed[:40]}"
