"""A real server with the demo site, and Debian's Chromium before it."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.needs import chromium
from tools.bench.server import FOLKMOOT, Server, environment, free_port, serving
from tools.browser import chromium_at

NOW = "2026-06-01T12:00:00Z"
ADMIN, PASSWORD = "keeper", "keeper-of-the-demo"

Browse = Callable[..., Chrome]


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings of the server that all browser tests share; the clock stands so that pages are the same every time."""
    folder = tmp_path_factory.mktemp("site")
    plain = environment(f"sqlite:///{folder}/site.db", free_port(), folder, 1)
    return plain | {
        "FOLKMOOT_DEVELOPMENT": "1",
        "FOLKMOOT_NOW": NOW,
        "FOLKMOOT_ADMIN_NAME": ADMIN,
        "FOLKMOOT_ADMIN_PASSWORD": PASSWORD,
    }


@pytest.fixture(scope="session")
def server(settings: dict[str, str]) -> Iterator[Server]:
    """The server, with its demo site."""
    chromium()
    with serving(settings, "--demo") as running:
        yield running


@pytest.fixture
def browse(server: Server) -> Iterator[Browse]:
    """Opens browsers that are closed after the test: `browse("/", width=390)`."""
    binary, driver = chromium()
    with ExitStack() as stack:

        def open_at(path: str = "/", **options: object) -> Chrome:
            browser: Chrome = stack.enter_context(chromium_at(binary, driver, **options))  # type: ignore[arg-type]
            browser.get(server.base + path)
            return browser

        yield open_at


def command(settings: dict[str, str], *arguments: str) -> object:
    """Run `folkmoot` on the server's database; what it printed as JSON."""
    done = subprocess.run(
        [Path(os.getcwd()) / FOLKMOOT, *arguments, "--json"],
        env=settings,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)
