"""Who asks to be let into a community, and who was."""

from folkmoot.model.communities import Community
from folkmoot.model.members import Member
from folkmoot.store.communities import COMMUNITY, make_community
from folkmoot.store.db import Tx
from folkmoot.store.people import PERSON, make_person


async def page(tx: Tx, community_id: int, *, waiting: bool, limit: int, offset: int = 0) -> list[Member]:
    """Who waits to be let in, the longest waiting first; or who was let in, the newest first."""
    order = "f.published, p.id" if waiting else "f.published DESC, p.id DESC"
    rows = await tx.all(
        f"SELECT f.published, i.software, i.version, {PERSON} FROM community_follow f JOIN person p ON p.id = f.person_id"
        " LEFT JOIN instance i ON i.id = p.instance_id AND NOT p.local"
        f" WHERE f.community_id = :community_id AND f.pending = :waiting AND NOT p.deleted ORDER BY {order} LIMIT :limit OFFSET :offset",
        community_id=community_id, waiting=waiting, limit=limit, offset=offset,
    )  # fmt: skip
    return [Member(make_person(row[3:]), row[0], row[1], row[2]) for row in rows]


async def count_waiting(tx: Tx, community_id: int) -> int:
    """How many wait to be let in."""
    number: int = await tx.value(
        "SELECT count(*) FROM community_follow f JOIN person p ON p.id = f.person_id"
        " WHERE f.community_id = :community_id AND f.pending AND NOT p.deleted",
        community_id=community_id,
    )
    return number


async def waiting_in_moderated(tx: Tx, person_id: int) -> list[tuple[Community, int]]:
    """The private communities of ours that somebody moderates and others ask to be let into, by name, and how many do."""
    rows = await tx.all(
        f"SELECT x.number, {COMMUNITY} FROM (SELECT f.community_id, count(*) AS number FROM community_moderator m"
        " JOIN community_follow f ON f.community_id = m.community_id AND f.pending JOIN person p ON p.id = f.person_id AND NOT p.deleted"
        " WHERE m.person_id = :person_id GROUP BY f.community_id) AS x JOIN community c ON c.id = x.community_id"
        " WHERE c.local AND c.visibility = 'Private' ORDER BY c.name_key, c.id",
        person_id=person_id,
    )
    return [(make_community(row[1:]), row[0]) for row in rows]


async def let_in(tx: Tx, community_id: int, person_id: int) -> bool:
    """Somebody who waits becomes a follower: nothing from before is sent to their server (VIS-2). False for somebody who does not wait."""
    tx.changed("followers", community_id)
    return bool(
        await tx.run(
            "UPDATE community_follow SET pending = :no, published = :now"
            " WHERE community_id = :community_id AND person_id = :person_id AND pending",
            no=False, now=tx.now, community_id=community_id, person_id=person_id,
        )
    )  # fmt: skip


async def request_of(tx: Tx, community_id: int, person_id: int) -> str | None:
    """The address of the Follow that somebody of another server came with."""
    follow_id: str | None = await tx.value(
        "SELECT follow_id FROM community_follow WHERE community_id = :community_id AND person_id = :person_id",
        community_id=community_id, person_id=person_id,
    )  # fmt: skip
    return follow_id
