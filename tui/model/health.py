"""From conditions to a verdict: state, reason, message and since when."""

from datetime import datetime
from enum import StrEnum

import msgspec

from tui.model.kinds import KINDS
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
        return Health(State.TERMINATING, "Terminating", _deletion(resource, ready), metadata.deletion_timestamp)
    if resource.suspended:
        return _suspended(resource, ready)
    return _running(resource, ready)


def _deletion(resource: Resource, ready: Condition | None) -> str:
    """What a deletion waits for, and what its controller complains of meanwhile."""
    controller = KINDS[resource.ref.kind].controller
    waits = [f"{controller} ({one})" if "fluxcd" in one else one for one in resource.metadata.finalizers]
    told = f"being deleted, waits for {', '.join(waits)}" if waits else "being deleted"
    return f"{told}: {ready.message}" if ready is not None and ready.status == "False" and ready.message else told


def _suspended(resource: Resource, ready: Condition | None) -> Health:
    frozen = _running(resource, ready, suspended=True)
    owner = resource.suspend_owner
    return Health(
        State.SUSPENDED,
        frozen.reason,
        frozen.message,
        owner.time if owner else None,
        drifted=frozen.drifted,
        frozen=frozen.state,
    )


def _running(resource: Resource, ready: Condition | None, suspended: bool = False) -> Health:
    if not resource.status.conditions:
        return _without_conditions(resource)
    stalled = resource.condition("Stalled")
    if stalled is not None and stalled.status == "True":
        told = _told(resource, ready)[1] if ready is not None else stalled.message
        return Health(State.STALLED, stalled.reason, told, stalled.last_transition_time)
    reconciling = resource.condition("Reconciling")
    if ready is None and reconciling is not None:
        return Health(State.PROGRESSING, reconciling.reason, reconciling.message, reconciling.last_transition_time)
    if ready is None:
        return Health(State.UNKNOWN, message="waiting to be reconciled", since=resource.metadata.creation_timestamp)
    working = reconciling is not None and reconciling.status == "True"
    observed = ready.observed_generation or resource.status.observed_generation
    state = _verdict(ready, not suspended and 0 < observed < resource.metadata.generation, working)
    reason, told = _told(resource, ready)
    return Health(
        state,
        reason,
        told,
        ready.last_transition_time,
        retrying=working and state is State.FAILED,
        drifted=_drifted(resource),
    )


def _told(resource: Resource, ready: Condition) -> tuple[str, str]:
    """Ready's reason and message; of a release that was rolled back or uninstalled, what went wrong before.

    Then Ready has the remediation's own success, and Released the failure (helm-controller
    internal/reconcile/release.go summarize).
    """
    remediated, released = resource.condition("Remediated"), resource.condition("Released")
    if remediated is None or released is None or released.status != "False" or ready.message != remediated.message:
        return ready.reason, ready.message
    return released.reason, f"{released.message}\n{remediated.message}"


def _verdict(ready: Condition, behind: bool, working: bool) -> State:
    if ready.status == "False":
        if ready.reason in _SOURCE_WAITS:
            return State.WAITING
        return State.PROGRESSING if behind or ready.reason == "HealthCheckCanceled" else State.FAILED
    if ready.status != "True" or behind or working:
        return State.PROGRESSING
    return State.READY


def is_static(resource: Resource) -> bool:
    """Whether no controller judges an object or obeys requests about it.

    Args:
        resource: The object.

    Returns:
        True for an Alert, a Provider and a HelmRepository of type `oci`.
    """
    kind = resource.ref.kind
    return kind in _STATIC_KINDS or (kind == "HelmRepository" and resource.spec.type == "oci")


def _without_conditions(resource: Resource) -> Health:
    created = resource.metadata.creation_timestamp
    if is_static(resource):
        return Health(State.STATIC, since=created)
    if resource.ref.kind == "ExternalArtifact" and resource.status.artifact is not None:
        return Health(State.READY, since=resource.status.artifact.last_update_time)
    return Health(State.UNKNOWN, message="waiting to be reconciled", since=created)


def _drifted(resource: Resource) -> bool:
    drifted = resource.condition("Drifted")
    return drifted is not None and drifted.status == "True"
