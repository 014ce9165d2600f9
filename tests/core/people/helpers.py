"""What the stories about accounts have in common."""

import json
from typing import Any

from folkmoot.core.people import login, passwords, sessions
from folkmoot.core.people.keys import KeyPair
from folkmoot.core.people.login import LogIn
from folkmoot.core.people.register import Prepared, Register
from folkmoot.core.people.sessions import Client
from folkmoot.model.people import Viewer
from folkmoot.store.db import Database, Tx
from tests.rows import password_of

PASSWORD = "a long enough password"
READY = Prepared("(a hash)", KeyPair("(public)", "(private)"))
"""What takes time to make, without taking time."""


class Postbox:
    """A mailer that keeps what it gets. Set `broken` to have it fail, `refusing` to have it refuse for good."""

    def __init__(self) -> None:
        self.mails: list[dict[str, str]] = []
        self.broken = False
        self.refusing = False

    async def send(self, *, to: str, sender_name: str, subject: str, text: str) -> bool:
        if self.broken:
            raise OSError("the mail server does not answer")
        if self.refusing:
            return False
        self.mails.append({"to": to, "sender_name": sender_name, "subject": subject, "text": text})
        return True


def asking(name: str = "erin", **more: Any) -> Register:
    """An ordinary registration."""
    return Register(**{"username": name, "password": PASSWORD, "password_verify": PASSWORD, **more})


async def jobs(tx: Tx, name: str) -> list[dict[str, Any]]:
    """The payloads of the waiting jobs of a name, in order."""
    return [
        json.loads(row[0])
        for row in await tx.all("SELECT payload FROM job WHERE name = :name ORDER BY id", name=name)
    ]


async def mails(tx: Tx) -> list[dict[str, Any]]:
    """The mails that wait to be sent."""
    return await jobs(tx, "mail.send")


async def set_site(tx: Tx, **values: Any) -> None:
    """Change settings of the site."""
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    await tx.run(f"UPDATE local_site SET {assignments}", **values)
    tx.changed("site")


async def logged_in(
    db: Database, who: Viewer, client: Client = sessions.UNKNOWN_CLIENT
) -> tuple[Viewer, str]:
    """Somebody of the cast with a session: as the next request sees them, and the token."""
    assert who.account
    async with db.write() as tx:
        token = await sessions.open_session(tx, who.account, client)
    async with db.read() as tx:
        return await sessions.viewer_of(tx, token), token


async def log_in(db: Database, name: str, password: str | None = None, **more: Any) -> str:
    """Log in with a password, as a face does; the token."""
    proof = await passwords.prove(db, name, password_of(name) if password is None else password)
    async with db.write() as tx:
        return (await login.log_in(tx, proof, LogIn(**more))).token


async def viewer_of(db: Database, token: str) -> Viewer:
    """Who holds a token now."""
    async with db.read() as tx:
        return await sessions.viewer_of(tx, token)
