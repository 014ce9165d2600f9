"""Direct messages: who may write to whom, who sees what, and what can be done with them (N-5, N-6)."""

import pytest

from folkmoot.core.messages.delete import delete_message
from folkmoot.core.messages.edit import edit_message
from folkmoot.core.messages.mark import mark_message
from folkmoot.core.messages.read import (
    ListMessages,
    list_conversations,
    list_messages,
    mark_conversation_read,
    message_view,
    read_conversation,
)
from folkmoot.core.messages.send import SendMessage, send_message
from folkmoot.model.errors import Invalid, NotAllowed, NotFound, NotLoggedIn
from folkmoot.model.people import ANONYMOUS, Viewer
from folkmoot.model.time import MINUTE, FixedClock
from folkmoot.store import blocks
from folkmoot.store.db import Database
from tests.cast import ORIGIN, Cast


async def send(db: Database, author: Viewer, recipient: Viewer, content: str = "Hello") -> int:
    async with db.write() as tx:
        return (await send_message(tx, author, SendMessage(recipient.id, content))).id


async def listed(db: Database, viewer: Viewer, **asked: object) -> list[int]:
    async with db.read() as tx:
        return [view.message.id for view in await list_messages(tx, viewer, ListMessages(**asked))]  # type: ignore[arg-type]


async def test_visitors_and_the_banned_do_not_write(db: Database, cast: Cast) -> None:
    with pytest.raises(NotLoggedIn):
        await send(db, ANONYMOUS, cast.bob)
    with pytest.raises(NotAllowed) as refused:
        await send(db, cast.mallory, cast.bob)
    assert refused.value.code == "site_ban"


