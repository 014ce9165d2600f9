"""Reading a thread: who may, what is new to them, why something is missing."""

import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.posts.read import record_visit
from folkmoot.core.threads.read import ReadThread, default_sort, read_thread
from folkmoot.core.votes.cast import vote_on_comment
from folkmoot.model.comments import Comment
from folkmoot.model.enums import CommentSort
from folkmoot.model.errors import NotAllowed, NotFound
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.model.posts import Post
from folkmoot.model.time import HOUR, FixedClock
from folkmoot.store.db import Database
from tests import rows
from tests.cast import Cast


@pytest.fixture
async def post(db: Database, cast: Cast) -> Post:
    """Alice's post in !gardening."""
    async with db.write() as tx:
        return await create_post(
            tx, cast.alice, CreatePost(cast.gardening.id, "Slugs", url="https://slugs.example/1")
        )


async def say(db: Database, author: Viewer, post: Post, text: str, parent: Comment | None = None) -> Comment:
    """A comment."""
    async with db.write() as tx:
        asked = CreateComment(post.id, text, parent.id if parent else None)
        return (await create_comment(tx, author, asked)).comment


# --- refusals ------------------------------------------------------------------------------------------------------


async def test_there_is_no_such_post_or_comment(db: Database, cast: Cast, post: Post) -> None:
    async with db.read() as tx:
        with pytest.raises(NotFound, match="couldnt_find_post"):
            await read_thread(tx, cast.alice, ReadThread(999_999))
        with pytest.raises(NotFound, match="couldnt_find_comment"):
            await read_thread(tx, cast.alice, ReadThread(post.id, focus=999_999))
        with pytest.raises(NotFound, match="couldnt_find_comment"):
            await read_thread(tx, cast.alice, ReadThread(0, focus=999_999))


@pytest.mark.parametrize("table", ["post", "community"])
@pytest.mark.parametrize("state", ["removed", "deleted"])
async def test_what_is_gone_is_there_for_author_and_moderators__P_9(
    db: Database, cast: Cast, post: Post, table: str, state: str
) -> None:
    number = post.id if table == "post" else post.community_id
    async with db.write() as tx:
        await tx.run(f"UPDATE {table} SET {state} = :yes WHERE id = :id", yes=True, id=number)
        carol_here = await rows.local_person(tx, "dora")
    async with db.read() as tx:
        for reader in (ANONYMOUS, carol_here):
            with pytest.raises(NotFound, match="couldnt_find_post"):
                await read_thread(tx, reader, ReadThread(post.id))
        for reader in (cast.alice, cast.bob, cast.admin):
            assert (await read_thread(tx, reader, ReadThread(post.id))).post.post.id == post.id


async def test_local_only_threads_are_for_members__R_10(db: Database, cast: Cast, post: Post) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE community SET visibility = 'LocalOnly' WHERE id = :id", id=post.community_id)
    async with db.read() as tx:
        with pytest.raises(NotFound, match="couldnt_find_post"):
            await read_thread(tx, ANONYMOUS, ReadThread(post.id))
        await read_thread(tx, cast.alice, ReadThread(post.id))


async def test_a_private_site_shows_no_threads_to_visitors__R_11(
    db: Database, cast: Cast, post: Post
) -> None:
    async with db.write() as tx:
        await tx.run("UPDATE local_site SET private_instance = :yes", yes=True)
        tx.changed("site")
    async with db.read() as tx:
        with pytest.raises(NotAllowed, match="instance_is_private"):
            await read_thread(tx, ANONYMOUS, ReadThread(post.id))


# --- what is read --------------------------------------------------------------------------------------------------


async def test_comments_nest_and_come_with_the_readers_marks(db: Database, cast: Cast, post: Post) -> None:
    first = await say(db, cast.bob, post, "Copper tape.")
    await say(db, cast.alice, post, "Beer.", first)
    async with db.write() as tx:
        await vote_on_comment(tx, cast.alice, first.id, -1)
        await tx.run(
            "INSERT INTO comment_saved (person_id, comment_id, post_id, published) VALUES (:p, :c, :post, 0)",
            p=cast.alice.id, c=first.id, post=post.id,
        )  # fmt: skip
        await tx.run(
            "INSERT INTO person_block (person_id, target_id, published) VALUES (:p, :t, 0)",
            p=cast.alice.id,
            t=cast.bob.id,
        )
    async with db.read() as tx:
        thread = await read_thread(tx, cast.alice, ReadThread(post.id, CommentSort.OLD, complete=True))
    assert [(line.depth, thread.views[line.id].comment.content) for line in thread.lines] == [
        (0, "Copper tape."),
        (1, "Beer."),
    ]
    assert thread.marks.votes == {first.id: -1, thread.lines[1].id: 1}
    assert (thread.marks.saved, thread.marks.blocked) == (frozenset({first.id}), frozenset({cast.bob.id}))
    assert [each.name for each in thread.moderators] == ["bob"]
    assert [line.moderator for line in thread.lines] == [True, False]
    assert thread.post.mine.my_vote == 1


