"""What is kept for a while only, and how long."""

from dataclasses import replace

import pytest

from folkmoot.apub.inbox.upkeep import forget_arrivals
from folkmoot.apub.upkeep import forget_old
from folkmoot.core.site import setup
from folkmoot.model.site import Operator
from folkmoot.model.time import DAY, FixedClock
from folkmoot.settings import load_settings
from folkmoot.store import outbox, received
from folkmoot.store.db import Database
from folkmoot.store.outbox import Activity
from folkmoot.store.received import Arrival, Closed
from folkmoot.store.site import local_site
from tests.cast import HERE, THERE, Cast

DEFAULTS = Operator("store-previews", "sample", "ignore", "ignore", 0, 7, "kbin,mbin")


@pytest.mark.parametrize("days", [7, 30])
async def test_what_came_and_went_is_kept_for_as_long_as_the_operator_wants__DUP_1__URL_9(
    db: Database, cast: Cast, clock: FixedClock, days: int
) -> None:
    operator = replace(DEFAULTS, retention_days=days)
    async with db.write() as tx:
        await setup.take_over(tx, operator)
        assert (await local_site(tx)).retention_days == days
        address = f"https://{THERE}/activities/1"
        await received.put(tx, [Arrival(address, "Like", f"https://{THERE}/u/carol", THERE, None, 1, "{}")])
        (number,) = [row[0] for row in await tx.all("SELECT id FROM received")]
        await received.close(tx, [Closed(number, "accepted")])
        sent = Activity(
            ap_id=f"https://{HERE}/activities/like/1", body="{}", actor_kind="person", actor_id=1, order_key="c1", inboxes=()
        )  # fmt: skip
        await outbox.insert(tx, [sent])
    for wait, left in ((days * DAY - 1, 1), (2, 0)):
        clock.advance(wait)
        await forget_arrivals(db)
        await forget_old(db)
        async with db.read() as tx:
            assert await tx.value("SELECT count(*) FROM received") == left
            assert await tx.value("SELECT count(*) FROM sent_activity") == left


async def test_what_the_operator_did_not_set_is_as_the_program_has_it(db: Database, cast: Cast) -> None:
    settings = load_settings({"FOLKMOOT_HOSTNAME": HERE})
    async with db.write() as tx:
        site = await local_site(tx)
        for name in Operator.__dataclass_fields__:
            assert getattr(site, name) == getattr(settings, name) == getattr(DEFAULTS, name), name
        before = tx.changes.newest((("site", 0),))
        await setup.take_over(tx, DEFAULTS)
    async with db.read() as tx:
        assert tx.changes.newest((("site", 0),)) == before, "nothing was written"
