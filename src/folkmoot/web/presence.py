"""Work that is given up when the client that asked for it goes away."""

import asyncio
from typing import Any

LOG_IN = frozenset({"/login", "/api/v3/user/login"})
"""Where a password is compared, which takes a core for twenty milliseconds, leaves nothing behind, and lets others wait meanwhile."""


class WhileTheyWait:
    """ASGI layer: what is sent to one of `paths` is worked at for as long as the connection stands. Whoever presses a button again and
    again, or sends a thousand forms and hangs up, does not leave work behind that others have to wait for."""

    def __init__(self, app: Any, paths: frozenset[str]) -> None:
        self.app = app
        self.paths = paths

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] not in self.paths:
            await self.app(scope, receive, send)
            return
        whole, gone = asyncio.Event(), asyncio.Event()

        async def hand_on() -> Any:
            if whole.is_set():
                await gone.wait()
                return {"type": "http.disconnect"}
            message = await receive()
            if not message.get("more_body", False):
                whole.set()
            return message

        async def watch() -> None:
            await whole.wait()
            while (await receive())["type"] != "http.disconnect":
                continue
            gone.set()

        work, watching = asyncio.create_task(self.app(scope, hand_on, send)), asyncio.create_task(watch())
        try:
            await asyncio.wait((work, watching), return_when=asyncio.FIRST_COMPLETED)
        finally:
            work.cancel()  # which does nothing to what is done
            watching.cancel()
            await asyncio.wait((work, watching))
        if not work.cancelled():
            work.result()
