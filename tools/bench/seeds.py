"""The invented sites that are measured: each made once, and served as a copy."""

import shutil
import subprocess
from pathlib import Path

from tools.bench.server import FOLKMOOT, environment

FOLDER = Path(".bench")
SCALES = ("tiny", "small", "medium")


def copy_of(scale: str, name: str = "run.db") -> str:
    """The URL of a SQLite database with the site of this scale, which is made where it is not there yet: a fresh copy called `name`."""
    FOLDER.mkdir(exist_ok=True)
    kept = FOLDER / f"{scale}.db"
    if not kept.exists():
        making = FOLDER / f"{scale}.making.db"
        for leftover in FOLDER.glob(f"{making.name}*"):
            leftover.unlink()
        seed(f"sqlite:///{making}", scale, check=True)
        making.rename(kept)
    _upgrade(kept)
    for leftover in FOLDER.glob(f"{name}*"):
        leftover.unlink()
    shutil.copy(kept, FOLDER / name)
    return f"sqlite:///{FOLDER / name}"


def seed(database: str, scale: str, *, check: bool) -> None:
    """Make the site in an empty database; `check`: and fail where it is not empty."""
    subprocess.run(
        [FOLKMOOT, "seed", "--scale", scale], env=environment(database, 8536, FOLDER, 1), check=check
    )


def _upgrade(kept: Path) -> None:
    """Bring a database that an older Folkmoot made up to date; the copy that this leaves is not needed, it can be made again."""
    subprocess.run(
        [FOLKMOOT, "db", "upgrade"],
        env=environment(f"sqlite:///{kept}", 8536, FOLDER, 1),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    for copy in FOLDER.glob(f"{kept.name}.backup-*"):
        copy.unlink()
