"""Delete one's account."""

from folkmoot.core import after
from folkmoot.core.communities import follow
from folkmoot.core.images.delete import delete_all_of, previews_gone, replaced
from folkmoot.core.people import rules
from folkmoot.core.people.change_password import must_hold
from folkmoot.core.people.passwords import Proof
from folkmoot.core.site import purge
from folkmoot.model.events import PersonDeleted
from folkmoot.model.people import Viewer
from folkmoot.store import accounts, communities, follows, mass, moves, people
from folkmoot.store import purge as store_purge
from folkmoot.store import sessions as store_sessions
from folkmoot.store.db import Tx


async def delete_account(tx: Tx, viewer: Viewer, proof: Proof, *, with_content: bool) -> None:
    """Blank the profile, forget the address, end every session (A-15). The name stays taken, and nobody can log in.

    With content, every post and comment is overwritten and reads as deleted (P-15), and every office is given up. Raises `NotLoggedIn`
    incorrect_login.
    """
    person, account = rules.must_have_account(viewer)
    await must_hold(tx, viewer, proof)
    if with_content:
        pictures = await store_purge.pictures_by(tx, person.id)
        await mass.overwrite(tx, person.id, await purge.blank(tx))
        await previews_gone(tx, pictures)
        await delete_all_of(tx, person.id)
        await accounts.leave_offices(tx, person.id)
    for picture in (person.avatar, person.banner):
        await replaced(tx, viewer, picture, None)
    for community in (await communities.by_ids(tx, await follows.followed_elsewhere(tx, person.id))).values():
        await follow.end_follow(
            tx, community, person.id, follower_local=True
        )  # their servers are told (SND-7)
    await moves.drop_aliases(tx, person.id)
    await people.update(
        tx,
        person.id,
        {
            "display_name": None,
            "bio": None,
            "bio_html": None,
            "avatar": None,
            "banner": None,
            "matrix_user_id": None,
            "admin": False,
            "deleted": True,
            "updated": tx.now,
        },
    )
    await accounts.update(
        tx,
        account.id,
        {
            "email": None,
            "email_key": None,
            "email_verified": False,
            "admin": False,
            "send_notifications_to_email": False,
            "totp_secret": None,
            "totp_enabled": False,
        },
    )
    await accounts.set_recovery_codes(tx, account.id, [])
    await accounts.delete_verifications(tx, account.id)
    await accounts.delete_resets(tx, account.id)
    if not account.accepted_application:
        await accounts.delete_application(tx, account.id)
    await store_sessions.delete_all(tx, account)
    if account.admin:
        tx.changed("site")
    await after.record(tx, PersonDeleted(person.id, with_content))
