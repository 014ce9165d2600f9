"""Where commands run in tests: a folder of their own, and nothing of the settings around."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server called here.example, whose data lie in a new folder, as nobody set it otherwise."""
    for name in [name for name in os.environ if name.startswith("FOLKMOOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FOLKMOOT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("FOLKMOOT_HOSTNAME", "here.example")
    monkeypatch.chdir(tmp_path)
