"""Documents beside the operations, which apps and readers of feeds ask for at the root of a server (section 17 of the behaviour rules).
Other faces serve them; here stands what our description of the API says of them."""

from dataclasses import dataclass

_FEED = ("sort", "limit", "page")
_RSS = "application/rss+xml"


@dataclass(frozen=True, slots=True)
class Document:
    """One address. `name` is unlike all others, `media` what it answers with, `asks` the parameters that may be given in the query, `needs`
    those that must; names in braces are part of the path."""

    name: str
    path: str
    summary: str
    media: str
    asks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


NUMBERS = frozenset({"limit", "page"})
"""Parameters that are whole numbers; all others are texts."""

DOCUMENTS: tuple[Document, ...] = (
    Document("feeds_all", "/feeds/all.xml", "The posts of All, as RSS 2.0.", _RSS, _FEED),
    Document("feeds_local", "/feeds/local.xml", "The posts of Local, as RSS 2.0.", _RSS, _FEED),
    Document("feeds_community", "/feeds/c/{name}.xml", "The posts of a community, as RSS 2.0.", _RSS, _FEED),
    Document("feeds_person", "/feeds/u/{name}.xml", "The posts of a person, as RSS 2.0.", _RSS, _FEED),
    Document("feeds_front", "/feeds/front/{jwt}.xml", "The posts of one's subscriptions, as RSS 2.0.", _RSS, _FEED),
    Document("feeds_inbox", "/feeds/inbox/{jwt}.xml", "Replies to oneself and mentions, as RSS 2.0.", _RSS),
    Document("nodeinfo_links", "/.well-known/nodeinfo", "Where NodeInfo is; apps take the first link.", "application/json"),
    Document("nodeinfo", "/nodeinfo/2.1", "What this server runs, and how many use it.", "application/json"),
    Document("webfinger", "/.well-known/webfinger", "The actors of `acct:name@host`, while federation is on.", "application/jrd+json",
             needs=("resource",)),
    Document("sitemap", "/sitemap.xml", "The addresses of posts of the last month, for crawlers.", "application/xml"),
)  # fmt: skip
