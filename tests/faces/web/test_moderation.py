"""What moderators and admins do, as pages: remove, lock, pin, ban, delete for good; the log; the second line of actions."""

from collections.abc import Callable
from typing import Any

import pytest

from folkmoot.core.communities.edit import EditCommunity, edit_community
from folkmoot.model.comments import Comment
from folkmoot.model.posts import Post
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.core.moderation import stories
from tests.faces.web.conftest import read


@pytest.fixture
async def thread(db: Database, cast: Cast) -> tuple[Post, Comment, Comment]:
    """alice's post, carol's comment, alice's answer."""
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening, "Tomatoes & beans")
        first = await stories.comment(tx, cast.carol, post, "Water **them**.")
        second = await stories.comment(tx, cast.alice, post, "Thanks", first)
    return post, first, second


def words(response: Any) -> list[str]:
    """What the second line offers."""
    return [node.text() for node in read(response).css("p.a > *")]


async def test_visitors_are_offered_little(browser: Callable[..., Any], thread: Any) -> None:
    post, comment, _ = thread
    visitor = await browser()
    assert words(await visitor.get(f"/post/{post.id}/more")) == ["source"]
    assert words(await visitor.get(f"/comment/{comment.id}/more")) == ["context", "source", "original"]


async def test_members_are_offered_what_they_may(browser: Callable[..., Any], thread: Any) -> None:
    post, comment, answer = thread
    alice = await browser("alice")
    assert words(await alice.get(f"/post/{post.id}/more")) == [
        "source", "edit", "delete", "cross-post", "hide", "mark unread",
    ]  # fmt: skip
    assert words(await alice.get(f"/comment/{answer.id}/more")) == ["context", "source", "edit", "delete"]
    assert words(await alice.get(f"/comment/{comment.id}/more")) == [
        "context", "source", "original", "report", "block carol@there.example", "block !gardening@here.example",
    ]  # fmt: skip


async def test_moderators_and_admins_are_offered_more(browser: Callable[..., Any], thread: Any) -> None:
    post, comment, _ = thread
    bob = words(await (await browser("bob")).get(f"/post/{post.id}/more"))
    assert bob[:7] == [
        "remove",
        "lock",
        "NSFW",
        "pin to the community",
        "moderation so far",
        "warn",
        "ban from !gardening",
    ]
    admin = words(await (await browser("admin")).get(f"/comment/{comment.id}/more"))
    assert admin[:7] == [
        "remove", "lock", "moderation so far", "delete for good", "warn", "ban from !gardening", "ban from the site",
    ]  # fmt: skip


async def test_the_second_line_comes_as_a_fragment(browser: Callable[..., Any], thread: Any) -> None:
    post, comment, _ = thread
    bob = await browser("bob")
    for path in (f"/post/{post.id}/more", f"/comment/{comment.id}/more"):
        response = await bob.get(path, headers={"x-fragment": "1"})
        assert response.text.strip().startswith('<p class="a">')
        assert response.text.strip().endswith("</p>")


@pytest.mark.parametrize(
    "path", ["/post/999/more", "/comment/999/more", "/post/99999999999/more", "/post/0/lock"]
)
async def test_there_is_no_such_thing(browser: Callable[..., Any], cast: Cast, path: str) -> None:
    assert (await (await browser("bob")).get(path)).status_code == 404


async def test_what_is_removed_is_no_business_of_others(
    browser: Callable[..., Any], db: Database, thread: Any
) -> None:
    post, _, _ = thread
    bob = await browser("bob")
    await bob.post(f"/post/{post.id}/remove", {"reason": "off topic"})
    for name, status in ((None, 404), ("mallory", 404), ("alice", 200), ("bob", 200)):
        assert (await (await browser(name)).get(f"/post/{post.id}/more")).status_code == status
    assert "restore as moderator" in words(await bob.get(f"/post/{post.id}/more"))


