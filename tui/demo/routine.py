"""What every simulated controller does around the work on an object: finalizer, suspension, the end of the object."""

from collections.abc import Callable
from functools import wraps

from tui.demo.conditions import is_true
from tui.demo.engine import Steps
from tui.demo.finalize import finalize
from tui.demo.ownership import hold
from tui.demo.run import Run
from tui.model.kinds import (
    HELM_GROUP,
    IMAGE_GROUP,
    KINDS,
    KUSTOMIZE_GROUP,
    NOTIFICATION_GROUP,
    SOURCE_GROUP,
)

FINALIZER = "finalizers.fluxcd.io"
"""Keeps an object until its controller has cleaned up (each controller's api `*_types.go`)."""

_HOLDING = frozenset((SOURCE_GROUP, KUSTOMIZE_GROUP, HELM_GROUP, NOTIFICATION_GROUP, IMAGE_GROUP))

_LOWER_CASE = frozenset(("GitRepository", "OCIRepository", "Bucket", "HelmRepository", "HelmRelease"))
"""Who logs that it is suspended without a capital letter."""

_OBSERVING = _LOWER_CASE | {"HelmChart"}
"""Who takes note of the generation while it is suspended (source-controller internal/reconcile/summarize,
helm-controller internal/controller/helmrelease_controller.go). A Kustomization that is ready does so, too
(kustomize-controller internal/controller/kustomization_controller.go, finalizeStatus)."""


def one_step(
    least: float, most: float, *, told: bool = True
) -> Callable[[Callable[[Run], float | None]], "Reconciler"]:
    """A reconciler that takes a while and then does all its work at once.

    Args:
        least: Seconds that it takes.
        most: Seconds that it takes.
        told: Whether its status says meanwhile that it works.

    Returns:
        What makes one of a function that does the work and gives the seconds to the next run.
    """

    def decorate(work: Callable[[Run], float | None]) -> Reconciler:
        @wraps(work)
        def reconcile(run: Run) -> Steps:
            if told:
                run.mark("Reconciling", "True", "Progressing", "reconciliation in progress")
            yield run.pause(least, most)
            return work(run)

        return reconcile

    return decorate


Reconciler = Callable[[Run], Steps]


def run_object(run: Run, reconcile: Reconciler) -> Steps:
    """Run an object: clean up after one that is to go, leave a suspended one alone, reconcile any other.

    Args:
        run: The run.
        reconcile: What its controller does.

    Yields:
        Seconds to the next step.

    Returns:
        Seconds to the next run.
    """
    if run.key.kind not in KINDS or run.is_static:
        return (yield from reconcile(run))
    if "deletionTimestamp" in run.item["metadata"]:
        return (yield from finalize(run))
    if KINDS[run.key.kind].group in _HOLDING and "finalizers" not in run.item["metadata"]:
        run.cluster.store.put(hold(run.item, FINALIZER, run.writer("Update")))
    if _is_suspended(run):
        return None
    return (yield from reconcile(run))


def _is_suspended(run: Run) -> bool:
    """Whether the object is suspended, by spec or annotation; its reconcile request then counts as handled."""
    switch = KINDS[run.key.kind].suspended_by
    annotations = run.item["metadata"].get("annotations", {})
    disabled = switch != "spec" and str(annotations.get(switch, "")).lower() == "disabled"
    if not (run.spec.get("suspend") or disabled):
        return False
    first = "r" if run.key.kind in _LOWER_CASE else "R"
    run.log(f"{first}econciliation is suspended for this object")
    if run.key.kind in _OBSERVING or (run.key.kind == "Kustomization" and is_true(run.item, "Ready")):
        with run.edit() as item:
            item["status"]["observedGeneration"] = item["metadata"]["generation"]
    run.handle()
    return True
