"""Posts: rows and flags. Each reader's marks on them are in `store/marks.py`."""

from collections.abc import Collection, Mapping
from typing import Any

from folkmoot.model.posts import Post
from folkmoot.model.time import Micros
from folkmoot.model.views import Crosspost
from folkmoot.store import images, sight
from folkmoot.store.db import Tx
from folkmoot.store.rows import columns, maker
from folkmoot.store.search_pending import index_soon, texts_changed

POST = columns(Post, "p")
make_post = maker(Post)
_RETURNED = columns(Post)


async def by_id(tx: Tx, post_id: int) -> Post | None:
    row = await tx.first(f"SELECT {POST} FROM post p WHERE p.id = :post_id", post_id=post_id)
    return make_post(row) if row else None


async def by_ids(tx: Tx, ids: Collection[int]) -> dict[int, Post]:
    """Those that exist, by id."""
    rows = await tx.all(f"SELECT {POST} FROM post p WHERE p.id IN :ids[]", ids=set(ids))
    return {row[0]: make_post(row) for row in rows}


async def insert(tx: Tx, values: dict[str, Any], *, ap_prefix: str) -> Post:
    """Insert a post. Without an `ap_id` in `values` it gets ours: `ap_prefix` + id. The post as stored.

    Votes and ranks are in `values` where they differ from what the schema says; `store/counts.py` keeps what else it adds to.
    """
    await images.remember_in(tx, values)
    own = "" if "ap_id" in values else ", ap_id"
    address = "" if "ap_id" in values else ", CAST(:ap_prefix AS TEXT) || (SELECT id FROM fresh)"
    if own:
        values = {**values, "ap_prefix": ap_prefix}
    names = [name for name in values if name != "ap_prefix"]
    row = await tx.first(
        f"WITH fresh (id) AS ({tx.dialect.next_id('post')}) INSERT INTO post (id{own}, {', '.join(names)})"
        f" VALUES ((SELECT id FROM fresh){address}, {', '.join(f':{name}' for name in names)}) RETURNING {_RETURNED}",
        **values,
    )
    assert row is not None
    post = make_post(row)
    await index_soon(tx, "post", [post.id])
    return post


async def for_change(tx: Tx, post_id: int) -> Post | None:
    """A post, locked: for whoever changes whether it counts."""
    row = await tx.first(f"SELECT {POST} FROM post p WHERE p.id = :post_id FOR_UPDATE", post_id=post_id)
    return make_post(row) if row else None


async def of_comment_for_change(tx: Tx, comment_id: int) -> Post | None:
    """The post that a comment belongs to, locked: for whoever changes whether the comment counts."""
    row = await tx.first(
        f"SELECT {POST} FROM post p WHERE p.id = (SELECT post_id FROM comment WHERE id = :comment_id) FOR_UPDATE",
        comment_id=comment_id,
    )
    return make_post(row) if row else None


async def update(tx: Tx, post_id: int, values: dict[str, Any]) -> Post:
    """Set columns; the version grows, caches of the thread and its community are told, the search text is renewed. The post as it is
    now. There must be such a post."""
    await images.remember_in(tx, values)
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    row = await tx.first(
        f"UPDATE post SET {assignments}, version = version + 1 WHERE id = :post_id RETURNING {_RETURNED}",
        post_id=post_id,
        **values,
    )
    assert row is not None
    post = make_post(row)
    if values.keys() & {"name", "body", "alt_text", "deleted", "removed"}:
        await index_soon(tx, "post", [post_id])
    elif values.keys() & {"url", "url_host", "featured_local", "featured_community"}:
        texts_changed(tx, "post", [post_id])
    tell(tx, post_id, post.community_id)
    return post


async def set_link_facts(
    tx: Tx, post_id: int, url: str, facts: dict[str, Any], thumbnail: str | None
) -> bool:
    """Write what is known of a post's link, unless it links elsewhere by now; a thumbnail that is there stays. Whether it was written."""
    assignments = "".join(f"{name} = :{name}, " for name in facts)
    community_id = await tx.value(
        f"UPDATE post SET {assignments}thumbnail_url = coalesce(thumbnail_url, CAST(:thumbnail AS TEXT)), version = version + 1"
        " WHERE id = :post_id AND url = :url RETURNING community_id",
        post_id=post_id, url=url, thumbnail=thumbnail, **facts,
    )  # fmt: skip
    if community_id is None:
        return False
    tell(tx, post_id, community_id)
    return True


async def of_link(tx: Tx, url: str, viewer_id: int) -> list[Crosspost]:
    """Up to ten posts with exactly this link that this member may see, the newest first."""
    rows = await tx.all(
        "SELECT t.id, o.name, o.host, o.title, t.comments FROM post t JOIN community o ON o.id = t.community_id"
        " WHERE t.url = :url AND NOT t.deleted AND NOT t.removed AND NOT o.deleted AND NOT o.removed AND NOT o.hidden"
        f" AND {sight.reads('o')} AND {sight.listed('o')}"
        " AND NOT EXISTS (SELECT 1 FROM person_block b WHERE b.person_id = :viewer AND b.target_id = t.creator_id)"
        " AND NOT EXISTS (SELECT 1 FROM community_block b WHERE b.person_id = :viewer AND b.community_id = t.community_id)"
        " ORDER BY t.published DESC, t.id DESC LIMIT 10",
        url=url, viewer=viewer_id,
    )  # fmt: skip
    return [Crosspost(*row) for row in rows]


def tell(tx: Tx, post_id: int, community_id: int) -> None:
    """A post changed as readers see it: its thread, its community's page, every list."""
    tx.changed("thread", post_id)
    tx.changed("community", community_id)
    tx.changed("posts")


async def by_ap_id(tx: Tx, ap_id: str) -> Post | None:
    """The post of this address, which other servers know it by."""
    row = await tx.first(f"SELECT {POST} FROM post p WHERE p.ap_id = :ap_id", ap_id=ap_id)
    return make_post(row) if row else None


_SAYS = ("creator_id", "community_id", "name", "url", "body", "alt_text", "nsfw", "language_id", "tags")
_SAYS_THE_SAME = " AND ".join(f"p.{column} IS NOT DISTINCT FROM :{column}" for column in _SAYS)


async def same_since(tx: Tx, values: Mapping[str, Any], since: Micros) -> Post | None:
    """The post that says what one of these columns would, published after `since` and still there: a double submit. A thumbnail counts
    where one is given; else one may have been found meanwhile."""
    row = await tx.first(
        f"SELECT {POST} FROM post p WHERE {_SAYS_THE_SAME} AND p.published > :since AND NOT p.deleted AND NOT p.removed"
        " AND coalesce(:thumbnail_url, p.thumbnail_url, '') = coalesce(p.thumbnail_url, '') ORDER BY p.published DESC LIMIT 1",
        since=since, thumbnail_url=values["thumbnail_url"], **{column: values[column] for column in _SAYS},
    )  # fmt: skip
    return make_post(row) if row else None
