"""Recorded documents of other programs, played as they stand: hosts made usable, their people and communities invented, all rightly signed.

One community takes the place of all that the recordings name: ours, to whose inbox they are sent, or one elsewhere that passes them on.
"""

import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from folkmoot.core.communities.follow import accept_follow, follow_community
from folkmoot.core.communities.moderators import appoint_moderator
from folkmoot.model.communities import Community
from folkmoot.model.people import Viewer
from folkmoot.store import actors
from tests.federation.conftest import Found
from tests.federation.network import Answer, Server
from tests.federation.peer import PUBLIC, Actor, Members, Peer
from tests.needs import shared

OURS = "https://a.example/c/main"
_WRAPPED = frozenset(
    {"Add", "Block", "Create", "Delete", "Dislike", "Like", "Lock", "Remove", "Undo", "Update"}
)
"""What a community passes on."""


class Play:
    """a.example with alice, who follows the community, and bob; and whoever the recordings name.

    `renamed`: what stands in the recordings, and what is read instead, in this order. `group` is the community's address after that.
    """

    def __init__(
        self, a: Server, make_peer: Callable[[str], Peer], group: str, renamed: dict[str, str]
    ) -> None:
        self.a, self._make_peer, self.group, self.renamed = a, make_peer, group, renamed
        self.peers: dict[str, Peer] = {}
        self._numbers = count(1)
        self._said: set[str] = set()
        self.alice: Viewer
        self.bob: Viewer

    @property
    def here(self) -> bool:
        """Whether the community is ours."""
        return self.group == OURS

    async def begin(self, *moderators: str) -> Community:
        """The community is there, with these moderators of other servers, and alice follows it."""
        self.alice, self.bob = await self.a.joins("alice"), await self.a.joins("bob")
        for ident in moderators:
            self.person(ident)
        if self.here:
            community = await self.a.founds("main", self.bob)
            for ident in moderators:
                await self.appoints(community, ident)
        else:
            self.community(*moderators)
            await self.a.resolves(self.alice, self.group)
            await self.a.settle()
            community = await self._known()
        async with self.a.writing() as tx:
            await follow_community(tx, self.alice, community.id)
            await accept_follow(tx, community.id, self.alice.id)
        await self.a.settle()
        return community

    async def appoints(self, community: Community, ident: str) -> None:
        """bob makes somebody of another server a moderator of our community."""
        await self.a.resolves(self.alice, ident)
        async with self.a.writing() as tx:
            person = (await actors.people_at(tx, [ident]))[ident]
            await appoint_moderator(tx, self.bob, community.id, person.id)
        await self.a.settle()

    async def _known(self) -> Community:
        name = self.peer(self.group).actors[self.group].document["preferredUsername"]
        return await self.a.community(name, urlsplit(self.group).netloc)

    # --- whom they play ---------------------------------------------------------------------------------------------------

    def peer(self, ident: str) -> Peer:
        """The server that an address lies on."""
        host = urlsplit(ident).netloc
        if host not in self.peers:
            self.peers[host] = self._make_peer(host)
        return self.peers[host]

    def actor(self, ident: str, kind: str, **more: Any) -> Actor:
        """Whoever lives at an address, invented when first named."""
        peer = self.peer(ident)
        if ident not in peer.actors:
            path = ident.removeprefix(peer.origin)
            name = path.strip("/").rpartition("/")[2] or peer.host
            peer._actor(path, kind, name, more)
        return peer.actors[ident]

    def person(self, ident: str, **more: Any) -> Actor:
        return self.actor(ident, "Person", **more)

    def community(self, *moderators: str, **more: Any) -> Actor:
        """The community elsewhere, with its lists."""
        peer = self.peer(self.group)
        if self.group in peer.actors:
            return peer.actors[self.group]
        items = {"moderators": list(moderators), "featured": [], "pinned": [], "outbox": []}
        for word, ids in items.items():
            address = f"{self.group}/{word}"
            peer.documents[address] = {"id": address, "type": "OrderedCollection", "orderedItems": ids}
        address = f"{self.group}/followers"
        peer.documents[address] = {"id": address, "type": "Collection", "totalItems": 7, "items": []}
        lists = {"attributedTo": f"{self.group}/moderators", "followers": f"{self.group}/followers"}
        return self.actor(self.group, "Group", **{"featured": f"{self.group}/featured", **lists, **more})

    # --- what they say -----------------------------------------------------------------------------------------------------

    def recorded(self, name: str, more: dict[str, str] | None = None) -> Any:
        """A document of the corpus, read as it is meant here; `more` renames more of it."""
        text = shared(f"federation/fixtures/{name}.json").read_text(encoding="utf-8")
        for old, new in (*self.renamed.items(), *(more or {}).items()):
            text = text.replace(old, new)
        return json.loads(text)

    def serves(self, document: Members) -> Members:
        """Let a document be found at its address, and its author live."""
        peer = self.peer(document["id"])
        peer.documents[document["id"]] = document
        peer.pages.pop(document["id"], None)
        self.person(document["attributedTo"])
        return document

    def withdraws(self, ident: str) -> None:
        """Let a document be gone from its address, as after its author deleted it."""
        self.peer(ident).pages[ident] = Answer(410)

    async def says(self, activity: Members, *, alone: bool = False) -> str:
        """An activity arrives, signed by its actor; where the community is elsewhere and passes such things on, from there. Its verdict.

        `alone`: straight from its actor in any case.
        """
        if activity["id"] in self._said:  # some of the recordings share an address
            activity = {**activity, "id": f"{activity['id']}-{next(self._numbers)}"}
        self._said.add(activity["id"])
        for ident in set(_people_in(activity)):
            if not ident.startswith("https://a.example/") and ident != self.group:
                self.actor(ident, "Application" if urlsplit(ident).path in ("", "/") else "Person")
        if not self.here and not alone and activity["type"] in _WRAPPED:
            peer = self.peer(self.group)
            to, cc = [PUBLIC], [f"{self.group}/followers"]
            address = peer.id("passed-on")
            activity = {
                "id": address,
                "type": "Announce",
                "actor": self.group,
                "to": to,
                "cc": cc,
                "object": activity,
            }
        peer = self.peer(activity["actor"])
        return await peer.tells(self.a, activity)

    async def plays(self, name: str, more: dict[str, str] | None = None, *, alone: bool = False) -> str:
        """One recording arrives; its verdict."""
        return await self.says(self.recorded(name, more), alone=alone)


def _people_in(value: Any) -> Iterator[str]:
    """Who acts or writes in a document, at whatever depth."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in ("actor", "attributedTo") and isinstance(inner, str):
                yield inner
            else:
                yield from _people_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _people_in(inner)


async def one(play: Play, sql: str) -> Any:
    """A row of our database, or its only value."""
    (row,) = await play.a.rows(sql) or [(None,)]
    return row[0] if len(row) == 1 else row


async def true(play: Play, sql: str) -> bool:
    """Whether our database says so."""
    return bool(await play.a.value(sql))


async def stage(servers: Found, peer: Callable[[str], Peer], group: str, renamed: dict[str, str]) -> Play:
    """A play in front of our server a.example."""
    (a,) = await servers("a")
    return Play(a, peer, group, renamed)
