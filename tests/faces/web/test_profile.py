"""A person's page."""

from typing import Any

import pytest

from folkmoot.model.time import MINUTE, FixedClock
from folkmoot.store import moves
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.faces.web.conftest import read
from tests.faces.web.reading import HOSTILE, change, write_comment, write_post


@pytest.mark.parametrize("name", ["nobody", "carol", "alice@nowhere.example", "%ff", "a%00b", "@", "x" * 300])
async def test_there_is_no_such_person(browser: Any, cast: Cast, name: str) -> None:
    assert (await (await browser()).get(f"/u/{name}")).status_code == 404


async def test_deleted_people_are_there_for_admins__Q_4(browser: Any, db: Database, cast: Cast) -> None:
    await change(
        db,
        "UPDATE person SET deleted = :yes WHERE id = :id",
        ("person", cast.alice.id),
        yes=True,
        id=cast.alice.id,
    )
    assert (await (await browser("bob")).get("/u/alice")).status_code == 404
    page = read(await (await browser("admin")).get("/u/alice"))
    assert page.css_first("h1 .tag").text() == "account deleted"


@pytest.mark.parametrize("query", ["view=x", "view=saved", "sort=x", "sort=Hot", "page=9"])
async def test_choices_that_do_not_exist_are_as_if_not_made(browser: Any, cast: Cast, query: str) -> None:
    page = read(await (await browser("bob")).get(f"/u/alice?{query}"))
    assert page.css_first("nav.tabs [aria-current]").text() == "Overview"


async def test_posts_and_comments_newest_first(
    browser: Any, db: Database, cast: Cast, clock: FixedClock
) -> None:
    post = await write_post(db, cast.alice, cast.gardening.id, "Slugs")
    clock.advance(MINUTE)
    await write_comment(db, cast.alice, post, "Beer.")
    page = read(await (await browser()).get("/u/alice"))
    assert [row.css_first("article").attributes["id"] for row in page.css("ul.rows > li")] == [
        "c1",
        f"p{post.id}",
    ]
    assert page.css_first("article.p .u") is None
    assert page.css_first("article.p .k") is not None
    assert page.css_first("h1").text() == "alice"
    assert page.css_first(".head .dim").text() == "alice@here.example"
    posts = read(await (await browser()).get("/u/alice?view=posts"))
    assert len(posts.css("ol.ps article.p")) == 1
    comments = read(await (await browser()).get("/u/alice?view=comments&sort=Old"))
    assert comments.css_first("ul.rows .m a").text() == "Slugs"
    assert comments.css_first("article.c b.op") is not None


async def test_what_one_can_do_with_somebody_depends(browser: Any, cast: Cast) -> None:
    visitor = read(await (await browser()).get("/u/alice"))
    assert visitor.css_first(".head .buttons").text(strip=True) == ""
    own = read(await (await browser("alice")).get("/u/alice"))
    assert own.css_first(".head .button").attributes["href"] == "/settings"
    assert [tab.text() for tab in own.css("nav.tabs")[0].css("a")] == [
        "Overview",
        "Posts",
        "Comments",
        "Saved",
    ]
    other = read(await (await browser("bob")).get("/u/alice"))
    assert other.css_first("button[formaction='/u/alice/block']").attributes["value"] == "1"
    assert other.css_first("a[href='/u/alice/ban']") is None
    admin = read(await (await browser("admin")).get("/u/alice"))
    assert admin.css_first("a[href='/u/alice/ban']") is not None
    remote = read(await (await browser()).get("/u/carol@there.example"))
    assert remote.css_first("a[rel~=external]").attributes["href"] == "https://there.example/u/carol"
    assert remote.css_first("link[rel=canonical]").attributes["href"] == "https://there.example/u/carol"


async def test_ones_own_saved_things(browser: Any, db: Database, cast: Cast) -> None:
    post = await write_post(db, cast.bob, cast.gardening.id, "Slugs")
    await change(
        db,
        "INSERT INTO post_saved (person_id, post_id, published) VALUES (:p, :i, 0)",
        p=cast.alice.id,
        i=post.id,
    )
    alice = await browser("alice")
    assert read(await alice.get("/u/alice?view=saved")).css_first("article.p") is not None
    assert read(await alice.get("/u/alice?view=saved&kind=comments")).css_first(".empty") is not None


async def test_hostile_profiles_stay_text(browser: Any, db: Database, cast: Cast) -> None:
    await change(
        db,
        "UPDATE person SET display_name = :n, matrix_user_id = :n, avatar = :n WHERE id = :id",
        n=HOSTILE,
        id=cast.alice.id,
    )
    page = read(await (await browser()).get("/u/alice"))
    assert page.css_first("h1").text() == HOSTILE
    assert page.css_first("[onmouseover]") is None
    assert all("src" in (script.attributes or {}) for script in page.css("script"))


async def test_where_somebody_went_is_said__MOV_1(browser: Any, db: Database, cast: Cast) -> None:
    assert cast.carol.person is not None
    async with db.write() as tx:
        await moves.set_moved(tx, cast.carol.id, "https://new.example/u/carol")
    path = "/u/carol@there.example"
    link = read(await (await browser()).get(path)).css_first(".note a")
    assert (link.attributes["href"], link.text()) == ("https://new.example/u/carol",) * 2
    async with db.write() as tx:
        await moves.set_moved(tx, cast.carol.id, cast.alice.person.ap_id if cast.alice.person else "")
    assert read(await (await browser()).get(path)).css_first(".note a").text() == "alice@here.example"
