"""The end of an object: what its controller cleans up before the finalizer goes."""

from tui.demo.conditions import condition, mark
from tui.demo.engine import Steps
from tui.demo.inventory import inventory_keys
from tui.demo.resources import Key
from tui.demo.run import Run
from tui.demo.snapshots import annotations
from tui.model.kinds import KINDS, Role


def finalize(run: Run) -> Steps:
    """Clean up after an object that is to be deleted, and let it go. A suspended applier leaves everything behind.

    Args:
        run: The run.

    Yields:
        Seconds to the next step.

    Returns:
        None: there is no next run.
    """
    yield run.pause(0.2, 0.6)
    if KINDS[run.key.kind].role is Role.SOURCE and "artifact" in run.item.get("status", {}):
        message = "garbage collected artifacts for deleted resource"
        run.log(message)
        run.event("GarbageCollectionSucceeded", message)
    elif run.key.kind == "Kustomization" and run.spec.get("prune") and not run.spec.get("suspend"):
        _prune(run)
    elif run.key.kind == "HelmRelease" and not run.spec.get("suspend"):
        _uninstall(run)
    run.cluster.store.delete(run.key)
    return None


def _prune(run: Run) -> None:
    """kustomize-controller internal/controller/kustomization_controller.go, finalize: the reason is that of Ready."""
    gone = [key for key in reversed(inventory_keys(run.item)) if run.cluster.delete(key)]
    if gone:
        ready = condition(run.item, "Ready") or {"reason": "info"}
        run.event(ready["reason"], "\n".join(f"{key.subject} deleted" for key in gone))


def _uninstall(run: Run) -> None:
    """helm-controller internal/controller/helmrelease_controller.go, reconcileDelete."""
    for key in reversed(inventory_keys(run.item)):
        run.cluster.delete(key)
    if history := run.item["status"].get("history", ()):
        last = history[0]
        release = f"{last['namespace']}/{last['name']}.v{last['version']}"
        chart = f"{last['chartName']}@{last['chartVersion']}"
        message = f"Helm uninstall succeeded for release {release} with chart {chart}"
        with run.edit() as item:
            mark(item, "Released", "False", "UninstallSucceeded", message, run.now)
            mark(item, "Ready", "False", "UninstallSucceeded", message, run.now)
        run.event("UninstallSucceeded", message, annotations(last))
        run.log("uninstalled Helm release for deleted resource")
    namespace, _, name = run.item["status"].get("helmChart", "").partition("/")
    if run.cluster.delete(Key("HelmChart", namespace, name)):
        run.event("HelmChartDeleted", f"deleted HelmChart '{namespace}/{name}'")
