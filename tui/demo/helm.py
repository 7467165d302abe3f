"""The simulated helm-controller: what precedes a release (internal/controller/helmrelease_controller.go)."""

from typing import Any, NamedTuple

from tui.demo.artifacts import not_cached
from tui.demo.charts import Chart, ChartError, find_chart
from tui.demo.conditions import is_true
from tui.demo.engine import Steps
from tui.demo.manifests import manifest
from tui.demo.release import release
from tui.demo.resources import Key, Object
from tui.demo.run import Run
from tui.demo.snapshots import Target
from tui.demo.times import go_duration

REQUEUE_DEPENDENCY = 30.0
"""Seconds between two looks at a dependency or a source that is not ready."""

_GROUP = "helm.toolkit.fluxcd.io"


class _Wait(NamedTuple):
    """Why a release can't be made yet."""

    reason: str
    message: str
    error: str = ""
    """What is logged as an error; empty where it only waits."""


def reconcile(run: Run) -> Steps:
    """Reconcile a HelmRelease.

    Args:
        run: The run.

    Yields:
        Seconds to the next step.

    Returns:
        Seconds to the next run.
    """
    was_stalled = is_true(run.item, "Stalled")
    source_key = _source(run)
    run.mark("Reconciling", "True", "Progressing", "Fulfilling prerequisites")
    yield run.pause(0.1, 0.4)
    if wait := _dependency(run) or _source_problem(run, source_key):
        return _not_yet(run, wait)
    source = run.cluster.store.get(source_key) or {}
    try:
        target = _target(run, source)
    except ChartError as error:
        return _not_yet(run, _Wait("ArtifactFailed", f"Could not load chart: {error}", str(error)))
    forced = _requested(run, "forceAt", "lastHandledForceAt")
    reset = _requested(run, "resetAt", "lastHandledResetAt")
    result = yield from release(run, target, forced=forced, reset=reset, was_stalled=was_stalled)
    run.handle()
    return result


def _source(run: Run) -> Key:
    """The source of the chart; a HelmChart is made from a template, as its spec says."""
    if ref := run.spec.get("chartRef"):
        return Key(ref["kind"], ref.get("namespace", run.key.namespace), ref["name"])
    template = run.spec["chart"]["spec"]
    ref = template["sourceRef"]
    key = Key("HelmChart", ref.get("namespace", run.key.namespace), f"{run.key.namespace}-{run.key.name}")
    spec = {
        "chart": template["chart"],
        "version": template.get("version", "*"),
        "interval": go_duration(run.seconds("interval", 600.0)),
        "reconcileStrategy": template.get("reconcileStrategy", "ChartVersion"),
        "sourceRef": {"kind": ref["kind"], "name": ref["name"]},
    }
    labels = {f"{_GROUP}/name": run.key.name, f"{_GROUP}/namespace": run.key.namespace}
    action = run.apply(manifest("HelmChart", key.name, key.namespace, spec=spec), labels)
    where = f"with SourceRef '{ref['kind']}/{key.namespace}/{ref['name']}'"
    if action == "unchanged":
        run.log(f"{key.subject} {where} is in-sync")
    else:
        told = f"{action.title()} {key.subject} {where}"
        run.log(told)
        run.event(f"HelmChart{action.title()}", told)
    with run.edit() as item:
        item["status"]["helmChart"] = key.path
    return key


def _dependency(run: Run) -> _Wait | None:
    if count := len(run.spec.get("dependsOn", ())):
        run.log(f"checking {count} dependencies")
    for ref in run.spec.get("dependsOn", ()):
        key = Key("HelmRelease", ref.get("namespace", run.key.namespace), ref["name"])
        other = run.cluster.store.get(key)
        status = (other or {}).get("status", {})
        if other is None:
            problem = f"unable to get '{key.path}' dependency: helmreleases.{_GROUP} \"{key.name}\" not found"
        elif status.get("observedGeneration") != other["metadata"]["generation"] or not is_true(other, "Ready"):
            problem = f"dependency '{key.path}' is not ready"
        else:
            continue
        return _Wait("DependencyNotReady", problem)
    if count:
        run.log("all dependencies are ready")
    return None


def _source_problem(run: Run, key: Key) -> _Wait | None:
    source = run.cluster.store.get(key)
    if source is None:
        why = not_cached(key.kind, key.name)
        return _Wait("ArtifactFailed", f"could not get Source object: {why}", why)
    status = source.get("status", {})
    ready = next((one for one in status.get("conditions", ()) if one["type"] == "Ready"), None)
    if "observedGeneration" in status and status["observedGeneration"] != source["metadata"]["generation"]:
        is_bad = ready is not None and ready["status"] == "False"
        why = ready["message"] if ready and is_bad else "latest generation of object has not been reconciled"
    elif "artifact" not in status:
        why = "does not have an artifact"
    else:
        return None
    return _Wait("SourceNotReady", f"{key.kind} '{key.path}' is not ready: {why}")


def _not_yet(run: Run, wait: _Wait) -> float:
    """Say what is missing; Reconciling goes on to say that prerequisites are being fulfilled."""
    run.mark("Ready", "False", wait.reason, wait.message)
    run.handle()
    if wait.error:
        run.log("Reconciler error", wait.error)
    elif wait.reason == "DependencyNotReady":
        again = go_duration(REQUEUE_DEPENDENCY)
        run.log(f"dependencies do not meet ready condition ({wait.message}): retrying in {again}")
        run.event(wait.reason, wait.message)
    else:
        run.log(wait.message)
    return REQUEUE_DEPENDENCY


def _target(run: Run, source: Object) -> Target:
    values: dict[str, Any] = run.spec.get("values", {})
    revision = source["status"]["artifact"]["revision"]
    if source["kind"] != "OCIRepository":
        chart: Chart = find_chart(source["status"].get("observedChartName", run.key.name), revision)
        return Target(chart, values, chart.version)
    tag, _, digest = revision.partition("@sha256:")
    chart = find_chart(source["spec"]["url"].rpartition("/")[2], tag)
    return Target(chart, values, f"{chart.version}+{digest[:12]}")


def _requested(run: Run, annotation: str, handled: str) -> bool:
    """Whether a force or reset request came with the reconcile request and was not handled (fluxcd/pkg apis/meta)."""
    token = run.item["metadata"].get("annotations", {}).get(f"reconcile.fluxcd.io/{annotation}", "")
    status = run.item.get("status", {})
    if not token:
        return False
    with run.edit() as item:
        item["status"][handled] = token  # also of one that is not obeyed
    return token == run.token and token not in (status.get("lastHandledReconcileAt"), status.get(handled))
