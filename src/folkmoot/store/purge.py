"""Delete rows for good, and take what they added to stored counts with them (O-7).

Counts are written in the order in which who writes and votes does: post, comments, community, people by number, and the site last.
Otherwise two who meet would wait for each other.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from folkmoot.model.comments import Comment, Whole
from folkmoot.model.posts import Post
from folkmoot.store import communities, counts
from folkmoot.store.db import Tx
from folkmoot.store.people import looks_changed

_COUNTED = "CASE WHEN i.deleted OR i.removed THEN 0 ELSE 1 END"
_COUNTED_LOCAL = "CASE WHEN i.deleted OR i.removed OR NOT i.local THEN 0 ELSE 1 END"


async def delete_post(tx: Tx, post: Post) -> None:
    """A post and everything beneath it."""
    beneath = await _added_by_comments(tx, "i.post_id = :post_id", post_id=post.id)
    itself = await _added_by_posts(tx, "i.id = :post_id", post_id=post.id)
    if counts.counted(post.deleted, post.removed):
        await tx.run(
            "UPDATE community SET posts = posts - 1, version = version + 1 WHERE id = :community_id",
            community_id=post.community_id,
        )
        await counts.comments_within(tx, post.community_id, -post.comments)
    await _give_back(tx, itself, beneath)
    await _forget_texts(tx, "comment", "i.post_id = :post_id", post_id=post.id)
    await _forget_texts(tx, "post", "i.id = :post_id", post_id=post.id)
    await tx.run("DELETE FROM post WHERE id = :post_id", post_id=post.id)
    tx.changed("thread", post.id)
    tx.changed("community", post.community_id)
    tx.changed("person", post.creator_id)
    _tell_everybody(tx)


async def count_beneath(tx: Tx, comment: Comment) -> int:
    """How many replies, at whatever depth, would go with this comment."""
    number: int = await tx.value(
        "SELECT count(*) FROM comment WHERE post_id = :post_id AND path LIKE :below",
        post_id=comment.post_id,
        below=f"{comment.path}.%",
    )
    return number


async def delete_comment(tx: Tx, comment: Comment, post: Post) -> None:
    """A comment and the replies to it, which have nothing to stand under any more."""
    branch = "i.post_id = :post_id AND (i.id = :comment_id OR i.path LIKE :below)"
    values: dict[str, Any] = {
        "post_id": comment.post_id,
        "comment_id": comment.id,
        "below": f"{comment.path}.%",
    }
    added = await _added_by_comments(tx, branch, **values)
    counted = sum(each.counted for each in added)
    await counts.comments_counted(tx, {post.id: -counted})
    ancestors = [int(part) for part in comment.path.split(".")[1:-1]]
    if ancestors:
        await tx.run(
            "UPDATE comment SET child_count = child_count - :by, version = version + 1 WHERE id IN :ids[]",
            by=sum(each.rows for each in added),
            ids=ancestors,
        )
    if counts.counted(post.deleted, post.removed):
        await counts.comments_within(tx, post.community_id, -counted)
    await _give_back(tx, (), added)
    await _forget_texts(tx, "comment", branch, **values)
    await tx.run(f"DELETE FROM comment AS i WHERE {branch}", **values)
    tx.changed("thread", post.id)
    tx.changed("community", post.community_id)
    _tell_everybody(tx)


_WITHIN = {
    "community": "i.community_id = :number",
    "post": "i.post_id = :number",
    "comment": "i.post_id = (SELECT post_id FROM comment WHERE id = :number)"
    " AND i.path LIKE (SELECT path FROM comment WHERE id = :number) || '.%'",
}


async def youngest_within(tx: Tx, kind: Whole, number: int, most: int) -> list[int]:
    """The newest comments within something, at most so many: none of them has an answer that is not among them, for answers are younger."""
    rows = await tx.all(
        f"SELECT i.id FROM comment i WHERE {_WITHIN[kind]} ORDER BY i.id DESC LIMIT :most",
        number=number,
        most=most,
    )
    return [row[0] for row in rows]


async def delete_comments(tx: Tx, ids: Collection[int]) -> None:
    """These comments, and whatever answers them; what is left has the counts that it would have without them."""
    chosen = set(ids)
    added = chosen
    while added:  # an answer that is older than what it answers was brought in out of turn
        rows = await tx.all("SELECT id FROM comment WHERE parent_id IN :ids[]", ids=sorted(added))
        added = {row[0] for row in rows} - chosen
        chosen |= added
    here = "i.id IN :ids[]"
    gone = sorted(chosen)
    threads = await _lock_threads(tx, gone)
    said = await _added_by_comments(tx, here, ids=gone)
    await _shrink_threads(tx, threads, gone)
    await _give_back(tx, (), said)
    await _forget_texts(tx, "comment", here, ids=gone)
    await tx.run("DELETE FROM comment WHERE id IN :ids[]", ids=gone)
    for post_id, community_id, _ in threads:
        tx.changed("thread", post_id)
        tx.changed("community", community_id)
    _tell_everybody(tx)


async def _lock_threads(tx: Tx, ids: list[int]) -> list[tuple[int, int, bool]]:
    """The posts over these comments: number, community, and whether the community counts what is beneath."""
    rows = await tx.all(
        "SELECT id, community_id, deleted, removed FROM post"
        " WHERE id IN (SELECT post_id FROM comment WHERE id IN :ids[]) ORDER BY id FOR_UPDATE",
        ids=ids,
    )
    return [(row[0], row[1], counts.counted(bool(row[2]), bool(row[3]))) for row in rows]


async def _shrink_threads(tx: Tx, threads: list[tuple[int, int, bool]], ids: list[int]) -> None:
    """Take these comments out of the counts of their posts, of what they answer, and of their communities."""
    rows = await tx.all(
        f"SELECT i.post_id, i.path, {_COUNTED} FROM comment i WHERE i.id IN :ids[] ORDER BY i.id", ids=ids
    )
    by_post: Counter[int] = Counter()
    over: Counter[int] = Counter()
    for post_id, path, counted in rows:
        by_post[post_id] += counted
        over.update(int(part) for part in path.split(".")[1:-1])
    await counts.comments_counted(tx, {post_id: -by_post[post_id] for post_id, _, _ in threads})
    await tx.many(
        "UPDATE comment SET child_count = child_count - :by, version = version + 1 WHERE id = :id",
        [{"id": number, "by": over[number]} for number in sorted(over.keys() - set(ids))],
    )
    by_community: Counter[int] = Counter()
    for post_id, community_id, counted in threads:
        by_community[community_id] -= by_post[post_id] if counted else 0
    await counts.comments_within_each(tx, by_community)


async def delete_community(tx: Tx, community_id: int) -> None:
    """A community, its posts and their comments, its followers, moderators and bans."""
    here = "i.community_id = :community_id"
    community = await communities.for_change(tx, community_id)
    if community is None:
        return  # somebody else was faster
    await tx.all(
        "SELECT id FROM post WHERE community_id = :community_id ORDER BY id FOR_UPDATE",
        community_id=community.id,
    )
    said = await _added_by_comments(tx, here, community_id=community.id)
    posted = await _added_by_posts(tx, here, community_id=community.id)
    await _give_back(tx, posted, said)
    threads = await tx.all(
        "SELECT id FROM post WHERE community_id = :community_id", community_id=community.id
    )
    for kind in ("comment", "post"):
        await _forget_texts(tx, kind, here, community_id=community.id)
    await tx.run("DELETE FROM community WHERE id = :community_id", community_id=community.id)
    for row in threads:
        tx.changed("thread", row[0])
    if community.counted:
        await counts.site_counted(tx, communities=-1)
    tx.changed("community", community.id)
    _tell_everybody(tx)


class _Added(NamedTuple):
    """What one person's rows added: how many there are, how many of them count, how many of those the site counts, and their score."""

    person_id: int
    rows: int
    counted: int
    local: int
    score: int


