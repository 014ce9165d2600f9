"""A newcomer's first evening: they log in, found a community, write, are answered, vote, and a rude comment goes. With scripts and without,
on a desk and on a phone."""

import pytest
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.conftest import ADMIN, PASSWORD, Browse
from tools.bench.server import Server

DRAFT = "A draft that must not be lost."
pytestmark = pytest.mark.browser


def patiently(browser: Chrome) -> WebDriverWait[Chrome]:
    """Waits up to ten seconds; a page that is being replaced is no failure."""
    return WebDriverWait(browser, 30, ignored_exceptions=[StaleElementReferenceException])


def fill(browser: Chrome, **values: str) -> None:
    """Type into the fields of these names."""
    for name, value in values.items():
        field = browser.find_element(By.CSS_SELECTOR, f"main [name={name}]")
        field.clear()
        field.send_keys(value)


def send(browser: Chrome) -> None:
    """Press the one filled button of the form, and wait until the page changed."""
    button = browser.find_element(
        By.CSS_SELECTOR,
        "main form [type=submit]:not([formaction]):not([name=preview]), main form button.main",
    )
    button.click()
    patiently(browser).until(lambda _: is_gone(button))


def is_gone(element: WebElement) -> bool:
    try:
        element.is_enabled()
    except WebDriverException:  # whatever the driver says about an element of an old page
        return True
    return False


def log_in(browser: Chrome, server: Server) -> None:
    browser.get(f"{server.base}/login")
    fill(browser, username_or_email=ADMIN, password=PASSWORD)
    send(browser)
    assert browser.find_elements(By.CSS_SELECTOR, "form#act"), "not logged in"


@pytest.mark.parametrize(
    ("width", "scripts", "name"), [(1280, True, "chess"), (390, True, "trains"), (1280, False, "maps")]
)
def test_a_first_evening(browse: Browse, server: Server, width: int, scripts: bool, name: str) -> None:
    browser = browse("/", width=width, scripts=scripts)
    log_in(browser, server)

    browser.get(f"{server.base}/create_community")
    fill(browser, name=name, title=f"All about {name}")
    send(browser)
    assert f"/c/{name}" in browser.current_url

    browser.get(f"{server.base}/submit")
    title = f"The first thread about {name}"
    fill(browser, community="no_such_place", name=title, body=DRAFT)
    send(browser)
    assert browser.find_element(By.CSS_SELECTOR, "main [name=body]").get_attribute("value") == DRAFT
    fill(browser, community=name)
    send(browser)
    assert "/post/" in browser.current_url
    thread = browser.current_url.split("#")[0]
    assert DRAFT in browser.find_element(By.TAG_NAME, "main").text

    comment_on(browser, thread, "Something rude.")
    comment = browser.find_element(
        By.XPATH, "//article[contains(@class, 'c')][contains(., 'Something rude.')]"
    )
    number = (comment.get_attribute("id") or "").removeprefix("c")

    vote = comment.find_element(By.CSS_SELECTOR, "button.dn")
    vote.click()
    patiently(browser).until(
        lambda page: (
            page.find_element(By.CSS_SELECTOR, f"#c{number} button.dn").get_attribute("aria-pressed")
            == "true"
        )
    )

    browser.get(f"{server.base}/comment/{number}/remove")
    fill(browser, reason="be kind")
    send(browser)
    browser.get(thread)
    assert "Something rude." not in browser.find_element(By.TAG_NAME, "main").text
    assert "removed" in browser.find_element(By.CSS_SELECTOR, f"#c{number}").text
    browser.get(f"{server.base}/modlog")
    assert "be kind" in browser.find_element(By.TAG_NAME, "main").text


def test_an_answer_opens_and_arrives_in_place(browse: Browse, server: Server) -> None:
    """The thread stands in a form of its own, and browsers keep the submit of a form within a form from going up to the document."""
    browser = browse("/", width=320)
    log_in(browser, server)
    browser.get(f"{server.base}/post/2")
    loaded = "return performance.getEntriesByType('resource').some((file) => file.name.endsWith('forms.js') && file.responseEnd)"
    patiently(browser).until(lambda page: page.execute_script(loaded))
    patiently(browser).until(open_reply)
    wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert browser.execute_script(wide) <= 0
    browser.find_element(By.CSS_SELECTOR, ".slot textarea").send_keys("Said in place.")
    browser.find_element(By.CSS_SELECTOR, ".slot button.main").click()
    patiently(browser).until(lambda page: "Said in place." in page.find_element(By.ID, "tree").text)
    assert browser.current_url == f"{server.base}/post/2"
    assert not browser.find_elements(By.CSS_SELECTOR, ".slot")


def open_reply(browser: Chrome) -> bool:
    """Whether the form stands in the thread; opens it where it does not yet."""
    if not browser.find_elements(By.CSS_SELECTOR, ".slot"):
        browser.execute_script("document.querySelector('#tree a[href$=\"/reply\"]').click()")
    return bool(browser.find_elements(By.CSS_SELECTOR, ".slot textarea"))


def comment_on(browser: Chrome, thread: str, text: str) -> None:
    """Answer a thread: in place where there is a form, else on its own page."""
    browser.get(thread)
    if not browser.find_elements(By.CSS_SELECTOR, "main textarea[name=content]"):
        browser.get(f"{thread}/reply")
    area = browser.find_element(By.CSS_SELECTOR, "main textarea[name=content]")
    area.send_keys(text)
    area.find_element(By.XPATH, "ancestor::form").find_element(
        By.CSS_SELECTOR, "button[type=submit], button.main, button:not([type])"
    ).click()
    patiently(browser).until(lambda page: text in page.find_element(By.CSS_SELECTOR, "#tree").text)
