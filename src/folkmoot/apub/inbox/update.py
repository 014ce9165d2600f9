"""Update: a post, a comment, a message or an actor is not what it was."""

from folkmoot.apub.activities import Update
from folkmoot.apub.inbox import checks, create, take
from folkmoot.apub.inbox.arrived import Arrived
from folkmoot.apub.inbox.known import Missing
from folkmoot.apub.objects.actors import Actor, Group
from folkmoot.apub.objects.content import Post, PrivateMessage
from folkmoot.core.communities.edit import EditCommunity, edit_community
from folkmoot.core.messages.edit import edit_message
from folkmoot.core.posts.mark import mark_post
from folkmoot.model.communities import Community
from folkmoot.model.errors import Conflict, NotAllowed
from folkmoot.store import actors, messages
from folkmoot.store.db import Tx


async def update(tx: Tx, arrived: Arrived[Update]) -> Community | None:
    """Take the newer state over; the community it concerns. Raises `NotAllowed`, `Missing`, what the use cases raise."""
    changed = arrived.activity.object
    if isinstance(changed, str):
        if (
            changed in arrived.known.communities
            or changed in arrived.known.people
            or changed == arrived.activity.actor
        ):
            return await _actor(tx, arrived, changed, None)
        if changed not in arrived.fetched_anew:
            raise Missing(again=[changed])
        return None
    if isinstance(changed, Actor):
        return await _actor(tx, arrived, changed.id, changed)
    if isinstance(changed, PrivateMessage):
        return await _message(tx, arrived, changed)
    if isinstance(changed, Post) and changed.author != arrived.activity.actor:
        return await _marks(tx, arrived, changed)
    return await create.take_in(tx, arrived, changed)


async def _actor(tx: Tx, arrived: Arrived[Update], ident: str, said: Actor | None) -> Community | None:
    """A profile: read anew from its own server, never taken from here (ACT-1, ACT-6, IDV-6)."""
    known = arrived.known
    community = known.communities.get(ident)
    if community is not None and community.local:
        if not isinstance(said, Group):
            raise NotAllowed("local_actor", detail=ident)
        return await _own_community(tx, arrived, community, said)
    if known.policy.is_ours(ident):
        raise NotAllowed("local_actor", detail=ident)
    if community is None and ident != arrived.activity.actor:
        raise NotAllowed("not_the_actor", detail=ident)
    if community is None and ident not in known.people and await actors.site_at(tx, ident) is None:
        raise NotAllowed("unknown_actor", detail=ident)  # nobody here has heard of them (ABU-27)
    if ident not in arrived.fetched_anew:
        raise Missing(again=[ident])
    return None


async def _own_community(tx: Tx, arrived: Arrived[Update], community: Community, said: Group) -> Community:
    """A moderator elsewhere changes a community of ours: names, texts, pictures and flags, nothing else (6.2, ABU-8)."""
    checks.must_be_from(arrived, community)
    asked = EditCommunity(
        community.id,
        title=said.name,
        description=said.summary or "",
        icon=said.icon or "",
        banner=said.image or "",
        nsfw=said.nsfw,
        posting_restricted_to_mods=said.posting_restricted_to_mods,
    )
    await edit_community(tx, arrived.viewer(), asked)
    return community


async def _marks(tx: Tx, arrived: Arrived[Update], post: Post) -> Community:
    """A moderator changes what a post is marked as; its words are its author's (PERM-12)."""
    placed = arrived.object(post.id)
    if placed.kind != "post":
        raise NotAllowed("object_changed_kind", detail=post.id)
    checks.must_be_its_author(placed, post.author)
    community = await arrived.known.community(tx, placed.community_id)
    checks.must_be_from(arrived, community)
    arrived.known.places.clear()
    language, tags = take.language_id(post), take.post_tags(community, post)
    await mark_post(tx, arrived.viewer(), placed.id, nsfw=post.sensitive, language_id=language, tags=tags)
    return community


async def _message(tx: Tx, arrived: Arrived[Update], message: PrivateMessage) -> Community | None:
    if not arrived.direct:
        raise NotAllowed("message_was_announced")
    checks.check_written(message, arrived.activity.actor, arrived.policy)
    placed = arrived.known.objects.get(message.id)
    if placed is None:
        return await create.take_in(tx, arrived, message)
    checks.must_be_its_author(placed, message.author)
    moment = max(message.updated or 0, message.published or 0)
    if moment < placed.moment:
        raise Conflict("not_newer", detail=message.id)
    stored = await messages.by_id(tx, placed.id)
    if stored is not None and stored.content != message.body:
        await edit_message(tx, arrived.viewer(), placed.id, message.body or "")
    return None
