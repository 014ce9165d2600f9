"""The one writer of every stored count and rank.

Each function here is called inside the transaction that causes the change, on items that it has locked (`store/places.py`). `recount` (in
`store/recount.py`) computes the same numbers from the rows alone; a property test holds the two together. Rows are written in one order
everywhere, so that two writers never wait for each other: post, comments, community, its comments (`community_count`), person, site.

| stored | changes with |
|---|---|
| post.upvotes, downvotes, score, four ranks | votes |
| post.comments, newest_comment, newest_comment_necro | comments appearing and going (neither deleted nor removed counts, G-1) |
| post.comments_step | post.comments, where that comes to another step: two indexes are spared whenever it is not named |
| comment.upvotes, downvotes, score, two ranks | votes |
| comment.child_count | comments written below, deleted and removed ones included (C-10) |
| person.post_count, comment_count | own items appearing and going (G-2) |
| person.post_score, comment_score | votes on own items |
| community.posts, community_count.comments | items appearing and going (G-3) |
| community.subscribers, subscribers_local, hot_rank | follows (`follows_changed`) |
| local_site.users, posts, comments, communities | local ones appearing and going (G-5); deleted and removed ones have gone |
| …users_active_* | the periodic job (G-4) |
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.posts import Post
from folkmoot.model.ranking import comments_step, controversy_rank, hot_rank, scaled_rank
from folkmoot.model.time import DAY, Micros
from folkmoot.model.votes import Tally
from folkmoot.store.db import Tx
from folkmoot.store.places import PlacedPost

NECRO: Micros = 2 * DAY
"""How long after a post its comments lift it in Active (S-2)."""


def counted(deleted: bool, removed: bool) -> bool:
    """Whether an item in this state counts."""
    return not deleted and not removed


async def post_appeared(tx: Tx, post: Post, by: int = 1) -> None:
    """A post began to count (`by` 1) or ceased to (-1): created, deleted, removed, restored. Its counted comments go with it."""
    await tx.run(
        "UPDATE community SET posts = posts + :by, version = version + 1 WHERE id = :community_id",
        by=by,
        community_id=post.community_id,
    )
    await comments_within(tx, post.community_id, by * post.comments)
    await tx.run(
        "UPDATE person SET post_count = post_count + :by WHERE id = :creator_id",
        by=by,
        creator_id=post.creator_id,
    )
    if post.local:
        await site_wrote(tx, posts=by)
    tx.changed("community", post.community_id)
    tx.changed("person", post.creator_id)
    tx.changed("posts")


async def comment_appeared(tx: Tx, comment: Comment, post: Post, by: int = 1) -> None:
    """A comment began to count (`by` 1) or ceased to (-1). `post` as it stands."""
    await comments_counted(tx, {comment.post_id: by})
    if counted(post.deleted, post.removed):
        await comments_within(tx, post.community_id, by)
    await tx.run(
        "UPDATE person SET comment_count = comment_count + :by WHERE id = :creator_id",
        by=by,
        creator_id=comment.creator_id,
    )
    if comment.local:
        await site_wrote(tx, comments=by)
    tx.changed("thread", comment.post_id)
    tx.changed("person", comment.creator_id)
    tx.changed("front")


async def comments_counted(tx: Tx, by: Mapping[int, int]) -> None:
    """So many comments more (or fewer) count in each of these posts, which are locked. Who comes to another step is found afterwards: it is
    not the way that new comments take."""
    if not by:
        return
    ids = sorted(by)
    await tx.many(
        "UPDATE post SET comments = comments + :by, version = version + 1 WHERE id = :id",
        [{"by": by[number], "id": number} for number in ids],
    )
    rows = await tx.all(
        "SELECT id, comments, comments_step FROM post WHERE id IN :ids[] ORDER BY id", ids=ids
    )
    elsewhere = [
        {"step": comments_step(comments), "id": number}
        for number, comments, step in rows
        if comments_step(comments) != step
    ]
    if elsewhere:
        await tx.many("UPDATE post SET comments_step = :step WHERE id = :id", elsewhere)


async def comments_within(tx: Tx, community_id: int, by: int) -> None:
    """So many comments of a community began to count, or ceased to."""
    if by:
        await tx.run(
            "UPDATE community_count SET comments = comments + :by WHERE id = :id", by=by, id=community_id
        )


async def comments_within_each(tx: Tx, by: Mapping[int, int]) -> None:
    """The same for several communities, in the order of their ids."""
    rows = [{"by": by[number], "id": number} for number in sorted(by) if by[number]]
    if rows:
        await tx.many("UPDATE community_count SET comments = comments + :by WHERE id = :id", rows)


async def post_written(tx: Tx, post: Post) -> None:
    """A new post with the votes it came with: its community, its author and the site count it."""
    await tx.run(
        "UPDATE community SET posts = posts + 1, version = version + 1 WHERE id = :community_id",
        community_id=post.community_id,
    )
    await tx.run(
        "UPDATE person SET post_count = post_count + 1, post_score = post_score + :score WHERE id = :creator_id",
        score=post.score, creator_id=post.creator_id,
    )  # fmt: skip
    tx.changed("community", post.community_id)
    tx.changed("person", post.creator_id)
    tx.changed("posts")


async def comments_written(tx: Tx, written: Sequence[tuple[Comment, PlacedPost]]) -> None:
    """New comments with the votes they came with, each with its post as it was before any of them was counted: their ancestors, their posts
    (count, newest comment, active rank), their communities and their authors count them; `site_wrote` comes last.

    The newest comment never goes back (G-1). One by somebody else within two days of the post lifts it in Active (S-2). Most leave the post
    on its step.
    """
    below = Counter[int]()
    posts: dict[int, dict[str, float]] = {}
    found: dict[int, PlacedPost] = {}
    communities = Counter[int]()
    people: dict[int, dict[str, int]] = {}
    for comment, place in written:
        post = place.post
        found[post.id] = place
        below.update(int(part) for part in comment.path.split(".")[1:-1])
        sums = posts.setdefault(post.id, {"id": post.id, "number": 0, "newest": post.newest_comment})
        sums["number"] += 1
        sums["newest"] = max(sums["newest"], comment.published)
        if comment.creator_id != post.creator_id and (
            sums.get("necro", place.necro) < comment.published < post.published + NECRO
        ):
            sums["necro"] = comment.published
            sums["active"] = hot_rank(post.score, comment.published, tx.now)
        if counted(post.deleted, post.removed):
            communities[post.community_id] += 1
        person = people.setdefault(comment.creator_id, {"id": comment.creator_id, "number": 0, "score": 0})
        person["number"] += 1
        person["score"] += comment.score
        tx.changed("thread", post.id)
        tx.changed("person", comment.creator_id)
    tx.changed("front")
    for number in set(below.values()):
        await tx.by_the_end(
            "UPDATE comment SET child_count = child_count + :number, version = version + 1 WHERE id IN :ids[]",
            number=number, ids=[id_ for id_, times in below.items() if times == number],
        )  # fmt: skip
    alike: dict[str, list[dict[str, float]]] = {}
    for number, sums in posts.items():
        step = comments_step(found[number].post.comments + int(sums["number"]))
        if step != found[number].step:
            sums["step"] = step
        change = _COUNTING + (_LIFT if "necro" in sums else "") + (_STEP if "step" in sums else "")
        alike.setdefault(change, []).append(sums)
    for change, rows in alike.items():
        await _add(tx, change, rows)
    await _add(
        tx,
        "community_count SET comments = comments + :number",
        [{"id": community_id, "number": number} for community_id, number in communities.items()],
    )
    await _add(
        tx,
        "person SET comment_count = comment_count + :number, comment_score = comment_score + :score",
        list(people.values()),
    )


_COUNTING = "post SET comments = comments + :number, newest_comment = :newest, version = version + 1"
_LIFT = ", newest_comment_necro = :necro, active_rank = :active"
_STEP = ", comments_step = :step"
"""What else a post's comments may change is named where they do: whatever is named moves indexes."""


