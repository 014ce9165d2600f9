"""People and their standing towards others."""

from collections.abc import Collection
from typing import Any

from folkmoot.model.people import Person
from folkmoot.store import images
from folkmoot.store.changes import Key
from folkmoot.store.db import Tx
from folkmoot.store.rows import columns, maker

PERSON = columns(Person, "p")
make_person = maker(Person)
NAMES: Key = ("names", 0)
"""What changes where somebody is new, called otherwise, or goes (`store/changes.py`)."""
AUTHORS: Key = ("author", 0)
"""What changes where something else stands beside what somebody wrote (`looks_changed`)."""
_UNSEEN = frozenset({"name_key", "last_refreshed", "public_key", "inbox_url", "shared_inbox_url"})
"""Columns that no reader sees."""
_REMEMBERED = 50_000


def looks_changed(tx: Tx, person_id: int) -> None:
    """Somebody's name, picture, bans or offices are others, and stand beside everything that they wrote: threads show it at once, lists
    within a second."""
    tx.changed("person", person_id)
    tx.changed("author", person_id)
    tx.changed(*AUTHORS)
    tx.changed("front")


async def by_id(tx: Tx, person_id: int) -> Person | None:
    row = await tx.first(f"SELECT {PERSON} FROM person p WHERE p.id = :person_id", person_id=person_id)
    return make_person(row) if row else None


async def by_ids(tx: Tx, ids: Collection[int]) -> dict[int, Person]:
    """Those that exist, by id."""
    rows = await tx.all(f"SELECT {PERSON} FROM person p WHERE p.id IN :ids[]", ids=set(ids))
    return {row[0]: make_person(row) for row in rows}


async def by_name(tx: Tx, name_key: str, host: str | None) -> Person | None:
    """By folded name and host; no host means local."""
    row = await tx.first(
        f"SELECT {PERSON} FROM person p WHERE p.name_key = :name_key AND "
        + ("p.host = :host" if host else "p.local"),
        name_key=name_key,
        **({"host": host} if host else {}),
    )
    return make_person(row) if row else None


async def local_by_handles(tx: Tx, name_keys: Collection[str]) -> list[Person]:
    """Local people of these folded names, deleted ones left out."""
    rows = await tx.all(
        f"SELECT {PERSON} FROM person p WHERE p.name_key IN :names[text] AND p.local AND NOT p.deleted",
        names=set(name_keys),
    )
    return [make_person(row) for row in rows]


async def local_user_ids(tx: Tx, person_ids: Collection[int]) -> list[int]:
    """The account ids of these people, in order."""
    rows = await tx.all(
        "SELECT id FROM local_user WHERE person_id IN :ids[] ORDER BY id", ids=set(person_ids)
    )
    return [row[0] for row in rows]


async def is_local(tx: Tx, person_id: int) -> bool:
    """Whether this person has an account here. That never changes, so each process remembers it."""
    known: dict[int, bool] = tx.memory.setdefault("local_people", {})
    if person_id not in known:
        if len(known) >= _REMEMBERED:
            known.clear()
        known[person_id] = bool(
            await tx.value("SELECT local FROM person WHERE id = :person_id", person_id=person_id)
        )
    return known[person_id]


async def holder_of_name(tx: Tx, name_key: str, instance_id: int) -> str | None:
    """The address of the person with this folded name on a server."""
    ap_id: str | None = await tx.value(
        "SELECT ap_id FROM person WHERE name_key = :name_key AND instance_id = :instance_id",
        name_key=name_key, instance_id=instance_id,
    )  # fmt: skip
    return ap_id


async def insert(tx: Tx, values: dict[str, Any]) -> int | None:
    """Write a person; counts start as the schema says. The id, None where another transaction was first to write this address."""
    await images.remember_in(tx, values)
    names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    person_id: int | None = await tx.value(
        f"INSERT INTO person ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING RETURNING id", **values
    )
    if person_id is not None:
        tx.changed("person", person_id)
    if not values.keys().isdisjoint({"display_name", "deleted"}):
        tx.changed(*NAMES)
    return person_id


async def update(tx: Tx, person_id: int, values: dict[str, Any]) -> None:
    """Set columns. Where a reader sees one of them the version grows, and caches of all that this person wrote are told."""
    await images.remember_in(tx, values)
    seen = not values.keys() <= _UNSEEN
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    await tx.run(
        f"UPDATE person SET {assignments}{', version = version + 1' if seen else ''} WHERE id = :person_id",
        person_id=person_id,
        **values,
    )
    if seen:
        looks_changed(tx, person_id)
    if not values.keys().isdisjoint({"display_name", "deleted"}):
        tx.changed(*NAMES)
