"""The server."""

import msgspec

from folkmoot.api.call import Answer, Call
from folkmoot.api.own import wire
from folkmoot.core.site.health import look_after


async def health(call: Call) -> Answer:
    """Whether the server is well: for whatever watches it."""
    found = await look_after(call.context.db)
    said = wire.HealthResponse(
        status="ok" if found.well else "unavailable",
        version=found.version,
        database=found.database,
        schema=found.schema,
    )
    kept = ((b"cache-control", b"no-store"),)
    return Answer(msgspec.json.encode(said), 200 if found.well else 503, headers=kept)
