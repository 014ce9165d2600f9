"""Who signed a request: keys by actor, kept in memory, read anew when a signature does not fit (SIG-13 to SIG-16)."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from folkmoot.apub import signatures
from folkmoot.apub.documents import same_host
from folkmoot.apub.fetch import Budget, NotFetched, begun_once
from folkmoot.apub.look_again import when_used
from folkmoot.apub.objects.actors import PublicKey
from folkmoot.apub.resolve import Resolver
from folkmoot.apub.signatures import BadSignature, Claim, VerifiedSender
from folkmoot.context import Context
from folkmoot.core.communities.news import MAX_AGE
from folkmoot.model.errors import Refusal
from folkmoot.model.time import MINUTE, Micros
from folkmoot.store import actors, fetches
from folkmoot.store.keys import CHANGES

YOUNG: Micros = 5 * MINUTE
"""A key that was read so lately is not read again because of one bad signature."""
PAUSE: Micros = 10 * MINUTE
"""Between two looks at one actor because of bad signatures (ABU-17)."""
MOST_KEPT = 20_000


class Unavailable(Exception):
    """The key cannot be had now: the sender should try again (SIG-16)."""


@dataclass(slots=True)
class Kept:
    """A key, and when the actor was last read."""

    key: PublicKey
    refreshed: Micros


class Senders:
    """The keys that one process has at hand."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.resolver = Resolver(context)
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._stamp = 0
        self._looked: dict[str, Micros] = {}
        self._due: dict[str, Micros] = {}
        self._meeting: dict[str, asyncio.Task[Kept | None]] = {}
        self._looking: dict[str, asyncio.Task[None]] = {}

    async def verify(self, claims: tuple[Claim, ...], actor: str) -> VerifiedSender:
        """Raises BadSignature; `Unavailable`; `NotFetched` gone for an actor that is no more."""
        kept = self._at_hand(actor) or await self._known(actor) or await self._met(actor)
        if kept is None:
            raise BadSignature("unknown_key", detail=actor)
        claim = claims[0]
        if claim.key_id != kept.key.id and claim.actor != actor:
            kept = await self._other_key(actor, claims, kept)
        try:
            sender = signatures.verify(claims, actor, kept.key)
        except BadSignature:
            # The row may know better than our memory: the actor told of a new key, or another process has read it.
            looking = self._looking.get(actor)
            stored = await self._known(actor)
            same = stored is None or stored.key.pem == kept.key.pem
            if same and not await self._look_again(actor, kept, looking):
                raise
        else:
            await self._read_again_after_a_day(actor, kept)
            return sender
        fresh = await self._known(actor)
        if fresh is None:
            raise BadSignature("unknown_key", detail=actor)
        return signatures.verify(claims, actor, self._named(fresh, claims, kept))

    async def is_verified(self, claims: tuple[Claim, ...], actor: str) -> bool:
        """Whether the key at hand proves that it is theirs, without asking anybody. Where it does not, `verify` may find that it is."""
        kept = self._at_hand(actor)
        if kept is None or not signatures.names_key(claims[0], actor, kept.key):
            return False
        try:
            signatures.verify(claims, actor, kept.key)
        except BadSignature:
            return False
        await self._read_again_after_a_day(actor, kept)
        return True

    def _at_hand(self, actor: str) -> Kept | None:
        """What is remembered of an actor, until somebody has another key: with the one before, nobody is believed any more (ABU-17)."""
        if (stamp := self.context.db.changes.newest(CHANGES)) != self._stamp:
            self._kept.clear()
            self._stamp = stamp
        return self._kept.get(actor)

    async def _read_again_after_a_day(self, actor: str, kept: Kept) -> None:
        """Who acts is read again, aside, where that was long ago (ACT-6)."""
        now = self.context.clock.now()
        if now - kept.refreshed < MAX_AGE or now - self._due.get(actor, 0) < MAX_AGE:
            return
        if len(self._due) > MOST_KEPT:
            self._due.clear()
        self._due[actor] = now
        async with self.context.db.write() as tx:
            await when_used(tx, actor)

    def forget(self, actor: str) -> None:
        """This actor's key may have changed."""
        self._kept.pop(actor, None)

    async def _known(self, actor: str) -> Kept | None:
        """The key in the actor's row, kept from now on."""
        async with self.context.db.read() as tx:
            row = await actors.key_of(tx, actor)
        if row is None or not row.public_key or row.local:
            return None
        if row.deleted:
            raise NotFetched("not_found", detail=actor, gone=True)
        kept = Kept(PublicKey(f"{actor}#main-key", row.public_key), row.refreshed)
        if self.context.db.changes.newest(CHANGES) > tx.heard:
            return kept  # somebody has another key since this was read, perhaps they
        self._kept[actor] = kept
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return kept

    async def _met(self, actor: str) -> Kept | None:
        """The key of somebody who is new here: all who wait for it ask once, until it is written down (SIG-15). Raises as `_read`."""
        return await asyncio.shield(begun_once(self._meeting, actor, lambda: self._meet(actor)))

    async def _meet(self, actor: str) -> Kept | None:
        if (kept := await self._known(actor)) is not None:
            return kept  # it was written down since we looked
        await self._read(actor)
        return await self._known(actor)

    async def _other_key(self, actor: str, claims: tuple[Claim, ...], kept: Kept) -> Kept:
        """A key whose address does not begin with its owner's: the owner's own document has to name it (GoToSocial does so)."""
        claim = next((one for one in claims if same_host(one.key_id, actor)), None)
        if claim is None:
            raise BadSignature("foreign_key", detail=claims[0].key_id[:200])
        if await self._names(actor, claim.key_id):
            kept.key = PublicKey(claim.key_id, kept.key.pem)
            return kept
        if await self._look_again(actor, kept) and await self._names(actor, claim.key_id):
            fresh = await self._known(actor)
            if fresh is not None:
                fresh.key = PublicKey(claim.key_id, fresh.key.pem)
                return fresh
        raise BadSignature("foreign_key", detail=claim.key_id[:200])

    async def _names(self, actor: str, key_id: str) -> bool:
        async with self.context.db.read() as tx:
            return await fetches.by_alternate(tx, key_id) == actor

    @staticmethod
    def _named(fresh: Kept, claims: tuple[Claim, ...], before: Kept) -> PublicKey:
        """The key as it is now, under the address that was found to be its before."""
        if claims[0].key_id == before.key.id:
            fresh.key = PublicKey(before.key.id, fresh.key.pem)
        return fresh.key

    async def _look_again(self, actor: str, kept: Kept, begun: asyncio.Task[None] | None = None) -> bool:
        """Read the actor once more, if its key is not fresh and that was not done lately; whether it was read (SIG-13). Who comes while
        somebody looks waits for what they find: what is signed with a new key arrives together. `begun`: such a look, perhaps over."""
        looking = self._looking.get(actor, begun)
        if looking is None:
            now = self.context.clock.now()
            if now - kept.refreshed < YOUNG or now - self._looked.get(actor, 0) < PAUSE:
                return False
            if len(self._looked) > MOST_KEPT:
                self._looked.clear()
            self._looked[actor] = now
            self.forget(actor)
            looking = begun_once(self._looking, actor, lambda: self._read(actor))
        await asyncio.shield(looking)
        return True

    async def _read(self, actor: str) -> None:
        try:
            await self.resolver.actor(actor, Budget(self.context.settings.development))
        except NotFetched as error:
            if error.gone:
                raise
            if error.temporary:
                raise Unavailable(error.code) from error
            raise BadSignature("unknown_key", detail=f"{error.code} {error.detail or ''}"[:200]) from error
        except Refusal as error:
            raise BadSignature("unknown_key", detail=f"{error.code} {error.detail or ''}"[:200]) from error
