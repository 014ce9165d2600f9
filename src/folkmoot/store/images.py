"""Pictures: files here, addresses that are fetched for readers, and what is known of each."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from folkmoot.model.images import ImageDetails, LocalImage, LocalImageView
from folkmoot.model.people import Person
from folkmoot.store.db import Tx
from folkmoot.store.rows import columns, maker, width

LONGEST_LINK = 2000
"""Bytes of an address that is looked up: PostgreSQL's indexes take no longer ones, and nobody needs them."""

_PROXY = "/api/v3/image_proxy?url="
_PROXIED = re.compile(re.escape(_PROXY) + r"([A-Za-z0-9%._~-]+)")

_make_image, _make_person, _make_details = maker(LocalImage), maker(Person), maker(ImageDetails)
_IMAGE_COLUMNS = width(LocalImage)


async def insert(tx: Tx, image: LocalImage) -> None:
    """Write down a file."""
    await tx.run(
        "INSERT INTO local_image (alias, delete_token, local_user_id, published) VALUES (:alias, :token, :owner, :published)",
        alias=image.alias, token=image.delete_token, owner=image.local_user_id, published=image.published,
    )  # fmt: skip


async def by_alias(tx: Tx, alias: str) -> LocalImage | None:
    row = await tx.first(
        f"SELECT {columns(LocalImage)} FROM local_image WHERE alias = :alias FOR_UPDATE", alias=alias
    )
    return _make_image(row) if row else None


async def aliases_of(tx: Tx, person_id: int) -> list[str]:
    """The names of everything that somebody uploaded."""
    rows = await tx.all(
        "SELECT i.alias FROM local_image i JOIN local_user u ON u.id = i.local_user_id WHERE u.person_id = :person_id",
        person_id=person_id,
    )
    return [row[0] for row in rows]


async def those_here(tx: Tx, aliases: Collection[str]) -> list[LocalImage]:
    """Those of these files that there are."""
    rows = await tx.all(
        f"SELECT {columns(LocalImage)} FROM local_image WHERE alias IN :aliases[text]", aliases=list(aliases)
    )
    return [_make_image(row) for row in rows]


async def delete(tx: Tx, aliases: Collection[str], links: Collection[str]) -> None:
    """Forget files, and what is known of the addresses they had."""
    await tx.run("DELETE FROM local_image WHERE alias IN :aliases[text]", aliases=list(aliases))
    await tx.run("DELETE FROM image_details WHERE link IN :links[text]", links=list(links))


async def page(tx: Tx, *, local_user_id: int | None, limit: int, offset: int) -> list[LocalImageView]:
    """Uploads with whose they are, the newest first: of one account, or of all."""
    of_one = "WHERE i.local_user_id = :owner" if local_user_id is not None else ""
    owner = {"owner": local_user_id} if local_user_id is not None else {}
    rows = await tx.all(
        f"SELECT {columns(LocalImage, 'i')}, {columns(Person, 'w')} FROM local_image i"
        f" JOIN local_user u ON u.id = i.local_user_id JOIN person w ON w.id = u.person_id {of_one}"
        " ORDER BY i.published DESC, i.alias DESC LIMIT :limit OFFSET :offset",
        limit=limit, offset=offset, **owner,
    )  # fmt: skip
    return [
        LocalImageView(_make_image(row[:_IMAGE_COLUMNS]), _make_person(row[_IMAGE_COLUMNS:])) for row in rows
    ]


async def remember_remote(tx: Tx, links: Iterable[str]) -> None:
    """Write down addresses that readers will ask this server for."""
    rows = [{"link": link, "now": tx.now} for link in sorted(set(links)) if fits(link)]
    if rows:
        await tx.many(
            "INSERT INTO remote_image (link, published) VALUES (:link, :now) ON CONFLICT DO NOTHING", rows
        )


async def remember_in(tx: Tx, values: Mapping[str, Any]) -> None:
    """Remember the addresses elsewhere behind the proxied ones that are about to be written somewhere (I-5, I-9). Only where the operator
    wants all pictures to come through this server: else anybody could make it fetch what they like by writing such an address."""
    named = [
        unquote(address)
        for value in values.values()
        if isinstance(value, str) and _PROXY in value
        for address in _PROXIED.findall(value)
    ]
    if named and await tx.value("SELECT image_mode FROM local_site") == "proxy-all":
        await remember_remote(tx, (link for link in named if link.startswith(("http://", "https://"))))


async def is_remembered(tx: Tx, link: str) -> bool:
    """Whether this address was written into something as one that is fetched for readers (I-9)."""
    return fits(link) and bool(
        await tx.value("SELECT count(*) FROM remote_image WHERE link = :link", link=link)
    )


async def set_details(tx: Tx, details: ImageDetails) -> None:
    """Write down what is known of an address."""
    if fits(details.link):
        await tx.run(
            "INSERT INTO image_details (link, width, height, content_type) VALUES (:link, :width, :height, :type)"
            " ON CONFLICT (link) DO UPDATE SET width = excluded.width, height = excluded.height, content_type = excluded.content_type",
            link=details.link, width=details.width, height=details.height, type=details.content_type,
        )  # fmt: skip


async def details(tx: Tx, link: str) -> ImageDetails | None:
    row = await tx.first(f"SELECT {columns(ImageDetails)} FROM image_details WHERE link = :link", link=link)
    return _make_details(row) if row else None


async def details_of(tx: Tx, links: Iterable[str | None]) -> dict[str, ImageDetails]:
    """What is known of these addresses."""
    wanted = {link for link in links if link and fits(link)}
    if not wanted:
        return {}
    rows = await tx.all(
        f"SELECT {columns(ImageDetails)} FROM image_details WHERE link IN :links[text]", links=wanted
    )
    return {found.link: found for found in map(_make_details, rows)}


def fits(link: str) -> bool:
    """Whether an address is short enough to be looked up."""
    return len(link.encode()) <= LONGEST_LINK
