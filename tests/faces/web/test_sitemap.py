"""The sitemap: nothing of a private site, else the local posts of the last month."""

from typing import Any
from xml.etree import ElementTree

from folkmoot.model.time import DAY, FixedClock
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.faces.web.reading import change, write_post

_NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


async def listed(browser: Any) -> list[tuple[str, str]]:
    response = await (await browser()).get("/sitemap.xml")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/xml"
    assert response.headers["cache-control"] == "max-age=3600"
    found = ElementTree.fromstring(response.content)
    return [
        (url.findtext("s:loc", "", _NAMES), url.findtext("s:lastmod", "", _NAMES))
        for url in found.findall("s:url", _NAMES)
    ]


async def test_private_sites_show_nothing(browser: Any, db: Database, cast: Cast) -> None:
    await change(db, "UPDATE local_site SET private_instance = :yes", ("site", 0), yes=True)
    response = await (await browser()).get("/sitemap.xml")
    assert (response.status_code, response.json()) == (400, {"error": "instance_is_private"})


async def test_local_posts_of_the_last_month(
    browser: Any, db: Database, cast: Cast, clock: FixedClock
) -> None:
    old = await write_post(db, cast.bob, cast.gardening.id, "Long ago")
    clock.advance(20 * DAY)
    await write_post(db, cast.carol, cast.gardening.id, "From there", ap_id="https://there.example/post/1")
    gone = await write_post(db, cast.bob, cast.gardening.id, "Removed")
    await change(db, "UPDATE post SET removed = :yes WHERE id = :id", yes=True, id=gone.id)
    new = await write_post(db, cast.bob, cast.gardening.id, "New")
    assert await listed(browser) == [
        (f"https://here.example/post/{new.id}", "2026-06-21T12:00:00Z"),
        (f"https://here.example/post/{old.id}", "2026-06-01T12:00:00Z"),
    ]
    clock.advance(12 * DAY)
    assert [address for address, _ in await listed(browser)] == [f"https://here.example/post/{new.id}"]
