"""Feeds: refusals as F-3 wants them, RSS as F-2 wants it, Atom, and XML that parses whatever people wrote."""

from collections.abc import Awaitable, Callable
from typing import Any
from xml.etree import ElementTree

import pytest

from folkmoot.core.people.sessions import open_session
from folkmoot.store.db import Database
from tests import rows
from tests.cast import Cast
from tests.faces.web.conftest import read
from tests.faces.web.reading import change, write_comment, write_post

NAMES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
    "atom": "http://www.w3.org/2005/Atom",
}
Get = Callable[[str], Awaitable[Any]]


@pytest.fixture
def get(browser: Any) -> Get:
    async def ask(path: str) -> Any:
        return await (await browser()).get(path)

    return ask


def channel(response: Any) -> ElementTree.Element:
    found = ElementTree.fromstring(response.content).find("channel")
    assert found is not None
    return found


def text(element: ElementTree.Element, path: str) -> str:
    found = element.find(path, NAMES)
    assert found is not None, path
    return found.text or ""


async def token_of(db: Database, name: str) -> str:
    async with db.write() as tx:
        viewer = await rows.viewer(tx, name)
        assert viewer.account is not None
        return await open_session(tx, viewer.account)


# --- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/feeds/c/nothing.xml", "couldnt_find_community"),
        ("/feeds/u/nobody.atom", "couldnt_find_person"),
        ("/feeds/post/99.xml", "couldnt_find_post"),
        ("/feeds/all.xml?sort=Nonsense", "unknown_sort"),
        ("/feeds/all.xml?limit=51", "unknown_limit"),
        ("/feeds/all.xml?limit=x", "unknown_limit"),
        ("/feeds/local.xml?page=0", "unknown_page"),
        ("/feeds/front/not.a.token.xml", "not_logged_in"),
        ("/feeds/inbox/x.atom", "not_logged_in"),
        ("/feeds/x/gardening.xml", "unknown_kind"),
    ],
)
async def test_what_cannot_be_shown_is_unknown_with_a_message__F_3(
    get: Get, cast: Cast, path: str, message: str
) -> None:
    response = await get(path)
    assert (response.status_code, response.json()) == (400, {"error": "unknown", "message": message})


@pytest.mark.parametrize("path", ["/feeds/all.json", "/feeds/all", "/feeds/x.xml", "/feeds/c/gardening.pdf"])
async def test_there_are_no_other_kinds(get: Get, cast: Cast, path: str) -> None:
    assert (await get(path)).status_code == 404


async def test_private_sites_have_no_open_feeds__F_3(get: Get, db: Database, cast: Cast) -> None:
    await change(db, "UPDATE local_site SET private_instance = :yes", ("site", 0), yes=True)
    assert (await get("/feeds/all.xml")).json() == {"error": "instance_is_private"}
    assert (await get("/feeds/c/gardening.xml")).json() == {
        "error": "unknown",
        "message": "instance_is_private",
    }
    token = await token_of(db, "alice")
    assert (await get(f"/feeds/front/{token}.xml")).status_code == 200


async def test_local_only_communities_have_no_feed__F_3(get: Get, db: Database, cast: Cast) -> None:
    await change(db, "UPDATE community SET visibility = 'LocalOnly' WHERE id = :id", id=cast.gardening.id)
    assert (await get("/feeds/c/gardening.xml")).json()["message"] == "couldnt_find_community"


# --- what is in them -----------------------------------------------------------------------------------------------


async def test_a_post_in_rss__F_2(get: Get, db: Database, cast: Cast) -> None:
    post = await write_post(
        db, cast.carol, cast.gardening.id, "Slugs & snails", url="https://slugs.example/1?a=b&c=d", body="*What* helps?",
        ap_id="https://there.example/post/1",
    )  # fmt: skip
    await change(
        db,
        "UPDATE post SET url_content_type = 'text/html', thumbnail_url = 'https://pics.example/1.jpg' WHERE id = :id",
        id=post.id,
    )
    response = await get("/feeds/all.xml")
    assert response.headers["content-type"] == "application/rss+xml; charset=utf-8"
    assert response.headers["cache-control"] == "public, max-age=3600"
    found = channel(response)
    assert text(found, "title") == "Here - All"
    item = found.find("item")
    assert item is not None
    here = f"https://here.example/post/{post.id}"
    assert [text(item, name) for name in ("title", "link", "guid", "comments")] == [
        "Slugs & snails",
        here,
        here,
        here,
    ]
    assert text(item, "dc:creator") == "https://there.example/u/carol"
    assert text(item, "pubDate") == "Mon, 01 Jun 2026 12:00:00 GMT"
    category, enclosure, picture = (
        item.find(path, NAMES) for path in ("category", "enclosure", "media:content")
    )
    assert category is not None
    assert (category.text, category.attrib) == ("Gardening", {"domain": "https://here.example/c/gardening"})
    assert enclosure is not None
    assert enclosure.attrib == {"url": "https://slugs.example/1?a=b&c=d", "length": "0", "type": "text/html"}
    assert picture is not None
    assert picture.attrib["url"] == "https://pics.example/1.jpg"
    html = text(item, "description")
    assert 'submitted by <a href="https://there.example/u/carol">carol</a>' in html
    assert f'1 points | <a href="{here}">0 comments</a>' in html
    assert '<a href="https://slugs.example/1?a=b&amp;c=d">' in html
    assert "<em>What</em> helps?" in html


