"""How other servers and apps find us: WebFinger, NodeInfo, host-meta (section 8)."""

from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from folkmoot import __version__
from folkmoot.apub.call import HOUR, JRD_JSON, NOTHING, THREE_DAYS, Answer, Call, moved, plain, refusal
from folkmoot.apub.documents import AS
from folkmoot.apub.objects.context import Json
from folkmoot.core.site import software
from folkmoot.core.site.frame import read_counted_site
from folkmoot.model.enums import RegistrationMode, Visibility
from folkmoot.model.site import LocalSite
from folkmoot.store import communities, people
from folkmoot.store.db import Tx
from folkmoot.text.names import name_key

SCHEMA = "http://nodeinfo.diaspora.software/ns/schema"
_UNKNOWN = Answer(404, keep=THREE_DAYS)


# --- WebFinger -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who is looked for. `kind`: where the resource says so."""

    name: str
    host: str
    kind: Literal["person", "community", "site"] | None
    by_address: bool = False


async def show_webfinger(call: Call) -> Answer:
    """The actors of a name: a person before a community, as whoever takes the last link means the community (WF-1 to WF-6, F-5)."""
    resource = call.asked("resource")
    if not resource:
        return refusal("unknown", "webfinger needs a resource")
    asked = _read_resource(resource, call.origin)
    if asked is None:
        return refusal("unknown", "not a name and host, nor the address of an actor here", keep=THREE_DAYS)
    host = call.context.settings.hostname
    if asked.host != host.lower():
        return _UNKNOWN
    async with call.context.db.read() as tx:
        links = await _links(tx, asked, call.origin, host)
    if not links:
        return _UNKNOWN
    # Of the site the address is the name (FEP-d556); people and communities are called by their handle, however they were asked for.
    by_address = asked.by_address and asked.kind == "site"
    subject = resource if by_address else f"acct:{asked.name}@{host}"
    return plain({"subject": subject, "links": links}, kind=JRD_JSON, keep=THREE_DAYS)


def _read_resource(resource: str, origin: str) -> _Asked | None:
    """`acct:name@host`, `name@host`, `!name@host`, or the address of an actor; None for anything else."""
    host = origin.partition("://")[2]
    if resource.startswith(("https://", "http://")):
        if resource in {origin, f"{origin}/"}:
            return _Asked(host, host, "site", by_address=True)
        path = resource.removeprefix(origin)
        kind: Any = {"/u/": "person", "/c/": "community"}.get(path[:3]) if path != resource else None
        name = path[3:]
        if kind and name and "/" not in name:
            return _Asked(name, host, kind, by_address=True)
        # An address of another server is well formed, and not ours to know.
        return _Asked("", resource.partition("://")[2].partition("/")[0].lower(), None, by_address=True)
    text = resource.removeprefix("acct:")
    sign = text[:1] if text[:1] in {"!", "@", "~"} else ""
    name, at, host = text.removeprefix(sign).partition("@")
    if not name or not at or not host or "@" in host or "/" in host or any(char.isspace() for char in text):
        return None
    if sign == "~":  # a feed, PieFed's way; there are none here
        return _Asked("", host.lower(), None)
    return _Asked(name, host.lower(), {"!": "community", "@": "person"}.get(sign))  # type: ignore[arg-type]


async def _links(tx: Tx, asked: _Asked, origin: str, host: str) -> list[Json]:
    if asked.kind == "site" or (asked.kind is None and asked.name.lower() == host.lower()):
        return _actor_links(f"{origin}/", "Application" if asked.by_address else "none")
    links: list[Json] = []
    key = name_key(asked.name)
    if asked.kind in {None, "person"}:
        person = await people.by_name(tx, key, None)
        if person is not None and not person.deleted and not person.banned:
            links += [*_actor_links(person.ap_id, "Person"), _subscribe(origin)]
    if asked.kind in {None, "community"}:
        community = await communities.by_name(tx, key, None)
        hidden = community is None or community.deleted or community.removed
        if community is not None and not hidden and community.visibility != Visibility.LOCAL_ONLY:
            links += _actor_links(community.ap_id, "Group")
    return links


def _actor_links(ident: str, kind: str) -> list[Json]:
    return [
        {
            "rel": "http://webfinger.net/rel/profile-page",
            "type": "text/html",
            "href": ident,
            "template": None,
        },
        {
            "rel": "self",
            "type": "application/activity+json",
            "href": ident,
            "template": None,
            "properties": {f"{AS}#type": kind},
        },
    ]


