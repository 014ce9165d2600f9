"""A page hears that a post here links to it (P-7)."""

import pytest

from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.mention_link import MENTION, mention_link
from folkmoot.net.errors import TimedOut
from folkmoot.store import posts
from folkmoot.store.db import Database, writing
from tests.cast import HERE, ORIGIN, Cast
from tests.core.people.helpers import jobs
from tests.core.stories import write_post

URL = "https://blog.example/slugs"


class Pages:
    """Pages elsewhere, all of which want to know. It holds to the rule: no network inside a transaction that writes."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    async def __call__(self, source: str, target: str) -> bool:
        assert not writing.get()
        self.told.append((source, target))
        return True


@pytest.mark.parametrize(
    "before",
    [
        "UPDATE post SET local = FALSE",
        "UPDATE post SET deleted = TRUE",
        "UPDATE post SET removed = TRUE",
        "UPDATE post SET url = NULL",
        "UPDATE post SET url = 'magnet:?xt=urn:btih:x'",
        f"UPDATE post SET url = '{ORIGIN}/post/9'",
        "UPDATE community SET visibility = 'LocalOnly'",
        "UPDATE community SET removed = TRUE",
        "UPDATE local_site SET private_instance = TRUE",
        "DELETE FROM post",
    ],
)
async def test_nobody_is_told_of_what_they_could_not_read__P_7(db: Database, cast: Cast, before: str) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening, url=URL)
        await tx.run(before)
        tx.changed("site")
    pages = Pages()
    assert not await mention_link(db, pages, {"post_id": post.id})
    assert pages.told == []


async def test_the_linked_page_is_told__P_7(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await create_post(tx, cast.alice, CreatePost(cast.gardening.id, "Slugs", url=URL))
        [job] = await jobs(tx, MENTION)
    pages = Pages()
    assert await mention_link(db, pages, job)
    assert pages.told == [(f"https://{HERE}/post/{post.id}", URL)]


async def test_a_failure_changes_nothing(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await write_post(tx, cast.alice, cast.gardening, url=URL)

    async def nobody_answers(_source: str, _target: str) -> bool:
        raise TimedOut(URL)

    with pytest.raises(TimedOut):
        await mention_link(db, nobody_answers, {"post_id": post.id})
    async with db.read() as tx:
        assert await posts.by_id(tx, post.id) == post
