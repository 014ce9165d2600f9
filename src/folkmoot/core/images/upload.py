"""Upload a picture (I-7)."""

import secrets
from dataclasses import dataclass
from uuid import uuid4

from folkmoot.core import permissions
from folkmoot.core.images import addresses
from folkmoot.core.images.take_in import take_in
from folkmoot.core.permissions import Standing
from folkmoot.media import pictures
from folkmoot.media.files import Files
from folkmoot.media.pictures import Picture
from folkmoot.model.images import ImageDetails, LocalImage
from folkmoot.model.people import Viewer
from folkmoot.store import images
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, Tx

LARGEST = pictures.MAX_BYTES
"""Bytes of a file that is looked at at all."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that is kept now, where it can be seen, and what it is."""

    image: LocalImage
    url: str
    picture: Picture


async def upload(db: Database, files: Files, viewer: Viewer, body: bytes) -> Uploaded:
    """Check, clean and keep a picture. The file is there before the row is, so that no row lacks its file.

    Raises `NotLoggedIn`; `NotAllowed` site_ban, deleted; `Invalid` not_an_image_type.
    """
    permissions.check("image.upload", Standing(viewer))
    assert viewer.account is not None
    picture = await take_in(body)
    alias = await keep(files, picture)
    async with db.write() as tx:
        image, url = await record(tx, alias, picture, viewer.account.id)
    return Uploaded(image, url, picture)


async def keep(files: Files, picture: Picture) -> str:
    """Put a picture into a file of a new name, which is returned."""
    alias = f"{uuid4()}.{picture.suffix}"
    await files.put(alias, picture.body)
    return alias


async def record(tx: Tx, alias: str, picture: Picture, local_user_id: int | None) -> tuple[LocalImage, str]:
    """Write down a file and what it is; its public address."""
    site = await store_site.local_site(tx)
    image = LocalImage(alias, secrets.token_urlsafe(18), local_user_id, tx.now)
    url = addresses.of_file(site.origin, alias)
    await images.insert(tx, image)
    await images.set_details(tx, ImageDetails(url, picture.width, picture.height, picture.type))
    return image, url
