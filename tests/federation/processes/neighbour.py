"""A server that the test plays over real HTTP: many people of its own, who write to a community elsewhere and do not give up.

They do what senders have to do: each sends one thing after the other, and sends it again under the same address until it was answered.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from folkmoot.apub.signing import sign
from folkmoot.core.people.keys import KeyPair
from folkmoot.model.time import SystemClock, to_rfc3339
from tests.federation.network import Network, Request
from tests.federation.peer import Actor, Members, Peer

TRY_AGAIN_AFTER = 0.05


@dataclass
class Neighbour(Peer):
    """`accepted`: the activities that were answered 202, in the order in which they were. `took` counts what was delivered here, by address."""

    accepted: dict[str, Members] = field(default_factory=dict)
    took: Counter[str] = field(default_factory=Counter)
    tries: int = 0
    http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=10))

    @property
    def origin(self) -> str:
        return f"http://{self.host}"

    async def serve(self, request: web.Request) -> web.Response:
        """What it answers over HTTP."""
        body = await request.read()
        url = URL(f"{self.origin}{request.rel_url}")
        answer = await self.answer(Request("", request.method, url, CIMultiDict(request.headers), body))
        if request.method == "POST":
            self.took[self.got[-1]["id"]] += 1
        return web.Response(status=answer.status, body=answer.body, content_type=answer.content_type)

    async def insists(self, inbox: str, activity: Members) -> None:
        """Send it until it is answered; whoever refuses it fails the test."""
        body = json.dumps(activity).encode()
        key = self.actors[activity["actor"]].key
        while True:
            signed = sign("POST", inbox, body=body, key=key, now=SystemClock().now())
            self.tries += 1
            try:
                answer = await self.http.post(inbox, content=body, headers=signed)
            except httpx.TransportError:
                await asyncio.sleep(TRY_AGAIN_AFTER)
                continue
            if answer.status_code == 202:
                self.accepted[activity["id"]] = activity
                return
            assert answer.status_code == 503, (answer.status_code, answer.text, activity)
            await asyncio.sleep(TRY_AGAIN_AFTER)

    def announced(self, group: str) -> dict[str, set[str]]:
        """What a community passed on: by the address of what is inside, the addresses under which that came."""
        found: dict[str, set[str]] = {}
        for said in self.got:
            if said["type"] == "Announce" and said["actor"] == group and isinstance(said["object"], dict):
                found.setdefault(said["object"]["id"], set()).add(said["id"])
        return found


@asynccontextmanager
async def living_at(host: str, keys: list[KeyPair]) -> AsyncIterator[Neighbour]:
    """A neighbour who answers at this address and port."""
    neighbour = Neighbour(Network(), host, keys)
    app = web.Application(client_max_size=2**22)
    app.router.add_route("*", "/{path:.*}", neighbour.serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    address, _, port = host.partition(":")
    await web.TCPSite(runner, address, int(port)).start()
    try:
        yield neighbour
    finally:
        await neighbour.http.aclose()
        await runner.cleanup()


# --- what its people do ------------------------------------------------------------------------------------------------------------


@dataclass
class Expected:
    """What has to stand at the end: comments by address (None where its author deleted it), votes by voter and thing, followers."""

    texts: dict[str, str | None] = field(default_factory=dict)
    votes: dict[tuple[str, str], int] = field(default_factory=dict)
    followers: set[str] = field(default_factory=set)


Send = Callable[[Members], Awaitable[None]]


@dataclass
class Crowd:
    """People of a neighbour who take part in a community elsewhere until they are told to stop."""

    neighbour: Neighbour
    community: str
    post: str
    send: Send
    things: list[str] = field(default_factory=list)
    """What is voted on."""
    expected: Expected = field(default_factory=Expected)
    stopping: bool = False

    async def take_part(self, number: int) -> None:
        """One of several who do this side by side."""
        writer = self.neighbour.person(f"writer{number}")
        voter = self.neighbour.person(f"voter{number}")
        fans = (self.neighbour.person(f"fan{number}x{more}") for more in count())
        for turn in count():
            for said in self._one_turn(turn, writer, voter, fans):
                if self.stopping:
                    return
                await self.send(said)
                self._is_said(said)

    def _one_turn(self, turn: int, writer: Actor, voter: Actor, fans: Iterator[Actor]) -> Iterator[Members]:
        """Write, change, perhaps delete; vote up, down, and perhaps not at all; follow."""
        there, group = self.neighbour, self.community
        note = there.note(writer, self.post, group, f"{writer.id} {turn}", published=_now())
        yield there.in_community("Create", writer, note, group)
        thing = self.things[turn % len(self.things)]
        yield there.in_community("Like", voter, thing, group)
        if turn % 3 == 0:
            source = {**note["source"], "content": f"{writer.id} {turn}, changed"}
            note = {**note, "source": source, "updated": _now()}
            yield there.in_community("Update", writer, note, group)
        vote = there.in_community("Dislike", voter, thing, group)
        yield vote
        if turn % 2:
            yield there.in_community("Undo", voter, vote, group)
        if turn % 5 == 4:
            yield there.in_community("Delete", writer, note["id"], group)
        if turn % 4 == 0:
            yield there.activity("Follow", next(fans), group)

    def _is_said(self, said: Members) -> None:
        """What it was answered with is on disk, so it has to have its effect."""
        kind, thing, expected = said["type"], said["object"], self.expected
        if kind in {"Create", "Update"}:
            expected.texts[thing["id"]] = thing["source"]["content"]
        elif kind == "Delete":
            expected.texts[thing] = None
        elif kind in {"Like", "Dislike"}:
            expected.votes[said["actor"], thing] = 1 if kind == "Like" else -1
        elif kind == "Undo":
            del expected.votes[said["actor"], thing["object"]]
        else:
            expected.followers.add(said["actor"])


def _now() -> str:
    return to_rfc3339(SystemClock().now())


def inner_of(said: dict[str, Any]) -> str:
    """The address of what an answer is about."""
    inner = said["object"]
    return str(inner["id"] if isinstance(inner, dict) else inner)
