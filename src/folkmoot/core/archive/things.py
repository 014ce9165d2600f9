"""How each kind of record becomes rows. `WRITERS` is the table, in the order in which kinds may refer to each other."""

from collections.abc import Awaitable, Callable
from typing import Any

from folkmoot.core.archive import records as r
from folkmoot.core.archive.known import KnownComment, KnownCommunity, KnownPerson, KnownPost
from folkmoot.core.archive.read import BadArchive
from folkmoot.core.archive.votes import write_votes
from folkmoot.core.archive.work import Work, named
from folkmoot.core.posts import rules as post_rules
from folkmoot.core.writing import BODY_LIMIT, Written
from folkmoot.model.errors import Invalid
from folkmoot.model.ranking import hot_rank
from folkmoot.model.time import Micros, from_datetime
from folkmoot.store import bulk
from folkmoot.store.changes import MANY
from folkmoot.store.counts import counted
from folkmoot.store.search_pending import index_soon
from folkmoot.text import languages, names
from folkmoot.text.tidy import tidy


async def _instances(work: Work, lines: list[tuple[int, r.Instance]]) -> None:
    fresh = {
        record.host.lower(): record for _, record in lines if record.host.lower() not in work.known.instances
    }
    await _add_instances(work, {host: (record.software, record.version) for host, record in fresh.items()})


async def _add_instances(work: Work, wanted: dict[str, tuple[str | None, str | None]]) -> None:
    """Servers that are not known yet; a handle may name one that has no record of its own."""
    wanted = {host: about for host, about in wanted.items() if host not in work.known.instances}
    if not wanted:
        return
    present = await bulk.instances(work.tx, wanted)
    ids = await bulk.next_ids(work.tx, "instance", len(wanted) - len(present))
    rows: list[dict[str, Any]] = [
        {
            "id": number,
            "domain": host,
            "local": False,
            "software": wanted[host][0],
            "version": wanted[host][1],
            "published": work.moment,
        }
        for host, number in zip((host for host in wanted if host not in present), ids, strict=True)
    ]
    await bulk.insert_many(work.tx, "instance", rows)
    work.known.instances.update(present)
    work.known.instances.update({row["domain"]: row["id"] for row in rows})
    work.report.wrote("instance", len(rows), len(present))


async def _people(work: Work, lines: list[tuple[int, r.Person]]) -> None:
    fresh = {record.handle: record for _, record in lines if record.handle not in work.known.people}
    parts = {handle: work.split(handle) for handle in fresh}
    await _add_instances(work, {host: (None, None) for _, host, here in parts.values() if not here})
    ap_ids = {handle: f"{work.origin(host, here)}/u/{name}" for handle, (name, host, here) in parts.items()}
    present = await bulk.ids_by_ap_id(work.tx, "person", ap_ids.values())
    missing = [handle for handle in fresh if ap_ids[handle] not in present]
    rows = []
    accounts = []
    for handle, number in zip(missing, await bulk.next_ids(work.tx, "person", len(missing)), strict=True):
        name, host, here = parts[handle]
        record = fresh[handle]
        published = work.when(record.published)
        bio = work.house.render(tidy(record.bio)) if record.bio else None
        rows.append(
            {"id": number, "instance_id": work.house.site.instance_id if here else work.known.instances[host], "name": name,
             "name_key": names.name_key(name), "host": host, "local": here, "display_name": record.display_name,
             "bio": bio.source if bio else None, "bio_html": bio.html if bio else None, "avatar": record.avatar, "ap_id": ap_ids[handle],
             "inbox_url": f"{ap_ids[handle]}/inbox", "bot": record.bot, "admin": record.admin and here, "published": published,
             "last_refreshed": published}
        )  # fmt: skip
        if here:
            accounts.append((number, record, published))
        present[ap_ids[handle]] = number
    await bulk.insert_many(work.tx, "person", rows)
    await _accounts(work, accounts)
    for handle, (_, _, here) in parts.items():
        work.known.people[handle] = KnownPerson(present[ap_ids[handle]], here)
    work.report.wrote("person", len(rows), len(fresh) - len(rows))


