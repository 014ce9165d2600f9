"""Lists that only documents for other servers need: ids and addresses of what they may see, without any reader."""

from folkmoot.store.db import Tx


async def newest_post_ids(tx: Tx, community_id: int, limit: int) -> list[int]:
    """The newest posts of a community that everybody may see, newest first."""
    rows = await tx.all(
        "SELECT id FROM post WHERE community_id = :community_id AND NOT deleted AND NOT removed ORDER BY published DESC, id DESC LIMIT :limit",
        community_id=community_id, limit=limit,
    )  # fmt: skip
    return [row[0] for row in rows]


async def featured_post_ids(tx: Tx, community_id: int, limit: int) -> list[int]:
    """The posts pinned in a community, newest first."""
    rows = await tx.all(
        "SELECT id FROM post WHERE community_id = :community_id AND featured_community AND NOT deleted AND NOT removed"
        " ORDER BY published DESC, id DESC LIMIT :limit",
        community_id=community_id, limit=limit,
    )  # fmt: skip
    return [row[0] for row in rows]


async def count_comments(tx: Tx, post_id: int) -> int:
    """How many comments of a post everybody may see."""
    number: int = await tx.value(
        "SELECT count(*) FROM comment WHERE post_id = :post_id AND NOT deleted AND NOT removed",
        post_id=post_id,
    )
    return number


async def comment_addresses(tx: Tx, post_id: int, limit: int, offset: int) -> list[str]:
    """Where these comments have their home, in the order in which they were written."""
    rows = await tx.all(
        "SELECT ap_id FROM comment WHERE post_id = :post_id AND NOT deleted AND NOT removed ORDER BY published, id LIMIT :limit OFFSET :offset",
        post_id=post_id, limit=limit, offset=offset,
    )  # fmt: skip
    return [row[0] for row in rows]


async def count_followers_of_person(tx: Tx, person_id: int) -> int:
    """How many on other servers follow somebody."""
    number: int = await tx.value(
        "SELECT count(*) FROM person_follow WHERE target_id = :person_id", person_id=person_id
    )
    return number


async def host_follows(tx: Tx, community_id: int, host: str) -> bool:
    """Whether somebody on the server of this host, port or not, was let in as a follower of a community."""
    rows = await tx.all(
        "SELECT DISTINCT i.domain FROM community_follow f JOIN person p ON p.id = f.person_id JOIN instance i ON i.id = p.instance_id"
        " WHERE f.community_id = :community_id AND NOT f.pending AND NOT p.local AND NOT p.deleted AND NOT p.banned",
        community_id=community_id,
    )
    return any(row[0] == host or row[0].partition(":")[0] == host for row in rows)


async def anything_delivered(tx: Tx) -> bool:
    """Whether another server ever took something from us."""
    return bool(await tx.value("SELECT EXISTS (SELECT 1 FROM destination WHERE delivered > 0)"))
