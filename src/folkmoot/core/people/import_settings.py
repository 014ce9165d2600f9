"""Bring one's settings along: the profile at once, the lists by a job (E-2)."""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from folkmoot.core.communities import follow
from folkmoot.core.people import block, rules
from folkmoot.core.people.export import NAMES, VOTE_NAMES
from folkmoot.core.people.settings import LISTING_MODES, SaveSettings, save_settings
from folkmoot.model.enums import Listing, PostSort
from folkmoot.model.errors import Invalid, Refusal
from folkmoot.model.people import Viewer
from folkmoot.store import accounts, backups, bulk, jobs
from folkmoot.store.db import Database, Tx

IMPORT = "accounts.import_settings"
MOST_ITEMS = 10_000
_AT_ONCE = 50
"""How many addresses a file may hold for what is known of them to be taken over while its sender waits."""
_BATCH = 50
_ADDRESS_LIMIT = 2000
_TEXTS = {"display_name": "display_name", "bio": "bio", "matrix_id": "matrix_user_id"}
_ENUMS: dict[str, Callable[[str], Any]] = {"default_sort_type": PostSort, "default_listing_type": Listing}

Fetch = Callable[[str], Awaitable[None]]
"""Whatever makes a thing of another server known here, by its address. Never called within a transaction; may fail."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A file that was read: what to save, and lists of addresses by the names of the format."""

    settings: SaveSettings
    vote_show_score: bool | None = None
    lists: dict[str, list[str]] = field(default_factory=dict)

    @property
    def items(self) -> int:
        """How many addresses there are in all lists together."""
        return sum(map(len, self.lists.values()))


# --- reading the file --------------------------------------------------------------------------------------------------


def read_backup(document: Any) -> Backup:
    """Any subset of an exported file; unknown members, the pictures and the mail address are passed over (E-2).

    Raises `Invalid` unknown for another shape, too_many_items.
    """
    if not isinstance(document, dict):
        raise _wrong("an object is expected")
    values: dict[str, Any] = {}
    for theirs, ours in _TEXTS.items():
        if (text := _member(document, theirs, str)) is not None:
            values[ours] = text
    if (bot := _member(document, "bot_account", bool)) is not None:
        values["bot"] = bot
    settings: dict[str, Any] = _member(document, "settings", dict) or {}
    for theirs, ours in NAMES.items():
        kind = str if theirs in {*_ENUMS, "theme", "interface_language", "post_listing_mode"} else bool
        if (value := _member(settings, theirs, kind)) is not None:
            values[ours] = _converted(theirs, value)
    votes: dict[str, Any] = _member(document, "vote_display_mode_settings", dict) or {}
    shown = {ours: _member(votes, theirs, bool) for theirs, ours in VOTE_NAMES.items()}
    score = shown.pop("vote_show_score")
    values |= {name: value for name, value in shown.items() if value is not None}
    backup = Backup(
        SaveSettings(**values), score, {name: _addresses(document, name) for name in backups.LISTS}
    )
    if backup.items > MOST_ITEMS:
        raise Invalid("too_many_items")
    return backup


def _converted(name: str, value: Any) -> Any:
    if name == "post_listing_mode" and value not in LISTING_MODES:
        raise _wrong(name)
    if name not in _ENUMS:
        return value
    try:
        return _ENUMS[name](value)
    except ValueError as error:
        raise _wrong(name) from error


def _member(document: dict[str, Any], name: str, kind: type) -> Any:
    """A member of the right kind, None where it is absent or null."""
    value = document.get(name)
    if value is not None and not isinstance(value, kind):
        raise _wrong(name)
    return value


def _addresses(document: dict[str, Any], name: str) -> list[str]:
    found = _member(document, name, list) or []
    if not all(isinstance(address, str) for address in found):
        raise _wrong(name)
    return [address for address in dict.fromkeys(found) if address and len(address) <= _ADDRESS_LIMIT]


def _wrong(what: str) -> Invalid:
    return Invalid("unknown", field="file", detail=what)


# --- taking it over ----------------------------------------------------------------------------------------------------


