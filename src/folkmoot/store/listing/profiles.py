"""What a person's page needs besides lists."""

from dataclasses import dataclass
from typing import Any

from folkmoot.model.communities import Community
from folkmoot.model.people import Moved, Person
from folkmoot.store.communities import COMMUNITY, make_community
from folkmoot.store.db import Tx
from folkmoot.store.people import PERSON, make_person
from folkmoot.store.rows import width

_PERSON_AT = 4
_COMMUNITY_AT = _PERSON_AT + width(Person)


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody, every community they moderate, whatever its state, by name, whether the reader blocks them, and where they went."""

    person: Person
    moderated: list[Community]
    blocked: bool
    moved: Moved | None


async def by_name(tx: Tx, viewer_id: int, name_key: str, host: str | None) -> Found | None:
    """Somebody by folded name and host (none means local). One query."""
    if host is None:
        return await _profile(tx, "p.name_key = :name_key AND p.local", viewer=viewer_id, name_key=name_key)
    called = "p.name_key = :name_key AND p.host = :host"
    return await _profile(tx, called, viewer=viewer_id, name_key=name_key, host=host)


async def by_id(tx: Tx, viewer_id: int, person_id: int) -> Found | None:
    """The same by id. One query."""
    return await _profile(tx, "p.id = :person_id", viewer=viewer_id, person_id=person_id)


async def _profile(tx: Tx, who: str, **values: Any) -> Found | None:
    rows = await tx.all(
        "SELECT EXISTS (SELECT 1 FROM person_block k WHERE k.person_id = :viewer AND k.target_id = p.id), m.target, n.name, n.host,"
        f" {PERSON}, {COMMUNITY} FROM person p"
        " LEFT JOIN moved_person m ON m.person_id = p.id LEFT JOIN person n ON n.ap_id = m.target"
        " LEFT JOIN community_moderator b ON b.person_id = p.id LEFT JOIN community c ON c.id = b.community_id"
        f" WHERE {who} ORDER BY c.name_key, c.id",
        **values,
    )
    if not rows:
        return None
    blocked, target, name, at = rows[0][:_PERSON_AT]
    return Found(
        make_person(rows[0][_PERSON_AT:_COMMUNITY_AT]),
        [make_community(row[_COMMUNITY_AT:]) for row in rows if row[_COMMUNITY_AT] is not None],
        bool(blocked),
        Moved.known(target, name, at) if target else None,
    )
