"""The simulated flux-operator: what it installs, and what its ResourceSets stand for."""

from hashlib import sha256
from typing import Any

import msgspec

from tui.demo.inventory import inventory_entries
from tui.demo.manifests import flux_controllers, manifest
from tui.demo.resources import Object, key_of
from tui.demo.routine import one_step
from tui.demo.run import Run
from tui.demo.times import go_duration, parse_duration, stamp
from tui.model.kinds import OPERATOR_GROUP


@one_step(0.8, 2.0)
def flux_instance(run: Run) -> float | None:
    """Reconcile the FluxInstance: it installs the controllers and the sync source and Kustomization.

    Args:
        run: The run.

    Returns:
        Seconds to the next run.
    """
    sync = run.spec["sync"]
    source = {"interval": "1m", "ref": {"branch": sync["ref"].rpartition("/")[2]}, "url": sync["url"]}
    root = {
        "interval": "10m",
        "path": sync["path"],
        "prune": True,
        "postBuild": {"substituteFrom": [{"kind": "ConfigMap", "name": "cluster-vars"}]},
        "sourceRef": {"kind": sync["kind"], "name": run.key.namespace},
        "retryInterval": "2m",
        "timeout": "3m",
    }
    items = [
        *flux_controllers(run.cluster.context),
        manifest(sync["kind"], run.key.namespace, spec=source),
        manifest("Kustomization", run.key.namespace, spec=root),
    ]
    return _operate(run, items, f"v2.7.5@sha256:{sha256(b'flux-2.7.5').hexdigest()}")


@one_step(0.5, 1.5)
def resource_set(run: Run) -> float | None:
    """Reconcile a ResourceSet: its resources, once for each of its inputs.

    Args:
        run: The run.

    Returns:
        Seconds to the next run.
    """
    items = [_fill(one, inputs) for inputs in run.spec.get("inputs", [{}]) for one in run.spec.get("resources", ())]
    return _operate(run, items, f"sha256:{sha256(msgspec.json.encode(run.spec, order='sorted')).hexdigest()}")


def _fill(template: Any, inputs: Object) -> Object:
    text = msgspec.json.encode(template).decode()
    for name, value in inputs.items():
        text = text.replace(f"<< inputs.{name} >>", str(value))
    filled: Object = msgspec.json.decode(text)
    return filled


def _operate(run: Run, items: list[Object], revision: str) -> float:
    """Apply what an object of flux-operator stands for, remember it and be ready."""
    prefix = f"resourceset.{OPERATOR_GROUP}" if run.key.kind == "ResourceSet" else OPERATOR_GROUP
    labels = {f"{prefix}/name": run.key.name, f"{prefix}/namespace": run.key.namespace}
    changes = [
        f"{key_of(item).subject} {action}" for item in items if (action := run.apply(item, labels)) != "unchanged"
    ]
    if changes:
        run.event("Progressing", "\n".join(changes))
    now, took = stamp(run.now), go_duration(run.took)
    with run.edit() as item:
        status = item["status"]
        old: Object = next(iter(status.get("history", ())), {})
        status["inventory"] = {"entries": inventory_entries([key_of(one) for one in items])}
        status["lastAppliedRevision"] = revision
        status["history"] = [
            {
                "digest": f"sha256:{sha256(revision.encode()).hexdigest()}",
                "firstReconciled": old.get("firstReconciled", now),
                "lastReconciled": now,
                "lastReconciledDuration": took,
                "lastReconciledStatus": "ReconciliationSucceeded",
                "totalReconciliations": old.get("totalReconciliations", 0) + 1,
            }
        ]
    return _operated(run, took)


def _operated(run: Run, took: str) -> float:
    message = f"Reconciliation finished in {took}"
    run.settle("ReconciliationSucceeded", message)
    with run.edit() as item:
        del item["status"]["observedGeneration"]  # flux-operator's kinds have none
    run.log(message)
    run.event("ReconciliationSucceeded", message)
    return parse_duration(run.item["metadata"].get("annotations", {}).get(f"{OPERATOR_GROUP}/reconcileEvery", "1h"))


@one_step(0.2, 0.6)
def input_provider(run: Run) -> float | None:
    """Reconcile a ResourceSetInputProvider.

    Args:
        run: The run.

    Returns:
        Seconds to the next run.
    """
    with run.edit() as item:
        item["status"]["exportedInputs"] = [{"id": "48955639", **run.spec.get("defaultValues", {})}]
    return _operated(run, go_duration(run.took))
