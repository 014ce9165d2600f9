"""What people read of answers and mentions: the lists, the inbox, and how much is unread (N-4)."""

import pytest

from folkmoot.core.comments.create import CreateComment, create_comment
from folkmoot.core.comments.remove import remove_comment
from folkmoot.core.messages.send import SendMessage, send_message
from folkmoot.core.notifications.mark import mark_all_read, mark_notice
from folkmoot.core.notifications.read import ReadInbox, ReadNotices, read_inbox, read_notices, unread_counts
from folkmoot.core.posts.create import CreatePost, create_post
from folkmoot.core.site.frame import waiting_for
from folkmoot.model.enums import CommentSort
from folkmoot.model.errors import Invalid, NotAllowed, NotFound, NotLoggedIn
from folkmoot.model.notifications import NoticeKind, NoticeView
from folkmoot.model.people import ANONYMOUS, LocalUser, Viewer
from folkmoot.model.time import MINUTE, FixedClock
from folkmoot.store import blocks
from folkmoot.store.db import Database, count_statements
from folkmoot.store.rows import names_of
from tests.cast import HERE, Cast


@pytest.fixture
async def post_id(db: Database, cast: Cast) -> int:
    """alice asks something."""
    async with db.write() as tx:
        return (await create_post(tx, cast.alice, CreatePost(cast.gardening.id, "Who has seeds?"))).id


async def answer(
    db: Database, author: Viewer, post_id: int, content: str, parent_id: int | None = None
) -> int:
    async with db.write() as tx:
        return (await create_comment(tx, author, CreateComment(post_id, content, parent_id))).comment.id


async def letter(db: Database, author: Viewer, recipient: Viewer, content: str) -> int:
    async with db.write() as tx:
        return (await send_message(tx, author, SendMessage(recipient.id, content))).id


async def notices(db: Database, viewer: Viewer, kind: NoticeKind, **asked: object) -> list[NoticeView]:
    async with db.read() as tx:
        return await read_notices(tx, viewer, ReadNotices(kind, **asked))  # type: ignore[arg-type]


async def test_visitors_have_no_inbox(db: Database, cast: Cast) -> None:
    async with db.read() as tx:
        for ask in (
            read_notices(tx, ANONYMOUS, ReadNotices("reply")),
            read_inbox(tx, ANONYMOUS, ReadInbox()),
            unread_counts(tx, ANONYMOUS),
        ):
            with pytest.raises(NotLoggedIn):
                await ask


async def test_only_who_was_told_marks_a_notice__N_5(db: Database, cast: Cast, post_id: int) -> None:
    await answer(db, cast.bob, post_id, "I do")
    notice = (await notices(db, cast.alice, "reply"))[0].notice
    async with db.write() as tx:
        with pytest.raises(NotAllowed) as refused:
            await mark_notice(tx, cast.bob, "reply", notice.id, read=True)
        assert refused.value.code == "couldnt_update_comment"
        with pytest.raises(NotFound) as unknown:
            await mark_notice(tx, cast.alice, "mention", 4711, read=True)
        assert unknown.value.code == "couldnt_find_person_mention"
        assert (await mark_notice(tx, cast.alice, "reply", notice.id, read=True)).read
    assert (await notices(db, cast.alice, "reply", unread_only=True)) == []
    assert (await notices(db, cast.alice, "reply"))[0].notice.read


async def test_replies_and_mentions_come_with_their_place(db: Database, cast: Cast, post_id: int) -> None:
    comment_id = await answer(db, cast.bob, post_id, f"I do, ask @mallory@{HERE} too")
    view = (await notices(db, cast.alice, "reply"))[0]
    assert view.comment.comment.id == comment_id
    assert view.comment.post is not None
    assert view.comment.post.name == "Who has seeds?"
    assert view.comment.community is not None
    assert view.comment.community.name == "gardening"
    assert [view.comment.comment.id for view in await notices(db, cast.mallory, "mention")] == [comment_id]
    assert await notices(db, cast.alice, "mention") == []


async def test_blocked_people_and_unwanted_bots_are_left_out_of_lists_and_counts__N_4(
    db: Database, cast: Cast, post_id: int
) -> None:
    await answer(db, cast.bob, post_id, "I do")
    await answer(db, cast.carol, post_id, "I am a bot and do too")
    async with db.write() as tx:
        await tx.run("UPDATE person SET bot = :yes WHERE id = :id", yes=True, id=cast.carol.id)
        await blocks.add(tx, "person", cast.alice.id, cast.bob.id)
        assert (await unread_counts(tx, cast.alice)).replies == 1
        await tx.run(
            "UPDATE local_user SET show_bot_accounts = :no WHERE person_id = :id", no=False, id=cast.alice.id
        )
    quiet = Viewer(cast.alice.person, _without_bots(cast.alice.account))
    assert [view.comment.creator.id for view in await notices(db, cast.alice, "reply")] == [cast.carol.id]
    assert await notices(db, quiet, "reply") == []
    async with db.read() as tx:
        assert (await unread_counts(tx, quiet)).total == 0
        assert (await read_inbox(tx, quiet, ReadInbox())).items == []


def _without_bots(account: LocalUser | None) -> LocalUser:
    assert account is not None
    values = {name: getattr(account, name) for name in names_of(LocalUser)}
    return LocalUser(**{**values, "show_bot_accounts": False})


