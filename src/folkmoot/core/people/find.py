"""Find a person by name."""

from folkmoot.model.errors import NotFound
from folkmoot.model.people import Person, Viewer
from folkmoot.store import people
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx
from folkmoot.text.names import name_key, parse_handle


async def find_person(tx: Tx, viewer: Viewer, name: str) -> Person:
    """Who is called `name` (here), `name@host` or `@name@host`, in whatever case; deleted people are there for admins only (Q-4).

    Raises `NotFound` couldnt_find_person.
    """
    handle = parse_handle(name)
    if handle is not None and handle.kind != "community":
        site = await store_site.local_site(tx)
        host = None if handle.host in (None, site.host.lower()) else handle.host
        person = await people.by_name(tx, name_key(handle.name), host)
        if person is not None and (viewer.admin or not person.deleted):
            return person
    raise NotFound("couldnt_find_person", field="person")
