"""Announce: a community passes on what somebody did in it (9.4). A person's is a boost (`vote.py`)."""

from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass

from folkmoot.apub.activities import Activity, Announce, Create, Unreadable, Update
from folkmoot.apub.documents import same_host
from folkmoot.apub.inbox import checks, doubt, vote
from folkmoot.apub.inbox.arrived import Arrived
from folkmoot.apub.inbox.known import Missing
from folkmoot.apub.inbox.names import addresses, object_of
from folkmoot.apub.inbox.table import TABLE
from folkmoot.apub.objects.content import Comment, Content, PollVote, Tombstone
from folkmoot.core.comments.tell import tell_late
from folkmoot.model.communities import Community
from folkmoot.model.errors import Conflict, NotAllowed, Refusal
from folkmoot.model.people import Viewer
from folkmoot.store import early, follows, outbox, people, received, unconfirmed
from folkmoot.store.db import Tx


@dataclass(frozen=True, slots=True)
class Effect:
    """What came of it. `inner`: activities inside that are not to have their effect again (DUP-1). `refusals`: what of it was refused."""

    inner: tuple[Activity, ...]
    refusals: tuple[Refusal, ...]


async def announce(tx: Tx, arrived: Arrived[Announce]) -> Effect:
    """Do what each member says, in order; one that is refused does not stop the others (ANN-8).

    Raises `NotAllowed` community_not_followed, local_actor, …; `Missing`; where nothing of it could be done, the first refusal.
    """
    said, known = arrived.activity, arrived.known
    group = known.communities.get(said.actor)
    if group is None and said.actor in known.people:
        await vote.boost(tx, arrived, 1)
        return Effect((), ())
    _must_concern_us(arrived, group)
    if group is None:
        raise Missing(actors=[said.actor])
    if group.id in known.followed:
        await _it_lets_us_in(tx, arrived, group)
    done: list[Activity] = []
    refused: list[Refusal] = []
    missing = Missing()
    before = known.accepted
    if before is None:
        before = await received.accepted_among(tx, inner_ids(said))
    worked = 0
    for item in said.items:
        try:
            async with _alone(tx, len(said.items)):
                if isinstance(item, Unreadable):
                    raise NotAllowed(item.code)
                if not isinstance(item, Activity):
                    await _bare(tx, arrived, item)
                elif item.id in before:
                    await _confirmed(tx, arrived, group, item)
                else:
                    await _activity(tx, arrived.of(item, announcer=group), group)
                    done.append(item)
                worked += 1
        except Missing as found:
            missing = missing | found
        except Conflict:
            worked += 1
        except Refusal as error:
            refused.append(error)
    if missing.addresses:
        raise missing
    if refused and not worked:
        raise refused[0]
    return Effect(tuple(done), tuple(refused))


def inner_ids(said: Announce) -> list[str]:
    """The addresses of the activities that it passes on."""
    return [item.id for item in said.items if isinstance(item, Activity) and item.id]


def _alone(tx: Tx, number: int) -> AbstractAsyncContextManager[None]:
    """Among others, each stands and falls alone; of a single one the caller takes care."""
    return tx.part() if number > 1 else nullcontext()


def _must_concern_us(arrived: Arrived[Announce], group: Community | None) -> None:
    """Somebody here follows the community, or it is about something of ours (ANN-1, ANN-6)."""
    if group is not None and group.id in arrived.known.followed:
        return
    named = [ident for item in arrived.activity.items for ident in _about(item)]
    if not checks.concerns_us(arrived.known, *named):
        raise NotAllowed("community_not_followed", detail=arrived.activity.actor)


def _about(item: Activity | Content | Unreadable | str) -> set[str]:
    if isinstance(item, Activity):
        return addresses(item) - {item.actor, item.audience or ""}
    if isinstance(item, str):
        return {item}
    if isinstance(item, Comment):
        return {item.id, item.parent, *item.addressed}
    return {item.id} if not isinstance(item, Unreadable | PollVote) else set()


async def _it_lets_us_in(tx: Tx, arrived: Arrived[Announce], group: Community) -> None:
    """A community that sends us what happens in it has accepted who waits to follow it (SND-6)."""
    if group.id in arrived.known.awaited:
        arrived.known.awaited.discard(group.id)
        await follows.settle_all(tx, group.id)


async def _bare(tx: Tx, arrived: Arrived[Announce], item: Content | str) -> None:
    """A post or comment without an activity around it: read from its own server, where it is not here yet (CMN-8). What had to be fetched
    before is news now: who is named, says the text that is here."""
    ident = item if isinstance(item, str) else "" if isinstance(item, PollVote) else item.id
    if not ident or isinstance(item, Tombstone) or ident in arrived.known.gone:
        raise NotAllowed("was_deleted", detail=ident)
    if arrived.policy.is_ours(ident):
        return
    if (placed := arrived.known.objects.get(ident)) is not None:
        if placed.kind == "comment" and await early.take(tx, ident):
            await tell_late(tx, Viewer(await people.by_id(tx, placed.creator_id)), placed.id)
        return
    raise Missing(objects=[ident], news=[ident])


async def _activity(tx: Tx, arrived: Arrived[Activity], group: Community) -> None:
    """One activity that the community vouches for."""
    inner, known = arrived.activity, arrived.known
    if known.policy.is_ours(inner.actor):
        await _echo(tx, inner)
        return
    checks.check_envelope(inner, known.policy)
    row = TABLE.get(type(inner))
    if row is None:
        return  # received, and without effect (JSN-10)
    if not row.announced:
        raise NotAllowed("never_announced", detail=inner.type)
    if doubt.needs_proof(arrived, group):
        if not doubt.is_proven(arrived):
            ident = object_of(inner) or ""
            raise Missing(again=[ident], news=[ident] if isinstance(inner, Create) else [])
        if isinstance(inner, Create | Update):
            return  # what its own server shows was taken in, and this copy counts for nothing
    await row.handler(tx, arrived)
    if not same_host(inner.actor, group.ap_id):
        await doubt.look_into(tx, arrived, group)


async def _echo(tx: Tx, inner: Activity) -> None:
    """What somebody of ours did comes back: the community has taken it. Whatever else it says about our people is invented (IDV-5)."""
    sent = await outbox.by_ap_id(tx, inner.id) if inner.id else None
    if sent is None:
        raise NotAllowed("never_sent_by_us", detail=inner.id)
    if not doubt.is_what_we_sent(sent.body, inner):
        raise NotAllowed("not_what_we_sent", detail=inner.id)
    await outbox.confirm(tx, sent.ap_id)


async def _confirmed(tx: Tx, arrived: Arrived[Announce], group: Community, inner: Activity) -> None:
    """It came directly before and had its effect: now it is known to stand in its community (PAR-5, DUP-1)."""
    if isinstance(inner, Create | Update) and isinstance(inner.object, Comment):
        placed = arrived.known.objects.get(inner.object.id)
        if placed is not None and placed.community_id == group.id:
            await unconfirmed.confirm(tx, [placed.id])
