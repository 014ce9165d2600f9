"""Whoever acts across servers, by address: people, communities and sites, with their keys; and what an address names."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from folkmoot.model.communities import Community
from folkmoot.model.people import Person
from folkmoot.model.time import Micros
from folkmoot.store.communities import COMMUNITY, make_community
from folkmoot.store.db import Tx
from folkmoot.store.people import PERSON, make_person

Kind = Literal["person", "community", "site"]


@dataclass(frozen=True, slots=True)
class Key:
    """The public key of an actor, and when the actor was last fetched. `host` as in its address."""

    kind: Kind
    id: int
    ap_id: str
    local: bool
    deleted: bool
    public_key: str
    refreshed: Micros


_KEYS = (
    "SELECT 'person', id, ap_id, local, deleted, public_key, last_refreshed FROM person WHERE ap_id IN :ids[text]"
    " UNION ALL SELECT 'community', id, ap_id, local, deleted, public_key, last_refreshed FROM community WHERE ap_id IN :ids[text]"
    " UNION ALL SELECT 'site', s.id, s.ap_id, i.local, FALSE, s.public_key, s.last_refreshed FROM site s JOIN instance i ON i.id = s.instance_id"
    " WHERE s.ap_id IN :ids[text]"
)


async def keys_of(tx: Tx, ap_ids: Collection[str]) -> dict[str, Key]:
    """The actors of these addresses, with their keys (empty where none is known yet)."""
    if not ap_ids:
        return {}
    found: dict[str, Key] = {}
    for row in await tx.all(_KEYS, ids=set(ap_ids)):
        found.setdefault(row[2], Key(row[0], row[1], row[2], bool(row[3]), bool(row[4]), row[5], row[6]))
    return found


async def key_of(tx: Tx, ap_id: str) -> Key | None:
    """The same of one."""
    return (await keys_of(tx, [ap_id])).get(ap_id)


async def at_inbox(tx: Tx, instance_id: int, inbox: str) -> list[str]:
    """The addresses of the actors behind this inbox, two at the most: enough to know whether it is one's own or shared."""
    rows = await tx.all(
        "SELECT ap_id FROM person WHERE instance_id = :instance_id AND inbox_url = :inbox"
        " UNION ALL SELECT ap_id FROM community WHERE instance_id = :instance_id AND inbox_url = :inbox LIMIT 2",
        instance_id=instance_id, inbox=inbox,
    )  # fmt: skip
    return [row[0] for row in rows]


async def people_at(tx: Tx, ap_ids: Collection[str]) -> dict[str, Person]:
    """The people of these addresses."""
    if not ap_ids:
        return {}
    rows = await tx.all(f"SELECT {PERSON} FROM person p WHERE p.ap_id IN :ids[text]", ids=set(ap_ids))
    return {person.ap_id: person for person in map(make_person, rows)}


async def communities_at(tx: Tx, ap_ids: Collection[str]) -> dict[str, Community]:
    """The communities of these addresses."""
    if not ap_ids:
        return {}
    rows = await tx.all(f"SELECT {COMMUNITY} FROM community c WHERE c.ap_id IN :ids[text]", ids=set(ap_ids))
    return {community.ap_id: community for community in map(make_community, rows)}


@dataclass(frozen=True, slots=True)
class Placed:
    """A stored post, comment or message as far as deciding about activities needs it. `community_id` 0 for messages."""

    kind: Literal["post", "comment", "message"]
    id: int
    ap_id: str
    community_id: int
    creator_id: int
    creator_ap_id: str
    local: bool
    moment: Micros
    """When it was last changed by its author."""


_OBJECTS = (
    "SELECT 'post', t.id, t.ap_id, t.community_id, t.creator_id, p.ap_id, t.local, coalesce(t.updated, t.published)"
    " FROM post t JOIN person p ON p.id = t.creator_id WHERE t.ap_id IN :ids[text]"
    " UNION ALL SELECT 'comment', t.id, t.ap_id, t.community_id, t.creator_id, p.ap_id, t.local, coalesce(t.updated, t.published)"
    " FROM comment t JOIN person p ON p.id = t.creator_id WHERE t.ap_id IN :ids[text]"
    " UNION ALL SELECT 'message', t.id, t.ap_id, 0, t.creator_id, p.ap_id, t.local, coalesce(t.updated, t.published)"
    " FROM private_message t JOIN person p ON p.id = t.creator_id WHERE t.ap_id IN :ids[text]"
)


