"""The one writer of every stored count and rank.

Each function here is called inside the transaction that causes the change. `recount` (in `store/recount.py`) computes the same numbers
from the rows alone; a property test holds the two together.

| stored | changes with |
|---|---|
| post.upvotes, downvotes, score, four ranks | votes |
| post.comments, newest_comment, newest_comment_necro | comments appearing and going (neither deleted nor removed counts, G-1) |
| comment.upvotes, downvotes, score, two ranks | votes |
| comment.child_count | comments written below, deleted and removed ones included (C-10) |
| person.post_count, comment_count | own items appearing and going (G-2) |
| person.post_score, comment_score | votes on own items |
| community.posts, comments | items appearing and going (G-3) |
| community.subscribers, subscribers_local, hot_rank | follows (`follows_changed`) |
| local_site.users, posts, comments, communities | local ones appearing and going (G-5) |
| …users_active_* | the periodic job (G-4) |
"""

from folkmoot.model.comments import Comment
from folkmoot.model.posts import Post
from folkmoot.model.ranking import controversy_rank, hot_rank, scaled_rank
from folkmoot.model.time import DAY, Micros
from folkmoot.store.db import Tx

NECRO: Micros = 2 * DAY
"""How long after a post its comments lift it in Active (S-2)."""


def counted(deleted: bool, removed: bool) -> bool:
    """Whether an item in this state counts."""
    return not deleted and not removed


async def post_appeared(tx: Tx, post: Post, by: int = 1) -> None:
    """A post began to count (`by` 1) or ceased to (-1): created, deleted, removed, restored. Its counted comments go with it."""
    await tx.run(
        "UPDATE community SET posts = posts + :by, comments = comments + :by * :comments, version = version + 1 WHERE id = :community_id",
        by=by, comments=post.comments, community_id=post.community_id,
    )  # fmt: skip
    await tx.run(
        "UPDATE person SET post_count = post_count + :by WHERE id = :creator_id",
        by=by,
        creator_id=post.creator_id,
    )
    if post.local:
        await tx.run("UPDATE local_site SET posts = posts + :by", by=by)
    tx.changed("community", post.community_id)
    tx.changed("person", post.creator_id)
    tx.changed("posts")


async def comment_appeared(tx: Tx, comment: Comment, post: Post, by: int = 1) -> None:
    """A comment began to count (`by` 1) or ceased to (-1). `post` as it stands."""
    await tx.run(
        "UPDATE post SET comments = comments + :by, version = version + 1 WHERE id = :post_id",
        by=by,
        post_id=comment.post_id,
    )
    if counted(post.deleted, post.removed):
        await tx.run(
            "UPDATE community SET comments = comments + :by WHERE id = :community_id",
            by=by,
            community_id=post.community_id,
        )
    await tx.run(
        "UPDATE person SET comment_count = comment_count + :by WHERE id = :creator_id",
        by=by,
        creator_id=comment.creator_id,
    )
    if comment.local:
        await tx.run("UPDATE local_site SET comments = comments + :by", by=by)
    tx.changed("thread", comment.post_id)
    tx.changed("person", comment.creator_id)
    tx.changed("front")


async def comment_added(tx: Tx, comment: Comment, post: Post) -> None:
    """A new comment: its ancestors' child counts, the post's newest comment (never back, G-1) and active rank."""
    ancestors = [int(part) for part in comment.path.split(".")[1:-1]]
    if ancestors:
        await tx.run(
            "UPDATE comment SET child_count = child_count + 1, version = version + 1 WHERE id IN :ids[]",
            ids=ancestors,
        )
    if comment.published > post.newest_comment:
        await tx.run(
            "UPDATE post SET newest_comment = :published WHERE id = :post_id",
            published=comment.published,
            post_id=post.id,
        )
    lifts = comment.creator_id != post.creator_id and comment.published < post.published + NECRO
    if lifts:
        await tx.run(
            "UPDATE post SET newest_comment_necro = :published, active_rank = :rank WHERE id = :post_id AND newest_comment_necro < :published",
            published=comment.published, rank=hot_rank(post.score, comment.published, tx.now), post_id=post.id,
        )  # fmt: skip
    if counted(comment.deleted, comment.removed):
        await comment_appeared(tx, comment, post)


