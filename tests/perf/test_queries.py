"""How many statements a page takes, cold and warm, whatever it holds."""

from typing import Any

import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.store.db import Database, count_statements
from tests.cast import Cast

VISITOR = {
    "/": (4, 1),
    "/?scope=all&sort=New": (4, 1),
    "/?kind=comments&scope=all": (4, 2),
    "/c/gardening": (5, 2),
    "/post/1": (3, 2),
    "/post/1?sort=New&view=flat": (3, 2),
}
MEMBER = {
    "/?scope=all": (5, 2),
    "/?scope=subscribed": (5, 3),
    "/?scope=moderating": (5, 2),
    "/?kind=comments&scope=all": (5, 3),
    "/c/gardening": (7, 4),
    "/post/1": (6, 4),
    "/comment/5": (6, 4),
}
"""Statements at the most: of the first look in a process, which reads besides what is kept (admins, moderators, what posts look like), and of
every other. A member's include what the frame counts for them and, for a thread, that they were there."""


@pytest.fixture
async def full_house(db: Database, cast: Cast) -> None:
    """Thirty posts and a thread of forty comments, one of them removed."""
    async with db.write() as tx:
        for number in range(30):
            await create_post(
                tx, cast.bob, CreatePost(cast.gardening.id, f"Post {number}", url="https://x.example/1")
            )
        for number in range(40):
            parent = number // 2 if number % 2 else None
            await create_comment(
                tx,
                cast.alice if number % 3 else cast.bob,
                CreateComment(1, f"Comment {number}", parent or None),
            )
        await tx.run("UPDATE comment SET removed = :yes WHERE id = 3", yes=True)
        await tx.run(
            "INSERT INTO community_follow (person_id, community_id, published) SELECT id, 1, 0 FROM person"
        )


async def statements(browser: Any, path: str) -> list[list[str]]:
    """Open a page twice: the statements of each time. What is read once a second comes before."""
    await browser.get("/language")
    counts = []
    for _ in range(2):
        with count_statements() as counter:
            response = await browser.get(path)
        assert response.status_code == 200
        counts.append(counter.statements)
    return counts


@pytest.mark.parametrize(("path", "most"), VISITOR.items())
async def test_a_visitors_page(browser: Any, full_house: None, path: str, most: tuple[int, int]) -> None:
    first, second = await statements(await browser(), path)
    assert (len(first) <= most[0], len(second) <= most[1]) == (True, True), (first, second)


@pytest.mark.parametrize(("path", "most"), MEMBER.items())
async def test_a_members_page(browser: Any, full_house: None, path: str, most: tuple[int, int]) -> None:
    first, second = await statements(await browser("alice"), path)
    assert (len(first) <= most[0], len(second) <= most[1]) == (True, True), (first, second)
