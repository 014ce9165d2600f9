"""Servers."""

from folkmoot.api.v3.render.base import moment, moment_or_none
from folkmoot.api.v3.wire import site as wire
from folkmoot.model.instances import Federation, FederationState, Instance


def instance(found: Instance, state: FederationState | None) -> wire.InstanceWithFederationState:
    """A server with what it says of itself, and how far it has got with what we sent."""
    return wire.InstanceWithFederationState(
        id=found.id,
        domain=found.domain,
        published=moment(found.published),
        updated=moment_or_none(found.updated),
        software=found.software,
        version=found.version,
        federation_state=_state(state) if state else None,
    )


def _state(found: FederationState) -> wire.ReadableFederationState:
    return wire.ReadableFederationState(
        instance_id=found.instance_id,
        fail_count=found.fail_count,
        last_successful_id=found.last_successful_id,
        last_successful_published_time=moment_or_none(found.last_successful_published),
        last_retry=moment_or_none(found.last_retry),
        next_retry=moment_or_none(found.next_retry),
    )


def federated_instances(found: Federation) -> wire.FederatedInstances:
    """All servers in three lists (W-9)."""
    return wire.FederatedInstances(
        linked=[instance(each, found.states.get(each.id)) for each in found.linked],
        allowed=[instance(each, found.states.get(each.id)) for each in found.allowed],
        blocked=[instance(each, found.states.get(each.id)) for each in found.blocked],
    )
