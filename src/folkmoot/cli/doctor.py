"""`folkmoot doctor`: is everything in place that the server needs?

Each check is one function that returns what it found; none changes anything.
"""

import errno
import os
import platform
import shutil
import socket
import sys
import sysconfig
import tempfile
from collections.abc import Callable

import typer

from folkmoot.cli.common import AsJson, Exit, print_json
from folkmoot.cli.doctor_database import check_database
from folkmoot.cli.doctor_federation import check_clock, check_https, check_public_name
from folkmoot.cli.findings import Finding, State
from folkmoot.settings import Settings, WrongSettings, load_settings

LEAST_FREE_SPACE = 1_000_000_000
"""Bytes: below this a busy day can fill the disk."""

SLOWLY_BUILT = "built without optimisations"
"""How a Python is described that was compiled without `--enable-optimizations` (guided by a profile), as pyenv does unless told to."""


def check_python(_settings: Settings) -> Finding:
    """The interpreter and the machine's idea of text."""
    python = interpreter()
    if sys.flags.optimize:
        return Finding("python", "note", f"{python}, run with -O: assertions are off.")
    if python.endswith(SLOWLY_BUILT):
        return Finding("python", "note", f"{python}: the same work takes up to 1.7 times as long.")
    return Finding("python", "ok", python)


def interpreter() -> str:
    """The version of this Python, and who built it: that decides how fast the same version is."""
    version = platform.python_version()
    if sys.base_prefix == "/usr":
        return f"{version}, the system's own"
    options = str(sysconfig.get_config_var("CONFIG_ARGS") or "")
    built = "built with optimisations" if "--enable-optimizations" in options else SLOWLY_BUILT
    return f"{version}, {built}"


def check_data_dir(settings: Settings) -> Finding:
    """The data directory can be written, or made."""
    folder = settings.data_dir.absolute()
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not existing.is_dir():
        return Finding(
            "data directory",
            "problem",
            f"{existing} is no directory (FOLKMOOT_DATA_DIR is {settings.data_dir}).",
        )
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        return Finding(
            "data directory", "problem", f"{existing} cannot be written by this user: {error.strerror}."
        )
    if existing != folder:
        return Finding("data directory", "ok", f"{folder} will be made at the first start.")
    return Finding("data directory", "ok", f"{folder} can be written.")


def check_space(settings: Settings) -> Finding:
    """There is room on the disk of the data directory."""
    folder = settings.data_dir.absolute()
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    state: State = "ok" if free >= LEAST_FREE_SPACE else "note"
    return Finding("disk", state, f"{free / 1e9:.1f} GB free at {existing}.")


def check_address(settings: Settings) -> Finding:
    """The address to listen on exists on this machine; whether it is taken tells whether a server runs."""
    family = socket.AF_INET6 if ":" in settings.bind_host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((settings.bind_host, settings.bind_port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return Finding(
                    "address",
                    "note",
                    f"{settings.bind} is in use: by a running Folkmoot, or by something else.",
                )
            return Finding("address", "problem", f"{settings.bind} cannot be listened on: {error.strerror}.")
    return Finding("address", "ok", f"{settings.bind} is free.")


CHECKS: tuple[Callable[[Settings], Finding], ...] = (
    check_python,
    check_data_dir,
    check_space,
    check_address,
    check_public_name,
    check_https,
    check_clock,
    check_database,
)


def examine() -> list[Finding]:
    """Everything that was found, in the order of `CHECKS`; with wrong settings nothing else can be asked."""
    try:
        settings = load_settings(os.environ)
    except WrongSettings as wrong:
        return [Finding("settings", "problem", problem) for problem in wrong.problems]
    return [Finding("settings", "ok", "all of them can be read."), *(check(settings) for check in CHECKS)]


def doctor(as_json: AsJson = False) -> None:
    """Check that everything the server needs is in place. Ends with 1 where a problem was found."""
    findings = examine()
    sound = all(finding.state != "problem" for finding in findings)
    if as_json:
        print_json({"ok": sound, "findings": findings})
    else:
        for finding in findings:
            typer.echo(f"{finding.state:<8} {finding.check:<15} {finding.says}")
    raise typer.Exit(Exit.OK if sound else Exit.PROBLEM)
