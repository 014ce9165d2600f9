"""What is told of posts and comments: that they are new, changed, deleted or removed, and of votes on them."""

from typing import Any

from folkmoot.apub.named import tag
from folkmoot.apub.objects.context import Json
from folkmoot.apub.objects.our_content import Place, build_comment, build_post, place_of
from folkmoot.apub.outbox import activities
from folkmoot.apub.outbox.addressing import bare_page, in_community, path_of
from folkmoot.apub.outbox.library import Library
from folkmoot.model.comments import Comment
from folkmoot.model.communities import Community
from folkmoot.model.people import Person
from folkmoot.model.posts import Post
from folkmoot.store import images
from folkmoot.store.outbox import Activity

Payload = dict[str, Any]


# --- posts -----------------------------------------------------------------------------------------------------------------------


async def _scene(library: Library, event: Payload) -> tuple[Person, Post, Community] | None:
    """Who did something, the post, and its community; None where one of them was purged meanwhile."""
    actor = await library.person(event["actor_id"])
    post = await library.post(event["post_id"])
    community = await library.community(post.community_id) if post else None
    return (actor, post, community) if actor and post and community else None


async def post_created(library: Library, event: Payload) -> list[Activity]:
    return await _post_written(library, event, new=True)


async def post_edited(library: Library, event: Payload) -> list[Activity]:
    return await _post_written(library, event, new=False)


async def _post_written(library: Library, event: Payload, *, new: bool) -> list[Activity]:
    scene = await _scene(library, event)
    if scene is None:
        return []
    actor, post, community = scene
    author = await library.person(post.creator_id)
    assert author is not None
    named = await library.people_named(post.body)
    place = place_of(community)
    page = build_post(
        post,
        author=author.ap_id,
        place=place,
        origin=library.origin,
        mentioned=[tag(person) for person in named],
        pictures=await images.details_of(library.tx, (post.url, post.thumbnail_url)),
    )
    make = activities.create if new else activities.update
    document = make(
        activities.new_id(library.origin, "Create" if new else "Update"), actor.ap_id, page, place
    )
    path = path_of(community.id, post.id)
    return [
        *await in_community(
            library,
            community,
            actor,
            document,
            path=path,
            named=named,
            to_fans=True,
            new_post=post.id if new else None,
        ),
        *await bare_page(library, community, page, path),
    ]


async def post_deleted(library: Library, event: Payload) -> list[Activity]:
    scene = await _scene(library, event)
    if scene is None:
        return []
    actor, post, community = scene
    document = deletion(library, actor, post.ap_id, place_of(community), deleted=event["state"])
    return await in_community(
        library, community, actor, document, path=path_of(community.id, post.id), to_fans=True
    )


async def post_removed(library: Library, event: Payload) -> list[Activity]:
    scene = await _scene(library, event)
    if scene is None:
        return []
    actor, post, community = scene
    author = await library.person(post.creator_id)
    if author is None or not await may_tell(library, actor, community, author):
        return []
    document = removal(
        library, actor, post.ap_id, place_of(community), removed=event["state"], reason=event["reason"]
    )
    path = path_of(community.id, post.id)
    return await in_community(library, community, actor, document, path=path, concerned=[author])


async def post_voted(library: Library, event: Payload) -> list[Activity]:
    scene = await _scene(library, event)
    if scene is None:
        return []
    actor, post, community = scene
    document = _vote(library, actor, post.ap_id, place_of(community), event)
    path = path_of(community.id, post.id, voter=actor.id)
    return await in_community(library, community, actor, document, path=path)


# --- comments ----------------------------------------------------------------------------------------------------------------------


async def _comment_scene(library: Library, event: Payload) -> tuple[Person, Comment, Community] | None:
    actor = await library.person(event["actor_id"])
    comment = await library.comment(event["comment_id"])
    community = await library.community(comment.community_id) if comment else None
    return (actor, comment, community) if actor and comment and community else None


async def comment_created(library: Library, event: Payload) -> list[Activity]:
    return await _comment_written(library, event, new=True)


async def comment_edited(library: Library, event: Payload) -> list[Activity]:
    return await _comment_written(library, event, new=False)


