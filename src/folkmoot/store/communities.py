"""Communities, their moderators, followers and bans."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from folkmoot.model.communities import Community
from folkmoot.model.people import Person
from folkmoot.model.time import Micros
from folkmoot.store import images
from folkmoot.store.db import Tx
from folkmoot.store.people import PERSON, looks_changed, make_person
from folkmoot.store.rows import columns, maker, names_of, width
from folkmoot.store.search_pending import texts_changed

COMMUNITY = columns(Community, "c")
make_community = maker(Community)
_RETURNED = ", ".join("0" if name == "comments" else name for name in names_of(Community))
"""Of a new one, which has no comments."""
_UNSEEN = frozenset(
    {
        "name_key",
        "last_refreshed",
        "public_key",
        "inbox_url",
        "shared_inbox_url",
        "moderators_url",
        "featured_url",
    }
)
"""Columns that no reader sees."""
_PERSON_AT = 1 + width(Community)


@dataclass(frozen=True, slots=True)
class Relation:
    """How a person stands to a community. `moderator_since` is None for somebody who does not moderate it."""

    moderator_since: Micros | None
    top_moderator: bool
    banned: bool
    follows: bool
    pending: bool
    blocks: bool


async def by_id(tx: Tx, community_id: int) -> Community | None:
    row = await tx.first(
        f"SELECT {COMMUNITY} FROM community c WHERE c.id = :community_id", community_id=community_id
    )
    return make_community(row) if row else None


async def for_change(tx: Tx, community_id: int) -> Community | None:
    """The same, locked until this transaction ends: for changes that decide what it counts as."""
    row = await tx.first(
        f"SELECT {COMMUNITY} FROM community c WHERE c.id = :community_id FOR_UPDATE",
        community_id=community_id,
    )
    return make_community(row) if row else None


async def by_ids(tx: Tx, ids: Collection[int]) -> dict[int, Community]:
    """Those that exist, by id."""
    rows = await tx.all(f"SELECT {COMMUNITY} FROM community c WHERE c.id IN :ids[]", ids=set(ids))
    return {row[0]: make_community(row) for row in rows}


async def by_name(tx: Tx, name_key: str, host: str | None) -> Community | None:
    """By folded name and host; no host means local."""
    row = await tx.first(
        f"SELECT {COMMUNITY} FROM community c WHERE c.name_key = :name_key AND "
        + ("c.host = :host" if host else "c.local"),
        name_key=name_key,
        **({"host": host} if host else {}),
    )
    return make_community(row) if row else None


async def by_name_with_about(
    tx: Tx, name_key: str, host: str | None
) -> tuple[Community, list[Person], list[int]] | None:
    """The same with its moderators in order of appointment and the languages allowed there, in one query."""
    rows = await tx.all(
        "SELECT (SELECT string_agg(CAST(l.language_id AS TEXT), ' ') FROM community_language l WHERE l.community_id = c.id),"
        f" {COMMUNITY}, {PERSON} FROM community c"
        " LEFT JOIN community_moderator m ON m.community_id = c.id LEFT JOIN person p ON p.id = m.person_id"
        f" WHERE c.name_key = :name_key AND {'c.host = :host' if host else 'c.local'} ORDER BY m.published, p.id",
        name_key=name_key, **({"host": host} if host else {}),
    )  # fmt: skip
    if not rows:
        return None
    moderators = [make_person(row[_PERSON_AT:]) for row in rows if row[_PERSON_AT] is not None]
    languages = sorted(int(number) for number in (rows[0][0] or "").split())
    return make_community(rows[0][1:_PERSON_AT]), moderators, languages


async def holder_of_name(tx: Tx, name_key: str, instance_id: int) -> str | None:
    """The address of the community that has this folded name on a server."""
    ap_id: str | None = await tx.value(
        "SELECT ap_id FROM community WHERE name_key = :name_key AND instance_id = :instance_id",
        name_key=name_key, instance_id=instance_id,
    )  # fmt: skip
    return ap_id


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


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses of a community's lists, as far as its home named them."""

    moderators: str | None
    featured: str | None
    followers: str | None


async def links_of(tx: Tx, community_id: int) -> Links | None:
    """Where the lists of a community are."""
    row = await tx.first(
        "SELECT moderators_url, featured_url, followers_url FROM community WHERE id = :community_id",
        community_id=community_id,
    )
    return Links(*row) if row else None


async def read_before(tx: Tx, community_id: int, moment: Micros) -> bool:
    """Whether a community of another server was last read from there before a moment."""
    return bool(
        await tx.value(
            "SELECT last_refreshed < :moment FROM community WHERE id = :id", moment=moment, id=community_id
        )
    )


