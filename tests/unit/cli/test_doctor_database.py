"""The doctor looks into the database without changing it."""

from asyncio import run
from pathlib import Path

import pytest

from folkmoot.cli.doctor_database import check_database
from folkmoot.core.site.setup import create_site
from folkmoot.model.time import SystemClock
from folkmoot.settings import Settings, load_settings
from folkmoot.store.migrate import upgrade
from folkmoot.store.sqlite import open_sqlite


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(
        {"FOLKMOOT_DATABASE": f"sqlite:///{tmp_path}/site.db", "FOLKMOOT_HOSTNAME": "forum.example"}
    )


async def make(settings: Settings, origin: str, *, newer: bool = False) -> None:
    db = open_sqlite(str(settings.sqlite_path), SystemClock())
    await upgrade(db)
    async with db.write() as tx:
        await create_site(tx, domain=origin.split("://")[1], origin=origin)
        if newer:
            await tx.run(
                "INSERT INTO migration (number, name, applied) VALUES (999, 'later', :now)", now=tx.now
            )
    await db.close()


def test_a_file_that_is_not_there_yet_is_not_made(settings: Settings) -> None:
    assert check_database(settings).state == "ok"
    assert settings.sqlite_path is not None
    assert not settings.sqlite_path.exists()


def test_a_file_that_is_no_database_is_a_problem(settings: Settings) -> None:
    assert settings.sqlite_path is not None
    settings.sqlite_path.write_text("a diary " * 1000)
    assert check_database(settings).state == "problem"


def test_a_database_of_another_host_name_is_a_problem(settings: Settings) -> None:
    run(make(settings, "https://other.example"))
    found = check_database(settings)
    assert (found.state, "other.example" in found.says) == ("problem", True)


def test_a_database_of_a_newer_program_is_a_problem(settings: Settings) -> None:
    run(make(settings, settings.origin, newer=True))
    assert "999" in check_database(settings).says


def test_our_own_database_is_fine(settings: Settings) -> None:
    run(make(settings, settings.origin))
    assert check_database(settings).state == "ok"


def test_a_postgresql_that_does_not_answer_is_a_problem() -> None:
    settings = load_settings({"FOLKMOOT_DATABASE": "postgresql://127.0.0.1:1/none"})
    assert check_database(settings).state == "problem"
