"""Delete, and Undo of it: by the author, by a moderator, of an account, of a community (6.3)."""

from folkmoot.apub.activities import Activity, Delete
from folkmoot.apub.documents import same_host
from folkmoot.apub.inbox import checks
from folkmoot.apub.inbox.arrived import Arrived
from folkmoot.apub.inbox.known import Missing
from folkmoot.core.comments.delete import delete_comment
from folkmoot.core.comments.remove import remove_comment
from folkmoot.core.communities.delete import delete_community
from folkmoot.core.messages.delete import delete_message
from folkmoot.core.people.forget import forget_person
from folkmoot.core.posts.delete import delete_post
from folkmoot.core.posts.remove import remove_post
from folkmoot.model.communities import Community
from folkmoot.model.errors import NotAllowed
from folkmoot.model.people import Viewer
from folkmoot.store import gone, people
from folkmoot.store.actors import Placed
from folkmoot.store.db import Tx


async def delete(tx: Tx, arrived: Arrived[Delete]) -> Community | None:
    """Something is gone. Raises `NotAllowed`, `Missing`, what the use cases raise; `Conflict` where it is so already."""
    return await _set(tx, arrived, arrived.activity, deleted=True)


async def restore(tx: Tx, arrived: Arrived[Delete]) -> Community | None:
    """It is back (DEL-1): the flag of the same kind is cleared."""
    return await _set(tx, arrived, arrived.activity, deleted=False)


async def _set(tx: Tx, arrived: Arrived[Delete], said: Delete, *, deleted: bool) -> Community | None:
    known = arrived.known
    if said.object in known.people or said.object == said.actor:
        await _account(tx, arrived, said, deleted=deleted)
        return None
    community = known.communities.get(said.object)
    if community is not None:
        checks.must_be_from(arrived, community)
        await delete_community(tx, arrived.viewer(), community.id, deleted=deleted)
        return community
    placed = known.objects.get(said.object)
    if placed is None:
        await _unknown(tx, arrived, said, deleted=deleted)
        return None
    if placed.kind == "message":
        await _message(tx, arrived, placed, deleted=deleted)
        return None
    community = await known.community(tx, placed.community_id)
    checks.must_be_from(arrived, community)
    await _item(tx, arrived, said, placed, deleted=deleted)
    return community


async def _item(tx: Tx, arrived: Arrived[Delete], said: Delete, placed: Placed, *, deleted: bool) -> None:
    """A post or comment: removed by a moderator or deleted by its author; two flags of their own (DEL-1)."""
    by_author = placed.creator_ap_id == said.actor
    if by_author and said.reason is None:
        await _by_author(tx, arrived.viewer(), placed, deleted=deleted)
        return
    try:
        remove = remove_post if placed.kind == "post" else remove_comment
        await remove(
            tx, arrived.viewer(), placed.id, removed=deleted, reason=(said.reason or "").strip() or None
        )
    except NotAllowed as error:
        if error.code != "not_a_mod_or_admin" or not checks.speaks_for_home(arrived.actor(), placed):
            raise
        # Whoever runs the author's server may delete what lies there: it counts as the author's own doing (DEL-6).
        author = await people.by_id(tx, placed.creator_id)
        assert author is not None
        await _by_author(tx, Viewer(author), placed, deleted=deleted)


async def _by_author(tx: Tx, author: Viewer, placed: Placed, *, deleted: bool) -> None:
    if placed.local:
        raise NotAllowed("local_object", detail=placed.ap_id)
    change = delete_post if placed.kind == "post" else delete_comment
    await change(tx, author, placed.id, deleted=deleted)


async def _message(tx: Tx, arrived: Arrived[Delete], placed: Placed, *, deleted: bool) -> None:
    """A private message: its author takes it back (DEL-7)."""
    if not arrived.direct:
        raise NotAllowed("message_was_announced")
    checks.must_be_its_author(placed, arrived.activity.actor)
    await delete_message(tx, arrived.viewer(), placed.id, deleted=deleted)


async def _account(tx: Tx, arrived: Arrived[Delete], said: Delete, *, deleted: bool) -> None:
    """Somebody deleted their account, or their server did (DEL-3); passed on by a community it is only a hint (IDV-6)."""
    known = arrived.known
    person = known.people.get(said.object)
    if known.policy.is_ours(said.object):
        raise NotAllowed("local_actor", detail=said.object)
    if not deleted:
        raise NotAllowed("not_undoable", detail=said.object)
    if person is None:
        return
    own_server = same_host(said.actor, said.object) and said.actor not in known.people
    if said.actor != said.object and not own_server:
        raise NotAllowed("not_the_actor", detail=said.object)
    if not arrived.direct:
        if said.object not in arrived.fetched_anew:
            raise Missing(again=[said.object])
        return
    await forget_person(tx, person, with_content=said.remove_data)
    await known.person_changed(tx, person)


async def _unknown(tx: Tx, arrived: Arrived[Activity], said: Delete, *, deleted: bool) -> None:
    """What is not here is not to come any more, if its own server says so (DEL-5)."""
    if not same_host(said.actor, said.object):
        raise NotAllowed("unknown_object", detail=said.object)
    if deleted:
        await gone.remember_deleted(tx, said.object)
        arrived.known.gone.add(said.object)
    else:
        await gone.take_back(tx, said.object)
        arrived.known.gone.discard(said.object)
