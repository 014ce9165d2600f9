"""From an address or a handle to the thing itself."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, TypeVar
from urllib.parse import unquote, urlsplit

from folkmoot.core.communities.rules import is_visible
from folkmoot.core.communities.sight import reads
from folkmoot.core.threads.read import must_be_open
from folkmoot.model.communities import Community
from folkmoot.model.errors import Invalid, NotFound, Refusal, UnknownName
from folkmoot.model.people import Viewer
from folkmoot.model.site import LocalSite
from folkmoot.store import actors, comments, communities, fetches, instances, people, posts, search
from folkmoot.store import site as store_site
from folkmoot.store.db import Database, Tx
from folkmoot.text.names import name_key, parse_handle
from folkmoot.text.tidy import tidy

Kind = Literal["post", "comment", "community", "person"]
Found = TypeVar("Found")

_PAGE = re.compile(r"/(?P<word>post|comment|c|u|m)/(?P<name>[^/]+)(?:/(?P<comment>[0-9]{1,10}))?/?")
_LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Resolved:
    """What was meant. For a comment, `post_id` says where it stands; for a community or person, `name` is how our addresses call it."""

    kind: Kind
    id: int
    post_id: int | None = None
    name: str = ""


async def resolve(tx: Tx, viewer: Viewer, query: str) -> Resolved:
    """The stored thing that an address names, or (for members) `!name@host`, `@name@host` or `name@host` (Q-3).

    An address may be the thing's own or that of a page of this site. Raises `NotFound` couldnt_find_object for what is known but
    deleted, removed or of a blocked server, whoever asks; `Invalid` couldnt_find_object for what cannot be resolved here;
    `NotAllowed` instance_is_private.
    """
    await must_be_open(tx, viewer)
    query = tidy(query).strip()
    if "://" in query:
        return await _of_address(tx, viewer, query)
    if viewer.person is None:
        raise _unknown()
    return await look_up(tx, viewer, query)


Bring = Callable[[str], Awaitable[None]]
"""Makes a thing of another server known here, by its address or handle: network, so never called within a transaction. May fail."""


async def resolve_anywhere(db: Database, viewer: Viewer, query: str, bring: Bring) -> Resolved:
    """The same, also where it has to be asked for at its own server first: for members (Q-3, ABU-27).

    Raises as `resolve`; what cannot be had is `Invalid` couldnt_find_object too (FET-14).
    """
    try:
        async with db.read() as tx:
            return await resolve(tx, viewer, query)
    except Invalid as error:
        if viewer.account is None or error.code != "couldnt_find_object":
            raise
    try:
        await bring(tidy(query).strip())
    except (Refusal, OSError, ValueError) as error:
        raise _unknown() from error
    async with db.read() as tx:
        return await resolve(tx, viewer, query)


async def or_bring(
    db: Database, viewer: Viewer, name: str, bring: Bring, look: Callable[[Tx], Awaitable[Found]]
) -> Found:
    """What `look` finds under a name; where nobody has that name here, `name@host` is first asked for at its own server, for members (L-6).

    Raises as `look`: `UnknownName` also for what cannot be had.
    """
    try:
        async with db.read() as tx:
            return await look(tx)
    except UnknownName:
        if not await bring_named(viewer, name, bring):
            raise
    async with db.read() as tx:
        return await look(tx)


async def bring_named(viewer: Viewer, name: str, bring: Bring) -> bool:
    """Ask for `!name@host` or `@name@host` at its own server; False where nobody is to be asked: a visitor's, or a name without host."""
    named = parse_handle(name)
    if viewer.account is None or named is None or named.host is None:
        return False
    sign = "!" if named.kind == "community" else "@"
    try:
        await bring(f"{sign}{named.name}@{named.host}")
    except (Refusal, OSError, ValueError):
        pass  # the second look says that it is not there
    return True


async def look_up(tx: Tx, viewer: Viewer, handle: str) -> Resolved:
    """The community or person of a handle, for visitors too; a name without sign and host is none. Raises as `resolve`."""
    await must_be_open(tx, viewer)
    named = parse_handle(tidy(handle))
    if named is None or (named.kind is None and named.host is None):
        raise _unknown()
    site = await store_site.local_site(tx)
    found = None
    if named.kind != "person":
        found = await _named(tx, viewer, site, "community", named.name, named.host)
    if found is None and named.kind != "community":
        found = await _named(tx, viewer, site, "person", named.name, named.host)
    if found is None:
        raise _unknown()
    return found


