"""Keep a community of another server as its server describes it."""

from dataclasses import dataclass
from typing import Any

from folkmoot.core import writing
from folkmoot.core.communities import rules
from folkmoot.core.mirroring import columns_of, gone, news_of, text_or_none
from folkmoot.core.writing import House
from folkmoot.model.communities import Community
from folkmoot.model.enums import Visibility
from folkmoot.model.errors import Conflict
from folkmoot.model.tags import Tag, write_tags
from folkmoot.model.time import Micros
from folkmoot.store import actors, communities
from folkmoot.store.db import Tx


@dataclass(frozen=True, slots=True)
class RemoteCommunity:
    """What its server says. `host`: as people type it behind `!`; `domain`: the server's, without a port. `description` is Markdown.

    `visibility` None leaves it as it is; no `language_ids` means all.
    """

    ap_id: str
    name: str
    host: str
    domain: str
    inbox_url: str
    public_key: str
    shared_inbox_url: str | None = None
    followers_url: str | None = None
    moderators_url: str | None = None
    featured_url: str | None = None
    title: str | None = None
    description: str | None = None
    icon: str | None = None
    banner: str | None = None
    nsfw: bool = False
    posting_restricted_to_mods: bool = False
    visibility: Visibility | None = None
    language_ids: tuple[int, ...] = ()
    post_tags: tuple[Tag, ...] = ()
    published: Micros | None = None
    updated: Micros | None = None


async def mirror_community(tx: Tx, said: RemoteCommunity) -> Community:
    """Write down a community of another server, or what is new about it (ACT-3, ACT-4, ACT-6).

    Raises as `columns_of`.
    """
    known = (await actors.communities_at(tx, [said.ap_id])).get(said.ap_id)
    values = await columns_of(tx, said, known, actors.people_at, communities.holder_of_name)
    values |= _values(await writing.house(tx), said)
    if said.visibility is not None:
        values["visibility"] = said.visibility.value
    if known is None:
        known = await communities.insert(tx, values)
        if known is None:  # another transaction was first
            known = (await actors.communities_at(tx, [said.ap_id])).get(said.ap_id)
        if known is None:
            raise Conflict("name_taken", detail=said.ap_id)
    else:
        await communities.update(tx, known.id, news_of(known, values))
    if await communities.languages(tx, known.id) != sorted(set(said.language_ids)):
        await communities.set_languages(tx, known.id, said.language_ids)
    stored = await communities.by_id(tx, known.id)
    assert stored is not None
    return stored


def _values(house: House, said: RemoteCommunity) -> dict[str, Any]:
    description = text_or_none(house, said.description)
    return {
        "followers_url": said.followers_url,
        "moderators_url": said.moderators_url,
        "featured_url": said.featured_url,
        "title": (said.title or said.name)[: rules.TITLE_MAX],
        "description": description.source if description else None,
        "description_html": description.html if description else None,
        "icon": house.picture(said.icon),
        "banner": house.picture(said.banner),
        "nsfw": said.nsfw,
        "posting_restricted_to_mods": said.posting_restricted_to_mods,
        "post_tags": write_tags(said.post_tags),
    }


async def set_subscribers(tx: Tx, community_id: int, number: int) -> None:
    """How many follow it, as its home says (SND-12)."""
    community = await communities.by_id(tx, community_id)
    if community is not None and community.subscribers != number:
        await communities.update(tx, community_id, {"subscribers": number})


async def set_moderators(tx: Tx, community_id: int, person_ids: list[int]) -> None:
    """Replace the moderators of a community elsewhere by those that its home names, in its order (BKF-6)."""
    if [person.id for person in await communities.moderators(tx, community_id)] != person_ids:
        await communities.replace_moderators(tx, community_id, person_ids)


async def set_featured(tx: Tx, community_id: int, post_ids: list[int]) -> None:
    """Replace the pinned posts of a community elsewhere by those that its home names (BKF-7)."""
    await communities.replace_featured(tx, community_id, post_ids)


async def give_up_name(tx: Tx, ap_id: str) -> None:
    """A community elsewhere that is gone: what was written there stays, its name is free for a new one (ACT-4)."""
    community = (await actors.communities_at(tx, [ap_id])).get(ap_id)
    if community is not None and not community.local:
        await communities.update(tx, community.id, gone(community))