async def _comment_written(library: Library, event: Payload, *, new: bool) -> list[Activity]:
    scene = await _comment_scene(library, event)
    if scene is None:
        return []
    actor, comment, community = scene
    above = (
        await library.comment(comment.parent_id) if comment.parent_id else await library.post(comment.post_id)
    )
    author = await library.person(comment.creator_id)
    if above is None or author is None:
        return []
    answered = await library.person(above.creator_id)
    if answered is not None and (answered.deleted or answered.id == author.id):
        answered = None
    named = await library.people_named(comment.content)
    place = place_of(community)
    note = build_comment(
        comment,
        author=author.ap_id,
        parent=above.ap_id,
        parent_author=tag(answered) if answered else None,
        place=place,
        origin=library.origin,
        mentioned=[tag(person) for person in named],
    )
    make = activities.create if new else activities.update
    document = make(
        activities.new_id(library.origin, "Create" if new else "Update"), actor.ap_id, note, place
    )
    return await in_community(
        library,
        community,
        actor,
        document,
        path=path_of(community.id, comment.post_id, comment=comment.path),
        named=named,
        concerned=[answered] if answered else [],
        to_fans=True,
    )


async def comment_deleted(library: Library, event: Payload) -> list[Activity]:
    scene = await _comment_scene(library, event)
    if scene is None:
        return []
    actor, comment, community = scene
    document = deletion(library, actor, comment.ap_id, place_of(community), deleted=event["state"])
    path = path_of(community.id, comment.post_id, comment=comment.path)
    return await in_community(library, community, actor, document, path=path, to_fans=True)


async def comment_removed(library: Library, event: Payload) -> list[Activity]:
    scene = await _comment_scene(library, event)
    if scene is None:
        return []
    actor, comment, community = scene
    author = await library.person(comment.creator_id)
    if author is None or not await may_tell(library, actor, community, author):
        return []
    document = removal(
        library, actor, comment.ap_id, place_of(community), removed=event["state"], reason=event["reason"]
    )
    path = path_of(community.id, comment.post_id, comment=comment.path)
    return await in_community(library, community, actor, document, path=path, concerned=[author])


async def comment_voted(library: Library, event: Payload) -> list[Activity]:
    scene = await _comment_scene(library, event)
    if scene is None:
        return []
    actor, comment, community = scene
    document = _vote(library, actor, comment.ap_id, place_of(community), event)
    path = path_of(community.id, comment.post_id, comment=comment.path, voter=actor.id)
    return await in_community(library, community, actor, document, path=path)


# --- what both have in common ------------------------------------------------------------------------------------------------------


async def may_tell(
    library: Library, actor: Person, community: Community, author: Person | None = None
) -> bool:
    """Whether an act of moderation leaves this server (SND-9, DEL-6): of ours in our communities, of a moderator anywhere, and about
    what our own people wrote. What an admin does elsewhere besides is seen here alone."""
    if community.local or (author is not None and author.local):
        return True
    return await library.moderates(actor.id, community.id)


def deletion(library: Library, actor: Person, target: str, place: Place, *, deleted: bool) -> Json:
    """Something was deleted by its author, or is back."""
    document = activities.delete(activities.new_id(library.origin, "Delete"), actor.ap_id, target, place)
    return document if deleted else _undone(library, actor, document, place)


def removal(
    library: Library, actor: Person, target: str, place: Place, *, removed: bool, reason: str | None
) -> Json:
    """Something was removed by a moderator, or is back."""
    document = activities.remove(
        activities.new_id(library.origin, "Delete"), actor.ap_id, target, place, reason
    )
    return document if removed else _undone(library, actor, document, place)


def _undone(library: Library, actor: Person, document: Json, place: Place) -> Json:
    return activities.undo(activities.new_id(library.origin, "Undo"), actor.ap_id, document, place)


def _vote(library: Library, actor: Person, target: str, place: Place, event: Payload) -> Json:
    """A vote, or one taken back: then the one that was there until now (VOT-6)."""
    value = event["value"] or event["before"]
    kind, make = ("Like", activities.like) if value > 0 else ("Dislike", activities.dislike)
    vote = make(activities.new_id(library.origin, kind), actor.ap_id, target, place)
    if event["value"]:
        return vote
    return activities.undo_vote(activities.new_id(library.origin, "Undo"), actor.ap_id, vote)