async def test_each_feed_has_its_name_and_things(get: Get, db: Database, cast: Cast) -> None:
    post = await write_post(db, cast.bob, cast.gardening.id, "Slugs")
    await write_post(db, cast.carol, cast.baking.id, "Bread", ap_id="https://there.example/post/1")
    await write_comment(db, cast.alice, post, "Beer.")
    await change(
        db,
        "INSERT INTO community_follow (person_id, community_id, published) VALUES (:p, :c, 0)",
        p=cast.bob.id,
        c=cast.baking.id,
    )
    token = await token_of(db, "bob")
    expected = {
        "/feeds/all.xml?sort=Old": ("Here - All", ["Slugs", "Bread"]),
        "/feeds/local.xml": ("Here - Local", ["Slugs"]),
        "/feeds/c/baking@there.example.xml": ("Here - baking", ["Bread"]),
        "/feeds/u/bob.xml": ("Here - bob", ["Slugs"]),
        "/feeds/u/carol@there.example.xml": ("Here - carol", ["Bread"]),
        f"/feeds/post/{post.id}.xml": ("Here - Slugs", ["alice on Slugs"]),
        f"/feeds/front/{token}.xml": ("Here - Subscribed", ["Bread"]),
        f"/feeds/inbox/{token}.xml": ("Here - Inbox", ["Reply from alice"]),
    }
    for path, (title, items) in expected.items():
        found = channel(await get(path))
        shown = [text(item, "title") for item in found.iter("item")]
        assert (text(found, "title"), sorted(shown)) == (title, sorted(items)), path
    inbox = channel(await get(f"/feeds/inbox/{token}.xml")).find("item")
    assert inbox is not None
    assert text(inbox, "link").startswith("https://here.example/comment/")


async def test_members_find_the_addresses_of_their_own(
    browser: Any, get: Get, db: Database, cast: Cast
) -> None:
    post = await write_post(db, cast.bob, cast.gardening.id, "Slugs")
    await write_comment(db, cast.alice, post, "Beer.")
    bob = await browser("bob")
    assert read(await bob.get("/inbox")).css_first("main a[href='/settings/feeds#own']")
    front, inbox = [
        link.attributes["href"] for link in read(await bob.get("/settings/feeds")).css("#own ~ ul a")
    ]
    for path, name in ((front, "Here - Subscribed"), (inbox, "Here - Inbox")):
        for form in ("atom", "xml"):
            answer = await get(path.replace(".atom", f".{form}"))
            assert (answer.status_code, name in answer.text) == (200, True), path
            assert answer.headers["cache-control"] == "private", "no cache between keeps it for others"
    assert "Beer." in (await get(inbox)).text
    key = inbox.removeprefix("/feeds/inbox/").removesuffix(".atom")
    refused = await get(f"/feeds/inbox/{key[:-1]}x.xml")
    assert (refused.status_code, refused.json()["message"]) == (400, "not_logged_in")


async def test_how_long_feeds_may_be_kept__F_1__T_13(get: Get, db: Database, cast: Cast) -> None:
    token = await token_of(db, "bob")
    for path, kept in (
        ("all.xml", "public, max-age=3600"),
        ("local.atom", "public, max-age=3600"),
        ("c/gardening.xml", "public, max-age=60"),
        (f"front/{token}.xml", "public, max-age=60"),
        ("u/nobody.xml", "public, max-age=60"),
    ):
        assert (await get(f"/feeds/{path}")).headers["cache-control"] == kept


