"""Take in what other servers send: `POST /inbox`, `/u/{name}/inbox`, `/c/{name}/inbox` (9.1).

Plain ASGI, before everything that is for people. The checks stand in the order of their cost; what passes is on disk before 202 is said,
many arrivals with one commit. What it says is done later (`process.py`).
"""

import asyncio
import json
import re
import zlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from zlib import crc32

from folkmoot.apub import documents, signatures
from folkmoot.apub.documents import Document, Malformed, host_of, same_host
from folkmoot.apub.fetch import Budget, NotFetched, fetcher_of
from folkmoot.apub.inbox.at_hand import Known, look_up
from folkmoot.apub.inbox.buckets import Buckets
from folkmoot.apub.inbox.regulars import Regulars
from folkmoot.apub.inbox.senders import Senders, Unavailable
from folkmoot.apub.policy import Policy, policy_at_hand
from folkmoot.apub.reading import Envelope, envelope
from folkmoot.apub.signatures import BadSignature, Claim, Request, VerifiedSender
from folkmoot.context import Context
from folkmoot.core.instances.arrivals import RULES
from folkmoot.logs import logger
from folkmoot.model.errors import Busy, NotAllowed, Refusal
from folkmoot.model.time import HOUR, MINUTE, Micros
from folkmoot.store import actors, communities, destinations, instances, people, received
from folkmoot.store.received import LANES, Arrival
from folkmoot.store.together import Together
from folkmoot.text.names import name_key

MAX_BYTES = documents.MAX_BYTES
PATIENCE = 9.0
"""Seconds for all of it: senders wait for ten (INB-1)."""
REST = {"sqlite": 0.0, "postgresql": 0.004}
"""Seconds between two writes of a process that has much to write: each costs the same, whether it is of five arrivals or of fifty."""
PATH = re.compile(r"/(?:(?P<kind>[uc])/(?P<name>[^/]+)/)?inbox")
_TYPES = frozenset({"application/activity+json", "application/ld+json", "application/json"})
_PASSED_OVER = frozenset({"View", "Read", "Listen", "Join", "Leave", "Invite", "Offer", "TentativeAccept"})

PER_ADDRESS = (400.0, 8000.0)
PER_HOST = (100.0, 2000.0)
PER_STRANGER = (5.0, 200.0)
"""Activities a second, and how many at once: of one address, of a server, of a server with which nobody here has to do (INB-2)."""

log = logger(__name__)


def is_delivery(scope: Any) -> bool:
    """Whether a request is for an inbox. `GET /inbox` by a browser is the page of one's notices (`web/inbox.py`)."""
    if (
        scope["type"] != "http"
        or not scope["path"].endswith("/inbox")
        or PATH.fullmatch(scope["path"]) is None
    ):
        return False
    if scope["method"] == "POST":
        return True
    wants = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    return scope["path"] != "/inbox" or b"activity+json" in wants or b"ld+json" in wants


