"""Private communities as pages and answers: a walk along every reading route, and how people are let in."""

import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from folkmoot.api.own.routes import ROUTES as OWN
from folkmoot.api.v3.routes import ROUTES as V3
from folkmoot.core.communities.edit import EditCommunity, edit_community
from folkmoot.core.communities.follow import follow_community
from folkmoot.core.posts.lock import lock_post
from folkmoot.core.search.index import index_due
from folkmoot.model.enums import Visibility
from folkmoot.store import communities
from folkmoot.store.db import Database
from folkmoot.web.routes import ROUTES
from tests.cast import Cast
from tests.core.stories import write_comment, write_post
from tests.faces.web.conftest import read

SECRETS = ("Zaubertrank", "Rührlöffel", "truffles.example", "Kesselwart")
"""Words of the title, a comment, the link and the log, which stand nowhere else."""
LINK = "https://truffles.example/oak"
VALUES: dict[str, Any] = {
    "id": 1, "post_id": 1, "comment_id": 1, "parent_id": 1, "community_id": 1, "person_id": 3, "creator_id": 3, "mod_person_id": 3,
    "other_person_id": 3, "name": "gardening", "community_name": "gardening", "username": "bob", "type_": "All", "sort": "New", "limit": 50,
    "q": "Zaubertrank", "max_depth": 8, "url": LINK, "since": 0, "after": 0,
}  # fmt: skip
QUERIES = (
    "", "?scope=all&sort=New", "?kind=comments&scope=all", "?q=Zaubertrank", "?q=R%C3%BChrl%C3%B6ffel&kind=comments",
    "?q=https%3A%2F%2Fhere.example%2Fpost%2F1", "?community=gardening", "?person=bob", f"?{urlencode({'url': LINK})}", "?from=1", "?crosspost=1",
)  # fmt: skip


@pytest.fixture
async def told(db: Database, cast: Cast) -> None:
    """bob has a private community with a post (1) and a comment (1), and a line of the log; alice, who is named there, waits. Another post
    of the same link is public."""
    async with db.write() as tx:
        await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, visibility=Visibility.PRIVATE))
        post = await write_post(tx, cast.bob, cast.gardening, "Zaubertrank", url=LINK, body="Zaubertrank")
        comment = await write_comment(tx, cast.bob, post, "Rührlöffel for @alice@here.example")
        await write_comment(tx, cast.bob, post, "Rührlöffel", comment)
        await lock_post(tx, cast.bob, post.id, locked=True, reason="Kesselwart")
        await follow_community(tx, cast.alice, cast.gardening.id)
    await index_due(db)


def _pages() -> Iterator[str]:
    """The address of every page that is read, about the private post, its comment, community and author."""
    values = {
        "name": ("gardening", "bob"),
        "form": ("xml", "atom"),
        "kind": ("c", "u"),
        "token": ("x",),
        "tag": ("1",),
    }
    for route in ROUTES:
        if "GET" not in (route.methods or ()):
            continue
        names = re.findall(r"{(\w+)[^}]*}", route.path)
        for chosen in product(*((("1", "2") if name.endswith("id") else values[name]) for name in names)):
            given = iter(chosen)
            path = re.sub(r"{\w+[^}]*}", lambda _, given=given: next(given), route.path)
            for query in QUERIES:
                yield path + query


def _calls() -> Iterator[str]:
    """The address of every call that reads, with each of its fields alone and with all of them."""
    for route in (*V3, *OWN):
        if route.method != "GET" or "{" in route.path:
            continue
        fields = [each.encode_name for each in msgspec.structs.fields(route.asks)] if route.asks else []
        known = {name: VALUES[name] for name in fields if name in VALUES}
        usual = {name: known[name] for name in ("type_", "q", "limit", "max_depth", "sort") if name in known}
        for asked in ({}, known, *({**usual, name: value} for name, value in known.items())):
            yield f"{route.path}?{urlencode(asked)}" if asked else route.path
    yield f"/api/v3/search?{urlencode({'q': 'Rührlöffel', 'type_': 'Comments'})}"
    yield f"/api/v3/resolve_object?{urlencode({'q': 'https://here.example/post/1'})}"


