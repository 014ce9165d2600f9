"""Moderation between servers: community on a, author on b, moderator on c, reader on d (cases 7, 8, 20 to 23, 60)."""

from dataclasses import replace

import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.comments.lock import lock_comment
from folkmoot.core.comments.remove import remove_comment
from folkmoot.core.communities.ban import BanFromCommunity, ban_from_community, own_ban
from folkmoot.core.communities.moderators import appoint_moderator, dismiss_moderator, transfer_community
from folkmoot.core.people.ban import BanFromSite, ban_from_site, lift_expired_bans
from folkmoot.core.people.warn import unread_warnings, warn_author
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.feature import feature_post
from folkmoot.core.posts.lock import lock_post
from folkmoot.core.posts.remove import remove_post
from folkmoot.core.reports.create import CreateReport, create_report
from folkmoot.core.reports.resolve import resolve_report
from folkmoot.core.votes.cast import vote_on_post
from folkmoot.model.communities import Barred, Community
from folkmoot.model.errors import NotAllowed
from folkmoot.model.people import Person, Viewer
from folkmoot.model.records import altered
from folkmoot.model.time import DAY, MINUTE, SECOND
from folkmoot.store import communities, people
from tests.federation.conftest import Found
from tests.federation.network import Network, Server
from tests.federation.test_two_servers import joined


class Scene:
    """`post` is alice's of b in !gardening of a; bob founded it, mo of c moderates it, dora of d reads."""

    a: Server
    b: Server
    c: Server
    d: Server
    bob: Viewer
    alice: Viewer
    mo: Viewer
    dora: Viewer

    def __init__(self, network: Network, servers: list[Server]) -> None:
        self.network = network
        self.a, self.b, self.c, self.d = servers

    async def everywhere(self, sql: str) -> list[object]:
        """What each of the four says."""
        return [await server.value(sql) for server in (self.a, self.b, self.c, self.d)]

    async def person(self, server: Server, name: str, host: str) -> Person:
        async with server.db.read() as tx:
            found = await people.by_name(tx, name, None if host == server.host else host)
        assert found is not None
        return found

    async def there(self, server: Server) -> Community:
        return await server.community("gardening", "a.example")


@pytest.fixture
async def scene(servers: Found, network: Network) -> Scene:
    scene = Scene(network, await servers("a", "b", "c", "d"))
    scene.bob = await scene.a.joins("bob")
    gardening = await scene.a.founds("gardening", scene.bob)
    scene.alice, here = await joined(scene.b, "alice", "!gardening@a.example")
    scene.mo, _ = await joined(scene.c, "mo", "!gardening@a.example")
    scene.dora, _ = await joined(scene.d, "dora", "!gardening@a.example")
    mo_at_a = await scene.person(scene.a, "mo", "c.example")
    async with scene.a.writing() as tx:
        await appoint_moderator(tx, scene.bob, gardening.id, mo_at_a.id)
    await network.settle()
    async with scene.b.writing() as tx:
        await create_post(tx, scene.alice, CreatePost(here, "Tomatoes in June"))
        await create_comment(tx, scene.alice, CreateComment(1, "Water them."))
    await network.settle()
    return scene


async def test_the_list_of_moderators_is_the_same_everywhere__case_23(scene: Scene) -> None:
    for server in (scene.a, scene.b, scene.c, scene.d):
        names = await server.rows(
            "SELECT p.name FROM community_moderator m JOIN person p ON p.id = m.person_id ORDER BY m.published, p.id"
        )
        assert names == [("bob",), ("mo",)], server.host


