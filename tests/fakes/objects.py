"""API JSON of Flux objects, as controllers leave them, and what the program reads from it.

Builders named after a kind return the object as the API server would write it; `read` decodes it.
"""

import itertools
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import msgspec

from tests.fakes.clock import NOON
from tui.model.changes import EventRecord
from tui.model.decode import decode_object
from tui.model.kinds import KINDS
from tui.model.picture import Picture
from tui.model.refs import ObjectRef
from tui.model.resources import Resource

Body = dict[str, Any]
"""An object as API JSON."""

CONTEXT = "eu"
SHA = "a1b2c3d4" * 5
OLD_SHA = "9f8e7d6c" * 5
MAIN = f"main@sha1:{SHA}"
OLD_MAIN = f"main@sha1:{OLD_SHA}"

_versions = itertools.count(1000)


def next_version() -> str:
    """A resourceVersion that was never used, later than all before."""
    return str(next(_versions))


def ago(minutes: float) -> str:
    """A moment before `NOON`, as the API writes it."""
    return (NOON - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def condition(
    type_: str, status: str = "True", reason: str = "", message: str = "", *, minutes: float = 6, generation: int = 1
) -> Body:
    """A status condition that last changed some minutes ago."""
    return {
        "type": type_,
        "status": status,
        "reason": reason or {"True": "Succeeded", "False": "Failed"}.get(status, "Progressing"),
        "message": message,
        "lastTransitionTime": ago(minutes),
        "observedGeneration": generation,
    }


READY = (condition("Ready", "True", "ReconciliationSucceeded", f"Applied revision: {MAIN}"),)
"""A healthy applier."""

FAILING = (
    condition("Reconciling", "True", "ProgressingWithRetry", "Detecting drift"),
    condition("Ready", "False", "HealthCheckFailed", "timeout waiting for: [Deployment/web/api status: 'InProgress']"),
)
"""A Kustomization whose health checks fail, as kustomize-controller leaves it between two attempts."""

WAITING = (
    condition("Reconciling", "True", "ProgressingWithRetry", "Detecting drift"),
    condition("Ready", "False", "DependencyNotReady", "dependency 'flux-system/infra' is not ready"),
)
"""A Kustomization that waits for another one."""

STALLED = (
    condition("Stalled", "True", "AccessDenied", "can't access 'GitRepository/other/fleet'"),
    condition("Ready", "False", "AccessDenied", "can't access 'GitRepository/other/fleet'"),
)

ROLLED_BACK = (
    condition("Stalled", "True", "RetriesExceeded", "Failed to upgrade after 2 attempt(s)"),
    condition("Ready", "False", "RollbackSucceeded", "Helm rollback to previous release apps/a.v3 succeeded"),
    condition("Released", "False", "UpgradeFailed", "Helm upgrade failed for release apps/a: field is immutable"),
    condition("Remediated", "True", "RollbackSucceeded", "Helm rollback to previous release apps/a.v3 succeeded"),
)
"""A HelmRelease out of retries, as helm-controller leaves it."""

PROGRESSING = (
    condition("Reconciling", "True", "Progressing", "Building manifests"),
    condition("Ready", "Unknown", "Progressing", "Reconciliation in progress"),
)
"""Every run passes through this."""


def body(
    kind: str,
    name: str,
    namespace: str = "flux-system",
    *,
    spec: Body | None = None,
    conditions: Iterable[Body] | None = None,
    status: Body | None = None,
    labels: dict[str, str] | None = None,
    annotations: dict[str, str] | None = None,
    requested: str = "",
    handled: str = "",
    suspend: bool = False,
    generation: int = 1,
    uid: str = "",
    version: str = "",
    deleted: str = "",
    finalizers: Iterable[str] = (),
    managed: list[Body] | None = None,
) -> Body:
    """Any Flux object.

    Args:
        kind: Its kind.
        name: Its name.
        namespace: Its namespace.
        spec: Its spec, `suspend` aside.
        conditions: Its conditions; None for an object without any.
        status: The rest of its status.
        labels: Its labels.
        annotations: Its annotations, the request aside.
        requested: The token of the last request.
        handled: The token that was handled last.
        suspend: `spec.suspend`.
        generation: Its generation.
        uid: By default one made of kind and name, so that an object keeps it.
        version: Its resourceVersion, by default one that was never used.
        deleted: Its deletionTimestamp.
        finalizers: What has to be done before it goes.
        managed: Its managedFields.

    Returns:
        The object.
    """
    metadata: Body = {
        "name": name,
        "namespace": namespace,
        "uid": uid or f"uid-{kind}-{namespace}-{name}",
        "resourceVersion": version or next_version(),
        "generation": generation,
        "creationTimestamp": ago(60 * 24),
        "labels": labels or {},
        "annotations": {**(annotations or {}), **({"reconcile.fluxcd.io/requestedAt": requested} if requested else {})},
    }
    metadata |= {"deletionTimestamp": deleted} if deleted else {}
    metadata |= {"finalizers": list(finalizers)} if finalizers else {}
    metadata |= {"managedFields": managed} if managed else {}
    told = {**(status or {}), **({"lastHandledReconcileAt": handled} if handled else {})}
    if conditions is not None:
        told = {"observedGeneration": generation, "conditions": list(conditions), **told}
    return {
        "apiVersion": f"{KINDS[kind].group}/v1",
        "kind": kind,
        "metadata": metadata,
        "spec": {**(spec or {}), **({"suspend": True} if suspend else {})},
        "status": told,
    }


def git(name: str = "flux-system", namespace: str = "flux-system", *, revision: str = MAIN, **more: Any) -> Body:
    """A GitRepository with an artifact."""
    spec = {
        "url": "https://git.example/fleet.git",
        "interval": "1m0s",
        "ref": {"branch": "main"},
        **more.pop("spec", {}),
    }
    status = {"artifact": artifact(revision), **more.pop("status", {})}
    stored = (condition("Ready", "True", "Succeeded", f"stored artifact for revision '{revision}'"),)
    conditions = more.pop("conditions", stored)
    return body("GitRepository", name, namespace, spec=spec, status=status, conditions=conditions, **more)


def artifact(revision: str) -> Body:
    """`status.artifact` of a source."""
    return {
        "revision": revision,
        "digest": f"sha256:{'0f' * 32}",
        "url": "http://source-controller.flux-system.svc/x.tar.gz",
        "path": "x.tar.gz",
        "lastUpdateTime": ago(30),
        "size": 2048,
    }


def ks(
    name: str,
    namespace: str = "flux-system",
    *,
    after: Iterable[str] = (),
    inventory: Iterable[str] | None = None,
    applied: str = MAIN,
    attempted: str = MAIN,
    source: str = "flux-system",
    **more: Any,
) -> Body:
    """A Kustomization of the source `flux-system`, ready unless its conditions say otherwise.

    Args:
        name: Its name.
        namespace: Its namespace.
        after: What it depends on: `name` or `namespace/name`.
        inventory: The ids of what it applied.
        applied: Its last applied revision.
        attempted: Its last attempted revision.
        source: The name of its GitRepository.
        more: What `body` takes.

    Returns:
        The object.
    """
    spec = {
        "interval": "10m0s",
        "path": f"./{name}",
        "prune": True,
        "sourceRef": {"kind": "GitRepository", "name": source},
        "dependsOn": [dependency(one) for one in after],
        **more.pop("spec", {}),
    }
    status: Body = {"lastAppliedRevision": applied, "lastAttemptedRevision": attempted}
    if inventory is not None:
        status["inventory"] = {"entries": [{"id": one, "v": "v1"} for one in inventory]}
    conditions = more.pop("conditions", READY)
    return body(
        "Kustomization",
        name,
        namespace,
        spec=spec,
        status=status | more.pop("status", {}),
        conditions=conditions,
        **more,
    )


def dependency(path: str) -> Body:
    """An entry of `dependsOn`."""
    namespace, _, name = path.rpartition("/")
    return {"name": name, "namespace": namespace} if namespace else {"name": name}


def hr(
    name: str,
    namespace: str = "apps",
    *,
    after: Iterable[str] = (),
    chart: Body | None = None,
    ref: Body | None = None,
    version: str = "1.9.1",
    attempted: str = "",
    **more: Any,
) -> Body:
    """A HelmRelease, of a chart template unless it has a `chartRef`.

    Args:
        name: Its name.
        namespace: Its namespace.
        after: What it depends on.
        chart: `spec.chart`, by default from the HelmRepository `flux-system/charts`.
        ref: `spec.chartRef`.
        version: The deployed chart version.
        attempted: The chart version that was tried last, by default the deployed one.
        more: What `body` takes, its `version` aside.

    Returns:
        The object.
    """
    repository = {"kind": "HelmRepository", "name": "charts", "namespace": "flux-system"}
    template = chart or {"spec": {"chart": "api", "version": "1.x", "sourceRef": repository}}
    spec = {
        "interval": "10m0s",
        "dependsOn": [dependency(one) for one in after],
        **({"chartRef": ref} if ref else {"chart": template}),
        **more.pop("spec", {}),
    }
    deployed = {"name": name, "namespace": namespace, "version": 3, "status": "deployed", "chartVersion": version}
    status = {"history": [deployed], "lastAttemptedRevision": attempted or version, **more.pop("status", {})}
    told = (
        condition("Ready", "True", "UpgradeSucceeded", f"Helm upgrade succeeded for release {namespace}/{name}.v3"),
    )
    conditions = more.pop("conditions", told)
    return body("HelmRelease", name, namespace, spec=spec, status=status, conditions=conditions, **more)


def helm_repository(name: str = "charts", namespace: str = "flux-system", *, oci: bool = False, **more: Any) -> Body:
    """A HelmRepository; of type `oci` it has no status."""
    if oci:
        spec = {"type": "oci", "url": "oci://registry.example/charts", "interval": "5m0s"}
        return body("HelmRepository", name, namespace, spec=spec, **more)
    spec = {"url": "https://charts.example", "interval": "5m0s"}
    status = {"artifact": artifact(f"sha256:{'ab' * 32}"), **more.pop("status", {})}
    conditions = more.pop("conditions", (condition("Ready", "True", "Succeeded", "stored artifact"),))
    return body("HelmRepository", name, namespace, spec=spec, status=status, conditions=conditions, **more)


def helm_chart(
    name: str, namespace: str = "flux-system", *, source: str = "charts", of: str = "HelmRepository", **more: Any
) -> Body:
    """A HelmChart, as helm-controller generates it for a HelmRelease."""
    spec = {"chart": "api", "version": "1.x", "interval": "5m0s", "sourceRef": {"kind": of, "name": source}}
    status = {"artifact": artifact("1.9.1"), **more.pop("status", {})}
    pulled = (condition("Ready", "True", "ChartPullSucceeded", "pulled 'api' chart with version '1.9.1'"),)
    return body(
        "HelmChart", name, namespace, spec=spec, status=status, conditions=more.pop("conditions", pulled), **more
    )


def oci(
    name: str, namespace: str = "flux-system", *, revision: str = f"latest@sha256:{'cd' * 32}", **more: Any
) -> Body:
    """An OCIRepository with an artifact."""
    spec = {"url": "oci://registry.example/manifests", "interval": "5m0s", "ref": {"tag": "latest"}}
    status = {"artifact": artifact(revision), **more.pop("status", {})}
    conditions = more.pop("conditions", (condition("Ready", "True", "Succeeded", "stored artifact"),))
    return body("OCIRepository", name, namespace, spec=spec, status=status, conditions=conditions, **more)


def suspended_by(manager: str, minutes: float, operation: str = "Update") -> list[Body]:
    """Managed fields in which somebody owns `spec.suspend`."""
    other = {"manager": "kustomize-controller", "operation": "Apply", "fieldsV1": {"f:spec": {"f:path": {}}}}
    entry = {
        "manager": manager,
        "operation": operation,
        "time": ago(minutes),
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:spec": {"f:suspend": {}}},
    }
    return [other, entry]


def applied_by(name: str, namespace: str = "flux-system") -> dict[str, str]:
    """The labels that kustomize-controller sets on what it applies."""
    prefix = "kustomize.toolkit.fluxcd.io"
    return {f"{prefix}/name": name, f"{prefix}/namespace": namespace}


def inventory_id(kind: str, name: str, namespace: str = "flux-system") -> str:
    """The id of a Flux object in an inventory."""
    return f"{namespace}_{name}_{KINDS[kind].group}_{kind}"


def to_json(value: Any) -> bytes:
    """API JSON as bytes."""
    return msgspec.json.encode(value)


def read(object_: Body, context: str = CONTEXT) -> Resource:
    """What the program reads from an object."""
    return decode_object(to_json(object_), context, object_["kind"])


def ref(kind: str, name: str, namespace: str = "flux-system", context: str = CONTEXT) -> ObjectRef:
    """A reference, namespace and context by default those of the builders."""
    return ObjectRef(context, kind, namespace, name)


def ref_of(object_: Body, context: str = CONTEXT) -> ObjectRef:
    """The reference of an object."""
    metadata = object_["metadata"]
    return ObjectRef(context, object_["kind"], metadata.get("namespace", ""), metadata["name"])


def picture_of(*objects: Body, context: str = CONTEXT) -> Picture:
    """What is known when a context has these objects."""
    picture = Picture([context])
    for one in objects:
        picture.put(read(one, context))
    return picture


def page(*items: Any, version: str = "42", more: str = "", kind: str = "KustomizationList") -> bytes:
    """One page of a list."""
    metadata = {"resourceVersion": version, **({"continue": more} if more else {})}
    return to_json({"kind": kind, "metadata": metadata, "items": list(items)})


def watch_line(type_: str, object_: Any) -> bytes:
    """One line of a watch."""
    return to_json({"type": type_, "object": object_})


def event(
    about: ObjectRef, uid: str, minutes: float | None = 1, *, reason: str = "Progressing", count: int = 1
) -> EventRecord:
    """A core/v1 Event that was last seen some minutes ago."""
    last = None if minutes is None else NOON - timedelta(minutes=minutes)
    return EventRecord(about, uid, "Normal", reason, "Health check passed", count, last, last, "kustomize-controller")
