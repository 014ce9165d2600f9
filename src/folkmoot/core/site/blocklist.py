"""Addresses that nobody may link to (W-5)."""

from collections.abc import Sequence

from folkmoot.core import permissions
from folkmoot.core.permissions import Standing
from folkmoot.model.errors import Invalid
from folkmoot.model.people import Viewer
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx
from folkmoot.text import links


async def set_blocked_urls(tx: Tx, viewer: Viewer, urls: Sequence[str]) -> None:
    """Make these the whole list (W-6); what stays keeps its row.

    Raises `NotAllowed` not_an_admin; `Invalid` unknown, with the entry as detail, for one that is no address.
    """
    permissions.check("site.edit", Standing(viewer))
    await store_site.replace_blocked_urls(tx, checked_urls(urls))


def checked_urls(urls: Sequence[str]) -> list[str]:
    """The entries as they are kept, without scheme and trailing slash, each once. Raises `Invalid` unknown."""
    kept = []
    for entry in urls:
        try:
            kept.append(links.normalise_blocked_url(entry))
        except links.UrlRefused as error:
            raise Invalid("unknown", field="blocked_urls", detail=entry[:100]) from error
    return list(dict.fromkeys(kept))
