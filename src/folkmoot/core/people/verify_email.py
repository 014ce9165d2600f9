"""Confirm a mail address."""

from folkmoot.model.errors import Conflict, NotFound
from folkmoot.model.people import Viewer
from folkmoot.model.time import DAY, Micros
from folkmoot.store import accounts
from folkmoot.store.db import Tx
from folkmoot.text import names

VERIFICATION_LASTS: Micros = 7 * DAY


async def verify_email(tx: Tx, token: str) -> Viewer:
    """Mark the address that the token was mailed to as the account's own, and drop whatever else waited (A-12).

    Raises `NotFound` token_not_found; `Conflict` email_already_exists where somebody else confirmed it in the meantime.
    """
    found = await accounts.verification(tx, token, tx.now - VERIFICATION_LASTS)
    viewer = await accounts.viewer(tx, found[0]) if found else None
    if (
        found is None
        or viewer is None
        or viewer.account is None
        or viewer.person is None
        or viewer.person.deleted
    ):
        raise NotFound("token_not_found")
    local_user_id, email = found
    key = names.name_key(email)
    if await accounts.email_taken(tx, key, by_other_than=local_user_id):
        raise Conflict("email_already_exists", field="email")
    await accounts.update(tx, local_user_id, {"email": email, "email_key": key, "email_verified": True})
    await accounts.delete_verifications(tx, local_user_id)
    return viewer
