"""Leave somebody or something out of what one sees: people, communities, servers, link domains, keywords."""

from collections.abc import Awaitable, Callable

from folkmoot.core.communities import follow
from folkmoot.core.communities.view import find_community
from folkmoot.core.people import rules
from folkmoot.core.people.find import find_person
from folkmoot.model.accounts import AllBlocks, Blocks
from folkmoot.model.errors import Conflict, Invalid, NotAllowed, NotFound
from folkmoot.model.people import Person, Viewer
from folkmoot.model.time import Micros
from folkmoot.store import blocks, communities, people
from folkmoot.store.db import Tx

_TARGETS: dict[str, blocks.Target] = {"person": "person", "community": "community", "instance": "instance"}
MOST_WORDS = 500
"""Domains, and keywords, that one person may block: every listing looks at each."""


async def block_person(tx: Tx, viewer: Viewer, person_id: int, *, blocked: bool = True) -> Person:
    """Block or unblock a person; a repeated one changes nothing. The person.

    Raises `NotLoggedIn`; `NotAllowed` cant_block_yourself, cant_block_admin (R-8); `NotFound` person_block_already_exists for an unknown
    person (T-9).
    """
    own, _ = rules.must_have_account(viewer)
    if person_id == own.id:
        raise NotAllowed("cant_block_yourself")
    person = await people.by_id(tx, person_id)
    if person is None:
        raise NotFound("person_block_already_exists")
    if person.admin and person.local:
        raise NotAllowed("cant_block_admin")
    await _set(tx, own.id, "person", person_id, blocked=blocked)
    return person


async def block_community(tx: Tx, viewer: Viewer, community_id: int, *, blocked: bool = True) -> None:
    """Block or unblock a community; blocking also unfollows it (R-8).

    Raises `NotLoggedIn`; `NotFound` community_block_already_exists for an unknown community (T-9).
    """
    own, _ = rules.must_have_account(viewer)
    community = await communities.by_id(tx, community_id)
    if community is None:
        raise NotFound("community_block_already_exists")
    await _set(tx, own.id, "community", community_id, blocked=blocked)
    if blocked:
        await follow.end_follow(tx, community, own.id, follower_local=True)


async def block_instance(tx: Tx, viewer: Viewer, instance_id: int, *, blocked: bool = True) -> None:
    """Block or unblock the communities of a server.

    Raises `NotLoggedIn`; `NotAllowed` cant_block_local_instance (R-8); `NotFound` instance_block_already_exists for an unknown one (T-9).
    """
    own, _ = rules.must_have_account(viewer)
    if instance_id == await blocks.local_instance_id(tx):
        raise NotAllowed("cant_block_local_instance")
    if await blocks.instance(tx, instance_id) is None:
        raise NotFound("instance_block_already_exists")
    await _set(tx, own.id, "instance", instance_id, blocked=blocked)


async def block_instance_named(tx: Tx, viewer: Viewer, host: str) -> None:
    """The same by host name, as people type it. Raises as `block_instance`, and `Invalid` invalid_url."""
    rules.must_have_account(viewer)
    found = await blocks.instance_by_domain(tx, rules.checked_domain(host))
    if found is None:
        raise NotFound("instance_block_already_exists", field="instance")
    await block_instance(tx, viewer, found.id)


async def _set(tx: Tx, own_id: int, kind: blocks.Target, target_id: int, *, blocked: bool) -> None:
    if blocked:
        await blocks.add(tx, kind, own_id, target_id)
    else:
        await blocks.remove(tx, kind, own_id, target_id)
    tx.changed("person", own_id)


async def block_domain(tx: Tx, viewer: Viewer, domain: str, *, expires: Micros | None = None) -> str:
    """Leave out posts that link to a domain or its subdomains, for good or until a moment; the domain as kept.

    Raises `NotLoggedIn`; `Invalid` invalid_url, ban_expiration_in_past; `Conflict` too_many_items.
    """
    return await _add_word(tx, viewer, "domain", rules.checked_domain(domain), expires)


async def block_keyword(tx: Tx, viewer: Viewer, keyword: str, *, expires: Micros | None = None) -> str:
    """Leave out posts whose title, address or text has a keyword as a word of its own, for good or until a moment; the keyword as kept.

    Raises `NotLoggedIn`; `Invalid` block_keyword_too_short, block_keyword_too_long, ban_expiration_in_past; `Conflict` too_many_items.
    """
    return await _add_word(tx, viewer, "keyword", rules.checked_keyword(keyword), expires)