async def test_removed_comments_stay_in_the_list_and_are_not_counted__N_4(
    db: Database, cast: Cast, post_id: int
) -> None:
    comment_id = await answer(db, cast.carol, post_id, "Buy my seeds")
    async with db.write() as tx:
        await remove_comment(tx, cast.bob, comment_id, removed=True)
    assert [view.comment.comment.id for view in await notices(db, cast.alice, "reply", unread_only=True)] == [
        comment_id
    ]
    async with db.read() as tx:
        assert (await unread_counts(tx, cast.alice)).replies == 0


async def test_orders_and_pages_of_the_lists(
    db: Database, cast: Cast, post_id: int, clock: FixedClock
) -> None:
    ids = []
    for number in range(3):
        clock.advance(MINUTE)
        ids.append(await answer(db, cast.bob, post_id, f"Answer {number}"))
    async with db.write() as tx:
        await tx.run("UPDATE comment SET score = 9 WHERE id = :id", id=ids[1])

    async def order(**asked: object) -> list[int]:
        return [view.comment.comment.id for view in await notices(db, cast.alice, "reply", **asked)]

    assert await order() == ids[::-1]
    assert await order(sort=CommentSort.OLD) == ids
    assert (await order(sort=CommentSort.TOP))[0] == ids[1]
    assert await order(sort=CommentSort.OLD, limit=2, page=2) == ids[2:]


async def test_the_inbox_holds_everything_together_the_newest_first(
    db: Database, cast: Cast, post_id: int, clock: FixedClock
) -> None:
    await answer(db, cast.bob, post_id, "I do")
    clock.advance(MINUTE)
    # Three things at one moment: pages must neither lose nor repeat any.
    await letter(db, cast.bob, cast.alice, "Come and get them")
    other = await answer(db, cast.bob, post_id, "And another")
    async with db.write() as tx:
        post = await create_post(tx, cast.bob, CreatePost(cast.gardening.id, "Seeds for all"))
    await answer(db, cast.carol, post.id, f"As @alice@{HERE} said")
    clock.advance(MINUTE)
    await letter(db, cast.carol, cast.alice, "Hello")
    kinds, after = [], None
    async with db.read() as tx:
        for _ in range(5):
            page = await read_inbox(tx, cast.alice, ReadInbox(limit=1, after=after))
            kinds += [item.kind for item in page.items]
            after = page.next
        assert after is None
        assert kinds == ["message", "reply", "mention", "message", "reply"]
        whole = await read_inbox(tx, cast.alice, ReadInbox())
        assert [item.kind for item in whole.items] == kinds
        assert whole.items[1].notice is not None
        assert whole.items[1].notice.comment.comment.id == other
        messages = await read_inbox(tx, cast.alice, ReadInbox(kinds=("message",)))
        assert [item.kind for item in messages.items] == ["message", "message"]


@pytest.mark.parametrize(
    "cursor", ["", "x", "r", "1r", "zzr1", "-1r1", "1r-1", "1x1", "9" * 40, "fffffffffffffffffffr1"]
)
async def test_a_cursor_that_leads_nowhere_is_refused(db: Database, cast: Cast, cursor: str) -> None:
    async with db.read() as tx:
        if not cursor:
            assert (await read_inbox(tx, cast.alice, ReadInbox(after=cursor))).items == []
            return
        with pytest.raises(Invalid):
            await read_inbox(tx, cast.alice, ReadInbox(after=cursor))


async def test_what_was_read_leaves_the_unread_inbox_and_stays_in_the_whole_one(
    db: Database, cast: Cast, post_id: int
) -> None:
    await answer(db, cast.bob, post_id, "I do")
    await letter(db, cast.bob, cast.alice, "Hello")
    async with db.write() as tx:
        before = tx.changes.newest((("inbox", cast.alice.id),))
        await mark_all_read(tx, cast.alice)
    await db.sync()
    assert db.changes.newest((("inbox", cast.alice.id),)) != before
    async with db.read() as tx:
        assert (await read_inbox(tx, cast.alice, ReadInbox())).items == []
        assert [
            item.read for item in (await read_inbox(tx, cast.alice, ReadInbox(unread_only=False))).items
        ] == [True, True]
        assert (await unread_counts(tx, cast.alice)).total == 0


async def test_the_frame_counts_the_same_as_the_lists(db: Database, cast: Cast, post_id: int) -> None:
    await answer(db, cast.bob, post_id, "I do")
    await letter(db, cast.bob, cast.alice, "Hello")
    await letter(db, cast.carol, cast.alice, "Hello from far away")
    async with db.write() as tx:
        await blocks.add(
            tx, "instance", cast.alice.id, cast.carol.person.instance_id if cast.carol.person else 0
        )
    async with db.read() as tx:
        unread = await unread_counts(tx, cast.alice)
        assert (unread.replies, unread.mentions, unread.messages) == (1, 0, 1)
        assert (await waiting_for(tx, cast.alice)).unread == unread.total


async def test_an_inbox_costs_five_queries_whatever_it_holds(db: Database, cast: Cast, post_id: int) -> None:
    for number in range(4):
        await answer(db, cast.bob, post_id, f"Answer {number}, @alice@{HERE}")
        await letter(db, cast.bob, cast.alice, f"Letter {number}")
    async with db.read() as tx:
        with count_statements() as counter:
            await read_inbox(tx, cast.alice, ReadInbox())
        assert len(counter.statements) <= 5
        with count_statements() as counter:
            await unread_counts(tx, cast.alice)
        assert len(counter.statements) == 1
