"""The public log (O-4 to O-6)."""

import pytest

from folkmoot.core.comments.remove import remove_comment
from folkmoot.core.communities.ban import BanFromCommunity, ban_from_community
from folkmoot.core.communities.remove import hide_community, remove_community
from folkmoot.core.listings.modlog import ReadModlog, read_modlog, read_modlog_by_kind
from folkmoot.core.people.ban import BanFromSite, ban_from_site
from folkmoot.core.posts.feature import feature_post
from folkmoot.core.posts.lock import lock_post
from folkmoot.core.posts.remove import remove_post
from folkmoot.core.site.purge import purge_post
from folkmoot.model.enums import ModlogKind
from folkmoot.model.errors import Invalid, NotAllowed
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.store import communities
from folkmoot.store.db import Database, Tx, count_statements
from tests.cast import Cast
from tests.core.moderation import stories


async def kinds(tx: Tx, viewer: Viewer, **asked: object) -> list[str]:
    """The kinds of the lines, the newest first."""
    return [entry.kind for entry in (await read_modlog(tx, viewer, ReadModlog(**asked))).items]  # type: ignore[arg-type]


async def eventful_day(tx: Tx, cast: Cast) -> tuple[int, int]:
    """A bit of everything; the ids of a post and a comment in it."""
    post = await stories.post(tx, cast.alice, cast.gardening)
    comment = await stories.comment(tx, cast.carol, post)
    gone = await stories.post(tx, cast.alice, cast.gardening, "To be purged")
    await lock_post(tx, cast.bob, post.id, locked=True)
    await feature_post(tx, cast.bob, post.id, featured=True)
    await remove_comment(tx, cast.bob, comment.id, removed=True, reason="rude")
    await remove_post(tx, cast.admin, post.id, removed=True, reason="illegal")
    await ban_from_community(tx, cast.bob, BanFromCommunity(cast.gardening.id, cast.alice.id))
    await ban_from_site(tx, cast.admin, BanFromSite(cast.alice.id))
    await hide_community(tx, cast.admin, cast.gardening.id, hidden=True)
    await remove_community(tx, cast.admin, cast.baking.id, removed=True)
    await purge_post(tx, cast.admin, gone.id)
    return post.id, comment.id


