"""Show a picture: as it is, or smaller and in another format (I-8); fetched for its reader, where it is elsewhere (I-9)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256

from folkmoot.core.images import addresses
from folkmoot.core.images.take_in import in_thread, take_in
from folkmoot.media import pictures
from folkmoot.media.files import Files
from folkmoot.media.pictures import NotAPicture
from folkmoot.model.errors import Invalid, NotFound
from folkmoot.model.images import ImageDetails
from folkmoot.store import images
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, Tx

EDGES = (
    16, 24, 32, 48, 64, 96, 128, 160, 192, 256, 320, 384, 480, 512, 640, 768, 960, 1024, 1200, 1440, 1600, 1920, 2048, 3072, 4096,
)  # fmt: skip
"""The sizes that copies are made in: what is asked for is rounded down to one of them, so that nobody fills the disk by asking for each
size in turn."""

REMOTE = "-remote"
"""Stands in the names of pictures that were fetched for readers, and of their copies."""

FetchPicture = Callable[[str], Awaitable[bytes]]
"""Ask the network for a picture. Raises `ValueError` or `OSError` where there is none."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as it is sent."""

    body: bytes
    type: str
    name: str


@dataclass(frozen=True, slots=True)
class Look:
    """How a picture is to look: `format` by its name, `edge` the most pixels of an edge; None leaves it as it is."""

    format: str | None = None
    edge: int | None = None


async def show(files: Files, alias: str, look: Look) -> Shown:
    """A file here. Raises `NotFound` unknown, also for a format or an edge that cannot be."""
    if not addresses.is_alias(alias):
        raise NotFound("unknown", detail="no such picture")
    return await _show(files, alias, look, alias)


async def show_proxied(db: Database, files: Files, fetch: FetchPicture, url: str, look: Look) -> Shown:
    """A picture elsewhere, which is kept from then on. Only of addresses that something here names (I-9).

    Raises `NotFound` unknown; `Invalid` unknown where the other server has no picture to give.
    """
    async with db.read() as tx:
        await must_be_proxied(tx, url)
    alias = proxy_alias(url)
    if await files.get(alias) is None:
        await keep_proxied(db, files, fetch, url)
    return await _show(files, alias, look, url.partition("?")[0].partition("#")[0])


async def must_be_proxied(tx: Tx, url: str) -> None:
    """Refuse to fetch, or to lead to, an address that nothing here names (I-9). Raises `NotFound` unknown."""
    if not await images.is_remembered(tx, url):
        raise NotFound("unknown", detail="this address is not among the proxied ones")


async def keep_proxied(db: Database, files: Files, fetch: FetchPicture, url: str) -> None:
    """Fetch a picture elsewhere and keep it under its address. Raises `Invalid` unknown."""
    try:
        picture = await take_in(await fetch(url))
    except (ValueError, OSError, Invalid) as error:
        raise Invalid("unknown", field="url", detail=f"no picture there: {error}") from error
    await files.put(proxy_alias(url), picture.body)
    async with db.write() as tx:
        origin = (await store_site.local_site(tx)).origin
        link = addresses.proxied(origin, url)
        await images.set_details(tx, ImageDetails(link, picture.width, picture.height, picture.type))


def proxy_alias(url: str) -> str:
    """The name under which a picture elsewhere is kept; no upload can have it."""
    return f"{sha256(url.encode()).hexdigest()}{REMOTE}"


async def _show(files: Files, alias: str, look: Look, name: str) -> Shown:
    """`name`: its ending gives the format of a copy where none is asked for; JPEG where it gives none (I-8)."""
    if look.edge is None and look.format is None:
        body = await files.get(alias)
        if body is None:
            raise NotFound("unknown", detail="no such picture")
        return Shown(body, pictures.type_of(body), alias)
    kind = pictures.format_of(look.format or _ending(name)) or ""
    edge = _edge(look.edge)
    if not kind or edge == 0:
        raise NotFound("unknown", detail="no such format or size")
    copy = f"{alias}.{edge or 'full'}.{kind.lower()}"
    body = await files.get(copy)
    if body is None:
        original = await files.get(alias)
        if original is None:
            raise NotFound("unknown", detail="no such picture")
        try:
            body = (await in_thread(pictures.smaller, original, kind, edge)).body
        except NotAPicture as error:
            raise NotFound("unknown", detail=str(error)) from error
        await files.put(copy, body)
    return Shown(body, pictures.type_of(body), copy)


def _ending(name: str) -> str:
    ending = name.rpartition(".")[2]
    return ending if pictures.format_of(ending) else "jpg"


def _edge(asked: int | None) -> int | None:
    """The size to make for the one that was asked for; 0 for an impossible one."""
    if asked is None:
        return None
    return max((edge for edge in EDGES if edge <= asked), default=0 if asked < 1 else EDGES[0])
