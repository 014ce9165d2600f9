"""What belongs to an account besides its settings: credentials, sessions, applications, blocks."""

from dataclasses import dataclass

from folkmoot.model.communities import Community
from folkmoot.model.people import Person
from folkmoot.model.site import Site
from folkmoot.model.time import Micros


@dataclass(frozen=True, slots=True)
class Credentials:
    """What it takes to be let in. Never leaves core."""

    local_user_id: int
    person_id: int
    password_hash: str | None
    totp_secret: str | None
    totp_enabled: bool
    totp_last_step: int


@dataclass(frozen=True, slots=True)
class Session:
    """One place where somebody is logged in. `last_used` is at most an hour behind."""

    id: int
    local_user_id: int
    published: Micros
    last_used: Micros
    ip: str | None
    user_agent: str | None


@dataclass(frozen=True, slots=True)
class Application:
    """What somebody answered when asking for an account. Undecided while `decided` is None."""

    id: int
    local_user_id: int
    answer: str
    admin_id: int | None
    deny_reason: str | None
    published: Micros
    decided: Micros | None


@dataclass(frozen=True, slots=True)
class WordBlock:
    """A link domain or a keyword that somebody does not want to see, for good or until a moment."""

    text: str
    expires: Micros | None
    published: Micros


@dataclass(frozen=True, slots=True)
class Blocks:
    """What a listing leaves out for one reader, besides the people, communities and servers that it joins itself."""

    domains: frozenset[str] = frozenset()
    keywords: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class BlockedInstance:
    """A server that somebody does not want to see communities of."""

    id: int
    domain: str
    software: str | None
    version: str | None
    published: Micros
    updated: Micros | None


@dataclass(frozen=True, slots=True)
class AllBlocks:
    """Everything that one person blocks, each list in the order of blocking (W-1)."""

    people: list[Person]
    communities: list[Community]
    instances: list[BlockedInstance]
    domains: list[WordBlock]
    keywords: list[WordBlock]


@dataclass(frozen=True, slots=True)
class Own:
    """What belongs to one person beside their settings: `follows` by title (W-1), `moderates` the newest first; and what they block, in
    the order of blocking: `people`, `communities` and `instances`.

    `languages`: ids the account reads; empty means all (W-2). `sites`: what blocked servers say of their sites, by server, as far as known.
    """

    follows: list[Community]
    moderates: list[Community]
    people: list[Person]
    communities: list[Community]
    instances: list[BlockedInstance]
    sites: dict[int, Site]
    languages: list[int]
