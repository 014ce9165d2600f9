"""Which servers this one talks to (W-6): a list of the blocked and, where it is not empty, a list of the only ones allowed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from folkmoot.core import permissions
from folkmoot.core.moderation import checked_expiry, checked_reason
from folkmoot.core.permissions import Standing
from folkmoot.model.errors import Invalid, NotAllowed
from folkmoot.model.instances import Instance
from folkmoot.model.people import Viewer
from folkmoot.store import instances
from folkmoot.store.db import Tx
from folkmoot.store.instances import Kind
from folkmoot.text import links

_PORT = re.compile(r":[0-9]*\Z")


@dataclass(frozen=True, slots=True)
class DecideInstance:
    """What was asked. `on` False ends it. `expires` in Unix seconds, None for good."""

    domain: str
    on: bool = True
    reason: str | None = None
    expires: int | None = None


async def block_instance(tx: Tx, viewer: Viewer, asked: DecideInstance) -> Instance:
    """Have nothing to do with a server any more, or again. One that we never heard of can be blocked too.

    Raises `NotAllowed` not_an_admin, cant_block_local_instance; `Invalid` invalid_domain, invalid_body_field, ban_expiration_in_past,
    invalid_unix_time.
    """
    return await _decide(tx, viewer, "block", asked)


async def allow_instance(tx: Tx, viewer: Viewer, asked: DecideInstance) -> Instance:
    """Put a server on the list of allowed ones, or take it off; the first one there excludes all others. Raises as `block_instance`."""
    return await _decide(tx, viewer, "allow", asked)


async def _decide(tx: Tx, viewer: Viewer, kind: Kind, asked: DecideInstance) -> Instance:
    permissions.check("instances.block", Standing(viewer))
    reason = checked_reason(asked.reason)
    expires = checked_expiry(asked.expires, tx.now)
    instance = await _other_server(tx, asked.domain, "domain")
    if asked.on:
        await instances.set_policy(tx, kind, instance.id, reason=reason, expires=expires)
    else:
        await instances.drop_policy(tx, kind, instance.id)
    return instance


async def set_blocked_instances(tx: Tx, viewer: Viewer, domains: Sequence[str]) -> None:
    """Make these the blocked servers; who stays keeps reason and end (W-6). Raises as `block_instance`."""
    await _replace(tx, viewer, "block", domains, "blocked_instances")


async def set_allowed_instances(tx: Tx, viewer: Viewer, domains: Sequence[str]) -> None:
    """Make these the allowed servers; none means all (W-6). Raises as `block_instance`."""
    await _replace(tx, viewer, "allow", domains, "allowed_instances")


async def _replace(tx: Tx, viewer: Viewer, kind: Kind, domains: Sequence[str], field: str) -> None:
    permissions.check("instances.block", Standing(viewer))
    wanted = [await _other_server(tx, domain, field) for domain in domains]
    await instances.drop_policies_except(tx, kind, [instance.id for instance in wanted])
    for instance in wanted:
        await instances.keep_policy(tx, kind, instance.id)


async def _other_server(tx: Tx, domain: str, field: str) -> Instance:
    instance = await instances.known_or_new(tx, checked_domain(domain, field))
    if instance.local:
        raise NotAllowed("cant_block_local_instance", field=field)
    return instance


def checked_domain(text: str, field: str = "domain") -> str:
    """The domain of a server in its one spelling, from a bare domain or any address on it; never with a port (URL-15).

    Raises `Invalid` invalid_domain.
    """
    text = text.strip()
    try:
        normal = links.normalise(text if "://" in text else f"https://{text}")
    except links.UrlRefused as error:
        raise Invalid("invalid_domain", field=field, detail=text[:100]) from error
    scheme, _, rest = normal.partition("://")
    domain = _PORT.sub("", rest.partition("/")[0].rpartition("@")[2])
    if (
        scheme not in {"http", "https"}
        or not domain
        or len(domain) > 255
        or any(mark in domain for mark in "?#")
    ):
        raise Invalid("invalid_domain", field=field, detail=text[:100])
    return domain


async def end_expired(tx: Tx) -> int:
    """Forget the decisions whose time is over; how many. Runs hourly: until then they still hold."""
    return await instances.drop_expired(tx)
