"""What a receiver should make of the recorded documents, asked of our database after each was announced (cases 31 to 34, 37, 40 to 43)."""

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

from yarl import URL

from folkmoot.core.communities.follow import accept_follow, follow_community
from tests.federation.conftest import Found
from tests.federation.dialects import OURS, Play, stage
from tests.federation.peer import Members, Peer
from tests.needs import shared

ELSEWHERE = "https://stage.example/c/stage"
"""Where comments lie whose root nobody recorded."""


def usable(text: str) -> str:
    """Addresses of test servers as a server in use has them."""
    text = re.sub(r"(https://[a-z0-9.-]+):\d+", r"\1", text.replace("http://", "https://"))
    return re.sub(r"https://([a-z0-9-]+)(?=[/\"])", r"https://\1.example", text)


def contained(document: Members, ident: str) -> Members | None:
    """The object of this id in a document."""
    if document.get("id") == ident and "attributedTo" in document:
        return document
    inner = document.get("object")
    return contained(inner, ident) if isinstance(inner, dict) else None


async def followed(play: Play, group: str) -> None:
    """A community is there and alice follows it, from the first time on that it is named."""
    if play.peer(group).actors.get(group) is None:
        name = re.sub(r"[^a-z0-9]", "", group.rpartition("/")[2].lower())[:20] + str(
            len(play.peer(group).actors)
        )
        play.actor(group, "Group", preferredUsername=name)
        found = await play.a.resolves(play.alice, group)
        async with play.a.writing() as tx:
            await follow_community(tx, play.alice, found.id)
            await accept_follow(tx, found.id, play.alice.id)


async def shown(play: Play, ident: str, like: dict[str, Any]) -> dict[str, Any]:
    """What our database has of a post or comment, in the words of the expectations."""
    if like["kind"] == "post":
        rows = await play.a.rows(
            "SELECT a.ap_id, c.ap_id, p.name, p.url, p.nsfw, l.code FROM post p JOIN person a ON a.id = p.creator_id"
            " JOIN community c ON c.id = p.community_id JOIN language l ON l.id = p.language_id WHERE p.ap_id = :ident",
            ident=ident,
        )
        names = ("author", "group", "title", "link", "nsfw", "language")
    else:
        rows = await play.a.rows(
            "SELECT a.ap_id, coalesce(above.ap_id, p.ap_id), l.code FROM comment c JOIN person a ON a.id = c.creator_id"
            " JOIN post p ON p.id = c.post_id JOIN language l ON l.id = c.language_id"
            " LEFT JOIN comment above ON c.path = above.path || '.' || c.id WHERE c.ap_id = :ident",
            ident=ident,
        )
        names = ("author", "parent", "language")
    if not rows:
        return {}
    found = dict(zip(names, rows[0], strict=True))
    return {name: bool(value) if name == "nsfw" else value for name, value in found.items() if name in like}


HIDDEN = {"discourse/objects/page.json", "lemmy-1.0/objects/page-private-constructed.json"}
"""Not for everybody, and so refused in a community that is (CMN-3)."""


async def test_what_is_expected_of_each_stands_in_the_database__cases_31_to_43(
    servers: Found, peer: Callable[[str], Peer]
) -> None:
    play = await stage(servers, peer, OURS, {})
    play.alice = await play.a.joins("alice")
    folder = shared("federation/fixtures")
    expected = json.loads(usable((folder / "expectations.json").read_text(encoding="utf-8")))["files"]
    whole = {
        name: like
        for name, like in expected.items()
        if like["kind"] in ("post", "comment")
        and like["id"]
        and like["author"]
        and (like["kind"] == "comment" or like.get("group"))
    }
    comments = {like["id"] for like in whole.values() if like["kind"] == "comment"}
    # Posts first, then what answers them, then what answers that: so that each finds what it answers.
    order = sorted(
        whole, key=lambda name: (whole[name]["kind"] == "comment", whole[name].get("parent") in comments)
    )
    told, wrong = [], {}
    for name in order:
        like = whole[name]
        document = contained(json.loads(usable((folder / name).read_text(encoding="utf-8"))), like["id"])
        if document is None or await shown(play, like["id"], like):
            continue  # recorded twice
        told.append(name)
        group, parent = like.get("group") or ELSEWHERE, like.get("parent")
        await followed(play, group)
        speaker = play.peer(group).actors[group]
        play.peer(like["id"]).documents[str(URL(like["id"]))] = document
        play.person(like["author"])
        known = "SELECT count(*) FROM (SELECT ap_id FROM post UNION SELECT ap_id FROM comment) known WHERE ap_id = :parent"
        if parent and not await play.a.value(known, parent=parent):
            above = play.peer(parent)
            root = above.page(play.person(f"{above.origin}/u/root"), group, id=parent)
            await play.says(play.peer(group).announce(speaker, root["id"]))
        verdict = await play.says(play.peer(group).announce(speaker, like["id"]))
        if name in HIDDEN:
            assert verdict == "not_public", name
            continue
        want = {
            key: like[key]
            for key in ("author", "group", "title", "link", "nsfw", "language", "parent")
            if key in like
        }
        if want.get("link"):
            want["link"] = unescape(want["link"])
        found = await shown(play, like["id"], like)
        if found != want:
            wrong[name] = (
                verdict,
                {key: (found.get(key), value) for key, value in want.items() if found.get(key) != value},
            )
    assert len(told) > 60
    assert not wrong, json.dumps(wrong, indent=1)
