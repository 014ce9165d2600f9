"""Rate limits: a bucket starts full, refills evenly, and is the same for every process (K-1)."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from folkmoot.core import limits
from folkmoot.core.site.edit import EditSite, edit_site
from folkmoot.model.errors import RateLimited
from folkmoot.model.time import HOUR, MINUTE, SECOND, FixedClock, StandingClock
from folkmoot.store import limits as store_limits
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, count_statements
from tests.cast import Cast

HOME = "198.51.100.7"


async def _post(db: Database, person_id: int = 0, address: str = HOME, class_: str = "post") -> None:
    await limits.enforce(db, class_, person_id, address)


async def _refused(db: Database, **who: Any) -> float:
    with pytest.raises(RateLimited) as refusal:
        await _post(db, **who)
    return refusal.value.retry_after


async def test_the_seventh_post_in_ten_minutes_is_refused__K_1(db: Database) -> None:
    for _ in range(6):
        await _post(db)
    assert await _refused(db) == pytest.approx(100, abs=1)


async def test_a_token_comes_back_every_hundred_seconds__K_1(db: Database, clock: FixedClock) -> None:
    for _ in range(6):
        await _post(db)
    clock.advance(99 * SECOND)
    assert await _refused(db) == pytest.approx(1, abs=0.1)
    clock.advance(1 * SECOND)
    await _post(db)
    await _refused(db)
    clock.advance(HOUR)
    for _ in range(6):
        await _post(db)
    await _refused(db)


async def test_a_clock_that_stands_wears_out_no_limit_for_good(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = [0]
    monkeypatch.setattr("folkmoot.model.time.time_ns", lambda: passed[0] * 1000)
    monkeypatch.setattr(db, "clock", StandingClock(db.clock.now()))
    for class_, count, back in (("post", 6, 100 * SECOND), ("message", 180, SECOND)):
        for _ in range(count):
            await _post(db, class_=class_)
        await _refused(db, class_=class_)
        passed[0] += back
        await _post(db, class_=class_)


async def test_what_is_refused_takes_nothing(db: Database, clock: FixedClock) -> None:
    for _ in range(6):
        await _post(db)
    for _ in range(20):
        await _refused(db)
    clock.advance(100 * SECOND)
    await _post(db)


async def test_what_many_do_at_once_is_counted_in_one_statement(db: Database, cast: Cast) -> None:
    await _post(db, address="198.51.100.1")  # by now the limits are known
    whom = [(cast.alice.id, HOME), (cast.bob.id, HOME), (cast.alice.id, "198.51.100.8")]
    with count_statements() as counter:
        await asyncio.gather(*(_post(db, *who) for who in whom), _post(db, class_="comment"))
    assert len([text for text in counter.statements if "rate_bucket" in text]) == 2, "one for each class"
    for _ in range(4):
        await _post(db, person_id=cast.alice.id, address="198.51.100.9")
    await _refused(db, person_id=cast.alice.id, address="198.51.100.10")
    for _ in range(4):
        await _post(db)
    await _refused(db)


async def test_who_has_none_left_holds_up_nobody_who_does_the_same_at_once(db: Database) -> None:
    for _ in range(5):
        await _post(db)
    addresses = [HOME, "198.51.100.8", HOME, "198.51.100.9"]
    done = await asyncio.gather(
        *(_post(db, address=address) for address in addresses), return_exceptions=True
    )
    assert [type(each) for each in done] == [type(None), type(None), RateLimited, type(None)]
    for _ in range(5):
        await _post(db, address="198.51.100.8")
    await _refused(db, address="198.51.100.8")


async def test_nobody_counts_from_within_a_write(db: Database) -> None:
    async with db.write():
        with pytest.raises(RuntimeError):
            await _post(db)


async def test_addresses_are_counted_apart__K_1(db: Database) -> None:
    for _ in range(6):
        await _post(db)
    await _post(db, address="198.51.100.8")


async def test_a_person_is_counted_wherever_they_are(db: Database, cast: Cast) -> None:
    for last in range(6):
        await _post(db, cast.alice.id, f"198.51.100.{last}")
    await _refused(db, person_id=cast.alice.id, address="198.51.100.99")
    await _post(db, cast.bob.id, "198.51.100.99")


async def test_six_networks_share_a_larger_bucket__K_1(db: Database) -> None:
    """IPv6: one bucket for each /64, four times as much for a /56, sixteen times for a /48."""
    for network in range(4):
        for host in range(6):
            await _post(db, address=f"2001:db8:0:{network}::{host}")
    await _refused(db, address="2001:db8:0:0::77")
    await _refused(db, address="2001:db8:0:9::1")
    await _post(db, address="2001:db8:0:100::1")


def test_keys_of_addresses() -> None:
    assert limits.keys_of(3, HOME) == {"person:3": 1, HOME: 1}
    assert limits.keys_of(0, "::ffff:198.51.100.7") == {HOME: 1}
    assert limits.keys_of(0, "2001:db8:1:2:3::4%eth0") == {
        "2001:db8:1:2::/64": 1, "2001:db8:1::/56": 4, "2001:db8:1::/48": 16,
    }  # fmt: skip
    assert limits.keys_of(0, "") == {}
    assert limits.keys_of(0, "nonsense") == {"name:nonsense": 1}


async def test_classes_are_counted_apart(db: Database) -> None:
    for _ in range(6):
        await _post(db)
    await _post(db, class_="comment")
    await _post(db, class_="register")


async def test_the_admin_sets_the_numbers_and_nothing_means_no_limit(db: Database) -> None:
    async with db.write() as tx:
        await store_site.update_local(tx, {"rate_post": 0, "rate_comment": 1, "rate_comment_seconds": 10})
    for _ in range(20):
        await _post(db)
    await _post(db, class_="comment")
    await _refused(db, class_="comment")


async def test_a_limit_that_is_raised_lets_on_at_once_who_had_used_it_up__W_7(
    db: Database, cast: Cast
) -> None:
    for class_, count in (("post", 6), ("message", 180)):
        for _ in range(count):
            await _post(db, class_=class_)
        await _refused(db, class_=class_)
    for _ in range(6):
        await _post(db, class_="comment")
    async with db.write() as tx:
        await edit_site(tx, cast.admin, EditSite(rate_limits={"post": 9, "message": 999, "comment": 6}))
    for class_, count in (("post", 9), ("message", 999)):
        for _ in range(count):
            await _post(db, class_=class_)
        await _refused(db, class_=class_)
    await _refused(db, class_="comment")  # its limit is what it was


async def _in_database(db: Database) -> float:
    async with db.read() as tx:
        left: float = await tx.value("SELECT tokens FROM rate_bucket WHERE class = 'search'")
    return left


async def test_searches_are_counted_together_while_much_is_left__K_1(
    db: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LATER", 60.0)
    with count_statements() as counter:
        for _ in range(60):
            await _post(db, class_="search")
        await _refused(db, class_="search")
    written = [text for text in counter.statements if "rate_bucket" in text]
    assert len(written) == 1 + 1 + 30 + 1, "the first, what waited, each of the last half, who was refused"
    clock.advance(10 * SECOND)
    await _post(db, class_="search")
    await _refused(db, class_="search")


async def test_what_waits_to_be_counted_is_written_in_time(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LATER", 0.0)
    for _ in range(5):
        await _post(db, class_="search")
    while await _in_database(db) != 55:  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.001)


async def test_two_processes_let_nobody_search_more_than_is_allowed__K_1(db: Database) -> None:
    processes = [limits.Later(db), limits.Later(db)]
    for turn in range(60):
        db.memory["searches"] = processes[turn % 2]
        await _post(db, class_="search")
    for each in processes:
        db.memory["searches"] = each
        await _refused(db, class_="search")


async def test_after_a_pause_a_process_looks_what_others_have_let_pass__K_1(
    db: Database, clock: FixedClock
) -> None:
    here, there = limits.Later(db), limits.Later(db)
    db.memory["searches"] = here
    await _post(db, class_="search")
    db.memory["searches"] = there
    for _ in range(59):
        await _post(db, class_="search")
    await there.write()
    clock.advance(2 * SECOND)
    db.memory["searches"] = here
    await _refused(db, class_="search")


async def test_everything_else_is_counted_in_memory__K_1(db: Database, clock: FixedClock) -> None:
    for _ in range(180):
        await _post(db, class_="message")
    await _refused(db, class_="message")
    async with db.read() as tx:
        assert await tx.value("SELECT count(*) FROM rate_bucket") == 0
    clock.advance(MINUTE)
    await _post(db, class_="message")


def test_a_clock_set_back_empties_no_bucket(clock: FixedClock) -> None:
    allowed = limits.Allowance(6, 10 * MINUTE)
    held = {HOME: limits.Bucket(6.0, clock.now() + HOUR)}
    assert limits.after_one(held, {HOME: 1}, allowed, clock.now()) == {HOME: 5.0}


def test_every_class_has_its_numbers(cast: Cast) -> None:
    numbers = dict.fromkeys(store_site.RateLimits.__dataclass_fields__, 1)
    every = replace(store_site.RateLimits(**numbers), post=5)
    assert limits.allowance(every, "post") == limits.Allowance(5, SECOND)
    assert all(limits.allowance(every, class_).in_force for class_ in limits.CLASSES)


async def test_buckets_in_memory_and_in_the_database_hold_the_same(db: Database, clock: FixedClock) -> None:
    """Also where the clock is set back, and where a bucket runs over."""
    allowed = limits.Allowance(6, 10 * MINUTE)
    held: dict[str, limits.Bucket] = {}
    for seconds in (0, 1, 70, 130, -50, 3, 100, 7200, 0, 250, 99):
        clock.advance(seconds * SECOND)
        async with db.write() as tx:
            stored = await store_limits.take(
                tx, "post", {HOME: allowed.count}, allowed.period, clock.now(), {HOME: 1}
            )
        left = limits.after_one(held, {HOME: 1}, allowed, clock.now())
        held[HOME] = limits.Bucket(left[HOME], clock.now())
        assert stored == pytest.approx(left)
