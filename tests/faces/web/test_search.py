"""The search page: words, addresses, handles, filters."""

from collections.abc import Callable
from typing import Any

import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.search.index import index_all
from folkmoot.store.db import Database
from tests.cast import HERE, ORIGIN, THERE, Cast
from tests.faces.web.conftest import read

Browsers = Callable[..., Any]


@pytest.fixture
async def discussion(db: Database, cast: Cast) -> tuple[int, int]:
    """alice posts about tomatoes, bob answers: their ids."""
    async with db.write() as tx:
        post = await create_post(
            tx,
            cast.alice,
            CreatePost(cast.gardening.id, "Tomatoes in June", url="https://www.seeds.example/tomato"),
        )
        made = await create_comment(tx, cast.bob, CreateComment(post.id, "The tomatoes are late"))
    await index_all(db)
    return post.id, made.comment.id


async def test_the_box_alone(browser: Browsers) -> None:
    answer = await (await browser()).get("/search")
    assert answer.status_code == 200
    assert read(answer).css_first("input[name=q]") is not None
    assert read(answer).css_first(".tabs") is None


@pytest.mark.parametrize(
    "asked",
    ["q=%00", "q=%ff%fe", "q=\"'<>&type=nonsense", "q=x&page=-1", "q=x&page=99999999999999999", "q=x&sort=Nope&scope=subscribed",
     "q=" + "long+" * 400, "q=http://[", "q=@@@", "q=!", "host=%22%3E", "q=a&title=1&type=people", "type=comments&host=x"],
)  # fmt: skip
async def test_whatever_is_typed_is_answered(browser: Browsers, asked: str) -> None:
    assert (await (await browser("alice")).get(f"/search?{asked}")).status_code == 200


async def test_words_find_posts_and_comments(browser: Browsers, discussion: tuple[int, int]) -> None:
    visitor = await browser()
    page = read(await visitor.get("/search?q=TOMATO"))
    assert page.css_first(f"#p{discussion[0]}") is not None
    page = read(await visitor.get("/search?q=tomato&type=comments"))
    assert page.css_first(f"#c{discussion[1]}") is not None
    assert page.css_first(".tabs [aria-current=page]").text() == "Comments"
    assert "Nothing found" in (await visitor.get("/search?q=potato")).text


async def test_communities_and_people_have_their_tabs(browser: Browsers) -> None:
    visitor = await browser()
    assert (
        read(await visitor.get("/search?q=garden&type=communities")).css_first("a.k[href='/c/gardening']")
        is not None
    )
    assert (
        read(await visitor.get("/search?q=caro&type=people")).css_first(f"a.u[href='/u/carol@{THERE}']")
        is not None
    )


@pytest.mark.parametrize(
    ("typed", "place"),
    [(f"!gardening@{HERE}", "/c/gardening"), (f"@carol@{THERE}", f"/u/carol@{THERE}"), (f"baking@{THERE}", f"/c/baking@{THERE}"),
     (f"{ORIGIN}/c/gardening", "/c/gardening"), ("!gardening", "/c/gardening")],
)  # fmt: skip
async def test_a_name_or_an_address_leads_to_the_thing(browser: Browsers, typed: str, place: str) -> None:
    answer = await (await browser()).get("/search", params={"q": typed})
    assert (answer.status_code, answer.headers["location"]) == (303, place)


async def test_an_unknown_name_is_said_to_be_unknown(browser: Browsers) -> None:
    answer = await (await browser()).get("/search", params={"q": "!nosuch@elsewhere.example"})
    assert answer.status_code == 200
    assert "known to this server" in read(answer).css_first(".note").text()


async def test_an_address_that_is_no_page_of_ours_finds_the_posts_that_link_there(
    browser: Browsers, discussion: tuple[int, int]
) -> None:
    page = read(await (await browser()).get("/search", params={"q": "https://www.seeds.example/tomato"}))
    assert page.css_first(f"#p{discussion[0]}") is not None


async def test_filters_are_part_of_the_address(browser: Browsers, discussion: tuple[int, int]) -> None:
    visitor = await browser()
    assert (
        read(await visitor.get("/search?q=tomato&community=gardening&person=alice")).css_first(
            f"#p{discussion[0]}"
        )
        is not None
    )
    assert read(await visitor.get("/search?q=tomato&person=bob")).css_first("article") is None
    assert read(await visitor.get("/search?host=seeds.example")).css_first(f"#p{discussion[0]}") is not None
    page = read(await visitor.get("/search?q=tomato&community=nosuch"))
    assert page.css_first("#e-community") is not None
    page = read(await visitor.get("/search?q=tomato&person=nobody"))
    assert page.css_first("#e-person") is not None


async def test_searching_has_its_rate(browser: Browsers, db: Database) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE local_site SET rate_search = 2, rate_search_seconds = 600")
        tx.changed("site")
    visitor = await browser()
    assert [(await visitor.get("/search?q=seeds")).status_code for _ in range(3)] == [200, 200, 429]
    assert (await visitor.get("/search")).status_code == 200
