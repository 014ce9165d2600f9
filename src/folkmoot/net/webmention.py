"""Webmention (https://www.w3.org/TR/webmention/): tell a page that something here links to it."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from selectolax.lexbor import LexborHTMLParser

from folkmoot.net.client import Client, Fetched
from folkmoot.net.errors import Unreachable
from folkmoot.net.metadata import (
    LIMIT_BYTES,
    MAX_ELEMENTS,
    TIMEOUT,
    absolute,
    declared_type,
    elements,
    read_document,
)

REDIRECTS = 5
_RELATION = "webmention"
_ELEMENTS = elements("link", "a", "base")
_LINK = re.compile(
    r"""<([^>]{0,4000})>((?:\s*;\s*[^\s=;,"]{1,40}(?:\s*=\s*(?:"[^"]{0,200}"|[^\s;,"]{0,200}))?){0,10})"""
)
_REL = re.compile(r"""(?:^|;)\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]*))""", re.IGNORECASE)


async def send_mention(client: Client, source: str, target: str) -> bool:
    """Tell the page at `target` that the one at `source` links to it, if it wants to know; whether it did.

    Raises what `Client.get` raises; Unreachable also for an answer that is an error.
    """
    page = await client.get(
        target,
        accept="text/html, application/xhtml+xml;q=0.9, */*;q=0.8",
        limit_bytes=LIMIT_BYTES,
        timeout=TIMEOUT,
        redirects=REDIRECTS,
        plain_http=True,
        truncate=True,
    )
    endpoint = endpoint_of(page) if 200 <= page.status < 300 else None
    if endpoint is None:
        return False
    body = urlencode({"source": source, "target": target}).encode()
    answer = await client.post(
        endpoint, body=body, content_type="application/x-www-form-urlencoded", timeout=TIMEOUT
    )
    if not 200 <= answer.status < 300:
        raise Unreachable(f"{endpoint}: status {answer.status}")
    return True


def endpoint_of(page: Fetched) -> str | None:
    """Where a page wants to hear who links to it: the first `Link` header of that kind, else the first such `link` or `a` of its text."""
    for address in _in_headers(page.headers):
        return absolute(page.url, address or page.url)
    _, charset, document = read_document(page.body, declared_type(page), page.url)
    return _in_document(document, page.url) if charset is not None else None


def _in_headers(headers: Mapping[str, str]) -> Iterator[str]:
    every = getattr(headers, "getall", None)
    for value in every("Link", []) if every else filter(None, [headers.get("Link")]):
        for link in _LINK.finditer(value):
            if any(_is_ours(rel[1] or rel[2]) for rel in _REL.finditer(link[2])):
                yield link[1].strip()


def _in_document(document: str, url: str) -> str | None:
    kept = []
    for element in _ELEMENTS.finditer(document):
        # Of all the links of a long page only those are looked at that may be meant.
        tag = element["kept"]
        if tag and (_RELATION in tag.lower() or tag[:5].lower() == "<base"):
            kept.append(tag)
            if len(kept) == MAX_ELEMENTS:
                break
    tree = LexborHTMLParser("".join(kept))
    base = tree.css_first("base[href]")
    beside = absolute(url, base.attributes.get("href")) or url if base is not None else url
    for link in tree.css("link[rel][href], a[rel][href]"):
        if _is_ours(link.attributes.get("rel") or ""):
            # An empty address is the page itself.
            return absolute(beside, (link.attributes.get("href") or "").strip() or beside)
    return None


def _is_ours(relations: str) -> bool:
    return _RELATION in relations.lower().split()
