"""The frame of every page: who is looking, in which language, what happened a moment ago."""

from collections.abc import Callable
from typing import Any

from tests.faces.web.conftest import read

Browsers = Callable[..., Any]


async def test_a_visitor_sees_the_site_and_a_way_in(browser: Browsers) -> None:
    page = read(await (await browser()).get("/language"))
    assert page.css_first("title").text() == "Language – Here"
    assert page.css_first("a[href='/login']") is not None
    assert page.css_first("form#act") is None


async def test_a_member_sees_their_own_menu(browser: Browsers) -> None:
    page = read(await (await browser("alice")).get("/language"))
    assert page.css_first("a[href='/u/alice']") is not None
    assert page.css_first("form#act input[name=csrf]") is not None


async def test_a_visitor_may_send_a_form_that_was_shown_to_them(browser: Browsers) -> None:
    visitor = await browser()
    answer = await visitor.post("/language", {"language": "de"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert read(await visitor.get("/language")).css_first("html").attributes["lang"] == "de"


async def test_nothing_there_is_a_page_that_says_so(browser: Browsers) -> None:
    answer = await (await browser()).get("/nothing-here")
    assert answer.status_code == 404
    assert read(answer).css_first("h1").text() == "There is nothing here"
