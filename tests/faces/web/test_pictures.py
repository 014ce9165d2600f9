"""Pictures sent with forms, without any script: beside a post's link, an avatar, an icon."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from folkmoot.settings import Settings
from folkmoot.store import communities, people
from folkmoot.store.db import Database
from tests.cast import Cast
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


async def test_an_icon_of_a_community(browser: Any, db: Database, cast: Cast) -> None:
    bob = await browser("bob")
    typed = {"title": "Gardening", "visibility": "Public"}
    response = await bob.post("/c/gardening/edit", typed, files={"icon_file": shown()})
    assert response.status_code == 303
    async with db.read() as tx:
        community = await communities.by_id(tx, cast.gardening.id)
    assert community and community.icon
    assert community.icon.startswith(FILES)
