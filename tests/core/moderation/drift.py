"""Count from the rows alone, and compare with what is stored."""

from folkmoot.store.db import Tx

COUNTED = "NOT x.deleted AND NOT x.removed"
STORED_AND_TRUE = {
    "community.posts": (
        "SELECT id, posts FROM community ORDER BY id",
        f"SELECT o.id, (SELECT count(*) FROM post x WHERE x.community_id = o.id AND {COUNTED}) FROM community o ORDER BY o.id",
    ),
    "community.comments": (
        "SELECT id, comments FROM community_count ORDER BY id",
        f"SELECT o.id, (SELECT count(*) FROM comment x JOIN post p ON p.id = x.post_id WHERE p.community_id = o.id AND {COUNTED}"
        " AND NOT p.deleted AND NOT p.removed) FROM community o ORDER BY o.id",
    ),
    "community.subscribers": (
        "SELECT id, subscribers FROM community WHERE local ORDER BY id",
        "SELECT o.id, (SELECT count(*) FROM community_follow x WHERE x.community_id = o.id AND NOT x.pending) FROM community o WHERE o.local ORDER BY o.id",
    ),
    "community.subscribers_local": (
        "SELECT id, subscribers_local FROM community ORDER BY id",
        "SELECT o.id, (SELECT count(*) FROM community_follow x JOIN person p ON p.id = x.person_id WHERE x.community_id = o.id AND p.local AND NOT (o.local AND x.pending))"
        " FROM community o ORDER BY o.id",
    ),
    "post.comments": (
        "SELECT id, comments FROM post ORDER BY id",
        f"SELECT o.id, (SELECT count(*) FROM comment x WHERE x.post_id = o.id AND {COUNTED}) FROM post o ORDER BY o.id",
    ),
    "post.upvotes": (
        "SELECT id, upvotes, downvotes, score FROM post ORDER BY id",
        "SELECT o.id, (SELECT count(*) FROM post_vote x WHERE x.post_id = o.id AND x.value = 1),"
        " (SELECT count(*) FROM post_vote x WHERE x.post_id = o.id AND x.value = -1),"
        " (SELECT coalesce(sum(x.value), 0) FROM post_vote x WHERE x.post_id = o.id) FROM post o ORDER BY o.id",
    ),
    "comment.upvotes": (
        "SELECT id, upvotes, downvotes, score FROM comment ORDER BY id",
        "SELECT o.id, (SELECT count(*) FROM comment_vote x WHERE x.comment_id = o.id AND x.value = 1),"
        " (SELECT count(*) FROM comment_vote x WHERE x.comment_id = o.id AND x.value = -1),"
        " (SELECT coalesce(sum(x.value), 0) FROM comment_vote x WHERE x.comment_id = o.id) FROM comment o ORDER BY o.id",
    ),
    "comment.child_count": (
        "SELECT id, child_count FROM comment ORDER BY id",
        "SELECT o.id, (SELECT count(*) FROM comment x WHERE x.path LIKE o.path || '.%') FROM comment o ORDER BY o.id",
    ),
    "person": (
        "SELECT id, post_count, comment_count, post_score, comment_score FROM person ORDER BY id",
        f"SELECT o.id, (SELECT count(*) FROM post x WHERE x.creator_id = o.id AND {COUNTED}),"
        f" (SELECT count(*) FROM comment x WHERE x.creator_id = o.id AND {COUNTED}),"
        " (SELECT coalesce(sum(x.score), 0) FROM post x WHERE x.creator_id = o.id),"
        " (SELECT coalesce(sum(x.score), 0) FROM comment x WHERE x.creator_id = o.id) FROM person o ORDER BY o.id",
    ),
    "site": (
        "SELECT posts, comments, communities FROM local_site",
        f"SELECT (SELECT count(*) FROM post x WHERE x.local AND {COUNTED}), (SELECT count(*) FROM comment x WHERE x.local AND {COUNTED}),"
        f" (SELECT count(*) FROM community x WHERE x.local AND {COUNTED})",
    ),
}


async def assert_no_drift(tx: Tx) -> None:
    """Every stored count is what the rows say."""
    for name, (stored, true) in STORED_AND_TRUE.items():
        left = [tuple(row) for row in await tx.all(stored)]
        right = [tuple(row) for row in await tx.all(true)]
        assert left == right, name