async def test_members_do_not_get_the_form(browser: Callable[..., Any], thread: Any) -> None:
    post, comment, _ = thread
    alice = await browser("alice")
    for path in (f"/post/{post.id}/remove", f"/comment/{comment.id}/remove", f"/post/{post.id}/purge"):
        assert (await alice.get(path)).status_code == 403
        assert (await alice.post(path, {"reason": "x"})).status_code == 403
    assert (await alice.post(f"/post/{post.id}/lock")).status_code == 403
    assert (await alice.post(f"/post/{post.id}/feature", {"on": "1"})).status_code == 403
    assert (await alice.post(f"/comment/{comment.id}/distinguish", {"on": "1"})).status_code == 403


async def test_the_form_shows_what_is_to_go_and_offers_reasons(
    browser: Callable[..., Any], thread: Any
) -> None:
    post, comment, _ = thread
    bob = await browser("bob")
    page = read(await bob.get(f"/comment/{comment.id}/remove"))
    assert page.css_first("blockquote strong").text() == "them"
    assert page.css_first("form.f button").text() == "Remove the comment"
    assert "Spam" in [node.text() for node in page.css("select option")]
    page = read(await bob.get(f"/post/{post.id}/remove"))
    assert page.css_first("blockquote").text() == "Tomatoes & beans"
    fragment = await bob.get(f"/post/{post.id}/remove", headers={"x-fragment": "1"})
    assert fragment.text.strip().startswith("<form")
    assert (await bob.post(f"/post/{post.id}/remove", {"reason": "x" * 10_001})).status_code == 422


async def test_removing_and_restoring(browser: Callable[..., Any], db: Database, thread: Any) -> None:
    post, comment, _ = thread
    bob = await browser("bob")
    response = await bob.post(f"/comment/{comment.id}/remove", {"reason": "rule 2"})
    assert response.headers["location"] == f"/post/{post.id}#c{comment.id}"
    async with db.read() as tx:
        assert (await stories.comment_now(tx, comment)).removed
    answer = await bob.post(f"/comment/{comment.id}/remove", {"on": "0"}, json=True)
    assert answer.json() == {"on": False}


async def test_a_canned_reason_works_without_scripts(
    browser: Callable[..., Any], db: Database, thread: Any
) -> None:
    bob = await browser("bob")
    await bob.post(f"/comment/{thread[1].id}/remove", {"reason": "", "canned": "Spam"})
    await bob.post(f"/comment/{thread[2].id}/remove", {"reason": "rule 2", "canned": "Spam"})
    async with db.read() as tx:
        assert [line[3] for line in await stories.log(tx)] == ["Spam", "rule 2"]


async def test_moderators_mark_what_others_wrote__PERM_12(
    browser: Callable[..., Any], db: Database, cast: Cast, thread: Any
) -> None:
    post, _, _ = thread
    path = f"/post/{post.id}/mark"
    alice, bob = await browser("alice"), await browser("bob")
    assert (await alice.get(path)).status_code == 403
    assert (await alice.post(path, {"nsfw": "1"})).status_code == 403
    assert (await bob.post("/post/999/mark", {"nsfw": "1"})).status_code == 404
    async with db.write() as tx:
        await edit_community(
            tx, cast.bob, EditCommunity(cast.gardening.id, post_tags=("News", "Sick plants"))
        )
    assert "tags, NSFW" in words(await bob.get(f"/post/{post.id}/more"))
    form = read(await bob.get(path))
    assert form.css("form.f input[checked]") == []
    assert form.css_first("blockquote").text() == "Tomatoes & beans"
    answer = await bob.post(path, {"nsfw": "1", "tag": "sick-plants"})
    assert answer.headers["location"] == f"/post/{post.id}"
    form = read(await bob.get(path))
    assert [box.attributes["name"] for box in form.css("form.f input[checked]")] == ["tag", "nsfw"]
    shown = read(await bob.get(f"/post/{post.id}"))
    assert [badge.text() for badge in shown.css("article.post b.ban, article.post b.tag")] == [
        "NSFW",
        "Sick plants",
    ]
    await bob.post(path, {"tag": "invented"})
    assert read(await bob.get(path)).css("form.f input[checked]") == []