async def test_who_is_first_of_the_moderators_is_so_everywhere__COL_2__PERM_4(scene: Scene) -> None:
    gardening = await scene.there(scene.a)
    mo_at_a = await scene.person(scene.a, "mo", "c.example")
    async with scene.a.writing() as tx:
        await transfer_community(tx, scene.bob, gardening.id, mo_at_a.id)
    await scene.network.settle()
    for server in (scene.a, scene.b, scene.c, scene.d):
        async with server.db.read() as tx:
            team = await communities.moderators(tx, (await scene.there(server)).id)
        assert [person.name for person in team] == ["mo", "bob"], server.host
    bob_at_c = await scene.person(scene.c, "bob", "a.example")
    async with scene.c.writing() as tx:
        await dismiss_moderator(tx, scene.mo, (await scene.there(scene.c)).id, bob_at_c.id)
    await scene.network.settle()
    assert await scene.everywhere("SELECT count(*) FROM community_moderator") == [1, 1, 1, 1]


async def test_a_moderator_elsewhere_removes_with_a_reason__cases_7_60(scene: Scene) -> None:
    comment_at_c = await scene.c.value("SELECT id FROM comment")
    async with scene.c.writing() as tx:
        await remove_comment(tx, scene.mo, comment_at_c, removed=True, reason="Off topic")
    await scene.network.settle()
    assert await scene.everywhere("SELECT removed FROM comment") == [1, 1, 1, 1]
    assert (
        await scene.everywhere("SELECT reason FROM modlog WHERE kind = 'remove_comment'") == ["Off topic"] * 4
    )
    names = (
        "SELECT p.name FROM modlog m JOIN person p ON p.id = m.moderator_id WHERE m.kind = 'remove_comment'"
    )
    assert await scene.everywhere(names) == ["mo"] * 4
    async with scene.c.writing() as tx:
        await remove_comment(tx, scene.mo, comment_at_c, removed=False)
    await scene.network.settle()
    assert await scene.everywhere("SELECT removed FROM comment") == [0, 0, 0, 0]


async def test_posts_are_removed_locked_and_pinned_everywhere__case_22(scene: Scene) -> None:
    post_at_c = await scene.c.value("SELECT id FROM post")
    async with scene.c.writing() as tx:
        await lock_post(tx, scene.mo, post_at_c, locked=True)
        await feature_post(tx, scene.mo, post_at_c, featured=True)
    await scene.network.settle()
    assert await scene.everywhere("SELECT locked FROM post") == [1, 1, 1, 1]
    assert await scene.everywhere("SELECT featured_community FROM post") == [1, 1, 1, 1]
    with pytest.raises(NotAllowed, match="locked"):
        async with scene.d.writing() as tx:
            await create_comment(tx, scene.dora, CreateComment(1, "Too late."))
    async with scene.c.writing() as tx:
        await lock_post(tx, scene.mo, post_at_c, locked=False)
        await feature_post(tx, scene.mo, post_at_c, featured=False)
        await remove_post(tx, scene.mo, post_at_c, removed=True, reason="Spam")
    await scene.network.settle()
    assert await scene.everywhere("SELECT locked FROM post") == [0, 0, 0, 0]
    assert await scene.everywhere("SELECT featured_community FROM post") == [0, 0, 0, 0]
    assert await scene.everywhere("SELECT removed FROM post") == [1, 1, 1, 1]


async def test_a_comment_is_closed_with_all_below_it__case_22__OBJ_10(scene: Scene) -> None:
    async with scene.d.writing() as tx:
        await create_comment(tx, scene.dora, CreateComment(1, "Rain will do.", 1))
    await scene.network.settle()
    async with scene.c.writing() as tx:
        await lock_comment(tx, scene.mo, 1, locked=True, reason="Enough said")
    await scene.network.settle()
    locked = "SELECT count(*) FROM comment WHERE locked"
    assert await scene.everywhere(locked) == [2, 2, 2, 2]
    assert (
        await scene.everywhere("SELECT reason FROM modlog WHERE kind = 'lock_comment'") == ["Enough said"] * 4
    )
    for parent in (1, 2):
        with pytest.raises(NotAllowed, match="locked"):
            async with scene.d.writing() as tx:
                await create_comment(tx, scene.dora, CreateComment(1, "But", parent))
    async with scene.d.writing() as tx:
        await create_comment(tx, scene.dora, CreateComment(1, "The thread itself is open."))
    async with scene.c.writing() as tx:
        await create_comment(tx, scene.mo, CreateComment(1, "Moderators may.", 1))
    await scene.network.settle()
    assert await scene.everywhere("SELECT count(*) FROM comment") == [4, 4, 4, 4]
    assert await scene.everywhere(locked) == [3, 3, 3, 3], "what answers it is closed too"
    async with scene.c.writing() as tx:
        await lock_comment(tx, scene.mo, 1, locked=False)
    await scene.network.settle()
    assert await scene.everywhere(locked) == [0, 0, 0, 0]


