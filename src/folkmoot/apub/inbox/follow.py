"""Follow, Accept, Reject, and Undo of a Follow."""

from folkmoot.apub.activities import Accept, Follow, Reject
from folkmoot.apub.inbox import answers
from folkmoot.apub.inbox.answers import AnsweredNo
from folkmoot.apub.inbox.arrived import Arrived
from folkmoot.core.communities.follow import accept_follow, end_follow, follow_community
from folkmoot.core.communities.news import read_whole
from folkmoot.core.people.mirror import mirror_follower, stand_in_of
from folkmoot.model.communities import Community
from folkmoot.model.enums import Subscribed, Visibility
from folkmoot.model.errors import NotAllowed, Refusal
from folkmoot.model.members import is_denied
from folkmoot.model.people import Person, Viewer
from folkmoot.store import actors, follows, instances, people
from folkmoot.store.db import Tx
from folkmoot.store.site import local_site


async def follow(tx: Tx, arrived: Arrived[Follow]) -> None:
    """Somebody elsewhere follows a community or a person of ours: they are let in and told so, each time they ask (FLW-1).
    Into a private community its moderators let them, who hear nothing until then (section 13)."""
    known, wanted = arrived.known, arrived.activity
    community = known.communities.get(wanted.object)
    if community is not None and community.local:
        await _community(tx, arrived, community)
        return
    person = known.people.get(wanted.object)
    if person is None or not person.local or person.deleted:
        raise NotAllowed("nobody_here", detail=wanted.object)
    follower = await _follower(tx, arrived)
    if person.banned or follower.banned or follower.deleted:
        await answers.answer_follow(tx, "person", person.id, wanted, accepted=False)
        raise AnsweredNo("site_ban", detail=wanted.actor)
    await follows.set_person_follow(tx, follower.id, person.id, follow_id=wanted.id)
    await answers.answer_follow(tx, "person", person.id, wanted, accepted=True)


async def _community(tx: Tx, arrived: Arrived[Follow], community: Community) -> None:
    wanted = arrived.activity
    follower = Viewer(await _follower(tx, arrived))
    try:
        await _must_keep_it(tx, arrived, community)
        state = await follow_community(tx, follower, community.id)
    except Refusal as error:
        await answers.answer_follow(tx, "community", community.id, wanted, accepted=False)
        raise AnsweredNo(error.code, detail=error.detail) from error
    await follows.set_follow_id(tx, community.id, follower.id, wanted.id)
    if state is Subscribed.SUBSCRIBED:
        await answers.answer_follow(tx, "community", community.id, wanted, accepted=True)


async def _follower(tx: Tx, arrived: Arrived[Follow]) -> Person:
    """Who follows; a community is kept under an address of its own (FLW-2)."""
    group = arrived.known.communities.get(arrived.activity.actor)
    return arrived.actor() if group is None else await mirror_follower(tx, group)


async def _must_keep_it(tx: Tx, arrived: Arrived[Follow], community: Community) -> None:
    """What is in a private community is not sent to software that shows it to everybody (VIS-4), nor to a community, which would pass it
    on (FLW-2). Raises `NotAllowed` community_is_private."""
    if community.visibility != Visibility.PRIVATE:
        return
    if arrived.activity.actor in arrived.known.communities:
        raise NotAllowed("community_is_private", detail=arrived.activity.actor)
    follower = arrived.actor()
    instance = await instances.by_id(tx, follower.instance_id)
    denied = (await local_site(tx)).private_denylist
    if instance is not None and is_denied(denied, instance.software, instance.version):
        raise NotAllowed("community_is_private", detail=instance.software)


async def unfollow(tx: Tx, arrived: Arrived[Follow]) -> None:
    """They do not follow any more; no answer is given."""
    known, undone = arrived.known, arrived.activity
    address = stand_in_of(undone.actor) if undone.actor in known.communities else undone.actor
    follower = (await actors.people_at(tx, [address])).get(address)
    if follower is None:
        return
    community = known.communities.get(undone.object)
    if community is not None and community.local:
        await end_follow(tx, community, follower.id, follower_local=False)
        return
    person = known.people.get(undone.object)
    if person is None or not person.local:
        raise NotAllowed("nobody_here", detail=undone.object)
    await follows.drop_person_follow(tx, follower.id, person.id)


async def accept(tx: Tx, arrived: Arrived[Accept]) -> None:
    """A community elsewhere lets one of our people in (IDV-4, ABU-7)."""
    community, person = await _asked(tx, arrived)
    if not await accept_follow(tx, community.id, person.id):
        raise NotAllowed("nobody_waits", detail=community.ap_id)
    if community.visibility == Visibility.PRIVATE:
        await read_whole(tx, community.ap_id)


async def reject(tx: Tx, arrived: Arrived[Reject]) -> None:
    """A community elsewhere does not let one of our people in, or no longer (VIS-3)."""
    community, person = await _asked(tx, arrived)
    await end_follow(tx, community, person.id, follower_local=True)


async def _asked(tx: Tx, arrived: Arrived[Accept | Reject]) -> tuple[Community, Person]:
    """The community that answers, and who asked it. Raises `NotAllowed` not_the_followed, nobody_waits, unknown_follow."""
    known, asked = arrived.known, arrived.activity.asked
    community = known.communities.get(arrived.activity.actor)
    if community is None or community.local:
        raise NotAllowed("not_the_followed", detail=arrived.activity.actor)
    if isinstance(asked, str):
        person_id = await follows.person_of_follow_id(tx, community.id, asked)
        found = await people.by_id(tx, person_id) if person_id is not None else None
        if found is None or not found.local:
            raise NotAllowed("unknown_follow", detail=asked)
        return community, found
    if not isinstance(asked, Follow) or asked.object != community.ap_id:
        raise NotAllowed("not_the_followed", detail=community.ap_id)
    person = known.people.get(asked.actor)
    if person is None or not person.local:
        raise NotAllowed("nobody_waits", detail=asked.actor)
    return community, person
