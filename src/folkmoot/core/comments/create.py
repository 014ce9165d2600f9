"""Write a comment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from folkmoot.core import after, permissions, writing
from folkmoot.core.comments import rules
from folkmoot.core.notifications import notify
from folkmoot.core.site import languages
from folkmoot.model.comments import Comment
from folkmoot.model.errors import Invalid, NotFound
from folkmoot.model.events import CommentCreated
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.model.ranking import hot_rank
from folkmoot.model.time import MINUTE, Micros
from folkmoot.store import comments, counts, marks, places, votes
from folkmoot.store.db import Tx
from folkmoot.store.places import PlacedPost
from folkmoot.store.search_pending import index_soon
from folkmoot.store.votes import Changed


@dataclass(frozen=True, slots=True)
class CreateComment:
    """What was asked. `ap_id`, `published` and `updated` come with comments from elsewhere; `quiet`: an old one, nobody is told.
    `orphan`: where the parent is gone, the comment answers the post. `named`: the addresses that one from elsewhere mentions."""

    post_id: int
    content: str
    parent_id: int | None = None
    language_id: int | None = None
    ap_id: str | None = None
    published: Micros | None = None
    updated: Micros | None = None
    quiet: bool = False
    locked: bool = False
    orphan: bool = False
    named: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Created:
    """The comment, and the accounts (local user ids) that are told of it (C-9). `place`: its post as it was found; None where the comment
    was here already."""

    comment: Comment
    recipient_ids: list[int]
    place: PlacedPost | None = None


Uncounted = tuple[Comment, PlacedPost]
"""A comment that was written and counts nowhere yet, and its post as it was found."""


async def create_comment(
    tx: Tx,
    author: Viewer,
    asked: CreateComment,
    *,
    later: list[Uncounted] | None = None,
    place: PlacedPost | None = None,
) -> Created:
    """Write a comment under a post or another comment; its author's vote comes with it, the people concerned are told (C-2, C-3, N-1).
    An equal comment within a minute is the same one, and so is one of the same address. `later`: where it is put for the caller to have it
    counted with others of the same transaction (`count_together`); until then it has no vote, and nothing counts it.
    `place`: the post as the author stands before it, where the caller has looked it up, locked.

    Raises `Invalid` invalid_body_field, blocked_url, couldnt_create_comment, max_comment_depth_reached, language_not_allowed;
    `NotFound` couldnt_find_post; `NotAllowed` deleted, locked, banned_from_community, site_ban.
    """
    house = await writing.house(tx)
    text = house.long_text(asked.content, "content")
    if place is None:
        place = await places.post(tx, asked.post_id, author.id)
    if place is None:
        raise NotFound("couldnt_find_post")
    post, ground = place.post, place.ground
    permissions.check("comment.create", permissions.standing_on(author, ground))
    moderates = ground.moderates or author.admin or asked.quiet  # what is only found now was written before
    rules.must_take_comments(post, moderates=moderates)
    parent = await _parent(tx, asked, post, moderates=moderates)
    language_id = await languages.language_for(tx, author, ground, asked.language_id)
    if asked.ap_id is None:
        parent_id, since = (parent.id if parent else None), tx.now - MINUTE
        twin = await comments.same_since(tx, author.id, post.id, parent_id, text.source, since)
        if twin is not None:
            return Created(twin, [])
    published = asked.published if asked.published is not None else tx.now
    values: dict[str, Any] = {
        "post_id": post.id,
        "community_id": post.community_id,
        "parent_id": parent.id if parent else None,
        "creator_id": author.id,
        "content": text.source,
        "content_html": text.html,
        "local": asked.ap_id is None,
        "language_id": language_id,
        "locked": asked.locked or (parent is not None and parent.locked),
        "upvotes": 1,
        "score": 1,
        "hot_rank": hot_rank(1, published, tx.now),
        "published": published,
    }
    if asked.ap_id is not None:
        values |= {"ap_id": asked.ap_id, "updated": asked.updated}
    comment = await comments.insert(
        tx,
        values,
        parent_path=parent.path if parent else "0",
        ap_prefix=f"{house.site.origin}/comment/",
        index=later is None,
    )
    if comment is None:
        assert asked.ap_id is not None
        here = await comments.by_ap_id(tx, asked.ap_id)
        assert here is not None
        return Created(here, [])
    told: list[int] = []
    if not asked.quiet:
        told = await notify.notify_of_comment(
            tx, author, comment, parent=parent or post, community=ground.community, named=asked.named
        )
        if author.account and parent:
            await notify.parent_was_answered(tx, author, parent)
    # What follows is only written, the rows last that others wait for.
    if later is None:
        await votes.add_comment_vote(tx, author.id, comment.id, post.id)
    if author.account:
        # The own comment is no news: as many are seen as there are now.
        await marks.note_seen(tx, author.id, post.id, comments=post.comments + 1)
    if not asked.quiet:
        await after.record(tx, CommentCreated(author.id, comment.id), author)
    if later is None:
        await counts.comments_written(tx, [(comment, place)])
    else:
        later.append((comment, place))
    if comment.local:
        await counts.site_wrote(tx, comments=1)
    return Created(comment, told, place)


async def _parent(tx: Tx, asked: CreateComment, post: Post, *, moderates: bool) -> Comment | None:
    """The comment that is answered, if it takes answers; None where the post is."""
    if asked.parent_id is None:
        return None
    parent = await comments.by_id(tx, asked.parent_id)
    if parent is not None:
        rules.must_take_replies(parent, post, moderates=moderates)
    elif not asked.orphan:
        raise Invalid("couldnt_create_comment", field="parent_id")
    return parent


async def count_together(tx: Tx, written: Sequence[Uncounted]) -> None:
    """What `create_comment` left to be done later, for all of these: their authors' votes, whatever counts them, and the search."""
    if len(written) == 1:  # in one way to PostgreSQL and back
        for comment, place in written:
            await index_soon(tx, "comment", [comment.id])
            await votes.add_comment_vote(tx, comment.creator_id, comment.id, comment.post_id)
            await counts.comments_written(tx, [(comment, place)])
    elif written:
        await index_soon(tx, "comment", [comment.id for comment, _ in written])
        own = [Changed(comment.id, comment.creator_id, comment.post_id, 1) for comment, _ in written]
        await votes.change_all(tx, "comment", own)
        await counts.comments_written(tx, written)
