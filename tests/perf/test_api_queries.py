"""How many statements an operation of the API takes, cold and warm, whatever it holds."""

from collections.abc import Awaitable, Callable

import pytest

from folkmoot.core.communities.remove import hide_community
from folkmoot.core.posts.lock import lock_post
from folkmoot.core.reports.create import CreateReport, create_report
from folkmoot.store.db import Database, count_statements
from tests.cast import Cast
from tests.faces.api_v3.conftest import App, app
from tests.perf.conftest import write_a_lot

__all__ = ["app"]

LIST = "/post/list?type_=All&sort=Hot&limit=20"
TREE = "/comment/list?post_id=1&max_depth=8&limit=300&type_=All"
NOBODY = {
    LIST: (2, 1),
    TREE: (3, 1),
    "/comment/list?post_id=1&type_=All": (2, 1),
    "/post?id=1": (4, 2),
    "/user?username=bob&sort=New": (5, 3),
    "/user/get_captcha": (1, 1),
    "/community?name=gardening": (4, 2),
    "/search?q=post": (10, 2),
    "/search?q=comment&type_=Comments": (4, 2),
    "/community/list?sort=TopAll&limit=50": (1, 1),
    "/modlog?limit=50": (1, 1),
    "/federated_instances": (4, 4),
}
MEMBER = {
    LIST: (2, 1),
    "/post/list?type_=Subscribed&sort=New": (3, 2),
    "/post/list?type_=Local&sort=Active": (3, 2),
    TREE: (4, 2),
    "/comment/list?parent_id=1&max_depth=3": (5, 3),
    "/comment/list?post_id=1&type_=All": (2, 1),
    "/post?id=1": (4, 2),
    "/comment?id=1": (1, 1),
    "/site": (18, 1),
    "/user?username=bob&sort=New": (6, 3),
    "/user?person_id=2&saved_only=true": (5, 3),
    "/search?q=post": (10, 2),
    "/user/unread_count": (1, 1),
    "/user/list_logins": (1, 1),
    "/private_message/list": (1, 1),
}
TOLD = {
    "/post/report/list": (6, 6),
    "/comment/report/list": (5, 5),
    "/modlog?limit=50": (2, 2),
    "/user/replies": (3, 3),
    "/user/mention?unread_only=true": (3, 3),
    "/user/report_count": (2, 2),
}
"""Statements at the most: of the first call in a process, and of every other. That somebody looked at a post is written apart."""


@pytest.fixture
async def full_house(db: Database, cast: Cast) -> None:
    """Thirty posts of one link and a thread of forty comments, one of them removed; reports, and lines in the log."""
    async with db.write() as tx:
        await write_a_lot(tx, cast)
        for number in range(1, 6):
            await create_report(tx, cast.alice, CreateReport("post", number, "spam"))
            await create_report(tx, cast.alice, CreateReport("comment", number, "spam"))
            await lock_post(tx, cast.bob, number, locked=True)
            await hide_community(tx, cast.admin, cast.gardening.id, hidden=bool(number % 2))
        await hide_community(tx, cast.admin, cast.gardening.id, hidden=False)
        await tx.run("UPDATE comment SET removed = :yes WHERE id = 3", yes=True)
        await tx.run(
            "INSERT INTO community_follow (person_id, community_id, published) SELECT id, 1, 0 FROM person"
        )


async def statements(reader: App, path: str) -> list[list[str]]:
    """Call twice: the statements of each time. What every call asks of the site and the caller comes before."""
    await (reader.get("/user/validate_auth") if reader.token else reader.get("/community", id=1))
    counts = []
    for _ in range(2):
        with count_statements() as counter:
            answer = await reader.call("GET", path)
        assert answer.status_code == 200
        counts.append(counter.statements)
    return counts


@pytest.mark.parametrize(("path", "most"), NOBODY.items())
async def test_a_visitors_call(
    app: Callable[..., Awaitable[App]], full_house: None, path: str, most: tuple[int, int]
) -> None:
    first, second = await statements(await app(), path)
    assert (len(first) <= most[0], len(second) <= most[1]) == (True, True), (first, second)


@pytest.mark.parametrize(("path", "most"), MEMBER.items())
async def test_a_members_call(
    app: Callable[..., Awaitable[App]], full_house: None, path: str, most: tuple[int, int]
) -> None:
    first, second = await statements(await app("alice"), path)
    assert (len(first) <= most[0], len(second) <= most[1]) == (True, True), (first, second)


@pytest.mark.parametrize(("path", "most"), TOLD.items())
async def test_a_call_of_who_was_told_something(
    app: Callable[..., Awaitable[App]], full_house: None, path: str, most: tuple[int, int]
) -> None:
    first, second = await statements(await app("bob"), path)
    assert (len(first) <= most[0], len(second) <= most[1]) == (True, True), (first, second)
