"""Somebody of another server goes on under another account."""

from folkmoot.model.errors import NotAllowed
from folkmoot.model.people import Person
from folkmoot.model.time import DAY, Micros
from folkmoot.store import actors
from folkmoot.store.db import Tx

PAUSE: Micros = 30 * DAY
"""How long after a move the next one is believed (MOV-1)."""


async def must_not_have_moved_lately(tx: Tx, person: Person) -> None:
    """Raises `NotAllowed` moved_lately."""
    before = await actors.moved_at(tx, person.id)
    if before is not None and before > tx.now - PAUSE:
        raise NotAllowed("moved_lately", detail=person.ap_id)


async def person_moved(tx: Tx, person: Person, target: str) -> None:
    """Note where they went: both accounts have said so. What they wrote, and what they moderate, stays with the old one."""
    await actors.set_moved(tx, person.id, target)
