"""The picture beside a link, as the operator wants it: linked only, a small copy kept here, or fetched through this server (I-4, I-5)."""

from dataclasses import dataclass

from folkmoot.core.images import addresses, upload
from folkmoot.core.images.show import FetchPicture, proxy_alias
from folkmoot.core.images.take_in import in_thread
from folkmoot.media import pictures
from folkmoot.media.files import Files
from folkmoot.media.pictures import Picture
from folkmoot.model.images import ImageDetails
from folkmoot.model.site import LocalSite
from folkmoot.store import images
from folkmoot.store.db import Tx

EDGE = 512
"""The longest edge of a preview (I-4)."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What was found out about a picture. `url`: the address that the post is to name; or, with `alias`, a file of ours that has no row
    yet."""

    url: str | None = None
    alias: str | None = None
    picture: Picture | None = None
    behind: str | None = None
    """The address elsewhere that is fetched for readers."""


async def fetch_preview(site: LocalSite, fetch: FetchPicture, files: Files, url: str) -> Preview:
    """Fetch what the mode asks for; where that fails, the address elsewhere has to do (I-4). Uses the network. Raises `OSError` where the
    file cannot be kept."""
    if site.image_mode == addresses.NONE or addresses.is_here(site.origin, url):
        return Preview(url)
    proxied = addresses.proxied(site.origin, url)
    all_through_here = site.image_mode == addresses.PROXY_ALL
    try:
        picture = await in_thread(_looked_at, await fetch(url), None if all_through_here else EDGE)
    except (ValueError, OSError):
        return Preview(proxied, behind=url) if all_through_here else Preview(url)
    if all_through_here:
        await files.put(proxy_alias(url), picture.body)
        return Preview(proxied, picture=picture, behind=url)
    return Preview(alias=await upload.keep(files, picture), picture=picture)


async def record_preview(tx: Tx, preview: Preview) -> str | None:
    """Write down what was kept; the address that the post is to name, if any."""
    if preview.behind is not None:
        await images.remember_remote(tx, [preview.behind])
    if preview.alias is not None and preview.picture is not None:
        _, url = await upload.record(tx, preview.alias, preview.picture, None)
        return url
    if preview.picture is not None and preview.url is not None:
        picture = preview.picture
        await images.set_details(tx, ImageDetails(preview.url, picture.width, picture.height, picture.type))
    return preview.url


def _looked_at(body: bytes, edge: int | None) -> Picture:
    """Raises `NotAPicture`."""
    picture = pictures.taken_in(body)
    if edge is None or max(picture.width, picture.height) <= edge:
        return picture
    return pictures.smaller(picture.body, "WEBP", edge)