async def test_a_warning_reaches_its_author_and_nobody_else__case_32__URL_9(scene: Scene) -> None:
    async with scene.c.writing() as tx:
        await warn_author(tx, scene.mo, comment_id=1, reason="Rule 3")
    await scene.network.settle()
    lines = "SELECT count(*) FROM modlog WHERE kind = 'warn' AND reason = 'Rule 3'"
    assert await scene.everywhere(lines) == [0, 1, 1, 0], "the moderator's server and the author's"
    assert await scene.everywhere("SELECT count(*) FROM warning_unread") == [0, 1, 0, 0]
    async with scene.b.db.read() as tx:
        (told,) = await unread_warnings(tx, scene.alice)
    assert told.comment is not None
    assert told.comment.content == "Water them."
    assert told.moderator is not None
    assert told.moderator.name == "mo"
    assert await scene.c.value("SELECT sensitive FROM sent_activity WHERE ap_id LIKE '%/warn/%'"), (
        "nobody can fetch it"
    )


async def test_a_report_that_is_dealt_with_is_dealt_with_everywhere__case_32(scene: Scene) -> None:
    async with scene.d.writing() as tx:
        await create_report(tx, scene.dora, CreateReport("comment", 1, "Rude"))
    await scene.network.settle()
    opened = "SELECT count(*) FROM comment_report WHERE NOT resolved"
    assert await scene.everywhere(opened) == [1, 1, 1, 1], "its home, the author's and the moderators'"
    async with scene.c.writing() as tx:
        await resolve_report(tx, scene.mo, "comment", 1, resolved=True)
    await scene.network.settle()
    assert await scene.everywhere(opened) == [0, 0, 0, 0], (
        "the administrators where it was reported see it, too"
    )


async def test_a_ban_with_removal_holds_everywhere_and_ends__cases_20_21(scene: Scene) -> None:
    gardening = await scene.there(scene.c)
    alice_at_c = await scene.person(scene.c, "alice", "b.example")
    until = (scene.c.clock.now() + 7 * DAY) // SECOND
    asked = BanFromCommunity(gardening.id, alice_at_c.id, True, until, "Rude", remove_data=True)
    async with scene.c.writing() as tx:
        await ban_from_community(tx, scene.mo, asked)
    await scene.network.settle()
    assert await scene.everywhere("SELECT count(*) FROM community_ban") == [1, 1, 1, 1]
    assert await scene.everywhere("SELECT removed FROM post") == [1, 1, 1, 1]
    assert await scene.everywhere("SELECT removed FROM comment") == [1, 1, 1, 1]
    with pytest.raises(NotAllowed, match="banned_from_community"):
        async with scene.b.writing() as tx:
            await create_post(tx, scene.alice, CreatePost((await scene.there(scene.b)).id, "Once more"))
    assert await scene.b.value("SELECT count(*) FROM community_follow") == 1, (
        "or we would not hear of its end"
    )
    lifted = BanFromCommunity(gardening.id, alice_at_c.id, False, reason="Sorry")
    async with scene.c.writing() as tx:
        await ban_from_community(tx, scene.mo, lifted)
    await scene.network.settle()
    assert await scene.everywhere("SELECT count(*) FROM community_ban") == [0, 0, 0, 0]
    async with scene.b.writing() as tx:
        await create_post(tx, scene.alice, CreatePost((await scene.there(scene.b)).id, "Thank you"))
    await scene.network.settle()
    assert await scene.everywhere("SELECT count(*) FROM post WHERE NOT removed") == [1, 1, 1, 1]


