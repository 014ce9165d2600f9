"""Make somebody an admin from outside, for whoever runs the server. (`core/site/admins.py` is for those who run the site.)"""

from folkmoot.model.errors import NotAllowed, NotFound
from folkmoot.model.people import Person
from folkmoot.store import bans, people
from folkmoot.store.db import Tx
from folkmoot.text import names


async def promote(tx: Tx, name: str) -> Person:
    """Make a local person an admin; no error where they are one already.

    Raises `NotFound` couldnt_find_person; `NotAllowed` deleted, site_ban.
    """
    person = await people.by_name(tx, names.name_key(name), None)
    if person is None or not person.local:
        raise NotFound("couldnt_find_person", field="name")
    if person.deleted:
        raise NotAllowed("deleted", field="name")
    if person.banned:
        raise NotAllowed("site_ban", field="name")
    await bans.set_admin(tx, person.id, True)
    stored = await people.by_id(tx, person.id)
    assert stored is not None
    return stored