_ADDED = f"SELECT i.creator_id, count(*), sum({_COUNTED}), sum({_COUNTED_LOCAL}), sum(i.score)"


async def _added_by_comments(tx: Tx, condition: str, **values: Any) -> list[_Added]:
    """What these comments added. They are locked, so that no vote comes between."""
    await tx.all(f"SELECT i.id FROM comment i WHERE {condition} ORDER BY i.id FOR_UPDATE", **values)
    rows = await tx.all(f"{_ADDED} FROM comment i WHERE {condition} GROUP BY i.creator_id", **values)
    return [_Added(*map(int, row)) for row in rows]


async def _added_by_posts(tx: Tx, condition: str, **values: Any) -> list[_Added]:
    """What these posts added."""
    rows = await tx.all(f"{_ADDED} FROM post i WHERE {condition} GROUP BY i.creator_id", **values)
    return [_Added(*map(int, row)) for row in rows]


async def _give_back(tx: Tx, posts: Sequence[_Added], comments: Sequence[_Added]) -> None:
    """Take posts and comments out of their authors' and the site's counts."""
    written = {each.person_id: each for each in posts}
    said = {each.person_id: each for each in comments}
    people = sorted(written.keys() | said.keys())
    none = _Added(0, 0, 0, 0, 0)
    await tx.many(
        "UPDATE person SET post_count = post_count - :posts, post_score = post_score - :post_score,"
        " comment_count = comment_count - :comments, comment_score = comment_score - :comment_score WHERE id = :id",
        [
            {
                "id": number,
                "posts": written.get(number, none).counted,
                "post_score": written.get(number, none).score,
                "comments": said.get(number, none).counted,
                "comment_score": said.get(number, none).score,
            }
            for number in people
        ],
    )
    for number in people:
        tx.changed("person", number)
    await counts.site_wrote(
        tx, posts=-sum(each.local for each in posts), comments=-sum(each.local for each in comments)
    )


