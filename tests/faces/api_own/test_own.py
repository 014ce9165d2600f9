"""Our own additions under `/api/folkmoot/`."""

from collections.abc import Awaitable, Callable
from typing import Any

from folkmoot import __version__
from folkmoot.api.openapi import document
from folkmoot.api.own.routes import ROUTES
from folkmoot.core.posts.read import record_visit
from folkmoot.model.time import HOUR, FixedClock
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.core.stories import write_comment, write_post

Open = Callable[..., Awaitable[Any]]
NEW = "/api/folkmoot/thread/new"


async def test_what_is_new_needs_an_account_and_a_thread(app: Open, cast: Cast) -> None:
    nobody, alice = await app(), await app("alice")
    assert await nobody.refused("GET", NEW, post_id=1) == (401, "incorrect_login")
    assert await alice.refused("GET", NEW, post_id=99) == (400, "couldnt_find_post")
    assert await alice.refused("GET", NEW) == (400, "unknown")


async def test_what_is_new_is_what_others_wrote_since_the_last_visit(
    app: Open, db: Database, cast: Cast, clock: FixedClock
) -> None:
    alice = await app("alice")
    async with db.write() as tx:
        post = await write_post(tx, cast.bob, cast.gardening)
        await write_comment(tx, cast.bob, post, "Before.")
    assert await alice.get(NEW, post_id=post.id) == {"post_id": post.id, "comment_ids": []}
    async with db.write() as tx:
        await record_visit(tx, cast.alice, post)
    clock.advance(HOUR)
    async with db.write() as tx:
        fresh = await write_comment(tx, cast.bob, post, "After.")
        await write_comment(tx, cast.alice, post, "Mine.")
        gone = await write_comment(tx, cast.bob, post, "Gone.")
        await tx.run("UPDATE comment SET deleted = :yes WHERE id = :id", yes=True, id=gone.id)
    clock.advance(HOUR)
    found = await alice.get(NEW, post_id=post.id)
    assert found == {"post_id": post.id, "comment_ids": [fresh.id], "since": "2026-06-01T12:00:00Z"}


async def test_health(app: Open, db: Database) -> None:
    nobody = await app()
    response = await nobody.call("GET", "/api/folkmoot/health")
    assert response.headers["cache-control"] == "no-store"
    said = response.json()
    assert (said["status"], said["version"], said["database"]) == ("ok", __version__, db.dialect.name)


def test_the_description_names_every_operation() -> None:
    paths = document("", "", "", ROUTES)["paths"]
    assert set(paths) == {route.path for route in ROUTES}


def test_the_description_says_what_a_server_that_is_not_well_answers() -> None:
    said = document("", "", "", ROUTES)["paths"]["/api/folkmoot/health"]["get"]["responses"]
    assert said["503"]["content"] == said["200"]["content"]
