"""Delete for good, so that nothing brings it back: for admins (O-7)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from folkmoot.core import after, permissions, ranks, writing
from folkmoot.core.images.delete import delete_all_of
from folkmoot.core.moderation import checked_reason
from folkmoot.core.people import content
from folkmoot.core.permissions import Standing
from folkmoot.core.posts import rules as post_rules
from folkmoot.model.comments import Comment, Whole
from folkmoot.model.communities import Community
from folkmoot.model.enums import ModlogKind
from folkmoot.model.errors import NotFound
from folkmoot.model.events import Purged
from folkmoot.model.people import Viewer
from folkmoot.model.posts import Post
from folkmoot.store import comments, communities, gone, mass, modlog, people, posts, purge
from folkmoot.store.db import Database, Tx, found_again
from folkmoot.store.mass import Blank

PERMANENTLY_DELETED = "*Permanently Deleted*"
"""What stands in the place of overwritten texts (P-15)."""
STEP = 200
"""Comments that go in one transaction, for which everybody else who writes waits."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a purge would take with it: for the button that says so."""

    posts: int = 0
    comments: int = 0
    subscribers: int = 0


async def blank(tx: Tx) -> Blank:
    """The words that replace overwritten texts, rendered."""
    house = await writing.house(tx)
    body = house.render(PERMANENTLY_DELETED)
    return Blank(body.source, post_rules.title_html(PERMANENTLY_DELETED), body.html)


async def purge_person(tx: Tx, viewer: Viewer, person_id: int, *, reason: str | None = None) -> None:
    """Leave a blank, deleted and banned record; overwrite what they wrote; take back their follows and their votes for others; delete
    their messages.

    Raises `NotFound` couldnt_find_person; `NotAllowed` not_an_admin, not_higher_admin, cannot_leave_admin; `Invalid` invalid_body_field.
    """
    reason = _may_purge(viewer, reason)
    person = await people.by_id(tx, person_id)
    if person is None:
        raise NotFound("couldnt_find_person")
    await ranks.must_outrank_on_site(tx, viewer, [person_id])
    await ranks.must_leave_an_admin(tx, person_id)
    pictures = [*await purge.pictures_by(tx, person_id), *filter(None, (person.avatar, person.banner))]
    await delete_all_of(tx, person_id)
    await mass.overwrite(tx, person_id, await blank(tx))
    await mass.drop_votes(tx, person_id)
    await mass.drop_follows(tx, person_id)
    await purge.blank_person(tx, person_id)
    await modlog.record(tx, ModlogKind.PURGE_PERSON, viewer.id, reason=reason)
    event = Purged(viewer.id, "person", person_id, person.ap_id, None, reason, tuple(pictures))
    await after.record(tx, event)


async def purge_community(tx: Tx, viewer: Viewer, community_id: int, *, reason: str | None = None) -> None:
    """Delete a community with everything in it; its moderators must all rank below.

    Raises `NotFound` couldnt_find_community; `NotAllowed` not_an_admin, not_higher_admin; `Invalid` invalid_body_field.
    """
    reason = _may_purge(viewer, reason)
    community = await _community(tx, viewer, community_id)
    pictures = [
        *await purge.pictures_of(tx, community_id),
        *filter(None, (community.icon, community.banner)),
    ]
    await gone.remember_purged_in(tx, community_id=community_id)
    await gone.remember_purged(tx, community.ap_id)
    await purge.delete_community(tx, community.id)
    await modlog.record(tx, ModlogKind.PURGE_COMMUNITY, viewer.id, reason=reason)
    event = Purged(viewer.id, "community", community_id, community.ap_id, None, reason, tuple(pictures))
    await after.record(tx, event)


async def purge_post(tx: Tx, viewer: Viewer, post_id: int, *, reason: str | None = None) -> None:
    """Delete a post with the thread beneath it, and the stored picture that it names.

    Raises `NotFound` couldnt_find_post; `NotAllowed` not_an_admin, not_higher_admin; `Invalid` invalid_body_field.
    """
    reason = _may_purge(viewer, reason)
    post = await _post(tx, viewer, post_id)
    await gone.remember_purged_in(tx, post_id=post_id)
    await gone.remember_purged(tx, post.ap_id)
    await purge.delete_post(tx, post)
    await modlog.record(tx, ModlogKind.PURGE_POST, viewer.id, reason=reason, community_id=post.community_id)
    pictures = tuple(filter(None, (post.url, post.thumbnail_url)))
    event = Purged(viewer.id, "post", post_id, post.ap_id, post.community_id, reason, pictures)
    await after.record(tx, event)


