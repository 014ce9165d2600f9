"""A thread of three hundred comments is light: on the wire, and on the reader's machine."""

import gzip
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import command
from tests.needs import chromium
from tools.bench.server import Server, environment, free_port, serving
from tools.browser import chromium_at

LIMIT = 60_000
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def long_thread(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """A server with an invented site, and the path of its thread of 300 comments."""
    chromium()
    folder = tmp_path_factory.mktemp("invented")
    settings = environment(f"sqlite:///{folder}/site.db", free_port(), folder, 1)
    command(settings, "seed", "--scale", "tiny")
    with serving(settings) as server:
        front = fetch(server.base + "/?scope=all&sort=MostComments")
        path = re.search(rb'href="(/post/[0-9]+)', front)
        assert path is not None
        yield server, path.group(1).decode()


def fetch(url: str, *, packed: bool = False) -> bytes:
    """The body, as it came over the wire where `packed`."""
    request = urllib.request.Request(url, headers={"accept-encoding": "gzip"} if packed else {})
    with urllib.request.urlopen(request, timeout=10) as answer:
        body: bytes = answer.read()
        return body


def test_the_page_and_everything_it_loads_are_under_sixty_kilobytes(long_thread: tuple[Server, str]) -> None:
    server, path = long_thread
    binary, driver = chromium()
    packed = fetch(server.base + path, packed=True)
    page = gzip.decompress(packed)
    assert page.count(b'class="c') >= 290
    total = len(packed)
    with chromium_at(binary, driver) as browser:
        browser.get(server.base + path)
        loaded: list[str] = browser.execute_script(
            "return performance.getEntriesByType('resource').map(entry => entry.name)"
        )
    for url in set(loaded):
        assert url.startswith(server.base), f"{url} is loaded from elsewhere"
        total += len(fetch(url, packed=True))
    assert total < LIMIT, f"{total} bytes: the page {len(packed)}, and {[Path(url).name for url in loaded]}"


def test_the_main_thread_is_not_blocked(long_thread: tuple[Server, str]) -> None:
    """Blocked time as lighthouse counts it: what a task of over 50 ms takes beyond 50 ms. Of several first visits the best, since whatever
    else the machine does can only add to it."""
    visits: list[list[float]] = []
    while not visits or (_blocked(visits[-1]) >= 50 and len(visits) < 5):
        visits.append(_long_tasks(*long_thread))
    assert _blocked(visits[-1]) < 50, f"blocked by tasks of so many ms: {visits}"


def _long_tasks(server: Server, path: str) -> list[float]:
    """The milliseconds of each task of over 50 while a browser that knows nothing opens a page."""
    binary, driver = chromium()
    with chromium_at(binary, driver) as browser:
        browser.get(server.base + "/login")
        watch = "window.long = []; new PerformanceObserver(list => list.getEntries().forEach(e => window.long.push(e.duration))).observe({type: 'longtask', buffered: true});"
        browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": watch})
        browser.get(server.base + path)
        browser.execute_async_script(
            "const done = arguments[0]; requestIdleCallback(() => done(), {timeout: 3000});"
        )
        tasks: list[float] = browser.execute_script("return window.long")
    return tasks


def _blocked(tasks: list[float]) -> float:
    return sum(duration - 50 for duration in tasks)
