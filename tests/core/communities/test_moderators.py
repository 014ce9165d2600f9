"""Who moderates a community, and whom they ban from it."""

import pytest

from folkmoot.core.communities.ban import BanFromCommunity, ban_from_community, banned_people
from folkmoot.core.communities.follow import follow_community
from folkmoot.core.communities.moderators import appoint_moderator, dismiss_moderator, transfer_community
from folkmoot.model.errors import Conflict, Invalid, NotAllowed, NotFound
from folkmoot.model.time import DAY, SECOND, FixedClock
from folkmoot.store import communities
from folkmoot.store.db import Database
from tests.cast import Cast, somebody
from tests.core.moderation import stories
from tests.core.moderation.drift import assert_no_drift


async def test_members_appoint_nobody__R_2(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotAllowed, match="not_a_mod_or_admin"):
            await appoint_moderator(tx, cast.alice, cast.gardening.id, cast.alice.id)


async def test_an_unknown_community_is_unknown_to_admins_only__R_2(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotAllowed, match="not_a_mod_or_admin"):
            await appoint_moderator(tx, cast.alice, 999, cast.alice.id)
        with pytest.raises(NotFound, match="couldnt_find_community"):
            await appoint_moderator(tx, cast.admin, 999, cast.alice.id)


async def test_an_admin_is_no_moderator_elsewhere__R_6(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotAllowed, match="not_a_moderator"):
            await appoint_moderator(tx, cast.admin, cast.baking.id, cast.alice.id)


@pytest.mark.parametrize("who", ["bob", "nobody"])
async def test_a_repeated_or_unknown_moderator__R_6__T_9(db: Database, cast: Cast, who: str) -> None:
    async with db.write() as tx:
        with pytest.raises(Conflict, match="community_moderator_already_exists"):
            await appoint_moderator(tx, cast.bob, cast.gardening.id, cast.bob.id if who == "bob" else 999)


@pytest.mark.parametrize("later", [DAY, 0], ids=["a day later", "at the same moment"])
async def test_the_later_does_not_dismiss_the_earlier__R_1__R_4(
    db: Database, cast: Cast, clock: FixedClock, later: int
) -> None:
    clock.advance(later)
    async with db.write() as tx:
        team = await appoint_moderator(tx, cast.bob, cast.gardening.id, cast.alice.id)
        assert [person.name for person in team] == ["bob", "alice"]
        with pytest.raises(NotAllowed, match="not_higher_mod"):
            await dismiss_moderator(tx, cast.alice, cast.gardening.id, cast.bob.id)


