"""Who hangs up while their password waits to be compared leaves no work behind."""

import asyncio
import json
import threading
from typing import Any

import pytest

from folkmoot.core.people import passwords
from folkmoot.web.presence import WhileTheyWait
from tests.cast import HERE
from tests.waiting import until

LOGIN = "/api/v3/user/login"
BODY = json.dumps({"username_or_email": "alice", "password": "not the right one"}).encode()


class Connection:
    """Somebody sends one form and waits, or does not. `said`: what came back."""

    def __init__(self, app: Any, path: str = LOGIN, body: bytes = BODY) -> None:
        self.left = asyncio.Event()
        self.said: list[Any] = []
        self._parts = [body[:10], body[10:]]
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": b"",
            "headers": [
                (b"host", HERE.encode()),
                (b"content-type", b"application/json"),
                (b"content-length", str(len(body)).encode()),
            ],
            "client": ("203.0.113.7", 1),
            "scheme": "https",
        }
        self.task = asyncio.create_task(app(scope, self._receive, self._send))

    async def _receive(self) -> Any:
        if self._parts:
            return {
                "type": "http.request",
                "body": self._parts.pop(0),
                "more_body": bool(self._parts),
            }
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.said.append(message)

    def hang_up(self) -> None:
        self.left.set()


async def _until_waiting(number: int) -> None:
    await until(lambda: passwords.waiting() == number)


async def test_passwords_of_who_has_gone_are_not_compared(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mallory sends six forms and hangs up on each; Alice, who comes after them, does not wait for six passwords."""
    compared: list[bytes] = []
    first, go_on = threading.Event(), threading.Event()

    def compare(_stored: str, password: bytes) -> bool:
        compared.append(password)
        first.set()
        go_on.wait(20)
        return False

    monkeypatch.setattr(passwords, "_matches", compare)
    monkeypatch.setattr(passwords, "_AT_ONCE", 1)
    mallorys = [Connection(served) for _ in range(6)]
    await asyncio.to_thread(first.wait, 20)
    await _until_waiting(6)
    for each in mallorys:
        each.hang_up()
    await asyncio.wait([each.task for each in mallorys])
    alice = Connection(served)
    await _until_waiting(1)
    go_on.set()
    await alice.task
    assert alice.said[0]["status"] == 401
    assert len(compared) == 2, "the one that was under way, and Alice's"
    assert not any(each.said for each in mallorys)


async def test_what_is_asked_elsewhere_is_done_whoever_goes() -> None:
    done = asyncio.Event()

    async def app(_scope: Any, receive: Any, _send: Any) -> None:
        while (await receive()).get("more_body"):
            continue
        await asyncio.sleep(0.01)
        done.set()

    bob = Connection(WhileTheyWait(app, frozenset({LOGIN})), path="/post/1/vote")
    bob.hang_up()
    await bob.task
    assert done.is_set()


async def test_who_reads_on_is_told_that_nobody_is_there() -> None:
    heard: list[str] = []

    async def app(_scope: Any, receive: Any, _send: Any) -> None:
        try:
            while (message := await receive())["type"] != "http.disconnect":
                heard.append(message["body"].decode())
        finally:
            heard.append("the end")

    bob = Connection(WhileTheyWait(app, frozenset({LOGIN})), body=b"0123456789rest")
    bob.hang_up()
    await bob.task
    assert heard == ["0123456789", "rest", "the end"]


async def test_what_fails_is_told() -> None:
    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await Connection(WhileTheyWait(app, frozenset({LOGIN}))).task
