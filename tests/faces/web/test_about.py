"""What the site says of itself."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from folkmoot.app import build_app
from folkmoot.context import Context
from folkmoot.core.site.taglines import set_taglines
from folkmoot.model.time import FixedClock
from folkmoot.net.client import Client
from folkmoot.settings import Settings
from folkmoot.store.db import Database, writing
from tests.cast import Cast
from tests.core.site.stories import edit
from tests.faces.web.conftest import Browser, read

Browsers = Callable[..., Any]


async def test_it_names_who_runs_it_and_how_to_reach_them(
    browser: Browsers, db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        await set_taglines(tx, cast.admin, ["*Grow*"])
    await edit(db, cast.admin, description="For gardeners", sidebar="Be **kind**")
    page = read(await (await browser()).get("/about"))
    assert page.css_first("h1").text() == "About Here"
    assert page.css_first(".lead").text() == "For gardeners"
    assert page.css_first("strong").text() == "kind"
    assert page.css_first("em").text() == "Grow"
    assert page.css_first("a[href='/u/admin']") is not None
    assert page.css_first("a[href='/u/admin/message']") is not None
    assert page.css_first("dl.facts dd").text() == "4"


async def test_a_private_site_says_what_it_is_and_what_its_rules_are__R_11(
    browser: Browsers, db: Database, cast: Cast
) -> None:
    await edit(db, cast.admin, private_instance=True)
    visitor = await browser()
    for path in (
        "/about",
        "/legal",
        "/instances",
        "/privacy",
        "/keys",
        "/source",
        "/login",
        "/register",
        "/language",
    ):
        assert (await visitor.get(path)).status_code == 200


async def test_without_rules_it_says_whom_to_ask(browser: Browsers) -> None:
    page = read(await (await browser()).get("/legal"))
    assert page.css_first(".empty a").attributes["href"] == "/about"


async def test_privacy_says_whether_anything_leaves_the_server__VOT_1(
    browser: Browsers, db: Database, cast: Cast
) -> None:
    visitor = await browser()
    told = (await visitor.get("/privacy")).text
    assert "part of a network" in told
    assert "comment, vote and message reaches the servers" in told
    await edit(db, cast.admin, federation_enabled=False)
    assert "Federation is turned off" in (await visitor.get("/privacy")).text


async def test_the_keys_are_a_page_and_a_dialog(browser: Browsers) -> None:
    visitor = await browser()
    assert read(await visitor.get("/keys")).css_first("h1").text() == "Keyboard"
    fragment = (await visitor.get("/keys", headers={"x-fragment": "1"})).text
    assert fragment.strip().startswith("<h2>")
    assert "<html" not in fragment


async def test_every_page_the_footer_links_to_is_there(browser: Browsers) -> None:
    visitor = await browser()
    links = [link.attributes["href"] or "" for link in read(await visitor.get("/about")).css("footer a")]
    assert len(links) >= 5
    for link in links:
        assert (await visitor.get(link)).status_code == 200, link


async def test_the_front_page_shows_the_line_of_the_hour(browser: Browsers, db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await set_taglines(tx, cast.admin, ["*Grow*"])
    assert read(await (await browser()).get("/")).css_first("main .body em").text() == "Grow"


async def test_the_source_is_offered_where_its_address_is_set(
    db: Database, cast: Cast, clock: FixedClock, settings: Settings, browser: Browsers
) -> None:
    plain = await (await browser()).get("/source")
    assert "Ask the administrators" in plain.text
    address = "https://code.example/our-folkmoot"
    async with Client(agent="test", holds_write=writing.get) as http:
        served = build_app(Context(db, replace(settings, source_url=address), clock, http))
        async with Browser(served, {}, "192.0.2.1") as reader:
            page = read(await reader.get("/source"))
    assert page.css_first(f"main a[href='{address}']").text() == "Here it is."
