"""Fetch documents from other servers: signed by our site, bounded, checked, each address once at a time (10.1).

What comes back is a document that lies at its own id (FET-6). Everything that was fetched in vain is remembered for a while, and nobody
asks more than a budget allows. Never called within a transaction.
"""

import asyncio
import re
from collections import Counter, deque
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from folkmoot.apub import documents, signing
from folkmoot.apub.documents import Document, Malformed, host_of, read_id
from folkmoot.apub.patience import LONGEST_WISH, wish
from folkmoot.apub.policy import Policy, policy
from folkmoot.apub.signing import Scheme, SigningKey
from folkmoot.context import Context
from folkmoot.core.site.keys import site_key_pair
from folkmoot.model.errors import NotAllowed, Refusal
from folkmoot.model.time import SECOND, Micros
from folkmoot.net.client import Fetched
from folkmoot.net.errors import NetFailure, TimedOut, TooLarge, Unreachable
from folkmoot.store import fetches

T = TypeVar("T")

MAX_BYTES = documents.MAX_BYTES
TIMEOUT = 10.0
ACCEPT = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
PROFILE = documents.AS
AT_ONCE = 32
AT_ONCE_PER_HOST = 2
TOTAL = 100
PER_HOST = 10
AS_LONG_AS_PEOPLE_WAIT: Micros = 30 * SECOND
AS_LONG_AS_OTHERS_WAIT: Micros = 60 * SECOND
"""A slow server holds up whoever looks something up, and what else arrives and has to be fetched for, so long and no longer."""
CHAIN_PER_HOST = 60
"""A chain of answers, and what a person asks for, may lie on one host (PAR-1)."""
PER_DOMAIN_A_MINUTE = 20
"""Unknown things of one registrable domain that are fetched in a minute because others sent us there (ABU-11)."""
_SITES = (("sites", 0),)
_REDIRECTS = {301, 302, 303, 307, 308}
_TEMPORARY = {408, 425, 429}


class NotFetched(Refusal):
    """There is nothing to be had from this address, now (`temporary`) or at all. `gone`: its server says it was deleted or never was."""

    def __init__(
        self, code: str, *, detail: str | None = None, temporary: bool = False, gone: bool = False
    ) -> None:
        super().__init__(code, detail=detail)
        self.temporary = temporary
        self.gone = gone


class Budget:
    """What may be fetched for one purpose: so many in all, and of one host, and until when nothing new is begun, None for as long as it
    takes (FET-8). `asked`: because a person wants it."""

    def __init__(
        self,
        unlimited: bool = False,
        *,
        total: int = TOTAL,
        per_host: int = PER_HOST,
        asked: bool = False,
        until: Micros | None = None,
    ) -> None:
        self.unlimited = unlimited
        self.asked = asked
        self._total = total
        self._per_host = per_host
        self._until = until
        self._used: Counter[str] = Counter()
        self._silent: set[str] = set()

    def allow_chain(self) -> None:
        """What is fetched from now on belongs to one chain of answers (PAR-1)."""
        self._per_host = max(self._per_host, CHAIN_PER_HOST)

    def give_up(self, host: str) -> None:
        """This server did not answer: whoever waits for many of its things, one after the other, would wait for nothing else (FET-8)."""
        self._silent.add(host)

    def spend(self, host: str, now: Micros = 0) -> None:
        """One more, now. Raises `NotFetched` budget_exhausted; left_alone where the host did not answer before."""
        if host in self._silent:
            raise NotFetched("left_alone", detail=host, temporary=True)
        if self._until is not None and now > self._until:
            raise NotFetched("budget_exhausted", detail=host, temporary=True)
        if self._used.total() >= self._total or self._used[host] >= self._per_host:
            raise NotFetched("budget_exhausted", detail=host)
        self._used[host] += 1

    @property
    def used(self) -> int:
        """How many so far."""
        return self._used.total()


def begun_once(
    under_way: dict[str, asyncio.Task[T]], name: str, begin: Callable[[], Coroutine[Any, Any, T]]
) -> asyncio.Task[T]:
    """One piece of work for all who want the same while it is under way (FET-9). Wait for it shielded: it is not yours alone."""
    task = under_way.get(name)
    if task is None:
        task = under_way[name] = asyncio.create_task(begin())
        task.add_done_callback(lambda _: under_way.pop(name, None))
    return task


