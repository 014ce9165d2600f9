"""Servers that we deliver to: how far each has got, its state, and how it wants requests signed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from folkmoot.model.instances import Destination, Doubt, Failure, PostElsewhere
from folkmoot.model.time import DAY, HOUR, Micros
from folkmoot.store import audiences
from folkmoot.store.db import Tx
from folkmoot.store.rows import maker


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a server has got, to be written down. `delivered` and `rejected` are added to what is there."""

    instance_id: int
    cursor: int
    fails: int
    last_try: Micros | None
    next_try: Micros | None
    last_success: Micros | None
    last_error: str | None
    delivered: int
    rejected: int
    dead: bool
    scheme: str | None
    scheme_since: Micros | None


_DESTINATION = ", ".join(
    f"{'i' if name in {'domain', 'software', 'version', 'last_seen'} else 'd'}.{name}"
    for name in Destination.__dataclass_fields__
)
_make_destination = maker(Destination)
_make_failure = maker(Failure)
MOST_COUNTED = 5000
"""How many activities are counted at most to say what waits for a server."""
_FROM = "destination d JOIN instance i ON i.id = d.instance_id"
_BLOCKED = "EXISTS (SELECT 1 FROM federation_block b WHERE b.instance_id = i.id)"
_NOT_ALLOWED = "(EXISTS (SELECT 1 FROM federation_allow) AND NOT EXISTS (SELECT 1 FROM federation_allow a WHERE a.instance_id = i.id))"
_LEFT_OUT = 0
"""In the place of a status: nothing was sent."""
_AILING_FAILS = 3
_SILENT: Micros = HOUR
_REFUSAL_COUNTS: Micros = DAY
DOUBTS = (
    f"SELECT {{kind}} AS kind, CASE WHEN {_BLOCKED} OR {_NOT_ALLOWED} THEN 1"
    f" WHEN d.dead OR (d.fails >= {_AILING_FAILS} AND :now > d.since + {_SILENT} AND :now > coalesce(d.last_success, 0) + {_SILENT}"
    f" AND :now > coalesce(i.last_seen, 0) + {_SILENT}) THEN 2"
    " WHEN EXISTS (SELECT 1 FROM delivery_failure r WHERE r.instance_id = d.instance_id AND r.reason = 'status 403'"
    f" AND r.last > :now - {_REFUSAL_COUNTS} AND r.last > coalesce(d.last_success, 0)) THEN 3 ELSE 0 END AS doubt, '', '', '' AS title, 0"
    " FROM instance i LEFT JOIN destination d ON d.instance_id = i.id WHERE i.id = :instance_id"
)
"""Why what is written in a community of this server may not arrive there, as a number that `doubt_of` reads: one row, in the shape of those
that stand beside a thread. It is unreachable where it is taken for dead, or failed three times and gave no sign of life for an hour; it
blocks us where the last that it said within a day was a 403."""
_DOUBTS = {1: Doubt.BLOCKED_BY_US, 2: Doubt.UNREACHABLE, 3: Doubt.BLOCKS_US}


async def ensure(tx: Tx, instance_ids: Collection[int], cursor: int) -> None:
    """Begin sending to these servers behind `cursor`, unless that has begun already (DLV-7)."""
    if not instance_ids:
        return
    await tx.at_once(
        "INSERT INTO destination (instance_id, cursor, since) VALUES (:instance_id, :cursor, :now) ON CONFLICT (instance_id) DO NOTHING",
        [{"instance_id": number, "cursor": cursor, "now": tx.now} for number in sorted(set(instance_ids))],
    )
    tx.changed("destination")


async def known_ids(tx: Tx) -> set[int]:
    """The servers that are sent to."""
    return {row[0] for row in await tx.all("SELECT instance_id FROM destination")}


async def all_of_them(tx: Tx) -> list[Destination]:
    """Every server that is sent to."""
    rows = await tx.all(f"SELECT {_DESTINATION} FROM {_FROM} ORDER BY d.instance_id")
    return [_make_destination(row) for row in rows]


