"""Write a comment."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any

from folkmoot.core import after, permissions, writing
from folkmoot.core.comments import rules
from folkmoot.core.notifications import notify
from folkmoot.core.site import languages
from folkmoot.model.comments import Comment
from folkmoot.model.errors import Invalid, NotFound
from folkmoot.model.events import CommentCreated
from folkmoot.model.people import Viewer
from folkmoot.model.ranking import hot_rank
from folkmoot.model.time import MINUTE, Micros
from folkmoot.store import comments, counts, marks, places, votes
from folkmoot.store.db import Tx
from folkmoot.store.places import Pair, PlacedPost
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


Words = tuple[int, int, int | None, str, int]
"""Who says what, beneath which post and comment, in which language: said again within a minute, it is the same comment."""
_WORDS = ("creator_id", "post_id", "parent_id", "content", "language_id")
_words_of: Callable[[Comment], Words] = attrgetter(*_WORDS)
_words_of_values: Callable[[dict[str, Any]], Words] = itemgetter(*_WORDS)


@dataclass(frozen=True, slots=True)
class Draft:
    """A comment that may be written: by whom, what was asked, where, and its columns."""

    author: Viewer
    asked: CreateComment
    place: PlacedPost
    parent: Comment | None
    values: dict[str, Any]

    @property
    def parent_path(self) -> str:
        return self.parent.path if self.parent else "0"

    @property
    def words(self) -> Words:
        """What is said where."""
        return _words_of_values(self.values)


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
    if place is None:
        place = await places.post(tx, asked.post_id, author.id)
    parent = await comments.by_id(tx, asked.parent_id) if asked.parent_id is not None else None
    draft = await drafted(tx, author, asked, place, parent)
    if asked.ap_id is None and (twin := (await said_just_now(tx, [draft])).get(draft.words)):
        return Created(twin, [])
    comment = await comments.insert(
        tx, draft.values, parent_path=draft.parent_path, ap_prefix=await address_prefix(tx)
    )
    if comment is None:
        assert asked.ap_id is not None
        here = await comments.by_ap_id(tx, asked.ap_id)
        assert here is not None
        return Created(here, [])
    told = await follow_up(tx, [(draft, comment)], later=later)
    return Created(comment, told[0], draft.place)


async def drafted(
    tx: Tx, author: Viewer, asked: CreateComment, place: PlacedPost | None, parent: Comment | None
) -> Draft:
    """What `create_comment` would write, if it may be. `place` is the post, `parent` the comment that is answered, as they were found.
    Raises as `create_comment`."""
    text = (await writing.house(tx)).long_text(asked.content, "content")
    if place is None:
        raise NotFound("couldnt_find_post")
    post, ground = place.post, place.ground
    permissions.check("comment.create", permissions.standing_on(author, ground))
    moderates = ground.moderates or author.admin or asked.quiet  # what is only found now was written before
    rules.must_take_comments(post, moderates=moderates)
    if parent is not None:
        rules.must_take_replies(parent, post, moderates=moderates)
    elif asked.parent_id is not None and not asked.orphan:
        raise Invalid("couldnt_create_comment", field="parent_id")
    published = asked.published if asked.published is not None else tx.now
    values: dict[str, Any] = {
        "post_id": post.id,
        "community_id": post.community_id,
        "parent_id": parent.id if parent else None,
        "creator_id": author.id,
        "content": text.source,
        "content_html": text.html,
        "local": asked.ap_id is None,
        "language_id": await languages.language_for(tx, author, ground, asked.language_id),
        "locked": asked.locked or (parent is not None and parent.locked),
        "upvotes": 1,
        "score": 1,
        "hot_rank": hot_rank(1, published, tx.now),
        "published": published,
    }
    if asked.ap_id is not None:
        values |= {"ap_id": asked.ap_id, "updated": asked.updated}
    return Draft(author, asked, place, parent, values)


async def said_just_now(tx: Tx, drafts: Collection[Draft]) -> dict[Words, Comment]:
    """What the authors of these wrote within the last minute and is still there (C-2)."""
    if not drafts:
        return {}
    recent = await comments.recent_of(tx, {draft.author.id for draft in drafts}, tx.now - MINUTE)
    return {_words_of(comment): comment for comment in reversed(recent)}


async def address_prefix(tx: Tx) -> str:
    """What the address of a comment of this server begins with, before its id."""
    return f"{(await writing.house(tx)).site.origin}/comment/"


async def follow_up(
    tx: Tx, written: Sequence[tuple[Draft, Comment]], *, later: list[Uncounted] | None = None
) -> list[list[int]]:
    """What follows from comments that were just written: notices, what their authors have seen, what other servers are told, and counts.
    For each the accounts that are told of it. `later`: as of `create_comment`."""
    told = [await _tell(tx, draft, comment) for draft, comment in written]
    # What follows is only written, the rows last that others wait for.
    there: dict[int, int] = {}
    seen: dict[Pair, int] = {}
    for draft, comment in written:
        there[comment.post_id] = there.get(comment.post_id, draft.place.post.comments) + 1
        if draft.author.account:  # the own comment is no news: as many are seen as there are now
            seen[comment.post_id, comment.creator_id] = there[comment.post_id]
    await marks.note_seen(tx, seen)
    loud = [(draft.author, comment) for draft, comment in written if not draft.asked.quiet]
    await after.record_all(tx, [(CommentCreated(author.id, comment.id), author) for author, comment in loud])
    uncounted = [(comment, draft.place) for draft, comment in written]
    if later is None:
        await count_together(tx, uncounted)
    else:
        later += uncounted
    if local := sum(comment.local for _, comment in written):
        await counts.site_wrote(tx, comments=local)
    return told


async def _tell(tx: Tx, draft: Draft, comment: Comment) -> list[int]:
    """Write the notices of one; the accounts that are told (C-3, N-1)."""
    if draft.asked.quiet:
        return []
    told = await notify.notify_of_comment(
        tx,
        draft.author,
        comment,
        parent=draft.parent or draft.place.post,
        community=draft.place.ground.community,
        named=draft.asked.named,
    )
    if draft.author.account and draft.parent:
        await notify.parent_was_answered(tx, draft.author, draft.parent)
    return told


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
