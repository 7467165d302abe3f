"""From conditions to a verdict: state, reason, message and since when."""

import re
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
    attempt: tuple[int, str] = (0, "")
    """What was tried: the generation of the spec, and the revision where the status names one. As long as it is the
    same, a run is routine."""


_SOURCE_WAITS = frozenset(("DependencyNotReady", "SourceNotReady"))
_STATIC_KINDS = frozenset(("Alert", "Provider"))


def assess(resource: Resource, before: Health | None = None) -> Health:
    """Judge an object by its own conditions; the first rule that matches decides.

    Reconcilers write Reconciling and Stalled only when True, freeze Ready on suspend, and pass through Ready=Unknown
    while they work (fluxcd/pkg apis/meta/conditions.go, runtime/conditions/setter.go).

    Args:
        resource: The object.
        before: The verdict that stood so far, which a routine run does not shake; None judges the moment.

    Returns:
        Its verdict.
    """
    metadata, ready = resource.metadata, resource.condition("Ready")
    if metadata.deletion_timestamp is not None:
        return Health(State.TERMINATING, "Terminating", _deletion(resource, ready), metadata.deletion_timestamp)
    if resource.suspended:
        return _suspended(resource, ready)
    return _calm(resource, _running(resource, ready), before)


def _calm(resource: Resource, health: Health, before: Health | None) -> Health:
    """Keep the last settled verdict while the same thing is tried once more.

    Routine is a run of the generation and revision that the verdict is about. kustomize-controller passes through
    Ready=Unknown in each run; source-controller keeps Ready and adds ArtifactOutdated when there is something new;
    helm-controller keeps Ready while it looks, takes Stalled away meanwhile, and says Unknown when it acts.
    """
    if before is None or before.attempt != health.attempt:
        return health
    if health.state in FAULTS:
        looks = before.state is State.STALLED and health.retrying and _reason(resource, "Reconciling") == "Progressing"
        return before if looks else _lasting(health, before)
    if health.state is not State.PROGRESSING or _is_outdated(resource):
        return health
    if before.state is State.FAILED:
        return msgspec.structs.replace(before, retrying=True)
    ready = resource.condition("Ready")
    acts = resource.ref.kind == "HelmRelease" and (ready is None or ready.status != "True")
    return before if before.state is State.READY and not acts else health


def _lasting(health: Health, before: Health) -> Health:
    """A failure that began when the same attempt failed first."""
    if before.state not in FAULTS or before.since is None or health.since is None or before.since >= health.since:
        return health
    return msgspec.structs.replace(health, since=before.since)


def _reason(resource: Resource, type_: str) -> str:
    condition = resource.condition(type_)
    return condition.reason if condition is not None else ""


def _is_outdated(resource: Resource) -> bool:
    outdated = resource.condition("ArtifactOutdated")
    return outdated is not None and outdated.status == "True"


_TRIED = re.compile(r"\bfor revision (\S+)")
"""kustomize-controller names the revision it is at before `lastAttemptedRevision` does."""


_NAMED_WITHIN = 500
"""Characters of a message in which the revision stands."""


def attempt_of(resource: Resource) -> tuple[int, str]:
    """What is tried now, or was tried last.

    Args:
        resource: The object.

    Returns:
        The generation of the spec, and the revision where the status names one.
    """
    reconciling = resource.condition("Reconciling")
    named = _TRIED.search(reconciling.message, 0, _NAMED_WITHIN) if reconciling is not None else None
    revision = named[1] if named is not None else resource.status.last_attempted_revision
    return resource.metadata.generation, revision


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
    attempt = attempt_of(resource)
    stalled = resource.condition("Stalled")
    if stalled is not None and stalled.status == "True":
        told = _told(resource, ready)[1] if ready is not None else stalled.message
        return Health(State.STALLED, stalled.reason, told, stalled.last_transition_time, attempt=attempt)
    reconciling = resource.condition("Reconciling")
    if ready is None and reconciling is not None:
        since = reconciling.last_transition_time
        return Health(State.PROGRESSING, reconciling.reason, reconciling.message, since, attempt=attempt)
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
        _failing_since(resource, ready, reason) if state is State.FAILED else ready.last_transition_time,
        retrying=working and state is State.FAILED,
        drifted=_drifted(resource),
        attempt=attempt,
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


_LASTING = ("FetchFailed", "BuildFailed", "StorageOperationFailed", "Released", "TestSuccess", "Remediated")
"""Conditions that outlast a retry, which Ready does not: sources' are True when bad, HelmReleases' False."""


def _failing_since(resource: Resource, ready: Condition, reason: str) -> datetime | None:
    """When a failure began: Ready says when it was last retried."""
    moments = [
        condition.last_transition_time
        for condition in resource.status.conditions
        if condition.type in _LASTING and condition.reason == reason
    ]
    latest = resource.status.history[:1]
    moments.extend(one.first_reconciled for one in latest if one.last_reconciled_status == reason)
    return min((one for one in (*moments, ready.last_transition_time) if one is not None), default=None)


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