def _leaks(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


async def test_a_stranger_finds_nothing_on_any_page(browser: Callable[..., Any], told: None) -> None:
    for name in (None, "alice"):
        stranger = await browser(name)
        seen = 0
        for path in _pages():
            answer = await stranger.http.get(path)
            seen += answer.status_code == 200
            assert answer.status_code != 429, "nobody was stopped on the way"
            shown = answer.text
            for typed in ("Zaubertrank", "Rührlöffel", LINK):  # a form repeats what was looked for
                if urlencode({"q": typed})[2:] in path:
                    shown = shown.replace(typed, "").replace("truffles.example", "")
            assert not _leaks(shown), (name, path, _leaks(shown))
        assert seen > 100


async def test_a_stranger_finds_nothing_by_any_call(browser: Callable[..., Any], told: None) -> None:
    for name in (None, "alice"):
        stranger = await browser(name)
        token = stranger.http.cookies.get("jwt")
        headers = {"authorization": f"Bearer {token}"} if token else {}
        seen = 0
        for path in _calls():
            answer = await stranger.http.get(path, headers=headers)
            seen += answer.status_code == 200
            assert answer.status_code != 429, "nobody was stopped on the way"
            assert not _leaks(answer.text), (name, path, _leaks(answer.text))
        assert seen > 50


async def test_a_member_finds_it_on_the_same_ways(
    browser: Callable[..., Any], db: Database, cast: Cast, told: None
) -> None:
    """The walk goes where things are: with alice let in, it meets every secret."""
    bob = await browser("bob")
    answer = await bob.post("/c/gardening/members", {"let_in": str(cast.alice.id)})
    assert answer.status_code == 303
    alice = await browser("alice")
    met: set[str] = set()
    for path in ("/", "/post/1", "/modlog", "/u/bob", "/search?q=Zaubertrank"):
        found = _leaks((await alice.http.get(path)).text)
        assert found, path
        met |= set(found)
    assert met == set(SECRETS)


# --- letting people in ---------------------------------------------------------------------------------------------


async def test_who_moderates_nothing_does_not_see_who_asks(
    browser: Callable[..., Any], cast: Cast, told: None
) -> None:
    for name, status in ((None, 303), ("alice", 403)):
        stranger = await browser(name)
        assert (await stranger.get("/c/gardening/members")).status_code == status
        await stranger.post("/c/gardening/members", {"let_in": str(cast.alice.id)})
    assert (await (await browser("alice")).get("/post/1")).status_code == 404


async def test_nobody_can_be_let_in_without_a_name(browser: Callable[..., Any], told: None) -> None:
    assert (await (await browser("bob")).post("/c/gardening/members", {})).status_code == 404


async def test_a_visitor_is_told_how_to_get_in(browser: Callable[..., Any], told: None) -> None:
    page = read(await (await browser()).get("/c/gardening"))
    assert "Private: only members read what is in it." in page.body.text()
    assert "Log in and ask to join" in page.css_first(".empty").text()
    assert page.css_first("meta[name=robots]") is not None


async def test_asking_and_being_let_in_and_removed(
    browser: Callable[..., Any], cast: Cast, told: None
) -> None:
    alice, bob = await browser("alice"), await browser("bob")
    page = read(await alice.get("/c/gardening"))
    assert "You have asked to join" in page.css_first(".empty").text()
    assert page.css_first("button[formaction='/c/gardening/follow']").text() == "Asked to join"
    assert (await alice.post("/c/gardening/follow", {"on": "0"}, json=True)).json()["label"] == "Ask to join"
    assert (await alice.post("/c/gardening/follow", {"on": "1"}, json=True)).json()[
        "label"
    ] == "Asked to join"
    team = read(await bob.get("/c/gardening/members"))
    assert [node.text() for node in team.css("h1")] != []
    buttons = [node.text() for node in team.css(f"#m{cast.alice.id} button")]
    assert buttons == ["Let in", "Refuse"]
    await bob.post("/c/gardening/members", {"let_in": str(cast.alice.id)})
    assert (await alice.get("/post/1")).status_code == 200
    assert [node.text() for node in read(await bob.get("/c/gardening/members")).css("tbody button")] == [
        "Remove"
    ]
    await bob.post("/c/gardening/members", {"turn_away": str(cast.alice.id)})
    assert (await alice.get("/post/1")).status_code == 404


@pytest.mark.parametrize("readers", ["Unlisted", "Private", "LocalOnly", "Public", "Nonsense"])
async def test_the_form_says_who_reads(
    browser: Callable[..., Any], db: Database, cast: Cast, readers: str
) -> None:
    bob = await browser("bob")
    await bob.post("/c/gardening/edit", {"title": "Gardening", "visibility": readers})
    async with db.read() as tx:
        kept = await communities.by_id(tx, cast.gardening.id)
    assert kept is not None
    assert kept.visibility == (readers if readers != "Nonsense" else "Public")
    checked = read(await bob.get("/c/gardening/edit")).css_first("input[name=visibility][checked]")
    assert checked.attributes["value"] == kept.visibility


async def test_apps_know_two_words_and_do_not_change_what_they_do_not_know(
    browser: Callable[..., Any], db: Database, cast: Cast
) -> None:
    bob = await browser("bob")
    headers = {"authorization": f"Bearer {bob.http.cookies.get('jwt')}"}
    for kept, shown in ((Visibility.PRIVATE, "LocalOnly"), (Visibility.UNLISTED, "Public")):
        async with db.write() as tx:
            await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, visibility=kept))
        answer = await bob.http.get("/api/v3/community?name=gardening", headers=headers)
        assert answer.json()["community_view"]["community"]["visibility"] == shown
        asked = {"community_id": cast.gardening.id, "title": "Gardens", "visibility": shown}
        assert (await bob.http.put("/api/v3/community", json=asked, headers=headers)).status_code == 200
        async with db.read() as tx:
            stored = await communities.by_id(tx, cast.gardening.id)
        assert stored is not None
        assert (stored.title, stored.visibility) == ("Gardens", kept)
