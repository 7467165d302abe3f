"""What Flux applied, as a real API server tells it: Deployments, their pods, what is gone and what may not be read.

No controller of Kubernetes itself runs here, so the tests write the statuses that kubelets and controllers write.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.e2e.api import ApiError, Body, wait_for
from tests.e2e.content import CHAIN, RELEASE, ROOT, config_map, kustomization, yaml
from tests.e2e.ownregion import OwnRegion
from tests.e2e.region import Region
from tests.e2e.watching import Watching, ref, watching
from tui.model.health import State
from tui.model.refs import ObjectRef
from tui.model.workloads import Applied, Presence

SHOP = "shop"
SECONDS = 120.0
IMAGE = "registry.example/shop/api:1.9.2"
MESSAGE = (
    f'Back-off pulling image "{IMAGE}": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image'
    f' "{IMAGE}": failed to resolve reference "{IMAGE}": {IMAGE}: not found'
)


async def test_a_deployment_whose_image_is_not_there(region: Region) -> None:
    with shop(region):
        async with watching(region) as watch:
            target = ref(region, SHOP)
            objects = await looking(watch, target, lambda found: "Deployment api" in found)
            assert objects["Deployment api"].state is State.PROGRESSING
            assert objects["ConfigMap shop-config"].state is State.STATIC
            fail(region)
            objects = await looking(watch, target, lambda found: bool(found["Deployment api"].below))
            api = objects["Deployment api"]
            assert (api.state, api.reason) == (State.FAILED, "ProgressDeadlineExceeded")
            assert api.message == "0 of 1 replicas available: no progress within 600s"
            (pod,) = api.below
            assert (pod.id.name, pod.state) == ("api-7c9f-x2x", State.FAILED)
            assert pod.message == f'image "{IMAGE}" not found'
            assert watch.picture.applied(target)[0] == api, "the worst comes first"


async def test_what_somebody_deleted_is_missed(region: Region) -> None:
    with shop(region):
        async with watching(region) as watch:
            target = ref(region, SHOP)
            await looking(watch, target, lambda found: "ConfigMap shop-config" in found)
            region.api.request("DELETE", region.api.path("v1", "ConfigMap", region.namespace, "shop-config"))
            gone = Presence.MISSING
            objects = await looking(watch, target, lambda found: found["ConfigMap shop-config"].presence is gone)
            assert objects["ConfigMap shop-config"].state is State.FAILED
            region.reconcile("Kustomization", SHOP)
            back = Presence.PRESENT
            await looking(watch, target, lambda found: found["ConfigMap shop-config"].presence is back)


async def test_what_a_release_applied(region: Region) -> None:
    async with watching(region) as watch:
        target = ref(region, RELEASE, "HelmRelease")
        objects = await looking(watch, target, bool)
        assert objects[f"ConfigMap {RELEASE}"].presence is Presence.PRESENT


@pytest.mark.ours
async def test_what_may_not_be_read_is_not_missed(own: OwnRegion) -> None:
    async with watching(own, kubeconfig=own.kubeconfig_of("viewer")) as watch:
        objects = await looking(watch, ref(own, CHAIN[0]), bool)
        (one,) = [one for name, one in objects.items() if name.startswith("ConfigMap")]
        assert (one.presence, one.state) == (Presence.FORBIDDEN, State.UNKNOWN)
        assert one.message == f"you may not read configmaps in {own.namespace}"


async def looking(watch: Watching, target: ObjectRef, true: Any) -> dict[str, Applied]:
    """Look at what an object applied until something is true of it; by `Kind name`."""
    await watch.until(f"{target.path} to be known", lambda: watch.picture.get(target), SECONDS)
    watch.session.inventories.follow(target)

    def found() -> dict[str, Applied]:
        return {f"{one.id.kind} {one.id.name}": one for one in watch.picture.applied(target)}

    await watch.until(f"what {target.path} applied", lambda: found() and true(found()), SECONDS)
    return found()


@contextmanager
def shop(region: Region) -> Iterator[None]:
    """A Kustomization that applies a Deployment and a ConfigMap, which are gone afterwards."""
    content = yaml(deployment(region.namespace), config_map("shop-config", region.namespace))
    region.push("shop/api.yaml", content)
    region.fetch(region.push(f"cluster/{SHOP}.yaml", yaml(kustomization(SHOP, region.namespace, "./shop"))))
    try:
        region.reconcile("Kustomization", ROOT)
        wait_for("the shop to be applied", lambda: has_inventory(region), SECONDS)
        yield
    finally:
        remove(region, "v1", "Pod", "api-7c9f-x2x")
        region.push("shop/api.yaml", None)
        region.fetch(region.push(f"cluster/{SHOP}.yaml", None))
        region.reconcile("Kustomization", ROOT)
        wait_for("the Deployment to be gone", lambda: not exists(region, "apps/v1", "Deployment", "api"), SECONDS)


def has_inventory(region: Region) -> bool:
    """Whether the Kustomization has applied what it is to apply."""
    try:
        return bool(region.get("Kustomization", SHOP).get("status", {}).get("inventory"))
    except ApiError:
        return False


def deployment(namespace: str) -> Body:
    """A Deployment of one pod."""
    labels = {"app": "api"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "app", "image": IMAGE}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "api", "namespace": namespace},
        "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template},
    }


def fail(region: Region) -> None:
    """Write what controllers and a kubelet write when an image is not there until the deadline has passed."""
    api, namespace = region.api, region.namespace
    labels = {"app": "api", "pod-template-hash": "7c9f"}
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "api-7c9f", "uid": "no-such", "controller": True}
    metadata = {"name": "api-7c9f-x2x", "namespace": namespace, "labels": labels, "ownerReferences": [owner]}
    spec = {"containers": [{"name": "app", "image": IMAGE}], "automountServiceAccountToken": False}
    api.apply({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    state = {"waiting": {"reason": "ImagePullBackOff", "message": MESSAGE}}
    one = {"name": "app", "image": IMAGE, "imageID": "", "ready": False, "restartCount": 0, "state": state}
    waits = {"phase": "Pending", "conditions": [told("Ready", "ContainersNotReady")], "containerStatuses": [one]}
    write_status(region, "v1", "Pod", "api-7c9f-x2x", waits)
    counts = {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "unavailableReplicas": 1}
    late = [told("Available", "MinimumReplicasUnavailable"), told("Progressing", "ProgressDeadlineExceeded")]
    write_status(region, "apps/v1", "Deployment", "api", {**counts, "conditions": late})


def told(type_: str, reason: str) -> Body:
    """A condition that is False since now."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"type": type_, "status": "False", "reason": reason, "message": "", "lastTransitionTime": now}


def write_status(region: Region, version: str, kind: str, name: str, status: Body) -> None:
    """Write an object's status."""
    path = f"{region.api.path(version, kind, region.namespace, name)}/status"
    region.api.request("PATCH", path, {"status": status}, "application/merge-patch+json")


def exists(region: Region, version: str, kind: str, name: str) -> bool:
    """Whether an object is there."""
    try:
        region.api.request("GET", region.api.path(version, kind, region.namespace, name))
    except ApiError as error:
        if error.status != 404:
            raise
        return False
    return True


def remove(region: Region, version: str, kind: str, name: str) -> None:
    """Delete an object at once, if it is there."""
    try:
        path = f"{region.api.path(version, kind, region.namespace, name)}?gracePeriodSeconds=0"
        region.api.request("DELETE", path)
    except ApiError as error:
        if error.status != 404:
            raise