async def test_locking_and_pinning(browser: Callable[..., Any], db: Database, thread: Any) -> None:
    post, _, _ = thread
    bob, admin = await browser("bob"), await browser("admin")
    answer = await bob.post(f"/post/{post.id}/lock", json=True)
    assert answer.json() == {"on": True, "label": "unlock"}
    assert (await bob.post(f"/post/{post.id}/lock", {"on": "0"})).headers["location"] == f"/post/{post.id}"
    await bob.post(f"/post/{post.id}/feature", {"on": "1"})
    assert (await bob.post(f"/post/{post.id}/feature?where=site", {"on": "1"})).status_code == 403
    await admin.post(f"/post/{post.id}/feature?where=site", {"on": "1"})
    async with db.read() as tx:
        now = await stories.post_now(tx, post)
    assert (now.locked, now.featured_community, now.featured_local) == (False, True, True)
    answer = await admin.post(f"/post/{post.id}/feature", {"where": "site"}, json=True)
    assert answer.json() == {"on": False, "label": "pin to the site"}


async def test_speaking_as_a_moderator(
    browser: Callable[..., Any], db: Database, cast: Cast, thread: Any
) -> None:
    async with db.write() as tx:
        mine = await stories.comment(tx, cast.bob, thread[0], "Please stay on topic.")
    bob = await browser("bob")
    assert "speak as moderator" in words(await bob.get(f"/comment/{mine.id}/more"))
    answer = await bob.post(f"/comment/{mine.id}/distinguish", json=True)
    assert answer.json() == {"on": True, "label": "speak for yourself"}


async def test_purging_names_what_goes_along(browser: Callable[..., Any], thread: Any) -> None:
    post, comment, answer = thread
    admin = await browser("admin")
    for path, button in (
        (f"/post/{post.id}/purge", "Delete the post and 2 comments for good"),
        (f"/comment/{comment.id}/purge", "Delete the comment and 1 reply for good"),
        (f"/comment/{answer.id}/purge", "Delete the comment for good"),
        ("/c/gardening/purge", "Delete the community, 1 post and 2 comments for good"),
        ("/u/alice/purge", "Blank alice, 1 post and 1 comment for good"),
    ):
        page = read(await admin.get(path))
        assert page.css_first("form.f button").text() == button
        assert page.css_first(".note.bad")


async def test_purging(browser: Callable[..., Any], db: Database, thread: Any) -> None:
    post, comment, _ = thread
    admin = await browser("admin")
    response = await admin.post(f"/comment/{comment.id}/purge", {"reason": "illegal"})
    assert response.headers["location"] == f"/post/{post.id}"
    assert (await admin.post(f"/post/{post.id}/purge")).headers["location"] == "/c/gardening"
    assert (await admin.post("/u/alice/purge")).headers["location"] == "/u/alice"
    assert (await admin.post("/c/gardening/purge")).headers["location"] == "/communities"
    kinds = [node.text().strip() for node in read(await admin.get("/modlog")).css("tbody td:nth-child(3)")]
    assert kinds[0] == "deleted a community for good"
    async with db.read() as tx:
        assert await tx.value("SELECT count(*) FROM comment") == 0


