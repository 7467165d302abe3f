"""The verdicts on what stands around workloads: networking, storage, definitions, scaling, and well-known operators."""

from datetime import datetime

import msgspec

from tui.model.health import Health, State
from tui.model.live import Conditions, Live, read_part
from tui.model.resources import Api, Time


class _ServiceSpec(Api, frozen=True):
    type: str = "ClusterIP"
    cluster_ip: str = msgspec.field(name="clusterIP", default="")


class _Address(Api, frozen=True):
    ip: str = ""
    hostname: str = ""


class _Balancer(Api, frozen=True):
    ingress: tuple[_Address, ...] | None = None


class _Addressed(Api, frozen=True):
    load_balancer: _Balancer = _Balancer()


class _Phased(Conditions, frozen=True):
    phase: str = ""


class _BudgetStatus(Api, frozen=True):
    disruptions_allowed: int = 0
    current_healthy: int = 0
    desired_healthy: int = 0
    expected_pods: int = 0


class _CanaryStatus(Conditions, frozen=True):
    phase: str = ""
    canary_weight: int = 0
    failed_checks: int = 0
    last_transition_time: Time | None = None


def service(live: Live, _: datetime) -> Health:
    """Judge a Service; that a load balancer has no address yet does not keep it from being ready (core.go).

    Args:
        live: The Service.

    Returns:
        The verdict.
    """
    spec, created = read_part(live.spec, _ServiceSpec), live.metadata.creation_timestamp
    if spec.type != "LoadBalancer":
        return Health(State.STATIC, since=created)
    if not spec.cluster_ip:
        return Health(State.PROGRESSING, "NoIPAssigned", "has no cluster IP yet", created)
    addressed = read_part(live.status, _Addressed).load_balancer.ingress
    return Health(State.READY, message="" if addressed else "its load balancer has no address yet", since=created)


def ingress(live: Live, _: datetime) -> Health:
    """Judge an Ingress, which has nothing that says it fails.

    Args:
        live: The Ingress.

    Returns:
        Ready with an address, static without.
    """
    addressed = read_part(live.status, _Addressed).load_balancer.ingress
    created = live.metadata.creation_timestamp
    return (
        Health(State.READY, since=created) if addressed else Health(State.STATIC, message="no address", since=created)
    )


def claim(live: Live, _: datetime) -> Health:
    """Judge a PersistentVolumeClaim.

    Args:
        live: The claim.

    Returns:
        The verdict; one that lost its volume fails, which kstatus calls InProgress.
    """
    phase, created = read_part(live.status, _Phased).phase, live.metadata.creation_timestamp
    if phase == "Bound":
        return Health(State.READY, since=created)
    if phase == "Lost":
        return Health(State.FAILED, phase, "has lost its volume", created)
    return Health(State.PROGRESSING, "NotBound", f"is not bound to a volume ({phase or 'no phase yet'})", created)


def namespace(live: Live, _: datetime) -> Health:
    """Judge a Namespace that is not being deleted.

    Args:
        live: The Namespace.

    Returns:
        It is there.
    """
    return Health(State.STATIC, since=live.metadata.creation_timestamp)


def definition(live: Live, _: datetime) -> Health:
    """Judge a CustomResourceDefinition.

    Args:
        live: The definition.

    Returns:
        The verdict; present and no more where only its metadata was read.
    """
    status = read_part(live.status, Conditions)
    if not live.status:
        return Health(State.STATIC, since=live.metadata.creation_timestamp)
    names, established = status.get("NamesAccepted"), status.get("Established")
    if names is not None and names.status == "False":
        return Health(State.FAILED, names.reason, names.message, names.last_transition_time)
    if established is not None and established.status == "True":
        return Health(State.READY, since=established.last_transition_time)
    if established is not None and established.status == "False" and established.reason != "Installing":
        return Health(State.FAILED, established.reason, established.message, established.last_transition_time)
    return Health(State.PROGRESSING, "Installing", "its kind is not served yet", live.metadata.creation_timestamp)


