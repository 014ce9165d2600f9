"""Private messages (section 11 of the behaviour rules)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from folkmoot.core.people.block import block_instance
from folkmoot.store.db import Database
from tests.cast import Cast
from tests.faces.api_v3.conftest import App

Open = Callable[..., Awaitable[App]]


async def send(app: App, recipient_id: int, content: str = "Hello") -> Any:
    """A message, as the API gives it back."""
    return (await app.post("/private_message", content=content, recipient_id=recipient_id))[
        "private_message_view"
    ]


async def listed(app: App, **asked: Any) -> list[str]:
    """The texts of a list."""
    found = (await app.get("/private_message/list", **asked))["private_messages"]
    return [view["private_message"]["content"] for view in found]


@pytest.mark.parametrize(
    ("method", "path", "asked"),
    [
        ("POST", "/private_message", {"content": "x", "recipient_id": 1}),
        ("PUT", "/private_message", {"private_message_id": 1, "content": "x"}),
        ("GET", "/private_message/list", {}),
        ("POST", "/private_message/delete", {"private_message_id": 1, "deleted": True}),
        ("POST", "/private_message/mark_as_read", {"private_message_id": 1, "read": True}),
    ],
)
async def test_nobody_has_messages__T_11(app: Open, method: str, path: str, asked: dict[str, Any]) -> None:
    assert await (await app()).refused(method, path, **asked) == (401, "incorrect_login")


@pytest.mark.parametrize("asked", [{"limit": 0}, {"limit": 51}, {"page": 0}, {"page": 101}])
async def test_a_list_has_its_bounds__L_1(app: Open, asked: dict[str, int]) -> None:
    assert await (await app("alice")).refused("GET", "/private_message/list", **asked) == (400, "unknown")


async def test_what_is_not_sent__N_6(app: Open, cast: Cast) -> None:
    alice, bob = await app("alice"), await app("bob")
    for asked, error in (
        ({"recipient_id": 99999, "content": "x"}, "couldnt_create_private_message"),
        ({"recipient_id": cast.alice.id, "content": "x" * 10_001}, "invalid_body_field"),
    ):
        assert await bob.refused("POST", "/private_message", **asked) == (400, error)
    await alice.post("/user/block", person_id=cast.bob.id, block=True)
    refused = await bob.refused("POST", "/private_message", recipient_id=cast.alice.id, content="Please")
    assert refused == (400, "person_is_blocked")
    assert await listed(alice) == []


async def test_only_the_author_changes_it__N_6(app: Open, cast: Cast) -> None:
    alice, bob = await app("alice"), await app("bob")
    number = (await send(alice, cast.bob.id))["private_message"]["id"]
    for who, message, edit, delete in (
        (bob, number, "edit_private_message_not_allowed", "edit_private_message_not_allowed"),
        (alice, 99999, "couldnt_find_private_message", "couldnt_find_private_message"),
    ):
        asked = {"private_message_id": message}
        assert await who.refused("PUT", "/private_message", **asked, content="x") == (400, edit)
        assert await who.refused("POST", "/private_message/delete", **asked, deleted=True) == (400, delete)
    refused = await alice.refused("PUT", "/private_message", private_message_id=number, content="x" * 10_001)
    assert refused == (400, "invalid_body_field")


async def test_only_the_recipient_marks_it__N_5(app: Open, cast: Cast) -> None:
    alice, bob = await app("alice"), await app("bob")
    number = (await send(alice, cast.bob.id))["private_message"]["id"]
    path = "/private_message/mark_as_read"
    assert await alice.refused("POST", path, private_message_id=number, read=True) == (
        400,
        "couldnt_update_private_message",
    )
    assert await bob.refused("POST", path, private_message_id=99999, read=True) == (
        400,
        "couldnt_find_private_message",
    )
    for read in (True, True, False):
        said = await bob.post(path, private_message_id=number, read=read)
        assert said["private_message_view"]["private_message"]["read"] == read


async def test_a_message_from_its_writing_to_its_end__N_6(app: Open, cast: Cast) -> None:
    alice, bob = await app("alice"), await app("bob")
    view = await send(alice, cast.bob.id)
    message = view["private_message"]
    assert (view["creator"]["name"], view["recipient"]["name"]) == ("alice", "bob")
    assert message | {"published": ""} == {
        "id": message["id"], "creator_id": cast.alice.id, "recipient_id": cast.bob.id, "content": "Hello", "deleted": False,
        "read": False, "published": "", "ap_id": f"https://here.example/private_message/{message['id']}", "local": True,
        "removed": False,
    }  # fmt: skip
    edited = await alice.put("/private_message", private_message_id=message["id"], content="Hello again")
    assert edited["private_message_view"]["private_message"]["content"] == "Hello again"
    assert edited["private_message_view"]["private_message"]["updated"]
    assert await listed(bob) == await listed(alice) == ["Hello again"]
    for deleted in (True, True, False):
        said = await alice.post("/private_message/delete", private_message_id=message["id"], deleted=deleted)
        assert said["private_message_view"]["private_message"]["deleted"] == deleted
        assert await listed(bob) == await listed(alice) == ([] if deleted else ["Hello again"])


async def test_lists_hold_both_ways_the_newest_first__N_6(app: Open, cast: Cast) -> None:
    alice, bob, admin = await app("alice"), await app("bob"), await app("admin")
    await send(bob, cast.alice.id, "One")
    await send(alice, cast.bob.id, "Two")
    await send(admin, cast.alice.id, "Three")
    assert await listed(alice) == ["Three", "Two", "One"]
    assert await listed(alice, unread_only=True) == ["Three", "One"]
    assert await listed(alice, creator_id=cast.bob.id) == ["Two", "One"]
    assert await listed(alice, creator_id=cast.bob.id, unread_only=True) == ["One"]
    assert await listed(alice, limit=1, page=2) == ["Two"]


async def test_blocked_people_and_servers_are_left_out__N_6(app: Open, db: Database, cast: Cast) -> None:
    alice, bob = await app("alice"), await app("bob")
    await send(bob, cast.alice.id, "From bob")
    await send(alice, cast.carol.id, "To carol")
    assert await listed(alice) == ["To carol", "From bob"]
    await alice.post("/user/block", person_id=cast.bob.id, block=True)
    assert await listed(alice) == ["To carol"]
    assert (await alice.get("/user/unread_count"))["private_messages"] == 0
    async with db.write() as tx:
        assert cast.carol.person
        await block_instance(tx, cast.alice, cast.carol.person.instance_id)
    assert await listed(alice) == []
