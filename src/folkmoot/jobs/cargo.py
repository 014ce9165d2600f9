"""What is carried to other servers: activities, each read once, and where they go."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from folkmoot.model.time import Micros
from folkmoot.store import audiences, outbox
from folkmoot.store.audiences import Audience
from folkmoot.store.db import Database, Tx
from folkmoot.store.outbox import Inbox, Sent

_KEPT = 1500
"""So many activities are kept at hand."""


@dataclass(slots=True, eq=False)
class Cargo:
    """An activity as it travels: `body` as bytes, the servers where it goes besides followers, and whose followers get it."""

    sent: Sent
    inboxes: dict[int, tuple[str, ...]]
    body: bytes = field(init=False)
    keys: tuple[audiences.Key, ...] = field(init=False)
    found: tuple[Audience, ...] = ()
    """The followers as they were found last, and what had changed by then."""
    found_at: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        sent = self.sent
        self.body = sent.body.encode()
        keys = []
        if sent.community_id is not None:
            keys.append(audiences.of_community(sent.community_id))
        if sent.person_id is not None:
            keys.append(audiences.of_person(sent.person_id))
        self.keys = tuple(keys)

    def concerned(self, found: Iterable[Audience]) -> set[int]:
        """The servers that this goes to, among those that are named and those of followers."""
        published = self.sent.published
        servers = set(self.inboxes)
        for audience in found:
            servers |= {number for number, since in audience.since.items() if since <= published}
        return servers

    def addresses(self, instance_id: int, found: Iterable[Audience]) -> list[str]:
        """Where at a server this goes, each address once (CMN-5)."""
        urls = dict.fromkeys(self.inboxes.get(instance_id, ()))
        published = self.sent.published
        for audience in found:
            if audience.since.get(instance_id, published + 1) <= published:
                urls.update(dict.fromkeys(audience.inboxes[instance_id]))
        return list(urls)


class Hold:
    """Activities at hand, the newest of them; others are read where they are asked for."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._kept: OrderedDict[int, Cargo] = OrderedDict()

    async def load(self, tx: Tx, after: int, limit: int) -> list[Cargo]:
        """The next activities after an id, in order, from the database; they are at hand from here on."""
        loaded = [Cargo(sent, _by_server(named)) for sent, named in await outbox.following(tx, after, limit)]
        for cargo in loaded:
            self._kept[cargo.sent.id] = cargo
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return loaded

    async def get(self, activity_id: int) -> Cargo | None:
        """An activity; None where it is no longer kept."""
        if (known := self._kept.get(activity_id)) is not None:
            return known
        async with self._db.read() as tx:
            for cargo in await self.load(tx, activity_id - 1, 1):
                return cargo if cargo.sent.id == activity_id else None
        return None

    async def concerned(self, tx: Tx, cargo: Cargo) -> set[int]:
        """The servers that an activity goes to, apart from those it goes to because it goes to all."""
        return cargo.concerned(await self._followers(tx, cargo))

    async def addresses(self, cargo: Cargo, instance_id: int) -> list[str]:
        """Where at a server an activity goes, each address once (CMN-5)."""
        if cargo.sent.to_all:
            async with self._db.read() as tx:
                found = cargo.addresses(instance_id, await self._followers(tx, cargo))
                inbox = await outbox.server_inbox(tx, instance_id)
            return found if inbox is None or inbox in found else [*found, inbox]
        # One activity goes to many, at nearly the same moment: nothing has happened since the one before asked.
        stamp = self._stamp(self._db.clock.now())
        if cargo.found_at != stamp:
            changes, now, memory = self._db.changes, self._db.clock.now(), self._db.memory
            known = [audiences.remembered(memory, changes, now, key) for key in cargo.keys]
            found_now = [audience for audience in known if audience is not None]
            if len(found_now) < len(known):
                async with self._db.read() as tx:
                    found_now = await self._followers(tx, cargo)
            cargo.found, cargo.found_at = tuple(found_now), stamp
        return cargo.addresses(instance_id, cargo.found)

    def _stamp(self, now: Micros) -> tuple[int, int]:
        return (self._db.changes.latest(), now // audiences.KEPT)

    async def _followers(self, tx: Tx, cargo: Cargo) -> list[Audience]:
        """Where the followers are to whom this goes."""
        return [await audiences.audience(tx, key) for key in cargo.keys]


def _by_server(inboxes: Iterable[Inbox]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for inbox in inboxes:
        found[inbox.instance_id] = (*found.get(inbox.instance_id, ()), inbox.url)
    return found
