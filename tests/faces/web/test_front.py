"""The front page, a community's page and what one saved."""

from typing import Any

import pytest

from folkmoot.model.time import HOUR, MINUTE, FixedClock
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.faces.web.conftest import read
from tests.faces.web.reading import HOSTILE, change, write_comment, write_post


def titles(page: Any) -> list[str]:
    return [node.text(strip=True) for node in page.css("article.p h2 a:first-child")]


# --- refusals and nonsense -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["sort=Nonsense", "scope=x", "kind=x", "sort[]=1", "sort=%ff", "after="])
async def test_choices_that_do_not_exist_are_as_if_not_made(browser: Any, cast: Cast, query: str) -> None:
    assert (await (await browser()).get(f"/?{query}")).status_code == 200


@pytest.mark.parametrize("query", ["after=x", "after=P999999", "kind=comments&after=P1", "after=P1&after=Pz"])
async def test_a_cursor_that_leads_nowhere_is_refused(browser: Any, cast: Cast, query: str) -> None:
    assert (await (await browser()).get(f"/?{query}")).status_code == 400


@pytest.mark.parametrize(
    "name", ["nothing", "gardening@nowhere.example", "baking", "%ff", "a%00b", "@", "!" * 300]
)
async def test_there_is_no_such_community(browser: Any, cast: Cast, name: str) -> None:
    assert (await (await browser()).get(f"/c/{name}")).status_code == 404


async def test_visitors_of_a_private_site_see_nothing__R_11(browser: Any, db: Database, cast: Cast) -> None:
    await change(db, "UPDATE local_site SET private_instance = :yes", ("site", 0), yes=True)
    visitor = await browser()
    for path in ("/", "/c/gardening", "/u/alice"):
        response = await visitor.get(path)
        assert (response.status_code, response.headers["location"][:6]) == (303, "/login")
    assert (await (await browser("alice")).get("/")).status_code == 200


async def test_what_one_saved_needs_an_account(browser: Any, cast: Cast) -> None:
    response = await (await browser()).get("/saved")
    assert response.status_code == 303
    assert response.headers["location"] == "/login?next=%2Fsaved"


# --- rows ----------------------------------------------------------------------------------------------------------


async def test_no_row_is_missing_where_the_shelf_is_too_small(browser: Any, db: Database, cast: Cast) -> None:
    for title in ("One", "Two", "Three"):
        await write_post(db, cast.alice, cast.gardening.id, title)
    reader = await browser("alice")
    await reader.get("/?scope=all&sort=new")
    db.memory["pieces"].posts.limit = 1
    await write_post(db, cast.alice, cast.gardening.id, "Four")
    for _ in range(3):
        page = read(await reader.get("/?scope=all&sort=new"))
        assert titles(page) == ["Four", "Three", "Two", "One"]


async def test_a_row_as_the_interface_promises(
    browser: Any, db: Database, cast: Cast, clock: FixedClock
) -> None:
    post = await write_post(
        db, cast.carol, cast.baking.id, "Sour *dough*", url="https://www.bread.example/1", body="First line.\n\nSecond.",
        ap_id="https://there.example/post/1", language_id=37,
    )  # fmt: skip
    await write_comment(db, cast.alice, post, "Nice.")
    await change(
        db, "UPDATE post SET upvotes = 1234, score = 1230, thumbnail_url = 'https://pics.example/a.jpg', locked = :yes WHERE id = :id",
        yes=True, id=post.id,
    )  # fmt: skip
    clock.advance(5 * HOUR)
    page = read(await (await browser()).get("/?scope=all"))
    row = page.css_first("ol.ps > li > article.p")
    assert row.attributes["id"] == f"p{post.id}"
    assert row.css_first(".v .sc").text() == "score 1.2k"
    link = row.css_first("h2 a")
    assert (link.attributes["href"], link.attributes["rel"], link.attributes["lang"]) == (
        "https://www.bread.example/1",
        "nofollow",
        "en",
    )
    assert link.inner_html == "Sour <em>dough</em>"
    assert row.css_first(".h").attributes["href"] == "/search?host=bread.example"
    assert row.css_first("p.x").text().startswith("First line.")
    assert row.css_first(".m .tag").text() == "locked"
    assert (
        row.css_first(".m .u").html
        == '<a class="u" href="/u/carol@there.example">carol<small>@there.example</small></a>'
    )
    assert row.css_first(".m .k").text() == "!baking@there.example"
    assert row.css_first(".m a[rel=bookmark]").attributes["href"] == f"/post/{post.id}"
    assert row.css_first(".m time").text() == "5 hours ago"
    assert row.css_first(f".m a[href='/post/{post.id}#comments']").text() == "1 comment"
    picture = row.css_first("a.th img")
    assert (picture.attributes["src"], picture.attributes["width"]) == ("https://pics.example/a.jpg", "72")
    assert row.css_first("button") is None


