"""What is carried: each activity is read once for all, and goes where it is to go."""

from folkmoot.context import Context
from folkmoot.jobs.cargo import Hold
from folkmoot.model.time import FixedClock
from folkmoot.settings import Settings
from folkmoot.store.db import Database, count_statements
from tests import rows
from tests.cast import Cast
from tests.jobs.test_lanes import lanes, send, there
from tests.peers import Network


async def test_after_a_start_all_lanes_are_filled_together(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    network = Network()
    hosts = [f"s{number}.example" for number in range(12)]
    async with db.write() as tx:
        servers = [await rows.instance(tx, host) for host in hosts]
    peers = [network.peer(host) for host in hosts]
    for name in "abc":
        await send(db, name, *servers)
    one = lanes(Context(db, Settings(), clock, network))
    with count_statements() as counted:
        await one.turn()
    read = [sql for sql in counted.statements if "FROM sent_activity" in sql]
    assert len(read) == 2, "where to begin, and all three of them for everybody"
    await one.drain()
    assert [peer.bodies for peer in peers] == [['"a"', '"b"', '"c"']] * 12


async def test_an_activity_is_at_hand_once_it_was_read(db: Database, cast: Cast) -> None:
    number = await send(db, "a", there(cast))
    hold = Hold(db)
    first = await hold.get(number)
    assert first is not None
    assert first.body == b'"a"'
    with count_statements() as counted:
        assert await hold.get(number) is first
        assert len(await hold.addresses(first, there(cast))) == 1
        assert await hold.addresses(first, there(cast) + 1000) == []
    assert counted.statements == []
    assert await hold.get(number + 1) is None
