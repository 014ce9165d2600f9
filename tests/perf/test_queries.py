"""How many statements a page takes, cold and warm, whatever it holds."""

from typing import Any

import pytest

from folkmoot.core.search.index import index_due
from folkmoot.core.site.frame import read_site
from folkmoot.store.db import Database, count_statements
from tests import rows
from tests.cast import Cast
from tests.perf.conftest import write_a_lot

VISITOR = {
    "/": (2, 1),
    "/?scope=all&sort=New": (2, 1),
    "/?kind=comments&scope=all": (2, 1),
    "/c/gardening": (2, 2),
    "/c/gardening?kind=comments": (2, 2),
    "/post/1": (3, 2),
    "/post/1?sort=New&view=flat": (3, 2),
    "/comment/5": (3, 2),
    "/u/bob": (3, 3),
    "/u/bob?view=posts": (2, 2),
    "/u/bob?view=comments": (2, 2),
    "/search?q=post": (4, 2),
    "/search?q=comment&type=comments": (4, 2),
    "/search?q=gardening&type=communities": (3, 2),
    "/search?q=bob&type=people": (3, 1),
    "/communities": (1, 1),
    "/modlog": (1, 1),
    "/instances": (3, 3),
    "/about": (1, 0),
}
MEMBER = {
    "/?scope=all": (3, 2),
    "/?scope=subscribed": (3, 3),
    "/?scope=moderating": (4, 2),
    "/?kind=comments&scope=all": (3, 1),
    "/c/gardening": (5, 4),
    "/post/1": (6, 3),
    "/comment/5": (6, 4),
    "/u/bob": (5, 3),
    "/search?q=post": (7, 3),
    "/communities": (3, 1),
    "/modlog": (5, 3),
}
"""Statements at the most: of the first look in a process that has just started and shown nothing, and of every other. A member's include
who they are, what the frame counts for them and, for a thread, that they were there; a search includes its rate limit."""


@pytest.fixture
async def full_house(db: Database, cast: Cast) -> None:
    """Thirty posts and a thread of forty comments, one of them removed."""
    async with db.write() as tx:
        await write_a_lot(tx, cast)
        await tx.run("UPDATE comment SET removed = :yes WHERE id = 3", yes=True)
        await tx.run(
            "INSERT INTO community_follow (person_id, community_id, published) SELECT id, 1, 0 FROM person"
        )
    await index_due(db)


async def statements(browser: Any, db: Database, path: str) -> list[list[str]]:
    """Open a page twice: the statements of each time. The process has only done what it does when it starts."""
    db.memory.clear()
    async with db.read() as tx:
        await read_site(tx)
    counts = []
    for _ in range(2):
        with count_statements() as counter:
            response = await browser.get(path)
        assert response.status_code == 200
        counts.append(counter.statements)
    return counts


@pytest.mark.parametrize(("path", "most"), VISITOR.items())
async def test_a_visitors_page(
    browser: Any, db: Database, full_house: None, path: str, most: tuple[int, int]
) -> None:
    first, second = await statements(await browser(), db, path)
    assert (len(first) <= most[0], len(second) <= most[1]) == (True, True), (first, second)


@pytest.mark.parametrize(("path", "most"), MEMBER.items())
async def test_a_members_page(
    browser: Any, db: Database, full_house: None, path: str, most: tuple[int, int]
) -> None:
    first, second = await statements(await browser("alice"), db, path)
    assert (len(first) <= most[0], len(second) <= most[1]) == (True, True), (first, second)


@pytest.mark.parametrize(("who", "most"), [(None, (3, 2)), ("alice", (6, 3))])
async def test_a_thread_from_elsewhere(
    browser: Any, db: Database, full_house: None, who: str | None, most: tuple[int, int]
) -> None:
    async with db.write() as tx:
        number = await rows.instance(tx, "far.example")
        await tx.run(
            "UPDATE community SET local = :no, host = 'far.example', instance_id = :number WHERE id = 1",
            no=False, number=number,
        )  # fmt: skip
        await tx.run("UPDATE post SET local = :no WHERE id = 1", no=False)
        await tx.run(
            "INSERT INTO thread_fetch (post_id, fetched, total, score) VALUES (1, :now, 50, 7)", now=tx.now
        )
    reader = await (browser(who) if who else browser())
    assert "40 of 50 comments are here" in (await reader.get("/post/1")).text
    first, second = await statements(reader, db, "/post/1?sort=Old")
    assert (len(first) <= most[0], len(second) <= most[1]) == (True, True), (first, second)


async def test_the_first_look_of_all_costs_one_more(browser: Any, db: Database, full_house: None) -> None:
    """When the site has just been changed, or nothing was read at the start."""
    visitor = await browser()
    for path in ("/", "/c/gardening", "/communities", "/modlog"):
        db.memory.clear()
        with count_statements() as counter:
            await visitor.get(path)
        assert len(counter.statements) <= 3, (path, counter.statements)
