"""What a person's page needs besides lists."""

from typing import Any

from folkmoot.model.communities import Community
from folkmoot.model.people import Person
from folkmoot.store.communities import COMMUNITY, make_community
from folkmoot.store.db import Tx
from folkmoot.store.people import PERSON, make_person

_COMMUNITY_AT = 1 + len(Person.__dataclass_fields__)


async def by_name(
    tx: Tx, viewer_id: int, name_key: str, host: str | None
) -> tuple[Person, list[Community], bool] | None:
    """Somebody by folded name and host (none means local), every community they moderate, whatever its state, by name, and whether the
    reader blocks them. One query."""
    if host is None:
        return await _profile(tx, "p.name_key = :name_key AND p.local", viewer=viewer_id, name_key=name_key)
    called = "p.name_key = :name_key AND p.host = :host"
    return await _profile(tx, called, viewer=viewer_id, name_key=name_key, host=host)


async def by_id(tx: Tx, viewer_id: int, person_id: int) -> tuple[Person, list[Community], bool] | None:
    """The same by id. One query."""
    return await _profile(tx, "p.id = :person_id", viewer=viewer_id, person_id=person_id)


async def _profile(tx: Tx, who: str, **values: Any) -> tuple[Person, list[Community], bool] | None:
    rows = await tx.all(
        f"SELECT EXISTS (SELECT 1 FROM person_block k WHERE k.person_id = :viewer AND k.target_id = p.id), {PERSON}, {COMMUNITY}"
        " FROM person p LEFT JOIN community_moderator b ON b.person_id = p.id LEFT JOIN community c ON c.id = b.community_id"
        f" WHERE {who} ORDER BY c.name_key, c.id",
        **values,
    )
    if not rows:
        return None
    moderated = [make_community(row[_COMMUNITY_AT:]) for row in rows if row[_COMMUNITY_AT] is not None]
    return make_person(rows[0][1:_COMMUNITY_AT]), moderated, bool(rows[0][0])
