"""Communities as pages: the directory, founding, settings, moderators, bans."""

from collections.abc import Callable
from typing import Any

import pytest

from folkmoot.core.communities.ban import BanFromCommunity, ban_from_community
from folkmoot.model.tags import read_tags
from folkmoot.model.time import DAY, SECOND, FixedClock
from folkmoot.store import communities
from folkmoot.store.db import Database
from tests import rows
from tests.cast import THERE, Cast
from tests.core.moderation import stories
from tests.core.stories import write_post
from tests.faces.web.conftest import read


async def test_the_directory_names_every_community_in_full(browser: Callable[..., Any], cast: Cast) -> None:
    page = read(await (await browser()).get("/communities"))
    assert [node.text() for node in page.css("tbody .k")] == [
        "!baking@there.example",
        "!gardening@here.example",
    ]
    assert page.css_first("tbody button") is None
    assert page.css_first("h1").text() == "Communities"


@pytest.mark.parametrize(
    "query",
    [
        "q=garden",
        "q=garden&sort=New&scope=local",
        "q=garden&sort=nonsense&scope=nonsense&page=0",
        "q=garden&page=-1&nsfw=1",
    ],
)
async def test_choices_are_in_the_address(browser: Callable[..., Any], cast: Cast, query: str) -> None:
    page = read(await (await browser("alice")).get(f"/communities?{query}"))
    assert [node.text() for node in page.css("tbody .k")] == ["!gardening@here.example"]


@pytest.mark.parametrize("query", ["page=999999999999", "page=101", "q=%ff%00", "sort=%00"])
async def test_absurd_choices_are_no_failure(browser: Callable[..., Any], cast: Cast, query: str) -> None:
    assert (await (await browser()).get(f"/communities?{query}")).status_code == 200


async def test_empty_lists_say_what_could_be_there(browser: Callable[..., Any], cast: Cast) -> None:
    alice = await browser("alice")
    for query in ("q=nothing", "scope=subscribed", "scope=moderating"):
        assert read(await alice.get(f"/communities?{query}")).css_first(".empty strong")


