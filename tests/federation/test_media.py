"""Pictures and films that come with posts of other servers: kept, shown with their words, never active, and gone with their post (case 87)."""

import json
import struct
import zlib
from collections.abc import Callable
from urllib.parse import quote

import pytest
from multidict import CIMultiDict
from yarl import URL

from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.site.upkeep import overwrite_deleted
from folkmoot.model.images import ImageDetails
from folkmoot.model.time import DAY, SECOND
from folkmoot.store import images
from tests.federation.conftest import Found
from tests.federation.network import Answer, Network, Request
from tests.federation.peer import Members, Peer
from tests.federation.stage import Scene, set_scene
from tests.pictures import picture

PHOTO = "https://pics.example/fig.png"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
async def scene(servers: Found, peer: Callable[[str], Peer]) -> Scene:
    scene = await set_scene(servers, peer)
    host = peer("pics.example")
    host.pages[PHOTO] = Answer(body=picture("PNG", (1600, 800)), content_type="image/png")
    return scene


async def arrives(scene: Scene, **more: object) -> Members:
    """A post by carol with these members."""
    page = scene.there.page(scene.carol, scene.gardening.ap_id, **more)
    create = scene.there.in_community("Create", scene.carol, page, scene.gardening.ap_id)
    assert await scene.tells(create) == "accepted"
    return page


async def asks(scene: Scene, address: str) -> Answer:
    request = Request(
        "visitor.example", "GET", URL(address, encoded=True), CIMultiDict({"Accept": "*/*"}), b""
    )
    return await scene.a._answer(request)


# --- what comes --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "first",
    [
        {"type": "Image", "url": PHOTO, "name": "A fig"}, {"type": "Document", "mediaType": "image/png", "url": PHOTO, "name": "A fig"},
        {"type": "Document", "url": PHOTO, "name": "A fig"},
        {"type": "Image", "url": [{"type": "Link", "href": PHOTO, "mediaType": "image/png"}], "name": "A fig"},
    ],
    ids=["image", "document", "without a media type", "list of links"],
)  # fmt: skip
async def test_the_first_picture_is_the_link_with_its_words_and_the_rest_stands_below__case_87(
    scene: Scene, first: Members
) -> None:
    more = [
        {"type": "Document", "mediaType": "image/jpeg", "url": "https://pics.example/2.jpg", "name": "Two ] figs"},
        {"type": "Document", "mediaType": "video/mp4", "url": "https://pics.example/film.mp4", "name": "A film"},
        None, 7, {"type": "Image"}, {"type": "Image", "url": "javascript:alert(1)"},
    ]  # fmt: skip
    page = await arrives(scene, attachment=[first, *more])
    url, alt, body = (await scene.a.rows("SELECT url, alt_text, body FROM post"))[0]
    assert (url, alt) == (PHOTO, "A fig")
    assert body.startswith("They want sun.")
    assert "https://pics.example/2.jpg" in body and "https://pics.example/film.mp4" in body
    assert "javascript" not in body
    shown = (await asks(scene, "https://a.example/post/1")).body.decode()
    assert "A fig" in shown and page["name"] in shown


async def test_a_film_alone_is_a_link_to_it__case_87(scene: Scene) -> None:
    film = "https://pics.example/film.mp4"
    await arrives(
        scene,
        attachment=[
            {
                "type": "Document",
                "mediaType": "video/mp4",
                "url": [{"type": "Link", "href": film, "mediaType": "video/mp4"}],
            }
        ],
    )
    assert await scene.a.value("SELECT url FROM post") == film


async def test_pictures_of_a_comment_stand_below_it__case_87(scene: Scene) -> None:
    page = await arrives(scene)
    note = scene.there.note(
        scene.carol,
        page["id"],
        scene.gardening.ap_id,
        attachment=[{"type": "Image", "url": PHOTO, "name": "A fig"}],
    )
    assert (
        await scene.tells(scene.there.in_community("Create", scene.carol, note, scene.gardening.ap_id))
        == "accepted"
    )
    assert await scene.a.value("SELECT content FROM comment") == f"And water.\n\n![A fig]({PHOTO})"


# --- what is no picture --------------------------------------------------------------------------------------------------------


def claimed(width: int, height: int) -> bytes:
    """A picture of a few bytes that says it is so large."""
    body = picture("PNG", (1, 1))
    header = b"IHDR" + struct.pack(">II", width, height) + body[24:29]
    return body[:12] + header + struct.pack(">I", zlib.crc32(header)) + body[33:]


NONE = {
    "svg": Answer(body=SVG, content_type="image/svg+xml"), "svg-that-says-png": Answer(body=SVG, content_type="image/png"),
    "page": Answer(body=b"<script>alert(1)</script>", content_type="text/html"),
    "page-that-says-png": Answer(body=b"<script>1</script>", content_type="image/png"),
    "huge": Answer(body=picture() + b"\x00" * (40 << 20), content_type="image/png"), "empty": Answer(content_type="image/png"),
    "bomb": Answer(body=claimed(60_000, 60_000), content_type="image/png"), "gone": Answer(404),
    "half": Answer(body=picture()[:60], content_type="image/png"),
}  # fmt: skip


