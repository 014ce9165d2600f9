"""The face for other servers put together: from a request to a row of the table, and the headers that every answer carries."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from folkmoot.apub.call import NOTHING, Answer, Call
from folkmoot.apub.documents import host_of
from folkmoot.apub.inbox.senders import Senders, Unavailable
from folkmoot.apub.negotiation import prefers_document
from folkmoot.apub.policy import policy
from folkmoot.apub.routes import GET, Route
from folkmoot.apub.show import find
from folkmoot.apub.signatures import (
    BadSignature,
    Claim,
    Request,
    VerifiedSender,
    headers_of,
    is_signed,
    read_claims,
)
from folkmoot.apub.vouch import Undecided, vouches
from folkmoot.context import Context
from folkmoot.core.site.frame import read_site
from folkmoot.logs import logger
from folkmoot.model.errors import NotFound, Refusal

log = logger(__name__)

_PART = re.compile(r"\{([a-z]+)(:int)?\}")
_PUBLIC_HEADERS = [(b"access-control-allow-origin", b"*"), (b"vary", b"Accept")]
_VARY_SIGNED = ((b"vary", b"Accept, Signature, Signature-Input"),)
_UNWELCOME = Answer(403, b'{"error":"instance_blocked"}', b"application/json", keep=0)
_LATER = Answer(503, keep=0)


class Apub:
    """ASGI application for everything in the table of routes.

    `takes(scope)` tells whether a request is for it: by its path alone for what is no page, else by what it accepts.
    """

    def __init__(self, routes: Sequence[Route], context: Context) -> None:
        self.context = context
        self.senders = Senders(context)
        self.rows: dict[str, list[tuple[re.Pattern[str], Route]]] = {}
        for route in routes:
            word = route.path.split("/")[1]
            self.rows.setdefault(word, []).append((_pattern(route.path), route))

    def takes(self, scope: Any) -> bool:
        """Whether the request is ours to answer. Called for every request: nearly all have a word that we do not know, or no `+json`."""
        rows = self.rows.get(scope["path"].split("/", 2)[1])
        if rows is None:
            return False
        method, path = scope["method"], scope["path"]
        asked = method in GET and (accept := _json_accepted(scope)) != "" and prefers_document(accept)
        for pattern, route in rows:
            if (
                (asked or not route.page or method not in GET)
                and method in route.methods
                and pattern.fullmatch(path)
            ):
                return True
        return False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        found = self._find(scope)
        if found is None:
            await _send(send, Answer(404), with_body=False)
            return
        route, parts = found
        method = scope["method"]
        if method == "OPTIONS":
            answer = Answer(204, headers=_preflight(headers_of(scope["headers"])))
        elif method not in route.serves:
            answer = Answer(405, headers=((b"allow", ", ".join(sorted(route.serves)).encode()),))
        else:
            call = Call(self.context, scope, receive, parts, headers_of(scope["headers"]))
            answer = await self._answer(route, call)
        await _send(send, answer, with_body=method != "HEAD")

    def _find(self, scope: Any) -> tuple[Route, dict[str, str]] | None:
        """The row for a path; of several that differ in method, the one that serves this."""
        other: tuple[Route, dict[str, str]] | None = None
        for pattern, route in self.rows.get(scope["path"].split("/", 2)[1], ()):
            if (match := pattern.fullmatch(scope["path"])) is not None:
                if scope["method"] in route.serves:
                    return route, match.groupdict()
                other = other or (route, match.groupdict())
        return other

    async def _answer(self, route: Route, call: Call) -> Answer:
        if not route.federates:
            return await self._handled(route, call)
        async with self.context.db.read() as tx:
            site = await read_site(tx)
            rules = await policy(tx)
        if not site.federation_enabled or site.private_instance:
            return Answer(404)
        claims = self._claims(call)
        if any(not rules.allows(host_of(claim.key_id)) for claim in claims):
            return _UNWELCOME
        if site.federation_signed_fetch and route.signed:
            return await self._answer_signed(route, call, claims, otherwise=401)
        try:
            return await self._handled(route, call)
        except find.Private:
            return await self._answer_signed(route, call, claims, otherwise=404)

    async def _handled(self, route: Route, call: Call) -> Answer:
        """What the handler says, or what follows from what it found."""
        try:
            return await route.handler(call)
        except find.Elsewhere as error:
            return find.sent_elsewhere(error)
        except find.Gone as error:
            return find.tombstone(error)
        except NotFound as refusal:
            return _refused(400, refusal)
        except Refusal as refusal:
            return _refused(403, refusal)

    async def _answer_signed(
        self, route: Route, call: Call, claims: tuple[Claim, ...], *, otherwise: int
    ) -> Answer:
        """The answer for whom signed it, or the status `otherwise`: kept by nobody, as the next to ask is another (URL-5, URL-12)."""
        sender = await self._verified(claims)
        if sender is None and route.signed == "content":
            return Answer(otherwise, keep=0, headers=_VARY_SIGNED)
        call = replace(call, sender=sender, bare=sender is None)
        try:
            answer = await self._handled(route, call)
        except find.Private as private:
            answer = await self._answer_vouched(route, call, private.followers)
        return replace(answer, keep=0, headers=(*answer.headers, *_VARY_SIGNED))

    async def _answer_vouched(self, route: Route, call: Call, followers: str) -> Answer:
        """The answer for whom the community's own server lets in."""
        if call.sender is None or not followers:
            return NOTHING
        try:
            if await vouches(self.context, followers, call.sender.actor):
                return await self._handled(route, replace(call, vouched=True))
        except Undecided:
            return _LATER
        return NOTHING

    def _claims(self, call: Call) -> tuple[Claim, ...]:
        """The signatures of a request; none where there is none, or none that can be read: what is public needs none."""
        if not is_signed(call.headers):
            return ()
        settings, now = self.context.settings, self.context.clock.now()
        request = Request(call.scope["method"], call.target, call.headers, None)
        try:
            return read_claims(request, origin=settings.origin, now=now, development=settings.development)
        except BadSignature:
            return ()

    async def _verified(self, claims: tuple[Claim, ...]) -> VerifiedSender | None:
        if not claims:
            return None
        try:
            return await self.senders.verify(claims, claims[0].actor)
        except (BadSignature, Unavailable, Refusal) as error:
            log.info("reader_unknown", key=claims[0].key_id, error=repr(error))
            return None


