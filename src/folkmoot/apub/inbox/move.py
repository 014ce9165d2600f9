"""Move: an account elsewhere goes on under another address (MOV-1)."""

from folkmoot.apub.activities import Move
from folkmoot.apub.inbox.arrived import Arrived
from folkmoot.apub.inbox.known import Missing
from folkmoot.core.people.move import has_moved_to, must_not_have_moved_lately, person_moved
from folkmoot.model.errors import NotAllowed
from folkmoot.store.db import Tx


async def move(tx: Tx, arrived: Arrived[Move]) -> None:
    """Both accounts are asked at their own servers: the old one has to name the new one, and the other way round.

    Raises `NotAllowed` not_the_actor, not_an_account, unknown_actor, move_not_confirmed, moved_lately; `Missing`.
    """
    said = arrived.activity
    if not arrived.direct:
        raise NotAllowed("never_announced")
    if said.object != said.actor:
        raise NotAllowed("not_the_actor", detail=said.object)
    if said.target is None:
        raise NotAllowed("not_an_account", detail=said.target)
    person = arrived.known.people.get(said.actor)
    if person is None:
        raise NotAllowed("unknown_actor", detail=said.actor)
    if await has_moved_to(tx, person, said.target):
        return  # the profile, which is told of first, said so already
    await must_not_have_moved_lately(tx, person)
    pair = (said.actor, said.target)
    if pair not in arrived.moves:
        raise Missing(moved=[pair])
    if not arrived.moves[pair]:
        raise NotAllowed("move_not_confirmed", detail=said.target)
    await person_moved(tx, person, said.target)
