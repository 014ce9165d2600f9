"""Logs: one line per event, for people on a terminal and as JSON everywhere else.

Our own code and the libraries (uvicorn, asyncio, aiohttp) end up in the same lines. What happens while a request is
answered carries its id, which is also in the answer's `x-request-id`, so that a person's report leads to the lines.
"""

import logging
import re
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from random import getrandbits
from typing import Any, TextIO

import structlog
from structlog.contextvars import merge_contextvars
from structlog.typing import EventDict, Processor

from folkmoot.settings import Settings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

SECRETS = frozenset(
    {"authorization", "cookie", "csrf", "jwt", "password", "private_key", "secret", "token", "totp"}
)
"""Names whose values never reach a log, however they got into the event."""

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request that is being answered; empty outside of one."""
_USABLE_ID = re.compile(rb"[A-Za-z0-9_-]{8,64}")


def set_up_logs(settings: Settings, stream: TextIO | None = None) -> None:
    """Send everything that is logged to `stream` (the standard error) as the settings want it. Call once, at the start."""
    stream = stream or sys.stderr
    for_people = settings.log_format == "console" or (settings.log_format == "auto" and stream.isatty())
    shared: list[Processor] = [
        merge_contextvars,
        name_request,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if for_people else "iso", utc=not for_people),
        hide_secrets,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *(_for_people(stream) if for_people else _for_programs()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())


def _for_people(stream: TextIO) -> list[Processor]:
    # The renderer's own choice of traceback shows local variables, and with them passwords and tokens.
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=plain)]


def _for_programs() -> list[Processor]:
    return [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(default=str, ensure_ascii=False),
    ]


def name_request(_logger: object, _method: str, event: EventDict) -> EventDict:
    """A step of the chain: what happens while a request is answered carries its id."""
    if current := request_id.get():
        event.setdefault("request_id", current)
    return event


def hide_secrets(_logger: object, _method: str, event: EventDict) -> EventDict:
    """A step of the chain: values under a name in `SECRETS` become `***`."""
    for name in event:
        if name.lower() in SECRETS:
            event[name] = "***"
    return event


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module: `log = logger(__name__)`, then `log.info("post_created", post=9)`."""
    found: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return found


class RequestIds:
    """ASGI layer that gives every request an id, binds it to the logs and puts it into the answer.

    With `trust_header`, for a server behind a proxy of its own, the proxy's `x-request-id` is taken over where it is
    8 to 64 letters, digits, dashes and underscores.
    """

    def __init__(self, app: Application, *, trust_header: bool = False) -> None:
        self.app = app
        self.trust_header = trust_header

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        current = self._id_for(scope)
        header = (b"x-request-id", current.encode())

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        token = request_id.set(current)
        try:
            await self.app(scope, receive, send_with_id)
        finally:
            request_id.reset(token)

    def _id_for(self, scope: Message) -> str:
        if self.trust_header:
            for name, value in scope["headers"]:
                if name == b"x-request-id" and _USABLE_ID.fullmatch(value):
                    return str(value, "ascii")
        return f"{getrandbits(64):016x}"
