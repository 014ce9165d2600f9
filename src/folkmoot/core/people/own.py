"""Everything that belongs to one account, at once: apps ask for it when they start, and often."""

from folkmoot.core.listings.profile import moderated
from folkmoot.core.people import rules
from folkmoot.model.accounts import Own
from folkmoot.model.people import Viewer
from folkmoot.store import blocks, communities
from folkmoot.store import site as store_site
from folkmoot.store.changes import Key
from folkmoot.store.db import Tx, writing

_MOST_KEPT = 2000
_Kept = dict[int, tuple[tuple[Key, ...], int, Own]]


async def read_own(tx: Tx, viewer: Viewer) -> Own:
    """What the viewer follows, moderates, blocks and reads (W-1); kept per process until any of it changes. Raises `NotLoggedIn`."""
    person, _ = rules.must_have_account(viewer)
    if writing.get():
        return await _read(tx, viewer)
    kept: _Kept = tx.memory.setdefault("own", {})
    if (found := kept.get(person.id)) and found[1] == tx.changes.newest(found[0]):
        return found[2]
    own = await _read(tx, viewer)
    keys = _keys(person.id, own)
    stamp = tx.changes.newest(keys)
    if stamp <= tx.heard:  # what was told of since then this transaction need not see
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        kept[person.id] = (keys, stamp, own)
    return own


async def _read(tx: Tx, viewer: Viewer) -> Own:
    person, _ = rules.must_have_account(viewer)
    instances = await blocks.instances_of(tx, person.id)
    return Own(
        follows=await communities.followed_by(tx, person.id),
        moderates=await moderated(tx, viewer, person),
        people=await blocks.people_of(tx, person.id),
        communities=await blocks.communities_of(tx, person.id),
        instances=instances,
        sites=await store_site.of_instances(tx, [each.id for each in instances]) if instances else {},
        languages=sorted(viewer.languages),
    )


def _keys(person_id: int, own: Own) -> tuple[Key, ...]:
    """What all of it was made from. What a server says of itself may be older."""
    near = {each.id for each in (*own.follows, *own.moderates, *own.communities)}
    people = {person_id, *(each.id for each in own.people)}
    return (*(("person", number) for number in people), *(("community", number) for number in near))
