"""How votes of an archive become rows: on posts, on comments, and counted for their authors."""

from folkmoot.core.archive import records as r
from folkmoot.core.archive.known import KnownComment, KnownPost
from folkmoot.core.archive.read import BadArchive
from folkmoot.core.archive.work import Work, named
from folkmoot.model.time import Micros
from folkmoot.store import bulk


async def write_votes(work: Work, lines: list[tuple[int, r.Vote]]) -> None:
    """Votes of people, each once for a thing. Raises `BadArchive`."""
    on_posts: dict[tuple[int, int], tuple[KnownPost, int, Micros]] = {}
    on_comments: dict[tuple[int, int], tuple[KnownComment, int, Micros]] = {}
    for line, record in lines:
        person = named(work.known.people, record.person, line, "person")
        if record.value not in (1, -1):
            raise BadArchive(line, f"a vote of {record.value}; allowed are 1 and -1")
        published = work.when(record.published)
        if record.on == "post":
            post = named(work.known.posts, record.target, line, "post")
            if post and person and not _has_totals(post, line):
                on_posts.setdefault((post.id, person.id), (post, record.value, published))
                continue
        elif record.on == "comment":
            comment = named(work.known.comments, record.target, line, "comment")
            if comment and person and not _has_totals(comment, line):
                on_comments.setdefault((comment.id, person.id), (comment, record.value, published))
                continue
        else:
            raise BadArchive(line, f"a vote on {record.on!r}; allowed are post and comment")
        work.report.refuse(line, "refers to a record that was left out")
    await _write_post_votes(work, on_posts)
    await _write_comment_votes(work, on_comments)


def _has_totals(target: KnownPost | KnownComment, line: int) -> bool:
    if target.totals:
        raise BadArchive(line, "a vote on something that brought totals; a file gives either")
    return False


async def _write_post_votes(work: Work, votes: dict[tuple[int, int], tuple[KnownPost, int, Micros]]) -> None:
    present = await bulk.votes_present(work.tx, "post", votes) if votes else set()
    rows = []
    for pair, (post, value, published) in votes.items():
        if pair not in present:
            rows.append({"post_id": pair[0], "person_id": pair[1], "value": value, "published": published})
            work.deltas.post_votes(post.id, post.creator_id, value == 1, value == -1)
    await bulk.insert_many(work.tx, "post_vote", rows)
    work.report.wrote("vote", len(rows), len(present))


async def _write_comment_votes(
    work: Work, votes: dict[tuple[int, int], tuple[KnownComment, int, Micros]]
) -> None:
    present = await bulk.votes_present(work.tx, "comment", votes) if votes else set()
    rows = []
    for pair, (comment, value, published) in votes.items():
        if pair not in present:
            rows.append(
                {
                    "comment_id": pair[0],
                    "person_id": pair[1],
                    "post_id": comment.post_id,
                    "value": value,
                    "published": published,
                }
            )
            work.deltas.votes_on_comment(comment.id, comment.creator_id, value == 1, value == -1)
    await bulk.insert_many(work.tx, "comment_vote", rows)
    work.report.wrote("vote", len(rows), len(present))
