"""Private and unlisted communities: who is let in, by whom, and what others find (section 13 of the protocol)."""

from typing import Any

import pytest

from folkmoot.core.comments.save import save_comment
from folkmoot.core.comments.view import comment_view
from folkmoot.core.communities.create import CreateCommunity, create_community
from folkmoot.core.communities.directory import ListCommunities, list_communities
from folkmoot.core.communities.edit import EditCommunity, edit_community
from folkmoot.core.communities.follow import follow_community, unfollow_community
from folkmoot.core.communities.members import let_in, read_members, turn_away
from folkmoot.core.listings.front import ListPosts, list_posts
from folkmoot.core.listings.modlog import ReadModlog, read_modlog
from folkmoot.core.notifications.read import ReadNotices, read_notices, unread_counts
from folkmoot.core.posts.delete import delete_post
from folkmoot.core.posts.lock import lock_post
from folkmoot.core.posts.save import save_post
from folkmoot.core.search.resolve import resolve
from folkmoot.core.threads.read import ReadThread, read_thread
from folkmoot.core.threads.tree import ReadTree, read_tree
from folkmoot.core.votes.cast import vote_on_post
from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.enums import Listing, PostSort, Subscribed, Visibility
from folkmoot.model.errors import Invalid, NotAllowed, NotFound, NotLoggedIn
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.model.posts import Post
from folkmoot.store import communities
from folkmoot.store.db import Database, Tx
from folkmoot.store.federated import host_follows
from folkmoot.store.mass import drop_follows
from tests.cast import THERE, Cast, somebody
from tests.core.moderation.drift import assert_no_drift
from tests.core.stories import ban_here, write_comment, write_post


async def _make(tx: Tx, cast: Cast, visibility: Visibility) -> Community:
    """bob changes who reads !gardening."""
    return await edit_community(tx, cast.bob, EditCommunity(cast.gardening.id, visibility=visibility))


@pytest.fixture
async def private(db: Database, cast: Cast) -> tuple[Post, Comment]:
    """A post and a comment by bob in !gardening, which is private."""
    async with db.write() as tx:
        await _make(tx, cast, Visibility.PRIVATE)
        post = await write_post(tx, cast.bob, cast.gardening, "Where the truffles are", body="Under the oak.")
        return post, await write_comment(tx, cast.bob, post, "Tell nobody.")


async def _names(tx: Tx, viewer: Viewer, **more: Any) -> list[str]:
    asked = ListPosts(sort=PostSort.NEW, **more)
    return [view.post.name for view in (await list_posts(tx, viewer, asked)).items]


# --- who may not ---------------------------------------------------------------------------------------------------


async def test_only_who_moderates_lets_people_in(
    db: Database, cast: Cast, private: tuple[Post, Comment]
) -> None:
    async with db.write() as tx:
        await follow_community(tx, cast.alice, cast.gardening.id)
        for act in (let_in, turn_away):
            with pytest.raises(NotAllowed, match="not_a_mod_or_admin"):
                await act(tx, cast.alice, cast.gardening.id, cast.alice.id)
            with pytest.raises(NotLoggedIn):
                await act(tx, ANONYMOUS, cast.gardening.id, cast.alice.id)
        with pytest.raises(NotAllowed, match="not_a_mod_or_admin"):
            await read_members(tx, cast.alice, cast.gardening.id)


async def test_who_never_asked_cannot_be_let_in(
    db: Database, cast: Cast, private: tuple[Post, Comment]
) -> None:
    async with db.write() as tx:
        for number in (cast.alice.id, 999):
            for act in (let_in, turn_away):
                with pytest.raises(NotFound, match="couldnt_find_person"):
                    await act(tx, cast.bob, cast.gardening.id, number)