async def import_settings(tx: Tx, viewer: Viewer, backup: Backup) -> None:
    """Save profile and settings, and write down that the lists are to be worked through; of a small file, what is known here is taken over
    at once.

    A profile that breaks a rule of this site is refused as `save_settings` refuses it, and nothing is imported.
    """
    person, account = rules.must_have_account(viewer)
    await save_settings(tx, viewer, backup.settings)
    if backup.vote_show_score is not None:
        await accounts.update(tx, account.id, {"vote_show_score": backup.vote_show_score})
    left = await _take_known(tx, viewer, backup.lists) if backup.items <= _AT_ONCE else backup.lists
    if any(left.values()):
        await jobs.enqueue(tx, IMPORT, {"person_id": person.id, "lists": left})


async def _take_known(tx: Tx, viewer: Viewer, lists: dict[str, list[str]]) -> dict[str, list[str]]:
    """Follow, save and block what is known here; what is not."""
    left = {name: addresses for name, addresses in lists.items() if name not in _TAKERS}
    for name, (table, take) in _TAKERS.items():
        addresses = lists.get(name, [])
        known = await bulk.ids_by_ap_id(tx, table, addresses) if addresses else {}
        for address in addresses:
            if address in known:
                # A refusal comes before anything is written.
                with suppress(Refusal):
                    await take(tx, viewer, known[address])
        left[name] = [address for address in addresses if address not in known]
    return left


async def import_lists(db: Database, fetch: Fetch | None, payload: dict[str, Any]) -> None:
    """The job `accounts.import_settings`: follow, save and block what the lists name, a few at a time. What cannot be found or done is
    passed over (E-2). Doing it twice changes nothing.
    """
    async with db.read() as tx:
        viewer = await accounts.viewer_of_person(tx, payload["person_id"])
    if viewer is None or viewer.person is None or viewer.person.deleted:
        return
    for name, (table, take) in _TAKERS.items():
        addresses = payload["lists"].get(name, [])
        for start in range(0, len(addresses), _BATCH):
            await _take_batch(db, viewer, table, take, addresses[start : start + _BATCH], fetch)
    await _block_servers(db, viewer, payload["lists"].get("blocked_instances", []))


async def _take_batch(
    db: Database, viewer: Viewer, table: str, take: "Taker", addresses: list[str], fetch: Fetch | None
) -> None:
    async with db.read() as tx:
        known = await bulk.ids_by_ap_id(tx, table, addresses)
    missing = [address for address in addresses if address not in known]
    if missing and fetch is not None:
        await _fetch_all(missing, fetch)
        async with db.read() as tx:
            known |= await bulk.ids_by_ap_id(tx, table, missing)
    for address in addresses:
        if address in known:
            with suppress(Refusal):
                async with db.write() as tx:
                    await take(tx, viewer, known[address])


async def _fetch_all(addresses: Iterable[str], fetch: Fetch) -> None:
    for address in addresses:
        try:
            await fetch(address)
        except Exception:  # noqa: BLE001, S112 - one server's answer must not end the whole import
            continue


async def _block_servers(db: Database, viewer: Viewer, hosts: list[str]) -> None:
    for host in hosts:
        try:
            async with db.write() as tx:
                await block.block_instance_named(tx, viewer, host)
        except Refusal:
            continue


Taker = Callable[[Tx, Viewer, int], Awaitable[Any]]


async def _save_post(tx: Tx, viewer: Viewer, post_id: int) -> None:
    await backups.save(tx, "post", viewer.id, post_id)


async def _save_comment(tx: Tx, viewer: Viewer, comment_id: int) -> None:
    await backups.save(tx, "comment", viewer.id, comment_id)


_TAKERS: dict[str, tuple[str, Taker]] = {
    "followed_communities": ("community", follow.follow_community),
    "saved_posts": ("post", _save_post),
    "saved_comments": ("comment", _save_comment),
    "blocked_communities": ("community", block.block_community),
    "blocked_users": ("person", block.block_person),
}
"""List → where its addresses are looked up, and what is done with each."""
