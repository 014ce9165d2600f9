"""What this server knows of the addresses that a batch of activities names: looked up for all of them at once.

Who needs an address that is not there raises `Missing`; whoever runs the batch fetches it and tries again.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from folkmoot.apub.policy import Policy
from folkmoot.model.communities import Community
from folkmoot.model.people import Person
from folkmoot.store import actors, communities, follows, gone, people, quarantine
from folkmoot.store.actors import Placed
from folkmoot.store.db import Tx
from folkmoot.store.places import Pair, PlacedPost


class Missing(Exception):
    """These addresses have to be fetched first; `again` also where they are known, because they have changed.

    `moved`: an account and the one it says it moved to: both are to be asked. `news`: those of them that are new, not only found: whom
    they answer or name hears of it. `contexts`: of those that are answered, what the answer says lists its thread.
    """

    def __init__(
        self,
        *,
        actors: Iterable[str] = (),
        objects: Iterable[str] = (),
        again: Iterable[str] = (),
        moved: Iterable[tuple[str, str]] = (),
        news: Iterable[str] = (),
        contexts: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__()
        self.actors = frozenset(actors)
        self.objects = frozenset(objects)
        self.again = frozenset(again)
        self.moved = frozenset(moved)
        self.news = frozenset(news)
        self.contexts = contexts

    @property
    def addresses(self) -> frozenset[str]:
        """All of them."""
        return self.actors | self.objects | self.again | {one for pair in self.moved for one in pair}

    def __or__(self, other: "Missing") -> "Missing":
        return Missing(
            actors=self.actors | other.actors,
            objects=self.objects | other.objects,
            again=self.again | other.again,
            moved=self.moved | other.moved,
            news=self.news | other.news,
            contexts={**self.contexts, **other.contexts},
        )


@dataclass
class Known:
    """People, communities and things by address. Kept true by who changes something in the course of a batch."""

    policy: Policy
    people: dict[str, Person] = field(default_factory=dict)
    communities: dict[str, Community] = field(default_factory=dict)
    objects: dict[str, Placed] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    followed: set[int] = field(default_factory=set)
    by_id: dict[int, Community] = field(default_factory=dict)
    awaited: set[int] = field(default_factory=set)
    """Communities elsewhere from which somebody here waits for an answer."""
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """What is to be told to other servers because of the batch, for `store/outbox.py`."""
    quarantined: set[int] = field(default_factory=set)
    accepted: set[str] | None = None
    """Of the activities inside those of the batch, those that had their effect before; None where nobody has looked."""

    places: dict[Pair, PlacedPost] = field(default_factory=dict)
    """Posts as those who answer them stand before them, locked. Empty as soon as anything was done that may have changed one."""

    def person(self, ap_id: str) -> Person:
        """A person; raises `Missing` where it has to be fetched first."""
        found = self.people.get(ap_id)
        if found is None:
            raise Missing(actors=[ap_id])
        return found

    def object(self, ap_id: str) -> Placed:
        """A post, comment or message; raises `Missing` where it has to be fetched first."""
        found = self.objects.get(ap_id)
        if found is None:
            raise Missing(objects=[ap_id])
        return found

    async def community(self, tx: Tx, community_id: int) -> Community:
        """A community that a stored thing is in."""
        found = self.by_id.get(community_id)
        if found is None:
            stored = await communities.by_id(tx, community_id)
            assert stored is not None
            found = self.by_id[community_id] = stored
            self.followed |= await actors.followed_here(tx, [community_id])
        return found

    async def add(self, tx: Tx, ap_ids: Collection[str]) -> None:
        """Look up more addresses."""
        await add(tx, self, ap_ids)

    async def look_again(self, tx: Tx, ap_ids: Collection[str]) -> None:
        """Read these once more: something about them has changed."""
        for ap_id in ap_ids:
            self.people.pop(ap_id, None)
            self.objects.pop(ap_id, None)
            if (community := self.communities.pop(ap_id, None)) is not None:
                self.by_id.pop(community.id, None)
        await add(tx, self, ap_ids)

    async def person_changed(self, tx: Tx, person: Person) -> None:
        """Somebody was banned, or the like."""
        fresh = await people.by_id(tx, person.id)
        if fresh is not None:
            self.people[fresh.ap_id] = fresh


async def look_up(tx: Tx, policy: Policy, ap_ids: Collection[str]) -> Known:
    """What is known of these addresses: four statements, however many they are."""
    known = Known(policy)
    await add(tx, known, ap_ids)
    return known


async def add(tx: Tx, known: Known, ap_ids: Collection[str]) -> None:
    """Look up more addresses."""
    if not ap_ids:
        return
    who = await actors.people_at(tx, ap_ids)
    found = await actors.communities_at(tx, ap_ids)
    known.people |= who
    known.communities |= found
    known.by_id |= {community.id: community for community in found.values()}
    known.objects |= await actors.objects_at(tx, set(ap_ids) - who.keys() - found.keys())
    known.gone |= await gone.among(tx, ap_ids)
    if elsewhere := [community.id for community in found.values() if not community.local]:
        known.followed |= await actors.followed_here(tx, elsewhere)
        known.awaited |= await follows.awaited(tx, elsewhere)
        known.quarantined |= await quarantine.among(tx, elsewhere)