async def test_a_long_directory_has_pages(browser: Callable[..., Any], db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for number in range(60):
            await rows.community(tx, f"place{number}", moderators=[])
    visitor = await browser()
    first = read(await visitor.get("/communities?sort=New"))
    assert len(first.css("tbody tr")) == 50
    second = read(await visitor.get(first.css_first("a[rel=next]").attributes["href"]))
    assert len(second.css("tbody tr")) == 12
    assert second.css_first("a[rel=prev]").attributes["href"] == "/communities?sort=New"


async def test_subscribing_answers_with_the_new_words(browser: Callable[..., Any], cast: Cast) -> None:
    alice = await browser("alice")
    answer = await alice.post("/c/gardening/follow", {"on": "1"}, json=True)
    assert answer.json() == {"on": True, "label": "Subscribed"}
    answer = await alice.post("/c/baking@there.example/follow", json=True)
    assert answer.json() == {"on": True, "label": "Asked to subscribe"}
    answer = await alice.post("/c/gardening/follow", json=True)
    assert answer.json() == {"on": False, "label": "Subscribe"}
    response = await alice.post("/c/gardening/follow", {"on": "1", "next": "/communities"})
    assert (response.status_code, response.headers["location"]) == (303, "/communities")
    page = read(await alice.get("/communities?scope=subscribed"))
    assert sorted(node.text() for node in page.css("tbody button")) == ["Asked to subscribe", "Subscribed"]


@pytest.mark.parametrize(("said", "here", "shown"), [(0, 126, "126"), (130, 126, "130")])
async def test_no_fewer_subscribers_are_shown_than_there_are_here(
    browser: Callable[..., Any], db: Database, cast: Cast, said: int, here: int, shown: str
) -> None:
    """A home elsewhere need not say how many there are."""
    async with db.write() as tx:
        await communities.update(tx, cast.baking.id, {"subscribers": said, "subscribers_local": here})
    visitor = await browser()
    card = read(await visitor.get("/c/baking@there.example")).css_first("dl.facts")
    assert card.css_first("dd").text() == shown
    row = read(await visitor.get("/communities?q=baking")).css_first("tbody tr")
    assert row.css_first("td.num").text() == shown
    found = read(await visitor.get("/search?q=baking&type=communities")).css_first("main")
    assert f"{shown} subscribers" in found.text()


async def test_visitors_subscribe_to_nothing(browser: Callable[..., Any], cast: Cast) -> None:
    assert (await (await browser()).post("/c/gardening/follow", {"on": "1"})).status_code == 401


@pytest.mark.parametrize(
    "path",
    ["/c/nothing/edit", "/c/gardening@nowhere/bans", "/c/%ff/edit", "/c/a b/moderators", "/c/@x/ban"],
)
async def test_unknown_communities_are_not_found(browser: Callable[..., Any], cast: Cast, path: str) -> None:
    assert (await (await browser("bob")).get(path)).status_code == 404


async def test_visitors_are_led_to_the_login(browser: Callable[..., Any], cast: Cast) -> None:
    response = await (await browser()).get("/create_community")
    assert (response.status_code, response.headers["location"]) == (303, "/login?next=%2Fcreate_community")


async def test_a_name_that_cannot_be_is_said_beside_the_field(
    browser: Callable[..., Any], cast: Cast
) -> None:
    alice = await browser("alice")
    typed = {"name": "no spaces please", "title": "Cycling", "description": "Ride", "nsfw": "1"}
    response = await alice.post("/create_community", typed)
    page = read(response)
    assert response.status_code == 422
    assert page.css_first("#e-name").text().startswith("A name has 3 to 20")
    assert page.css_first("input[name=name]").attributes["value"] == "no spaces please"
    assert page.css_first("textarea").text() == "Ride"
    assert "checked" in page.css_first("input[name=nsfw]").attributes


async def test_languages_are_offered_by_their_names_and_none_in_the_readers_words(
    browser: Callable[..., Any], cast: Cast
) -> None:
    alice = await browser("alice")
    alice.http.headers["accept-language"] = "de"
    options = read(await alice.get("/create_community")).css("#f-language option")
    assert [options[0].text(), *(one.text() for one in options if one.attributes["value"] == "37")] == [
        "Nicht angegeben",
        "English",
    ]


async def test_a_preview_changes_nothing(browser: Callable[..., Any], db: Database, cast: Cast) -> None:
    alice = await browser("alice")
    response = await alice.post(
        "/create_community", {"name": "cycling", "description": "Ride **on**", "preview": "1"}
    )
    assert read(response).css_first(".preview strong").text() == "on"
    async with db.read() as tx:
        assert await communities.by_name(tx, "cycling", None) is None


async def test_founding_a_community(browser: Callable[..., Any], db: Database, cast: Cast) -> None:
    alice = await browser("alice")
    typed = {"name": "cycling", "title": "Cycling", "visibility": "LocalOnly", "language": ["37", "32"]}
    response = await alice.post("/create_community", typed)
    assert (response.status_code, response.headers["location"]) == (303, "/c/cycling")
    async with db.read() as tx:
        made = await communities.by_name(tx, "cycling", None)
        assert made
        assert (made.title, made.visibility) == ("Cycling", "LocalOnly")
        assert await communities.languages(tx, made.id) == [32, 37]
        assert await tx.value(
            "SELECT public_key LIKE '-----BEGIN%' FROM community WHERE id = :id", id=made.id
        )


async def test_members_see_no_settings(browser: Callable[..., Any], cast: Cast) -> None:
    alice = await browser("alice")
    for page in ("edit", "moderators", "bans", "ban"):
        assert (await alice.get(f"/c/gardening/{page}")).status_code == 403
    assert (await alice.post("/c/gardening/edit", {"title": "Mine"})).status_code == 403


async def test_moderators_change_settings(browser: Callable[..., Any], db: Database, cast: Cast) -> None:
    bob = await browser("bob")
    page = read(await bob.get("/c/gardening/edit"))
    assert page.css_first("input[name=title]").attributes["value"] == "Gardening"
    assert [tab.text() for tab in page.css(".tabs a")] == ["!gardening", "Settings", "Moderators", "Bans"]
    assert page.css_first("button[formaction$='/delete']")
    assert page.css_first("button[formaction$='/hide']") is None
    response = await bob.post(
        "/c/gardening/edit", {"title": "Soil", "description": "# Rules", "post_tags": "News\r\n<b>Plants"}
    )
    assert response.headers["location"] == "/c/gardening/edit"
    refused = await bob.post("/c/gardening/edit", {"title": "x" * 300})
    assert refused.status_code == 422
    async with db.read() as tx:
        found = await communities.by_id(tx, cast.gardening.id)
    assert found
    assert (found.title, found.description) == ("Soil", "# Rules")
    assert [tag.title for tag in read_tags(found.post_tags)] == ["News", "<b>Plants"]
    page = read(await bob.get("/c/gardening/edit"))
    assert page.css_first("textarea[name=post_tags]").text().strip() == "News\n<b>Plants"
    await bob.post("/c/gardening/edit", {"title": "Soil"})
    page = read(await bob.get("/submit?community=gardening"))
    assert [box.attributes["value"] for box in page.css("input[name=tag]")] == ["news", "b-plants"]
    sent = {"community": "gardening", "name": "Snails everywhere", "tag": "b-plants"}
    response = await bob.post("/submit", sent)
    page = read(await bob.get(response.headers["location"]))
    assert [tag.text() for tag in page.css("article.post b.tag")] == ["<b>Plants"]
    page = read(await bob.get(f"{response.headers['location']}/edit"))
    assert [box.attributes["value"] for box in page.css("input[name=tag][checked]")] == ["b-plants"]
    page = read(await (await browser()).get("/c/gardening"))
    assert [tag.text() for tag in page.css("b.tag")] == ["<b>Plants"]


async def test_deleting_and_restoring_a_community(browser: Callable[..., Any], cast: Cast) -> None:
    bob = await browser("bob")
    response = await bob.post("/c/gardening/delete")
    page = read(await bob.get(response.headers["location"]))
    assert page.css_first(".note.mod").text().startswith("Deleted by its first moderator")
    assert page.css_first("form.f") is None
    alice = await browser("alice")
    assert (await alice.get("/c/gardening/edit")).status_code == 404
    assert (await bob.post("/c/gardening/restore")).headers["location"] == "/c/gardening"


async def test_admins_hide_remove_and_restore(browser: Callable[..., Any], cast: Cast) -> None:
    admin = await browser("admin")
    assert (await (await browser("bob")).get("/c/gardening/remove")).status_code == 403
    page = read(await admin.get("/c/gardening/remove"))
    assert page.css_first("button.main").text() == "Remove !gardening@here.example"
    assert (await admin.post("/c/gardening/remove", {"reason": "x" * 10_001})).status_code == 422
    assert (await admin.post("/c/gardening/remove", {"reason": "spam"})).status_code == 303
    assert (await admin.post("/c/gardening/hide", {"on": "1"})).status_code == 303
    notes = [node.text() for node in read(await admin.get("/c/gardening/edit")).css(".note.mod")]
    assert len(notes) == 2
    assert (await admin.post("/c/gardening/remove", {"on": "0"})).status_code == 303


async def test_moderators_are_appointed_by_name(browser: Callable[..., Any], cast: Cast) -> None:
    bob = await browser("bob")
    refused = await bob.post("/c/gardening/moderators", {"person": "nobody"})
    assert refused.status_code == 422
    assert read(refused).css_first("#e-person").text() == "There is no such person."
    assert (await bob.post("/c/gardening/moderators", {"person": "@carol@there.example"})).status_code == 303
    page = read(await bob.get("/c/gardening/moderators"))
    assert [node.text() for node in page.css("tbody .u")] == ["bob@here.example", "carol@there.example"]
    button = page.css_first("button[formaction$='/transfer']")
    assert (
        await bob.post("/c/gardening/transfer", {"person": button.attributes["value"]})
    ).status_code == 303
    assert (await bob.post("/c/gardening/transfer", {"person": "x"})).status_code == 404
    page = read(await bob.get("/c/gardening/moderators"))
    assert [node.text() for node in page.css("tbody .u")] == ["carol@there.example", "bob@here.example"]
    refused = await bob.post("/c/gardening/moderators", {"dismiss": str(cast.carol.id)})
    assert "ranks above you" in refused.text
    assert (await bob.post("/c/gardening/moderators", {"dismiss": str(cast.bob.id)})).status_code == 303


async def test_the_ban_form_names_the_consequences(
    browser: Callable[..., Any], db: Database, cast: Cast
) -> None:
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening)
        for number in range(2):
            await stories.comment(tx, cast.alice, post, f"number {number}")
    bob = await browser("bob")
    assert read(await bob.get("/c/gardening/ban")).css_first("input[name=person]")
    assert (await bob.get("/c/gardening/ban?person=nobody")).status_code == 404
    page = read(await bob.get("/c/gardening/ban?person=alice"))
    buttons = [node.text() for node in page.css("form.f button")]
    assert buttons == ["Ban alice", "Ban and remove 1 post and 2 comments"]
    refused = await bob.post("/c/gardening/ban", {"person": "alice", "reason": "x" * 10_001})
    assert refused.status_code == 422
    for days in ("-3", "soon", "2000000000"):
        assert (await bob.post("/c/gardening/ban", {"person": "alice", "days": days})).status_code in (
            400,
            422,
        )
    typed = {"person": "alice@here.example", "days": "3", "reason": "floods", "remove_data": "1"}
    assert (await bob.post("/c/gardening/ban", typed)).headers["location"] == "/c/gardening/bans"
    listed = read(await bob.get("/c/gardening/bans"))
    assert listed.css_first("tbody .u").text() == "alice@here.example"
    assert "in 3 days" in listed.css_first("tbody").text()
    lift = read(await bob.get("/c/gardening/ban?person=alice"))
    assert lift.css_first("form.f button.main").text() == "Lift the ban"
    await bob.post("/c/gardening/ban", {"person": "alice", "on": "0"})
    assert read(await bob.get("/c/gardening/bans")).css_first(".empty")