async def _accounts(work: Work, people: list[tuple[int, r.Person, Micros]]) -> None:
    """The accounts of local people. Without a password hash nobody can log in until an admin resets it."""
    ids = await bulk.next_ids(work.tx, "local_user", len(people))
    rows = [
        {"id": number, "person_id": person_id, "password_hash": record.password_hash, "email": record.email,
         "email_key": record.email.casefold() if record.email else None, "email_verified": bool(record.email),
         "accepted_application": True, "admin": record.admin, "last_donation_notification": published}
        for number, (person_id, record, published) in zip(ids, people, strict=True)
    ]  # fmt: skip
    await bulk.insert_many(work.tx, "local_user", rows)
    work.deltas.site[0] += len(rows)


async def _communities(work: Work, lines: list[tuple[int, r.Community]]) -> None:
    fresh = {
        record.handle: (line, record) for line, record in lines if record.handle not in work.known.communities
    }
    parts = {handle: work.split(handle) for handle in fresh}
    await _add_instances(work, {host: (None, None) for _, host, here in parts.values() if not here})
    ap_ids = {handle: f"{work.origin(host, here)}/c/{name}" for handle, (name, host, here) in parts.items()}
    present = await bulk.ids_by_ap_id(work.tx, "community", ap_ids.values())
    missing = [handle for handle in fresh if ap_ids[handle] not in present]
    rows, moderators, spoken = [], [], []
    for handle, number in zip(missing, await bulk.next_ids(work.tx, "community", len(missing)), strict=True):
        line, record = fresh[handle]
        name, host, here = parts[handle]
        published = work.when(record.published)
        about = work.house.render(tidy(record.description)) if record.description else None
        rows.append(
            {"id": number, "instance_id": work.house.site.instance_id if here else work.known.instances[host], "name": name,
             "name_key": names.name_key(name), "host": host, "local": here, "title": record.title or name,
             "description": about.source if about else None, "description_html": about.html if about else None, "ap_id": ap_ids[handle],
             "inbox_url": f"{ap_ids[handle]}/inbox", "followers_url": f"{ap_ids[handle]}/followers", "nsfw": record.nsfw,
             "published": published, "last_refreshed": published}
        )  # fmt: skip
        if record.creator and (creator := named(work.known.people, record.creator, line, "person")):
            moderators.append({"community_id": number, "person_id": creator.id, "published": published})
        if record.language and _language(record.language):
            spoken += [
                {"community_id": number, "language_id": spoken_id}
                for spoken_id in (0, _language(record.language))
            ]
        work.deltas.site[3] += here
        present[ap_ids[handle]] = number
    await bulk.insert_many(work.tx, "community", rows)
    await bulk.insert_many(work.tx, "community_count", [{"id": row["id"]} for row in rows])
    if rows:
        work.tx.changed("community_name", MANY)
    await bulk.insert_many(work.tx, "community_moderator", moderators)
    await bulk.insert_many(work.tx, "community_language", spoken)
    for handle, (_, _, here) in parts.items():
        language = fresh[handle][1].language
        work.known.communities[handle] = KnownCommunity(present[ap_ids[handle]], here, _language(language))
    work.report.wrote("community", len(rows), len(fresh) - len(rows))


def _language(code: str | None) -> int:
    """The id of a language code; 0 (undetermined) for none and for codes that Lemmy's table does not have."""
    found = languages.by_code(code) if code else None
    return found.id if found else 0


