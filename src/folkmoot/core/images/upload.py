"""Upload a picture (I-7)."""

import secrets
from collections.abc import Sequence
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
"""Bytes beyond which a file is not even looked at."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """An upload: the file's row, its public address, and the picture."""

    image: LocalImage
    url: str
    picture: Picture


async def upload(db: Database, files: Files, viewer: Viewer, body: bytes) -> Uploaded:
    """Check, clean and keep a picture. Raises as `upload_all`."""
    return (await upload_all(db, files, viewer, [body]))[0]


async def upload_all(db: Database, files: Files, viewer: Viewer, bodies: Sequence[bytes]) -> list[Uploaded]:
    """Check, clean and keep pictures: all of them, or none where one cannot be kept. The files are there before the rows are, so that
    no row lacks its file.

    Raises `NotLoggedIn`; `NotAllowed` site_ban, deleted; `Invalid` not_an_image_type; `OSError` where a file cannot be written.
    """
    permissions.check("image.upload", Standing(viewer))
    assert viewer.account is not None
    found = [await take_in(body) for body in bodies]
    aliases: list[str] = []
    try:
        for picture in found:
            aliases.append(await keep(files, picture))
        async with db.write() as tx:
            kept = [
                await record(tx, alias, picture, viewer.account.id)
                for alias, picture in zip(aliases, found, strict=True)
            ]
    except BaseException:
        await files.delete(aliases)
        raise
    return [Uploaded(image, url, picture) for (image, url), picture in zip(kept, found, strict=True)]


async def keep(files: Files, picture: Picture) -> str:
    """Keep a picture in a new file; the name of that."""
    alias = f"{uuid4()}.{picture.suffix}"
    await files.put(alias, picture.body)
    return alias


async def record(tx: Tx, alias: str, picture: Picture, local_user_id: int | None) -> tuple[LocalImage, str]:
    """Write the rows of a file; the image, and its public address."""
    site = await store_site.local_site(tx)
    image = LocalImage(alias, secrets.token_urlsafe(18), local_user_id, tx.now)
    url = addresses.of_file(site.origin, alias)
    await images.insert(tx, image)
    await images.set_details(tx, ImageDetails(url, picture.width, picture.height, picture.type))
    return image, url
