"""Our people, communities and our site as actors (section 3, Appendix A). Pure: values in, documents out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from folkmoot.apub.objects.context import Json
from folkmoot.apub.objects.our_content import Reach, build_language, build_post_tag, build_text, place_of
from folkmoot.model.communities import Community
from folkmoot.model.people import Person
from folkmoot.model.site import LocalSite
from folkmoot.model.tags import read_tags
from folkmoot.model.time import to_rfc3339

KEY = "#main-key"


def key_id(actor: str) -> str:
    """The id of an actor's key of ours."""
    return f"{actor}{KEY}"


def build_key(actor: str, public_pem: str) -> Json:
    """The public key as actors carry it."""
    return {"id": key_id(actor), "owner": actor, "publicKeyPem": public_pem}


def build_bare(ident: str, kind: str, name: str, public_pem: str) -> Json:
    """Of an actor no more than others need to check a signature with (SIG-22)."""
    return {
        "type": kind,
        "id": ident,
        "preferredUsername": name,
        "inbox": f"{ident}/inbox",
        "outbox": f"{ident}/outbox",
        "publicKey": build_key(ident, public_pem),
    }


def build_bare_group(community: Community, *, public_pem: str, language_ids: Iterable[int]) -> Json:
    """Of a community what Lemmy, which signs nothing that it fetches, must find in it to go on following it (SIG-22)."""
    return {
        **build_bare(community.ap_id, "Group", community.name, public_pem),
        "name": community.title,
        "sensitive": community.nsfw,
        "followers": f"{community.ap_id}/followers",
        "language": [build_language(number) for number in language_ids],
    }


@dataclass(frozen=True, slots=True)
class OwnAccounts:
    """The addresses of somebody's other accounts, and of the one under which they go on (MOV-1)."""

    also: tuple[str, ...] = ()
    moved_to: str | None = None


NO_OTHERS = OwnAccounts()


def build_person(person: Person, *, public_pem: str, origin: str, own: OwnAccounts = NO_OTHERS) -> Json:
    """One of our people: a `Person`, or a `Service` for a bot."""
    ident = person.ap_id
    return {
        "type": "Service" if person.bot else "Person",
        "id": ident,
        "preferredUsername": person.name,
        **({"name": person.display_name} if person.display_name else {}),
        **_described(person.bio, person.bio_html, origin),
        **_picture("icon", person.avatar),
        **_picture("image", person.banner),
        **({"matrixUserId": person.matrix_user_id} if person.matrix_user_id else {}),
        "inbox": f"{ident}/inbox",
        "outbox": f"{ident}/outbox",
        "followers": f"{ident}/followers",
        "following": f"{ident}/following",
        "endpoints": {"sharedInbox": f"{origin}/inbox"},
        "publicKey": build_key(ident, public_pem),
        "manuallyApprovesFollowers": False,
        "discoverable": True,
        "indexable": True,
        **({"alsoKnownAs": list(own.also)} if own.also else {}),
        **({"movedTo": own.moved_to} if own.moved_to else {}),
        **_moments(person.published, person.updated),
    }


def build_group(community: Community, *, public_pem: str, origin: str, language_ids: Iterable[int]) -> Json:
    """One of our communities."""
    ident = community.ap_id
    reach = place_of(community).reach
    return {
        "type": "Group",
        "id": ident,
        "preferredUsername": community.name,
        "name": community.title,
        **_described(community.description, community.description_html, origin),
        **_picture("icon", community.icon),
        **_picture("image", community.banner),
        "sensitive": community.nsfw,
        "postingRestrictedToMods": community.posting_restricted_to_mods,
        "manuallyApprovesFollowers": reach is Reach.PRIVATE,
        "discoverable": reach is Reach.PUBLIC and not community.hidden,
        "indexable": reach is Reach.PUBLIC and not community.hidden,
        "attributedTo": moderators_of(ident),
        "featured": featured_of(ident),
        "followers": f"{ident}/followers",
        "inbox": f"{ident}/inbox",
        "outbox": f"{ident}/outbox",
        "endpoints": {"sharedInbox": f"{origin}/inbox"},
        "publicKey": build_key(ident, public_pem),
        "language": [build_language(number) for number in language_ids],
        **(
            {"tag": [build_post_tag(tag, ident) for tag in chosen]}
            if (chosen := read_tags(community.post_tags))
            else {}
        ),
        **_moments(community.published, community.updated),
    }


def build_site(site: LocalSite, *, public_pem: str, language_ids: Iterable[int]) -> Json:
    """Our site, which signs what we fetch (ACT-7)."""
    ident = site.ap_id
    document: Json = {
        "type": "Application",
        "id": ident,
        "preferredUsername": site.host,
        "name": site.name,
        **({"summary": site.description} if site.description else {}),
        **_picture("icon", site.icon),
        **_picture("image", site.banner),
        "inbox": f"{site.origin}/inbox",
        "outbox": f"{site.origin}/site_outbox",
        "publicKey": build_key(ident, public_pem),
        "language": [build_language(number) for number in language_ids],
        **_moments(site.published, site.updated),
    }
    if site.sidebar:
        document |= {
            "mediaType": "text/html",
            **build_text(site.sidebar, site.sidebar_html or "", site.origin),
        }
    return document


def moderators_of(community: str) -> str:
    """The collection of the moderators of a community that lives here."""
    return f"{community}/moderators"


def featured_of(community: str) -> str:
    """The collection of the posts that are pinned in a community that lives here."""
    return f"{community}/featured"


def _described(source: str | None, html: str | None, origin: str) -> Json:
    if not source:
        return {}
    text = build_text(source, html or "", origin)
    return {"summary": text["content"], "source": text["source"]}


def _picture(name: str, url: str | None) -> Json:
    return {name: {"type": "Image", "url": url}} if url else {}


def _moments(published: int, updated: int | None) -> dict[str, Any]:
    moments = {"published": to_rfc3339(published)}
    return {**moments, "updated": to_rfc3339(updated)} if updated is not None else moments
