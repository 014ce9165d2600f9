"""The site as a whole, for faces that show all of it."""

from folkmoot.core import permissions
from folkmoot.core.permissions import Standing
from folkmoot.model.administration import SiteView
from folkmoot.model.people import Viewer
from folkmoot.model.site import Site
from folkmoot.model.time import SECOND
from folkmoot.store import bans, communities
from folkmoot.store import emoji as store_emoji
from folkmoot.store import site as store_site
from folkmoot.store.changes import Key
from folkmoot.store.db import Tx, writing

_SITES: tuple[Key, ...] = (("site", 0), ("sites", 0))
_MOST_SITES = 2000
_MADE_FROM: tuple[Key, ...] = (("site", 0), ("posts", 0), ("front", 0))


async def read_site_view(tx: Tx) -> SiteView:
    """Settings, limits, admins and lists, for everybody to see (W-1)."""
    site = await store_site.read_local_site(tx)
    if site is None:
        raise LookupError("this database has no site yet")
    public = await store_site.of_instance(tx, site.instance_id)
    assert public is not None
    return SiteView(
        site,
        public,
        await store_site.read_rate_limits(tx),
        await bans.admins(tx),
        await communities.site_languages(tx),
        await store_site.read_taglines(tx),
        await store_emoji.everything(tx),
        await store_site.blocked_url_rows(tx),
    )


async def kept_site_view(tx: Tx) -> SiteView:
    """The same for apps, which ask for it all the time: kept per process until any of it changes, but for a second at most (W-1)."""
    if writing.get():
        return await read_site_view(tx)
    kept: tuple[tuple[Key, ...], tuple[int, int], SiteView] | None = tx.memory.get("site_view")
    if kept is not None and kept[1] == (tx.changes.newest(kept[0]), tx.now // SECOND):
        return kept[2]
    view = await read_site_view(tx)
    keys = (*_MADE_FROM, *(("person", admin.id) for admin in view.admins))
    stamp = tx.changes.newest(keys)
    if stamp <= tx.heard:  # what was told of since then this transaction need not see
        tx.memory["site_view"] = (keys, (stamp, tx.now // SECOND), view)
    return view


async def site_of(tx: Tx, instance_id: int) -> Site | None:
    """What a server says of its site, if that is known: kept per process until some server says something else."""
    if writing.get():
        return await store_site.of_instance(tx, instance_id)
    kept: dict[int, tuple[int, Site | None]] = tx.memory.setdefault("sites", {})
    stamp = tx.changes.newest(_SITES)
    known = kept.get(instance_id)
    if known is None or known[0] != stamp:
        if len(kept) >= _MOST_SITES:
            kept.clear()
        known = (stamp, await store_site.of_instance(tx, instance_id))
        if stamp <= tx.heard:
            kept[instance_id] = known
    return known[1]


async def read_settings(tx: Tx, viewer: Viewer) -> SiteView:
    """The same for the pages where it is changed. Raises `NotLoggedIn`; `NotAllowed` not_an_admin."""
    permissions.check("site.edit", Standing(viewer))
    return await read_site_view(tx)
