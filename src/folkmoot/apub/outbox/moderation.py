"""What is told of running a community: locks, pins, moderators, bans, and what the community says of itself."""

from typing import Any

from folkmoot.apub.objects.context import Json
from folkmoot.apub.objects.our_actors import build_group, featured_of, moderators_of
from folkmoot.apub.objects.our_content import Place, place_of
from folkmoot.apub.outbox import activities
from folkmoot.apub.outbox.addressing import EVERYTHING, in_community, path_of, path_of_person, written
from folkmoot.apub.outbox.content import deletion, may_tell, removal
from folkmoot.apub.outbox.library import Library
from folkmoot.model.communities import Community
from folkmoot.model.people import Person
from folkmoot.store import communities
from folkmoot.store.outbox import Activity

Payload = dict[str, Any]


async def post_locked(library: Library, event: Payload) -> list[Activity]:
    actor = await library.person(event["actor_id"])
    post = await library.post(event["post_id"])
    community = await library.community(post.community_id) if post else None
    if not (actor and post and community and await may_tell(library, actor, community)):
        return []
    path = path_of(community.id, post.id)
    return await _locked(library, community, actor, post.ap_id, event, path=path)


async def comment_locked(library: Library, event: Payload) -> list[Activity]:
    actor = await library.person(event["actor_id"])
    comment = await library.comment(event["comment_id"])
    community = await library.community(comment.community_id) if comment else None
    if not (actor and comment and community and await may_tell(library, actor, community)):
        return []
    path = path_of(community.id, comment.post_id, comment=comment.path)
    return await _locked(library, community, actor, comment.ap_id, event, path=path)


async def _locked(
    library: Library, community: Community, actor: Person, ident: str, event: Payload, *, path: str
) -> list[Activity]:
    """What is said of a post or comment that is closed to answers, or open again."""
    place = place_of(community)
    document = activities.lock(
        activities.new_id(library.origin, "Lock"), actor.ap_id, ident, place, event["reason"]
    )
    if not event["state"]:
        document = activities.undo(activities.new_id(library.origin, "Undo"), actor.ap_id, document, place)
    return await in_community(library, community, actor, document, path=path)


async def post_featured(library: Library, event: Payload) -> list[Activity]:
    """Pinned in its community; what is pinned on the site concerns nobody else."""
    if event["site"]:
        return []
    actor = await library.person(event["actor_id"])
    post = await library.post(event["post_id"])
    community = await library.community(post.community_id) if post else None
    if not (actor and post and community and await may_tell(library, actor, community)):
        return []
    collection = (await library.addresses_of(community.id)).featured or featured_of(community.ap_id)
    document = _listed(library, actor, post.ap_id, collection, place_of(community), event["state"])
    return await in_community(library, community, actor, document, path=path_of(community.id, post.id))


async def moderator_changed(library: Library, event: Payload) -> list[Activity]:
    actor = await library.person(event["actor_id"])
    person = await library.person(event["person_id"])
    community = await library.community(event["community_id"])
    if not (actor and person and community and await may_tell(library, actor, community)):
        return []
    collection = (await library.addresses_of(community.id)).moderators or moderators_of(community.ap_id)
    document = _listed(library, actor, person.ap_id, collection, place_of(community), event["state"])
    return await in_community(
        library, community, actor, document, path=path_of(community.id), concerned=[person]
    )


def _listed(
    library: Library, actor: Person, target: str, collection: str, place: Place, listed: bool
) -> Json:
    kind, make = ("Add", activities.add) if listed else ("Remove", activities.take_away)
    return make(activities.new_id(library.origin, kind), actor.ap_id, target, collection, place)


