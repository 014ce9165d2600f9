"""One line per event, with the request it belongs to and without secrets."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from folkmoot.logs import Message, Receive, RequestIds, Send, logger, set_up_logs
from folkmoot.settings import load_settings


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def logs_to(stream: io.StringIO, **settings: str) -> io.StringIO:
    set_up_logs(
        load_settings({f"FOLKMOOT_{name.upper()}": value for name, value in settings.items()}), stream
    )
    return stream


def lines_of(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("name", ["password", "token", "Authorization", "jwt"])
def test_a_secret_never_reaches_the_log(name: str) -> None:
    stream = logs_to(io.StringIO())
    logger("folkmoot.test").info("login", **{name: "hunter22"})
    assert "hunter22" not in stream.getvalue()
    assert lines_of(stream)[0][name] == "***"


def test_an_error_for_people_does_not_show_the_values_of_variables() -> None:
    stream = logs_to(Terminal())

    def fail_with(password: str) -> None:
        raise RuntimeError("no")

    try:
        fail_with("hunter22" * 2)
    except RuntimeError:
        logger("folkmoot.test").exception("failed")
    assert "RuntimeError" in stream.getvalue()
    assert "hunter22hunter22" not in stream.getvalue()


def test_what_is_less_important_than_asked_for_is_left_out() -> None:
    stream = logs_to(io.StringIO(), log_level="warning")
    logger("folkmoot.test").info("small talk")
    logging.getLogger("uvicorn").info("small talk")
    assert stream.getvalue() == ""


def test_programs_get_a_json_object_per_line() -> None:
    stream = logs_to(io.StringIO())
    logger("folkmoot.test").info("post_created", post=9, title="zwei\nZeilen")
    (line,) = lines_of(stream)
    assert (line["event"], line["post"], line["level"], line["logger"]) == (
        "post_created",
        9,
        "info",
        "folkmoot.test",
    )
    assert line["title"] == "zwei\nZeilen"
    assert line["timestamp"].endswith("Z")


def test_libraries_end_up_in_the_same_lines() -> None:
    stream = logs_to(io.StringIO())
    logging.getLogger("uvicorn.error").warning("started %s", "server", extra={"port": 8536})
    (line,) = lines_of(stream)
    assert (line["event"], line["level"], line["port"]) == ("started server", "warning", 8536)


def test_people_get_words_on_a_terminal_and_programs_json_where_asked() -> None:
    people = logs_to(Terminal())
    logger("folkmoot.test").info("post_created", post=9)
    assert "post_created" in people.getvalue()
    assert not people.getvalue().startswith("{")
    programs = logs_to(Terminal(), log_format="json")
    logger("folkmoot.test").info("post_created", post=9)
    assert lines_of(programs)[0]["post"] == 9


# --- request ids ---------------------------------------------------------------------------------------------------


async def answer(
    headers: list[tuple[bytes, bytes]], *, trust_header: bool = False, kind: str = "http"
) -> list[Message]:
    """Send one request through `RequestIds` to an application that logs; what it answered."""

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        logger("folkmoot.test").info("asked")
        await send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]})
        await send({"type": "http.response.body", "body": b""})

    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    await RequestIds(application, trust_header=trust_header)(
        {"type": kind, "headers": headers}, receive, send
    )
    return sent


def id_in(sent: list[Message]) -> str:
    return dict(sent[0]["headers"])[b"x-request-id"].decode()


async def test_a_strangers_id_is_not_taken_over() -> None:
    sent = await answer([(b"x-request-id", b"0123456789")])
    assert id_in(sent) != "0123456789"


@pytest.mark.parametrize("odd", [b"short", b"x" * 65, b'with "quotes"', b"two\nlines8"])
async def test_an_odd_id_is_not_taken_over_from_the_proxy_either(odd: bytes) -> None:
    assert id_in(await answer([(b"x-request-id", odd)], trust_header=True)) != odd.decode()


async def test_the_proxys_id_is_kept() -> None:
    assert id_in(await answer([(b"x-request-id", b"0123456789")], trust_header=True)) == "0123456789"


async def test_lines_carry_the_id_that_the_answer_names() -> None:
    stream = logs_to(io.StringIO())
    sent = await answer([])
    logger("folkmoot.test").info("afterwards")
    during, after = lines_of(stream)
    assert during["request_id"] == id_in(sent)
    assert "request_id" not in after
    assert (b"a", b"b") in sent[0]["headers"]


async def test_what_is_no_request_passes_through() -> None:
    assert b"x-request-id" not in dict((await answer([], kind="lifespan"))[0]["headers"])
