"""What a person's page needs besides lists."""

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
    rows = await tx.all(
        f"SELECT EXISTS (SELECT 1 FROM person_block k WHERE k.person_id = :viewer AND k.target_id = p.id), {PERSON}, {COMMUNITY}"
        " FROM person p JOIN instance i ON i.id = p.instance_id LEFT JOIN community_moderator b ON b.person_id = p.id"
        f" LEFT JOIN community c ON c.id = b.community_id WHERE p.name_key = :name_key AND {'p.host = :host' if host else 'p.local'}"
        " ORDER BY c.name_key, c.id",
        viewer=viewer_id, name_key=name_key, **({"host": host} if host else {}),
    )  # fmt: skip
    if not rows:
        return None
    moderated = [make_community(row[_COMMUNITY_AT:]) for row in rows if row[_COMMUNITY_AT] is not None]
    return make_person(rows[0][1:_COMMUNITY_AT]), moderated, bool(rows[0][0])
