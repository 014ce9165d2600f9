"""What the benchmark asks for: the pages people open most, as a visitor and signed in, and two writes."""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Any

import httpx

from folkmoot.app import build_app, open_context
from folkmoot.core.people import passwords, sessions
from folkmoot.core.people.change_password import set_password_of
from folkmoot.core.site.keys import key_pair
from folkmoot.model.people import LocalUser
from folkmoot.settings import load_settings
from folkmoot.store.db import Tx, count_statements
from folkmoot.store.rows import columns, maker
from tools.bench.wrk import Load

GZIP = {"accept-encoding": "gzip"}


@dataclass(frozen=True, slots=True)
class Page:
    """Something to measure."""

    name: str
    load: Load


@dataclass(frozen=True, slots=True)
class Reader:
    """A signed-in person and what there is to read. `name` and `password` are somebody else's, for logging in."""

    token: str
    name: str
    password: str
    csrf: str
    thread_300: int
    thread_2000: int
    communities: tuple[str, ...]
    people: tuple[str, ...]
    posts: tuple[int, ...]
    comments: tuple[int, ...]

    @property
    def headers(self) -> dict[str, str]:
        return {"cookie": f"jwt={self.token}"}


async def prepare_reader(settings: dict[str, str]) -> Reader:
    """Sign somebody in, lift the rate limits, and find the threads of the promised lengths."""
    password = secrets.token_urlsafe(15)
    new = await passwords.new_password(password, password)
    async with open_context(load_settings(settings)) as context:
        async with context.db.write() as tx:
            await lift_limits(tx)
            name = await tx.value(
                "SELECT p.name FROM local_user u JOIN person p ON p.id = u.person_id WHERE NOT p.banned AND NOT p.deleted"
                " ORDER BY u.id DESC LIMIT 1"
            )
            await set_password_of(tx, name, new)
            token = await sign_in(tx)
        async with context.db.read() as tx:
            ours = await texts(tx, "SELECT id FROM community WHERE local")
            found = Reader(
                token=token,
                name=name,
                password=password,
                csrf="",
                thread_300=await tx.value(
                    "SELECT id FROM post WHERE NOT deleted AND NOT removed ORDER BY abs(comments - 300) LIMIT 1"
                ),
                thread_2000=await tx.value(
                    "SELECT id FROM post WHERE NOT deleted AND NOT removed ORDER BY comments DESC LIMIT 1"
                ),
                communities=await texts(
                    tx,
                    "SELECT name || '@' || host FROM community WHERE NOT nsfw ORDER BY posts DESC LIMIT 20",
                ),
                people=await texts(
                    tx, "SELECT name || '@' || host FROM person ORDER BY comment_count DESC LIMIT 50"
                ),
                posts=await texts(
                    tx,
                    "SELECT id FROM post WHERE NOT deleted AND NOT removed AND NOT locked ORDER BY id LIMIT 400",
                ),
                comments=await texts(
                    tx, "SELECT id FROM comment WHERE NOT deleted AND NOT removed ORDER BY id DESC LIMIT 3000"
                ),
            )
        # Imported communities get their keys when they first need them, half a minute of work; those of a site that runs have theirs.
        for number in ours:
            await key_pair(context.db, "community", number)
        page = await ask(context, f"/post/{found.thread_300}", found.headers)
        csrf = page.text.split('name="csrf" value="', 1)[1].split('"', 1)[0]
        return Reader(**{**{name: getattr(found, name) for name in Reader.__slots__}, "csrf": csrf})


async def texts(tx: Tx, sql: str) -> tuple[Any, ...]:
    """The first column of every row."""
    return tuple(row[0] for row in await tx.all(sql))


async def lift_limits(tx: Tx) -> None:
    """Rates that nobody reaches."""
    for name in ("message", "post", "comment", "search", "register"):
        await tx.run(f"UPDATE local_site SET rate_{name} = 100000000, rate_{name}_seconds = 1")
    tx.changed("site")


async def sign_in(tx: Tx) -> str:
    """A session of the local person who reads the most communities."""
    user_id = await tx.value(
        "SELECT u.id FROM local_user u JOIN community_follow f ON f.person_id = u.person_id"
        " GROUP BY u.id ORDER BY count(*) DESC, u.id LIMIT 1"
    )
    row = await tx.first(f"SELECT {columns(LocalUser)} FROM local_user WHERE id = :id", id=user_id)
    assert row is not None
    return await sessions.open_session(tx, maker(LocalUser)(row))


async def ask(context: Any, path: str, headers: dict[str, str]) -> httpx.Response:
    """One request without a network."""
    transport = httpx.ASGITransport(app=build_app(context))
    async with httpx.AsyncClient(
        transport=transport, base_url=context.settings.origin, headers=headers
    ) as client:
        return await client.get(path)


def pages(reader: Reader) -> list[Page]:
    """Every page and write that is measured. `cache=no` in a name: asked so that the page cache cannot answer."""
    form = {
        "content-type": "application/x-www-form-urlencoded",
        "accept": "application/json",
        **reader.headers,
    }
    visitor = {
        "front page": ("/",),
        "300-comment thread": (f"/post/{reader.thread_300}",),
        "2,000-comment thread": (f"/post/{reader.thread_2000}",),
    }
    others = {
        "community": tuple(f"/c/{name}" for name in reader.communities),
        "profile": tuple(f"/u/{name}" for name in reader.people),
        "search": tuple(f"/search?q={word}" for word in ("tomato", "protocol", "winter", "Fahrrad")),
    }
    votes = tuple(f"/comment/{number}/vote" for number in reader.comments)
    replies = tuple(f"/post/{number}/reply" for number in reader.posts)
    return [
        *(Page(f"{name}, visitor", Load(paths)) for name, paths in visitor.items()),
        *(Page(f"{name}, visitor, gzip", Load(paths, headers=GZIP)) for name, paths in visitor.items()),
        *(Page(f"{name}, signed in", Load(paths, headers=reader.headers)) for name, paths in visitor.items()),
        *(Page(f"{name}, visitor", Load(paths)) for name, paths in others.items()),
        *(Page(f"{name}, signed in", Load(paths, headers=reader.headers)) for name, paths in others.items()),
        Page(
            "create comment",
            Load(replies, "POST", f"csrf={reader.csrf}&content=a+benchmark+says+{{n}}", form),
        ),
        Page("vote", Load(votes, "POST", f"csrf={reader.csrf}&value=1", form)),
        Page("take a vote back", Load(votes, "POST", f"csrf={reader.csrf}&value=0", form)),
    ]


async def count_queries(settings: dict[str, str], wanted: list[Page]) -> dict[str, int]:
    """How many statements the second request of each page runs; the first one fills what processes remember. It is asked in another
    order, so that the page cache cannot answer and the number is that of making the page."""
    counts: dict[str, int] = {}
    async with open_context(load_settings(settings)) as context:
        transport = httpx.ASGITransport(app=build_app(context))
        async with httpx.AsyncClient(transport=transport, base_url=context.settings.origin) as client:
            for page in wanted:
                if page.load.method != "GET":
                    continue
                # Apps' calls name their order; there another name, which nobody knows, makes it another address.
                other = "again=1" if page.load.paths[0].startswith("/api/") else "sort=New"
                for attempt in ("", other):
                    path = page.load.paths[0]
                    with count_statements() as counter:
                        await client.get(
                            f"{path}{'&' if '?' in path else '?'}{attempt}".rstrip("?&"),
                            headers=page.load.headers,
                        )
                counts[page.name] = len(counter.statements)
                await asyncio.sleep(0)
    return counts