async def test_a_private_site_says_so__R_11(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE local_site SET private_instance = :yes", yes=True)
        tx.changed("site")
    async with db.read() as tx:
        with pytest.raises(NotAllowed, match="instance_is_private"):
            await read_modlog(tx, ANONYMOUS, ReadModlog())


@pytest.mark.parametrize("cursor", ["x", "1", "-", "zz-1", "-1--1", "f" * 40 + "-1"])
async def test_a_broken_cursor_is_refused(db: Database, cast: Cast, cursor: str) -> None:
    async with db.read() as tx:
        with pytest.raises(Invalid, match="unknown"):
            await read_modlog(tx, ANONYMOUS, ReadModlog(after=cursor))


async def test_everything_newest_first_in_one_query(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await eventful_day(tx, cast)
        await read_modlog(tx, cast.admin, ReadModlog())
        with count_statements() as counter:
            found = await read_modlog(tx, cast.admin, ReadModlog())
    assert len(counter.statements) == 1
    assert [entry.kind for entry in found.items] == [
        "purge_post", "remove_community", "hide_community", "ban", "ban_from_community",
        "remove_post", "remove_comment", "feature_post", "lock_post",
    ]  # fmt: skip
    removal = found.items[6]
    assert removal.moderator
    assert removal.person
    assert removal.post
    assert removal.comment
    assert removal.community
    assert (removal.moderator.name, removal.person.name, removal.reason) == ("bob", "carol", "rude")
    assert removal.comment.content == "Water them."
    assert found.items[0].community is not None
    assert found.next is None


async def test_names_are_for_moderators_and_admins__O_5(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await eventful_day(tx, cast)
        for viewer in (ANONYMOUS, cast.alice):
            found = await read_modlog(tx, viewer, ReadModlog(moderator_id=cast.bob.id))
            assert len(found.items) == 9
            assert {entry.moderator for entry in found.items} == {None}
            assert found.items[-1].moderator_id == cast.bob.id
        assert len(await kinds(tx, cast.bob, moderator_id=cast.bob.id)) == 4
        await tx.run("UPDATE local_site SET hide_modlog_mod_names = :no", no=False)
        tx.changed("site")
    async with db.read() as tx:
        assert len(await kinds(tx, ANONYMOUS, moderator_id=cast.bob.id)) == 4


async def test_filters_leave_the_kinds_that_can_match__O_4(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post_id, comment_id = await eventful_day(tx, cast)
        assert await kinds(tx, cast.admin, community_id=cast.gardening.id) == [
            "hide_community", "ban_from_community", "remove_post", "remove_comment", "feature_post", "lock_post",
        ]  # fmt: skip
        assert await kinds(tx, cast.admin, community_id=cast.baking.id) == []
        assert await kinds(tx, cast.admin, person_id=cast.alice.id) == [
            "ban", "ban_from_community", "remove_post", "feature_post", "lock_post",
        ]  # fmt: skip
        assert await kinds(tx, cast.admin, person_id=cast.carol.id) == ["remove_comment"]
        assert await kinds(tx, cast.admin, post_id=post_id) == ["remove_post", "feature_post", "lock_post"]
        assert await kinds(tx, cast.admin, comment_id=comment_id) == ["remove_comment"]
        only = frozenset({ModlogKind.LOCK_POST, ModlogKind.BAN})
        assert await kinds(tx, cast.admin, kinds=only) == ["ban", "lock_post"]


async def test_local_only_communities_are_not_for_visitors__R_10(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await eventful_day(tx, cast)
        await communities.update(tx, cast.gardening.id, {"visibility": "LocalOnly"})
        assert await kinds(tx, ANONYMOUS) == ["remove_community", "ban"]
        assert len(await kinds(tx, cast.alice)) == 9


async def test_pages_by_number_and_by_cursor(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await eventful_day(tx, cast)
        everything = await kinds(tx, cast.admin)
        assert await kinds(tx, cast.admin, page=2, limit=4) == everything[4:8]
        seen: list[str] = []
        cursor: str | None = None
        for _ in range(3):
            found = await read_modlog(tx, cast.admin, ReadModlog(limit=4, after=cursor))
            seen += [entry.kind for entry in found.items]
            cursor = found.next
    assert seen == everything
    assert cursor is None


async def test_each_kind_has_a_page_of_its_own_in_one_query__O_4(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        post, _ = await eventful_day(tx, cast)
        for locked in (False, True, False):
            await lock_post(tx, cast.admin, post, locked=locked)
        await feature_post(tx, cast.admin, post, featured=True, site=True)
        await read_modlog_by_kind(tx, cast.admin, ReadModlog())
        with count_statements() as counter:
            found = await read_modlog_by_kind(tx, cast.admin, ReadModlog(limit=2))
        second = await read_modlog_by_kind(
            tx, cast.admin, ReadModlog(kinds=frozenset({ModlogKind.LOCK_POST}), limit=2, page=2)
        )
        nothing = await read_modlog_by_kind(
            tx, cast.admin, ReadModlog(kinds=frozenset({ModlogKind.BAN}), comment_id=1)
        )
    assert len(counter.statements) == 1
    of_kind = {kind: [line.kind_id for line in found if line.kind == kind] for kind in ModlogKind}
    assert of_kind[ModlogKind.LOCK_POST] == [4, 3]
    assert of_kind[ModlogKind.FEATURE_POST] == [1]
    assert of_kind[ModlogKind.FEATURE_POST_SITE] == [2]
    assert of_kind[ModlogKind.BAN] == [1]
    assert [line.kind_id for line in second] == [2, 1]
    assert nothing == []


async def test_what_goes_with_a_ban_is_not_listed_by_kind(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await stories.post(tx, cast.alice, cast.gardening)
        await ban_from_site(tx, cast.admin, BanFromSite(cast.alice.id, remove_data=True))
        assert await kinds(tx, cast.admin) == ["remove_post", "ban"]
        by_kind = await read_modlog_by_kind(tx, cast.admin, ReadModlog())
    assert [line.kind for line in by_kind] == ["ban"]
