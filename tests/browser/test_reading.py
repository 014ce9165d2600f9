"""A reader without an account, in a real browser."""

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.conftest import Browse

PAGES = ["/?scope=all", "/post/2", "/comment/9", "/c/gardening", "/u/anselm@allotment.example", "/communities", "/search", "/modlog",
         "/login", "/register", "/about", "/instances", "/nothing-here"]  # fmt: skip

pytestmark = pytest.mark.browser


def all_of(browser: Chrome, selector: str) -> list[str]:
    return [found.text for found in browser.find_elements(By.CSS_SELECTOR, selector)]


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_is_wider_than_its_window_and_none_complains(browse: Browse, width: int) -> None:
    browser = browse("/", width=width)
    for path in PAGES:
        browser.get(browser.current_url.split("/", 3)[0] + "//" + browser.current_url.split("/", 3)[2] + path)
        wide = browser.execute_script(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{path} is {wide} px wider than {width}"
        complaints = [
            entry["message"]
            for entry in browser.get_log("browser")
            if "404 (Not Found)" not in entry["message"]
        ]
        assert complaints == [], path
        assert len(browser.find_elements(By.TAG_NAME, "h1")) == 1, path
        for landmark in ("header", "main", "footer"):
            assert browser.find_elements(By.CSS_SELECTOR, f"body > {landmark}, body {landmark}"), (
                f"{path}: no {landmark}"
            )


def test_a_thread_shows_who_said_what_from_where(browse: Browse) -> None:
    browser = browse("/post/2")
    comment = browser.find_element(By.XPATH, "//article[contains(., 'My neighbours think')][not(.//article)]")
    header = comment.find_element(By.TAG_NAME, "header").text
    for part in ("anselm@allotment.example", "OP", "English", "5 hours ago", "on allotment.example", "22"):
        assert part in header
    origin = comment.find_element(By.CSS_SELECTOR, "a[rel~=external]").get_attribute("href") or ""
    assert origin.startswith("https://allotment.example/comment/")
    assert comment.find_element(By.CSS_SELECTOR, "time").get_attribute("datetime")


def test_a_branch_folds_without_scripts(browse: Browse) -> None:
    browser = browse("/post/2", scripts=False)
    branch = browser.find_element(By.CSS_SELECTOR, "#tree > li details")
    body = branch.find_element(By.CSS_SELECTOR, "div[dir]")
    assert body.is_displayed()
    branch.find_element(By.TAG_NAME, "summary").click()
    assert not body.is_displayed()


_TABLE = """
const cells = Array.from({ length: 9 }, (_, at) => `<td dir="auto" ${at ? '' : 'align="right"'}>Tomatoes${at}andbeans</td>`).join('')
const heads = '<th>How much of it grew in the summer</th>'.repeat(9)
document.querySelector(arguments[0]).innerHTML =
  `<table><thead><tr>${heads}</tr></thead><tr>${cells}</tr></table><blockquote><p dir="auto">اقتباس</p></blockquote>`
const root = document.documentElement, of = (name) => getComputedStyle(document.querySelector(`${arguments[0]} ${name}`))
return [root.scrollWidth - root.clientWidth, of('td').textAlign.replace('-webkit-', ''), of('blockquote').borderRightWidth, of('blockquote').borderLeftWidth]
"""


@pytest.mark.parametrize("where", ["#tree > li > .c > details > [dir]", ".post > .body"])
def test_a_wide_table_scrolls_by_itself_and_aligns_as_written(browse: Browse, where: str) -> None:
    """And a quotation from right to left has its line at its beginning."""
    browser = browse("/post/2", width=390)
    assert browser.execute_script(_TABLE, where) == [0, "right", "3px", "0px"]


_LONG_WORD = """
const word = 'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihung', main = document.querySelector('main')
main.insertAdjacentHTML('beforeend', `<div class="case"><div><p class="body">${word}</p></div></div>
  <div class="scroll"><table class="stack"><tr><td>${word}</td><td>${word}</td></tr></table></div>`)
return [document.documentElement, main.lastElementChild].map(each => each.scrollWidth - each.clientWidth)
"""


def test_a_long_word_in_a_report_or_a_reason_is_not_wider_than_a_phone(browse: Browse) -> None:
    assert browse("/modlog", width=390).execute_script(_LONG_WORD) == [0, 0]


def test_the_page_is_dark_where_the_system_is(browse: Browse) -> None:
    grounds = [
        browse("/", dark=dark).execute_script("return getComputedStyle(document.body).color")
        for dark in (False, True)
    ]
    assert grounds[0] != grounds[1]


def test_the_keyboard_walks_through_a_thread_and_explains_itself(browse: Browse) -> None:
    browser = browse("/post/2")
    body = browser.find_element(By.TAG_NAME, "body")
    body.send_keys("j")
    body.send_keys("j")
    assert browser.execute_script("return document.activeElement.closest('article') !== null")
    body.send_keys("?")
    WebDriverWait(browser, 30).until(lambda page: page.find_elements(By.CSS_SELECTOR, "dialog[open]"))


def test_a_visitor_is_asked_to_log_in_instead_of_given_buttons(browse: Browse) -> None:
    browser = browse("/post/2")
    assert not browser.find_elements(By.CSS_SELECTOR, "#tree button[formaction]")
    assert any("Log in" in text for text in all_of(browser, "main a"))
