"""A machine without Chromium skips, a CI without Chromium fails."""

from pathlib import Path

import pytest

from tests.needs import need, shared


def test_what_was_promised_and_is_missing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLKMOOT_TEST_REQUIRE", "postgres,chromium")
    with pytest.raises(pytest.fail.Exception, match="promises chromium"):
        need("chromium", False, "there is no browser")


def test_what_was_not_promised_and_is_missing_skips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLKMOOT_TEST_REQUIRE", "postgres")
    with pytest.raises(pytest.skip.Exception, match="there is no browser"):
        need("chromium", False, "there is no browser")


def test_shared_fixtures_are_where_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FOLKMOOT_SHARED", str(tmp_path))
    monkeypatch.delenv("FOLKMOOT_TEST_REQUIRE", raising=False)
    with pytest.raises(pytest.skip.Exception):
        shared("seed")
    (tmp_path / "seed").mkdir()
    assert shared("seed") == tmp_path / "seed"
