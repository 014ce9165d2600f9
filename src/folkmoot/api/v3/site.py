"""The site."""

from dataclasses import replace
from typing import Any

from folkmoot.api.call import Call
from folkmoot.api.v3.render import pieces
from folkmoot.api.v3.render.site import site_response
from folkmoot.api.v3.wire import site as wire
from folkmoot.core.people.own import read_own
from folkmoot.core.site import edit
from folkmoot.core.site.edit import EditSite
from folkmoot.core.site.keys import site_key_pair
from folkmoot.core.site.view import kept_site_view, read_site_view
from folkmoot.model.administration import SiteView

_RENAMED = {"default_post_listing_type": "default_listing_type"}
_NOT_TAKEN = frozenset({"federation_debug"})


async def get_site(call: Call) -> bytes:
    """Everything about the site, and about the caller (W-1)."""
    async with call.read() as tx:
        view = await kept_site_view(tx)
        own = await read_own(tx, call.viewer) if call.viewer.account else None
        shelf = pieces.pieces_of(tx.memory)
    admins = (("person", admin.id) for admin in view.admins)
    call.made_from(("site", 0), *admins, late=(("posts", 0), ("front", 0)))
    if not view.public.public_key:
        view = await with_key(call, view)
    return pieces.join_site(shelf, view, call.viewer, own)


async def create_site(call: Call, asked: wire.CreateSite) -> wire.SiteResponse:
    """Set the site up, once (A-16)."""
    await _check_pictures(call, asked)
    async with call.write() as tx:
        await edit.set_up_site(tx, call.viewer, wanted(asked))
        view = await read_site_view(tx)
    return site_response(await with_key(call, view))


async def edit_site(call: Call, asked: wire.EditSite) -> wire.SiteResponse:
    """Change the site (W-3 to W-8)."""
    await _check_pictures(call, asked)
    async with call.write() as tx:
        await edit.edit_site(tx, call.viewer, wanted(asked))
        view = await read_site_view(tx)
    return site_response(await with_key(call, view))


def wanted(asked: wire.CreateSite | wire.EditSite) -> EditSite:
    """What was asked, in core's words: `rate_limit_post_per_second` is the period of the class (W-7), `federation_debug` nothing (W-8)."""
    values: dict[str, Any] = {}
    limits: dict[str, int] = {}
    for name in asked.__struct_fields__:
        value = getattr(asked, name)
        if value is None or name in _NOT_TAKEN:
            continue
        if name.startswith("rate_limit_"):
            limits[name.removeprefix("rate_limit_").replace("_per_second", "_seconds")] = value
        else:
            values[_RENAMED.get(name, name)] = tuple(value) if isinstance(value, list) else value
    return EditSite(**values, rate_limits=limits)


async def _check_pictures(call: Call, asked: wire.CreateSite | wire.EditSite) -> None:
    if call.viewer.admin:
        await call.context.must_be_public(asked.icon, "icon")
        await call.context.must_be_public(asked.banner, "banner")


async def with_key(call: Call, view: SiteView) -> SiteView:
    """The site with its key, which is made when it is shown for the first time."""
    if view.public.public_key:
        return view
    pair = await site_key_pair(call.context.db)
    return replace(view, public=replace(view.public, public_key=pair.public))