async def test_scripts_of_other_sites_read_feeds__T_14(browser: Any, db: Database, cast: Cast) -> None:
    visitor = await browser()
    script = {"origin": "https://reader.example"}
    for path in ("all.xml", "all.xml", "c/gardening.atom", "u/nobody.xml", "x/gardening.xml"):
        answer = await visitor.get(f"/feeds/{path}", headers=script)
        assert answer.headers.get_list("access-control-allow-origin") == ["*"], path
    wish = {"access-control-request-method": "GET", "access-control-request-headers": "x-reader"}
    for path in ("all.xml", "front/some-key.xml"):
        allowed = await visitor.http.options(f"/feeds/{path}", headers=script | wish)
        assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, "*")
        assert allowed.headers["access-control-allow-headers"] == "x-reader"
        assert "GET" in allowed.headers["access-control-allow-methods"]
    assert "access-control-allow-origin" not in (await visitor.get("/", headers=script)).headers


async def test_an_inbox_in_rss__F_2(get: Get, db: Database, cast: Cast) -> None:
    post = await write_post(db, cast.bob, cast.gardening.id, "Slugs")
    await write_comment(db, cast.alice, post, "Beer, says [this](https://beer.example/).")
    gone = await write_comment(db, cast.alice, post, "Salt.")
    await change(db, "UPDATE comment SET deleted = :yes WHERE id = :id", yes=True, id=gone.id)
    taken = await write_comment(db, cast.alice, post, "Fire.")
    await change(db, "UPDATE comment SET removed = :yes WHERE id = :id", yes=True, id=taken.id)
    found = channel(await get(f"/feeds/inbox/{await token_of(db, 'bob')}.xml"))
    assert [text(found, name) for name in ("title", "link")] == ["Here - Inbox", "https://here.example/inbox"]
    removed, deleted, item = found.findall("item")
    assert text(item, "title") == "Reply from alice"
    assert text(item, "author") == '/u/alice <a href="https://here.example/u/alice">(link)</a>'
    assert (
        text(item, "description")
        == '<p>Beer, says <a href="https://beer.example/" rel="nofollow">this</a>.</p>'
    )
    assert (text(deleted, "description"), text(deleted, "link")) == (
        "",
        f"https://here.example/comment/{gone.id}",
    )
    assert text(removed, "description") == "<p>Fire.</p>"


async def test_html_in_rss_stands_alone__D_2(get: Get, db: Database, cast: Cast) -> None:
    await write_post(
        db,
        cast.bob,
        cast.gardening.id,
        "Slugs",
        body="Ask @alice@here.example and https://a.example/?b.",
    )
    html = text(channel(await get("/feeds/all.xml")), "item/description")
    assert html.endswith(
        '<p>Ask @alice@here.example and <a href="https://a.example/?b">a.example/?b</a>.</p>'
    )


async def test_atom(get: Get, db: Database, cast: Cast) -> None:
    post = await write_post(db, cast.bob, cast.gardening.id, "Slugs", body="Hm.")
    response = await get("/feeds/c/gardening.atom")
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    found = ElementTree.fromstring(response.content)
    assert [text(found, f"atom:{name}") for name in ("title", "id", "updated")] == [
        "Here - gardening", "https://here.example/feeds/c/gardening.atom", "2026-06-01T12:00:00Z",
    ]  # fmt: skip
    entry = found.find("atom:entry", NAMES)
    assert entry is not None
    assert text(entry, "atom:id") == f"https://here.example/post/{post.id}"
    assert text(entry, "atom:author/atom:name") == "bob@here.example"
    assert "<p" in text(entry, "atom:content")


async def test_whatever_people_write_is_well_formed(get: Get, db: Database, cast: Cast) -> None:
    title = ']]> & <b>"quoted"</b> ☃ 𝄞'
    await write_post(
        db,
        cast.bob,
        cast.gardening.id,
        title,
        body="]]>\n\n<script>&nbsp;</script>",
        url='https://x.example/?"<>&',
    )
    odd = "\x01\x0b\x1f\ufffe <i>"
    await change(db, "UPDATE community SET title = :t WHERE id = :id", t=odd, id=cast.gardening.id)
    await change(
        db,
        "UPDATE site SET description = :t WHERE instance_id = :id",
        ("site", 0),
        t=odd,
        id=cast.gardening.instance_id,
    )
    for form in ("xml", "atom"):
        response = await get(f"/feeds/all.{form}")
        ElementTree.fromstring(response.content)
    assert text(channel(await get("/feeds/all.xml")), "item/title") == title
