"""Lists lead on and back, page by page, without a script."""

from typing import Any

import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.lock import lock_post
from folkmoot.core.posts.save import save_post
from folkmoot.store.db import Database
from folkmoot.web.forms import Form
from folkmoot.web.paging import Trail, address, trail_of
from tests.cast import Cast
from tests.faces.web.conftest import read


def _here(**cursors: str) -> str:
    return address("/list", **cursors)


def test_there_is_nothing_before_the_first_page() -> None:
    assert Trail().prev(_here) == ""
    assert Trail().next(_here, None) == ""


def test_every_page_leads_to_the_one_before() -> None:
    first = Trail()
    assert first.next(_here, "P1") == "/list?after=P1"
    second = Trail("P1")
    assert second.prev(_here) == "/list"
    assert second.next(_here, "P2") == "/list?after=P2&back=P1"
    third = Trail("P2", ("P1",))
    assert third.prev(_here) == "/list?after=P1"
    assert third.next(_here, "P3") == "/list?after=P3&back=P1+P2"
    assert Trail("P3", ("P1", "P2")).prev(_here) == "/list?after=P2&back=P1"


def test_an_address_does_not_grow_without_end() -> None:
    trail = Trail()
    for number in range(200):
        query = trail.next(_here, f"P{number:x}").partition("?")[2]
        fields = dict(pair.split("=") for pair in query.replace("+", " ").split("&"))
        trail = trail_of(Form(fields.items()))
    assert len(trail.back) == 60
    assert trail_of(Form([("after", "x"), ("back", "y" * 5000)])) == Trail("x")


@pytest.fixture
async def many(db: Database, cast: Cast) -> None:
    """Seventy posts, each with a comment, locked and saved."""
    async with db.write() as tx:
        for number in range(70):
            post = await create_post(tx, cast.alice, CreatePost(cast.gardening.id, f"Post {number}"))
            await create_comment(tx, cast.alice, CreateComment(post.id, f"Comment {number}"))
            await save_post(tx, cast.alice, post.id, saved=True)
            await lock_post(tx, cast.bob, post.id, locked=True, reason=None)


@pytest.mark.parametrize(
    "path",
    [
        "/?scope=all&sort=New",
        "/?kind=comments&scope=all",
        "/c/gardening",
        "/u/alice",
        "/u/alice?view=posts&sort=Old",
        "/u/alice?view=comments",
        "/saved",
        "/modlog",
        "/search?q=post",
    ],
)
async def test_whoever_walks_on_can_walk_back(browser: Any, many: None, path: str) -> None:
    alice = await browser("alice")
    walked: list[tuple[str, str]] = []
    here: str | None = path
    while here:
        page = read(await alice.get(here))
        rows = " ".join(node.attributes["id"] or "" for node in page.css("main article[id], main tr[id]"))
        walked.append((here, rows))
        link = page.css_first(".pages a[rel=next]")
        here = link.attributes["href"] if link else None
    assert len(walked) >= (2 if path == "/modlog" else 4) or path.startswith("/search")
    assert len({rows for _, rows in walked}) == len(walked)
    for before, (here, _) in zip(walked[-2::-1], walked[:0:-1], strict=True):
        link = read(await alice.get(here)).css_first(".pages a[rel=prev]")
        assert link is not None, here
        page = read(await alice.get(link.attributes["href"]))
        rows = " ".join(node.attributes["id"] or "" for node in page.css("main article[id], main tr[id]"))
        assert rows == before[1]
    assert read(await alice.get(path)).css_first(".pages a[rel=prev]") is None
