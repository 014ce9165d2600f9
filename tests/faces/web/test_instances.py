"""Servers: the public list, and what administrators decide about them."""

from collections.abc import Callable
from typing import Any

from folkmoot.core.instances.policy import DecideInstance, block_instance
from folkmoot.store.db import Database
from tests import rows
from tests.cast import THERE, Cast
from tests.core.site.stories import edit
from tests.faces.web.conftest import Browser, read

Browsers = Callable[..., Any]


async def servers(browser: Browser, path: str) -> list[str]:
    """The domains that a page lists."""
    return [cell.text() for cell in read(await browser.get(path)).css("tbody th")]


async def test_everybody_sees_who_is_known_and_who_is_blocked_and_why(
    browser: Browsers, db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        await rows.instance(tx, "quiet.example")
        await block_instance(tx, cast.admin, DecideInstance("evil.example", reason="<b>Spam</b>"))
    visitor = await browser()
    page = await visitor.get("/instances")
    assert await servers(visitor, "/instances") == ["evil.example", "quiet.example", THERE]
    assert "&lt;b&gt;Spam&lt;/b&gt;" in page.text
    assert "knows 3 other servers" in read(page).css_first("main").text()
    assert await servers(visitor, "/instances?state=blocked") == ["evil.example"]
    assert await servers(visitor, "/instances?q=Quiet") == ["quiet.example"]
    assert "No server here is like that" in (await visitor.get("/instances?q=nothing")).text


async def test_many_servers_come_in_pages(browser: Browsers, db: Database) -> None:
    async with db.write() as tx:
        for number in range(100):
            await rows.instance(tx, f"s{number:03}.example")
    visitor = await browser()
    page = read(await visitor.get("/instances"))
    assert len(page.css("tbody tr")) == 100
    following = page.css_first("a[rel=next]").attributes["href"]
    assert await servers(visitor, following or "") == [THERE]


async def test_odd_questions_are_answered(browser: Browsers) -> None:
    visitor = await browser()
    for query in ("?state=x&q=%ff%00&after=%f0", "?after=zzz", "?q=" + "x" * 3000, "?q=%25_%5C"):
        assert (await visitor.get("/instances" + query)).status_code == 200


async def test_it_says_where_federation_is_off(browser: Browsers, db: Database, cast: Cast) -> None:
    admin = await browser("admin")
    assert (await admin.post("/admin/federation", {"federation_signed_fetch": "1"})).status_code == 303
    assert "Federation is turned off" in (await admin.get("/instances")).text
    page = read(await admin.get("/admin/instances"))
    assert page.css_first("#f-federation_enabled").attributes.get("checked", "no") == "no"
    assert "checked" in page.css_first("#f-federation_signed_fetch").attributes


async def test_servers_are_blocked_for_a_time_and_let_back(
    browser: Browsers, db: Database, cast: Cast
) -> None:
    admin = await browser("admin")
    for filled, field in (
        ({"domain": "not a host", "do": "block"}, "domain"),
        ({"domain": "here.example", "do": "block"}, "domain"),
        ({"domain": THERE, "do": "block", "days": "a week"}, "days"),
        ({"domain": THERE, "do": "block", "days": "-1"}, "days"),
        ({"domain": THERE, "do": "block", "reason": "x" * 10_001}, "reason"),
    ):
        answer = await admin.post("/admin/instances", filled)
        assert answer.status_code == 422
        assert read(answer).css_first(f"#e-{field}") is not None, filled
        assert read(answer).css_first("#f-domain").attributes["value"] == filled["domain"]
    filled = {"domain": "https://Evil.example/c/x", "do": "block", "days": "7", "reason": "Spam"}
    assert (await admin.post("/admin/instances", filled)).status_code == 303
    page = read(await admin.get("/admin/instances"))
    assert [cell.text() for cell in page.css("tbody th")] == ["evil.example"]
    assert "in 7 days" in page.css_first("tbody").text()
    assert (
        await admin.post("/admin/instances", {"domain": "evil.example", "do": "unblock"})
    ).status_code == 303
    assert await servers(admin, "/admin/instances") == []


async def test_an_allowed_server_is_listed_as_such(browser: Browsers, db: Database, cast: Cast) -> None:
    admin = await browser("admin")
    assert (await admin.post("/admin/instances", {"domain": THERE, "do": "allow"})).status_code == 303
    assert await servers(admin, "/instances?state=allowed") == [THERE]
    await edit(db, cast.admin, allowed_instances=())
    assert await servers(admin, "/instances?state=allowed") == []