async def author_warned(library: Library, event: Payload) -> list[Activity]:
    """Somebody elsewhere is warned about what they wrote: told to their own inbox alone (6.2, DLV-8)."""
    comment = await library.comment(event["comment_id"]) if event["comment_id"] is not None else None
    item = comment or await library.post(event["post_id"])
    actor = await library.person(event["actor_id"])
    author = await library.person(item.creator_id) if item else None
    community = await library.community(item.community_id) if item else None
    if not (item and actor and author and community and await may_tell(library, actor, community)):
        return []
    if author.local:
        return []
    ident = activities.new_id(library.origin, "Warn")
    place = place_of(community)
    document = activities.warn(ident, actor.ap_id, item.ap_id, author.ap_id, place, event["reason"])
    inboxes = tuple(await library.inboxes_of([author], own=True))
    path = path_of(community.id, event["post_id"], comment=comment.path if comment else "")
    return [written(document, "person", actor.id, path, sensitive=True, inboxes=inboxes)]


# --- bans ----------------------------------------------------------------------------------------------------------------------------


async def person_banned(library: Library, event: Payload) -> list[Activity]:
    actor = await library.person(event["actor_id"])
    person = await library.person(event["person_id"])
    if actor is None or person is None:
        return []
    if event["community_id"] is None:
        return _banned_from_site(library, actor, person, event)
    community = await library.community(event["community_id"])
    if community is None or not await may_tell(library, actor, community):
        return []
    place = place_of(community)
    document = activities.ban(
        activities.new_id(library.origin, "Block"),
        actor.ap_id,
        person.ap_id,
        place,
        reason=event["reason"],
        expires=event["expires"],
        remove_data=event["remove_data"],
    )
    if not event["state"]:
        document = activities.unban(activities.new_id(library.origin, "Undo"), actor.ap_id, document, place)
    return await in_community(
        library, community, actor, document, path=path_of(community.id), concerned=[person]
    )


def _banned_from_site(library: Library, actor: Person, person: Person, event: Payload) -> list[Activity]:
    """A server may ban its own people for all (PERM-6); others are banned from our communities, and those bans are told one by one."""
    if not person.local:
        return []
    document = activities.ban_from_site(
        activities.new_id(library.origin, "Block"),
        actor.ap_id,
        person.ap_id,
        library.site.ap_id,
        reason=event["reason"],
        expires=event["expires"],
        remove_data=event["remove_data"],
    )
    if not event["state"]:
        document = activities.unban_from_site(
            activities.new_id(library.origin, "Undo"), actor.ap_id, document
        )
    path = EVERYTHING if event["remove_data"] else path_of_person(person.id)
    return [written(document, "person", actor.id, path, to_all=True)]


# --- the community itself ----------------------------------------------------------------------------------------------------------


async def community_edited(library: Library, event: Payload) -> list[Activity]:
    actor = await library.person(event["actor_id"])
    community = await library.community(event["community_id"])
    if not (actor and community and await may_tell(library, actor, community)):
        return []
    document = activities.update_community(
        activities.new_id(library.origin, "Update"),
        actor.ap_id,
        await group_of(library, community),
        place_of(community),
    )
    return await in_community(library, community, actor, document, path=path_of(community.id))


async def group_of(library: Library, community: Community) -> Json:
    """A community as its actor document."""
    scheme, _, rest = community.ap_id.partition("://")
    return build_group(
        community,
        public_pem=await library.public_pem("community", community.id),
        origin=f"{scheme}://{rest.partition('/')[0]}",
        language_ids=await communities.languages(library.tx, community.id),
    )


async def community_deleted(library: Library, event: Payload) -> list[Activity]:
    actor = await library.person(event["actor_id"])
    community = await library.community(event["community_id"])
    if not (actor and community and await may_tell(library, actor, community)):
        return []
    document = deletion(library, actor, community.ap_id, place_of(community), deleted=event["state"])
    return await in_community(library, community, actor, document, path=path_of(community.id))


async def community_removed(library: Library, event: Payload) -> list[Activity]:
    """Removed by an admin: told where it is ours; others' communities are removed here alone (SND-9)."""
    actor = await library.person(event["actor_id"])
    community = await library.community(event["community_id"])
    if actor is None or community is None or not community.local:
        return []
    document = removal(
        library, actor, community.ap_id, place_of(community), removed=event["state"], reason=event["reason"]
    )
    return await in_community(library, community, actor, document, path=path_of(community.id))