async def by_instance(tx: Tx, instance_id: int) -> Destination | None:
    row = await tx.first(
        f"SELECT {_DESTINATION} FROM {_FROM} WHERE d.instance_id = :instance_id", instance_id=instance_id
    )
    return _make_destination(row) if row else None


async def by_instances(tx: Tx, instance_ids: Collection[int]) -> dict[int, Destination]:
    """Those of these servers that are sent to, by id."""
    rows = await tx.all(
        f"SELECT {_DESTINATION} FROM {_FROM} WHERE d.instance_id IN :ids[]", ids=set(instance_ids)
    )
    return {row[0]: _make_destination(row) for row in rows}


async def shut_out(tx: Tx) -> set[int]:
    """The servers that get nothing: blocked, or not on the list of the only ones allowed (DLV-10)."""
    rows = await tx.all(f"SELECT i.id FROM instance i WHERE NOT i.local AND ({_BLOCKED} OR {_NOT_ALLOWED})")
    return {row[0] for row in rows}


async def doubt(tx: Tx, instance_id: int) -> Doubt | None:
    """Why what is written for this server may not arrive; None where there is no doubt."""
    row = await tx.first(DOUBTS.format(kind=0), instance_id=instance_id, now=tx.now)
    return doubt_of(row[1]) if row else None


def doubt_of(number: int) -> Doubt | None:
    """What `DOUBTS` says."""
    return _DOUBTS.get(number)


async def keep_progress(tx: Tx, progress: Sequence[Progress]) -> None:
    """Write down how far servers have got. A cursor never goes back, whoever writes later."""
    await tx.at_once(
        "UPDATE destination SET cursor = CASE WHEN cursor < :cursor THEN :cursor ELSE cursor END, fails = :fails, last_try = :last_try,"
        " next_try = :next_try, last_success = :last_success, last_error = :last_error, delivered = delivered + :delivered,"
        " rejected = rejected + :rejected, dead = :dead, scheme = :scheme, scheme_since = :scheme_since WHERE instance_id = :instance_id",
        [{name: getattr(each, name) for name in Progress.__dataclass_fields__} for each in progress],
    )


async def count_failures(tx: Tx, failures: Mapping[tuple[int, str], int]) -> None:
    """Add to how often deliveries failed, by server and reason."""
    await tx.at_once(
        "INSERT INTO delivery_failure (instance_id, reason, number, last) VALUES (:instance_id, :reason, :number, :now)"
        " ON CONFLICT (instance_id, reason) DO UPDATE SET number = delivery_failure.number + excluded.number, last = excluded.last",
        [
            {"instance_id": instance_id, "reason": reason, "number": number, "now": tx.now}
            for (instance_id, reason), number in failures.items()
        ],
    )