async def test_nobody_is_banned_upwards(browser: Callable[..., Any], cast: Cast) -> None:
    response = await (await browser("bob")).post("/c/gardening/ban", {"person": "admin"})
    assert response.status_code == 422
    assert "ranks above you" in response.text


@pytest.mark.parametrize(("days", "end"), [(3, "The ban ends in 3 days"), (None, "for good")])
async def test_who_is_banned_elsewhere_sees_until_when_and_why__PERM_7(
    browser: Callable[..., Any], db: Database, cast: Cast, days: int | None, end: str
) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.carol, cast.baking)
        until = tx.now // SECOND + days * DAY // SECOND if days else None
        asked = BanFromCommunity(cast.baking.id, cast.alice.id, True, until, "Too much <b>salt</b>")
        await ban_from_community(tx, cast.carol, asked)
    pages = (f"/c/baking@{THERE}", f"/post/{post.id}", f"/submit?community=!baking@{THERE}")
    alice, bob = await browser("alice"), await browser("bob")
    for path in pages:
        text = read(await alice.get(path)).css_first("main").text()
        for words in ("You are banned from this community", end, "Reason: Too much <b>salt</b>"):
            assert words in text, path
        assert "You are banned" not in (await bob.get(path)).text, path
    answer = await alice.post(f"/post/{post.id}/reply", {"content": "Salt!"})
    assert answer.status_code in (403, 422) and "You are banned from this community" in answer.text


async def test_what_a_member_looks_at_after_a_day_is_read_again__SND_12(
    browser: Callable[..., Any], db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE community SET last_refreshed = :now", now=tx.now)
    nobody, alice = await browser(), await browser("alice")
    look = "SELECT count(*) FROM job WHERE name = 'actors.look_again'"
    for who, later, expected in ((alice, 0, 0), (nobody, 2 * DAY, 0), (alice, 0, 1)):
        clock.advance(later)
        assert (await who.get("/c/baking@there.example")).status_code == 200
        async with db.read() as tx:
            assert await tx.value(look) == expected
