"""API JSON of what Flux applies besides its own kinds, as Kubernetes and well-known operators leave it."""

from collections.abc import Iterable
from typing import Any

from tests.fakes.clock import NOON
from tests.fakes.objects import Body, ago, to_json
from tui.model.health import Health
from tui.model.kstatus import judge
from tui.model.live import Live, decode_live
from tui.model.workloads import Applied, AppliedId, Presence, State

KUSTOMIZE_LABELS = {"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}

GROUPS = {
    "Deployment": "apps",
    "StatefulSet": "apps",
    "DaemonSet": "apps",
    "ReplicaSet": "apps",
    "Job": "batch",
    "CronJob": "batch",
    "Ingress": "networking.k8s.io",
    "CustomResourceDefinition": "apiextensions.k8s.io",
    "HorizontalPodAutoscaler": "autoscaling",
    "PodDisruptionBudget": "policy",
    "Canary": "flagger.app",
    "Certificate": "cert-manager.io",
    "ExternalSecret": "external-secrets.io",
    "SecretStore": "external-secrets.io",
    "ClusterSecretStore": "external-secrets.io",
    "APIService": "apiregistration.k8s.io",
}
"""The API group of each kind that tests use; the others are core."""


def thing(kind: str, name: str = "api", namespace: str = "shop", **parts: Any) -> Body:
    """Any object.

    Args:
        kind: Its kind.
        name: Its name.
        namespace: Its namespace.
        parts: `spec`, `status`, and more of its `metadata`.

    Returns:
        The object.
    """
    metadata = {
        "name": name,
        "namespace": namespace,
        "uid": f"uid-{kind}-{name}",
        "generation": 2,
        "creationTimestamp": ago(60),
        "labels": KUSTOMIZE_LABELS,
        **parts.pop("metadata", {}),
    }
    group = GROUPS.get(kind, "")
    return {"apiVersion": f"{group}/v1" if group else "v1", "kind": kind, "metadata": metadata, **parts}


def said(type_: str, status: str = "True", reason: str = "", message: str = "", minutes: float = 6) -> Body:
    """A condition of any kind of object."""
    at = ago(minutes)
    return {"type": type_, "status": status, "reason": reason, "message": message, "lastTransitionTime": at}


def deployment(
    name: str = "api", *conditions: Body, replicas: int = 2, spec: Body | None = None, **counts: int
) -> Body:
    """A Deployment whose controller has seen its last change; by default it is rolled out."""
    every = {f"{which}Replicas": replicas for which in ("updated", "ready", "available")} | {"replicas": replicas}
    told = conditions or (
        said("Available", "True", "MinimumReplicasAvailable", minutes=9),
        said("Progressing", "True", "NewReplicaSetAvailable"),
    )
    labels = {"matchLabels": {"app": name}}
    return thing(
        "Deployment",
        name,
        spec={"replicas": replicas, "progressDeadlineSeconds": 600, "selector": labels, **(spec or {})},
        status={"observedGeneration": 2, **every, **counts, "conditions": list(told)},
    )


def pod(
    *containers: Body,
    name: str = "api-7c9f-x2x",
    phase: str = "Pending",
    conditions: Iterable[Body] = (said("Ready", "False", "ContainersNotReady"),),
    owner: Body | None = None,
    **status: Any,
) -> Body:
    """A pod of the Deployment `api` with one container `app` that may use 128 MiB."""
    limits = {"limits": {"memory": "128Mi"}}
    declared = [{"name": "app", "image": "registry.example/api:1.9.2", "resources": limits}]
    spec = {"containers": declared, **status.pop("spec", {})}
    owner = owner or {"kind": "ReplicaSet", "name": "api-7c9f", "uid": "uid-rs", "controller": True}
    labels = {"app": "api", "pod-template-hash": "7c9f"}
    told = {"phase": phase, "conditions": list(conditions), "containerStatuses": list(containers), **status}
    return thing("Pod", name, metadata={"labels": labels, "ownerReferences": [owner]}, spec=spec, status=told)


def container(state: Body, *, name: str = "app", ready: bool = False, restarts: int = 0, **more: Any) -> Body:
    """A container's status."""
    image = "registry.example/api:1.9.2"
    return {"name": name, "image": image, "ready": ready, "restartCount": restarts, "state": state, **more}


def waiting(reason: str, message: str = "") -> Body:
    """The state of a container that does not run."""
    return {"waiting": {"reason": reason, "message": message}}


def terminated(code: int, reason: str = "Error", message: str = "", minutes: float = 1) -> Body:
    """The state of a container that ended."""
    return {"terminated": {"exitCode": code, "reason": reason, "message": message, "finishedAt": ago(minutes)}}


DEADLINE_PASSED = (
    said("Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."),
    said("Progressing", "False", "ProgressDeadlineExceeded", 'ReplicaSet "api-7c9f" has timed out progressing.'),
)
"""What a Deployment says that made no progress for as long as it may take."""

RUNNING: Body = {"running": {"startedAt": ago(5)}}

PULL_MESSAGE = (
    'Back-off pulling image "registry.example/api:1.9.2": ErrImagePull: rpc error: code = NotFound desc = failed to'
    ' pull and unpack image "registry.example/api:1.9.2": failed to resolve reference'
    ' "registry.example/api:1.9.2": registry.example/api:1.9.2: not found'
)
"""What a kubelet from 1.31 on says of an image that is not there."""


def live(body: Body) -> Live:
    """What the program reads of an object."""
    return decode_live(to_json(body))


def judged(body: Body) -> Health:
    """The verdict on an object at noon."""
    return judge(GROUPS.get(body["kind"], ""), body["kind"], live(body), NOON)


def applied(
    kind: str,
    name: str,
    state: State = State.READY,
    message: str = "",
    namespace: str = "shop",
    presence: Presence = Presence.PRESENT,
    below: tuple[Applied, ...] = (),
) -> Applied:
    """An applied object as a reading tells it."""
    id_ = AppliedId(kind, GROUPS.get(kind, ""), namespace, name)
    return Applied(id_, presence, state, "", message, NOON, below)


def entry_id(kind: str, name: str, namespace: str = "shop") -> str:
    """The id of an object in an inventory."""
    return f"{namespace}_{name.replace(':', '__')}_{GROUPS.get(kind, '')}_{kind}"
