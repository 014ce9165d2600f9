"""Keep a person of another server as their server describes them."""

from dataclasses import dataclass
from typing import Any

from folkmoot.core import writing
from folkmoot.core.writing import House
from folkmoot.model.errors import Conflict, NotAllowed, Refusal
from folkmoot.model.people import Person
from folkmoot.model.time import Micros
from folkmoot.store import actors, instances, people
from folkmoot.store.db import Tx
from folkmoot.text.names import name_key

NAME_MAX = 100


@dataclass(frozen=True, slots=True)
class RemotePerson:
    """What their server says. `host`: as people type it behind `@`; `domain`: the server's, without a port. `bio` is Markdown."""

    ap_id: str
    name: str
    host: str
    domain: str
    inbox_url: str
    public_key: str
    shared_inbox_url: str | None = None
    display_name: str | None = None
    bio: str | None = None
    avatar: str | None = None
    banner: str | None = None
    matrix_user_id: str | None = None
    bot: bool = False
    published: Micros | None = None
    updated: Micros | None = None


async def mirror_person(tx: Tx, said: RemotePerson) -> Person:
    """Write down a person of another server, or what is new about them (ACT-3, ACT-4, ACT-6).

    Raises `NotAllowed` local_actor for one of ours, actor_changed_kind where a community has this address; `Conflict` name_taken
    (`detail`: the address of who holds the name).
    """
    known = (await actors.people_at(tx, [said.ap_id])).get(said.ap_id)
    if known is not None and known.local:
        raise NotAllowed("local_actor")
    if known is None and await actors.communities_at(tx, [said.ap_id]):
        raise NotAllowed("actor_changed_kind")
    instance = await instances.known_or_new(tx, said.domain)
    if instance.local:
        raise NotAllowed("local_actor")
    key = name_key(said.name)
    holder = await people.holder_of_name(tx, key, instance.id)
    if holder is not None and holder != said.ap_id:
        raise Conflict("name_taken", detail=holder)
    values = _values(await writing.house(tx), said) | {"name": said.name, "name_key": key, "host": said.host}
    values |= {"instance_id": instance.id, "deleted": False, "last_refreshed": tx.now}
    if known is None:
        published = said.published if said.published is not None else tx.now
        await people.insert(
            tx,
            values | {"ap_id": said.ap_id, "local": False, "published": published, "updated": said.updated},
        )
    else:
        await people.update(tx, known.id, values | {"updated": said.updated or known.updated})
    stored = (await actors.people_at(tx, [said.ap_id])).get(said.ap_id)
    assert stored is not None
    return stored


def _values(house: House, said: RemotePerson) -> dict[str, Any]:
    bio = text_or_none(house, said.bio)
    return {
        "inbox_url": said.inbox_url,
        "shared_inbox_url": said.shared_inbox_url,
        "public_key": said.public_key,
        "display_name": (said.display_name or "")[:NAME_MAX].strip() or None,
        "bio": bio.source if bio else None,
        "bio_html": bio.html if bio else None,
        "avatar": house.picture(said.avatar),
        "banner": house.picture(said.banner),
        "matrix_user_id": said.matrix_user_id,
        "bot": said.bot,
    }


def text_or_none(house: House, source: str | None) -> writing.Written | None:
    """A long text of a remote profile: what this house would refuse is left out rather than the whole profile."""
    if not source or not source.strip():
        return None
    try:
        return house.long_text(source, "summary")
    except Refusal:
        return None


async def give_up_name(tx: Tx, ap_id: str) -> None:
    """An account elsewhere that is gone: what it wrote stays with it, its name is free for a new one (ACT-4)."""
    person = (await actors.people_at(tx, [ap_id])).get(ap_id)
    if person is not None and not person.local:
        await people.update(
            tx, person.id, {"name_key": f"{name_key(person.name)}#{person.id}", "deleted": True}
        )
