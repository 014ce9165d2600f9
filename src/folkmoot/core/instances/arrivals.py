"""What other servers sent and how it ended, for administrators: never what it said, only who did what to what, and why it was not taken."""

from dataclasses import dataclass
from enum import StrEnum

from folkmoot.core import permissions
from folkmoot.core.permissions import Standing
from folkmoot.model.communities import Community
from folkmoot.model.errors import NotFound
from folkmoot.model.people import Viewer
from folkmoot.model.time import WEEK, Micros
from folkmoot.store import communities, quarantine, received
from folkmoot.store.db import Tx
from folkmoot.store.received import Refused, Told, Wanted

RULES = {
    "account_too_young": "ABU-18",
    "activity_of_other_host": "IDV-1",
    "announced_by_other_community": "ANN-3",
    "answers_a_message": "OBJ-4",
    "arrived_before": "DUP-1",
    "audience_is_another": "OBJ-4",
    "banned_from_community": "PERM-1",
    "blocked_by_author": "QUO-2",
    "community_is_private": "VIS-4",
    "community_not_followed": "ANN-6",
    "couldnt_find_object": "INB-14",
    "deleted": "PERM-1",
    "digest_mismatch": "INB-3",
    "federation_disabled": "INB-5",
    "foreign_key": "INB-7",
    "instance_blocked": "INB-5",
    "instance_not_allowed": "INB-5",
    "internal_error": "INB-11",
    "invalid_signature": "INB-7",
    "left_alone": "INB-11",
    "local_actor": "IDV-5",
    "local_object": "PERM-7",
    "local_site": "PERM-7",
    "locked": "PERM-11",
    "message_was_announced": "ANN-5",
    "missing_digest": "INB-3",
    "missing_signature": "INB-7",
    "messages_are_not_locked": "PERM-13",
    "move_not_confirmed": "IDV-6",
    "moved_lately": "MOV-1",
    "never_announced": "ANN-5",
    "never_sent_by_us": "IDV-5",
    "no_community": "OBJ-4",
    "nobody_here": "ABU-11",
    "nobody_waits": "IDV-4",
    "not_a_mod_or_admin": "PERM-2",
    "not_at_origin": "SIG-14",
    "not_higher_mod": "PERM-4",
    "not_newer": "OBJ-2",
    "not_public": "CMN-3",
    "not_the_actor": "IDV-6",
    "not_the_author": "IDV-2",
    "not_the_followed": "IDV-4",
    "not_the_sender": "INB-7",
    "not_what_we_sent": "IDV-5",
    "nothing_to_us": "INB-6",
    "object_of_other_host": "OBJ-1",
    "only_mods_can_post_in_community": "PERM-1",
    "public_in_private_community": "VIS-5",
    "reactions_are_not_counted": "REA-1",
    "signature_expired": "INB-7",
    "site_ban": "PERM-1",
    "site_of_other_host": "PERM-6",
    "taken_back": "INB-11",
    "too_many": "INB-2",
    "undone_by_other": "IDV-3",
    "unknown_actor": "ABU-27",
    "unknown_key": "INB-7",
    "unknown_object": "ABU-11",
    "waits_for_earlier": "INB-11",
    "was_deleted": "DEL-5",
    "without_effect": "JSN-10",
}
"""Reason → rule of the protocol that asks for it."""
KINDS = (
    "Accept", "Add", "Announce", "Block", "Create", "Delete", "Dislike", "EmojiReact", "Flag", "Follow", "Like", "Lock", "Move",
    "Reject", "Remove", "Undo", "Update",
)  # fmt: skip
"""Types of activities that can be asked for."""
_SAY_TOO_MUCH = frozenset({"internal_error", "reactions_are_not_counted"})
"""Reasons whose detail may quote what somebody wrote."""


class State(StrEnum):
    """How an activity stands."""

    ACCEPTED = "accepted"
    WITHOUT_EFFECT = "without_effect"
    REFUSED = "refused"
    LATER = "later"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Arrival:
    """An activity of another server. `inside`: type of what is in it, where it is about another activity. `reason`: a code, with the
    `rule` of the protocol; `about`: the address or the like that the reason is about. `due`: when it is tried again."""

    id: str
    kind: str
    inside: str
    actor: str
    host: str
    state: State
    reason: str | None
    rule: str | None
    about: str | None
    received: Micros
    closed: Micros | None
    due: Micros | None


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What arrived, the newest first; `next`: the cursor of what came before that. `refused`: by reason, of the last week."""

    items: list[Arrival]
    next: str | None
    refused: list[Refused]


@dataclass(frozen=True, slots=True)
class Doubted:
    """A community that was caught inventing what people of third servers wrote (ANN-7)."""

    community: Community
    reason: str
    since: Micros


async def read_arrivals(
    tx: Tx,
    viewer: Viewer,
    *,
    server: str = "",
    state: str = "",
    kind: str = "",
    after: str = "",
    limit: int = 50,
) -> Arrivals:
    """What arrived in the last week; of one server, in one state, of one kind. What is unknown as a state or kind is all of them.

    Raises `NotAllowed` not_an_admin.
    """
    permissions.check("instances.block", Standing(viewer))
    host = server.strip().lower().partition(":")[0] or None
    effect = (
        {State.ACCEPTED: True, State.WITHOUT_EFFECT: False}.get(State(state)) if state in _STATES else None
    )
    wanted = Wanted(
        host,
        state if state in _STATES and effect is None else None,
        kind if kind in KINDS else None,
        effect,
    )
    before = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None
    found, following = await received.told(tx, wanted, before=before, limit=limit)
    refused = [] if before else await received.refused_by_reason(tx, host, least=tx.now - WEEK)
    return Arrivals([_arrival(one) for one in found], str(following) if following else None, refused)


async def explain(tx: Tx, viewer: Viewer, activity: str) -> Arrival | None:
    """What became of one activity, by its address; None where nothing like that arrived. Raises `NotAllowed` not_an_admin."""
    permissions.check("instances.block", Standing(viewer))
    one = await received.by_ap_id(tx, activity.strip())
    return _arrival(one) if one else None


_STATES = frozenset(State)


def _arrival(one: Told) -> Arrival:
    kind, _, inside = one.kind.partition(" ")
    ineffective = one.state == State.ACCEPTED and one.reason is not None
    return Arrival(
        one.ap_id,
        kind,
        inside,
        one.actor,
        one.host,
        State.WITHOUT_EFFECT if ineffective else State(one.state),
        one.reason,
        RULES.get(one.reason or ""),
        None if one.reason in _SAY_TOO_MUCH else one.detail,
        one.received,
        one.closed,
        one.due,
    )


async def read_doubted(tx: Tx, viewer: Viewer) -> list[Doubted]:
    """Communities that are believed nothing about people of third servers, the last caught first. Raises `NotAllowed` not_an_admin."""
    permissions.check("instances.block", Standing(viewer))
    found = await quarantine.every(tx)
    known = await communities.by_ids(tx, [number for number, _, _ in found])
    return [Doubted(known[number], reason, since) for number, reason, since in found if number in known]


async def believe_again(tx: Tx, viewer: Viewer, community_id: int) -> None:
    """Take a community's word again. Raises `NotAllowed` not_an_admin; `NotFound` couldnt_find_community for one that is not in doubt."""
    permissions.check("instances.block", Standing(viewer))
    if not await quarantine.lift(tx, community_id):
        raise NotFound("couldnt_find_community")
