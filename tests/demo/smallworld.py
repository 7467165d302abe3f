"""One small cluster over one small repository, for tests of the simulation: no past, no server."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tui.demo.conditions import condition
from tui.demo.content import text_of
from tui.demo.flux import SimulatedCluster
from tui.demo.history import ANNA
from tui.demo.manifests import (
    FLUX_NAMESPACE,
    config_map,
    deployment,
    helm_release,
    helm_repository,
    kustomization,
    manifest,
    namespaces,
)
from tui.demo.ownership import Writer, update
from tui.demo.patches import merge_patch
from tui.demo.repository import Repository
from tui.demo.resources import Key, Object
from tui.demo.run import put_applied
from tui.demo.times import stamp

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
URL = "http://127.0.0.1:8418/fleet.git"
API = "apps/release.yaml"


def source(name: str = FLUX_NAMESPACE, **spec: Any) -> Object:
    return manifest("GitRepository", name, spec={"interval": "1m", "ref": {"branch": "main"}, "url": URL} | spec)


def release(tag: str, **spec: Any) -> str:
    values = {"image": {"repository": "registry.example.com/shop/api", "tag": tag}}
    return text_of([helm_release("api", "shop", "api@2.4.1", "shop", timeout="20s", values=values, **spec)])


def files(**changed: str) -> dict[str, str]:
    """`clusters/` makes infra ← apps ← tenants; `apps/` has a release and waits for it."""
    tree = {
        "clusters/source.yaml": text_of([source(), kustomization(FLUX_NAMESPACE, "./clusters")]),
        "clusters/charts.yaml": text_of([helm_repository("shop", "oci://registry.example.com/charts")]),
        "clusters/infra.yaml": text_of([kustomization("infra", "./infra")]),
        "clusters/apps.yaml": text_of([kustomization("apps", "./apps", "infra", wait=True, timeout="40s")]),
        "clusters/tenants.yaml": text_of([kustomization("tenants", "./tenants", "apps")]),
        "infra/namespace.yaml": text_of([*namespaces("shop"), config_map("limits", "shop", rate="100")]),
        API: release("1.9.1", upgrade={"strategy": {"name": "RetryOnFailure", "retryInterval": "1m"}}),
        "tenants/acme.yaml": text_of(
            [*namespaces("acme"), deployment("acme", "acme", "registry.example.com/acme:1.0.0")]
        ),
    }
    return tree | {path.replace("__", "/") + ".yaml": text for path, text in changed.items()}


class SmallWorld:
    """The cluster, its repository, and short words for what tests do with them."""

    def __init__(self, folder: Path) -> None:
        self.repository = Repository(folder / "fleet.git")
        self.tree = files()
        self.push("first")
        self.cluster = SimulatedCluster("eu-west", 1, START, {"/fleet.git": self.repository})
        self.store = self.cluster.store
        for item in [*namespaces("default", FLUX_NAMESPACE), source(), kustomization(FLUX_NAMESPACE, "./clusters")]:
            put_applied(self.store, item, Writer("flux", "Apply", stamp(START)))

    def push(self, message: str, **changed: str) -> str:
        """Commit; returns the revision as Flux writes it."""
        self.tree |= {path.replace("__", "/") + ".yaml": text for path, text in changed.items()}
        when = self.cluster.now if hasattr(self, "cluster") else START
        return f"main@sha1:{self.repository.commit(self.tree, ANNA, when, message)}"

    def settle(self, seconds: float = 120.0) -> None:
        self.cluster.advance(self.cluster.now + timedelta(seconds=seconds))

    def until(self, reached: Callable[[], bool], seconds: float = 600.0) -> None:
        """Let time pass, event by event, until something holds."""
        deadline = self.cluster.now + timedelta(seconds=seconds)
        while not reached():
            due = self.cluster.next_due
            assert due is not None, "nothing will ever happen again"
            assert due <= deadline, f"did not happen within {seconds} s"
            self.cluster.advance(due)

    def get(self, kind: str, name: str, namespace: str = FLUX_NAMESPACE) -> Object:
        item = self.store.get(Key(kind, namespace, name))
        assert item is not None, f"{kind} {namespace}/{name} is not there"
        return item

    def ready(self, kind: str, name: str, namespace: str = FLUX_NAMESPACE) -> tuple[str, str, str]:
        """Status, reason and message of Ready."""
        found = condition(self.get(kind, name, namespace), "Ready")
        return (found["status"], found["reason"], found["message"]) if found else ("", "", "")

    def is_ready(self, kind: str, name: str, namespace: str = FLUX_NAMESPACE) -> bool:
        return self.ready(kind, name, namespace)[0] == "True"

    def patch(self, kind: str, name: str, body: Object, manager: str, namespace: str = FLUX_NAMESPACE) -> None:
        live = self.get(kind, name, namespace)
        self.store.put(update(live, merge_patch(live, body), Writer(manager, "Update", stamp(self.cluster.now))))

    def request(self, kind: str, name: str, token: str, namespace: str = FLUX_NAMESPACE, **more: str) -> None:
        """Ask for a reconciliation; `force="forceAt"` adds another annotation with the same token."""
        names = ["requestedAt", *more.values()]
        annotations = {f"reconcile.fluxcd.io/{name}": token for name in names}
        self.patch(kind, name, {"metadata": {"annotations": annotations}}, "gitops-tui", namespace)

    def handled(self, kind: str, name: str, namespace: str = FLUX_NAMESPACE) -> str:
        return str(self.get(kind, name, namespace)["status"].get("lastHandledReconcileAt", ""))

    def events(self, name: str) -> list[tuple[str, str]]:
        found = [event for event in self.store.all("Event") if event["involvedObject"]["name"] == name]
        return [(event["reason"], event["message"]) for event in found]
