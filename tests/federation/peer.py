"""A server that a test plays itself: it answers what it is told to, and sends whatever it likes, rightly signed or not."""

import json
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from multidict import CIMultiDict
from yarl import URL

from folkmoot.apub.signing import Scheme, SigningKey, sign
from folkmoot.core.people.keys import KeyPair
from folkmoot.model.time import to_rfc3339
from tests.federation.network import Answer, Network, NetworkClient, Request, Server

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
Members = dict[str, Any]
_numbers = count(1)


@dataclass
class Actor:
    """Somebody or something that the peer plays."""

    id: str
    keys: KeyPair
    document: Members

    @property
    def key(self) -> SigningKey:
        return SigningKey(self.document["publicKey"]["id"], self.keys.private)


@dataclass
class Peer:
    """`documents` are served by their addresses; `pages` answer instead of them where they are named; `got` are the activities received."""

    network: Network
    host: str
    key_pool: list[KeyPair]
    documents: dict[str, Members] = field(default_factory=dict)
    pages: dict[str, Answer] = field(default_factory=dict)
    got: list[Members] = field(default_factory=list)
    status: int = 202
    actors: dict[str, Actor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.network.hosts[self.host] = self.answer
        self.client = NetworkClient(self.network, self.host)

    @property
    def origin(self) -> str:
        return f"https://{self.host}"

    async def answer(self, request: Request) -> Answer:
        """What it says to anybody."""
        if request.method == "POST":
            self.got.append(json.loads(request.body))
            return Answer(self.status)
        address = str(request.url)
        if address in self.pages:
            return self.pages[address]
        if request.url.path == "/.well-known/webfinger":
            return self._webfinger(request.url.query.get("resource", ""))
        if address in self.documents:
            return Answer(body=json.dumps(self.documents[address]).encode())
        return Answer(404)

    def _webfinger(self, resource: str) -> Answer:
        name = resource.removeprefix("acct:").partition("@")[0].lstrip("!~")
        links = [
            {
                "rel": "self",
                "type": "application/activity+json",
                "href": actor.id,
                "properties": {"https://www.w3.org/ns/activitystreams#type": actor.document["type"]},
            }
            for actor in self.actors.values()
            if actor.document["preferredUsername"] == name
        ]
        if not links:
            return Answer(404)
        body = json.dumps({"subject": resource, "links": links}).encode()
        return Answer(body=body, content_type="application/jrd+json")

    # --- whom it plays -----------------------------------------------------------------------------------------------------

    def _actor(self, path: str, kind: str, name: str, more: Members) -> Actor:
        ident = f"{self.origin}{path}"
        keys = self.key_pool[len(self.actors) % len(self.key_pool)]
        document = {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": ident,
            "type": kind,
            "preferredUsername": name,
            "inbox": f"{ident}/inbox",
            "outbox": f"{ident}/outbox",
            "endpoints": {"sharedInbox": f"{self.origin}/inbox"},
            "publicKey": {"id": f"{ident}#main-key", "owner": ident, "publicKeyPem": keys.public},
            "published": "2026-01-01T00:00:00Z",
            **more,
        }
        actor = Actor(ident, keys, document)
        self.documents[ident] = document
        self.actors[ident] = actor
        return actor

    def person(self, name: str, **more: Any) -> Actor:
        """Somebody who lives there."""
        return self._actor(f"/u/{name}", "Person", name, more)

    def group(self, name: str, *moderators: Actor, **more: Any) -> Actor:
        """A community there, with its lists."""
        ident = f"{self.origin}/c/{name}"
        lists = {
            "followers": {"type": "Collection", "totalItems": 7, "items": []},
            "outbox": {"type": "OrderedCollection", "totalItems": 0, "orderedItems": []},
            "featured": {"type": "OrderedCollection", "totalItems": 0, "orderedItems": []},
            "moderators": {"type": "OrderedCollection", "orderedItems": [one.id for one in moderators]},
        }
        for word, document in lists.items():
            self.documents[f"{ident}/{word}"] = {"id": f"{ident}/{word}", **document}
        links = {
            "followers": f"{ident}/followers",
            "featured": f"{ident}/featured",
            "attributedTo": f"{ident}/moderators",
        }
        return self._actor(f"/c/{name}", "Group", name, {**links, **more})

    # --- what it says ------------------------------------------------------------------------------------------------------

    def id(self, kind: str) -> str:
        """An address that was not used before."""
        return f"{self.origin}/{kind}/{next(_numbers)}"

    def page(self, author: Actor, community: str, name: str = "Figs in pots", **more: Any) -> Members:
        """A post by somebody; it is served at its address from now on."""
        document = {
            "type": "Page",
            "id": self.id("post"),
            "attributedTo": author.id,
            "to": [community, PUBLIC],
            "cc": [],
            "audience": community,
            "name": name,
            "content": "<p>They want sun.</p>",
            "mediaType": "text/html",
            "source": {"content": "They want sun.", "mediaType": "text/markdown"},
            "published": "2026-06-01T11:00:00Z",
            **more,
        }
        self.documents[document["id"]] = document
        return document

    def note(
        self, author: Actor, parent: str, community: str, text: str = "And water.", **more: Any
    ) -> Members:
        """A comment by somebody; it is served at its address from now on."""
        document = {
            "type": "Note",
            "id": self.id("comment"),
            "attributedTo": author.id,
            "inReplyTo": parent,
            "to": [community, PUBLIC],
            "cc": [],
            "audience": community,
            "content": f"<p>{text}</p>",
            "mediaType": "text/html",
            "source": {"content": text, "mediaType": "text/markdown"},
            "published": "2026-06-01T11:30:00Z",
            **more,
        }
        self.documents[document["id"]] = document
        return document

    def activity(self, kind: str, actor: Actor, thing: Any, **more: Any) -> Members:
        """An activity by somebody."""
        return {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": self.id(f"activities/{kind.lower()}"),
            "type": kind,
            "actor": actor.id,
            "object": thing,
            **more,
        }

    def in_community(self, kind: str, actor: Actor, thing: Any, community: str, **more: Any) -> Members:
        """The same, addressed to a community and everybody."""
        more = {"to": [community, PUBLIC], "cc": [community], "audience": community, **more}
        return self.activity(kind, actor, thing, **more)

    def announce(self, group: Actor, inner: Any) -> Members:
        """A community passes something on."""
        to, cc = [group.id, PUBLIC], [f"{group.id}/followers"]
        return self.activity("Announce", group, inner, to=to, cc=cc)

    # --- sending -----------------------------------------------------------------------------------------------------------

    async def send(
        self,
        server: Server,
        activity: Members | bytes,
        by: Actor | None = None,
        *,
        path: str = "/inbox",
        scheme: Scheme = Scheme.DRAFT,
        signed: bool = True,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Deliver something to a server, signed by its actor unless told otherwise."""
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        url = f"https://{server.host}{path}"
        given = {"Content-Type": "application/activity+json"}
        if signed:
            signer = by or self.actors[activity["actor"]]  # type: ignore[index]
            given |= sign("POST", url, body=body, key=signer.key, now=server.clock.now(), scheme=scheme)
        given |= headers or {}
        return await self.network.ask(Request(self.host, "POST", URL(url), _headers(given), body))

    async def tells(self, server: Server, activity: Members, by: Actor | None = None) -> str:
        """Deliver something and have it worked off; what became of it: `accepted`, or why it was refused."""
        answer = await self.send(server, activity, by)
        if answer.status != 202:
            return f"{answer.status} {json.loads(answer.body or b'{}').get('error', '')}".strip()
        await server.settle()
        return await server.verdict(activity["id"])


def _headers(given: dict[str, str]) -> Any:
    return CIMultiDict(given)


def moment(server: Server, ago: int = 0) -> str:
    """A moment so many microseconds ago, as documents write it."""
    return to_rfc3339(server.clock.now() - ago)
