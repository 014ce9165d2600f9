"""Which servers this one talks to, and what is known of them (W-6, W-9)."""

import pytest

from folkmoot.core.instances.directory import read_decided, read_directory, read_federation
from folkmoot.core.instances.policy import (
    DecideInstance,
    allow_instance,
    block_instance,
    checked_domain,
    end_expired,
    set_allowed_instances,
    set_blocked_instances,
)
from folkmoot.model.errors import Invalid, NotAllowed, Refusal
from folkmoot.model.instances import KnownInstance
from folkmoot.model.time import DAY, SECOND, FixedClock
from folkmoot.store import site as store_site
from folkmoot.store.db import Database
from tests import rows
from tests.cast import HERE, THERE, Cast


async def known(db: Database, domain: str) -> KnownInstance | None:
    """What the public list says of a server."""
    async with db.read() as tx:
        found = (await read_directory(tx, part=domain)).others.items
    return found[0] if found else None


async def test_only_admins_decide(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for call in (
            lambda: block_instance(tx, cast.bob, DecideInstance(THERE)),
            lambda: allow_instance(tx, cast.bob, DecideInstance(THERE)),
            lambda: set_blocked_instances(tx, cast.bob, [THERE]),
            lambda: set_allowed_instances(tx, cast.bob, []),
            lambda: read_decided(tx, cast.bob),
        ):
            with pytest.raises(NotAllowed) as refused:
                await call()
            assert refused.value.code == "not_an_admin"


async def test_our_own_server_stays__R_8(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotAllowed) as refused:
            await block_instance(tx, cast.admin, DecideInstance(f"https://{HERE.upper()}/"))
    assert refused.value.code == "cant_block_local_instance"


@pytest.mark.parametrize("text", ["", " ", "not a host", "http://", "[::1", "a..b", "x" * 300])
def test_what_is_no_domain(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_domain(text)
    assert refused.value.code == "invalid_domain"


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("Evil.Example", "evil.example"),
        (" https://evil.example/c/all?x#y ", "evil.example"),
        ("http://evil.example:8536/", "evil.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("someone@evil.example", "evil.example"),
    ],
)
def test_a_domain_has_one_spelling__URL_15(text: str, domain: str) -> None:
    assert checked_domain(text) == domain


async def test_an_end_in_the_past_is_refused(db: Database, cast: Cast, clock: FixedClock) -> None:
    async with db.write() as tx:
        with pytest.raises(Refusal) as refused:
            await block_instance(tx, cast.admin, DecideInstance(THERE, expires=clock.now() // SECOND - 1))
    assert (refused.value.code, refused.value.field) == ("ban_expiration_in_past", "expires")


async def test_a_block_has_a_reason_and_an_end_and_can_be_lifted(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    end = clock.now() // SECOND + 86_400
    async with db.write() as tx:
        await block_instance(tx, cast.admin, DecideInstance(THERE, reason=" Spam ", expires=end))
    there = await known(db, THERE)
    assert there and there.blocked and (there.blocked.reason, there.blocked.expires) == ("Spam", end * SECOND)
    async with db.write() as tx:
        await block_instance(tx, cast.admin, DecideInstance(THERE, reason="Still spam"))
    there = await known(db, THERE)
    assert there and there.blocked and (there.blocked.reason, there.blocked.expires) == ("Still spam", None)
    async with db.write() as tx:
        await block_instance(tx, cast.admin, DecideInstance(THERE, on=False))
    there = await known(db, THERE)
    assert there and there.blocked is None


async def test_a_server_nobody_has_heard_of_can_be_blocked_before_it_comes(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await block_instance(tx, cast.admin, DecideInstance("evil.example"))
    evil = await known(db, "evil.example")
    assert evil and evil.blocked and evil.people == 0


async def test_blocks_end_by_themselves(db: Database, cast: Cast, clock: FixedClock) -> None:
    async with db.write() as tx:
        await block_instance(
            tx, cast.admin, DecideInstance("one.example", expires=(clock.now() + DAY) // SECOND)
        )
        await block_instance(tx, cast.admin, DecideInstance("two.example"))
        assert await end_expired(tx) == 0
    clock.advance(DAY)
    async with db.write() as tx:
        assert await end_expired(tx) == 1
    one, two = await known(db, "one.example"), await known(db, "two.example")
    assert one and two and (one.blocked, two.blocked is None) == (None, False)


async def test_a_whole_list_replaces_the_other_and_keeps_reasons__W_6(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await block_instance(tx, cast.admin, DecideInstance("one.example", reason="Spam"))
        await block_instance(tx, cast.admin, DecideInstance("two.example"))
        await set_blocked_instances(tx, cast.admin, ["three.example", "https://one.example"])
        federation = await read_federation(tx)
        decided = await read_decided(tx, cast.admin)
    assert federation
    assert [instance.domain for instance in federation.blocked] == ["one.example", "three.example"]
    assert [instance.domain for instance in federation.linked] == [THERE, "two.example"]
    assert [(each.instance.domain, each.blocked.reason) for each in decided.items if each.blocked] == [
        ("one.example", "Spam"),
        ("three.example", None),
    ]
    async with db.write() as tx:
        await set_blocked_instances(tx, cast.admin, [])
        await set_allowed_instances(tx, cast.admin, [THERE])
        federation = await read_federation(tx)
    assert federation and federation.blocked == []
    assert [instance.domain for instance in federation.allowed] == [THERE]


async def test_there_are_no_lists_where_federation_is_off__W_9(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await store_site.update_local(tx, {"federation_enabled": False})
    async with db.read() as tx:
        assert await read_federation(tx) is None


async def test_the_directory_counts_and_pages(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for domain in ("a.example", "b.example", "under_score.example"):
            await rows.instance(tx, domain)
    async with db.read() as tx:
        first = await read_directory(tx, limit=2)
        second = await read_directory(tx, limit=2, after=first.others.next or "")
        found = await read_directory(tx, part="R_S")
        blocked = await read_directory(tx, state="blocked")
    assert [each.instance.domain for each in first.others.items] == ["a.example", "b.example"]
    assert [(each.instance.domain, each.people, each.communities) for each in second.others.items] == [
        (THERE, 1, 1),
        ("under_score.example", 0, 0),
    ]
    assert second.others.next is None
    assert [each.instance.domain for each in found.others.items] == ["under_score.example"]
    assert (blocked.others.items, blocked.total) == ([], 4)
    assert first.own and (first.own.instance.domain, first.own.people, first.own.communities) == (HERE, 4, 1)
