"""The records of an archive, typed. One struct per `type`; docs/reference/archive.md describes the members."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

Handle = Annotated[str, Meta(min_length=1, max_length=400)]
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]

FORMAT = "folkmoot-archive"
VERSION = 1


class Archive(Struct, tag_field="type", tag="archive", frozen=True):
    """The header. `as_of`: the moment at which the ages of a dump hold."""

    format: str
    version: int
    as_of: datetime | None = None


class Instance(Struct, tag_field="type", tag="instance", frozen=True):
    host: Handle
    software: str | None = None
    version: str | None = None


class Person(Struct, tag_field="type", tag="person", frozen=True):
    """`password_hash` and `email` are for local people (handle without a host)."""

    handle: Handle
    display_name: str | None = None
    bio: str | None = None
    bot: bool = False
    admin: bool = False
    avatar: str | None = None
    password_hash: str | None = None
    email: str | None = None
    published: datetime | None = None


class Community(Struct, tag_field="type", tag="community", frozen=True):
    handle: Handle
    title: str | None = None
    description: str | None = None
    creator: str | None = None
    nsfw: bool = False
    language: str | None = None
    published: datetime | None = None


class Subscription(Struct, tag_field="type", tag="subscription", frozen=True):
    """`role`: member or moderator."""

    person: Handle
    community: Handle
    role: str = "member"
    published: datetime | None = None


class Embed(Struct, frozen=True):
    title: str | None = None
    description: str | None = None
    image: str | None = None


class Post(Struct, tag_field="type", tag="post", frozen=True):
    """`id` is the name of the post within the file. `upvotes` and `downvotes` are totals without voters."""

    id: str | int
    community: Handle
    creator: Handle
    name: str
    published: datetime
    ap_id: str | None = None
    url: str | None = None
    body: str | None = None
    alt_text: str | None = None
    embed: Embed | None = None
    language: str | None = None
    nsfw: bool = False
    featured: bool = False
    updated: datetime | None = None
    upvotes: Count = 0
    downvotes: Count = 0
    deleted: bool = False
    removed: bool = False


class Comment(Struct, tag_field="type", tag="comment", frozen=True):
    """`id`, `post` and `parent` name things within the file."""

    id: str | int
    post: str | int
    creator: Handle
    content: str
    published: datetime
    parent: str | int | None = None
    ap_id: str | None = None
    language: str | None = None
    updated: datetime | None = None
    upvotes: Count = 0
    downvotes: Count = 0
    deleted: bool = False
    removed: bool = False
    distinguished: bool = False


class Vote(Struct, tag_field="type", tag="vote", frozen=True):
    """`on`: post or comment; `target` its name within the file; `value` 1 or -1."""

    on: str
    target: str | int
    person: Handle
    value: int
    published: datetime | None = None


Record = Archive | Instance | Person | Community | Subscription | Post | Comment | Vote

KINDS: dict[str, type[Struct]] = {
    "archive": Archive,
    "instance": Instance,
    "person": Person,
    "community": Community,
    "subscription": Subscription,
    "post": Post,
    "comment": Comment,
    "vote": Vote,
}
MEMBERS: dict[str, frozenset[str]] = {
    tag: frozenset({"type", *kind.__struct_fields__}) for tag, kind in KINDS.items()
}
"""What each type may hold; other members are kept out and reported."""
