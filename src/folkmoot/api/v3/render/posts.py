"""Posts."""

from folkmoot.api.v3.render.base import moment, moment_or_none
from folkmoot.api.v3.render.communities import community
from folkmoot.api.v3.render.people import person
from folkmoot.api.v3.wire import objects as wire
from folkmoot.model.images import ImageDetails
from folkmoot.model.posts import Post
from folkmoot.model.views import PostView
from folkmoot.model.votes import Cast


def post(found: Post) -> wire.Post:
    """A post, as everything in it shows it."""
    return wire.Post(
        id=found.id,
        name=found.name,
        url=found.url,
        body=found.body,
        creator_id=found.creator_id,
        community_id=found.community_id,
        removed=found.removed,
        locked=found.locked,
        published=moment(found.published),
        updated=moment_or_none(found.updated),
        deleted=found.deleted,
        nsfw=found.nsfw,
        embed_title=found.embed_title,
        embed_description=found.embed_description,
        thumbnail_url=found.thumbnail_url,
        ap_id=found.ap_id,
        local=found.local,
        embed_video_url=found.embed_video_url,
        language_id=found.language_id,
        featured_community=found.featured_community,
        featured_local=found.featured_local,
        url_content_type=found.url_content_type,
        alt_text=found.alt_text,
    )


def post_counts(found: Post) -> wire.PostAggregates:
    """Its counts (G-1)."""
    return wire.PostAggregates(
        post_id=found.id,
        comments=found.comments,
        score=found.score,
        upvotes=found.upvotes,
        downvotes=found.downvotes,
        published=moment(found.published),
        newest_comment_time=moment(found.newest_comment),
    )


def post_view(view: PostView) -> wire.PostView:
    """A post with its author, its community and the caller's part of it."""
    mine = view.mine
    return wire.PostView(
        post=post(view.post),
        creator=person(view.creator),
        community=community(view.community),
        creator_banned_from_community=view.creator_banned_from_community,
        banned_from_community=mine.banned_from_community,
        creator_is_moderator=view.creator_is_moderator,
        creator_is_admin=view.creator.admin,
        counts=post_counts(view.post),
        subscribed=mine.subscribed,
        saved=mine.saved,
        read=mine.read,
        hidden=mine.hidden,
        creator_blocked=mine.creator_blocked,
        my_vote=mine.my_vote,
        unread_comments=view.unread_comments,
        image_details=image_details(view.image),
    )


def image_details(found: ImageDetails | None) -> wire.ImageDetails | None:
    """What is known of its thumbnail (I-6)."""
    if found is None:
        return None
    return wire.ImageDetails(
        link=found.link, width=found.width, height=found.height, content_type=found.content_type
    )


def vote_view(cast: Cast) -> wire.VoteView:
    """A vote and whose it is (P-20)."""
    return wire.VoteView(
        creator=person(cast.voter), creator_banned_from_community=cast.banned, score=cast.value
    )
