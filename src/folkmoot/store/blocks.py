"""What people do not want to see: people, communities, servers, link domains, keywords."""

from typing import Literal

from folkmoot.model.accounts import AllBlocks, BlockedInstance, Blocks, WordBlock
from folkmoot.model.communities import Community
from folkmoot.model.people import Person
from folkmoot.model.time import Micros
from folkmoot.store.communities import COMMUNITY, make_community
from folkmoot.store.db import Tx
from folkmoot.store.people import PERSON, make_person
from folkmoot.store.rows import maker

Target = Literal["person", "community", "instance"]
Word = Literal["domain", "keyword"]

_TARGETS: dict[str, tuple[str, str]] = {
    "person": ("person_block", "target_id"),
    "community": ("community_block", "community_id"),
    "instance": ("instance_block", "instance_id"),
}
_WORDS: dict[str, tuple[str, str]] = {
    "domain": ("domain_block", "domain"),
    "keyword": ("keyword_block", "keyword"),
}
_INSTANCE = "i.id, i.domain, i.software, i.version, i.published, i.updated"
_make_instance = maker(BlockedInstance)
_make_word = maker(WordBlock)


async def add(tx: Tx, kind: Target, person_id: int, target_id: int) -> bool:
    """Block somebody or something; whether it was not blocked before."""
    table, column = _TARGETS[kind]
    return bool(
        await tx.run(
            f"INSERT INTO {table} (person_id, {column}, published) VALUES (:person_id, :target_id, :now) ON CONFLICT DO NOTHING",
            person_id=person_id, target_id=target_id, now=tx.now,
        )
    )  # fmt: skip


async def remove(tx: Tx, kind: Target, person_id: int, target_id: int) -> bool:
    """Unblock; whether it was blocked."""
    table, column = _TARGETS[kind]
    return bool(
        await tx.run(
            f"DELETE FROM {table} WHERE person_id = :person_id AND {column} = :target_id",
            person_id=person_id,
            target_id=target_id,
        )
    )


async def is_blocked(tx: Tx, kind: Target, person_id: int, target_id: int) -> bool:
    """Whether this person blocks that."""
    table, column = _TARGETS[kind]
    return bool(
        await tx.value(
            f"SELECT EXISTS (SELECT 1 FROM {table} WHERE person_id = :person_id AND {column} = :target_id)",
            person_id=person_id, target_id=target_id,
        )
    )  # fmt: skip


async def add_word(tx: Tx, kind: Word, person_id: int, text: str, expires: Micros | None) -> None:
    """Block a domain or keyword until `expires`, or for good; a repeated one gets the new expiry."""
    table, column = _WORDS[kind]
    await tx.run(
        f"INSERT INTO {table} (person_id, {column}, expires, published) VALUES (:person_id, :text, :expires, :now)"
        f" ON CONFLICT (person_id, {column}) DO UPDATE SET expires = excluded.expires",
        person_id=person_id, text=text, expires=expires, now=tx.now,
    )  # fmt: skip


async def remove_word(tx: Tx, kind: Word, person_id: int, text: str) -> bool:
    """Unblock a domain or keyword; whether it was blocked."""
    table, column = _WORDS[kind]
    return bool(
        await tx.run(
            f"DELETE FROM {table} WHERE person_id = :person_id AND {column} = :text",
            person_id=person_id,
            text=text,
        )
    )


async def words(tx: Tx, kind: Word, person_id: int) -> list[WordBlock]:
    """The domains or keywords a person blocks, in the order of blocking; expired ones are not there any more."""
    table, column = _WORDS[kind]
    rows = await tx.all(
        f"SELECT {column}, expires, published FROM {table} WHERE person_id = :person_id AND (expires IS NULL OR expires > :now)"
        f" ORDER BY published, {column}",
        person_id=person_id, now=tx.now,
    )  # fmt: skip
    return [_make_word(row) for row in rows]


async def of_viewer(tx: Tx, person_id: int) -> Blocks:
    """The domains and keywords in force for a reader: one query. Domains block their subdomains too."""
    rows = await tx.all(
        "SELECT 0, domain FROM domain_block WHERE person_id = :person_id AND (expires IS NULL OR expires > :now)"
        " UNION ALL SELECT 1, keyword FROM keyword_block WHERE person_id = :person_id AND (expires IS NULL OR expires > :now)",
        person_id=person_id, now=tx.now,
    )  # fmt: skip
    return Blocks(
        frozenset(row[1] for row in rows if row[0] == 0), frozenset(row[1] for row in rows if row[0] == 1)
    )


async def forget_expired(tx: Tx) -> int:
    """Delete blocks whose time is over; how many."""
    return sum(
        [
            await tx.run(f"DELETE FROM {table} WHERE expires <= :now", now=tx.now)
            for table, _ in _WORDS.values()
        ]
    )


async def everything(tx: Tx, person_id: int) -> AllBlocks:
    """All that a person blocks, each list in the order of blocking; deleted and removed communities are left out (W-1)."""
    return AllBlocks(
        await people_of(tx, person_id),
        await communities_of(tx, person_id),
        await instances_of(tx, person_id),
        await words(tx, "domain", person_id),
        await words(tx, "keyword", person_id),
    )


async def people_of(tx: Tx, person_id: int) -> list[Person]:
    """The people whom a person blocks."""
    rows = await tx.all(
        f"SELECT {PERSON} FROM person_block b JOIN person p ON p.id = b.target_id WHERE b.person_id = :person_id ORDER BY b.published, p.id",
        person_id=person_id,
    )
    return [make_person(row) for row in rows]


async def communities_of(tx: Tx, person_id: int) -> list[Community]:
    """The communities that a person blocks, deleted and removed ones left out."""
    rows = await tx.all(
        f"SELECT {COMMUNITY} FROM community_block b JOIN community c ON c.id = b.community_id"
        " WHERE b.person_id = :person_id AND NOT c.deleted AND NOT c.removed ORDER BY b.published, c.id",
        person_id=person_id,
    )
    return [make_community(row) for row in rows]


async def instances_of(tx: Tx, person_id: int) -> list[BlockedInstance]:
    """The servers that a person blocks."""
    rows = await tx.all(
        f"SELECT {_INSTANCE} FROM instance_block b JOIN instance i ON i.id = b.instance_id"
        " WHERE b.person_id = :person_id ORDER BY b.published, i.id",
        person_id=person_id,
    )
    return [_make_instance(row) for row in rows]


async def instance(tx: Tx, instance_id: int) -> BlockedInstance | None:
    """A server by id, with its name."""
    row = await tx.first(
        f"SELECT {_INSTANCE} FROM instance i WHERE i.id = :instance_id", instance_id=instance_id
    )
    return _make_instance(row) if row else None


async def instance_by_domain(tx: Tx, domain: str) -> BlockedInstance | None:
    """A server by its domain."""
    row = await tx.first(f"SELECT {_INSTANCE} FROM instance i WHERE i.domain = :domain", domain=domain)
    return _make_instance(row) if row else None


async def local_instance_id(tx: Tx) -> int:
    """Our own server's row."""
    number: int = await tx.value("SELECT id FROM instance WHERE local")
    return number
