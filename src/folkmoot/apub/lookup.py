"""From an address or a handle that somebody typed to the thing on its own server (10.2)."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from selectolax.lexbor import LexborHTMLParser

from folkmoot.apub import documents
from folkmoot.apub.documents import Document, Malformed, host_of, read_id, same_host
from folkmoot.apub.fetch import AS_LONG_AS_PEOPLE_WAIT, CHAIN_PER_HOST, Budget, NotFetched
from folkmoot.apub.objects.content import parse_content
from folkmoot.apub.objects.parts import ACTOR_TYPES
from folkmoot.apub.policy import policy
from folkmoot.apub.resolve import Resolver, authority
from folkmoot.context import Context
from folkmoot.model.errors import Refusal
from folkmoot.store import actors, fetches
from folkmoot.text.names import Handle, parse_handle

_ACTIVITIES = frozenset({"Create", "Update", "Announce"})
_JRD = "application/jrd+json, application/json"
_JRD_TYPES = frozenset({"application/jrd+json", "application/json"})
_ALTERNATES = frozenset({"application/activity+json", "application/ld+json"})
_TYPE_PROPERTY = f"{documents.AS}#type"
_MOST_LINKS = 10


@dataclass(frozen=True, slots=True)
class Link:
    """An actor that WebFinger names, and of what kind it says it is."""

    href: str
    kind: str | None


class Lookup:
    """Makes what somebody asks for known here, as far as it may be. `core/search/resolve.py` says what it is then."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.resolver = Resolver(context)
        self.fetcher = self.resolver.fetcher

    async def bring(self, query: str) -> None:
        """An address, or `!name@host`, `@name@host`, `name@host`. Raises `NotFetched`, `Refusal`."""
        until = self.context.clock.now() + AS_LONG_AS_PEOPLE_WAIT
        budget = Budget(self.context.settings.development, per_host=CHAIN_PER_HOST, asked=True, until=until)
        if "://" in query:
            await self._address(query.strip(), budget)
            return
        handle = parse_handle(query.strip().removeprefix("acct:"))
        if handle is None or handle.host is None:
            raise NotFetched("invalid_handle", detail=query[:200])
        await self._handle(handle, budget)

    async def names(self, account: str, other: str) -> bool:
        """Whether an account, by address, says that another one is its own too: asked of its own server, now (MOV-1)."""
        budget = Budget(self.context.settings.development, asked=True)
        return await self.resolver.names(account, other, budget)

    # --- addresses -----------------------------------------------------------------------------------------------------------

    async def _address(self, address: str, budget: Budget) -> None:
        try:
            address = read_id(address.partition("#")[0], development=self.context.settings.development)
        except Malformed as error:
            raise NotFetched("invalid_id", detail=error.detail) from error
        document = await self._document(address, budget)
        if document.id() != address:
            async with self.context.db.write() as tx:
                await fetches.add_alternates(tx, document.id(), [address])
        kind = document.kind(ACTOR_TYPES)
        if kind is not None:
            await self.resolver.actor(document.id(), budget)
            return
        if document.kind(_ACTIVITIES) is not None and document.get("object") is not None:
            await self.resolver.thing(document.id("object"), budget)  # what it is about, from where that lies
            return
        await self.resolver.take(document, parse_content(document), budget, above=(document.id(),))

    async def _document(self, address: str, budget: Budget) -> Document:
        """The document of an address; of a page for people the one that it names on the same server."""
        try:
            return await self.fetcher.document(address, budget)
        except NotFetched as error:
            if error.code != "wrong_content_type" or "html" not in (error.detail or ""):
                raise
            page = await self.fetcher.page(address, budget, accept="text/html")
            other = alternate_of(page.body, address)
            if other is None:
                raise
        return await self.fetcher.document(other, budget)

    # --- handles -------------------------------------------------------------------------------------------------------------

    async def _handle(self, handle: Handle, budget: Budget) -> None:
        """Ask the server of a handle, and read whom it names until one is of the kind that was asked for (WF-7)."""
        assert handle.host is not None
        links = await self._webfinger(handle.name, handle.host, budget)
        wanted = {"community": "Group", "person": "Person"}.get(handle.kind or "")
        links = list(reversed(links)) if wanted == "Group" else links
        links.sort(key=lambda link: wanted is not None and link.kind is not None and link.kind != wanted)
        error: Refusal = NotFetched("couldnt_find_object", detail=f"{handle.name}@{handle.host}")
        found = False
        for link in links:
            try:
                await self.resolver.actor(link.href, budget)
            except Refusal as refusal:
                error = refusal
                continue
            found = True
            async with self.context.db.write() as tx:
                known = await actors.key_of(tx, link.href)
                kind = known.kind if known else ""
                if not same_host(link.href, f"{self.context.settings.scheme}://{handle.host}/"):
                    await fetches.add_alternates(tx, link.href, [f"acct:{handle.name}@{handle.host}"])
            if wanted is None or kind == ("community" if wanted == "Group" else "person"):
                return
        if not found:
            raise error

    async def _webfinger(self, name: str, host: str, budget: Budget) -> list[Link]:
        """The actors that a server names for a handle."""
        scheme = self.context.settings.scheme if self.context.settings.development else "https"
        resource = quote(f"acct:{name}@{host}", safe=":@")
        address = f"{scheme}://{host}/.well-known/webfinger?resource={resource}"
        async with self.context.db.read() as tx:
            rules = await policy(tx)
        rules.must_allow(address)
        answer = await self.fetcher.page(address, budget, accept=_JRD)
        if answer.status != 200 or answer.content_type not in _JRD_TYPES or not answer.body.strip():
            raise NotFetched("not_found", detail=f"{name}@{host}", gone=answer.status in (404, 410))
        try:
            found = documents.load(answer.body)
        except Malformed as error:
            raise NotFetched("wrong_webfinger", detail=host) from error
        links = self._links(found)
        if not links:
            raise NotFetched("wrong_webfinger", detail=host)
        return [link for link in links if await self._belongs(link, found, name, host, budget)]

    def _links(self, found: dict[str, Any]) -> list[Link]:
        links: list[Link] = []
        given = found.get("links")
        for one in given if isinstance(given, list) else []:
            if len(links) >= _MOST_LINKS:
                break
            if not isinstance(one, dict) or one.get("rel") != "self":
                continue
            if str(one.get("type", "")).partition(";")[0].strip() not in _ALTERNATES:
                continue
            try:
                href = read_id(one.get("href"), development=self.context.settings.development)
            except Malformed:
                continue
            properties = one.get("properties")
            kind = properties.get(_TYPE_PROPERTY) if isinstance(properties, dict) else None
            links.append(Link(href, kind if isinstance(kind, str) else None))
        return links

    async def _belongs(self, link: Link, found: dict[str, Any], name: str, host: str, budget: Budget) -> bool:
        """Another server than the one that was asked has to agree: its own answer names the same actor (WF-8)."""
        if host_of(link.href) == host.partition(":")[0]:
            return True
        subject = str(found.get("subject", "")).removeprefix("acct:")
        if subject.rpartition("@")[2].lower() == host:
            return True
        other = authority(link.href)
        try:
            return any(one.href == link.href for one in await self._webfinger(name, other, budget))
        except Refusal:
            return False


def alternate_of(page: bytes, address: str) -> str | None:
    """The document that a page for people names as its other form, if it lies on the same server."""
    head = LexborHTMLParser(page.decode("utf-8", "replace"))
    for link in head.css("link[rel=alternate]"):
        if (link.attributes.get("type") or "").partition(";")[0].strip() in _ALTERNATES:
            try:
                other = documents.joined(address, link.attributes.get("href") or "")
            except Malformed:
                continue
            if host_of(other) == host_of(address) and other != address:
                return other
    return None


def lookup_of(context: Context) -> Lookup:
    """What looks things up for this process."""
    found = context.db.memory.get("apub.lookup")
    if found is None:
        found = context.db.memory["apub.lookup"] = Lookup(context)
    lookup: Lookup = found
    return lookup
