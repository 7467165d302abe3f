"""The simulated helm-controller: installing, upgrading, rolling back (internal/reconcile/atomic_release.go)."""

from collections.abc import Generator
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from tui.demo.charts import Chart, render
from tui.demo.conditions import condition, drop, kstatus, mark
from tui.demo.engine import Steps
from tui.demo.inventory import inventory_entries
from tui.demo.resources import Key, Object, key_of
from tui.demo.run import Run
from tui.demo.times import go_duration, parse_duration, stamp

_GROUP = "helm.toolkit.fluxcd.io"
_POLL = 2.0
_REQUEUE = 4.0
"""Seconds until an attempt that was rolled back is repeated, while there are retries."""
_HISTORY_LENGTH = 5


class Target(NamedTuple):
    """What is to be released."""

    chart: Chart
    values: dict[str, Any]
    version: str
    """The chart's version as statuses show it; from OCI with the first digits of the digest."""

    @property
    def config_digest(self) -> str:
        """The digest of the values."""
        return f"sha256:{sha256(msgspec.json.encode(self.values, order='sorted')).hexdigest()}"


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
        run.log("release in-sync with desired state")
        _settle(run, history[0], "Upgrade" if history[0]["action"] != "install" else "Install")
        return run.interval()
    action = "upgrade" if any(one["status"] in ("deployed", "superseded", "failed") for one in history) else "install"
    if was_stalled and not forced and _exhausted(run, action):
        _stall(run, action)
        return None
    run.log("release out-of-sync with desired state" if history else "release not installed")
    problem = yield from _act(run, target, action)
    _remember(run, target, action, "failed" if problem else "deployed")
    if not problem:
        _succeed(run, action)
        return run.interval()
    _count_failure(run, target, action, problem)
    return (yield from _after_failure(run, action))


def _in_sync(target: Target, history: list[Object]) -> bool:
    wanted = ("deployed", target.version, target.config_digest)
    return bool(history) and (history[0]["status"], history[0]["chartVersion"], history[0]["configDigest"]) == wanted


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
    began = run.now
    while waiting := [key for key in keys if kstatus(run.cluster.store.get(key)) != "Current"]:
        if (run.now - began).total_seconds() >= timeout:
            why = f"resource {waiting[0].subject} not ready. status: InProgress, message: {_rollout(run, waiting[0])}"
            return f"{why}\ncontext deadline exceeded"
        yield min(_POLL, timeout)
    with run.edit() as item:
        item["status"]["lastAttemptedReleaseActionDuration"] = go_duration(run.took)
        item["status"]["inventory"] = {"entries": inventory_entries(keys)}
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


def _remember(run: Run, target: Target, action: str, status: str) -> None:
    now = stamp(run.now)
    with run.edit() as item:
        history: list[Object] = item["status"].get("history", [])
        first = history[-1]["firstDeployed"] if history else now
        digest = sha256(f"{run.key.path}{target.version}{target.config_digest}".encode()).hexdigest()
        snapshot = {
            "action": action,
            "apiVersion": "v2",
            "appVersion": target.values.get("image", {}).get("tag", target.chart.app_version),
            "chartName": target.chart.name,
            "chartVersion": target.version,
            "configDigest": target.config_digest,
            "digest": f"sha256:{digest}",
            "firstDeployed": first,
            "lastDeployed": now,
            "name": run.key.name,
            "namespace": run.key.namespace,
            "status": status,
            "version": (history[0]["version"] if history else 0) + 1,
        }
        done = status == "deployed"
        older = [{**one, "status": "superseded"} if done and one["status"] == "deployed" else one for one in history]
        item["status"]["history"] = [snapshot, *older][:_HISTORY_LENGTH]


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
        if _retries_only(run, action):  # else the counters stay until something changes
            _clear_failures(item)
    run.event(reason, message, _annotations(snapshot))


def _annotations(snapshot: Object) -> dict[str, str]:
    return {
        "revision": snapshot["chartVersion"],
        "app-version": snapshot["appVersion"],
        "token": snapshot["configDigest"],
    }


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
    run.log(f"failed to run '{action}' action", message)
    run.event(reason, message, _annotations(run.item["status"]["history"][0]), warning=True)


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
        run.mark("Reconciling", "True", "ProgressingWithRetry", f"retrying after {go_duration(again)}")
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
    run.log("Reconciler error", "terminal error: exceeded maximum retries: cannot remediate failed release")


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
        older = [{**one, "status": "superseded"} if one["status"] == "deployed" else one for one in snapshots]
        item["status"]["history"] = [{**again, "lastDeployed": stamp(run.now)}, *older][:_HISTORY_LENGTH]
        mark(item, "Remediated", "True", "RollbackSucceeded", text, run.now)
        mark(item, "Ready", "False", "RollbackSucceeded", text, run.now)
    run.event("RollbackSucceeded", text, _annotations(good))
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
