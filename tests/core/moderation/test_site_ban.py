"""Ban somebody from the site; who runs it."""

import pytest

from folkmoot.core.communities.ban import BanFromCommunity, ban_from_community, banned_people
from folkmoot.core.communities.create import CreateCommunity, create_community
from folkmoot.core.people.ban import BanFromSite, ban_from_site, lift_expired_bans
from folkmoot.core.people.ban import banned_people as banned_from_site
from folkmoot.core.site.admins import admins, appoint_admin, dismiss_admin, leave_admin
from folkmoot.core.site.purge import purge_person
from folkmoot.model.errors import Invalid, NotAllowed, NotFound
from folkmoot.model.time import DAY, HOUR, SECOND, FixedClock
from folkmoot.store import bans, communities, people
from folkmoot.store.db import Database
from tests import rows
from tests.cast import Cast
from tests.core.moderation import stories
from tests.core.moderation.drift import assert_no_drift


async def test_moderators_ban_nobody_from_the_site(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotAllowed, match="not_an_admin"):
            await ban_from_site(tx, cast.bob, BanFromSite(cast.alice.id))
        with pytest.raises(NotAllowed, match="not_an_admin"):
            await ban_from_site(tx, cast.bob, BanFromSite(999))
        with pytest.raises(NotAllowed, match="not_an_admin"):
            await banned_from_site(tx, cast.bob)


async def test_there_is_no_such_person(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotFound, match="couldnt_find_person"):
            await ban_from_site(tx, cast.admin, BanFromSite(999))