async def test_dismissing_who_is_no_moderator_is_no_error__R_6(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for number in (cast.alice.id, 99999):
            team = await dismiss_moderator(tx, cast.bob, cast.gardening.id, number)
            assert [person.name for person in team] == ["bob"]
        assert [line[:3] for line in await stories.log(tx)] == [("add_moderator", 1, False)]


async def test_moderators_come_and_go_and_leave_themselves(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    clock.advance(DAY)
    async with db.write() as tx:
        await appoint_moderator(tx, cast.bob, cast.gardening.id, cast.alice.id)
        await dismiss_moderator(tx, cast.alice, cast.gardening.id, cast.alice.id)
        await dismiss_moderator(tx, cast.admin, cast.gardening.id, cast.bob.id)
        assert await communities.moderators(tx, cast.gardening.id) == []
        assert [line[:3] for line in await stories.log(tx)] == [
            ("add_moderator", 1, True),
            ("add_moderator", 2, False),
            ("add_moderator", 3, False),
        ]


async def test_transfer_is_for_the_first_moderator_or_an_admin__R_5(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    clock.advance(DAY)
    async with db.write() as tx:
        await appoint_moderator(tx, cast.bob, cast.gardening.id, cast.alice.id)
        with pytest.raises(NotAllowed, match="not_an_admin"):
            await transfer_community(tx, cast.alice, cast.gardening.id, cast.alice.id)


async def test_a_community_goes_to_moderators_only__R_5(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(Invalid, match="unknown"):
            await transfer_community(tx, cast.bob, cast.gardening.id, cast.alice.id)


async def test_the_new_one_moves_to_the_front__R_5(db: Database, cast: Cast, clock: FixedClock) -> None:
    clock.advance(DAY)
    async with db.write() as tx:
        await appoint_moderator(tx, cast.bob, cast.gardening.id, cast.alice.id)
        team = await transfer_community(tx, cast.bob, cast.gardening.id, cast.alice.id)
        assert [person.name for person in team] == ["alice", "bob"]
        assert (await stories.log(tx))[-1][:3] == ("transfer_community", 1, True)
        with pytest.raises(NotAllowed, match="not_higher_mod"):
            await dismiss_moderator(tx, cast.bob, cast.gardening.id, cast.alice.id)


async def test_members_ban_nobody__R_2(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(NotAllowed, match="not_a_mod_or_admin"):
            await ban_from_community(tx, cast.alice, BanFromCommunity(cast.gardening.id, cast.carol.id))
        with pytest.raises(NotAllowed, match="not_a_mod_or_admin"):
            await banned_people(tx, cast.alice, cast.gardening.id)


@pytest.mark.parametrize("target", ["bob", "admin"])
async def test_nobody_bans_upwards__R_4(db: Database, cast: Cast, target: str, clock: FixedClock) -> None:
    clock.advance(DAY)
    async with db.write() as tx:
        await appoint_moderator(tx, cast.bob, cast.gardening.id, cast.alice.id)
        who = {"bob": cast.bob, "admin": cast.admin}[target]
        with pytest.raises(NotAllowed, match="not_higher_mod"):
            await ban_from_community(tx, cast.alice, BanFromCommunity(cast.gardening.id, who.id))


async def test_a_moderator_banned_there_does_nothing__R_2(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await ban_from_community(tx, cast.admin, BanFromCommunity(cast.gardening.id, cast.bob.id))
        with pytest.raises(NotAllowed, match="banned_from_community"):
            await ban_from_community(tx, cast.bob, BanFromCommunity(cast.gardening.id, cast.alice.id))


async def test_an_unknown_person__T_9(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(Conflict, match="community_user_already_banned"):
            await ban_from_community(tx, cast.bob, BanFromCommunity(cast.gardening.id, 999))


async def test_the_end_of_a_ban_lies_ahead__R_9(db: Database, cast: Cast, clock: FixedClock) -> None:
    now = clock.now() // SECOND
    async with db.write() as tx:
        for expires, code in ((now - 60, "ban_expiration_in_past"), (10**15, "invalid_unix_time")):
            with pytest.raises(Invalid, match=code):
                await ban_from_community(
                    tx, cast.bob, BanFromCommunity(cast.gardening.id, cast.alice.id, expires=expires)
                )
        with pytest.raises(Invalid, match="invalid_body_field"):
            await ban_from_community(
                tx, cast.bob, BanFromCommunity(cast.gardening.id, cast.alice.id, reason="x" * 10_001)
            )


async def test_a_ban_for_more_than_ten_years_is_for_good__R_9(
    db: Database, cast: Cast, clock: FixedClock
) -> None:
    async with db.write() as tx:
        later = (clock.now() + 3651 * DAY) // SECOND
        await ban_from_community(
            tx, cast.bob, BanFromCommunity(cast.gardening.id, cast.alice.id, expires=later)
        )
        assert [ban.expires for ban in await banned_people(tx, cast.bob, cast.gardening.id)] == [None]


async def test_who_is_banned_follows_no_longer__R_9(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        for follower in (cast.alice, cast.carol):
            await follow_community(tx, follower, cast.gardening.id)
            await ban_from_community(tx, cast.bob, BanFromCommunity(cast.gardening.id, follower.id))
        found = await communities.by_id(tx, cast.gardening.id)
        assert found
        assert (found.subscribers, found.subscribers_local) == (0, 0)
        await assert_no_drift(tx)


async def test_all_they_wrote_there_goes_with_them__R_9(db: Database, cast: Cast) -> None:
    """More than one page of comments, among deleted and already removed ones."""
    async with db.write() as tx:
        dave = await somebody(tx, "dave")
        mine = await stories.post(tx, cast.alice, cast.gardening, "By alice")
        theirs = await stories.post(tx, dave, cast.gardening, "By dave")
        elsewhere = await stories.post(tx, cast.alice, cast.baking, "Elsewhere")
        for number in range(12):
            await stories.comment(tx, cast.alice, theirs, f"number {number}")
        own = await stories.comment(tx, cast.alice, mine, "on my own")
        answer = await stories.comment(tx, dave, mine, "from dave", own)
        await tx.run("UPDATE comment SET removed = :yes WHERE content = 'number 3'", yes=True)
        await tx.run("UPDATE comment SET deleted = :yes WHERE content = 'number 4'", yes=True)
        await tx.run("UPDATE post SET comments = comments - 2 WHERE id = :id", id=theirs.id)
        await tx.run(
            "UPDATE community_count SET comments = comments - 2 WHERE id = :id", id=cast.gardening.id
        )
        await tx.run("UPDATE person SET comment_count = comment_count - 2 WHERE id = :id", id=cast.alice.id)
        await tx.run("UPDATE local_site SET comments = comments - 2")
        await assert_no_drift(tx)
        await ban_from_community(
            tx,
            cast.bob,
            BanFromCommunity(cast.gardening.id, cast.alice.id, reason="floods", remove_data=True),
        )
        assert (await stories.post_now(tx, mine)).removed
        assert not (await stories.post_now(tx, elsewhere)).removed
        assert (await stories.post_now(tx, theirs)).comments == 0
        assert not (await stories.comment_now(tx, answer)).removed
        await assert_no_drift(tx)
        lines = await stories.log(tx)
        parts = await tx.all("SELECT DISTINCT part_of FROM modlog WHERE kind <> 'ban_from_community'")
        ban = await tx.value("SELECT id FROM modlog WHERE kind = 'ban_from_community'")
    assert lines[0] == ("ban_from_community", 1, True, "floods")
    assert lines[1] == ("remove_post", 1, True, "floods")
    assert [line[:2] for line in lines[2:]] == [("remove_comment", number) for number in range(1, 13)]
    assert [row[0] for row in parts] == [ban]


async def test_lifting_a_ban_restores_nothing__R_9(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post = await stories.post(tx, cast.alice, cast.gardening)
        await ban_from_community(
            tx, cast.bob, BanFromCommunity(cast.gardening.id, cast.alice.id, remove_data=True)
        )
        await ban_from_community(tx, cast.bob, BanFromCommunity(cast.gardening.id, cast.alice.id, ban=False))
        await ban_from_community(tx, cast.bob, BanFromCommunity(cast.gardening.id, cast.alice.id, ban=False))
        assert (await stories.post_now(tx, post)).removed
        assert await banned_people(tx, cast.bob, cast.gardening.id) == []
        assert [line[:3] for line in await stories.log(tx)] == [
            ("ban_from_community", 1, True),
            ("remove_post", 1, True),
            ("ban_from_community", 2, False),
        ]
