"""Every document of the corpus goes through the inbox: no exception, no unbounded time, nobody asked who is not played (case 47)."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from folkmoot.apub.inbox.process import processor_of
from folkmoot.core.communities.follow import accept_follow, follow_community
from folkmoot.store import received
from folkmoot.store.received import Arrival
from tests.federation.conftest import Found
from tests.federation.network import Network
from tests.federation.peer import Peer
from tests.needs import shared


def corpus() -> list[Path]:
    """All of it; none where it is not here."""
    folder = shared("federation/fixtures")
    return sorted(path for path in folder.rglob("*.json") if path.parent.name != "fixtures")


def as_activity(document: Any, number: int) -> dict[str, Any] | None:
    """What the document says, as an activity that may arrive: what is no activity is wrapped into a Create by its author."""
    if not isinstance(document, dict):
        return None
    if document.get("actor") is not None and document.get("object") is not None:
        return document
    author = document.get("attributedTo", document.get("actor"))
    return {
        "id": f"https://wrapped.example/activity/{number}",
        "type": "Create",
        "actor": author,
        "to": document.get("to"),
        "cc": document.get("cc"),
        "object": document,
    }


@pytest.mark.parametrize("announced", [False, True], ids=["plain", "announced"])
async def test_every_file_ends_without_an_exception__case_47(
    servers: Found, network: Network, peer: Callable[[str], Peer], announced: bool
) -> None:
    paths = corpus()
    (a,) = await servers("a")
    if announced:  # by a community that is followed here, so that each is looked into
        group_there = peer("group.example").group("g")
        alice = await a.joins("alice")
        found = await a.resolves(alice, group_there.id)
        async with a.writing() as tx:
            await follow_community(tx, alice, found.id)
            await accept_follow(tx, found.id, alice.id)
        await a.settle()
        network.asked.clear()
    arrivals = []
    for number, path in enumerate(paths):
        activity = as_activity(json.loads(path.read_bytes()), number)
        if activity is None:
            continue
        if announced:
            group = "https://group.example/c/g"
            activity = {
                "id": f"https://group.example/announce/{number}",
                "type": "Announce",
                "actor": group,
                "object": [activity, activity.get("object")],
            }
        actor = activity.get("actor")
        actor = actor if isinstance(actor, str) else "https://wrapped.example/u/x"
        arrivals.append(
            Arrival(
                f"https://wrapped.example/{number}",
                "Create",
                actor,
                "wrapped.example",
                None,
                0,
                json.dumps(activity),
            )
        )
    async with a.writing() as tx:
        await received.put(tx, arrivals)
    await processor_of(a.context).drain()
    ended = Counter(dict(await a.rows("SELECT reason, count(*) FROM received GROUP BY reason")))
    assert "internal_error" not in ended, await a.rows(
        "SELECT detail FROM received WHERE reason = 'internal_error'"
    )
    assert await a.value("SELECT count(*) FROM received WHERE state = 'waiting'") == 0
    assert await a.value("SELECT count(*) FROM post") == 0, "nobody of them is here, nor can any be reached"
    if announced:
        assert ended["community_not_followed"] == 0
        assert ended["unreachable"] + ended["left_alone"] > 100, "what is missing was asked for"
    assert {request.host for request in network.asked}.isdisjoint(network.hosts), (
        "of nobody who is played, that is"
    )
