"""What periodic work reads and writes: ranks, active people, texts to overwrite, accounts to drop. In small batches, so that nobody
who wants to write waits long (S-6).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from folkmoot.model.time import Micros
from folkmoot.store.db import Tx
from folkmoot.store.mass import Blank
from folkmoot.store.rows import Row
from folkmoot.store.search_pending import index_soon

# --- ranks -------------------------------------------------------------------------------------------------------------------


async def ranked_posts(tx: Tx, after_id: int, limit: int) -> list[Row]:
    """Posts whose rank is not 0 yet, by id: id, score, published, newest_comment_necro, active people of the community in a month,
    hot, active and scaled rank."""
    return await tx.all(
        "SELECT p.id, p.score, p.published, p.newest_comment_necro, c.users_active_month, p.hot_rank, p.active_rank, p.scaled_rank"
        " FROM post p JOIN community c ON c.id = p.community_id WHERE p.id > :after_id AND (p.hot_rank > 0 OR p.active_rank > 0)"
        " ORDER BY p.id LIMIT :limit",
        after_id=after_id, limit=limit,
    )  # fmt: skip


async def ranked_comments(tx: Tx, after_id: int, limit: int) -> list[Row]:
    """Comments whose rank is not 0 yet, by id: id, score, published, hot rank."""
    return await tx.all(
        "SELECT id, score, published, hot_rank FROM comment WHERE id > :after_id AND hot_rank > 0 ORDER BY id LIMIT :limit",
        after_id=after_id, limit=limit,
    )  # fmt: skip


async def ranked_communities(tx: Tx, after_id: int, limit: int) -> list[Row]:
    """Communities whose rank is not 0 yet, by id: id, subscribers, published, hot rank."""
    return await tx.all(
        "SELECT id, subscribers, published, hot_rank FROM community WHERE id > :after_id AND hot_rank > 0 ORDER BY id LIMIT :limit",
        after_id=after_id, limit=limit,
    )  # fmt: skip


async def set_post_ranks(tx: Tx, ranks: Iterable[Mapping[str, Any]]) -> None:
    """Write `hot`, `active` and `scaled` of posts by `id`. A score that moved since it was read keeps the rank its vote gave it."""
    await tx.many(
        "UPDATE post SET hot_rank = :hot, active_rank = :active, scaled_rank = :scaled WHERE id = :id AND score = :score",
        ranks,
    )


async def set_comment_ranks(tx: Tx, ranks: Iterable[Mapping[str, Any]]) -> None:
    """Write `hot` of comments by `id`, as for posts."""
    await tx.many("UPDATE comment SET hot_rank = :hot WHERE id = :id AND score = :score", ranks)


async def set_community_ranks(tx: Tx, ranks: Iterable[Mapping[str, Any]]) -> None:
    """Write `hot` of communities by `id`."""
    await tx.many("UPDATE community SET hot_rank = :hot WHERE id = :id AND subscribers = :score", ranks)


# --- active people (G-4) -----------------------------------------------------------------------------------------------------

SPANS = ("day", "week", "month", "half_year")

_DOINGS = (
    "SELECT p.community_id, p.creator_id AS person_id FROM post p WHERE p.published > :since"
    " UNION SELECT c.community_id, c.creator_id FROM comment c WHERE c.published > :since"
    " UNION SELECT p.community_id, v.person_id FROM post_vote v JOIN post p ON p.id = v.post_id WHERE v.published > :since"
    " UNION SELECT c.community_id, v.person_id FROM comment_vote v JOIN comment c ON c.id = v.comment_id WHERE v.published > :since"
)


async def active_in_communities(tx: Tx, since: Micros) -> dict[int, int]:
    """How many people who are no bots posted, commented or voted in each community since a moment; none is left out."""
    rows = await tx.all(
        f"SELECT a.community_id, count(*) FROM ({_DOINGS}) a JOIN person w ON w.id = a.person_id WHERE NOT w.bot GROUP BY a.community_id",
        since=since,
    )
    return {row[0]: row[1] for row in rows}


async def active_on_site(tx: Tx, since: Micros) -> int:
    """How many local people who are no bots did so anywhere."""
    found: int = await tx.value(
        f"SELECT count(DISTINCT a.person_id) FROM ({_DOINGS}) a JOIN person w ON w.id = a.person_id WHERE w.local AND NOT w.bot",
        since=since,
    )
    return found


async def set_active(tx: Tx, span: str, by_community: Mapping[int, int], on_site: int) -> None:
    """Write the numbers of one of `SPANS`; only what is different is touched. Communities that are not named have nobody."""
    assert span in SPANS
    column = f"users_active_{span}"
    rows = await tx.all(f"SELECT id, {column} FROM community")
    changes = [
        {"id": row[0], "number": by_community.get(row[0], 0)}
        for row in rows
        if row[1] != by_community.get(row[0], 0)
    ]
    await tx.many(f"UPDATE community SET {column} = :number, version = version + 1 WHERE id = :id", changes)
    for change in changes:
        tx.changed("community", change["id"])
    if await tx.run(f"UPDATE local_site SET {column} = :on_site WHERE {column} <> :on_site", on_site=on_site):
        tx.changed("site")


# --- what goes for good ------------------------------------------------------------------------------------------------------


async def overwrite_deleted_posts(tx: Tx, before: Micros, blank: Blank, limit: int) -> tuple[int, list[str]]:
    """Put `blank` in the place of posts that their authors deleted before a moment (P-15), links and pictures gone; how many, and the
    addresses of the pictures that stood beside them."""
    old = await tx.all(
        "SELECT id, thumbnail_url FROM post WHERE deleted AND coalesce(deleted_at, updated, published) < :before"
        " AND (name <> :text OR body IS NULL OR body <> :text) LIMIT :limit",
        text=blank.text, before=before, limit=limit,
    )  # fmt: skip
    if not old:
        return 0, []
    rows = await tx.all(
        "UPDATE post SET name = :text, name_html = :title, body = :text, body_html = :html, excerpt = NULL, url = NULL, url_host = NULL,"
        " alt_text = NULL, thumbnail_url = NULL, embed_title = NULL, embed_description = NULL, embed_video_url = NULL,"
        " url_content_type = NULL, version = version + 1 WHERE id IN :ids[] RETURNING id, community_id",
        text=blank.text, title=blank.title_html, html=blank.body_html, ids=[row[0] for row in old],
    )  # fmt: skip
    for post_id, community_id in rows:
        tx.changed("thread", post_id)
        tx.changed("community", community_id)
    await index_soon(tx, "post", [row[0] for row in rows])
    return len(rows), [row[1] for row in old if row[1]]


async def overwrite_deleted_comments(tx: Tx, before: Micros, blank: Blank, limit: int) -> int:
    """The same for comments."""
    rows = await tx.all(
        "UPDATE comment SET content = :text, content_html = :html, version = version + 1 WHERE id IN (SELECT id FROM comment"
        " WHERE deleted AND coalesce(deleted_at, updated, published) < :before AND content <> :text LIMIT :limit) RETURNING id, post_id",
        text=blank.text, html=blank.body_html, before=before, limit=limit,
    )  # fmt: skip
    for _, post_id in rows:
        tx.changed("thread", post_id)
    await index_soon(tx, "comment", [row[0] for row in rows])
    return len(rows)


async def drop_denied_accounts(tx: Tx, before: Micros) -> int:
    """Delete people whose application was denied and was made before a moment (A-9); how many. Their names are free again."""
    rows = await tx.all(
        "DELETE FROM person WHERE local AND NOT admin AND id IN (SELECT u.person_id FROM local_user u"
        " JOIN registration_application a ON a.local_user_id = u.id WHERE NOT u.accepted_application AND a.decided IS NOT NULL"
        " AND a.published < :before) RETURNING id",
        before=before,
    )
    for row in rows:
        tx.changed("person", row[0])
    return len(rows)
