"""What other servers run: asked over NodeInfo at first contact and once a day; this also tells whether they live (NI-3, DLV-9)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from folkmoot.apub.documents import Malformed, load, web_address
from folkmoot.apub.policy import policy
from folkmoot.context import Context
from folkmoot.model.time import DAY, HOUR, SECOND, Micros
from folkmoot.net.errors import NetFailure
from folkmoot.store import destinations, instances, jobs, outbox
from folkmoot.store.db import Database, Tx

LOOK = "federation.look"
"""The job that asks one server."""
EVERY: Micros = DAY
_EVERY_AT_FIRST: Micros = HOUR
"""A server that we met within a day and do not know yet: what it is told depends on what it runs."""
_SPREAD: Micros = HOUR
_AFTER_MEETING: Micros = 5 * SECOND
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
    """Ask those that were not asked for a day, and new ones that have not said it yet, over the next hour; how many. Nobody where
    federation is off."""
    async with db.read() as tx:
        if not (await policy(tx)).enabled:
            return 0
        due = await destinations.to_look_at(tx, tx.now - EVERY, unknown=tx.now - _EVERY_AT_FIRST)
    async with db.write() as tx:
        for place, instance_id in enumerate(due):
            await _look_later(tx, instance_id, tx.now + place * _SPREAD // max(len(due), 1))
    return len(due)


async def look_at_new(tx: Tx, instance_ids: Collection[int]) -> None:
    """Ask servers that are sent to for the first time, once what there is to tell them is on its way."""
    for instance_id in sorted(instance_ids):
        await _look_later(tx, instance_id, tx.now + _AFTER_MEETING)


async def _look_later(tx: Tx, instance_id: int, moment: Micros) -> None:
    await jobs.enqueue(
        tx, LOOK, {"instance_id": instance_id}, run_at=moment, unique_key=f"{LOOK} {instance_id}"
    )


async def look(context: Context, payload: Mapping[str, object]) -> None:
    """Ask one server what it runs; one that does not answer is asked again: a new one in an hour, others tomorrow. A job."""
    instance_id = payload["instance_id"]
    assert isinstance(instance_id, int)
    async with context.db.read() as tx:
        if not (await policy(tx)).enabled:
            return
        origin = await _origin(tx, instance_id, development=context.settings.development)
    if origin is None:
        return
    answered, software = True, None
    try:
        software = await read_software(context, origin)
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


async def _origin(tx: Tx, instance_id: int, *, development: bool) -> str | None:
    """Where a server is asked; None where it is gone. While developing that is where its inbox is: only that has the port."""
    instance = await instances.by_id(tx, instance_id)
    if instance is None:
        return None
    inbox = await outbox.server_inbox(tx, instance_id) if development else None
    if inbox is None:
        return f"{'http' if development else 'https'}://{instance.domain}"
    parts = urlsplit(inbox)
    return f"{parts.scheme}://{parts.netloc}"


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
