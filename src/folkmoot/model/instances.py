"""Servers, ours and others."""

from dataclasses import dataclass

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
    """All servers in three lists (W-9): `linked` leaves out our own and the blocked."""

    linked: list[Instance]
    allowed: list[Instance]
    blocked: list[Instance]