async def test_the_later_admin_does_not_ban_the_earlier__R_4(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await appoint_admin(tx, cast.admin, cast.bob.id)
        bob = await rows.viewer(tx, "bob")
        with pytest.raises(NotAllowed, match="not_higher_admin"):
            await ban_from_site(tx, bob, BanFromSite(cast.admin.id))
        with pytest.raises(NotAllowed, match="not_higher_admin"):
            await dismiss_admin(tx, bob, cast.admin.id)
        assert (await ban_from_site(tx, cast.admin, BanFromSite(cast.bob.id))).banned


@pytest.mark.parametrize(
    ("seconds", "code"), [(-60, "ban_expiration_in_past"), (10**14, "invalid_unix_time")]
)
async def test_the_end_lies_ahead__R_9(
    db: Database, cast: Cast, clock: FixedClock, seconds: int, code: str
) -> None:
    async with db.write() as tx:
        expires = clock.now() // SECOND + seconds
        with pytest.raises(Invalid, match=code):
            await ban_from_site(tx, cast.admin, BanFromSite(cast.alice.id, expires=expires))


async def test_another_servers_word_is_for_its_own_people_only(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotAllowed, match="not_an_admin"):
            await ban_from_site(tx, cast.carol, BanFromSite(cast.alice.id))
        there = cast.baking.instance_id
        dora = await rows.remote_person(tx, "dora", there, "there.example")
        assert (await ban_from_site(tx, cast.carol, BanFromSite(dora.id))).banned


async def test_a_ban_ends_the_sessions__A_3(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        assert cast.alice.account
        await tx.run(
            "INSERT INTO session (token_hash, local_user_id, published, last_used) VALUES ('x', :id, :now, :now)",
            id=cast.alice.account.id, now=tx.now,
        )  # fmt: skip
        await ban_from_site(tx, cast.admin, BanFromSite(cast.alice.id, reason="spam"))
        assert await tx.value("SELECT count(*) FROM session") == 0
        assert [person.name for person in await banned_from_site(tx, cast.admin)] == ["alice", "mallory"]
        assert await stories.log(tx) == [("ban", 1, True, "spam")]


async def test_content_pictures_and_communities_go_too__R_9(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await people.update(tx, cast.alice.id, {"avatar": "https://x.example/a.png", "bio": "Hello"})
        own = await create_community(tx, cast.alice, CreateCommunity("cycling", "Cycling"))
        here = await stories.post(tx, cast.alice, own)
        there = await stories.post(tx, cast.alice, cast.baking)
        await stories.comment(tx, cast.bob, here)
        await stories.comment(tx, cast.alice, there)
        banned = await ban_from_site(tx, cast.admin, BanFromSite(cast.alice.id, remove_data=True))
        assert (banned.avatar, banned.bio) == (None, None)
        assert (banned.post_count, banned.comment_count) == (0, 0)
        assert (await stories.post_now(tx, there)).removed
        removed = await communities.by_id(tx, own.id)
        assert removed
        assert removed.removed
        await assert_no_drift(tx)
        await ban_from_site(tx, cast.admin, BanFromSite(cast.alice.id, ban=False))
        assert (await stories.post_now(tx, here)).removed


async def test_who_lives_elsewhere_is_banned_where_they_took_part__R_9(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.write() as tx:
        await rows.community(tx, "cycling", moderators=[])
        await stories.post(tx, cast.carol, cast.gardening)
        await ban_from_site(tx, cast.admin, BanFromSite(cast.carol.id, reason="spam"))
        assert [ban.person.name for ban in await banned_people(tx, cast.bob, cast.gardening.id)] == ["carol"]
        assert await tx.value("SELECT count(*) FROM community_ban") == 1
        assert [line[0] for line in await stories.log(tx)] == ["ban", "ban_from_community"]
    clock.advance(HOUR)
    async with db.write() as tx:
        cycling = await communities.by_name(tx, "cycling", None)
        assert cycling
        await ban_from_community(tx, cast.admin, BanFromCommunity(cycling.id, cast.carol.id))
        await ban_from_site(tx, cast.admin, BanFromSite(cast.carol.id, ban=False))
        assert await banned_people(tx, cast.bob, cast.gardening.id) == []
        assert len(await banned_people(tx, cast.admin, cycling.id)) == 1


async def test_bans_end_when_their_time_is_over__R_9(db: Database, cast: Cast, clock: FixedClock) -> None:
    async with db.write() as tx:
        expires = (clock.now() + DAY) // SECOND
        await ban_from_site(tx, cast.admin, BanFromSite(cast.alice.id, expires=expires))
        await ban_from_community(
            tx, cast.bob, BanFromCommunity(cast.gardening.id, cast.carol.id, expires=expires)
        )
        assert await lift_expired_bans(tx) == 0
    clock.advance(2 * DAY)
    async with db.write() as tx:
        assert await lift_expired_bans(tx) == 2
        alice = await people.by_id(tx, cast.alice.id)
        assert alice
        assert (alice.banned, alice.ban_expires) == (False, None)
        assert await bans.is_banned_from(tx, cast.gardening.id, [cast.carol.id]) == set()
        mallory = await people.by_id(tx, cast.mallory.id)
        assert mallory
        assert mallory.banned


async def test_members_appoint_no_admin__R_7(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotAllowed, match="not_an_admin"):
            await appoint_admin(tx, cast.bob, cast.bob.id)
        with pytest.raises(NotAllowed, match="not_an_admin"):
            await leave_admin(tx, cast.bob)


async def test_admins_are_local_people__R_7(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotAllowed, match="object_not_local"):
            await appoint_admin(tx, cast.admin, cast.carol.id)
        with pytest.raises(NotAllowed, match="object_not_local"):
            await appoint_admin(tx, cast.admin, 999)


async def test_the_last_admin_stays__R_7(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotAllowed, match="cannot_leave_admin"):
            await leave_admin(tx, cast.admin)
        with pytest.raises(NotAllowed, match="cannot_leave_admin"):
            await dismiss_admin(tx, cast.admin, cast.admin.id)
        with pytest.raises(NotAllowed, match="cannot_leave_admin"):
            await ban_from_site(tx, cast.admin, BanFromSite(cast.admin.id))
        with pytest.raises(NotAllowed, match="cannot_leave_admin"):
            await purge_person(tx, cast.admin, cast.admin.id)


async def test_an_admin_who_cannot_act_is_no_successor__R_7(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await appoint_admin(tx, cast.admin, cast.alice.id)
        await ban_from_site(tx, cast.admin, BanFromSite(cast.alice.id))
        with pytest.raises(NotAllowed, match="cannot_leave_admin"):
            await leave_admin(tx, cast.admin)
        await ban_from_site(tx, cast.admin, BanFromSite(cast.alice.id, ban=False))
        assert (await ban_from_site(tx, cast.admin, BanFromSite(cast.admin.id))).banned, (
            "acting on oneself passes (R-4)"
        )


async def test_admins_come_and_go__R_7(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        team = await appoint_admin(tx, cast.admin, cast.alice.id)
        assert [person.name for person in team] == ["admin", "alice"]
        alice = await rows.viewer(tx, "alice")
        assert alice.admin
        assert [person.name for person in await leave_admin(tx, cast.admin)] == ["alice"]
        assert [person.name for person in await admins(tx)] == ["alice"]
        assert [line[:3] for line in await stories.log(tx)] == [
            ("add_admin", 1, True),
            ("add_admin", 2, False),
        ]
