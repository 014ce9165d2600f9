"""The local site's row, its rate limits, taglines and lists."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from folkmoot.model.administration import BlockedUrl, Tagline
from folkmoot.model.people import Person
from folkmoot.model.site import LocalSite, Operator, RateLimits, Site
from folkmoot.model.time import SECOND
from folkmoot.store import images
from folkmoot.store.changes import Changes
from folkmoot.store.db import Tx
from folkmoot.store.people import PERSON, make_person
from folkmoot.store.rows import columns, maker, width

_OF_SITE = frozenset(
    {
        "name",
        "description",
        "sidebar",
        "sidebar_html",
        "icon",
        "banner",
        "content_warning",
        "ap_id",
        "instance_id",
    }
)
_COLUMNS = ", ".join(f"{'s' if name in _OF_SITE else 'l'}.{name}" for name in LocalSite.__dataclass_fields__)
_LIMITS = ", ".join(f"l.rate_{name}" for name in RateLimits.__dataclass_fields__)
_make_site = maker(LocalSite)
_make_public = maker(Site)
_make_limits = maker(RateLimits)
_TAGLINE = columns(Tagline)
_make_tagline = maker(Tagline)
_BLOCKED_URL = columns(BlockedUrl)
_make_blocked_url = maker(BlockedUrl)
_OF_OPERATOR = tuple(Operator.__dataclass_fields__)
_SITE_KEY = (("site", 0),)


@dataclass(frozen=True, slots=True)
class Frame:
    """What nearly every page asks of the site. `admins`: the highest first (R-1). `taglines`: the oldest first."""

    site: LocalSite
    limits: RateLimits
    admins: list[Person]
    taglines: list[Tagline]


async def frame(tx: Tx) -> Frame:
    """All of it in one query, kept per process until the site changes. Raises `LookupError` before the site exists."""
    stamp = tx.changes.newest(_SITE_KEY)
    cached = tx.memory.get("frame")
    if cached is None or cached[0] != stamp:
        cached = (stamp, await _read_frame(tx))
        if stamp <= tx.heard:  # what was told of since then this transaction need not see
            tx.memory["frame"] = cached
            tx.memory["counted_site"] = ((stamp, tx.now // SECOND), cached[1].site)
    kept: Frame = cached[1]
    return kept


async def local_site(tx: Tx) -> LocalSite:
    """This server's site and its settings. Its counts are of when it last changed: `counted_site` has them as they are. Raises as
    `frame`."""
    return (await frame(tx)).site


async def counted_site(tx: Tx) -> LocalSite:
    """The same with counts that are a second old at most (W-1)."""
    stamp = (tx.changes.newest(_SITE_KEY), tx.now // SECOND)
    cached = tx.memory.get("counted_site")
    if cached is None or cached[0] != stamp:
        fresh = await read_local_site(tx)
        if fresh is None:
            raise LookupError("this database has no site yet")
        cached = (stamp, fresh)
        if stamp[0] <= tx.heard:
            tx.memory["counted_site"] = cached
    kept: LocalSite = cached[1]
    return kept


_FRAME = (
    f"SELECT x.kind, {_COLUMNS}, {_LIMITS}, {PERSON}, {columns(Tagline, 't')} FROM (SELECT 0 AS kind, 0 AS place, 0 AS id"
    " UNION ALL SELECT 1, u.id, u.person_id FROM local_user u WHERE u.admin UNION ALL SELECT 2, g.id, g.id FROM tagline g) AS x"
    " LEFT JOIN local_site l ON x.kind = 0 LEFT JOIN site s ON s.id = l.site_id LEFT JOIN person p ON x.kind = 1 AND p.id = x.id"
    " LEFT JOIN tagline t ON x.kind = 2 AND t.id = x.id ORDER BY x.kind, x.place"
)
_LIMITS_AT = 1 + width(LocalSite)
_ADMIN_AT = _LIMITS_AT + width(RateLimits)
_TAGLINE_AT = _ADMIN_AT + width(Person)


async def _read_frame(tx: Tx) -> Frame:
    rows = await tx.all(_FRAME)
    first = rows[0]
    if first[1] is None:
        raise LookupError("this database has no site yet")
    return Frame(
        _make_site(first[1:_LIMITS_AT]),
        _make_limits(first[_LIMITS_AT:_ADMIN_AT]),
        [make_person(row[_ADMIN_AT:_TAGLINE_AT]) for row in rows if row[0] == 1],
        [_make_tagline(row[_TAGLINE_AT:]) for row in rows if row[0] == 2],
    )


async def read_local_site(tx: Tx) -> LocalSite | None:
    """The site straight from the database, None on an empty one."""
    row = await tx.first(f"SELECT {_COLUMNS} FROM local_site l JOIN site s ON s.id = l.site_id")
    return _make_site(row) if row else None


async def of_instance(tx: Tx, instance_id: int) -> Site | None:
    """What this server says of its site, if that is known."""
    return (await of_instances(tx, [instance_id])).get(instance_id)


async def of_instances(tx: Tx, ids: Collection[int]) -> dict[int, Site]:
    """The same of many, by the server's id."""
    rows = await tx.all(f"SELECT {columns(Site)} FROM site WHERE instance_id IN :ids[]", ids=set(ids))
    return {site.instance_id: site for site in map(_make_public, rows)}


