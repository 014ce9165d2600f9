"""Where the followers of communities and of people are, remembered by each process while nobody comes or goes."""

from collections.abc import Sequence
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
        await tx.all_aside(
            _gathered(
                "community_follow f JOIN person p ON p.id = f.person_id WHERE f.community_id = :whose AND NOT f.pending AND NOT p.local"
            ),
            whose=community_id,
            newline="\n",
        )
    )


async def _of_person(tx: Tx, person_id: int) -> Audience:
    """The followers elsewhere of a person, by server."""
    return _by_server(
        await tx.all_aside(
            _gathered("person_follow f JOIN person p ON p.id = f.person_id WHERE f.target_id = :whose"),
            whose=person_id,
            newline="\n",
        )
    )


def _gathered(followers: str) -> str:
    """A statement that answers servers, addresses and since when somebody follows there, each as one text with a line for each address: there may be
    thousands, and in a thread each row would wait for the event loop to let go of the interpreter."""

    def text(column: str) -> str:
        return f"string_agg({column}, :newline ORDER BY w.instance_id, w.url)"

    return (
        f"SELECT {text('CAST(w.instance_id AS TEXT)')}, {text('w.url')}, {text('CAST(w.since AS TEXT)')} FROM"
        " (SELECT p.instance_id, replace(coalesce(p.shared_inbox_url, p.inbox_url), :newline, '') AS url, min(f.published) AS since"
        f" FROM {followers} AND NOT p.deleted AND NOT p.banned"
        " GROUP BY p.instance_id, replace(coalesce(p.shared_inbox_url, p.inbox_url), :newline, '')) AS w"
    )


def _by_server(rows: Sequence[Sequence[str | None]]) -> Audience:
    servers, urls, moments = (text.split("\n") if text is not None else () for text in rows[0])
    since: dict[int, Micros] = {}
    inboxes: dict[int, tuple[str, ...]] = {}
    for server, url, moment in zip(servers, urls, moments, strict=True):
        number, published = int(server), int(moment)
        since[number] = min(published, since.get(number, published))
        inboxes[number] = (*inboxes.get(number, ()), url)
    return Audience(since, inboxes)
