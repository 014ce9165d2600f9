"""What a process remembers is never older than what it believes to have heard of.

Who reads sees what was there when they began. By the time they ask, more may have been told of; what they find then must not be taken
for as new as that.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from folkmoot.apub.policy import policy
from folkmoot.core import writing
from folkmoot.core.listings.community import read_community
from folkmoot.core.people.own import read_own
from folkmoot.core.site.edit import EditSite, edit_site
from folkmoot.core.site.frame import waiting_for
from folkmoot.core.site.view import kept_site_view, site_of
from folkmoot.core.threads.read import _thread
from folkmoot.model.enums import PostSort
from folkmoot.model.people import ANONYMOUS
from folkmoot.store import communities, follows, search_people
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, Tx
from folkmoot.store.sqlite import SqliteDatabase
from tests.cast import Cast
from tests.core.stories import write_comment, write_post

Ask = Callable[[Tx, Cast], Awaitable[Any]]


async def _renames(tx: Tx, cast: Cast) -> None:
    await edit_site(tx, cast.admin, EditSite(name="The other garden", slur_filter_regex="slug"))


async def _asks_to_follow(tx: Tx, cast: Cast) -> None:
    await communities.set_follow(tx, cast.baking.id, cast.alice.id, pending=True)
    tx.changed("person", cast.alice.id)


async def _is_called_otherwise(tx: Tx, cast: Cast) -> None:
    await tx.run("UPDATE person SET display_name = 'Zelda' WHERE id = :id", id=cast.bob.id)
    for key in (("names", 0), ("person", cast.bob.id)):
        tx.changed(*key)


async def _blocks(tx: Tx, cast: Cast) -> None:
    assert cast.carol.person is not None
    await tx.run(
        "INSERT INTO federation_block (instance_id, published) VALUES (:id, :now)",
        id=cast.carol.person.instance_id,
        now=tx.now,
    )
    tx.changed("site", 0)


async def _says_of_itself(tx: Tx, cast: Cast) -> None:
    await tx.run("UPDATE site SET name = 'Anew' WHERE instance_id = 1")
    tx.changed("sites", 0)


async def _answers(tx: Tx, cast: Cast) -> None:
    (post,) = await tx.all("SELECT id FROM post")
    await tx.run("UPDATE comment SET score = 7")
    tx.changed("thread", post[0])
    await tx.run(
        "INSERT INTO person_mention (recipient_id, comment_id, read, published) SELECT :id, id, :no, published FROM comment",
        id=cast.alice.id,
        no=False,
    )
    tx.changed("inbox", cast.alice.id)


async def _takes_an_office(tx: Tx, cast: Cast) -> None:
    await communities.add_moderator(tx, cast.gardening.id, cast.alice.id)


async def _the_thread(tx: Tx) -> list[int]:
    (post,) = await tx.all("SELECT id FROM post")
    kept, _ = await _thread(tx, post[0], complete=False, soon=False)
    return [row.score for row in kept.branches]


async def _moderators(tx: Tx) -> list[int]:
    _, about = await read_community(tx, ANONYMOUS, "gardening")
    return [each.id for each in about.moderators]


async def _names(tx: Tx) -> int:
    return len(await search_people.people(tx, "zelda", PostSort.NEW, local=False, limit=10, offset=0))


async def _filter(tx: Tx) -> bool:
    return (await writing.house(tx)).filter is not None


async def _blocked(tx: Tx) -> frozenset[str]:
    return (await policy(tx)).blocked


async def _follows(tx: Tx, cast: Cast) -> list[int]:
    return [each.id for each in (await read_own(tx, cast.alice)).follows]


CASES: dict[str, tuple[Callable[[Tx, Cast], Awaitable[None]], Ask]] = {
    "who waits": (_asks_to_follow, lambda tx, cast: follows.awaited(tx, [cast.baking.id])),
    "the site": (_renames, lambda tx, _: store_site.local_site(tx)),
    "its counts": (_renames, lambda tx, _: store_site.counted_site(tx)),
    "the site for apps": (_renames, lambda tx, _: kept_site_view(tx)),
    "rules for texts": (_renames, lambda tx, _: _filter(tx)),
    "names": (_is_called_otherwise, lambda tx, _: _names(tx)),
    "the lists of servers": (_blocks, lambda tx, _: _blocked(tx)),
    "a site elsewhere": (_says_of_itself, lambda tx, _: site_of(tx, 1)),
    "a thread": (_answers, lambda tx, _: _the_thread(tx)),
    "what waits": (_answers, lambda tx, cast: waiting_for(tx, cast.alice)),
    "moderators": (_takes_an_office, lambda tx, _: _moderators(tx)),
    "what is somebody's own": (_asks_to_follow, _follows),
}


@pytest.mark.parametrize("what", CASES)
async def test_what_changed_while_it_was_read_is_not_forgotten(db: Database, cast: Cast, what: str) -> None:
    happens, ask = CASES[what]
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening)
        await write_comment(tx, cast.bob, post)

    async def meanwhile() -> None:
        async with db.write() as tx:
            await happens(tx, cast)
        await db.sync()

    await db.sync()
    async with db.read() as tx:
        await tx.value("SELECT count(*) FROM person")
        await asyncio.create_task(meanwhile())
        before = await ask(tx, cast)
    await db.sync()
    async with db.read() as tx:
        remembered = await ask(tx, cast)
        tx.memory.clear()
        assert remembered == await ask(tx, cast)
    if isinstance(db, SqliteDatabase):  # on PostgreSQL each statement sees what was there when it began
        assert remembered != before
