"""Pictures through the API: uploads, copies, the proxy, lists, and what a link says of itself (section 7 of the behaviour rules)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from folkmoot.net.errors import AddressRefused
from folkmoot.settings import Settings
from folkmoot.store import images
from folkmoot.store.db import Database
from tests.core.stories import set_site, write_post
from tests.faces.api_v3.conftest import App
from tests.pictures import SECRET, opened, picture

Open = Callable[..., Awaitable[App]]
PHOTO = "https://news.example/photo.png"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return replace(settings, data_dir=tmp_path)


async def _upload(app: App, *bodies: bytes, name: str = "images[]") -> httpx.Response:
    return await app.call("POST", "/pictrs/image", files=[(name, ("a.png", body)) for body in bodies])


async def _uploaded(app: App, body: bytes | None = None) -> dict[str, Any]:
    response = await _upload(app, body or picture())
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()["files"][0]
    return found


# --- uploads ---------------------------------------------------------------------------------------------------------


async def test_an_upload_needs_a_session__I_7(app: Open) -> None:
    nobody = await app()
    response = await _upload(nobody, picture())
    assert (response.status_code, response.json()["error"]) == (401, "incorrect_login")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"x", "multipart/form-data; boundary=x"),
        (b"x", "multipart/form-data"),
        (b"{}", "application/json"),
        (b"", ""),
        (
            b'--x\r\nContent-Disposition: form-data; name="images[]"\r\n\r\nabc',
            "multipart/form-data; boundary=x",
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\nabc\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="images[]"\r\n\r\nabc\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
    ],
)
async def test_a_body_that_holds_no_picture_is_refused__I_7(app: Open, content: bytes, kind: str) -> None:
    alice = await app("alice")
    response = await alice.call("POST", "/pictrs/image", content=content, headers={"content-type": kind})
    assert response.status_code == 400
    assert response.json()["error"] in {"unknown", "not_an_image_type"}


async def test_too_large_is_413__I_7(app: Open) -> None:
    alice = await app("alice")
    for size in ((10 << 20) + 1, 13 << 20):
        response = await _upload(alice, b"\x89PNG" + b"\0" * size)
        assert (response.status_code, response.json()["error"]) == (413, "unknown")


async def test_uploads_are_limited__K_1(app: Open) -> None:
    alice = await app("alice")
    for _ in range(6):
        await _uploaded(alice)
    response = await _upload(alice, picture())
    assert (response.status_code, response.json()["error"]) == (400, "rate_limit_error")


async def test_an_upload_says_what_it_is__I_7(app: Open) -> None:
    alice, nobody = await app("alice"), await app()
    response = await _upload(alice, picture("JPEG"), picture("PNG"))
    said = response.json()
    assert said["msg"] == "ok"
    first, second = said["files"]
    assert first["details"] == {
        "width": 64, "height": 48, "content_type": "image/jpeg", "created_at": "2026-06-01T12:00:00Z",
    }  # fmt: skip
    assert first["file"].endswith(".jpg") and second["file"].endswith(".png")
    shown = await nobody.call("GET", f"/pictrs/image/{first['file']}")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert SECRET not in shown.content


async def test_of_several_pictures_all_are_kept_or_none__I_7(app: Open) -> None:
    alice = await app("alice")
    response = await _upload(alice, picture("JPEG"), b"no picture")
    assert (response.status_code, response.json()["error"]) == (400, "not_an_image_type")
    assert (await alice.get("/account/list_media"))["images"] == []


# --- what is shown ---------------------------------------------------------------------------------------------------


async def test_what_is_not_there_is_404_without_a_body__I_8(app: Open) -> None:
    nobody, alice = await app(), await app("alice")
    file = (await _uploaded(alice))["file"]
    for path in (
        "nothing.png",
        f"{file}?format=bmp",
        f"{file}?thumbnail=x",
        f"{file}?thumbnail=5&thumbnail=5",
        f"{file}?thumbnail=0",
        "%2e%2e%2fsecret.png",
    ):
        response = await nobody.call("GET", f"/pictrs/image/{path}")
        assert (response.status_code, response.content) == (404, b"")


async def test_a_picture_in_another_size_and_format__I_8(app: Open) -> None:
    nobody, alice = await app(), await app("alice")
    file = (await _uploaded(alice, picture("PNG", (400, 200))))["file"]
    for asked, kind, size in (
        ("", "image/png", (400, 200)),
        ("?format=webp&thumbnail=256", "image/webp", (256, 128)),
        ("?thumbnail=96", "image/png", (96, 48)),
        ("?format=jpg", "image/jpeg", (400, 200)),
        ("?format=avif&thumbnail=64", "image/avif", (64, 32)),
        ("?format=jxl&thumbnail=64", "image/webp", (64, 32)),
    ):
        response = await nobody.call("GET", f"/pictrs/image/{file}{asked}")
        assert (response.status_code, response.headers["content-type"]) == (200, kind)
        assert opened(response.content).size == size


async def test_pictures_of_strangers_can_do_nothing_and_are_kept_long__I_8(app: Open) -> None:
    nobody, alice = await app(), await app("alice")
    file = (await _uploaded(alice))["file"]
    response = await nobody.call("GET", f"/pictrs/image/{file}")
    said = response.headers
    assert "sandbox" in said["content-security-policy"]
    assert said["x-content-type-options"] == "nosniff"
    assert said["content-disposition"].startswith("inline; filename=")
    assert said["cache-control"] == "public, max-age=31536000, immutable"
    assert said["vary"] == "origin"  # a page that shows it may still be refused what a script may have
    for known in (said["etag"], f"W/{said['etag']}", f'"another", {said["etag"]}', "*"):
        again = await nobody.call("GET", f"/pictrs/image/{file}", headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b""), known
    other = await nobody.call("GET", f"/pictrs/image/{file}", headers={"if-none-match": '"another"'})
    assert other.status_code == 200


async def test_the_store_of_pictures_is_well__X_2(app: Open) -> None:
    assert (await (await app()).call("GET", "/pictrs/healthz")).status_code == 200


# --- deleting and listing --------------------------------------------------------------------------------------------


async def test_deleting_is_a_get_for_the_uploader_and_admins__I_7(app: Open) -> None:
    nobody, alice, bob, admin = await app(), await app("alice"), await app("bob"), await app("admin")
    for owner in (alice, admin):
        file = await _uploaded(alice)
        path = f"/pictrs/image/delete/{file['delete_token']}/{file['file']}"
        refused = await nobody.call("GET", path)
        assert (refused.status_code, refused.json()["error"]) == (401, "incorrect_login")
        assert (await bob.call("GET", path)).status_code == 404
        done = await owner.call("GET", path.replace(file["delete_token"], "anything"))
        assert (done.status_code, done.content) == (204, b"")
        assert (await nobody.call("GET", f"/pictrs/image/{file['file']}")).status_code == 404
        assert (await owner.call("GET", path)).status_code == 404


async def test_no_picture_in_a_text_deletes_another__I_7(app: Open) -> None:
    """A browser sends its cookie with whatever a page shows, and deleting is a GET: who writes such an address knows no token."""
    nobody, alice, admin = await app(), await app("alice"), await app("admin")
    file = await _uploaded(alice)
    for viewer in (alice, admin):
        cookie = {"cookie": f"jwt={viewer.token}"}
        guessed = await nobody.call("GET", f"/pictrs/image/delete/anything/{file['file']}", headers=cookie)
        assert (guessed.status_code, guessed.json()["error"]) == (404, "unknown")
        assert (await nobody.call("GET", f"/pictrs/image/{file['file']}")).status_code == 200
    path = f"/pictrs/image/delete/{file['delete_token']}/{file['file']}"
    assert (await nobody.call("GET", path, headers={"cookie": f"jwt={alice.token}"})).status_code == 204
    assert (await nobody.call("GET", f"/pictrs/image/{file['file']}")).status_code == 404


async def test_lists_of_uploads__I_10(app: Open) -> None:
    nobody, alice, admin = await app(), await app("alice"), await app("admin")
    assert await nobody.refused("GET", "/account/list_media") == (401, "incorrect_login")
    assert await nobody.refused("GET", "/admin/list_all_media") == (401, "incorrect_login")
    assert await alice.refused("GET", "/admin/list_all_media") == (400, "not_an_admin")
    for wrong in (0, 51):
        assert await alice.refused("GET", "/account/list_media", limit=wrong) == (400, "unknown")
    file = await _uploaded(alice)
    for reader, path in ((alice, "/account/list_media"), (admin, "/admin/list_all_media")):
        (view,) = (await reader.get(path))["images"]
        assert view["local_image"]["pictrs_alias"] == file["file"]
        assert view["local_image"]["pictrs_delete_token"] == file["delete_token"]
        assert view["person"]["name"] == "alice"
    assert (await admin.get("/account/list_media"))["images"] == []


# --- the proxy -------------------------------------------------------------------------------------------------------


async def test_the_proxy_serves_only_what_was_stored__I_9(
    app: Open, db: Database, web: dict[str, Any]
) -> None:
    nobody = await app()
    web[PHOTO] = picture()
    assert await nobody.refused("GET", "/image_proxy", url=PHOTO) == (404, "unknown")
    assert await nobody.refused("GET", "/image_proxy") == (400, "unknown")
    async with db.write() as tx:
        await images.remember_remote(tx, [PHOTO, "https://news.example/gone.png"])
    assert await nobody.refused("GET", "/image_proxy", url="https://news.example/gone.png") == (
        400,
        "unknown",
    )
    response = await nobody.call(
        "GET", "/image_proxy", params={"url": PHOTO, "format": "webp", "thumbnail": "32"}
    )
    assert (response.status_code, response.headers["content-type"]) == (200, "image/webp")
    assert SECRET not in response.content


async def test_the_proxy_asks_nobody_inside__ABU_10(app: Open, db: Database) -> None:
    nobody = await app()
    inside = [
        "http://127.0.0.1:8536/health",
        "http://169.254.169.254/latest/",
        "http://[::1]/",
        "http://10.0.0.1/a.png",
    ]
    async with db.write() as tx:
        await images.remember_remote(tx, inside)
    for url in inside:
        assert await nobody.refused("GET", "/image_proxy", url=url) == (400, "unknown")


async def test_hosts_that_turn_servers_away_are_answered_with_a_redirect__I_9(
    app: Open, db: Database
) -> None:
    nobody = await app()
    url = "https://i.imgur.com/cat.png"
    assert await nobody.refused("GET", "/image_proxy", url=url) == (404, "unknown")
    async with db.write() as tx:
        await images.remember_remote(tx, [url])
    response = await nobody.call("GET", "/image_proxy", params={"url": url})
    assert (response.status_code, response.headers["location"], response.content) == (307, url, b"")


# --- links -----------------------------------------------------------------------------------------------------------


async def test_what_a_link_says_of_itself__I_1__I_2(app: Open, web: dict[str, Any]) -> None:
    nobody, alice = await app(), await app("alice")
    web["http://127.0.0.1/"] = AddressRefused("inside")
    web["https://news.example/"] = b"<title>A story</title><meta name=description content=Long>"
    assert await nobody.refused("GET", "/post/site_metadata", url="https://news.example/") == (
        401,
        "incorrect_login",
    )
    for url, error in (
        ("http://127.0.0.1/", "invalid_url"),
        ("nonsense", "invalid_url"),
        ("ftp://news.example/", "invalid_url"),
        ("magnet:?xt=urn:btih:x", "invalid_url"),
        ("https://nobody.example/", "unknown"),
    ):
        assert await alice.refused("GET", "/post/site_metadata", url=url) == (400, error)
    assert await alice.refused("GET", "/post/site_metadata") == (400, "unknown")
    said = await alice.get("/post/site_metadata", url="https://news.example/")
    assert said == {"metadata": {"title": "A story", "description": "Long", "content_type": "text/html"}}


async def test_image_details_come_with_the_thumbnail_they_are_of__I_6(
    app: Open, db: Database, cast: Any
) -> None:
    alice = await app("alice")
    file = (await _uploaded(alice))["file"]
    url = f"https://here.example/pictrs/image/{file}"
    async with db.write() as tx:
        await set_site(tx, rate_image=0)
        await write_post(tx, cast.alice, cast.gardening, "With", custom_thumbnail=url)
        await write_post(tx, cast.alice, cast.gardening, "Without", custom_thumbnail=PHOTO)
    posts = {view["post"]["name"]: view for view in (await alice.get("/post/list"))["posts"]}
    assert posts["With"]["image_details"] == {
        "link": url,
        "width": 64,
        "height": 48,
        "content_type": "image/png",
    }
    assert "image_details" not in posts["Without"]
