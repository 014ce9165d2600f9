"""Communities, their moderators, followers and bans."""

from collections.abc import Collection
from dataclasses import dataclass

from folkmoot.model.communities import Community
from folkmoot.model.people import Person
from folkmoot.model.time import Micros
from folkmoot.store.db import Tx
from folkmoot.store.people import PERSON, make_person
from folkmoot.store.rows import columns, maker

COMMUNITY = columns(Community, "c")
make_community = maker(Community)


@dataclass(frozen=True, slots=True)
class Relation:
    """How a person stands to a community. `moderator_since` is None for who moderates nothing there."""

    moderator_since: Micros | None
    top_moderator: bool
    banned: bool
    follows: bool
    pending: bool
    blocks: bool


async def by_id(tx: Tx, community_id: int) -> Community | None:
    row = await tx.first(f"SELECT {COMMUNITY} FROM community c WHERE c.id = :community_id", community_id=community_id)
    return make_community(row) if row else None


async def by_ids(tx: Tx, ids: Collection[int]) -> dict[int, Community]:
    """Those that exist, by id."""
    rows = await tx.all(f"SELECT {COMMUNITY} FROM community c WHERE c.id IN :ids[]", ids=set(ids))
    return {row[0]: make_community(row) for row in rows}


async def by_name(tx: Tx, name_key: str, host: str | None) -> Community | None:
    """By folded name and host; no host means local."""
    row = await tx.first(
        f"SELECT {COMMUNITY} FROM community c JOIN instance i ON i.id = c.instance_id WHERE c.name_key = :name_key AND "
        + ("i.domain = :host" if host else "i.local"),
        name_key=name_key,
        **({"host": host} if host else {}),
    )
    return make_community(row) if row else None


async def relation(tx: Tx, community_id: int, person_id: int) -> Relation:
    """How this person stands to this community, in one query."""
    row = await tx.first(
        "SELECT (SELECT published FROM community_moderator WHERE community_id = :community_id AND person_id = :person_id),"
        " EXISTS (SELECT 1 FROM community_ban WHERE community_id = :community_id AND person_id = :person_id),"
        " (SELECT pending FROM community_follow WHERE community_id = :community_id AND person_id = :person_id),"
        " EXISTS (SELECT 1 FROM community_block WHERE community_id = :community_id AND person_id = :person_id),"
        " (SELECT person_id FROM community_moderator WHERE community_id = :community_id ORDER BY published, person_id LIMIT 1)",
        community_id=community_id, person_id=person_id,
    )  # fmt: skip
    assert row is not None
    return Relation(row[0], row[4] == person_id, bool(row[1]), row[2] is not None, bool(row[2]), bool(row[3]))


async def moderators(tx: Tx, community_id: int) -> list[Person]:
    """In order of appointment: the first is the top moderator (R-1)."""
    rows = await tx.all(
        f"SELECT {PERSON} FROM community_moderator m JOIN person p ON p.id = m.person_id"
        " WHERE m.community_id = :community_id ORDER BY m.published, p.id",
        community_id=community_id,
    )
    return [make_person(row) for row in rows]


async def languages(tx: Tx, community_id: int) -> list[int]:
    """The language ids allowed there; empty means all."""
    rows = await tx.all(
        "SELECT language_id FROM community_language WHERE community_id = :community_id ORDER BY language_id", community_id=community_id
    )
    return [row[0] for row in rows]
