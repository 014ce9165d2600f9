"""What an archive has named so far, and what it became here."""

from dataclasses import dataclass, field

from folkmoot.model.time import Micros


@dataclass(frozen=True, slots=True)
class KnownPerson:
    id: int
    local: bool


@dataclass(frozen=True, slots=True)
class KnownCommunity:
    id: int
    local: bool
    language_id: int


@dataclass(frozen=True, slots=True)
class KnownPost:
    """`counts`: neither deleted nor removed. `totals`: the file brings totals, so single votes are an error."""

    id: int
    creator_id: int
    community_id: int
    published: Micros
    counts: bool
    totals: bool


@dataclass(frozen=True, slots=True)
class KnownComment:
    id: int
    creator_id: int
    post_id: int
    path: str
    totals: bool


@dataclass(slots=True)
class Known:
    """Names of the file → rows of this server. None: the record was left out, and so is what refers to it."""

    instances: dict[str, int] = field(default_factory=dict)
    people: dict[str, KnownPerson | None] = field(default_factory=dict)
    communities: dict[str, KnownCommunity | None] = field(default_factory=dict)
    posts: dict[str | int, KnownPost | None] = field(default_factory=dict)
    comments: dict[str | int, KnownComment | None] = field(default_factory=dict)