def _subscribe(origin: str) -> Json:
    template = f"{origin}/activitypub/externalInteraction?uri={{uri}}"
    return {
        "rel": "http://ostatus.org/schema/1.0/subscribe",
        "type": None,
        "href": None,
        "template": template,
    }


async def interact(call: Call) -> Answer:
    """Somebody on another server wants to do something here with what lies at `uri`: it is looked up like anything pasted."""
    uri = call.asked("uri") or ""
    return moved(f"/search?q={quote(uri[:2000], safe='')}", status=303, keep=0)


async def show_host_meta(call: Call) -> Answer:
    """Where WebFinger is, for those who look here first (HM-1)."""
    template = quoteattr(f"{call.origin}/.well-known/webfinger?resource={{uri}}")
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">'
        f'<Link rel="lrdd" type="application/jrd+json" template={template}/></XRD>\n'
    )
    return Answer(200, body.encode(), b"application/xrd+xml; charset=utf-8", THREE_DAYS)


# --- NodeInfo ------------------------------------------------------------------------------------------------------


async def show_nodeinfo_links(call: Call) -> Answer:
    """Which versions there are. Apps take the first, other servers the highest; Mbin takes the last link, whatever it is, and so do others:
    what is no version stands before it (NI-1, decision 0012)."""
    first, second = [_version_link(call, version) for version in ("2.0", "2.1")]
    actor = {"rel": f"{AS}#Application", "href": f"{call.origin}/"}
    links = [actor, second] if _told(call) == "nobody" else [first, actor, second]
    return plain({"links": links}, keep=THREE_DAYS)


def _version_link(call: Call, version: str) -> Json:
    return {"rel": f"{SCHEMA}/{version}", "href": f"{call.origin}/nodeinfo/{version}"}


def _told(call: Call) -> str:
    """Who is told that this is Lemmy."""
    return call.context.settings.nodeinfo_as_lemmy


async def show_nodeinfo_2_0(call: Call) -> Answer:
    """For apps: the Lemmy whose API we speak."""
    if _told(call) == "nobody":
        return NOTHING
    return await _as_lemmy(call, "2.0")


async def show_nodeinfo_2_1(call: Call) -> Answer:
    """For other servers: who we are. Some apps look here as well; theirs come with an `Origin`, which no server sends (decision 0012)."""
    if _told(call) == "everyone" or (_told(call) == "apps" and "origin" in call.headers):
        return await _as_lemmy(call, "2.1")
    async with call.context.db.read() as tx:
        site = await read_counted_site(tx)
    source = call.context.settings.source_url or f"{call.origin}/source"
    described = {
        "name": software.NAME,
        "version": __version__,
        "repository": source,
        "homepage": f"{call.origin}/about",
    }
    return _nodeinfo("2.1", described, site, {})


async def _as_lemmy(call: Call, version: str) -> Answer:
    async with call.context.db.read() as tx:
        site = await read_counted_site(tx)
    # Lemmy reads no document whose metadata has anything but texts in it.
    named = {"softwareName": software.NAME, "softwareVersion": __version__}
    return _nodeinfo(version, {"name": "lemmy", "version": software.LEMMY_VERSION}, site, named)


def _nodeinfo(version: str, described: Json, site: LocalSite, metadata: Json) -> Answer:
    users = {
        "total": site.users,
        "activeHalfyear": site.users_active_half_year,
        "activeMonth": site.users_active_month,
    }
    description = {"nodeDescription": site.description} if site.description else {}
    content = {
        "version": version,
        "software": described,
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "usage": {"users": users, "localPosts": site.posts, "localComments": site.comments},
        "openRegistrations": site.registration_mode != RegistrationMode.CLOSED,
        "metadata": {"nodeName": site.name, **description, **metadata},
    }
    kind = f'application/json; profile="{SCHEMA}/{version}#"'.encode()
    return replace(plain(content, kind=kind, keep=HOUR), headers=((b"vary", b"origin"),))


async def to_nodeinfo(_call: Call) -> Answer:
    """Old addresses."""
    return moved("/nodeinfo/2.1", status=307)


async def to_nodeinfo_2_0(call: Call) -> Answer:
    """The old address that libraries for bots ask, which insist on Lemmy (decision 0012)."""
    return moved(f"/nodeinfo/{'2.1' if _told(call) == 'nobody' else '2.0'}", status=307)
