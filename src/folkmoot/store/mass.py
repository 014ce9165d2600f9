"""Many items at once, and what that does to the stored counts (see `store/counts.py` for what each count means)."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from folkmoot.model.ranking import controversy_rank, hot_rank, scaled_rank
from folkmoot.store.counts import comments_counted, comments_within_each
from folkmoot.store.db import Tx
from folkmoot.store.search_pending import index_soon


@dataclass(frozen=True, slots=True)
class Touched:
    """The items that changed, by id."""

    posts: list[int]
    comments: list[int]


@dataclass(frozen=True, slots=True)
class Blank:
    """What stands where a text was overwritten for good: the words, and the HTML of a title and of a body."""

    text: str
    title_html: str
    body_html: str


async def count_content(tx: Tx, person_id: int, community_id: int | None = None) -> tuple[int, int]:
    """How many posts and comments of this person stand there (neither deleted nor removed); everywhere without a community."""
    here = " AND community_id = :community_id" if community_id else ""
    row = await tx.first(
        f"SELECT (SELECT count(*) FROM post WHERE creator_id = :person_id AND NOT deleted AND NOT removed{here}),"
        f" (SELECT count(*) FROM comment WHERE creator_id = :person_id AND NOT deleted AND NOT removed{here})",
        person_id=person_id, **({"community_id": community_id} if community_id else {}),
    )  # fmt: skip
    assert row is not None
    return row[0], row[1]


async def set_removed(tx: Tx, person_id: int, *, community_id: int | None, removed: bool) -> Touched:
    """Mark all that this person wrote (there, or everywhere) as removed or no longer, with all counts (R-9).

    Removing sets `updated`, except of comments in one community; removing everywhere sets it also of what was removed before. So it was
    recorded.
    """
    here = " AND community_id = :community_id" if community_id else ""
    values = {
        "person_id": person_id,
        "before": not removed,
        "after": removed,
        **({"now": tx.now} if removed else {}),
        **({"community_id": community_id} if community_id else {}),
    }
    updated = ", updated = :now" if removed else ""
    of_comments = "" if community_id else updated
    await _hold_threads(tx, person_id, community_id)
    posts = await tx.all(
        f"UPDATE post SET removed = :after{updated}, version = version + 1 WHERE creator_id = :person_id AND removed = :before{here}"
        " RETURNING id, community_id, deleted, local, comments",
        **values,
    )
    comments = await tx.all(
        f"UPDATE comment SET removed = :after{of_comments}, version = version + 1 WHERE creator_id = :person_id AND removed = :before{here}"
        " RETURNING id, post_id, deleted, local",
        **values,
    )
    if removed and not community_id:
        for table in ("post", "comment"):
            await tx.run(
                f"UPDATE {table} SET updated = :now, version = version + 1 WHERE creator_id = :person_id AND (updated IS NULL OR updated < :now)",
                person_id=person_id, now=tx.now,
            )  # fmt: skip
    by = -1 if removed else 1
    await _posts_moved(tx, person_id, [(row[1], row[3], row[4]) for row in posts if not row[2]], by)
    await _comments_moved(tx, person_id, [(row[1], row[3]) for row in comments if not row[2]], by)
    touched = Touched(sorted(row[0] for row in posts), sorted(row[0] for row in comments))
    await _index_again(tx, touched)
    _tell(tx, {row[0] for row in posts} | {row[1] for row in comments}, {row[1] for row in posts}, person_id)
    return touched


async def overwrite(tx: Tx, person_id: int, blank: Blank) -> Touched:
    """Put `blank` in the place of everything this person wrote, links and pictures gone, and mark it deleted, with all counts
    (A-15, P-15)."""
    await _hold_threads(tx, person_id)
    alive = await tx.all(
        "SELECT community_id, local, comments FROM post WHERE creator_id = :person_id AND NOT deleted AND NOT removed",
        person_id=person_id,
    )
    posts = await tx.all(
        "UPDATE post SET name = :text, name_html = :title, body = :text, body_html = :html, excerpt = NULL, url = NULL, url_host = NULL,"
        " alt_text = NULL, thumbnail_url = NULL, embed_title = NULL, embed_description = NULL, embed_video_url = NULL, url_content_type = NULL,"
        " deleted = :yes, updated = :now, version = version + 1 WHERE creator_id = :person_id RETURNING id, community_id",
        text=blank.text, title=blank.title_html, html=blank.body_html, yes=True, now=tx.now, person_id=person_id,
    )  # fmt: skip
    spoken = await tx.all(
        "SELECT post_id, local FROM comment WHERE creator_id = :person_id AND NOT deleted AND NOT removed",
        person_id=person_id,
    )
    comments = await tx.all(
        "UPDATE comment SET content = :text, content_html = :html, deleted = :yes, updated = :now, version = version + 1"
        " WHERE creator_id = :person_id RETURNING id, post_id",
        text=blank.text, html=blank.body_html, yes=True, now=tx.now, person_id=person_id,
    )  # fmt: skip
    await _posts_moved(tx, person_id, [(row[0], row[1], row[2]) for row in alive], -1)
    await _comments_moved(tx, person_id, [(row[0], row[1]) for row in spoken], -1)
    touched = Touched(sorted(row[0] for row in posts), sorted(row[0] for row in comments))
    await _index_again(tx, touched)
    _tell(tx, {row[0] for row in posts} | {row[1] for row in comments}, {row[1] for row in posts}, person_id)
    return touched


async def _hold_threads(tx: Tx, person_id: int, community_id: int | None = None) -> None:
    """Lock every thread in which this person wrote, in order, so that nothing of theirs is deleted, removed or answered meanwhile."""
    here = " AND p.community_id = :community_id" if community_id else ""
    await tx.all(
        "SELECT p.id FROM post p WHERE (p.creator_id = :person_id"
        f" OR p.id IN (SELECT c.post_id FROM comment c WHERE c.creator_id = :person_id)){here} ORDER BY p.id FOR_UPDATE",
        person_id=person_id, **({"community_id": community_id} if community_id else {}),
    )  # fmt: skip


async def _index_again(tx: Tx, touched: Touched) -> None:
    """Texts that went, came back or were overwritten: the search tables follow."""
    await index_soon(tx, "post", touched.posts)
    await index_soon(tx, "comment", touched.comments)


async def _posts_moved(tx: Tx, creator_id: int, posts: Collection[tuple[int, bool, int]], by: int) -> None:
    """Posts of one person, as (community, local, comments), began to count (1) or ceased to (-1)."""
    moved = Counter(post[0] for post in posts)
    carried: Counter[int] = Counter()
    for community_id, _, comments in posts:
        carried[community_id] += comments
    await tx.many(
        "UPDATE community SET posts = posts + :posts, version = version + 1 WHERE id = :id",
        [{"posts": by * number, "id": community_id} for community_id, number in sorted(moved.items())],
    )
    await comments_within_each(tx, {community_id: by * number for community_id, number in carried.items()})
    if posts:
        await tx.run(
            "UPDATE person SET post_count = post_count + :by WHERE id = :creator_id",
            by=by * len(posts),
            creator_id=creator_id,
        )
        await tx.run(
            "UPDATE local_site SET posts = posts + :by", by=by * sum(bool(post[1]) for post in posts)
        )


async def _comments_moved(tx: Tx, creator_id: int, comments: Collection[tuple[int, bool]], by: int) -> None:
    """Comments of one person, as (post, local), began to count (1) or ceased to (-1). Posts stand as they shall by now."""
    moved = Counter(comment[0] for comment in comments)
    await comments_counted(tx, {post_id: by * number for post_id, number in moved.items()})
    counted = await tx.all(
        "SELECT id, community_id FROM post WHERE id IN :ids[] AND NOT deleted AND NOT removed",
        ids=list(moved),
    )
    places: Counter[int] = Counter()
    for post_id, community_id in counted:
        places[community_id] += moved[post_id]
    await comments_within_each(tx, {community_id: by * number for community_id, number in places.items()})
    if comments:
        await tx.run(
            "UPDATE person SET comment_count = comment_count + :by WHERE id = :creator_id",
            by=by * len(comments),
            creator_id=creator_id,
        )
        await tx.run(
            "UPDATE local_site SET comments = comments + :by",
            by=by * sum(bool(comment[1]) for comment in comments),
        )


def _tell(tx: Tx, posts: Iterable[int], communities: Iterable[int], person_id: int) -> None:
    for post_id in posts:
        tx.changed("thread", post_id)
    for community_id in communities:
        tx.changed("community", community_id)
    tx.changed("person", person_id)
    tx.changed("posts")
    tx.changed("front")


async def drop_votes(tx: Tx, person_id: int) -> None:
    """Take back every vote of this person on what others wrote: the items' numbers and ranks, and their authors' scores."""
    await _drop_post_votes(tx, person_id)
    await _drop_comment_votes(tx, person_id)
    tx.changed("front")


async def _drop_post_votes(tx: Tx, person_id: int) -> None:
    await tx.all(
        "SELECT id FROM post WHERE id IN (SELECT post_id FROM post_vote WHERE person_id = :person_id) ORDER BY id FOR_UPDATE",
        person_id=person_id,
    )
    rows = await tx.all(
        "SELECT p.id, v.value, p.creator_id, p.upvotes, p.downvotes, p.published, p.newest_comment_necro, c.users_active_month"
        " FROM post_vote v JOIN post p ON p.id = v.post_id JOIN community c ON c.id = p.community_id WHERE v.person_id = :person_id"
        " AND p.creator_id <> :person_id",
        person_id=person_id,
    )
    changes = []
    scores: Counter[int] = Counter()
    for number, value, creator_id, upvotes, downvotes, published, necro, active in rows:
        up, down = upvotes - (value > 0), downvotes - (value < 0)
        hot = hot_rank(up - down, published, tx.now)
        scores[creator_id] -= value
        changes.append(
            {"id": number, "up": value > 0, "down": value < 0, "value": value, "hot": hot, "active": hot_rank(up - down, necro, tx.now),
             "scaled": scaled_rank(hot, active), "controversy": controversy_rank(up, down)}
        )  # fmt: skip
        tx.changed("thread", number)
    await tx.run(
        "DELETE FROM post_vote WHERE person_id = :person_id AND post_id IN (SELECT p.id FROM post p WHERE p.id IN :ids[])",
        person_id=person_id, ids=[change["id"] for change in changes],
    )  # fmt: skip
    await tx.many(
        "UPDATE post SET upvotes = upvotes - :up, downvotes = downvotes - :down, score = score - :value, hot_rank = :hot,"
        " active_rank = :active, scaled_rank = :scaled, controversy_rank = :controversy, version = version + 1 WHERE id = :id",
        [change | {"up": int(change["up"]), "down": int(change["down"])} for change in changes],
    )
    await tx.many(
        "UPDATE person SET post_score = post_score + :by WHERE id = :id",
        [{"by": by, "id": number} for number, by in sorted(scores.items())],
    )


async def _drop_comment_votes(tx: Tx, person_id: int) -> None:
    await tx.all(
        "SELECT id FROM comment WHERE id IN (SELECT comment_id FROM comment_vote WHERE person_id = :person_id) ORDER BY id FOR_UPDATE",
        person_id=person_id,
    )
    rows = await tx.all(
        "SELECT c.id, v.value, c.creator_id, c.upvotes, c.downvotes, c.published, c.post_id FROM comment_vote v"
        " JOIN comment c ON c.id = v.comment_id WHERE v.person_id = :person_id AND c.creator_id <> :person_id",
        person_id=person_id,
    )
    changes = []
    scores: Counter[int] = Counter()
    for number, value, creator_id, upvotes, downvotes, published, post_id in rows:
        up, down = upvotes - (value > 0), downvotes - (value < 0)
        scores[creator_id] -= value
        changes.append(
            {"id": number, "up": int(value > 0), "down": int(value < 0), "value": value, "hot": hot_rank(up - down, published, tx.now),
             "controversy": controversy_rank(up, down)}
        )  # fmt: skip
        tx.changed("thread", post_id)
    await tx.run(
        "DELETE FROM comment_vote WHERE person_id = :person_id AND comment_id IN (SELECT c.id FROM comment c WHERE c.id IN :ids[])",
        person_id=person_id, ids=[change["id"] for change in changes],
    )  # fmt: skip
    await tx.many(
        "UPDATE comment SET upvotes = upvotes - :up, downvotes = downvotes - :down, score = score - :value, hot_rank = :hot,"
        " controversy_rank = :controversy, version = version + 1 WHERE id = :id",
        changes,
    )
    await tx.many(
        "UPDATE person SET comment_score = comment_score + :by WHERE id = :id",
        [{"by": by, "id": number} for number, by in sorted(scores.items())],
    )


async def drop_follows(tx: Tx, person_id: int) -> None:
    """Unfollow everything, with the communities' counts."""
    for local in (True, False):
        await tx.run(
            "UPDATE community SET subscribers = subscribers - (CASE WHEN local THEN 1 ELSE 0 END), subscribers_local = subscribers_local - :local,"
            " version = version + 1 WHERE id IN (SELECT f.community_id FROM community_follow f JOIN person p ON p.id = f.person_id"
            " JOIN community c ON c.id = f.community_id WHERE f.person_id = :person_id AND p.local = :is_local AND NOT (c.local AND f.pending))",
            local=int(local), is_local=local, person_id=person_id,
        )  # fmt: skip
    rows = await tx.all(
        "DELETE FROM community_follow WHERE person_id = :person_id RETURNING community_id",
        person_id=person_id,
    )
    for row in rows:
        tx.changed("community", row[0])
        tx.changed("followers", row[0])


async def resolve_reports(
    tx: Tx, resolver_id: int, *, post_ids: Collection[int] = (), comment_ids: Collection[int] = ()
) -> None:
    """Close the open reports on these items (P-16)."""
    for table, column, ids in (
        ("post_report", "post_id", post_ids),
        ("comment_report", "comment_id", comment_ids),
    ):
        if ids:
            await tx.run(
                f"UPDATE {table} SET resolved = :yes, resolver_id = :resolver_id, updated = :now WHERE {column} IN :ids[] AND NOT resolved",
                yes=True, resolver_id=resolver_id, now=tx.now, ids=set(ids),
            )  # fmt: skip
