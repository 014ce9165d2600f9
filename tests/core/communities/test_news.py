"""Communities of other servers are read again when a member looks at them and that is long ago."""

import pytest

from folkmoot.core.communities.news import LOOK_AGAIN, ask_for_news, wants_news
from folkmoot.model.people import ANONYMOUS
from folkmoot.model.time import DAY, MINUTE, FixedClock
from folkmoot.store import fetches
from folkmoot.store.db import Database, count_statements
from tests.cast import THERE, Cast


@pytest.mark.parametrize(
    "why", ["nobody", "ours", "read today", "without federation", "its server does not answer", ""]
)
async def test_what_a_member_looks_at_is_read_again_after_a_day__ACT_6__SND_12(
    db: Database, cast: Cast, clock: FixedClock, why: str
) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE community SET last_refreshed = :now", now=tx.now)
        if why == "without federation":
            await tx.run("UPDATE local_site SET federation_enabled = :no", no=False)
            tx.changed("site")
    clock.advance(DAY if why != "read today" else DAY - 1)
    clock.advance(1 if why != "read today" else 0)
    async with db.write() as tx:
        if why.startswith("its server"):
            await fetches.failed(tx, THERE, "TimedOut")
        who = ANONYMOUS if why == "nobody" else cast.alice
        community = cast.gardening if why == "ours" else cast.baking
        assert await wants_news(tx, who, community) == (why == "")


async def test_it_is_asked_for_once(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for _ in range(2):
            await ask_for_news(tx, cast.baking)
        jobs = await tx.all("SELECT payload FROM job WHERE name = :name", name=LOOK_AGAIN)
        assert len(jobs) == 1
        assert cast.baking.ap_id in jobs[0][0]


async def test_for_ten_minutes_nobody_looks_again_how_old_it_is__SND_12(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE community SET last_refreshed = :now", now=tx.now)
    clock.advance(DAY + 1)
    asked = []
    for later in (0, MINUTE, 8 * MINUTE, MINUTE):
        clock.advance(later)
        async with db.read() as tx:
            with count_statements() as counter:
                asked.append((await wants_news(tx, cast.alice, cast.baking), len(counter.statements) > 0))
    assert asked == [(True, True), (False, False), (False, False), (True, True)]
