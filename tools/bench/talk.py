"""The people of `tools.bench.outbox`, in a process of their own: `python -m tools.bench.talk DATABASE …`. They comment and vote beside
the process that sends.

It makes the site, says `ready`, and waits for a line. Then they talk; at the end it says in JSON when that began and ended (seconds since
the epoch) and how much processor time it took (seconds).
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence

import uvloop

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.communities.create import CreateCommunity, create_community
from folkmoot.core.people.keys import new_key_pair
from folkmoot.core.people.register import Register, create_account, prepare
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.site.setup import create_site
from folkmoot.core.votes.cast import vote_on_comment
from folkmoot.model.people import Viewer
from folkmoot.model.time import SystemClock
from folkmoot.store.db import Database, Tx
from folkmoot.store.engine import open_database
from folkmoot.store.migrate import upgrade

PEOPLE = 20
SHARE_OF_VOTES = 0.7
DEAD_PORT = 1


def hosts_of(destinations: int, port: int) -> list[str]:
    """The servers: a tenth of them dead, one slow, the others at `port`."""
    dead = destinations // 10
    hosts = [f"dead{number:03}.test:{DEAD_PORT}" for number in range(dead)] + [f"slow.test:{port}"]
    return hosts + [f"s{number:03}.test:{port}" for number in range(destinations - len(hosts))]


async def follower(tx: Tx, host: str, community_ids: Sequence[int]) -> None:
    """A server with one person who follows the communities."""
    instance_id = await tx.value(
        "INSERT INTO instance (domain, published) VALUES (:host, :now) RETURNING id", host=host, now=tx.now
    )
    person_id = await tx.value(
        "INSERT INTO person (instance_id, name, name_key, host, local, ap_id, inbox_url, published, last_refreshed)"
        " VALUES (:instance_id, 'reader', 'reader', :host, :no, :ap_id, :inbox, :now, :now) RETURNING id",
        instance_id=instance_id, host=host, no=False, ap_id=f"http://{host}/u/reader", inbox=f"http://{host}/inbox", now=tx.now,
    )  # fmt: skip
    for community_id in community_ids:
        await tx.run(
            "INSERT INTO community_follow (person_id, community_id, published) VALUES (:person_id, :community_id, 0)",
            person_id=person_id, community_id=community_id,
        )  # fmt: skip
    await tx.run(
        "INSERT INTO destination (instance_id, cursor, since) VALUES (:id, 0, :now)",
        id=instance_id,
        now=tx.now,
    )


async def furnish(db: Database, hosts: list[str], number: int) -> tuple[list[Viewer], list[int]]:
    """A site with people, and communities with a post each, dealt out among the servers as followers; the people and the posts' ids."""
    await upgrade(db)
    people = []
    for each in range(PEOPLE):
        asked = Register(f"person{each:02}", "a-long-password", "a-long-password")
        ready = await prepare(asked)
        async with db.write() as tx:
            if not each:
                await create_site(tx, domain="bench.test", origin="http://bench.test")
            people.append(await create_account(tx, asked, ready))
    made = [await new_key_pair() for _ in range(number)]
    ids: list[int] = []
    posts: list[int] = []
    async with db.write() as tx:
        await tx.run("UPDATE local_user SET accepted_application = :yes, admin = :yes", yes=True)
        for each, keys in enumerate(made):
            asked_for = CreateCommunity(f"busy{each}", f"Busy {each}", keys=keys)
            ids.append((await create_community(tx, people[0], asked_for)).id)
        for place, host in enumerate(hosts):
            await follower(tx, host, ids if host.startswith("slow") else [ids[place % number]])
    async with db.write() as tx:
        for each in ids:
            posts.append(
                (await create_post(tx, people[0], CreatePost(each, f"What everybody in {each} says"))).id
            )
    return people, posts


async def talk(
    db: Database, people: list[Viewer], posts: list[int], count: int, rate: float
) -> dict[str, float]:
    """So many comments and votes, at so many each second, in one community after the other. When that began and ended, and the
    processor time it took."""
    comment_ids: dict[int, list[int]] = {}
    async with db.write() as tx:
        for post_id in posts:
            first = await create_comment(
                tx, people[0], CreateComment(post_id, f"The first word on {post_id}.")
            )
            comment_ids[post_id] = [first.comment.id]
    began, since, used = time.monotonic(), time.time(), time.process_time()
    for number in range(count):
        who, post_id = people[number % PEOPLE], posts[number // 10 % len(posts)]
        known = comment_ids[post_id]
        async with db.write() as tx:
            if number % 10 < SHARE_OF_VOTES * 10:
                await vote_on_comment(
                    tx, who, known[number % len(known)], 1 if (number // PEOPLE) % 2 else -1
                )
            else:
                text = f"Number {number}, with a few words more, as people write them."
                known.append((await create_comment(tx, who, CreateComment(post_id, text))).comment.id)
        await asyncio.sleep(max(0.0, began + (number + 1) / rate - time.monotonic()))
    return {"began": since, "ended": time.time(), "used": time.process_time() - used}


async def run(asked: argparse.Namespace) -> None:
    """Make everything, wait to be told, talk, and say how that was."""
    db = await open_database(asked.database, SystemClock())
    people, posts = await furnish(db, hosts_of(asked.destinations, asked.port), asked.communities)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    told = await talk(db, people, posts, asked.count, asked.rate)
    await db.close()
    print(json.dumps(told), flush=True)


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for on the command line, or in `given`."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.talk", description=__doc__)
    parser.add_argument("database")
    parser.add_argument("--destinations", type=int, required=True)
    parser.add_argument("--communities", type=int, required=True)
    parser.add_argument(
        "--port", type=int, required=True, help="where the healthy servers and the slow one are"
    )
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--rate", type=int, required=True)
    return parser.parse_args(given)


if __name__ == "__main__":
    uvloop.run(run(arguments()))
