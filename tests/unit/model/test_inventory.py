"""What an applier says it applied, and what is kept of it."""

from typing import Any

import pytest

from tests.fakes.clock import NOON
from tests.fakes.objects import Body, body, git, hr, inventory_id, ks, read, ref
from tests.fakes.workloads import applied, entry_id
from tui.model.changes import InventoryRead
from tui.model.inventory import Inventories, inventory_of, owner_selector, why_nothing
from tui.model.picture import Picture
from tui.model.workloads import AppliedId

APPS = ref("Kustomization", "apps")


def test_flux_s_own_kinds_are_left_out() -> None:
    entries = [
        inventory_id("HelmRelease", "api", "shop"),
        entry_id("Deployment", "api"),
        "_system__node_rbac.authorization.k8s.io_ClusterRole",
        "no-id",
        "flux-system_report_fluxcd.controlplane.io_FluxReport",
    ]
    assert inventory_of(read(ks("apps", inventory=entries))) == (
        AppliedId("Deployment", "apps", "shop", "api"),
        AppliedId("ClusterRole", "rbac.authorization.k8s.io", "", "system:node"),
        AppliedId("FluxReport", "fluxcd.controlplane.io", "flux-system", "report"),
    )


REMOTE: dict[str, Any] = {"kubeConfig": {"secretRef": {"name": "prod"}}}
ENTRIES: Body = {"inventory": {"entries": [{"id": entry_id("Deployment", "api"), "v": "v1"}]}}


@pytest.mark.parametrize(
    ("applier", "words"),
    [
        pytest.param(ks("apps", inventory=[entry_id("Deployment", "api")]), "", id="a-kustomization"),
        pytest.param(hr("api", status=ENTRIES), "", id="a-release"),
        pytest.param(body("FluxInstance", "flux", status=ENTRIES), "", id="an-instance"),
        pytest.param(git(), "A GitRepository applies nothing itself", id="a-source"),
        pytest.param(
            ks("apps", spec=REMOTE, inventory=[entry_id("Deployment", "api")]), "another cluster", id="remote"
        ),
        pytest.param(ks("apps", inventory=[inventory_id("Kustomization", "a")]), "Flux's own (1)", id="flux-only"),
        pytest.param(ks("apps", inventory=[]), "has applied nothing yet", id="empty"),
        pytest.param(ks("apps"), "has applied nothing yet", id="new"),
        pytest.param(hr("api"), "helm-controller writes no inventory", id="an-old-helm-controller"),
        pytest.param(hr("api", status={"history": []}), "has applied nothing yet", id="a-new-release"),
    ],
)
def test_why_there_is_nothing_to_read(applier: Body, words: str) -> None:
    told = why_nothing(read(applier))
    assert words in told
    assert bool(told) is bool(words)
    assert bool(inventory_of(read(applier))) is not bool(words)


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [
        ("Kustomization", "kustomize.toolkit.fluxcd.io"),
        ("HelmRelease", "helm.toolkit.fluxcd.io"),
        ("ResourceSet", "resourceset.fluxcd.controlplane.io"),
        ("FluxInstance", "fluxcd.controlplane.io"),
    ],
)
def test_the_labels_of_what_it_applied(kind: str, prefix: str) -> None:
    assert owner_selector(ref(kind, "apps")) == f"{prefix}/name=apps,{prefix}/namespace=flux-system"


def test_only_news_is_news() -> None:
    kept, reading = Inventories(), InventoryRead(APPS, (applied("Deployment", "api"),), NOON)
    assert kept.put(reading)
    assert not kept.put(InventoryRead(APPS, (applied("Deployment", "api"),), NOON.replace(minute=5)))
    assert kept.get(APPS) == InventoryRead(APPS, reading.objects, NOON.replace(minute=5))
    assert kept.put(InventoryRead(APPS, reading.objects, NOON, "no answer"))
    assert kept.refs() == [APPS]
    assert kept.drop(APPS)
    assert not kept.drop(APPS)


def test_what_could_not_be_read_again_is_no_evidence() -> None:
    picture, objects = Picture(["eu"]), (applied("Deployment", "api"),)
    assert picture.applied(APPS) == ()
    picture.inventories.put(InventoryRead(APPS, objects, NOON))
    assert picture.applied(APPS) == objects
    picture.inventories.put(InventoryRead(APPS, objects, NOON, "eu is stale"))
    assert picture.applied(APPS) == ()