class _Answer(Exception):
    """The end of it: a status and a word (INB-13)."""

    def __init__(self, status: int, word: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(word)
        self.status = status
        self.word = word
        self.headers = headers or {}


class Receiver:
    """The inboxes of this server, in one process."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.senders = Senders(context)
        self.fetcher = fetcher_of(context)
        self._looking = Together(self._look_up_all)
        self._writing = Together(self._write_all, rest=REST[context.db.dialect.name])
        self._seen: dict[str, Micros] = {}
        self._addresses = Buckets(*PER_ADDRESS)
        self._hosts = Buckets(*PER_HOST)
        self._strangers = Buckets(*PER_STRANGER)
        self._regulars = Regulars()
        self._synced = False
        self._friends: tuple[Micros, frozenset[str]] = (0, frozenset())

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = _Body(receive)
        try:
            async with asyncio.timeout(PATIENCE):
                status, word, headers = await self._answer_to(scope, body)
        except TimeoutError:
            if body.is_coming:
                status, word, headers = 408, "too_slow", {}
            else:
                status, word, headers = 503, "busy", {"retry-after": "30"}
        await _send(send, status, word, headers)

    async def _answer_to(self, scope: Any, body: "_Body") -> tuple[int, str, Mapping[str, str]]:
        try:
            await self._take(scope, body)
        except _Answer as answer:
            return answer.status, "" if answer.status == 202 else answer.word, answer.headers
        except BadSignature as error:
            return 401, error.code, {}
        except Malformed as error:
            log.info("inbox_refused", status=400, code=error.code, detail=error.detail)
            return 400, error.code, {}
        except (Unavailable, Busy) as error:
            return 503, str(error) or "busy", {"retry-after": "60"}
        return 202, "", {}

    # --- the checks, in order ------------------------------------------------------------------------------------------------

    async def _take(self, scope: Any, coming: "_Body") -> None:
        headers = signatures.headers_of(scope["headers"])
        await self._must_be_an_inbox(scope, headers)
        body = await coming.read(headers)
        client = (scope.get("client") or ("",))[0]
        development = self.context.settings.development
        if not development and (wait := self._addresses.take(client, self.context.clock.now())):
            raise _Answer(429, "too_many", {"retry-after": str(wait)})
        raw_path = scope.get("raw_path") or scope["path"].encode()
        query = scope.get("query_string", b"")
        target = raw_path.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")
        request = Request(scope["method"], target, headers, body, fits="signature-input" not in headers)
        if request.fits:
            signatures.check_digest(request)
        text = _unpacked(body, headers)
        document = documents.read(text, now=self.context.clock.now(), development=development)
        outside = envelope(document)
        try:
            admitted = await self._admitted(request, outside, document, text)
        except (_Answer, BadSignature, Unavailable) as error:
            _tell(outside, error)
            raise
        # What it said is kept as it was said: to put it into words once more costs as much as to read it.
        words = text.decode() if admitted is document else _words(admitted)
        await self._writing.of(_arrival(outside, admitted, words))

    async def _admitted(
        self, request: Request, outside: Envelope, document: Document, text: bytes
    ) -> Document:
        """The document that its actor vouches for, where it is to have an effect here."""
        short = await self._goes_the_short_way(request, outside)
        if short:
            return document
        known = await self._look_up(outside)
        self._must_be_theirs(outside, known.rules)
        self._drop_what_is_nothing_to_us(outside, known, text)
        if known.followed and known.sender is not None and known.sender.kind == "community":
            self._regulars.note(outside.actor, self.context.clock.now())
        if short is None:
            await self._must_be_few(host_of(outside.actor))
        return await self._verified(request, outside, document)

    async def _goes_the_short_way(self, request: Request, outside: Envelope) -> bool | None:
        """Whether all that would be asked is known here and speaks for it: most of what comes needs no look at the database before it is
        written. Where anything speaks against it the questions are asked in their order, and may find that it came before (INB-6): False
        where it was counted already among what its server sends, None where it was not."""
        db = self.context.db
        if not self._regulars.concerns_us(outside, db.clock.now()):
            return None
        await self._sync()
        rules = policy_at_hand(db)
        if rules is None or not rules.enabled:
            return None
        self._must_be_theirs(outside, rules)
        try:
            await self._must_be_few(host_of(outside.actor))
        except _Answer:
            return None
        try:
            return await self.senders.is_verified(self._claims_of(request), outside.actor)
        except BadSignature:
            return False

    async def _sync(self) -> None:
        """Hear of what others committed, once for all whose turn it is now in the event loop."""
        if self._synced:
            return
        await self.context.db.sync()
        self._synced = True
        asyncio.get_running_loop().call_soon(self._sync_again)

    def _sync_again(self) -> None:
        self._synced = False

    async def _must_be_an_inbox(self, scope: Any, headers: Mapping[str, str]) -> None:
        if scope["method"] != "POST":
            raise _Answer(405, "only_post", {"allow": "POST"})
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in _TYPES:
            raise _Answer(415, "wrong_content_type")
        match = PATH.fullmatch(scope["path"])
        if match is None or match["kind"] is None:
            return
        async with self.context.db.read() as tx:
            key = name_key(match["name"])
            find = people.by_name if match["kind"] == "u" else communities.by_name
            owner = await find(tx, key, None)
        if owner is None or owner.deleted:
            raise _Answer(404, "nobody_here")

    async def _look_up(self, outside: Envelope) -> Known:
        known = await self._looking.of(outside)
        if not known.rules.enabled:
            raise _Answer(404, "federation_disabled")
        return known

    async def _look_up_all(self, outsides: list[Envelope]) -> Sequence[Known]:
        async with self.context.db.read() as tx:
            return await look_up(tx, outsides)

    async def _write_all(self, arrivals: list[Arrival]) -> Sequence[None]:
        """Put arrivals on disk, with one commit all that came while the last or those of others were written (INB-9). Raises `Busy`."""
        try:
            async with self.context.db.write(single=True) as tx:
                self._writing.join(arrivals)
                await received.put(tx, arrivals)
            await self._note_seen({arrival.host for arrival in arrivals})
        except Exception as error:
            log.exception("arrivals_not_written", number=len(arrivals))
            raise error if isinstance(error, Busy) else Busy from error
        return [None] * len(arrivals)

    async def _note_seen(self, hosts: Collection[str]) -> None:
        """Write down, once an hour, that we hear of these servers."""
        now = self.context.clock.now()
        fresh = [host for host in hosts if now - self._seen.get(host, 0) > HOUR]
        if not fresh:
            return
        async with self.context.db.write() as tx:
            for host in fresh:
                instance = await instances.known_or_new(tx, host)
                await destinations.seen(tx, instance.id)
        self._seen |= dict.fromkeys(fresh, now)

    def _must_be_theirs(self, outside: Envelope, rules: Policy) -> None:
        """The activity is of its actor's host, which is not ours, and neither it nor anything it names is of a blocked one (INB-5)."""
        if not same_host(outside.id, outside.actor):
            raise _Answer(400, "activity_of_other_host")
        if rules.is_ours(outside.actor):
            raise _Answer(400, "local_actor")
        try:
            rules.must_allow(outside.actor)
            if outside.type != "Announce":
                rules.must_allow(outside.object, outside.target)
        except NotAllowed as error:
            raise _Answer(403, error.code) from error

    def _drop_what_is_nothing_to_us(self, outside: Envelope, known: Known, text: bytes) -> None:
        """What had its turn, or has no effect, is thanked for before any key is fetched (INB-6)."""
        if known.arrived_before:
            raise _Answer(202, "arrived_before")
        if outside.type is None and self._type_of(text) in _PASSED_OVER:
            raise _Answer(202, "nothing_to_us")
        if outside.type == "Delete" and known.sender is None and outside.object == outside.actor:
            raise _Answer(202, "nothing_to_us")
        if outside.type == "Announce" and not known.followed:
            ours = f"{self.context.settings.origin}/".encode()
            if ours not in text and ours.replace(b"/", b"\\/") not in text:
                raise _Answer(202, "nothing_to_us")

    @staticmethod
    def _type_of(text: bytes) -> str:
        kind = json.loads(text).get("type")
        return kind if isinstance(kind, str) else ""

    async def _must_be_few(self, host: str) -> None:
        """Servers have as many a second as any of them needs, and strangers a few (INB-2, ABU-24)."""
        if self.context.settings.development:
            return
        now = self.context.clock.now()
        if now - self._friends[0] > MINUTE:
            await self.learn_friends()
        buckets = self._hosts if host in self._friends[1] else self._strangers
        if wait := buckets.take(host, now):
            raise _Answer(429, "too_many", {"retry-after": str(wait)})

    async def learn_friends(self) -> None:
        """Look up with which servers people here have to do."""
        async with self.context.db.read() as tx:
            self._friends = (tx.now, await actors.friendly_hosts(tx))

    async def _verified(self, request: Request, outside: Envelope, document: Document) -> Document:
        """The document that its actor vouches for: this one, or where somebody else signed it, what lies at its origin (SIG-14)."""
        claims = self._claims_of(request)
        if not any(same_host(claim.key_id, outside.actor) for claim in claims):
            return await self._from_origin(outside)
        try:
            sender = await self.senders.verify(claims, outside.actor)
        except NotFetched as error:
            if outside.type == "Delete":
                raise _Answer(202, "nothing_to_us") from error  # of an account that is no more
            raise BadSignature("unknown_key", detail=outside.actor) from error
        assert isinstance(sender, VerifiedSender)
        return document

    def _claims_of(self, request: Request) -> tuple[Claim, ...]:
        now, settings = self.context.clock.now(), self.context.settings
        return signatures.read_claims(
            request, origin=settings.origin, now=now, development=settings.development
        )

    async def _from_origin(self, outside: Envelope) -> Document:
        """Passed on by somebody who is not its actor: only what its own server says counts."""
        try:
            document = await self.fetcher.document(outside.id, Budget(self.context.settings.development))
            signatures.found_at_origin(document, outside.id)
            if envelope(document).actor != outside.actor:
                raise BadSignature("not_at_origin", detail=outside.id)
        except BadSignature:
            raise
        except Refusal as error:
            if outside.type == "Delete":
                raise _Answer(202, "nothing_to_us") from error
            if isinstance(error, NotFetched) and error.temporary:
                raise Unavailable(error.code) from error
            raise BadSignature("not_the_sender", detail=outside.actor) from error
        return document


def _tell(outside: Envelope, error: Exception) -> None:
    """What is not let in is told in the log and nowhere else: nothing is written for who has not shown who they are (case 100)."""
    code = str(error)
    level = log.debug if code == "arrived_before" else log.info
    level(
        "inbox_not_let_in", id=outside.id, kind=outside.type or "Other", actor=outside.actor, host=host_of(outside.actor), code=code,
        rule=RULES.get(code), detail=getattr(error, "detail", None),
    )  # fmt: skip


def _words(document: Document) -> str:
    return json.dumps(document.members, ensure_ascii=False, separators=(",", ":"))


def _arrival(outside: Envelope, document: Document, words: str) -> Arrival:
    members = document.members
    inner = members.get("object")
    kind = outside.type or "Other"
    if kind in ("Announce", "Undo") and isinstance(inner, dict) and isinstance(inner.get("type"), str):
        kind = f"{kind} {inner['type']}"[:100]
    lane = crc32(outside.actor.encode()) % LANES
    return Arrival(outside.id, kind, outside.actor, host_of(outside.actor), outside.object, lane, words)


class _Body:
    """What is sent after the headers. `is_coming`: we wait for the rest of it."""

    __slots__ = ("_receive", "is_coming")

    def __init__(self, receive: Any) -> None:
        self._receive = receive
        self.is_coming = False

    async def read(self, headers: Mapping[str, str]) -> bytes:
        """All of it, as it was sent. Raises `_Answer` 413 beyond its limit, 400 where it breaks off."""
        length = headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length[:20]) > MAX_BYTES:
            raise _Answer(413, "too_large")
        pieces: list[bytes] = []
        size = 0
        self.is_coming = True
        while self.is_coming:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise _Answer(400, "broken_off")
            piece = message.get("body", b"")
            size += len(piece)
            if size > MAX_BYTES:
                raise _Answer(413, "too_large")
            pieces.append(piece)
            self.is_coming = message.get("more_body", False)
        return b"".join(pieces)


def _unpacked(body: bytes, headers: Mapping[str, str]) -> bytes:
    """The document itself. Raises `_Answer` 413, 415, 400."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding == "identity":
        return body
    if encoding != "gzip":
        raise _Answer(415, "wrong_encoding")
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        text = unpacking.decompress(body, MAX_BYTES + 1)
    except zlib.error as error:
        raise _Answer(400, "wrong_encoding") from error
    if len(text) > MAX_BYTES:
        raise _Answer(413, "too_large")
    if not unpacking.eof:
        raise _Answer(400, "wrong_encoding")
    return text


async def _send(send: Any, status: int, word: str, headers: Mapping[str, str]) -> None:
    body = json.dumps({"error": word}).encode() if word else b""
    given = [(name.encode(), value.encode()) for name, value in headers.items()]
    given += [(b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
    if body:
        given.append((b"content-type", b"application/json"))
    await send({"type": "http.response.start", "status": status, "headers": given})
    await send({"type": "http.response.body", "body": body})
