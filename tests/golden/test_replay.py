"""The golden record: a real Lemmy's answers, played against a real server of ours.

The record and its player are shared fixtures; see their README. On SQLite, or on PostgreSQL where `FOLKMOOT_TEST_DATABASE` names one.
"""

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.conftest import POSTGRES
from tests.needs import shared
from tests.serving import serving
from tools.api_v3 import deviations

pytestmark = pytest.mark.slow

ADMIN = {"FOLKMOOT_ADMIN_NAME": "admin", "FOLKMOOT_ADMIN_PASSWORD": "correct horse 1"}
SEEN = 12
"""So many differences are shown of a record that fails."""


@pytest.fixture
async def database(worker: str, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an empty database."""
    if not POSTGRES:
        yield f"sqlite:///{tmp_path / 'golden.db'}"
        return
    server, _, base = POSTGRES.rpartition("/")
    name = f"{base}_golden_{worker}"
    owner = await asyncpg.connect(POSTGRES)
    await owner.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await owner.execute(f'CREATE DATABASE "{name}"')
    yield f"{server}/{name}"
    await owner.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await owner.close()


@pytest.mark.parametrize(("story", "settings"), [("story", ADMIN), ("setup", {})])
def test_every_answer_is_the_recorded_one(
    story: str, settings: dict[str, str], database: str, tmp_path: Path
) -> None:
    """But for the deliberate differences in deviations.toml, each of which has to be there. Steps marked as quirks count too."""
    player = shared("contracts/golden-v3/replay.py")
    result = tmp_path / "result.json"
    with serving(tmp_path, FOLKMOOT_DATABASE=database, **settings) as (_, address):
        command = [sys.executable, str(player), "--base", address, "--json", str(result), "--story"]
        command += [str(_without_pauses(player.with_name(f"{story}.jsonl"), tmp_path))]
        played = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert result.exists(), played.stderr
    steps: list[dict[str, Any]] = json.loads(result.read_text())["steps"]
    assert len(steps) > 10
    assert _unlike(story, steps) == [], played.stdout
    assert "Traceback" not in (tmp_path / "said.txt").read_text()


def _without_pauses(record: Path, folder: Path) -> Path:
    """A record without the pauses that only a server with short-lived caches needs; the one for work in the background stays."""
    before, lines = "", []
    for line in record.read_text(encoding="utf-8").splitlines():
        step = json.loads(line)
        if not before.endswith("/import_settings"):
            step.pop("pause", None)
        before = step.get("path", "")
        lines.append(json.dumps(step))
    target = folder / record.name
    target.write_text("\n".join(lines), encoding="utf-8")
    return target


def _unlike(story: str, steps: list[dict[str, Any]]) -> list[str]:
    """What differs and should not, and what should and does not."""
    meant = [each for each in deviations() if each.story == story]
    unused = {(step, path) for each in meant for step in each.steps for path in each.paths}
    lines = []
    for step in steps:
        for difference in step["diffs"]:
            path = difference["path"]
            excuses = {(step["n"], known) for each in meant for known in each.excuses(step["n"], path)}
            unused -= excuses
            if not excuses:
                lines.append(
                    f"{step['n']} {path}: expected {difference['expected']}, got {difference['got']}"
                )
    return [*lines, *(f"{step} {path}: differs no more" for step, path in sorted(unused))][:SEEN]
