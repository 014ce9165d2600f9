"""What a process that serves does to itself."""

import gc
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
        self.looks = self.collections = 0
        monkeypatch.setattr(process.time, "process_time", lambda: self.used)
        monkeypatch.setattr(process.time, "monotonic", lambda: self.now)
        self.slack = Slack(lambda: self.mb * MB, self.trim, lambda: self.looks, self.collect)

    def trim(self) -> None:
        self.trims += 1
        self.mb = self.needed

    def collect(self) -> None:
        self.collections += 1
        self.looks = 0

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


def test_what_the_rounds_of_a_start_left_is_given_back(machine: Machine) -> None:
    machine.mb = 130
    assert machine.after(5, busy=0.01) == 1


def test_a_process_that_is_never_quiet_does_it_after_a_minute(machine: Machine) -> None:
    machine.mb = 250
    assert [machine.after(5, busy=0.9) for _ in range(12)] == [0] * 11 + [1]


def test_a_little_growth_is_left_alone(machine: Machine) -> None:
    machine.mb = 120
    assert [machine.after(5, busy=0) for _ in range(30)] == [0] * 30


def test_what_is_needed_is_not_tried_for_again_and_again(machine: Machine) -> None:
    machine.mb = machine.needed = 200
    assert [machine.after(5, busy=0) for _ in range(3)] == [1, 1, 1]
    machine.mb = 260
    assert machine.after(5, busy=0) == 2


def test_all_that_lies_in_circles_is_looked_for_when_the_process_is_quiet(machine: Machine) -> None:
    machine.looks = 19
    machine.after(5, busy=0.01)
    assert machine.collections == 0, "there is too little new"
    machine.looks = 20
    machine.after(5, busy=0.5)
    assert machine.collections == 0, "it would hold up those who are here"
    machine.after(5, busy=0.01)
    machine.after(5, busy=0.01)
    assert machine.collections == 1


def test_looking_for_circles_takes_no_longer_than_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was loaded is left out, and what is new is looked through before there is much of it."""
    monkeypatch.setattr(process.gc, "freeze", lambda: None)
    before = gc.get_threshold()
    try:
        process.tune()
        new, once, everything = gc.get_threshold()
    finally:
        gc.set_threshold(*before)
    assert new <= 5_000
    assert new * once <= 50_000
    assert new * once * everything >= 10_000_000, "everything takes long, and is left to quiet moments"


@pytest.mark.skipif(sys.platform != "linux", reason="only there it is known how")
def test_it_knows_the_size_of_this_process() -> None:
    slack = Slack()
    assert slack.least > 10 * MB
    slack.look()