def scaler(live: Live, _: datetime) -> Health:
    """Judge a HorizontalPodAutoscaler; kstatus has no rule for it.

    Args:
        live: The autoscaler.

    Returns:
        Failed where it can't scale or has no metrics; ready too where the target is scaled to 0.
    """
    status = read_part(live.status, Conditions)
    for type_ in ("AbleToScale", "ScalingActive"):
        found = status.get(type_)
        if found is not None and found.status == "False" and found.reason != "ScalingDisabled":
            return Health(State.FAILED, found.reason, found.message, found.last_transition_time)
    active = status.get("ScalingActive")
    if active is None:
        return Health(State.STATIC, since=live.metadata.creation_timestamp)
    idle = active.reason == "ScalingDisabled"
    return Health(State.READY, message="its target is scaled to 0" if idle else "", since=active.last_transition_time)


def budget(live: Live, _: datetime) -> Health:
    """Judge a PodDisruptionBudget, which is ready once its controller has seen it (core.go).

    Args:
        live: The budget.

    Returns:
        Ready; that it allows no disruption now is said.
    """
    status = read_part(live.status, _BudgetStatus)
    blocks = status.expected_pods > 0 and status.disruptions_allowed == 0
    message = f"allows no disruption: {status.current_healthy} healthy, {status.desired_healthy} needed"
    return Health(State.READY, message=message if blocks else "", since=live.metadata.creation_timestamp)


_CANARY_STATES = {
    "Initializing": State.PROGRESSING,
    "Initialized": State.READY,
    "Waiting": State.WAITING,
    "Progressing": State.PROGRESSING,
    "WaitingPromotion": State.WAITING,
    "Promoting": State.PROGRESSING,
    "Finalising": State.PROGRESSING,
    "Succeeded": State.READY,
    "Failed": State.FAILED,
    "Terminating": State.TERMINATING,
    "Terminated": State.TERMINATING,
}
"""Flagger's phases (fluxcd/flagger pkg/apis/flagger/v1beta1/status.go)."""


def canary(live: Live, _: datetime) -> Health:
    """Judge Flagger's Canary by its phase.

    Args:
        live: The Canary.

    Returns:
        The verdict.
    """
    status = read_part(live.status, _CanaryStatus)
    state = _CANARY_STATES.get(status.phase, State.UNKNOWN)
    promoted = status.get("Promoted")
    told = promoted.message if promoted is not None else ""
    match status.phase:
        case "Failed":
            message = f"was halted and rolled back: {told or 'its analysis failed'}"
        case "Waiting" | "WaitingPromotion":
            message = f"waits for its approval: {told}" if told else "waits for its approval"
        case "Progressing":
            checks = f", {status.failed_checks} checks failed" if status.failed_checks else ""
            message = f"{status.canary_weight}% of the traffic goes to the new version{checks}"
        case "Initialized" | "Succeeded":
            message = ""
        case _:
            message = told or (f"is {status.phase}" if status.phase else "Flagger has not seen it yet")
    return Health(state, status.phase, message, status.last_transition_time)


def certificate(live: Live, _: datetime) -> Health | None:
    """Judge cert-manager's Certificate: while it is issued, Ready is False.

    Args:
        live: The Certificate.

    Returns:
        The verdict on its issuance; None where there is nothing to say of it (cert-manager pkg/apis/certmanager/v1).
    """
    status = read_part(live.status, Conditions)
    ready, issuing = status.get("Ready"), status.get("Issuing")
    if issuing is None:
        return None
    is_ready = ready is not None and ready.status == "True"
    if issuing.status == "False" and issuing.reason == "Failed":
        state = State.READY if is_ready else State.FAILED
        prefix = "its renewal fails: " if is_ready else ""
        return Health(state, issuing.reason, f"{prefix}{issuing.message}", issuing.last_transition_time)
    if issuing.status == "True" and not is_ready:
        return Health(State.PROGRESSING, issuing.reason, issuing.message, issuing.last_transition_time)
    return None