@pytest.mark.parametrize("mode", ["store-previews", "proxy-all"])
async def test_what_is_no_picture_is_neither_kept_nor_served__case_87__URL_13(
    scene: Scene, network: Network, mode: str
) -> None:
    async def answer(request: Request) -> Answer:
        return NONE[request.url.name]

    network.hosts["pics.example"] = answer
    async with scene.a.writing() as tx:
        await tx.run("UPDATE local_site SET image_mode = :mode", mode=mode)
        tx.changed("site")
    for number, kind in enumerate(NONE, start=1):
        address = f"https://pics.example/{kind}"
        await arrives(scene, attachment=[{"type": "Image", "url": address}])
        await scene.a.settle()
        assert await scene.a.value("SELECT count(*) FROM local_image") == 0, kind
        proxied = await asks(scene, f"https://a.example/api/v3/image_proxy?url={quote(address, safe='')}")
        assert proxied.status in (400, 404), kind
        assert b"<script" not in proxied.body and b"<svg" not in proxied.body
        assert (await asks(scene, f"https://a.example/post/{number}")).status == 200
    assert {one.url.name for one in network.asked_of("pics.example")} == set(NONE), "each was asked for"


async def test_what_the_proxy_serves_is_a_picture_and_nothing_active__case_87__URL_13(scene: Scene) -> None:
    async with scene.a.writing() as tx:
        await tx.run("UPDATE local_site SET image_mode = 'proxy-all'")
        tx.changed("site")
    await arrives(scene, attachment=[{"type": "Image", "url": PHOTO}])
    await scene.a.settle()
    answer = await asks(scene, f"https://a.example/api/v3/image_proxy?url={quote(PHOTO, safe='')}")
    assert answer.status == 200
    assert answer.content_type.startswith("image/") and "svg" not in answer.content_type
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (
        "default-src 'none'" in answer.headers["content-security-policy"]
        or "sandbox" in answer.headers["content-security-policy"]
    )


# --- gone ------------------------------------------------------------------------------------------------------------------------


async def kept(scene: Scene) -> str:
    """The address of the preview that was kept of the post's picture."""
    await scene.a.settle()
    address: str = await scene.a.value("SELECT thumbnail_url FROM post WHERE thumbnail_url IS NOT NULL")
    assert address.startswith("https://a.example/pictrs/image/")
    assert (await asks(scene, address)).status == 200
    return address


async def test_the_thumbnail_of_a_deleted_post_is_hidden_at_once_and_gone_after_a_month__case_87__DEL_2(
    scene: Scene,
) -> None:
    page = await arrives(scene, attachment=[{"type": "Image", "url": PHOTO}])
    address = await kept(scene)
    assert (
        await scene.tells(scene.there.in_community("Delete", scene.carol, page["id"], scene.gardening.ap_id))
        == "accepted"
    )
    name = address.rpartition("/")[2]
    for path in ("/post/1", "/c/gardening", "/api/v3/post?id=1"):
        assert name not in (await asks(scene, f"https://a.example{path}")).body.decode(), path
    scene.a.clock.advance(31 * DAY)
    await overwrite_deleted(scene.a.db)
    await scene.a.settle()
    assert await scene.a.value("SELECT count(*) FROM local_image") == 0
    assert (await asks(scene, address)).status == 404


async def test_with_an_account_go_the_thumbnails_of_what_it_wrote__case_87__DEL_3(scene: Scene) -> None:
    await arrives(scene, attachment=[{"type": "Image", "url": PHOTO}])
    address = await kept(scene)
    gone = scene.there.activity("Delete", scene.carol, scene.carol.id, removeData=True)
    assert await scene.tells(gone) == "accepted"
    await scene.a.settle()
    assert (await asks(scene, address)).status == 404


async def test_a_picture_that_is_known_goes_out_as_one_with_its_size__case_87(scene: Scene) -> None:
    wish = scene.there.activity("Follow", scene.carol, scene.gardening.ap_id)
    assert await scene.tells(wish) == "accepted"
    scene.a.clock.advance(SECOND)
    upload = "https://a.example/pictrs/image/fig.png"
    async with scene.a.writing() as tx:
        await images.set_details(tx, ImageDetails(upload, 1600, 800, "image/png"))
        post = await create_post(
            tx, scene.alice, CreatePost(scene.gardening.id, "Figs", url=upload, alt_text="A fig")
        )
    await scene.a.runner.lanes.drain()
    told = [one["object"] for one in scene.there.got if one["type"] == "Announce"]
    image = {"type": "Image", "url": upload, "mediaType": "image/png", "width": 1600, "height": 800, "name": "A fig"}  # fmt: skip
    assert [page.get("object", page)["attachment"] for page in told] == [[image], [image]]
    request = Request("there.example", "GET", URL(post.ap_id), CIMultiDict({"Accept": "application/activity+json"}), b"")  # fmt: skip
    assert json.loads((await scene.a._answer(request)).body)["attachment"] == [image]
