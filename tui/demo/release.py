"""The simulated helm-controller: installing, upgrading, rolling back (internal/reconcile/atomic_release.go)."""

from collections.abc import Generator

from tui.demo.charts import render
from tui.demo.conditions import condition, drop, kstatus, mark
from tui.demo.engine import Steps
from tui.demo.inventory import inventory_entries
from tui.demo.resources import Key, Object, key_of
from tui.demo.run import Run
from tui.demo.snapshots import HISTORY_LENGTH, Target, annotations, remember, superseded, truncated
from tui.demo.times import go_duration, parse_duration, stamp

_GROUP = "helm.toolkit.fluxcd.io"
_POLL = 2.0
_REQUEUE = 4.0
"""Seconds until an attempt that was rolled back is repeated, while there are retries."""
_IN_SYNC = "release in-sync with desired state"


def release(run: Run, target: Target, *, forced: bool, reset: bool, was_stalled: bool) -> Steps:
    """Bring a release to what is wanted, or try to.

    Args:
        run: The run of the HelmRelease.
        target: What is wanted.
        forced: A one-off release, even in sync or out of retries.
        reset: Forget the failures.
        was_stalled: Retries were exceeded before this run.

    Yields:
        Seconds to the next step.

    Returns:
        Seconds to the next run, None when it stalls.
    """
    _reset_failures(run, target, reset=reset)
    history = run.item["status"].get("history", [])
    if not forced and _in_sync(target, history):
        run.log(_IN_SYNC)
        _settle(run, history[0], "Upgrade" if history[0]["action"] != "install" else "Install")
        return run.interval()
    action = "upgrade" if any(one["status"] in ("deployed", "superseded", "failed") for one in history) else "install"
    if was_stalled and not forced and _exhausted(run, action):
        _stall(run, action)
        return None
    if forced and was_stalled:
        run.log(f"forcing {action} while out of retries: force requested through annotation")
    else:
        run.log(_why(target, history))
    problem = yield from _act(run, target, action)
    remember(run, target, action, "failed" if problem else "deployed")
    if not problem:
        _succeed(run, action)
        return run.interval()
    _count_failure(run, target, action, problem)
    return (yield from _after_failure(run, action))


def _in_sync(target: Target, history: list[Object]) -> bool:
    wanted = ("deployed", target.version, target.config_digest)
    return bool(history) and (history[0]["status"], history[0]["chartVersion"], history[0]["configDigest"]) == wanted


def _why(target: Target, history: list[Object]) -> str:
    """Why something is to be done (internal/reconcile/atomic_release.go, internal/action/verify.go)."""
    if not history:
        return "release not installed: no release in storage for object"
    if history[0]["status"] == "failed":
        return "release is in a failed state"
    is_chart = history[0]["chartVersion"] != target.version
    return f"release out-of-sync with desired state: release {'chart' if is_chart else 'config values'} changed"


def _reset_failures(run: Run, target: Target, *, reset: bool) -> None:
    """A new generation, chart or configuration begins to count anew (internal/action/reset.go)."""
    with run.edit() as item:
        status = item["status"]
        now = (item["metadata"]["generation"], target.version, target.config_digest)
        before = tuple(
            status.get(name)
            for name in ("lastAttemptedGeneration", "lastAttemptedRevision", "lastAttemptedConfigDigest")
        )
        if reset or now != before:
            _clear_failures(item)
            drop(item, "Stalled")
        status["lastAttemptedGeneration"], status["lastAttemptedRevision"], status["lastAttemptedConfigDigest"] = now
        status["storageNamespace"] = item["metadata"]["namespace"]


def _clear_failures(item: Object) -> None:
    for name in ("failures", "installFailures", "upgradeFailures"):
        item["status"].pop(name, None)


def _name(run: Run, version: int) -> str:
    return f"{run.key.namespace}/{run.key.name}.v{version}"


def _settle(run: Run, snapshot: Object, action: str) -> None:
    """Nothing to do: Ready tells of the last release."""
    chart = f"{snapshot['chartName']}@{snapshot['chartVersion']}"
    message = f"Helm {action.lower()} succeeded for release {_name(run, snapshot['version'])} with chart {chart}"
    with run.edit() as item:
        drop(item, "Remediated")
        mark(item, "Released", "True", f"{action}Succeeded", message, run.now)
        mark(item, "Ready", "True", f"{action}Succeeded", message, run.now)
    with run.edit() as item:
        drop(item, "Reconciling", "Stalled")
        item["status"]["history"] = truncated(item["status"]["history"])
        if run.spec.get("driftDetection", {}).get("mode") == "enabled":
            mark(item, "Drifted", "False", "NoDriftDetected", "No drift detected against the cluster state", run.now)
        item["status"]["observedGeneration"] = item["metadata"]["generation"]


