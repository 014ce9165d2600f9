"""Servers that pass on what their people do, for `tools.bench.inbox`: communities, people and posts that the benchmarked server knows, and
signed activities of theirs, each different, that all have an effect."""

import json
import random
import time
from dataclasses import dataclass
from typing import Any

from folkmoot.app import opened
from folkmoot.apub import signing
from folkmoot.apub.signing import SigningKey
from folkmoot.core.communities.follow import accept_follow, follow_community
from folkmoot.core.communities.mirror import RemoteCommunity, mirror_community
from folkmoot.core.people.keys import new_key_pair
from folkmoot.core.people.mirror import RemotePerson, mirror_person
from folkmoot.core.people.register import Register, create_account, prepare
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.model.people import Viewer
from folkmoot.model.time import SystemClock, to_rfc3339
from folkmoot.settings import load_settings
from folkmoot.store.db import Database

SERVERS, PEOPLE, POSTS = 50, 20, 4
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Home:
    """One of the servers that send: its community with the posts in it, and the key that signs."""

    community: str
    posts: tuple[str, ...]
    people: tuple[str, ...]
    key: SigningKey


@dataclass(frozen=True, slots=True)
class Request:
    """One announced activity as it travels: the community that sends it, its address, headers and body."""

    sender: str
    ident: str
    headers: dict[str, str]
    body: bytes


async def set_up(settings: dict[str, str]) -> list[Home]:
    """Servers, communities, people and posts, and somebody here who follows all communities."""
    homes = []
    async with opened(load_settings(settings)) as db:
        reader = await _reader(db)
        for number in range(SERVERS):
            homes.append(await _home(db, reader, number))
    return homes


async def _reader(db: Database) -> Viewer:
    made = await prepare(Register("reader", "correct horse 1", "correct horse 1"))
    async with db.write() as tx:
        return await create_account(tx, Register("reader", "correct horse 1", "correct horse 1"), made)


async def _home(db: Database, reader: Viewer, number: int) -> Home:
    host = f"server{number}.example"
    pair = await new_key_pair()
    community = f"https://{host}/c/talk"
    people = tuple(f"https://{host}/u/person{each}" for each in range(PEOPLE))
    posts = tuple(f"https://{host}/post/{each}" for each in range(POSTS))
    async with db.write() as tx:
        stored = await mirror_community(
            tx,
            RemoteCommunity(
                community,
                "talk",
                host,
                host,
                f"{community}/inbox",
                pair.public,
                f"https://{host}/inbox",
                title="Talk",
            ),
        )
        for ident in people:
            name = ident.rpartition("/")[2]
            await mirror_person(tx, RemotePerson(ident, name, host, host, f"{ident}/inbox", pair.public))
        author = Viewer(
            await mirror_person(
                tx, RemotePerson(people[0], "person0", host, host, f"{people[0]}/inbox", pair.public)
            )
        )
        for ident in posts:
            await create_post(
                tx, author, CreatePost(stored.id, f"About {ident}", ap_id=ident, published=tx.now)
            )
        await follow_community(tx, reader, stored.id)
        await accept_follow(tx, stored.id, reader.id)
    return Home(community, posts, people, SigningKey(f"{community}#main-key", pair.private))


# --- what is sent ----------------------------------------------------------------------------------------------------


class Maker:
    """Makes activities, each different, that all have an effect."""

    def __init__(self, homes: list[Home], origin: str) -> None:
        self.homes = homes
        self.origin = origin
        self.random = random.Random(7)
        self.number = 0
        self.run = time.time_ns()
        self.comments: list[tuple[Home, Json]] = []
        self.votes: list[tuple[Home, Json]] = []

    def one(self, mix: str) -> tuple[Home, Json]:
        """A comment; or, of a mix, seven votes and two comments in ten, and something else."""
        share = self.random.random()
        if mix == "comments" or share < 0.2:
            return self.comment()
        if share < 0.9 or not self.comments or not self.votes:
            return self.vote()
        return self.edit() if share < 0.95 else self.unvote()

    def _ident(self, actor: str, kind: str) -> str:
        self.number += 1
        origin = "/".join(actor.split("/")[:3])
        return f"{origin}/{kind}/{self.run}-{self.number}"

    def _addressed(self, home: Home) -> Json:
        return {"to": [home.community, PUBLIC], "cc": [], "audience": home.community}

    def _activity(self, home: Home, kind: str, actor: str, about: object) -> Json:
        ident = self._ident(actor, f"activities/{kind.lower()}")
        return {"id": ident, "type": kind, "actor": actor, "object": about, **self._addressed(home)}

    def comment(self) -> tuple[Home, Json]:
        home = self.random.choice(self.homes)
        author = self.random.choice(home.people)
        now = to_rfc3339(SystemClock().now())
        note = {
            "type": "Note", "id": self._ident(author, "comment"), "attributedTo": author,
            "inReplyTo": self.random.choice(home.posts), "content": f"<p>Number {self.number} has something to say.</p>",
            "source": {"content": f"Number {self.number} has something to say.", "mediaType": "text/markdown"},
            "mediaType": "text/html", "published": now, **self._addressed(home),
        }  # fmt: skip
        if len(self.comments) < 20_000:
            self.comments.append((home, note))
        return home, self._activity(home, "Create", author, note)

    def edit(self) -> tuple[Home, Json]:
        home, note = self.random.choice(self.comments)
        changed = note | {"updated": to_rfc3339(SystemClock().now()), "content": "<p>Changed.</p>"}
        changed["source"] = {"content": f"Changed by {self.number}.", "mediaType": "text/markdown"}
        return home, self._activity(home, "Update", note["attributedTo"], changed)

    def vote(self) -> tuple[Home, Json]:
        home = self.random.choice(self.homes)
        voters = self.random.choice(self.homes).people
        target = self.random.choice(home.posts)
        if self.comments and self.random.random() < 0.7:
            home, note = self.random.choice(self.comments)
            target = note["id"]
        kind = "Like" if self.random.random() < 0.9 else "Dislike"
        vote = self._activity(home, kind, self.random.choice(voters), target)
        if len(self.votes) < 20_000:
            self.votes.append((home, vote))
        return home, vote

    def unvote(self) -> tuple[Home, Json]:
        home, vote = self.random.choice(self.votes)
        return home, self._activity(home, "Undo", vote["actor"], vote)

    def request(self, mix: str) -> Request:
        """One announced activity, signed."""
        home, inner = self.one(mix)
        outer = self._activity(home, "Announce", home.community, inner)
        outer |= {
            "@context": ["https://www.w3.org/ns/activitystreams"],
            "cc": [f"{home.community}/followers"],
        }
        body = json.dumps(outer).encode()
        headers = signing.sign(
            "POST", f"{self.origin}/inbox", body=body, key=home.key, now=SystemClock().now()
        )
        return Request(home.community, outer["id"], headers, body)
