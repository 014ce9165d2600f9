"""What the inbox answers where a sender, or we ourselves, take too long, or nothing can be written: the sender tries again (INB-1, DLV-5)."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from folkmoot.apub.inbox import receive
from folkmoot.apub.inbox.receive import Receiver
from folkmoot.model.errors import Busy
from folkmoot.store import received
from tests.federation.conftest import Found
from tests.federation.peer import Peer
from tests.federation.stage import Scene, set_scene


@pytest.fixture
async def scene(servers: Found, peer: Callable[[str], Peer]) -> Scene:
    return await set_scene(servers, peer)


async def test_who_does_not_send_the_rest_is_told_that_they_are_too_slow__INB_1(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They keep a connection and what they sent so far, and no more."""
    monkeypatch.setattr(receive, "PATIENCE", 0.0)
    said: list[dict[str, Any]] = []
    pieces = [{"type": "http.request", "body": b'{"type": "Li', "more_body": True}]

    async def take() -> dict[str, Any]:
        if pieces:
            return pieces.pop()
        return await asyncio.Future()

    async def say(message: dict[str, Any]) -> None:
        said.append(message)

    headers = [(b"host", b"a.example"), (b"content-type", b"application/activity+json")]
    scope = {"type": "http", "method": "POST", "path": "/inbox", "query_string": b"", "headers": headers}
    async with asyncio.timeout(20):
        await Receiver(scene.a.context)(scope, take, say)
    assert said[0]["status"] == 408
    assert json.loads(said[1]["body"]) == {"error": "too_slow"}
    assert await scene.a.value("SELECT count(*) FROM received") == 0


async def test_a_sender_whom_we_keep_waiting_is_asked_to_come_again__INB_1(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await scene.posted()
    like = scene.there.activity("Like", scene.there.person("dave"), page["id"])
    put, writes = received.put, asyncio.Event()

    async def waits(*arguments: Any) -> None:
        await writes.wait()
        await put(*arguments)

    monkeypatch.setattr(received, "put", waits)
    with monkeypatch.context() as patched:
        patched.setattr(receive, "PATIENCE", 0.0)
        answer = await scene.there.send(scene.a, like)
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    assert json.loads(answer.body) == {"error": "busy"}
    writes.set()
    assert await scene.there.tells(scene.a, like) == "accepted"
    assert await scene.a.value("SELECT score FROM post") == 2, "once, though it came twice"


async def test_what_cannot_be_written_is_not_accepted__INB_9(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await scene.posted()
    like = scene.there.activity("Like", scene.there.person("dave"), page["id"])
    for trouble in (Busy(), OSError("the disk is full")):

        async def fails(*arguments: Any, trouble: Exception = trouble) -> None:
            raise trouble

        with monkeypatch.context() as patched:
            patched.setattr(received, "put", fails)
            answer = await scene.there.send(scene.a, like)
        assert (answer.status, answer.headers["retry-after"]) == (503, "60")
        assert json.loads(answer.body) == {"error": "busy"}, "and nothing of what went wrong inside"
        assert await scene.a.verdict(like["id"]) == "unknown"
    assert await scene.there.tells(scene.a, like) == "accepted"
