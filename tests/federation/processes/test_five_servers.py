"""Five servers play a real discussion with each other: each of its people on a server of their own, votes from everywhere; and all
five show the same. Then it is moderated, deleted from and voted on while servers are killed and started again.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from itertools import cycle, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.federation.processes.servers import Person, Server, free_port, running, settles
from tests.needs import shared

pytestmark = [pytest.mark.federation, pytest.mark.slow]

HOME_OF = {"lemmy.world": "world", "lemmy.ml": "red", "lemm.ee": "estonia", "sopuli.xyz": "sopuli"}
ENGLISH = 37
VOTERS = 26
"""Enough people for the most voted comment; author included."""
SOON = 3.0
"""Seconds after the last vote within which all five have to show the same."""
ATTEMPTS = 3
"""How often that is tried: something else may have the machine for a moment, but not each time."""


class Said(NamedTuple):
    """A comment as a reader of one server sees it."""

    author: str
    depth: int
    content: str
    upvotes: int
    downvotes: int
    language: int
    edited: bool
    gone: bool


class Discussion:
    """The recorded discussion, and the addresses that its parts got when it was played."""

    def __init__(self) -> None:
        lines = shared("seed/thread.jsonl").read_text().splitlines()
        records = [json.loads(line) for line in lines]
        self.post: dict[str, Any] = next(each for each in records if each["type"] == "post")
        self.comments: list[dict[str, Any]] = [each for each in records if each["type"] == "comment"]
        self.addresses: dict[str, str] = {}

    def author(self, servers: dict[str, Server], record: dict[str, Any]) -> Person:
        """Who wrote this, on their own server."""
        name, host = record["creator"].split("@")
        return servers[HOME_OF[host]].people[name]

    def expected(self, servers: dict[str, Server]) -> list[Said]:
        """What a reader has to see, level by level in order of score."""
        below: dict[str | None, list[dict[str, Any]]] = {}
        for record in self.comments:
            below.setdefault(record["parent"], []).append(record)
        said: list[Said] = []

        def walk(parent: str | None, depth: int) -> None:
            for each in sorted(below.get(parent, ()), key=lambda one: one["downvotes"] - one["upvotes"]):
                said.append(
                    Said(
                        self.author(servers, each).handle,
                        depth,
                        each["content"],
                        each["upvotes"],
                        each["downvotes"],
                        ENGLISH,
                        "updated" in each,
                        gone=False,
                    )
                )
                walk(each["id"], depth + 1)

        walk(None, 1)
        return said


async def seen_by(reader: Person, post: str) -> list[Said]:
    """The thread as somebody sees it, in the order of a page sorted by Top."""
    number = await reader.id_of("post", post)
    found = await reader.get("/comment/list", post_id=number, sort="Top", type_="All", max_depth=8)
    by_id = {view["comment"]["id"]: view for view in found["comments"]}
    below: dict[int, list[Any]] = {}
    for view in by_id.values():
        below.setdefault(int(view["comment"]["path"].split(".")[-2]), []).append(view)
    said: list[Said] = []

    def walk(parent: int, depth: int) -> None:
        for view in sorted(below.get(parent, ()), key=lambda one: -one["counts"]["score"]):
            comment, counts, creator = view["comment"], view["counts"], view["creator"]
            handle = f"{creator['name']}@{creator['actor_id'].split('/')[2]}"
            said.append(
                Said(
                    handle,
                    depth,
                    comment["content"],
                    counts["upvotes"],
                    counts["downvotes"],
                    comment["language_id"],
                    "updated" in comment,
                    comment["deleted"] or comment["removed"],
                )
            )
            walk(comment["id"], depth + 1)

    walk(0, 1)
    return said


@pytest.fixture
async def servers(tmp_path: Path) -> AsyncIterator[dict[str, Server]]:
    """Five servers with their people: the authors at home, voters spread over all five."""
    port = free_port()
    names = ("world", "red", "estonia", "sopuli", "reader")
    hosts = {name: f"127.0.7.{number}:{port}" for number, name in enumerate(names, start=1)}
    async with running(tmp_path, hosts) as found:
        discussion = Discussion()
        authors = {record["creator"] for record in [discussion.post, *discussion.comments]}
        for name, host in (each.split("@") for each in sorted(authors)):
            await found[HOME_OF[host]].welcome(name)
        spread = cycle(found.values())
        for number in range(VOTERS):
            await next(spread).welcome(f"voter{number}")
        yield found


async def everybody_follows(servers: dict[str, Server], community: str) -> None:
    """One person of each server subscribes, which is what makes a server take part."""
    await asyncio.gather(*(server.people["admin"].follow(community) for server in servers.values()))


async def play(servers: dict[str, Server]) -> Discussion:
    """Everybody writes what they wrote."""
    discussion = Discussion()
    world = servers["world"]
    poster = discussion.author(servers, discussion.post)
    made = await world.people["admin"].post("/community", name="world", title="World News")
    community = f"!world@{world.host}"
    await everybody_follows(servers, community)
    number = made["community_view"]["community"]["id"]
    record = discussion.post
    said = await poster.post(
        "/post",
        community_id=number,
        name=record["name"],
        url=record["url"],
        body=record["body"],
        language_id=ENGLISH,
    )
    discussion.addresses["post"] = said["post_view"]["post"]["ap_id"]
    for each in discussion.comments:
        author = discussion.author(servers, each)
        parent = discussion.addresses[each["parent"]] if each["parent"] else None
        discussion.addresses[each["id"]] = await author.comment(
            discussion.addresses["post"], each["content"], parent, ENGLISH
        )
    for each in discussion.comments:
        if "updated" in each:
            author = discussion.author(servers, each)
            number = await author.id_of("comment", discussion.addresses[each["id"]])
            await author.put("/comment", comment_id=number, content=each["content"])
    return discussion


async def vote(servers: dict[str, Server], discussion: Discussion, *, back: bool = False) -> None:
    """Cast every vote of the record, or take them all `back`; the author's own is there already."""
    voters = [
        person
        for server in servers.values()
        for person in server.people.values()
        if person.name[:5] == "voter"
    ]
    casts: dict[Person, list[tuple[str, int]]] = {}
    for each in discussion.comments:
        values = [1] * (each["upvotes"] - 1) + [-1] * each["downvotes"]
        # A comment whose every upvote is its author's may have only downvotes left to cast.
        for person, value in zip(voters, values, strict=False):
            casts.setdefault(person, []).append((discussion.addresses[each["id"]], value))

    async def cast_all(person: Person) -> None:
        for address, value in casts.get(person, ()):
            await person.vote("comment", address, 0 if back else value)

    await asyncio.gather(*(cast_all(person) for person in voters))


