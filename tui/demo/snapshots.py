"""The history of a Helm release as its HelmRelease keeps it (helm-controller api/v2/snapshot_types.go)."""

from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from tui.demo.charts import Chart
from tui.demo.resources import Object
from tui.demo.run import Run
from tui.demo.times import stamp

HISTORY_LENGTH = 5
"""How many snapshots are kept."""


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


def remember(run: Run, target: Target, action: str, status: str) -> None:
    """Put the snapshot of an attempt at the head of the history.

    Args:
        run: The run.
        target: What was to be released.
        action: By which action.
        status: `deployed` or `failed`.
    """
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
        older = [superseded(one) if status == "deployed" else one for one in history]
        item["status"]["history"] = [snapshot, *older][:HISTORY_LENGTH]


def superseded(snapshot: Object) -> Object:
    """A snapshot after a later release; by which action it came about is known no more.

    Args:
        snapshot: The snapshot.

    Returns:
        The snapshot, superseded where it was deployed.
    """
    if snapshot["status"] != "deployed":
        return snapshot
    return {**{name: value for name, value in snapshot.items() if name != "action"}, "status": "superseded"}


def truncated(history: list[Object]) -> list[Object]:
    """What is kept of a release in sync: up to the one before it (api/v2/snapshot_types.go, Truncate).

    Args:
        history: The snapshots, newest first.

    Returns:
        Those that are kept.
    """
    before = next((place for place, one in enumerate(history) if place and one["status"] == "superseded"), 0)
    return history[: before + 1]


def annotations(snapshot: Object) -> dict[str, str]:
    """What Events say of a release.

    Args:
        snapshot: Its snapshot.

    Returns:
        Annotations, without the API group.
    """
    return {
        "revision": snapshot["chartVersion"],
        "app-version": snapshot["appVersion"],
        "token": snapshot["configDigest"],
    }
