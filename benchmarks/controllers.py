"""Flux's controllers, as far as following their logs needs them."""

import json
from datetime import datetime

from benchmarks.fleet import Json
from tui.model.kinds import KINDS


def controllers() -> list[str]:
    """The names of the controllers."""
    return ["source-controller", "kustomize-controller", "helm-controller", "notification-controller"]


def deployment(name: str) -> Json:
    """A controller's Deployment."""
    metadata = {"name": name, "namespace": "flux-system", "labels": {"app.kubernetes.io/part-of": "flux"}}
    return {"metadata": metadata, "spec": {"selector": {"matchLabels": {"app": name}}}}


def pod(name: str) -> Json:
    """A controller's one pod."""
    metadata = {"name": f"{name}-0", "namespace": "flux-system", "labels": {"app": name}}
    return {"metadata": metadata, "spec": {"containers": [{"name": "manager"}]}, "status": {"phase": "Running"}}


def log_line(controller: str, number: int, time: datetime) -> str:
    """A line of a controller's log with the time stamp that the kubelet puts before it, newline included."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    line = {
        "level": "info",
        "ts": stamp,
        "msg": f"Reconciliation finished in {number % 900}ms, next run in 10m0s",
        "controllerKind": next(kind.name for kind in KINDS.values() if kind.controller == controller),
        "name": f"platform-{number:05d}",
        "namespace": "flux-system",
        "reconcileID": f"{number:08x}",
    }
    return f"{stamp} {json.dumps(line)}\n"
