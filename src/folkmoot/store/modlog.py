"""The modlog: every act of moderation in one table, so that the public log is one ordered range."""

from collections.abc import Collection
from dataclasses import dataclass

from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.enums import ModlogKind
from folkmoot.model.modlog import ModlogEntry
from folkmoot.model.people import Person
from folkmoot.model.posts import Post
from folkmoot.model.time import Micros
from folkmoot.store import sight
from folkmoot.store.comments import make_comment
from folkmoot.store.communities import make_community
from folkmoot.store.db import Tx
from folkmoot.store.people import make_person
from folkmoot.store.posts import make_post
from folkmoot.store.rows import Row, columns, width

_SEQUENCES = {ModlogKind.FEATURE_POST_SITE: ModlogKind.FEATURE_POST}
"""Kinds that share another's numbers: the API shows both in one list."""

_SELECT = ", ".join(
    (
        "m.id, m.kind, m.kind_id, m.moderator_id, m.state, m.reason, m.expires, m.published",
        columns(Person, "a"),
        columns(Person, "t"),
        columns(Community, "c"),
        columns(Post, "p"),
        columns(Comment, "k"),
    )
)
_NAMED = (
    "JOIN person a ON a.id = m.moderator_id LEFT JOIN person t ON t.id = m.person_id LEFT JOIN community c ON c.id = m.community_id"
    " LEFT JOIN post p ON p.id = m.post_id LEFT JOIN comment k ON k.id = m.comment_id"
)
_OWN = 8
_PERSON = width(Person)
_COMMUNITY = width(Community)
_POST = width(Post)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines of the log. `kinds` are all that may appear; the ids narrow. `reader_id` 0 is a visitor: lines about what the reader may
    not read are left out."""

    kinds: Collection[str]
    community_id: int | None = None
    moderator_id: int | None = None
    person_id: int | None = None
    post_id: int | None = None
    comment_id: int | None = None
    reader_id: int = 0


async def _numbers(tx: Tx, kind: ModlogKind, count: int) -> int:
    """Take `count` numbers of this kind; the first of them."""
    last: int = await tx.value(
        "INSERT INTO modlog_sequence (kind, last) VALUES (:kind, :count)"
        " ON CONFLICT (kind) DO UPDATE SET last = modlog_sequence.last + excluded.last RETURNING last",
        kind=str(_SEQUENCES.get(kind, kind)), count=count,
    )  # fmt: skip
    return last - count + 1


async def record(
    tx: Tx,
    kind: ModlogKind,
    moderator_id: int,
    *,
    state: bool = True,
    reason: str | None = None,
    expires: Micros | None = None,
    person_id: int | None = None,
    community_id: int | None = None,
    post_id: int | None = None,
    comment_id: int | None = None,
) -> int:
    """Write a line of the log; its id. `person_id` is whom it concerns, the author where an item is meant."""
    kind_id = await _numbers(tx, kind, 1)
    tx.changed("modlog")
    number: int = await tx.value(
        "INSERT INTO modlog (kind, kind_id, moderator_id, state, reason, expires, person_id, community_id, post_id, comment_id, published)"
        " VALUES (:kind, :kind_id, :moderator_id, :state, :reason, :expires, :person_id, :community_id, :post_id, :comment_id, :now) RETURNING id",
        kind=str(kind), kind_id=kind_id, moderator_id=moderator_id, state=state, reason=reason, expires=expires, person_id=person_id,
        community_id=community_id, post_id=post_id, comment_id=comment_id, now=tx.now,
    )  # fmt: skip
    return number


async def record_many(
    tx: Tx,
    kind: ModlogKind,
    moderator_id: int,
    ids: Collection[int],
    *,
    state: bool,
    reason: str | None,
    part_of: int | None = None,
) -> None:
    """One line for each of these posts (`REMOVE_POST`) or comments (`REMOVE_COMMENT`), in the order of their ids; `part_of` the line of
    a ban."""
    if not ids:
        return
    first = await _numbers(tx, kind, len(ids))
    source, post, comment = (
        ("post", "i.id", "NULL") if kind == ModlogKind.REMOVE_POST else ("comment", "i.post_id", "i.id")
    )
    await tx.run(
        "INSERT INTO modlog (kind, kind_id, moderator_id, state, reason, person_id, community_id, post_id, comment_id, part_of, published)"
        f" SELECT CAST(:kind AS TEXT), CAST(:first AS INTEGER) - 1 + row_number() OVER (ORDER BY i.id), CAST(:moderator_id AS INTEGER), CAST(:state AS BOOLEAN),"
        f" CAST(:reason AS TEXT), i.creator_id, i.community_id, {post}, {comment}, CAST(:part_of AS INTEGER), CAST(:now AS BIGINT) FROM {source} i WHERE i.id IN :ids[]",
        kind=str(kind), first=first, moderator_id=moderator_id, state=state, reason=reason, part_of=part_of, now=tx.now,
        ids=set(ids),
    )  # fmt: skip
    tx.changed("modlog")


def _conditions(wanted: Wanted) -> tuple[str, dict[str, object]]:
    conditions = ["m.id > 0"]
    values: dict[str, object] = {}
    for name in ("community_id", "moderator_id", "person_id", "post_id", "comment_id"):
        number = getattr(wanted, name)
        if number is not None:
            conditions.append(f"m.{name} = :{name}")
            values[name] = number
    signed_in = wanted.reader_id != 0
    conditions.append(
        f"(c.visibility IS NULL OR {sight.reads('c', signed_in=signed_in, reader=':reader_id')})"
    )
    if signed_in:
        values["reader_id"] = wanted.reader_id
    return " AND ".join(conditions), values


async def page(
    tx: Tx, wanted: Wanted, *, limit: int, offset: int = 0, before: tuple[Micros, int] | None = None
) -> list[ModlogEntry]:
    """The newest lines first, everything they name beside them. `before`: only lines after this one (moment, id) in that order."""
    conditions, values = _conditions(wanted)
    conditions += " AND m.kind IN :kinds[text]"
    values["kinds"] = [str(kind) for kind in wanted.kinds]
    if before is not None:
        conditions += " AND (m.published < :moment OR (m.published = :moment AND m.id < :before_id))"
        values |= {"moment": before[0], "before_id": before[1]}
    rows = await tx.all(
        f"SELECT {_SELECT} FROM modlog m {_NAMED} WHERE {conditions} ORDER BY m.published DESC, m.id DESC LIMIT :limit OFFSET :offset",
        limit=limit, offset=offset, **values,
    )  # fmt: skip
    return [_entry(row) for row in rows]


async def lines(tx: Tx, chosen: str, *, limit: int, **values: object) -> list[ModlogEntry]:
    """The newest lines that a JOIN leaves, with everything they name."""
    rows = await tx.all(
        f"SELECT {_SELECT} FROM modlog m {_NAMED} {chosen} ORDER BY m.published DESC, m.id DESC LIMIT :limit",
        limit=limit, **values,
    )  # fmt: skip
    return [_entry(row) for row in rows]


async def pages(tx: Tx, wanted: Wanted, *, limit: int, offset: int = 0) -> list[ModlogEntry]:
    """A page of each kind that is wanted, all in one query, the newest lines first; kinds that share their numbers share a page. What was
    removed along with a ban is left out."""
    conditions, values = _conditions(wanted)
    shared: dict[str, list[str]] = {}
    for kind in wanted.kinds:
        shared.setdefault(_SEQUENCES.get(ModlogKind(kind), ModlogKind(kind)), []).append(str(kind))
    if not shared:
        return []
    parts = []
    for number, kinds in enumerate(shared.values()):
        values[f"kinds_{number}"] = kinds
        parts.append(
            "SELECT id FROM (SELECT m.id FROM modlog m LEFT JOIN community c ON c.id = m.community_id"
            f" WHERE m.kind IN :kinds_{number}[text] AND m.part_of IS NULL AND {conditions}"
            f" ORDER BY m.published DESC, m.id DESC LIMIT :limit OFFSET :offset) AS part_{number}"
        )
    rows = await tx.all(
        f"SELECT {_SELECT} FROM ({' UNION ALL '.join(parts)}) AS x JOIN modlog m ON m.id = x.id {_NAMED}"
        " ORDER BY m.published DESC, m.id DESC",
        limit=limit, offset=offset, **values,
    )  # fmt: skip
    return [_entry(row) for row in rows]


def _entry(row: Row) -> ModlogEntry:
    target = _OWN + _PERSON
    community = target + _PERSON
    post = community + _COMMUNITY
    comment = post + _POST
    return ModlogEntry(
        id=row[0],
        kind=row[1],
        kind_id=row[2],
        moderator_id=row[3],
        state=bool(row[4]),
        reason=row[5],
        expires=row[6],
        published=row[7],
        moderator=make_person(row[_OWN:target]),
        person=make_person(row[target:community]) if row[target] is not None else None,
        community=make_community(row[community:post]) if row[community] is not None else None,
        post=make_post(row[post:comment]) if row[post] is not None else None,
        comment=make_comment(row[comment:]) if row[comment] is not None else None,
    )


async def newest_ban(tx: Tx, community_id: int, person_id: int) -> tuple[int, Micros | None] | None:
    """The line of the last ban of somebody from a community, and when it ends."""
    row = await tx.first(
        "SELECT id, expires FROM modlog WHERE person_id = :person_id AND community_id = :community_id AND kind = :kind AND state"
        " ORDER BY id DESC LIMIT 1",
        person_id=person_id, community_id=community_id, kind=str(ModlogKind.BAN_FROM_COMMUNITY),
    )  # fmt: skip
    return (row[0], row[1]) if row else None


async def removed_with(tx: Tx, line: int) -> tuple[list[int], list[int]]:
    """The posts, and the comments, that were removed along with a ban."""
    rows = await tx.all("SELECT post_id, comment_id FROM modlog WHERE part_of = :line ORDER BY id", line=line)
    posts = [row[0] for row in rows if row[0] is not None and row[1] is None]
    return posts, [row[1] for row in rows if row[1] is not None]


async def decisions_about(tx: Tx, person_id: int) -> int:
    """How often the log names this person: removals, bans and appointments."""
    number: int = await tx.value(
        "SELECT count(*) FROM modlog WHERE person_id = :person_id AND kind NOT LIKE 'add%'",
        person_id=person_id,
    )
    return number