async def _add(tx: Tx, change: str, rows: list[dict[str, float]] | list[dict[str, int]]) -> None:
    """Change rows of one table, each with its own numbers: one by the end, with whatever else is told then; several at once, in the
    order of their ids."""
    sql = f"UPDATE {change} WHERE id = :id"
    if len(rows) == 1:
        await tx.by_the_end(sql, **rows[0])
    elif rows:
        await tx.settle()  # rows are locked in one order, whoever is told when
        await tx.at_once(sql, sorted(rows, key=itemgetter("id")))


async def site_wrote(tx: Tx, *, posts: int = 0, comments: int = 0) -> None:
    """Add so many to the local posts and comments (G-5). Everybody who writes waits for this one row: it is written by the end."""
    await tx.by_the_end(
        "UPDATE local_site SET posts = posts + :posts, comments = comments + :comments WHERE id = 1",
        posts=posts, comments=comments,
    )  # fmt: skip


async def post_voted(tx: Tx, place: PlacedPost, up: int, down: int) -> Tally:
    """Votes on a post changed by so many up and down: change its counts, its ranks and its author's score. The counts now."""
    tally, ranks = _post_now(tx, place, up, down)
    if await _voted(tx, "post", place.post, up, down, ranks):
        tx.changed("thread", place.post.id)
        tx.changed("front")
    return tally