async def test_other_posts_with_the_same_link_are_named__P_11(db: Database, cast: Cast, post: Post) -> None:
    async with db.write() as tx:
        for community, name in ((cast.baking, "Snails"), (cast.gardening, "Again")):
            await create_post(tx, cast.bob, CreatePost(community.id, name, url="https://slugs.example/1"))
        await tx.run("UPDATE post SET deleted = :yes WHERE name = 'Again'", yes=True)
    async with db.read() as tx:
        thread = await read_thread(tx, ANONYMOUS, ReadThread(post.id))
    assert [(other.name, other.host) for other in thread.crossposts] == [("baking", "there.example")]


async def test_removed_comments_say_why(db: Database, cast: Cast, post: Post) -> None:
    rude = await say(db, cast.alice, post, "Rude.")
    async with db.write() as tx:
        await tx.run("UPDATE comment SET removed = :yes WHERE id = :id", yes=True, id=rude.id)
        for number, reason in enumerate(("rule 1", "rule 2")):
            await tx.run(
                "INSERT INTO modlog (kind, kind_id, moderator_id, reason, comment_id, published)"
                " VALUES ('remove_comment', :n, :m, :reason, :c, 0)",
                n=number, m=cast.bob.id, reason=reason, c=rude.id,
            )  # fmt: skip
        tx.changed("thread", post.id)
    async with db.read() as tx:
        thread = await read_thread(tx, ANONYMOUS, ReadThread(post.id))
    assert thread.reasons == {rude.id: "rule 2"}
    assert thread.lines[0].removed


async def test_what_came_since_the_last_visit_is_new(
    db: Database, cast: Cast, post: Post, clock: FixedClock
) -> None:
    await say(db, cast.bob, post, "Early.")
    async with db.read() as tx:
        first = await read_thread(tx, cast.admin, ReadThread(post.id))
    assert first.new_comments == 0
    async with db.write() as tx:
        await record_visit(tx, cast.admin, first.post.post)
    clock.advance(2 * HOUR)
    await say(db, cast.bob, post, "Late.")
    await say(db, cast.admin, post, "My own.")
    async with db.read() as tx:
        assert (await read_thread(tx, cast.admin, ReadThread(post.id))).new_comments == 1


async def test_a_change_shows_at_once_though_places_are_kept(db: Database, cast: Cast, post: Post) -> None:
    first = await say(db, cast.bob, post, "One.")
    async with db.read() as tx:
        assert len((await read_thread(tx, ANONYMOUS, ReadThread(post.id))).lines) == 1
    await say(db, cast.bob, post, "Two.", first)
    async with db.read() as tx:
        assert len((await read_thread(tx, ANONYMOUS, ReadThread(post.id))).lines) == 2


async def test_what_is_not_committed_is_not_kept(db: Database, cast: Cast, post: Post) -> None:
    async def speak_and_fall() -> None:
        async with db.write() as tx:
            await create_comment(tx, cast.bob, CreateComment(post.id, "Never said."))
            assert len((await read_thread(tx, cast.bob, ReadThread(post.id))).lines) == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await speak_and_fall()
    async with db.read() as tx:
        assert (await read_thread(tx, cast.bob, ReadThread(post.id))).lines == []


async def test_one_comment_in_its_context(db: Database, cast: Cast, post: Post) -> None:
    first = await say(db, cast.bob, post, "One.")
    second = await say(db, cast.alice, post, "Two.", first)
    third = await say(db, cast.bob, post, "Three.", second)
    async with db.read() as tx:
        thread = await read_thread(tx, ANONYMOUS, ReadThread(post.id, focus=third.id, context=1))
        assert ([line.id for line in thread.lines], thread.above, thread.focus) == (
            [second.id, third.id],
            True,
            third.id,
        )
        same = await read_thread(tx, ANONYMOUS, ReadThread(0, focus=third.id, context=1))
        assert (same.post.post.id, same.lines) == (post.id, thread.lines)


async def test_the_order_is_the_readers_own(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        await tx.run(
            "UPDATE local_user SET default_comment_sort_type = 'New' WHERE person_id = :p", p=cast.alice.id
        )
        alice = await rows.viewer(tx, "alice")
    async with db.read() as tx:
        assert await default_sort(tx, alice) is CommentSort.NEW
        assert await default_sort(tx, ANONYMOUS) is CommentSort.HOT