def _act(run: Run, target: Target, action: str) -> Generator[float, None, str]:
    """Apply the rendered manifests and wait; gives what went wrong as the text of the failure, or nothing."""
    timeout = run.seconds("timeout", 300.0)
    message = f"Running '{action}' action with timeout of {go_duration(timeout)}"
    with run.edit() as item:
        mark(item, "Reconciling", "True", "Progressing", message, run.now)
        if action != "rollback":
            mark(item, "Ready", "Unknown", "Progressing", message, run.now)
        item["status"]["lastAttemptedReleaseAction"] = action
    run.log(f"running '{action}' action with timeout of {go_duration(timeout)}")
    yield run.pause(0.3, 1.0)
    keys = _apply(run, target)
    with run.edit() as item:
        item["status"]["inventory"] = {"entries": inventory_entries(keys)}
    began = run.now
    while waiting := [key for key in keys if kstatus(run.cluster.store.get(key)) != "Current"]:
        if (run.now - began).total_seconds() >= timeout:
            why = f"resource {waiting[0].subject} not ready. status: InProgress, message: {_rollout(run, waiting[0])}"
            return f"{why}\ncontext deadline exceeded"
        yield min(_POLL, timeout)
    with run.edit() as item:
        item["status"]["lastAttemptedReleaseActionDuration"] = go_duration(run.took)
    return ""


def _rollout(run: Run, key: Key) -> str:
    """What a Deployment still lacks, in the words of kstatus (cli-utils pkg/kstatus/status/core.go)."""
    item = run.cluster.store.get(key) or {"spec": {}}
    status = item.get("status", {})
    if surplus := status.get("replicas", 0) - status.get("updatedReplicas", 0):
        return f"Pending termination: {surplus}"
    return f"Available: {status.get('availableReplicas', 0)}/{item['spec'].get('replicas', 1)}"


def _apply(run: Run, target: Target) -> list[Key]:
    labels = {
        "app.kubernetes.io/managed-by": "Helm",
        f"{_GROUP}/name": run.key.name,
        f"{_GROUP}/namespace": run.key.namespace,
    }
    items = render(target.chart, run.key.name, run.key.namespace, target.values)
    for item in items:
        run.apply(item, labels)
    return [key_of(item) for item in items]


def _succeed(run: Run, action: str) -> None:
    snapshot = run.item["status"]["history"][0]
    chart = f"{snapshot['chartName']}@{snapshot['chartVersion']}"
    message = f"Helm {action} succeeded for release {_name(run, snapshot['version'])} with chart {chart}"
    reason = f"{action.title()}Succeeded"
    with run.edit() as item:
        drop(item, "Remediated", "Reconciling", "Stalled")
        mark(item, "Released", "True", reason, message, run.now)
        mark(item, "Ready", "True", reason, message, run.now)
        item["status"]["observedGeneration"] = item["metadata"]["generation"]
        item["status"]["history"] = truncated(item["status"]["history"])
        if _retries_only(run, action):  # else the counters stay until something changes
            _clear_failures(item)
    run.log(_IN_SYNC)
    run.event(reason, message, annotations(snapshot))


def _count_failure(run: Run, target: Target, action: str, problem: str) -> None:
    chart = f"{target.chart.name}@{target.version}"
    message = f"Helm {action} failed for release {run.key.path} with chart {chart}: {problem}"
    reason = f"{action.title()}Failed"
    with run.edit() as item:
        status = item["status"]
        status["failures"] = status.get("failures", 0) + 1
        status[f"{action}Failures"] = status.get(f"{action}Failures", 0) + 1
        status["lastAttemptedReleaseActionDuration"] = go_duration(run.took)
        drop(item, "Remediated")
        mark(item, "Released", "False", reason, message, run.now)
        mark(item, "Ready", "False", reason, message, run.now)
    told = f"{message}\n\nLast Helm logs:\n\n{_helm_logs(run, action)}"
    run.event(reason, told, annotations(run.item["status"]["history"][0]), warning=True)


