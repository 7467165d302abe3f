"""The fleet's objects and Events as an API server writes them, of realistic size."""

from datetime import datetime, timedelta

from benchmarks.fleet import TEAMS, Item, Json, State, api_version, settled_since
from tui.model.kinds import KINDS, KUSTOMIZE_GROUP


def manifest(item: Item, state: State, version: int, since: datetime, born: datetime) -> Json:
    """Write one object as an API server would.

    Args:
        item: Which one.
        state: What it does.
        version: Its resource version.
        since: When its conditions last changed.
        born: When the fleet was set up.

    Returns:
        The object, JSON of 2 to 4 kB.
    """
    spec, status = _BODIES[item.kind](item, born)
    if state is State.SUSPENDED:
        spec["suspend"] = True
    status["conditions"] = _conditions(item, state, since)
    return {
        "apiVersion": api_version(item.kind),
        "kind": item.kind,
        "metadata": _metadata(item, version, born),
        "spec": spec,
        "status": status,
    }


def event(item: Item, version: int, last: datetime) -> Json:
    """Write an Event about an object.

    Args:
        item: The object.
        version: The Event's resource version.
        last: When it last happened.

    Returns:
        The Event, about 1 kB.
    """
    kind = KINDS[item.kind]
    return {
        "metadata": {
            "name": f"{item.name}.{item.digest[:16]}",
            "namespace": item.namespace,
            "uid": f"event-{item.uid}",
            "resourceVersion": str(version),
            "creationTimestamp": _time(last),
            "annotations": {f"{kind.group}/revision": _revision(item)},
            "managedFields": [_managed(kind.controller, "Update", "v1", last, {"f:count": {}, "f:lastTimestamp": {}})],
        },
        "involvedObject": {
            "kind": item.kind,
            "namespace": item.namespace,
            "name": item.name,
            "uid": item.uid,
            "apiVersion": api_version(item.kind),
            "resourceVersion": str(version),
        },
        "reason": "ReconciliationSucceeded",
        "message": f"Reconciliation finished in {item.number % 900}ms, next run in 10m0s",
        "source": {"component": kind.controller},
        "firstTimestamp": _time(last - timedelta(minutes=50)),
        "lastTimestamp": _time(last),
        "count": 1 + item.number % 6,
        "type": "Normal",
        "eventTime": None,
        "reportingComponent": kind.controller,
        "reportingInstance": "",
    }


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _revision(item: Item) -> str:
    return f"main@sha1:{item.digest[:40]}"


def _metadata(item: Item, version: int, born: datetime) -> Json:
    prefix = KINDS[item.kind].group
    metadata: Json = {
        "name": item.name,
        "namespace": item.namespace,
        "uid": item.uid,
        "resourceVersion": str(version),
        "generation": 3,
        "creationTimestamp": _time(born),
        "finalizers": ["finalizers.fluxcd.io"],
        "managedFields": [
            _managed("kustomize-controller", "Apply", api_version(item.kind), born, _APPLIED),
            _managed(KINDS[item.kind].controller, "Update", api_version(item.kind), born, {"f:metadata": _FINALIZED}),
            _managed(f"gotk-{KINDS[item.kind].controller}", "Update", api_version(item.kind), born, _REPORTED)
            | {"subresource": "status"},
        ],
    }
    if item.kind == "HelmRelease":
        owner = Item("Kustomization", item.number % item.siblings, 1)
        metadata["labels"] = {
            "app.kubernetes.io/managed-by": "flux",
            f"{KUSTOMIZE_GROUP}/name": owner.name,
            f"{KUSTOMIZE_GROUP}/namespace": owner.namespace,
        }
    else:
        metadata["labels"] = {"app.kubernetes.io/managed-by": "flux", "toolkit.fluxcd.io/tenant": item.namespace}
    metadata["annotations"] = {f"{prefix}/note": "set up by the platform team"}
    return metadata


def _managed(manager: str, operation: str, version: str, time: datetime, fields: Json) -> Json:
    return {
        "apiVersion": version,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
        "manager": manager,
        "operation": operation,
        "time": _time(time),
    }


_FINALIZED: Json = {"f:finalizers": {".": {}, 'v:"finalizers.fluxcd.io"': {}}}
_APPLIED: Json = {
    "f:metadata": {"f:labels": {f"f:{KUSTOMIZE_GROUP}/name": {}, f"f:{KUSTOMIZE_GROUP}/namespace": {}}},
    "f:spec": {f"f:{field}": {} for field in ("interval", "path", "prune", "retryInterval", "sourceRef", "timeout")},
}
_REPORTED: Json = {
    "f:status": {
        "f:conditions": {
            ".": {},
            'k:{"type":"Ready"}': {
                f"f:{field}": {}
                for field in ("type", "status", "reason", "message", "lastTransitionTime", "observedGeneration")
            },
        },
        "f:history": {},
        "f:inventory": {".": {}, "f:entries": {}},
        "f:lastAppliedRevision": {},
        "f:lastAttemptedRevision": {},
        "f:observedGeneration": {},
    }
}


def _git_repository(item: Item, born: datetime) -> tuple[Json, Json]:
    spec = {
        "interval": "1m0s",
        "url": f"https://git.example.com/{TEAMS[item.number % len(TEAMS)]}/{item.name}.git",
        "ref": {"branch": "main"},
        "secretRef": {"name": "git-credentials"},
        "ignore": "/*\n!/deploy\n!/clusters\n*.md\n",
        "timeout": "60s",
    }
    artifact = {
        "digest": f"sha256:{item.digest}",
        "lastUpdateTime": _time(settled_since(item, born)),
        "path": f"gitrepository/{item.namespace}/{item.name}/{item.digest[:40]}.tar.gz",
        "revision": _revision(item),
        "size": 20_000 + item.number,
        "url": f"http://source-controller.flux-system.svc.cluster.local./gitrepository/{item.name}/latest.tar.gz",
    }
    return spec, {"artifact": artifact, "observedGeneration": 3, "observedIgnore": "/*\n!/deploy\n!/clusters\n*.md\n"}