async def objects_at(tx: Tx, ap_ids: Collection[str]) -> dict[str, Placed]:
    """The posts, comments and messages of these addresses."""
    if not ap_ids:
        return {}
    rows = await tx.all(_OBJECTS, ids=set(ap_ids))
    return {
        row[2]: Placed(row[0], row[1], row[2], row[3], row[4], row[5], bool(row[6]), row[7]) for row in rows
    }


async def followed_here(tx: Tx, community_ids: Collection[int]) -> set[int]:
    """Those of these communities that somebody of this server follows; somebody who waits for an answer counts."""
    if not community_ids:
        return set()
    rows = await tx.all(
        "SELECT id FROM community WHERE id IN :ids[] AND subscribers_local > 0", ids=set(community_ids)
    )
    return {row[0] for row in rows}


async def save_site(tx: Tx, instance_id: int, values: dict[str, Any]) -> None:
    """Write what another server says of its site; one row per server."""
    names = ["instance_id", "published", "last_refreshed", *values]
    assignments = ", ".join(
        f"{name} = excluded.{name}" for name in names if name not in ("instance_id", "published")
    )
    await tx.run(
        f"INSERT INTO site ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})"
        f" ON CONFLICT (instance_id) DO UPDATE SET {assignments}",
        instance_id=instance_id, published=tx.now, last_refreshed=tx.now, **values,
    )  # fmt: skip
    tx.changed("sites")


@dataclass(frozen=True, slots=True)
class CommunityList:
    """A list that belongs to a community."""

    community_id: int
    what: Literal["moderators", "featured"]


async def collection_at(tx: Tx, address: str) -> CommunityList | None:
    """The list of a community that has this address."""
    row = await tx.first(
        "SELECT id, 'moderators' FROM community WHERE moderators_url = :address"
        " UNION ALL SELECT id, 'featured' FROM community WHERE featured_url = :address LIMIT 1",
        address=address,
    )
    return CommunityList(row[0], row[1]) if row else None


@dataclass(frozen=True, slots=True)
class SiteActor:
    """Another server as an actor."""

    ap_id: str
    name: str
    inbox_url: str
    public_key: str
    instance_id: int


async def site_at(tx: Tx, ap_id: str) -> SiteActor | None:
    """The server whose actor has this address."""
    row = await tx.first(
        "SELECT ap_id, name, inbox_url, public_key, instance_id FROM site WHERE ap_id = :ap_id", ap_id=ap_id
    )
    return SiteActor(*row) if row else None


async def followed_communities(tx: Tx, *, refreshed_before: Micros, hour: int, hours: int) -> list[str]:
    """The addresses of communities elsewhere that somebody here follows and that were last read before a moment; of them those whose turn
    comes in this of so many hours. Those of servers that give no sign of life are left out."""
    rows = await tx.all(
        "SELECT c.ap_id FROM community c WHERE NOT c.local AND NOT c.deleted AND c.subscribers_local > 0"
        " AND c.last_refreshed < :before AND c.id % :hours = :hour AND NOT EXISTS"
        " (SELECT 1 FROM destination d WHERE d.instance_id = c.instance_id AND d.dead) ORDER BY c.id",
        before=refreshed_before, hours=hours, hour=hour,
    )  # fmt: skip
    return [row[0] for row in rows]


async def friendly_hosts(tx: Tx) -> frozenset[str]:
    """The servers that people here deal with: somebody here follows a community there, or somebody there follows one of ours."""
    rows = await tx.all(
        "SELECT i.domain FROM instance i WHERE NOT i.local AND (EXISTS (SELECT 1 FROM community c WHERE c.instance_id = i.id"
        " AND c.subscribers_local > 0) OR EXISTS (SELECT 1 FROM person p JOIN community_follow f ON f.person_id = p.id"
        " WHERE p.instance_id = i.id))"
    )
    return frozenset(row[0] for row in rows)
