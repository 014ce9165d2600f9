"""Found a community."""

from dataclasses import dataclass

from folkmoot.core import after, permissions, writing
from folkmoot.core.communities import rules
from folkmoot.core.people.keys import KeyPair
from folkmoot.core.permissions import Standing
from folkmoot.model.communities import Community
from folkmoot.model.enums import Visibility
from folkmoot.model.errors import Conflict, NotAllowed
from folkmoot.model.events import CommunityCreated
from folkmoot.model.people import Viewer
from folkmoot.store import communities, counts
from folkmoot.store.db import Tx
from folkmoot.text.languages import LANGUAGES
from folkmoot.text.names import name_key

_NO_KEYS = KeyPair("", "")


@dataclass(frozen=True, slots=True)
class CreateCommunity:
    """What was asked. `language_ids` None takes the founder's. `keys` sign what the community sends to other servers: make them
    with `core/people/keys.py` before the transaction."""

    name: str
    title: str
    description: str | None = None
    icon: str | None = None
    banner: str | None = None
    nsfw: bool = False
    posting_restricted_to_mods: bool = False
    visibility: Visibility = Visibility.PUBLIC
    language_ids: tuple[int, ...] | None = None
    keys: KeyPair = _NO_KEYS


async def create_community(tx: Tx, founder: Viewer, asked: CreateCommunity) -> Community:
    """Found a local community; the founder moderates and follows it (M-1 to M-3).

    Raises `NotAllowed` only_admins_can_create_communities, site_ban; `Invalid` invalid_name, slurs, invalid_body_field, blocked_url,
    invalid_url…, language_not_allowed; `Conflict` community_already_exists (also for a title that is too long).
    """
    house = await writing.house(tx)
    site = house.site
    permissions.check("community.create", Standing(founder))
    if site.community_creation_admin_only and not founder.admin:
        raise NotAllowed("only_admins_can_create_communities")
    name = rules.checked_name(house, asked.name)
    title = rules.checked_title(house, asked.title, too_long="community_already_exists") or name
    description = house.long_text(asked.description, "description") if asked.description else None
    ap_id = f"{site.origin}/c/{name}"
    values = {
        "instance_id": site.instance_id,
        "name": name,
        "name_key": name_key(name),
        "host": site.host,
        "local": True,
        "title": title,
        "description": description.source if description else None,
        "description_html": description.html if description else None,
        "icon": house.picture(rules.checked_picture(asked.icon, "icon")),
        "banner": house.picture(rules.checked_picture(asked.banner, "banner")),
        "ap_id": ap_id,
        "inbox_url": f"{ap_id}/inbox",
        "shared_inbox_url": f"{site.origin}/inbox",
        "followers_url": f"{ap_id}/followers",
        "moderators_url": f"{ap_id}/moderators",
        "featured_url": f"{ap_id}/featured",
        "nsfw": asked.nsfw,
        "posting_restricted_to_mods": asked.posting_restricted_to_mods,
        "visibility": asked.visibility.value,
        "public_key": asked.keys.public,
        "private_key": asked.keys.private or None,
        "published": tx.now,
        "last_refreshed": tx.now,
    }
    languages = await _languages(tx, founder, asked.language_ids)
    community = await communities.insert(tx, values)
    if community is None:
        raise Conflict("community_already_exists", field="name")
    await communities.set_languages(tx, community.id, languages)
    await communities.add_moderator(tx, community.id, founder.id)
    await communities.set_follow(tx, community.id, founder.id, pending=False)
    await counts.follows_changed(tx, community.id, 1, local=True)
    await counts.site_counted(tx, communities=1)
    await after.record(tx, CommunityCreated(founder.id, community.id))
    stored = await communities.by_id(tx, community.id)
    assert stored is not None
    return stored


async def _languages(tx: Tx, founder: Viewer, asked: tuple[int, ...] | None) -> list[int]:
    """Those asked for, or the founder's within the site's; none means all (M-3)."""
    site = await communities.site_languages(tx)
    if asked is not None:
        known = {language.id for language in LANGUAGES}
        return rules.checked_languages(asked, site or sorted(known))
    own = set(founder.languages)
    return sorted(own & set(site)) if own and site else sorted(own)
