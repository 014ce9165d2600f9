"""What a person's page needs besides lists."""

from folkmoot.model.communities import Community
from folkmoot.store.db import Tx
from folkmoot.store.rows import columns, maker

_make_community = maker(Community)


async def moderated_by(tx: Tx, person_id: int) -> list[Community]:
    """Every community this person moderates, whatever its state, by name."""
    rows = await tx.all(
        f"SELECT {columns(Community, 'm')} FROM community_moderator b JOIN community m ON m.id = b.community_id"
        " WHERE b.person_id = :person_id ORDER BY m.name_key, m.id",
        person_id=person_id,
    )
    return [_make_community(row) for row in rows]


async def is_blocked(tx: Tx, viewer_id: int, person_id: int) -> bool:
    """Whether the reader blocks this person."""
    return bool(
        await tx.value(
            "SELECT EXISTS (SELECT 1 FROM person_block WHERE person_id = :viewer AND target_id = :person_id)",
            viewer=viewer_id,
            person_id=person_id,
        )
    )