async def languages(tx: Tx, community_id: int) -> list[int]:
    """The language ids allowed there; empty means all."""
    rows = await tx.all(
        "SELECT language_id FROM community_language WHERE community_id = :community_id ORDER BY language_id",
        community_id=community_id,
    )
    return [row[0] for row in rows]


async def insert(tx: Tx, values: dict[str, Any]) -> Community | None:
    """Insert a community; counts start as the schema says. The community as stored, None where its name is taken."""
    await images.remember_in(tx, values)
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    row = await tx.first(
        f"INSERT INTO community ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING RETURNING {_RETURNED}",
        **values,
    )
    if row is None:
        return None
    community = make_community(row)
    await tx.run("INSERT INTO community_count (id) VALUES (:id)", id=community.id)
    tx.changed("community", community.id)
    tx.changed("community_name", community.id)
    return community


async def update(tx: Tx, community_id: int, values: dict[str, Any]) -> None:
    """Set columns. Where a reader sees one of them the version grows, and caches of the community and of every list are told."""
    await images.remember_in(tx, values)
    seen = not values.keys() <= _UNSEEN
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    await tx.run(
        f"UPDATE community SET {assignments}{', version = version + 1' if seen else ''} WHERE id = :community_id",
        community_id=community_id,
        **values,
    )
    if not seen:
        return
    tx.changed("community", community_id)
    if "name" in values or "title" in values:
        tx.changed("community_name", community_id)
    tx.changed("posts")


async def _hold(tx: Tx, community_id: int) -> None:
    """Make everybody else who replaces one of its lists wait until this transaction ends."""
    await tx.value("SELECT id FROM community WHERE id = :community_id FOR_UPDATE", community_id=community_id)


async def set_languages(tx: Tx, community_id: int, ids: Collection[int]) -> None:
    """Replace the languages allowed there; none means all."""
    await _hold(tx, community_id)
    await tx.run(
        "DELETE FROM community_language WHERE community_id = :community_id", community_id=community_id
    )
    await tx.many(
        "INSERT INTO community_language (community_id, language_id) VALUES (:community_id, :language_id)",
        [{"community_id": community_id, "language_id": number} for number in sorted(set(ids))],
    )
    tx.changed("community", community_id)


async def site_languages(tx: Tx) -> list[int]:
    """The language ids of the site; empty means all (M-3)."""
    rows = await tx.all(
        "SELECT language_id FROM site_language WHERE site_id = (SELECT site_id FROM local_site) ORDER BY language_id"
    )
    return [row[0] for row in rows]


async def add_moderator(tx: Tx, community_id: int, person_id: int) -> bool:
    """Append to the moderators, dated after all there are also where that was this very moment; False where this person is one already."""
    added = await tx.run(
        "INSERT INTO community_moderator (community_id, person_id, published) SELECT CAST(:community_id AS BIGINT), CAST(:person_id AS BIGINT),"
        " CASE WHEN last >= :now THEN last + 1 ELSE CAST(:now AS BIGINT) END FROM"
        " (SELECT max(published) AS last FROM community_moderator WHERE community_id = :community_id) AS before WHERE true ON CONFLICT DO NOTHING",
        community_id=community_id, person_id=person_id, now=tx.now,
    )  # fmt: skip
    _moderators_changed(tx, community_id, person_id)
    return bool(added)


async def remove_moderator(tx: Tx, community_id: int, person_id: int) -> bool:
    """Take from the moderators; False where this person was none."""
    removed = await tx.run(
        "DELETE FROM community_moderator WHERE community_id = :community_id AND person_id = :person_id",
        community_id=community_id, person_id=person_id,
    )  # fmt: skip
    _moderators_changed(tx, community_id, person_id)
    return bool(removed)


async def move_to_front(tx: Tx, community_id: int, person_id: int) -> None:
    """Make a moderator the first one: their appointment is dated before all others (R-5)."""
    await tx.run(
        "UPDATE community_moderator SET published = (SELECT min(m.published) - 1 FROM community_moderator m WHERE m.community_id = :community_id)"
        " WHERE community_id = :community_id AND person_id = :person_id",
        community_id=community_id, person_id=person_id,
    )  # fmt: skip
    _moderators_changed(tx, community_id, person_id)