async def rate_limits(tx: Tx) -> RateLimits:
    """The limits in force, kept per process until the site changes."""
    return (await frame(tx)).limits


def known_rate_limits(memory: dict[str, Any], changes: Changes) -> RateLimits | None:
    """The same where this process knows them without asking; `changes` must be in step with the database."""
    cached = memory.get("frame")
    if cached is None or cached[0] != changes.newest(_SITE_KEY):
        return None
    kept: Frame = cached[1]
    return kept.limits


async def read_rate_limits(tx: Tx) -> RateLimits:
    """The same straight from the database. Raises `LookupError` before the site exists."""
    row = await tx.first(f"SELECT {_LIMITS} FROM local_site l")
    if row is None:
        raise LookupError("this database has no site yet")
    return _make_limits(row)


async def insert_local(
    tx: Tx, *, domain: str, origin: str, name: str, jwt_secret: str, application_question: str
) -> None:
    """The instance, site and settings of a new server, and the language table's owner row."""
    instance_id = await tx.value(
        "INSERT INTO instance (domain, local, software, published) VALUES (:domain, :local, 'folkmoot', :now) RETURNING id",
        domain=domain, local=True, now=tx.now,
    )  # fmt: skip
    site_id = await tx.value(
        "INSERT INTO site (instance_id, name, ap_id, inbox_url, published, last_refreshed)"
        " VALUES (:instance_id, :name, :ap_id, :inbox_url, :now, :now) RETURNING id",
        instance_id=instance_id, name=name, ap_id=f"{origin}/", inbox_url=f"{origin}/inbox", now=tx.now,
    )  # fmt: skip
    await tx.run(
        "INSERT INTO local_site (id, site_id, jwt_secret, application_question, published)"
        " VALUES (1, :site_id, :jwt_secret, :application_question, :now)",
        site_id=site_id, jwt_secret=jwt_secret, application_question=application_question, now=tx.now,
    )  # fmt: skip
    tx.changed("site")


async def insert_languages(tx: Tx, languages: list[tuple[int, str, str]]) -> None:
    """The fixed language table: (id, code, name)."""
    await tx.many(
        "INSERT INTO language (id, code, name) VALUES (:id, :code, :name) ON CONFLICT DO NOTHING",
        [{"id": number, "code": code, "name": name} for number, code, name in languages],
    )


async def update_local(tx: Tx, values: dict[str, Any]) -> None:
    """Set columns of the local site by the names of `LocalSite` and `rate_*`; `updated` is set too, though what the site says of itself
    counts as unchanged while it is set up."""
    await images.remember_in(tx, values)
    for table, condition, names in (
        ("site", "id = (SELECT site_id FROM local_site)", [name for name in values if name in _OF_SITE]),
        ("local_site", "id = 1", [name for name in values if name not in _OF_SITE]),
    ):
        if names:
            chosen = {name: values[name] for name in names}
            if table == "local_site" or "site_setup" not in values:
                chosen["updated"] = tx.now
            assignments = ", ".join(f"{name} = :{name}" for name in chosen)
            await tx.run(f"UPDATE {table} SET {assignments} WHERE {condition}", **chosen)
    tx.changed("site")