async def _subscriptions(work: Work, lines: list[tuple[int, r.Subscription]]) -> None:
    follows: dict[tuple[int, int], tuple[KnownPerson, KnownCommunity, Micros]] = {}
    moderators = []
    for line, record in lines:
        person = named(work.known.people, record.person, line, "person")
        community = named(work.known.communities, record.community, line, "community")
        if record.role not in ("member", "moderator"):
            raise BadArchive(line, f"role {record.role!r}; allowed are member and moderator")
        if person is None or community is None:
            work.report.refuse(line, "refers to a record that was left out")
            continue
        published = work.when(record.published)
        follows.setdefault((person.id, community.id), (person, community, published))
        if record.role == "moderator":
            moderators.append({"community_id": community.id, "person_id": person.id, "published": published})
    present = await bulk.follows_present(work.tx, follows)
    rows = []
    for pair, (person, community, published) in follows.items():
        if pair not in present:
            rows.append(
                {"person_id": pair[0], "community_id": pair[1], "pending": False, "published": published}
            )
            delta = work.deltas.communities[community.id]
            delta[2] += community.local
            delta[3] += person.local
    await bulk.insert_many(work.tx, "community_follow", rows)
    await bulk.insert_many(work.tx, "community_moderator", moderators)
    work.report.wrote("subscription", len(rows), len(present))


async def _posts(work: Work, lines: list[tuple[int, r.Post]]) -> None:
    present = await bulk.ids_by_ap_id(work.tx, "post", [record.ap_id for _, record in lines if record.ap_id])
    ids = iter(await bulk.next_ids(work.tx, "post", len(lines)))
    rows = []
    for line, record in lines:
        creator = named(work.known.people, record.creator, line, "person")
        community = named(work.known.communities, record.community, line, "community")
        if record.id in work.known.posts:
            raise BadArchive(line, f"a second post with the id {record.id!r}")
        work.known.posts[record.id] = None
        if creator is None or community is None:
            work.report.refuse(line, "refers to a record that was left out")
            continue
        try:
            values = _post_values(work, record)
        except Invalid as error:
            work.report.refuse(line, f"{error.code} ({error.field})")
            continue
        published = from_datetime(record.published)
        here = record.ap_id is None
        number = present.get(record.ap_id or "")
        if number is None and here:
            number = await bulk.local_post(work.tx, creator.id, community.id, values["name"], published)
        counts = counted(record.deleted, record.removed)
        totals = bool(record.upvotes or record.downvotes)
        fresh = number is None
        if number is None:
            number = next(ids)
            ap_id = record.ap_id or f"{work.house.site.origin}/post/{number}"
            rows.append({"id": number, "community_id": community.id, "creator_id": creator.id, "ap_id": ap_id, "local": here,
                         "language_id": _language(record.language) or community.language_id, **values})  # fmt: skip
            work.deltas.people[creator.id][0] += counts
            work.deltas.communities[community.id][0] += counts
            work.deltas.site[1] += here and counts
            work.deltas.post_votes(number, creator.id, record.upvotes, record.downvotes)
        work.known.posts[record.id] = KnownPost(number, creator.id, community.id, published, counts, totals)
        work.report.wrote("post", fresh, not fresh)
    await bulk.insert_many(work.tx, "post", rows)
    await index_soon(work.tx, "post", [row["id"] for row in rows])


def _post_values(work: Work, record: r.Post) -> dict[str, Any]:
    """The columns that come from the record alone. Raises `Invalid`."""
    name = post_rules.checked_title(work.house, record.name)
    link = post_rules.checked_link(work.house, record.url) if record.url else None
    body = post_rules.checked_body(work.house, record.body) if record.body else None
    embed = record.embed or r.Embed()
    published = from_datetime(record.published)
    return {
        "name": name,
        "name_html": post_rules.title_html(name),
        "url": link.url if link else None,
        "url_host": link.host if link else None,
        "body": body.source if body else None,
        "body_html": body.html if body else None,
        "excerpt": post_rules.excerpt_of(body.source if body else None),
        "alt_text": post_rules.checked_alt_text(record.alt_text) if record.alt_text else None,
        "embed_title": embed.title,
        "embed_description": embed.description,
        "thumbnail_url": embed.image,
        "nsfw": record.nsfw,
        "featured_community": record.featured,
        "deleted": record.deleted,
        "removed": record.removed,
        "carried_upvotes": record.upvotes,
        "carried_downvotes": record.downvotes,
        "newest_comment": published,
        "newest_comment_necro": published,
        "published": published,
        "updated": from_datetime(record.updated) if record.updated else None,
    }