async def purge_comment(tx: Tx, viewer: Viewer, comment_id: int, *, reason: str | None = None) -> None:
    """Delete a comment with the replies beneath it.

    Raises `NotFound` couldnt_find_comment; `NotAllowed` not_an_admin, not_higher_admin; `Invalid` invalid_body_field.
    """
    reason = _may_purge(viewer, reason)
    post, comment = await _comment(tx, viewer, comment_id)
    await gone.remember_purged_in(tx, post_id=post.id, beneath=comment.path)
    await gone.remember_purged(tx, comment.ap_id)
    await purge.delete_comment(tx, comment, post)
    await modlog.record(
        tx,
        ModlogKind.PURGE_COMMENT,
        viewer.id,
        reason=reason,
        community_id=comment.community_id,
        post_id=comment.post_id,
    )
    event = Purged(viewer.id, "comment", comment_id, comment.ap_id, comment.community_id, reason)
    await after.record(tx, event)


async def in_steps(
    db: Database, viewer: Viewer, kind: Whole, number: int, *, reason: str | None = None
) -> None:
    """Purge a community, a post or a comment, and let others write in between: of a large one the comments go first, the newest before
    those that they answer, and what is left goes in one transaction. If it stops in between, there is less of it, everything is
    counted right, and doing it again goes on. Raises as what purges it, before anything changes.
    """
    reason = _may_purge(viewer, reason)
    check: dict[Whole, _Check] = {"community": _community, "post": _post, "comment": _comment}
    purge_whole = {"community": purge_community, "post": purge_post, "comment": purge_comment}[kind]
    with found_again():
        while True:
            async with db.write() as tx:
                await check[kind](tx, viewer, number)
                ids = await purge.youngest_within(tx, kind, number, STEP)
                if len(ids) < STEP:
                    await purge_whole(tx, viewer, number, reason=reason)
                    return
                await gone.remember_purged_comments(tx, ids)
                await purge.delete_comments(tx, ids)


_Check = Callable[[Tx, Viewer, int], Awaitable[object]]


async def _community(tx: Tx, viewer: Viewer, community_id: int) -> Community:
    community = await communities.by_id(tx, community_id)
    if community is None:
        raise NotFound("couldnt_find_community")
    team = await communities.moderators(tx, community_id)
    await ranks.must_outrank_on_site(tx, viewer, [person.id for person in team])
    return community


async def _post(tx: Tx, viewer: Viewer, post_id: int) -> Post:
    post = await posts.for_change(tx, post_id)
    if post is None:
        raise NotFound("couldnt_find_post")
    await ranks.must_outrank_on_site(tx, viewer, [post.creator_id])
    return post


async def _comment(tx: Tx, viewer: Viewer, comment_id: int) -> tuple[Post, Comment]:
    post = await posts.of_comment_for_change(tx, comment_id)
    comment = await comments.by_id(tx, comment_id)
    if post is None or comment is None:
        raise NotFound("couldnt_find_comment")
    await ranks.must_outrank_on_site(tx, viewer, [comment.creator_id])
    return post, comment


def _may_purge(viewer: Viewer, reason: str | None) -> str | None:
    permissions.check("purge", Standing(viewer))
    return checked_reason(reason)


async def consequence_for_person(tx: Tx, person_id: int) -> Consequence:
    """What they wrote and what is still readable of it."""
    amount = await content.amount(tx, person_id)
    return Consequence(posts=amount.posts, comments=amount.comments)


async def consequence_for_community(tx: Tx, community_id: int) -> Consequence:
    """What would go with a community."""
    community = await communities.by_id(tx, community_id)
    if community is None:
        return Consequence()
    return Consequence(community.posts, community.comments, community.subscribers)


def consequence_for_post(post: Post) -> Consequence:
    """The thread that would go with a post."""
    return Consequence(comments=post.comments)


async def consequence_for_comment(tx: Tx, comment_id: int) -> Consequence:
    """The replies that would go with a comment."""
    comment = await comments.by_id(tx, comment_id)
    return Consequence(comments=await purge.count_beneath(tx, comment) if comment else 0)