async def test_who_is_banned_elsewhere_sees_it_and_is_refused_at_home__case_66_PERM_7(scene: Scene) -> None:
    until = (scene.a.clock.now() + 7 * DAY) // SECOND
    alice_at_a = await scene.person(scene.a, "alice", "b.example")
    async with scene.a.writing() as tx:
        gardening = await scene.a.community("gardening", "a.example")
        await ban_from_community(
            tx, scene.bob, BanFromCommunity(gardening.id, alice_at_a.id, True, until, "Rude")
        )
    await scene.network.settle()
    here = await scene.there(scene.b)
    async with scene.b.db.read() as tx:
        ban = await own_ban(tx, scene.alice, here.id)
    assert ban == Barred("Rude", scene.b.clock.now(), until * SECOND)
    before = len(scene.network.asked)
    boss = replace(
        scene.alice, account=altered(scene.alice.account, admin=True)
    )  # also with an office at home
    for who in (scene.alice, boss):
        for writes in (
            lambda tx, who=who: create_post(tx, who, CreatePost(here.id, "Once more")),
            lambda tx, who=who: create_comment(tx, who, CreateComment(1, "And again")),
            lambda tx, who=who: vote_on_post(tx, who, 1, -1),
        ):
            with pytest.raises(NotAllowed, match="banned_from_community"):
                async with scene.b.writing() as tx:
                    await writes(tx)
    assert len(scene.network.asked) == before, "nobody was asked"
    scene.b.clock.advance(8 * DAY)
    async with scene.b.writing() as tx:
        await lift_expired_bans(tx)
        assert await own_ban(tx, scene.alice, here.id) is None


async def test_who_was_dismissed_can_no_longer_act__case_23(scene: Scene) -> None:
    gardening = await scene.there(scene.a)
    mo_at_a = await scene.person(scene.a, "mo", "c.example")
    async with scene.a.writing() as tx:
        await dismiss_moderator(tx, scene.bob, gardening.id, mo_at_a.id)
    await scene.network.settle()
    assert await scene.everywhere("SELECT count(*) FROM community_moderator") == [1, 1, 1, 1]
    with pytest.raises(NotAllowed, match="not_a_mod_or_admin"):
        async with scene.c.writing() as tx:
            await remove_post(tx, scene.mo, await scene.c.value("SELECT id FROM post"), removed=True)


async def test_a_junior_moderator_does_not_dismiss_a_senior_one__PERM_4(scene: Scene) -> None:
    gardening = await scene.there(scene.c)
    bob_at_c = await scene.person(scene.c, "bob", "a.example")
    with pytest.raises(NotAllowed, match="not_higher_mod"):
        async with scene.c.writing() as tx:
            await dismiss_moderator(tx, scene.mo, gardening.id, bob_at_c.id)


async def test_a_server_bans_its_own_people_everywhere__case_65(scene: Scene) -> None:
    async with scene.d.writing() as tx:  # so that the four have heard of each other
        await create_comment(
            tx, scene.dora, CreateComment(await scene.d.value("SELECT id FROM post"), "Mine too.")
        )
    await scene.network.settle()
    admin = await scene.b.joins("admin", admin=True)
    assert scene.alice.person is not None
    asked = BanFromSite(scene.alice.person.id, True, None, "Spam", remove_data=True)
    async with scene.b.writing() as tx:
        await ban_from_site(tx, admin, asked)
    await scene.network.settle()
    assert await scene.everywhere("SELECT banned FROM person WHERE name = 'alice'") == [1, 1, 1, 1]
    assert await scene.everywhere("SELECT removed FROM post") == [1, 1, 1, 1]
    scene.b.clock.advance(MINUTE)
    async with scene.b.writing() as tx:
        await ban_from_site(tx, admin, BanFromSite(scene.alice.person.id, False))
    await scene.network.settle()
    assert await scene.everywhere("SELECT banned FROM person WHERE name = 'alice'") == [0, 0, 0, 0]
