"""The verdict on an object of any kind that Flux applied, by the rules of Flux's own health checks.

The rules and their order are kstatus's (fluxcd/cli-utils pkg/kstatus/status/generic.go, status.go, core.go). Where it
says InProgress of what a person has to mend, the verdict here is that it fails, and each such place says so.
"""

from collections.abc import Callable
from datetime import datetime

import msgspec

from tui.model.health import Health, State
from tui.model.live import Conditions, Live, read_part
from tui.model.pods import judge_pod
from tui.model.resources import Condition
from tui.model.rollouts import cron_job, daemon_set, deployment, job, replica_set, stateful_set
from tui.model.services import (
    budget,
    canary,
    certificate,
    claim,
    definition,
    ingress,
    namespace,
    scaler,
    service,
)

_RULES: dict[tuple[str, str], Callable[[Live, datetime], Health | None]] = {
    ("apps", "Deployment"): deployment,
    ("apps", "StatefulSet"): stateful_set,
    ("apps", "DaemonSet"): daemon_set,
    ("apps", "ReplicaSet"): replica_set,
    ("batch", "Job"): job,
    ("batch", "CronJob"): cron_job,
    ("", "Pod"): judge_pod,
    ("", "PersistentVolumeClaim"): claim,
    ("", "Service"): service,
    ("", "Namespace"): namespace,
    ("networking.k8s.io", "Ingress"): ingress,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): definition,
    ("autoscaling", "HorizontalPodAutoscaler"): scaler,
    ("policy", "PodDisruptionBudget"): budget,
    ("flagger.app", "Canary"): canary,
    ("cert-manager.io", "Certificate"): certificate,
}
"""By API group and kind. A rule that has no answer leaves it to the conditions that most kinds have."""

_VERDICTS = ("Ready", "Available")
"""Conditions that say whether an object does what it is there for; an APIService has the second one."""

_AT_WORK = frozenset(
    (
        "Creating", "Deploying", "InProgress", "Initializing", "Issuing", "Pending", "Progressing", "Provisioning",
        "Reconciling", "Unknown", "Updating", "Waiting",
    )
)  # fmt: skip
"""Reasons of a False verdict with which controllers say that they are not done yet."""


def judge(group: str, kind: str, live: Live, now: datetime) -> Health:
    """Judge an object.

    Args:
        group: Its API group, empty for core.
        kind: Its kind.
        live: The object as it is.
        now: The time.

    Returns:
        Its verdict; `STATIC` for what is there and has no status that says more.
    """
    try:
        return _judge(_RULES.get((group, kind)), live, now)
    except msgspec.MsgspecError as error:
        return Health(State.UNKNOWN, "Unreadable", f"its status can't be read: {error}")


def _judge(rule: Callable[[Live, datetime], Health | None] | None, live: Live, now: datetime) -> Health:
    metadata, status = live.metadata, read_part(live.status, Conditions)
    if metadata.deletion_timestamp is not None:
        return _terminating(live, status)
    if status.observed_generation is not None and status.observed_generation != metadata.generation != 0:
        message = "its controller has not seen its last change yet"
        return Health(State.PROGRESSING, "LatestGenerationNotObserved", message)
    for type_, state in (("Reconciling", State.PROGRESSING), ("Stalled", State.STALLED)):
        if (found := status.true(type_)) is not None:
            return _told(state, found)
    verdict = rule(live, now) if rule is not None else None
    return verdict or _by_conditions(status, metadata.creation_timestamp)


def _by_conditions(status: Conditions, created: datetime | None) -> Health:
    """By what the object's controller says. kstatus takes False for InProgress, whatever the reason."""
    for type_ in _VERDICTS:
        if (found := status.get(type_)) is not None:
            if found.status == "True":
                return Health(State.READY, found.reason, since=found.last_transition_time)
            at_work = found.status != "False" or found.reason in _AT_WORK
            return _told(State.PROGRESSING if at_work else State.FAILED, found)
    return Health(State.STATIC, since=created)


def _told(state: State, condition: Condition) -> Health:
    message = condition.message or f"{condition.type} is {condition.status}: {condition.reason or 'no reason given'}"
    return Health(state, condition.reason, message, condition.last_transition_time)


def _terminating(live: Live, status: Conditions) -> Health:
    """What keeps it: what a namespace still holds, else finalizers that some controller has to take away."""
    metadata = live.metadata
    remaining = [
        one.message
        for one in status.conditions or ()
        if one.status == "True" and one.type.startswith("Namespace") and one.message
    ]
    if remaining:
        message = f"is being deleted: {' '.join(remaining)}"
    elif metadata.finalizers:
        message = f"is being deleted, kept by {', '.join(metadata.finalizers)}"
    else:
        message = "is being deleted"
    return Health(State.TERMINATING, "Terminating", message, metadata.deletion_timestamp)
