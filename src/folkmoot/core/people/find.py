"""Find a person by name."""

from folkmoot.model.errors import NotFound, UnknownName
from folkmoot.model.people import Person, Viewer
from folkmoot.store import people
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx
from folkmoot.text.names import name_key, parse_handle


async def find_person(tx: Tx, viewer: Viewer, name: str) -> Person:
    """Who is called `name` (here), `name@host` or `@name@host`, in whatever case; deleted people are there for admins only (Q-4).

    Raises `NotFound` couldnt_find_person, as `UnknownName` where nobody has that name.
    """
    called = await key_of(tx, name)
    person = await people.by_name(tx, *called) if called else None
    if person is None:
        raise UnknownName("couldnt_find_person", field="person")
    return must_be_known(viewer, person)


async def key_of(tx: Tx, name: str) -> tuple[str, str | None] | None:
    """The folded name and the host (None for this server) under which a person is looked up; None for what is not a name."""
    handle = parse_handle(name)
    if handle is None or handle.kind == "community":
        return None
    site = await store_site.local_site(tx)
    return name_key(handle.name), None if handle.host in (None, site.host.lower()) else handle.host


def must_be_known(viewer: Viewer, person: Person | None) -> Person:
    """The person, if this reader may know about them (Q-4). Raises `NotFound` couldnt_find_person."""
    if person is None or (person.deleted and not viewer.admin):
        raise NotFound("couldnt_find_person", field="person")
    return person


async def person_by_id(tx: Tx, viewer: Viewer, person_id: int) -> Person:
    """The same by id. Raises `NotFound` couldnt_find_person."""
    return must_be_known(viewer, await people.by_id(tx, person_id))
