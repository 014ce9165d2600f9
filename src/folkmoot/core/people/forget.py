"""Somebody of another server deleted their account there."""

from folkmoot.core import after
from folkmoot.core.images.delete import previews_gone
from folkmoot.core.site import purge
from folkmoot.model.errors import NotAllowed
from folkmoot.model.events import PersonDeleted
from folkmoot.model.people import Person
from folkmoot.store import mass, people
from folkmoot.store import purge as store_purge
from folkmoot.store.db import Tx


async def forget_person(tx: Tx, person: Person, *, with_content: bool) -> None:
    """Blank the profile, end the follows; with content, what they wrote is overwritten and reads as deleted (DEL-3). Again is no error.

    Raises `NotAllowed` local_actor: our own people delete their accounts themselves.
    """
    if person.local:
        raise NotAllowed("local_actor")
    if with_content:
        pictures = await store_purge.pictures_by(tx, person.id)
        await mass.overwrite(tx, person.id, await purge.blank(tx))
        await previews_gone(tx, pictures)
    if person.deleted:
        return
    await mass.drop_follows(tx, person.id)
    blank = dict.fromkeys(("display_name", "bio", "bio_html", "avatar", "banner", "matrix_user_id"))
    await people.update(tx, person.id, {**blank, "deleted": True, "updated": tx.now})
    await after.record(tx, PersonDeleted(person.id, with_content))
