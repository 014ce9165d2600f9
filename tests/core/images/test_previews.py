"""Pictures beside links, in each of the operator's modes; pictures fetched for readers (I-4, I-5, I-6, I-9)."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from folkmoot.core.images.delete import delete_files, delete_pictures, make_room
from folkmoot.core.images.show import Look, proxy_alias, show_proxied
from folkmoot.core.images.upload import upload
from folkmoot.core.posts.edit import EditPost, edit_post
from folkmoot.core.posts.fetch_link import Pictures, fetch_link
from folkmoot.core.threads.read import read_post
from folkmoot.media.files import Disk
from folkmoot.model.errors import Invalid, NotFound
from folkmoot.model.people import ANONYMOUS
from folkmoot.model.posts import Post
from folkmoot.model.views import PostView
from folkmoot.net.errors import TimedOut
from folkmoot.store import images
from folkmoot.store.db import Database, writing
from tests.cast import Cast
from tests.core.stories import set_site, write_post
from tests.pictures import picture

STORY, PHOTO = "https://news.example/story", "https://news.example/photo.png"
PROXIED = "https://here.example/api/v3/image_proxy?url=https%3A%2F%2Fnews.example%2Fphoto.png"


@dataclass(frozen=True)
class Page:
    """What the story says of itself."""

    title: str | None = "A story"
    description: str | None = None
    image: str | None = PHOTO
    video: str | None = None
    content_type: str | None = "text/html"


@dataclass
class Elsewhere:
    """Another server, with a picture or without."""

    body: bytes | None
    asked: list[str] = field(default_factory=list)

    async def look(self, _url: str) -> Page:
        return Page()

    async def fetch(self, url: str) -> bytes:
        assert not writing.get()
        self.asked.append(url)
        if self.body is None:
            raise TimedOut("slow")
        return self.body


@pytest.fixture
def files(tmp_path: Path) -> Disk:
    return Disk(tmp_path / "pictures")


async def linked(db: Database, cast: Cast, files: Disk, web: Elsewhere, mode: str) -> PostView:
    """A post whose link was looked at in a mode."""
    async with db.write() as tx:
        await set_site(tx, image_mode=mode)
        post = await write_post(tx, cast.alice, cast.gardening, url=STORY)
    assert await fetch_link(db, web.look, Pictures(web.fetch, files), {"post_id": post.id})
    return await seen(db, post)


async def seen(db: Database, post: Post) -> PostView:
    async with db.read() as tx:
        return await read_post(tx, ANONYMOUS, post.id)


async def test_where_no_picture_can_be_had_its_address_serves__I_4(
    db: Database, cast: Cast, files: Disk
) -> None:
    for body in (None, b"no picture"):
        view = await linked(db, cast, files, Elsewhere(body), "store-previews")
        assert (view.post.thumbnail_url, view.image) == (PHOTO, None)


async def test_mode_none_links_and_asks_nobody__I_5(db: Database, cast: Cast, files: Disk) -> None:
    web = Elsewhere(picture())
    view = await linked(db, cast, files, web, "none")
    assert (view.post.thumbnail_url, view.image, web.asked) == (PHOTO, None, [])


async def test_mode_store_previews_keeps_a_small_copy__FET_15__I_4__I_6(
    db: Database, cast: Cast, files: Disk
) -> None:
    view = await linked(db, cast, files, Elsewhere(picture("PNG", (1600, 800))), "store-previews")
    address = view.post.thumbnail_url or ""
    assert address.startswith("https://here.example/pictrs/image/")
    assert view.image is not None
    assert (view.image.link, view.image.width, view.image.height, view.image.content_type) == (
        address, 512, 256, "image/webp",
    )  # fmt: skip
    assert await files.get(address.rpartition("/")[2])


async def test_another_link_lets_the_old_preview_go__I_4(db: Database, cast: Cast, files: Disk) -> None:
    view = await linked(db, cast, files, Elsewhere(picture()), "store-previews")
    async with db.write() as tx:
        await edit_post(tx, cast.alice, EditPost(view.post.id, url="https://news.example/other"))
        assert await tx.value("SELECT count(*) FROM local_image") == 0
        assert await tx.value("SELECT count(*) FROM job WHERE name = 'images.delete_files'") == 1
    assert (await seen(db, view.post)).image is None


async def test_mode_proxy_all_fetches_for_readers__FET_15__I_5__I_6(
    db: Database, cast: Cast, files: Disk
) -> None:
    web = Elsewhere(picture("PNG", (1600, 800)))
    view = await linked(db, cast, files, web, "proxy-all")
    assert view.post.thumbnail_url == PROXIED
    assert view.image is not None
    assert (view.image.link, view.image.width) == (PROXIED, 1600)
    shown = await show_proxied(db, files, web.fetch, PHOTO, Look("webp", 128))
    assert (shown.type, web.asked) == ("image/webp", [PHOTO])


async def test_a_link_to_an_upload_is_known_without_the_network__I_3(
    db: Database, cast: Cast, files: Disk
) -> None:
    done = await upload(db, files, cast.alice, picture("JPEG"))
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening, url=done.url)

    async def nobody(_url: str) -> Page:
        raise AssertionError("this server was asked about itself")

    web = Elsewhere(None)
    assert await fetch_link(db, nobody, Pictures(web.fetch, files), {"post_id": post.id})
    view = await seen(db, post)
    assert (view.post.url_content_type, view.post.thumbnail_url) == ("image/jpeg", done.url)
    assert view.image is not None
    assert (view.image.width, web.asked) == (64, [])


async def test_only_addresses_that_something_names_are_fetched__I_9(
    db: Database, cast: Cast, files: Disk
) -> None:
    web = Elsewhere(picture())
    with pytest.raises(NotFound):
        await show_proxied(db, files, web.fetch, PHOTO, Look())
    assert web.asked == []
    async with db.write() as tx:
        await images.remember_remote(tx, [PHOTO, PHOTO])
    for body in (None, b"<html>"):
        with pytest.raises(Invalid):
            await show_proxied(db, files, Elsewhere(body).fetch, PHOTO, Look())
    for _ in range(2):
        assert (await show_proxied(db, files, web.fetch, PHOTO, Look())).type == "image/png"
    assert web.asked == [PHOTO]
    assert await files.get(proxy_alias(PHOTO))


async def test_the_oldest_of_what_was_fetched_for_readers_go__I_9(
    db: Database, cast: Cast, files: Disk, tmp_path: Path
) -> None:
    web, links = Elsewhere(picture()), [f"https://news.example/{number}.png" for number in range(4)]
    mine = (await upload(db, files, cast.alice, picture())).image.alias
    async with db.write() as tx:
        await set_site(tx, image_mode="proxy-all")
        await images.remember_remote(tx, links)
    for age, link in enumerate(reversed(links)):
        size = len((await show_proxied(db, files, web.fetch, link, Look())).body)
        os.utime(tmp_path / "pictures" / proxy_alias(link)[:2] / proxy_alias(link), (age, age))
    assert await make_room(files, 0) == 0
    assert await make_room(files, 4 * size) == 0
    assert await make_room(files, 2 * size) == 2
    assert [await files.get(proxy_alias(link)) is not None for link in links] == [True, True, False, False]
    assert await files.get(mine) is not None
    asked = len(web.asked)
    assert (await show_proxied(db, files, web.fetch, links[3], Look())).body
    assert len(web.asked) == asked + 1


@pytest.mark.parametrize(
    ("link", "type_"),
    [
        ("https://news.example/a.png", "image/png"),
        ("https://news.example/a.WEBP?v=1.gif", "image/webp"),
        ("https://news.example/picture", "image/jpeg"),
    ],
)
async def test_a_smaller_copy_is_of_the_kind_that_the_name_says__I_8__I_9(
    db: Database, files: Disk, link: str, type_: str
) -> None:
    async with db.write() as tx:
        await images.remember_remote(tx, [link])
    assert (await show_proxied(db, files, Elsewhere(picture()).fetch, link, Look(edge=32))).type == type_


async def test_what_is_purged_is_kept_for_no_reader_either__O_7(db: Database, files: Disk) -> None:
    async with db.write() as tx:
        await set_site(tx, image_mode="proxy-all")
        await images.remember_remote(tx, [PHOTO])
    for edge in (None, 32):
        await show_proxied(db, files, Elsewhere(picture()).fetch, PHOTO, Look(edge=edge))
    await delete_pictures(db, {"pictures": [PROXIED, "https://news.example/photo.png", None]})
    async with db.read() as tx:
        payloads = await tx.all("SELECT payload FROM job WHERE name = 'images.delete_files'")
    for (payload,) in payloads:
        await delete_files(files, json.loads(payload))
    assert await files.get(proxy_alias(PHOTO)) is None
    assert await files.get(f"{proxy_alias(PHOTO)}.32.png") is None