async def test_banning_from_the_site(browser: Callable[..., Any], db: Database, thread: Any) -> None:
    bob, admin = await browser("bob"), await browser("admin")
    assert (await bob.get("/u/alice/ban")).status_code == 403
    assert (await bob.post("/u/alice/ban", {"reason": "x"})).status_code == 403
    page = read(await admin.get("/u/alice/ban"))
    assert [node.text() for node in page.css("form.f button")] == [
        "Ban alice", "Ban and remove 1 post and 1 comment",
    ]  # fmt: skip
    alice = await browser("alice")
    for days in ("-3", "soon", "2000000000"):  # never for good because of that
        assert (await admin.post("/u/alice/ban", {"days": days, "reason": "spam"})).status_code in (400, 422)
    assert (await admin.post("/u/alice/ban", {"days": "7", "reason": "spam"})).status_code == 303
    assert (await alice.get("/create_community")).status_code == 303
    assert "Lift the ban" in (await admin.get("/u/alice/ban")).text
    assert (await admin.post("/u/alice/ban", {"on": "0"})).status_code == 303
    assert (await admin.get("/u/nobody/ban")).status_code == 404


async def test_the_log_is_public_and_says_what_happened(browser: Callable[..., Any], thread: Any) -> None:
    post, comment, _ = thread
    bob = await browser("bob")
    await bob.post(f"/comment/{comment.id}/remove", {"reason": "rule <2>"})
    await bob.post(f"/post/{post.id}/lock", {"on": "1"})
    visitor = read(await (await browser()).get("/modlog"))
    cells = [[cell.text().strip() for cell in row.css("td")] for row in visitor.css("tbody tr")]
    assert cells[0][1] == "locked the post Tomatoes & beans in !gardening@here.example"
    assert cells[1][2] == "rule <2>"
    assert visitor.css_first("details .body strong").text() == "them"
    assert visitor.css_first("input[name=moderator]") is None
    named = read(await bob.get("/modlog?moderator=bob"))
    assert [node.text() for node in named.css("tbody td:nth-child(2) .u")] == ["bob@here.example"] * 2


async def test_filters_of_the_log_are_in_the_address(browser: Callable[..., Any], thread: Any) -> None:
    post, comment, _ = thread
    bob = await browser("bob")
    await bob.post(f"/comment/{comment.id}/remove", {"reason": "rule 2"})
    await bob.post(f"/post/{post.id}/lock", {"on": "1"})
    for query, count in (
        ("kind=lock_post", 1),
        ("kind=nonsense", 2),
        ("community=gardening", 2),
        ("community=baking@there.example", 0),
        ("person=carol@there.example", 1),
        (f"post={post.id}", 1),
        (f"comment={comment.id}", 1),
        ("post=999999999999", 2),
    ):
        assert len(read(await bob.get(f"/modlog?{query}")).css("tbody tr")) == count, query
    wrong = read(await bob.get("/modlog?person=nobody"))
    assert wrong.css_first("#e-person").text() == "There is no such person."
    assert (await bob.get("/modlog?after=nonsense")).status_code == 400


async def test_a_long_log_has_pages(browser: Callable[..., Any], thread: Any) -> None:
    post, _, _ = thread
    bob = await browser("bob")
    for number in range(56):
        await bob.post(f"/post/{post.id}/lock", {"on": str(1 - number % 2)})
    first = read(await bob.get("/modlog?kind=lock_post"))
    assert len(first.css("tbody tr")) == 50
    second = read(await bob.get(first.css_first("a[rel=next]").attributes["href"]))
    assert len(second.css("tbody tr")) == 6
    assert second.css_first("a[rel=prev]").attributes["href"] == "/modlog?kind=lock_post"


async def test_an_empty_log_says_whether_filters_made_it_so(browser: Callable[..., Any], cast: Cast) -> None:
    visitor = await browser()
    whole = read(await visitor.get("/modlog")).css_first(".empty")
    assert whole.text().split() == [
        "Nothing",
        "has",
        "happened",
        "yet",
        "What",
        "moderators",
        "and",
        "administrators",
        "do",
        "appears",
        "here.",
    ]
    narrowed = read(await visitor.get("/modlog?kind=ban")).css_first(".empty")
    assert narrowed.css_first("a").attributes["href"] == "/modlog"
