"""Who waits behind what was put off (INB-11)."""

from folkmoot.apub.inbox.put_off import PutOff
from folkmoot.apub.inbox.turns import Turn
from folkmoot.store.received import Waiting

POST = "https://far.example/post/1"


def row(number: int, host: str = "there.example") -> Waiting:
    return Waiting(number, f"https://{host}/a/{number}", "Like", f"https://{host}/u/carol", "", 0, 0)


def turn(*own: str, shared: str = "") -> Turn:
    return Turn(frozenset(own), frozenset(shared.split()))


def test_another_server_holds_nobody_back() -> None:
    put_off = PutOff()
    put_off.add(row(1, "evil.example"), turn(POST), 50)
    assert put_off.until(row(2), turn("a vote", shared=POST)) is None
    assert put_off.until(row(2, "evil.example"), turn("a vote", shared=POST)) == 50


def test_what_came_before_does_not_wait_for_what_came_after() -> None:
    put_off = PutOff()
    put_off.add(row(5), turn("carol POST", shared=POST), 50)
    assert put_off.until(row(4), turn("carol POST")) is None
    assert put_off.until(row(6), turn("carol POST")) == 50


def test_votes_of_several_do_not_wait_for_each_other() -> None:
    put_off = PutOff()
    put_off.add(row(1), turn("carol POST", shared=POST), 50)
    assert put_off.until(row(2), turn("dora POST", shared=POST)) is None
    assert put_off.until(row(3), turn(POST)) == 50


def test_the_last_of_several_is_waited_for() -> None:
    put_off = PutOff()
    put_off.add(row(1), turn("carol POST"), 50)
    put_off.add(row(2), turn("carol POST"), 90)
    assert put_off.until(row(3), turn("carol POST")) == 90
