"""What the simulated controllers share: the cluster they work in, and one run of one object."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from random import Random
from typing import Protocol
from uuid import UUID

from tui.demo.conditions import drop, mark
from tui.demo.engine import GoneError
from tui.demo.events import Recorder
from tui.demo.logs import Logs
from tui.demo.objects import Store
from tui.demo.ownership import Writer, apply, record_status
from tui.demo.repository import Repository
from tui.demo.resources import TYPES, Key, Object, ResourceType
from tui.demo.times import parse_duration, stamp
from tui.model.kinds import KINDS, RECONCILE_REQUEST

JITTER = 0.05
"""By which part of itself an interval varies."""

_UPDATERS = {"Kustomization": "gotk-kustomize-controller"}
"""Who writes status and finalizers, where it is not the controller's own name."""
_NO_FIRST_STATUS = frozenset(("ExternalArtifact", "FluxInstance", "ResourceSet", "ResourceSetInputProvider"))

_DEFAULTS: Mapping[str, Object] = {
    "GitRepository": {"timeout": "60s"},
    "HelmRepository": {"provider": "generic"},
    "OCIRepository": {"provider": "generic", "timeout": "60s"},
    "Kustomization": {"force": False},
    "HelmChart": {"reconcileStrategy": "ChartVersion", "version": "*"},
    "Receiver": {"interval": "10m"},
    "Alert": {"eventSeverity": "info"},
    "ImageRepository": {"exclusionList": ["^.*\\.sig$"], "provider": "generic"},
}
"""What the API server fills in, from the defaults of the CRDs (each controller's config/crd/bases)."""

_CHART_DEFAULTS: Object = {"reconcileStrategy": "ChartVersion", "version": "*"}


class Cluster(Protocol):
    """Where the controllers work."""

    context: str
    store: Store
    recorder: Recorder
    logs: Logs
    random: Random
    types: Mapping[str, ResourceType]
    git: Mapping[str, Repository]

    @property
    def now(self) -> datetime:
        """The time."""
        ...

    def delete(self, key: Key) -> bool:
        """Delete an object; whether it was there."""
        ...


