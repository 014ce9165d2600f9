"""What is told to other servers: what happened and is still to be told, and every activity that was made of it.

Whoever writes activities waits for those who do so already (`insert`), so their ids are in the order in which they became visible: whoever
has seen an id has seen all before it. Who has got how far is in `store/destinations.py`.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from folkmoot.model.records import Record
from folkmoot.model.time import Micros
from folkmoot.store.db import Tx
from folkmoot.store.keys import Owner
from folkmoot.store.rows import columns, maker, names_of

LOOK_LATER = "federation.roll_back"
"""The job that looks whether a community elsewhere has sent back what a moderator of ours did there; its payload has `kind` and `event`."""


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that happened and is still to be told. `kind` names an event of `model/events.py`, or is `relay`."""

    id: int
    kind: str
    payload: dict[str, Any]
    published: Micros


@dataclass(frozen=True, slots=True)
class Inbox:
    """Where one activity goes besides the followers: an address, and the server it belongs to."""

    instance_id: int
    url: str


class Activity(Record, frozen=True, kw_only=True):
    """An activity as it is to be kept. `body` is the document, byte by byte what is sent.

    Who is sent it: the servers with followers of `community_id` or of `person_id`, all that are known (`to_all`), and `inboxes`. `sensitive`: nobody
    may fetch it at its address. `order_key` is a path of what it concerns, `c5/p17` for a thread in a community, empty for everything: it is sent
    after all before it and before all after it whose path begins with its own, or the other way round. `post_id`: the post that it makes known. `asks`: the person and the community of a
    Follow, which waits for its answer. `kind`: its type. `awaits`: what was noted, where it is undone
    unless its community sends it back.
    """

    ap_id: str
    body: str
    actor_kind: Owner
    actor_id: int
    order_key: str
    inner_ap_id: str | None = None
    sensitive: bool = False
    to_all: bool = False
    community_id: int | None = None
    person_id: int | None = None
    post_id: int | None = None
    inboxes: tuple[Inbox, ...] = ()
    asks: tuple[int, int] | None = None
    kind: str = ""
    awaits: tuple[str, dict[str, Any]] | None = None


