"""What federation keeps about follows: the address of a Follow, and people elsewhere who follow people here."""

from collections.abc import Collection

from folkmoot.store.db import Tx

FOLLOW_ANEW = "federation.follow_anew"
"""The job that asks once more to follow what somebody here follows elsewhere; its payload has `person_id`, and `community_id` or None for all."""
_REMEMBERED = 20_000


async def set_follow_id(tx: Tx, community_id: int, person_id: int, follow_id: str) -> None:
    """The address of the Follow that a follow came with."""
    await tx.run(
        "UPDATE community_follow SET follow_id = :follow_id WHERE community_id = :community_id AND person_id = :person_id",
        follow_id=follow_id, community_id=community_id, person_id=person_id,
    )  # fmt: skip


async def person_of_follow_id(tx: Tx, community_id: int, follow_id: str) -> int | None:
    """Who asked to follow a community by this Follow."""
    person_id: int | None = await tx.value(
        "SELECT person_id FROM community_follow WHERE community_id = :community_id AND follow_id = :follow_id",
        community_id=community_id, follow_id=follow_id,
    )  # fmt: skip
    return person_id


async def settle_all(tx: Tx, community_id: int) -> int:
    """A community that sends us its activities has accepted whoever waits for its answer (SND-6); how many that were. A private one lets
    people in one by one, and sends them for the others."""
    tx.memory.get("follows.awaited", {}).pop(community_id, None)
    return await tx.run(
        "UPDATE community_follow SET pending = :no WHERE community_id = :community_id AND pending"
        " AND person_id IN (SELECT id FROM person WHERE local)"
        " AND EXISTS (SELECT 1 FROM community c WHERE c.id = :community_id AND c.visibility <> 'Private')",
        no=False, community_id=community_id,
    )  # fmt: skip


async def awaited(tx: Tx, community_ids: Collection[int]) -> set[int]:
    """Those of these communities from which somebody here still waits for an answer. Each process remembers it until their followers change."""
    stamps = {number: tx.changes.newest((("followers", number),)) for number in community_ids}
    known: dict[int, tuple[int, bool]] = tx.memory.setdefault("follows.awaited", {})
    unsure = {number for number, stamp in stamps.items() if number not in known or known[number][0] != stamp}
    waiting = {number for number in stamps.keys() - unsure if known[number][1]}
    if unsure:
        rows = await tx.all(
            "SELECT DISTINCT f.community_id FROM community_follow f JOIN person p ON p.id = f.person_id"
            " WHERE f.community_id IN :ids[] AND f.pending AND p.local",
            ids=unsure,
        )
        found = {row[0] for row in rows}
        waiting |= found
        if len(known) >= _REMEMBERED:
            known.clear()
        for number in unsure:
            if stamps[number] <= tx.heard:  # what was told of since then this transaction need not see
                known[number] = (stamps[number], number in found)
    return waiting


async def set_person_follow(tx: Tx, person_id: int, target_id: int, *, follow_id: str) -> None:
    """Somebody follows a person; again is the same, under the newer address."""
    tx.changed("fans", target_id)
    await tx.run(
        "INSERT INTO person_follow (person_id, target_id, follow_id, published) VALUES (:person_id, :target_id, :follow_id, :now)"
        " ON CONFLICT (person_id, target_id) DO UPDATE SET follow_id = excluded.follow_id",
        person_id=person_id, target_id=target_id, follow_id=follow_id, now=tx.now,
    )  # fmt: skip


async def drop_person_follow(tx: Tx, person_id: int, target_id: int) -> bool:
    """They do not follow any more; False where they did not."""
    tx.changed("fans", target_id)
    return bool(
        await tx.run(
            "DELETE FROM person_follow WHERE person_id = :person_id AND target_id = :target_id",
            person_id=person_id, target_id=target_id,
        )
    )  # fmt: skip


async def asked(tx: Tx, person_id: int, community_id: int, follow_id: str) -> int | None:
    """A Follow of ours is sent: how often that makes it, None where nobody waits for an answer any more (SND-6)."""
    number: int | None = await tx.value(
        "UPDATE community_follow SET asked = asked + 1, follow_id = :follow_id"
        " WHERE person_id = :person_id AND community_id = :community_id AND pending RETURNING asked",
        follow_id=follow_id, person_id=person_id, community_id=community_id,
    )  # fmt: skip
    return number


async def keeps_following(tx: Tx, person_id: int, community_id: int) -> bool:
    """Whether somebody of this server follows a community elsewhere."""
    return bool(
        await tx.value(
            "SELECT EXISTS (SELECT 1 FROM community_follow f JOIN community c ON c.id = f.community_id JOIN person p ON p.id = f.person_id"
            " WHERE f.person_id = :person_id AND f.community_id = :community_id AND p.local AND NOT c.local)",
            person_id=person_id, community_id=community_id,
        )
    )  # fmt: skip


async def begin_anew(tx: Tx, person_id: int, community_id: int) -> None:
    """Somebody waits for an answer again, as if nobody had asked."""
    await tx.run(
        "UPDATE community_follow SET pending = :yes, asked = 0 WHERE person_id = :person_id AND community_id = :community_id",
        yes=True, person_id=person_id, community_id=community_id,
    )  # fmt: skip
    tx.changed("followers", community_id)
    tx.changed("person", person_id)


async def is_pending(tx: Tx, person_id: int, community_id: int) -> bool:
    """Whether somebody waits for an answer."""
    return bool(
        await tx.value(
            "SELECT pending FROM community_follow WHERE person_id = :person_id AND community_id = :community_id",
            person_id=person_id, community_id=community_id,
        )
    )  # fmt: skip


async def followed_elsewhere(tx: Tx, person_id: int) -> list[int]:
    """The communities of other servers that somebody follows, or asked to follow."""
    rows = await tx.all(
        "SELECT f.community_id FROM community_follow f JOIN community c ON c.id = f.community_id"
        " WHERE f.person_id = :person_id AND NOT c.local ORDER BY f.community_id",
        person_id=person_id,
    )
    return [row[0] for row in rows]
