"""One simulated cluster with its Flux: it reacts to what is written into its store and to what is pushed into Git."""

from collections.abc import Mapping
from datetime import datetime
from random import Random

from tui.demo import flux_operator, helm, kustomize, satellites, sources, workloads
from tui.demo.engine import Engine, Steps
from tui.demo.events import Recorder
from tui.demo.logs import Logs
from tui.demo.objects import Entry, Store
from tui.demo.repository import Repository
from tui.demo.resources import Key, Object, ResourceType, served_types
from tui.demo.routine import Reconciler, run_object
from tui.demo.run import Run
from tui.demo.times import parse_duration, stamp
from tui.model.kinds import EXTENSIONS_SWITCH, KINDS, OPERATOR_SWITCH, RECONCILE_REQUEST, Role

RECONCILERS: Mapping[str, Reconciler] = {
    "GitRepository": sources.git_repository,
    "OCIRepository": sources.oci_repository,
    "HelmRepository": sources.helm_repository,
    "HelmChart": sources.helm_chart,
    "Kustomization": kustomize.reconcile,
    "HelmRelease": helm.reconcile,
    "Receiver": satellites.receiver,
    "ImageRepository": satellites.image_repository,
    "ImagePolicy": satellites.image_policy,
    "ImageUpdateAutomation": satellites.image_update,
    "ArtifactGenerator": satellites.artifact_generator,
    "FluxInstance": flux_operator.flux_instance,
    "ResourceSet": flux_operator.resource_set,
    "ResourceSetInputProvider": flux_operator.input_provider,
    "Deployment": workloads.reconcile,
}
"""By kind. The other kinds are static."""

_WATCHED_ANNOTATIONS = (RECONCILE_REQUEST, OPERATOR_SWITCH, EXTENSIONS_SWITCH)


class SimulatedCluster:
    """A cluster whose time is told to it; with the same seed and the same calls it always does the same."""

    def __init__(self, context: str, seed: int, start: datetime, git: Mapping[str, Repository]) -> None:
        """Make an empty cluster.

        Args:
            context: Its context.
            seed: What its uids, durations and jitter are made of.
            start: The time.
            git: URL path → repository, which its GitRepositories read.
        """
        self.context = context
        self.types: Mapping[str, ResourceType] = served_types(context)
        self.git: Mapping[str, Repository] = git
        self.random = Random(f"{seed}/{context}")
        self.engine = Engine(start, self._begin)
        self.store = Store(Random(f"{seed}/{context}/uids"), self._tell_time)
        self.recorder = Recorder(self.store, Random(f"{seed}/{context}/events"), self._tell_time)
        self.logs = Logs(self._tell_time)
        self.store.listeners.append(self._react)

    def _tell_time(self) -> datetime:
        return self.engine.now

    @property
    def now(self) -> datetime:
        """The time."""
        return self.engine.now

    @property
    def next_due(self) -> datetime | None:
        """When there is something to do next, None for never."""
        return self.engine.next_due

    def advance(self, to: datetime) -> None:
        """Do all that is due.

        Args:
            to: The time that it becomes.
        """
        self.engine.advance(to)
        self.recorder.prune()

    def delete(self, key: Key) -> bool:
        """Delete an object; one with a finalizer is only marked, and goes when its controller lets it.

        Args:
            key: The object.

        Returns:
            Whether it was there.
        """
        item = self.store.get(key)
        if item is None:
            return False
        metadata = item["metadata"]
        if not metadata.get("finalizers"):
            self.store.delete(key)
        elif "deletionTimestamp" not in metadata:
            marks = {"deletionGracePeriodSeconds": 0, "deletionTimestamp": stamp(self.now)}
            self.store.put({**item, "metadata": {**metadata, **marks, "generation": metadata["generation"] + 1}})
        return True

    def leap(self, to: datetime) -> None:
        """Let days pass in which nothing happened but the usual runs, which are only counted.

        Args:
            to: The time that it becomes.
        """
        elapsed = (to - self.now).total_seconds()
        self.engine.leap(to, lambda: self.random.uniform(0.5, 20.0))
        self.recorder.prune()
        self.logs.clear()
        for item in self.store.all("Kustomization"):
            history = item.get("status", {}).get("history")
            if not history or item["spec"].get("suspend"):
                continue
            runs = history[0]["totalReconciliations"] + int(elapsed / parse_duration(item["spec"]["interval"]))
            counted = [{**history[0], "totalReconciliations": runs}, *history[1:]]
            self.store.put({**item, "metadata": {**item["metadata"]}, "status": {**item["status"], "history": counted}})

    def _begin(self, key: Key) -> Steps | None:
        if self.store.get(key) is None:
            return None
        return run_object(Run(self, key), RECONCILERS[key.kind])

    def _react(self, entry: Entry) -> None:
        if entry.type == "DELETED":
            self.engine.forget(entry.key)
            self._collect(entry.key)
            return
        if entry.key.kind in RECONCILERS and _asks_for_a_run(entry):
            self.engine.wake(entry.key, self.random.uniform(0.1, 0.4))
        if entry.key.kind in KINDS:
            for key in self._consumers(entry):
                self.engine.wake(key, self.random.uniform(0.05, 0.3))

    def _collect(self, key: Key) -> None:
        """Remove the pods of a Deployment that was deleted."""
        if key.kind == "Deployment":
            for pod in workloads.pods_of(self.store.all("Pod", key.namespace), key.name):
                self.store.delete(Key("Pod", key.namespace, pod["metadata"]["name"]))

    def _consumers(self, entry: Entry) -> list[Key]:
        """Who runs at once because an object has a new artifact or a new scan."""
        if entry.key.kind == "ImageRepository":
            found = [item for item in self.store.all("ImagePolicy") if _scan(entry.object) != _scan(entry.previous)]
            return [_key(item) for item in found if item["spec"]["imageRepositoryRef"]["name"] == entry.key.name]
        if KINDS[entry.key.kind].role is not Role.SOURCE or _revision(entry.object) == _revision(entry.previous):
            return []
        kinds = ("Kustomization", "HelmChart", "HelmRelease", "ArtifactGenerator")
        return [_key(item) for kind in kinds for item in self.store.all(kind) if entry.key in _sources(item)]


def _asks_for_a_run(entry: Entry) -> bool:
    if entry.previous is None:
        return True
    new, old = entry.object["metadata"], entry.previous["metadata"]
    asked = any(
        new.get("annotations", {}).get(name) != old.get("annotations", {}).get(name) for name in _WATCHED_ANNOTATIONS
    )
    return asked or new.get("generation") != old.get("generation")


def _key(item: Object) -> Key:
    metadata = item["metadata"]
    return Key(item["kind"], metadata["namespace"], metadata["name"])


def _revision(item: Object | None) -> str:
    found: str = (item or {}).get("status", {}).get("artifact", {}).get("revision", "")
    return found


def _scan(item: Object | None) -> str:
    found: str = (item or {}).get("status", {}).get("lastScanResult", {}).get("scanTime", "")
    return found


def _sources(item: Object) -> list[Key]:
    namespace, spec = item["metadata"]["namespace"], item["spec"]
    if item["kind"] == "ArtifactGenerator":
        refs = spec["sources"]
    elif item["kind"] == "HelmRelease":
        if chart := item.get("status", {}).get("helmChart"):
            return [Key("HelmChart", *chart.split("/", 1))]
        refs = [spec["chartRef"]] if "chartRef" in spec else []
    else:
        refs = [spec["sourceRef"]]
    return [Key(ref["kind"], ref.get("namespace", namespace), ref["name"]) for ref in refs]
