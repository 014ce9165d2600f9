"""Case 91: `kill -9` at any moment loses nothing that was accepted, and doubles no effect (INB-8, -9, -10, DLV-1).

A server with two processes on one database is killed again and again, wholly or in part, while a neighbour's people write to it as fast as it
answers, and somebody of its own does. `FOLKMOOT_TEST_KILLS` says how often.
"""

import asyncio
import os
import random
import signal
from collections import Counter
from pathlib import Path

import httpx
import psutil
import pytest

from folkmoot.core.people import keys
from folkmoot.model.time import SystemClock
from folkmoot.store.db import Database
from folkmoot.store.engine import open_database
from folkmoot.store.recount import recount
from tests.federation.processes.neighbour import Crowd, Neighbour, inner_of, living_at
from tests.federation.processes.servers import IsBusy, Person, Server, free_port, running, settles

pytestmark = [pytest.mark.federation, pytest.mark.slow]

KILLS = int(os.environ.get("FOLKMOOT_TEST_KILLS") or 15)
SENDERS = 4
LONGEST_LIFE = 1.5
"""Seconds between two kills at the most; the beginning of a process is among the moments, too."""
SEED = 91


async def _children(server: Server) -> list[psutil.Process]:
    """The processes that serve, once there are any."""
    assert server.process is not None
    master = psutil.Process(server.process.pid)

    async def alive() -> list[psutil.Process]:
        return [child for child in master.children() if _is_alive(child)]

    return await settles(alive, lambda found: len(found) == 2, "two processes serve")


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


async def _kill(server: Server, chance: random.Random) -> str:
    """End one process, both, or the whole server; what it was."""
    kind = chance.choices(["one", "both", "all"], [4, 4, 2])[0]
    children = await _children(server)
    await asyncio.sleep(chance.uniform(0, LONGEST_LIFE))
    dying = [chance.choice(children)] if kind == "one" else children
    if kind == "all":
        await server.kill()  # its processes do not outlive it
    else:
        for child in dying:
            child.send_signal(signal.SIGKILL)
    await asyncio.to_thread(psutil.wait_procs, dying)
    if kind == "all":
        await server.start()
    return kind


class Local:
    """Somebody with an account on the server, who writes for as long as everybody does. An answer that did not come may have been either."""

    def __init__(self, person: Person, post_id: int) -> None:
        self.person, self.post_id = person, post_id
        self.confirmed: dict[str, str] = {}
        self.stopping = False

    async def write(self) -> None:
        number = 0
        while not self.stopping:
            number += 1
            text = f"{self.person.name} {number}"
            try:
                said = await self.person.post("/comment", post_id=self.post_id, content=text)
            except httpx.TransportError:
                continue
            except IsBusy:
                continue  # on PostgreSQL two who write waited for each other; nothing was done
            self.confirmed[said["comment_view"]["comment"]["ap_id"]] = text
            await asyncio.sleep(0.1)


async def _waiting(db: Database) -> tuple[int, ...]:
    """What is still to be done: arrivals, things to tell, activities to send, jobs."""
    async with db.read() as tx:
        row = await tx.first(
            "SELECT (SELECT count(*) FROM received WHERE state IN ('waiting', 'later')), (SELECT count(*) FROM outgoing),"
            " (SELECT count(*) FROM destination d WHERE d.cursor < (SELECT coalesce(max(id), 0) FROM sent_activity)),"
            " (SELECT count(*) FROM job WHERE failed IS NULL AND run_at <= :now)",
            now=tx.now,
        )
    assert row is not None
    return tuple(row)


async def _numbers(db: Database, sql: str) -> Counter[str]:
    async with db.read() as tx:
        return Counter({row[0]: row[1] for row in await tx.all(sql)})


