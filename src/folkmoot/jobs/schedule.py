"""The table of periodic work: what, how often, and for how long nobody else may do it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from folkmoot.apub import upkeep as apub_upkeep
from folkmoot.apub.inbox.upkeep import forget_arrivals
from folkmoot.apub.look_again import look_at_communities
from folkmoot.apub.software import look_at_servers
from folkmoot.core.images.delete import ask_for_room
from folkmoot.core.site import upkeep
from folkmoot.model.time import DAY, HOUR, MINUTE, SECOND, Micros
from folkmoot.store.db import Database


@dataclass(frozen=True, slots=True)
class Periodic:
    """One task. It is done by one process at a time, which holds its lease for `length`; if that dies, another begins anew then. `engine`:
    the one database for which it is done at all."""

    name: str
    every: Micros
    run: Callable[[Database], Awaitable[object]]
    length: Micros = 10 * MINUTE
    engine: str = ""


SCHEDULE: tuple[Periodic, ...] = (
    Periodic("what other servers sent", HOUR, forget_arrivals),
    Periodic("ranks", 10 * MINUTE, upkeep.refresh_ranks),
    Periodic("active today", HOUR, upkeep.refresh_active_today),
    Periodic("expired bans and blocks", HOUR, upkeep.end_what_expired),
    Periodic("stale tokens and buckets", HOUR, upkeep.forget_stale),
    Periodic("room for pictures", HOUR, ask_for_room),
    Periodic("active people", DAY, upkeep.refresh_active_users, HOUR),
    Periodic("deleted texts", DAY, upkeep.overwrite_deleted, HOUR),
    Periodic("denied applications", DAY, upkeep.drop_denied),
    Periodic("old activities", HOUR, apub_upkeep.forget_old),
    Periodic("software of other servers", HOUR, look_at_servers),
    Periodic("communities of other servers", HOUR, look_at_communities),
    Periodic("room in the database", 10 * SECOND, upkeep.tend, engine="postgresql"),
    Periodic("statistics of the database", DAY, upkeep.optimise, HOUR),
)
