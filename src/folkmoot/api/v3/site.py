"""The site."""

from folkmoot.api.call import Call
from folkmoot.api.v3.render.site import get_site_response
from folkmoot.api.v3.wire import site as wire
from folkmoot.core.site.view import read_site_view


async def get_site(call: Call) -> wire.GetSiteResponse:
    """Everything about the site, and about the caller (W-1)."""
    async with call.read() as tx:
        view = await read_site_view(tx)
    return get_site_response(view, public_key="")
