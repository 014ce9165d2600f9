"""How it goes with other servers, as administrators see it and as who writes is told."""

from collections.abc import Callable
from typing import Any

import pytest

from folkmoot.model.time import DAY, HOUR
from folkmoot.store import communities, destinations, outbox, quarantine, received
from folkmoot.store.db import Database, Tx
from folkmoot.store.outbox import Activity, Inbox
from folkmoot.store.received import Arrival, Closed
from tests import rows
from tests.cast import HERE, THERE, Cast
from tests.core.stories import write_post
from tests.faces.web.conftest import Browser, read

Browsers = Callable[..., Any]


def there(cast: Cast) -> int:
    assert cast.carol.person is not None
    return cast.carol.person.instance_id


async def fails(tx: Tx, cast: Cast, **more: Any) -> int:
    """Two activities wait for there.example, which answers nothing good; the id of the second."""
    await destinations.ensure(tx, [there(cast)], await outbox.newest_id(tx))
    inbox = (Inbox(there(cast), f"https://{THERE}/inbox"),)
    ids = await outbox.insert(
        tx,
        [
            Activity(
                ap_id=f"https://{HERE}/activities/like/{number}", body="{}", actor_kind="person", actor_id=1, order_key="c1",
                inboxes=inbox, **more,
            )
            for number in range(2)
        ],
    )  # fmt: skip
    await tx.run("UPDATE destination SET fails = 4, next_try = :then", then=tx.now + HOUR)
    await destinations.count_failures(tx, {(there(cast), "status 502"): 3, (there(cast), "timeout"): 1})
    return ids[1]


@pytest.mark.parametrize(
    "path", ["/admin/federation", "/admin/federation/post/1", "/admin/federation/arrivals"]
)
async def test_it_is_for_administrators(browser: Browsers, db: Database, cast: Cast, path: str) -> None:
    async with db.write() as tx:
        await write_post(tx, cast.alice, cast.gardening)
    assert (await (await browser()).get(path)).status_code in (303, 401, 403)
    alice = await browser("alice")
    assert (await alice.get(path)).status_code == 403
    assert (await alice.post("/admin/federation/2", {"do": "retry"})).status_code == 403


async def test_nothing_was_sent_yet(browser: Browsers) -> None:
    admin = await browser("admin")
    assert "Nothing was sent to another server yet" in (await admin.get("/admin/federation")).text
    assert (await admin.post("/admin/federation/2", {"do": "retry"})).status_code == 400
    assert (await admin.post("/admin/federation/2", {"do": "nonsense"})).status_code == 400
    assert (await admin.get("/admin/federation/post/99")).status_code == 404


async def test_what_waits_and_why_and_what_to_do_about_it(
    browser: Browsers, db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        last = await fails(tx, cast)
    admin = await browser("admin")
    row = read(await admin.get("/admin/federation")).css_first("tbody tr")
    text = row.text()
    for word in (THERE, "lemmy", "failing", "answered 502: 3", "no answer in time: 1"):
        assert word in text
    assert row.css_first("td[data-label='Waits for them']").text().startswith("2")
    for what, cursor in (("retry", last - 2), ("skip", last - 1), ("skip_all", last)):
        answer = await admin.post(f"/admin/federation/{there(cast)}", {"do": what})
        assert answer.status_code == 303
        async with db.read() as tx:
            found = await destinations.by_instance(tx, there(cast))
        assert found is not None
        assert (found.fails, found.next_try, found.cursor) == (0, None, cursor)


async def test_who_has_a_post(browser: Browsers, db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await communities.set_follow(tx, cast.gardening.id, cast.carol.id, pending=False)
        elsewhere = await rows.instance(tx, "elsewhere.example")
        post = await write_post(tx, cast.alice, cast.gardening)
        await destinations.ensure(tx, [elsewhere], 10**6)
        await fails(tx, cast, post_id=post.id, community_id=cast.gardening.id)
        await destinations.refuse_post(tx, [(post.id, there(cast), 400, 1)])
    admin = await browser("admin")
    page = read(await admin.get(f"/admin/federation/post/{post.id}")).css_first("main").text()
    assert THERE in page and "not taken, answered 400" in page
    assert "elsewhere.example" not in page, "nobody there follows it"


async def test_who_is_about_to_write_where_nobody_reads_it_is_told(
    browser: Browsers, db: Database, cast: Cast
) -> None:
    alice: Browser = await browser("alice")
    submit = f"/submit?community=!baking@{THERE}"
    assert "has not answered" not in (await alice.get(submit)).text
    async with db.write() as tx:
        await fails(tx, cast)
        await tx.run("UPDATE destination SET since = :then", then=tx.now - DAY)
    assert "has not answered for a while" in (await alice.get(submit)).text
    assert "has not answered" not in (await alice.get("/submit?community=gardening")).text


async def test_what_arrived_is_shown_with_how_it_ended_in_words(
    browser: Browsers, db: Database, cast: Cast
) -> None:
    address = f"https://{THERE}/activities/1"
    async with db.write() as tx:
        await fails(tx, cast)
        row = Arrival(address, "Announce Like", f"https://{THERE}/c/baking", THERE, None, 1, '{"a":"secret"}')
        await received.put(tx, [row])
        (number,) = [row[0] for row in await tx.all("SELECT id FROM received")]
        await received.close(tx, [Closed(number, "refused", "community_not_followed", None, keep_body=True)])
    admin = await browser("admin")
    link = (
        read(await admin.get("/admin/federation")).css_first(f"a[href*='server={THERE}']").attributes["href"]
    )
    assert link is not None
    text = (await admin.get(link)).text
    for word in (
        address,
        "Announce",
        "Nobody here follows this community.",
        "community_not_followed",
        "ANN-6",
    ):
        assert word in text
    assert "secret" not in text
    for query in (
        "state=accepted",
        "kind=Follow",
        "server=elsewhere.example",
        "activity=https://there.example/x",
    ):
        page = await admin.get(f"/admin/federation/arrivals?{query}")
        assert "Nothing like that arrived" in page.text
    assert address in (await admin.get(f"/admin/federation/arrivals?activity={address}")).text


async def test_a_community_in_doubt_is_believed_again(browser: Browsers, db: Database, cast: Cast) -> None:
    path = f"/admin/federation/doubted/{cast.baking.id}"
    assert (await (await browser("alice")).post(path, {})).status_code == 403
    admin = await browser("admin")
    assert (await admin.post(path, {})).status_code == 404
    async with db.write() as tx:
        await quarantine.add(tx, cast.baking.id, "https://third.example/post/1 was not deleted")
    assert "was not deleted" in (await admin.get("/admin/federation")).text
    assert (await admin.post(path, {})).status_code == 303
    assert "was not deleted" not in (await admin.get("/admin/federation")).text
