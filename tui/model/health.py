"""From conditions to a verdict: state, reason, message and since when."""

from datetime import datetime
from enum import StrEnum

import msgspec

from tui.model.resources import Condition, Resource


class State(StrEnum):
    """What an object is doing, worst first."""

    FAILED = "failed"
    STALLED = "stalled"
    """Failed, and will not be tried again until its spec or an annotation changes."""
    WAITING = "waiting"
    """Something else has to be ready first."""
    TERMINATING = "terminating"
    UNKNOWN = "unknown"
    """No controller has said anything about it yet."""
    PROGRESSING = "progressing"
    SUSPENDED = "suspended"
    READY = "ready"
    STATIC = "static"
    """A kind that no controller judges: it is there, and that is all."""


FAULTS = frozenset((State.FAILED, State.STALLED))
"""What is broken in itself."""

TROUBLES = FAULTS | {State.WAITING}
"""What is broken, and what it holds up."""

SEVERITY = {state: position for position, state in enumerate(State)}
"""Lower is worse."""


class Health(msgspec.Struct, frozen=True, gc=False):
    """The verdict on one object."""

    state: State
    reason: str = ""
    message: str = ""
    since: datetime | None = None
    """When the verdict's condition last changed; for a suspended object, when it was suspended, if that is known."""
    retrying: bool = False
    """Failed, and the controller tries again by itself."""
    drifted: bool = False
    """Ready, but the cluster differs from what was applied (HelmRelease drift detection)."""
    frozen: State | None = None
    """Suspended: the verdict that stood when it was suspended."""


_SOURCE_WAITS = frozenset(("DependencyNotReady", "SourceNotReady"))
_STATIC_KINDS = frozenset(("Alert", "Provider"))


def assess(resource: Resource) -> Health:
    """Judge an object by its own conditions; the first rule that matches decides.

    Reconcilers write Reconciling and Stalled only when True, freeze Ready on suspend, and pass through Ready=Unknown
    while they work (fluxcd/pkg apis/meta/conditions.go, runtime/conditions/setter.go).

    Args:
        resource: The object.

    Returns:
        Its verdict.
    """
    metadata, ready = resource.metadata, resource.condition("Ready")
    if metadata.deletion_timestamp is not None:
        return Health(State.TERMINATING, "Terminating", ready.message if ready else "", metadata.deletion_timestamp)
    if resource.suspended:
        return _suspended(resource, ready)
    return _running(resource, ready)


def _suspended(resource: Resource, ready: Condition | None) -> Health:
    frozen = _running(resource, ready)
    owner = resource.suspend_owner
    return Health(
        State.SUSPENDED,
        frozen.reason,
        frozen.message,
        owner.time if owner else None,
        drifted=frozen.drifted,
        frozen=frozen.state,
    )


def _running(resource: Resource, ready: Condition | None) -> Health:
    if not resource.status.conditions:
        return _without_conditions(resource)
    stalled = resource.condition("Stalled")
    if stalled is not None and stalled.status == "True":
        told = ready or stalled
        return Health(State.STALLED, stalled.reason, told.message, stalled.last_transition_time)
    if ready is None:
        reconciling = resource.condition("Reconciling")
        return Health(State.PROGRESSING if reconciling else State.UNKNOWN, message="waiting to be reconciled")
    reconciling = resource.condition("Reconciling")
    working = reconciling is not None and reconciling.status == "True"
    behind = 0 < ready.observed_generation < resource.metadata.generation
    return Health(
        _verdict(ready, behind, working),
        ready.reason,
        ready.message,
        ready.last_transition_time,
        retrying=working,
        drifted=_drifted(resource),
    )


def _verdict(ready: Condition, behind: bool, working: bool) -> State:
    if ready.status == "False":
        if ready.reason in _SOURCE_WAITS:
            return State.WAITING
        return State.PROGRESSING if behind or ready.reason == "HealthCheckCanceled" else State.FAILED
    if ready.status != "True" or behind or working:
        return State.PROGRESSING
    return State.READY


def _without_conditions(resource: Resource) -> Health:
    created = resource.metadata.creation_timestamp
    is_static = resource.ref.kind in _STATIC_KINDS or (
        resource.ref.kind == "HelmRepository" and resource.spec.type == "oci"
    )
    if is_static:
        return Health(State.STATIC, since=created)
    if resource.ref.kind == "ExternalArtifact" and resource.status.artifact is not None:
        return Health(State.READY, since=resource.status.artifact.last_update_time)
    return Health(State.UNKNOWN, message="waiting to be reconciled", since=created)


def _drifted(resource: Resource) -> bool:
    drifted = resource.condition("Drifted")
    return drifted is not None and drifted.status == "True"