async def _of_address(tx: Tx, viewer: Viewer, query: str) -> Resolved:
    try:
        parts = urlsplit(query)
        host = (parts.netloc or "").lower()
    except ValueError:
        raise _unknown() from None
    site = await store_site.local_site(tx)
    if host == site.host.lower():
        found = await _of_page(tx, viewer, site, unquote(parts.path))
        if found is not None:
            return found
    elif await instances.is_shut_out(tx, parts.hostname or ""):
        raise _gone()
    address = query.partition("#")[0]
    stored = await search.by_ap_id(tx, address) or await search.by_ap_id(tx, address.rstrip("/"))
    if stored is None and (other := await fetches.by_alternate(tx, address)) is not None:
        stored = await search.by_ap_id(tx, other)
    if stored is None:
        raise _unknown()
    if stored[0] == "post":
        return await _post(tx, viewer, stored[1])
    if stored[0] == "comment":
        return await _comment(tx, viewer, stored[1])
    if stored[0] == "community":
        community = await communities.by_id(tx, stored[1])
        return _community(viewer, community)
    return await _person(tx, stored[1])


async def _of_page(tx: Tx, viewer: Viewer, site: LocalSite, path: str) -> Resolved | None:
    """The thing that a page of ours shows; None for other pages."""
    match = _PAGE.fullmatch(path)
    if match is None:
        return None
    word, name = match["word"], match["name"]
    if word in ("post", "comment"):
        number = match["comment"] or name
        if not (number.isascii() and number.isdigit()) or not 0 < int(number) <= _LARGEST_ID:
            raise _unknown()
        is_comment = word == "comment" or match["comment"]
        return await (_comment if is_comment else _post)(tx, viewer, int(number))
    handle = parse_handle(name)
    if handle is None or handle.kind is not None:
        raise _unknown()
    found = await _named(tx, viewer, site, "person" if word == "u" else "community", handle.name, handle.host)
    if found is None:
        raise _unknown()
    return found


async def _named(
    tx: Tx, viewer: Viewer, site: LocalSite, kind: Kind, name: str, host: str | None
) -> Resolved | None:
    host = None if host in (None, site.host.lower()) else host
    if host is not None and await instances.is_shut_out(tx, host.partition(":")[0]):
        raise _gone()
    if kind == "community":
        community = await communities.by_name(tx, name_key(name), host)
        if (
            community is None
            and host is not None
            and (other := await fetches.by_alternate(tx, f"acct:{name}@{host}"))
        ):
            community = (await actors.communities_at(tx, [other])).get(other)
        return _community(viewer, community) if community else None
    person = await people.by_name(tx, name_key(name), host)
    if (
        person is None
        and host is not None
        and (other := await fetches.by_alternate(tx, f"acct:{name}@{host}"))
    ):
        person = (await actors.people_at(tx, [other])).get(other)
    return await _person(tx, person.id) if person else None


async def _post(tx: Tx, viewer: Viewer, post_id: int) -> Resolved:
    post = await posts.by_id(tx, post_id)
    if post is None:
        raise _unknown()
    await _must_read(tx, viewer, post.community_id)
    if post.deleted or post.removed:
        raise _gone()
    return Resolved("post", post.id, post.id)


async def _comment(tx: Tx, viewer: Viewer, comment_id: int) -> Resolved:
    comment = await comments.by_id(tx, comment_id)
    if comment is None:
        raise _unknown()
    await _must_read(tx, viewer, comment.community_id)
    if comment.deleted or comment.removed:
        raise _gone()
    return Resolved("comment", comment.id, comment.post_id)


async def _must_read(tx: Tx, viewer: Viewer, community_id: int) -> None:
    community = await communities.by_id(tx, community_id)
    _community(viewer, community)
    if community is None or not await reads(tx, viewer, community):
        raise _unknown()


def _community(viewer: Viewer, community: Community | None) -> Resolved:
    if community is None or not is_visible(viewer, community):
        raise _unknown()
    if community.deleted or community.removed:
        raise _gone()
    return Resolved("community", community.id, name=community.name if community.local else community.handle)


async def _person(tx: Tx, person_id: int) -> Resolved:
    person = await people.by_id(tx, person_id)
    if person is None or person.deleted:
        raise _gone()
    return Resolved("person", person.id, name=person.name if person.local else person.handle)


def _unknown() -> Invalid:
    return Invalid("couldnt_find_object", field="q")


def _gone() -> NotFound:
    return NotFound("couldnt_find_object", field="q")