async def _add_word(tx: Tx, viewer: Viewer, kind: blocks.Word, text: str, expires: Micros | None) -> str:
    own, _ = rules.must_have_account(viewer)
    if expires is not None and expires <= tx.now:
        raise Invalid("ban_expiration_in_past", field="expires")
    if len(await blocks.words(tx, kind, own.id)) >= MOST_WORDS:
        raise Conflict("too_many_items", field=kind)
    await blocks.add_word(tx, kind, own.id, text, expires)
    tx.changed("person", own.id)
    return text


# --- as people type it -----------------------------------------------------------------------------------------------------


async def _person_named(tx: Tx, viewer: Viewer, text: str, _: Micros | None) -> None:
    await block_person(tx, viewer, (await find_person(tx, viewer, text)).id)


async def _community_named(tx: Tx, viewer: Viewer, text: str, _: Micros | None) -> None:
    await block_community(tx, viewer, (await find_community(tx, viewer, text)).id)


async def _instance_named(tx: Tx, viewer: Viewer, text: str, _: Micros | None) -> None:
    await block_instance_named(tx, viewer, text)


async def _domain(tx: Tx, viewer: Viewer, text: str, expires: Micros | None) -> None:
    await block_domain(tx, viewer, text, expires=expires)


async def _keyword(tx: Tx, viewer: Viewer, text: str, expires: Micros | None) -> None:
    await block_keyword(tx, viewer, text, expires=expires)


BY_NAME: dict[str, Callable[[Tx, Viewer, str, Micros | None], Awaitable[None]]] = {
    "person": _person_named,
    "community": _community_named,
    "instance": _instance_named,
    "domain": _domain,
    "keyword": _keyword,
}
"""Kind of block → how one is made of what somebody typed."""


async def block_named(tx: Tx, viewer: Viewer, kind: str, text: str, *, expires: Micros | None = None) -> None:
    """Block a person or community by handle, a server by host, a link domain or keyword; only the last two may end by themselves.

    Raises what the function of its kind raises, with that kind as field; `NotFound` couldnt_find_person, couldnt_find_community, and
    unknown for another kind.
    """
    rules.must_have_account(viewer)
    if kind not in BY_NAME:
        raise NotFound("unknown")
    await BY_NAME[kind](tx, viewer, text, expires)


# --- unblock ---------------------------------------------------------------------------------------------------------------


async def unblock_domain(tx: Tx, viewer: Viewer, domain: str) -> None:
    """See a domain's links again; no error where it was not blocked. Raises `NotLoggedIn`."""
    own, _ = rules.must_have_account(viewer)
    await blocks.remove_word(tx, "domain", own.id, domain)
    tx.changed("person", own.id)


async def unblock_keyword(tx: Tx, viewer: Viewer, keyword: str) -> None:
    """See a keyword's posts again; no error where it was not blocked. Raises `NotLoggedIn`."""
    own, _ = rules.must_have_account(viewer)
    await blocks.remove_word(tx, "keyword", own.id, keyword)
    tx.changed("person", own.id)


async def unblock(tx: Tx, viewer: Viewer, kind: str, what: str) -> None:
    """See something again: a person, community or server by its id, a domain or keyword by itself. No error where it was not blocked.

    Raises `NotLoggedIn`; `NotFound` unknown for what is nothing of the kind.
    """
    own, _ = rules.must_have_account(viewer)
    if kind == "domain":
        await unblock_domain(tx, viewer, what)
    elif kind == "keyword":
        await unblock_keyword(tx, viewer, what)
    elif (target := _TARGETS.get(kind)) and what.isascii() and what.isdigit() and len(what) < 10:
        await blocks.remove(tx, target, own.id, int(what))
        tx.changed("person", own.id)
    else:
        raise NotFound("unknown")


async def list_blocks(tx: Tx, viewer: Viewer) -> AllBlocks:
    """Everything the viewer blocks. Raises `NotLoggedIn`."""
    own, _ = rules.must_have_account(viewer)
    return await blocks.everything(tx, own.id)


async def is_blocked(tx: Tx, viewer: Viewer, kind: blocks.Target, target_id: int) -> bool:
    """Whether the viewer blocks a person, community or server. Raises `NotLoggedIn`."""
    own, _ = rules.must_have_account(viewer)
    return await blocks.is_blocked(tx, kind, own.id, target_id)


async def words_of(tx: Tx, viewer: Viewer) -> Blocks:
    """The domains and keywords in force for whoever is looking; none for visitors."""
    return await blocks.of_viewer(tx, viewer.id) if viewer.account else Blocks()


async def forget_expired_blocks(tx: Tx) -> int:
    """Delete blocks whose time is over; how many. Periodic."""
    return await blocks.forget_expired(tx)
