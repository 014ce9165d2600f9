"""People of other servers are written down, and read again later."""

from dataclasses import replace

import pytest

from folkmoot.core.people.mirror import RemotePerson, mirror_person
from folkmoot.model.errors import NotAllowed
from folkmoot.store.db import Database
from folkmoot.store.people import AUTHORS
from tests.cast import Cast

FRIDA = RemotePerson(
    ap_id="https://far.example/u/frida",
    name="frida",
    host="far.example",
    domain="far.example",
    inbox_url="https://far.example/u/frida/inbox",
    public_key="a key",
    display_name="Frida",
    bio="Bees.",
)


async def looks_changed_last(db: Database) -> int:
    """The number of the last change of anybody's looks."""
    async with db.read() as tx:
        return tx.changes.newest((AUTHORS,))


async def test_refused_for_somebody_of_ours(db: Database, cast: Cast) -> None:
    assert cast.alice.person
    with pytest.raises(NotAllowed, match="local_actor"):
        async with db.write() as tx:
            await mirror_person(tx, replace(FRIDA, ap_id=cast.alice.person.ap_id))


async def test_who_is_read_again_as_before_costs_no_kept_page(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        before = await mirror_person(tx, FRIDA)
    moment = await looks_changed_last(db)
    async with db.write() as tx:
        again = await mirror_person(tx, replace(FRIDA, public_key="another key"))
        assert await tx.value("SELECT public_key FROM person WHERE id = :id", id=again.id) == "another key"
    assert again.version == before.version
    assert await looks_changed_last(db) == moment


async def test_another_name_shows_wherever_they_wrote(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        before = await mirror_person(tx, FRIDA)
    moment = await looks_changed_last(db)
    async with db.write() as tx:
        renamed = await mirror_person(tx, replace(FRIDA, display_name="Frida of the bees"))
    assert renamed.display_name == "Frida of the bees"
    assert renamed.version > before.version
    assert await looks_changed_last(db) > moment
