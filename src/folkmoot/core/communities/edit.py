"""Change what a community says of itself and how it works."""

from dataclasses import dataclass
from typing import Any

from folkmoot.core import after, permissions, writing
from folkmoot.core.communities import rules
from folkmoot.core.communities.members import visibility_changed
from folkmoot.core.images.delete import replaced
from folkmoot.core.writing import House
from folkmoot.model.communities import Community
from folkmoot.model.enums import Visibility
from folkmoot.model.events import CommunityEdited
from folkmoot.model.people import Viewer
from folkmoot.store import communities
from folkmoot.store.db import Tx
from folkmoot.text.languages import LANGUAGES


@dataclass(frozen=True, slots=True)
class EditCommunity:
    """What was asked: None leaves a thing as it is, an empty text erases it (P-4). No languages means all (M-3)."""

    community_id: int
    title: str | None = None
    description: str | None = None
    icon: str | None = None
    banner: str | None = None
    nsfw: bool | None = None
    posting_restricted_to_mods: bool | None = None
    visibility: Visibility | None = None
    language_ids: tuple[int, ...] | None = None
    post_tags: tuple[str, ...] | None = None
    """The titles of the tags for posts, in order."""


async def edit_community(tx: Tx, viewer: Viewer, asked: EditCommunity) -> Community:
    """Change a community; moderators and admins may.

    Raises `Invalid` couldnt_update_community (a title too long), slurs, invalid_body_field, blocked_url, invalid_url…,
    language_not_allowed, tag_too_long; `NotAllowed` not_a_mod_or_admin, banned_from_community, deleted; `NotFound` couldnt_find_community.
    """
    house = await writing.house(tx)
    values = _values(house, asked)
    community, _ = await permissions.officer_in(tx, viewer, asked.community_id, "community.edit")
    if not community.local:
        values.pop("visibility", None)  # only its own server can say who may see it
    elif asked.post_tags is not None:  # and which tags there are
        values["post_tags"] = rules.checked_tags(house, asked.post_tags, community.post_tags)
    if asked.language_ids is not None:
        site = await communities.site_languages(tx) or [language.id for language in LANGUAGES]
        await communities.set_languages(tx, community.id, rules.checked_languages(asked.language_ids, site))
    for picture in values.keys() & {"icon", "banner"}:
        await replaced(tx, viewer, getattr(community, picture), values[picture])
    await communities.update(tx, community.id, values | {"updated": tx.now})
    await after.record(tx, CommunityEdited(viewer.id, community.id))
    stored = await communities.by_id(tx, community.id)
    assert stored is not None
    await visibility_changed(tx, viewer, community, stored)
    return stored


def _values(house: House, asked: EditCommunity) -> dict[str, Any]:
    """The columns to set."""
    values: dict[str, Any] = {}
    if asked.title is not None:
        title = rules.checked_title(house, asked.title, too_long="couldnt_update_community")
        if title:
            values["title"] = title
    if asked.description is not None:
        text = house.long_text(asked.description, "description") if asked.description.strip() else None
        values |= {
            "description": text.source if text else None,
            "description_html": text.html if text else None,
        }
    for field in ("icon", "banner"):
        if (url := getattr(asked, field)) is not None:
            values[field] = house.picture(rules.checked_picture(url, field))
    for field in ("nsfw", "posting_restricted_to_mods"):
        if (flag := getattr(asked, field)) is not None:
            values[field] = flag
    if asked.visibility is not None:
        values["visibility"] = asked.visibility.value
    return values