def _kustomization(item: Item, born: datetime) -> tuple[Json, Json]:
    source = Item("GitRepository", item.number % item.siblings, 0)
    spec: Json = {
        "interval": "10m0s",
        "retryInterval": "1m0s",
        "timeout": "5m0s",
        "path": f"./deploy/{item.namespace}/{item.name}",
        "prune": True,
        "wait": True,
        "sourceRef": {"kind": "GitRepository", "name": source.name, "namespace": source.namespace},
        "postBuild": {"substituteFrom": [{"kind": "ConfigMap", "name": "cluster-settings"}]},
    }
    if item.state is State.WAITING:
        before = Item("Kustomization", item.number - 1, 1)
        spec["dependsOn"] = [{"name": before.name, "namespace": before.namespace}]
    applied = [
        {"id": f"{item.namespace}_{item.name}-{part}_{group}_{kind}", "v": "v1"}
        for kind, group in (("ConfigMap", ""), ("Deployment", "apps"), ("Service", ""), ("ServiceAccount", ""))
        for part in ("api", "worker")
    ]
    past = [
        {
            "digest": f"sha256:{item.digest[::-1] if age else item.digest}",
            "firstReconciled": _time(born),
            "lastReconciled": _time(settled_since(item, born)),
            "lastReconciledDuration": f"{200 + item.number % 700}.5ms",
            "lastReconciledStatus": "ReconciliationSucceeded",
            "totalReconciliations": 12 + item.number % 40,
            "metadata": {"revision": _revision(item)},
        }
        for age in range(2)
    ]
    return spec, {
        "history": past,
        "inventory": {"entries": applied},
        "lastAppliedRevision": _revision(item),
        "lastAttemptedRevision": _revision(item),
        "observedGeneration": 3,
    }


def _helm_release(item: Item, born: datetime) -> tuple[Json, Json]:
    source = Item("GitRepository", item.number % 7, 0)
    reference = {"kind": "GitRepository", "name": source.name, "namespace": source.namespace}
    spec: Json = {
        "interval": "15m0s",
        "chart": {"spec": {"chart": "./charts/service", "version": "*", "interval": "5m0s", "sourceRef": reference}},
        "install": {"remediation": {"retries": 3}},
        "upgrade": {"remediation": {"retries": 3, "remediateLastFailure": True}},
        "driftDetection": {"mode": "warn"},
        "values": {
            "replicaCount": 3,
            "image": {"repository": f"registry.example.com/{item.namespace}/{item.name}", "tag": "1.9.2"},
            "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
            "ingress": {"enabled": True, "host": f"{item.name}.example.com"},
        },
    }
    if item.state is State.WAITING:
        before = Item("HelmRelease", item.number - 1, 1)
        spec["dependsOn"] = [{"name": before.name, "namespace": before.namespace}]
    releases = [
        {
            "name": item.name,
            "namespace": item.namespace,
            "version": version,
            "status": "deployed" if version == 7 else "superseded",
            "chartName": "service",
            "chartVersion": f"1.9.{version}",
            "appVersion": f"1.9.{version}",
            "configDigest": f"sha256:{item.digest}",
            "digest": f"sha256:{item.digest[::-1]}",
            "firstDeployed": _time(born),
            "lastDeployed": _time(settled_since(item, born)),
            "deleted": None,
        }
        for version in (7, 6)
    ]
    return spec, {
        "helmChart": f"{source.namespace}/{item.namespace}-{item.name}",
        "history": releases,
        "lastAttemptedConfigDigest": f"sha256:{item.digest}",
        "lastAttemptedGeneration": 3,
        "lastAttemptedReleaseAction": "upgrade",
        "lastAttemptedRevision": "1.9.7",
        "observedGeneration": 3,
        "storageNamespace": item.namespace,
    }


_BODIES = {"GitRepository": _git_repository, "Kustomization": _kustomization, "HelmRelease": _helm_release}

_READY_REASON = {
    "GitRepository": "Succeeded",
    "Kustomization": "ReconciliationSucceeded",
    "HelmRelease": "UpgradeSucceeded",
}


def _conditions(item: Item, state: State, since: datetime) -> list[Json]:
    def condition(type_: str, status: str, reason: str, message: str) -> Json:
        return {
            "type": type_,
            "status": status,
            "reason": reason,
            "message": message,
            "lastTransitionTime": _time(since),
            "observedGeneration": 3,
        }

    applied = f"Applied revision: {_revision(item)}"
    match state:
        case State.PROGRESSING:
            told = "Reconciliation in progress"
            return [
                condition("Reconciling", "True", "Progressing", told),
                condition("Ready", "Unknown", "Progressing", told),
            ]
        case State.FAILED:
            missing = f"Deployment/{item.namespace}/{item.name}-api status: 'InProgress'"
            told = f"health check failed after 5m0s: timeout waiting for: [{missing}]"
            return [condition("Ready", "False", "HealthCheckFailed", told)]
        case State.WAITING:
            return [condition("Ready", "False", "DependencyNotReady", "a dependency is not ready")]
        case _:
            second = "ArtifactInStorage" if item.kind == "GitRepository" else "Healthy"
            return [
                condition("Ready", "True", _READY_REASON[item.kind], applied),
                condition(second, "True", "Succeeded", applied),
            ]
