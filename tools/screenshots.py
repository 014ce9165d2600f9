"""`make screenshots`: the pictures of the docs, taken of the running program with its demo site."""

import base64
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from tools.bench.server import environment, free_port, serving
from tools.browser import chromium_at

TARGET = Path("docs/screenshots")
NOW = "2026-06-01T12:00:00Z"
VIEWS = {
    "light": (1280, 1000, False),
    "dark": (1280, 1000, True),
    "phone": (390, 844, False),
    "phone-dark": (390, 844, True),
}
PAGES = {"front": "/?scope=all&sort=Hot", "thread": "/post/2"}


def main() -> None:
    """Take every page in every view."""
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not binary or not driver:
        sys.exit("Chromium and its driver are not installed: apt-get install chromium chromium-driver")
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = environment(f"sqlite:///{folder}/demo.db", free_port(), Path(folder), 1)
        settings |= {
            "FOLKMOOT_DEVELOPMENT": "1",
            "FOLKMOOT_NOW": NOW,
            "FOLKMOOT_HOSTNAME": "forum.example",
            # A site that somebody runs, as readers find it: without the words for who comes first.
            "FOLKMOOT_ADMIN_NAME": "keeper",
            "FOLKMOOT_ADMIN_PASSWORD": secrets.token_urlsafe(),
        }
        with serving(settings, "--demo") as server:
            for view, (width, height, dark) in VIEWS.items():
                with chromium_at(binary, driver, width=width, height=height, dark=dark) as browser:
                    for page, path in PAGES.items():
                        browser.get(server.base + path)
                        picture = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
                        target = TARGET / f"{page}-{view}.png"
                        target.write_bytes(base64.b64decode(picture["data"]))
                        print(f"{target}: {os.path.getsize(target) // 1024} kB")


if __name__ == "__main__":
    main()
