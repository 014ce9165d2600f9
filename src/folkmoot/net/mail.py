"""Sending mail: over SMTP, or where there is no server for it to the log or into files. Imports nothing of ours."""

import asyncio
import logging
import secrets
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiosmtplib

log = logging.getLogger(__name__)

PATIENCE = 30.0
"""Seconds that a mail server may take to answer."""
_DEFAULT_PORTS = {"smtp": 587, "smtps": 465}
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def build_message(*, sender: str, sender_name: str, to: str, subject: str, text: str) -> EmailMessage:
    """A mail of plain text. Raises `ValueError` where an address or the subject holds line breaks."""
    message = EmailMessage()
    message["From"] = formataddr((sender_name, sender))
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{secrets.token_hex(16)}@{sender.rpartition('@')[2]}>"
    # Nobody's holiday should answer this (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


class SmtpMailer:
    """Hands mails to the server that the operator named: `smtp://user:password@host:587` or `smtps://…:465`.

    `smtp` turns to TLS where the server offers it, and insists on it where a password is sent.
    """

    def __init__(self, url: str, sender: str, *, patience: float = PATIENCE) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or _DEFAULT_PORTS[parts.scheme]
        self._at_once = parts.scheme == "smtps"
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._sender = sender
        self._patience = patience
        self._trust = ssl.create_default_context()
        if self._host in _THIS_MACHINE:
            # Relays on the same machine rarely have a certificate anybody signed, and nothing leaves the machine.
            self._trust.check_hostname = False
            self._trust.verify_mode = ssl.CERT_NONE

    async def send(self, *, to: str, sender_name: str, subject: str, text: str) -> bool:
        """Hand one mail over. False when it was refused for good; raises `OSError`, `TimeoutError` or `aiosmtplib.SMTPException`
        where trying again may help.
        """
        try:
            message = build_message(
                sender=self._sender, sender_name=sender_name, to=to, subject=subject, text=text
            )
        except ValueError:
            log.warning("a mail could not be written: address or subject are malformed")
            return False
        try:
            await aiosmtplib.send(
                message,
                hostname=self._host,
                port=self._port,
                username=self._user,
                password=self._password,
                use_tls=self._at_once,
                start_tls=None if self._at_once or self._user is None else True,
                timeout=self._patience,
                tls_context=self._trust,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            if any(one.code < 500 for one in refused.recipients):
                raise
            log.warning("a mail was refused for good", extra={"answer": str(refused.recipients[0].message)})
            return False
        except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as refused:
            if refused.code < 500:
                raise
            log.warning("a mail was refused for good", extra={"answer": str(refused.message)})
            return False
        return True


class ConsoleMailer:
    """Writes mails to the log: for trying things out on one's own machine."""

    def __init__(self, sender: str) -> None:
        self._sender = sender

    async def send(self, *, to: str, sender_name: str, subject: str, text: str) -> bool:
        """Log one mail."""
        log.info(
            "mail from %s to %s\nSubject: %s\n\n%s",
            formataddr((sender_name, self._sender)),
            to,
            subject,
            text,
        )
        return True


class FileMailer:
    """Writes mails into a folder, one file each."""

    def __init__(self, sender: str, folder: Path) -> None:
        self._sender = sender
        self._folder = folder

    async def send(self, *, to: str, sender_name: str, subject: str, text: str) -> bool:
        """Write one mail to a new `.eml` file."""
        try:
            message = build_message(
                sender=self._sender, sender_name=sender_name, to=to, subject=subject, text=text
            )
        except ValueError:
            return False
        await asyncio.to_thread(self._write, message.as_bytes())
        return True

    def _write(self, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}.eml"
        (self._folder / name).write_bytes(content)


def make_mailer(
    *, smtp_url: str | None, sink: str, sender: str, folder: Path
) -> SmtpMailer | ConsoleMailer | FileMailer:
    """The one that the settings ask for: a server, else `console` or `file`."""
    if smtp_url:
        return SmtpMailer(smtp_url, sender)
    return FileMailer(sender, folder) if sink == "file" else ConsoleMailer(sender)