async def _comments(work: Work, lines: list[tuple[int, r.Comment]]) -> None:
    present = await bulk.ids_by_ap_id(
        work.tx, "comment", [record.ap_id for _, record in lines if record.ap_id]
    )
    paths = await bulk.paths_by_id(work.tx, present.values()) if present else {}
    ids = iter(await bulk.next_ids(work.tx, "comment", len(lines)))
    rows = []
    for line, record in lines:
        creator = named(work.known.people, record.creator, line, "person")
        post = named(work.known.posts, record.post, line, "post")
        parent = (
            named(work.known.comments, record.parent, line, "comment") if record.parent is not None else None
        )
        if record.id in work.known.comments:
            raise BadArchive(line, f"a second comment with the id {record.id!r}")
        work.known.comments[record.id] = None
        if creator is None or post is None or (parent is None and record.parent is not None):
            work.report.refuse(line, "refers to a record that was left out")
            continue
        if parent is not None and parent.post_id != post.id:
            raise BadArchive(line, f"its parent {record.parent!r} belongs to another post")
        try:
            text = work.house.long_text(record.content, "content", limit=BODY_LIMIT)
        except Invalid as error:
            work.report.refuse(line, f"{error.code} ({error.field})")
            continue
        published = from_datetime(record.published)
        here = record.ap_id is None
        number = present.get(record.ap_id or "")
        if number is None and here:
            number = await bulk.local_comment(work.tx, creator.id, post.id, text.source, published)
            if number is not None:
                paths.update(await bulk.paths_by_id(work.tx, [number]))
        fresh = number is None
        if number is None:
            number = next(ids)
            paths[number] = f"{parent.path if parent else '0'}.{number}"
            rows.append(_comment_row(work, record, number, paths[number], creator.id, post, parent, text))
            _count_comment(work, record, number, paths[number], creator.id, post)
        totals = bool(record.upvotes or record.downvotes)
        work.known.comments[record.id] = KnownComment(number, creator.id, post.id, paths[number], totals)
        work.report.wrote("comment", fresh, not fresh)
    await bulk.insert_many(work.tx, "comment", rows)
    await index_soon(work.tx, "comment", [row["id"] for row in rows])


def _comment_row(
    work: Work,
    record: r.Comment,
    number: int,
    path: str,
    creator_id: int,
    post: KnownPost,
    parent: KnownComment | None,
    text: Written,
) -> dict[str, Any]:
    published = from_datetime(record.published)
    return {
        "id": number,
        "post_id": post.id,
        "community_id": post.community_id,
        "parent_id": parent.id if parent else None,
        "creator_id": creator_id,
        "path": path,
        "content": text.source,
        "content_html": text.html,
        "ap_id": record.ap_id or f"{work.house.site.origin}/comment/{number}",
        "local": record.ap_id is None,
        "language_id": _language(record.language),
        "deleted": record.deleted,
        "removed": record.removed,
        "distinguished": record.distinguished,
        "carried_upvotes": record.upvotes,
        "carried_downvotes": record.downvotes,
        "hot_rank": hot_rank(0, published, work.tx.now),
        "published": published,
        "updated": from_datetime(record.updated) if record.updated else None,
    }


def _count_comment(
    work: Work, record: r.Comment, number: int, path: str, creator_id: int, post: KnownPost
) -> None:
    counts = counted(record.deleted, record.removed)
    work.deltas.comment(
        path, post.id, published=from_datetime(record.published), post_published=post.published,
        by_author=creator_id == post.creator_id, counts=counts,
    )  # fmt: skip
    work.deltas.people[creator_id][2] += counts
    work.deltas.communities[post.community_id][1] += counts and post.counts
    work.deltas.site[2] += record.ap_id is None and counts
    work.deltas.votes_on_comment(number, creator_id, record.upvotes, record.downvotes)


WRITERS: dict[type, Callable[[Work, list[Any]], Awaitable[None]]] = {
    r.Instance: _instances,
    r.Person: _people,
    r.Community: _communities,
    r.Subscription: _subscriptions,
    r.Post: _posts,
    r.Comment: _comments,
    r.Vote: write_votes,
}