def operator_of(site: LocalSite) -> Operator:
    """What the operator set when the server last started."""
    return Operator(**{name: getattr(site, name) for name in _OF_OPERATOR})


async def set_operator(tx: Tx, operator: Operator) -> None:
    """Write down what the operator set; nobody edited the site thereby."""
    assignments = ", ".join(f"{name} = :{name}" for name in _OF_OPERATOR)
    await tx.run(f"UPDATE local_site SET {assignments}", **asdict(operator))
    tx.changed("site")


async def blocked_urls(tx: Tx) -> tuple[str, ...]:
    """The link blocklist (W-5)."""
    rows = await tx.all("SELECT url FROM url_blocklist ORDER BY id")
    return tuple(row[0] for row in rows)


async def blocked_url_rows(tx: Tx) -> list[BlockedUrl]:
    """The same with when each was written."""
    rows = await tx.all(f"SELECT {_BLOCKED_URL} FROM url_blocklist ORDER BY id")
    return [_make_blocked_url(row) for row in rows]


async def hold(tx: Tx) -> None:
    """Let everybody else who changes the site or one of its lists wait until this transaction is through: who replaces a list has to see
    what the one before wrote."""
    await tx.value("SELECT site_id FROM local_site FOR_UPDATE")


async def replace_blocked_urls(tx: Tx, urls: Sequence[str]) -> None:
    """Make these the blocklist; rows that stay keep their ids."""
    await hold(tx)
    await tx.run(
        "DELETE FROM url_blocklist WHERE id NOT IN (SELECT id FROM url_blocklist WHERE url IN :urls[text])",
        urls=list(urls),
    )
    await tx.many(
        "INSERT INTO url_blocklist (url, published) VALUES (:url, :now) ON CONFLICT DO NOTHING",
        [{"url": url, "now": tx.now} for url in urls],
    )
    tx.changed("site")


async def read_taglines(tx: Tx) -> list[Tagline]:
    """All taglines, the oldest first."""
    return [_make_tagline(row) for row in await tx.all(f"SELECT {_TAGLINE} FROM tagline ORDER BY id")]


async def taglines(tx: Tx) -> list[Tagline]:
    """The same, kept per process until the site changes: for pages."""
    return (await frame(tx)).taglines


async def admins(tx: Tx) -> list[Person]:
    """Who runs this site, the highest first (R-1), kept per process until the site changes: for pages."""
    return (await frame(tx)).admins


async def replace_taglines(tx: Tx, lines: Sequence[tuple[str, str]]) -> None:
    """Make these (Markdown, HTML) the taglines; those that stay as they are keep their ids."""
    await hold(tx)
    known = await read_taglines(tx)
    kept = {
        (line.content, line.content_html): line.id
        for line in known
        if (line.content, line.content_html) in set(lines)
    }
    gone = {line.id for line in known} - set(kept.values())
    await tx.run("DELETE FROM tagline WHERE id IN :ids[]", ids=gone)
    await tx.many(
        "INSERT INTO tagline (content, content_html, published) VALUES (:content, :html, :now)",
        [
            {"content": source, "html": html, "now": tx.now}
            for source, html in dict.fromkeys(lines)
            if (source, html) not in kept
        ],
    )
    tx.changed("site")


async def set_languages(tx: Tx, ids: Collection[int]) -> None:
    """Make these the languages of the site, none meaning all, and take all others from its communities (M-3)."""
    await hold(tx)
    await tx.run("DELETE FROM site_language WHERE site_id = (SELECT site_id FROM local_site)")
    site_id = await tx.value("SELECT site_id FROM local_site")
    await tx.many(
        "INSERT INTO site_language (site_id, language_id) VALUES (:site_id, :language_id)",
        [{"site_id": site_id, "language_id": number} for number in sorted(set(ids))],
    )
    if ids:
        rows = await tx.all(
            "DELETE FROM community_language WHERE community_id IN (SELECT id FROM community WHERE local)"
            " AND language_id NOT IN (SELECT language_id FROM site_language) RETURNING community_id"
        )
        for community_id in {row[0] for row in rows}:
            tx.changed("community", community_id)
    tx.changed("site")


async def has_posts(tx: Tx) -> bool:
    """Whether there is any post at all."""
    return bool(await tx.value("SELECT EXISTS (SELECT 1 FROM post)"))
