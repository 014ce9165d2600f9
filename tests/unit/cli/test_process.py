"""What a process that serves does to itself."""

import sys

import pytest

from folkmoot.cli import process
from folkmoot.cli.process import Slack

MB = 1 << 20


class Machine:
    """A process whose size and use of the processor are told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.mb = 100
        self.needed = 100
        self.used = self.now = 0.0
        self.trims = 0
        monkeypatch.setattr(process.time, "process_time", lambda: self.used)
        monkeypatch.setattr(process.time, "monotonic", lambda: self.now)
        self.slack = Slack(lambda: self.mb * MB, self.trim)

    def trim(self) -> None:
        self.trims += 1
        self.mb = self.needed

    def after(self, seconds: float, *, busy: float) -> int:
        """Look again; how often memory was given back so far."""
        self.now += seconds
        self.used += busy * seconds
        self.slack.look()
        return self.trims


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def test_what_a_crowd_left_is_given_back_once_it_is_quiet(machine: Machine) -> None:
    machine.mb = 250
    assert machine.after(5, busy=0.9) == 0
    assert machine.after(5, busy=0.01) == 1
    assert machine.after(5, busy=0.01) == 1


def test_a_process_that_is_never_quiet_does_it_after_a_minute(machine: Machine) -> None:
    machine.mb = 250
    assert [machine.after(5, busy=0.9) for _ in range(12)] == [0] * 11 + [1]


def test_a_little_growth_is_left_alone(machine: Machine) -> None:
    machine.mb = 140
    assert [machine.after(5, busy=0) for _ in range(30)] == [0] * 30


def test_what_is_needed_is_not_tried_for_again_and_again(machine: Machine) -> None:
    machine.mb = machine.needed = 200
    assert [machine.after(5, busy=0) for _ in range(3)] == [1, 1, 1]
    machine.mb = 260
    assert machine.after(5, busy=0) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="only there it is known how")
def test_it_knows_the_size_of_this_process() -> None:
    slack = Slack()
    assert slack.least > 10 * MB
    slack.look()
