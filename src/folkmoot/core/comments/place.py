"""Where a comment would stand: for the form that writes one."""

from dataclasses import dataclass

from folkmoot.core import permissions
from folkmoot.core.comments import rules
from folkmoot.core.threads.read import read_post
from folkmoot.model.errors import NotFound, NotLoggedIn
from folkmoot.model.instances import Doubt
from folkmoot.model.people import Viewer
from folkmoot.model.views import CommentView, PostView
from folkmoot.store import threads
from folkmoot.store.db import Tx
from folkmoot.store.listing import views


@dataclass(frozen=True, slots=True)
class Place:
    """The post, the comment that is answered if there is one, the languages that the community takes (none means all), and why the answer
    may not arrive there."""

    post: PostView
    parent: CommentView | None
    language_ids: tuple[int, ...]
    doubt: Doubt | None


async def place_of_comment(
    tx: Tx, viewer: Viewer, *, post_id: int | None = None, parent_id: int | None = None
) -> Place:
    """What somebody is about to answer: a post, or a comment. Refuses what `create_comment` would refuse about the place.

    Raises `NotLoggedIn`; `NotFound` couldnt_find_post, couldnt_find_comment; `NotAllowed` deleted, locked, banned_from_community,
    site_ban, instance_is_private; `Invalid` max_comment_depth_reached.
    """
    if viewer.person is None:
        raise NotLoggedIn
    parent = None
    if parent_id is not None:
        parent = (await views.comment_views(tx, [parent_id])).get(parent_id)
        if parent is None:
            raise NotFound("couldnt_find_comment")
        post_id = parent.comment.post_id
    assert post_id is not None
    view = await read_post(tx, viewer, post_id)
    standing = await permissions.standing_in(tx, viewer, view.community)
    permissions.check("comment.create", standing)
    moderates = standing.moderator or viewer.admin
    rules.must_take_comments(view.post, moderates=moderates)
    if parent is not None:
        rules.must_take_replies(parent.comment, view.post, moderates=moderates)
    return Place(view, parent, *await threads.for_writers(tx, view.community))
