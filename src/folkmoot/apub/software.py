"""What other servers run: asked once a day over NodeInfo, which also tells whether they live (NI-3, DLV-9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from folkmoot.apub.documents import Malformed, load, web_address
from folkmoot.apub.policy import policy
from folkmoot.context import Context
from folkmoot.model.time import DAY, HOUR, Micros
from folkmoot.net.errors import NetFailure
from folkmoot.store import destinations, jobs
from folkmoot.store.db import Database

LOOK = "federation.look"
"""The job that asks one server."""
EVERY: Micros = DAY
_SPREAD: Micros = HOUR
_LIMIT = 256 * 1024
_SCHEMAS = (
    "http://nodeinfo.diaspora.software/ns/schema/2.1",
    "http://nodeinfo.diaspora.software/ns/schema/2.0",
)
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Software:
    """A program and its version, as a server calls them."""

    name: str
    version: str | None


async def look_at_servers(db: Database) -> int:
    """Ask those that were not asked for a day, over the next hour; how many. Nobody where federation is off."""
    async with db.read() as tx:
        if not (await policy(tx)).enabled:
            return 0
        due = await destinations.to_look_at(tx, tx.now - EVERY)
    async with db.write() as tx:
        for place, (instance_id, domain) in enumerate(due):
            await jobs.enqueue(
                tx,
                LOOK,
                {"instance_id": instance_id, "domain": domain},
                run_at=tx.now + place * _SPREAD // max(len(due), 1),
                unique_key=f"{LOOK} {instance_id}",
            )
    return len(due)


async def look(context: Context, payload: Mapping[str, object]) -> None:
    """Ask one server what it runs; one that does not answer is asked again tomorrow. A job."""
    instance_id, domain = payload["instance_id"], payload["domain"]
    assert isinstance(instance_id, int)
    assert isinstance(domain, str)
    async with context.db.read() as tx:
        if not (await policy(tx)).enabled:
            return
    scheme = "http" if context.settings.development else "https"
    answered, software = True, None
    try:
        software = await read_software(context, f"{scheme}://{domain}")
    except (NetFailure, Malformed):
        answered = False
    async with context.db.write() as tx:
        await destinations.set_looked(
            tx,
            instance_id,
            software=software.name if software else None,
            version=software.version if software else None,
            answered=answered,
        )


async def read_software(context: Context, origin: str) -> Software | None:
    """What a server says it runs; None where it says nothing of it (404, or another shape).

    Raises `NetFailure`; `Malformed` for what is no JSON.
    """
    found = await _get(context, f"{origin}/.well-known/nodeinfo")
    links = found.get("links") if found else None
    by_schema = {
        link["rel"]: web_address(link.get("href"))
        for link in (links if isinstance(links, list) else [])
        if isinstance(link, dict) and isinstance(link.get("rel"), str)
    }
    for schema in _SCHEMAS:
        address = by_schema.get(schema)
        if address is not None and urlsplit(address).netloc == urlsplit(origin).netloc:
            return _software_of(await _get(context, address))
    return None


def _software_of(document: Mapping[str, object] | None) -> Software | None:
    said = document.get("software") if document else None
    if not isinstance(said, dict):
        return None
    name, version = said.get("name"), said.get("version")
    if not isinstance(name, str) or not name.strip():
        return None
    return Software(
        name.strip().lower()[:_LONGEST], version.strip()[:_LONGEST] if isinstance(version, str) else None
    )


async def _get(context: Context, url: str) -> Mapping[str, object] | None:
    """A JSON object; None where there is none."""
    answer = await context.http.get(url, accept="application/json", limit_bytes=_LIMIT, redirects=2)
    return load(answer.body) if answer.status == 200 else None
