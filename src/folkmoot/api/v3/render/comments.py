"""Comments."""

from folkmoot.api.v3.render.base import moment, moment_or_none
from folkmoot.api.v3.render.communities import community
from folkmoot.api.v3.render.people import person
from folkmoot.api.v3.render.posts import post
from folkmoot.api.v3.wire import objects as wire
from folkmoot.model.comments import Comment
from folkmoot.model.views import CommentView


def comment(found: Comment, *, in_full: bool = False) -> wire.Comment:
    """A comment. The text of a deleted or removed one is for admins (`in_full`) alone (C-6)."""
    gone = (found.deleted or found.removed) and not in_full
    return wire.Comment(
        id=found.id,
        creator_id=found.creator_id,
        post_id=found.post_id,
        content="" if gone else found.content,
        removed=found.removed,
        published=moment(found.published),
        updated=moment_or_none(found.updated),
        deleted=found.deleted,
        ap_id=found.ap_id,
        local=found.local,
        path=found.path,
        distinguished=found.distinguished,
        language_id=found.language_id,
    )


def comment_counts(found: Comment) -> wire.CommentAggregates:
    """Its counts (C-10)."""
    return wire.CommentAggregates(
        comment_id=found.id,
        score=found.score,
        upvotes=found.upvotes,
        downvotes=found.downvotes,
        published=moment(found.published),
        child_count=found.child_count,
    )


def comment_view(view: CommentView, *, in_full: bool = False) -> wire.CommentView:
    """A comment with its author, post, community and the caller's part of it. The view has to hold post and community."""
    assert view.post is not None
    assert view.community is not None
    mine = view.mine
    return wire.CommentView(
        comment=comment(view.comment, in_full=in_full),
        creator=person(view.creator),
        post=post(view.post),
        community=community(view.community),
        counts=comment_counts(view.comment),
        creator_banned_from_community=view.creator_banned_from_community,
        banned_from_community=mine.banned_from_community,
        creator_is_moderator=view.creator_is_moderator,
        creator_is_admin=view.creator.admin,
        subscribed=mine.subscribed,
        saved=mine.saved,
        creator_blocked=mine.creator_blocked,
        my_vote=mine.my_vote,
    )
