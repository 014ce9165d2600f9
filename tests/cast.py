"""The cast of the tests' stories.

alice is a member, bob moderates !gardening, carol lives on another server (there.example), mallory is banned from the site, and admin runs
it. `somebody` makes more. For everybody's password see `tests/rows.py:password_of`.
"""

from dataclasses import dataclass

from folkmoot.core.site.setup import create_site
from folkmoot.model.communities import Community
from folkmoot.model.people import Viewer
from folkmoot.store import communities, people
from folkmoot.store.db import Database, Tx
from tests import rows

HERE = "here.example"
THERE = "there.example"
ORIGIN = f"https://{HERE}"


@dataclass
class Cast:
    """Everybody, and the community they meet in. Values are as of the beginning: read rows again for counts."""

    admin: Viewer
    alice: Viewer
    bob: Viewer
    carol: Viewer
    mallory: Viewer
    gardening: Community
    """Local, moderated by bob."""
    baking: Community
    """On there.example, moderated by carol."""


async def assemble(db: Database) -> Cast:
    """Set up the site and bring everybody in."""
    async with db.write() as tx:
        await create_site(tx, domain=HERE, origin=ORIGIN, name="Here")
        await tx.run("UPDATE local_site SET site_setup = :yes, registration_mode = 'Open'", yes=True)
        there = await rows.instance(tx, THERE)
        await rows.local_person(tx, "admin", admin=True)
        await rows.local_person(tx, "alice")
        bob = await rows.local_person(tx, "bob")
        carol = await rows.remote_person(tx, "carol", there, THERE)
        mallory = await rows.local_person(tx, "mallory")
        await tx.run("UPDATE person SET banned = :yes WHERE id = :id", yes=True, id=mallory.id)
        await rows.community(tx, "gardening", moderators=[bob.id])
        await rows.community(tx, "baking", moderators=[carol.id], instance_id=there, host=THERE)
    return await meet(db)


async def meet(db: Database) -> Cast:
    """Everybody as they stand in a database where they assembled before."""
    async with db.read() as tx:
        admin, alice, bob, mallory = [
            await rows.viewer(tx, name) for name in ("admin", "alice", "bob", "mallory")
        ]
        carol = Viewer(await people.by_name(tx, "carol", THERE))
        gardening = await communities.by_name(tx, "gardening", None)
        baking = await communities.by_name(tx, "baking", THERE)
    assert gardening and baking
    return Cast(admin, alice, bob, carol, mallory, gardening, baking)


async def somebody(tx: Tx, name: str) -> Viewer:
    """One more local member."""
    return await rows.local_person(tx, name)
