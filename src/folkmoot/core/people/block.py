"""Leave somebody or something out of what one sees: people, communities, servers, link domains, keywords."""

from folkmoot.core.communities import follow
from folkmoot.core.people import rules
from folkmoot.model.accounts import AllBlocks, Blocks
from folkmoot.model.errors import Conflict, Invalid, NotAllowed, NotFound
from folkmoot.model.people import Viewer
from folkmoot.model.time import Micros
from folkmoot.store import blocks, communities, people
from folkmoot.store.db import Tx

MOST_WORDS = 500
"""Domains, and keywords, that one person may block: every listing looks at each."""


async def block_person(tx: Tx, viewer: Viewer, person_id: int, *, blocked: bool = True) -> None:
    """Block or unblock a person; a repeated one changes nothing.

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


async def list_blocks(tx: Tx, viewer: Viewer) -> AllBlocks:
    """Everything the viewer blocks. Raises `NotLoggedIn`."""
    own, _ = rules.must_have_account(viewer)
    return await blocks.everything(tx, own.id)


async def words_of(tx: Tx, viewer: Viewer) -> Blocks:
    """The domains and keywords in force for whoever is looking; none for visitors."""
    return await blocks.of_viewer(tx, viewer.id) if viewer.account else Blocks()


async def forget_expired_blocks(tx: Tx) -> int:
    """Delete blocks whose time is over; how many. Periodic."""
    return await blocks.forget_expired(tx)