async def post_voted(tx: Tx, post_id: int, up: int, down: int) -> None:
    """Votes on a post changed by so many up and down: its numbers, its ranks and its author's score."""
    if not (up or down):
        return
    row = await tx.first(
        "SELECT p.upvotes, p.downvotes, p.published, p.newest_comment_necro, p.creator_id, p.community_id, c.users_active_month"
        " FROM post p JOIN community c ON c.id = p.community_id WHERE p.id = :post_id",
        post_id=post_id,
    )
    assert row is not None
    upvotes, downvotes, published, necro, creator_id, community_id, active = row
    upvotes += up
    downvotes += down
    score = upvotes - downvotes
    hot = hot_rank(score, published, tx.now)
    await tx.run(
        "UPDATE post SET upvotes = upvotes + :up, downvotes = downvotes + :down, score = score + :by, hot_rank = :hot, active_rank = :active,"
        " scaled_rank = :scaled, controversy_rank = :controversy, version = version + 1 WHERE id = :post_id",
        up=up, down=down, by=up - down, hot=hot, active=hot_rank(score, necro, tx.now), scaled=scaled_rank(hot, active),
        controversy=controversy_rank(upvotes, downvotes), post_id=post_id,
    )  # fmt: skip
    await tx.run(
        "UPDATE person SET post_score = post_score + :by WHERE id = :creator_id",
        by=up - down,
        creator_id=creator_id,
    )
    tx.changed("thread", post_id)
    tx.changed("front")


async def comment_voted(tx: Tx, comment_id: int, up: int, down: int) -> None:
    """Votes on a comment changed by so many up and down: its numbers, its ranks and its author's score."""
    if not (up or down):
        return
    row = await tx.first(
        "SELECT upvotes, downvotes, published, creator_id, post_id FROM comment WHERE id = :comment_id",
        comment_id=comment_id,
    )
    assert row is not None
    upvotes, downvotes, published, creator_id, post_id = row
    upvotes += up
    downvotes += down
    await tx.run(
        "UPDATE comment SET upvotes = upvotes + :up, downvotes = downvotes + :down, score = score + :by, hot_rank = :hot,"
        " controversy_rank = :controversy, version = version + 1 WHERE id = :comment_id",
        up=up, down=down, by=up - down, hot=hot_rank(upvotes - downvotes, published, tx.now),
        controversy=controversy_rank(upvotes, downvotes), comment_id=comment_id,
    )  # fmt: skip
    await tx.run(
        "UPDATE person SET comment_score = comment_score + :by WHERE id = :creator_id",
        by=up - down,
        creator_id=creator_id,
    )
    tx.changed("thread", post_id)


async def follows_changed(tx: Tx, community_id: int, by: int, *, local: bool, follower_local: bool = True) -> None:
    """Somebody follows (1) or leaves (-1). For a community elsewhere, `subscribers` is what its home says (G-3)."""
    row = await tx.first(
        "UPDATE community SET subscribers_local = subscribers_local + :here, subscribers = subscribers + :counted, version = version + 1"
        " WHERE id = :community_id RETURNING subscribers, published",
        here=by if follower_local else 0, counted=by if local else 0, community_id=community_id,
    )  # fmt: skip
    assert row is not None
    await tx.run(
        "UPDATE community SET hot_rank = :hot WHERE id = :community_id",
        hot=hot_rank(row[0], row[1], tx.now),
        community_id=community_id,
    )
    tx.changed("community", community_id)


async def site_counted(tx: Tx, *, users: int = 0, communities: int = 0) -> None:
    """Local accounts or communities appeared or went (G-5)."""
    await tx.run(
        "UPDATE local_site SET users = users + :users, communities = communities + :communities",
        users=users,
        communities=communities,
    )
    tx.changed("site")