async def test_nothing_is_lost_or_doubled_however_often_it_is_killed__case_91(tmp_path: Path) -> None:
    port, chance = free_port(), random.Random(SEED)
    pairs = [keys._generate() for _ in range(4)]
    async with (
        living_at(f"127.0.8.2:{port}", pairs) as neighbour,
        running(tmp_path, {"victim": f"127.0.8.1:{port}"}, FOLKMOOT_WORKERS="2") as servers,
    ):
        server = servers["victim"]
        admin = server.people["admin"]
        made = await admin.post("/community", name="garden", title="Garden")
        community = made["community_view"]["community"]
        said = await admin.post("/post", community_id=community["id"], name="What grows in the shade?")
        post = said["post_view"]["post"]
        things = [post["ap_id"]]
        for number in range(3):
            seed = await admin.post("/comment", post_id=post["id"], content=f"Number {number}.")
            things.append(seed["comment_view"]["comment"]["ap_id"])
        crowd = Crowd(
            neighbour,
            community["actor_id"],
            post["ap_id"],
            lambda activity: neighbour.insists(f"{server.origin}/inbox", activity),
            things,
        )
        first = neighbour.activity("Follow", neighbour.person("first"), community["actor_id"])
        await crowd.send(first)
        crowd.expected.followers.add(first["actor"])
        db = await open_database(server.database, SystemClock())
        try:
            await settles(lambda: _waiting(db), lambda found: not any(found), "the neighbour is let in")
            local = Local(await server.welcome("alice"), post["id"])
            busy = [asyncio.create_task(crowd.take_part(number)) for number in range(SENDERS)]
            busy.append(asyncio.create_task(local.write()))
            killed, caught = Counter[str](), 0
            for _ in range(KILLS):
                killed[await _kill(server, chance)] += 1
                caught += any((await _waiting(db))[:2])
                for task in busy:
                    if task.done():
                        task.result()
            crowd.stopping = local.stopping = True
            await asyncio.gather(*busy)
            await settles(lambda: _waiting(db), lambda found: not any(found), "all is done and sent")
            await _holds(db, neighbour, crowd, local)
            print(  # noqa: T201 - figures for whoever runs this
                f"{KILLS} kills {dict(killed)}, {caught} of them with arrivals that waited; {len(neighbour.accepted)} activities accepted in"
                f" {neighbour.tries} tries, {len(local.confirmed)} comments of our own, {sum(neighbour.took.values())} deliveries of"
                f" {len(neighbour.took)} activities"
            )
        finally:
            await db.close()


async def _holds(db: Database, neighbour: Neighbour, crowd: Crowd, local: Local) -> None:
    """Everything that was accepted had its effect, once."""
    expected = crowd.expected
    states = await _numbers(
        db, "SELECT ap_id, CASE WHEN state = 'accepted' AND reason IS NULL THEN 1 ELSE 0 END FROM received"
    )
    assert [ident for ident in neighbour.accepted if not states[ident]] == []
    async with db.read() as tx:
        stand = {
            row[0]: None if row[2] else row[1]
            for row in await tx.all("SELECT ap_id, content, deleted FROM comment")
        }
        votes = {
            (row[0], row[1]): row[2]
            for row in await tx.all(
                "SELECT p.ap_id, i.ap_id, v.value FROM (SELECT person_id, post_id AS id, value, 'p' AS kind FROM post_vote"
                " UNION ALL SELECT person_id, comment_id, value, 'c' FROM comment_vote) v JOIN person p ON p.id = v.person_id"
                " JOIN (SELECT id, ap_id, creator_id, 'p' AS kind FROM post UNION ALL SELECT id, ap_id, creator_id, 'c' FROM comment) i"
                " ON i.id = v.id AND i.kind = v.kind WHERE i.creator_id <> v.person_id"
            )
        }
        follows = {
            row[0]
            for row in await tx.all(
                "SELECT p.ap_id FROM community_follow f JOIN person p ON p.id = f.person_id WHERE NOT p.local AND NOT f.pending"
            )
        }
    theirs = {ident: text for ident, text in stand.items() if ident.startswith(neighbour.origin)}
    assert theirs == expected.texts
    assert votes == expected.votes
    assert follows == expected.followers
    assert {ident: stand.get(ident) for ident in local.confirmed} == local.confirmed
    assert await recount(db, repair=False) == []

    told = await _numbers(
        db,
        "SELECT c.ap_id, count(*) FROM comment_reply r JOIN comment c ON c.id = r.comment_id GROUP BY c.ap_id",
    )
    ours = {ident for ident in stand if ident not in theirs and ident not in crowd.things}
    assert set(told) >= {ident for ident, text in theirs.items() if text is not None} | ours
    assert set(told.values()) == {1}

    announced = neighbour.announced(crowd.community)
    passed_on = {ident for ident, said in neighbour.accepted.items() if said["type"] != "Follow"}
    assert passed_on <= set(announced), "what a community took it passed on"
    assert {ident: under for ident, under in announced.items() if len(under) != 1} == {}, "once"
    by_thing = Counter(
        said["object"]["object"]["id"]
        for said in {said["id"]: said for said in neighbour.got}.values()
        if said["type"] == "Announce"
        and isinstance(said["object"], dict)
        and said["object"].get("type") == "Create"
    )
    assert {ident: by_thing[ident] for ident in ours} == dict.fromkeys(ours, 1)
    answers = Counter(
        inner_of(said)
        for said in {said["id"]: said for said in neighbour.got}.values()
        if said["type"] == "Accept"
    )
    follows_sent = {ident for ident, said in neighbour.accepted.items() if said["type"] == "Follow"}
    assert answers == dict.fromkeys(follows_sent, 1)
