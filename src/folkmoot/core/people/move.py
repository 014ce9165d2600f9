"""Go on under another account: people of other servers, whose word comes from there, and people of this one (MOV-1)."""

from dataclasses import dataclass

from folkmoot.core import after, permissions
from folkmoot.core.people import rules
from folkmoot.core.people.change_password import must_hold
from folkmoot.core.people.passwords import Proof
from folkmoot.core.permissions import Standing
from folkmoot.model.errors import Invalid, NotAllowed, NotFound
from folkmoot.model.events import PersonEdited, PersonMoved
from folkmoot.model.people import Moved, Person, Viewer
from folkmoot.model.time import DAY, Micros
from folkmoot.store import moves, people
from folkmoot.store.db import Tx

PAUSE: Micros = 30 * DAY
"""How long after a move the next one is believed (MOV-1)."""
MOST_ALIASES = 10


async def must_not_have_moved_lately(tx: Tx, person: Person) -> None:
    """Raises `NotAllowed` moved_lately."""
    before = await moves.moved_at(tx, person.id)
    if before is not None and before > tx.now - PAUSE:
        raise NotAllowed("moved_lately", detail=person.ap_id)


async def has_moved_to(tx: Tx, person: Person, target: str) -> bool:
    """Whether it is noted, as both accounts said, that somebody went to this address."""
    noted = await moves.target_of(tx, person.id)
    return noted is not None and noted.target == target


async def person_moved(tx: Tx, person: Person, target: str) -> None:
    """Note where somebody of another server went: both accounts have said so. What they wrote, and what they moderate, stays with the old
    one."""
    await moves.set_moved(tx, person.id, target)


async def profile_says(tx: Tx, person: Person, target: str | None) -> None:
    """What the profile of somebody of another server says now: that they went to an account which confirmed it, or (None) that they are
    there. Raises `NotAllowed` moved_lately."""
    noted = await moves.target_of(tx, person.id)
    if target is not None and (noted is None or noted.target != target):
        await must_not_have_moved_lately(tx, person)
        await moves.set_moved(tx, person.id, target)
    elif target is None and noted is not None:
        await moves.set_back(tx, person.id)


@dataclass(frozen=True, slots=True)
class OwnMoves:
    """The accounts elsewhere that are one's own too, and where one went."""

    aliases: list[Moved]
    moved: Moved | None


async def own_moves(tx: Tx, viewer: Viewer) -> OwnMoves:
    """What is said of oneself. Raises `NotLoggedIn`."""
    person, _ = rules.must_have_account(viewer)
    return OwnMoves(await moves.aliases(tx, person.id), await moves.target_of(tx, person.id))


async def add_alias(tx: Tx, viewer: Viewer, other_id: int) -> None:
    """Say that an account elsewhere is one's own too: then it can move here. Doing it again changes nothing.

    Raises `NotLoggedIn`; `NotFound` couldnt_find_person; `Invalid` own_account, too_many_items.
    """
    person, other = await _other(tx, viewer, other_id)
    known = {alias.target for alias in await moves.aliases(tx, person.id)}
    if other.ap_id in known:
        return
    if len(known) >= MOST_ALIASES:
        raise Invalid("too_many_items", field="alias")
    await moves.add_alias(tx, person.id, other.ap_id)
    await after.record(tx, PersonEdited(person.id))


async def drop_alias(tx: Tx, viewer: Viewer, ap_id: str) -> None:
    """Stop saying that the account at this address is one's own. Raises `NotLoggedIn`."""
    person, _ = rules.must_have_account(viewer)
    if await moves.drop_alias(tx, person.id, ap_id):
        await after.record(tx, PersonEdited(person.id))


async def move_away(tx: Tx, viewer: Viewer, proof: Proof, other_id: int, *, confirmed: bool) -> None:
    """Go on under another account: the profile says so, and followers are told, whose servers then follow the new one. What one wrote
    and moderates stays. `confirmed`: the other account was asked at its own server, and names this one as its own too.

    Raises `NotLoggedIn` incorrect_login, …; `NotFound` couldnt_find_person; `Invalid` own_account, move_not_confirmed; `NotAllowed`
    moved_lately, site_ban.
    """
    person, other = await _other(tx, viewer, other_id)
    permissions.check("account", Standing(viewer))
    await must_hold(tx, viewer, proof)
    await must_not_have_moved_lately(tx, person)
    if not confirmed:
        raise Invalid("move_not_confirmed", field="target", detail=other.ap_id)
    await moves.set_moved(tx, person.id, other.ap_id)
    await people.update(tx, person.id, {"updated": tx.now})
    await after.record(tx, PersonMoved(person.id, other.ap_id))


async def come_back(tx: Tx, viewer: Viewer) -> None:
    """Be here again: the profile no longer names another account. Those who follow the new one still do. Raises `NotLoggedIn`."""
    person, _ = rules.must_have_account(viewer)
    if await moves.target_of(tx, person.id) is not None:
        await moves.set_back(tx, person.id)
        await after.record(tx, PersonEdited(person.id))


async def address_of(tx: Tx, viewer: Viewer, other_id: int) -> str:
    """The address of another account, for asking it whether it names this one. Raises `NotLoggedIn`; `NotFound` couldnt_find_person;
    `Invalid` own_account."""
    _, other = await _other(tx, viewer, other_id)
    return other.ap_id


async def _other(tx: Tx, viewer: Viewer, other_id: int) -> tuple[Person, Person]:
    """Oneself, and the account that is meant."""
    person, _ = rules.must_have_account(viewer)
    other = await people.by_id(tx, other_id)
    if other is None or other.deleted:
        raise NotFound("couldnt_find_person")
    if other.id == person.id:
        raise Invalid("own_account")
    return person, other
