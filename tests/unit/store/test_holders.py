"""Whether somebody who held something is still there, as far as can be told from here."""

import os
import subprocess
import sys

from folkmoot.store.holders import is_gone, new_holder


def holder_of_a_process(*, alive: bool) -> tuple[str, "subprocess.Popen[str]"]:
    """The name of a holder in another process, and that process."""
    said = "from folkmoot.store.holders import new_holder; print(new_holder(), flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", said], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    name = process.stdout.readline().strip()
    if not alive:
        process.kill()
    return name, process


def test_who_is_here_is_not_gone() -> None:
    assert not is_gone(new_holder())
    assert new_holder() != new_holder()
    name, process = holder_of_a_process(alive=True)
    assert not is_gone(name)
    process.communicate("")
    assert is_gone(name)


def test_who_was_killed_is_gone_before_and_after_it_is_buried() -> None:
    name, process = holder_of_a_process(alive=False)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert is_gone(name), "a zombie does nothing any more"
    process.communicate()
    assert is_gone(name)


def test_a_number_that_somebody_else_has_now_does_not_help() -> None:
    host, pid, began, machine, rest = new_holder().split(":")
    assert is_gone(f"{host}:{pid}:{int(began) - 1}:{machine}:{rest}")


def test_nobody_judges_who_is_elsewhere() -> None:
    host, _, began, machine, rest = new_holder().split(":")
    nobody = 2**22 + 1
    assert is_gone(f"{host}:{nobody}:{began}:{machine}:{rest}")
    assert not is_gone(f"elsewhere:{nobody}:{began}:{machine}:{rest}")
    assert not is_gone(f"{host}:{nobody}:{began}:{'0' * 12}:{rest}"), "another start, or another container"
    assert not is_gone(f"{host}:{nobody}:{rest}"), "a name of an earlier version"
    assert not is_gone("somebody")
