"""What a viewer may do with a post, a comment or a person: for pages that offer exactly that."""

from collections.abc import Coroutine
from dataclasses import dataclass, replace

from folkmoot.core import permissions, ranks
from folkmoot.core.communities import sight
from folkmoot.core.people import content
from folkmoot.core.people.content import Amount
from folkmoot.core.permissions import allowed
from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.errors import NotFound, Refusal
from folkmoot.model.people import Person, Viewer
from folkmoot.model.posts import Post
from folkmoot.store import bans, comments, communities, marks, modlog, people, posts
from folkmoot.store.db import Tx


@dataclass(frozen=True, slots=True)
class Tools:
    """An item in its place, and the actions that would not be refused.

    Actions are rows of `core/permissions.py`; `own` items have those of their author. `author_banned_here`: from the community. `hidden`,
    `read`: what the viewer noted about a post.
    """

    post: Post
    comment: Comment | None
    community: Community
    author: Person
    own: bool
    author_banned_here: bool
    actions: frozenset[str]
    hidden: bool = False
    read: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """What to know before deciding about a person: how much of theirs stands (there, or everywhere), whether they are banned (there, or
    from the site), and how often the log names them."""

    person: Person
    amount: Amount
    banned: bool
    decisions: int


async def tools_for_post(tx: Tx, viewer: Viewer, post_id: int) -> Tools:
    """What may be done with a post. Raises `NotFound` couldnt_find_post for one that the viewer may not see (P-9, R-10)."""
    post = await posts.by_id(tx, post_id)
    if post is None:
        raise NotFound("couldnt_find_post")
    tools = await _tools(tx, viewer, post, None, post.creator_id, "couldnt_find_post")
    if (post.deleted or post.removed) and not (tools.own or "report.resolve" in tools.actions):
        raise NotFound("couldnt_find_post")
    if viewer.account is None:
        return tools
    hidden, read = [await marks.has(tx, mark, viewer.id, post_id) for mark in ("hidden", "read")]
    return replace(tools, hidden=hidden, read=read)


async def tools_for_comment(tx: Tx, viewer: Viewer, comment_id: int) -> Tools:
    """What may be done with a comment. Raises `NotFound` couldnt_find_comment."""
    comment = await comments.by_id(tx, comment_id)
    if comment is None:
        raise NotFound("couldnt_find_comment")
    post = await posts.by_id(tx, comment.post_id)
    assert post is not None
    return await _tools(tx, viewer, post, comment, comment.creator_id, "couldnt_find_comment")


async def _tools(
    tx: Tx, viewer: Viewer, post: Post, comment: Comment | None, author_id: int, unknown: str
) -> Tools:
    community = await communities.by_id(tx, post.community_id)
    author = await people.by_id(tx, author_id)
    assert community is not None
    assert author is not None
    if not await sight.reads(tx, viewer, community):
        raise NotFound(unknown)
    standing = await permissions.standing_in(tx, viewer, community)
    own = viewer.id == author_id
    actions = {action for action in permissions.PERMISSIONS if allowed(action, standing)}
    if own:
        actions -= {"community.ban", "person.ban"}
    else:
        actions -= {"comment.distinguish"}
        if not await _passes(ranks.must_outrank_in(tx, standing, author_id)):
            actions -= {"post.remove", "comment.remove", "community.ban"}
        if viewer.admin and not await _passes(ranks.must_outrank_on_site(tx, viewer, [author_id])):
            actions -= {"person.ban", "purge"}
    if comment is not None and comment.deleted:
        actions -= {"comment.remove", "comment.distinguish"}
    banned = await bans.is_banned_from(tx, community.id, [author_id])
    return Tools(post, comment, community, author, own, bool(banned), frozenset(actions))


async def _passes(check: Coroutine[None, None, None]) -> bool:
    try:
        await check
    except Refusal:
        return False
    return True


async def case_of(tx: Tx, person: Person, community: Community | None = None) -> Case:
    """What to know before banning somebody from a community, or from the site."""
    if community is None:
        banned = person.banned
    else:
        banned = bool(await bans.is_banned_from(tx, community.id, [person.id]))
    amount = await content.amount(tx, person.id, community.id if community else None)
    return Case(person, amount, banned, await modlog.decisions_about(tx, person.id))
