"""Pictures sent with forms, without any script: beside a post's link, an avatar, an icon."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from folkmoot.settings import Settings
from folkmoot.store import communities, people
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, gave_way
from folkmoot.web import settings as settings_pages
from tests.cast import Cast
from tests.faces.web.test_account import error_beside
from tests.pictures import picture

FILES = "https://here.example/pictrs/image/"
NONSENSE = ("notes.png", b"just words", "image/png")


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return replace(settings, data_dir=tmp_path)


def shown(name: str = "beans.png") -> tuple[str, bytes, str]:
    return (name, picture(), "image/png")


FORMS = {
    "/submit": ({"community": "!gardening", "name": "My beans"}, "url"),
    "/settings": ({"display_name": "Alice"}, "avatar"),
    "/create_community": ({"name": "beans", "title": "Beans"}, "icon"),
}


@pytest.mark.parametrize("path", FORMS)
async def test_what_is_no_picture_is_said_beside_the_field(browser: Any, cast: Cast, path: str) -> None:
    typed, field = FORMS[path]
    response = await (await browser("alice")).post(path, typed, files={f"{field}_file": NONSENSE})
    assert response.status_code == 422
    assert f'id="e-{field}_file"' in response.text
    assert "no picture that can be shown here" in response.text


ADDRESSES = {
    "/settings": ("alice", {"display_name": "Alice"}, "avatar"),
    "/create_community": ("alice", {"name": "beans", "title": "Beans"}, "icon"),
    "/c/gardening/edit": ("bob", {"title": "Gardening", "visibility": "Public"}, "banner"),
    "/admin": ("admin", {"name": "Moot"}, "icon"),
}


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3:8080", "nowhere.invalid"])
async def test_an_address_that_is_not_public_is_said_beside_the_field__I_1(
    browser: Any, cast: Cast, path: str, host: str
) -> None:
    name, typed, field = ADDRESSES[path]
    response = await (await browser(name)).post(path, {**typed, field: f"https://{host}/a.png"})
    assert response.status_code == 422
    assert "not an address that can be linked to" in error_beside(response, field)


async def test_an_address_that_stands_there_already_is_not_asked_about_again(
    browser: Any, db: Database, cast: Cast
) -> None:
    icon = "https://moved-away.invalid/a.png"
    async with db.write() as tx:
        await communities.update(tx, cast.gardening.id, {"icon": icon})
    typed = {"title": "Gardens", "visibility": "Public", "icon": icon}
    assert (await (await browser("bob")).post("/c/gardening/edit", typed)).status_code == 303
    async with db.read() as tx:
        community = await communities.by_id(tx, cast.gardening.id)
    assert community
    assert (community.title, community.icon) == ("Gardens", icon)


async def test_more_than_ten_megabytes_are_refused(browser: Any, cast: Cast) -> None:
    alice = await browser("alice")
    for size, status in (((10 << 20) + 1, 422), (23 << 20, 413)):
        huge = {"avatar_file": ("huge.png", b"\x89PNG" + b"\0" * size, "image/png")}
        assert (await alice.post("/settings", {}, files=huge)).status_code == status


async def test_visitors_upload_nothing(browser: Any, db: Database, cast: Cast) -> None:
    await (await browser()).post("/submit", FORMS["/submit"][0], files={"url_file": shown()})
    async with db.read() as tx:
        assert await tx.value("SELECT count(*) FROM local_image") == 0


async def test_uploads_are_limited(browser: Any, cast: Cast) -> None:
    alice = await browser("alice")
    answers = [
        (await alice.post("/settings", {}, files={"avatar_file": shown()})).status_code for _ in range(7)
    ]
    assert answers == [303] * 6 + [429]


async def test_a_post_of_a_picture(browser: Any, db: Database, cast: Cast) -> None:
    alice = await browser("alice")
    assert 'enctype="multipart/form-data"' in (await alice.get("/submit")).text
    response = await alice.post("/submit", FORMS["/submit"][0], files={"url_file": shown()})
    assert response.status_code == 303
    async with db.read() as tx:
        url = await tx.value("SELECT url FROM post WHERE name = 'My beans'")
    assert url.startswith(FILES)
    assert (await alice.get(url.removeprefix("https://here.example"))).headers["content-type"] == "image/png"


async def test_a_preview_keeps_the_picture_that_was_chosen(browser: Any, cast: Cast) -> None:
    typed = FORMS["/submit"][0] | {"preview": "1"}
    response = await (await browser("alice")).post("/submit", typed, files={"url_file": shown()})
    assert f'value="{FILES}' in response.text


async def test_an_avatar_and_a_banner(browser: Any, db: Database, cast: Cast) -> None:
    alice = await browser("alice")
    files = {"avatar_file": shown(), "banner_file": shown("wide.png")}
    assert (await alice.post("/settings", {"display_name": "Alice"}, files=files)).status_code == 303
    assert cast.alice.person
    async with db.read() as tx:
        person = await people.by_id(tx, cast.alice.person.id)
    assert person and person.avatar and person.banner
    assert person.avatar.startswith(FILES) and person.banner.startswith(FILES)
    assert person.avatar in (await alice.get("/u/alice")).text


async def test_only_administrators_upload_an_icon_of_the_site(browser: Any, db: Database, cast: Cast) -> None:
    answer = await (await browser("alice")).post("/admin", {"name": "Moot"}, files={"icon_file": shown()})
    assert answer.status_code == 403
    async with db.read() as tx:
        assert await tx.value("SELECT count(*) FROM local_image") == 0


async def test_an_icon_of_the_site(browser: Any, db: Database, cast: Cast) -> None:
    admin = await browser("admin")
    assert 'enctype="multipart/form-data"' in (await admin.get("/admin")).text
    typed = {"name": "Moot", "banner": "https://1.1.1.1/wide.png"}
    preview = await admin.post("/admin", typed | {"preview": "1"}, files={"icon_file": shown()})
    assert f'value="{FILES}' in preview.text
    assert (await admin.post("/admin", typed, files={"icon_file": shown()})).status_code == 303
    async with db.read() as tx:
        site = await store_site.local_site(tx)
    assert site.icon
    assert site.icon.startswith(FILES)
    assert site.banner == "https://1.1.1.1/wide.png"


async def test_an_icon_of_a_community(browser: Any, db: Database, cast: Cast) -> None:
    bob = await browser("bob")
    typed = {"title": "Gardening", "visibility": "Public"}
    response = await bob.post("/c/gardening/edit", typed, files={"icon_file": shown()})
    assert response.status_code == 303
    async with db.read() as tx:
        community = await communities.by_id(tx, cast.gardening.id)
    assert community and community.icon
    assert community.icon.startswith(FILES)


async def test_a_form_whose_transaction_gave_way_is_done_again_with_its_file(
    browser: Any, cast: Cast, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, tries = settings_pages.save_settings, 0

    async def gives_way(*asked: Any) -> Any:
        nonlocal tries
        tries += 1
        await save(*asked)
        if tries == 1:
            raise gave_way()

    monkeypatch.setattr(settings_pages, "save_settings", gives_way)
    answer = await (await browser("alice")).post(
        "/settings", {"display_name": "Alice"}, files={"avatar_file": shown()}
    )
    assert (answer.status_code, tries) == (303, 2)
    async with db.read() as tx:
        alice = await people.by_id(tx, cast.alice.id)
        assert alice is not None
        assert (alice.avatar or "").startswith(FILES)
        assert await tx.value("SELECT count(*) FROM local_image") == 1, "the file was taken in once"
