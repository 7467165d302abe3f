"""The simulated kustomize-controller (internal/controller/kustomization_controller.go of the real one)."""

from tui.demo.artifacts import not_cached
from tui.demo.conditions import is_true, mark
from tui.demo.engine import Steps
from tui.demo.kustomize_apply import FailureError, apply_all, origin_of, progress
from tui.demo.resources import Key, Object
from tui.demo.run import Run
from tui.demo.times import go_duration

REQUEUE_DEPENDENCY = 10.0
"""Seconds between two looks at a dependency that is not ready: `--requeue-dependency`, whose default is 30 s."""

_GROUP = "kustomize.toolkit.fluxcd.io"


def reconcile(run: Run) -> Steps:
    """Reconcile a Kustomization.

    Args:
        run: The run.

    Yields:
        Seconds to the next step.

    Returns:
        Seconds to the next run.
    """
    retry = run.seconds("retryInterval", run.seconds("interval", 600.0))
    source = run.cluster.store.get(source_key(run.item))
    if source is None:
        ref = run.spec["sourceRef"]
        named = f"{ref['namespace']}/{ref['name']}" if "namespace" in ref else ref["name"]
        run.log(f"Source '{ref['kind']}/{named}' not found")
        _not_ready(run, "ArtifactFailed", not_cached(ref["kind"], ref["name"]))
        return retry
    artifact = source.get("status", {}).get("artifact")
    if artifact is None:
        message = f"Source artifact not found, retrying in {go_duration(REQUEUE_DEPENDENCY)}"
        run.log(message)
        _not_ready(run, "ArtifactFailed", message)
        return REQUEUE_DEPENDENCY
    if problem := _dependency_problem(run, artifact["revision"]):
        message = f"Dependencies do not meet ready condition, retrying in {go_duration(REQUEUE_DEPENDENCY)}"
        run.log(message)
        _not_ready(run, "DependencyNotReady", problem)
        run.event("DependencyNotReady", message, {"revision": artifact["revision"]})
        return REQUEUE_DEPENDENCY
    if run.spec.get("dependsOn"):
        run.log("All dependencies are ready, proceeding with reconciliation")
    return (yield from _attempt(run, source, retry))


def source_key(item: Object) -> Key:
    """The source of a Kustomization.

    Args:
        item: The Kustomization.

    Returns:
        The key of its source.
    """
    ref = item["spec"]["sourceRef"]
    return Key(ref["kind"], ref.get("namespace", item["metadata"]["namespace"]), ref["name"])


def _dependency_problem(run: Run, revision: str) -> str:
    for ref in run.spec.get("dependsOn", ()):
        key = Key("Kustomization", ref.get("namespace", run.key.namespace), ref["name"])
        other = run.cluster.store.get(key)
        if other is None:
            return f"dependency '{key.path}' not found: kustomizations.{_GROUP} \"{key.name}\" not found"
        status = other.get("status", {})
        if status.get("observedGeneration") != other["metadata"]["generation"] or not is_true(other, "Ready"):
            return f"dependency '{key.path}' is not ready"
        if source_key(other) == source_key(run.item) and status.get("lastAppliedRevision") != revision:
            return f"dependency '{key.path}' revision is not up to date"
    return ""


def _not_ready(run: Run, reason: str, message: str) -> None:
    with run.edit() as item:
        mark(item, "Ready", "False", reason, message, run.now)
        if is_true(item, "Reconciling"):
            mark(item, "Reconciling", "True", "ProgressingWithRetry", message, run.now)
    run.handle()


def _attempt(run: Run, source: Object, retry: float) -> Steps:
    artifact = source["status"]["artifact"]
    revision = artifact["revision"]
    with run.edit() as item:
        mark(item, "Ready", "Unknown", "Progressing", "Reconciliation in progress", run.now)
        mark(item, "Reconciling", "True", "Progressing", progress(run, "Fetching manifests", revision), run.now)
    yield run.pause(0.1, 0.5)
    try:
        yield from apply_all(run, source)
    except FailureError as failure:
        return _fail(run, revision, failure, retry)
    took = go_duration(run.took)
    with run.edit() as item:
        item["status"]["lastAppliedRevision"] = revision
        if origin := origin_of(artifact):
            item["status"]["lastAppliedOriginRevision"] = origin
    run.settle("ReconciliationSucceeded", f"Applied revision: {revision}")
    message = f"Reconciliation finished in {took}, next run in {go_duration(run.seconds('interval', 600.0))}"
    run.log(message, revision=revision)
    run.event("ReconciliationSucceeded", message, {"revision": revision, "commit_status": "update"})
    return run.interval()


def _fail(run: Run, revision: str, failure: FailureError, retry: float) -> float:
    with run.edit() as item:
        mark(item, "Ready", "False", failure.reason, failure.message, run.now)
        progress = next(one for one in item["status"]["conditions"] if one["type"] == "Reconciling")["message"]
        mark(item, "Reconciling", "True", "ProgressingWithRetry", progress, run.now)
    run.handle()
    took = go_duration(run.took)
    run.log(f"Reconciliation failed after {took}, next try in {go_duration(retry)}", failure.message, revision=revision)
    run.event(failure.reason, failure.message, {"revision": revision}, warning=True)
    return retry