class Fetcher:
    """The fetching of one process: what is under way, how many at once, and which signatures each host takes."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._under_way: dict[str, asyncio.Task[Document]] = {}
        self._everywhere = asyncio.Semaphore(AT_ONCE)
        self._hosts: dict[str, asyncio.Semaphore] = {}
        self._schemes: dict[str, Scheme] = {}
        self._lately: dict[str, deque[int]] = {}
        self._key: tuple[int, SigningKey] | None = None

    async def document(self, address: str, budget: Budget) -> Document:
        """The document that lies at this id.

        Raises `NotFetched`: invalid_id, own_host, budget_exhausted, not_found (gone), http_status, wrong_content_type, wrong_id, too_large,
        timed_out, unreachable, left_alone, too_many_of_domain; `NotAllowed` instance_blocked, …; Malformed.
        """
        try:
            address = read_id(address, development=self.context.settings.development)
        except Malformed as error:
            raise NotFetched("invalid_id", detail=error.detail) from error
        return await asyncio.shield(
            begun_once(self._under_way, address, lambda: self._document(address, budget))
        )

    async def _document(self, address: str, budget: Budget) -> Document:
        found, answer = await self.look(address, budget)
        ident = found.id()
        if lies_at(ident, answer.url):
            return found
        if ident != address:
            # Another name of it, or somebody else's word: its id has to lead to itself, at once. Two servers that name each other would
            # keep us waiting for ourselves.
            again, second = await self.look(ident, budget)
            if again.id() == ident and lies_at(ident, second.url):
                return again
        raise NotFetched("wrong_id", detail=ident)

    async def look(self, address: str, budget: Budget) -> tuple[Document, Fetched]:
        """Whatever document an address answers with, and the answer itself. Raises as `document`, wrong_id excepted."""
        rules = await self._may_ask(address, budget)
        try:
            answer = await self._ask(address, budget, rules)
        except NotFetched as error:
            if error.code in ("timed_out", "unreachable"):
                budget.give_up(host_of(address))
            raise
        if answer.status in (404, 410):
            await self._failed(address, "not_found")
            code = "deleted" if answer.status == 410 else "not_found"
            raise NotFetched(code, detail=address, gone=True)
        if answer.status != 200:
            temporary = answer.status >= 500 or answer.status in _TEMPORARY
            asked = wish(answer.headers, self.context.clock.now()) if temporary else None
            await self._failed(
                address, f"status {answer.status}", host=temporary, asked=min(asked or 0, LONGEST_WISH)
            )
            raise NotFetched("http_status", detail=f"{answer.status} {address}", temporary=temporary)
        if not is_activity_json(answer):
            raise NotFetched("wrong_content_type", detail=answer.content_type[:100])
        await self._answered(address)
        settings = self.context.settings
        document = documents.read(answer.body, now=self.context.clock.now(), development=settings.development)
        return document, answer

    async def status(self, address: str, budget: Budget) -> int:
        """How a server answers a question that is all in the address. No answer is an error. Raises `NotFetched`, `NotAllowed`."""
        rules = await self._may_ask(address, budget)
        return (await self._ask(address, budget, rules)).status

    async def page(self, address: str, budget: Budget, *, accept: str) -> Fetched:
        """Anything else, unsigned: a WebFinger answer, a NodeInfo, a page of people. Raises `NotFetched`, `NotAllowed`."""
        await self._may_ask(address, budget)
        try:
            async with self._places(host_of(address)):
                return await self.context.http.get(
                    address, accept=accept, limit_bytes=MAX_BYTES, timeout=5.0, redirects=2
                )
        except NetFailure as error:
            raise await self._no_answer(address, error) from error

    # --- before ------------------------------------------------------------------------------------------------------------

    async def _may_ask(self, address: str, budget: Budget) -> Policy:
        host = host_of(address)
        async with self.context.db.read() as tx:
            rules = await policy(tx)
            left_alone = None if budget.asked else await fetches.failure(tx, [address, host])
        if not rules.enabled:
            raise NotAllowed("federation_disabled")
        if rules.is_ours(address):
            raise NotFetched("own_host", detail=address)
        rules.must_allow(address)
        if left_alone is not None:
            gone = left_alone.reason == "not_found"
            raise NotFetched(
                "not_found" if gone else "left_alone", detail=left_alone.reason, temporary=not gone, gone=gone
            )
        budget.spend(host, self.context.clock.now())
        if not (budget.asked or budget.unlimited):
            self._count(host)
        return rules

    def _count(self, host: str) -> None:
        """One more of a domain whose names may all lead to one machine (ABU-11)."""
        domain = registrable(host)
        now = self.context.clock.now()
        times = self._lately.setdefault(domain, deque(maxlen=PER_DOMAIN_A_MINUTE * 10))
        while times and times[0] <= now - 60_000_000:
            times.popleft()
        hosts_of_domain = self._hosts_of(domain)
        if len(times) >= PER_DOMAIN_A_MINUTE and hosts_of_domain > 1:
            raise NotFetched("too_many_of_domain", detail=domain, temporary=True)
        times.append(now)
        if len(self._lately) > 10_000:
            self._lately.clear()

    def _hosts_of(self, domain: str) -> int:
        return sum(1 for host in self._hosts if host == domain or host.endswith(f".{domain}"))

    def _places(self, host: str) -> "_Both":
        if len(self._hosts) > 10_000:
            self._hosts = {name: places for name, places in self._hosts.items() if places.locked()}
        return _Both(self._hosts.setdefault(host, asyncio.Semaphore(AT_ONCE_PER_HOST)), self._everywhere)

    # --- asking ------------------------------------------------------------------------------------------------------------

    async def _ask(self, address: str, budget: Budget, rules: Policy) -> Fetched:
        """One signed GET, one redirect followed by hand, and a second knock with the other kind of signature (FET-4, FET-7, SIG-19)."""
        scheme = self._schemes.get(host_of(address), Scheme.DRAFT)
        answer = await self._signed(address, scheme)
        if answer.status in _REDIRECTS:
            target = answer.headers.get("Location", "")
            try:
                target = read_id(
                    documents.joined(address, target), development=self.context.settings.development
                )
            except Malformed as error:
                raise NotFetched("invalid_redirect", detail=error.detail) from error
            if rules.is_ours(target):
                raise NotFetched("own_host", detail=target)
            rules.must_allow(target)
            budget.spend(host_of(target), self.context.clock.now())
            address = target
            scheme = self._schemes.get(host_of(address), Scheme.DRAFT)
            answer = await self._signed(address, scheme)
        if answer.status in (401, 403):
            again = await self._signed(address, scheme.other)
            if again.status == 200:
                self._schemes[host_of(address)] = scheme.other
            return again
        return answer

    async def _signed(self, address: str, scheme: Scheme) -> Fetched:
        headers = signing.sign(
            "GET",
            address,
            body=None,
            key=await self._signing_key(),
            now=self.context.clock.now(),
            scheme=scheme,
        )
        try:
            async with self._places(host_of(address)):
                return await self.context.http.get(
                    address,
                    accept=ACCEPT,
                    headers=headers,
                    limit_bytes=MAX_BYTES,
                    timeout=TIMEOUT,
                    redirects=0,
                )
        except NetFailure as error:
            raise await self._no_answer(address, error) from error

    async def _signing_key(self) -> SigningKey:
        """Our site's, as long as nobody gives it another: who verifies what is fetched looks a new one up (SIG-13)."""
        stamp = self.context.db.changes.newest(_SITES)
        if self._key is None or self._key[0] != stamp:
            pair = await site_key_pair(self.context.db)
            async with self.context.db.read() as tx:
                rules = await policy(tx)
            self._key = (stamp, SigningKey(f"{rules.own_actor}#main-key", pair.private))
        return self._key[1]

    # --- remembering -------------------------------------------------------------------------------------------------------

    async def _no_answer(self, address: str, error: NetFailure) -> NotFetched:
        if isinstance(error, TooLarge):
            return NotFetched("too_large", detail=address)
        if isinstance(error, TimedOut | Unreachable):
            await self._failed(address, type(error).__name__, host=True)
            code = "timed_out" if isinstance(error, TimedOut) else "unreachable"
            return NotFetched(code, detail=str(error)[:200], temporary=True)
        return NotFetched("address_refused", detail=str(error)[:200])

    async def _failed(self, address: str, reason: str, *, host: bool = False, asked: Micros = 0) -> None:
        """Leave it alone for a while: the address, and where the server itself is the reason, the whole host (FET-7). `asked`: how long the
        server wishes for."""
        longest = SECOND if self.context.settings.development else fetches.LONGEST_PAUSE
        async with self.context.db.write() as tx:
            await fetches.failed(tx, address, reason, longest=longest, wish=asked)
            if host:
                await fetches.failed(tx, host_of(address), reason, longest=longest, wish=asked)

    async def _answered(self, address: str) -> None:
        async with self.context.db.read() as tx:
            was = await fetches.any_failures(tx, [address, host_of(address)])
        if was:
            async with self.context.db.write() as tx:
                await fetches.answered(tx, [address, host_of(address)])


