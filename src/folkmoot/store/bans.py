"""Bans from the site and from communities, and who ranks above whom."""

from collections.abc import Collection
from dataclasses import dataclass

from folkmoot.model.communities import Barred
from folkmoot.model.people import Person
from folkmoot.model.time import Micros
from folkmoot.store.db import Tx
from folkmoot.store.people import PERSON, looks_changed, make_person


@dataclass(frozen=True, slots=True)
class Office:
    """What somebody is, in the order of ranking (R-1): `admin` is the account's id, `moderator_since` concerns one community."""

    admin: int | None
    moderator_since: Micros | None


@dataclass(frozen=True, slots=True)
class Banned:
    """Somebody banned from a community; `expires` None means for good."""

    person: Person
    expires: Micros | None
    published: Micros


async def office(tx: Tx, person_id: int, community_id: int | None) -> Office:
    """Whether this person is an admin, and since when a moderator there."""
    row = await tx.first(
        "SELECT (SELECT id FROM local_user WHERE person_id = :person_id AND admin),"
        " (SELECT published FROM community_moderator WHERE community_id = :community_id AND person_id = :person_id)",
        person_id=person_id, community_id=community_id or 0,
    )  # fmt: skip
    assert row is not None
    return Office(row[0], row[1])


async def admins(tx: Tx) -> list[Person]:
    """The admins, the highest first (R-1)."""
    rows = await tx.all(
        f"SELECT {PERSON} FROM local_user l JOIN person p ON p.id = l.person_id WHERE l.admin ORDER BY l.id"
    )
    return [make_person(row) for row in rows]


async def set_admin(tx: Tx, person_id: int, admin: bool) -> None:
    """Make an account an admin's, or no longer; `person.admin` mirrors it."""
    await tx.run(
        "UPDATE local_user SET admin = :admin WHERE person_id = :person_id", admin=admin, person_id=person_id
    )
    await tx.run(
        "UPDATE person SET admin = :admin, version = version + 1 WHERE id = :person_id",
        admin=admin,
        person_id=person_id,
    )
    looks_changed(tx, person_id)
    tx.changed("site")


async def set_site_ban(tx: Tx, person_id: int, *, banned: bool, expires: Micros | None) -> None:
    """Ban from the site or lift that."""
    await tx.run(
        "UPDATE person SET banned = :banned, ban_expires = CAST(:expires AS BIGINT), version = version + 1 WHERE id = :person_id",
        banned=banned, expires=expires, person_id=person_id,
    )  # fmt: skip
    looks_changed(tx, person_id)


async def end_sessions(tx: Tx, person_id: int) -> None:
    """Log this person out everywhere (A-3)."""
    await tx.run(
        "DELETE FROM session WHERE local_user_id IN (SELECT id FROM local_user WHERE person_id = :person_id)",
        person_id=person_id,
    )
    tx.changed("person", person_id)


async def set_community_ban(tx: Tx, community_id: int, person_id: int, *, expires: Micros | None) -> None:
    """Ban from one community; a ban that was there already gets the new end."""
    await tx.run(
        "INSERT INTO community_ban (community_id, person_id, expires, published) VALUES (:community_id, :person_id, :expires, :now)"
        " ON CONFLICT (community_id, person_id) DO UPDATE SET expires = excluded.expires, published = excluded.published",
        community_id=community_id, person_id=person_id, expires=expires, now=tx.now,
    )  # fmt: skip
    _community_bans_changed(tx, community_id, person_id)


async def drop_community_ban(tx: Tx, community_id: int, person_id: int) -> bool:
    """Lift a ban from one community; False where there was none."""
    lifted = await tx.run(
        "DELETE FROM community_ban WHERE community_id = :community_id AND person_id = :person_id",
        community_id=community_id, person_id=person_id,
    )  # fmt: skip
    _community_bans_changed(tx, community_id, person_id)
    return bool(lifted)


async def of_person_in(tx: Tx, community_id: int, person_id: int) -> Barred | None:
    """The ban of one person from one community; None where there is none."""
    row = await tx.first(
        "SELECT (SELECT m.reason FROM modlog m WHERE m.person_id = b.person_id AND m.community_id = b.community_id"
        " AND m.kind = 'ban_from_community' AND m.state ORDER BY m.published DESC, m.id DESC LIMIT 1), b.published, b.expires"
        " FROM community_ban b WHERE b.community_id = :community_id AND b.person_id = :person_id",
        community_id=community_id, person_id=person_id,
    )  # fmt: skip
    return Barred(*row) if row else None