async def test_whom_another_server_lets_in_is_not_for_us(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await communities.update(tx, cast.baking.id, {"visibility": "Private"})
        await follow_community(tx, cast.alice, cast.baking.id)
        with pytest.raises(NotFound, match="couldnt_find_community"):
            await let_in(tx, cast.admin, cast.baking.id, cast.alice.id)


async def test_who_was_banned_does_not_ask(db: Database, cast: Cast, private: tuple[Post, Comment]) -> None:
    async with db.write() as tx:
        await ban_here(tx, cast.gardening, cast.alice)
        with pytest.raises(NotAllowed, match="banned_from_community"):
            await follow_community(tx, cast.alice, cast.gardening.id)


async def test_who_is_outside_neither_reads_nor_writes_nor_votes(
    db: Database, cast: Cast, private: tuple[Post, Comment]
) -> None:
    post, comment = private
    async with db.write() as tx:
        await follow_community(tx, cast.alice, cast.gardening.id)  # and waits
        for viewer in (ANONYMOUS, cast.alice, cast.carol):
            with pytest.raises(NotFound, match="couldnt_find_post"):
                await read_thread(tx, viewer, ReadThread(post.id))
            with pytest.raises(NotFound, match="couldnt_find_post"):
                await read_thread(tx, viewer, ReadThread(0, focus=comment.id))
            with pytest.raises(NotFound, match="couldnt_find_comment"):
                await comment_view(tx, viewer, comment.id)
            for address in (post.ap_id, comment.ap_id):
                with pytest.raises(Invalid, match="couldnt_find_object"):
                    await resolve(tx, viewer, address)
            assert (await read_tree(tx, viewer, ReadTree(8, post_id=post.id))).rows == []
            assert (await read_tree(tx, viewer, ReadTree(8, parent_id=comment.id))).rows == []
            assert await _names(tx, viewer) == []
            assert await _names(tx, viewer, community_id=cast.gardening.id) == []
            assert await _names(tx, viewer, no_scope=True, creator_id=cast.bob.id) == []
        assert await _names(tx, cast.alice, scope=Listing.SUBSCRIBED) == []
        for outsider in (cast.alice, cast.carol):
            with pytest.raises(NotAllowed, match="community_is_private"):
                await vote_on_post(tx, outsider, post.id, 1)
            with pytest.raises(NotAllowed, match="community_is_private"):
                await write_comment(tx, outsider, post)
            with pytest.raises(NotAllowed, match="community_is_private"):
                await write_post(tx, outsider, cast.gardening)
        with pytest.raises(NotFound, match="couldnt_save_post"):
            await save_post(tx, cast.alice, post.id, saved=True)
        with pytest.raises(NotFound, match="couldnt_save_comment"):
            await save_comment(tx, cast.alice, comment.id, saved=True)


async def test_its_log_is_for_who_is_in(db: Database, cast: Cast, private: tuple[Post, Comment]) -> None:
    async with db.write() as tx:
        await lock_post(tx, cast.bob, private[0].id, locked=True, reason="Truffles are gone")
        for viewer, lines in ((ANONYMOUS, 0), (cast.alice, 0), (cast.bob, 1), (cast.admin, 1)):
            assert len((await read_modlog(tx, viewer, ReadModlog())).items) == lines


async def test_nobody_is_told_of_what_they_may_not_read(
    db: Database, cast: Cast, private: tuple[Post, Comment]
) -> None:
    async with db.write() as tx:
        await write_comment(tx, cast.bob, private[0], "Ask @alice@here.example about the oak.")
        assert (await unread_counts(tx, cast.alice)).mentions == 0
        await follow_community(tx, cast.alice, cast.gardening.id)
        await let_in(tx, cast.bob, cast.gardening.id, cast.alice.id)
        await write_comment(tx, cast.bob, private[0], "Welcome @alice@here.example")
        assert (await unread_counts(tx, cast.alice)).mentions == 1
        await turn_away(tx, cast.bob, cast.gardening.id, cast.alice.id)
        assert (await unread_counts(tx, cast.alice)).mentions == 0
        assert await read_notices(tx, cast.alice, ReadNotices("mention")) == []


# --- letting in ----------------------------------------------------------------------------------------------------


async def test_who_was_let_in_takes_part_and_who_was_removed_does_not(
    db: Database, cast: Cast, private: tuple[Post, Comment]
) -> None:
    post, comment = private
    async with db.write() as tx:
        assert await follow_community(tx, cast.alice, cast.gardening.id) is Subscribed.PENDING
        await assert_no_drift(tx)
        asked = await read_members(tx, cast.bob, cast.gardening.id)
        assert [member.person.name for member in asked.waiting] == ["alice"]
        assert (asked.inside, asked.waiting_count) == ([], 1)
        await let_in(tx, cast.bob, cast.gardening.id, cast.alice.id)
        await let_in(tx, cast.bob, cast.gardening.id, cast.alice.id)  # twice is once
        await assert_no_drift(tx)
        assert len((await read_thread(tx, cast.alice, ReadThread(post.id))).lines) == 1
        assert (await comment_view(tx, cast.alice, comment.id)).comment == comment
        assert (await resolve(tx, cast.alice, post.ap_id)).id == post.id
        assert len((await read_tree(tx, cast.alice, ReadTree(8, post_id=post.id))).rows) == 1
        assert await _names(tx, cast.alice) == [post.name]
        assert await _names(tx, cast.alice, scope=Listing.SUBSCRIBED) == [post.name]
        assert (await vote_on_post(tx, cast.alice, post.id, 1)).score == 2
        own = await write_post(tx, cast.alice, cast.gardening, "I found one")
        assert await save_post(tx, cast.alice, post.id, saved=True)
        assert await _names(tx, cast.alice, saved=True, no_scope=True) == [post.name]
        await turn_away(tx, cast.bob, cast.gardening.id, cast.alice.id)
        await assert_no_drift(tx)
        assert await _names(tx, cast.alice, saved=True, no_scope=True) == []
        with pytest.raises(NotFound, match="couldnt_find_post"):
            await read_thread(tx, cast.alice, ReadThread(post.id))
        await delete_post(tx, cast.alice, own.id, deleted=True)  # what is theirs they may take away
        assert await follow_community(tx, cast.alice, cast.gardening.id) is Subscribed.PENDING


async def test_who_gives_up_waiting_was_never_counted(
    db: Database, cast: Cast, private: tuple[Post, Comment]
) -> None:
    async with db.write() as tx:
        await follow_community(tx, cast.alice, cast.gardening.id)
        await unfollow_community(tx, cast.alice, cast.gardening.id)
        await follow_community(tx, cast.alice, cast.gardening.id)
        await drop_follows(tx, cast.alice.id)
        await assert_no_drift(tx)
        assert (await read_members(tx, cast.bob, cast.gardening.id)).waiting == []


async def test_moderators_and_admins_are_in_anyway(
    db: Database, cast: Cast, private: tuple[Post, Comment]
) -> None:
    async with db.write() as tx:
        for viewer in (cast.bob, cast.admin):
            assert await _names(tx, viewer) == [private[0].name]
            assert (await read_thread(tx, viewer, ReadThread(private[0].id))).total == 1
            assert await follow_community(tx, viewer, cast.gardening.id) is Subscribed.SUBSCRIBED


async def test_people_elsewhere_wait_as_well(db: Database, cast: Cast, private: tuple[Post, Comment]) -> None:
    async with db.write() as tx:
        await follow_community(tx, cast.carol, cast.gardening.id)
        assert not await host_follows(tx, cast.gardening.id, THERE)
        await let_in(tx, cast.bob, cast.gardening.id, cast.carol.id)
        assert await host_follows(tx, cast.gardening.id, THERE)
        await vote_on_post(tx, cast.carol, private[0].id, 1)
        await turn_away(tx, cast.bob, cast.gardening.id, cast.carol.id)
        assert not await host_follows(tx, cast.gardening.id, THERE)
        await assert_no_drift(tx)


async def test_whoever_waits_is_in_when_it_opens__VIS_5(
    db: Database, cast: Cast, private: tuple[Post, Comment]
) -> None:
    async with db.write() as tx:
        await follow_community(tx, cast.alice, cast.gardening.id)
        await _make(tx, cast, Visibility.PUBLIC)
        assert not (await communities.relation(tx, cast.gardening.id, cast.alice.id)).pending
        assert await _names(tx, ANONYMOUS) == [private[0].name]
        await _make(tx, cast, Visibility.PRIVATE)
        assert await _names(tx, ANONYMOUS) == []
        assert await _names(tx, cast.alice) == [private[0].name], "who was there stays"
        await assert_no_drift(tx)


async def test_the_founder_of_a_private_community_is_in(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        asked = CreateCommunity("truffles", "Truffles", visibility=Visibility.PRIVATE)
        made = await create_community(tx, cast.alice, asked)
        await write_post(tx, cast.alice, made)
        await assert_no_drift(tx)


# --- unlisted ------------------------------------------------------------------------------------------------------


async def test_an_unlisted_community_is_found_by_who_knows_it(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await _make(tx, cast, Visibility.UNLISTED)
        dave = await somebody(tx, "dave")
        post = await write_post(tx, cast.alice, cast.gardening, url="https://example.net/truffles")
        for viewer in (ANONYMOUS, dave):
            for scope in (Listing.ALL, Listing.LOCAL):
                assert await _names(tx, viewer, scope=scope) == []
            found = await list_communities(tx, viewer, ListCommunities())
            assert [view.community.name for view in found.items] == ["baking"]
            assert await _names(tx, viewer, community_id=cast.gardening.id) == [post.name]
            assert (await read_thread(tx, viewer, ReadThread(post.id))).post.post == post
        await follow_community(tx, dave, cast.gardening.id)
        assert await _names(tx, dave, scope=Listing.ALL) == [post.name]
        found = await list_communities(tx, dave, ListCommunities())
        assert {view.community.name for view in found.items} == {"baking", "gardening"}