def _preflight(headers: Mapping[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    """What a browser asks before a script of another site may read with headers of its own: whichever they are (URL-11, T-14)."""
    asked = headers.get("access-control-request-headers", "accept, content-type")
    return (
        (b"access-control-allow-methods", b"GET, HEAD, OPTIONS"),
        (b"access-control-allow-headers", asked.encode("latin-1")),
        (b"access-control-max-age", b"86400"),
    )


def _refused(status: int, refused: Refusal) -> Answer:
    body = f'{{"error":"{refused.code}"}}'.encode()
    return Answer(status, body, b"application/json")


def _pattern(path: str) -> re.Pattern[str]:
    parts = []
    done = 0
    for match in _PART.finditer(path):
        name, number = match.groups()
        parts += [re.escape(path[done : match.start()]), f"(?P<{name}>{'[0-9]+' if number else '[^/]+'})"]
        done = match.end()
    return re.compile("".join([*parts, re.escape(path[done:])]))


def _json_accepted(scope: Any) -> str:
    """What is accepted, if that names some kind of JSON; pages are asked for without."""
    for name, value in scope["headers"]:
        if name == b"accept" and b"+json" in value.lower():
            text: str = value.decode("latin-1")
            return text
    return ""


async def _send(send: Any, answer: Answer, *, with_body: bool = True) -> None:
    own = {name for name, _ in answer.headers}
    keep = f"public, max-age={answer.keep}" if answer.keep else "private, no-store"
    headers = [header for header in _PUBLIC_HEADERS if header[0] not in own]
    headers.append((b"cache-control", keep.encode()))
    if answer.kind:
        headers.append((b"content-type", answer.kind))
    headers += answer.headers
    if answer.status != 204:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body if with_body else b""})
