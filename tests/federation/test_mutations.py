"""Recorded activities with something wrong put in the place of any of their members, rightly signed, into the inbox: nothing breaks, nobody
is asked without end, and every page can still be shown (case 47, section 17)."""

import copy
import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from multidict import CIMultiDict
from yarl import URL

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.model.time import MINUTE
from tests.federation.conftest import Found
from tests.federation.dialects import OURS, Play, stage
from tests.federation.network import Request
from tests.federation.peer import PUBLIC, Members, Peer
from tests.needs import shared

ROUNDS = 100
MOST_ASKED = 60
"""Requests that one activity may cause here, far below what the budget allows."""
FOLDERS = (
    "lemmy", "lemmy-0.19", "lemmy-1.0", "piefed", "mbin", "mastodon", "friendica", "peertube", "nodebb", "pleroma", "misskey", "gotosocial",
    "wordpress", "lotide", "kroeg", "discourse", "generic",
)  # fmt: skip
DROPPED = object()
WRONG: tuple[Any, ...] = (
    DROPPED, None, True, 0, -1, 1e308, 2**63, -(2**70), 1.5, "", " ", "\t\n", "x" * 3000, "\u202e\u2066evil\u0007", "\u00b2", [], {}, [[]],
    [None], [{}], [1, 2], {"id": None}, {"id": 5}, {"id": {"id": "https://x.example/1"}}, {"type": []}, {"type": ["Like", "Create"]},
    {"type": "Tombstone"}, {"type": "Link", "href": 5}, {"type": "Image", "url": [{"type": "Link", "href": {}}]}, "https://", "https:///x",
    "https://[::1", "https://127.0.0.1/x", "https://a.example/post/1", "https://a.example/u/alice", OURS, "https://a.example/",
    "https://u:p@there.example/x", "https://there.example:8443/x", "https://\u0430\u0440\u0440.example/x", "javascript:alert(1)", "did:key:z", PUBLIC,
    [PUBLIC] * 500, [f"https://x{number}.example/u/y" for number in range(300)], "2026-13-45T99:99:99Z", "9999-12-31T23:59:59+14:00",
    "0001-01-01T00:00:00Z", "<script>alert(1)</script><img src=x onerror=alert(1)>", {"@value": "x"}, {"en": {"x": 1}},
    {"type": "Collection", "totalItems": -5, "items": []}, {"type": "OrderedCollection", "orderedItems": [{"type": "Like"}] * 200},
    [{"type": "Mention", "href": 5, "name": []}, {"type": "Emoji", "icon": 7}, 7, None, []], {"identifier": 5}, {"content": 5},
    ["Create", "Like"], ["Note", "Frobnicate"], {"content": "# <b>x</b> ![a](javascript:x)", "mediaType": "text/markdown"},
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a document."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, inner in members:
        yield (*path, name)
        yield from places(inner, (*path, name))


def put(document: Members, path: tuple[Any, ...], value: Any) -> None:
    """Something else in that place, or nothing."""
    inner: Any = document
    for name in path[:-1]:
        inner = inner[name]
    if value is DROPPED:
        del inner[path[-1]]
    else:
        inner[path[-1]] = copy.deepcopy(value)


class Storm:
    """One activity after the other, the same for the same seed."""

    def __init__(self, play: Play, seed: int) -> None:
        self.play = play
        self.luck = random.Random(seed)
        root = shared("federation/fixtures")
        self.files = [
            file
            for folder in FOLDERS
            for part in ("activities", "objects")
            for file in sorted((root / folder / part).glob("*.json"))
        ]

    def activity(self, number: int) -> Members | None:
        """A recording of our community, things of ours in it, and up to three members wrong."""
        text = self.luck.choice(self.files).read_text(encoding="utf-8").replace("http://", "https://")
        text = re.sub(r"(https://[a-z0-9.-]+):\d+", r"\1", text)
        text = re.sub(r'https://[a-z0-9.-]+/[cm]/[A-Za-z_0-9]+(?=")', OURS, text)
        text = re.sub(
            r'https://[a-z0-9.-]+/post/\d+(?=")',
            "https://a.example/post/1",
            text,
            count=self.luck.randint(0, 2),
        )
        document = json.loads(text)
        if "actor" not in document or "object" not in document:
            document = {
                "type": self.luck.choice(["Create", "Update", "Announce"]),
                "actor": document.get("attributedTo"),
                "object": document,
            }
        actor = document["actor"]
        if (
            not isinstance(actor, str)
            or not re.fullmatch(r"https://[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]+(/[!-~]*)?", actor)
            or "a.example/" in actor
        ):
            actor = document["actor"] = "https://mod.example/u/mod"
        document["id"] = f"https://{actor.split('/')[2]}/act/{number}"
        where = [path for path in places(document) if path not in (("id",), ("actor",))]
        for _ in range(self.luck.choice([0, 1, 1, 1, 2, 3])):
            try:
                put(document, self.luck.choice(where), self.luck.choice(WRONG))
            except (KeyError, IndexError, TypeError):
                continue  # that place went with another
        return document


@pytest.mark.parametrize("seed", [1, 2])
async def test_wrong_members_break_nothing__case_47__ABU_13__INB_13(
    servers: Found, peer: Callable[[str], Peer], seed: int
) -> None:
    play = await stage(servers, peer, OURS, {})
    await play.begin("https://mod.example/u/mod")
    a, mod = play.a, play.peer("https://mod.example/")
    assert (
        await mod.tells(a, mod.activity("Follow", mod.actors["https://mod.example/u/mod"], OURS))
        == "accepted"
    )
    async with a.writing() as tx:
        await create_post(tx, play.bob, CreatePost(1, "Ours", body="Words"))
        await create_comment(tx, play.bob, CreateComment(1, "Mine"))
    storm, answers = Storm(play, seed), set()
    for number in range(ROUNDS):
        activity = storm.activity(number)
        assert activity is not None
        asked = len(a.network.asked)
        sender = play.actor(activity["actor"], "Person")
        answers.add((await play.peer(activity["actor"]).send(a, activity, sender)).status)
        await a.settle()
        assert len(a.network.asked) - asked < MOST_ASKED, activity
        if number % 40 == 0:
            a.clock.advance(20 * MINUTE)
    a.clock.advance(20 * MINUTE)
    await a.settle()
    assert answers <= {202, 400, 401}
    assert await a.rows("SELECT ap_id, detail FROM received WHERE reason = 'internal_error'") == []
    assert await a.rows("SELECT name, payload, last_error FROM job WHERE attempts > 0") == [], (
        "no job broke either"
    )
    assert await a.value("SELECT count(*) FROM received WHERE state = 'accepted'") > ROUNDS / 5
    posts = [row[0] for row in await a.rows("SELECT id FROM post ORDER BY id")]
    paths = [
        path
        for post in posts
        for path in (f"/post/{post}", f"/api/v3/comment/list?post_id={post}", f"/feeds/post/{post}.atom")
    ]
    for path in ("/", "/c/main", "/api/v3/post/list?type_=All", "/modlog", *paths):
        request = Request(
            "visitor.example",
            "GET",
            URL(f"https://a.example{path}", encoded=True),
            CIMultiDict({"Accept": "text/html"}),
            b"",
        )
        answer = await a._answer(request)
        assert answer.status in (200, 400, 404), (path, answer.status)
        assert b"onerror=alert(1)>" not in answer.body and b"<script>alert(1)" not in answer.body, path
