"""Delete pictures: their rows in the transaction that asks for it, their files afterwards (I-7, I-10, O-7)."""

from collections.abc import Iterable
from typing import Any

from folkmoot.core.images import addresses
from folkmoot.core.images.show import REMOTE, proxy_alias
from folkmoot.media.files import Files
from folkmoot.model.errors import NotFound, NotLoggedIn
from folkmoot.model.images import LocalImage
from folkmoot.model.people import Viewer
from folkmoot.store import images, jobs
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, Tx

DELETE_FILES = "images.delete_files"
DELETE_PICTURES = "images.delete_pictures"
MAKE_ROOM = "images.make_room"
"""The jobs: files whose rows are gone, whatever the addresses of a purge name, and the oldest of what was fetched for readers."""


async def delete_upload(tx: Tx, viewer: Viewer, alias: str, *, token: str | None = None) -> None:
    """Delete a file: for its uploader and for admins (I-7). `token`: where it is not sure that they mean it, the one they must have named.

    Raises `NotLoggedIn`; `NotFound` unknown.
    """
    if viewer.account is None:
        raise NotLoggedIn
    image = await images.by_alias(tx, alias)
    may = image is not None and (viewer.admin or image.local_user_id == viewer.account.id)
    if image is None or not may or (token is not None and token != image.delete_token):
        raise NotFound("unknown", detail="there is no such picture")
    await _delete(tx, [image])


async def replaced(tx: Tx, viewer: Viewer, old: str | None, new: str | None) -> None:
    """A picture of a profile, community or site gave way to another, or to none: the caller's own upload goes (I-10)."""
    if old == new or viewer.account is None:
        return
    found = await _named(tx, [old])
    await _delete(tx, [image for image in found if image.local_user_id == viewer.account.id])


async def preview_replaced(tx: Tx, old: str | None, new: str | None) -> None:
    """A post shows another picture beside its link: the preview that was kept of the old one goes. Uploads stay."""
    if old != new:
        await previews_gone(tx, [old])


async def previews_gone(tx: Tx, pictures: Iterable[str | None]) -> None:
    """Posts were overwritten for good that showed these pictures: the previews among them go. Uploads are their owners' to delete."""
    await _delete(tx, [image for image in await _named(tx, pictures) if image.local_user_id is None])


async def delete_all_of(tx: Tx, person_id: int) -> None:
    """Delete everything that somebody uploaded."""
    await _delete(tx, await images.those_here(tx, await images.aliases_of(tx, person_id)))


async def delete_files(files: Files, payload: dict[str, Any]) -> None:
    """The job `images.delete_files`: files whose rows are gone, and the copies made from them."""
    await files.delete(payload["aliases"])


async def delete_pictures(db: Database, payload: dict[str, Any]) -> None:
    """The job `images.delete_pictures`: the files here that purged posts, communities or people named, those kept for readers of
    pictures elsewhere too. These are fetched again if something else here shows them."""
    async with db.write() as tx:
        await _delete(tx, await _named(tx, payload["pictures"]))
        origin = (await store_site.local_site(tx)).origin
        elsewhere = {addresses.behind(origin, url) for url in payload["pictures"]} - {None}
        if elsewhere:
            await jobs.enqueue(
                tx, DELETE_FILES, {"aliases": sorted(proxy_alias(str(url)) for url in elsewhere)}
            )


async def ask_for_room(db: Database) -> None:
    """Ask a process that has the files to check whether those fetched for readers take too much room: hourly."""
    async with db.write() as tx:
        await jobs.enqueue(tx, MAKE_ROOM, {}, unique_key=MAKE_ROOM)


async def make_room(files: Files, most: int) -> int:
    """The job `images.make_room`: of the pictures that were fetched for readers the oldest go, until all take `most` bytes or less;
    they are fetched again when somebody looks at them (I-9). How many went; 0 for `most` is no limit."""
    return await files.shrink(REMOTE, most) if most else 0


async def _named(tx: Tx, urls: Iterable[str | None]) -> list[LocalImage]:
    """The files here that these addresses name."""
    origin = (await store_site.local_site(tx)).origin
    aliases = {alias for url in urls if (alias := addresses.alias_in(origin, url))}
    return await images.those_here(tx, aliases) if aliases else []


async def _delete(tx: Tx, found: list[LocalImage]) -> None:
    if not found:
        return
    origin = (await store_site.local_site(tx)).origin
    aliases = [image.alias for image in found]
    await images.delete(tx, aliases, [addresses.of_file(origin, alias) for alias in aliases])
    await jobs.enqueue(tx, DELETE_FILES, {"aliases": aliases})
