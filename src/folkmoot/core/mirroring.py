"""What keeping people and keeping communities of other servers have in common: to whom an address and a name belong, and the columns of
both."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from folkmoot.core.writing import House, Written
from folkmoot.model.errors import Conflict, NotAllowed, Refusal
from folkmoot.model.time import Micros
from folkmoot.store import actors, instances
from folkmoot.store.db import Tx
from folkmoot.text.names import name_key


class Said(Protocol):
    """What a server says of any of its actors. `host`: as people type it; `domain`: the server's, without a port."""

    @property
    def ap_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def domain(self) -> str: ...
    @property
    def inbox_url(self) -> str: ...
    @property
    def shared_inbox_url(self) -> str | None: ...
    @property
    def public_key(self) -> str: ...
    @property
    def published(self) -> Micros | None: ...
    @property
    def updated(self) -> Micros | None: ...


class Known(Protocol):
    """What is here of it already."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def local(self) -> bool: ...
    @property
    def updated(self) -> Micros | None: ...


OtherKind = Callable[[Tx, list[str]], Awaitable[Mapping[str, object]]]
HolderOfName = Callable[[Tx, str, int], Awaitable[str | None]]


async def columns_of(
    tx: Tx, said: Said, known: Known | None, other_kind: OtherKind, holder_of_name: HolderOfName
) -> dict[str, Any]:
    """The columns that people and communities have alike (ACT-3, ACT-4, ACT-6). `other_kind` finds actors of the other kind by address.

    Raises `NotAllowed` local_actor for one of ours, actor_changed_kind where the other kind has this address; `Conflict` name_taken
    (`detail`: the address of who holds the name).
    """
    if known is not None and known.local:
        raise NotAllowed("local_actor")
    if known is None and await other_kind(tx, [said.ap_id]):
        raise NotAllowed("actor_changed_kind")
    instance = await instances.known_or_new(tx, said.domain)
    if instance.local:
        raise NotAllowed("local_actor")
    key = name_key(said.name)
    holder = await holder_of_name(tx, key, instance.id)
    if holder is not None and holder != said.ap_id:
        raise Conflict("name_taken", detail=holder)
    columns = {
        "name": said.name,
        "name_key": key,
        "host": said.host,
        "instance_id": instance.id,
        "inbox_url": said.inbox_url,
        "shared_inbox_url": said.shared_inbox_url,
        "public_key": said.public_key,
        "deleted": False,
        "last_refreshed": tx.now,
    }
    if known is not None:
        stored = await actors.key_of(tx, said.ap_id)
        if stored is None or stored.public_key != said.public_key:
            tx.changed("keys")
        return columns | {"updated": said.updated or known.updated}
    published = said.published if said.published is not None else tx.now
    fresh = {"ap_id": said.ap_id, "local": False, "published": published, "updated": said.updated}
    return columns | fresh


def news_of(known: Known, values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that are to be others than they are, and those that no reader sees, which the value does not have. Everybody is read
    again daily, and mostly as before: only what is new may cost the pages that show them."""
    return {name: value for name, value in values.items() if getattr(known, name, ...) != value}


def text_or_none(house: House, source: str | None) -> Written | None:
    """A long text of a remote profile: what this house would refuse is left out rather than the whole profile."""
    if not source or not source.strip():
        return None
    try:
        return house.long_text(source, "summary")
    except Refusal:
        return None


def gone(actor: Known) -> dict[str, Any]:
    """The columns of an actor elsewhere that is gone, whose name is free for a new one (ACT-4)."""
    return {"name_key": f"{name_key(actor.name)}#{actor.id}", "deleted": True}
