"""Mails as they leave: to a server, to the log, into files."""

import asyncio
import logging
from email import message_from_bytes, policy
from pathlib import Path

import aiosmtplib
import pytest

from folkmoot.net.mail import ConsoleMailer, FileMailer, SmtpMailer, build_message, make_mailer

MAIL = {
    "to": "alice@mail.example",
    "sender_name": "Über Forum",
    "subject": "Grüße",
    "text": "Hallo\n.\nÄrger\n",
}


class Server:
    """A mail server that speaks just enough SMTP; `answers` replaces the answer to a command."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.got = b""
        self.over = asyncio.Event()

    async def __aenter__(self) -> "Server":
        self.server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        await asyncio.wait_for(self.over.wait(), 5)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        finally:
            writer.close()
            self.over.set()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example\r\n")
        while line := await reader.readline():
            command = line.split()[0].decode().upper()
            answer = self.answers.get(
                command, {"DATA": "354 go on", "QUIT": "221 bye"}.get(command, "250 ok")
            )
            writer.write(f"{answer}\r\n".encode())
            if command == "DATA" and answer.startswith("354"):
                self.got = await reader.readuntil(b"\r\n.\r\n")
                writer.write(f"{self.answers.get('END', '250 kept')}\r\n".encode())
            if command == "QUIT":
                break


def smtp(port: int) -> SmtpMailer:
    return SmtpMailer(f"smtp://127.0.0.1:{port}", "forum@here.example", patience=5)


@pytest.mark.parametrize("field", ["to", "subject", "sender_name"])
def test_no_header_can_be_smuggled_in(field: str) -> None:
    with pytest.raises(ValueError, match=r"linefeed|header|newline|carriage"):
        build_message(sender="forum@here.example", **{**MAIL, field: "x\r\nBcc: all@mail.example"})


def test_a_mail_says_that_a_machine_wrote_it() -> None:
    message = build_message(sender="forum@here.example", **MAIL)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@here.example>")
    assert message["Date"]


async def test_a_mail_reaches_the_server() -> None:
    async with Server() as server:
        assert await smtp(server.port).send(**MAIL)
    message = message_from_bytes(server.got.removesuffix(b".\r\n"), policy=policy.default)
    assert message["To"] == "alice@mail.example"
    assert message["Subject"] == "Grüße"
    assert "Über Forum" in str(message["From"])


@pytest.mark.parametrize(
    ("answers", "raises"),
    [
        ({"RCPT": "550 no such user"}, False),
        ({"RCPT": "450 later"}, True),
        ({"MAIL": "550 not you"}, False),
        ({"MAIL": "451 later"}, True),
        ({"END": "554 spam"}, False),
        ({"END": "452 full"}, True),
    ],
)
async def test_a_refusal_for_good_is_not_tried_again(answers: dict[str, str], raises: bool) -> None:
    async with Server(**answers) as server:
        if raises:
            with pytest.raises(aiosmtplib.SMTPException):
                await smtp(server.port).send(**MAIL)
        else:
            assert not await smtp(server.port).send(**MAIL)


async def test_no_password_is_sent_in_clear() -> None:
    async with Server() as server:
        mailer = SmtpMailer(f"smtp://user:secret@127.0.0.1:{server.port}", "forum@here.example", patience=5)
        with pytest.raises(aiosmtplib.SMTPException):
            await mailer.send(**MAIL)


async def test_a_server_that_is_away_is_tried_again() -> None:
    async with Server() as server:
        port = server.port
        server.over.set()
    with pytest.raises((OSError, aiosmtplib.SMTPException)):
        await smtp(port).send(**MAIL)


async def test_without_a_server_mails_go_to_the_log_or_into_files(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mailer = make_mailer(smtp_url=None, sink="console", sender="forum@here.example", folder=tmp_path)
    assert isinstance(mailer, ConsoleMailer)
    with caplog.at_level(logging.INFO):
        assert await mailer.send(**MAIL)
    assert "Ärger" in caplog.text
    mailer = make_mailer(smtp_url=None, sink="file", sender="forum@here.example", folder=tmp_path / "mail")
    assert isinstance(mailer, FileMailer)
    assert await mailer.send(**MAIL)
    assert not await mailer.send(**{**MAIL, "to": "x\n@y"})
    [written] = (tmp_path / "mail").iterdir()
    assert message_from_bytes(written.read_bytes(), policy=policy.default)["To"] == "alice@mail.example"
    assert isinstance(
        make_mailer(smtp_url="smtps://mail.example", sink="file", sender="x@y.example", folder=tmp_path),
        SmtpMailer,
    )
