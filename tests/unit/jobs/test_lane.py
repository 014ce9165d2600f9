"""One server that is sent to: order where it matters, haste where it does not, patience after failures, and a cursor that skips nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folkmoot.jobs.lane import Held, Lane, pause_after
from folkmoot.model.instances import Destination
from folkmoot.model.time import DAY, HOUR, SECOND

NOW = 1_000 * DAY


def lane(**more: object) -> Lane:
    values: dict[str, object] = dict.fromkeys(Destination.__dataclass_fields__)
    values |= {
        "instance_id": 2,
        "domain": "there.example",
        "cursor": 0,
        "fails": 0,
        "dead": False,
        "since": NOW,
    }
    values |= {"delivered": 0, "rejected": 0}
    return Lane.of(Destination(**values | more))  # type: ignore[arg-type]


def loaded(*paths: str) -> Lane:
    """A lane with activities 1, 2, 3 … on these paths."""
    one = lane()
    for number, path in enumerate(paths, 1):
        one.add(number, path)
    one.upto = len(paths)
    return one


@pytest.mark.parametrize(
    ("fails", "seconds"),
    [(0, 0), (1, 0), (2, 1.25), (3, 1.5625), (10, 7.450580), (60, 86_400), (5000, 86_400)],
)
def test_pauses_grow_by_a_quarter_up_to_a_day__DLV_6(fails: int, seconds: float) -> None:
    assert pause_after(fails, 0.0) / SECOND == pytest.approx(seconds, rel=1e-5)
    assert pause_after(fails, 1.0) / SECOND == pytest.approx(seconds * 1.1, rel=1e-5)


def test_one_thread_goes_one_by_one_and_others_beside_it__DLV_3() -> None:
    one = loaded("c5/p1", "c5/p1", "c5/p2", "c6/p9", "c5/p2")
    assert one.may_start(NOW, 8) == [1, 3, 4]
    one.done(1, NOW, rejected=False)
    assert one.may_start(NOW, 8) == [2]


def test_what_concerns_a_community_waits_for_its_threads_and_they_for_it() -> None:
    one = loaded("c5/p1", "c5", "c5/p2", "c6/p1")
    assert one.may_start(NOW, 8) == [1, 4]
    one.done(1, NOW, rejected=False)
    assert one.may_start(NOW, 8) == [2]
    one.done(2, NOW, rejected=False)
    assert one.may_start(NOW, 8) == [3]


def test_what_concerns_everything_passes_nothing() -> None:
    one = loaded("c5/p1", "", "c6/p1")
    assert one.may_start(NOW, 8) == [1]
    one.done(1, NOW, rejected=False)
    assert one.may_start(NOW, 8) == [2]
    one.done(2, NOW, rejected=False)
    assert one.may_start(NOW, 8) == [3]


def test_with_one_at_a_time_everything_is_in_order__DLV_3() -> None:
    one = loaded("c5/p1", "c6/p1")
    assert one.may_start(NOW, 1) == [1]
    assert one.may_start(NOW, 1) == []
    one.done(1, NOW, rejected=False)
    assert one.may_start(NOW, 1) == [2]


def test_the_cursor_stands_before_the_first_that_is_not_done__DLV_3() -> None:
    one = loaded("a", "b", "c")
    one.may_start(NOW, 8)
    one.done(2, NOW, rejected=False)
    one.done(3, NOW, rejected=True)
    assert one.cursor == 0
    one.done(1, NOW, rejected=False)
    assert one.cursor == 3
    assert (one.progress().delivered, one.progress().delivered) == (2, 0)


def test_after_a_failure_everything_waits_and_then_goes_one_by_one__DLV_6() -> None:
    one = loaded("a", "b", "c", "d")
    assert one.may_start(NOW, 2) == [1, 2]
    one.done(2, NOW, rejected=False)
    one.failed(1, NOW, "timeout", None, 0.0)
    assert one.may_start(NOW, 8) == [1], "the first time at once, and alone"
    one.failed(1, NOW, "timeout", None, 0.0)
    assert one.may_start(NOW + SECOND, 8) == []
    assert one.may_start(NOW + 2 * SECOND, 8) == [1]
    one.done(1, NOW + 2 * SECOND, rejected=False)
    assert (one.fails, one.cursor) == (1, 2)
    assert one.may_start(NOW + 2 * SECOND, 8) == [3], "each success makes up for one failure"
    one.done(3, NOW, rejected=False)
    assert one.last_error is None


def test_who_asks_for_patience_gets_it_for_an_hour_at_the_most__DLV_5() -> None:
    one = loaded("a")
    one.may_start(NOW, 8)
    one.failed(1, NOW, "status 429", 30 * SECOND, 0.0)
    assert one.next_try == NOW + 30 * SECOND
    assert one.may_start(NOW + 29 * SECOND, 8) == []
    one.may_start(NOW + 30 * SECOND, 8)
    one.failed(1, NOW, "status 429", 5 * HOUR, 0.0)
    assert one.next_try == NOW + HOUR


def test_skipping_leaves_out_what_waits__DLV_14() -> None:
    one = loaded("a", "b", "c")
    one.may_start(NOW, 1)
    one.drop(2)
    assert one.waiting == [3]
    one.done(1, NOW, rejected=False)
    assert one.cursor == 2


def test_what_an_admin_decided_is_taken_over__DLV_14() -> None:
    one = loaded("a", "b")
    one.may_start(NOW, 8)
    one.failed(1, NOW, "timeout", None, 0.0)
    one.failed(2, NOW, "timeout", None, 0.0)
    written = one.progress()
    assert written.fails == 2
    same = lane(fails=2, next_try=written.next_try)
    again = Destination(
        **{name: getattr(same, name, None) for name in Destination.__dataclass_fields__}
        | {"cursor": 1, "fails": 0, "next_try": None, "delivered": 0, "rejected": 0}
    )
    one.reread(again)
    assert (one.fails, one.waiting) == (0, [2])
    assert one.may_start(NOW, 8) == [2]


@given(
    st.lists(st.sampled_from(["", "c1", "c1/p1", "c1/p2", "c2", "c2/p1", "u7"]), max_size=12), st.randoms()
)
def test_whatever_is_answered_first_related_activities_never_pass_each_other(
    paths: list[str], luck: object
) -> None:
    one = loaded(*paths)
    arrived: list[int] = []
    flying: list[int] = []
    while one.waiting or flying:
        flying += one.may_start(NOW, 4)
        landed = flying.pop(luck.randrange(len(flying)))  # type: ignore[attr-defined]
        one.done(landed, NOW, rejected=False)
        arrived.append(landed)
    assert sorted(arrived) == list(range(1, len(paths) + 1))
    assert one.cursor == len(paths)
    for place, later in enumerate(arrived):
        for earlier in arrived[place + 1 :]:
            if earlier < later:
                assert paths[later - 1] not in Held([paths[earlier - 1]]), (paths, arrived)


def test_while_developing_nobody_is_left_alone_for_longer_than_a_second() -> None:
    patient, hasty = loaded("c1"), loaded("c1")
    hasty.longest_pause = SECOND
    for one in (patient, hasty):
        one.fails = 30
        one.flying.add(1)
        one.waiting.remove(1)
        one.failed(1, NOW, "unreachable", wish=HOUR, jitter=0.5)
    assert patient.next_try is not None and patient.next_try >= NOW + HOUR
    assert hasty.next_try == NOW + SECOND
