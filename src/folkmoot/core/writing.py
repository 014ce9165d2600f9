"""From what somebody typed to what is stored: one way for every text.

Order: tidied, measured (P-2), word filter (W-4), blocklist (W-5), tracking parameters stripped (P-3), rendered. Texts from elsewhere
come the same way.
"""

import re
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from html import escape, unescape
from typing import overload
from zlib import crc32

from folkmoot.core.images import addresses
from folkmoot.model.errors import Invalid
from folkmoot.model.site import LocalSite
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, Tx
from folkmoot.text import filters, links, markdown
from folkmoot.text.tidy import tidy, utf16_length

BODY_LIMIT = 50_000
TEXT_LIMIT = 10_000
"""UTF-16 units (P-2): of a post's body, of any other long text."""


_IMAGE = re.compile(r'(<(?:img|video|audio)\b[^>]*? src=")([^"]*)')


@dataclass(frozen=True, slots=True)
class Written:
    """A text as stored: its Markdown and the HTML made from it."""

    source: str
    html: str


@dataclass(frozen=True, slots=True)
class House:
    """What the house says about texts: one for as long as the site stays as it is."""

    site: LocalSite
    filter: filters.Filter | None
    blocked_urls: tuple[str, ...]
    ready: OrderedDict[tuple[str, int], Written]
    """Texts with their limits that were made ready (`make_ready`), each for whoever writes it down next."""

    def check_words(self, text: str, field: str) -> None:
        """Titles, names and reasons with a filtered word are refused. Raises `Invalid` slurs."""
        if self.filter and self.filter.hit(text):
            raise Invalid("slurs", field=field)

    def check_links(self, text: str, field: str) -> None:
        """Raises `Invalid` blocked_url for a text that contains a blocked address."""
        if links.blocked_by(text, self.blocked_urls):
            raise Invalid("blocked_url", field=field)

    def long_text(self, source: str, field: str, *, limit: int = TEXT_LIMIT) -> Written:
        """A Markdown text ready to store. Raises `Invalid` invalid_body_field, blocked_url."""
        if (ready := self.ready.pop((source, limit), None)) is not None:
            return ready
        source = tidy(source)
        if utf16_length(source) > limit:
            raise Invalid("invalid_body_field", field=field)
        if self.filter:
            source = self.filter.replace(source)
        self.check_links(source, field)
        source = links.strip_tracking_in_text(source)
        if self.site.image_mode == addresses.PROXY_ALL:
            source = links.replace_pictures(source, self.picture)
        return self.render(source)

    @overload
    def picture(self, url: str) -> str: ...
    @overload
    def picture(self, url: None) -> None: ...
    def picture(self, url: str | None) -> str | None:
        """The address under which readers get a picture: through this server where the operator wants that (I-5). What is written with
        such an address is remembered by `store/images.py:remember_in`."""
        if url is None or self.site.image_mode != addresses.PROXY_ALL:
            return url
        return addresses.proxied(self.site.origin, url)

    def render(self, source: str) -> Written:
        """The HTML of a Markdown text; footnotes get ids of their own."""
        local = markdown.Links(host=self.site.host)
        html = markdown.render(source, local=local, item=f"{crc32(source.encode()):x}")
        if self.site.image_mode == addresses.PROXY_ALL:
            html = _IMAGE.sub(self._through_here, html)
        return Written(source, html)

    def _through_here(self, match: re.Match[str]) -> str:
        return match[1] + escape(self.picture(unescape(match[2])))


_READY = 200
"""Texts that are kept ready; of more, the oldest are rendered again when they are written."""
_SITE = (("site", 0),)


def make_ready(db: Database, source: str) -> None:
    """Make ready what `long_text` will be asked for in a transaction, so that nobody waits for it meanwhile. What is refused is refused
    there, and what nobody can be sure of yet is made there."""
    known = db.memory.get("house")
    if known is None or known[0] != db.changes.newest(_SITE):
        return
    within: House = known[1]
    with suppress(Invalid):
        within.ready[source, TEXT_LIMIT] = within.long_text(source, "content")
    if len(within.ready) > _READY:
        within.ready.popitem(last=False)


async def house(tx: Tx) -> House:
    """The site, its word filter and its blocklist; compiled once per change of the site."""
    stamp = tx.changes.newest(_SITE)
    cached = tx.memory.get("house")
    if cached is None or cached[0] != stamp:
        site = await store_site.local_site(tx)
        compiled = filters.compile_filter(site.slur_filter_regex) if site.slur_filter_regex else None
        found = House(site, compiled, await store_site.blocked_urls(tx), OrderedDict())
        cached = (stamp, found)
        if stamp <= tx.heard:  # what was told of since then this transaction need not see
            tx.memory["house"] = cached
    kept: House = cached[1]
    return kept