def _community_bans_changed(tx: Tx, community_id: int, person_id: int) -> None:
    tx.changed("community", community_id)
    looks_changed(tx, person_id)


async def in_community(tx: Tx, community_id: int, *, limit: int, offset: int = 0) -> list[Banned]:
    """Who is banned from a community, the latest first."""
    rows = await tx.all(
        f"SELECT b.expires, b.published, {PERSON} FROM community_ban b JOIN person p ON p.id = b.person_id"
        " WHERE b.community_id = :community_id ORDER BY b.published DESC, b.person_id DESC LIMIT :limit OFFSET :offset",
        community_id=community_id, limit=limit, offset=offset,
    )  # fmt: skip
    return [Banned(make_person(row[2:]), row[0], row[1]) for row in rows]


async def banned_accounts(tx: Tx) -> list[Person]:
    """Local people banned from the site (R-9)."""
    rows = await tx.all(
        f"SELECT {PERSON} FROM person p WHERE p.banned AND p.local AND NOT p.deleted ORDER BY p.name_key"
    )
    return [make_person(row) for row in rows]


async def is_banned_from(tx: Tx, community_id: int, person_ids: Collection[int]) -> set[int]:
    """Who of these is banned from a community."""
    rows = await tx.all(
        "SELECT person_id FROM community_ban WHERE community_id = :community_id AND person_id IN :ids[]",
        community_id=community_id, ids=set(person_ids),
    )  # fmt: skip
    return {row[0] for row in rows}


async def local_communities_of(tx: Tx, person_id: int) -> list[int]:
    """The local communities in which this person took part by posting, commenting or following (R-9)."""
    rows = await tx.all(
        "SELECT c.id FROM community c WHERE c.local AND (EXISTS (SELECT 1 FROM post p WHERE p.creator_id = :person_id AND p.community_id = c.id)"
        " OR EXISTS (SELECT 1 FROM comment m WHERE m.creator_id = :person_id AND m.community_id = c.id)"
        " OR EXISTS (SELECT 1 FROM community_follow f WHERE f.person_id = :person_id AND f.community_id = c.id)) ORDER BY c.id",
        person_id=person_id,
    )
    return [row[0] for row in rows]


async def communities_of_server(tx: Tx, instance_id: int, person_id: int) -> list[int]:
    """The communities of one server in which this person took part or from which they are banned."""
    rows = await tx.all(
        "SELECT c.id FROM community c WHERE c.instance_id = :instance_id AND ("
        "EXISTS (SELECT 1 FROM post p WHERE p.creator_id = :person_id AND p.community_id = c.id)"
        " OR EXISTS (SELECT 1 FROM comment m WHERE m.creator_id = :person_id AND m.community_id = c.id)"
        " OR EXISTS (SELECT 1 FROM community_follow f WHERE f.person_id = :person_id AND f.community_id = c.id)"
        " OR EXISTS (SELECT 1 FROM community_ban b WHERE b.person_id = :person_id AND b.community_id = c.id)) ORDER BY c.id LIMIT 1000",
        instance_id=instance_id, person_id=person_id,
    )  # fmt: skip
    return [row[0] for row in rows]


async def bans_that_came_with_site_ban(tx: Tx, person_id: int) -> list[int]:
    """The communities from which this person was banned in the same transaction as from the site."""
    rows = await tx.all(
        "SELECT b.community_id FROM community_ban b WHERE b.person_id = :person_id AND b.published = (SELECT max(m.published) FROM modlog m"
        " WHERE m.person_id = :person_id AND m.kind = 'ban' AND m.state) ORDER BY b.community_id",
        person_id=person_id,
    )
    return [row[0] for row in rows]


async def lift_expired(tx: Tx) -> tuple[list[int], list[tuple[int, int]]]:
    """End the bans whose time is over; the people who were banned from the site, and those from communities."""
    people = await tx.all(
        "UPDATE person SET banned = :no, ban_expires = NULL, version = version + 1 WHERE banned AND ban_expires <= :now RETURNING id",
        no=False, now=tx.now,
    )  # fmt: skip
    for row in people:
        looks_changed(tx, row[0])
    places = await tx.all(
        "DELETE FROM community_ban WHERE expires <= :now RETURNING community_id, person_id", now=tx.now
    )
    for row in places:
        _community_bans_changed(tx, row[0], row[1])
    return [row[0] for row in people], [(row[0], row[1]) for row in places]