async def test_members_vote_save_and_see_what_is_new(
    browser: Any, db: Database, cast: Cast, clock: FixedClock
) -> None:
    post = await write_post(db, cast.bob, cast.gardening.id, "Slugs again")
    alice = await browser("alice")
    await alice.get(f"/post/{post.id}")
    await write_comment(db, cast.bob, post, "Beer.")
    row = read(await alice.get("/?scope=all")).css_first("article.p")
    assert "read" in row.attributes["class"]
    assert [button.attributes["value"] for button in row.css(".v button")] == ["1", "-1"]
    assert row.css_first(".v button.up").attributes["formaction"] == f"/post/{post.id}/vote"
    assert row.css_first("a[href$='#comments']").text() == "1 comment (1 new)"
    bob = read(await (await browser("bob")).get("/?scope=all")).css_first("article.p .up")
    assert (bob.attributes["aria-pressed"], bob.attributes["value"]) == ("true", "0")


async def test_no_down_button_where_the_site_has_no_downvotes(browser: Any, db: Database, cast: Cast) -> None:
    await write_post(db, cast.bob, cast.gardening.id, "Slugs")
    await change(db, "UPDATE local_site SET enable_downvotes = :no", ("site", 0), no=False)
    page = read(await (await browser("alice")).get("/?scope=all"))
    assert page.css_first("button.up") is not None
    assert page.css_first("button.dn") is None


async def test_hostile_names_and_titles_stay_text(browser: Any, db: Database, cast: Cast) -> None:
    await write_post(
        db, cast.alice, cast.gardening.id, HOSTILE, body=HOSTILE, url='https://x.example/?a="><script>'
    )
    await change(
        db,
        "UPDATE person SET name = :name, display_name = :name WHERE id = :id",
        name=HOSTILE,
        id=cast.alice.id,
    )
    await change(
        db,
        "UPDATE community SET title = :name, description_html = '' WHERE id = :id",
        name=HOSTILE,
        id=cast.gardening.id,
    )
    visitor = await browser()
    for path in ("/?scope=all", "/c/gardening"):
        response = await visitor.get(path)
        page = read(response)
        assert all("src" in (script.attributes or {}) for script in page.css("script"))
        assert page.css_first("[onmouseover]") is None
        assert "49" not in page.css_first("article.p h2").text()
        assert page.css_first("article.p h2 a").text().startswith("</script>")
        assert page.css_first("article.p h2 a").attributes["href"].startswith("https://x.example/")


async def test_nsfw_pictures_wait_for_who_wants_them(browser: Any, db: Database, cast: Cast) -> None:
    post = await write_post(db, cast.bob, cast.gardening.id, "Charcoal", nsfw=True)
    await change(
        db, "UPDATE post SET thumbnail_url = 'https://pics.example/a.jpg' WHERE id = :id", id=post.id
    )
    await change(db, "UPDATE local_user SET show_nsfw = :yes", yes=True)
    row = read(await (await browser("alice")).get("/?scope=all")).css_first("article.p")
    assert row.css_first(".m .ban").text() == "NSFW"
    assert row.css_first(".th") is None
    await change(db, "UPDATE local_user SET blur_nsfw = :no", no=False)
    assert read(await (await browser("bob")).get("/?scope=all")).css_first(".th") is not None


# --- pages ---------------------------------------------------------------------------------------------------------