async def failures(tx: Tx, instance_ids: Collection[int], since: Micros) -> dict[int, list[Failure]]:
    """Why deliveries failed, by server, the reason of the latest first; those that happened after `since`."""
    rows = await tx.all(
        "SELECT instance_id, reason, number, last FROM delivery_failure WHERE instance_id IN :ids[] AND last > :since"
        " ORDER BY instance_id, last DESC, reason",
        ids=set(instance_ids), since=since,
    )  # fmt: skip
    found: dict[int, list[Failure]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(_make_failure(row[1:]))
    return found


async def closed_doors(tx: Tx) -> set[int]:
    """The servers that took nothing since they last said that nobody is there, or that they want nothing from us: unlike a 400, these
    answers speak of the address and of who sends, not of what was sent."""
    rows = await tx.all(
        "SELECT DISTINCT f.instance_id FROM delivery_failure f JOIN destination d ON d.instance_id = f.instance_id"
        " WHERE f.reason IN ('status 401', 'status 403', 'status 404', 'status 410') AND f.last > coalesce(d.last_success, 0)"
    )
    return {row[0] for row in rows}


async def forget_failures(tx: Tx, before: Micros) -> int:
    """Drop reasons that did not come up again since a moment; how many."""
    return await tx.run("DELETE FROM delivery_failure WHERE last < :before", before=before)


async def refuse_post(tx: Tx, refusals: Sequence[tuple[int, int, int, int]]) -> None:
    """These servers would not take these posts with these activities: (post, server, status, activity).

    The post's own server has it already, and so has one that an earlier activity brought it to: that one was taken, or its refusal stands.
    """
    await tx.many(
        "INSERT INTO delivery_refusal (post_id, instance_id, status, published)"
        " SELECT p.id, :instance_id, :status, :now FROM post p JOIN person u ON u.id = p.creator_id"
        " WHERE p.id = :post_id AND u.instance_id <> :instance_id AND NOT EXISTS (SELECT 1 FROM sent_activity a"
        f" WHERE a.post_id = p.id AND a.id < :activity_id AND {_went_to(':instance_id')}) ON CONFLICT (post_id, instance_id) DO NOTHING",
        [
            {"post_id": post_id, "instance_id": instance_id, "status": status, "activity_id": activity_id, "now": tx.now}
            for post_id, instance_id, status, activity_id in refusals
        ],
    )  # fmt: skip


async def take_post(tx: Tx, taken: Sequence[tuple[int, int]]) -> None:
    """These servers took these posts after all: (post, server)."""
    await tx.many(
        "DELETE FROM delivery_refusal WHERE post_id = :post_id AND instance_id = :instance_id",
        [{"post_id": post_id, "instance_id": instance_id} for post_id, instance_id in taken],
    )


async def leave_out(tx: Tx, instance_ids: Collection[int]) -> None:
    """These servers were shut out or dead and are sent to again: what was posted since they last took something never gets there."""
    await _leave_out(
        tx, "d.instance_id IN :ids[] AND a.published > coalesce(d.last_success, 0)", ids=set(instance_ids)
    )


async def _leave_out(tx: Tx, which: str, **values: Any) -> None:
    await tx.run(
        "INSERT INTO delivery_refusal (post_id, instance_id, status, published)"
        f" SELECT DISTINCT a.post_id, d.instance_id, {_LEFT_OUT}, CAST(:now AS BIGINT) FROM sent_activity a JOIN destination d ON {which}"
        " JOIN post p ON p.id = a.post_id JOIN person u ON u.id = p.creator_id WHERE u.instance_id <> d.instance_id"
        " ON CONFLICT (post_id, instance_id) DO NOTHING",
        now=tx.now, **values,
    )  # fmt: skip


async def set_looked(
    tx: Tx, instance_id: int, *, software: str | None, version: str | None, answered: bool
) -> None:
    """A server was asked what it is (NI-3). Where it answered, it lives, and what it said is kept."""
    await tx.run(
        "UPDATE destination SET looked = :now WHERE instance_id = :instance_id",
        now=tx.now,
        instance_id=instance_id,
    )
    if answered:
        await tx.run(
            "UPDATE instance SET software = :software, version = :version, updated = :now, last_seen = :now WHERE id = :instance_id",
            software=software, version=version, now=tx.now, instance_id=instance_id,
        )  # fmt: skip
        await revive(tx, instance_id)


async def to_look_at(tx: Tx, before: Micros, *, unknown: Micros) -> list[int]:
    """Servers that were not asked what they are since `before`, by id; of those sent to for the first time since then, which have not said
    it, also those not asked since `unknown`."""
    rows = await tx.all(
        "SELECT i.id FROM destination d JOIN instance i ON i.id = d.instance_id WHERE (d.looked IS NULL OR d.looked < :before"
        " OR (i.software IS NULL AND d.since > :before AND d.looked <= :unknown))"
        f" AND NOT {_BLOCKED} AND NOT {_NOT_ALLOWED} ORDER BY i.id",
        before=before, unknown=unknown,
    )  # fmt: skip
    return [row[0] for row in rows]


async def revive(tx: Tx, instance_id: int) -> bool:
    """A dead server gave a sign of life: it is sent to again, from now on (DLV-9). Whether it was dead."""
    if await tx.value(
        "SELECT dead FROM destination WHERE instance_id = :instance_id", instance_id=instance_id
    ):
        await leave_out(tx, [instance_id])
    revived = await tx.run(
        "UPDATE destination SET dead = :no, fails = 0, next_try = NULL, since = :now,"
        " cursor = (SELECT coalesce(max(id), 0) FROM sent_activity) WHERE instance_id = :instance_id AND dead",
        no=False, now=tx.now, instance_id=instance_id,
    )  # fmt: skip
    if revived:
        tx.changed("destination")
    return bool(revived)


async def seen(tx: Tx, instance_id: int) -> None:
    """A server gave a sign of life. Written at most every ten minutes."""
    await tx.run(
        "UPDATE instance SET last_seen = :now WHERE id = :instance_id AND (last_seen IS NULL OR last_seen < :stale)",
        now=tx.now, instance_id=instance_id, stale=tx.now - 600_000_000,
    )  # fmt: skip
    await revive(tx, instance_id)


async def retry_now(tx: Tx, instance_id: int) -> bool:
    """Forget the waiting; what waits is sent at once (DLV-14). False for a server that is not sent to."""
    changed = await tx.run(
        "UPDATE destination SET fails = 0, next_try = NULL WHERE instance_id = :instance_id",
        instance_id=instance_id,
    )
    await revive(tx, instance_id)
    tx.changed("destination")
    return bool(changed)


async def skip_to(tx: Tx, instance_id: int, cursor: int) -> bool:
    """Leave out what waits, up to this id (DLV-14). False for a server that is not sent to."""
    await _leave_out(
        tx,
        "d.instance_id = :instance_id AND a.id > d.cursor AND a.id <= :cursor",
        instance_id=instance_id,
        cursor=cursor,
    )
    changed = await tx.run(
        "UPDATE destination SET fails = 0, next_try = NULL, cursor = CASE WHEN cursor < :cursor THEN :cursor ELSE cursor END"
        " WHERE instance_id = :instance_id",
        cursor=cursor, instance_id=instance_id,
    )  # fmt: skip
    tx.changed("destination")
    return bool(changed)


# --- what waits ------------------------------------------------------------------------------------------------------------------

_DUE = (
    " FROM sent_activity a LEFT JOIN EACH(:communities[], :followed[]) AS c (id, since) ON c.id = a.community_id"
    " LEFT JOIN EACH(:people[], :admired[]) AS w (id, since) ON w.id = a.person_id"
    " WHERE a.id > :after AND a.id <= :upto AND (a.to_all OR c.since <= a.published OR w.since <= a.published"
    " OR EXISTS (SELECT 1 FROM sent_inbox x WHERE x.activity_id = a.id AND x.instance_id = :instance_id))"
)
"""Activities that a server is to be sent; `_asked` has the parameters."""


async def _asked(tx: Tx, instance_id: int, after: int, upto: int) -> dict[str, Any]:
    """Which of the communities and people that activities of this range go out from have followers at a server, and since when: from
    what is remembered of audiences. To look for followers beside each activity took milliseconds where they are thousands."""
    rows = await tx.all(
        "SELECT DISTINCT community_id, person_id FROM sent_activity WHERE id > :after AND id <= :upto"
        " AND (community_id IS NOT NULL OR person_id IS NOT NULL)",
        after=after, upto=upto,
    )  # fmt: skip
    communities = await _since(tx, instance_id, audiences.of_community, {row[0] for row in rows})
    people = await _since(tx, instance_id, audiences.of_person, {row[1] for row in rows})
    return {
        "communities": list(communities), "followed": list(communities.values()), "people": list(people), "admired": list(people.values()),
        "instance_id": instance_id, "after": after, "upto": upto,
    }  # fmt: skip


async def _since(
    tx: Tx, instance_id: int, key: Callable[[int], audiences.Key], ids: Collection[int | None]
) -> dict[int, Micros]:
    found = {number: await audiences.audience(tx, key(number)) for number in ids if number is not None}
    return {number: one.since[instance_id] for number, one in found.items() if instance_id in one.since}


async def waiting(
    tx: Tx, instance_id: int, *, after: int, upto: int, since: Micros, limit: int = 1_000_000
) -> list[tuple[int, str]]:
    """The activities above `after` and up to `upto`, and not older than `since`, that a server is to be sent: ids, ascending, and paths."""
    asked = await _asked(tx, instance_id, after, upto)
    rows = await tx.all(
        f"SELECT a.id, a.order_key{_DUE} AND a.published >= :since ORDER BY a.id LIMIT :limit",
        since=since, limit=limit, **asked,
    )  # fmt: skip
    return [(row[0], row[1]) for row in rows]


async def have_passed(tx: Tx, activity_id: int) -> bool:
    """Whether all the servers that an activity names have got past it."""
    return not await tx.value(
        "SELECT EXISTS (SELECT 1 FROM sent_inbox x JOIN destination d ON d.instance_id = x.instance_id"
        " WHERE x.activity_id = :activity_id AND d.cursor < :activity_id)",
        activity_id=activity_id,
    )


@dataclass(frozen=True, slots=True)
class Lag:
    """How many activities wait for a server, and since when the oldest does; `more`: those after the first `MOST_COUNTED` were not
    looked at."""

    waiting: int
    oldest: Micros | None
    more: bool


async def lag(tx: Tx, instance_id: int, cursor: int) -> Lag:
    """What waits for a server (DLV-14)."""
    asked = await _asked(tx, instance_id, cursor, cursor + MOST_COUNTED)
    row = await tx.first(f"SELECT count(*), min(a.published){_DUE}", **asked)
    assert row is not None
    more = await tx.value(
        "SELECT EXISTS (SELECT 1 FROM sent_activity WHERE id > :upto)", upto=cursor + MOST_COUNTED
    )
    return Lag(row[0], row[1], bool(more))


# --- who has a post ----------------------------------------------------------------------------------------------------------------


async def post_elsewhere(tx: Tx, post_id: int) -> list[PostElsewhere]:
    """What became of a post on other servers, by domain, while its activity is kept. It may go to a server twice, announced and for who is named
    in it: one that was taken is enough, and one that waits may be taken yet."""
    rows = await tx.all(
        "SELECT DISTINCT i.domain, d.cursor >= a.id, r.status, a.confirmed,"
        " r.status IS NULL AND d.cursor >= a.id AND coalesce(d.last_success, 0) < a.published AND u.instance_id <> i.id FROM sent_activity a"
        " JOIN post p ON p.id = a.post_id JOIN person u ON u.id = p.creator_id JOIN destination d ON d.cursor >= 0 JOIN instance i ON i.id = d.instance_id"
        " LEFT JOIN delivery_refusal r ON r.post_id = a.post_id AND r.instance_id = i.id"
        f" WHERE a.post_id = :post_id AND {_went_to('i.id')}"
        " ORDER BY i.domain",
        post_id=post_id,
    )
    found = [
        PostElsewhere(
            row[0], bool(row[1]), row[2] or None, row[3], left_out=row[2] == _LEFT_OUT or bool(row[4])
        )
        for row in rows
    ]
    found.sort(key=lambda one: (one.confirmed or 0, not one.left_out, one.passed))
    return sorted({one.domain: one for one in found}.values(), key=lambda one: one.domain)


def _went_to(server: str) -> str:
    """Whether an activity `a` went to a server, as far as one can tell from who follows its community now."""
    return (
        f"(EXISTS (SELECT 1 FROM sent_inbox x WHERE x.activity_id = a.id AND x.instance_id = {server})"
        " OR (a.community_id IS NOT NULL AND EXISTS (SELECT 1 FROM community_follow f JOIN person q ON q.id = f.person_id"
        f" WHERE f.community_id = a.community_id AND q.instance_id = {server} AND NOT f.pending AND f.published <= a.published)))"
    )