class Run:
    """One run of one object by its controller."""

    def __init__(self, cluster: Cluster, key: Key) -> None:
        """Begin.

        Args:
            cluster: Where.
            key: The object.
        """
        self.cluster = cluster
        self.key = key
        self.id = str(UUID(int=cluster.random.getrandbits(128), version=4))
        self.controller = KINDS[key.kind].controller if key.kind in KINDS else "kubelet"
        self.started = cluster.now
        self.token = self.item["metadata"].get("annotations", {}).get(RECONCILE_REQUEST, "")
        """The reconcile request that this run answers."""

    @property
    def now(self) -> datetime:
        """The time."""
        return self.cluster.now

    @property
    def item(self) -> Object:
        """The object as it is now, not to be changed."""
        item = self.cluster.store.get(self.key)
        if item is None:
            raise GoneError
        return item

    @property
    def spec(self) -> Object:
        """Its spec, not to be changed."""
        spec: Object = self.item.get("spec", {})
        return spec

    @property
    def took(self) -> float:
        """Seconds since the run began, with a fraction that varies."""
        return (self.now - self.started).total_seconds() + self.cluster.random.uniform(0.001, 0.05)

    def seconds(self, field: str, default: float) -> float:
        """A duration of the spec.

        Args:
            field: The field.
            default: Seconds, where it has none.

        Returns:
            Seconds.
        """
        return parse_duration(self.spec.get(field, "")) or default

    def interval(self, default: float = 600.0) -> float:
        """When to run next, with jitter.

        Args:
            default: Seconds, where the spec has no interval.

        Returns:
            Seconds.
        """
        return self.seconds("interval", default) * self.cluster.random.uniform(1 - JITTER, 1 + JITTER)

    def pause(self, least: float, most: float) -> float:
        """How long a step takes.

        Args:
            least: Seconds.
            most: Seconds.

        Returns:
            Seconds.
        """
        return self.cluster.random.uniform(least, most)

    @contextmanager
    def edit(self) -> Iterator[Object]:
        """Change the object's status.

        Yields:
            A copy of the object, which is stored when the block ends. Only its metadata and its status were copied,
            and not what is in them: values in the status are to be replaced, not changed.
        """
        live = self.item
        item = {**live, "metadata": {**live["metadata"]}, "status": {**live.get("status", {})}}
        yield item
        if item != live:
            record_status(item, self.writer("Update"))
        self.cluster.store.put(item)

    def writer(self, operation: str) -> Writer:
        """Who the controller is to the API server.

        Args:
            operation: `Apply` or `Update`.

        Returns:
            The field manager, now.
        """
        manager = self.controller if operation == "Apply" else _UPDATERS.get(self.key.kind, self.controller)
        return Writer(manager, operation, stamp(self.now))

    @property
    def is_static(self) -> bool:
        """Whether no controller cares for it: a HelmRepository of type `oci`."""
        return is_static(self.item)

    def mark(self, type_: str, status: str, reason: str, message: str) -> None:
        """Set one condition.

        Args:
            type_: The condition's type.
            status: `True`, `False` or `Unknown`.
            reason: The reason.
            message: The message.
        """
        with self.edit() as item:
            mark(item, type_, status, reason, message, self.now)

    def settle(self, reason: str, message: str, *, token: bool = True) -> None:
        """End well: Ready, nothing else to say.

        Args:
            reason: The reason of Ready.
            message: Its message.
            token: Whether the reconcile request counts as handled.
        """
        with self.edit() as item:
            drop(item, "Reconciling", "Stalled", "FetchFailed", "ArtifactOutdated")
            mark(item, "Ready", "True", reason, message, self.now)
            item["status"]["observedGeneration"] = item["metadata"]["generation"]
        if token:
            self.handle()

    def handle(self) -> None:
        """Note that the reconcile request was handled, whatever came of it: suspended objects do so too."""
        if self.token:
            with self.edit() as item:
                item.setdefault("status", {})["lastHandledReconcileAt"] = self.token

    def event(
        self, reason: str, message: str, annotations: Mapping[str, str] | None = None, *, warning: bool = False
    ) -> None:
        """Record an Event about the object.

        Args:
            reason: The reason.
            message: What happened.
            annotations: Names without the API group of the kind, and their values; empty ones are left out.
            warning: Whether it is a Warning.
        """
        group = TYPES[self.key.kind].group
        named = {f"{group}/{name}": value for name, value in (annotations or {}).items() if value}
        type_ = "Warning" if warning else "Normal"
        self.cluster.recorder.record(self.item, self.controller, type_, reason, message, named)

    def log(self, message: str, error: str = "", **fields: object) -> None:
        """Print a line to the controller's log.

        Args:
            message: What it says.
            error: The error, if it is one.
            **fields: More fields.
        """
        self.cluster.logs.report(self.controller, self.key, self.id, message, fields, error)

    def apply(self, manifest: Object, labels: Mapping[str, str], seize: str = "") -> str:
        """Server-side apply an object.

        Args:
            manifest: What is declared.
            labels: The owner's labels.
            seize: Prefix of the managers whose fields are taken over.

        Returns:
            `created`, `configured` or `unchanged`.
        """
        metadata = manifest["metadata"]
        declared = {**manifest, "metadata": {**metadata, "labels": {**metadata.get("labels", {}), **labels}}}
        return put_applied(self.cluster.store, declared, self.writer("Apply"), seize)


def put_applied(store: Store, manifest: Object, writer: Writer, seize: str = "") -> str:
    """Server-side apply an object to a store, as the API server does it, defaults included.

    Args:
        store: The store.
        manifest: What is declared, labels included.
        writer: The applier.
        seize: Prefix of the managers whose fields are taken over.

    Returns:
        `created`, `configured` or `unchanged`.
    """
    metadata = manifest["metadata"]
    kind = manifest["kind"]
    live = store.get(Key(kind, metadata.get("namespace", ""), metadata["name"]))
    wanted = apply(live, manifest, writer, seize)
    if live is None:
        _complete(kind, wanted)
    if live == wanted:
        return "unchanged"
    store.put(wanted)
    return "created" if live is None else "configured"


def _complete(kind: str, item: Object) -> None:
    """Fill in what the API server would."""
    for name, value in _DEFAULTS.get(kind, {}).items():
        item["spec"].setdefault(name, value)
    if kind == "HelmRelease" and "chart" in item["spec"]:
        chart = item["spec"]["chart"]
        item["spec"]["chart"] = {**chart, "spec": {**_CHART_DEFAULTS, **chart["spec"]}}
    if kind in KINDS and TYPES[kind].has_status and kind not in _NO_FIRST_STATUS and not is_static(item):
        item["status"] = {"observedGeneration": -1}


def is_static(item: Object) -> bool:
    """Whether an object is a HelmRepository of type `oci`, which no controller cares for.

    Args:
        item: The object.

    Returns:
        Whether it is.
    """
    return bool(item["kind"] == "HelmRepository" and item["spec"].get("type") == "oci")