def lies_at(ident: str, url: str) -> bool:
    """Whether an id is the address that was asked (FET-6). Whoever asks puts a slash where an id has no path, as those of WordPress."""
    scheme, _, rest = ident.partition("://")
    host = re.split(r"[/?#]", rest, maxsplit=1)[0]
    after = rest[len(host) :]
    return url in (ident, f"{scheme}://{host}/{after}" if not after.startswith("/") else ident)


class _Both:
    """A place among those of a host, and one among all."""

    def __init__(self, *places: asyncio.Semaphore) -> None:
        self._places = places

    async def __aenter__(self) -> None:
        held: list[asyncio.Semaphore] = []
        try:
            for place in self._places:
                await place.acquire()
                held.append(place)
        except BaseException:  # whoever stops waiting for the second gives back the first
            for place in held:
                place.release()
            raise

    async def __aexit__(self, *_: object) -> None:
        for place in self._places:
            place.release()


def registrable(host: str) -> str:
    """The domain that somebody had to register, as far as one can tell without a list: `b.org` of `a.b.org`, `b.co.uk` of `a.b.co.uk`."""
    labels = host.split(".")
    short = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3 if short else -2 :])


def is_activity_json(answer: Fetched) -> bool:
    """Whether an answer is of a type that only a server's own documents have (FET-5)."""
    if answer.content_type == "application/activity+json":
        return True
    given = answer.headers.get("Content-Type", "")
    return answer.content_type == "application/ld+json" and PROFILE in given


def fetcher_of(context: Context) -> Fetcher:
    """The fetcher of this process and database."""
    found = context.db.memory.get("apub.fetcher")
    if found is None:
        found = context.db.memory["apub.fetcher"] = Fetcher(context)
    fetcher: Fetcher = found
    return fetcher
