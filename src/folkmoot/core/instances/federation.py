"""How it goes with other servers: what waits for them, why they fail, who has a post; and what admins do about it."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from folkmoot.core import permissions
from folkmoot.core.instances.policy import checked_domain
from folkmoot.core.permissions import Standing
from folkmoot.model.communities import Community
from folkmoot.model.errors import NotFound
from folkmoot.model.instances import Destination, Doubt, Failure, FederationState, PostElsewhere
from folkmoot.model.people import Viewer
from folkmoot.model.time import WEEK, Micros
from folkmoot.model.views import Page
from folkmoot.store import destinations, instances, outbox, posts, received
from folkmoot.store.db import Tx


class Health(StrEnum):
    """How a server is, as far as sending goes."""

    WELL = "well"
    FAILING = "failing"
    DEAD = "dead"
    SHUT_OUT = "shut_out"


_RANK = {Health.FAILING: 0, Health.DEAD: 1, Health.WELL: 2, Health.SHUT_OUT: 3}


@dataclass(frozen=True, slots=True)
class ServerState:
    """A server that is sent to. `waiting`: activities it has not got yet, since `oldest` (at most `MOST_COUNTED` are looked
    at, `more` says that there are others). `backlog`: activities of theirs that are not worked off here, since `backlog_since`."""

    destination: Destination
    health: Health
    failures: list[Failure]
    waiting: int
    oldest: Micros | None
    more: bool
    backlog: int
    backlog_since: Micros | None


async def read_servers(tx: Tx, viewer: Viewer, *, after: str = "", limit: int = 50) -> Page[ServerState]:
    """Servers that are sent to, those in trouble first, then by domain. Raises `NotAllowed` not_an_admin."""
    permissions.check("instances.block", Standing(viewer))
    skip = int(after) if after.isascii() and after.isdigit() and len(after) < 8 else 0
    known = await destinations.all_of_them(tx)
    shut_out = await destinations.shut_out(tx)
    closed = await destinations.closed_doors(tx)
    ranked = sorted(
        ((_health(each, shut_out, closed), each) for each in known),
        key=lambda pair: (_RANK[pair[0]], pair[1].domain),
    )
    shown = ranked[skip : skip + limit]
    ids = [destination.instance_id for _, destination in shown]
    failures = await destinations.failures(tx, ids, tx.now - WEEK)
    newest = await outbox.newest_id(tx)
    backlogs = {lag.host: lag for lag in await received.lags(tx)}
    states = []
    for health, destination in shown:
        lag = (
            await destinations.lag(tx, destination.instance_id, destination.cursor)
            if destination.cursor < newest and health in (Health.WELL, Health.FAILING)
            else destinations.Lag(0, None, False)
        )
        backlog = backlogs.get(destination.domain.partition(":")[0])
        states.append(
            ServerState(
                destination,
                health,
                failures.get(destination.instance_id, []),
                lag.waiting,
                lag.oldest,
                lag.more,
                backlog.waiting if backlog else 0,
                backlog.oldest if backlog else None,
            )
        )
    return Page(states, str(skip + limit) if len(ranked) > skip + limit else None)


def _health(destination: Destination, shut_out: Collection[int], closed: Collection[int]) -> Health:
    if destination.instance_id in shut_out:
        return Health.SHUT_OUT
    if destination.dead:
        return Health.DEAD
    took_the_last = (destination.last_success or 0) >= (destination.last_try or 1)
    ails = destination.fails or destination.instance_id in closed
    return Health.FAILING if ails and not took_the_last else Health.WELL


async def read_states(tx: Tx, instance_ids: Collection[int]) -> dict[int, FederationState]:
    """How far deliveries have come (W-9), by the ids of those servers that were ever sent to."""
    found = await destinations.by_instances(tx, instance_ids)
    moments = await outbox.moments_of(tx, {each.cursor for each in found.values()})
    return {
        number: FederationState(
            number,
            each.fails,
            each.cursor or None,
            moments.get(each.cursor, each.last_success),
            each.last_try,
            each.next_try if each.fails > 1 else None,
        )
        for number, each in found.items()
    }


async def retry_server(tx: Tx, viewer: Viewer, instance_id: int) -> None:
    """Send at once what waits, whatever failed before (DLV-14). Raises `NotAllowed` not_an_admin; `NotFound` unknown."""
    permissions.check("instances.block", Standing(viewer))
    if not await destinations.retry_now(tx, instance_id):
        raise NotFound("unknown")


async def skip_server(tx: Tx, viewer: Viewer, instance_id: int, *, everything: bool = False) -> None:
    """Leave out the activity that a server does not take, or everything that waits for it. Raises as `retry_server`."""
    permissions.check("instances.block", Standing(viewer))
    destination = await destinations.by_instance(tx, instance_id)
    if destination is None:
        raise NotFound("unknown")
    newest = await outbox.newest_id(tx)
    cursor = newest
    if not everything:
        found = await destinations.waiting(
            tx, instance_id, after=destination.cursor, upto=newest, since=0, limit=1
        )
        cursor = found[0][0] if found else newest
    await destinations.skip_to(tx, instance_id, cursor)


async def post_elsewhere(tx: Tx, viewer: Viewer, post_id: int) -> list[PostElsewhere]:
    """Which servers have a post of ours, for a week. Raises `NotAllowed` not_an_admin; `NotFound` couldnt_find_post."""
    permissions.check("instances.block", Standing(viewer))
    if await posts.by_id(tx, post_id) is None:
        raise NotFound("couldnt_find_post")
    return await destinations.post_elsewhere(tx, post_id)


async def doubt_about(tx: Tx, community: Community) -> Doubt | None:
    """What somebody should know before they write in a community elsewhere: whether its server gets it."""
    if community.local:
        return None
    return await destinations.doubt(tx, community.instance_id)


async def is_shut_out(tx: Tx, viewer: Viewer, domain: str) -> bool:
    """Whether nothing is taken from a server, by its domain or any address on it, because of the lists.

    Raises `NotAllowed` not_an_admin; `Invalid` invalid_domain.
    """
    permissions.check("instances.block", Standing(viewer))
    return await instances.is_shut_out(tx, checked_domain(domain))


async def server_named(tx: Tx, domain: str) -> Destination:
    """A server that is sent to, by its domain or any address on it. Raises `NotFound` unknown; `Invalid` invalid_domain."""
    instance = await instances.by_domain(tx, checked_domain(domain))
    found = await destinations.by_instance(tx, instance.id) if instance else None
    if found is None:
        raise NotFound("unknown", detail=domain)
    return found