async def replace_moderators(tx: Tx, community_id: int, person_ids: Sequence[int]) -> None:
    """Make these the moderators, in this order."""
    await _hold(tx, community_id)
    before = {person.id for person in await moderators(tx, community_id)}
    await tx.run(
        "DELETE FROM community_moderator WHERE community_id = :community_id", community_id=community_id
    )
    await tx.many(
        "INSERT INTO community_moderator (community_id, person_id, published) VALUES (:community_id, :person_id, :published)",
        [
            {
                "community_id": community_id,
                "person_id": person_id,
                "published": tx.now - len(person_ids) + place,
            }
            for place, person_id in enumerate(person_ids)
        ],
    )
    for person_id in before | set(person_ids):
        _moderators_changed(tx, community_id, person_id)


async def replace_featured(tx: Tx, community_id: int, post_ids: Collection[int]) -> None:
    """Make these the pinned posts of a community."""
    rows = await tx.all(
        "UPDATE post SET featured_community = NOT featured_community, version = version + 1 WHERE community_id = :community_id"
        " AND ((featured_community AND id NOT IN :ids[]) OR (NOT featured_community AND id IN :ids[])) RETURNING id",
        community_id=community_id, ids=set(post_ids),
    )  # fmt: skip
    for row in rows:
        tx.changed("thread", row[0])
    if rows:
        texts_changed(tx, "post", [row[0] for row in rows])
        tx.changed("community", community_id)
        tx.changed("posts")


def _moderators_changed(tx: Tx, community_id: int, person_id: int) -> None:
    tx.changed("community", community_id)
    looks_changed(tx, person_id)


async def moderates_any(tx: Tx, person_id: int) -> bool:
    """Whether this person moderates any community at all."""
    return bool(
        await tx.value(
            "SELECT EXISTS (SELECT 1 FROM community_moderator WHERE person_id = :person_id)",
            person_id=person_id,
        )
    )


async def topped_by(tx: Tx, person_id: int) -> list[Community]:
    """The communities whose first moderator this person is."""
    rows = await tx.all(
        f"SELECT {COMMUNITY} FROM community_moderator m JOIN community c ON c.id = m.community_id WHERE m.person_id = :person_id"
        " AND NOT EXISTS (SELECT 1 FROM community_moderator o WHERE o.community_id = m.community_id"
        " AND (o.published < m.published OR (o.published = m.published AND o.person_id < m.person_id))) ORDER BY c.id",
        person_id=person_id,
    )
    return [make_community(row) for row in rows]


async def followed_by(tx: Tx, person_id: int) -> list[Community]:
    """The communities this person follows, by title; deleted and removed ones left out (W-1)."""
    rows = await tx.all(
        f"SELECT {COMMUNITY} FROM community_follow f JOIN community c ON c.id = f.community_id WHERE f.person_id = :person_id"
        " AND NOT c.deleted AND NOT c.removed ORDER BY c.title, c.id",
        person_id=person_id,
    )
    return [make_community(row) for row in rows]


async def moderated_by(tx: Tx, person_id: int) -> list[Community]:
    """Every community this person moderates, whatever its state, the newest first."""
    rows = await tx.all(
        f"SELECT {COMMUNITY} FROM community_moderator m JOIN community c ON c.id = m.community_id WHERE m.person_id = :person_id"
        " ORDER BY c.id DESC",
        person_id=person_id,
    )
    return [make_community(row) for row in rows]


async def set_follow(tx: Tx, community_id: int, person_id: int, *, pending: bool) -> bool:
    """Follow; True where this person did not before. Following again leaves the state as it is."""
    tx.changed("followers", community_id)
    return bool(
        await tx.run(
            "INSERT INTO community_follow (person_id, community_id, pending, published) VALUES (:person_id, :community_id, :pending, :now)"
            " ON CONFLICT DO NOTHING",
            person_id=person_id, community_id=community_id, pending=pending, now=tx.now,
        )
    )  # fmt: skip


async def drop_follow(tx: Tx, community_id: int, person_id: int) -> bool | None:
    """Unfollow; whether this person was still waiting, None where they did not follow."""
    tx.changed("followers", community_id)
    row = await tx.first(
        "DELETE FROM community_follow WHERE person_id = :person_id AND community_id = :community_id RETURNING pending",
        person_id=person_id, community_id=community_id,
    )  # fmt: skip
    return bool(row[0]) if row else None


async def settle_follow(tx: Tx, community_id: int, person_id: int) -> bool:
    """The other server accepted: the follow is no longer pending. False where nobody was waiting."""
    return bool(
        await tx.run(
            "UPDATE community_follow SET pending = :no WHERE person_id = :person_id AND community_id = :community_id AND pending",
            no=False, person_id=person_id, community_id=community_id,
        )
    )  # fmt: skip
