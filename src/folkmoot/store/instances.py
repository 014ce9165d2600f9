"""Servers and what administrators decided about them."""

from typing import Literal

from folkmoot.model.instances import Instance, KnownInstance, Policy
from folkmoot.model.time import Micros
from folkmoot.store.db import Tx
from folkmoot.store.rows import Row, columns, maker, width

Kind = Literal["block", "allow"]

_TABLES: dict[Kind, str] = {"block": "federation_block", "allow": "federation_allow"}
_INSTANCE = columns(Instance, "i")
_WIDTH = width(Instance)
_make_instance = maker(Instance)
_PEOPLE = "(SELECT count(*) FROM person p WHERE p.instance_id = i.id)"
_COMMUNITIES = "(SELECT count(*) FROM community c WHERE c.instance_id = i.id)"
_KNOWN = (
    f"SELECT {_INSTANCE}, b.published, b.reason, b.expires, a.published, a.reason, a.expires, {_PEOPLE}, {_COMMUNITIES}"
    " FROM instance i LEFT JOIN federation_block b ON b.instance_id = i.id LEFT JOIN federation_allow a ON a.instance_id = i.id"
)
_STATES = {
    "all": "",
    "blocked": " AND b.instance_id IS NOT NULL",
    "allowed": " AND a.instance_id IS NOT NULL",
    "decided": " AND (b.instance_id IS NOT NULL OR a.instance_id IS NOT NULL)",
}


async def page(tx: Tx, *, state: str, part: str, after: str, limit: int) -> list[KnownInstance]:
    """Servers by domain, those after `after` in that order, ours left out.

    `state`: all, blocked, allowed, or decided (either). `part`: what their domain contains.
    """
    like = "%" + part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    rows = await tx.all(
        f"{_KNOWN} WHERE NOT i.local AND i.domain > :after AND i.domain LIKE :like ESCAPE '\\'{_STATES[state]}"
        " ORDER BY i.domain LIMIT :limit",
        after=after, like=like, limit=limit,
    )  # fmt: skip
    return [_known(row) for row in rows]


async def own(tx: Tx) -> KnownInstance | None:
    """Our own."""
    row = await tx.first(f"{_KNOWN} WHERE i.local")
    return _known(row) if row else None


def _known(row: Row) -> KnownInstance:
    blocked, allowed, counts = row[_WIDTH : _WIDTH + 3], row[_WIDTH + 3 : _WIDTH + 6], row[_WIDTH + 6 :]
    return KnownInstance(
        _make_instance(row[:_WIDTH]),
        Policy(blocked[1], blocked[2], blocked[0]) if blocked[0] is not None else None,
        Policy(allowed[1], allowed[2], allowed[0]) if allowed[0] is not None else None,
        counts[0],
        counts[1],
    )


async def count(tx: Tx) -> int:
    """How many other servers we know."""
    number: int = await tx.value("SELECT count(*) FROM instance WHERE NOT local")
    return number


async def linked(tx: Tx) -> list[Instance]:
    """All but our own and the blocked (W-9)."""
    return await _instances(
        tx, "WHERE NOT i.local AND NOT EXISTS (SELECT 1 FROM federation_block b WHERE b.instance_id = i.id)"
    )


async def neighbours(tx: Tx) -> frozenset[str]:
    """The hosts of the servers that we know, the blocked ones left out."""
    rows = await tx.all(
        "SELECT i.domain FROM instance i WHERE NOT i.local AND NOT EXISTS (SELECT 1 FROM federation_block b WHERE b.instance_id = i.id)"
    )
    return frozenset(row[0] for row in rows)


async def decided_hosts(tx: Tx, kind: Kind) -> list[str]:
    """The domains of the blocked, or the allowed ones, those left out whose time is over."""
    rows = await tx.all(
        f"SELECT i.domain FROM {_TABLES[kind]} t JOIN instance i ON i.id = t.instance_id WHERE t.expires IS NULL OR t.expires > :now",
        now=tx.now,
    )
    return [row[0] for row in rows]


