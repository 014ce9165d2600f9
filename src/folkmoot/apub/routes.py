"""The table of contents: every address that other servers ask for, one line each (URL-1, URL-2).

`page`: the address is a page too, and a GET is answered here only when a document is asked for. `federates`: gone while federation is off.
`signed`: what a site that asks for signatures wants here: `content` is for the signed alone, of an `actor` the others see the key (SIG-22).
"""

from dataclasses import dataclass, field

from folkmoot.apub.call import Handler
from folkmoot.apub.show import activities, actors, collections, objects, wellknown

GET = frozenset({"GET", "HEAD"})
_ANY = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Route:
    """One line. `serves`: the methods that have a handler."""

    path: str
    handler: Handler
    serves: frozenset[str] = GET
    page: bool = False
    federates: bool = True
    signed: str = ""
    methods: frozenset[str] = field(init=False)
    """Those that are answered here: what is no page answers every method, if only to say which it has."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "methods", self.serves | GET if self.page else _ANY)


def _documents() -> list[Route]:
    return [
        # actors
        Route("/", actors.show_site, page=True),
        Route("/u/{name}", actors.show_person, page=True, signed="actor"),
        Route("/c/{name}", actors.show_community, page=True, signed="actor"),
        Route("/c/{name}/tag/{tag}", actors.show_tag, page=True, signed="content"),
        # objects
        Route("/post/{id:int}", objects.show_post, page=True, signed="content"),
        Route("/comment/{id:int}", objects.show_comment, page=True, signed="content"),
        Route("/private_message/{id:int}", objects.show_message, page=True),
        Route("/quote_authorization/{id:int}", objects.show_quote, signed="content"),
        # collections
        Route("/site_outbox", collections.show_site_outbox),
        Route("/u/{name}/outbox", collections.show_person_outbox),
        Route("/u/{name}/followers", collections.show_person_followers, signed="content"),
        Route("/u/{name}/following", collections.show_person_following),
        Route("/c/{name}/followers", collections.show_followers, signed="content"),
        Route("/c/{name}/outbox", collections.show_outbox, signed="content"),
        Route("/c/{name}/featured", collections.show_featured, signed="content"),
        Route("/c/{name}/moderators", collections.show_moderators, page=True, signed="content"),
        Route("/post/{id:int}/context", collections.show_post_context, signed="content"),
        Route("/comment/{id:int}/context", collections.show_comment_context, signed="content"),
        # activities
        Route("/activities/{kind}/{uuid}", activities.show_activity, signed="content"),
        Route("/activities/announce/{kind}/{uuid}", activities.show_activity, signed="content"),
    ]


def _discovery() -> list[Route]:
    return [
        Route("/.well-known/webfinger", wellknown.show_webfinger),
        Route("/.well-known/host-meta", wellknown.show_host_meta),
        Route("/activitypub/externalInteraction", wellknown.interact),
        Route("/.well-known/nodeinfo", wellknown.show_nodeinfo_links, federates=False),
        Route("/nodeinfo/2.0", wellknown.show_nodeinfo_2_0, federates=False),
        Route("/nodeinfo/2.1", wellknown.show_nodeinfo_2_1, federates=False),
        Route("/nodeinfo/2.0.json", wellknown.to_nodeinfo_2_0, federates=False),
        Route("/nodeinfo/2.1.json", wellknown.to_nodeinfo, federates=False),
        Route("/version", wellknown.to_nodeinfo, federates=False),
    ]


ROUTES = [*_documents(), *_discovery()]
"""Every address, in groups."""
