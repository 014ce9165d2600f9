"""Communities of other servers are written down, and read again later."""

from dataclasses import replace

from folkmoot.core.communities.mirror import RemoteCommunity, mirror_community, set_subscribers
from folkmoot.model.enums import Visibility
from folkmoot.model.tags import Tag
from folkmoot.store.db import Database
from tests.cast import Cast

BEES = RemoteCommunity(
    ap_id="https://far.example/c/bees",
    name="bees",
    host="far.example",
    domain="far.example",
    inbox_url="https://far.example/c/bees/inbox",
    public_key="a key",
    moderators_url="https://far.example/c/bees/moderators",
    title="Bees",
    description="Of *all* kinds.",
    visibility=Visibility.PUBLIC,
    language_ids=(37, 32),
    post_tags=(Tag("hives", "Hives"),),
)


async def last_change(db: Database, community_id: int) -> int:
    """The number of the last change of a community or of lists of posts."""
    async with db.read() as tx:
        return tx.changes.newest((("community", community_id), ("posts",)))


async def test_one_that_is_read_again_as_before_costs_no_kept_page(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        before = await mirror_community(tx, BEES)
        await set_subscribers(tx, before.id, 4)
        before = await mirror_community(tx, BEES)
    moment = await last_change(db, before.id)
    async with db.write() as tx:
        again = await mirror_community(
            tx, replace(BEES, public_key="another key", featured_url="https://far.example/f")
        )
        await set_subscribers(tx, again.id, 4)
        assert await tx.value("SELECT public_key FROM community WHERE id = :id", id=again.id) == "another key"
    assert again.version == before.version
    assert await last_change(db, before.id) == moment


async def test_another_title_or_language_shows_everywhere(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        before = await mirror_community(tx, BEES)
    moment = await last_change(db, before.id)
    async with db.write() as tx:
        renamed = await mirror_community(tx, replace(BEES, title="Bees and hives"))
    assert renamed.title == "Bees and hives"
    assert renamed.version > before.version
    told = await last_change(db, before.id)
    assert told > moment
    async with db.write() as tx:
        await mirror_community(tx, replace(BEES, title="Bees and hives", language_ids=(37,)))
    assert await last_change(db, before.id) > told
