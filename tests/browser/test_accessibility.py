"""Pages as a screen reader gets them: Chromium's accessibility tree of each, and what a page promises to assistive technology."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.conftest import ADMIN, PASSWORD, Browse
from tests.browser.test_reading import PAGES

pytestmark = pytest.mark.browser

FOR_EVERYBODY = [
    *PAGES,
    "/?scope=all&kind=comments",
    "/search?q=garden",
    "/legal",
    "/privacy",
    "/keys",
    "/password_reset",
    "/language",
]
FOR_ONE = [
    "/?scope=subscribed", "/post/2", "/post/2/more", "/post/2/reply", "/post/2/report", "/post/2/remove", "/post/2/mark", "/post/2/purge", "/comment/9/more",
    "/comment/9/reply", "/submit", "/inbox", "/messages", "/saved", "/settings", "/settings/display", "/settings/feeds",
    "/settings/notifications", "/settings/security", "/settings/blocks", "/settings/transfer", "/settings/move", "/settings/delete", "/c/gardening/edit",
    "/c/gardening/moderators", "/c/gardening/bans", "/admin", "/admin/registration", "/admin/moderation", "/admin/limits", "/admin/people",
    "/admin/taglines", "/admin/legal", "/admin/emoji", "/admin/instances", "/admin/appearance", "/applications", "/reports",
    "/u/anselm@allotment.example/ban",
]  # fmt: skip
NAMED = {"button", "link", "textbox", "searchbox", "checkbox", "radio", "combobox", "listbox", "spinbutton", "DisclosureTriangle", "image",
         "navigation", "region", "dialog"}  # fmt: skip
LANDMARKS = ("banner", "main", "contentinfo")

_HEADINGS = "return [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(each => Number(each.tagName[1]))"
_TWICE = "const ids = [...document.querySelectorAll('[id]')].map(each => each.id); return ids.filter((id, at) => ids.indexOf(id) !== at)"
_DANGLING = """
return [...document.querySelectorAll('[aria-describedby], [aria-labelledby], [aria-controls], label[for], a[href^="#"]')].flatMap(each =>
  ['aria-describedby', 'aria-labelledby', 'aria-controls', 'for'].flatMap(name => (each.getAttribute(name) || '').split(' '))
    .concat((each.getAttribute('href') || '#').slice(1))).filter(id => id && !document.getElementById(id))
"""
_SMALL = """
return [...document.querySelectorAll('main button, main input:not([type=hidden]), main select, main textarea')].filter(each => {
  const box = each.getBoundingClientRect(); return box.width && box.height && (box.width < 16 || box.height < 16) }).map(each => each.outerHTML)
"""


def wrong_with(browser: Chrome) -> Iterator[str]:
    """What somebody who cannot see the page would miss."""
    nodes: list[dict[str, Any]] = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    seen = [node for node in nodes if not node.get("ignored")]
    roles = [node["role"]["value"] for node in seen]
    for landmark in LANDMARKS:
        if roles.count(landmark) != 1:
            yield f"{roles.count(landmark)} times {landmark}"
    for node in seen:
        role, name = node["role"]["value"], (node.get("name") or {}).get("value", "").strip()
        if role in NAMED and not name:
            yield f"{role} without a name"
    levels: list[int] = browser.execute_script(_HEADINGS)
    if levels.count(1) != 1:
        yield f"headings {levels}"
    if any(after > before + 1 for before, after in pairwise(levels)):
        yield f"a level of headings is left out: {levels}"
    if not browser.execute_script("return document.documentElement.lang && document.title"):
        yield "no language or no title"
    for what, script in (("twice", _TWICE), ("leads nowhere", _DANGLING), ("too small", _SMALL)):
        for each in browser.execute_script(script):
            yield f"{what}: {each}"


def _all_is_well(browser: Chrome, base: str, paths: list[str]) -> None:
    browser.execute_cdp_cmd("Accessibility.enable", {})
    found = {}
    for path in paths:
        browser.get(base + path)
        if wrong := sorted(set(wrong_with(browser))):
            found[path] = wrong
    assert found == {}


def _as_admin(browse: Browse) -> tuple[Chrome, str]:
    """A browser in which the administrator is logged in, and the server's address."""
    browser = browse("/login")
    base = browser.current_url.removesuffix("/login")
    browser.find_element(By.NAME, "username_or_email").send_keys(ADMIN)
    browser.find_element(By.NAME, "password").send_keys(PASSWORD)
    browser.find_element(By.CSS_SELECTOR, "main form button.main").click()
    WebDriverWait(browser, 30).until(
        lambda page: page.find_elements(By.CSS_SELECTOR, ".top a[href='/inbox']")
    )
    return browser, base


@pytest.mark.parametrize("width", [390, 1280])
def test_what_everybody_reads(browse: Browse, width: int) -> None:
    browser = browse("/", width=width)
    _all_is_well(browser, browser.current_url.rstrip("/"), FOR_EVERYBODY)


def test_what_members_moderators_and_admins_work_with(browse: Browse) -> None:
    browser, base = _as_admin(browse)
    _all_is_well(browser, base, FOR_ONE)
    assert "/login" not in browser.current_url


def test_a_form_under_tabs_begins_without_a_line_of_its_own(browse: Browse) -> None:
    """The line under the tabs is there already."""
    browser, base = _as_admin(browse)
    browser.get(f"{base}/admin/registration")
    widths = browser.execute_script(
        "return [...document.querySelectorAll('form.f > fieldset')].map(each => getComputedStyle(each).borderBlockStartWidth)"
    )
    assert widths[0] == "0px"
    assert set(widths[1:]) == {"1px"}
