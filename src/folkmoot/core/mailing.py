"""Mails: written down in the transaction that causes them, sent later, outside of any, and tried again when that fails.

What sends them is behind `Mailer` (`net/mail.py` has them), so that this does not depend on how a site sends mail.
"""

from typing import Any, Protocol

from folkmoot.model.site import LocalSite
from folkmoot.store import jobs
from folkmoot.store.db import Tx

SEND = "mail.send"
_SUBJECT_LIMIT = 150


class Mailer(Protocol):
    """Whatever sends a mail of plain text."""

    async def send(self, *, to: str, sender_name: str, subject: str, text: str) -> bool:
        """Hand one mail over. False when it was refused for good, so that trying again cannot help; raises whatever else went wrong."""
        ...


async def queue(tx: Tx, site: LocalSite, *, to: str, subject: str, text: str) -> None:
    """Write down a mail to be sent. Nothing secret may be in it: jobs can be read by whoever reads the database."""
    subject = " ".join(subject.split())[:_SUBJECT_LIMIT]
    await jobs.enqueue(tx, SEND, {"to": to, "sender_name": site.name, "subject": subject, "text": text})


async def send_mail(mailer: Mailer, payload: dict[str, Any]) -> None:
    """The job `mail.send`: send what `queue` wrote down. Raises what the mailer raises, to be tried again."""
    await mailer.send(
        to=payload["to"], sender_name=payload["sender_name"], subject=payload["subject"], text=payload["text"]
    )
