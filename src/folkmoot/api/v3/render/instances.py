"""Servers."""

from folkmoot.api.v3.render.base import moment, moment_or_none
from folkmoot.api.v3.wire import site as wire
from folkmoot.model.instances import Federation, Instance


def instance(found: Instance) -> wire.InstanceWithFederationState:
    """A server with what it says of itself."""
    return wire.InstanceWithFederationState(
        id=found.id,
        domain=found.domain,
        published=moment(found.published),
        updated=moment_or_none(found.updated),
        software=found.software,
        version=found.version,
    )


def federated_instances(found: Federation) -> wire.FederatedInstances:
    """All servers in three lists (W-9)."""
    return wire.FederatedInstances(
        linked=[instance(each) for each in found.linked],
        allowed=[instance(each) for each in found.allowed],
        blocked=[instance(each) for each in found.blocked],
    )