async def test_there_must_be_somebody_to_write_to__T_9(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        with pytest.raises(Invalid) as refused:
            await send_message(tx, cast.alice, SendMessage(99999, "Hello?"))
    assert refused.value.code == "couldnt_create_private_message"


async def test_a_message_has_its_limits__P_2(db: Database, cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        await send(db, cast.alice, cast.bob, "x" * 10_001)
    assert refused.value.code == "invalid_body_field"
    assert await send(db, cast.alice, cast.bob, "x" * 10_000)


async def test_who_is_blocked_is_not_heard__N_6(db: Database, cast: Cast) -> None:
    old = await send(db, cast.alice, cast.bob, "Hello bob")
    async with db.write() as tx:
        await blocks.add(tx, "person", cast.bob.id, cast.alice.id)
        with pytest.raises(NotAllowed) as refused:
            await send_message(tx, cast.alice, SendMessage(cast.bob.id, "Hello?"))
        assert refused.value.code == "person_is_blocked"
        with pytest.raises(NotAllowed):
            await edit_message(tx, cast.alice, old, "Hello again?")
    assert await listed(db, cast.bob) == []
    assert await listed(db, cast.alice) == [old]


async def test_only_the_author_edits_and_deletes_only_the_recipient_marks__N_5_N_6(
    db: Database, cast: Cast
) -> None:
    number = await send(db, cast.alice, cast.bob)
    async with db.write() as tx:
        for refuse in (
            edit_message(tx, cast.bob, number, "x"),
            delete_message(tx, cast.bob, number, deleted=True),
        ):
            with pytest.raises(NotAllowed) as refused:
                await refuse
            assert refused.value.code == "edit_private_message_not_allowed"
        with pytest.raises(NotAllowed) as marked:
            await mark_message(tx, cast.alice, number, read=True)
        assert marked.value.code == "couldnt_update_private_message"
        for unknown in (
            edit_message(tx, cast.alice, 99999, "x"),
            delete_message(tx, cast.alice, 99999, deleted=True),
            mark_message(tx, cast.alice, 99999, read=True),
            message_view(tx, cast.admin, number),
        ):
            with pytest.raises(NotFound) as missing:
                await unknown
            assert missing.value.code == "couldnt_find_private_message"


async def test_a_message_is_written_rendered_and_addressed(db: Database, cast: Cast) -> None:
    number = await send(db, cast.alice, cast.bob, "Hello *bob*")
    async with db.read() as tx:
        view = await message_view(tx, cast.bob, number)
    assert view.message.ap_id == f"{ORIGIN}/private_message/{number}"
    assert "<em>bob</em>" in view.message.content_html
    assert (view.creator.id, view.recipient.id, view.message.read, view.message.local) == (
        cast.alice.id,
        cast.bob.id,
        False,
        True,
    )


async def test_sending_twice_by_accident_sends_once(db: Database, cast: Cast, clock: FixedClock) -> None:
    first = await send(db, cast.alice, cast.bob)
    assert await send(db, cast.alice, cast.bob) == first
    clock.advance(2 * MINUTE)
    assert await send(db, cast.alice, cast.bob) != first


async def test_what_was_read_can_be_said_again(db: Database, cast: Cast) -> None:
    first = await send(db, cast.alice, cast.bob)
    async with db.write() as tx:
        await mark_message(tx, cast.bob, first, read=True)
    assert await send(db, cast.alice, cast.bob) != first


async def test_a_message_from_elsewhere_comes_through_the_same_door(db: Database, cast: Cast) -> None:
    async with db.write() as tx:
        asked = SendMessage(
            cast.bob.id, "Hi from there", ap_id="https://there.example/private_message/5", published=5
        )
        message = await send_message(tx, cast.carol, asked)
    assert (message.local, message.ap_id, message.published) == (
        False,
        "https://there.example/private_message/5",
        5,
    )


async def test_the_author_edits_and_deletes_and_restores(db: Database, cast: Cast) -> None:
    number = await send(db, cast.alice, cast.bob)
    async with db.write() as tx:
        edited = await edit_message(tx, cast.alice, number, "Hello bob, edited")
        assert (edited.content, edited.updated) == ("Hello bob, edited", tx.now)
        await delete_message(tx, cast.alice, number, deleted=True)
        with pytest.raises(NotFound):
            await message_view(tx, cast.bob, number)
        exchange = await read_conversation(tx, cast.alice, cast.bob.id)
        assert [view.message.id for view in exchange.messages] == [number], "its author may restore it"
        assert (await read_conversation(tx, cast.bob, cast.alice.id)).messages == []
    assert (await listed(db, cast.alice), await listed(db, cast.bob)) == ([], [])
    async with db.write() as tx:
        await delete_message(tx, cast.alice, number, deleted=False)
    assert await listed(db, cast.bob) == [number]


async def test_lists_hold_sent_and_received_the_newest_first__N_6(db: Database, cast: Cast) -> None:
    first = await send(db, cast.alice, cast.bob, "Hello bob")
    second = await send(db, cast.bob, cast.alice, "Yes?")
    third = await send(db, cast.carol, cast.bob, "Hi too")
    assert await listed(db, cast.bob) == [third, second, first]
    assert await listed(db, cast.bob, unread_only=True) == [third, first]
    assert await listed(db, cast.bob, other_id=cast.alice.id) == [second, first]
    assert await listed(db, cast.bob, limit=1, page=2) == [second]
    async with db.write() as tx:
        await mark_message(tx, cast.bob, first, read=True)
    assert await listed(db, cast.bob, unread_only=True) == [third]
    async with db.write() as tx:
        assert cast.carol.person is not None
        await blocks.add(tx, "instance", cast.bob.id, cast.carol.person.instance_id)
    assert await listed(db, cast.bob) == [second, first]


async def test_a_note_to_oneself(db: Database, cast: Cast) -> None:
    number = await send(db, cast.alice, cast.alice, "Buy seeds")
    assert await listed(db, cast.alice) == [number]
    async with db.read() as tx:
        page = await list_conversations(tx, cast.alice)
        assert [(each.other.id, each.unread) for each in page.items] == [(cast.alice.id, 1)]


async def test_conversations_are_one_row_each(db: Database, cast: Cast) -> None:
    await send(db, cast.alice, cast.bob, "Hello bob")
    await send(db, cast.carol, cast.bob, "Hi")
    await send(db, cast.carol, cast.bob, "Are you there?")
    last = await send(db, cast.bob, cast.alice, "Yes")
    async with db.read() as tx:
        rows = (await list_conversations(tx, cast.bob)).items
        assert [(row.other.name, row.unread) for row in rows] == [("alice", 1), ("carol", 2)]
        assert rows[0].last.id == last
        page = await list_conversations(tx, cast.bob, limit=1)
        assert (len(page.items), page.next) == (1, "2")
        assert [
            row.other.name for row in (await list_conversations(tx, cast.bob, page=2, limit=1)).items
        ] == ["carol"]
    async with db.write() as tx:
        assert await mark_conversation_read(tx, cast.bob, cast.carol.id) == 2
        assert [row.unread for row in (await list_conversations(tx, cast.bob)).items] == [1, 0]


async def test_a_conversation_is_read_in_parts(db: Database, cast: Cast) -> None:
    numbers = [await send(db, cast.alice, cast.bob, f"Letter {number}") for number in range(5)]
    async with db.read() as tx:
        with pytest.raises(NotFound):
            await read_conversation(tx, cast.alice, 99999)
        newest = await read_conversation(tx, cast.bob, cast.alice.id, limit=3)
        assert [view.message.id for view in newest.messages] == numbers[2:]
        assert newest.earlier == numbers[2]
        rest = await read_conversation(tx, cast.bob, cast.alice.id, before=newest.earlier, limit=3)
        assert ([view.message.id for view in rest.messages], rest.earlier) == (numbers[:2], None)
