"""What other servers sent and how it ended, as administrators see it."""

import pytest

from folkmoot.core.instances.arrivals import State, believe_again, explain, read_arrivals, read_doubted
from folkmoot.model.errors import NotAllowed, NotFound
from folkmoot.model.time import MINUTE, WEEK, FixedClock
from folkmoot.store import quarantine, received
from folkmoot.store.db import Database, Tx
from folkmoot.store.received import Arrival, Closed
from tests.cast import THERE, Cast

CAROL = f"https://{THERE}/u/carol"


def sent(number: int, kind: str, host: str = THERE) -> Arrival:
    return Arrival(
        f"https://{host}/activities/{number}",
        kind,
        f"https://{host}/u/carol",
        host,
        None,
        1,
        '{"content":"secret"}',
    )


async def five_arrive(tx: Tx) -> None:
    """One of each state, the newest last; the fourth from elsewhere."""
    await received.put(
        tx,
        [
            sent(1, "Announce Like"),
            sent(2, "Create"),
            sent(3, "Follow"),
            sent(4, "Like", "elsewhere.example"),
            sent(5, "View"),
        ],
    )
    one, two, three, _, five = [row[0] for row in await tx.all("SELECT id FROM received ORDER BY id")]
    await received.close(
        tx,
        [
            Closed(one, "accepted"),
            Closed(two, "refused", "site_ban", CAROL),
            Closed(five, "accepted", "without_effect", "View"),
        ],
    )
    await received.put_off(
        tx, three, due=tx.now + MINUTE, reason="internal_error", detail="ValueError('secret')"
    )


async def test_it_is_for_admins(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for call in (
            lambda: read_arrivals(tx, cast.alice),
            lambda: explain(tx, cast.bob, "https://there.example/1"),
            lambda: read_doubted(tx, cast.alice),
            lambda: believe_again(tx, cast.alice, cast.baking.id),
        ):
            with pytest.raises(NotAllowed):
                await call()


async def test_who_is_not_in_doubt_cannot_be_believed_again(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotFound):
            await believe_again(tx, cast.admin, cast.baking.id)
        await quarantine.add(tx, cast.baking.id, "https://third.example/post/1 was not deleted")
        (one,) = await read_doubted(tx, cast.admin)
        assert (one.community.id, one.since) == (cast.baking.id, tx.now)
        await believe_again(tx, cast.admin, cast.baking.id)
        assert await read_doubted(tx, cast.admin) == []


async def test_every_activity_can_be_found_with_its_end_and_without_its_words__case_100(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.write() as tx:
        await five_arrive(tx)
        found = await read_arrivals(tx, cast.admin)
    assert [(one.kind, one.inside, one.state) for one in found.items] == [
        ("View", "", State.WITHOUT_EFFECT),
        ("Like", "", State.WAITING),
        ("Follow", "", State.LATER),
        ("Create", "", State.REFUSED),
        ("Announce", "Like", State.ACCEPTED),
    ]
    refused = found.items[3]
    assert (refused.id, refused.actor, refused.host) == (f"https://{THERE}/activities/2", CAROL, THERE)
    assert (refused.reason, refused.rule, refused.about) == ("site_ban", "PERM-1", CAROL)
    assert refused.received == clock.now()
    assert found.items[2].due == clock.now() + MINUTE
    assert "secret" not in repr(found), "nothing of what was said, not even in what a mistake of ours quotes"
    assert [(each.reason, each.number) for each in found.refused] == [("site_ban", 1)]


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({"server": "elsewhere.example"}, [4]),
        ({"server": "Elsewhere.example:8536"}, [4]),
        ({"server": "nobody.example"}, []),
        ({"state": "refused"}, [2]),
        ({"state": "accepted"}, [1]),
        ({"state": "without_effect"}, [5]),
        ({"state": "nonsense"}, [5, 4, 3, 2, 1]),
        ({"kind": "Like"}, [4, 1]),
        ({"kind": "Announce"}, [1]),
        ({"kind": "Like%"}, [5, 4, 3, 2, 1]),
        ({"kind": "Like", "server": THERE}, [1]),
        ({"after": "x"}, [5, 4, 3, 2, 1]),
    ],
)
async def test_they_can_be_looked_through(
    db: Database, cast: Cast, asked: dict[str, str], numbers: list[int]
) -> None:
    async with db.write() as tx:
        await five_arrive(tx)
        found = await read_arrivals(tx, cast.admin, **asked)
    assert [int(one.id.rsplit("/", 1)[1]) for one in found.items] == numbers


async def test_page_by_page_and_past_what_is_looked_at_once(
    db: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(received, "LOOKED_AT", 2)
    async with db.write() as tx:
        await five_arrive(tx)
        first = await read_arrivals(tx, cast.admin, kind="Follow")
        assert (first.items, bool(first.next)) == ([], True), "not among the two newest"
        second = await read_arrivals(tx, cast.admin, kind="Follow", after=first.next or "")
        assert [one.kind for one in second.items] == ["Follow"]
        third = await read_arrivals(tx, cast.admin, kind="Follow", after=second.next or "")
        assert (third.items, third.next) == ([], None)
    monkeypatch.undo()
    async with db.write() as tx:
        pages, after = [], ""
        while True:
            page = await read_arrivals(tx, cast.admin, after=after, limit=2)
            pages.append(len(page.items))
            if page.next is None:
                break
            after = page.next
    assert pages == [2, 2, 1]


async def test_one_can_be_asked_for(db: Database, cast: Cast, clock: FixedClock) -> None:
    async with db.write() as tx:
        await five_arrive(tx)
        assert await explain(tx, cast.admin, "https://there.example/unheard") is None
        one = await explain(tx, cast.admin, f" https://{THERE}/activities/2 ")
        assert one is not None and one.reason == "site_ban"
    clock.advance(WEEK + MINUTE)
    async with db.write() as tx:
        assert (await read_arrivals(tx, cast.admin)).refused == [], "that was more than a week ago"
