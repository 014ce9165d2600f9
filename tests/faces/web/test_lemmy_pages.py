"""Addresses that apps, bookmarks and old posts know from Lemmy's own web interface lead to the same pages here."""

from collections.abc import Callable
from typing import Any

import pytest

from folkmoot.store.db import Database
from tests.cast import Cast
from tests.core.site.stories import edit
from tests.faces.web.reading import write_comment, write_post

Browsers = Callable[..., Any]


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        ("/signup", "/register"),
        ("/login_reset", "/password_reset"),
        ("/registration_applications", "/admin/applications"),
        ("/create_post", "/submit"),
        ("/create_post?title=A+%26+B&url=https%3A%2F%2Fx.example%2F&body=&altText=a+slug",
         "/submit?title=A+%26+B&url=https%3A%2F%2Fx.example%2F&alt_text=a+slug"),
        ("/create_post?communityId=1", "/submit?community=gardening"),
        ("/modlog/1", "/modlog?community=gardening"),
        ("/post/3/7", "/comment/7"),
        ("/post/3/comment/7", "/comment/7"),
    ],
)  # fmt: skip
async def test_a_page_is_found_where_lemmy_has_it(
    browser: Browsers, cast: Cast, asked: str, leads_to: str
) -> None:
    assert cast.gardening.id == 1
    answer = await (await browser()).get(asked)
    assert (answer.status_code, answer.headers["location"]) == (303, leads_to)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("/?dataType=Comment&listingType=All&sort=New", "/?kind=comments&scope=all&sort=New"),
        ("/?dataType=Post&listingType=Local&sort=New", "/?scope=local&sort=New"),
        ("/c/gardening?dataType=Comment&sort=Old", "/c/gardening?kind=comments&sort=Old"),
        ("/communities?listingType=Local&sort=New", "/communities?scope=local&sort=New"),
        ("/u/alice?view=Comments&sort=New", "/u/alice?view=comments&sort=New"),
        ("/search?q=Comments&type=Comments&listingType=Local", "/search?q=Comments&type=comments&scope=local"),
        ("/search?q=alice&type=Users&listingType=All", "/search?q=alice&type=people"),
        ("/?dataType=Comment&kind=posts&listingType=nonsense", "/"),
    ],
)  # fmt: skip
async def test_a_list_shows_what_an_address_of_lemmy_asks_for(
    browser: Browsers, db: Database, cast: Cast, theirs: str, ours: str
) -> None:
    post = await write_post(db, cast.alice, cast.gardening.id, "Comments")
    await write_comment(db, cast.alice, post, "Comments of alice")
    visitor = await browser()
    shown, meant, plain = [
        _main(await visitor.get(address)) for address in (theirs, ours, theirs.partition("?")[0])
    ]
    assert shown == meant
    assert (shown == plain) == (ours == "/")


def _main(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.text.partition("<main")[2].partition("</main>")[0])


async def test_a_draft_arrives_in_the_form(browser: Browsers, cast: Cast) -> None:
    alice = await browser("alice")
    asked = f"/create_post?title=Slugs&url=https://x.example/&communityId={cast.gardening.id}"
    form = (await alice.get((await alice.get(asked)).headers["location"])).text
    assert all(text in form for text in ('value="Slugs"', 'value="https://x.example/"', 'value="gardening"'))


async def test_a_message_is_begun_with_whom_the_number_names(browser: Browsers, cast: Cast) -> None:
    answer = await (await browser("alice")).get(f"/create_private_message/{cast.bob.id}")
    assert answer.headers["location"] == "/messages/with/bob"


async def test_names_are_told_to_nobody_who_may_not_know_them(
    browser: Browsers, db: Database, cast: Cast
) -> None:
    visitor = await browser()
    for path in ("/modlog/99", "/create_post?communityId=99", "/create_private_message/99"):
        assert (await visitor.get(path)).status_code == 404
    async with db.write() as tx:
        await tx.run("UPDATE community SET visibility = 'LocalOnly' WHERE id = :c", c=cast.gardening.id)
        tx.changed("community", cast.gardening.id)
    assert (await visitor.get(f"/modlog/{cast.gardening.id}")).status_code == 404
    await edit(db, cast.admin, private_instance=True)
    person = await visitor.get(f"/create_private_message/{cast.bob.id}")
    assert "bob" not in person.headers.get("location", "")