async def differences(server: Server, discussion: Discussion, expected: list[Said]) -> list[Any]:
    """Where a reader of this server sees something else."""
    seen = await seen_by(server.people["admin"], discussion.addresses["post"])
    return [pair for pair in zip_longest(seen, expected) if pair[0] != pair[1]]


async def all_show(servers: dict[str, Server], discussion: Discussion, expected: list[Said]) -> float:
    """Wait until a reader of every server sees exactly this; how long that took."""
    began = time.monotonic()
    await asyncio.gather(
        *(
            settles(
                lambda server=server: differences(server, discussion, expected),  # type: ignore[misc]
                lambda found: not found,
                f"what {server.name} shows, and what it should",
            )
            for server in servers.values()
        )
    )
    return time.monotonic() - began


async def test_a_real_discussion_looks_the_same_on_all_five(servers: dict[str, Server]) -> None:
    discussion = await play(servers)
    expected = discussion.expected(servers)
    took: list[float] = []
    while not took or (took[-1] > SOON and len(took) < ATTEMPTS):
        if took:
            await vote(servers, discussion, back=True)
        await vote(servers, discussion)
        took.append(await all_show(servers, discussion, expected))
        print(f"all five showed the same {took[-1]:.2f} s after the last vote")  # noqa: T201 - a figure for whoever runs this
    assert took[-1] <= SOON, took