async def _forget_texts(tx: Tx, kind: str, condition: str, **values: Any) -> None:
    """Take these posts or comments out of the full-text tables, before their rows go."""
    ids = f"(SELECT i.id FROM {kind} i WHERE {condition})"
    await tx.run(f"DELETE FROM {kind}_search WHERE rowid IN {ids}", **values)
    await tx.run(f"DELETE FROM search_pending WHERE kind = '{kind}' AND object_id IN {ids}", **values)


def _tell_everybody(tx: Tx) -> None:
    for kind in ("posts", "front", "modlog"):
        tx.changed(kind)


async def blank_person(tx: Tx, person_id: int) -> None:
    """Leave of a person only a name that is taken: deleted, banned, without profile, offices, account data, marks and messages."""
    await tx.run(
        "UPDATE person SET display_name = NULL, bio = NULL, bio_html = NULL, avatar = NULL, banner = NULL, matrix_user_id = NULL,"
        " deleted = :yes, banned = :yes, ban_expires = NULL, admin = :no, updated = :now, version = version + 1 WHERE id = :person_id",
        yes=True, no=False, now=tx.now, person_id=person_id,
    )  # fmt: skip
    await tx.run(
        "UPDATE local_user SET email = NULL, email_key = NULL, password_hash = NULL, totp_secret = NULL, totp_enabled = :no, admin = :no"
        " WHERE person_id = :person_id",
        no=False, person_id=person_id,
    )  # fmt: skip
    for table in (
        "session",
        "recovery_code",
        "local_user_language",
        "email_verification",
        "password_reset",
        "registration_application",
    ):
        await tx.run(
            f"DELETE FROM {table} WHERE local_user_id IN (SELECT id FROM local_user WHERE person_id = :person_id)",
            person_id=person_id,
        )
    for table in (
        "community_moderator", "person_block", "instance_block", "domain_block", "keyword_block", "community_block",
        "post_saved", "post_hidden", "post_read", "comment_saved",
    ):  # fmt: skip
        await tx.run(f"DELETE FROM {table} WHERE person_id = :person_id", person_id=person_id)
    await tx.run("DELETE FROM private_message WHERE creator_id = :person_id", person_id=person_id)
    looks_changed(tx, person_id)
    tx.changed("site")


async def pictures_of(tx: Tx, community_id: int) -> list[str]:
    """The addresses that the posts of a community name as link or thumbnail."""
    rows = await tx.all(
        "SELECT url FROM post WHERE community_id = :community_id AND url IS NOT NULL"
        " UNION SELECT thumbnail_url FROM post WHERE community_id = :community_id AND thumbnail_url IS NOT NULL",
        community_id=community_id,
    )
    return [row[0] for row in rows]


async def pictures_by(tx: Tx, person_id: int) -> list[str]:
    """The addresses that the posts of a person name as link or thumbnail."""
    rows = await tx.all(
        "SELECT url FROM post WHERE creator_id = :person_id AND url IS NOT NULL"
        " UNION SELECT thumbnail_url FROM post WHERE creator_id = :person_id AND thumbnail_url IS NOT NULL",
        person_id=person_id,
    )
    return [row[0] for row in rows]
