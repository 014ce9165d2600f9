"""Taglines: one at a time stands under the site's name."""

from collections.abc import Sequence

from folkmoot.core import permissions, writing
from folkmoot.core.permissions import Standing
from folkmoot.model.administration import Tagline
from folkmoot.model.people import Viewer
from folkmoot.model.time import HOUR
from folkmoot.store import site as store_site
from folkmoot.store.db import Tx


async def set_taglines(tx: Tx, viewer: Viewer, lines: Sequence[str]) -> None:
    """Make these the whole list (W-6), rendered; empty ones are left out and what stays keeps its row.

    Raises `NotAllowed` not_an_admin; `Invalid` invalid_body_field, blocked_url.
    """
    permissions.check("site.edit", Standing(viewer))
    house = await writing.house(tx)
    written = [house.long_text(line.strip(), "taglines") for line in lines if line.strip()]
    await store_site.replace_taglines(tx, [(line.source, line.html) for line in written])


async def tagline_of_the_hour(tx: Tx) -> Tagline | None:
    """The one to show: another one every hour, the same for everybody, so that pages that are kept agree. No query for most pages."""
    lines = await store_site.taglines(tx)
    return lines[tx.now // HOUR % len(lines)] if lines else None