async def comment_voted(tx: Tx, comment: Comment, up: int, down: int) -> Tally:
    """Votes on a comment changed by so many up and down: change its counts, its ranks and its author's score. The counts now."""
    tally, ranks = _comment_now(tx, comment, up, down)
    if await _voted(tx, "comment", comment, up, down, ranks):
        tx.changed("thread", comment.post_id)
    return tally


async def voted_together(
    tx: Tx, posts: Iterable[tuple[PlacedPost, int, int]], comments: Iterable[tuple[Comment, int, int]]
) -> None:
    """The same for several posts and comments, each named once with so many up and down: a few statements for all of them."""
    changes: list[tuple[str, Post | Comment, int, int, dict[str, float]]] = [
        *(("post", place.post, up, down, _post_now(tx, place, up, down)[1]) for place, up, down in posts),
        *(("comment", item, up, down, _comment_now(tx, item, up, down)[1]) for item, up, down in comments),
    ]
    alike: dict[str, list[dict[str, float]]] = {}
    scores: dict[int, dict[str, int]] = {}
    for kind, item, up, down, ranks in sorted(
        changes, key=lambda change: (change[0] != "post", change[1].id)
    ):
        if not (up or down):
            continue
        row = {"up": up, "down": down, "by": up - down, "item_id": item.id, **ranks}
        alike.setdefault(_counting(kind, ranks), []).append(row)
        score = scores.setdefault(item.creator_id, {"creator_id": item.creator_id, "post": 0, "comment": 0})
        score[kind] += up - down
        tx.changed("thread", item.id if isinstance(item, Post) else item.post_id)
        if kind == "post":
            tx.changed("front")
    for sql, rows in alike.items():
        await tx.at_once(sql, rows)
    await tx.at_once(
        "UPDATE person SET post_score = post_score + :post, comment_score = comment_score + :comment WHERE id = :creator_id",
        [scores[number] for number in sorted(scores)],
    )


def _post_now(tx: Tx, place: PlacedPost, up: int, down: int) -> tuple[Tally, dict[str, float]]:
    """What the votes on a post add up to, and the ranks that they move."""
    post = place.post
    tally = Tally(post.upvotes + up, post.downvotes + down)
    hot = hot_rank(tally.score, post.published, tx.now)
    return tally, _moved(
        post,
        hot_rank=hot,
        active_rank=hot_rank(tally.score, place.necro, tx.now),
        scaled_rank=scaled_rank(hot, place.ground.community.users_active_month),
        controversy_rank=controversy_rank(tally.upvotes, tally.downvotes),
    )


def _comment_now(tx: Tx, comment: Comment, up: int, down: int) -> tuple[Tally, dict[str, float]]:
    tally = Tally(comment.upvotes + up, comment.downvotes + down)
    return tally, _moved(
        comment,
        hot_rank=hot_rank(tally.score, comment.published, tx.now),
        controversy_rank=controversy_rank(tally.upvotes, tally.downvotes),
    )


async def _voted(
    tx: Tx, kind: str, item: Post | Comment, up: int, down: int, ranks: dict[str, float]
) -> bool:
    """Write what votes changed of an item and of its author; whether anything did."""
    if not (up or down):
        return False
    await tx.by_the_end(
        _counting(kind, ranks),
        f"UPDATE person SET {kind}_score = {kind}_score + :by WHERE id = :creator_id",
        up=up, down=down, by=up - down, item_id=item.id, creator_id=item.creator_id, **ranks,
    )  # fmt: skip
    return True


def _counting(kind: str, ranks: dict[str, float]) -> str:
    return (
        f"UPDATE {kind} SET {_set(ranks)}upvotes = upvotes + :up, downvotes = downvotes + :down, score = score + :by, version = version + 1"
        " WHERE id = :item_id"
    )


def _moved(thing: Post | Comment, **ranks: float) -> dict[str, float]:
    """The ranks that are not what they were. Old things keep theirs, and each that stays spares two indexes."""
    return {name: rank for name, rank in ranks.items() if rank != getattr(thing, name)}


def _set(columns: dict[str, float]) -> str:
    return "".join(f"{name} = :{name}, " for name in columns)


async def follows_changed(
    tx: Tx, community_id: int, by: int, *, local: bool, follower_local: bool = True
) -> None:
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


async def community_changed(tx: Tx, before: Community, after: Community) -> None:
    """A community was deleted, removed or restored: the site counts those that are neither (G-5)."""
    if before.counted != after.counted:
        await site_counted(tx, communities=after.counted - before.counted)


async def site_counted(tx: Tx, *, users: int = 0, communities: int = 0) -> None:
    """Local accounts or communities appeared or went (G-5)."""
    await tx.run(
        "UPDATE local_site SET users = users + :users, communities = communities + :communities",
        users=users,
        communities=communities,
    )
    tx.changed("site")