def _helm_logs(run: Run, action: str) -> str:
    """The end of what Helm logged, which the Event of a failure has too (internal/reconcile/helpers.go)."""
    now = stamp(run.now)
    performing = "update" if action == "upgrade" else action
    lines = (
        f'preparing {action}: {{"name":"{run.key.name}"}}',
        f'performing {performing}: {{"name":"{run.key.name}"}}',
    )
    failed = f'warning: {action} failed: {{"error":{{}},"name":"{run.key.name}"}}'
    return "\n".join(f"{now}: {line}" for line in (*lines, failed))


def _retries_only(run: Run, action: str) -> bool:
    """Whether what fails is tried again and again, and nothing is rolled back."""
    return bool(run.spec.get(action, {}).get("strategy", {}).get("name") == "RetryOnFailure")


def _remediation(run: Run, action: str) -> Object:
    found: Object = run.spec.get(action, {}).get("remediation", {})
    return found


def _exhausted(run: Run, action: str) -> bool:
    """Whether there are no retries left; none are configured by default, and a negative number is endless."""
    retries = int(_remediation(run, action).get("retries", 0))
    return 0 <= retries < int(run.item["status"].get(f"{action}Failures", 0))


def _after_failure(run: Run, action: str) -> Steps:
    if _retries_only(run, action):
        again = parse_duration(run.spec[action]["strategy"].get("retryInterval", "5m"))
        with run.edit() as item:
            mark(item, "Reconciling", "True", "ProgressingWithRetry", f"retrying after {go_duration(again)}", run.now)
            item["status"]["observedGeneration"] = item["metadata"]["generation"]
        return again
    if action == "upgrade" and _remediation(run, action):
        yield from _roll_back(run)
    if _exhausted(run, action):
        _stall(run, action)
        return None
    ready = condition(run.item, "Ready") or {}
    run.mark("Reconciling", "True", "ProgressingWithRetry", ready["message"])
    return _REQUEUE


def _stall(run: Run, action: str) -> None:
    count = run.item["status"].get(f"{action}Failures", 0)
    message = f"Failed to {action} after {count} attempt(s)"
    with run.edit() as item:
        drop(item, "Reconciling")
        mark(item, "Stalled", "True", "RetriesExceeded", message, run.now)
        item["status"]["observedGeneration"] = item["metadata"]["generation"]
    run.log("Reconciler error", "terminal error: exceeded maximum retries")


def _roll_back(run: Run) -> Steps:
    """Go back to the last release that was deployed."""
    history = run.item["status"]["history"]
    good = next((one for one in history if one["status"] in ("deployed", "superseded")), None)
    if good is None:
        return None
    message = f"Running 'rollback' action with timeout of {go_duration(run.seconds('timeout', 300.0))}"
    run.mark("Reconciling", "True", "Progressing", message)
    run.log(message[0].lower() + message[1:])
    _restore(run, str(good["appVersion"]))
    yield run.pause(3.0, 6.0)
    chart = f"{good['chartName']}@{good['chartVersion']}"
    text = f"Helm rollback to previous release {_name(run, good['version'])} with chart {chart} succeeded"
    with run.edit() as item:
        snapshots: list[Object] = item["status"]["history"]
        again = {**good, "action": "rollback", "status": "deployed", "version": snapshots[0]["version"] + 1}
        older = [superseded(one) for one in snapshots]
        item["status"]["history"] = [{**again, "lastDeployed": stamp(run.now)}, *older][:HISTORY_LENGTH]
        mark(item, "Remediated", "True", "RollbackSucceeded", text, run.now)
        mark(item, "Ready", "False", "RollbackSucceeded", text, run.now)
    attempted = {**good, "configDigest": run.item["status"]["lastAttemptedConfigDigest"]}
    run.event("RollbackSucceeded", text, annotations(attempted))
    return None


def _restore(run: Run, tag: str) -> None:
    """Set the images of the release's Deployments back; the rest of a release never differs here."""
    labels = {f"{_GROUP}/name": run.key.name, f"{_GROUP}/namespace": run.key.namespace}
    for item in run.cluster.store.all("Deployment", run.key.namespace):
        if labels.items() <= item["metadata"].get("labels", {}).items():
            container = item["spec"]["template"]["spec"]["containers"][0]
            image = f"{container['image'].rpartition(':')[0]}:{tag}"
            template = {**item["spec"]["template"], "spec": {"containers": [{**container, "image": image}]}}
            run.cluster.store.put(
                {**item, "metadata": {**item["metadata"]}, "spec": {**item["spec"], "template": template}}
            )