async def test_pages_follow_each_other(browser: Any, db: Database, cast: Cast, clock: FixedClock) -> None:
    for number in range(23):
        clock.advance(MINUTE)
        await write_post(db, cast.bob, cast.gardening.id, f"Post number {number}")
    visitor = await browser()
    first = read(await visitor.get("/?scope=all&sort=New"))
    assert titles(first) == [f"Post number {number}" for number in range(22, 2, -1)]
    following = first.css_first("a[rel=next]").attributes["href"]
    assert following.startswith("/?scope=all&sort=New&after=P")
    second = read(await visitor.get(following))
    assert titles(second) == [f"Post number {number}" for number in range(2, -1, -1)]
    assert second.css_first("a[rel=next]") is None


async def test_scopes_orders_and_kinds_are_addresses(browser: Any, db: Database, cast: Cast) -> None:
    post = await write_post(db, cast.bob, cast.gardening.id, "Slugs")
    await write_comment(db, cast.alice, post, "Beer.")
    visitor = await browser()
    page = read(await visitor.get("/"))
    assert [link.text() for link in page.css("nav.tabs [aria-current]")] == ["Local", "Posts", "Active"]
    assert page.css_first("a[href='/?scope=subscribed']") is None
    member = read(await (await browser("alice")).get("/?scope=moderating"))
    assert member.css_first("[aria-current]").text() == "Moderating"
    assert "Nothing to moderate" in member.css_first(".empty").text()
    comments = read(await visitor.get("/?kind=comments&scope=all"))
    row = comments.css_first("ul.rows > li")
    assert row.css_first(".m a").text() == "Slugs"
    assert row.css_first("article.c details div").text(strip=True) == "Beer."
    top = read(await visitor.get("/?sort=TopWeek"))
    assert top.css_first("details.menu summary").text() == "Top of the week"


async def test_empty_lists_say_how_to_begin(browser: Any, cast: Cast) -> None:
    member = await browser("alice")
    assert (
        read(await member.get("/?scope=subscribed")).css_first(".empty a.button").attributes["href"]
        == "/communities"
    )
    assert (
        read(await member.get("/c/gardening"))
        .css_first(".empty a.button")
        .attributes["href"]
        .startswith("/submit")
    )
    elsewhere = read(await (await browser()).get("/c/baking@there.example"))
    assert elsewhere.css_first(".empty a.button").attributes["href"] == "https://there.example/c/baking"


async def test_a_community_without_its_own_name_in_each_row(browser: Any, db: Database, cast: Cast) -> None:
    await write_post(db, cast.bob, cast.gardening.id, "Slugs")
    page = read(await (await browser("alice")).get("/c/gardening"))
    assert page.css_first("h1").text() == "Gardening"
    assert page.css_first("article.p .k") is None
    assert page.css_first("aside .card").text()
    follow = page.css_first(".head button")
    assert (follow.attributes["formaction"], follow.attributes["name"], follow.attributes["value"]) == (
        "/c/gardening/follow",
        "on",
        "1",
    )
    assert page.css_first("link[rel=canonical]").attributes["href"] == "https://here.example/c/gardening"
    assert page.css_first("link[rel=alternate]").attributes["href"] == "/feeds/c/gardening.atom"


async def test_other_servers_communities_point_home(browser: Any, cast: Cast) -> None:
    page = read(await (await browser()).get("/c/Baking@THERE.example"))
    assert page.css_first("link[rel=canonical]").attributes["href"] == "https://there.example/c/baking"
    assert page.css_first("meta[name=robots]").attributes["content"] == "noindex"


async def test_saved_posts_and_comments(browser: Any, db: Database, cast: Cast) -> None:
    post = await write_post(db, cast.bob, cast.gardening.id, "Slugs")
    comment = await write_comment(db, cast.bob, post, "Beer.")
    await change(
        db,
        "INSERT INTO post_saved (person_id, post_id, published) VALUES (:p, :i, 0)",
        p=cast.alice.id,
        i=post.id,
    )
    await change(
        db, "INSERT INTO comment_saved (person_id, comment_id, post_id, published) VALUES (:p, :i, :post, 0)",
        p=cast.alice.id, i=comment.id, post=post.id,
    )  # fmt: skip
    alice = await browser("alice")
    assert titles(read(await alice.get("/saved"))) == ["Slugs"]
    saved = read(await alice.get("/saved?kind=comments")).css_first("article.c button[formaction$='/save']")
    assert (saved.attributes["aria-pressed"], saved.text()) == ("true", "saved")