async def test_moderation_deletion_and_ban_reach_all_five_though_servers_die(
    servers: dict[str, Server],
) -> None:
    discussion = await play(servers)
    expected = [each._replace(upvotes=1, downvotes=0) for each in discussion.expected(servers)]
    # Nobody voted: all comments of a level have one point, so they stand in the order in which they came.
    by_text = {each.content: each for each in expected}
    world, red, estonia, sopuli, reader = servers.values()

    async def texts(server: Server) -> dict[str, Said]:
        seen = await seen_by(server.people["admin"], discussion.addresses["post"])
        return {each.author: each for each in seen}

    for server in servers.values():
        await settles(
            lambda server=server: texts(server), lambda seen: len(seen) == len(by_text), server.name
        )

    # A member of another server becomes moderator, and removes a comment of a third server while a fourth is dead.
    community = f"!world@{world.host}"
    admin, mod = world.people["admin"], sopuli.people["hydroptic"]
    number = (await admin.find(community))["community"]["community"]["id"]
    person = (await admin.find(f"@{mod.handle}"))["person"]["person"]["id"]
    await admin.post("/community/mod", community_id=number, person_id=person, added=True)
    theirs = (await mod.find(community))["community"]["community"]["id"]

    async def moderators() -> list[str]:
        found = await mod.get("/community", id=theirs)
        return [each["moderator"]["name"] for each in found["moderators"]]

    await settles(moderators, lambda names: mod.name in names, "the new moderator is known at home")
    await estonia.kill()
    removed = await mod.id_of("comment", discussion.addresses["c1"])
    await mod.post("/comment/remove", comment_id=removed, removed=True, reason="rude")
    rude = discussion.author(servers, discussion.comments[0]).handle
    for server in (world, red, reader, sopuli):
        await settles(
            lambda server=server: texts(server),
            lambda seen: seen[rude].gone,
            f"{server.name} hides what was removed",
        )

    # An author deletes, and a server is killed right behind it.
    author = discussion.author(servers, discussion.comments[2])
    own = await author.id_of("comment", discussion.addresses["c3"])
    await author.post("/comment/delete", comment_id=own, deleted=True)
    await world.kill()
    await asyncio.gather(world.start(), estonia.start())
    for server in servers.values():
        await settles(
            lambda server=server: texts(server),
            lambda seen: seen[rude].gone and seen[author.handle].gone,
            f"{server.name} has caught up",
        )

    # Somebody is banned from the community with all they wrote there; elsewhere they stay who they are.
    target = discussion.author(servers, discussion.comments[3])
    at_home = (await mod.find(f"@{target.handle}"))["person"]["person"]["id"]
    await mod.post(
        "/community/ban_user",
        community_id=theirs,
        person_id=at_home,
        ban=True,
        remove_data=True,
        reason="enough",
    )
    for server in servers.values():
        await settles(
            lambda server=server: texts(server),
            lambda seen: seen[target.handle].gone,
            f"{server.name} hides what the banned one wrote",
        )


async def test_servers_that_share_an_address_are_told_apart_by_their_ports(tmp_path: Path) -> None:
    hosts = {name: f"127.0.0.1:{free_port()}" for name in ("here", "there")}
    async with running(tmp_path, hosts) as servers:
        here, there = servers["here"].people["admin"], servers["there"].people["admin"]
        made = await here.post("/community", name="garden", title="Garden")
        await there.follow(f"!garden@{here.server.host}")
        number = made["community_view"]["community"]["id"]
        said = await here.post("/post", community_id=number, name="What grows in the shade?")
        post = said["post_view"]["post"]["ap_id"]
        await there.comment(post, "Ferns do.", None, ENGLISH)
        seen = await settles(lambda: seen_by(here, post), lambda found: len(found) == 1, "the answer is here")
        assert (seen[0].author, seen[0].content) == (f"admin@{there.server.host}", "Ferns do.")
