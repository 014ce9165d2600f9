"""Choose another password: knowing the old one, or with the link of a mail."""

from dataclasses import dataclass

from folkmoot.core.people import mails, rules, sessions
from folkmoot.core.people.mails import token_hash
from folkmoot.core.people.passwords import NewPassword, Proof
from folkmoot.core.people.sessions import UNKNOWN_CLIENT, Client
from folkmoot.model.errors import Invalid, NotAllowed, NotFound, NotLoggedIn
from folkmoot.model.people import Viewer
from folkmoot.model.time import DAY, Micros
from folkmoot.store import accounts
from folkmoot.store import sessions as store_sessions
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx
from folkmoot.text import names

RESET_LASTS: Micros = DAY


@dataclass(frozen=True, slots=True)
class UsedReset:
    """Somebody held the link of a mail, which is spent now: made by `use_reset`, taken by `set_password`."""

    local_user_id: int


async def change_password(
    tx: Tx, viewer: Viewer, proof: Proof, password: NewPassword, client: Client = UNKNOWN_CLIENT
) -> str:
    """Replace the password; every session ends, and a new one begins, whose token this is (A-3).

    Raises `NotLoggedIn` incorrect_login, also where the proof is for another password than the one in force.
    """
    person, account = rules.must_have_account(viewer)
    await must_hold(tx, viewer, proof)
    await accounts.update(tx, account.id, {"password_hash": password.hash})
    await accounts.delete_resets(tx, account.id)
    await store_sessions.delete_all(tx, account)
    await mails.tell_of_new_password(tx, person, account)
    return await sessions.open_session(tx, account, client)


async def must_hold(tx: Tx, viewer: Viewer, proof: Proof) -> None:
    """Whether a proof is the viewer's own and for the password in force. Raises `NotLoggedIn` incorrect_login."""
    _, account = rules.must_have_account(viewer)
    known = await accounts.credentials_of(tx, account.id, lock=True)
    if known is None or proof.local_user_id != account.id or known.password_hash != proof.hash:
        raise NotLoggedIn("incorrect_login", field="password")


async def ask_for_reset(tx: Tx, email: str, *, mail_is_set_up: bool = True) -> None:
    """Mail a link to the account of this address (A-13). A face that talks to people answers the same whatever comes of it.

    Raises `NotLoggedIn` incorrect_login for an unknown address; `NotAllowed` site_ban, deleted, email_not_verified, no_email_setup.
    """
    viewer = await accounts.viewer_by_email(tx, names.name_key(email.strip())) if email.strip() else None
    if viewer is None or viewer.person is None or viewer.account is None:
        raise NotLoggedIn("incorrect_login", field="email")
    rules.must_be_let_in(viewer.person, viewer.account, await store_site.local_site(tx))
    if not mail_is_set_up:
        raise NotAllowed("no_email_setup")
    await mails.queue_reset(tx, viewer.account)


async def reset_is_good(tx: Tx, token: str) -> bool:
    """Whether the link of a mail could still be used: for the page that it opens."""
    return await accounts.reset_exists(tx, token_hash(token), tx.now - RESET_LASTS)


async def use_reset(tx: Tx, token: str) -> UsedReset:
    """Spend the link of a mail, whatever comes of it then (A-13). Raises `NotFound` token_not_found."""
    local_user_id = await accounts.take_reset(tx, token_hash(token), tx.now - RESET_LASTS)
    if local_user_id is None:
        raise NotFound("token_not_found")
    return UsedReset(local_user_id)


async def set_password(tx: Tx, used: UsedReset, password: NewPassword) -> None:
    """Give the account of a spent link a new password; every session ends (A-3). Raises `NotFound` token_not_found."""
    viewer = await accounts.viewer(tx, used.local_user_id)
    if viewer is None or viewer.account is None or viewer.person is None or viewer.person.deleted:
        raise NotFound("token_not_found")
    await accounts.update(tx, viewer.account.id, {"password_hash": password.hash})
    await accounts.delete_resets(tx, viewer.account.id)
    await store_sessions.delete_all(tx, viewer.account)
    await mails.tell_of_new_password(tx, viewer.person, viewer.account)


async def set_password_of(tx: Tx, name: str, password: NewPassword) -> Viewer:
    """Give a local account a new password without asking anybody, for whoever runs the server. Raises `NotFound` couldnt_find_person."""
    known = await accounts.credentials(tx, names.name_key(name))
    if known is None:
        raise NotFound("couldnt_find_person")
    await set_password(tx, UsedReset(known.local_user_id), password)
    viewer = await accounts.viewer(tx, known.local_user_id)
    if viewer is None:
        raise Invalid("couldnt_find_person")
    return viewer
