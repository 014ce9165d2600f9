"""Which servers we speak with, as every door of federation asks it: one look at the lists per change of the site.

Lists hold host names without ports (URL-15). An entry names one host, not those beneath it.
"""

from dataclasses import dataclass

from folkmoot.apub.documents import host_of
from folkmoot.model.errors import NotAllowed
from folkmoot.model.time import MINUTE, Micros
from folkmoot.store import instances
from folkmoot.store import site as store_site
from folkmoot.store.changes import Changes
from folkmoot.store.db import Database, Tx

_KEY = (("site", 0),)


@dataclass(frozen=True, slots=True)
class Policy:
    """The lists in force. `allowed` empty means that everybody is who is not blocked. `enabled`: whether we federate at all.

    The rest is what the operator set, by the names of `Settings`.
    """

    own_host: str
    own_actor: str
    enabled: bool
    blocked: frozenset[str]
    allowed: frozenset[str]
    verify_announced: str = "sample"
    counts_reactions: bool = False
    counts_boosts: bool = False

    def allows(self, host: str) -> bool:
        """Whether we speak with this host (no port); not with ourselves."""
        if not self.enabled or host == self.own_host or host in self.blocked:
            return False
        return not self.allowed or host in self.allowed

    def is_ours(self, ident: str) -> bool:
        """Whether an id lies here."""
        return host_of(ident) == self.own_host

    def must_allow(self, *idents: str | None) -> None:
        """All of these ids lie here or where we may look.

        Raises `NotAllowed` federation_disabled, instance_blocked, instance_not_allowed.
        """
        for ident in idents:
            if ident is None or (host := host_of(ident)) == self.own_host:
                continue
            if not self.enabled:
                raise NotAllowed("federation_disabled")
            if host in self.blocked:
                raise NotAllowed("instance_blocked", detail=host)
            if self.allowed and host not in self.allowed:
                raise NotAllowed("instance_not_allowed", detail=host)


def policy_at_hand(db: Database) -> Policy | None:
    """The lists as they stand, where nobody has to look them up."""
    cached = db.memory.get("apub.policy")
    return cached[1] if cached is not None and cached[0] == _stamp(db.changes, db.clock.now()) else None


async def policy(tx: Tx) -> Policy:
    """The lists as they stand; those whose time is over no longer count."""
    stamp = _stamp(tx.changes, tx.now)
    cached = tx.memory.get("apub.policy")
    if cached is None or cached[0] != stamp:
        site = await store_site.local_site(tx)
        blocked = frozenset(_bare(host) for host in await instances.decided_hosts(tx, "block"))
        allowed = frozenset(_bare(host) for host in await instances.decided_hosts(tx, "allow"))
        fresh = Policy(
            host_of(site.ap_id), site.ap_id, site.federation_enabled, blocked, allowed, site.verify_announced,
            site.reactions == "count", site.boosts == "count",
        )  # fmt: skip
        cached = (stamp, fresh)
        if stamp[0] <= tx.heard:  # what was told of since then this transaction need not see
            tx.memory["apub.policy"] = cached
    found: Policy = cached[1]
    return found


def _stamp(changes: Changes, now: Micros) -> tuple[int, int]:
    return changes.newest(_KEY), now // MINUTE


def _bare(domain: str) -> str:
    return host_of(f"https://{domain}/")
