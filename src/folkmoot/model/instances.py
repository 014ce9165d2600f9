"""Servers, ours and others."""

from dataclasses import dataclass
from enum import StrEnum

from folkmoot.model.time import Micros


@dataclass(frozen=True, slots=True)
class Instance:
    """A server by its domain, with what it says of itself. `last_seen`: when we last heard of it."""

    id: int
    domain: str
    local: bool
    software: str | None
    version: str | None
    published: Micros
    updated: Micros | None
    last_seen: Micros | None


@dataclass(frozen=True, slots=True)
class Policy:
    """Why a server is blocked or allowed, and until when; no end means for good."""

    reason: str | None
    expires: Micros | None
    published: Micros


@dataclass(frozen=True, slots=True)
class KnownInstance:
    """A server with what we know of it. `people` and `communities` are those known here."""

    instance: Instance
    blocked: Policy | None
    allowed: Policy | None
    people: int
    communities: int


@dataclass(frozen=True, slots=True)
class Federation:
    """All servers in three lists (W-9): `linked` leaves out our own and the blocked. `states`: of those that were ever sent to, by id."""

    linked: list[Instance]
    allowed: list[Instance]
    blocked: list[Instance]
    states: "dict[int, FederationState]"


@dataclass(frozen=True, slots=True)
class Destination:
    """A server that is sent to: how far it has got, and how it fares.

    `cursor`: everything up to this activity is done. `fails`: failures in a row, lowered by one with each success; `next_try` waits for
    the last of them. `since`: when sending began, or began again. `dead`: it gave no sign of life for days and is sent nothing.
    `scheme`: how requests that it accepts are signed, since `scheme_since`. `looked`: when it was asked what software it runs.
    """

    instance_id: int
    domain: str
    software: str | None
    version: str | None
    last_seen: Micros | None
    cursor: int
    fails: int
    last_try: Micros | None
    next_try: Micros | None
    last_success: Micros | None
    last_error: str | None
    delivered: int
    rejected: int
    dead: bool
    scheme: str | None
    scheme_since: Micros | None
    looked: Micros | None
    since: Micros

    @property
    def last_sign_of_life(self) -> Micros:
        """When we last knew that it lives; the beginning, where it never showed (DLV-9)."""
        return max(self.since, self.last_success or 0, self.last_seen or 0)


class Doubt(StrEnum):
    """Why what somebody writes may not arrive."""

    UNREACHABLE = "unreachable"
    BLOCKED_BY_US = "blocked_by_us"
    BLOCKS_US = "blocks_us"


@dataclass(frozen=True, slots=True)
class Failure:
    """Deliveries that failed for one reason: how many, and when the last one did."""

    reason: str
    number: int
    last: Micros


@dataclass(frozen=True, slots=True)
class PostElsewhere:
    """What became of a post on another server. `passed`: it was sent there. `refused`: the status with which that server would
    not take it. `confirmed`: when the community, where it lives elsewhere, sent it back. `left_out`: it was not sent, because that server
    was shut out or dead, or an administrator skipped it."""

    domain: str
    passed: bool
    refused: int | None
    confirmed: Micros | None
    left_out: bool


@dataclass(frozen=True, slots=True)
class FederationState:
    """How far a server has got, as the API says it (W-9). `next_retry`: None after the first failure, which is followed at once."""

    instance_id: int
    fail_count: int
    last_successful_id: int | None
    last_successful_published: Micros | None
    last_retry: Micros | None
    next_retry: Micros | None
