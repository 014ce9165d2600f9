"""Rows for tests, written plainly: people, servers and communities that were there before the story begins."""

from functools import cache

from argon2 import PasswordHasher

from folkmoot.model.people import LocalUser, Viewer
from folkmoot.store import people
from folkmoot.store.db import Tx
from folkmoot.store.rows import columns, maker

_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def password_of(name: str) -> str:
    """Everybody's password: at least ten characters, made from the name."""
    return f"{name}-{name}-password"


@cache
def _hash_of(name: str) -> str:
    return _HASHER.hash(password_of(name))


async def instance(tx: Tx, domain: str) -> int:
    """A server elsewhere; its id."""
    number: int = await tx.value(
        "INSERT INTO instance (domain, published, software) VALUES (:domain, :now, 'lemmy') RETURNING id",
        domain=domain,
        now=tx.now,
    )
    return number


async def _person(tx: Tx, name: str, *, instance_id: int, host: str, local: bool, admin: bool = False) -> int:
    number: int = await tx.value(
        "INSERT INTO person (instance_id, name, name_key, host, local, ap_id, inbox_url, admin, published, last_refreshed)"
        " VALUES (:instance_id, :name, :key, :host, :local, :ap_id, :inbox, :admin, :now, :now) RETURNING id",
        instance_id=instance_id, name=name, key=name.casefold(), host=host, local=local, ap_id=f"https://{host}/u/{name}",
        inbox=f"https://{host}/u/{name}/inbox", admin=admin, now=tx.now,
    )  # fmt: skip
    return number


async def local_person(tx: Tx, name: str, *, admin: bool = False) -> Viewer:
    """Somebody with an account here, as a viewer without a session."""
    instance_id = await tx.value("SELECT id FROM instance WHERE local")
    host = await tx.value("SELECT domain FROM instance WHERE local")
    person_id = await _person(tx, name, instance_id=instance_id, host=host, local=True, admin=admin)
    await tx.run(
        "INSERT INTO local_user (person_id, password_hash, accepted_application, admin, last_donation_notification, email, email_key,"
        " email_verified) VALUES (:id, :hash, :yes, :admin, :now, :email, :key, :yes)",
        id=person_id, hash=_hash_of(name), yes=True, admin=admin, now=tx.now, email=f"{name}@mail.example", key=f"{name}@mail.example",
    )  # fmt: skip
    await tx.run("UPDATE local_site SET users = users + 1")
    return await viewer(tx, name)


async def viewer(tx: Tx, name: str) -> Viewer:
    """A local person looking, without a session."""
    person = await people.by_name(tx, name.casefold(), None)
    assert person is not None
    row = await tx.first(f"SELECT {columns(LocalUser)} FROM local_user WHERE person_id = :id", id=person.id)
    assert row is not None
    return Viewer(person, maker(LocalUser)(row))


async def remote_person(tx: Tx, name: str, instance_id: int, host: str) -> Viewer:
    """Somebody of another server."""
    return Viewer(
        await people.by_id(tx, await _person(tx, name, instance_id=instance_id, host=host, local=False))
    )


async def community(
    tx: Tx, name: str, *, moderators: list[int], instance_id: int | None = None, host: str | None = None
) -> int:
    """A community, here unless told otherwise; its id."""
    local = instance_id is None
    instance_id = instance_id or await tx.value("SELECT id FROM instance WHERE local")
    host = host or await tx.value("SELECT domain FROM instance WHERE local")
    base = f"https://{host}/c/{name}"
    number: int = await tx.value(
        "INSERT INTO community (instance_id, name, name_key, host, local, title, ap_id, inbox_url, published, last_refreshed)"
        " VALUES (:instance_id, :name, :name, :host, :local, :title, :ap_id, :inbox, :now, :now) RETURNING id",
        instance_id=instance_id, name=name, host=host, local=local, title=name.title(), ap_id=base, inbox=f"{base}/inbox", now=tx.now,
    )  # fmt: skip
    await tx.run("INSERT INTO community_count (id) VALUES (:number)", number=number)
    for person_id in moderators:
        await tx.run(
            "INSERT INTO community_moderator (community_id, person_id, published) VALUES (:number, :person_id, :now)",
            number=number, person_id=person_id, now=tx.now,
        )  # fmt: skip
    if local:
        await tx.run("UPDATE local_site SET communities = communities + 1")
    return number