async def is_shut_out(tx: Tx, host: str) -> bool:
    """Whether we do not talk to this host (no port): it is blocked, or not on the list of the only ones allowed."""
    allowed = await decided_hosts(tx, "allow")
    return host in await decided_hosts(tx, "block") or bool(allowed and host not in allowed)


async def with_policy(tx: Tx, kind: Kind) -> list[Instance]:
    """The blocked, or the allowed ones."""
    return await _instances(tx, f"JOIN {_TABLES[kind]} t ON t.instance_id = i.id")


async def _instances(tx: Tx, condition: str) -> list[Instance]:
    rows = await tx.all(f"SELECT {_INSTANCE} FROM instance i {condition} ORDER BY i.id")
    return [_make_instance(row) for row in rows]


async def by_domain(tx: Tx, domain: str) -> Instance | None:
    row = await tx.first(f"SELECT {_INSTANCE} FROM instance i WHERE i.domain = :domain", domain=domain)
    return _make_instance(row) if row else None


async def by_id(tx: Tx, instance_id: int) -> Instance | None:
    row = await tx.first(
        f"SELECT {_INSTANCE} FROM instance i WHERE i.id = :instance_id", instance_id=instance_id
    )
    return _make_instance(row) if row else None


async def known_or_new(tx: Tx, domain: str) -> Instance:
    """The server of this domain, written down if it is the first time we hear of it."""
    if await tx.run(
        "INSERT INTO instance (domain, published, updated) VALUES (:domain, :now, :now) ON CONFLICT (domain) DO NOTHING",
        domain=domain,
        now=tx.now,
    ):
        tx.changed("neighbours")
    instance = await by_domain(tx, domain)
    assert instance is not None
    return instance


async def set_policy(
    tx: Tx, kind: Kind, instance_id: int, *, reason: str | None, expires: Micros | None
) -> None:
    """Block or allow a server; where that is so already, reason and end are replaced."""
    await tx.run(
        f"INSERT INTO {_TABLES[kind]} (instance_id, reason, expires, published) VALUES (:instance_id, :reason, :expires, :now)"
        " ON CONFLICT (instance_id) DO UPDATE SET reason = excluded.reason, expires = excluded.expires",
        instance_id=instance_id, reason=reason, expires=expires, now=tx.now,
    )  # fmt: skip
    tx.changed("site")
    tx.changed("neighbours")


async def keep_policy(tx: Tx, kind: Kind, instance_id: int) -> None:
    """Block or allow a server; where that is so already, nothing changes."""
    await tx.run(
        f"INSERT INTO {_TABLES[kind]} (instance_id, published) VALUES (:instance_id, :now) ON CONFLICT (instance_id) DO NOTHING",
        instance_id=instance_id, now=tx.now,
    )  # fmt: skip
    tx.changed("site")
    tx.changed("neighbours")


async def drop_policy(tx: Tx, kind: Kind, instance_id: int) -> bool:
    """Whether there was one to drop."""
    gone = await tx.run(
        f"DELETE FROM {_TABLES[kind]} WHERE instance_id = :instance_id", instance_id=instance_id
    )
    tx.changed("site")
    tx.changed("neighbours")
    return bool(gone)


async def drop_policies_except(tx: Tx, kind: Kind, instance_ids: list[int]) -> None:
    """Drop all but these."""
    await tx.run(
        f"DELETE FROM {_TABLES[kind]} WHERE instance_id NOT IN (SELECT i.id FROM instance i WHERE i.id IN :ids[])",
        ids=instance_ids,
    )
    tx.changed("site")


async def drop_expired(tx: Tx) -> int:
    """Forget the decisions whose time is over; how many."""
    gone = 0
    for table in _TABLES.values():
        gone += await tx.run(f"DELETE FROM {table} WHERE expires <= :now", now=tx.now)
    if gone:
        tx.changed("site")
    return gone