class Sent(Record, frozen=True):
    """An activity as it is kept."""

    id: int
    ap_id: str
    inner_ap_id: str | None
    body: str
    actor_kind: Owner
    actor_id: int
    sensitive: bool
    to_all: bool
    community_id: int | None
    person_id: int | None
    order_key: str
    post_id: int | None
    confirmed: Micros | None
    published: Micros


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a community takes things: at its own inbox, and at the one its server has for all, which may be the same. The addresses of its
    moderators and pinned posts are None where its server does not say."""

    own: Inbox
    shared: Inbox
    moderators: str | None
    featured: str | None


_KEPT = tuple(name for name in names_of(Activity) if name not in {"inboxes", "asks", "kind", "awaits"})
"""Fields of an activity that are columns."""
_SENT = columns(Sent, "a")
_make_sent = maker(Sent)


# --- what is still to be told ------------------------------------------------------------------------------------------------


async def note(tx: Tx, kind: str, payload: dict[str, Any]) -> None:
    """Write down that something has to be told."""
    await note_all(tx, [(kind, payload)])


async def note_all(tx: Tx, notes: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """The same for several, in this order."""
    rows = [{"kind": kind, "payload": json.dumps(payload), "now": tx.now} for kind, payload in notes]
    if not rows:
        return
    sql = "INSERT INTO outgoing (kind, payload, published) VALUES (:kind, :payload, :now)"
    if len(rows) == 1:
        await tx.by_the_end(sql, **rows[0])
    else:
        await tx.at_once(sql, rows)
    tx.changed("outgoing")


async def noted(tx: Tx, limit: int) -> list[Noted]:
    """What waits longest."""
    rows = await tx.all(
        "SELECT id, kind, payload, published FROM outgoing ORDER BY id LIMIT :limit", limit=limit
    )
    return [Noted(row[0], row[1], json.loads(row[2]), row[3]) for row in rows]


async def settle(tx: Tx, ids: Collection[int]) -> bool:
    """These are told. False where somebody else has told one of them meanwhile: then take back what was written."""
    return await tx.run("DELETE FROM outgoing WHERE id IN :ids[]", ids=set(ids)) == len(set(ids))


async def newest_noted(tx: Tx) -> int:
    """The id of what was noted last; 0 where nothing waits."""
    number: int = await tx.value("SELECT coalesce(max(id), 0) FROM outgoing")
    return number


async def take_back(tx: Tx, after: int, kinds: Collection[str], actor_id: int) -> None:
    """Do not tell what somebody did of these kinds, as far as this transaction noted it behind `after`."""
    rows = await tx.all(
        "SELECT id, payload FROM outgoing WHERE id > :after AND kind IN :kinds[text] AND published = :now",
        after=after, kinds=set(kinds), now=tx.now,
    )  # fmt: skip
    ids = {row[0] for row in rows if json.loads(row[1]).get("actor_id") == actor_id}
    await tx.run("DELETE FROM outgoing WHERE id IN :ids[]", ids=ids)


# --- activities ----------------------------------------------------------------------------------------------------------------


async def newest_id(tx: Tx) -> int:
    """The id of the newest activity; 0 before the first."""
    number: int = await tx.value("SELECT coalesce(max(id), 0) FROM sent_activity")
    return number


async def insert(tx: Tx, activities: Sequence[Activity]) -> list[int]:
    """Write activities in this order; their ids, ascending."""
    if not activities:
        return []
    rows = await tx.all(tx.dialect.next_ids_in_turn("sent_activity"), count=len(activities))
    ids = [row[0] for row in rows]
    numbered = list(zip(ids, activities, strict=True))
    await tx.at_once(
        "INSERT INTO sent_activity (id, ap_id, inner_ap_id, body, actor_kind, actor_id, sensitive, to_all, community_id, person_id, order_key,"
        " post_id, published) VALUES (:id, :ap_id, :inner_ap_id, :body, :actor_kind, :actor_id, :sensitive, :to_all, :community_id, :person_id,"
        " :order_key, :post_id, :published)",
        [
            {
                "id": number,
                "published": tx.now,
                **{name: getattr(activity, name) for name in _KEPT},
            }
            for number, activity in numbered
        ],
    )
    inboxes = [
        {"instance_id": inbox.instance_id, "activity_id": number, "inbox_url": inbox.url}
        for number, activity in numbered
        for inbox in dict.fromkeys(activity.inboxes)
    ]
    if inboxes:
        await tx.at_once(
            "INSERT INTO sent_inbox (instance_id, activity_id, inbox_url) VALUES (:instance_id, :activity_id, :inbox_url)",
            inboxes,
        )
    tx.changed("outbox")
    return ids


async def following(tx: Tx, after: int, limit: int) -> list[tuple[Sent, list[Inbox]]]:
    """The next activities after an id, in order, each with where it goes besides the followers."""
    rows = await tx.all(
        f"SELECT EXISTS (SELECT 1 FROM sent_inbox x WHERE x.activity_id = a.id), {_SENT} FROM sent_activity a WHERE a.id > :after"
        " ORDER BY a.id LIMIT :limit",
        after=after, limit=limit,
    )  # fmt: skip
    named = await inboxes_of(tx, [row[1] for row in rows if row[0]])
    return [(_make_sent(row[1:]), named.get(row[1], [])) for row in rows]


async def inboxes_of(tx: Tx, ids: Collection[int]) -> dict[int, list[Inbox]]:
    """Where these go besides the followers, by activity."""
    if not ids:
        return {}
    rows = await tx.all(
        "SELECT activity_id, instance_id, inbox_url FROM sent_inbox WHERE activity_id IN :ids[] ORDER BY activity_id, instance_id, inbox_url",
        ids=set(ids),
    )
    found: dict[int, list[Inbox]] = {}
    for activity_id, instance_id, url in rows:
        found.setdefault(activity_id, []).append(Inbox(instance_id, url))
    return found


async def moments_of(tx: Tx, ids: Collection[int]) -> dict[int, Micros]:
    """When the newest activity up to each of these ids was written, by id; those that are still kept."""
    found = {}
    for number in set(ids):
        moment = await tx.value(
            "SELECT published FROM sent_activity WHERE id <= :id ORDER BY id DESC LIMIT 1", id=number
        )
        if moment is not None:
            found[number] = moment
    return found


async def by_ap_id(tx: Tx, ap_id: str) -> Sent | None:
    """The activity of ours at this address, while it is kept. It may be the one inside an Announce (`inner_ap_id`), which is kept whole:
    see `apub/show/activities.py`."""
    row = await tx.first(f"SELECT {_SENT} FROM sent_activity a WHERE a.ap_id = :ap_id", ap_id=ap_id)
    if row is None:
        row = await tx.first(
            f"SELECT {_SENT} FROM sent_activity a WHERE a.inner_ap_id = :ap_id ORDER BY a.id LIMIT 1",
            ap_id=ap_id,
        )
    return _make_sent(row) if row else None


async def confirm(tx: Tx, ap_id: str) -> bool:
    """The community to which this activity was sent has sent it back (CMN-6). False where it was not ours, or confirmed before."""
    return bool(
        await tx.run(
            "UPDATE sent_activity SET confirmed = :now WHERE ap_id = :ap_id AND confirmed IS NULL",
            now=tx.now, ap_id=ap_id,
        )
    )  # fmt: skip


async def forget(tx: Tx, before: Micros, limit: int = 2000) -> int:
    """Drop activities that are older than we keep them; how many. In pieces, the oldest first."""
    return await tx.run(
        "DELETE FROM sent_activity WHERE id IN (SELECT id FROM sent_activity WHERE published < :before ORDER BY published LIMIT :limit)",
        before=before, limit=limit,
    )  # fmt: skip


# --- who is sent what ------------------------------------------------------------------------------------------------------------


async def threads_of(tx: Tx, ap_ids: Collection[str]) -> dict[str, tuple[int, str]]:
    """The posts under which these posts and comments stand, and the paths of the comments, by address; those that we know."""
    rows = await tx.all(
        "SELECT ap_id, id, '' FROM post WHERE ap_id IN :ids[text]"
        " UNION ALL SELECT ap_id, post_id, path FROM comment WHERE ap_id IN :ids[text]",
        ids=set(ap_ids),
    )
    return {row[0]: (row[1], row[2]) for row in rows}


async def addresses_of_community(tx: Tx, community_id: int) -> Addresses | None:
    row = await tx.first(
        "SELECT instance_id, inbox_url, coalesce(shared_inbox_url, inbox_url), moderators_url, featured_url FROM community WHERE id = :community_id",
        community_id=community_id,
    )
    return Addresses(Inbox(row[0], row[1]), Inbox(row[0], row[2]), row[3], row[4]) if row else None


async def inboxes_of_people(tx: Tx, person_ids: Collection[int]) -> dict[int, tuple[Inbox, Inbox]]:
    """Where these people elsewhere take things, by id: the inbox that their server has for all (or their own), and their own."""
    rows = await tx.all(
        "SELECT id, instance_id, coalesce(shared_inbox_url, inbox_url), inbox_url FROM person WHERE id IN :ids[] AND NOT local",
        ids=set(person_ids),
    )
    return {row[0]: (Inbox(row[1], row[2]), Inbox(row[1], row[3])) for row in rows}


async def person_has_followers(tx: Tx, person_id: int) -> bool:
    """Whether anybody on another server follows a person."""
    return bool(
        await tx.value(
            "SELECT EXISTS (SELECT 1 FROM person_follow WHERE target_id = :person_id)", person_id=person_id
        )
    )


async def server_inboxes(tx: Tx) -> dict[int, str]:
    """The address at which each server takes what concerns everybody there: its site's inbox, or the shared one that its people or
    communities name. Servers that have none are not sent such things."""
    rows = await tx.all(
        "SELECT i.id, coalesce((SELECT s.inbox_url FROM site s WHERE s.instance_id = i.id),"
        " (SELECT max(p.shared_inbox_url) FROM person p WHERE p.instance_id = i.id),"
        " (SELECT max(c.shared_inbox_url) FROM community c WHERE c.instance_id = i.id)) FROM instance i WHERE NOT i.local"
    )
    return {row[0]: row[1] for row in rows if row[1]}


async def server_inbox(tx: Tx, instance_id: int) -> str | None:
    """The same of one server."""
    row = await tx.first(
        "SELECT coalesce((SELECT s.inbox_url FROM site s WHERE s.instance_id = i.id),"
        " (SELECT max(p.shared_inbox_url) FROM person p WHERE p.instance_id = i.id),"
        " (SELECT max(c.shared_inbox_url) FROM community c WHERE c.instance_id = i.id)) FROM instance i WHERE i.id = :instance_id AND NOT i.local",
        instance_id=instance_id,
    )
    return row[0] if row else None
