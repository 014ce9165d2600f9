"""What some tests need of the machine: they skip with a reason where it is missing, and fail where it was promised.

`FOLKMOOT_TEST_REQUIRE` is the promise: words with commas between, of `postgres`, `chromium`, `shared`. CI promises all of them.
"""

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def need(what: str, there: bool, otherwise: str) -> None:
    """Go on where `there`; else skip this test with the words of `otherwise`, or fail where `what` was promised."""
    if there:
        return
    if what in os.environ.get("FOLKMOOT_TEST_REQUIRE", "").split(","):
        pytest.fail(f"{otherwise} (FOLKMOOT_TEST_REQUIRE promises {what})", pytrace=False)
    pytest.skip(otherwise)


def shared_folder() -> Path:
    """Where the shared fixtures would be."""
    return Path(os.environ.get("FOLKMOOT_SHARED") or ROOT.parent / "shared")


def shared(path: str = "") -> Path:
    """A file or folder of the shared fixtures: under `FOLKMOOT_SHARED`, else `../shared` beside the repository."""
    target = shared_folder() / path
    need("shared", target.exists(), f"there are no shared fixtures at {target}")
    return target


def chromium() -> tuple[str, str]:
    """The paths of Chromium and its driver."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    need("chromium", bool(browser and driver), "Chromium and its driver are not installed")
    return str(browser), str(driver)


def postgres() -> str:
    """The address of the PostgreSQL that tests may make databases on."""
    address = os.environ.get("FOLKMOOT_TEST_DATABASE", "")
    need("postgres", address.startswith("postgresql://"), "FOLKMOOT_TEST_DATABASE names no PostgreSQL")
    return address
