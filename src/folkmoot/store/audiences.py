"""Where the followers of communities and of people are, remembered by each process while nobody comes or goes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from folkmoot.model.time import MINUTE, Micros
from folkmoot.store.changes import Changes
from folkmoot.store.db import Tx

Key = tuple[str, int]
"""Whose followers: the name under which their changes are told (`store/changes.py`), and the id of the community or person."""
KEPT: Micros = 10 * MINUTE
"""Followers are read anew when they change, and this often whatever is said (DLV-11)."""
_MOST = 2000
"""How many audiences are remembered."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Where what goes to the followers of something is delivered: per server the addresses, and since when somebody there follows.
    What is older than that is not for them (DLV-7, VIS-2)."""

    since: dict[int, Micros]
    inboxes: dict[int, tuple[str, ...]]


def of_community(community_id: int) -> Key:
    """Who follows a community."""
    return ("followers", community_id)


def of_person(person_id: int) -> Key:
    """Who follows a person."""
    return ("fans", person_id)


def remembered(memory: dict[str, Any], changes: Changes, now: Micros, key: Key) -> Audience | None:
    """An audience as this process read it last, while nothing has changed."""
    kept = _shelf(memory).get(key)
    return kept[1] if kept is not None and kept[0] == _stamp(changes, now, key) else None


async def audience(tx: Tx, key: Key, *, anew_if_empty: bool = False) -> Audience:
    """An audience, read where it is not remembered. `anew_if_empty`: where nobody was following, look again, so that a new follower
    does not miss what comes next."""
    known = remembered(tx.memory, tx.changes, tx.now, key)
    if known is not None and (known.inboxes or not anew_if_empty):
        return known
    shelf = _shelf(tx.memory)
    if len(shelf) >= _MOST:
        shelf.clear()
    stamp = _stamp(tx.changes, tx.now, key)
    known = await (_of_community if key[0] == "followers" else _of_person)(tx, key[1])
    if stamp[0] <= tx.heard:  # what was told of since then this transaction need not see
        shelf[key] = (stamp, known)
    return known


def _shelf(memory: dict[str, Any]) -> dict[Key, tuple[tuple[int, int], Audience]]:
    shelf: dict[Key, tuple[tuple[int, int], Audience]] = memory.setdefault("audiences", {})
    return shelf


def _stamp(changes: Changes, now: Micros, key: Key) -> tuple[int, int]:
    return (changes.newest((key,)), now // KEPT)


async def _of_community(tx: Tx, community_id: int) -> Audience:
    """The followers elsewhere of a community, by server (FLW-3, FLW-4, DLV-8)."""
    return _by_server(
        await tx.all(
            "SELECT p.instance_id, coalesce(p.shared_inbox_url, p.inbox_url), min(f.published) FROM community_follow f"
            " JOIN person p ON p.id = f.person_id WHERE f.community_id = :community_id AND NOT f.pending AND NOT p.local"
            " AND NOT p.deleted AND NOT p.banned"
            " GROUP BY p.instance_id, coalesce(p.shared_inbox_url, p.inbox_url)",
            community_id=community_id,
        )
    )


async def _of_person(tx: Tx, person_id: int) -> Audience:
    """The followers elsewhere of a person, by server."""
    return _by_server(
        await tx.all(
            "SELECT p.instance_id, coalesce(p.shared_inbox_url, p.inbox_url), min(f.published) FROM person_follow f"
            " JOIN person p ON p.id = f.person_id WHERE f.target_id = :person_id AND NOT p.deleted AND NOT p.banned"
            " GROUP BY p.instance_id, coalesce(p.shared_inbox_url, p.inbox_url)",
            person_id=person_id,
        )
    )


def _by_server(rows: Iterable[Sequence[Any]]) -> Audience:
    since: dict[int, Micros] = {}
    inboxes: dict[int, tuple[str, ...]] = {}
    for instance_id, url, published in rows:
        since[instance_id] = min(published, since.get(instance_id, published))
        inboxes[instance_id] = (*inboxes.get(instance_id, ()), url)
    return Audience(since, inboxes)
