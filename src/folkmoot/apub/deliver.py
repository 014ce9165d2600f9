"""Send one activity to one address, and say how that went. What follows from it is for `jobs/lanes.py` to decide.

The keys of our actors are kept in each process for a few minutes.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from folkmoot.apub.objects.our_actors import key_id
from folkmoot.apub.patience import wish
from folkmoot.apub.signing import CONTENT_TYPE, Scheme, SigningKey, sign
from folkmoot.core.people.keys import new_key_pair
from folkmoot.model.time import DAY, MINUTE, Clock, Micros
from folkmoot.net.client import Client, Fetched
from folkmoot.net.errors import NetFailure
from folkmoot.store import keys
from folkmoot.store.db import Database
from folkmoot.store.keys import Owner
from folkmoot.store.outbox import Sent

TIMEOUT = 10.0
"""Seconds (DLV-5)."""
SCHEME_KEPT: Micros = 30 * DAY
_KEY_KEPT: Micros = 5 * MINUTE
_KEYS = 2000
_ANSWER_LIMIT = 4096
_REDIRECT_PATIENCE: Micros = DAY
_TEMPORARY = frozenset({408, 425, 429})

_SIGNING = 0.002
"""Seconds in a row for which signatures are made before everybody else has their turn."""
_TOGETHER = 16
"""Requests that are at most signed in a row, and then go out one right after the other."""

Result = Literal["done", "rejected", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a delivery went. `rejected`: it will never be taken. `failed`: later perhaps; `wish` is how long the server wants to
    be left alone. `reason` is a few words that count together, such as `status 502` or `timeout`. `scheme`: how the request
    was signed that was accepted."""

    result: Result
    reason: str = ""
    status: int | None = None
    wish: Micros | None = None
    scheme: Scheme | None = None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A request that waits for its signature."""

    inbox: str
    body: bytes
    key: SigningKey
    now: Micros
    scheme: Scheme
    signed: "asyncio.Future[dict[str, str]]"


class Signer:
    """Signs in the event loop, so long in a row and no longer.

    To hand each request to a thread and back costs processor time too, and while the loop was busy the thread had to wait for it after
    each one.
    """

    def __init__(self) -> None:
        self._waiting: deque[_Wanted] = deque()
        self._ready: list[tuple[asyncio.Future[dict[str, str]], dict[str, str]]] = []
        self._has_a_turn = False

    async def sign(
        self, inbox: str, body: bytes, key: SigningKey, now: Micros, scheme: Scheme
    ) -> dict[str, str]:
        """The headers of a request, in the order in which they were asked for."""
        loop = asyncio.get_running_loop()
        wanted = _Wanted(inbox, body, key, now, scheme, loop.create_future())
        self._waiting.append(wanted)
        if not self._has_a_turn:
            self._has_a_turn = True
            loop.call_soon(self._next_turn)
        return await wanted.signed

    def _next_turn(self) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + _SIGNING
        while self._waiting:
            self._sign_one(self._waiting.popleft())
            if len(self._ready) >= _TOGETHER or not self._waiting:
                self._hand_out()
            if loop.time() > until:
                break
        self._has_a_turn = bool(self._waiting)
        if self._has_a_turn:
            loop.call_soon(self._next_turn)

    def _sign_one(self, wanted: _Wanted) -> None:
        if wanted.signed.done():
            return  # nobody waits for it any more
        try:
            headers = sign(
                "POST", wanted.inbox, body=wanted.body, key=wanted.key, now=wanted.now, scheme=wanted.scheme
            )
        except Exception as error:  # noqa: BLE001 - whoever waits has to hear of it, whatever it is
            wanted.signed.set_exception(error)
        else:
            self._ready.append((wanted.signed, headers))

    def _hand_out(self) -> None:
        ready, self._ready = self._ready, []
        for signed, headers in ready:
            if not signed.done():
                signed.set_result(headers)


@dataclass(frozen=True, slots=True)
class _Keys:
    """With what an actor signs, none for one that is no more. While a new key is told to others (ACT-10) there are two, the one before
    first: some know one of them, some the other. `learned`: the inboxes that believed the new one. Looked up again after `until`, and when
    somebody has another key: `stamp` is the number of the last such change."""

    until: Micros
    stamp: int
    keys: tuple[SigningKey, ...]
    learned: set[str]

    def for_inbox(self, inbox: str) -> tuple[SigningKey, ...]:
        """The keys to sign with, the likeliest first."""
        return self.keys[::-1] if inbox in self.learned else self.keys

    def believed(self, inbox: str, key: SigningKey) -> None:
        """This inbox took what was signed with this key."""
        if key is not self.keys[0]:
            self.learned.add(inbox)


class Postman:
    """What delivers, one for each process."""

    def __init__(self, db: Database, http: Client, clock: Clock) -> None:
        self._db = db
        self._http = http
        self._clock = clock
        self._keys: dict[tuple[Owner, int], _Keys] = {}
        self._looking_up = asyncio.Lock()
        self._signer = Signer()

    async def deliver(
        self, activity: Sent, body: bytes, inbox: str, scheme: Scheme, *, accepted_before: bool
    ) -> Outcome:
        """Send an activity to an inbox, signed by its actor; where the signature is not understood, once more in the other way (SIG-19).

        Where the actor has a new key, either way with both: what is not taken now is never sent again. Lemmy says 400 to a wrong key.
        `body`: that of the activity, as it travels. `accepted_before`: whether this server ever took something from us; then only 401 means
        that the signature was not understood, while there is one key.
        """
        known = await self._keys_of(activity.actor_kind, activity.actor_id)
        if not known.keys:
            return Outcome("rejected", "no key")
        first: Outcome | None = None
        for way in (scheme, scheme.other):
            for key in known.for_inbox(inbox):
                outcome = await self._knock(inbox, body, key, way, activity.published)
                if outcome.result != "rejected":
                    known.believed(inbox, key)
                    return outcome
                first = first or outcome
                settled = accepted_before and len(known.keys) == 1
                if first.status != 401 and (first.status not in {400, 403} or settled):
                    return first
        assert first is not None
        return first

    async def _knock(
        self, inbox: str, body: bytes, key: SigningKey, scheme: Scheme, published: Micros
    ) -> Outcome:
        now = self._clock.now()
        headers = await self._signer.sign(inbox, body, key, now, scheme)
        try:
            answer = await self._http.post(
                inbox,
                body=body,
                content_type=CONTENT_TYPE,
                headers=headers,
                limit_bytes=_ANSWER_LIMIT,
                timeout=TIMEOUT,
                unread=True,
            )
        except NetFailure as error:
            return Outcome("rejected" if error.permanent else "failed", _name_of(error))
        return _outcome(answer, scheme, now, published)

    async def _keys_of(self, kind: Owner, actor_id: int) -> _Keys:
        """The keys with which this actor signs now."""
        if (known := self._at_hand(kind, actor_id)) is not None:
            return known
        async with self._looking_up:
            if (known := self._at_hand(kind, actor_id)) is not None:
                return known
            stamp = self._db.changes.newest(keys.CHANGES)
            found = await self._find(kind, actor_id)
            pems = (found.private_pem, found.next_pem) if found is not None else ()
            ident = key_id(found.actor) if found is not None else ""
            until = self._clock.now() + _KEY_KEPT
            known = _Keys(until, stamp, tuple(SigningKey(ident, pem) for pem in pems if pem), set())
            if len(self._keys) >= _KEYS:
                self._keys.clear()
            self._keys[(kind, actor_id)] = known
            return known

    def _at_hand(self, kind: Owner, actor_id: int) -> _Keys | None:
        known = self._keys.get((kind, actor_id))
        if known is None or known.until <= self._clock.now():
            return None
        return known if known.stamp == self._db.changes.newest(keys.CHANGES) else None

    async def _find(self, kind: Owner, actor_id: int) -> keys.Signer | None:
        """An actor's key, made where it has none yet (ACT-9)."""
        async with self._db.read() as tx:
            found = await keys.signer(tx, kind, actor_id)
        if found is None or found.private_pem:
            return found
        pair = await new_key_pair()
        async with self._db.write() as tx:
            await keys.keep(tx, kind, actor_id, public=pair.public, private=pair.private)
            return await keys.signer(tx, kind, actor_id)


def _outcome(answer: Fetched, scheme: Scheme, now: Micros, published: Micros) -> Outcome:
    """What a status means (DLV-5). A redirect may be a mistake of a day, and is never followed (SIG-6)."""
    status = answer.status
    if 200 <= status < 300:
        return _done(status, scheme)
    reason = f"status {status}"
    if 300 <= status < 400:
        patient = now < published + _REDIRECT_PATIENCE
        return Outcome("failed" if patient else "rejected", reason, status)
    if 400 <= status < 500 and status not in _TEMPORARY:
        return Outcome("rejected", reason, status)
    return Outcome("failed", reason, status, wish=wish(answer.headers, now))


@lru_cache(100)
def _done(status: int, scheme: Scheme) -> Outcome:
    return Outcome("done", status=status, scheme=scheme)


def _name_of(error: NetFailure) -> str:
    return {
        "TimedOut": "timeout",
        "Unreachable": "unreachable",
        "AddressRefused": "address refused",
        "BadUrl": "bad address",
    }.get(type(error).__name__, "unreadable answer")
